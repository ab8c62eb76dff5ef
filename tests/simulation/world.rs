//! The world of one run: seats with nodes, connections between them, one clock, one queue of what happens next.

mod calm;
mod clients;
mod faults;
mod hear;
mod host;
mod lies;
mod network;
pub(crate) mod seat;
mod talks;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use harness::chance::Chance;

use crate::cast::Cast;
use crate::cast::DAWN;
use crate::ending;
use crate::life::Errand;
use crate::life::WireId;
use crate::plan::Deed;
use crate::plan::Plan;
use crate::plan::STORM;
use crate::planted::Bug;
use crate::trace::Trace;
use crate::truth::Truth;
use crate::truth::Violation;
use crate::wire::Wire;
use crate::world::seat::Seat;

/// How long a node waits for greetings before it begins. Units: milliseconds.
const GREETING_WAIT: u64 = 600;

/// How long a client waits for an answer before it asks again.
const ASKS_AGAIN: u64 = 2_500;

/// How often somebody looks, once the faults are over, whether anything is left to do.
const LOOKS_EVERY: u64 = 4_000;

/// How long it may take, after everything is healed, until all that is owed has arrived.
const CALM: u64 = 3_600_000;

/// Events in one run at most: a run that needs more does not come to rest.
const EVENTS_MAX: u64 = 400_000;

/// Keeps the luck of a run apart from that of its plan.
const LUCK: u64 = 0x5eed_5eed_5eed_5eed;

/// Two places of the cast, the smaller first.
pub(crate) type Pair = (usize, usize);

/// What happens next.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    /// The writer of a seat takes what waits.
    Tick { seat: usize, life: u64 },
    /// A parcel arrives from one end of a connection at the other.
    Arrives { pair: Pair, wire: WireId, from: usize },
    /// Two places try to connect.
    Dial { pair: Pair },
    /// A connection over which nothing passes is given up.
    Silent { pair: Pair, wire: WireId },
    /// The wait for greetings is over.
    Begin { seat: usize, life: u64 },
    /// What comes round again and again.
    Round { seat: usize, life: u64 },
    /// A client asks.
    Ask { errand: Errand },
    /// Something goes wrong.
    Fault { number: usize },
    /// It is over.
    Over { number: usize },
    /// A node is started.
    Start { seat: usize },
    /// Everything is healed.
    Calm,
    /// Somebody looks whether anything is left to do.
    Look,
}

/// A client's message.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) author: usize,
    pub(crate) to: Vec<usize>,
    pub(crate) deed: Deed,
    pub(crate) answered: Option<Digest>,
    /// It was told that the message has no place there, or there was nothing to answer: it asks no more.
    pub(crate) given_up: bool,
    pub(crate) tries: u64,
}

impl Asked {
    /// Whether nobody waits for anything.
    pub(crate) const fn is_over(&self) -> bool {
        self.answered.is_some() || self.given_up
    }
}

/// One run.
pub struct World {
    pub(crate) plan: Plan,
    pub(crate) cast: &'static Cast,
    pub(crate) bug: Option<Bug>,
    pub(crate) now: u64,
    pub(crate) chance: Chance,
    pub(crate) seats: Vec<Seat>,
    pub(crate) wires: BTreeMap<Pair, Wire>,
    pub(crate) dials: BTreeMap<Pair, u32>,
    /// From whom to whom nothing passes, and how many faults say so.
    pub(crate) blocked: BTreeMap<(usize, usize), u32>,
    /// The seat that a liar's peer is talked to from.
    pub(crate) faces: BTreeMap<usize, usize>,
    pub(crate) errands: Vec<Asked>,
    pub(crate) truth: Truth,
    pub(crate) trace: Trace,
    /// Messages that a liar will say once more, by the errand that they were made for.
    pub(crate) repeats: BTreeMap<Errand, Box<Signed>>,
    /// Frames that a liar said before.
    pub(crate) recorded: Vec<Vec<u8>>,
    /// What clients submit.
    pub(crate) submission: &'static Submission,
    /// A breach that was seen where nothing can fail.
    pub(crate) odd: Option<Violation>,
    queue: BTreeMap<(u64, u64), Event>,
    given: u64,
    wires_made: WireId,
    calm: bool,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "World({} seats at {})", self.seats.len(), self.now)
    }
}

/// How a run ended well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What happened, as one digest.
    pub digest: [u8; 32],
    /// Events.
    pub events: u64,
    /// Messages that were acknowledged to a client.
    pub acknowledged: u64,
    /// Deliveries that were receipted.
    pub receipted: u64,
    /// Starts of nodes.
    pub starts: u64,
    /// Deaths of nodes.
    pub deaths: u64,
    /// Connections.
    pub connections: u64,
    /// Nodes that were in doubt about their own log at the end: a person was told.
    pub in_doubt: u64,
    /// Evidence that was logged against a liar.
    pub evidence: u64,
}

impl World {
    /// The world of a seed, before anything happened; with lines of what happens, where they are wanted.
    pub fn new(seed: u64, bug: Option<Bug>, wanted: bool) -> Self {
        Self::of(Plan::of(seed), seed, (bug, wanted))
    }

