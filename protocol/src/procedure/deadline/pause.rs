//! How long the clock of a request stood still, because more information was outstanding.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::message::kind::Kind;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::common::CommonFact;
use crate::procedure::deadline;
use crate::procedure::fact::Fact;
use crate::procedure::machine::Machine;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// The pauses of one procedure.
#[derive(Debug, Default)]
pub(super) struct Pauses {
    total: u64,
    open: bool,
}

impl Pauses {
    /// From every question of the requested side to its answer, or to now; time that two of them share counts once.
    // spec: due-8
    pub(super) fn of(book: &Book, machine: &Machine, now: Timestamp) -> Self {
        let transcript = book.transcript();
        let counts = |(_, act): &(usize, &Act)| deadline::counts(machine, act);
        let acts: Vec<(usize, &Act)> = transcript.acts().enumerate().filter(counts).collect();
        let answered = answered(transcript, &acts);
        let mut pauses = Vec::new();
        let mut open = false;
        for (place, act) in &acts {
            if let Fact::Common(CommonFact::InformationAsked { .. }) = &act.fact {
                let answer = answered.get(place).copied();
                open |= answer.is_none();
                pauses.push((act.created.millis(), answer.unwrap_or(now).millis()));
            }
        }
        Self { total: united(pauses), open }
    }

    /// Whether they stop the clock of this message.
    pub(super) fn stop(&self, act: &Act) -> bool {
        act.parents.is_empty() || act.kind == Kind::HandoverRequest
    }

    /// How long all of them are together.
    pub(super) const fn total(&self) -> Span {
        Span::from_millis(self.total)
    }

    /// Whether one lasts.
    pub(super) const fn is_open(&self) -> bool {
        self.open
    }
}

/// When each message was first followed by an answer; every message is looked at once, however many answers there are.
fn answered(transcript: &Transcript, acts: &[(usize, &Act)]) -> BTreeMap<usize, Timestamp> {
    let is_answer = |act: &Act| act.fact == Fact::Common(CommonFact::InformationGiven);
    let (mut answered, mut seen) = (BTreeMap::new(), Places::none());
    for (place, act) in acts.iter().filter(|(_, act)| is_answer(act)) {
        let Some(past) = transcript.past(*place) else { continue };
        answered.extend(past.beyond(&seen).map(|earlier| (earlier, act.created)));
        seen.join(past);
    }
    answered
}

/// The time that is in any of them. Units: milliseconds.
fn united(mut spans: Vec<(u64, u64)>) -> u64 {
    spans.sort_unstable();
    let (mut total, mut reached) = (0_u64, 0_u64);
    for (from, to) in spans {
        let from = from.max(reached);
        total = total.saturating_add(to.saturating_sub(from));
        reached = reached.max(to);
    }
    total
}
