//! AES-256-GCM: seal and open under one key.
//!
//! Uses nothing. A key seals one text: every content key is drawn fresh, so a nonce never repeats under it.
//! Absent on purpose: reasons for failing. A wrong key, other data and a changed byte look alike.
//! Source: NIST SP 800-38D, RFC 9053 section 4.1 (96-bit nonce, 128-bit tag).

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::KeyInit;
use aes_gcm::aead::Aead;
use aes_gcm::aead::Payload;
use zeroize::Zeroize;
use zeroize::ZeroizeOnDrop;

/// Bytes by which a sealed text is longer than the plain one.
pub const TAG_BYTES: usize = 16;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;

/// The key of one sealed text. Shape: 32 bytes. Silent, not cloned, wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

/// The text could not be sealed: longer than the cipher allows, never caused by a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is longer than AES-GCM can seal")]
pub struct SealFailed;

/// The text cannot be opened with this key. It does not say why: a reason would help whoever tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed text cannot be opened with this key")]
pub struct OpenFailed;

impl ContentKey {
    /// From 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, to wrap them for someone.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey")
    }
}

/// Seals a text. Shape of the result: the sealed text and the 16 bytes of its tag.
///
/// # Errors
/// When the text is longer than the cipher allows.
pub fn seal(
    key: &ContentKey,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealFailed> {
    let text = Payload { msg: plain, aad };
    Aes256Gcm::new((&key.0).into()).encrypt(&(*nonce).into(), text).map_err(|_| SealFailed)
}

/// Opens a sealed text.
///
/// # Errors
/// When the key, the nonce, the additional data or any byte is another one.
pub fn open(
    key: &ContentKey,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, OpenFailed> {
    let text = Payload { msg: sealed, aad };
    Aes256Gcm::new((&key.0).into()).decrypt(&(*nonce).into(), text).map_err(|_| OpenFailed)
}
