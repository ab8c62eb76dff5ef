//! What is said of a bundle once it was walked over.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::bundle::BodyUse;
use crate::audit::bundle::Scope;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::verify::ended::Disowned;
use crate::audit::verify::notes::Witnessed;
use crate::audit::verify::problems::Problems;
use crate::audit::verify::transcript::Transcript;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::moment::Timestamp;

/// What a bundle is, what its log holds, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Report {
    /// Whose log it is.
    pub agency: AgencyId,
    /// The log.
    pub origin: String,
    /// Size and root, as signed.
    pub head: Head,
    /// When the bundle says it was made.
    pub made_at: Timestamp,
    /// The digest that names the bundle.
    pub digest: Digest,
    /// Which leaves are inside; all of them where nothing is said.
    pub scope: Option<Scope>,
    /// For what the bodies inside were opened; none is inside where nothing is said.
    pub bodies: Option<BodyUse>,
    /// The messages in scope in the order of their leaves, where they were asked for.
    pub transcript: Option<Transcript>,
    /// How many leaves are inside.
    pub disclosed: u64,
    /// What the scope kept from being judged.
    pub unjudged: Vec<Unjudged>,
    /// What the trust rests on.
    pub charter: CharterSeen,
    /// How much there is of what.
    pub counts: Counts,
    /// How well the receipts are founded.
    pub grades: Grades,
    /// The earliest and the latest time that a leaf says, by clocks that prove nothing.
    pub times: Option<(Timestamp, Timestamp)>,
    /// Up to where witnesses saw this log.
    pub witnessed: Witnessed,
    /// Leaves that the agency of this log does not stand by.
    pub disowned: Vec<Disowned>,
    /// What is wrong.
    pub problems: Problems,
    /// The facts that it can be held against another log by, where they were asked for.
    pub ledger: Option<Ledger>,
}

impl Report {
    /// Whether nothing is wrong.
    pub const fn is_sound(&self) -> bool {
        self.problems.count() == 0
    }
}

/// The charter in a bundle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CharterSeen {
    /// Its name.
    pub name: CharterName,
    /// Its version.
    pub version: CharterVersion,
    /// Its digest.
    pub digest: Digest,
    /// Whether it is the one that the auditor pinned.
    pub anchor: Anchor,
}

/// Whether trust has an anchor outside the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// The charter is the pinned one.
    Pinned,
    /// No pin was given: a whole federation can be invented.
    Unanchored,
}

impl Anchor {
    /// What is said to people. Source: spec audit-8.
    pub const fn text(self) -> &'static str {
        // spec: audit-8
        match self {
            Self::Pinned => "anchored",
            Self::Unanchored => "self-consistent, unanchored",
        }
    }
}

/// A rule that the scope keeps from being judged in full. Source: spec audit-37.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unjudged {
    /// Whether numbers have no gap.
    Contiguous,
    /// What an earlier leaf has to hold.
    Antecedent,
    /// What receipts settle.
    Settlement,
    /// Ids that are used twice.
    Unique,
    /// How the log begins.
    First,
    /// Whether every leaf in scope is there.
    Complete,
}

impl Unjudged {
    /// The code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Contiguous => "contiguous",
            Self::Antecedent => "antecedent",
            Self::Settlement => "settlement",
            Self::Unique => "unique",
            Self::First => "first",
            Self::Complete => "complete",
        }
    }
}

/// What a scope keeps from being judged.
pub(super) fn unjudged(scope: Option<&Scope>) -> Vec<Unjudged> {
    use Unjudged as U;
    // spec: audit-37
    match scope {
        None => Vec::new(),
        Some(Scope::Range { from, .. }) if from.get() == 0 => Vec::from([U::Unique]),
        Some(Scope::Range { .. }) => {
            Vec::from([U::Contiguous, U::Antecedent, U::Settlement, U::Unique, U::First])
        }
        Some(Scope::Procedure { .. }) => {
            Vec::from([U::Contiguous, U::Settlement, U::Unique, U::Complete])
        }
        Some(Scope::Peer { .. }) => Vec::from([U::Unique, U::Complete]),
    }
}

/// How many leaves of each kind a bundle discloses, and what its receipts settle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Starts of the node.
    pub started: u64,
    /// Messages of its own.
    pub messages: u64,
    /// Numbers given to recipients.
    pub sent: u64,
    /// Messages taken.
    pub received: u64,
    /// Messages refused.
    pub refused: u64,
    /// Receipts held.
    pub receipts: u64,
    /// Numbers that receipts settled as accepted.
    pub settled_accepted: u64,
    /// Numbers that receipts settled as refused.
    pub settled_refused: u64,
    /// Bodies opened.
    pub reads: u64,
    /// Bundles handed out.
    pub exports: u64,
    /// Bodies erased.
    pub erased: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// Successions of an older log: 0 or 1.
    pub successions: u64,
    /// Doubts about its own log that ended.
    pub resumed: u64,
    /// Messages carried over from an older log.
    pub carried: u64,
    /// Revocations of credentials.
    pub revocations: u64,
    /// Messages taken after their credential was revoked, by their place in their author's log.
    pub by_place: u64,
    /// Bodies inside that were opened.
    pub bodies: u64,
    /// Messages whose body could be inside and stays sealed, or was erased.
    pub withheld: u64,
    /// Credentials inside.
    pub credentials: u64,
}

/// How well a receipt is founded. Source: spec audit-36.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// The peer's log signed it.
    Signed,
    /// It continues what was known of the peer's log.
    Consistent,
    /// A quorum cosigned the peer's log at that size or a larger one.
    Witnessed,
}

impl Grade {
    /// As it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Signed => "L0",
            Self::Consistent => "L1",
            Self::Witnessed => "L2",
        }
    }
}

/// How many receipts are founded how well. Source: spec audit-36.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Grades {
    /// L0: the peer's log signed it.
    pub signed: u64,
    /// L1: it continues what was known of the peer's log.
    pub consistent: u64,
    /// L2: a quorum cosigned the peer's log at that size or a larger one.
    pub witnessed: u64,
}
