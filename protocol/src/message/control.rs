//! What serves every procedure: that a human took a message, and what was wrong with it.

pub mod acknowledgement;
