//! Everything that can happen to a node.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::engine::record::CredentialRecord;
use crate::envelope::seal::Signed;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::PurposeCode;
use crate::ids::StaffNumber;
use crate::log::leaf::Leaf;
use crate::moment::Timestamp;
use crate::wire::greeting::Met;
use crate::wire::offer::VerifiedOffer;
use crate::wire::receipt::VerifiedReceipt;

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
    /// A verified credential became known.
    Admit(CredentialRecord),
    /// The group ends: sign the head, then act.
    Checkpoint,
}

/// Pairs an input with its answer. The host numbers its callers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// The start of the node's life in the log.
#[derive(Clone, Debug)]
pub struct Start {
    /// The charter in force.
    pub charter_version: CharterVersion,
    /// Whether at least one peer answered before the wait ended.
    pub probed: Probed,
}

/// Whether a peer answered before the node started to sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probed {
    /// At least one did.
    Yes,
    /// None did.
    No,
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recalled {
    /// The message of the same author held under the same id.
    pub by_id: Option<Digest>,
    /// The message and leaf under the same number of the same link.
    pub by_number: Option<(Digest, LeafIndex)>,
}

/// A verified receipt.
#[derive(Debug)]
pub struct Receipted {
    /// Whose log it comes from.
    pub peer: AgencyId,
    /// The receipt.
    pub receipt: VerifiedReceipt,
}
