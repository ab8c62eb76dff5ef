//! What happened since the start and no snapshot shows: commits and how long they took, receipts, refusals.
//!
//! Fed by the writer with what is durable, read by whoever asks. A start begins at zero.
//!
//! Absent on purpose: messages, officers, and anything that a message says; agencies and registered codes are enough.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Renewal;
use concord_protocol::engine::record::Settlement;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::registry::RefusalCode;

use crate::host::view::Grade;
use crate::host::view::grade;

/// Upper edges of the classes into which the times of commits fall. Units: microseconds.
pub const COMMIT_EDGES: [u64; 10] =
    [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000];

/// Receipts of one peer that may wait for its witnesses. Beyond it: they are never counted as L2.
const WAITING_MAX: usize = 65_536;

/// What happened since the start.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Commits.
    pub commits: Commits,
    /// Receipts that reached a grade, by peer; one that reached L2 was counted under L1 before.
    pub receipts: BTreeMap<(AgencyId, Grade), u64>,
    /// Messages that were refused, by whom, between this node and which peer.
    pub refusals: BTreeMap<(AgencyId, RefusedBy, RefusalCode), u64>,
}

/// Commits, and how long they took until they were durable.
#[derive(Clone, Copy, Debug, Default)]
pub struct Commits {
    /// How many.
    pub count: u64,
    /// How long all of them took together.
    pub spent: Duration,
    /// How many fell into each class of [`COMMIT_EDGES`]; one that took longer is in none.
    pub classes: [u64; COMMIT_EDGES.len()],
}

/// Who refused a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusedBy {
    /// This node, a peer's.
    Node,
    /// A peer, this node's.
    Peer,
}

impl RefusedBy {
    /// Who, as people read it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Peer => "peer",
        }
    }
}

/// What one batch says; counted once it is durable.
#[derive(Debug, Default)]
pub(crate) struct Happened {
    receipts: Vec<(AgencyId, LeafIndex)>,
    refusals: Vec<(AgencyId, RefusedBy, RefusalCode)>,
    /// Peers whose log was succeeded by its next.
    succeeded: Vec<AgencyId>,
}

/// The tally, and what is needed to go on with it.
#[derive(Debug, Default)]
pub(crate) struct Counting(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    tally: Tally,
    /// Leaves in the logs of peers whose receipts are L1 so far.
    waiting: BTreeMap<AgencyId, BTreeSet<LeafIndex>>,
}

impl Happened {
    /// Reads a batch.
    pub(crate) fn of(records: &[Record]) -> Self {
        let mut happened = Self::default();
        for record in records {
            if let Record::Outbound(out) = record {
                match out.settlement {
                    Settlement::Accepted(leaf, _) => {
                        happened.receipts.push((out.peer.clone(), leaf));
                    }
                    Settlement::Refused(_, code) => {
                        happened.refusals.push((out.peer.clone(), RefusedBy::Peer, code));
                    }
                    Settlement::Open | Settlement::Renewed(..) => {}
                }
            }
            if let Record::Inbound(inbound) = record
                && let Some(code) = inbound.refused
            {
                happened.refusals.push((inbound.peer.clone(), RefusedBy::Node, code));
            }
            // It is written again when all that it may have lost is owed again.
            if let Record::Succession(record) = record
                && record.renewal == Renewal::Begun
            {
                happened.succeeded.push(record.agency.clone());
            }
        }
        happened
    }
}

impl Counting {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts what a batch says, which took so long to become durable.
    pub(crate) fn count(&self, happened: Happened, took: Duration) {
        let mut state = self.state();
        let State { tally, waiting } = &mut *state;
        tally.commits.add(took);
        for agency in happened.succeeded {
            // Their leaves stand in a log that gets no witnesses any more.
            waiting.remove(&agency);
        }
        for (agency, leaf) in happened.receipts {
            let waits = waiting.entry(agency.clone()).or_default();
            if waits.len() < WAITING_MAX {
                waits.insert(leaf);
            }
            more(tally.receipts.entry((agency, Grade::L1)).or_default(), 1);
        }
        for refusal in happened.refusals {
            more(tally.refusals.entry(refusal).or_default(), 1);
        }
    }

    /// Counts the receipts that a quorum of witnesses covers by now, by the quorate sizes of the peers' logs.
    pub(crate) fn witnessed<'a>(
        &self,
        quorate: impl Iterator<Item = (&'a AgencyId, Option<TreeSize>)>,
    ) {
        let mut state = self.state();
        let State { tally, waiting } = &mut *state;
        for (agency, size) in quorate {
            let (Some(waits), Some(size)) = (waiting.get_mut(agency), size) else { continue };
            // A snapshot is published after each commit, and seldom is there anything to do.
            if waits.first().is_none_or(|leaf| grade(*leaf, Some(size)) < Grade::L2) {
                continue;
            }
            let rest = waits.split_off(&LeafIndex::new(size.get()));
            let reached = u64::try_from(waits.len()).unwrap_or(u64::MAX);
            *waits = rest;
            more(tally.receipts.entry((agency.clone(), Grade::L2)).or_default(), reached);
        }
    }

    /// What happened so far.
    pub(crate) fn so_far(&self) -> Tally {
        self.state().tally.clone()
    }
}

impl Commits {
    fn add(&mut self, took: Duration) {
        more(&mut self.count, 1);
        self.spent = self.spent.saturating_add(took);
        let class = COMMIT_EDGES.iter().position(|edge| took <= Duration::from_micros(*edge));
        if let Some(class) = class.and_then(|class| self.classes.get_mut(class)) {
            more(class, 1);
        }
    }
}

const fn more(count: &mut u64, by: u64) {
    *count = count.saturating_add(by);
}

#[cfg(test)]
mod tests;
