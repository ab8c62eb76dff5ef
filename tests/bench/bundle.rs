//! An offline audit of a whole log against hashing the same bytes.

use std::ffi::OsString;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use concord_node::cli;
use concord_node::cli::Streams;
use concord_node::clock::Stopwatch;
use concord_node::report::Exit;
use concord_protocol::crypto::digest::Running;
use harness::federation::Scratch;
use harness::mass;
use harness::vectors::federation::Federation;
use serde_json::Value;

/// What an audit took, in seconds, and what it could not do without.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Run {
    pub(crate) audit: f64,
    /// Writing the bundle out of a stopped node's directory.
    pub(crate) export: f64,
    /// SHA-256 over the file, read as the audit reads it.
    pub(crate) hash: f64,
    /// Signatures that an auditor must verify at least: of each message, sent or received, and of each receipt.
    pub(crate) signatures: u64,
    pub(crate) bytes_a_leaf: f64,
}

pub(crate) fn measure(leaves: u64) -> Run {
    let scratch = Scratch::new("bench-bundle");
    let (node, bundle) = (scratch.path().join("node"), scratch.path().join("bundle"));
    mass::grow(&node, leaves);
    let watch = Stopwatch::start();
    concord(&["log", "export", "--dir", shown(&node), "--out", shown(&bundle)]);
    let export = watch.elapsed().as_secs_f64();
    let hash = hashed(&bundle);
    let genesis = Federation::fixed().verified().digest().to_string();
    let watch = Stopwatch::start();
    let said = concord(&["audit", "verify", shown(&bundle), "--genesis", &genesis]);
    let audit = watch.elapsed().as_secs_f64();
    let count = |name: &str| said["counts"][name].as_u64().unwrap_or_default();
    let signatures = count("messages") + count("received") + count("receipts");
    assert!(signatures > 0, "{said}");
    let bytes = bundle.metadata().unwrap().len();
    Run { audit, export, hash, signatures, bytes_a_leaf: bytes as f64 / leaves as f64 }
}

fn hashed(path: &Path) -> f64 {
    let watch = Stopwatch::start();
    let mut file = File::open(path).unwrap();
    let mut hash = Running::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer).unwrap() {
            0 => break,
            read => hash.take(&buffer[..read]),
        }
    }
    std::hint::black_box(hash.digest());
    watch.elapsed().as_secs_f64()
}

/// Runs a command in this process, which has to succeed; what it says.
fn concord(arguments: &[&str]) -> Value {
    let words = ["concord", "--json"].iter().chain(arguments).map(OsString::from);
    let mut streams = Streams { data: Vec::new(), talk: Vec::new() };
    let exit = cli::run(words, &mut streams);
    let told = String::from_utf8_lossy(&streams.talk);
    assert_eq!(exit, Exit::Done, "{told}");
    serde_json::from_slice(&streams.data).unwrap()
}

fn shown(path: &Path) -> &str {
    path.to_str().unwrap()
}
