//! A procedure as it grows: what was accepted, what waits for its parents, and what turned out to be refused.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::procedure::act::Act;
use crate::procedure::amber;
use crate::procedure::amber::Amber;
use crate::procedure::common::Place;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;
use crate::procedure::transcript::Transcript;
use crate::procedure::transcript::Unplaced;
use crate::procedure::way::Way;
use crate::registry::RefusalCode;

/// Whether a message that is not refused has its place already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has.
    Fits,
    /// It stands beside the transcript: not every participant has it, and nothing follows it.
    Aside,
    /// It waits for a parent that is not here yet.
    Waits,
}

/// One procedure. Source: spec pro-1, pro-11.
#[derive(Clone, Debug, Default)]
pub struct Book {
    transcript: Transcript,
    machine: Option<Machine>,
    way: Way,
    waiting: BTreeMap<Digest, Act>,
    refused: BTreeMap<Digest, Refusal>,
    asides: BTreeMap<Digest, Act>,
}

impl Book {
    /// From everything that was taken, in any order.
    pub fn of(acts: impl IntoIterator<Item = Act>) -> Self {
        let mut book = Self::default();
        acts.into_iter().for_each(|act| book.take(act));
        book
    }

    /// The messages that were accepted.
    pub const fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// Where it stands; `None` while its first message is not here.
    pub const fn machine(&self) -> Option<&Machine> {
        self.machine.as_ref()
    }

    /// Messages whose parents are not here, by digest.
    pub const fn waiting(&self) -> &BTreeMap<Digest, Act> {
        &self.waiting
    }

    /// Messages that waited, and were refused once their parents came.
    pub const fn refused(&self) -> &BTreeMap<Digest, Refusal> {
        &self.refused
    }

    /// Remarks that went to some participants only, by digest.
    pub const fn asides(&self) -> &BTreeMap<Digest, Act> {
        &self.asides
    }

    /// How many messages it holds.
    pub fn len(&self) -> usize {
        let beside = [self.waiting.len(), self.refused.len(), self.asides.len()];
        beside.into_iter().fold(self.transcript.len(), usize::saturating_add)
    }

    /// How many states it holds: the one that counts, and those from which it can be folded again.
    pub const fn states(&self) -> usize {
        self.way.stops().saturating_add(1)
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What has to be looked at again, where these messages of other procedures were corrected.
    // spec: orc-8, orc-9
    pub fn amber(&self, elsewhere: &BTreeSet<MessageId>) -> Vec<Amber> {
        amber::of(&self.transcript, elsewhere)
    }

    /// The messages on which nobody should rest any more: what was corrected, and what has to be looked at again.
    // spec: orc-9
    pub fn unsound(&self, elsewhere: &BTreeSet<MessageId>) -> BTreeSet<MessageId> {
        let mut unsound = amber::corrected(&self.transcript);
        unsound.extend(self.amber(elsewhere).into_iter().map(|amber| amber.id));
        unsound
    }

    /// Judges a message by what its author had seen.
    ///
    /// # Errors
    /// The rule that it breaks.
    // spec: pro-4
    pub fn judge(&self, act: &Act) -> Result<Verdict, Refusal> {
        // The link knows what to say of a repetition; here it changes nothing.
        if self.transcript.place(&act.digest).is_some() {
            return Ok(Verdict::Fits);
        }
        if act.parents.iter().any(|parent| self.refused.contains_key(parent)) {
            return Err(Refusal::new(
                RefusalCode::ParentRefused,
                "pro-4",
                "a message that it follows was refused",
                "follow messages that were accepted",
            ));
        }
        if act.parents.is_empty() {
            return self.judge_opening(act);
        }
        let Ok(seen) = self.transcript.closure(&act.parents) else { return Ok(Verdict::Waits) };
        let all = seen.len() == self.transcript.len();
        let past = if all { None } else { self.way.fold(&self.transcript, &seen) };
        match past.as_ref().or(self.machine.as_ref()) {
            Some(machine) => Ok(match machine.judge(act)? {
                Place::Within => Verdict::Fits,
                Place::Aside => Verdict::Aside,
            }),
            None => Ok(Verdict::Waits),
        }
    }

    fn judge_opening(&self, act: &Act) -> Result<Verdict, Refusal> {
        if !self.transcript.is_empty() {
            return Err(Refusal::out_of_turn(
                "pro-1",
                "the procedure has begun",
                "name the messages that it follows, or begin another procedure",
            ));
        }
        Machine::begin(act).map(|_| Verdict::Fits)
    }

    /// Takes a message, and those that waited for it. What breaks a rule is kept apart, with the rule.
    // spec: pro-11
    pub fn take(&mut self, act: Act) {
        let mut next = Vec::from([act]);
        while let Some(act) = next.pop() {
            let digest = act.digest;
            match self.judge(&act) {
                Ok(Verdict::Waits) => drop(self.waiting.insert(digest, act)),
                Ok(Verdict::Fits) => self.place(act),
                Ok(Verdict::Aside) => drop(self.asides.insert(digest, act)),
                Err(refusal) => drop(self.refused.insert(digest, refusal)),
            }
            let ready = self.waiting.extract_if(.., |_, act| {
                act.parents.iter().all(|parent| {
                    self.transcript.place(parent).is_some() || self.refused.contains_key(parent)
                })
            });
            next.extend(ready.map(|(_, act)| act));
        }
    }

    /// Puts an accepted message, and folds again where its author had not seen everything.
    fn place(&mut self, act: Act) {
        let digest = act.digest;
        let placed = match self.transcript.put(act) {
            Ok(place) => place,
            Err(Unplaced::Full) => {
                let refusal = Refusal::new(
                    RefusalCode::ProcedureFull,
                    "pro-1",
                    "the procedure has as many messages as one may have",
                    "go on in a procedure of its own that names this one",
                );
                self.refused.insert(digest, refusal);
                return;
            }
            Err(Unplaced::Known | Unplaced::Missing(_) | Unplaced::OtherBeginning) => return,
        };
        let saw_all = self.transcript.past(placed).is_some_and(|past| past.len() == placed);
        // What two sides settle works backwards.
        let settles = self.transcript.act(placed).is_some_and(Act::settles);
        match &mut self.machine {
            Some(machine) if saw_all && !settles => {
                self.way.go_on(placed, machine);
                machine.extend(&self.transcript, placed);
            }
            Some(_) | None => self.machine = self.way.settle(&self.transcript),
        }
    }
}
