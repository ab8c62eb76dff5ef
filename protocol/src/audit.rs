//! What anyone can check without us: bundles of evidence, their verification, and two bundles held together.
//!
//! Uses every lower shelf. [`ustar`] is the container, [`bundle`] what stands in it and in which order, [`export`] writes
//! one, [`verify`] believes nothing of one, [`reconcile`] joins two on what each says of the other. [`cose_receipt`] is a
//! proof of one leaf for tools of others.
//!
//! Absent on purpose: files, sockets, a clock; and what a body means: a bundle shows at most that it is the one that was sent.

pub mod bundle;
pub mod cose_receipt;
pub mod evidence;
pub mod export;
pub mod finding;
pub mod ledger;
pub mod prints;
pub mod progress;
pub mod reconcile;
pub mod ustar;
pub mod verify;
pub mod watch;

#[cfg(test)]
mod tests;
