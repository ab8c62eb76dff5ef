//! A fault at each call of a short life of the store.

use std::path::PathBuf;

use harness::chance::Chance;
use harness::faults::rounds::Driver;
use harness::faults::sweep;

/// Every so many calls in each run of the tests; `cargo xtask storage --sweep 1` takes every one.
const STEP: usize = 13;

#[test]
fn a_store_whose_disk_fails_at_any_call_ends_in_order_and_has_everything_after_it() {
    // shows: store-13, store-18, store-19
    let mut chance = Chance::announced("a_store_whose_disk_fails_at_any_call");
    let driver =
        Driver { program: PathBuf::from(env!("CARGO_BIN_EXE_store-driver")), first: Vec::new() };
    for (name, plan) in sweep::kinds() {
        let from = 1 + chance.below(STEP);

        let mut swept = sweep::sweep(&driver, plan, (chance.draw(), from, STEP));
        // A short life makes few calls of some kinds, and the first one that was chosen may lie behind them all.
        if swept.as_ref().is_ok_and(|swept| swept.met == 0) {
            swept = sweep::sweep(&driver, plan, (chance.draw(), 1, 1));
        }

        let swept = swept.unwrap_or_else(|why| panic!("{name}: {why}"));
        println!("{name}: {} met, {} told", swept.met, swept.told);
        assert!(swept.met > 0, "{name} was never met");
    }
}
