//! Seal and open a long text piece by piece under one key: STREAM over AES-256-GCM.
//!
//! Uses `aead`'s cipher. The nonce of a piece is its number and whether it is the last one, so that pieces that are
//! missing, added or in another order do not open; each piece is opened alone.
//! A key seals one text: it is drawn fresh for each file, so a nonce never repeats under it.
//! Source: Hoang, Reyhanitabar, Rogaway and Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
//! Misuse-Resistance" (CRYPTO 2015), section 7; the nonce is that of age, C2SP `age.md`, section "Payload".

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::KeyInit;
use aes_gcm::aead::Aead;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;
use zeroize::ZeroizeOnDrop;
use zeroize::Zeroizing;

use crate::crypto::aead::NONCE_BYTES;
use crate::crypto::aead::OpenFailed;
use crate::crypto::aead::SealFailed;
use crate::crypto::digest::Digest;
use crate::crypto::digest::DigestError;

/// The key of one file. Shape: 32 random bytes. Silent, not cloned, compared in constant time, wiped on drop.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct FileKey([u8; 32]);

/// Whether another piece follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Another one follows.
    More,
    /// This is the last one.
    Last,
}

impl FileKey {
    /// From 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads the key as it stands in a body. Shape: 64 hexadecimal characters in lower case, as a digest.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        Digest::parse(text).map(|bytes| Self(*bytes.as_bytes()))
    }

    /// The key as it stands in a body. Shape: as [`FileKey::parse`] reads it. The text is wiped on drop.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(Digest::from_bytes(self.0).to_string())
    }
}

impl PartialEq for FileKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for FileKey {}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FileKey")
    }
}

/// Seals the piece with that number, from 0. Shape of the result: the sealed bytes and the 16 of their tag.
///
/// # Errors
/// When the piece is longer than the cipher allows.
pub fn seal(key: &FileKey, number: u64, end: End, plain: &[u8]) -> Result<Vec<u8>, SealFailed> {
    let nonce = nonce(number, end).into();
    Aes256Gcm::new((&key.0).into()).encrypt(&nonce, plain).map_err(|_| SealFailed)
}

/// Opens the piece with that number.
///
/// # Errors
/// When it is not this piece of a text sealed under this key: another one, changed, or last where more follow.
pub fn open(key: &FileKey, number: u64, end: End, sealed: &[u8]) -> Result<Vec<u8>, OpenFailed> {
    let nonce = nonce(number, end).into();
    Aes256Gcm::new((&key.0).into()).decrypt(&nonce, sealed).map_err(|_| OpenFailed)
}

/// Shape: the number in 11 bytes, most significant first, then 1 for the last piece and 0 for every other one.
// spec: fil-2
fn nonce(number: u64, end: End) -> [u8; NONCE_BYTES] {
    let last = match end {
        End::More => 0,
        End::Last => 1,
    };
    let [a, b, c, d, e, f, g, h] = number.to_be_bytes();
    [0, 0, 0, a, b, c, d, e, f, g, h, last]
}
