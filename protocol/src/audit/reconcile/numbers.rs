//! One direction between two agencies: each number, its receipt, and the heads that are held of the other log.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::audit::ledger::Arrived;
use crate::audit::ledger::Head;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Receipted;
use crate::audit::ledger::Sent;
use crate::audit::reconcile::Awaited;
use crate::audit::reconcile::Pending;
use crate::audit::reconcile::Place;
use crate::audit::reconcile::Problem;
use crate::audit::reconcile::ProblemKind;
use crate::audit::reconcile::Reconciliation;
use crate::audit::reconcile::book::Book;
use crate::audit::reconcile::book::Telling;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::TreeSize;
use crate::log::leaf::Outcome;

/// One direction between two agencies.
pub(super) struct Direction<'a> {
    pub(super) from: &'a Book<'a>,
    pub(super) to: &'a Book<'a>,
    pub(super) result: &'a mut Reconciliation,
}

/// What both logs say of one epoch.
struct Pages<'a> {
    epoch: Epoch,
    sent: BTreeMap<LinkNumber, &'a Sent>,
    arrived: BTreeMap<LinkNumber, &'a Arrived>,
    /// Whether the log goes on in a later epoch.
    sender_went_on: bool,
    recipient_went_on: bool,
    /// How far the logs tell of this epoch.
    sender: Telling,
    recipient: Telling,
    last_receipted: Option<(Epoch, LinkNumber)>,
}

