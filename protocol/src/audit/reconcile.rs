//! Two verified logs, held together on (link, epoch, number): what one says it sent, the other must say it took.
//!
//! Uses `ledger`. Each log is judged only as far as the other one reaches: what lies beyond the other's cut is
//! pending and no problem. Order comes from numbers and places in a log, never from clocks.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::audit::ledger::Arrived;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Receipted;
use crate::audit::ledger::Sent;
use crate::audit::verify::Report;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::log::leaf::Outcome;

/// Two logs, held together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciliation {
    /// Whose log the first one is.
    pub a: AgencyId,
    /// Whose log the second one is.
    pub b: AgencyId,
    /// Numbers, in both directions, under which both logs name the same message.
    pub matched: u64,
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
}

impl ProblemKind {
    /// Every kind.
    pub const ALL: [Self; 8] = [
        Self::Missing,
        Self::Duplicated,
        Self::Reordered,
        Self::Unreceipted,
        Self::ReceiptNotInLog,
        Self::ReceiptOnOtherBranch,
        Self::CheckpointOnOtherBranch,
        Self::DigestDiffers,
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
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { from, to, epoch, number } = &self.place;
        write!(f, "{from} to {to}, epoch {epoch}, number {number}: {}", self.kind.code())
    }
}

/// Why two logs cannot be held together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotComparable {
    /// Both are of one agency.
    #[error("both logs are of {agency}")]
    SameAgency {
        /// Whose.
        agency: AgencyId,
    },
    /// They are kept under different charters.
    #[error("the logs are kept under different charters")]
    OtherCharter,
}

/// Holds two verified logs together, in both directions.
///
/// # Errors
/// When they are of one agency, or of two federations.
pub fn reconcile(a: &Report, b: &Report) -> Result<Reconciliation, NotComparable> {
    ledgers(&a.ledger, &b.ledger)
}

/// The same on the facts alone.
///
/// # Errors
/// As [`reconcile`].
pub fn ledgers(a: &Ledger, b: &Ledger) -> Result<Reconciliation, NotComparable> {
    if a.agency == b.agency {
        return Err(NotComparable::SameAgency { agency: a.agency.clone() });
    }
    if a.charter != b.charter {
        return Err(NotComparable::OtherCharter);
    }
    let (a_id, b_id) = (a.agency.clone(), b.agency.clone());
    let mut result =
        Reconciliation { a: a_id, b: b_id, matched: 0, pending: Vec::new(), problems: Vec::new() };
    // spec: audit-20
    for (from, to) in [(a, b), (b, a)] {
        Direction { from, to, result: &mut result }.judge();
    }
    Ok(result)
}

/// One direction between two logs.
struct Direction<'a> {
    from: &'a Ledger,
    to: &'a Ledger,
    result: &'a mut Reconciliation,
}

/// What both logs say of one epoch.
struct Pages<'a> {
    epoch: Epoch,
    sent: BTreeMap<LinkNumber, &'a Sent>,
    arrived: BTreeMap<LinkNumber, &'a Arrived>,
    /// Whether the log goes on in a later epoch.
    sender_went_on: bool,
    recipient_went_on: bool,
}

