//! Many seeds: on every core, until one breaks or all have run; and the record of what was run.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::panic;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::thread;

use crate::planted::Bug;
use crate::truth::Violation;
use crate::world::Outcome;
use crate::world::World;

/// Lines of the trace that a find is shown with.
const LINES_SHOWN: usize = 60;

/// The record of campaigns, from the top of the project.
pub const LEDGER: &str = "tests/simulation/LEDGER.tsv";

/// What many seeds did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Seeds that ran.
    pub seeds: u64,
    /// Everything that they did, added up.
    pub outcome: Outcome,
}

/// A seed that broke something.
#[derive(Clone, Debug)]
pub struct Find {
    /// The seed.
    pub seed: u64,
    /// What it broke.
    pub violation: Violation,
}

/// Runs one seed.
///
/// # Errors
/// What it broke; a panic is a breach too.
pub fn run(seed: u64, bug: Option<Bug>) -> Result<Outcome, Violation> {
    let run = panic::catch_unwind(|| World::new(seed, bug, false).run());
    run.unwrap_or_else(|thrown| {
        let text = thrown.downcast_ref::<String>().cloned();
        let text = text.or_else(|| thrown.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(Violation { invariant: "sim-panic", at: 0, what: text.unwrap_or_default() })
    })
}

/// Runs a range of seeds on so many threads, up to the first that breaks.
///
/// # Errors
/// The smallest seed that was seen to break.
pub fn run_all(first: u64, count: u64, threads: usize) -> Result<Sum, Find> {
    let (next, stop) = (AtomicU64::new(first), AtomicBool::new(false));
    let (sum, find) = (Mutex::new(Sum::default()), Mutex::new(None::<Find>));
    let work = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed - first >= count {
                return;
            }
            match run(seed, None) {
                Ok(outcome) => sum.lock().unwrap().add(&outcome),
                Err(violation) => {
                    stop.store(true, Ordering::Relaxed);
                    let mut find = find.lock().unwrap();
                    if find.as_ref().is_none_or(|known| seed < known.seed) {
                        *find = Some(Find { seed, violation });
                    }
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    match find.into_inner().unwrap() {
        Some(find) => Err(find),
        None => Ok(sum.into_inner().unwrap()),
    }
}

/// Every seed of a range that breaks something.
pub fn finds(first: u64, count: u64) -> impl Iterator<Item = Find> {
    (first..first + count).filter_map(|seed| {
        let violation = run(seed, None).err()?;
        Some(Find { seed, violation })
    })
}

/// How many seeds it takes until one finds a bug; `None` when none of so many does.
pub fn seeds_until(bug: Bug, first: u64, most: u64) -> Option<(u64, Violation)> {
    (0..most).find_map(|tried| {
        let violation = run(first + tried, Some(bug)).err()?;
        Some((tried + 1, violation))
    })
}

/// The end of what happened under a seed, for a reader.
pub fn story(seed: u64, bug: Option<Bug>, lines: usize) -> String {
    let mut world = World::new(seed, bug, true);
    let mut story = format!("{:#?}\n", world.plan());
    let ended = panic::catch_unwind(panic::AssertUnwindSafe(|| world.run()));
    for line in world.trace().last(lines.max(LINES_SHOWN)) {
        writeln!(story, "{line}").unwrap();
    }
    match ended {
        Ok(Ok(outcome)) => writeln!(story, "{outcome:?}").unwrap(),
        Ok(Err(violation)) => writeln!(story, "{violation}").unwrap(),
        Err(_) => writeln!(story, "it panicked").unwrap(),
    }
    story
}

/// Adds a line to the record of campaigns: from which seed to which, on which commit, by which of the two programs, with
/// which result.
///
/// # Panics
/// When the record cannot be written.
pub fn record(first: u64, program: &str, result: &Result<Sum, Find>) {
    let ledger = harness::top().join(LEDGER);
    let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output();
    let commit = commit.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned());
    let commit = format!("{} {program}", commit.unwrap_or_default());
    let line = match result {
        Ok(sum) => {
            let Outcome { events, acknowledged, receipted, deaths, connections, evidence, .. } =
                sum.outcome;
            format!(
                "{first}\t{}\t{commit}\t{}\tnone\t{events}\t{acknowledged}\t{receipted}\t{deaths}\t{connections}\t{evidence}\n",
                first + sum.seeds - 1,
                sum.seeds
            )
        }
        Err(find) => {
            let (seed, invariant) = (find.seed, find.violation.invariant);
            format!("{first}\t{seed}\t{commit}\t{}\t{invariant}\n", seed - first + 1)
        }
    };
    let mut file = fs::OpenOptions::new().append(true).create(true).open(ledger).unwrap();
    file.write_all(line.as_bytes()).unwrap();
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        let sum = &mut self.outcome;
        self.seeds += 1;
        sum.events += outcome.events;
        sum.acknowledged += outcome.acknowledged;
        sum.receipted += outcome.receipted;
        sum.starts += outcome.starts;
        sum.deaths += outcome.deaths;
        sum.connections += outcome.connections;
        sum.in_doubt += outcome.in_doubt;
        sum.evidence += outcome.evidence;
    }
}
