//! A log that was forked by a directory that was copied back: quarantine, a statement, approvals, the next log.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::message::Status;
use concord_node::api::shape::peer::Peer;
use concord_node::clock;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::codec;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_json::Value;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

/// How long anything may take on a machine that does much else.
const WITHIN: Duration = Duration::from_secs(90);

#[test]
#[expect(clippy::too_many_lines, reason = "one story, from the fork to the next log")]
fn a_forked_log_is_succeeded_with_the_approval_of_the_peers() {
    // shows: suc-7, suc-8, suc-10, suc-11, suc-13, suc-14, suc-15, wire-68, wire-69
    let world = Federation::of("succession", &AGENCIES);
    for agency in &world.agencies {
        agency.set("greeting_wait_ms", 300);
    }
    let la = world.folder(0).to_owned();
    let copied = world.path().join("copied");
    let mut nodes: Vec<Option<Daemon>> = world.all_ready().into_iter().map(Some).collect();

    // Before the copy, and after it.
    let early = send(&nodes, 0, 1, "early");
    let from_mm = send(&nodes, 1, 0, "before the copy");
    settled(&nodes, 0, &early);
    settled(&nodes, 1, &from_mm);
    nodes[0].take().unwrap().stop();
    copy(&la, &copied);
    nodes[0] = Some(world.ready(0));
    let lost = send(&nodes, 1, 0, "after the copy");
    settled(&nodes, 1, &lost);
    for node in &mut nodes {
        node.take().unwrap().stop();
    }

    // The old directory signs alone: a fork, which no mirror can heal.
    fs::remove_dir_all(&la).unwrap();
    copy(&copied, &la);
    nodes[0] = Some(world.ready(0));
    let alone = send(&nodes, 0, 1, "written alone");
    nodes[0].take().unwrap().stop();

    nodes[1] = Some(world.ready(1));
    nodes[2] = Some(world.ready(2));
    nodes[0] = Some(Daemon::start(&la));
    let peers_have_shown = || {
        let peers = Client::in_directory(&la).ok()?.peers().ok()?;
        let met = |peer: &Peer| peer.connected && peer.shown_size.is_some();
        peers.items.iter().all(met).then_some(())
    };
    let quarantined = || {
        let found = Client::in_directory(&la).ok()?.readiness().ok()?;
        (!found.ready && format!("{found:?}").contains("quarantine")).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, quarantined).is_some(), "{}", said(&nodes, 0));
    assert!(wait::for_up_to(WITHIN, peers_have_shown).is_some(), "{}", said(&nodes, 0));
    let waiting = send(&nodes, 1, 0, "while it was away");
    nodes[0].take().unwrap().stop();

    succeed(&world, &la);
    nodes[0] = Some(Daemon::start(&la));
    for which in [1, 2] {
        approve(world.folder(which), which, &nodes);
    }

    let next = || {
        let head = Client::in_directory(&la).ok()?.head().ok()?;
        head.origin.ends_with("/log2").then_some(())
    };
    assert!(wait::for_up_to(WITHIN, next).is_some(), "{}", said(&nodes, 0));
    nodes[0].as_mut().unwrap().wait_ready();

    // Everything owed arrives, and everything that la held or lost is there.
    settled(&nodes, 0, &alone);
    settled(&nodes, 1, &waiting);
    settled(&nodes, 1, &lost);
    let late = send(&nodes, 0, 2, "in the next log");
    settled(&nodes, 0, &late);
    let held = ids(&client(&nodes, 0), "in");
    for id in [&from_mm, &lost, &waiting] {
        assert!(held.contains(id), "la lacks {id}: {held:?}");
    }
    assert!(ids(&client(&nodes, 0), "out").contains(&early));
    assert!(ids(&client(&nodes, 1), "in").contains(&alone));

    // The log that ended can still be asked, while the node runs.
    let archived = concord(&["log", "head", "--json", "--dir", path(&la.join("archive/log1"))]);
    assert!(archived["origin"].as_str().unwrap().ends_with("/log1"), "{archived}");
    let shown = concord(&["peer", "show", "la.mps", "--json", "--dir", path(world.folder(1))]);
    assert_eq!(shown["succession"]["stage"], "in-force");

    // A restart finds the next log.
    nodes[0].take().unwrap().stop();
    nodes[0] = Some(world.ready(0));
    assert!(client(&nodes, 0).head().unwrap().origin.ends_with("/log2"));
    let again = send(&nodes, 1, 0, "after a restart");
    settled(&nodes, 1, &again);
}

