//! A file that travels beside a message: named by its digest in the header, and with its key in the body.

use alloc::string::String;
use alloc::sync::Arc;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::value::Value;
use crate::crypto::digest::Digest;
use crate::crypto::stream::FileKey;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::Field;
use crate::message::field::record;
use crate::message::grammar::Grammar;
use crate::message::grammar::Shape;
use crate::message::pointer::Pointer;
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
        /// SHA-256 of the sealed file.
        digest: Digest,
        /// The length of the sealed file in bytes.
        length: u64,
        /// What it holds.
        media_type: MediaType,
    }
}

record! {
    /// A sealed file beside the message, by the key that opens it. Source: spec fil-4.
    SealedFile {
        /// SHA-256 of the sealed file, as in the header.
        digest: Digest,
        /// The length of the sealed file in bytes, as in the header.
        length: u64,
        /// The key that its chunks are sealed under; a copy of the body shares it.
        key: Arc<FileKey>,
    }
}

/// A file that a body names, and where in the body it does.
#[derive(Clone, Copy, Debug)]
pub struct NamedFile<'b> {
    /// The keys that lead to it, from the body on.
    pub at: &'static [&'static str],
    /// The file.
    pub file: &'b SealedFile,
}

impl NamedFile<'_> {
    /// Adds a fault unless the attachments name this file too, with the same length.
    // spec: fil-5
    pub fn check_beside(
        &self,
        attachments: &[Attachment],
        body_at: &Pointer<'_>,
        faults: &mut Faults,
    ) {
        let SealedFile { digest, length, .. } = self.file;
        let beside = |file: &Attachment| file.digest == *digest && file.length == *length;
        if !attachments.iter().any(beside) {
            add_at(self.at, body_at, faults);
        }
    }
}

fn add_at(keys: &[&str], at: &Pointer<'_>, faults: &mut Faults) {
    match keys.split_first() {
        Some((key, rest)) => add_at(rest, &at.key(key), faults),
        None => {
            let reason = "a file that a body names stands among the attachments, with the same digest and length";
            faults.add(at, FaultCode::Conflicting, reason);
        }
    }
}

// spec: fil-4
impl Field for Arc<FileKey> {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        let text = field::text(value, at, faults)?;
        let key = FileKey::parse(text);
        if key.is_err() {
            faults.add(at, FaultCode::Malformed, "a file key: 64 characters of 0-9 a-f");
        }
        key.ok().map(Self::new)
    }

    fn write(&self) -> Value {
        Value::Text(String::from(self.text().as_str()))
    }

    fn grammar(_grammar: &mut Grammar) -> Shape {
        Shape::Text { min: 64, max: 64, pattern: Some("[0-9a-f]{64}") }
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
