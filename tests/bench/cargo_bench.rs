//! `cargo bench` starts the program `bench`.

use std::process::Command;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Command::new(env!("CARGO_BIN_EXE_bench")).status() {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        Ok(_) | Err(_) => ExitCode::FAILURE,
    }
}
