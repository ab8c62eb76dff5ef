//! What nodes say to each other: frames, and the proofs that make them worth believing.
//!
//! Uses `codec`, `crypto`, `identity`, `envelope`, `log`; used by `engine`.
//! Each statement of a peer becomes a proof type before the engine sees it:
//! [`offer::VerifiedOffer`], [`receipt::VerifiedReceipt`], [`greeting::Met`], [`witness::VerifiedWitness`].
//!
//! Absent on purpose: streams, sockets, and the order in which frames may come; `link` and the node see to these.

pub mod dispatch;
pub mod evidence;
pub mod file;
pub mod frame;
pub mod greeting;
pub mod mirror;
pub mod offer;
pub mod place;
pub mod receipt;
pub mod succession;
pub mod witness;

#[cfg(test)]
mod tests;
