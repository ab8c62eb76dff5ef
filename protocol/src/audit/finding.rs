//! What was found wrong with a bundle: where, a code for machines, a reason for people.

use alloc::borrow::ToOwned;
use alloc::string::String;
use core::fmt;

use crate::audit::bundle::sequence::BadItem;
use crate::audit::ustar::ArchiveError;
use crate::codec::DecodeError;
use crate::envelope::header::HeaderError;
use crate::identity::charter::chain::ChainError;
use crate::identity::credential::CredentialError;
use crate::identity::credential::NotValid;
use crate::identity::directory::AdmitError;
use crate::identity::revocation::RevocationError;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint::CheckpointError;
use crate::log::tile::BundleError;
use crate::wire::dispatch::DispatchError;
use crate::wire::receipt::ReceiptError;

/// The first thing that failed. Source: spec audit-1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The part of the bundle in which it failed; `archive` where the container itself did.
    pub part: String,
    /// The leaf, where it is about one.
    pub leaf: Option<LeafIndex>,
    /// What is wrong.
    pub flaw: Flaw,
}

impl Finding {
    pub(crate) fn of(part: &str, flaw: Flaw) -> Self {
        Self { part: part.to_owned(), leaf: None, flaw }
    }

    /// A code for machines, from the registry.
    pub const fn code(&self) -> &'static str {
        self.flaw.code()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.leaf {
            Some(leaf) => write!(f, "{}, leaf {leaf}: {}", self.part, self.flaw),
            None => write!(f, "{}: {}", self.part, self.flaw),
        }
    }
}

impl core::error::Error for Finding {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        Some(&self.flaw)
    }
}

