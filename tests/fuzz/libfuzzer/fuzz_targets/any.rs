//! Any target of the table, named by `CONCORD_TARGET`, under libFuzzer.

#![no_main]

use std::env;
use std::sync::OnceLock;

use fuzz::targets;
use fuzz::targets::Target;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    static TARGET: OnceLock<Target> = OnceLock::new();
    let target = TARGET.get_or_init(|| {
        let name = env::var("CONCORD_TARGET").unwrap_or_default();
        targets::named(&name).unwrap_or_else(|| panic!("CONCORD_TARGET names no target: {name:?}"))
    });
    (target.run)(data);
});
