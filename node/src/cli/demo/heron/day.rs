//! The days of EX-HERON, one file for each phase, in order.

pub(crate) mod aftermath;
pub(crate) mod chain;
pub(crate) mod feed;
pub(crate) mod founding;
pub(crate) mod intelligence;
pub(crate) mod operation;
pub(crate) mod raid;
pub(crate) mod recruiter;
pub(crate) mod ringleader;
pub(crate) mod site;
