//! Everything that can happen to a node.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::engine::procedures::History;
use crate::engine::record::CredentialRecord;
use crate::engine::record::ErasureRecord;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::SuccessionRecord;
use crate::engine::record::papers::NoticeRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::record::papers::StaffRecord;
use crate::envelope::seal::Signed;
use crate::ids::AgencyId;
use crate::ids::BasisCode;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::PurposeCode;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::leaf::EraseCause;
use crate::log::leaf::Leaf;
use crate::log::succession::VerifiedApproval;
use crate::log::succession::VerifiedStatement;
use crate::log::succession::VerifiedSuccession;
use crate::message::time::CivilDate;
use crate::moment::Timestamp;
use crate::wire::greeting::Met;
use crate::wire::offer::VerifiedOffer;
use crate::wire::receipt::VerifiedReceipt;
use crate::wire::witness::Misfit;
use crate::wire::witness::VerifiedCosignature;
use crate::wire::witness::VerifiedLift;
use crate::wire::witness::VerifiedWitness;
use crate::wire::witness::WitnessRefusal;

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// The greetings that were waited for came, or the wait ended. Once, before anything that appends.
    Start(Start),
    /// An officer's message, sealed and signed.
    Submit(Box<Submit>),
    /// An officer asks to open a body.
    Read(Read),
    /// Greetings went both ways with a peer. The first of its group: what it shows may forbid to sign anything more.
    Met(Box<MetPeer>),
    /// The connection with a peer is gone.
    Lost {
        /// The peer.
        peer: AgencyId,
    },
    /// A peer offered messages.
    Offered(Box<Offered>),
    /// A peer receipted messages.
    Receipted(Box<Receipted>),
    /// Erase a body.
    Erase(Box<Erase>),
    /// A bundle of the log is about to be handed out.
    Exported {
        /// Who waits for the answer.
        ticket: Ticket,
        /// The digest that names the bundle.
        bundle: Digest,
        /// Leaves that its checkpoint covers.
        size: TreeSize,
    },
    /// Every body that was due up to and with this day is erased.
    Retired {
        /// The day.
        through: CivilDate,
    },
    /// The keys of the bodies are being copied.
    KeyBackup {
        /// Who waits for the answer.
        ticket: Ticket,
        /// When the copy dies.
        until: Timestamp,
    },
    /// The store can no longer give the body of this message: its file or its key is damaged.
    BodyLost(Box<MessageRecord>),
    /// Evidence against a member was found or brought. The first of its group, for it may be about this node.
    Accused(Box<Accused>),
    /// A verified credential became known.
    Admit(CredentialRecord),
    /// A peer states that its log ends.
    Proposed(Box<VerifiedStatement>),
    /// An officer of this agency approves what a peer stated.
    Approve(Box<Approve>),
    /// A peer approves what this node stated.
    Approved(Box<VerifiedApproval>),
    /// A peer's log was succeeded by the next, with the approvals of a quorum.
    Succeeded(Box<VerifiedSuccession>),
    /// Messages that a peer's succession may have lost are owed again.
    Renew(Renew),
    /// The first thing in the life of a log that succeeds another.
    Open(Box<OpenLog>),
    /// Messages of the log before are known in this one.
    Carry(Vec<Carry>),
    /// Evidence that the log before names is named in this one.
    CarryEvidence(Vec<EvidenceRecord>),
    /// The group ends: sign the head, then act.
    Checkpoint,
    /// It is time to have the own head cosigned.
    Witness(Occasion),
    /// A peer asks to have its head cosigned.
    Witnessing(Box<Witnessing>),
    /// A peer cosigned our head.
    Cosigned(Box<VerifiedCosignature>),
    /// A peer did not cosign our head.
    Declined {
        /// The peer.
        peer: AgencyId,
        /// Why.
        code: WitnessRefusal,
    },
    /// A peer answered with the checkpoint that it holds of our log. The first of its group, as a greeting is.
    Shown(Box<Shown>),
    /// A peer showed a checkpoint of its log with a quorum of cosignatures.
    Lifted(Box<Lifted>),
    /// A peer's checkpoint contradicts the one held of its log.
    Misfit {
        /// The peer.
        peer: AgencyId,
        /// What it showed.
        misfit: Misfit,
    },
    /// A verified revocation became known that was not before.
    Revoke(RevocationRecord),
    /// A verified change of addresses became known that is newer than any before.
    Notice(NoticeRecord),
    /// A verified staff list became known that is newer than any before.
    Staff(StaffRecord),
}

/// Why the own head is to be cosigned now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Occasion {
    /// The interval is over: when there is something new.
    Interval,
    /// Somebody asked: in any case, for a fresh time.
    Asked,
}

/// A request to cosign that was checked.
#[derive(Debug)]
pub struct Witnessing {
    /// Whose log it is.
    pub peer: AgencyId,
    /// The request.
    pub verified: VerifiedWitness,
}

/// What a peer holds of our log in place of what we thought, with what our own tree says about it.
#[derive(Debug)]
pub struct Shown {
    /// The peer.
    pub peer: AgencyId,
    /// Its checkpoint of our log, signed by us; `None` when it holds none.
    pub shown: Option<SignedCheckpoint>,
    /// The root of our own tree at the size shown; `None` when we never had that size.
    pub root_then: Option<Digest>,
}

/// A lifted checkpoint that was checked.
#[derive(Debug)]
pub struct Lifted {
    /// Whose log it is.
    pub peer: AgencyId,
    /// The checkpoint.
    pub lift: VerifiedLift,
}

