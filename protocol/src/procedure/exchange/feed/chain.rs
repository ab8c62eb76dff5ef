//! The states of a feed, one after the other.

use alloc::format;

use crate::procedure::exchange::fact::FeedPoint;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;

/// Every change since the feed began, by the number that it starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    head: FeedPoint,
    changes: SharedMap<u64, (FeedPoint, FeedPoint)>,
}

impl Chain {
    /// From the first snapshot.
    pub(super) fn begin(at: FeedPoint) -> Self {
        Self { head: at, changes: SharedMap::new() }
    }

    /// Where the feed stands.
    pub(super) const fn head(&self) -> FeedPoint {
        self.head
    }

    /// Whether it has this change already.
    pub(super) fn holds(&self, from: &FeedPoint, to: &FeedPoint) -> bool {
        self.changes.get(&from.seq) == Some(&(*from, *to))
    }

    /// Refuses a change that does not start where the feed stands.
    // spec: xch-39
    pub(super) fn guard_change(&self, from: &FeedPoint) -> Result<(), Refusal> {
        let head = self.head.seq;
        if from.seq > head {
            return Err(Refusal::out_of_turn(
                "xch-39",
                format!("the changes from {head} to {} are missing", from.seq),
                format!("send the changes from {head} to {} first, or a snapshot", from.seq),
            ));
        }
        if from.seq < head {
            return Err(Refusal::out_of_turn(
                "xch-39",
                format!("the feed has come to {head}, this change starts from {}", from.seq),
                format!("let the change start from {head}"),
            ));
        }
        if from.root != self.head.root {
            return Err(Refusal::safeguard(
                "xch-39",
                format!("`prev_hash` is not the root of the feed at {head}"),
                "compare the entries, and send a snapshot",
            ));
        }
        Ok(())
    }

    /// Refuses a snapshot that goes back, or differs where the feed stands.
    // spec: xch-40
    pub(super) fn guard_whole(&self, at: &FeedPoint) -> Result<(), Refusal> {
        let differs = at.seq == self.head.seq && at.root != self.head.root;
        if at.seq > self.head.seq || (at.seq == self.head.seq && !differs) {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "xch-40",
            format!("the feed stands at {} with another root", self.head.seq),
            "give the feed as it stands, or under a greater number",
        ))
    }

    /// Goes on by one change.
    pub(super) fn extend(&mut self, from: &FeedPoint, to: FeedPoint) {
        self.changes.insert(from.seq, (*from, to));
        self.head = to;
    }

    /// Goes on from a whole.
    pub(super) fn restart(&mut self, at: FeedPoint) {
        self.head = at;
    }
}
