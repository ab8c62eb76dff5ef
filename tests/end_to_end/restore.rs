//! A node whose folder is put back to an earlier day: it notices before it signs, and gets its past back.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::leaf::LeafDocument;
use concord_node::api::shape::log::LogEntry;
use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use harness::daemon::Daemon;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::program;
use harness::wait;

const AGENCIES: [&str; 4] = ["kh.gdi", "la.mps", "mm.mpf", "th.rtp"];

/// The agency whose folder is put back.
const A: usize = 1;

const WITHIN: Duration = Duration::from_secs(90);

#[test]
fn a_folder_put_back_is_noticed_before_anything_is_signed_and_healed_from_mirrors() {
    // shows: rst-5, rst-6, rst-21, rst-23, rst-30, rst-31, rst-32, rst-33, rst-9
    // shows: wire-55, wire-58, wire-60, wire-61
    let world = Federation::of("restore", &AGENCIES);
    let mut nodes = world.all_ready();
    exchange(&nodes, "before");
    stop(&mut nodes, A);
    let copy = world.path().join("copy");
    copy_folder(world.folder(A), &copy);
    nodes.insert(A, world.ready(A));
    exchange(&nodes, "after the copy");
    let whole = mirrored(&nodes[A].client());
    stop(&mut nodes, A);
    put_back(&copy, world.folder(A));
    let known: Vec<LogEntry> = whole.clone();

    // Killed as soon as it knows that it must heal, and again: it goes on from what it has stored.
    for _ in 0..2 {
        let mut node = Daemon::start(world.folder(A));
        let knows = || node.said().contains("quarantine").then_some(());
        assert!(wait::for_up_to(WITHIN, knows).is_some(), "{}", node.said());
        node.kill();
    }
    nodes.insert(A, Daemon::start(world.folder(A)));
    let resumed = wait::for_up_to(WITHIN, || {
        let client = Client::in_directory(world.folder(A)).ok()?;
        let ready = client.readiness().is_ok_and(|found| found.ready);
        let entries = entries(&client)?;
        (ready && entries.len() > known.len()).then_some(entries)
    });
    let resumed = resumed.unwrap_or_else(|| panic!("not healed\n{}", nodes[A].said()));

    assert_eq!(resumed[..known.len()], known[..], "byte for byte the old log");
    let kinds: Vec<&str> = resumed[known.len()..]
        .iter()
        .filter_map(|entry| Some(entry.leaf.as_ref()?.kind()))
        .collect();
    assert_eq!(kinds[..2], ["started", "resumed"], "nothing was signed in between");
    let leaf = resumed[known.len() + 1].leaf.clone();
    let Some(LeafDocument::Resumed { after, how, from, .. }) = leaf else { panic!("{leaf:?}") };
    assert_eq!((after.as_str(), how.as_str()), ("quarantine", "healed"));
    assert!(from < u64::try_from(known.len()).unwrap(), "the copy was older");
    assert!(nodes[A].said_all().contains("quarantine"), "the node says what it met");

    exchange(&nodes, "after healing");
    for (which, node) in nodes.iter().enumerate().filter(|(which, _)| *which != A) {
        let agree = || evidence::agreement(&nodes[A].client(), &node.client(), world.genesis).ok();
        let held = wait::for_up_to(WITHIN, || agree().filter(|held| held.pending.is_empty()));
        assert!(held.is_some(), "{} and {}", AGENCIES[A], AGENCIES[which]);
    }
    let dirs = [0, 1, 2, 3].map(|which| world.folder(which));
    let joined = evidence::reconciled(&world, "a_folder_put_back_is_healed", &dirs);
    assert_eq!((&joined["ok"], &joined["seams"]), (&true.into(), &serde_json::json!([])));
}

