//! Arguments in, exit code out.

use std::process::ExitCode;

use concord_node::cli;
use concord_node::cli::Streams;
use concord_node::keystore;

fn main() -> ExitCode {
    // A system that refuses this still runs the command: it guards against accidents, not against whoever owns the account.
    drop(keystore::forbid_dumps());
    let mut streams = Streams { data: std::io::stdout(), talk: std::io::stderr() };
    ExitCode::from(cli::run(std::env::args_os(), &mut streams).number())
}
