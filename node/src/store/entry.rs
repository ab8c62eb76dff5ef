//! What one journal frame carries: the encoded records of one commit, and where its bodies stand.
//!
//! Uses `protocol::codec`. The records are carried as byte strings, so each is decoded within its own bounds.

use concord_protocol::codec::Encoded;
use concord_protocol::crypto::digest::Digest;
use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

/// Longest journal entry, in bytes. A batch beyond it fails; the writer cuts its batches long before.
///
/// A thousand messages with the longest headers fit. Source: spec store-5.
pub const ENTRY_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One commit, as the journal holds it. Source: spec store-5.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// Where the bodies of this commit stand.
    pub(crate) bodies: Vec<Placement>,
    /// The encoded records, in the order in which they are applied.
    pub(crate) records: Vec<ByteBuf>,
}

/// Where one sealed body stands. Source: spec store-9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placement {
    /// The message that it belongs to.
    pub(crate) message: Digest,
    /// Body segment.
    pub(crate) segment: u32,
    /// Offset in the segment, in bytes.
    pub(crate) offset: u64,
    /// Bytes there, the tag of the outer layer included.
    pub(crate) len: u32,
    /// Slot of its keys.
    pub(crate) slot: u64,
}

impl Encoded for Entry {
    const BYTES_MAX: usize = ENTRY_BYTES_MAX;
}

impl Encoded for Placement {
    const BYTES_MAX: usize = 128;
}
