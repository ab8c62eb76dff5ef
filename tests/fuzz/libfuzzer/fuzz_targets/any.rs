//! Any family of the table, named by `CONCORD_FAMILY`, under libFuzzer; changed in bytes by it, in structure by us.

#![no_main]

use std::env;
use std::sync::OnceLock;

use fuzz::change;
use fuzz::targets;
use fuzz::targets::Family;
use harness::chance::Chance;
use libfuzzer_sys::fuzz_mutator;
use libfuzzer_sys::fuzz_target;
use libfuzzer_sys::fuzzer_mutate;

fn family() -> &'static Family {
    static FAMILY: OnceLock<Family> = OnceLock::new();
    FAMILY.get_or_init(|| {
        let name = env::var("CONCORD_FAMILY").unwrap_or_default();
        let known = targets::families().into_iter().find(|family| family.name == name);
        known.unwrap_or_else(|| panic!("CONCORD_FAMILY names no family: {name:?}"))
    })
}

fuzz_target!(|data: &[u8]| family().run(data));

// Every second change keeps the target and the form of what is inside, so that the fault lies deeper.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let mut chance = Chance::from_seed(u64::from(seed));
    if size < 2 || chance.one_in(2) {
        return fuzzer_mutate(data, size, max_size);
    }
    let changed = change::changed(&data[1..size], &data[1..size], &mut chance);
    let end = max_size.min(1 + changed.len());
    data[1..end].copy_from_slice(&changed[..end - 1]);
    end
});
