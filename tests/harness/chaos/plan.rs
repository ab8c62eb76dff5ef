//! What will happen, and when: all of it from one number, before anything begins.
//!
//! Uses `chance`. Kinds come from a shuffled deck, so that a long run sees each of them about as often.
//! Absent on purpose: what a machine allows. The same seed draws the same plan everywhere; what cannot be done is skipped
//! aloud when its time comes.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::chance::Chance;

/// Nodes in a run.
pub const NODES: usize = 6;

/// A road: from one node to another.
pub type Road = (usize, usize);

/// Something that befalls nodes or what is between them, for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nemesis {
    /// `kill -9`; the node is started again at the end.
    Kill(BTreeSet<usize>),
    /// SIGSTOP, and SIGCONT at the end.
    Freeze(usize),
    /// Nothing is left on the node's disk, or next to nothing.
    Disk(usize, Room),
    /// The process may open no file more, or so few from its start that it cannot work.
    Files(usize, Onset),
    /// The process may have no memory more.
    Memory(usize),
    /// The node's clock is wrong by so many seconds.
    Clock(usize, i64),
    /// The wire misbehaves on some roads.
    Wire(BTreeSet<Road>, Weather),
    /// The kernel's own link to the node misbehaves.
    Link(usize, Trouble),
}

/// How little room is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Less than the reserve: new messages are refused.
    Scarce,
    /// A few pages: writes fail.
    None,
}

/// When a limit on open files begins to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Onset {
    /// While the process runs.
    Running,
    /// The process is killed, and starts under the limit.
    Starting,
}

/// What the wire does to datagrams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Nothing passes.
    Cut,
    /// So many of a hundred are lost.
    Loss(u32),
    /// Each is late by so many milliseconds, and up to as many more.
    Delay(u32),
    /// So many of a hundred are overtaken by those behind them.
    Reorder(u32),
    /// So many of a hundred come twice.
    Duplicate(u32),
    /// So many bytes pass in a second.
    Narrow(u32),
    /// Longer ones vanish.
    Short(usize),
}

/// What the kernel does to a node's link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The interface is down.
    Down,
    /// `tc tbf`: so many kilobits in a second.
    Narrow(u32),
    /// Frames longer than this vanish.
    Short(u32),
    /// `tc netem`: delay, loss, reordering and duplication at once.
    Netem,
}

/// A nemesis with its begin and its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When it begins.
    pub begin: Duration,
    /// When it ends.
    pub end: Duration,
    /// What it is.
    pub nemesis: Nemesis,
}

/// Which nodes can suffer what: a small disk and a foreign clock are given to a node before it is first started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cast {
    /// Nodes on a disk of their own.
    pub small_disks: [usize; 2],
    /// Nodes with a clock of their own.
    pub own_clocks: [usize; 2],
}

/// The whole plan of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The number that it was drawn from.
    pub seed: u64,
    /// How long faults go on.
    pub length: Duration,
    /// Who can suffer what.
    pub cast: Cast,
    /// Everything that happens, in the order of its begin.
    pub acts: Vec<Act>,
}

/// Time before the first act and after the last one.
const EDGE_MS: usize = 1_500;

/// Longest wait from one begin to the next.
const GAP_MS_MAX: usize = 4_000;

/// How long an act goes on, most of the time.
const SHORT_MS: (usize, usize) = (300, 8_000);

/// How long one of six goes on, where there is time: beyond the transport's idle time and several steps of back-off.
const LONG_MS: (usize, usize) = (15_000, 75_000);

