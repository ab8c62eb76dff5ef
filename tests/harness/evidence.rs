//! Bundles taken from running nodes, verified offline and held together.

use std::path::Path;
use std::path::PathBuf;

use concord_node::api::client::Client;
use concord_node::api::shape::leaf::LeafDocument;
use concord_protocol::audit::reconcile;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::verify;
use concord_protocol::audit::verify::report::Report;
use concord_protocol::crypto::digest::Digest;
use serde_json::Value;

use crate::federation::Federation;
use crate::second::Second;
use crate::shell;

/// The bundle of a running node.
///
/// # Panics
/// When the node does not give it.
pub fn bundle(client: &Client) -> Vec<u8> {
    let mut bytes = Vec::new();
    client.export(&mut bytes).unwrap_or_else(|report| panic!("{report:?}"));
    bytes
}

/// Verifies a bundle under the charter.
///
/// # Panics
/// When it does not verify.
pub fn verified(bundle: &[u8], genesis: Digest) -> Report {
    verify::verify(bundle, Some(genesis))
        .unwrap_or_else(|finding| panic!("a bundle does not verify: {finding:?}"))
}

/// Exports the log in each of these folders as its operator would, of running nodes and of archives, and holds all
/// of them together as an auditor would; the second verifier must say the same.
///
/// # Panics
/// When one cannot be exported, or the two verifiers differ.
pub fn reconciled(world: &Federation, test: &str, dirs: &[&Path]) -> Value {
    let genesis = world.genesis.to_string();
    let mut files = Vec::new();
    for (place, dir) in dirs.iter().enumerate() {
        let file = world.path().join(format!("{place}.concord"));
        let paths = [dir, file.as_path()].map(|path| path.to_str().expect("a path of a test"));
        let made =
            shell::concord(world.path(), &["log", "export", "--dir", paths[0], "--out", paths[1]]);
        assert!(made.status.success(), "{made:?}");
        files.push(file);
    }
    let mut arguments = vec!["--json", "audit", "reconcile", "--genesis", &genesis];
    arguments.extend(files.iter().filter_map(|file| file.to_str()));
    let held = shell::concord(world.path(), &arguments);
    let said: Value =
        serde_json::from_slice(&held.stdout).unwrap_or_else(|error| panic!("{error}: {held:?}"));
    if let Some(mut second) = Second::start(test) {
        let files: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
        let theirs = second.reconcile(&files, &genesis);
        let seams = said["seams"].as_array().map(Vec::len);
        assert_eq!(theirs["seams"].as_u64(), seams.and_then(|seams| u64::try_from(seams).ok()));
        let sound = theirs["problems"] == Value::Array(Vec::new());
        assert_eq!(said["ok"], sound, "{said}\n{theirs}");
    }
    said
}

/// Holds the logs of two running nodes together, as they are now.
///
/// # Errors
/// What does not verify, or contradicts each other.
pub fn agreement(a: &Client, b: &Client, genesis: Digest) -> Result<Reconciliation, String> {
    let (a, b) = (verified(&bundle(a), genesis), verified(&bundle(b), genesis));
    let held = reconcile::reconcile(&a, &b).map_err(|error| format!("{error:?}"))?;
    if held.problems.is_empty() { Ok(held) } else { Err(format!("{:?}", held.problems)) }
}

/// Holds the logs of two running nodes together.
///
/// # Panics
/// When one does not verify, they contradict each other, or something is still pending.
pub fn agree(a: &Client, b: &Client, genesis: Digest) -> Reconciliation {
    let (a, b) = (verified(&bundle(a), genesis), verified(&bundle(b), genesis));
    let held = reconcile::reconcile(&a, &b).unwrap_or_else(|error| panic!("{error:?}"));
    assert!(held.problems.is_empty(), "the logs contradict each other: {:?}", held.problems);
    held
}

/// Every leaf of a running node's log.
pub fn leaves(client: &Client) -> Vec<LeafDocument> {
    let mut found = Vec::new();
    while let Ok(page) = client.entries(u64::try_from(found.len()).unwrap(), None) {
        if page.items.is_empty() {
            break;
        }
        found.extend(page.items.into_iter().filter_map(|entry| entry.leaf));
    }
    found
}
