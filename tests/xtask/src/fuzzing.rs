//! `cargo xtask fuzz`: the seed first, then each target for its share of the time.

use std::fs;
use std::hash::BuildHasher;
use std::hash::RandomState;
use std::process::ExitCode;
use std::time::Duration;

use fuzz::drive;
use fuzz::drive::Until;
use fuzz::targets;
use harness::chance::Chance;

const SECONDS: u64 = 60;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) struct Options {
    target: Option<String>,
    seconds: u64,
    seed: u64,
    input: Option<String>,
}

impl Options {
    /// Reads the arguments; `None` where they are not understood.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let seed = RandomState::new().hash_one("fuzz");
        let mut options = Self { target: None, seconds: SECONDS, seed, input: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next()?;
            match name.as_str() {
                "--target" => options.target = Some(value),
                "--seconds" => options.seconds = value.parse().ok()?,
                "--seed" => options.seed = value.parse().ok()?,
                "--input" => options.input = Some(value),
                _ => return None,
            }
        }
        Some(options)
    }
}

/// Runs; fails with the first find.
pub(crate) fn run(options: &Options) -> ExitCode {
    println!("seed {}", options.seed);
    let wanted = |name: &str| options.target.as_deref().is_none_or(|target| target == name);
    let chosen: Vec<_> = targets::all().into_iter().filter(|target| wanted(target.name)).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = targets::all().iter().map(|target| target.name).collect();
        eprintln!("no such target; there are {}", names.join(", "));
        return ExitCode::from(2);
    }
    if let Some(file) = &options.input {
        let input = fs::read(file).expect("the input can be read");
        chosen.iter().for_each(|target| (target.run)(&input));
        return ExitCode::SUCCESS;
    }
    let share = Duration::from_secs(options.seconds) / u32::try_from(chosen.len()).unwrap();
    for target in &chosen {
        let mut chance = Chance::from_seed(options.seed);
        match drive::drive(target, &mut chance, Until::Time(share)) {
            Ok(rounds) => println!("{:<32} {rounds:>9} inputs", target.name),
            Err(find) => {
                let file = find.keep(&harness::top().join("target/fuzz"), options.seed);
                println!("{} broke: {}", find.target, find.why);
                println!(
                    "again: cargo xtask fuzz --target {} --input {}",
                    find.target,
                    file.display()
                );
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}
