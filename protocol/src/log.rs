//! The evidence log: leaves, their Merkle tree, its tiles, proofs and signed checkpoints.
//!
//! Uses `limits`, `ids`, `moment`, `registry`, `codec`, `crypto`. Formats are those of RFC 9162 and C2SP, to the byte,
//! so that tools of others read our logs (`spec/04-log.md`). Modules in reading order:
//! [`hash`], [`tree`], [`tile`], [`proof`], [`note`], [`checkpoint`], [`leaf`].
//!
//! Absent on purpose: where tiles are kept, who may append, cosignatures.

pub mod checkpoint;
pub mod hash;
pub mod leaf;
pub mod note;
pub mod proof;
pub mod tile;
pub mod tree;

#[cfg(test)]
mod tests;
