//! When the faults are over: everything is healed, and it is seen whether anything is left to do.

use std::collections::VecDeque;

use concord_protocol::engine::Connected;
use concord_protocol::ids::AgencyId;

use crate::ending;
use crate::life::Life;
use crate::truth::Violation;
use crate::world::Event;
use crate::world::Pair;
use crate::world::World;

impl World {
    /// The faults are over: everything is repaired, started and connected; clocks are right.
    pub(super) fn calm(&mut self) {
        self.calm = true;
        self.trace.say(self.now, || "calm".to_owned());
        self.blocked.clear();
        if self.plan.network.rough > 0 {
            // What a transport lost that keeps its word otherwise is offered again on the next connection.
            for pair in self.pairs() {
                self.lose(pair, None);
            }
        }
        self.plan.network.breaks = 0;
        self.plan.network.rough = 0;
        self.plan.network.delay = 20;
        for seat in 0..self.seats.len() {
            self.seats[seat].machine.disk.repair();
            (self.seats[seat].skew, self.seats[seat].slow, self.seats[seat].cut) = (0, 0, None);
            self.seats[seat].troubled = false;
            if self.seats[seat].life.is_none() {
                self.soon(10, Event::Start { seat });
            }
        }
        for pair in self.pairs() {
            self.soon(50, Event::Dial { pair });
        }
    }

    /// Whether nothing is left to do: every client is answered, nothing is owed, everything is vouched for.
    pub(super) fn is_done(&self) -> bool {
        self.seats.iter().all(|seat| {
            seat.life.as_ref().is_some_and(Life::is_idle) && !seat.ticking && !seat.starting
        }) && self.errands.iter().all(|asked| asked.is_over() || !self.can_answer(asked.author))
            && self.pairs().into_iter().all(|pair| self.is_settled(pair))
            && ending::is_vouched_for(self)
    }

    /// Whether nothing more passes between two, or nothing can.
    fn is_settled(&self, (a, b): Pair) -> bool {
        let owes = |from: usize, to: usize| {
            let life = self.seats[from].life.as_ref();
            let links = life.and_then(|life| life.engine.links(&self.cast.agencies[to]));
            links.is_some_and(|(out, _)| out.waiting() > 0)
        };
        let quiet =
            self.wires.get(&(a, b)).is_some_and(|wire| wire.lanes.iter().all(VecDeque::is_empty));
        if self.lies(a) || self.lies(b) || self.is_in_doubt(a) || self.is_in_doubt(b) {
            return true;
        }
        quiet && !owes(a, b) && !owes(b, a)
    }

    /// Whether a place is in doubt about its own log: a person was told, and decides.
    pub(crate) fn is_in_doubt(&self, place: usize) -> bool {
        let life = self.seats[place].life.as_ref();
        life.is_some_and(|life| life.engine.mode().standing().is_some())
            || self.truth.is_condemned(place)
            || self.truth.may_have_lost(place) && self.is_shut_out(place)
    }

    /// Whether an honest peer has closed with a place that was put back, because it holds what the place lost: a person
    /// sees the link down, with the reason.
    fn is_shut_out(&self, place: usize) -> bool {
        let Some(life) = &self.seats[place].life else { return false };
        let down = |peer: &&AgencyId| life.engine.connected(peer) == Connected::Down;
        self.calm
            && life.engine.peers().any(|peer| down(&peer) && !self.lies(self.cast.place(peer)))
    }

    pub(super) fn in_doubt(&self) -> u64 {
        let places = 0..self.plan.size;
        u64::try_from(places.filter(|place| self.is_in_doubt(*place)).count()).unwrap()
    }

    fn can_answer(&self, place: usize) -> bool {
        !self.lies(place) && !self.is_in_doubt(place)
    }

    /// What is still owed when it should not be.
    pub(super) fn late(&self) -> Violation {
        let pairs = self.pairs();
        let owed = pairs.into_iter().filter(|pair| !self.is_settled(*pair));
        let owed: Vec<String> = owed.map(|(a, b)| format!("{a} and {b}")).collect();
        let open = self.errands.iter().enumerate();
        let open = open.filter(|(_, asked)| !asked.is_over() && self.can_answer(asked.author));
        let open: Vec<usize> = open.map(|(errand, _)| errand).collect();
        let vouched = ending::is_vouched_for(self);
        let what = format!(
            "after an hour of calm something is owed between {owed:?}, errands {open:?} have no answer, \
             and quorums vouched for everything: {vouched}\n{}",
            ending::vouching(self)
        );
        self.violation("sim-progress", what)
    }
}
