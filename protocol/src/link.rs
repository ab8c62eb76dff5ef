//! What is owed to whom, and what was taken from whom: the counters of one link.
//!
//! Uses `ids`, `limits`; used by `engine`. A link is an ordered pair of agencies with an epoch and contiguous numbers;
//! the two directions between the same agencies are two links.
//!
//! Absent on purpose: sending, the clock, any order between two peers.
//!
//! - `link-inv-1`: the numbers owed on a link are below the next number, and none is owed twice.
//! - `link-inv-2`: a cursor never goes back.
//! - `link-inv-3`: what a peer's succession may have lost is owed again only where the outbox has room for it.

pub mod allowance;
pub mod inbound;
pub mod outbound;

#[cfg(test)]
mod tests;
