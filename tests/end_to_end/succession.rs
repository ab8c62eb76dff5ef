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
use concord_protocol::crypto::digest;
use concord_protocol::identity;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::CredentialRequest;
use concord_protocol::identity::credential::Validity;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::succession;
use concord_protocol::log::succession::Approval;
use concord_protocol::moment::Span;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use concord_protocol::wire::frame::Frame;
use harness::daemon::Daemon;
use harness::evidence;
use harness::federation::Agency;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_bytes::ByteBuf;
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
    mirrored(&nodes);
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
    assert!(wait::for_up_to(WITHIN, || told_as_forked(&la)).is_some(), "{}", said(&nodes, 0));
    let waiting = send(&nodes, 1, 0, "while it was away");
    nodes[0].take().unwrap().stop();

    succeed(&world, &la);
    nodes[2].take().unwrap().stop();
    nodes[0] = Some(Daemon::start(&la));
    wrongly_approved(&world);
    nodes[2] = Some(Daemon::start(world.folder(2)));
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
    superseded(&nodes, &early, &lost);
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

    mirrored(&nodes);
    outlived(&world, &mut nodes);
    audited(&world);
}

/// The next log is kept by a mirror as the one before was.
fn mirrored(nodes: &[Option<Daemon>]) {
    // shows: rst-21, rst-23
    let la = client(nodes, 0);
    let kept = || {
        let size = la.head().ok()?.size;
        let peers = la.peers().ok()?.items;
        peers.iter().any(|peer| peer.mirrored_size == Some(size)).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, kept).is_some(), "{:?}", la.peers());
}

/// A member shows a checkpoint of the old log beyond its end: whoever sees it has evidence that holds without a node.
fn outlived(world: &Federation, nodes: &mut [Option<Daemon>]) {
    // shows: suc-12, evd-12
    nodes[2].take().unwrap().stop();
    let owner = &world.agencies[0];
    let origin = identity::log_origin(world.charter.name(), &owner.id, LogNumber::new(1));
    let beyond = Checkpoint { origin, size: TreeSize::new(999), root: digest::sha256(b"beyond") };
    let note = checkpoint::sign(&beyond, owner.keys.log.as_ref()).unwrap();
    let forger = Forger::new(world, 2, 1);
    let mut line = forger.meet();
    let told = Told { heads: vec![ByteBuf::from(note)], files: Vec::new() };
    line.say(&Frame::Evidence(EvidenceTalk::Told(told)));

    let held = wait::for_up_to(WITHIN, || {
        let held = client(nodes, 1).evidence(0).ok()?.items;
        held.into_iter().find(|held| held.kind == "log-outlived")
    });
    let held = held.unwrap_or_else(|| panic!("{}", said(nodes, 1)));
    assert_eq!(held.accused, "la.mps");
    assert!(held.proves.contains("which mm.mpf, th.rtp approved"), "{}", held.proves);
    let file = world.path().join("outlived.evidence");
    let dir = path(world.folder(1));
    let save = ["evidence", "save", &held.digest, "--out", path(&file), "--dir", dir];
    assert!(shell::concord(Path::new("."), &save).status.success());
    let genesis = world.genesis.to_string();
    let verify = ["--json", "audit", "verify", "--evidence", path(&file), "--genesis", &genesis];
    let judged = shell::concord(Path::new("."), &verify);
    assert!(judged.status.success(), "{judged:?}");
    // The accused itself learns of it, and logs it.
    let accused = wait::for_up_to(WITHIN, || {
        let held = client(nodes, 0).evidence(0).ok()?.items;
        held.into_iter().find(|known| known.digest == held_digest(&file)).map(drop)
    });
    assert!(accused.is_some(), "{}", said(nodes, 0));
}

/// What was settled before the seam can still be proven, and what is owed again says under which number.
fn superseded(nodes: &[Option<Daemon>], early: &str, lost: &str) {
    // shows: suc-16
    let (la, mm) = (client(nodes, 0), client(nodes, 1));
    let receipt = la.receipt(early, AGENCIES[1]);
    assert!(receipt.is_ok_and(|receipt| !receipt.is_empty()), "a receipt of the log that ended");
    let deliveries = mm.message(lost).unwrap().deliveries;
    let [before, after] = deliveries.as_slice() else { panic!("{deliveries:?}") };
    assert_eq!((before.status, before.epoch), (Status::Superseded, 1), "{deliveries:?}");
    let by = before.superseded_by.unwrap();
    assert_eq!((by.epoch, by.number), (after.epoch, after.number));
    assert!(mm.receipt(lost, AGENCIES[0]).is_ok(), "the newest receipt is shown");
}

fn held_digest(file: &Path) -> String {
    digest::sha256(&fs::read(file).unwrap()).to_string()
}

/// An auditor who holds everything together sees one seam, with all that was said of it.
fn audited(world: &Federation) {
    // shows: audit-39, suc-7
    let la = world.folder(0);
    let old = la.join("archive/log1");
    let dirs = [old.as_path(), la, world.folder(1), world.folder(2)];
    let joined = evidence::reconciled(world, "a_forked_log_is_succeeded", &dirs);
    assert_eq!(joined["ok"], true, "{joined}");
    let seams = joined["seams"].as_array().unwrap();
    let [seam] = seams.as_slice() else { panic!("{joined}") };
    assert_eq!((&seam["agency"], &seam["cause"]), (&"la.mps".into(), &"fork".into()));
    assert!(seam["older"].as_str().unwrap().ends_with("la.mps/log1"), "{seam}");
    assert!(seam["newer"].as_str().unwrap().ends_with("la.mps/log2"), "{seam}");
    assert_eq!(seam["approved_by"], serde_json::json!(["mm.mpf", "th.rtp"]));
    assert!(seam["lost_from"].as_u64() < seam["size"].as_u64(), "{seam}");
}

/// The node found that it cannot heal, and says what to do instead.
fn told_as_forked(dir: &Path) -> Option<()> {
    // shows: rst-31, rst-34
    let reasons = Client::in_directory(dir).ok()?.readiness().ok()?.reasons;
    let told = reasons
        .iter()
        .any(|told| told.reason.contains("forked") && told.remedy.contains("concord log succeed"));
    told.then_some(())
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

/// An approval with another key than the witness's ends the connection.
fn wrongly_approved(world: &Federation) {
    // shows: suc-5, wire-69
    let owner = world.folder(0);
    let up = || Client::in_directory(owner).ok()?.readiness().ok();
    assert!(wait::for_up_to(WITHIN, up).is_some(), "la is up");
    let forger = Forger::new(world, 2, 0);
    let mut line = forger.meet();
    let statement = loop {
        match line.hear() {
            Some(Frame::Succession(said)) => break said.statement,
            Some(_) => {}
            None => panic!("la says nothing of its succession: {:?}", line.closed()),
        }
    };
    let approval = Approval {
        statement: digest::sha256(&statement),
        agency: world.agencies[2].id.clone(),
        serial: Serial::new(1),
        officer: StaffNumber::parse("op-2").unwrap(),
        at: clock::now(),
    };
    let key = world.agencies[2].keys.signing.as_ref();
    let signed = succession::sign_approval(&approval, key).unwrap();
    line.say(&Frame::Approval(ByteBuf::from(signed)));
    while line.hear().is_some() {}
    assert_eq!(format!("{:?}", line.closed()), "ByPeer(BadSuccession)");
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
