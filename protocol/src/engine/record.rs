//! What a node must remember: the vocabulary of the journal, on disk as well as in memory.
//!
//! Uses `ids`, `registry`, `crypto`. Each record is one fact; applying it twice changes nothing (store-4).
//! Absent on purpose: bodies. They are handed over beside the records and stand in segment files.

pub mod act;
pub mod idempotency;
pub mod papers;
pub mod queried;
mod weight;

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::engine::record::act::ActRecord;
use crate::engine::record::idempotency::IdempotencyRecord;
use crate::engine::record::papers::CharterRecord;
use crate::engine::record::papers::NoticeRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::record::papers::StaffRecord;
use crate::engine::record::queried::QueriedRecord;
use crate::ids::AgencyId;
use crate::ids::BasisCode;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::limits::FRAME_BYTES_MAX;
use crate::log::leaf::Doubt;
use crate::log::leaf::EraseCause;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Form;
use crate::message::time::CivilDate;
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
    /// A statement that a log ends, of this node or of a peer; in force only once a quorum approved it.
    Proposal(ProposalRecord),
    /// An approval of such a statement.
    Approval(ApprovalRecord),
    /// A succession in force, of this node or of a peer.
    Succession(SuccessionRecord),
    /// What a peer holds of the node's own log, shown while the node was in quarantine; without a note where it is none.
    Shown(PeerHeadRecord),
    /// When a body has to be gone.
    Due(DueRecord),
    /// Up to which day every body that was due is gone.
    Retired(RetiredRecord),
    /// That a body was erased, and why.
    Erasure(ErasureRecord),
    /// That the keys of the bodies were copied, and until when the copy lives.
    KeyBackup(KeyBackupRecord),
    /// A checkpoint of the node's own log with the cosignatures gathered so far.
    Cosigned(CosignedRecord),
    /// The newest checkpoint of a peer's log that carries a quorum of cosignatures.
    PeerCosigned(PeerCosignedRecord),
    /// A file of evidence, judged.
    Evidence(EvidenceRecord),
    /// What ended credentials early.
    Revocation(RevocationRecord),
    /// The newest change of a member's addresses, or of the node's own.
    Notice(NoticeRecord),
    /// What a message contributes to its procedure.
    Act(ActRecord),
    /// The newest staff list of a member, or of the node's own agency.
    Staff(StaffRecord),
    /// How much a member has asked about.
    Queried(QueriedRecord),
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
    /// The body was erased; an `erased` leaf says why.
    Erased,
    /// The body is gone: its file or its key was damaged.
    Lost,
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
    /// A log was succeeded: the message goes under this number of this later epoch.
    Renewed(Epoch, LinkNumber),
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
    /// In which form it is offered. A tombstone stays one. Source: spec link-8.
    pub form: Form,
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

/// Whether the node may sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ModeRecord {
    /// It may.
    Open,
    /// A peer showed a newer or different checkpoint of this node's log.
    Quarantined(PeerHeadRecord),
    /// The data may not be the newest: the peers are asked first.
    Probing,
    /// Mirrors gave back what was lost; the next start says so and signs.
    Healed {
        /// Leaves that the node had before.
        from: TreeSize,
    },
    /// An officer took the data for the newest; the next start says so and signs.
    Overridden {
        /// Leaves that the node had.
        from: TreeSize,
        /// Who decided.
        officer: StaffNumber,
    },
}

impl ModeRecord {
    /// Why the node must not sign; `None` when it may. Source: spec rst-1.
    pub const fn standing(&self) -> Option<Doubt> {
        match self {
            Self::Quarantined(_) => Some(Doubt::Quarantine),
            Self::Probing => Some(Doubt::Probing),
            Self::Open | Self::Healed { .. } | Self::Overridden { .. } => None,
        }
    }
}

/// A statement that a log ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposalRecord {
    /// Whose log it is.
    pub agency: AgencyId,
    /// The COSE_Sign1 bytes.
    pub statement: ByteBuf,
}

