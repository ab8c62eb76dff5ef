//! Seal and open a text under one key: AES-256-GCM, and ChaCha20-Poly1305 where a suite says so.
//!
//! Uses nothing. A key seals one text: every content key is drawn fresh, so a nonce never repeats under it.
//! Absent on purpose: reasons for failing. A wrong key, other data and a changed byte look alike.
//! Source: NIST SP 800-38D, RFC 8439, RFC 9053 sections 4.1 and 4.3 (96-bit nonce, 128-bit tag).

#[cfg(test)]
mod tests;

use alloc::vec::Vec;
use core::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::KeyInit;
use aes_gcm::aead::Aead;
use aes_gcm::aead::Payload;
use chacha20poly1305::ChaCha20Poly1305;
use zeroize::Zeroize;
use zeroize::ZeroizeOnDrop;

/// Bytes by which a sealed text is longer than the plain one.
pub const TAG_BYTES: usize = 16;

/// Bytes of a nonce.
pub const NONCE_BYTES: usize = 12;

/// The key of one sealed text. Shape: 32 bytes. Silent, not cloned, wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct ContentKey([u8; 32]);

/// What seals a text. Both take keys of 32 bytes, nonces of 12, and add 16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cipher {
    /// AES-256-GCM. Source: NIST SP 800-38D.
    Aes256Gcm,
    /// ChaCha20-Poly1305. Source: RFC 8439.
    ChaCha20Poly1305,
}

/// The text could not be sealed: longer than the cipher allows, never caused by a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the text is longer than the cipher can seal")]
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

impl Cipher {
    /// Seals a text. Shape of the result: the sealed text and the 16 bytes of its tag.
    ///
    /// # Errors
    /// When the text is longer than the cipher allows.
    pub fn seal(
        self,
        key: &ContentKey,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        plain: &[u8],
    ) -> Result<Vec<u8>, SealFailed> {
        let text = Payload { msg: plain, aad };
        let (key, nonce) = ((&key.0).into(), (*nonce).into());
        let sealed = match self {
            Self::Aes256Gcm => Aes256Gcm::new(key).encrypt(&nonce, text),
            Self::ChaCha20Poly1305 => ChaCha20Poly1305::new(key).encrypt(&nonce, text),
        };
        sealed.map_err(|_| SealFailed)
    }

    /// Opens a sealed text.
    ///
    /// # Errors
    /// When the key, the nonce, the additional data or any byte is another one.
    pub fn open(
        self,
        key: &ContentKey,
        nonce: &[u8; NONCE_BYTES],
        aad: &[u8],
        sealed: &[u8],
    ) -> Result<Vec<u8>, OpenFailed> {
        let text = Payload { msg: sealed, aad };
        let (key, nonce) = ((&key.0).into(), (*nonce).into());
        let opened = match self {
            Self::Aes256Gcm => Aes256Gcm::new(key).decrypt(&nonce, text),
            Self::ChaCha20Poly1305 => ChaCha20Poly1305::new(key).decrypt(&nonce, text),
        };
        opened.map_err(|_| OpenFailed)
    }
}

/// Seals a text with AES-256-GCM. Shape of the result: the sealed text and the 16 bytes of its tag.
///
/// # Errors
/// When the text is longer than the cipher allows.
pub fn seal(
    key: &ContentKey,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>, SealFailed> {
    Cipher::Aes256Gcm.seal(key, nonce, aad, plain)
}

/// Opens a text that was sealed with AES-256-GCM.
///
/// # Errors
/// When the key, the nonce, the additional data or any byte is another one.
pub fn open(
    key: &ContentKey,
    nonce: &[u8; NONCE_BYTES],
    aad: &[u8],
    sealed: &[u8],
) -> Result<Vec<u8>, OpenFailed> {
    Cipher::Aes256Gcm.open(key, nonce, aad, sealed)
}
