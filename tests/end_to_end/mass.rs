//! A long log: exported from the directory of a stopped node, and verified, by processes whose memory is watched.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use harness::federation::Scratch;
use harness::mass;
use harness::program;
use harness::vectors::federation::Federation;

/// Leaves of a short log and of a long one.
const SHORT: u64 = 2_000;
const LONG: u64 = 40_000;

/// What the long log may take more than the short one, in KiB: 51 bytes for each leaf. The embedded store takes several
/// times as much, and so does whoever keeps leaves.
const GROWTH_KIB_MAX: u64 = 1_900;

#[test]
fn a_long_log_is_exported_and_verified_in_the_memory_of_a_short_one() {
    // shows: audit-1, audit-37, store-17
    let scratch = Scratch::new("mass");
    let [short, long] = [SHORT, LONG].map(|leaves| peaks(scratch.path(), leaves));
    for (short, long) in short.into_iter().zip(long) {
        assert!(short > 0 && long < short + GROWTH_KIB_MAX, "{short} KiB, then {long} KiB");
    }
}

/// The most memory that an export and a verification of so many leaves had, in KiB.
fn peaks(folder: &Path, leaves: u64) -> [u64; 2] {
    let place = |name: &str| folder.join(format!("{name}-{leaves}"));
    let (node, bundle) = (place("node"), place("bundle"));
    mass::grow(&node, leaves);
    let genesis = Federation::fixed().verified().digest().to_string();

    let export = || watched(&["log", "export", "--dir", &shown(&node), "--out", &shown(&bundle)]);
    let verify = || watched(&["audit", "verify", "--genesis", &genesis, &shown(&bundle)]);
    let (written, exporting) = most(leaves, || {
        drop(fs::remove_file(&bundle));
        export()
    });
    let (said, verifying) = most(leaves, verify);

    assert_eq!(written["bytes"], fs::metadata(&bundle).unwrap().len());
    assert_eq!((&said["size"], &said["disclosed"]), (&leaves.into(), &leaves.into()));
    assert_eq!(said["problem_count"], 0, "{said}");
    [exporting, verifying]
}

/// A short run may end between two looks at it, so it is watched several times, and the most that was seen counts.
fn most(leaves: u64, run: impl Fn() -> (serde_json::Value, u64)) -> (serde_json::Value, u64) {
    let runs = if leaves == SHORT { 5 } else { 1 };
    (0..runs).map(|_| run()).max_by_key(|(_, peak)| *peak).unwrap()
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
