//! Leaves: the facts that a log records, each in deterministic CBOR. Source: spec log-15.
//!
//! Uses `ids`, `moment`, `registry`, `codec`, `crypto`. A leaf holds headers, digests, names of agencies and codes;
//! nothing that might ever have to be erased, for a leaf never is.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::PurposeCode;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::limits::LEAF_BYTES_MAX;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;

/// One fact. The order of the variants and of their fields is the format: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Leaf {
    /// The node started; the first leaf of every log.
    Started {
        /// When, by the node's clock.
        at: Timestamp,
        /// Charter version in force.
        charter_version: CharterVersion,
        /// The node's credential in force.
        credential: Serial,
        /// Whether a peer had confirmed the newest checkpoint before.
        probed: bool,
    },
    /// A message of one's own, once, whatever the number of its recipients.
    Message {
        /// The signed header: COSE_Sign1.
        header: ByteBuf,
    },
    /// A message of one's own got its number on the link to a recipient.
    Sent {
        /// The message.
        message: Digest,
        /// The recipient.
        to: AgencyId,
        /// Epoch of the link.
        epoch: Epoch,
        /// Number on the link.
        number: LinkNumber,
    },
    /// A peer's message was taken.
    Received {
        /// The message.
        message: Digest,
        /// The peer.
        from: AgencyId,
        /// Epoch of the link.
        epoch: Epoch,
        /// Number on the link.
        number: LinkNumber,
        /// SHA-256 of the signed dispatch that covered it.
        dispatch: Digest,
        /// When, by the node's clock.
        at: Timestamp,
        /// Whether the body came with it.
        form: Form,
    },
    /// A peer's message was refused; its number is settled all the same.
    Refused {
        /// The message.
        message: Digest,
        /// The peer.
        from: AgencyId,
        /// Epoch of the link.
        epoch: Epoch,
        /// Number on the link.
        number: LinkNumber,
        /// SHA-256 of the signed dispatch that covered it.
        dispatch: Digest,
        /// When, by the node's clock.
        at: Timestamp,
        /// Why.
        code: RefusalCode,
    },
    /// A peer's receipt was checked and taken: the two logs are entangled.
    ReceiptHeld {
        /// The peer.
        from: AgencyId,
        /// Epoch of the link to the peer.
        epoch: Epoch,
        /// What it settles, in ascending order of numbers.
        items: Vec<ReceiptItem>,
        /// SHA-256 of the encoded receipt.
        receipt: Digest,
        /// Size of the peer's log in the receipt's checkpoint.
        size: TreeSize,
        /// Root of the peer's log in the receipt's checkpoint.
        root: Digest,
    },
    /// An officer opened a body.
    Read {
        /// The message.
        message: Digest,
        /// Who, by pseudonymous number.
        officer: StaffNumber,
        /// For which purpose.
        purpose: PurposeCode,
        /// When, by the node's clock.
        at: Timestamp,
    },
}

/// What a receipt settles: one number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptItem {
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// Place of the `received` or `refused` leaf in the peer's log.
    pub index: LeafIndex,
    /// What became of it.
    pub outcome: Outcome,
}

/// In which form a message came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Form {
    /// With its sealed body.
    Whole,
    /// The header alone.
    Tombstone,
}

/// What became of a message at its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Outcome {
    /// It was taken.
    Accepted,
    /// It was refused.
    Refused {
        /// Why.
        code: RefusalCode,
    },
}

// spec: log-15
impl Encoded for Leaf {
    const BYTES_MAX: usize = LEAF_BYTES_MAX;
}