/// What can be wrong with a bundle. The text is the reason; [`Flaw::code`] is for machines.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The container is not in its one form.
    #[error("the container is not in its one form")]
    Archive(#[source] ArchiveError),
    /// The archive ends before its last part.
    #[error("the archive ends before its last part")]
    Ended,
    /// A part that does not belong here.
    #[error("a part that does not belong here")]
    Surplus,
    /// Another part, or none, where this one belongs.
    #[error("the part that belongs here is {expected}")]
    PartPath {
        /// The path.
        expected: String,
    },
    /// A part of another length than the manifest states.
    #[error("the manifest states {expected} bytes")]
    PartLength {
        /// Bytes stated.
        expected: u64,
    },
    /// A part with another content than the manifest states.
    #[error("the content does not have the digest that the manifest states")]
    PartDigest,
    /// The whole is not what was written.
    #[error("the bytes before it do not have this digest")]
    BundleDigest,
    /// A list that is no sequence of byte strings.
    #[error("not a sequence of byte strings")]
    Item(#[from] BadItem),
    /// An item of the manifest cannot be read.
    #[error("an item of the manifest cannot be read")]
    Manifest(#[source] DecodeError),
    /// The manifest does not name as many parts as it says.
    #[error("the manifest does not name as many parts as it says")]
    ManifestCount,
    /// Another format.
    #[error("the bundle has format {found}, this software reads format 2")]
    Format {
        /// The format found.
        found: u16,
    },
    /// The charter does not hold, or is not the pinned one.
    #[error("the charter does not hold")]
    Charter(#[source] ChainError),
    /// The manifest names another charter than the one inside.
    #[error("the manifest names another charter")]
    OtherCharter,
    /// A credential does not hold.
    #[error("the credential does not hold")]
    Credential(#[source] CredentialError),
    /// A credential contradicts another one.
    #[error("the credential contradicts another one")]
    Admission(#[source] AdmitError),
    /// A part or an item is out of order, or there twice.
    #[error("the part or item is out of order, or there twice")]
    Order,
    /// An agency that the charter does not name.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The agency.
        agency: AgencyId,
    },
    /// An agency that the version of the charter in force then did not have as a member.
    #[error("version {version} of the charter, in force then, had no member {agency}")]
    NoMemberThen {
        /// The agency.
        agency: AgencyId,
        /// The version.
        version: CharterVersion,
    },
    /// No credential names the key of a log.
    #[error("no credential inside names the key of the log {origin}")]
    NoLogKey {
        /// The log.
        origin: String,
    },
    /// A checkpoint does not hold.
    #[error("the checkpoint does not hold")]
    Checkpoint(#[source] CheckpointError),
    /// The checkpoint is of another size than the manifest.
    #[error("the checkpoint is of size {found}, not of the size that the manifest states")]
    CheckpointSize {
        /// The size found.
        found: TreeSize,
    },
    /// An entry bundle cannot be read.
    #[error("the entry bundle cannot be read")]
    Entries(#[source] BundleError),
    /// A tile does not hold the hash of the tile below.
    #[error("the hashes are not those of the tiles below")]
    TileDiffers,
    /// The tiles do not have the root that was signed.
    #[error("the tiles do not have the root that was signed")]
    RootDiffers,
    /// A leaf cannot be read.
    #[error("the leaf cannot be read")]
    Leaf(#[source] DecodeError),
    /// The first leaf does not say how the log began.
    #[error("the first leaf does not say how the log began")]
    NotStarted,
    /// A credential is named and not inside.
    #[error("the bundle holds no credential {serial} of {agency}")]
    UnknownCredential {
        /// The agency.
        agency: AgencyId,
        /// The serial.
        serial: Serial,
    },
    /// The header of a message cannot be read.
    #[error("the header of the message cannot be read")]
    Message(#[source] HeaderError),
    /// The signature on a message does not hold.
    #[error("the signature on the message does not hold")]
    MessageSignature,
    /// A message made when its credential did not count.
    #[error("the credential of the message did not count when it was made")]
    MessageTime(#[source] NotValid),
    /// A message of another author.
    #[error("the message is of {found}")]
    MessageAuthor {
        /// The author found.
        found: AgencyId,
    },
    /// The same message twice.
    #[error("the message is in the log already")]
    MessageTwice,
    /// Two messages under one id.
    #[error("another message in the log has this id")]
    IdReused,
    /// A message was sent that the log does not hold.
    #[error("no leaf before this one holds the message")]
    SentUnknown,
    /// A message was sent to someone it is not addressed to.
    #[error("the message is not addressed to {to}")]
    SentElsewhere {
        /// The recipient named.
        to: AgencyId,
    },
    /// A message got two numbers on one link.
    #[error("the message has a number on this link already")]
    SentTwice,
    /// Numbers of a link with a gap or a repetition.
    #[error("the number is {found}, {expected} follows on this link")]
    Number {
        /// The number that follows.
        expected: LinkNumber,
        /// The number found.
        found: LinkNumber,
    },
    /// An older epoch of a link after a newer one.
    #[error("an older epoch of the link after a newer one")]
    EpochBack,
    /// A message was received that is not addressed to the agency.
    #[error("the message is not addressed to this agency")]
    NotAddressed,
    /// The header of a received message is not inside.
    #[error("the header of the message is not inside")]
    HeaderMissing,
    /// Another header stands in the place of a received message.
    #[error("another header stands in its place")]
    HeaderDiffers,
    /// A dispatch is not inside.
    #[error("the dispatch is not inside")]
    DispatchMissing,
    /// Another dispatch stands in its place.
    #[error("another dispatch stands in its place")]
    DispatchDiffers,
    /// A dispatch does not hold.
    #[error("the dispatch does not hold")]
    Dispatch(#[source] DispatchError),
    /// A dispatch does not cover the message under its number.
    #[error("the dispatch does not cover this message under this number")]
    DispatchCover,
    /// A receipt is not inside.
    #[error("the receipt is not inside")]
    ReceiptMissing,
    /// Another receipt stands in its place.
    #[error("another receipt stands in its place")]
    ReceiptDiffers,
    /// A receipt cannot be read.
    #[error("the receipt cannot be read")]
    ReceiptForm(#[source] DecodeError),
    /// A receipt does not hold.
    #[error("the receipt does not hold")]
    Receipt(#[source] ReceiptError),
    /// A leaf does not say what its receipt says.
    #[error("the leaf does not say what the receipt says")]
    ReceiptLeaf,
    /// A receipt for what was not sent.
    #[error("number {number} was not sent so on this link")]
    ReceiptUnsent {
        /// The number.
        number: LinkNumber,
    },
    /// Two receipts for one number.
    #[error("number {number} was settled before")]
    ReceiptTwice {
        /// The number.
        number: LinkNumber,
    },
    /// A peer's log has two roots at one size.
    #[error("two checkpoints of {origin} at size {size} have different roots")]
    PeerFork {
        /// The log.
        origin: String,
        /// The size.
        size: TreeSize,
    },
    /// A message was read that the log does not hold.
    #[error("no leaf before this one holds the message that was read")]
    ReadUnknown,
    /// An item that no leaf names.
    #[error("item {item} belongs to no leaf")]
    SurplusItem {
        /// Its place, from 0.
        item: usize,
    },
    /// The scope cannot be.
    #[error("the manifest names a scope that cannot be")]
    Scope,
    /// A leaf outside the scope.
    #[error("the leaf is not in the scope of this bundle")]
    OutOfScope,
    /// A leaf of the range is missing.
    #[error("the leaf is in the scope and not inside")]
    Undisclosed,
    /// A leaf with another hash than the tree has.
    #[error("the leaf does not have the hash that the tree has at its place")]
    LeafDiffers,
    /// A charter version is named and not inside.
    #[error("the bundle holds no charter version {version}")]
    UnknownCharter {
        /// The version.
        version: CharterVersion,
    },
    /// More epochs than a link can have.
    #[error("the link has more epochs than there can be")]
    EpochLimit,
    /// A receipt settles a number that its leaf does not name.
    #[error("the receipt settles number {number}, which the leaf does not name")]
    ReceiptUntold {
        /// The number.
        number: LinkNumber,
    },
    /// A checkpoint smaller than an earlier one of its log.
    #[error("an earlier receipt shows a larger size of {origin}")]
    ReceiptBack {
        /// The log.
        origin: String,
    },
    /// An export of a log that was not that large.
    #[error("the log had not grown to {size} when this was logged")]
    ExportedSize {
        /// The size named.
        size: TreeSize,
    },
    /// A message was erased that is not known at that place.
    #[error("no leaf before this one holds the message that was erased")]
    ErasedUnknown,
    /// Another body than that of the message.
    #[error("the leaf or the sealed body named is not that of the message")]
    ErasedDiffers,
    /// A message was erased twice.
    #[error("the message was erased before")]
    ErasedTwice,
    /// A body was read after it was erased.
    #[error("the message was erased before")]
    ReadErased,
    /// Evidence is named and not inside.
    #[error("the evidence is not inside")]
    EvidenceMissing,
    /// Evidence is logged twice.
    #[error("the evidence was logged before")]
    EvidenceTwice,
    /// Evidence that no leaf names.
    #[error("no leaf names this evidence")]
    EvidenceUnnamed,
    /// Evidence that does not hold.
    #[error("the evidence does not hold")]
    Evidence,
    /// A succession that does not hold, or not here.
    #[error("the succession does not hold, or does not belong here")]
    Succession,
    /// A revocation that does not hold.
    #[error("the revocation does not hold")]
    Revocation(#[source] RevocationError),
    /// A revocation that the log knew, or that changes nothing.
    #[error("the revocation changes nothing that the log knew")]
    RevocationTwice,
    /// Something was signed for the exchange under a credential that the log knew to be revoked.
    #[error("credential {serial} of {agency} was revoked before")]
    RevokedCredential {
        /// The agency.
        agency: AgencyId,
        /// The serial.
        serial: Serial,
    },
    /// A checkpoint that only revoked keys signed, beyond what is good of its log.
    #[error(
        "only a revoked key signed the checkpoint of {origin} at size {size}, beyond the last good one"
    )]
    RevokedCheckpoint {
        /// The log.
        origin: String,
        /// The size.
        size: TreeSize,
    },
    /// A message carried over where none can be, or twice.
    #[error("the message cannot be carried over here, or is known already")]
    Carried,
    /// A cosigned checkpoint that does not hold.
    #[error("the cosigned checkpoint does not hold")]
    Cosignature,
    /// A body is not inside that could be.
    #[error("neither the body nor that it stays sealed is inside")]
    BodyMissing,
    /// Another body than the one that was sent.
    #[error("the body is not the one that the header commits to")]
    BodyDiffers,
    /// A body for use in court that must not be used there.
    #[error("the message is never to be used as evidence, and its body is shown for use in court")]
    BodyUse,
    /// Fewer cosignatures than the charter demands.
    #[error("{found} witnesses cosigned the checkpoint, {quorum} are needed")]
    NoQuorum {
        /// Witnesses that did.
        found: usize,
        /// Witnesses that must.
        quorum: usize,
    },
}

impl Flaw {
    /// The code. Source: spec audit-1.
    #[expect(clippy::too_many_lines, reason = "a table: one code for each flaw")]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Archive(_) => "archive",
            Self::Ended => "archive-ended",
            Self::Surplus => "surplus-part",
            Self::PartPath { .. } => "part-path",
            Self::PartLength { .. } => "part-length",
            Self::PartDigest => "part-digest",
            Self::BundleDigest => "bundle-digest",
            Self::Item(_) => "bad-item",
            Self::Manifest(_) => "manifest",
            Self::ManifestCount => "manifest-count",
            Self::Format { .. } => "unknown-format",
            Self::Charter(_) => "charter",
            Self::OtherCharter => "other-charter",
            Self::Credential(_) => "credential",
            Self::Admission(_) => "credential-conflict",
            Self::Order => "order",
            Self::NotAMember { .. } => "not-a-member",
            Self::NoMemberThen { .. } => "no-member-then",
            Self::NoLogKey { .. } => "no-log-key",
            Self::Checkpoint(_) => "checkpoint",
            Self::CheckpointSize { .. } => "checkpoint-size",
            Self::Entries(_) => "entries",
            Self::TileDiffers => "tile-differs",
            Self::RootDiffers => "root-differs",
            Self::Leaf(_) => "leaf",
            Self::NotStarted => "not-started",
            Self::UnknownCredential { .. } => "unknown-credential",
            Self::Message(_) => "message",
            Self::MessageSignature => "message-signature",
            Self::MessageTime(_) => "message-time",
            Self::MessageAuthor { .. } => "message-author",
            Self::MessageTwice => "message-twice",
            Self::IdReused => "id-reused",
            Self::SentUnknown => "sent-unknown",
            Self::SentElsewhere { .. } => "sent-elsewhere",
            Self::SentTwice => "sent-twice",
            Self::Number { .. } => "number",
            Self::EpochBack => "epoch-back",
            Self::NotAddressed => "not-addressed",
            Self::HeaderMissing => "header-missing",
            Self::HeaderDiffers => "header-differs",
            Self::DispatchMissing => "dispatch-missing",
            Self::DispatchDiffers => "dispatch-differs",
            Self::Dispatch(_) => "dispatch",
            Self::DispatchCover => "dispatch-cover",
            Self::ReceiptMissing => "receipt-missing",
            Self::ReceiptDiffers => "receipt-differs",
            Self::ReceiptForm(_) => "receipt-form",
            Self::Receipt(_) => "receipt",
            Self::ReceiptLeaf => "receipt-leaf",
            Self::ReceiptUnsent { .. } => "receipt-unsent",
            Self::ReceiptTwice { .. } => "receipt-twice",
            Self::PeerFork { .. } => "peer-fork",
            Self::ReadUnknown => "read-unknown",
            Self::SurplusItem { .. } => "surplus-item",
            Self::Scope => "scope",
            Self::OutOfScope => "out-of-scope",
            Self::Undisclosed => "undisclosed",
            Self::LeafDiffers => "leaf-differs",
            Self::UnknownCharter { .. } => "unknown-charter",
            Self::EpochLimit => "epoch-limit",
            Self::ReceiptUntold { .. } => "receipt-untold",
            Self::ReceiptBack { .. } => "receipt-back",
            Self::ExportedSize { .. } => "exported-size",
            Self::ErasedUnknown => "erased-unknown",
            Self::ErasedDiffers => "erased-differs",
            Self::ErasedTwice => "erased-twice",
            Self::ReadErased => "read-erased",
            Self::EvidenceMissing => "evidence-missing",
            Self::EvidenceTwice => "evidence-twice",
            Self::EvidenceUnnamed => "evidence-unnamed",
            Self::Evidence => "evidence",
            Self::Succession => "succession",
            Self::Revocation(_) => "revocation",
            Self::RevocationTwice => "revocation-twice",
            Self::RevokedCredential { .. } => "revoked-credential",
            Self::RevokedCheckpoint { .. } => "revoked-checkpoint",
            Self::Carried => "carried",
            Self::Cosignature => "cosignature",
            Self::BodyMissing => "body-missing",
            Self::BodyDiffers => "body-differs",
            Self::BodyUse => "body-use",
            Self::NoQuorum { .. } => "no-quorum",
        }
    }
}
