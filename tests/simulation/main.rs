//! `cargo xtask sim`: many federations, each from one seed.

use std::env;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::process::ExitCode;
use std::thread;

use harness::chance::SEED_VARIABLE;
use simulation::campaign;
use simulation::planted::Bug;

const HELP: &str = "\
sim [--seeds N] [--first SEED] [--ledger]        runs N seeds, from SEED or from a fresh one
sim --all [--seeds N] [--first SEED]             the same, and goes on after a find
sim --planted [--bug NAME] [--first SEED]        how many seeds find each planted bug
CONCORD_SEED=S sim [--story LINES] [--bug NAME]  runs one seed, and shows its digest
";

const SEEDS: u64 = 1_000;

#[derive(Debug, Default)]
struct Options {
    seeds: Option<u64>,
    first: Option<u64>,
    ledger: bool,
    planted: bool,
    all: bool,
    bug: Option<Bug>,
    story: Option<usize>,
}

fn main() -> ExitCode {
    let Some(options) = options(env::args().skip(1)) else {
        eprint!("{HELP}");
        return ExitCode::from(2);
    };
    let given = env::var(SEED_VARIABLE).ok().and_then(|text| text.parse().ok());
    if let Some(seed) = given {
        return one(seed, &options);
    }
    // Small enough to be read aloud.
    let fresh = RandomState::new().hash_one("sim") >> 24;
    let first = options.first.unwrap_or(fresh);
    println!("seed {first}");
    if options.all {
        return all(first, options.seeds.unwrap_or(SEEDS));
    }
    if options.planted { planted(first, options.bug) } else { many(first, &options) }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--planted" => options.planted = true,
            "--all" => options.all = true,
            "--seeds" => options.seeds = Some(arguments.next()?.parse().ok()?),
            "--first" => options.first = Some(arguments.next()?.parse().ok()?),
            "--ledger" => options.ledger = true,
            "--bug" => options.bug = Some(Bug::named(&arguments.next()?)?),
            "--story" => options.story = Some(arguments.next()?.parse().ok()?),
            _ => return None,
        }
    }
    Some(options)
}

fn many(first: u64, options: &Options) -> ExitCode {
    let seeds = options.seeds.unwrap_or(SEEDS);
    let threads = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let result = campaign::run_all(first, seeds, threads);
    if options.ledger {
        campaign::record(first, env!("CARGO_BIN_NAME"), &result);
    }
    match result {
        Ok(sum) => {
            let did = sum.outcome;
            println!("{} seeds, no invariant broken", sum.seeds);
            println!(
                "{} events, {} messages acknowledged, {} receipts, {} deaths, {} starts, {} connections, {} nodes in doubt \
                 at the end, {} times evidence against a liar",
                did.events,
                did.acknowledged,
                did.receipted,
                did.deaths,
                did.starts,
                did.connections,
                did.in_doubt,
                did.evidence
            );
            ExitCode::SUCCESS
        }
        Err(find) => {
            print!("{}", campaign::story(find.seed, None, 0));
            println!("seed {}: {}", find.seed, find.violation);
            println!("again: {SEED_VARIABLE}={} cargo xtask sim", find.seed);
            ExitCode::FAILURE
        }
    }
}

/// Goes on after a find: a line for each.
fn all(first: u64, seeds: u64) -> ExitCode {
    let mut found = ExitCode::SUCCESS;
    for find in campaign::finds(first, seeds) {
        println!("seed {}: {}", find.seed, find.violation);
        found = ExitCode::FAILURE;
    }
    found
}

fn one(seed: u64, options: &Options) -> ExitCode {
    println!("seed {seed}");
    if let Some(lines) = options.story {
        print!("{}", campaign::story(seed, options.bug, lines));
        return ExitCode::SUCCESS;
    }
    match campaign::run(seed, options.bug) {
        Ok(outcome) => {
            let digest: String = outcome.digest.iter().map(|byte| format!("{byte:02x}")).collect();
            println!("digest {digest}, {} events", outcome.events);
            ExitCode::SUCCESS
        }
        Err(violation) => {
            print!("{}", campaign::story(seed, options.bug, 0));
            println!("{violation}");
            ExitCode::FAILURE
        }
    }
}

/// Looks for each planted bug; fails where one is not found within its number of seeds.
fn planted(first: u64, only: Option<Bug>) -> ExitCode {
    let mut missed = false;
    for (bug, most) in Bug::ALL.into_iter().filter(|(bug, _)| only.is_none_or(|only| only == *bug))
    {
        match campaign::seeds_until(bug, first, most) {
            Some((seeds, violation)) => {
                println!(
                    "{:<34} {seeds:>5} of {most:>5} seeds: {}",
                    bug.name(),
                    violation.invariant
                );
            }
            None => {
                missed = true;
                println!("{:<34} not found in {most} seeds", bug.name());
            }
        }
    }
    if missed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
