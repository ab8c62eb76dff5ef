//! Evidence of misbehaviour: one file from which anyone sees that a key signed two things that do not fit.
//!
//! Uses every lower shelf. [`misfit`] is the mathematics of two trees that have no common history, [`judge`] believes
//! nothing of a file, [`make`] writes one from what a node holds, [`sentence`] says to a person what it proves.
//! A file holds what is needed and nothing else: the charter, the credentials of the accused, the two signed things and
//! the proof; so it is judged offline, by people who know the digest of the charter and nobody here.
//!
//! Absent on purpose: who is right, who did it, why, and when. Time is in a file only where a witness signed one.

pub mod judge;
pub mod make;
pub mod misfit;
mod outlived;
mod rivals;
pub mod sentence;

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::audit::evidence::misfit::Misfit;
use crate::codec::DecodeError;
use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::crypto::signature::Signature;
use crate::engine::input::Proven;
use crate::engine::record::EvidenceRecord;
use crate::identity::charter::chain::ChainError;
use crate::identity::credential::CredentialError;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::EVIDENCE_BYTES_MAX;
use crate::log::leaf::EvidenceKind;
use crate::log::proof::BadProof;
use crate::log::succession::fault::SuccessionError;
use crate::moment::Timestamp;

/// The format that this code writes and reads.
pub const FORMAT: u16 = 1;

/// A file of evidence, as it is written. Source: spec evd-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// [`FORMAT`].
    pub format: u16,
    /// Whose key signed both things.
    pub accused: AgencyId,
    /// What was done, with its proof.
    pub case: Case,
    /// The charter's chain, from the first version on. Source: spec chr-10.
    pub charters: Vec<ByteBuf>,
    /// The credentials whose keys signed, by agency and serial; none besides, and none where a root signed.
    pub credentials: Vec<ByteBuf>,
}

impl Encoded for Evidence {
    const BYTES_MAX: usize = EVIDENCE_BYTES_MAX;
}

/// What was done. The order of the variants is the format, and that of [`EvidenceKind`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Case {
    /// A log signed two checkpoints that do not fit.
    LogFork(LogFork),
    /// One of the two is the checkpoint of a receipt.
    ReceiptFork(ReceiptFork),
    /// A witness cosigned two checkpoints that do not fit.
    WitnessFork(WitnessFork),
    /// A sender signed two messages under one number of a link.
    NumberReused(NumberReused),
    /// An author signed two messages under one id.
    IdReused(IdReused),
    /// A log is longer than its owner stated when it ended.
    LogOutlived(LogOutlived),
    /// A root signed two versions of the charter that do not fit.
    CharterRivals(CharterRivals),
}

/// Two checkpoints of one log of the accused; the older one is the smaller, at one size the one with the smaller root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFork {
    /// Which log of the accused.
    pub log: LogNumber,
    /// The older one.
    pub older: SignedHead,
    /// The newer one.
    pub newer: SignedHead,
    /// Why they do not fit.
    pub misfit: Misfit,
}

/// A checkpoint with the signature of its log. Its text follows from the log's origin, size and root (log-13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// The credential whose log key signed.
    pub serial: Serial,
    /// Number of leaves.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// Over the checkpoint's text.
    pub signature: Signature,
}

/// A fork of which one side was given away in a receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptFork {
    /// The two checkpoints.
    pub fork: LogFork,
    /// Which of them is the receipt's.
    pub under: Side,
    /// Place of the leaf that the receipt proved.
    pub index: LeafIndex,
    /// The encoded `received` or `refused` leaf.
    pub leaf: ByteBuf,
    /// Its inclusion path, leaf first.
    pub path: Vec<Digest>,
}

/// One of two checkpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Side {
    /// The older one.
    Older,
    /// The newer one.
    Newer,
}

/// Two checkpoints of another member's log that the accused cosigned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WitnessFork {
    /// Whose log it is.
    pub owner: AgencyId,
    /// Which log of the owner.
    pub log: LogNumber,
    /// The older one.
    pub older: CosignedHead,
    /// The newer one.
    pub newer: CosignedHead,
    /// Why they do not fit.
    pub misfit: Misfit,
}

