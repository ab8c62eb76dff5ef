//! The fast sealing provider: X-Wing on aws-lc-rs.
//!
//! Uses `protocol::crypto::kem`, whose traits it stands behind, and takes from there what X-Wing adds to its two halves:
//! the expansion of the seed and the combiner. The room of aws-lc-rs outside TLS, and of ml-kem, which expands a seed
//! because aws-lc-rs takes no seeds. The expanded key is kept, which is what makes opening fast.
//!
//! Encapsulation draws its own randomness and leaves the entropy it is given aside; it runs the same published vectors
//! as the pure provider wherever these do not fix that randomness.
//!
//! Absent on purpose: a choice of provider. The node seals and opens with this one; simulator and vectors take the pure.

#[cfg(test)]
mod tests;

use std::fmt;

use aws_lc_rs::agreement;
use aws_lc_rs::agreement::EphemeralPrivateKey;
use aws_lc_rs::agreement::PrivateKey;
use aws_lc_rs::agreement::UnparsedPublicKey;
use aws_lc_rs::agreement::X25519;
use aws_lc_rs::kem::Ciphertext;
use aws_lc_rs::kem::DecapsulationKey;
use aws_lc_rs::kem::EncapsulationKey;
use aws_lc_rs::kem::ML_KEM_768;
use aws_lc_rs::rand::SystemRandom;
use concord_protocol::crypto::aead::OpenFailed;
use concord_protocol::crypto::kem;
use concord_protocol::crypto::kem::BadSealingKey;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::Encapsulate;
use concord_protocol::crypto::kem::Encapsulation;
use concord_protocol::crypto::kem::PureKem;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::kem::SealingPublic;
use concord_protocol::crypto::kem::SharedSecret;
use zeroize::Zeroizing;

/// Encapsulation on aws-lc-rs, with randomness of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct FastKem;

/// A sealing key held in memory in its expanded form; silent, not cloned, wiped on drop by aws-lc.
pub struct FastSealingKey {
    ml_kem: DecapsulationKey,
    x25519: PrivateKey,
    public: SealingPublic,
}

/// The fast provider cannot work with this key; the node must not start with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// aws-lc refuses one of the halves.
    #[error("aws-lc refuses the sealing key")]
    Refused,
    /// What was sealed to the key does not open with it.
    #[error("what is sealed to the key does not open with it")]
    Mismatch,
}

impl Encapsulate for FastKem {
    fn encapsulate(
        &self,
        to: &SealingPublic,
        _entropy: &[u8; 64],
    ) -> Result<(Encapsulation, SharedSecret), BadSealingKey> {
        let key = EncapsulationKey::new(&ML_KEM_768, to.ml_kem()).map_err(|_| BadSealingKey)?;
        let (carried, ml_kem) = key.encapsulate().map_err(|_| BadSealingKey)?;

        let own = EphemeralPrivateKey::generate(&X25519, &SystemRandom::new())
            .map_err(|_| BadSealingKey)?;
        let own_public = own.compute_public_key().map_err(|_| BadSealingKey)?;
        let theirs = UnparsedPublicKey::new(&X25519, to.x25519());
        let x25519 = agreement::agree_ephemeral(own, theirs, BadSealingKey, |secret| {
            half(secret).ok_or(BadSealingKey)
        })?;

        let carried = [carried.as_ref(), own_public.as_ref()].concat();
        let carried = Encapsulation::from_bytes(&carried).map_err(|_| BadSealingKey)?;
        let ml_kem = half(ml_kem.as_ref()).ok_or(BadSealingKey)?;
        let secret = kem::combine(&ml_kem, &x25519, &carried, to);
        Ok((carried, secret))
    }
}

impl FastSealingKey {
    /// From the 32-byte seed, the only form in which a sealing key is kept.
    ///
    /// What is sealed to the key by the pure provider is opened once, so that a key that would open nothing is found
    /// now and not by the first message.
    ///
    /// # Errors
    /// When aws-lc refuses the key, or the two providers do not agree about it.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, LoadError> {
        let expanded = kem::expand_seed(seed);
        let ml_kem = expand_ml_kem(&expanded.ml_kem);
        let ml_kem = DecapsulationKey::new(&ML_KEM_768, ml_kem.as_slice())
            .map_err(|_| LoadError::Refused)?;
        let x25519 = PrivateKey::from_private_key(&X25519, expanded.x25519.as_slice())
            .map_err(|_| LoadError::Refused)?;
        let public = SealingKey::from_seed(seed).public().clone();
        let key = Self { ml_kem, x25519, public };
        if key.opens_what_is_sealed_to_it() { Ok(key) } else { Err(LoadError::Mismatch) }
    }

    fn opens_what_is_sealed_to_it(&self) -> bool {
        // The secret protects nothing, so its entropy may be known.
        let Ok((carried, sent)) = PureKem.encapsulate(&self.public, &[0x5a; 64]) else {
            return false;
        };
        self.decapsulate(&carried).is_ok_and(|received| received.expose() == sent.expose())
    }
}

impl Decapsulate for FastSealingKey {
    fn public(&self) -> &SealingPublic {
        &self.public
    }

    fn decapsulate(&self, from: &Encapsulation) -> Result<SharedSecret, OpenFailed> {
        let ml_kem =
            self.ml_kem.decapsulate(Ciphertext::from(from.ml_kem())).map_err(|_| OpenFailed)?;
        let ml_kem = half(ml_kem.as_ref()).ok_or(OpenFailed)?;
        // aws-lc refuses the all-zero secret, as the pure provider does.
        let theirs = UnparsedPublicKey::new(&X25519, from.x25519());
        let x25519 = agreement::agree(&self.x25519, theirs, OpenFailed, |secret| {
            half(secret).ok_or(OpenFailed)
        })?;
        Ok(kem::combine(&ml_kem, &x25519, from, &self.public))
    }
}

/// The decapsulation key of ML-KEM-768 that a seed stands for. Source: FIPS 203 section 7.1.
#[expect(
    deprecated,
    reason = "aws-lc-rs takes the key in this form only, and it never leaves the process"
)]
fn expand_ml_kem(seed: &[u8; 64]) -> Zeroizing<[u8; 2400]> {
    let key = ml_kem::DecapsulationKey768::from_seed((*seed).into());
    Zeroizing::new(ml_kem::ExpandedKeyEncoding::to_expanded_bytes(&key).into())
}

/// One of the two secrets that are combined.
fn half(secret: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    secret.try_into().ok().map(Zeroizing::new)
}

impl fmt::Debug for FastSealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FastSealingKey")
    }
}
