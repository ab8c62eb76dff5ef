//! What readers share: a snapshot published after each commit.
//!
//! Uses `protocol` only. Absent on purpose: JSON; `api` decides how a view is shown.

use std::sync::Arc;

use concord_protocol::audit::watch::Alarm;
use concord_protocol::audit::watch::Bounds;
use concord_protocol::audit::watch::Observation;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::accused::Charge;
use concord_protocol::engine::witness::Cosigned;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::RefusalCode;
use concord_protocol::wire::witness::WitnessRefusal;

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
    /// How healing goes; says nothing unless the node is in quarantine.
    pub healing: HealingView,
    /// The newest durable head of the node's log.
    pub head: HeadView,
    /// Every other member, by agency.
    pub peers: Vec<PeerView>,
    /// The evidence that is held, in the order of its leaves.
    pub evidence: Arc<[EvidenceView]>,
    /// What the node sees of every member's log.
    pub watch: Arc<WatchView>,
    /// The credential in use.
    pub credential: CredentialView,
}

/// The node's own credential, as its operator should see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialView {
    /// Which.
    pub serial: Serial,
    /// Its last instant.
    pub not_after: Timestamp,
    /// Whether it counts.
    pub standing: Standing,
    /// The one that takes over, where one is adopted.
    pub next: Option<NextCredential>,
    /// Whether it ends soon, and none takes over.
    pub soon: bool,
}

/// The credential that takes over next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextCredential {
    /// Which.
    pub serial: Serial,
    /// From when on.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
}

/// Whether a credential counts now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in force.
    InForce,
    /// It does not count yet, or no longer.
    NotValid,
    /// A newer one took its place.
    Superseded,
    /// Its agency ended it.
    Revoked,
    /// The charter in force gives the agency another root than the one that signed it, or has no such member.
    OtherRoot,
}

impl Standing {
    /// The standing as people read it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::InForce => "in-force",
            Self::NotValid => "not-valid",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::OtherRoot => "other-root",
        }
    }
}

impl CredentialView {
    /// Whether a person should look.
    pub fn is_worth_saying(&self) -> bool {
        self.soon || self.standing != Standing::InForce
    }

    /// Whole days until its last instant.
    pub const fn days_left(&self, now: Timestamp) -> u64 {
        self.not_after.millis().saturating_sub(now.millis()) / 86_400_000
    }
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
        /// Peers that have answered since the start.
        heard: usize,
        /// Peers that must answer before the log is healed.
        needed: usize,
    },
    /// The token with the signing keys does not answer: what is to be signed waits.
    KeyAway,
    /// That token refused the PIN, and is not given it again before the next start: what is to be signed waits.
    PinRefused,
    /// The data may not be the newest; the peers are asked first.
    Probing {
        /// Peers that have answered since the start.
        heard: usize,
        /// Peers that must answer.
        needed: usize,
    },
}

impl Mode {
    /// Why the node does not sign; `None` when it does.
    pub const fn standing(&self) -> Option<Doubt> {
        match self {
            Self::Open | Self::Full | Self::KeyAway | Self::PinRefused => None,
            Self::Quarantined { .. } => Some(Doubt::Quarantine),
            Self::Probing { .. } => Some(Doubt::Probing),
        }
    }
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
    /// The newest one that a quorum has cosigned, if any.
    pub quorate: Option<QuorateView>,
    /// Distinct witnesses that the charter demands.
    pub quorum: u16,
    /// Since when there are leaves that no quorum has cosigned, as far as is known since the start.
    pub unwitnessed_since: Option<Timestamp>,
    /// Whether that is longer ago than the settings allow.
    pub unwitnessed: Unwitnessed,
}

/// Whether the head lacks its quorum for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unwitnessed {
    /// It has it, or not for long.
    No,
    /// It does: a person is told.
    TooLong,
}

