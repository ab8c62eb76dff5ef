//! How a long procedure is folded again from near its end.
//!
//! A message whose author had not seen everything changes the order of the fold, as a rule only near the end. The way
//! keeps the state at a few points before the end, the stops; what is folded next starts from the last of them up to which
//! nothing differs. The result is what folding from the beginning gives.

#[cfg(test)]
mod tests;

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::procedure::act::Act;
use crate::procedure::machine::Machine;
use crate::procedure::transcript::Places;
use crate::procedure::transcript::Transcript;

/// Each stop is this many times as far from the end as the next one.
const SPREAD: usize = 2;

/// Nearer to the end than this there is no stop: so few messages are folded again.
const NEAR: usize = 8;

/// The order in which everything was folded, and the state at some points of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    order: Vec<usize>,
    /// The messages that both sides agreed not to count.
    aside: BTreeSet<Digest>,
    /// Ascending; the first one is where the procedure began. At most one more for each power of [`SPREAD`].
    stops: Vec<Stop>,
}

/// A point of the way.
#[derive(Clone, Debug)]
struct Stop {
    /// How many messages had been folded.
    folded: usize,
    /// Which ones.
    placed: Places,
    /// The state then.
    machine: Machine,
}

/// From which stop on a set of messages is folded, and in which order.
struct Course<'w> {
    from: &'w Stop,
    order: Vec<usize>,
    aside: BTreeSet<Digest>,
}

impl Way {
    /// How many states it keeps.
    pub(super) const fn stops(&self) -> usize {
        self.stops.len()
    }

    /// The messages that both sides agreed not to count.
    pub(super) const fn aside(&self) -> &BTreeSet<Digest> {
        &self.aside
    }

    /// Folds a set of messages that holds the ancestors of each, and stays what it is; `None` before it began.
    pub(super) fn fold(&self, transcript: &Transcript, within: &Places) -> Option<Machine> {
        let Course { from, order, aside } = self.course(transcript, within)?;
        let mut machine = from.machine.clone();
        order.into_iter().for_each(|place| machine.advance(transcript, &aside, place));
        Some(machine)
    }

    /// Folds everything, and goes that way from now on; `None` when the first message begins nothing.
    pub(super) fn settle(&mut self, transcript: &Transcript) -> Option<Machine> {
        if self.stops.is_empty() {
            self.begin(transcript.act(0)?)?;
        }
        let Course { from, order, aside } = self.course(transcript, &transcript.all())?;
        let Stop { folded, mut placed, mut machine } = from.clone();
        self.stops.retain(|stop| stop.folded <= folded);
        self.order.truncate(folded);
        for (step, place) in order.iter().enumerate() {
            if is_stop(order.len().saturating_sub(step)) {
                self.stop(placed.clone(), &machine);
            }
            machine.advance(transcript, &aside, *place);
            placed.put(*place);
            self.order.push(*place);
        }
        self.aside = aside;
        self.thin();
        Some(machine)
    }

    /// Goes on with a message whose author had seen everything else, before it is folded.
    pub(super) fn go_on(&mut self, place: usize, before: &Machine) {
        if self.order.len().is_multiple_of(NEAR.saturating_mul(SPREAD)) {
            self.stop(Places::up_to(place), before);
            self.thin();
        }
        self.order.push(place);
    }

    fn begin(&mut self, opening: &Act) -> Option<()> {
        let machine = Machine::begin(opening).ok()?;
        self.order.push(0);
        self.stop(Places::up_to(1), &machine);
        Some(())
    }

    fn stop(&mut self, placed: Places, machine: &Machine) {
        self.stops.push(Stop { folded: self.order.len(), placed, machine: machine.clone() });
    }

    /// How a set of messages is folded: after the last stop up to which this way is the same.
    fn course(&self, transcript: &Transcript, within: &Places) -> Option<Course<'_>> {
        let first = self.stops.first()?;
        let aside = first.machine.aside(transcript, within);
        if aside != self.aside {
            let order = first.machine.order(transcript, within, &first.placed);
            return Some(Course { from: first, order, aside });
        }
        let seen = |stop: &&Stop| is_seen(transcript, within, &stop.placed);
        let base = self.stops.iter().rev().find(seen).unwrap_or(first);
        let mut order = base.machine.order(transcript, within, &base.placed);
        let rest = self.order.iter().skip(base.folded);
        let alike = order.iter().zip(rest).take_while(|(one, other)| one == other).count();
        let shared = base.folded.saturating_add(alike);
        let from = self.stops.iter().rev().find(|stop| stop.folded <= shared).unwrap_or(base);
        order.drain(..from.folded.saturating_sub(base.folded));
        Some(Course { from, order, aside })
    }

    /// Of the stops at about the same distance from the end keeps the first.
    fn thin(&mut self) {
        let end = self.order.len();
        let reach = |folded: usize| end.saturating_sub(folded).max(1).ilog(SPREAD);
        self.stops.dedup_by_key(|stop| reach(stop.folded));
    }
}

/// Whether these messages are of a set, and every other one of the set has seen them all: then they come first.
fn is_seen(transcript: &Transcript, within: &Places, placed: &Places) -> bool {
    let saw_them = |place| transcript.past(place).is_some_and(|past| placed.is_within(past));
    placed.is_within(within) && within.beyond(placed).all(saw_them)
}

/// Whether a stop is made so far from the end.
fn is_stop(left: usize) -> bool {
    left >= NEAR && SPREAD.checked_pow(left.ilog(SPREAD)) == Some(left)
}
