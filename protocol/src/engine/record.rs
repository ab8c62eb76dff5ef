//! What a node must remember: the vocabulary of the journal, on disk as well as in memory.
//!
//! Uses `ids`, `registry`, `crypto`. Each record is one fact; applying it twice changes nothing (store-4).
//! Absent on purpose: bodies. They are handed over beside the records and stand in segment files.

use alloc::string::String;

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
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::FRAME_BYTES_MAX;
use crate::moment::Timestamp;
use crate::registry::RefusalCode;

/// One fact to remember. The order of the variants is the disk format: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// A leaf of the node's own log.
    Leaf(LeafRecord),
    /// A full tile of the node's own log.
    Tile(TileRecord),
    /// The signed head that covers every leaf so far. The last record of each commit.
    Head(HeadRecord),
    /// A message, own or received, by its digest.
    Message(MessageRecord),
    /// What is owed to, or settled with, a peer under one number.
    Outbound(OutboundRecord),
    /// What a peer sent under one number.
    Inbound(InboundRecord),
    /// The signed dispatch under which a peer sent a run of messages.
    Dispatch(DispatchRecord),
    /// A receipt of a peer that was checked and taken.
    Receipt(ReceiptRecord),
    /// The counters of one link.
    Link(LinkRecord),
    /// The newest checkpoint held of a peer's log.
    PeerHead(PeerHeadRecord),
    /// A verified credential.
    Credential(CredentialRecord),
    /// A verified charter version.
    Charter(CharterRecord),
    /// The answer under an idempotency key.
    Idempotency(IdempotencyRecord),
    /// Whether the node may sign.
    Mode(ModeRecord),
}

/// A leaf and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafRecord {
    /// Place in the log.
    pub index: LeafIndex,
    /// The encoded leaf.
    pub leaf: ByteBuf,
}

/// A full tile: 256 hashes of 32 bytes. Source: C2SP tlog-tiles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TileRecord {
    /// Level, 0 at the leaves.
    pub level: u8,
    /// Place in the level.
    pub index: u64,
    /// 8,192 bytes.
    pub hashes: ByteBuf,
}

/// A signed head of the node's own log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadRecord {
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// The signed note.
    pub note: ByteBuf,
}

/// A message's signed header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// SHA-256 of `message`.
    pub digest: Digest,
    /// The id that people use.
    pub id: MessageId,
    /// The author.
    pub from: AgencyId,
    /// When this node made or took it.
    pub at: Timestamp,
    /// The `message` leaf of an own message, the `received` leaf of another's.
    pub leaf: LeafIndex,
    /// The COSE_Sign1 bytes.
    pub message: ByteBuf,
    /// Whether a sealed body came with it; the store holds it under the message's digest.
    pub body: BodyForm,
}

/// Whether a message has its body here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyForm {
    /// The sealed body is in the store.
    Held,
    /// The message came as a tombstone.
    Absent,
}

/// How a delivery stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Settlement {
    /// Not settled: queued, or offered and not yet receipted.
    Open,
    /// The peer proved that its log, at this size, holds the message at this index.
    Accepted(LeafIndex, TreeSize),
    /// The peer proved that its log holds a refusal at this index.
    Refused(LeafIndex, RefusalCode),
}

/// One number of the link to a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutboundRecord {
    /// The peer.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// Bytes of header and sealed body together, for the size of offers.
    pub bytes: u32,
    /// When the message loses its point; from then on a tombstone is offered.
    pub expires: Option<Timestamp>,
    /// The `sent` leaf.
    pub leaf: LeafIndex,
    /// How it stands.
    pub settlement: Settlement,
    /// First number of the receipt that settled it; its receipt record has the proof.
    pub receipt: Option<LinkNumber>,
}

/// One number of the link from a peer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundRecord {
    /// The peer.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// The `received` or `refused` leaf.
    pub leaf: LeafIndex,
    /// The refusal, if it was one.
    pub refused: Option<RefusalCode>,
}

/// A signed dispatch, kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchRecord {
    /// The peer that signed it.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// First number covered.
    pub first: LinkNumber,
    /// The COSE_Sign1 bytes.
    pub dispatch: ByteBuf,
}

/// A peer's receipt, kept as evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptRecord {
    /// The peer that made it.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// First number settled.
    pub first: LinkNumber,
    /// The encoded receipt.
    pub receipt: ByteBuf,
}

/// The counters of one link, both directions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRecord {
    /// The peer.
    pub peer: AgencyId,
    /// Epoch of the direction out.
    pub out_epoch: Epoch,
    /// The number that the next message out gets.
    pub out_next: LinkNumber,
    /// Epoch of the direction in.
    pub in_epoch: Epoch,
    /// The last number in that was settled; 0 before the first.
    pub in_cursor: LinkNumber,
    /// Every number out below this one is settled; where recovery begins to look for what is owed.
    pub out_lowest: LinkNumber,
}

/// The newest checkpoint of a peer's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerHeadRecord {
    /// The peer.
    pub peer: AgencyId,
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// The signed note.
    pub note: ByteBuf,
}

/// A credential, as its root signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialRecord {
    /// Whose.
    pub agency: AgencyId,
    /// Which.
    pub serial: Serial,
    /// The COSE_Sign bytes.
    pub credential: ByteBuf,
}

/// A charter version, as its members signed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CharterRecord {
    /// Which.
    pub version: CharterVersion,
    /// The COSE_Sign bytes.
    pub charter: ByteBuf,
}

/// A submission that was answered: the same key gives the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The key, as the caller wrote it.
    pub key: String,
    /// Digest of the submission.
    pub request: Digest,
    /// The message that it made.
    pub message: Digest,
}

/// Whether the node may sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModeRecord {
    /// It may.
    Open,
    /// A peer showed a newer or different checkpoint of this node's log.
    Quarantined(PeerHeadRecord),
}

impl Record {
    /// Bytes of the byte strings in it; what else it has is small.
    pub(crate) fn carried(&self) -> usize {
        match self {
            Self::Leaf(record) => record.leaf.len(),
            Self::Tile(record) => record.hashes.len(),
            Self::Head(record) => record.note.len(),
            Self::Message(record) => record.message.len(),
            Self::Dispatch(record) => record.dispatch.len(),
            Self::Receipt(record) => record.receipt.len(),
            Self::PeerHead(record) => record.note.len(),
            Self::Credential(record) => record.credential.len(),
            Self::Charter(record) => record.charter.len(),
            Self::Idempotency(record) => record.key.len(),
            Self::Outbound(_) | Self::Inbound(_) | Self::Link(_) | Self::Mode(_) => 0,
        }
    }
}

impl Encoded for Record {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}
