//! Everything a node can want: first to remember, then to act.
//!
//! Actions can be had only by passing through the commit: [`Effects::settle`] is the one way out.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::aead::ContentKey;
use crate::crypto::digest::Digest;
use crate::engine::input::Ticket;
use crate::engine::record::CredentialRecord;
use crate::engine::record::ErasureRecord;
use crate::engine::record::KeyBackupRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::Record;
use crate::engine::record::SuccessionRecord;
use crate::engine::record::papers::NoticeRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::record::papers::StaffRecord;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::MessageId;
use crate::ids::TreeSize;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::leaf::Doubt;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Form;
use crate::log::succession::fault::Objection;
use crate::procedure::refusal::Refusal;
use crate::registry::CloseCode;
use crate::wire::witness::Misfit;
use crate::wire::witness::WitnessRefusal;

/// What the engine wants.
#[must_use = "effects that are not settled are promises forgotten"]
#[derive(Debug, Default)]
pub struct Effects {
    batch: Batch,
    actions: Vec<Action>,
    weight: usize,
}

/// What one record weighs beside its byte strings: more bytes than it has, so that their number is bounded too.
const RECORD_WEIGHT: usize = 256;

/// What one body weighs beside its sealed bytes: its placement has more items than a record.
const BODY_WEIGHT: usize = 1024;

/// What must become durable together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Facts, in order.
    pub records: Vec<Record>,
    /// Sealed bodies, beside the facts.
    pub bodies: Vec<Body>,
}

/// A sealed body to keep.
pub struct Body {
    /// The message that it belongs to.
    pub message: Digest,
    /// The COSE_Encrypt bytes, exactly as on the wire.
    pub sealed: Vec<u8>,
    /// The content key of one's own copy; `None` for a received message.
    pub own_key: Option<ContentKey>,
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.sealed.len())
    }
}

/// What is done once the batch is durable, and not before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Answer a caller.
    Answer(Ticket, Answer),
    /// Offer a run of messages to a peer.
    Offer(OfferAction),
    /// Prove to a peer that its messages stand in our log.
    Receipt(ReceiptAction),
    /// A peer proved that its log holds, or refuses, messages of ours.
    Settled {
        /// The peer.
        peer: AgencyId,
        /// How many were settled.
        count: usize,
    },
    /// That a body was erased is durable: its keys and its bytes are destroyed, before anyone is answered.
    Destroy {
        /// The message.
        message: Digest,
    },
    /// Evidence is durable: tell a person, and every member that may have it.
    Evidence {
        /// SHA-256 of the file.
        digest: Digest,
        /// What was done.
        kind: EvidenceKind,
        /// By whom.
        accused: AgencyId,
    },
    /// A peer signed what contradicts something that is held: make evidence of it.
    Suspect(Suspicion),
    /// A credential is durable and may be used.
    Admitted(CredentialRecord),
    /// Close the connection with a peer.
    Close {
        /// The peer.
        peer: AgencyId,
        /// Why.
        code: CloseCode,
    },
    /// A peer states that its log ends: tell a person.
    Proposed {
        /// The peer.
        peer: AgencyId,
    },
    /// Hand a peer the approval of its succession.
    Approve {
        /// The peer.
        peer: AgencyId,
        /// The COSE_Sign1 bytes.
        approval: Vec<u8>,
    },
    /// A peer approved our succession: see whether it was the last one needed.
    Approved {
        /// The peer.
        peer: AgencyId,
    },
    /// Go by a peer's next log, owe it again what it may have lost, and connect again.
    Succeeded(SuccessionRecord),
    /// Ask a peer to cosign our head.
    Witness(WitnessAction),
    /// Cosign a peer's head: write it down first.
    Cosign(CosignAction),
    /// Do not cosign a peer's head, and say why.
    Decline {
        /// The peer.
        peer: AgencyId,
        /// Why.
        code: WitnessRefusal,
    },
    /// Show a peer that a quorum cosigned our log.
    Lift(LiftAction),
    /// A peer's log has two histories: what is held, and what was shown.
    Misfit {
        /// What is held of the peer's log.
        held: PeerHeadRecord,
        /// What does not fit it.
        misfit: Misfit,
    },
    /// A peer showed a newer or different checkpoint of our log: tell a person, close every connection.
    Quarantine {
        /// The peer that showed it.
        peer: AgencyId,
        /// The size it showed.
        size: TreeSize,
    },
    /// A doubt about our own log is over: make every connection again.
    Opened,
    /// A revocation is durable: it counts, and everyone is told.
    Revoked(RevocationRecord),
    /// A change of addresses is durable: it counts, and everyone is told.
    Noticed(NoticeRecord),
    /// A staff list is durable: it counts, and everyone is told.
    Staffed(StaffRecord),
}

