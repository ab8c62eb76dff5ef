//! Everything a node can want: first to remember, then to act.
//!
//! Actions can be had only by passing through the commit: [`Effects::settle`] is the one way out.

use alloc::vec::Vec;
use core::fmt;

use crate::crypto::aead::ContentKey;
use crate::crypto::digest::Digest;
use crate::engine::input::Ticket;
use crate::engine::record::CredentialRecord;
use crate::engine::record::Record;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Form;
use crate::registry::CloseCode;

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
    /// A credential is durable and may be used.
    Admitted(CredentialRecord),
    /// Close the connection with a peer.
    Close {
        /// The peer.
        peer: AgencyId,
        /// Why.
        code: CloseCode,
    },
    /// A peer showed a newer or different checkpoint of our log: tell a person, close every connection.
    Quarantine {
        /// The peer that showed it.
        peer: AgencyId,
        /// The size it showed.
        size: TreeSize,
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
    /// The node is in quarantine.
    Quarantined,
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
