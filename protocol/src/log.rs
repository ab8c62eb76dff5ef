//! The evidence log: leaves, their Merkle tree, its tiles, proofs and signed checkpoints.
//!
//! Uses `limits`, `ids`, `moment`, `registry`, `codec`, `crypto`. Formats are those of RFC 9162 and C2SP, to the byte,
//! so that tools of others read our logs (`spec/04-log.md`). Modules in reading order:
//! [`hash`], [`tree`], [`tile`], [`proof`], [`note`], [`checkpoint`], [`cosignature`], [`vkey`], [`policy`],
//! [`tlog_proof`], [`leaf`], [`succession`].
//!
//! Absent on purpose: where tiles are kept, who may append, what a witness
//! checks before it cosigns.

pub mod checkpoint;
pub mod cosignature;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod policy;
pub mod proof;
pub mod succession;
pub mod tile;
pub mod tlog_proof;
pub mod tree;
pub mod vkey;

#[cfg(test)]
mod tests;
