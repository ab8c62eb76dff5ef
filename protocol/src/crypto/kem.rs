//! X-Wing: one shared secret from X25519 and ML-KEM-768, so that it holds while either of them holds.
//!
//! Uses `digest`, `signature` (key names) and `aead` (one error for everything that does not open).
//! Two providers stand behind the same two traits: the pure one here takes its randomness as an argument and serves
//! vectors and the simulator; the fast one lives in the node. Both run the same published vectors.
//!
//! The draft names the function X25519 of RFC 7748 section 5 and says nothing of an all-zero result, so RFC 7748
//! section 6.1 leaves the check open; HPKE demands it for its own X25519. We refuse, on both sides: a public key whose
//! X25519 half is of small order when it is read, an encapsulation that leads to the all-zero secret when it is opened.
//! Nobody honest makes either, and both providers then agree on every input.
//!
//! Absent on purpose: key generation (a key is a seed), encapsulation with authentication, every other KEM.
//!
//! Source: draft-connolly-cfrg-xwing-kem, FIPS 203, RFC 7748.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::de;
use sha3::digest::FixedOutput as _;
use shake::ExtendableOutput as _;
use shake::Update as _;
use shake::XofReader as _;
use x_wing::Decapsulator as _;
use x_wing::KeyExport as _;
use x_wing::TryDecapsulate as _;
use zeroize::Zeroizing;

use crate::crypto::aead::OpenFailed;
use crate::crypto::signature::KeyId;

/// Length of a public sealing key, in bytes: 1184 of ML-KEM-768, then 32 of X25519.
pub const SEALING_PUBLIC_BYTES: usize = x_wing::ENCAPSULATION_KEY_SIZE;

/// Length of an encapsulation, in bytes: 1088 of ML-KEM-768, then 32 of X25519.
pub const ENCAPSULATION_BYTES: usize = x_wing::CIPHERTEXT_SIZE;

/// Length of the ML-KEM-768 half of a public sealing key, in bytes. Source: FIPS 203 table 3.
const ML_KEM_PUBLIC_BYTES: usize = 1184;

/// Length of the ML-KEM-768 half of an encapsulation, in bytes. Source: FIPS 203 table 3.
const ML_KEM_CIPHERTEXT_BYTES: usize = 1088;

/// Closes what the combiner hashes. Source: draft-connolly-cfrg-xwing-kem section 5.3.
const COMBINER_LABEL: &[u8; 6] = br"\.//^\";

/// A public sealing key that may be sealed to.
///
/// Shape: 1216 bytes; the ML-KEM half passes the check of FIPS 203 section 7.2, the X25519 half is not of small order.
#[derive(Clone, PartialEq, Eq)]
pub struct SealingPublic(Arc<[u8; SEALING_PUBLIC_BYTES]>);

/// What carries a shared secret to the holder of a sealing key. Shape: 1120 bytes, any bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct Encapsulation(Box<[u8; ENCAPSULATION_BYTES]>);

/// The secret both sides arrive at. Shape: 32 bytes; silent, not cloned, wiped on drop.
pub struct SharedSecret(Zeroizing<[u8; 32]>);

/// What the 32-byte seed of a sealing key stands for; wiped on drop.
pub struct ExpandedSeed {
    /// The seeds `d` and `z` of ML-KEM-768, in this order. Source: FIPS 203 section 7.1.
    pub ml_kem: Zeroizing<[u8; 64]>,
    /// The X25519 scalar before clamping. Source: RFC 7748 section 5.
    pub x25519: Zeroizing<[u8; 32]>,
}

/// Why bytes are not a key to seal to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a sealing key is 1216 bytes, with reduced coefficients and an X25519 half not of small order"
)]
pub struct BadSealingKey;

/// Why bytes are not an encapsulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an encapsulation is 1120 bytes")]
pub struct BadEncapsulation;

/// Something that makes shared secrets for the holders of sealing keys.
pub trait Encapsulate: fmt::Debug + Send + Sync {
    /// A fresh shared secret, and what carries it to the holder of `to`.
    ///
    /// `entropy` is used for this call and no other: its first half for ML-KEM, its second for X25519.
    /// A provider that draws its own randomness leaves it aside.
    ///
    /// # Errors
    /// When the key cannot be sealed to.
    fn encapsulate(
        &self,
        to: &SealingPublic,
        entropy: &[u8; 64],
    ) -> Result<(Encapsulation, SharedSecret), BadSealingKey>;
}