impl Direction<'_> {
    fn judge(&mut self) {
        for epoch in self.epochs() {
            self.judge_order(epoch);
            self.judge_epoch(epoch);
        }
        self.judge_heads();
    }

    fn epochs(&self) -> BTreeSet<Epoch> {
        let sent = self.from.sent.keys().filter(|line| line.peer == self.to.agency);
        let arrived = self.to.arrived.keys().filter(|line| line.peer == self.from.agency);
        sent.chain(arrived).map(|line| line.epoch).collect()
    }

    fn place(&self, epoch: Epoch, number: LinkNumber) -> Place {
        Place { from: self.from.agency.clone(), to: self.to.agency.clone(), epoch, number }
    }

    fn problem(&mut self, epoch: Epoch, number: LinkNumber, kind: ProblemKind) {
        let place = self.place(epoch, number);
        self.result.problems.push(Problem { place, kind });
    }

    fn pending(&mut self, epoch: Epoch, number: LinkNumber, awaited: Awaited) {
        let place = self.place(epoch, number);
        self.result.pending.push(Pending { place, awaited });
    }

    fn sent(&self, epoch: Epoch) -> &[Sent] {
        let line = Line { peer: self.to.agency.clone(), epoch };
        self.from.sent.get(&line).map_or(&[], Vec::as_slice)
    }

    fn arrived(&self, epoch: Epoch) -> &[Arrived] {
        let line = Line { peer: self.from.agency.clone(), epoch };
        self.to.arrived.get(&line).map_or(&[], Vec::as_slice)
    }

    /// Each log by itself: numbers ascend, and neither a number nor a message stands there twice.
    fn judge_order(&mut self, epoch: Epoch) {
        // spec: audit-22
        let sent: Vec<(LinkNumber, Option<Digest>)> =
            self.sent(epoch).iter().map(|sent| (sent.number, Some(sent.message))).collect();
        let taken =
            |arrived: &Arrived| (arrived.outcome == Outcome::Accepted).then_some(arrived.message);
        let arrived: Vec<(LinkNumber, Option<Digest>)> =
            self.arrived(epoch).iter().map(|arrived| (arrived.number, taken(arrived))).collect();
        for page in [sent, arrived] {
            let (mut numbers, mut messages) = (BTreeSet::new(), BTreeSet::new());
            let mut highest = LinkNumber::new(0);
            for (number, message) in page {
                let again = !numbers.insert(number)
                    || message.is_some_and(|message| !messages.insert(message));
                if again {
                    self.problem(epoch, number, ProblemKind::Duplicated);
                } else if number < highest {
                    self.problem(epoch, number, ProblemKind::Reordered);
                }
                highest = highest.max(number);
            }
        }
    }

    fn judge_epoch(&mut self, epoch: Epoch) {
        let (from, to) = (self.from, self.to);
        let sent_line = Line { peer: to.agency.clone(), epoch };
        let arrived_line = Line { peer: from.agency.clone(), epoch };
        let later = |line: &Line, known: &Line| known.peer == line.peer && known.epoch > line.epoch;
        let pages = Pages {
            epoch,
            sent: from
                .sent
                .get(&sent_line)
                .into_iter()
                .flatten()
                .map(|sent| (sent.number, sent))
                .collect(),
            arrived: to
                .arrived
                .get(&arrived_line)
                .into_iter()
                .flatten()
                .map(|it| (it.number, it))
                .collect(),
            sender_went_on: from.sent.keys().any(|known| later(&sent_line, known)),
            recipient_went_on: to.arrived.keys().any(|known| later(&arrived_line, known)),
        };
        let numbers: BTreeSet<LinkNumber> =
            pages.sent.keys().chain(pages.arrived.keys()).copied().collect();
        for number in numbers {
            self.judge_number(&pages, number);
        }
    }

    fn judge_number(&mut self, pages: &Pages<'_>, number: LinkNumber) {
        let line = Line { peer: self.to.agency.clone(), epoch: pages.epoch };
        let receipted = self.from.receipted.get(&(line, number)).copied();
        // spec: audit-21
        match (pages.sent.get(&number), pages.arrived.get(&number)) {
            (Some(sent), Some(arrived)) if sent.message != arrived.message => {
                self.problem(pages.epoch, number, ProblemKind::DigestDiffers);
            }
            (Some(_), Some(_)) => {
                self.result.matched = self.result.matched.saturating_add(1);
                if receipted.is_none() {
                    self.unreceipted(pages, number);
                }
            }
            (Some(_), None) if pages.recipient_reached(number) => {
                self.problem(pages.epoch, number, ProblemKind::Missing);
            }
            (Some(_), None) if receipted.is_none() => {
                self.pending(pages.epoch, number, Awaited::Arrival)
            }
            (None, Some(_)) if pages.sender_reached(number) => {
                self.problem(pages.epoch, number, ProblemKind::Missing);
            }
            (None, Some(_)) => self.pending(pages.epoch, number, Awaited::Sending),
            (Some(_) | None, None) => {}
        }
        if let Some(receipted) = receipted {
            self.judge_receipt(pages, number, &receipted);
        }
    }

    /// No receipt is held of what arrived: a problem only where a later one is.
    fn unreceipted(&mut self, pages: &Pages<'_>, number: LinkNumber) {
        let later = |(line, held): &&(Line, LinkNumber)| {
            line.peer == self.to.agency && (line.epoch, *held) > (pages.epoch, number)
        };
        if self.from.receipted.keys().any(|key| later(&key)) {
            self.problem(pages.epoch, number, ProblemKind::Unreceipted);
        } else {
            self.pending(pages.epoch, number, Awaited::Receipt);
        }
    }

    /// A receipt is a claim about the recipient's log: the root it shows, and the leaf at its place.
    fn judge_receipt(&mut self, pages: &Pages<'_>, number: LinkNumber, receipted: &Receipted) {
        let cut = self.to.log.head().size;
        // spec: audit-23
        if receipted.head.size <= cut
            && self.to.log.root_at(receipted.head.size) != Some(receipted.head.root)
        {
            return self.problem(pages.epoch, number, ProblemKind::ReceiptOnOtherBranch);
        }
        let there = |arrived: &&Arrived| {
            arrived.leaf == receipted.index
                && arrived.message == receipted.message
                && arrived.outcome == receipted.outcome
        };
        let within = receipted.index < LeafIndex::new(cut.get());
        match pages.arrived.get(&number).filter(|arrived| there(arrived)) {
            Some(_) => {}
            None if within || pages.arrived.contains_key(&number) => {
                self.problem(pages.epoch, number, ProblemKind::ReceiptNotInLog);
            }
            None => self.pending(pages.epoch, number, Awaited::Log),
        }
    }

    /// Heads of the other log that are held for another reason than a receipt.
    fn judge_heads(&mut self) {
        let receipts: BTreeSet<Digest> =
            self.from.receipted.values().map(|receipted| receipted.head.root).collect();
        let Some(heads) = self.from.heads.get(&self.to.origin) else { return };
        let cut = self.to.log.head().size;
        // spec: audit-23
        for (size, root) in
            heads.iter().filter(|(size, root)| **size <= cut && !receipts.contains(root))
        {
            if self.to.log.root_at(*size) != Some(*root) {
                self.problem(
                    Epoch::new(0),
                    LinkNumber::new(0),
                    ProblemKind::CheckpointOnOtherBranch,
                );
            }
        }
    }
}

impl Pages<'_> {
    fn recipient_reached(&self, number: LinkNumber) -> bool {
        self.recipient_went_on
            || self.arrived.last_key_value().is_some_and(|(last, _)| *last > number)
    }

    fn sender_reached(&self, number: LinkNumber) -> bool {
        self.sender_went_on || self.sent.last_key_value().is_some_and(|(last, _)| *last > number)
    }
}
