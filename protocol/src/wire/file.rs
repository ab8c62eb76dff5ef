//! What is said on a file stream: one request, one answer, and then the file's sealed bytes.
//!
//! Uses `codec`, `crypto`, `registry`. A file is pulled by whoever lacks it, so that each side decides what it takes and
//! when; the bytes themselves are no frame, for they may be long and prove themselves by their digest.
//!
//! Absent on purpose: who may have a file, and where it lies (the node).

#[cfg(test)]
mod tests;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::limits::FILE_FRAME_BYTES_MAX;
use crate::registry::FileCode;

/// Asks for a file from a place on. Source: spec fil-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRequest {
    /// Which file: the SHA-256 of its sealed bytes.
    pub digest: Digest,
    /// How many of its sealed bytes the asker has.
    pub offset: u64,
}

/// The answer. The order of the variants is the wire format. Source: spec fil-31.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileAnswer {
    /// The bytes from the place asked for follow.
    File(FileHead),
    /// None follow.
    Refused(FileRefusal),
}

/// What is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHead {
    /// Sealed bytes of the whole file.
    pub length: u64,
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileRefusal {
    /// The reason.
    pub code: FileCode,
}

/// What an answer is worth to whoever asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// So many bytes follow, and are the rest of the file.
    Rest(u64),
    /// The file is not to be had now, and why.
    Refused(FileCode),
    /// The file that is offered is another one: it has another length than the header says.
    OtherFile,
}

impl FileAnswer {
    /// Judges an answer to a request for a file of which `length` sealed bytes are expected, `offset` of them held.
    // spec: fil-32
    pub fn hear(self, length: u64, offset: u64) -> Heard {
        match self {
            Self::Refused(FileRefusal { code }) => Heard::Refused(code),
            Self::File(head) if head.length == length => {
                length.checked_sub(offset).map_or(Heard::OtherFile, Heard::Rest)
            }
            Self::File(_) => Heard::OtherFile,
        }
    }
}

impl Encoded for FileRequest {
    const BYTES_MAX: usize = FILE_FRAME_BYTES_MAX;
}

impl Encoded for FileAnswer {
    const BYTES_MAX: usize = FILE_FRAME_BYTES_MAX;
}
