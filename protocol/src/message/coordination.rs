//! How Parties meet, decide, sign, and account for what they did.

pub mod agenda;
pub mod cycle;
pub mod minutes;
pub mod outcome;
pub mod package;
pub mod signature;
pub mod situation;