/// Something that holds one sealing key, wherever that key lives.
pub trait Decapsulate: fmt::Debug + Send + Sync {
    /// The public half.
    fn public(&self) -> &SealingPublic;

    /// The shared secret that was carried here.
    ///
    /// Bytes made for another key, or changed on the way, give an unrelated secret, not an error: that is how ML-KEM
    /// refuses, and what is sealed under the secret then does not open.
    ///
    /// # Errors
    /// When the X25519 part leads to the all-zero secret, or the key cannot be reached.
    fn decapsulate(&self, from: &Encapsulation) -> Result<SharedSecret, OpenFailed>;
}

/// One sealing key or several: whatever opens what is sealed to an agency.
pub trait Keyring: fmt::Debug + Send + Sync {
    /// The key that has one of these names; `None` when none has.
    fn among(&self, ids: &[KeyId]) -> Option<&dyn Decapsulate>;
}

impl<K: Decapsulate> Keyring for K {
    fn among(&self, ids: &[KeyId]) -> Option<&dyn Decapsulate> {
        ids.contains(&self.public().id()).then_some(self)
    }
}

/// The sealing keys of an agency: the one in use, and those that open what was sealed before.
#[derive(Clone, Debug)]
pub struct SealingKeys(Vec<Arc<dyn Decapsulate>>);

impl SealingKeys {
    /// All keys that are held.
    pub const fn new(keys: Vec<Arc<dyn Decapsulate>>) -> Self {
        Self(keys)
    }
}

impl Keyring for SealingKeys {
    fn among(&self, ids: &[KeyId]) -> Option<&dyn Decapsulate> {
        let key = self.0.iter().find(|key| ids.contains(&key.public().id()))?;
        Some(key.as_ref())
    }
}

/// Encapsulation from the entropy given and nothing else: the same entropy gives the same bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct PureKem;

/// A sealing key held in memory; silent, not cloned, wiped on drop.
pub struct SealingKey {
    key: x_wing::DecapsulationKeyRejectNonContrib,
    public: SealingPublic,
}

impl Encapsulate for PureKem {
    fn encapsulate(
        &self,
        to: &SealingPublic,
        entropy: &[u8; 64],
    ) -> Result<(Encapsulation, SharedSecret), BadSealingKey> {
        let key = x_wing::EncapsulationKey::try_from(to.as_bytes().as_slice())
            .map_err(|_| BadSealingKey)?;
        let (carried, secret) = key.encapsulate_deterministic(entropy.into());
        Ok((Encapsulation(Box::new(carried.into())), SharedSecret::from_bytes(secret.into())))
    }
}

impl SealingKey {
    /// From the 32-byte seed, the only form in which a sealing key is kept.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = x_wing::DecapsulationKeyRejectNonContrib::from(*seed);
        let public = SealingPublic(Arc::new(key.encapsulation_key().to_bytes().into()));
        Self { key, public }
    }
}

impl Decapsulate for SealingKey {
    fn public(&self) -> &SealingPublic {
        &self.public
    }

    fn decapsulate(&self, from: &Encapsulation) -> Result<SharedSecret, OpenFailed> {
        let secret = self.key.try_decapsulate(from.as_bytes().into()).map_err(|_| OpenFailed)?;
        Ok(SharedSecret::from_bytes(secret.into()))
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingKey")
    }
}

/// Expands the seed of a sealing key. For providers.
///
/// Shape: SHAKE256(seed), 96 bytes. Source: draft-connolly-cfrg-xwing-kem section 5.2.
pub fn expand_seed(seed: &[u8; 32]) -> ExpandedSeed {
    let mut expanded =
        ExpandedSeed { ml_kem: Zeroizing::new([0; 64]), x25519: Zeroizing::new([0; 32]) };
    let mut hasher = shake::Shake256::default();
    hasher.update(seed);
    let mut reader = hasher.finalize_xof();
    reader.read(expanded.ml_kem.as_mut_slice());
    reader.read(expanded.x25519.as_mut_slice());
    expanded
}

