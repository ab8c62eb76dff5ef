//! A person who needs help: the call, what becomes of it, and the screening for signs of a victim.

pub mod request;
pub mod screening;
pub mod update;
