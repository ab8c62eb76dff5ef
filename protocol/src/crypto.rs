//! The operations we use, and the labels that keep them apart: the room of every cryptographic crate.
//!
//! Uses `limits`, `codec`. Randomness is an argument everywhere, so every operation has vectors.
//! Absent on purpose: reasons. This module does not know why something is signed or sealed.

pub mod aead;
pub mod cose;
pub mod digest;
pub mod expand;
pub mod hpke;
pub mod kem;
pub mod lattice;
pub mod signature;
pub mod stream;
pub mod stretch;
pub mod suite;

#[cfg(test)]
mod negative;
#[cfg(test)]
mod published;
