//! A bundle of a hundred thousand leaves: written, and verified by a process whose memory is watched.

use std::fs;
use std::process::Command;
use std::process::Stdio;

use harness::mass;
use harness::mass::Mass;
use harness::program;
use harness::vectors::federation::Federation;

/// Leaves of the log.
const LEAVES: u64 = 100_000;

/// What verification may take of memory, in KiB: the program itself, and 24 bytes for each leaf.
const MEMORY_KIB_MAX: u64 = 64 * 1024;

#[test]
fn a_bundle_of_a_hundred_thousand_leaves_is_verified_in_little_memory() {
    // shows: audit-1, audit-37
    let folder = std::env::temp_dir().join(format!("concord-mass-{}", std::process::id()));
    mass::grow(&folder, LEAVES);
    let bundle = folder.join("bundle");
    let digest = Mass::open(&folder).export(&bundle);
    let genesis = Federation::fixed().verified().digest().to_string();

    let mut verifying = Command::new(program::concord())
        .args(["--json", "audit", "verify", "--genesis", &genesis])
        .arg(&bundle)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", verifying.id());
    let mut peak = 0;
    while verifying.try_wait().unwrap().is_none() {
        let now = fs::read_to_string(&status).ok().and_then(|status| mass::peak_of(&status));
        peak = peak.max(now.unwrap_or(0));
        std::thread::yield_now();
    }
    let done = verifying.wait_with_output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();

    assert_eq!(done.status.code(), Some(0), "{said}");
    assert_eq!((&said["size"], &said["disclosed"]), (&LEAVES.into(), &LEAVES.into()));
    assert_eq!((&said["problem_count"], &said["bundle"]), (&0.into(), &digest.to_string().into()));
    assert!((1..MEMORY_KIB_MAX).contains(&peak), "{peak} KiB");
    fs::remove_dir_all(&folder).unwrap();
}