/// A checkpoint with a cosignature. Source: C2SP tlog-cosignature, `cosignature/v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CosignedHead {
    /// The credential whose witness key signed.
    pub serial: Serial,
    /// Number of leaves.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// Seconds since 1970-01-01 00:00 UTC, as the witness signed them.
    pub time: u64,
    /// Over the time and the checkpoint's text.
    pub signature: Signature,
}

/// Two dispatches of one link and epoch; the one with the smaller digest is the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberReused {
    /// The lowest number under which they name different messages.
    pub number: LinkNumber,
    /// The COSE_Sign1 bytes of one.
    pub first: ByteBuf,
    /// The COSE_Sign1 bytes of the other.
    pub second: ByteBuf,
}

/// Two headers with one id; the message with the smaller digest is the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdReused {
    /// The COSE_Sign1 bytes of one message.
    pub first: ByteBuf,
    /// The COSE_Sign1 bytes of the other.
    pub second: ByteBuf,
}

/// The end of a log as a quorum approved it, and a checkpoint of that log beyond it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogOutlived {
    /// The signed statement, with its tag.
    pub statement: ByteBuf,
    /// The signed approvals, as the first leaf of the next log has them.
    pub approvals: Vec<ByteBuf>,
    /// The checkpoint.
    pub head: SignedHead,
}

/// Two versions of the charter that one root must not both sign, each with the signatures of that root alone.
///
/// The one with the lower number is the first, of one number the one with the smaller digest. Source: spec chr-18.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CharterRivals {
    /// The COSE_Sign bytes of one.
    pub first: ByteBuf,
    /// The COSE_Sign bytes of the other.
    pub second: ByteBuf,
}

/// A file that proves what it says. Only [`judge::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accusation {
    evidence: Evidence,
    bytes: Vec<u8>,
    digest: Digest,
    charter: Digest,
    anchor: Anchor,
    sentence: String,
    named: BTreeSet<AgencyId>,
    notes: Vec<Vec<u8>>,
    log: Option<LogNumber>,
    outdated: BTreeSet<AgencyId>,
}

/// Whether a file was judged down to a digest that the reader brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Down to the genesis digest.
    Pinned,
    /// To itself alone: a whole federation can be invented.
    SelfConsistent,
}

/// Of which of the two signed things a flaw is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The older or first one.
    First,
    /// The newer or second one.
    Second,
}

