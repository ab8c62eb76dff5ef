//! A file that travels beside a message, named by its digest.

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::message::field::record;
use crate::message::text::header_text;
use crate::message::text::text_type;

text_type! {
    /// What a file holds. Shape: `image/jpeg`. Source: RFC 6838, the form only.
    MediaType: 3..=127, Some("[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*"),
    "a media type in lower case such as image/jpeg", is_media_type
}
header_text!(MediaType);

record! {
    /// One attachment.
    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    open Attachment {
        /// SHA-256 of the file.
        digest: Digest,
        /// Its length in bytes.
        length: u64,
        /// What it holds.
        media_type: MediaType,
    }
}

fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            && name.bytes().all(|byte| {
                byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&^_.+-".contains(&byte)
            })
    };
    text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}
