//! Six real nodes, everything that can befall them, and what must be true afterwards.
//!
//! As in Jepsen: a plan is drawn from one seed, a workload runs while nemeses begin and end, then all is healed, and what
//! was acknowledged is held against what the logs prove.
//!
//! | module | what it is |
//! |---|---|
//! | [`plan`] | what will happen, and when, from one number |
//! | [`stage`] | the nodes with all that can befall them |
//! | [`station`] | one node's process, started again whenever it ends |
//! | [`wire`] | what lies between the nodes: loss, delay, repetition, cuts |
//! | [`space`] | network namespaces, where the kernel is the fault |
//! | [`disk`] | a disk that becomes full |
//! | [`workload`] | what the agencies write, and what was acknowledged |
//! | [`hostile`] | strangers who try the doors |
//! | [`verdict`] | what must be true when all is calm |
//! | [`tally`] | what is counted, and the table |

pub mod disk;
pub mod hostile;
pub mod plan;
pub mod space;
pub mod stage;
pub mod station;
pub mod tally;
pub mod verdict;
pub mod wire;
pub mod workload;

use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::clock::Stopwatch;

use crate::chance::Chance;
use crate::chaos::plan::NODES;
use crate::chaos::plan::Plan;
use crate::chaos::stage::Stage;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::chaos::workload::Book;
use crate::wait;

/// How often the nodes are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Strangers who try the doors at the same time.
const STRANGERS: usize = 3;

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Writers of each agency.
    pub hands: usize,
    /// About how long each of them waits between two letters.
    pub pace: Duration,
}

/// A run that has ended.
#[derive(Debug)]
pub struct Run {
    /// What was counted.
    pub tally: Tally,
    /// Where the folders are, when something was wrong.
    pub kept: Option<PathBuf>,
}

/// Runs a plan from its begin to its verdict.
///
/// # Panics
/// When the stage cannot be set at all.
pub fn run(plan: &Plan, load: Load, tell: &(dyn Fn(&str) + Sync)) -> Run {
    let (stage, tally, book) = (Stage::set(plan), Tally::default(), Book::default());
    stage.say_what_lacks();
    verdict::ready(&stage, &tally);
    weigh(&stage, &tally, Count::FirstKib);
    let stop = AtomicBool::new(false);
    let calm = AtomicBool::new(false);
    thread::scope(|scope| {
        let (stage, tally, book, stop, calm) = (&stage, &tally, &book, &stop, &calm);
        let mut chance = Chance::from_seed(plan.seed ^ 1);
        for author in 0..NODES {
            for hand in 0..load.hands {
                let luck = Chance::from_seed(chance.draw());
                let who = (author, hand);
                scope.spawn(move || book.write((stage, tally), who, (luck, load.pace), stop));
            }
        }
        for _ in 0..STRANGERS {
            let luck = Chance::from_seed(chance.draw());
            scope.spawn(move || hostile::harass(stage, tally, luck, stop));
        }
        scope.spawn(move || watch(stage, tally, calm));
        play(plan, stage, tally, tell);
        stop.store(true, Ordering::Relaxed);
        let since = Stopwatch::start();
        let told = |what: &str| tell(&format!("{:>7.1} {what}", since.elapsed().as_secs_f32()));
        told("calm: all is healed");
        verdict::ready(stage, tally);
        told("every node is ready and connected to every other");
        book.finish(stage, tally);
        told("every letter has its answer");
        verdict::settled(stage, book, tally);
        told("every receipt is witnessed");
        verdict::in_good_standing(stage, tally);
        told("nobody is accused");
        calm.store(true, Ordering::Relaxed);
    });
    tell("the logs are exported, verified and held together");
    verdict::audited(&stage, &book, &tally);
    verdict::within_bounds(&tally);
    stage.count_datagrams(&tally);
    let kept = (!tally.failures().is_empty()).then(|| stage.keep());
    Run { tally, kept }
}

/// Begins and ends every act at its time; all have ended when it returns.
fn play(plan: &Plan, stage: &Stage, tally: &Tally, tell: &(dyn Fn(&str) + Sync)) {
    let watch = Stopwatch::start();
    let begins = plan.acts.iter().enumerate().map(|(name, act)| (act.begin, name, true));
    let ends = plan.acts.iter().enumerate().map(|(name, act)| (act.end, name, false));
    let mut moments: Vec<(Duration, usize, bool)> = begins.chain(ends).collect();
    moments.sort_unstable();
    for (at, name, begins) in moments {
        let left = at.saturating_sub(watch.elapsed());
        let _: Option<()> = wait::for_up_to(left, || None);
        let nemesis = &plan.acts[name].nemesis;
        let seconds = watch.elapsed().as_secs_f32();
        tell(&format!("{seconds:>7.1} {} {nemesis:?}", if begins { "begin" } else { "  end" }));
        if begins {
            stage.begin(name, nemesis, tally);
        } else {
            stage.end(name, nemesis, tally);
        }
    }
    let left = plan.length.saturating_sub(watch.elapsed());
    let _: Option<()> = wait::for_up_to(left, || None);
}

/// Starts what has ended, and weighs what runs, until all is calm.
fn watch(stage: &Stage, tally: &Tally, calm: &AtomicBool) {
    while !calm.load(Ordering::Relaxed) {
        (0..NODES).for_each(|node| stage.station(node).look(tally));
        weigh(stage, tally, Count::PeakKib);
        let _: Option<()> = wait::for_up_to(LOOK_EVERY, || None);
    }
}

/// A file or folder that belongs to a node's folder and lies beside it.
fn beside(folder: &Path, what: &str) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!("{name}.{what}"))
}

fn weigh(stage: &Stage, tally: &Tally, as_what: Count) {
    for node in 0..NODES {
        if let Some((kib, files)) = stage.station(node).weight() {
            tally.raise(as_what, kib);
            tally.raise(Count::PeakFiles, files);
        }
    }
}
