//! One value has one form: deterministic CBOR (RFC 8949 section 4.2.1) around `serde_cbor`.
//!
//! Uses `limits`. A scanner checks shape, order, shortest forms, depth and counts before memory is taken;
//! `serde_cbor` then decodes; what does not encode back to the same bytes is refused.
//!
//! Structures of the protocol have the integer keys 0, 1, 2 … in the order of their fields, so a field is only ever
//! added at the end. A variant without content is its integer; one with content is an array that begins with its
//! integer: `[1, content]`, `[1, first, second]`, `[1, {0: first, 1: second}]`. Tuples are arrays. Bodies, which people
//! read, are a [`value::Value`] tree with sorted text keys.
//!
//! A type writes its text with `serialize_str`, never with `collect_str`: without `std`, `serde_cbor` forgets the head.
//!
//! Absent on purpose: floats, tags inside values, indefinite lengths, null beside absence.

pub mod scan;
pub mod source;
pub mod value;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::scan::ScanError;

/// A type that crosses a border in deterministic CBOR.
pub trait Encoded: Serialize + DeserializeOwned {
    /// Longest encoding, in bytes; checked before anything else.
    const BYTES_MAX: usize;
}

/// Why a value could not be encoded: a broken invariant of ours, never caused by input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a value has no encoding")]
pub struct EncodeError;

/// Why bytes are not a value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than the type may have.
    #[error("an encoding of this type has at most {max} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not deterministic CBOR within bounds.
    #[error("the bytes are not deterministic CBOR")]
    Scan(#[from] ScanError),
    /// Deterministic CBOR, yet not this type.
    #[error("the value does not have the fields of its type")]
    Shape,
    /// Reads as this type, yet this type is written otherwise.
    #[error("the value does not encode back to the same bytes")]
    NotCanonical,
}

/// Encodes a value in its one form.
///
/// # Errors
/// Only when the type has no encoding at all.
pub fn encode<T: Encoded>(value: &T) -> Result<Vec<u8>, EncodeError> {
    encode_parts(value)
}

/// Encodes parts that are only signed, hashed or bound, and never read back: a tuple of borrowed values.
///
/// # Errors
/// Only when the parts have no encoding at all.
pub fn encode_parts<T: Serialize>(parts: &T) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    // Packed: integers for the names of fields. Legacy enums: an array that begins with the integer of the variant;
    // the newer form of `serde_cbor` writes the name, so that renaming a variant would change the wire.
    let mut serializer = serde_cbor::Serializer::new(&mut bytes).packed_format().legacy_enums();
    parts.serialize(&mut serializer).map_err(|_| EncodeError)?;
    Ok(bytes)
}

/// Reads the fields that a type has and leaves the others aside; to say why something was refused, never to accept it.
pub fn peek<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    scan::check(bytes).ok()?;
    serde_cbor::from_slice(bytes).ok()
}

/// The integer of the variant of an encoded enum, without reading its content: to leave aside what is not asked for,
/// never to accept it.
pub fn variant(bytes: &[u8]) -> Option<u8> {
    // An array of two to four, then a small integer; or the integer alone.
    match bytes {
        [0x82..=0x84, number @ 0..=0x17, ..] | [0x82..=0x84, 0x18, number, ..] => Some(*number),
        [number @ 0..=0x17] | [0x18, number] => Some(*number),
        _ => None,
    }
}

/// Decodes the one form of a value, and refuses every other.
///
/// # Errors
/// The first thing that is wrong with the bytes, in the order length, scan, shape, re-encoding.
pub fn decode<T: Encoded>(bytes: &[u8]) -> Result<T, DecodeError> {
    // spec: env-2
    if bytes.len() > T::BYTES_MAX {
        return Err(DecodeError::TooLong { len: bytes.len(), max: T::BYTES_MAX });
    }
    scan::check(bytes)?;
    let value: T = serde_cbor::from_slice(bytes).map_err(|_| DecodeError::Shape)?;
    // spec: env-1
    match encode(&value) {
        Ok(again) if again == bytes => Ok(value),
        Ok(_) | Err(EncodeError) => Err(DecodeError::NotCanonical),
    }
}
