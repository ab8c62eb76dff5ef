//! Verified logs, held together on (link, epoch, number): what one says it sent, the other must say it took.
//!
//! Uses `ledger`. Each log is judged only as far as the other one reaches: what lies beyond the other's cut is
//! pending and no problem. Order comes from numbers and places in a log, never from clocks. The logs of one agency are
//! one [`book`]; what was lost where one log ended and the next began is part of its seam and no problem.

mod book;
mod numbers;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::audit::ledger::Decision;
use crate::audit::ledger::End;
use crate::audit::ledger::Extent;
use crate::audit::ledger::Ledger;
use crate::audit::reconcile::book::Book;
use crate::audit::reconcile::numbers::Direction;
use crate::audit::verify::report::Report;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;

/// All logs that were given, held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// Each pair of agencies.
    pub pairs: Vec<Reconciliation>,
    /// Where an agency's log ended and its next one began.
    pub seams: Vec<Seam>,
    /// What is wrong with the logs of one agency among themselves.
    pub problems: Vec<Problem>,
}

impl Joined {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.pairs.iter().all(|pair| pair.problems.is_empty())
    }
}

/// A succession that an auditor sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seam {
    /// Whose logs these are.
    pub agency: AgencyId,
    /// The log that began with the succession.
    pub newer: String,
    /// How the one before ended.
    pub end: End,
}

/// Two agencies' logs, held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Whose log the first one is.
    pub a: AgencyId,
    /// Whose log the second one is.
    pub b: AgencyId,
    /// Numbers, in both directions, under which both logs name the same message.
    pub matched: u64,
    /// Numbers that only one of them has, because the other's log ended before and a later one succeeded it.
    pub lost: u64,
    /// What cannot be judged yet.
    pub pending: Vec<Pending>,
    /// What is wrong.
    pub problems: Vec<Problem>,
}

/// A number on a link between the two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The sender.
    pub from: AgencyId,
    /// The recipient.
    pub to: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// Number on the link.
    pub number: LinkNumber,
}

/// Something that lies beyond a cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Where.
    pub place: Place,
    /// What is awaited.
    pub awaited: Awaited,
}

/// What a later cut will show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The `sent` leaf, beyond the sender's cut.
    Sending,
    /// The `received` or `refused` leaf, beyond the recipient's cut.
    Arrival,
    /// The `receipt-held` leaf, beyond the sender's cut.
    Receipt,
    /// The recipient's log up to the checkpoint of a receipt.
    Log,
}

/// Something that two honest logs cannot show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where. Of a checkpoint without a number: the link from its holder, number 0.
    pub place: Place,
    /// The leaf, where it is about one of one log alone.
    pub leaf: Option<LeafIndex>,
    /// What.
    pub kind: ProblemKind,
}

/// What is wrong. Source: spec audit-20.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// One log goes on beyond a number that it does not have and the other has.
    Missing,
    /// A number or a message twice on one link.
    Duplicated,
    /// A number after a higher one.
    Reordered,
    /// No receipt is held, yet one for a later number is.
    Unreceipted,
    /// A receipt names a leaf that the recipient's log does not hold there.
    ReceiptNotInLog,
    /// A receipt shows a root that the recipient's log never had.
    ReceiptOnOtherBranch,
    /// A checkpoint that is held shows a root that the other log never had.
    CheckpointOnOtherBranch,
    /// The logs name different messages under one number.
    DigestDiffers,
    /// A handover was decided that nobody asked for.
    DecisionWithoutRequest,
    /// A body was read for a purpose that is not registered.
    ReadWithoutPurpose,
    /// A log, or a checkpoint of it that is held, reaches beyond the end that was stated.
    Outlived,
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Missing,
        Self::Duplicated,
        Self::Reordered,
        Self::Unreceipted,
        Self::ReceiptNotInLog,
        Self::ReceiptOnOtherBranch,
        Self::CheckpointOnOtherBranch,
        Self::DigestDiffers,
        Self::DecisionWithoutRequest,
        Self::ReadWithoutPurpose,
        Self::Outlived,
    ];

    /// The code for machines.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Duplicated => "duplicated",
            Self::Reordered => "reordered",
            Self::Unreceipted => "unreceipted",
            Self::ReceiptNotInLog => "receipt-not-in-log",
            Self::ReceiptOnOtherBranch => "receipt-on-other-branch",
            Self::CheckpointOnOtherBranch => "checkpoint-on-other-branch",
            Self::DigestDiffers => "digest-differs",
            Self::DecisionWithoutRequest => "decision-without-request",
            Self::ReadWithoutPurpose => "read-without-purpose",
            Self::Outlived => "outlived",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { from, to, epoch, number } = &self.place;
        if let Some(leaf) = self.leaf {
            return write!(f, "{from}, leaf {leaf}: {}", self.kind.code());
        }
        write!(f, "{from} to {to}, epoch {epoch}, number {number}: {}", self.kind.code())
    }
}

/// Why logs cannot be held together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// Fewer than two agencies.
    #[error("all logs are of {agency}")]
    SameAgency {
        /// Whose.
        agency: AgencyId,
    },
    /// They are kept under different charters.
    #[error("the logs are kept under different charters")]
    OtherCharter,
    /// A bundle that discloses neither every leaf nor the link between the two.
    #[error(
        "the bundle of {agency} discloses neither every leaf nor its link with the one other agency"
    )]
    Partial {
        /// Whose.
        agency: AgencyId,
    },
    /// A bundle was verified without its facts being kept.
    #[error("the facts of the log of {agency} were not kept")]
    NoLedger {
        /// Whose.
        agency: AgencyId,
    },
}

