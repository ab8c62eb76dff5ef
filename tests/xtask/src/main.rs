//! What a developer and CI run: `cargo xtask ci | chaos | fuzz | storage | vectors | bless`.

mod chaos;
mod fuzzing;
mod storage;

use std::env;
use std::path::Path;
use std::process::Command;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci        all that continuous integration runs
cargo xtask sim       whole federations, each from one seed: [--seeds N] [--first S] [--planted] [--ledger]
                      [--quick]: signatures cost a hash, for campaigns
cargo xtask chaos     faults on six real nodes, then the verdict: [--minutes N] [--seed S] [--json]
cargo xtask fuzz      changed bytes against every decoder and the engine: [--target T] [--seconds N] [--seed S]
                      [--input FILE] [--guided] [--ledger]
cargo xtask storage   faults of the disk under the real store and node: [--rounds N] [--seed S] [--life N]
                      [--sweep STEP] [--damage N] [--inject CALLS]
cargo xtask vectors   makes the cases under spec/vectors anew
cargo xtask bless     renews every file that a test compares: vectors, grammar, API description, transcripts
";

fn main() -> ExitCode {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("ci") => run(Command::new("sh").arg(".ci/run")),
        Some("sim") => sim(env::args().skip(2)),
        Some("chaos") => match chaos::Options::read(env::args().skip(2)) {
            Some(options) => chaos::run(&options),
            None => help(),
        },
        Some("fuzz") => match fuzzing::Options::read(env::args().skip(2)) {
            Some(options) => fuzzing::run(&options),
            None => help(),
        },
        Some("storage") => storage::run(&env::args().skip(2).collect::<Vec<String>>()),
        Some("vectors") => {
            harness::vectors::write();
            ExitCode::SUCCESS
        }
        // Not in the help: how large logs are made and exported by hand, to measure time and memory.
        Some("mass") => mass(&env::args().skip(2).collect::<Vec<String>>()),
        Some("bless") => {
            harness::vectors::write();
            run(Command::new("cargo")
                .args(["test", "--quiet", "--no-fail-fast"])
                .env(harness::transcript::BLESS_VARIABLE, "1"))
        }
        _ => help(),
    }
}

fn help() -> ExitCode {
    eprint!("{HELP}");
    ExitCode::from(2)
}

/// `grow FOLDER LEAVES` makes the directory of a stopped node with a log; `start FOLDER` opens its store as a node does.
fn mass(arguments: &[String]) -> ExitCode {
    match arguments.iter().map(String::as_str).collect::<Vec<&str>>()[..] {
        ["grow", folder, leaves] => match leaves.parse() {
            Ok(leaves) => harness::mass::grow(Path::new(folder), leaves),
            Err(_) => return ExitCode::from(2),
        },
        ["start", folder] => {
            println!("{:.3} s", harness::mass::start(Path::new(folder)));
        }
        _ => return ExitCode::from(2),
    }
    println!("{} KiB", harness::mass::peak());
    ExitCode::SUCCESS
}

/// Optimised: a campaign is long, and every signature in it is a real one, unless it is to be quick.
fn sim(arguments: impl Iterator<Item = String>) -> ExitCode {
    let (quick, arguments): (Vec<String>, Vec<String>) =
        arguments.partition(|argument| argument == "--quick");
    let what: &[&str] = if quick.is_empty() {
        &["--package", "concord-simulation", "--bin", "sim"]
    } else {
        &["--manifest-path", "tests/simulation/quick/Cargo.toml", "--target-dir", "target"]
    };
    let mut build = Command::new("cargo");
    build.args(["run", "--quiet", "--release", "--locked"]).args(what).arg("--").args(arguments);
    run(&mut build)
}

fn run(command: &mut Command) -> ExitCode {
    match command.current_dir(harness::top()).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}
