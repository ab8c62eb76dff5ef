//! All that was given of one agency: its log, or its logs in the order in which they succeeded each other.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::audit::ledger::Arrived;
use crate::audit::ledger::End;
use crate::audit::ledger::Ledger;
use crate::audit::ledger::Line;
use crate::audit::ledger::Receipted;
use crate::audit::ledger::Sent;
use crate::audit::reconcile::Problem;
use crate::audit::reconcile::ProblemKind;
use crate::audit::reconcile::Seam;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;

/// The logs of one agency, the oldest first; at least one.
pub(super) struct Book<'a> {
    pub(super) agency: &'a AgencyId,
    logs: Vec<&'a Ledger>,
}

/// How far an agency's logs tell of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// The log that tells of it is the newest one.
    Open,
    /// The log that tells of it ended, and a later one succeeded it.
    Ended,
    /// It was before the oldest log that was given.
    Before,
}

impl<'a> Book<'a> {
    pub(super) fn of(ledger: &'a Ledger) -> Self {
        Self { agency: &ledger.agency, logs: Vec::from([ledger]) }
    }

    /// One more log of this agency. Of two states of one log the larger one counts, and must continue the other.
    pub(super) fn add(&mut self, ledger: &'a Ledger, problems: &mut Vec<Problem>) {
        match self.logs.iter_mut().find(|known| known.origin == ledger.origin) {
            Some(known) => {
                let larger =
                    if known.log.head().size < ledger.log.head().size { ledger } else { *known };
                let smaller = if core::ptr::eq(larger, *known) { ledger } else { *known };
                let head = smaller.log.head();
                // spec: audit-23
                if larger.log.root_at(head.size) != Some(head.root) {
                    let kind = ProblemKind::CheckpointOnOtherBranch;
                    problems.push(Problem::of_head(self.agency, self.agency, kind));
                }
                *known = larger;
            }
            None => {
                self.logs.push(ledger);
                self.logs.sort_by_key(|log| log.number);
            }
        }
    }

    /// Where one of its logs ended and the next began, as the next one says.
    pub(super) fn seams(&self) -> impl Iterator<Item = Seam> {
        self.logs.iter().filter_map(|newer| {
            let end = newer.end.clone()?;
            Some(Seam { agency: self.agency.clone(), newer: newer.origin.clone(), end })
        })
    }

    /// A log that ended is what its agency stated that it had, and no longer than it stated.
    pub(super) fn ends(&self) -> Vec<Problem> {
        let problem = |kind| Problem::of_head(self.agency, self.agency, kind);
        let ended = self.logs.iter().filter_map(|log| Some((log, self.end_of(&log.origin)?)));
        ended
            .filter_map(|(log, end)| {
                let (head, restored) = (log.log.head(), end.restored);
                // spec: suc-12
                if head.size > end.size {
                    return Some(problem(ProblemKind::Outlived));
                }
                let other = log.log.root_at(restored.size) != Some(restored.root);
                (restored.size <= head.size && restored.size.get() > 0 && other)
                    .then(|| problem(ProblemKind::CheckpointOnOtherBranch))
            })
            .collect()
    }

    /// How one of its logs ended; `None` where no later log says that it did.
    pub(super) fn end_of(&self, origin: &str) -> Option<&'a End> {
        self.logs.iter().find_map(|log| log.end.as_ref().filter(|end| end.origin == origin))
    }

    /// Whether the end of a log says of the leaves from this place on that they may be others.
    pub(super) fn may_be_lost(&self, origin: &str, leaf: LeafIndex) -> bool {
        self.end_of(origin).is_some_and(|end| leaf >= end.lost_from)
    }

    /// The same of the leaf that gave a number to a message, or took one under it.
    pub(super) fn is_doubtful(&self, (sent, arrived): (&Line, &Line), number: LinkNumber) -> bool {
        self.logs.iter().any(|log| {
            let sent = log.sent.get(sent).into_iter().flatten();
            let sent = sent.filter(|sent| sent.number == number).map(|sent| sent.leaf);
            let arrived = log.arrived.get(arrived).into_iter().flatten();
            let arrived = arrived.filter(|took| took.number == number).map(|took| took.leaf);
            sent.chain(arrived).any(|leaf| self.may_be_lost(&log.origin, leaf))
        })
    }

    pub(super) fn sent(&self, line: &Line) -> Vec<&'a Sent> {
        self.logs.iter().filter_map(|log| log.sent.get(line)).flatten().collect()
    }

    pub(super) fn arrived(&self, line: &Line) -> Vec<&'a Arrived> {
        self.logs.iter().filter_map(|log| log.arrived.get(line)).flatten().collect()
    }

    /// Epochs of the link to a peer.
    pub(super) fn sent_epochs(&self, peer: &AgencyId) -> BTreeSet<Epoch> {
        let lines = self.logs.iter().flat_map(|log| log.sent.keys());
        lines.filter(|line| line.peer == *peer).map(|line| line.epoch).collect()
    }

    /// Epochs of the link from a peer.
    pub(super) fn arrived_epochs(&self, peer: &AgencyId) -> BTreeSet<Epoch> {
        let lines = self.logs.iter().flat_map(|log| log.arrived.keys());
        lines.filter(|line| line.peer == *peer).map(|line| line.epoch).collect()
    }

    pub(super) fn receipted(&self, line: &Line, number: LinkNumber) -> Option<&'a Receipted> {
        let key = (line.clone(), number);
        self.logs.iter().find_map(|log| log.receipted.get(&key))
    }

    /// The highest number for which a receipt from a peer is held.
    pub(super) fn last_receipted(&self, peer: &AgencyId) -> Option<(Epoch, LinkNumber)> {
        let last = |epoch: &Epoch, log: &Ledger| {
            let line = Line { peer: peer.clone(), epoch: *epoch };
            let range = (line.clone(), LinkNumber::new(0))..=(line, LinkNumber::new(u64::MAX));
            log.receipted.range(range).next_back().map(|((_, number), _)| (*epoch, *number))
        };
        let epochs = self.sent_epochs(peer);
        self.logs.iter().flat_map(|log| epochs.iter().filter_map(|epoch| last(epoch, log))).max()
    }

    pub(super) fn log(&self, origin: &str) -> Option<&'a Ledger> {
        self.logs.iter().find(|log| log.origin == origin).copied()
    }

    pub(super) fn logs(&self) -> &[&'a Ledger] {
        &self.logs
    }

    /// How far it tells of an epoch that this one of its logs tells of, given the first epoch of the newest log.
    pub(super) fn telling(&self, epoch: Epoch, of: impl Fn(&Ledger) -> Option<Epoch>) -> Telling {
        let newest = self.logs.last().and_then(|log| of(log));
        let begins = self.logs.first().is_some_and(|oldest| oldest.is_first);
        let is_before = newest.is_some_and(|first| epoch < first);
        match (is_before, self.logs.len()) {
            (false, _) => Telling::Open,
            (true, 1) if begins => Telling::Open,
            (true, 1) => Telling::Before,
            (true, _) => Telling::Ended,
        }
    }
}
