//! What is known: told unasked, asked for, and answered.

pub mod information_reply;
pub mod information_request;
pub mod report;
