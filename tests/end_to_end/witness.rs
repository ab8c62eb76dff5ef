//! Nodes that cosign one another's logs: receipts rise to L2, and everybody can see it.

use std::fs;
use std::process::Command;
use std::time::Duration;

use concord_node::api::client::Client;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::letter;
use harness::program;
use harness::wait;
use serde_json::Value;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn receipts_rise_to_l2_and_the_head_says_who_cosigned_it() {
    // shows: wit-2, wit-6, wit-8
    let world = Federation::of("witness", &AGENCIES);
    let nodes = world.all_ready();

    let id = send(&nodes[0].client(), AGENCIES[1]);
    assert!(rises(&nodes[0].client(), &id), "{}", nodes[0].said());

    let head = head_of(&nodes[1]);
    assert_eq!(head["witnessed"]["size"], head["size"], "{head}");
    assert_eq!(head["witnessed"]["cosignatures"], 2, "{head}");
    let note = head["witnessed"]["checkpoint"].as_str().unwrap();
    for name in ["la.mps", "th.rtp"] {
        assert!(note.contains(&format!("/{name}/witness ")), "{note}");
    }
    assert_eq!(head["witnesses"].as_array().unwrap().len(), 2);
    let peer = nodes[0].client().peer(AGENCIES[1]).unwrap();
    assert!(peer.log_witnessed > Some(0) && peer.log_witnessed <= peer.log_size);
    assert!(world.folder(0).join("state/witness").is_file());
}

#[test]
fn a_witness_that_is_away_leaves_receipts_at_l1_until_it_is_back() {
    // shows: wit-2, wit-8
    let world = Federation::of("witness-away", &AGENCIES);
    let mut nodes = world.all_ready();
    nodes[2].kill();

    let id = send(&nodes[0].client(), AGENCIES[1]);
    let client = nodes[0].client();
    let receipted = wait::for_up_to(WITHIN, || grade(&client, &id)).unwrap();
    // The charter of three asks for two witnesses of two.
    assert_eq!(receipted, "L1");

    nodes[2] = world.ready(2);
    assert!(rises(&client, &id), "{}", nodes[1].said());
}

#[test]
fn a_node_that_cannot_write_its_witness_file_ends_and_cosigns_again_after_its_next_start() {
    // shows: wit-17
    let world = Federation::of("witness-unwritable", &AGENCIES);
    let mut nodes = world.all_ready();
    let file = world.folder(2).join("state/witness");
    assert!(wait::for_up_to(WITHIN, || file.is_file().then_some(())).is_some());
    // What is not empty is not replaced, whoever runs the test. The node may write the file again in between.
    let in_the_way =
        || fs::remove_file(&file).and_then(|()| fs::create_dir_all(file.join("in the way"))).ok();
    assert!(wait::for_up_to(WITHIN, in_the_way).is_some());

    let id = send(&nodes[0].client(), AGENCIES[1]);
    let status = nodes[2].ended();

    assert_eq!(status.code(), Some(1), "{}", nodes[2].said());
    assert!(nodes[2].said().contains("the witness file could not be written"));
    fs::remove_dir_all(&file).unwrap();
    nodes[2] = world.ready(2);
    assert!(rises(&nodes[0].client(), &id), "{}", nodes[2].said());
}

#[test]
fn a_person_can_have_the_head_cosigned_at_once() {
    // shows: wit-5
    let world = Federation::of("witness-asked", &AGENCIES);
    for agency in &world.agencies {
        agency.set("witness_interval_ms", 3_600_000);
    }
    let nodes = world.all_ready();
    let id = send(&nodes[0].client(), AGENCIES[1]);
    let receipted = wait::for_up_to(WITHIN, || grade(&nodes[0].client(), &id)).unwrap();
    assert_eq!(receipted, "L1", "the interval is an hour");

    let head = asked(&["log", "cosign"], &nodes[1]);

    assert_eq!(head["witnessed"]["size"], head["size"], "{head}");
    assert!(rises(&nodes[0].client(), &id));
}

#[test]
fn what_was_witnessed_is_known_after_a_restart() {
    // shows: wit-12
    let world = Federation::of("witness-restart", &AGENCIES);
    let mut nodes = world.all_ready();
    let id = send(&nodes[0].client(), AGENCIES[1]);
    assert!(rises(&nodes[0].client(), &id));
    for node in &mut nodes {
        node.kill();
    }

    let alone = world.ready(0);
    let client = alone.client();
    let known = wait::for_up_to(WITHIN, || grade(&client, &id));

    assert_eq!(known.as_deref(), Some("L2"));
}

#[test]
fn members_that_only_go_on_raise_no_alarm() {
    // shows: evd-21
    let world = Federation::of("witness-calm", &AGENCIES[..2]);
    let mut nodes = world.all_ready();
    let id = send(&nodes[0].client(), AGENCIES[1]);
    assert!(rises(&nodes[0].client(), &id), "{}", nodes[0].said());
    // With the next greetings each shows what it has, and then goes on.
    for (which, node) in nodes.iter_mut().enumerate() {
        node.kill();
        *node = world.ready(which);
    }
    let id = send(&nodes[0].client(), AGENCIES[1]);
    assert!(rises(&nodes[0].client(), &id), "{}", nodes[0].said());

    for node in &nodes {
        let before = node.client().watch().unwrap().at;
        let looked = || Some(node.client().watch().unwrap()).filter(|watch| watch.at > before);
        let watch = wait::for_up_to(WITHIN, looked).expect("a node looks every few seconds");
        assert!(watch.alarms.is_empty(), "{:?}", watch.alarms);
        assert!(!node.said_all().contains("an alarm"), "{}", node.said());
    }
}

#[test]
fn a_restart_does_not_begin_the_wait_for_a_quorum_anew() {
    // shows: wit-16
    let world = Federation::of("witness-alone", &AGENCIES[..2]);
    let mut alone = world.ready(0);
    let first = asked(&["log", "head"], &alone);
    assert!(first["unwitnessed_since"].is_string(), "{first}");

    alone.kill();
    let alone = world.ready(0);

    let again = asked(&["log", "head"], &alone);
    assert!(again["size"].as_u64() > first["size"].as_u64(), "{again}");
    let since = |head: &Value| head["unwitnessed_since"].as_str().unwrap().to_owned();
    assert!(since(&again) <= since(&first), "{again} after {first}");
}

fn send(client: &Client, to: &str) -> String {
    let letter = letter::report(&[to], "a report to witness").to_string();
    client.submit(letter.as_bytes(), None).unwrap().message.id
}

/// The grade of the only delivery, once there is a receipt.
fn grade(client: &Client, id: &str) -> Option<String> {
    client.message(id).ok()?.deliveries.first()?.grade.clone()
}

fn rises(client: &Client, id: &str) -> bool {
    wait::for_up_to(WITHIN, || grade(client, id).filter(|grade| grade == "L2")).is_some()
}

/// `concord log head --json`, once the head is quiet and quorate.
fn head_of(node: &Daemon) -> Value {
    let quorate = || {
        Some(asked(&["log", "head"], node)).filter(|head| head["witnessed"]["size"] == head["size"])
    };
    wait::for_up_to(WITHIN, quorate).unwrap_or_else(|| asked(&["log", "head"], node))
}

fn asked(verb: &[&str], node: &Daemon) -> Value {
    let told = Command::new(program::concord())
        .args(verb)
        .arg("--json")
        .arg("--dir")
        .arg(node.folder())
        .output()
        .unwrap();
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    serde_json::from_slice(&told.stdout).unwrap()
}
