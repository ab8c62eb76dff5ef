//! What the local API says in JSON, for the node that writes it and the command line that reads it.
//!
//! Names in snake case, times in RFC 3339 UTC, digests and bytes in lower-case hexadecimal, notes as text.
//! Source: spec api-3.

pub mod charter;
pub mod deadline;
pub mod deconfliction;
pub mod erasure;
pub mod feed;
pub mod file;
pub mod header;
pub mod leaf;
pub mod log;
pub mod message;
pub mod names;
pub mod node;
pub mod peer;
pub mod procedure;
pub mod review;
pub mod specialty;
pub mod statistics;
pub mod succession;
pub mod times;
pub mod watch;

use utoipa::PartialSchema;
use utoipa::ToSchema;
use utoipa::openapi::KnownFormat;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::RefOr;
use utoipa::openapi::Schema;
use utoipa::openapi::SchemaFormat;
use utoipa::openapi::Type;

/// Bytes that are answered as they are.
#[derive(Debug)]
pub struct Binary;

impl PartialSchema for Binary {
    fn schema() -> RefOr<Schema> {
        let format = SchemaFormat::KnownFormat(KnownFormat::Binary);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl ToSchema for Binary {}

/// Bytes as lower-case hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads lower-case hexadecimal; `None` for anything else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| pair.iter().try_fold(0_u8, |sum, digit| Some((sum << 4) | nibble(*digit)?)))
        .collect()
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Some(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => None,
    }
}
