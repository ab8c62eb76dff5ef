//! What a developer and CI run: `cargo xtask ci | vectors | bless`.

use std::env;
use std::process::Command;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci        all that continuous integration runs
cargo xtask vectors   makes the cases under spec/vectors anew
cargo xtask bless     renews every file that a test compares: vectors, grammar, API description, transcripts
";

fn main() -> ExitCode {
    let task = env::args().nth(1);
    match task.as_deref() {
        Some("ci") => run(Command::new("sh").arg(".ci/run")),
        Some("vectors") => {
            harness::vectors::write();
            ExitCode::SUCCESS
        }
        Some("bless") => {
            harness::vectors::write();
            run(Command::new("cargo")
                .args(["test", "--quiet", "--no-fail-fast"])
                .env(harness::transcript::BLESS_VARIABLE, "1"))
        }
        _ => {
            eprint!("{HELP}");
            ExitCode::from(2)
        }
    }
}

fn run(command: &mut Command) -> ExitCode {
    match command.current_dir(harness::top()).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}