/// What contradicts something in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Suspicion {
    /// Another message under a number that was used.
    Number {
        /// The peer.
        peer: AgencyId,
        /// Epoch of the link.
        epoch: Epoch,
        /// The number.
        number: LinkNumber,
        /// The later dispatch, as COSE_Sign1.
        dispatch: Vec<u8>,
    },
    /// Another message under an id that was used.
    Id {
        /// The author.
        peer: AgencyId,
        /// The id.
        id: MessageId,
        /// The later message, as COSE_Sign1.
        message: Vec<u8>,
    },
}

/// A run of messages with its signed dispatch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferAction {
    /// To whom.
    pub peer: AgencyId,
    /// The COSE_Sign1 bytes of the dispatch.
    pub dispatch: Vec<u8>,
    /// The messages in order; the host fetches their bytes.
    pub items: Vec<(Digest, Form)>,
}

/// Which numbers to receipt, under which head. The host fetches leaves and paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptAction {
    /// To whom.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// The checkpoint of ours that the peer is known to hold.
    pub from: TreeSize,
    /// The head to prove against.
    pub size: TreeSize,
    /// Its signed note.
    pub checkpoint: Vec<u8>,
    /// The numbers and their leaves.
    pub items: Vec<(LinkNumber, LeafIndex)>,
}

/// Which head to have cosigned. The host fetches the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAction {
    /// By whom.
    pub peer: AgencyId,
    /// The checkpoint of ours that the peer is known to hold.
    pub old: TreeSize,
    /// The head.
    pub size: TreeSize,
    /// Its signed note, without cosignatures.
    pub checkpoint: Vec<u8>,
}

/// Which head of a peer to cosign, now that it is held durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignAction {
    /// Whose log it is.
    pub peer: AgencyId,
    /// What is cosigned, with the owner's note.
    pub checkpoint: SignedCheckpoint,
}

/// Which quorate checkpoint of ours to show. The host fetches the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiftAction {
    /// To whom.
    pub peer: AgencyId,
    /// The checkpoint of ours that the peer is known to hold.
    pub from: TreeSize,
    /// The quorate one.
    pub size: TreeSize,
    /// Its note, with its cosignatures.
    pub note: Vec<u8>,
}

/// The answer to a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The message stands in the log.
    Submitted {
        /// The message.
        message: Digest,
        /// Its `message` leaf.
        leaf: LeafIndex,
    },
    /// The same submission under the same key was answered before.
    Repeated {
        /// The message that it made.
        message: Digest,
    },
    /// The key was used for another submission.
    KeyReused,
    /// A recipient has no link: it is not a member.
    NoLink(AgencyId),
    /// The outbox of a link is full.
    OutboxFull(AgencyId),
    /// The `read` leaf stands in the log; the body may be shown.
    ReadRecorded(LeafIndex),
    /// The approval is durable and on its way.
    SuccessionApproved,
    /// What the node itself knows speaks against approving.
    SuccessionObjected(Objection),
    /// The body is erased: now, or before.
    Erased(Box<ErasureRecord>),
    /// There is no body to erase: none came with the message.
    NothingToErase,
    /// That a bundle is handed out stands in the log.
    Exported(LeafIndex),
    /// That the keys are copied is remembered.
    KeyBackup(KeyBackupRecord),
    /// The node is in doubt about its own log and signs nothing.
    InDoubt(Doubt),
    /// The message has no place in its procedure.
    OutOfPlace(Box<Refusal>),
}

impl Effects {
    /// Adds a fact to remember.
    pub(crate) fn remember(&mut self, record: Record) {
        let bytes = record.carried().saturating_add(RECORD_WEIGHT);
        self.weight = self.weight.saturating_add(bytes);
        self.batch.records.push(record);
    }

    /// Adds a body to keep.
    pub(crate) fn keep(&mut self, body: Body) {
        let bytes = body.sealed.len().saturating_add(BODY_WEIGHT);
        self.weight = self.weight.saturating_add(bytes);
        self.batch.bodies.push(body);
    }

    /// Adds an action for after the commit.
    pub(crate) fn act(&mut self, action: Action) {
        self.actions.push(action);
    }

    /// Adds the effects of a later step of the same group.
    pub fn absorb(&mut self, later: Self) {
        self.batch.records.extend(later.batch.records);
        self.batch.bodies.extend(later.batch.bodies);
        self.actions.extend(later.actions);
        self.weight = self.weight.saturating_add(later.weight);
    }

    /// What the batch weighs so far, for bounding a group: its bytes, and a share for each record and body.
    ///
    /// Refusals and tombstones come without bodies, and a receipt is up to a frame long: bodies alone bound nothing.
    pub const fn weight(&self) -> usize {
        self.weight
    }

    /// Hands out the actions once `persist` has made the batch durable, and not before. An empty batch is durable.
    ///
    /// # Errors
    /// What `persist` failed with; the actions are then gone.
    pub fn settle<E>(self, persist: impl FnOnce(Batch) -> Result<(), E>) -> Result<Vec<Action>, E> {
        // spec: eng-1
        // spec: promise-1
        if !self.batch.records.is_empty() {
            persist(self.batch)?;
        }
        Ok(self.actions)
    }
}