/// Why a file proves nothing. Source: spec evd-10.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceFlaw {
    /// Not the one form of a file of evidence.
    #[error("the file is not in its one form")]
    Form(#[source] DecodeError),
    /// Another format.
    #[error("the file has format {found}, this software reads format {FORMAT}")]
    Format {
        /// The format found.
        found: u64,
    },
    /// Not exactly the versions of the charter.
    #[error("the file holds {found} documents of the charter, none or too many")]
    Charters {
        /// How many.
        found: usize,
    },
    /// The charter does not hold, or is not the pinned one.
    #[error("the charter does not hold")]
    Charter(#[source] ChainError),
    /// An agency that the charter does not name.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The agency.
        agency: AgencyId,
    },
    /// A credential does not hold.
    #[error("a credential does not hold")]
    Credential(#[source] CredentialError),
    /// Not exactly the credentials whose keys signed, in ascending order.
    #[error("the credentials inside are not exactly those that are needed against {accused}")]
    Credentials {
        /// The accused.
        accused: AgencyId,
    },
    /// One of the two cannot be read, or is of somebody else or something else.
    #[error("the {which} of the two does not belong to the accusation")]
    Statement {
        /// Which.
        which: Which,
    },
    /// The signature under one of the two does not hold.
    #[error("the signature on the {which} of the two does not hold")]
    Signature {
        /// Which.
        which: Which,
    },
    /// The two are one, or in the wrong order.
    #[error("the two are the same, or not in their order")]
    Order,
    /// They do not contradict each other.
    #[error("the two fit each other: nothing is proven")]
    Fits,
    /// The hashes do not prove it.
    #[error("the proof does not hold")]
    Proof(#[source] BadProof),
    /// The end of the log is not stated and approved.
    #[error("the succession does not hold")]
    Succession(#[source] SuccessionError),
}

impl Case {
    /// Its kind.
    pub const fn kind(&self) -> EvidenceKind {
        match self {
            Self::LogFork(_) => EvidenceKind::LogFork,
            Self::ReceiptFork(_) => EvidenceKind::ReceiptFork,
            Self::WitnessFork(_) => EvidenceKind::WitnessFork,
            Self::NumberReused(_) => EvidenceKind::NumberReused,
            Self::IdReused(_) => EvidenceKind::IdReused,
            Self::LogOutlived(_) => EvidenceKind::LogOutlived,
            Self::CharterRivals(_) => EvidenceKind::CharterRivals,
        }
    }
}

impl Accusation {
    /// What was done, with its proof.
    pub const fn case(&self) -> &Case {
        &self.evidence.case
    }

    /// What was done.
    pub const fn kind(&self) -> EvidenceKind {
        self.evidence.case.kind()
    }

    /// Whose key signed both things.
    pub const fn accused(&self) -> &AgencyId {
        &self.evidence.accused
    }

    /// SHA-256 of the file; names it.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The file, byte for byte.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The digest of version 1 of the charter inside.
    pub const fn charter(&self) -> Digest {
        self.charter
    }

    /// How far down it was judged.
    pub const fn anchor(&self) -> Anchor {
        self.anchor
    }

    /// What it proves, in one sentence for a person.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// What it does not prove, in sentences for a person.
    pub fn limits(&self) -> Vec<String> {
        sentence::limits(self)
    }

    /// Every agency that the two signed things name; who may be shown a header that is inside.
    pub const fn named(&self) -> &BTreeSet<AgencyId> {
        &self.named
    }

    /// The two signed checkpoints of a forked log as notes; none where a file is about something else.
    pub fn notes(&self) -> &[Vec<u8>] {
        &self.notes
    }

    /// The log that it is about: of the accused, or of the owner whose log the accused cosigned.
    pub const fn log(&self) -> Option<LogNumber> {
        self.log
    }

    /// Whose root, by which what is inside was signed, is no root of theirs in the newest version of the charter inside.
    pub const fn outdated(&self) -> &BTreeSet<AgencyId> {
        &self.outdated
    }

    /// What an engine takes of it.
    pub fn proven(&self) -> Proven {
        let open = !matches!(self.evidence.case, Case::IdReused(_));
        Proven::new(EvidenceRecord {
            digest: self.digest,
            kind: self.kind(),
            accused: self.accused().clone(),
            log: self.log(),
            // spec: evd-17
            audience: if open { Vec::new() } else { self.named.iter().cloned().collect() },
            at: Timestamp::from_millis(0),
            leaf: LeafIndex::new(0),
            evidence: ByteBuf::from(self.bytes.clone()),
        })
    }

    /// The two checkpoints of a log fork, by size and root, with the log that they are of.
    pub fn fork(&self) -> Option<&LogFork> {
        match &self.evidence.case {
            Case::LogFork(fork) => Some(fork),
            Case::ReceiptFork(receipt) => Some(&receipt.fork),
            Case::WitnessFork(_)
            | Case::NumberReused(_)
            | Case::IdReused(_)
            | Case::LogOutlived(_)
            | Case::CharterRivals(_) => None,
        }
    }
}

impl EvidenceFlaw {
    /// A code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "not-canonical",
            Self::Format { .. } => "unknown-format",
            Self::Charters { .. } => "charters",
            Self::Charter(_) => "charter",
            Self::NotAMember { .. } => "not-a-member",
            Self::Credential(_) => "credential",
            Self::Credentials { .. } => "credentials",
            Self::Statement { .. } => "statement",
            Self::Signature { .. } => "signature",
            Self::Order => "order",
            Self::Fits => "fits",
            Self::Proof(_) => "proof",
            Self::Succession(_) => "succession",
        }
    }

    /// Every code, in the order of the variants.
    pub const CODES: [&'static str; 13] = [
        "not-canonical",
        "unknown-format",
        "charters",
        "charter",
        "not-a-member",
        "credential",
        "credentials",
        "statement",
        "signature",
        "order",
        "fits",
        "proof",
        "succession",
    ];
}

impl core::fmt::Display for Which {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Second => "second",
        })
    }
}

#[cfg(test)]
mod tests;
