//! A fixed number of rounds for each target from a fixed seed, and whether the table is whole.

use std::collections::BTreeSet;

use harness::chance::Chance;
use harness::top;
use harness::vectors::judge;

use crate::change;
use crate::drive;
use crate::drive::Until;
use crate::targets;

/// Rounds of each target: seconds in total, also on two slow cores.
const ROUNDS: usize = 200;

/// The same on every machine, so that a failure is nobody's bad luck; `cargo xtask fuzz` tries others.
const SEED: u64 = 3;

#[test]
fn no_target_breaks_over_changed_bytes() {
    for target in targets::all() {
        let mut chance = Chance::from_seed(SEED);
        if let Err(find) = drive::drive(&target, &mut chance, Until::Rounds(ROUNDS)) {
            let file = find.keep(&top().join("target/fuzz"), SEED);
            panic!("{} broke: {}\n  input in {}", find.target, find.why, file.display());
        }
    }
}

#[test]
fn no_target_breaks_over_bytes_without_any_meaning() {
    let mut chance = Chance::from_seed(SEED);
    for target in targets::all() {
        for _ in 0..100 {
            let noise: Vec<u8> =
                (0..chance.below(200)).map(|_| u8::try_from(chance.below(256)).unwrap()).collect();
            (target.run)(&noise);
        }
    }
}

#[test]
fn every_structure_of_the_cases_has_a_target() {
    let known: BTreeSet<&str> = targets::all().iter().map(|target| target.name).collect();
    let missing: Vec<&str> = judge::names().filter(|name| !known.contains(name)).collect();
    assert!(missing.is_empty(), "structures without a target in tests/fuzz/targets: {missing:?}");
    assert_eq!(known.len(), targets::all().len(), "two targets of one name");
}

#[test]
fn the_same_seed_makes_the_same_changes() {
    let run = || {
        let mut chance = Chance::from_seed(SEED);
        (0..200)
            .map(|_| change::changed(b"some bytes\n\nmore", b"\x82\x01\x02", &mut chance))
            .collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}

#[test]
fn a_find_is_made_small_and_told() {
    let target = targets::Target {
        name: "breaks",
        start: crate::corpus::Start::Cases("leaf"),
        run: |bytes| assert!(!bytes.contains(&0x82), "an array of two"),
    };
    let find = drive::drive(&target, &mut Chance::from_seed(SEED), Until::Rounds(1)).unwrap_err();
    assert_eq!(find.input, [0x82], "nothing is left but what breaks it");
    assert!(find.why.contains("an array of two"), "{}", find.why);
}
