//! Keys of logs and cosigners as text. Source: C2SP signed-note (verifier keys), spec log-23.
//!
//! Uses `note`, `cosignature`. Shape: `<name>+<key id in hex>+<base64 of type and key>`; the key id is computed, never
//! believed.
//!
//! Absent on purpose: keys that cannot be verified with here: ECDSA (0x02), RFC 6962 (0x05), ML-DSA (0x06).

use alloc::string::String;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::signature::VerifyingKey;
use crate::crypto::signature::WeakKey;
use crate::log::cosignature::COSIGNATURE;
use crate::log::cosignature::CosignerKey;
use crate::log::note::BadKeyName;
use crate::log::note::ED25519;
use crate::log::note::NoteKey;

/// A key by what it may sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vkey {
    /// A log's, over notes.
    Log(NoteKey),
    /// A cosigner's, over a time and a note.
    Cosigner(CosignerKey),
}

/// Why a text is not a key to verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VkeyError {
    /// Not three parts.
    #[error("a key is a name, a key id and base64, joined by plus signs")]
    Parts,
    /// The name cannot stand in a note.
    #[error(transparent)]
    Name(#[from] BadKeyName),
    /// Not 8 digits.
    #[error("the key id is 8 digits of hex in lower case")]
    KeyIdForm,
    /// Not base64 in its one form, or without a type.
    #[error("the last part of a key is base64 in its one form")]
    Base64,
    /// A type that cannot be verified with here.
    #[error(
        "keys of type {kind:#04x} cannot be verified with here; Ed25519 (0x01) and its cosignatures (0x04) can"
    )]
    Unknown {
        /// The type found.
        kind: u8,
    },
    /// Not a usable key.
    #[error(transparent)]
    Key(#[from] WeakKey),
    /// The key id is of another name, type or key.
    #[error("the key id does not belong to this name and key")]
    KeyId,
}

/// Reads a key.
///
/// # Errors
/// The first thing that is wrong with the text.
pub fn parse(text: &str) -> Result<Vkey, VkeyError> {
    // spec: log-23
    let mut parts = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(VkeyError::Parts);
    };
    let id = key_id(id).ok_or(VkeyError::KeyIdForm)?;
    let bytes = STANDARD.decode(key).map_err(|_| VkeyError::Base64)?;
    let (kind, key) = bytes.split_first().ok_or(VkeyError::Base64)?;
    if *kind != ED25519 && *kind != COSIGNATURE {
        return Err(VkeyError::Unknown { kind: *kind });
    }
    let key = VerifyingKey::from_bytes(key.try_into().map_err(|_| WeakKey)?)?;
    let vkey = if *kind == ED25519 {
        Vkey::Log(NoteKey::new(name, key)?)
    } else {
        Vkey::Cosigner(CosignerKey::new(name, key)?)
    };
    if vkey.id() == id { Ok(vkey) } else { Err(VkeyError::KeyId) }
}

/// Eight digits of hex in lower case.
fn key_id(text: &str) -> Option<[u8; 4]> {
    let lower = text.len() == 8 && text.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
    let number = if lower { u32::from_str_radix(text, 16).ok()? } else { return None };
    Some(number.to_be_bytes())
}

impl Vkey {
    /// The key's id in notes.
    pub const fn id(&self) -> [u8; 4] {
        match self {
            Self::Log(key) => key.id(),
            Self::Cosigner(key) => key.id(),
        }
    }

    /// The key as text.
    pub fn text(&self) -> String {
        match self {
            Self::Log(key) => key.vkey(),
            Self::Cosigner(key) => key.vkey(),
        }
    }
}