/// Makes one secret of the two, bound to the X25519 keys. For providers.
///
/// Shape: SHA3-256(ML-KEM secret ‖ X25519 secret ‖ X25519 part of the encapsulation ‖ X25519 half of the key ‖ label).
/// Source: draft-connolly-cfrg-xwing-kem section 5.3.
pub fn combine(
    ml_kem: &[u8; 32],
    x25519: &[u8; 32],
    from: &Encapsulation,
    to: &SealingPublic,
) -> SharedSecret {
    let mut hasher = sha3::Sha3_256::default();
    hasher.update(ml_kem);
    hasher.update(x25519);
    hasher.update(from.x25519());
    hasher.update(to.x25519());
    hasher.update(COMBINER_LABEL);
    SharedSecret::from_bytes(hasher.finalize_fixed().into())
}

impl SealingPublic {
    /// Reads a public sealing key.
    ///
    /// # Errors
    /// When the length differs, a coefficient of the ML-KEM half is not reduced, or the X25519 half is of small order.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadSealingKey> {
        let array: [u8; SEALING_PUBLIC_BYTES] = bytes.try_into().map_err(|_| BadSealingKey)?;
        if x_wing::EncapsulationKey::try_from(bytes).is_err() {
            return Err(BadSealingKey);
        }
        let public = Self(Arc::new(array));
        if is_of_small_order(public.x25519()) { Err(BadSealingKey) } else { Ok(public) }
    }

    /// The 1216 bytes.
    pub fn as_bytes(&self) -> &[u8; SEALING_PUBLIC_BYTES] {
        &self.0
    }

    /// The ML-KEM-768 half. Shape: 1184 bytes.
    pub fn ml_kem(&self) -> &[u8] {
        self.0.split_at(ML_KEM_PUBLIC_BYTES).0
    }

    /// The X25519 half. Shape: 32 bytes.
    pub fn x25519(&self) -> &[u8] {
        self.0.split_at(ML_KEM_PUBLIC_BYTES).1
    }

    /// The name of this key.
    pub fn id(&self) -> KeyId {
        KeyId::of(self.as_bytes())
    }
}

/// Whether every agreement with this X25519 key ends in the all-zero secret.
fn is_of_small_order(public: &[u8]) -> bool {
    let Ok(public) = <[u8; 32]>::try_from(public) else { return true };
    // Clamping makes every scalar a multiple of eight, so any scalar finds the points of small order.
    let probe = x25519_dalek::StaticSecret::from([0x55; 32]);
    !probe.diffie_hellman(&x25519_dalek::PublicKey::from(public)).was_contributory()
}

impl Encapsulation {
    /// From 1120 bytes.
    ///
    /// # Errors
    /// When the length differs.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadEncapsulation> {
        let array: [u8; ENCAPSULATION_BYTES] = bytes.try_into().map_err(|_| BadEncapsulation)?;
        Ok(Self(Box::new(array)))
    }

    /// The 1120 bytes.
    pub fn as_bytes(&self) -> &[u8; ENCAPSULATION_BYTES] {
        &self.0
    }

    /// The ML-KEM-768 part. Shape: 1088 bytes.
    pub fn ml_kem(&self) -> &[u8] {
        self.0.split_at(ML_KEM_CIPHERTEXT_BYTES).0
    }

    /// The X25519 part. Shape: 32 bytes.
    pub fn x25519(&self) -> &[u8] {
        self.0.split_at(ML_KEM_CIPHERTEXT_BYTES).1
    }
}

impl SharedSecret {
    /// From 32 bytes. For providers.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The 32 bytes.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SealingPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealingPublic(")?;
        self.id().as_bytes().iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

impl fmt::Debug for Encapsulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Encapsulation")
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret")
    }
}

impl fmt::Debug for ExpandedSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpandedSeed")
    }
}

impl Serialize for SealingPublic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for SealingPublic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}

impl Serialize for Encapsulation {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.as_bytes())
    }
}

impl<'de> Deserialize<'de> for Encapsulation {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = serde_bytes::ByteBuf::deserialize(deserializer)?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}
