//! `cargo xtask storage`: the seed first, then rounds of faults under the real store, and a table of what came of them.

use std::env;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::path::Path;
use std::process::ExitCode;

use harness::faults::drive;
use harness::faults::drive::Orders;
use harness::faults::inject;
use harness::faults::inject::Story;
use harness::faults::rounds;
use harness::faults::rounds::Driver;
use harness::faults::sweep;

const ROUNDS: usize = 100;

/// The word after which this program is the store under test.
const DRIVE: &str = "drive";

/// What the command line asks for.
struct Options {
    rounds: usize,
    seed: u64,
    life: usize,
    /// Every so many calls of a short life, in the place of rounds.
    sweep: Option<usize>,
    /// So many times every kind of damage, in the place of rounds.
    damage: Option<usize>,
    /// Which calls of a running node fail.
    inject: Option<String>,
}

/// Runs; fails with the first loss.
pub(crate) fn run(arguments: &[String]) -> ExitCode {
    if let Some(code) = driven(arguments) {
        return code;
    }
    let Some(options) = read(arguments) else { return ExitCode::from(2) };
    if let Some(calls) = options.inject {
        return inject(&calls);
    }
    println!("seed {}", options.seed);
    let program = env::current_exe().expect("a program knows where it is");
    let driver = Driver { program, first: vec!["storage".to_owned(), DRIVE.to_owned()] };
    if let Some(step) = options.sweep {
        return sweep(&driver, options.seed, step);
    }
    let table = match options.damage {
        Some(times) => rounds::damaged(&driver, options.seed, times),
        None => rounds::run(&driver, (options.seed, options.life), options.rounds),
    };
    print!("{}", table.text());
    if table.losses.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Every call of one kind, or of all.
fn inject(calls: &str) -> ExitCode {
    if let Err(why) = inject::possible() {
        eprintln!("{why}");
        return ExitCode::from(2);
    }
    let mut story = Story::begin();
    for kind in inject::KINDS.iter().filter(|(name, _)| calls == "all" || name.contains(calls)) {
        let injected = story.kind(*kind, 1..);
        let (name, error) = kind;
        println!("{name:<28} {error:<7} {:>4} met {:>4} ended", injected.met, injected.ended);
    }
    story.end();
    ExitCode::SUCCESS
}

fn sweep(driver: &Driver, seed: u64, step: usize) -> ExitCode {
    for (name, plan) in sweep::kinds() {
        match sweep::sweep(driver, plan, (seed, 1, step)) {
            Ok(swept) => println!("{name:<20} {:>5} met {:>5} told", swept.met, swept.told),
            Err(why) => {
                println!("{name}: {why}");
                println!("again: cargo xtask storage --seed {seed} --sweep {step}");
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// The store under test, in this process.
fn driven(arguments: &[String]) -> Option<ExitCode> {
    let (dir, rest) = arguments.strip_prefix(&[DRIVE.to_owned()])?.split_first()?;
    let orders = Orders::read(rest)?;
    Some(ExitCode::from(drive::drive(Path::new(dir), &orders) as u8))
}

fn read(arguments: &[String]) -> Option<Options> {
    let seed = RandomState::new().hash_one("storage");
    let mut options =
        Options { rounds: ROUNDS, seed, life: 0, sweep: None, damage: None, inject: None };
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return None };
        match name.as_str() {
            "--rounds" => options.rounds = value.parse().ok()?,
            "--seed" => options.seed = value.parse().ok()?,
            "--sweep" => options.sweep = Some(value.parse().ok().filter(|step| *step > 0)?),
            "--damage" => options.damage = Some(value.parse().ok()?),
            "--inject" => options.inject = Some(value.clone()),
            "--life" => options.life = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(options)
}
