//! Bundles of a part of a log, held together by both verifiers: those of one link are, all others are refused.

use std::path::Path;
use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use concord_node::api::client::Client;
use harness::federation::Federation;
use harness::letter;
use harness::second::Second;
use harness::shell;
use harness::wait;
use serde_json::Value;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn the_bundles_of_one_link_are_held_together_and_other_parts_are_refused() {
    // shows: audit-43
    let world = Federation::of("partial", &AGENCIES);
    let nodes = world.all_ready();
    for (from, to) in [(0, 1), (1, 0), (0, 2)] {
        receipted(&nodes[from].client(), AGENCIES[to]);
    }
    let export = |which: usize, name: &str, part: &[&str]| -> PathBuf {
        let file = world.path().join(name);
        let dir = path(world.folder(which));
        let line = [&["log", "export", "--dir", dir, "--out", path(&file)], part].concat();
        let done = shell::concord(world.path(), &line);
        assert!(done.status.success(), "{done:?}");
        file
    };
    let link =
        [export(0, "la-link", &["--peer", "mm.mpf"]), export(1, "mm-link", &["--peer", "la.mps"])];
    let other = export(0, "la-other", &["--peer", "th.rtp"]);
    let range = export(0, "la-range", &["--from", "0", "--to", "2"]);
    let whole = export(1, "mm-whole", &[]);

    for files in [[&link[0], &link[1]], [&link[0], &whole]] {
        let held = reconciled(&world, &files);
        let said: Value = serde_json::from_slice(&held.stdout).unwrap();
        assert_eq!((held.status.code(), &said["ok"]), (Some(0), &Value::Bool(true)), "{said}");
        let matched = said["reconciliations"][0]["matched"].as_u64();
        assert_eq!(matched, Some(2), "one message in each direction: {said}");
        let theirs = second(&world, &files);
        assert!(theirs.is_none_or(|theirs| theirs["agreed"] == 2), "the second verifier agrees");
    }
    for files in [[&range, &whole], [&other, &link[1]]] {
        let refused = reconciled(&world, &files);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success(), "{refused:?}");
        for part in ["usage", "discloses neither every leaf", "--peer AGENCY"] {
            assert!(said.contains(part), "{said}");
        }
        let theirs = second(&world, &files);
        assert!(theirs.is_none_or(|theirs| theirs["code"] == "partial"), "so does the second");
    }
}

/// Sends a report, and waits for its receipt.
fn receipted(client: &Client, to: &str) {
    let letter = letter::report(&[to], "for one link").to_string();
    let id = client.submit(letter.as_bytes(), None).unwrap().message.id;
    assert!(wait::for_up_to(WITHIN, || client.receipt(&id, to).ok()).is_some());
}

fn reconciled(world: &Federation, files: &[&PathBuf; 2]) -> Output {
    let genesis = world.genesis.to_string();
    let [a, b] = files.map(|file| path(file));
    shell::concord(world.path(), &["--json", "audit", "reconcile", a, b, "--genesis", &genesis])
}

fn second(world: &Federation, files: &[&PathBuf; 2]) -> Option<Value> {
    let mut second = Second::start("the_bundles_of_one_link_are_held_together")?;
    let files = files.map(PathBuf::as_path);
    Some(second.reconcile(&files, &world.genesis.to_string()))
}

fn path(path: &Path) -> &str {
    path.to_str().expect("a path of a test")
}