    /// A world in which a plan happens, with the luck of a seed.
    pub fn of(plan: Plan, seed: u64, (bug, wanted): (Option<Bug>, bool)) -> Self {
        let cast = plan.cast();
        let seats = (0..plan.size).map(|place| Seat::new(cast, place, bug)).collect();
        let errands = plan.errands.iter().map(|wish| Asked {
            author: wish.author,
            to: wish.to.clone(),
            deed: wish.deed,
            answered: None,
            given_up: false,
            tries: 0,
        });
        let errands = errands.collect();
        let mut world = Self {
            cast,
            bug,
            now: 0,
            chance: Chance::from_seed(seed ^ LUCK),
            seats,
            wires: BTreeMap::new(),
            dials: BTreeMap::new(),
            blocked: BTreeMap::new(),
            faces: BTreeMap::new(),
            errands,
            truth: Truth::new(&plan),
            trace: Trace::new(wanted),
            repeats: BTreeMap::new(),
            recorded: Vec::new(),
            submission: clients::shortest(),
            odd: None,
            queue: BTreeMap::new(),
            given: 0,
            wires_made: 0,
            calm: false,
            plan,
        };
        world.schedule();
        world
    }

    fn schedule(&mut self) {
        for seat in 0..self.seats.len() {
            let after = self.time(200);
            self.at(after, Event::Start { seat });
        }
        for (number, (at, _)) in self.plan.faults.clone().into_iter().enumerate() {
            self.at(at, Event::Fault { number });
        }
        for (errand, wish) in self.plan.errands.clone().into_iter().enumerate() {
            self.at(wish.at, Event::Ask { errand });
        }
        self.at(STORM + 2_000, Event::Calm);
    }

    /// Runs to the end.
    ///
    /// # Errors
    /// The first invariant that does not hold.
    pub fn run(&mut self) -> Result<Outcome, Violation> {
        let mut events = 0;
        while let Some(((at, _), event)) = self.queue.pop_first() {
            self.now = at;
            events += 1;
            if events > EVENTS_MAX {
                return Err(
                    self.violation("sim-rest", "the world does not come to rest".to_owned())
                );
            }
            let looks = matches!(event, Event::Look);
            self.happen(event)?;
            if let Some(broken) = self.odd.take() {
                return Err(broken);
            }
            if looks {
                if self.is_done() {
                    break;
                }
                self.soon(LOOKS_EVERY, Event::Look);
            }
            if self.now > STORM + CALM {
                return Err(self.late());
            }
        }
        let logs = ending::judge(self)?;
        let mut outcome =
            Outcome { digest: *self.trace.digest(&logs).as_bytes(), events, ..self.truth.counts() };
        outcome.in_doubt = self.in_doubt();
        Ok(outcome)
    }

    /// What was decided before anything happened.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The lines of what happened, where they were wanted.
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    fn happen(&mut self, event: Event) -> Result<(), Violation> {
        match event {
            Event::Tick { seat, life } => self.tick(seat, life),
            Event::Arrives { pair, wire, from } => self.arrives(pair, wire, from),
            Event::Dial { pair } => self.dial(pair),
            Event::Silent { pair, wire } => {
                self.give_up(pair, wire);
                Ok(())
            }
            Event::Begin { seat, life } => {
                self.begin(seat, life);
                Ok(())
            }
            Event::Round { seat, life } => {
                self.round(seat, life);
                Ok(())
            }
            Event::Ask { errand } => {
                self.ask(errand);
                Ok(())
            }
            Event::Fault { number } => self.fault(number),
            Event::Over { number } => {
                self.over(number);
                Ok(())
            }
            Event::Start { seat } => self.start(seat),
            Event::Calm => {
                self.calm();
                self.soon(LOOKS_EVERY, Event::Look);
                Ok(())
            }
            Event::Look => Ok(()),
        }
    }

    pub(crate) fn at(&mut self, at: u64, event: Event) {
        self.given += 1;
        self.queue.insert((at, self.given), event);
    }

    pub(crate) fn soon(&mut self, after: u64, event: Event) {
        self.at(self.now + after, event);
    }

    /// Some time below a bound.
    pub(crate) fn time(&mut self, below: u64) -> u64 {
        u64::try_from(self.chance.below(usize::try_from(below).unwrap())).unwrap()
    }

    /// The clock of a seat.
    pub(crate) fn clock(&self, seat: usize) -> Timestamp {
        let skew = self.seats[seat].skew;
        let now = DAWN.millis() + self.now;
        Timestamp::from_millis(now.saturating_add_signed(skew))
    }

    /// The seat from which a place talks to another.
    pub(crate) fn seat_for(&self, place: usize, to: usize) -> usize {
        match self.plan.liar {
            Some(liar) if liar.place == place => self.faces.get(&to).copied().unwrap_or(place),
            _ => place,
        }
    }

    /// Whether a place lies.
    pub(crate) fn lies(&self, place: usize) -> bool {
        self.plan.liar.is_some_and(|liar| liar.place == place)
    }

    pub(crate) fn next_wire(&mut self) -> WireId {
        self.wires_made += 1;
        self.wires_made
    }

    pub(crate) fn violation(&self, invariant: &'static str, what: String) -> Violation {
        Violation { invariant, at: self.now, what }
    }

    /// Every pair of places.
    pub(crate) fn pairs(&self) -> BTreeSet<Pair> {
        let size = self.plan.size;
        (0..size).flat_map(|a| (a + 1..size).map(move |b| (a, b))).collect()
    }

    /// How far clocks may differ.
    pub(crate) const fn tolerance() -> Span {
        Span::from_millis(300_000)
    }
}
