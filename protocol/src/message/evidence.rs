//! Evidence: kept where it is until it is asked for, and handed over with the whole chain of who had it.

pub mod exhibit;
pub mod preservation;
pub mod receipt;
pub mod transfer;
