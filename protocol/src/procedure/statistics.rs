//! Figures that cannot lie: derived from procedures with every record behind them, or declared; and never added blindly.
//!
//! | what | module |
//! |---|---|
//! | a figure that is computed from procedures, and the check of one that somebody sent | [`derived`] |
//! | which figures may be added, and why not | [`sum`] |
//!
//! Absent on purpose: an estimate of what overlaps. Where it is not stated that nothing does, nothing is added.

pub mod derived;
pub mod sum;
