//! `cargo xtask chaos`: the seed first, then so many minutes of faults on six real nodes, then the verdict.

use std::hash::BuildHasher;
use std::hash::RandomState;
use std::process::ExitCode;
use std::time::Duration;

use harness::chaos;
use harness::chaos::Load;
use harness::chaos::plan::Plan;

const MINUTES: u64 = 10;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    minutes: u64,
    seed: u64,
    json: bool,
}

impl Options {
    /// Reads the arguments; `None` where they are not understood.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        // Short seeds are easier to repeat.
        let seed = RandomState::new().hash_one("chaos") >> 32;
        let mut options = Self { minutes: MINUTES, seed, json: false };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--json" => options.json = true,
                "--minutes" => options.minutes = arguments.next()?.parse().ok()?,
                "--seed" => options.seed = arguments.next()?.parse().ok()?,
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Runs; fails when anything is lost, forged, or not as it must be.
pub(crate) fn run(options: &Options) -> ExitCode {
    let Options { minutes, seed, json } = options;
    let tell = |line: &str| eprintln!("{line}");
    let first =
        format!("seed {seed}   (again: cargo xtask chaos --minutes {minutes} --seed {seed})");
    if *json {
        tell(&first)
    } else {
        println!("{first}")
    }
    let plan = Plan::draw(*seed, Duration::from_secs(minutes * 60));
    let load = Load { hands: 2, pace: Duration::from_millis(700) };
    let run = chaos::run(&plan, load, &tell);
    if *json {
        println!("{}", run.tally.json(*seed));
    } else {
        print!("{}", run.tally.table());
    }
    let failures = run.tally.failures();
    if failures.is_empty() {
        return ExitCode::SUCCESS;
    }
    eprintln!("{} failures with {first}", failures.len());
    if let Some(kept) = run.kept {
        eprintln!("the folders are kept in {}", kept.display());
    }
    ExitCode::FAILURE
}