#[test]
fn mirrors_that_lost_what_they_kept_are_passed_over_for_one_that_did_not() {
    // shows: rst-20, rst-30, rst-33
    // One dishonest member is borne, so each log has three mirrors.
    let names = ["kh.gdi", "la.mps", "mm.mpf", "th.rtp", "vn.mps"];
    let world = Federation::bearing(1, "mirrors", &names);
    let mut nodes = world.all_ready();
    write(&nodes, A, "before");
    stop(&mut nodes, A);
    let copy = world.path().join("copy");
    copy_folder(world.folder(A), &copy);
    nodes.insert(A, world.ready(A));
    write(&nodes, A, "after the copy");
    let client = nodes[A].client();
    let kept = || {
        let size = client.head().ok()?.size;
        let peers = client.peers().ok()?.items;
        (peers.iter().filter(|peer| peer.mirrored_size == Some(size)).count() == 3).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, kept).is_some(), "{:?}", client.peers());
    let whole = entries(&client).unwrap();
    stop(&mut nodes, A);
    // Its mirrors are the three that follow it; the first two lose what they kept.
    for which in [2, 3] {
        stop(&mut nodes, 1);
        fs::remove_dir_all(world.folder(which).join("mirrors")).unwrap();
    }
    nodes.extend([2, 3].map(|which| Daemon::start(world.folder(which))));
    put_back(&copy, world.folder(A));

    let node = Daemon::start(world.folder(A));

    let healed = wait::for_up_to(WITHIN, || {
        let client = Client::in_directory(world.folder(A)).ok()?;
        let entries = entries(&client).filter(|entries| entries.len() > whole.len())?;
        client.readiness().is_ok_and(|found| found.ready).then_some(entries)
    });
    let healed = healed.unwrap_or_else(|| panic!("not healed\n{}", node.said()));
    assert_eq!(healed[..whole.len()], whole[..], "byte for byte the old log");
}

#[test]
fn a_missing_head_file_is_a_doubt_that_the_peers_end() {
    // shows: rst-1, rst-2, rst-3, rst-9, rst-34
    let world = Federation::of("probing", &AGENCIES[..3]);
    let mut nodes = world.all_ready();
    exchange(&nodes, "before");
    for _ in 0..3 {
        stop(&mut nodes, 0);
    }
    fs::remove_file(world.folder(A).join("state/head")).unwrap();

    let alone = Daemon::start(world.folder(A));
    let client = in_doubt(&alone, "probing");
    let refused = client.submit(letter::report(&[AGENCIES[0]], "no").to_string().as_bytes(), None);
    assert_eq!(refused.unwrap_err().code, Code::Probing);
    assert!(entries(&client).is_some_and(|entries| !entries.is_empty()), "metadata are readable");
    assert_eq!(client.head().unwrap().standing, "probing");

    let others = [Daemon::start(world.folder(0)), Daemon::start(world.folder(2))];
    let mut nodes = Vec::from([alone]);
    nodes.extend(others);
    nodes.iter_mut().for_each(Daemon::wait_ready);

    let last = entries(&nodes[0].client()).unwrap();
    let resumed = last.iter().rev().find_map(|entry| match &entry.leaf {
        Some(LeafDocument::Resumed { after, how, .. }) => Some((after.clone(), how.clone())),
        _ => None,
    });
    assert_eq!(resumed, Some(("probing".to_owned(), "probed".to_owned())));
}

#[test]
fn an_officers_word_ends_a_doubt_and_stands_in_the_log() {
    // shows: rst-11
    let world = Federation::of("accept", &AGENCIES[..2]);
    let nodes = world.all_ready();
    exchange(&nodes, "before");
    nodes.into_iter().for_each(|node| assert!(node.stop().success()));
    assert!(!accept(world.folder(A)), "there is no doubt yet");
    fs::remove_file(world.folder(A).join("state/head")).unwrap();

    assert!(accept(world.folder(A)));
    let node = world.ready(A);

    let last = entries(&node.client()).unwrap().pop().unwrap();
    let Some(LeafDocument::Resumed { how, officer, .. }) = last.leaf else { panic!("{last:?}") };
    assert_eq!((how.as_str(), officer.as_deref()), ("overridden", Some("LA-7")));
}

#[test]
fn without_a_mirror_that_keeps_enough_a_node_stays_in_quarantine_and_says_what_to_do() {
    // shows: rst-2, rst-4, rst-30, rst-34
    let world = Federation::of("no-mirror", &AGENCIES[..3]);
    let mut nodes = world.all_ready();
    exchange(&nodes, "before");
    stop(&mut nodes, A);
    let copy = world.path().join("copy");
    copy_folder(world.folder(A), &copy);
    nodes.insert(A, world.ready(A));
    exchange(&nodes, "after the copy");
    let whole = mirrored(&nodes[A].client());
    for _ in 0..3 {
        stop(&mut nodes, 0);
    }
    for which in [0, 2] {
        fs::remove_dir_all(world.folder(which).join("mirrors")).ok();
    }
    put_back(&copy, world.folder(A));
    let others = [Daemon::start(world.folder(0)), Daemon::start(world.folder(2))];

    let node = Daemon::start(world.folder(A));
    let client = in_doubt(&node, "quarantined");
    let told = wait::for_up_to(WITHIN, || {
        let reasons = client.readiness().ok()?.reasons;
        reasons.into_iter().find(|reason| reason.reason.contains("no mirror"))
    });

    let told = told.unwrap_or_else(|| panic!("{:?}", client.readiness()));
    assert!(told.remedy.contains("concord log succeed"), "{told:?}");
    let refused = client.submit(letter::report(&[AGENCIES[0]], "no").to_string().as_bytes(), None);
    assert_eq!(refused.unwrap_err().code, Code::Quarantined);
    assert!(entries(&client).unwrap().len() < whole.len(), "it does not have what it signed");
    assert_eq!(client.head().unwrap().standing, "quarantine");
    let seen = wait::for_up_to(WITHIN, || {
        let standing = others[0].client().peer(AGENCIES[A]).ok()?.standing;
        (standing.as_deref() == Some("quarantine")).then_some(())
    });
    assert!(seen.is_some(), "the node greets with its standing");
}

