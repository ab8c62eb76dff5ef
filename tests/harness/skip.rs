//! What this machine cannot check is said aloud, and never counted as checked in silence.

use std::env;
use std::io::Write;

/// Set by `.ci/run` once it has installed what is optional elsewhere: from then on nothing may be skipped.
pub const SKIP_VARIABLE: &str = "CONCORD_SKIP";

/// Says that something is not checked here, on the standard error of the process itself, which libtest does not catch.
///
/// # Panics
/// When nothing may be skipped: `CONCORD_SKIP=never`.
pub fn skip(what: &str, why: &str) {
    assert!(
        env::var(SKIP_VARIABLE).as_deref() != Ok("never"),
        "{what} was skipped although {SKIP_VARIABLE}=never: {why}"
    );
    aloud(what, why);
}

/// Says that something is not checked here and cannot be had by installing it: what the kernel lacks, or forbids.
pub fn aloud(what: &str, why: &str) {
    let said = format!("skipped: {what}: {why}\n");
    std::io::stderr().write_all(said.as_bytes()).ok();
}
