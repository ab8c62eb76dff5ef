//! Rounds from one seed. A find is made small, written to a file, and told with what repeats it.

use std::fs;
use std::panic;
use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Duration;

use concord_node::clock::Stopwatch;
use harness::chance::Chance;

use crate::change;
use crate::corpus;
use crate::targets::Family;
use crate::targets::Target;

/// Longest time of the processor that one input may take. An honest one takes milliseconds.
pub const INPUT_TIME_MAX: Duration = Duration::from_secs(10);

/// Most memory that the process may have held beyond what it held before, in bytes.
pub const MEMORY_MAX: u64 = 512 * 1024 * 1024;

/// Tries to make a find smaller.
const SHRINKS: usize = 2_000;

/// How long a family is driven.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// So many rounds.
    Rounds(usize),
    /// So long, in time of the processor: a busy machine is no excuse.
    Time(Duration),
}

/// An input over which a target broke.
#[derive(Clone, Debug)]
pub struct Find {
    /// Whose.
    pub target: &'static str,
    /// The smallest input that was found.
    pub input: Vec<u8>,
    /// What it broke with.
    pub why: String,
}

/// What a drive took.
#[derive(Clone, Copy, Debug)]
pub struct Driven {
    /// Inputs, without those that the bytes begin with.
    pub inputs: usize,
    /// Time of the processor.
    pub time: Duration,
}

/// Drives the targets of one family, each round one of them.
///
/// # Errors
/// The first find.
pub fn drive(family: &Family, chance: &mut Chance, until: Until) -> Result<Driven, Find> {
    let corpora: Vec<Vec<Vec<u8>>> = family.targets.iter().map(corpus::of).collect();
    let (began, mut inputs) = (cpu_time(), 0);
    let time = || cpu_time().saturating_sub(began);
    let before = memory_peak();
    for (target, corpus) in family.targets.iter().zip(&corpora) {
        corpus.iter().try_for_each(|bytes| held_to(target, bytes))?;
    }
    let done = |inputs| match until {
        Until::Rounds(most) => inputs >= most,
        Until::Time(most) => time() >= most,
    };
    while !done(inputs) {
        let at = inputs % family.targets.len();
        let (target, corpus) = (&family.targets[at], &corpora[at]);
        let (good, other) =
            (&corpus[chance.below(corpus.len())], &corpus[chance.below(corpus.len())]);
        held_to(target, &change::changed(good, other, chance))?;
        inputs += 1;
    }
    let grown = memory_peak().saturating_sub(before);
    if grown > MEMORY_MAX {
        let why = format!("the process held {grown} bytes more at its peak");
        return Err(Find { target: family.name, input: Vec::new(), why });
    }
    Ok(Driven { inputs, time: time() })
}

/// What the processor spent on this thread; time on the wall where the system does not say.
fn cpu_time() -> Duration {
    static WALL: OnceLock<Stopwatch> = OnceLock::new();
    let said = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = said.split_whitespace().next().and_then(|number| number.parse().ok());
    nanos.map_or_else(|| WALL.get_or_init(Stopwatch::start).elapsed(), Duration::from_nanos)
}

/// One input; a find is made small.
fn held_to(target: &Target, input: &[u8]) -> Result<(), Find> {
    let Some(why) = broken(target, input) else { return Ok(()) };
    let input = smaller(target, input.to_vec());
    Err(Find { target: target.name, input, why })
}

/// What the target breaks with.
fn broken(target: &Target, input: &[u8]) -> Option<String> {
    let began = cpu_time();
    if let Err(thrown) = panic::catch_unwind(|| (target.run)(input)) {
        let text = thrown.downcast_ref::<String>().cloned();
        let text = text.or_else(|| thrown.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        return Some(text.unwrap_or_else(|| "a panic without words".to_owned()));
    }
    let took = cpu_time().saturating_sub(began);
    (took > INPUT_TIME_MAX).then(|| format!("took {took:?}"))
}

/// Takes pieces away as long as the target still breaks.
fn smaller(target: &Target, mut input: Vec<u8>) -> Vec<u8> {
    let silent = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let (mut piece, mut tries) = (input.len() / 2, 0);
    while piece > 0 && tries < SHRINKS {
        let mut at = 0;
        while at + piece <= input.len() && tries < SHRINKS {
            let less = [&input[..at], &input[at + piece..]].concat();
            tries += 1;
            if broken(target, &less).is_some() {
                input = less;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    panic::set_hook(silent);
    input
}

/// Most memory that the process ever held, in bytes; 0 where the system does not say.
fn memory_peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

impl Find {
    /// Writes the input to a file of its own, so that it can be looked at and run again.
    ///
    /// # Panics
    /// When the disk refuses.
    pub fn keep(&self, folder: &Path, seed: u64) -> PathBuf {
        fs::create_dir_all(folder).unwrap();
        let file = folder.join(format!("{}-{seed}", self.target));
        fs::write(&file, &self.input).unwrap();
        file
    }
}