/// Everybody writes to everybody, and everything is receipted.
fn exchange(nodes: &[Daemon], mark: &str) {
    let clients: Vec<(String, Client)> =
        nodes.iter().map(|node| (agency(node.folder()), node.client())).collect();
    let mut written = Vec::new();
    for (name, client) in &clients {
        for (to, _) in clients.iter().filter(|(to, _)| to != name) {
            for number in 0..3 {
                let letter = letter::report(&[to], &format!("{mark} {number}")).to_string();
                let sent = wait::for_up_to(WITHIN, || client.submit(letter.as_bytes(), None).ok());
                written.push((client, sent.expect("the node takes messages").message.id));
            }
        }
    }
    for (client, id) in written {
        let receipted = || {
            let deliveries = client.message(&id).ok()?.deliveries;
            deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
        };
        assert!(wait::for_up_to(WITHIN, receipted).is_some(), "{id} has no receipt ({mark})");
    }
}

/// One node writes to everybody, and everything is receipted.
fn write(nodes: &[Daemon], from: usize, mark: &str) {
    let client = nodes[from].client();
    let others = nodes.iter().enumerate().filter(|(which, _)| *which != from);
    let names: Vec<String> = others.map(|(_, node)| agency(node.folder())).collect();
    let to: Vec<&str> = names.iter().map(String::as_str).collect();
    let letter = letter::report(&to, mark).to_string();
    let id = client.submit(letter.as_bytes(), None).unwrap().message.id;
    let receipted = || {
        let deliveries = client.message(&id).ok()?.deliveries;
        deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, receipted).is_some(), "{id} has no receipt ({mark})");
}

/// The whole log, once a mirror keeps all of it.
fn mirrored(client: &Client) -> Vec<LogEntry> {
    let whole = wait::for_up_to(WITHIN, || {
        let entries = entries(client)?;
        let size = u64::try_from(entries.len()).unwrap();
        let peers = client.peers().ok()?.items;
        peers.iter().any(|peer| peer.mirrored_size == Some(size)).then_some(entries)
    });
    whole.unwrap_or_else(|| panic!("no mirror keeps the log: {:?}", client.peers()))
}

fn entries(client: &Client) -> Option<Vec<LogEntry>> {
    let mut all = Vec::new();
    loop {
        let from = u64::try_from(all.len()).unwrap();
        let page = client.entries(from, Some(200)).ok()?;
        all.extend(page.items);
        if page.next.is_none() {
            return Some(all);
        }
    }
}

/// Waits until a node says that it is in doubt.
fn in_doubt(node: &Daemon, code: &str) -> Client {
    let found = wait::for_up_to(WITHIN, || {
        let client = Client::in_directory(node.folder()).ok()?;
        let reasons = client.readiness().ok()?.reasons;
        reasons.iter().any(|reason| reason.code == code).then_some(client)
    });
    found.unwrap_or_else(|| panic!("not {code}\n{}", node.said()))
}

fn stop(nodes: &mut Vec<Daemon>, which: usize) {
    let node = nodes.remove(which);
    assert!(node.stop().success());
}

fn agency(folder: &Path) -> String {
    folder.file_name().unwrap().to_str().unwrap().to_owned()
}

fn copy_folder(from: &Path, to: &Path) {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(done.success());
}

fn put_back(copy: &Path, folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    copy_folder(copy, folder);
}

fn accept(folder: &Path) -> bool {
    let command = ["node", "accept-head", "--officer", "LA-7", "--dir"];
    let done = Command::new(program::concord()).args(command).arg(folder).output().unwrap();
    done.status.success()
}
