//! What one procedure holds for every figure, whatever the time that is asked about.
//!
//! A procedure is folded for it once; questions are put to what was found, and a node keeps it until the procedure grows.
//! Absent on purpose: anything of a body but what its fact has. Nothing is opened for a figure.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::message::kind::Kind;
use crate::message::refusal_ground::RefusalGround;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::statistics::measure::Measure;

/// A message that a measure counts, or would count if anybody here knew what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it counts for.
    pub measure: Measure,
    /// Names the message to people.
    pub message: MessageId,
    /// Names it to machines.
    pub digest: Digest,
    /// Of what time it is.
    pub when: When,
    /// How much it counts.
    pub amount: Amount,
}

/// Of what time a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Of the instant when it was made.
    Made(Timestamp),
    /// Of the time that it reports.
    Over(Timestamp, Timestamp),
}

impl When {
    /// Whether it is of a time; the end of that is not in it.
    pub fn is_within(self, from: Timestamp, until: Timestamp) -> bool {
        match self {
            Self::Made(at) => from <= at && at < until,
            Self::Over(begins, ends) => from <= begins && ends <= until,
        }
    }
}

/// How much a message counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Amount {
    /// So much.
    Known(u64),
    /// One refusal, on these grounds; `None` where they were not noted when the body was opened.
    Refusal(Option<BTreeSet<RefusalGround>>),
    /// Nobody here knows: its body was gone before it came.
    Unread,
}

/// A situation report that stands in a procedure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldReport {
    /// Names it to people.
    pub message: MessageId,
    /// Names it to machines.
    pub digest: Digest,
    /// Whose it is.
    pub author: AgencyId,
    /// When it was made.
    pub made: Timestamp,
}

/// What one procedure holds for figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// What measures count in it, in the order of the transcript.
    pub entries: Vec<Entry>,
    /// The situation reports in it that nothing supersedes.
    pub reports: Vec<HeldReport>,
}

/// Looks through one procedure.
// spec: sta-1, sta-8
pub fn of(book: &Book) -> Counted {
    let Some(machine) = book.machine() else { return Counted::default() };
    let transcript = book.transcript();
    let acts: Vec<&Act> = transcript.acts().collect();
    let superseded: BTreeSet<Digest> = acts.iter().filter_map(|act| act.supersedes).collect();
    let mut counted = Counted::default();
    for act in acts.iter().filter(|act| !superseded.contains(&act.digest)) {
        let rule = match machine.fates().get(&act.digest) {
            Some(Fate::Took { rule }) => Some(*rule),
            None
            | Some(
                Fate::Noted
                | Fate::Outranked { .. }
                | Fate::Clashes { .. }
                | Fate::SetAside
                | Fate::Overtaken(_),
            ) => None,
        };
        counted
            .entries
            .extend(Measure::ALL.iter().filter_map(|measure| entry(*measure, act, rule)));
        if act.kind == Kind::SituationReport {
            let (message, author) = (act.id, act.author.clone());
            counted.reports.push(HeldReport {
                message,
                digest: act.digest,
                author,
                made: act.created,
            });
        }
    }
    counted
}

/// What a message is to a measure, if it took effect by a rule.
fn entry(measure: Measure, act: &Act, rule: Option<&str>) -> Option<Entry> {
    let took = rule.is_some_and(|rule| measure.rows().contains(&rule));
    let made = When::Made(act.created);
    let (when, amount) = match (measure.attempt(), &act.fact) {
        (_, Fact::Gone) if measure.kinds().contains(&act.kind) => (made, Amount::Unread),
        (_, _) if !took => return None,
        (Some(attempt), fact) => blocked(attempt, fact)?,
        (None, Fact::Handover(HandoverFact::Decided(decision))) if measure == Measure::Refused => {
            (made, Amount::Refusal(decision.grounds.clone()))
        }
        (None, _) => (made, Amount::Known(1)),
    };
    Some(Entry { measure, message: act.id, digest: act.digest, when, amount })
}

/// What a report of blocked attempts says of one type of them.
fn blocked(attempt: AttemptType, fact: &Fact) -> Option<(When, Amount)> {
    let Fact::Exchange(ExchangeFact::Feed(FeedFact::Blocked(effect))) = fact else { return None };
    // What is reported for all feeds together may count what a feed has counted.
    effect.feed?;
    let counts = effect.counts.iter().filter(|(counted, _)| *counted == attempt);
    let sum = counts.fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
    (sum > 0).then_some((When::Over(effect.from, effect.until), Amount::Known(sum)))
}
