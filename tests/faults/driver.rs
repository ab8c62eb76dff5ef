//! The real store in a process of its own, for rounds of faults: `store-driver DIR SEED ACKED COMMITS CLOSES`.

use std::path::Path;
use std::process::ExitCode;

use harness::faults::drive;
use harness::faults::drive::Orders;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let orders = arguments.split_first().and_then(|(dir, rest)| Some((dir, Orders::read(rest)?)));
    match orders {
        Some((dir, orders)) => ExitCode::from(drive::drive(Path::new(dir), &orders) as u8),
        None => ExitCode::from(2),
    }
}
