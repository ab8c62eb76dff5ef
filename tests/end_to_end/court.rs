//! One procedure handed to a court: one file, verified without a node, and beside it what people read.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use concord_node::api::client::Client;
use harness::federation::Federation;
use harness::letter;
use harness::second::Opinion;
use harness::second::Second;
use harness::shell;
use harness::wait;
use serde_json::Value;
use serde_json::json;

const AGENCIES: [&str; 2] = ["cn.mps", "la.mps"];

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn a_court_verifies_one_file_with_the_bodies_in_it() {
    // shows: audit-49, audit-51, audit-52, orc-11, orc-22, api-29
    let world = Federation::of("court", &AGENCIES);
    let nodes = world.all_ready();
    let (asks, asked) = (nodes[0].client(), nodes[1].client());
    let request = said(&asks, letter_of("handover-request", AGENCIES[1], None));
    let procedure = asks.message(&request).unwrap().header.unwrap().procedure;
    holds(&asked, &procedure, 1);
    let mut taken = letter_of("acknowledgement", AGENCIES[0], Some(&procedure));
    taken["body"]["of"] = json!(request);
    taken["handling"]["codes"] = json!(["H0"]);
    taken["handling"]["evidential_use"] = json!("allowed");
    said(&asked, taken);
    holds(&asks, &procedure, 2);

    // The other side's request is marked H1, and nobody has asked its author.
    let refused = export(&world, 1, &procedure, "court", "refused", &[]);
    let why = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success(), "{refused:?}");
    for part in ["not-for-court", "orc-11", request.as_str(), "cn.mps", "for_evidence"] {
        assert!(why.contains(part), "{part} in {why}");
    }
    assert!(!world.path().join("refused").exists() && !world.path().join("refused.html").exists());
    assert_eq!(reads(&asked), 0, "nothing was opened");

    no_case_or_another_one_is_refused(&world, &procedure);
    assert_eq!(reads(&asked), 0, "nothing was opened");

    // Sealed, the file is verified all the same; for the work on a case both are shown.
    let sealed = made(export(&world, 1, &procedure, "court", "sealed", &["--withhold"]));
    assert_eq!((&sealed["shown"], &sealed["withheld"]), (&json!(1), &json!(1)));
    assert_eq!(reads(&asked), 1);
    let work = made(export(&world, 1, &procedure, "work", "work", &[]));
    assert_eq!((&work["shown"], &work["withheld"]), (&json!(2), &json!(0)));

    for (name, to_use, shown) in [("sealed", "court", 1), ("work", "work", 2)] {
        let file = world.path().join(name);
        let verdict = verified(&world, &file);
        assert_eq!(verdict["verified"], true, "{verdict}");
        assert_eq!(
            (&verdict["bodies"], &verdict["counts"]["bodies"]),
            (&json!(to_use), &json!(shown))
        );
        let reads = verdict["counts"]["reads"].as_u64().unwrap();
        assert!(reads >= shown, "the file shows who had its bodies opened");
        if let Some(mut second) = Second::start("a_court_verifies_one_file") {
            let opinion = second.bundle(&file, &world.genesis.to_string());
            assert!(matches!(opinion, Opinion::Holds(_)), "the second verifier agrees on {name}");
        }
    }
    let page = fs::read_to_string(world.path().join("work.html")).unwrap();
    let text = fs::read_to_string(world.path().join("work.txt")).unwrap();
    for part in [
        "INTELLIGENCE, NOT EVIDENCE",
        "by rule pro-1",
        request.as_str(),
        work["bundle"].as_str().unwrap(),
    ] {
        assert!(page.contains(part) && text.contains(part), "{part} in {text}");
    }
    assert!(text.contains("| body:") && text.contains("commitment"), "{text}");
    changed_is_found(&world);
}

/// What is held for a case is taken away for that case, and for no other and none.
fn no_case_or_another_one_is_refused(world: &Federation, procedure: &str) {
    for (case, rule) in [(None, "orc-22"), (Some("LA-2026-HO-000999"), "orc-17")] {
        for to_use in ["work", "court"] {
            let refused = export_for(world, (1, case), procedure, (to_use, "other"), &[]);
            let why = String::from_utf8_lossy(&refused.stderr).into_owned();
            assert!(!refused.status.success() && why.contains("other-case"), "{refused:?}");
            assert!(why.contains(rule), "{why}");
            assert!(!world.path().join("other").exists());
        }
    }
}

/// One byte of a body in the file is another one.
fn changed_is_found(world: &Federation) {
    let mut bytes = fs::read(world.path().join("work")).unwrap();
    let mark = b"subject_line";
    let at = bytes.windows(mark.len()).position(|window| window == mark).unwrap();
    bytes[at] ^= 1;
    let file = world.path().join("changed");
    fs::write(&file, bytes).unwrap();
    let done = audit(world, &file);
    assert_eq!(done.status.code(), Some(3), "{done:?}");
}

fn letter_of(kind: &str, to: &str, procedure: Option<&str>) -> Value {
    let mut letter = letter::example(kind, &[to]);
    for field in ["procedure", "parents", "respond_by", "expires", "supersedes"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    if let Some(procedure) = procedure {
        letter["procedure"] = json!(procedure);
    }
    letter
}

fn said(client: &Client, letter: Value) -> String {
    client.submit(letter.to_string().as_bytes(), None).unwrap().message.id
}

fn holds(client: &Client, procedure: &str, messages: usize) {
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(procedure).ok().filter(|view| view.summary.messages == messages)
    });
    assert!(held.is_some(), "{messages} messages");
}

fn reads(client: &Client) -> usize {
    let entries = client.entries(0, Some(200)).unwrap();
    let text = serde_json::to_value(&entries).unwrap();
    let items = text["items"].as_array().unwrap();
    items.iter().filter(|item| item.to_string().contains("\"officer\"")).count()
}

fn export(
    world: &Federation,
    which: usize,
    procedure: &str,
    to_use: &str,
    name: &str,
    more: &[&str],
) -> Output {
    export_for(world, (which, Some("LA-2026-HO-000123")), procedure, (to_use, name), more)
}

fn export_for(
    world: &Federation,
    (which, case): (usize, Option<&str>),
    procedure: &str,
    (to_use, name): (&str, &str),
    more: &[&str],
) -> Output {
    let out = world.path().join(name);
    let dir = world.folder(which).to_str().unwrap();
    let line = [
        &["--json", "procedure", "export", procedure, "--dir", dir, "--out", out.to_str().unwrap()]
            [..],
        &["--use", to_use, "--officer", "LA-0042", "--purpose", "prosecution"],
        more,
        &case.map_or(vec![], |case| vec!["--case", case]),
    ];
    shell::concord(world.path(), &line.concat())
}

fn made(done: Output) -> Value {
    assert!(done.status.success(), "{done:?}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn audit(world: &Federation, file: &Path) -> Output {
    let genesis = world.genesis.to_string();
    let line = ["--json", "audit", "verify", file.to_str().unwrap(), "--genesis", &genesis];
    shell::concord(world.path(), &line)
}

fn verified(world: &Federation, file: &Path) -> Value {
    serde_json::from_slice(&audit(world, file).stdout).unwrap()
}
