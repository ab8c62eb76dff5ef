//! Which list or change comes next: from where a table stands to where the messages of its feed stand.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::exchange::fact::ExchangeFact;
use concord_protocol::procedure::exchange::fact::FeedFact;
use concord_protocol::procedure::exchange::fact::FeedPoint;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::fold::Fate;

/// A message that leads to one state of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// The message.
    pub(crate) message: Digest,
    /// Where it starts; `None` for a snapshot, which starts anywhere.
    pub(crate) from: Option<FeedPoint>,
    /// Where it leads.
    pub(crate) to: FeedPoint,
}

/// Every snapshot and change that took effect, in the order of the transcript.
pub(crate) fn steps(book: &Book) -> Vec<Step> {
    let Some(machine) = book.machine() else { return Vec::new() };
    let transcript = book.transcript();
    let took = |digest: &Digest| matches!(machine.fates().get(digest), Some(Fate::Took { .. }));
    let all = transcript.all();
    let acts = all.iter().filter_map(|place| transcript.act(place));
    let step = |act: &Act| {
        let message = act.digest;
        let Fact::Exchange(ExchangeFact::Feed(fact)) = &act.fact else { return None };
        match fact {
            FeedFact::Whole { at, .. } => Some(Step { message, from: None, to: *at }),
            FeedFact::Changed { from, to, .. } => {
                Some(Step { message, from: Some(*from), to: *to })
            }
            FeedFact::Missed { .. }
            | FeedFact::Blocked(_)
            | FeedFact::Disputed { .. }
            | FeedFact::Decided { .. } => None,
        }
    };
    acts.filter(|act| took(&act.digest)).filter_map(step).collect()
}

/// What to take next, best first: the change that starts where the table stands, or else the newest snapshot beyond it.
/// What was found bad is not taken again.
// spec: fed-13
pub(crate) fn next(
    steps: &[Step],
    table: Option<FeedPoint>,
    head: FeedPoint,
    bad: &BTreeSet<Digest>,
) -> Vec<Step> {
    if table == Some(head) {
        return Vec::new();
    }
    let good = || steps.iter().filter(|step| !bad.contains(&step.message));
    let mut next: Vec<Step> =
        good().filter(|step| step.from.is_some() && step.from == table).copied().collect();
    // A change that was repeated is one change.
    next.dedup_by_key(|step| step.to);
    let beyond = |step: &&Step| {
        step.from.is_none() && table.is_none_or(|table| step.to.seq > table.seq || step.to == head)
    };
    let mut wholes: Vec<Step> = good().filter(beyond).copied().collect();
    wholes.sort_by_key(|step| core::cmp::Reverse(step.to.seq));
    next.extend(wholes);
    next
}

#[cfg(test)]
mod tests;