impl Plan {
    /// Draws a plan.
    pub fn draw(seed: u64, length: Duration) -> Self {
        let mut chance = Chance::from_seed(seed);
        let mut order: Vec<usize> = (0..NODES).collect();
        shuffle(&mut order, &mut chance);
        let cast = Cast { small_disks: [order[0], order[1]], own_clocks: [order[2], order[3]] };
        let mut acts: Vec<Act> = Vec::new();
        let mut deck = Vec::new();
        let whole = usize::try_from(length.as_millis()).unwrap();
        let mut at = EDGE_MS;
        while at + EDGE_MS < whole {
            if deck.is_empty() {
                deck = Kind::deck();
                shuffle(&mut deck, &mut chance);
            }
            let kind = deck.pop().unwrap();
            let nemesis = kind.draw(&cast, &mut chance);
            let last = whole - EDGE_MS / 2;
            let act = Act {
                begin: millis(at),
                end: millis((at + lasting(whole, &mut chance)).min(last)),
                nemesis,
            };
            if !acts.iter().any(|other| other.end > act.begin && other.excludes(&act)) {
                acts.push(act);
            }
            at += chance.below(GAP_MS_MAX);
        }
        Self { seed, length, cast, acts }
    }
}

impl Act {
    /// Whether two acts cannot go on at the same time: what one of them ends would end the other.
    fn excludes(&self, other: &Self) -> bool {
        match (&self.nemesis, &other.nemesis) {
            (Nemesis::Kill(some), Nemesis::Kill(others)) => !some.is_disjoint(others),
            (Nemesis::Kill(some), Nemesis::Files(node, Onset::Starting))
            | (Nemesis::Files(node, Onset::Starting), Nemesis::Kill(some)) => some.contains(node),
            (Nemesis::Freeze(a), Nemesis::Freeze(b))
            | (Nemesis::Disk(a, _), Nemesis::Disk(b, _))
            | (Nemesis::Files(a, _), Nemesis::Files(b, _))
            | (Nemesis::Memory(a), Nemesis::Memory(b))
            | (Nemesis::Clock(a, _), Nemesis::Clock(b, _))
            | (Nemesis::Link(a, _), Nemesis::Link(b, _)) => a == b,
            (
                Nemesis::Kill(_)
                | Nemesis::Freeze(_)
                | Nemesis::Disk(..)
                | Nemesis::Files(..)
                | Nemesis::Memory(_)
                | Nemesis::Clock(..)
                | Nemesis::Wire(..)
                | Nemesis::Link(..),
                _,
            ) => false,
        }
    }
}

/// The kinds, as they lie in the deck.
#[derive(Clone, Copy)]
enum Kind {
    Kill,
    KillSeveral,
    Freeze,
    DiskScarce,
    DiskFull,
    Files,
    FilesFromStart,
    Memory,
    ClockWithin,
    ClockBeyond,
    Cut,
    CutOneWay,
    Loss,
    Delay,
    Reorder,
    Duplicate,
    Narrow,
    Short,
    LinkDown,
    LinkNarrow,
    LinkShort,
    Netem,
}

impl Kind {
    /// One of each, and several of what happens most.
    fn deck() -> Vec<Self> {
        vec![
            Self::Kill,
            Self::Kill,
            Self::Kill,
            Self::Kill,
            Self::KillSeveral,
            Self::Freeze,
            Self::DiskScarce,
            Self::DiskFull,
            Self::DiskFull,
            Self::Files,
            Self::FilesFromStart,
            Self::Memory,
            Self::ClockWithin,
            Self::ClockBeyond,
            Self::Cut,
            Self::Cut,
            Self::CutOneWay,
            Self::Loss,
            Self::Delay,
            Self::Reorder,
            Self::Duplicate,
            Self::Narrow,
            Self::Short,
            Self::LinkDown,
            Self::LinkNarrow,
            Self::LinkShort,
            Self::Netem,
        ]
    }

