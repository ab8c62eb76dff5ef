//! What readers share: a snapshot published after each commit.
//!
//! Uses `protocol` only. Absent on purpose: JSON; `api` decides how a view is shown.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::RefusalCode;

/// The node as its readers see it.
#[derive(Clone, Debug)]
pub struct View {
    /// Whether the node has written its `started` leaf and takes messages.
    pub phase: Phase,
    /// The node's agency.
    pub agency: AgencyId,
    /// The charter's name.
    pub charter: CharterName,
    /// The charter's version.
    pub charter_version: CharterVersion,
    /// The charter's digest.
    pub charter_digest: Digest,
    /// Whether the node exchanges.
    pub mode: Mode,
    /// The newest durable head of the node's log.
    pub head: HeadView,
    /// Every other member, by agency.
    pub peers: Vec<PeerView>,
}

/// How far the node has come since it was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It waits for its peers' greetings before it signs anything.
    Waiting,
    /// It signs.
    Started,
}

/// Whether the node exchanges, and why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It does.
    Open,
    /// The disk is nearly full: new messages are refused, receipts are taken, reads are served.
    Full,
    /// A peer showed a newer or different checkpoint of this node's log.
    Quarantined {
        /// The peer that showed it.
        peer: AgencyId,
        /// The size it showed.
        size: TreeSize,
    },
}

/// A signed head.
#[derive(Clone, Debug)]
pub struct HeadView {
    /// The log's origin.
    pub origin: String,
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
    /// The signed note.
    pub note: Vec<u8>,
}

/// One peer and the link with it.
#[derive(Clone, Debug)]
pub struct PeerView {
    /// The peer.
    pub agency: AgencyId,
    /// Serial of the newest credential held, if any.
    pub serial: Option<Serial>,
    /// When that credential ends.
    pub not_after: Option<Timestamp>,
    /// Where the peer listens.
    pub addresses: Vec<String>,
    /// Whether greetings went both ways on a live connection.
    pub connected: bool,
    /// Why the last connection ended or could not be made, for a person.
    pub trouble: Option<String>,
    /// Messages owed to the peer and not settled.
    pub waiting: usize,
    /// Epoch of the link to the peer.
    pub epoch: Epoch,
    /// The number that the next message to the peer gets.
    pub next: LinkNumber,
    /// The last number offered on the live connection; `None` without one.
    pub offered: Option<LinkNumber>,
    /// The last number of the peer's that was settled.
    pub cursor: LinkNumber,
    /// Size of the newest checkpoint held of the peer's log.
    pub held: Option<TreeSize>,
}

/// What a submission became.
#[derive(Clone, Debug)]
pub struct Submitted {
    /// The message.
    pub id: MessageId,
    /// Its digest.
    pub digest: Digest,
    /// Place of its `message` leaf.
    pub leaf: LeafIndex,
    /// Whether this submission made it, or an earlier one under the same key did.
    pub made: Made,
}

/// Whether a submission made its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    /// This one did.
    Now,
    /// An earlier one under the same idempotency key did.
    Before,
}

/// How a message stands with one recipient.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The recipient.
    pub agency: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Number on the link.
    pub number: LinkNumber,
    /// How it stands.
    pub status: DeliveryStatus,
}

/// The life of one delivery, as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliveryStatus {
    /// Waits in the outbox.
    Queued,
    /// Was offered on the live connection and waits for its receipt.
    Offered,
    /// The recipient proved that its log holds the message.
    Receipted {
        /// Place in the recipient's log.
        leaf: LeafIndex,
        /// Size of the recipient's log that the proof is for.
        size: TreeSize,
    },
    /// The recipient proved that its log holds a refusal.
    Refused {
        /// Place in the recipient's log.
        leaf: LeafIndex,
        /// Why.
        code: RefusalCode,
    },
}
