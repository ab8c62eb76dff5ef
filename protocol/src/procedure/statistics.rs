//! Figures that cannot lie: derived from procedures with every record behind them, or declared; and never added blindly.
//!
//! | what | module |
//! |---|---|
//! | what can be counted, and how | [`measure`] |
//! | what one procedure holds for every figure | [`counted`] |
//! | a figure that is computed from procedures, and the check of one that somebody sent | [`derived`] |
//! | a situation report with its derived figures filled in | [`draft`] |
//! | which figures may be added, and why not | [`sum`] |
//!
//! Absent on purpose: an estimate of what overlaps. Where it is not stated that nothing does, nothing is added.

pub mod counted;
pub mod derived;
pub mod draft;
pub mod measure;
pub mod sum;