    fn draw(self, cast: &Cast, chance: &mut Chance) -> Nemesis {
        let node = chance.below(NODES);
        let (disk, clock) = (cast.small_disks[chance.below(2)], cast.own_clocks[chance.below(2)]);
        let beyond = 400 + i64::try_from(chance.below(9_000)).unwrap();
        match self {
            Self::Kill => Nemesis::Kill(BTreeSet::from([node])),
            Self::KillSeveral => Nemesis::Kill(some_nodes(chance, NODES)),
            Self::Freeze => Nemesis::Freeze(node),
            Self::DiskScarce => Nemesis::Disk(disk, Room::Scarce),
            Self::DiskFull => Nemesis::Disk(disk, Room::None),
            Self::Files => Nemesis::Files(node, Onset::Running),
            Self::FilesFromStart => Nemesis::Files(node, Onset::Starting),
            Self::Memory => Nemesis::Memory(node),
            // The tolerance is five minutes.
            Self::ClockWithin => Nemesis::Clock(clock, signed(20 + chance.below(220), chance)),
            // A witness that has said a late time is silent until that time has come (spec wit-11), so no more members
            // than may be dishonest may run far ahead, or nothing would be witnessed for hours.
            Self::ClockBeyond if clock == cast.own_clocks[0] && chance.one_in(2) => {
                Nemesis::Clock(clock, beyond)
            }
            Self::ClockBeyond => Nemesis::Clock(clock, -beyond),
            Self::Cut => Nemesis::Wire(around(&some_nodes(chance, 3)), Weather::Cut),
            Self::CutOneWay => Nemesis::Wire(into(&some_nodes(chance, 3)), Weather::Cut),
            Self::Loss => Nemesis::Wire(roads(chance), Weather::Loss(some(5, 40, chance))),
            Self::Delay => Nemesis::Wire(roads(chance), Weather::Delay(some(20, 400, chance))),
            Self::Reorder => Nemesis::Wire(roads(chance), Weather::Reorder(some(5, 50, chance))),
            Self::Duplicate => {
                Nemesis::Wire(roads(chance), Weather::Duplicate(some(5, 50, chance)))
            }
            Self::Narrow => {
                Nemesis::Wire(roads(chance), Weather::Narrow(some(4_000, 60_000, chance)))
            }
            // QUIC may rely on 1,200 bytes; below that a road is as good as cut.
            Self::Short => {
                Nemesis::Wire(roads(chance), Weather::Short([900, 1_200, 1_300][chance.below(3)]))
            }
            Self::LinkDown => Nemesis::Link(node, Trouble::Down),
            Self::LinkNarrow => Nemesis::Link(node, Trouble::Narrow(some(64, 512, chance))),
            Self::LinkShort => {
                Nemesis::Link(node, Trouble::Short([1_000, 1_250, 1_300][chance.below(3)]))
            }
            Self::Netem => Nemesis::Link(node, Trouble::Netem),
        }
    }
}

fn lasting(whole: usize, chance: &mut Chance) -> usize {
    let long = chance.one_in(6) && whole > 4 * LONG_MS.1;
    let (least, most) = if long { LONG_MS } else { SHORT_MS };
    least + chance.below(most - least)
}

fn some(least: usize, most: usize, chance: &mut Chance) -> u32 {
    u32::try_from(least + chance.below(most - least)).unwrap()
}

fn signed(seconds: usize, chance: &mut Chance) -> i64 {
    let seconds = i64::try_from(seconds).unwrap();
    if chance.one_in(2) { seconds } else { -seconds }
}

/// One node at least, `most` at most.
fn some_nodes(chance: &mut Chance, most: usize) -> BTreeSet<usize> {
    let mut order: Vec<usize> = (0..NODES).collect();
    shuffle(&mut order, chance);
    order.truncate(1 + chance.below(most));
    order.into_iter().collect()
}

/// Every road, or those of one node in both directions.
fn roads(chance: &mut Chance) -> BTreeSet<Road> {
    if chance.one_in(3) { all() } else { around(&some_nodes(chance, 1)) }
}

fn all() -> BTreeSet<Road> {
    (0..NODES).flat_map(|from| (0..NODES).map(move |to| (from, to))).collect()
}

/// The roads between these nodes and the others.
fn around(side: &BTreeSet<usize>) -> BTreeSet<Road> {
    all().into_iter().filter(|(from, to)| side.contains(from) != side.contains(to)).collect()
}

/// The roads from the others into these nodes.
fn into(side: &BTreeSet<usize>) -> BTreeSet<Road> {
    around(side).into_iter().filter(|(_, to)| side.contains(to)).collect()
}

fn shuffle<T>(items: &mut [T], chance: &mut Chance) {
    for place in (1..items.len()).rev() {
        items.swap(place, chance.below(place + 1));
    }
}

fn millis(millis: usize) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap())
}
