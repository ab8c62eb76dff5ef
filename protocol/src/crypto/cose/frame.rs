//! A tag and the array behind it. Tags stand outside of everything `codec` reads, and only here.

use alloc::vec::Vec;

use crate::codec;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::CoseError;

/// Encodes a structure behind its tag.
pub(super) fn encode<T: Encoded>(tag: &[u8], frame: &T) -> Result<Vec<u8>, EncodeError> {
    let array = codec::encode(frame)?;
    Ok([tag, array.as_slice()].concat())
}

/// Decodes the one form of a structure behind its tag.
pub(super) fn decode<T: Encoded>(tag: &[u8], bytes: &[u8]) -> Result<T, CoseError> {
    let array = bytes.strip_prefix(tag).ok_or(CoseError::Tag)?;
    Ok(codec::decode(array)?)
}