/// An approval of a peer's statement, signed and not yet handed out.
#[derive(Debug)]
pub struct Approve {
    /// Who waits for the answer.
    pub ticket: Ticket,
    /// The statement.
    pub statement: VerifiedStatement,
    /// The approval.
    pub approval: VerifiedApproval,
}

/// A page of what was owed to a peer, or receipted by it, before its succession.
#[derive(Debug)]
pub struct Renew {
    /// The succession.
    pub succession: SuccessionRecord,
    /// First leaf of the peer's old log that may be lost.
    pub lost_from: LeafIndex,
    /// Numbers of earlier epochs, no more of them than the link has room for.
    pub records: Vec<OutboundRecord>,
    /// Whether this is the last page.
    pub rest: Rest,
}

/// Whether more pages follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// They do.
    More,
    /// This is the last one.
    None,
}

/// How a log that succeeds another begins.
#[derive(Debug)]
pub struct OpenLog {
    /// Why, and who approved.
    pub succession: VerifiedSuccession,
    /// The charter in force.
    pub charter_version: CharterVersion,
}

/// A message of the log before.
#[derive(Debug)]
pub struct Carry {
    /// As it was remembered.
    pub record: MessageRecord,
    /// The log that holds it, and the place of its leaf there.
    pub place: (LogNumber, LeafIndex),
    /// Of one's own message, the numbers that are not settled.
    pub open: Vec<OutboundRecord>,
}

/// Pairs an input with its answer. The host numbers its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// The start of the node's life in the log.
#[derive(Clone, Debug)]
pub struct Start {
    /// The charter in force.
    pub charter_version: CharterVersion,
}

/// A message to log and to send.
#[derive(Debug)]
pub struct Submit {
    /// Who waits for the answer.
    pub ticket: Ticket,
    /// The message.
    pub signed: Signed,
    /// The caller's idempotency key, if it gave one.
    pub key: Option<Key>,
    /// The message's procedure, where the engine does not hold it.
    pub history: Option<History>,
}

/// An idempotency key with what the store recalls of it.
#[derive(Clone, Debug)]
pub struct Key {
    /// As the caller wrote it.
    pub text: String,
    /// Digest of this submission.
    pub request: Digest,
    /// Digest of the submission and the message under this key, as of the last commit.
    pub earlier: Option<(Digest, Digest)>,
}

/// A body to open.
#[derive(Clone, Debug)]
pub struct Read {
    /// Who waits for the answer.
    pub ticket: Ticket,
    /// The message.
    pub message: Digest,
    /// The officer, by pseudonymous staff number.
    pub officer: StaffNumber,
    /// Why.
    pub purpose: PurposeCode,
}

/// A body to erase, with what the store recalls about its message as of the last commit.
#[derive(Clone, Debug)]
pub struct Erase {
    /// Who waits for the answer; `None` when its date has come.
    pub ticket: Option<Ticket>,
    /// The message.
    pub record: MessageRecord,
    /// The erasure, if there was one before.
    pub earlier: Option<ErasureRecord>,
    /// What demands it.
    pub cause: EraseCause,
    /// The instrument that it rests on.
    pub basis: BasisCode,
    /// Who decided, by pseudonymous staff number.
    pub officer: StaffNumber,
    /// When the last backup that has the body's key dies.
    pub keys_until: Option<Timestamp>,
}

impl Read {
    pub(super) fn to_leaf(&self, at: Timestamp) -> Leaf {
        Leaf::Read {
            message: self.message,
            officer: self.officer.clone(),
            purpose: self.purpose.clone(),
            at,
        }
    }
}

/// A checked greeting, with what our own tree says about the checkpoint that it shows.
#[derive(Debug)]
pub struct MetPeer {
    /// The greeting.
    pub met: Met,
    /// The root of our own tree at the size shown; `None` when we never had that size.
    pub root_then: Option<Digest>,
    /// The root of our own tree at the size mirrored; `None` when we never had that size.
    pub root_mirrored: Option<Digest>,
}

/// A verified offer, with what the store recalls about each of its messages as of the last commit.
#[derive(Debug)]
pub struct Offered {
    /// Who offers.
    pub peer: AgencyId,
    /// The offer.
    pub offer: VerifiedOffer,
    /// One for each message, in order.
    pub recalled: Vec<Recalled>,
}

/// What the store knows that bears on an arrival.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// The message of the same author held under the same id.
    pub by_id: Option<Digest>,
    /// The message and leaf under the same number of the same link.
    pub by_number: Option<(Digest, LeafIndex)>,
    /// The message's procedure, where the engine does not hold it.
    pub history: Option<History>,
}

/// A verified receipt.
#[derive(Debug)]
pub struct Receipted {
    /// Whose log it comes from.
    pub peer: AgencyId,
    /// The receipt.
    pub receipt: VerifiedReceipt,
}

/// A file of evidence that was judged. Only `audit::evidence` makes one.
#[derive(Clone, Debug)]
pub struct Proven(EvidenceRecord);

impl Proven {
    pub(crate) const fn new(judged: EvidenceRecord) -> Self {
        Self(judged)
    }

    pub(super) const fn judged(&self) -> &EvidenceRecord {
        &self.0
    }
}

/// Evidence against a member, with what our own tree says where it is against us.
#[derive(Clone, Debug)]
pub struct Accused {
    /// The file.
    pub proven: Proven,
    /// A checkpoint in it that bears our signature and that our log never had, and who brought it.
    pub own: Option<PeerHeadRecord>,
}
