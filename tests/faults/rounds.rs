//! Rounds of power cuts, kills, failing calls and damaged files under the real store.

use std::path::PathBuf;

use harness::chance::Chance;
use harness::faults::rounds;
use harness::faults::rounds::Driver;

/// Rounds in each run of the tests; `cargo xtask storage` runs many more.
const ROUNDS: usize = 50;

#[test]
fn nothing_acknowledged_is_lost_whatever_the_disk_does() {
    // shows: store-3, store-6, store-7, store-10, store-11, store-12, store-13
    // shows: promise-1
    let seed = Chance::announced("nothing_acknowledged_is_lost_whatever_the_disk_does").draw();
    let driver =
        Driver { program: PathBuf::from(env!("CARGO_BIN_EXE_store-driver")), first: Vec::new() };

    let table = rounds::run(&driver, (seed, 0), ROUNDS);

    println!("seed {seed}\n{}", table.text());
    assert!(table.losses.is_empty(), "{}", table.text());
    assert!(table.met() * 2 > table.rounds(), "most faults are met:\n{}", table.text());
}
