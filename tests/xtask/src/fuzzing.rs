//! `cargo xtask fuzz`: the seed first, then each family for its share of the time.

mod guided;

use std::fs;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::process::Command;
use std::process::ExitCode;
use std::time::Duration;

use fuzz::drive;
use fuzz::drive::Find;
use fuzz::drive::Until;
use fuzz::ledger;
use fuzz::ledger::Entry;
use fuzz::targets;
use fuzz::targets::Family;
use harness::chance::Chance;

const SECONDS: u64 = 60;

/// For git: everything but the ledger.
const LEDGER_LEFT_OUT: &str = ":!tests/fuzz/LEDGER.tsv";

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    target: Option<String>,
    seconds: u64,
    seed: u64,
    input: Option<String>,
    guided: bool,
    ledger: bool,
}

impl Options {
    /// Reads the arguments; `None` where they are not understood.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let seed = RandomState::new().hash_one("fuzz") >> 32;
        let (guided, ledger) = (false, false);
        let mut options =
            Self { target: None, seconds: SECONDS, seed, input: None, guided, ledger };
        while let Some(name) = arguments.next() {
            match name.as_str() {
                "--guided" => options.guided = true,
                "--ledger" => options.ledger = true,
                "--target" => options.target = arguments.next(),
                "--seconds" => options.seconds = arguments.next()?.parse().ok()?,
                "--seed" => options.seed = arguments.next()?.parse().ok()?,
                "--input" => options.input = Some(arguments.next()?),
                _ => return None,
            }
        }
        Some(options)
    }

    /// Notes a run, where that is asked for, and says it.
    fn note(&self, family: &Family, (inputs, time): (u64, Duration), result: &str) {
        println!("{:<12} {:>6} s {inputs:>10} inputs  {result}", family.name, time.as_secs());
        if self.ledger {
            ledger::add(&Entry {
                family: family.name.to_owned(),
                driver: if self.guided { "guided" } else { "changes" }.to_owned(),
                commit: commit(),
                seed: self.seed,
                seconds: time.as_secs(),
                inputs,
                result: result.to_owned(),
            });
        }
    }
}

/// Runs; fails with the first find.
pub(crate) fn run(options: &Options) -> ExitCode {
    println!("seed {}", options.seed);
    let chosen = options.target.as_deref().map_or_else(targets::families, targets::named);
    if chosen.is_empty() {
        let names: Vec<&str> = targets::all().iter().map(|target| target.name).collect();
        eprintln!("no such family or target; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    if let Some(file) = &options.input {
        let input = fs::read(file).expect("the input can be read");
        chosen.iter().flat_map(|family| &family.targets).for_each(|target| (target.run)(&input));
        return ExitCode::SUCCESS;
    }
    let share = Duration::from_secs(options.seconds) / u32::try_from(chosen.len()).unwrap();
    if options.guided {
        return guided::run(options, &chosen, share);
    }
    for family in &chosen {
        let mut chance = Chance::from_seed(options.seed);
        match drive::drive(family, &mut chance, Until::Time(share)) {
            Ok(driven) => {
                let inputs = u64::try_from(driven.inputs).unwrap();
                options.note(family, (inputs, driven.time), "none");
            }
            Err(find) => return tell(options, family, &find),
        }
    }
    totals(options)
}

/// Says a find and how to have it again.
fn tell(options: &Options, family: &Family, find: &Find) -> ExitCode {
    let file = find.keep(&harness::top().join("target/fuzz"), options.seed);
    println!("{} broke: {}", find.target, find.why);
    println!("again: cargo xtask fuzz --target {} --input {}", find.target, file.display());
    options.note(family, (0, Duration::ZERO), &format!("find in {}", find.target));
    ExitCode::FAILURE
}

/// What the ledger says by now.
fn totals(options: &Options) -> ExitCode {
    if options.ledger {
        println!("in all:");
        for (family, (time, inputs)) in ledger::totals() {
            println!("{family:<12} {:>6} s {inputs:>10} inputs", time.as_secs());
        }
    }
    ExitCode::SUCCESS
}

/// The commit that is run; with a plus when the tree has changes that are not in it.
fn commit() -> String {
    let git = |arguments: &[&str]| {
        let said = Command::new("git").args(arguments).current_dir(harness::top()).output();
        said.map(|said| String::from_utf8_lossy(&said.stdout).trim().to_owned()).unwrap_or_default()
    };
    // Only what stands in the table of runs may be newer.
    let changed =
        git(&["status", "--porcelain", "--", "protocol", "node", "tests", LEDGER_LEFT_OUT]);
    format!(
        "{}{}",
        git(&["rev-parse", "--short", "HEAD"]),
        if changed.is_empty() { "" } else { "+" }
    )
}
