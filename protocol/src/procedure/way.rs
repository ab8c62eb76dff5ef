//! How a long procedure is folded again from near its end.
//!
//! A message whose author had not seen everything changes the order of the fold, as a rule only near the end. The way
//! keeps the state at a few points before the end; what is folded next starts from the last of them up to which nothing
//! differs. The result is what folding from the beginning gives.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::procedure::fold::Course;
use crate::procedure::machine::Machine;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// Each stop is this many times as far from the end as the next one.
const SPREAD: usize = 4;

/// Nearer to the end than this there is no stop: so few messages are folded again.
const NEAR: usize = 16;

/// A course, and the state at some of its steps.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    course: Course,
    /// How many messages had been folded, and the state then; ascending.
    stops: Vec<(usize, Machine)>,
}

impl Way {
    /// How many states it keeps. At most one for each power of [`SPREAD`].
    pub(super) const fn stops(&self) -> usize {
        self.stops.len()
    }

    /// Folds a set of messages, and stays what it is.
    pub(super) fn fold(&self, transcript: &Transcript, within: &Places) -> Option<Machine> {
        let course = Machine::course(transcript, within)?;
        let (from, mut machine) = self.start(transcript, &course)?;
        (from..course.len()).for_each(|step| machine.advance(transcript, &course, step));
        Some(machine)
    }

    /// Folds everything, and goes that way from now on.
    pub(super) fn settle(&mut self, transcript: &Transcript) -> Option<Machine> {
        let course = Machine::course(transcript, &transcript.all())?;
        let (from, mut machine) = self.start(transcript, &course)?;
        self.stops.retain(|(folded, _)| *folded <= from);
        for step in from..course.len() {
            if is_stop(course.len().saturating_sub(step)) {
                self.stops.push((step, machine.clone()));
            }
            machine.advance(transcript, &course, step);
        }
        self.course = course;
        self.thin();
        Some(machine)
    }

    /// Goes on with a message whose author had seen everything else, before it is folded.
    pub(super) fn go_on(&mut self, place: usize, before: &Machine) {
        if self.course.len().is_multiple_of(NEAR.saturating_mul(SPREAD)) {
            self.stops.push((self.course.len(), before.clone()));
            self.thin();
        }
        self.course.go_on(place);
    }

    /// Where a course can be taken up, and the state there.
    fn start(&self, transcript: &Transcript, course: &Course) -> Option<(usize, Machine)> {
        let shared = self.course.shared(course);
        let last = self.stops.iter().rev().find(|(folded, _)| *folded <= shared);
        match last {
            Some((folded, machine)) => Some((*folded, machine.clone())),
            None => Some((1, Machine::begin(transcript.act(0)?).ok()?)),
        }
    }

    /// Of the stops at about the same distance from the end keeps the first.
    fn thin(&mut self) {
        let end = self.course.len();
        let reach = |folded: usize| end.saturating_sub(folded).max(1).ilog(SPREAD);
        self.stops.dedup_by_key(|(folded, _)| reach(*folded));
    }
}

/// Whether a stop is made so far from the end.
fn is_stop(left: usize) -> bool {
    left >= NEAR && SPREAD.checked_pow(left.ilog(SPREAD)) == Some(left)
}