/// States that the log ends, has the root sign the credential of the next one, and adopts it.
fn succeed(world: &Federation, la: &Path) {
    let stated = concord(&[
        "log",
        "succeed",
        "--json",
        "--dir",
        path(la),
        "--cause",
        "fork",
        "--officer",
        "op-7",
    ]);
    assert_eq!(stated["to_log"], 2);
    let request = fs::read(stated["request"].as_str().unwrap()).unwrap();
    let signed = la.join("log2.credential");
    fs::write(&signed, granted(&world.agencies[0], &request)).unwrap();
    concord(&["node", "credential", "--json", "--dir", path(la), "--adopt", path(&signed)]);
}

fn granted(agency: &Agency, request: &[u8]) -> Vec<u8> {
    let request: CredentialRequest = codec::decode(request).unwrap();
    assert_eq!(request.log_number.get(), 2);
    let now = clock::now();
    let validity = Validity {
        not_before: now.before(Span::from_millis(60_000)),
        not_after: now.after(Span::from_days(30)),
    };
    credential::sign(&request.grant(validity), &agency.root).unwrap()
}

/// A peer's operator sees the statement and approves it.
fn approve(folder: &Path, which: usize, nodes: &[Option<Daemon>]) {
    let proposed = || {
        let found = Client::in_directory(folder).ok()?.succession(AGENCIES[0]).ok()?;
        (found.stage == "proposed").then_some(found)
    };
    let found = wait::for_up_to(WITHIN, proposed);
    let found = found.unwrap_or_else(|| panic!("{}\n{}", said(nodes, which), said(nodes, 0)));
    assert_eq!(found.objection, None, "{found:?}");
    assert_eq!(found.cause, "fork");
    let officer = format!("op-{which}");
    let approved = concord(&[
        "peer",
        "approve",
        AGENCIES[0],
        "--json",
        "--dir",
        path(folder),
        "--officer",
        &officer,
    ]);
    assert_eq!(approved["approvals"][0]["officer"], officer.as_str());
}

fn send(nodes: &[Option<Daemon>], from: usize, to: usize, mark: &str) -> String {
    let letter = letter::report(&[AGENCIES[to]], mark).to_string();
    client(nodes, from).submit(letter.as_bytes(), None).unwrap().message.id
}

/// Waits until every delivery of a message is receipted, or refused because the peer holds it already.
fn settled(nodes: &[Option<Daemon>], which: usize, id: &str) {
    let done = || {
        let found = client(nodes, which).message(id).ok()?;
        let newest = found.deliveries.iter().max_by_key(|delivery| delivery.epoch)?;
        matches!(newest.status, Status::Receipted | Status::Refused).then_some(())
    };
    assert!(
        wait::for_up_to(WITHIN, done).is_some(),
        "{id} is not settled: {:?}\n{}",
        client(nodes, which).message(id).map(|found| found.deliveries),
        said(nodes, which)
    );
}

fn ids(client: &Client, direction: &str) -> Vec<String> {
    let page = Page { direction: Some(direction.to_owned()), limit: Some(100), cursor: None };
    client.messages(&page).unwrap().items.into_iter().map(|message| message.id).collect()
}

fn client(nodes: &[Option<Daemon>], which: usize) -> Client {
    nodes[which].as_ref().unwrap().client()
}

fn said(nodes: &[Option<Daemon>], which: usize) -> String {
    nodes[which].as_ref().map(Daemon::said).unwrap_or_default()
}

/// Runs `concord` and reads its JSON.
fn concord(arguments: &[&str]) -> Value {
    let output = shell::concord(Path::new("."), arguments);
    let (said, told) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told}{}", String::from_utf8_lossy(said));
    serde_json::from_slice(said).unwrap_or_else(|error| panic!("{error}: {told}"))
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Copies a node's folder as an operator would, permissions included.
fn copy(from: &Path, to: &Path) {
    fs::remove_file(NodeFolder::at(from).api()).ok();
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}
