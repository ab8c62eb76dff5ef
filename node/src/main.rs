//! Arguments in, exit code out.

use std::process::ExitCode;

use concord_node::cli;
use concord_node::cli::Streams;

fn main() -> ExitCode {
    let mut streams = Streams { data: std::io::stdout(), talk: std::io::stderr() };
    ExitCode::from(cli::run(std::env::args_os(), &mut streams).number())
}