/// Holds two verified logs together, in both directions.
///
/// # Errors
/// When they are of one agency, of two federations, or not whole.
pub fn reconcile(a: &Report, b: &Report) -> Result<Reconciliation, NotComparable> {
    ledgers(ledger(a)?, ledger(b)?)
}

/// The same on the facts alone.
///
/// # Errors
/// As [`reconcile`].
pub fn ledgers(a: &Ledger, b: &Ledger) -> Result<Reconciliation, NotComparable> {
    if a.agency == b.agency {
        return Err(NotComparable::SameAgency { agency: a.agency.clone() });
    }
    comparable(&[a, b])?;
    Ok(pair(&Book::of(a), &Book::of(b)))
}

/// Holds any number of verified logs together: every pair of agencies, and the logs of each among themselves.
///
/// # Errors
/// When they are of fewer than two agencies, of two federations, or not whole; several logs of one agency are one.
pub fn all(logs: &[&Report]) -> Result<Joined, NotComparable> {
    let ledgers = logs.iter().map(|log| ledger(log)).collect::<Result<Vec<&Ledger>, _>>()?;
    comparable(&ledgers)?;
    let mut books: BTreeMap<&AgencyId, Book<'_>> = BTreeMap::new();
    let mut joined = Joined { pairs: Vec::new(), seams: Vec::new(), problems: Vec::new() };
    for ledger in &ledgers {
        match books.get_mut(&ledger.agency) {
            Some(book) => book.add(ledger, &mut joined.problems),
            None => {
                books.insert(&ledger.agency, Book::of(ledger));
            }
        }
    }
    // A request may stand in what is not disclosed.
    let whole = ledgers.iter().all(|log| log.extent == Extent::Whole);
    let unasked = |decision: &&Decision| {
        whole && !ledgers.iter().any(|log| log.requests.contains(&decision.procedure))
    };
    // spec: audit-38
    for ledger in &ledgers {
        for decision in ledger.decisions.iter().filter(unasked) {
            let kind = ProblemKind::DecisionWithoutRequest;
            joined.problems.push(Problem::of_leaf(ledger, decision.leaf, kind));
        }
        for leaf in &ledger.purposeless {
            let kind = ProblemKind::ReadWithoutPurpose;
            joined.problems.push(Problem::of_leaf(ledger, *leaf, kind));
        }
    }
    let books: Vec<Book<'_>> = books.into_values().collect();
    for (place, a) in books.iter().enumerate() {
        // spec: audit-39
        joined.seams.extend(a.seams());
        joined.problems.extend(a.ends());
        for b in books.iter().skip(place.saturating_add(1)) {
            joined.pairs.push(pair(a, b));
        }
    }
    Ok(joined)
}

fn ledger(report: &Report) -> Result<&Ledger, NotComparable> {
    let agency = || report.agency.clone();
    report.ledger.as_ref().ok_or_else(|| NotComparable::NoLedger { agency: agency() })
}

/// Logs of one federation, each with all that the others are held against.
fn comparable(logs: &[&Ledger]) -> Result<(), NotComparable> {
    let Some((first, others)) = logs.split_first() else { return Ok(()) };
    if others.iter().any(|other| other.charter != first.charter) {
        return Err(NotComparable::OtherCharter);
    }
    // spec: audit-43
    let agencies: BTreeSet<&AgencyId> = logs.iter().map(|log| &log.agency).collect();
    let shows = |log: &&&Ledger| match &log.extent {
        Extent::Whole => true,
        Extent::Link(peer) => agencies.len() == 2 && agencies.contains(peer),
        Extent::Part => false,
    };
    match logs.iter().find(|log| !shows(log)) {
        Some(partial) => Err(NotComparable::Partial { agency: partial.agency.clone() }),
        None => Ok(()),
    }
}

/// Two agencies, in both directions.
fn pair(a: &Book<'_>, b: &Book<'_>) -> Reconciliation {
    let mut result = Reconciliation {
        a: a.agency.clone(),
        b: b.agency.clone(),
        matched: 0,
        lost: 0,
        pending: Vec::new(),
        problems: Vec::new(),
    };
    // spec: audit-20
    for (from, to) in [(a, b), (b, a)] {
        Direction { from, to, result: &mut result }.judge();
    }
    result
}

impl Problem {
    /// Something about a checkpoint of one agency's log that another one, or it itself, holds.
    fn of_head(holder: &AgencyId, owner: &AgencyId, kind: ProblemKind) -> Self {
        let (from, to) = (holder.clone(), owner.clone());
        let place = Place { from, to, epoch: Epoch::new(0), number: LinkNumber::new(0) };
        Self { place, leaf: None, kind }
    }

    /// Something about one leaf of one log.
    fn of_leaf(ledger: &Ledger, leaf: LeafIndex, kind: ProblemKind) -> Self {
        let (from, to) = (ledger.agency.clone(), ledger.agency.clone());
        let place = Place { from, to, epoch: Epoch::new(0), number: LinkNumber::new(0) };
        Self { place, leaf: Some(leaf), kind }
    }
}