/// An approval of a statement that a log ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// Whose log it is.
    pub agency: AgencyId,
    /// Who approves.
    pub approver: AgencyId,
    /// SHA-256 of the signed statement.
    pub statement: Digest,
    /// The COSE_Sign1 bytes.
    pub approval: ByteBuf,
}

/// A succession in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuccessionRecord {
    /// Whose logs they are.
    pub agency: AgencyId,
    /// The log that began.
    pub log: LogNumber,
    /// The epoch that began with it on the links with that agency; of an own succession, 0.
    pub epoch: Epoch,
    /// The COSE_Sign1 bytes of the statement.
    pub statement: ByteBuf,
    /// The COSE_Sign1 bytes of the approvals.
    pub approvals: Vec<ByteBuf>,
    /// The newest checkpoint that was held of the log that ended.
    pub held: Option<PeerHeadRecord>,
    /// Whether everything that may be lost to the peer is owed again.
    pub renewal: Renewal,
}

/// Whether what a succession may have lost is owed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Renewal {
    /// Not all of it.
    Begun,
    /// All of it.
    Done,
}

/// When the body of a message has to be gone. Source: spec era-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueRecord {
    /// The last day on which it may be held.
    pub day: CivilDate,
    /// The message's leaf.
    pub leaf: LeafIndex,
    /// The message.
    pub message: Digest,
}

/// Up to which day every body that was due is gone. Source: spec era-4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetiredRecord {
    /// The day; it and every day before it are done.
    pub through: CivilDate,
}

/// Why a body was erased, as its `erased` leaf says it. Source: spec era-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureRecord {
    /// The message.
    pub message: Digest,
    /// The `erased` leaf.
    pub leaf: LeafIndex,
    /// What demanded it.
    pub cause: EraseCause,
    /// The instrument that it rests on.
    pub basis: BasisCode,
    /// Who, by pseudonymous number.
    pub officer: StaffNumber,
    /// When the last backup of the key dies; `None` when there is none.
    pub keys_until: Option<Timestamp>,
    /// When, by the node's clock.
    pub at: Timestamp,
}

/// A copy of the keys of the bodies. Source: spec bak-5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyBackupRecord {
    /// When it was made.
    pub at: Timestamp,
    /// When it dies.
    pub until: Timestamp,
    /// Leaves that the log had: it holds the keys of messages before this place.
    pub size: TreeSize,
}

/// A checkpoint of the node's own log, with every cosignature on it that was verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CosignedRecord {
    /// Which of the notes that are kept it is.
    pub gathered: Gathered,
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// The signed note, with the lines of its cosigners.
    pub note: ByteBuf,
    /// Who they are, and when each signed.
    pub cosigners: Vec<CosignerRecord>,
}

/// Which note of the node's own log it is; of each the newest is kept. The order of the variants is the disk format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Gathered {
    /// Of the round that is going on: perhaps without a quorum.
    Round,
    /// With a quorum.
    Quorate,
    /// The first one with a quorum that this log ever had.
    First,
}

/// One cosigner of a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CosignerRecord {
    /// The witness.
    pub witness: AgencyId,
    /// When, by its clock, to the second.
    pub at: Timestamp,
}

/// The newest quorate checkpoint of a peer's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeerCosignedRecord {
    /// The peer.
    pub peer: AgencyId,
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// The signed note, with the lines of its cosigners.
    pub note: ByteBuf,
}

/// A file of evidence with what was learned from it when it was judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// What was done.
    pub kind: EvidenceKind,
    /// Whose keys signed both things.
    pub accused: AgencyId,
    /// The log that is forked, where one is.
    pub log: Option<LogNumber>,
    /// Who alone may be handed the file; everyone where it is empty.
    pub audience: Vec<AgencyId>,
    /// When it was logged here.
    pub at: Timestamp,
    /// Its `evidence` leaf.
    pub leaf: LeafIndex,
    /// The file.
    pub evidence: ByteBuf,
}

impl Encoded for Record {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}
