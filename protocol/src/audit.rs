//! What anyone can check without us: bundles of evidence, their verification, and two bundles held together.
//!
//! Uses every lower shelf. [`ustar`] is the container, [`bundle`] what stands in it and in which order, [`export`] writes
//! one, [`verify`] believes nothing of one, [`reconcile`] joins two on what each says of the other.
//!
//! Absent on purpose: files, sockets, a clock; and bodies, which no bundle holds.

pub mod bundle;
pub mod export;
pub mod finding;
pub mod ledger;
pub mod reconcile;
pub mod ustar;
pub mod verify;

#[cfg(test)]
mod tests;
