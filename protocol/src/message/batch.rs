//! People who travel together: a batch is logistics, and each person has a decision of its own.

pub mod entry;
pub mod manifest;
pub mod reconciliation;
pub mod root;
pub mod sealing;
pub mod transit;
