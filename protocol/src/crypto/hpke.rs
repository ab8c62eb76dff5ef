//! HPKE-9: seal some bytes to one key, in one shot and in base mode.
//!
//! Uses `kem` and `aead`. The suite is X-Wing (0x647a), SHAKE256 (0x0011), AES-256-GCM (0x0002); one suite, no choice.
//!
//! Absent on purpose: sequences of messages under one context, exported secrets, preshared keys, sender
//! authentication (the signature outside does that).
//!
//! Source: draft-ietf-hpke-hpke, draft-ietf-hpke-pq, draft-ietf-cose-hpke-pq-pqt.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use shake::ExtendableOutput as _;
use shake::Update as _;
use shake::XofReader as _;
use zeroize::Zeroizing;

use crate::crypto::aead;
use crate::crypto::aead::ContentKey;
use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::SealFailed;
use crate::crypto::kem::BadSealingKey;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::SealingPublic;
use crate::crypto::kem::SharedSecret;

/// Names the suite: "HPKE", then the identifiers of KEM, KDF and AEAD. Source: draft-ietf-hpke-hpke section 5.1.
const SUITE_ID: &[u8; 10] = b"HPKE\x64\x7a\x00\x11\x00\x02";

/// Base mode: no preshared key. Source: draft-ietf-hpke-hpke table 1.
const MODE_BASE: u8 = 0x00;

/// Length of the key, in bytes: Nk of AES-256-GCM.
const KEY_BYTES: usize = 32;

/// Length of the nonce, in bytes: Nn of AES-256-GCM.
const NONCE_BYTES: usize = 12;

/// Length of the exporter secret, in bytes: Nh of SHAKE256. Never used, but its length goes into the derivation.
const EXPORTER_BYTES: usize = 64;

/// What one derivation yields, in bytes.
const SCHEDULE_BYTES: usize = KEY_BYTES + NONCE_BYTES + EXPORTER_BYTES;

/// The same length as it is hashed.
const SCHEDULE_BYTES_HASHED: [u8; 2] = [0, 108];

const _: () = assert!(SCHEDULE_BYTES == 108);

/// Why bytes were not sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The recipient's key cannot be sealed to.
    #[error(transparent)]
    Key(#[from] BadSealingKey),
    /// The info is longer than its length field.
    #[error("the info of a sealing has at most 65535 bytes, this one has {len}")]
    InfoTooLong {
        /// Bytes given.
        len: usize,
    },
    /// The plain text is beyond the bound of the cipher.
    #[error(transparent)]
    Cipher(#[from] SealFailed),
}

/// Seals plain text to the holder of `to`.
///
/// `entropy` is used for this call and no other.
///
/// # Errors
/// When the key cannot be sealed to, or the info or the plain text is beyond its bound.
pub fn seal(
    kem: &dyn Encapsulate,
    to: &SealingPublic,
    info: &[u8],
    aad: &[u8],
    plain: &[u8],
    entropy: &[u8; 64],
) -> Result<(Encapsulation, Vec<u8>), SealError> {
    // The length is checked first, so that a refusal costs nothing.
    let info = Info::new(info).ok_or(SealError::InfoTooLong { len: info.len() })?;
    let (carried, secret) = kem.encapsulate(to, entropy)?;
    let (key, nonce) = schedule(&secret, &info);
    let sealed = aead::seal(&key, &nonce, aad, plain)?;
    Ok((carried, sealed))
}

/// Opens what was sealed to this key.
///
/// # Errors
/// When anything differs from what was sealed; every difference looks the same.
pub fn open(
    key: &dyn Decapsulate,
    carried: &Encapsulation,
    info: &[u8],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, OpenFailed> {
    let info = Info::new(info).ok_or(OpenFailed)?;
    let secret = key.decapsulate(carried)?;
    let (key, nonce) = schedule(&secret, &info);
    aead::open(&key, &nonce, aad, sealed).map(Zeroizing::new)
}

/// Application info with its length in the two bytes that HPKE has for it.
struct Info<'a> {
    len: [u8; 2],
    bytes: &'a [u8],
}

impl<'a> Info<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let len = u16::try_from(bytes.len()).ok()?;
        Some(Self { len: len.to_be_bytes(), bytes })
    }
}

/// Key and nonce of the only message of this context.
///
/// Shape: SHAKE256 of (empty psk ‖ secret, each with its length) ‖ "HPKE-v1" ‖ suite ‖ label "secret" with its length ‖
/// length wanted ‖ mode ‖ (empty psk id ‖ info, each with its length). The nonce of message 0 is the base nonce.
/// Source: `CombineSecrets_OneStage` and `LabeledDerive`, draft-ietf-hpke-hpke sections 4 and 5.1.
fn schedule(secret: &SharedSecret, info: &Info<'_>) -> (ContentKey, [u8; NONCE_BYTES]) {
    let mut hasher = shake::Shake256::default();
    hasher.update(&[0, 0]);
    hasher.update(&[0, 32]);
    hasher.update(secret.expose());
    hasher.update(b"HPKE-v1");
    hasher.update(SUITE_ID);
    hasher.update(&[0, 6]);
    hasher.update(b"secret");
    hasher.update(&SCHEDULE_BYTES_HASHED);
    hasher.update(&[MODE_BASE]);
    hasher.update(&[0, 0]);
    hasher.update(&info.len);
    hasher.update(info.bytes);

    let mut reader = hasher.finalize_xof();
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let mut nonce = [0; NONCE_BYTES];
    reader.read(key.as_mut_slice());
    reader.read(&mut nonce);
    (ContentKey::from_bytes(*key), nonce)
}
