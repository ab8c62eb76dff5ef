//! A fixed number of rounds for each target from a fixed seed, and whether the table is whole.

mod complete;

use std::collections::BTreeSet;
use std::fs;

use harness::chance::Chance;
use harness::top;
use harness::vectors::judge;

use crate::change;
use crate::corpus;
use crate::drive;
use crate::drive::Until;
use crate::ledger;
use crate::play;
use crate::targets;

/// Rounds of each target: seconds in total, also on two slow cores.
const ROUNDS: usize = 25;

/// Most bytes of checked-in inputs: everybody clones them.
const CORPUS_BYTES_MAX: usize = 400 * 1024;

/// The same on every machine, so that a failure is nobody's bad luck; `cargo xtask fuzz` tries others.
const SEED: u64 = 3;

#[test]
fn no_target_breaks_over_changed_bytes() {
    for family in targets::families() {
        let mut chance = Chance::from_seed(SEED);
        let rounds = Until::Rounds(ROUNDS * family.targets.len());
        if let Err(find) = drive::drive(&family, &mut chance, rounds) {
            let file = find.keep(&top().join("target/fuzz"), SEED);
            panic!("{} broke: {}\n  input in {}", find.target, find.why, file.display());
        }
    }
}

#[test]
fn no_target_breaks_over_bytes_without_any_meaning() {
    let mut chance = Chance::from_seed(SEED);
    for target in targets::all() {
        for _ in 0..40 {
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
        start: corpus::Start::Cases("leaf"),
        run: |bytes| assert!(!bytes.contains(&0x82), "an array of two"),
    };
    let family = targets::Family { name: "breaking", targets: vec![target] };
    let find = drive::drive(&family, &mut Chance::from_seed(SEED), Until::Rounds(1)).unwrap_err();
    assert_eq!(find.input, [0x82], "nothing is left but what breaks it");
    assert!(find.why.contains("an array of two"), "{}", find.why);
}

#[test]
fn the_programs_that_people_wrote_give_the_engine_every_kind_of_input() {
    let taken: BTreeSet<&str> =
        play::script::all().iter().flat_map(|program| play::play(program)).collect();
    let missing: Vec<&str> =
        play::kind::ALL.into_iter().filter(|kind| !taken.contains(kind)).collect();
    assert!(missing.is_empty(), "no program gives these inputs: {missing:?}");
}

#[test]
fn a_first_byte_chooses_the_target_of_a_family() {
    for family in targets::families() {
        let count = u8::try_from(family.targets.len()).unwrap();
        let chosen: BTreeSet<&str> =
            (0..count).map(|first| family.target(first).unwrap().name).collect();
        assert_eq!(chosen.len(), family.targets.len(), "{}", family.name);
        family.run(&[]);
    }
}

#[test]
fn every_run_in_the_ledger_is_of_a_family_and_found_nothing_that_is_not_told() {
    let known: BTreeSet<&str> = targets::families().iter().map(|family| family.name).collect();
    for entry in ledger::entries() {
        assert!(known.contains(entry.family.as_str()), "{entry:?}");
        assert!(["changes", "guided"].contains(&entry.driver.as_str()), "{entry:?}");
    }
}

#[test]
fn every_folder_of_the_corpus_is_of_a_target_and_small() {
    let known: BTreeSet<&str> = targets::all().iter().map(|target| target.name).collect();
    let folder = top().join(corpus::FOLDER);
    let mut bytes = 0;
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if entry.path().is_dir() {
            assert!(known.contains(name.as_str()), "no target is called {name}");
            bytes += corpus::kept(&name).iter().map(Vec::len).sum::<usize>();
        }
    }
    assert!(bytes <= CORPUS_BYTES_MAX, "the corpus has {bytes} bytes");
}
