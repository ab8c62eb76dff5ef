//! A long log: exported from the directory of a stopped node, and verified, by processes whose memory is watched.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
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

/// How often the short log is watched at most: a run may end between two looks at it, which shows less than it had.
const LOOKS: usize = 40;

#[test]
fn a_long_log_is_exported_and_verified_in_the_memory_of_a_short_one() {
    // shows: audit-1, audit-37, store-17
    let scratch = Scratch::new("mass");
    let [short, long] = [SHORT, LONG].map(|leaves| Grown::at(scratch.path(), leaves));
    for run in [Grown::export, Grown::verify] {
        let most = run(&long);
        let mut seen = Vec::new();
        let fits = (0..LOOKS).any(|_| {
            seen.push(run(&short));
            seen.iter().any(|peak| most < peak + GROWTH_KIB_MAX)
        });
        assert!(fits, "{most} KiB, and of the short log {seen:?}");
    }
}

/// A log of so many leaves.
struct Grown {
    leaves: u64,
    node: PathBuf,
    bundle: PathBuf,
}

impl Grown {
    fn at(folder: &Path, leaves: u64) -> Self {
        let place = |name: &str| folder.join(format!("{name}-{leaves}"));
        let (node, bundle) = (place("node"), place("bundle"));
        mass::grow(&node, leaves);
        Self { leaves, node, bundle }
    }

    /// Exports it; the most memory that was seen, in KiB.
    fn export(&self) -> u64 {
        drop(fs::remove_file(&self.bundle));
        let (node, bundle) = (shown(&self.node), shown(&self.bundle));
        let (written, peak) = watched(&["log", "export", "--dir", &node, "--out", &bundle]);
        assert_eq!(written["bytes"], fs::metadata(&self.bundle).unwrap().len());
        peak
    }

    /// Verifies what was exported; the most memory that was seen, in KiB.
    fn verify(&self) -> u64 {
        let genesis = Federation::fixed().verified().digest().to_string();
        let bundle = shown(&self.bundle);
        let (said, peak) = watched(&["audit", "verify", "--genesis", &genesis, &bundle]);
        assert_eq!((&said["size"], &said["disclosed"]), (&self.leaves.into(), &self.leaves.into()));
        assert_eq!(said["problem_count"], 0, "{said}");
        peak
    }
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