impl Direction<'_> {
    pub(super) fn judge(&mut self) {
        for epoch in self.epochs() {
            self.judge_order(epoch);
            self.judge_epoch(epoch);
        }
        self.judge_heads();
    }

    fn epochs(&self) -> BTreeSet<Epoch> {
        let mut epochs = self.from.sent_epochs(self.to.agency);
        epochs.extend(self.to.arrived_epochs(self.from.agency));
        epochs
    }

    fn sent_line(&self, epoch: Epoch) -> Line {
        Line { peer: self.to.agency.clone(), epoch }
    }

    fn arrived_line(&self, epoch: Epoch) -> Line {
        Line { peer: self.from.agency.clone(), epoch }
    }

    fn place(&self, epoch: Epoch, number: LinkNumber) -> Place {
        Place { from: self.from.agency.clone(), to: self.to.agency.clone(), epoch, number }
    }

    fn problem(&mut self, epoch: Epoch, number: LinkNumber, kind: ProblemKind) {
        let place = self.place(epoch, number);
        self.result.problems.push(Problem { place, leaf: None, kind });
    }

    fn pending(&mut self, epoch: Epoch, number: LinkNumber, awaited: Awaited) {
        let place = self.place(epoch, number);
        self.result.pending.push(Pending { place, awaited });
    }

    /// Each log by itself: numbers ascend, and neither a number nor a message stands there twice.
    fn judge_order(&mut self, epoch: Epoch) {
        // spec: audit-22
        let sent: Vec<(LinkNumber, Option<Digest>)> = self
            .from
            .sent(&self.sent_line(epoch))
            .into_iter()
            .map(|sent| (sent.number, Some(sent.message)))
            .collect();
        let taken =
            |arrived: &Arrived| (arrived.outcome == Outcome::Accepted).then_some(arrived.message);
        let arrived: Vec<(LinkNumber, Option<Digest>)> = self
            .to
            .arrived(&self.arrived_line(epoch))
            .into_iter()
            .map(|arrived| (arrived.number, taken(arrived)))
            .collect();
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
        let first_sent = |log: &Ledger| first_epoch(log.sent.keys(), to.agency);
        let first_arrived = |log: &Ledger| first_epoch(log.arrived.keys(), from.agency);
        let (sent, arrived) =
            (from.sent(&self.sent_line(epoch)), to.arrived(&self.arrived_line(epoch)));
        let pages = Pages {
            epoch,
            sent: sent.into_iter().map(|sent| (sent.number, sent)).collect(),
            arrived: arrived.into_iter().map(|arrived| (arrived.number, arrived)).collect(),
            sender_went_on: from.sent_epochs(to.agency).last() > Some(&epoch),
            recipient_went_on: to.arrived_epochs(from.agency).last() > Some(&epoch),
            sender: from.telling(epoch, first_sent),
            recipient: to.telling(epoch, first_arrived),
            last_receipted: from.last_receipted(to.agency),
        };
        let numbers: BTreeSet<LinkNumber> =
            pages.sent.keys().chain(pages.arrived.keys()).copied().collect();
        let mut heads = Heads::default();
        for number in numbers {
            self.judge_number(&pages, number, &mut heads);
        }
    }

    fn judge_number(&mut self, pages: &Pages<'_>, number: LinkNumber, heads: &mut Heads) {
        let receipted = self.from.receipted(&self.sent_line(pages.epoch), number);
        // spec: audit-21
        match (pages.sent.get(&number), pages.arrived.get(&number)) {
            (Some(sent), Some(arrived)) if sent.message != arrived.message => {
                if self.is_doubtful(pages.epoch, number) {
                    return self.lose();
                }
                self.problem(pages.epoch, number, ProblemKind::DigestDiffers);
            }
            (Some(_), Some(_)) => {
                self.result.matched = self.result.matched.saturating_add(1);
                if receipted.is_none() {
                    self.unreceipted(pages, number);
                }
            }
            (Some(_), None) => match pages.recipient_lacks(number) {
                Lacking::Missing => self.problem(pages.epoch, number, ProblemKind::Missing),
                Lacking::Lost => self.lose(),
                Lacking::Pending if receipted.is_none() => {
                    self.pending(pages.epoch, number, Awaited::Arrival);
                }
                Lacking::Pending => {}
            },
            (None, Some(_)) => match pages.sender_lacks(number) {
                Lacking::Missing => self.problem(pages.epoch, number, ProblemKind::Missing),
                Lacking::Lost => self.lose(),
                Lacking::Pending => self.pending(pages.epoch, number, Awaited::Sending),
            },
            (None, None) => {}
        }
        if let Some(receipted) = receipted {
            self.judge_receipt(pages, number, receipted, heads);
        }
    }

    /// Whether one of the two sides says that what it has under a number may be other than what the other saw.
    fn is_doubtful(&self, epoch: Epoch, number: LinkNumber) -> bool {
        let lines = (&self.sent_line(epoch), &self.arrived_line(epoch));
        self.from.is_doubtful(lines, number) || self.to.is_doubtful(lines, number)
    }

    const fn lose(&mut self) {
        self.result.lost = self.result.lost.saturating_add(1);
    }

    /// No receipt is held of what arrived: a problem only where a later one is.
    fn unreceipted(&mut self, pages: &Pages<'_>, number: LinkNumber) {
        if pages.sender == Telling::Ended {
            // It was written down, if at all, in what the sender lost.
            return self.lose();
        }
        if pages.last_receipted > Some((pages.epoch, number)) {
            self.problem(pages.epoch, number, ProblemKind::Unreceipted);
        } else {
            self.pending(pages.epoch, number, Awaited::Receipt);
        }
    }

    /// A receipt is a claim about the recipient's log: the root it shows, and the leaf at its place.
    fn judge_receipt(
        &mut self,
        pages: &Pages<'_>,
        number: LinkNumber,
        receipted: &Receipted,
        heads: &mut Heads,
    ) {
        let Some(log) = self.to.log(&receipted.origin) else {
            return self.pending(pages.epoch, number, Awaited::Log);
        };
        let cut = log.log.head().size;
        // spec: audit-23
        if receipted.head.size <= cut && !heads.has(log, &receipted.head) {
            // The agency itself says that members saw another end of this log.
            if self.to.may_be_lost(&receipted.origin, last_leaf(receipted.head.size)) {
                return;
            }
            return self.problem(pages.epoch, number, ProblemKind::ReceiptOnOtherBranch);
        }
        let there = |arrived: &&&Arrived| {
            arrived.leaf == receipted.index
                && arrived.message == receipted.message
                && arrived.outcome == receipted.outcome
        };
        let within = receipted.index < LeafIndex::new(cut.get());
        match pages.arrived.get(&number).filter(there) {
            Some(_) => {}
            // Told as lost where the number was.
            None if self.to.may_be_lost(&receipted.origin, receipted.index) => {}
            None if within || pages.arrived.contains_key(&number) => {
                self.problem(pages.epoch, number, ProblemKind::ReceiptNotInLog);
            }
            None => self.pending(pages.epoch, number, Awaited::Log),
        }
    }

    /// Heads of the other's logs that are held for another reason than a receipt.
    fn judge_heads(&mut self) {
        let (from, to) = (self.from, self.to);
        for held in from.logs() {
            let receipts: BTreeSet<Digest> =
                held.receipted.values().map(|receipted| receipted.head.root).collect();
            for log in to.logs() {
                let cut = log.log.head().size;
                let heads = held.heads.get(&log.origin).into_iter().flatten();
                // spec: audit-23
                let others = heads
                    .filter(|(size, root)| **size <= cut && !receipts.contains(root))
                    .filter(|(size, _)| !to.may_be_lost(&log.origin, last_leaf(**size)))
                    .filter(|(size, root)| log.log.root_at(**size) != Some(**root));
                for _ in others {
                    let kind = ProblemKind::CheckpointOnOtherBranch;
                    self.result.problems.push(Problem::of_head(from.agency, to.agency, kind));
                }
            }
            // spec: suc-12
            for (origin, heads) in &held.heads {
                let outlived = to.end_of(origin).is_some_and(|end| {
                    heads.last_key_value().is_some_and(|(size, _)| *size > end.size)
                });
                if outlived {
                    let kind = ProblemKind::Outlived;
                    self.result.problems.push(Problem::of_head(from.agency, to.agency, kind));
                }
            }
        }
    }
}

