//! Every file of a stopped store is damaged in every way.

use std::path::PathBuf;

use harness::chance::Chance;
use harness::faults::rounds;
use harness::faults::rounds::Driver;

#[test]
fn a_file_damaged_in_any_way_is_healed_or_told_and_nothing_is_signed_over_it() {
    // shows: store-1, store-6, store-7, store-9, store-11, store-12, store-20
    let seed = Chance::announced("a_file_damaged_in_any_way").draw();
    let driver =
        Driver { program: PathBuf::from(env!("CARGO_BIN_EXE_store-driver")), first: Vec::new() };

    let table = rounds::damaged(&driver, seed, 1);

    println!("seed {seed}\n{}", table.text());
    assert!(table.losses.is_empty(), "{}", table.text());
    assert!(table.met() * 4 > table.rounds() * 3, "most was damaged:\n{}", table.text());
}
