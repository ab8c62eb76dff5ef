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
use crate::ids::BasisCode;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
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
    /// A bundle of this log was handed out.
    Exported {
        /// The digest that names the bundle: its last part.
        bundle: Digest,
        /// Leaves that the bundle's checkpoint covers.
        size: TreeSize,
        /// When, by the node's clock.
        at: Timestamp,
    },
    /// The body of a message was erased for good; what was proven about it stays proven.
    Erased {
        /// The message.
        message: Digest,
        /// Place of its `message`, `received` or `carried` leaf.
        leaf: LeafIndex,
        /// SHA-256 of the sealed body, as the header states it.
        sealed: Digest,
        /// What demanded it.
        cause: EraseCause,
        /// The instrument that it rests on.
        basis: BasisCode,
        /// Who, by pseudonymous number; of an erasure by date, whoever answers for these in the node's settings.
        officer: StaffNumber,
        /// When the last backup of the key dies; `None` when there is none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys_until: Option<Timestamp>,
        /// When, by the node's clock.
        at: Timestamp,
    },
    /// Somebody signed two things that do not fit; the node keeps the proof.
    Evidence {
        /// SHA-256 of the evidence file.
        evidence: Digest,
        /// What was done.
        kind: EvidenceKind,
        /// Whose key signed both.
        accused: AgencyId,
        /// When, by the node's clock.
        at: Timestamp,
    },
    /// The first leaf of every log but an agency's first: why the log before it ended, and who approved.
    Succession {
        /// The signed statement: COSE_Sign1.
        statement: ByteBuf,
        /// The approvals of other members: COSE_Sign1 each.
        approvals: Vec<ByteBuf>,
    },
    /// The node signs again after it had stopped for doubt about its own log.
    Resumed {
        /// When, by the node's clock.
        at: Timestamp,
        /// What it was in.
        after: Doubt,
        /// What ended the doubt.
        how: Resumption,
        /// Leaves that the node had when the doubt began.
        from: TreeSize,
        /// Who decided, by pseudonymous number; only where a person did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        officer: Option<StaffNumber>,
    },
    /// A message that an earlier log of this agency holds is known in this one.
    Carried {
        /// The message.
        message: Digest,
        /// The earlier log.
        log: LogNumber,
        /// Place of its leaf there.
        index: LeafIndex,
    },
    /// Credentials of a member, or of this node, ended before their time.
    Revocation {
        /// The signed revocation: COSE_Sign.
        revocation: ByteBuf,
        /// When, by the node's clock.
        at: Timestamp,
    },
}

/// What demanded that a body be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EraseCause {
    /// Its date has come.
    Retention,
    /// Its originator recalled it.
    Recall,
    /// An authority ordered it.
    Order,
}

/// What evidence of misbehaviour shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EvidenceKind {
    /// A log signed two checkpoints that do not fit.
    LogFork,
    /// A log gave a receipt that does not fit a checkpoint of it.
    ReceiptFork,
    /// A witness cosigned two checkpoints that do not fit.
    WitnessFork,
    /// A sender signed two messages under one number of a link.
    NumberReused,
    /// An author signed two messages under one id.
    IdReused,
    /// A log is longer than its owner stated when it ended.
    LogOutlived,
    /// A root signed two versions of the charter that do not fit.
    CharterRivals,
}

/// Why a node did not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Doubt {
    /// It asked its peers whether its log is the newest.
    Probing,
    /// A peer showed a newer or another log.
    Quarantine,
}

/// What ended a doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Resumption {
    /// Enough peers showed nothing newer.
    Probed,
    /// The operator decided without them.
    Overridden,
    /// The missing leaves came back from mirrors.
    Healed,
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

impl EraseCause {
    /// The code, as the spec and people write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Recall => "recall",
            Self::Order => "order",
        }
    }
}

impl EvidenceKind {
    /// The code, as the spec and people write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::LogFork => "log-fork",
            Self::ReceiptFork => "receipt-fork",
            Self::WitnessFork => "witness-fork",
            Self::NumberReused => "number-reused",
            Self::IdReused => "id-reused",
            Self::LogOutlived => "log-outlived",
            Self::CharterRivals => "charter-rivals",
        }
    }
}

impl Doubt {
    /// The code, as the spec and people write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Probing => "probing",
            Self::Quarantine => "quarantine",
        }
    }
}

impl Resumption {
    /// The code, as the spec and people write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Probed => "probed",
            Self::Overridden => "overridden",
            Self::Healed => "healed",
        }
    }
}

impl Leaf {
    /// The time that it says by itself, by the node's clock. The header of a message says one too, and is not read here.
    pub const fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Started { at, .. }
            | Self::Received { at, .. }
            | Self::Refused { at, .. }
            | Self::Read { at, .. }
            | Self::Exported { at, .. }
            | Self::Erased { at, .. }
            | Self::Evidence { at, .. }
            | Self::Resumed { at, .. }
            | Self::Revocation { at, .. } => Some(*at),
            Self::Message { .. }
            | Self::Sent { .. }
            | Self::ReceiptHeld { .. }
            | Self::Succession { .. }
            | Self::Carried { .. } => None,
        }
    }

    /// Its kind, as the spec and people write it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Started { .. } => "started",
            Self::Message { .. } => "message",
            Self::Sent { .. } => "sent",
            Self::Received { .. } => "received",
            Self::Refused { .. } => "refused",
            Self::ReceiptHeld { .. } => "receipt-held",
            Self::Read { .. } => "read",
            Self::Exported { .. } => "exported",
            Self::Erased { .. } => "erased",
            Self::Evidence { .. } => "evidence",
            Self::Succession { .. } => "succession",
            Self::Resumed { .. } => "resumed",
            Self::Carried { .. } => "carried",
            Self::Revocation { .. } => "revocation",
        }
    }
}

// spec: log-15
impl Encoded for Leaf {
    const BYTES_MAX: usize = LEAF_BYTES_MAX;
}