/// The last head that a log was asked for: receipts of one batch show the same.
#[derive(Default)]
struct Heads(Option<(Head, bool)>);

impl Heads {
    fn has(&mut self, log: &Ledger, head: &Head) -> bool {
        if let Some((known, has)) = &self.0
            && known == head
        {
            return *has;
        }
        let has = log.log.root_at(head.size) == Some(head.root);
        self.0 = Some((*head, has));
        has
    }
}

/// The last leaf under a checkpoint.
const fn last_leaf(size: TreeSize) -> LeafIndex {
    LeafIndex::new(size.get().saturating_sub(1))
}

fn first_epoch<'l>(lines: impl Iterator<Item = &'l Line>, peer: &AgencyId) -> Option<Epoch> {
    lines.filter(|line| line.peer == *peer).map(|line| line.epoch).min()
}

/// Why one log does not have a number that the other has.
enum Lacking {
    /// It goes on beyond it.
    Missing,
    /// It ended before, and another one succeeded it.
    Lost,
    /// It does not reach it yet.
    Pending,
}

impl Pages<'_> {
    fn recipient_lacks(&self, number: LinkNumber) -> Lacking {
        let passed = self.arrived.last_key_value().is_some_and(|(last, _)| *last > number);
        // The epoch ended with the sender's log: what was not taken by then got another number in the next.
        if !passed && self.sender == Telling::Ended {
            return Lacking::Lost;
        }
        lacking((passed, self.recipient_went_on), self.recipient)
    }

    fn sender_lacks(&self, number: LinkNumber) -> Lacking {
        let passed = self.sent.last_key_value().is_some_and(|(last, _)| *last > number);
        lacking((passed, self.sender_went_on), self.sender)
    }
}

/// What it means that a number is not there, by whether later ones are and whether the log went on.
const fn lacking((passed, went_on): (bool, bool), telling: Telling) -> Lacking {
    match (passed, telling, went_on) {
        (true, _, _) | (false, Telling::Open, true) => Lacking::Missing,
        (false, Telling::Ended, _) => Lacking::Lost,
        (false, Telling::Before, _) | (false, Telling::Open, false) => Lacking::Pending,
    }
}