/// A head of the node's own log that a quorum has cosigned.
#[derive(Clone, Debug)]
pub struct QuorateView {
    /// Leaves covered.
    pub size: TreeSize,
    /// The signed note, with the lines of its cosigners.
    pub note: Vec<u8>,
    /// Distinct witnesses that cosigned it.
    pub cosignatures: usize,
    /// The newest time that one of them says.
    pub at: Option<Timestamp>,
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
    /// Whether it ends soon, or has ended, and none is known that takes over.
    pub ends_soon: bool,
    /// The charter that the peer showed in its last greeting since the start.
    pub charter: Option<ShownCharter>,
    /// Whether that credential counts, where one is held.
    pub credential: Option<Standing>,
    /// Where the peer listens.
    pub addresses: Vec<String>,
    /// Whether greetings went both ways on a live connection.
    pub connected: bool,
    /// Why the peer does not sign, by its greeting on the live connection.
    pub standing: Option<Doubt>,
    /// What the peer said of this node's log since the start: nothing yet, or the size it showed.
    pub heard: Option<HeardView>,
    /// Leaves of this node's log that the peer keeps as a mirror, as far as it has said.
    pub mirrored: Option<TreeSize>,
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
    /// Root of that checkpoint.
    pub held_root: Option<Digest>,
    /// Number of the peer's log that this node goes by.
    pub log: LogNumber,
    /// Size of the newest checkpoint of the peer's log that carries a quorum of cosignatures.
    pub quorate: Option<TreeSize>,
    /// The peer's newest cosignature on this node's log.
    pub cosigned: Option<Cosigned>,
    /// Why the peer did not cosign what it was last asked to.
    pub declined: Option<WitnessRefusal>,
    /// Whether the peer's log has two histories: nothing of it is taken or cosigned.
    pub condemned: bool,
}

/// The charter that a peer showed in its greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShownCharter {
    /// The version.
    pub version: CharterVersion,
    /// Its digest.
    pub digest: Digest,
    /// When.
    pub at: Timestamp,
    /// Whether it is the one that this node goes by.
    pub agreement: Agreement,
}

/// How a peer's charter stands to the node's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Both go by the same version.
    Same,
    /// They do not.
    Other,
}

/// How much stands behind a receipt. Source: spec wit-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// The recipient's log signed it.
    L0,
    /// It continues everything that this node held of the recipient's log.
    L1,
    /// A quorum of witnesses has cosigned a tree that holds it.
    L2,
}

impl Grade {
    /// The grade as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
        }
    }
}

/// The grade of a receipt that this node took: its leaf stands in the peer's log at this place.
///
/// Every receipt that is taken was proven to continue what was held, so none is below L1.
pub fn grade(leaf: LeafIndex, quorate: Option<TreeSize>) -> Grade {
    // spec: wit-8
    if quorate.is_some_and(|quorate| leaf.get() < quorate.get()) { Grade::L2 } else { Grade::L1 }
}

/// How healing goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HealingView {
    /// For peers to answer, or for a mirror that holds enough.
    Waiting,
    /// A mirror gives entries back.
    Fetching {
        /// The mirror.
        mirror: AgencyId,
        /// Leaves that there are now.
        size: TreeSize,
        /// Leaves that there will be.
        target: TreeSize,
    },
    /// A mirror did not give what is missing.
    Failed {
        /// The mirror.
        mirror: AgencyId,
        /// Why not.
        why: HealError,
    },
    /// This node's own log is no beginning of what it has signed elsewhere.
    Forked {
        /// The first size at which they differ, as far as was seen.
        size: TreeSize,
    },
}

/// Why a mirror did not give back what is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HealError {
    /// It took too long.
    #[error("it did not answer in time")]
    Silent,
    /// It says that its files are damaged.
    #[error("what it keeps is damaged")]
    Damaged,
    /// It says that it holds nothing from this place.
    #[error("it keeps nothing from this place on")]
    NotHeld,
    /// What it gave was not sealed by this node for this place.
    #[error("what it gave was not sealed by this node")]
    NotOurs,
    /// What it gave ends before the newest checkpoint that was shown.
    #[error("what it keeps ends too early")]
    Short,
    /// This node could not take it.
    #[error("this node could not take it")]
    Ours,
}

/// What a peer said of this node's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardView {
    /// Size of the largest checkpoint of this node's log that it holds; `None` when it holds none.
    pub shown: Option<TreeSize>,
    /// The size up to which it mirrors this node's log; `None` when it does not.
    pub mirrored: Option<TreeSize>,
}

/// A file of evidence, without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceView {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// What the engine keeps of it.
    pub charge: Charge,
}

/// What the node sees of every member's log.
#[derive(Clone, Debug)]
pub struct WatchView {
    /// How long each thing may take.
    pub bounds: Bounds,
    /// When the node last looked; `None` before the first look.
    pub at: Option<Timestamp>,
    /// What stands.
    pub alarms: Vec<Alarm>,
    /// Every member's log, the node's own first.
    pub logs: Vec<Observation>,
}

impl Default for WatchView {
    fn default() -> Self {
        Self { bounds: Bounds::DEFAULT, at: None, alarms: Vec::new(), logs: Vec::new() }
    }
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
    /// How much stands behind its receipt; `None` without one.
    pub grade: Option<Grade>,
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
    /// A log was succeeded by its next, and the message is owed under another number.
    Superseded {
        /// The epoch of that number.
        epoch: Epoch,
        /// That number.
        number: LinkNumber,
    },
    /// The recipient is a member no longer, and proved nothing before it left.
    Undeliverable,
}
