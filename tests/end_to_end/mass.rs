//! A log of a hundred thousand leaves: exported from the directory of a stopped node, and verified, by processes whose
//! memory is watched.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use harness::federation::Scratch;
use harness::mass;
use harness::program;
use harness::vectors::federation::Federation;

/// Leaves of the log.
const LEAVES: u64 = 100_000;

/// What an export may take of memory, in KiB: the program itself, and next to nothing for each leaf. With the embedded
/// store, or with the leaves in memory, it would take more.
const EXPORT_KIB_MAX: u64 = 24 * 1024;

/// What verification may take of memory, in KiB: the program itself, and 24 bytes for each leaf.
const VERIFY_KIB_MAX: u64 = 64 * 1024;

#[test]
fn a_log_of_a_hundred_thousand_leaves_is_exported_and_verified_in_little_memory() {
    // shows: audit-1, audit-37, store-17
    let scratch = Scratch::new("mass");
    let (node, bundle) = (scratch.path().join("node"), scratch.path().join("bundle"));
    mass::grow(&node, LEAVES);
    let genesis = Federation::fixed().verified().digest().to_string();

    let (written, export_peak) =
        watched(&["log", "export", "--dir", &shown(&node), "--out", &shown(&bundle)]);
    let (said, verify_peak) =
        watched(&["audit", "verify", "--genesis", &genesis, &shown(&bundle)]);

    assert_eq!(written["bytes"], fs::metadata(&bundle).unwrap().len());
    assert_eq!((&said["size"], &said["disclosed"]), (&LEAVES.into(), &LEAVES.into()));
    assert_eq!(said["problem_count"], 0, "{said}");
    assert!((1..EXPORT_KIB_MAX).contains(&export_peak), "{export_peak} KiB");
    assert!((1..VERIFY_KIB_MAX).contains(&verify_peak), "{verify_peak} KiB");
}

/// Runs the program to a good end; what it says, and the most memory that it had, in KiB.
fn watched(arguments: &[&str]) -> (serde_json::Value, u64) {
    let mut running = Command::new(program::concord())
        .arg("--json")
        .args(arguments)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", running.id());
    let mut peak = 0;
    while running.try_wait().unwrap().is_none() {
        let now = fs::read_to_string(&status).ok().and_then(|status| mass::peak_of(&status));
        peak = peak.max(now.unwrap_or(0));
        std::thread::yield_now();
    }
    let done = running.wait_with_output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{arguments:?}: {said}");
    (serde_json::from_str(&said).unwrap(), peak)
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
