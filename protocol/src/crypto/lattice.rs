//! ML-DSA-65: the second signature of what has to hold for decades.
//!
//! Uses `signature` (one error for every signature that does not hold). The context string is empty and nothing is
//! hashed beforehand, as COSE asks (RFC 9964). Signing is the deterministic variant, so that it has vectors and needs no
//! randomness on the offline machine that holds a root.
//!
//! Absent on purpose: the other parameter sets, the prehash variants, contexts.
//!
//! Source: FIPS 204, RFC 9964.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::sync::Arc;
use core::fmt;

use ml_dsa::Keypair as _;
use ml_dsa::Signer as _;
use ml_dsa::Verifier as _;
use serde::Deserialize;
use serde::Serialize;
use serde::de;

use crate::crypto::signature::BadSignature;
use crate::crypto::signature::KeyId;

/// Length of a public key, in bytes. Source: FIPS 204 table 2.
pub const LATTICE_PUBLIC_BYTES: usize = 1952;

/// Length of a signature, in bytes. Source: FIPS 204 table 2.
pub const LATTICE_SIGNATURE_BYTES: usize = 3309;

/// A public ML-DSA-65 key. Shape: 1952 bytes; every such string is a key.
#[derive(Clone, PartialEq, Eq)]
pub struct LatticePublic(Arc<[u8; LATTICE_PUBLIC_BYTES]>);

/// An ML-DSA-65 signature. Shape: 3309 bytes; whether they are well formed shows when they are verified.
#[derive(Clone, PartialEq, Eq)]
pub struct LatticeSignature(Box<[u8; LATTICE_SIGNATURE_BYTES]>);

/// Why bytes are not a public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a public ML-DSA-65 key is 1952 bytes")]
pub struct BadLatticeKey;

/// Why bytes are not a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an ML-DSA-65 signature is 3309 bytes")]
pub struct BadLatticeSignature;

/// An ML-DSA-65 key held in memory; silent, not cloned, wiped on drop.
pub struct LatticeKey {
    key: Box<ml_dsa::SigningKey<ml_dsa::MlDsa65>>,
    public: LatticePublic,
}

impl LatticeKey {
    /// From the 32-byte seed, the only form in which a key is kept. Source: FIPS 204 algorithm 6.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = Box::new(ml_dsa::SigningKey::from_seed(seed.into()));
        let public = LatticePublic(Arc::new(key.verifying_key().encode().into()));
        Self { key, public }
    }

    /// The public half.
    pub fn public(&self) -> &LatticePublic {
        &self.public
    }

    /// Signs the message: the same message gives the same signature.
    pub fn sign(&self, message: &[u8]) -> LatticeSignature {
        // Rejection sampling gives up only after 13,107 draws, each of which succeeds about once in five.
        LatticeSignature(Box::new(self.key.sign(message).encode().into()))
    }
}

impl fmt::Debug for LatticeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LatticeKey")
    }
}

impl LatticePublic {
    /// From 1952 bytes.
    ///
    /// # Errors
    /// When the length differs.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadLatticeKey> {
        let array: [u8; LATTICE_PUBLIC_BYTES] = bytes.try_into().map_err(|_| BadLatticeKey)?;
        Ok(Self(Arc::new(array)))
    }

    /// The 1952 bytes.
    pub fn as_bytes(&self) -> &[u8; LATTICE_PUBLIC_BYTES] {
        &self.0
    }

    /// Checks a signature.
    ///
    /// # Errors
    /// When it does not hold, or is not well formed.
    pub fn verify(&self, message: &[u8], signature: &LatticeSignature) -> Result<(), BadSignature> {
        let key = ml_dsa::VerifyingKey::<ml_dsa::MlDsa65>::decode(self.as_bytes().into());
        let signature =
            ml_dsa::Signature::decode(signature.as_bytes().into()).ok_or(BadSignature)?;
        key.verify(message, &signature).map_err(|_| BadSignature)
    }

    /// The name of this key.
    pub fn id(&self) -> KeyId {
        KeyId::of(self.as_bytes())
    }
}

impl LatticeSignature {
    /// From 3309 bytes.
    ///
    /// # Errors
    /// When the length differs.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadLatticeSignature> {
        let array: [u8; LATTICE_SIGNATURE_BYTES] =
            bytes.try_into().map_err(|_| BadLatticeSignature)?;
        Ok(Self(Box::new(array)))
    }

    /// The 3309 bytes.
    pub fn as_bytes(&self) -> &[u8; LATTICE_SIGNATURE_BYTES] {
        &self.0
    }
}

impl fmt::Debug for LatticePublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LatticePublic(")?;
        self.id().as_bytes().iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl fmt::Debug for LatticeSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LatticeSignature")
    }
}

impl Serialize for LatticePublic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for LatticePublic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}

impl Serialize for LatticeSignature {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for LatticeSignature {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}
