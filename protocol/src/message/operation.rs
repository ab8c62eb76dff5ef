//! A joint operation: proposed, planned, signed, run, and accounted for.

pub mod counts;
pub mod participation;
pub mod plan;
pub mod proposal;
pub mod result;
pub mod signal;
pub mod status;
pub mod tasking;
pub mod version;
