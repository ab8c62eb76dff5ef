//! Keys that change while the exchange goes on: rotation, the end of a credential, the way back, new addresses.

use std::fs;
use std::net::Ipv4Addr;
use std::net::UdpSocket;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::leaf::LeafDocument;
use concord_node::api::shape::message::Status;
use concord_node::clock;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::identity::credential;
use concord_protocol::identity::credential::Credential;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use concord_protocol::moment::Timestamp;
use harness::daemon::Daemon;
use harness::evidence;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::renewal;
use harness::shell;
use harness::traffic;
use harness::wait;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

/// How long anything may take on a machine that does much else.
const WITHIN: Duration = Duration::from_secs(120);

#[test]
fn all_keys_of_a_node_are_rotated_under_load_and_no_message_is_lost() {
    // shows: id-31, wire-80, wire-82, promise-1, promise-2
    let world = Federation::of("rotation", &AGENCIES);
    for agency in &world.agencies {
        agency.set("clock_tolerance_minutes", 0);
    }
    let nodes = world.all_ready();
    let (la, mm) = (&nodes[0], &nodes[1]);
    let before = submit(&la.client(), 1, "sealed to the old key of mm, read after");
    let to_old_key = submit(&mm.client(), 0, "sealed to the old key of la");
    settled(la, &before);
    settled(mm, &to_old_key);

    // Messages flow both ways until the new keys have been in use for a while.
    let stop = AtomicBool::new(false);
    let (from_la, from_mm) = thread::scope(|scope| {
        let out = scope.spawn(|| traffic::flow(la, AGENCIES[1], "out", &stop));
        let back = scope.spawn(|| traffic::flow(mm, AGENCIES[0], "back", &stop));
        let from = clock::now().after(Span::from_millis(4_000));
        let second = renew(&world, 0, &["node", "rotate"], (from, 30));
        adopt(&world, 0, &second);

        // It is known before it counts.
        let known = || mm.client().peer(AGENCIES[0]).ok()?.serial;
        assert_eq!(known(), Some(1));
        let in_use =
            || (known()? == 2 && mm.client().peer(AGENCIES[0]).ok()?.connected).then_some(());
        assert!(wait::for_up_to(WITHIN, in_use).is_some(), "{}\n{}", la.said(), mm.said());
        let started = || renewal::starts(&la.client()).contains(&2).then_some(());
        assert!(wait::for_up_to(WITHIN, started).is_some(), "{}", la.said());
        for mark in ["under the new keys", "and back"] {
            let (from, to) = if mark == "and back" { (mm, 0) } else { (la, 1) };
            settled(from, &submit(&from.client(), to, mark));
        }
        stop.store(true, Ordering::Relaxed);
        (out.join().unwrap(), back.join().unwrap())
    });
    assert!(from_la.len() > 3 && from_mm.len() > 3, "{} {}", from_la.len(), from_mm.len());
    from_la.iter().for_each(|id| settled(la, id));
    from_mm.iter().for_each(|id| settled(mm, id));

    // Nothing was lost, and nothing came twice.
    for (node, peer, sent) in [(mm, la, &from_la), (la, mm, &from_mm)] {
        let taken = ids(&node.client(), "in");
        for id in sent {
            assert_eq!(
                taken.iter().filter(|found| *found == id).count(),
                1,
                "{id} {}",
                peer.said()
            );
        }
        assert!(refusals(&node.client()).is_empty(), "{:?}", refusals(&node.client()));
    }
    // What was sealed to the old key opens with it.
    let opened = la.client().open(&to_old_key, "LA-1", "investigation").unwrap();
    assert!(format!("{opened:?}").contains("sealed to the old key of la"));
    // The logs verify across the change, agree, and are witnessed; so is every receipt.
    nodes.iter().for_each(|node| drop(node.client().cosign()));
    for (node, id) in from_la.iter().map(|id| (la, id)).chain(from_mm.iter().map(|id| (mm, id))) {
        let witnessed = || {
            let found = node.client().message(id).ok()?;
            found.deliveries.iter().all(|one| one.grade.as_deref() == Some("L2")).then_some(())
        };
        assert!(wait::for_up_to(WITHIN, witnessed).is_some(), "{id}\n{}", node.said());
    }
    let agreed = evidence::agree(&la.client(), &mm.client(), world.genesis);
    assert!(agreed.problems.is_empty(), "{agreed:?}");
    for node in &nodes {
        let report = evidence::verified(&evidence::bundle(&node.client()), world.genesis);
        assert_eq!(report.problems.count(), 0);
        assert!(report.witnessed.size.get() > 0);
    }
}

#[test]
fn the_keys_of_the_next_credential_are_open_before_it_takes_over() {
    // shows: id-47
    let world = Federation::of("ahead", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let in_an_hour = clock::now().after(Span::from_millis(3_600_000));
    let second = renew(&world, 0, &["node", "rotate"], (in_an_hour, 30));
    adopt(&world, 0, &second);

    let again = || {
        let leaves = renewal::starts(&Client::in_directory(world.folder(0)).ok()?);
        (leaves == [1, 1]).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, again).is_some(), "{}", nodes[0].said());
    settled(&nodes[1], &submit(&nodes[1].client(), 0, "under the first keys still"));
}

#[test]
fn after_a_theft_the_revocation_ends_what_was_stolen_and_nothing_else() {
    // shows: id-41, id-45, id-32, id-33, env-30, wire-37, wire-80, wire-81, wire-82, audit-45
    let world = Federation::of("theft", &AGENCIES);
    let mut nodes: Vec<Option<Daemon>> = world.all_ready().into_iter().map(Some).collect();
    let early = submit(&client(&nodes, 0), 1, "before the theft");
    settled(nodes[0].as_ref().unwrap(), &early);
    nodes[1].take().unwrap().stop();
    let waiting = submit(&client(&nodes, 0), 1, "waits for a peer that is away");
    let head = client(&nodes, 0).head().unwrap();

    // The theft is noticed: the root ends everything up to the head, and th tells who it reaches.
    let revoked = world.path().join("la.revocation");
    let la = &world.agencies[0];
    let word = renewal::revocation(la, world.charter.name(), 1, &head.checkpoint);
    fs::write(&revoked, word).unwrap();
    concord(&["peer", "revoke", path(&revoked), "--dir", path(world.folder(2))]);
    let again = || {
        let leaves = renewal::starts(&Client::in_directory(world.folder(0)).ok()?);
        (leaves == [1, 1]).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, again).is_some(), "{}", said(&nodes, 0));
    let found = client(&nodes, 0).readiness().unwrap();
    assert!(!found.ready, "{found:?}");
    assert!(format!("{:?}", found.reasons).contains("is revoked"), "{found:?}");
    let seen = client(&nodes, 2).peer("la.mps").unwrap().credential_standing;
    assert_eq!(seen.as_deref(), Some("revoked"));
    let kept = world.folder(0).join("revocations");
    assert_eq!(fs::read_dir(kept).unwrap().count(), 1, "commands of the stopped node look there");
    let refused = client(&nodes, 0).submit(report(1, "signed with a dead key").as_bytes(), None);
    assert!(format!("{refused:?}").contains("CredentialEnds"), "{refused:?}");

    // New keys, a new credential; the node goes on by itself.
    let second = renew(&world, 0, &["node", "rotate"], (clock::now(), 30));
    adopt(&world, 0, &second);
    let renewed = || {
        let leaves = renewal::starts(&Client::in_directory(world.folder(0)).ok()?);
        leaves.contains(&2).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, renewed).is_some(), "{}", said(&nodes, 0));

    // Who was away hears of it, and the message that waited is taken: it stands below the last good checkpoint.
    nodes[1] = Some(world.ready(1));
    settled(nodes[0].as_ref().unwrap(), &waiting);
    assert!(ids(&client(&nodes, 1), "in").contains(&waiting), "{}", said(&nodes, 1));

    // The thief has every old key, and gets nowhere.
    let thief = Forger::new(&world, 0, 1);
    assert!(thief.is_turned_away(), "{}", said(&nodes, 1));

    // What came before stays valid, and both logs say what they know.
    let late = submit(&client(&nodes, 0), 1, "under the new credential");
    settled(nodes[0].as_ref().unwrap(), &late);
    let agreed = evidence::agree(&client(&nodes, 0), &client(&nodes, 1), world.genesis);
    assert!(agreed.problems.is_empty(), "{agreed:?}");
    for which in 0..3 {
        let leaf = |leaf: &LeafDocument| matches!(leaf, LeafDocument::Revocation { .. });
        let knows = || evidence::leaves(&client(&nodes, which)).iter().any(leaf).then_some(());
        assert!(wait::for_up_to(WITHIN, knows).is_some(), "{}", said(&nodes, which));
        let report = evidence::verified(&evidence::bundle(&client(&nodes, which)), world.genesis);
        assert_eq!((report.problems.count(), report.counts.revocations), (0, 1), "{which}");
    }
    // What a revoked key signed beyond the last good checkpoint, the log itself disowns.
    let own = evidence::verified(&evidence::bundle(&client(&nodes, 0)), world.genesis);
    assert!(own.disowned.iter().all(|part| part.from.get() == head.size), "{:?}", own.disowned);
    let peer = evidence::verified(&evidence::bundle(&client(&nodes, 1)), world.genesis);
    assert_eq!(peer.counts.by_place, 1);
    // Nobody takes an honest member for a liar because a witness or a key that counted then counts no more.
    for which in 0..3 {
        assert!(!said(&nodes, which).contains("was not taken"), "{}", said(&nodes, which));
    }
}

#[test]
fn an_agency_that_was_away_for_longer_than_the_overlap_comes_back_by_introduction() {
    // shows: env-30, wire-37
    let world = Federation::of("away", &AGENCIES[..2]);
    for agency in &world.agencies {
        agency.set("clock_tolerance_minutes", 0);
    }
    let nodes = world.all_ready();
    let [la, mm] = <[Daemon; 2]>::try_from(nodes).unwrap();
    mm.stop();
    let old = submit(&la.client(), 1, "written under the first credential");

    // The first credential is followed by two more, with other keys each, while mm sees none of it.
    for serial in [2, 3] {
        let next = renew(&world, 0, &["node", "rotate"], (clock::now(), 30));
        adopt(&world, 0, &next);
        let in_use = || {
            let leaves = renewal::starts(&Client::in_directory(world.folder(0)).ok()?);
            leaves.contains(&serial).then_some(())
        };
        assert!(wait::for_up_to(WITHIN, in_use).is_some(), "{}", la.said());
    }
    // What mm holds of la has ended by the time it comes back.
    let verified = credential::verify(&world.agencies[0].credential, &world.charter).unwrap();
    let held = NodeFolder::credential(
        &world.agencies[1].folder.peers(),
        &world.agencies[0].id,
        Serial::new(1),
    );
    assert!(held.exists());
    assert_eq!(verified.serial(), Serial::new(1));
    let mm = world.ready(1);

    settled(&la, &old);
    settled(&mm, &submit(&mm.client(), 0, "and an answer"));
    let serial = mm.client().peer(AGENCIES[0]).unwrap().serial;
    assert_eq!(serial, Some(3), "{}", mm.said());
    let agreed = evidence::agree(&la.client(), &mm.client(), world.genesis);
    assert!(agreed.problems.is_empty(), "{agreed:?}");
}

#[test]
fn an_agency_whose_credential_ran_out_while_it_was_away_comes_back_with_what_waited() {
    // shows: env-30, id-33, wire-20, wire-37
    let world = Federation::of("ran-out", &AGENCIES[..2]);
    // The first credential of mm counts for half a minute.
    let short = Credential {
        not_after: clock::now().after(Span::from_millis(30_000)),
        ..document(&world, 1)
    };
    let signed = credential::sign(&short, &world.agencies[1].root).unwrap();
    for (agency, into) in
        [(1, world.agencies[1].folder.own()), (0, world.agencies[0].folder.peers())]
    {
        let path = NodeFolder::credential(&into, &world.agencies[1].id, Serial::new(1));
        fs::write(path, &signed).unwrap();
        world.agencies[agency].set("clock_tolerance_minutes", 0);
        world.agencies[agency].set("greeting_wait_ms", 300);
    }
    let nodes = world.all_ready();
    let [la, mm] = <[Daemon; 2]>::try_from(nodes).unwrap();
    settled(&mm, &submit(&mm.client(), 0, "while it counts"));
    la.stop();
    let waits = submit(&mm.client(), 0, "waits at mm");
    mm.stop();
    let la = world.ready(0);
    let answer = submit(&la.client(), 1, "waits at la");

    // Time passes; what la holds of mm counts no more.
    let ran_out = || (clock::now() > short.not_after).then_some(());
    assert!(wait::for_up_to(WITHIN, ran_out).is_some());
    let second = renew(&world, 1, &["node", "rotate"], (clock::now(), 30));
    adopt(&world, 1, &second);
    let mm = world.ready(1);

    settled(&mm, &waits);
    settled(&la, &answer);
    assert_eq!(la.client().peer(AGENCIES[1]).unwrap().serial, Some(2), "{}", la.said());
    let agreed = evidence::agree(&la.client(), &mm.client(), world.genesis);
    assert!(agreed.problems.is_empty(), "{agreed:?}");
}

#[test]
fn a_member_that_only_dials_exchanges_both_ways_and_finds_a_peer_that_moved() {
    // shows: id-50, id-51, wire-83
    let world = Federation::of("dials", &AGENCIES[..2]);
    // Nobody can reach la: its credential names no address.
    let mut silent = document(&world, 0);
    silent.serial = Serial::new(2);
    silent.addresses = Vec::new();
    silent.not_before = silent.not_before.after(Span::from_millis(1));
    let silent = credential::sign(&silent, &world.agencies[0].root).unwrap();
    for (agency, into) in
        [(0, world.agencies[0].folder.own()), (1, world.agencies[1].folder.peers())]
    {
        let path = NodeFolder::credential(&into, &world.agencies[0].id, Serial::new(2));
        fs::write(path, &silent).unwrap();
        world.agencies[agency].set("greeting_wait_ms", 300);
    }
    let nodes = world.all_ready();
    let [la, mm] = <[Daemon; 2]>::try_from(nodes).unwrap();
    assert!(mm.client().peer(AGENCIES[0]).unwrap().addresses.is_empty());
    settled(&la, &submit(&la.client(), 1, "out"));
    settled(&mm, &submit(&mm.client(), 0, "back over the same connection"));

    // mm moves: first an address that nobody has, then the new one.
    let port = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let unused = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let (dead, new) = (unused.to_string(), port.to_string());
    concord(&[
        "node",
        "move",
        "--dir",
        path(world.folder(1)),
        "--advertise",
        &dead,
        "--advertise",
        &new,
    ]);
    let told = || {
        (la.client().peer(AGENCIES[1]).ok()?.addresses == [dead.clone(), new.clone()]).then_some(())
    };
    assert!(wait::for_up_to(WITHIN, told).is_some(), "{}", la.said());
    mm.stop();
    world.agencies[1].set("listen", format!("\"{new}\""));
    let mm = world.ready(1);

    settled(&la, &submit(&la.client(), 1, "to the new address"));
    settled(&mm, &submit(&mm.client(), 0, "and back"));
}

/// Asks for the next credential by a command, and has the root sign it.
fn renew(world: &Federation, which: usize, command: &[&str], times: (Timestamp, u32)) -> PathBuf {
    renewal::grant(world.folder(which), command, &world.agencies[which].root, times)
}

fn adopt(world: &Federation, which: usize, signed: &Path) {
    renewal::adopt(world.folder(which), signed);
}

fn document(world: &Federation, which: usize) -> Credential {
    let verified = credential::verify(&world.agencies[which].credential, &world.charter).unwrap();
    verified.credential().clone()
}

fn report(to: usize, mark: &str) -> String {
    letter::report(&[AGENCIES[to]], mark).to_string()
}

fn submit(client: &Client, to: usize, mark: &str) -> String {
    client.submit(report(to, mark).as_bytes(), None).unwrap().message.id
}

fn settled(node: &Daemon, id: &str) {
    let done = || {
        let found = Client::in_directory(node.folder()).ok()?.message(id).ok()?;
        found.deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
    };
    let found = || node.client().message(id).map(|found| found.deliveries);
    assert!(wait::for_up_to(WITHIN, done).is_some(), "{id}: {:?}\n{}", found(), node.said());
}

fn refusals(client: &Client) -> Vec<LeafDocument> {
    let refused = |leaf: &LeafDocument| matches!(leaf, LeafDocument::Refused { .. });
    evidence::leaves(client).into_iter().filter(refused).collect()
}

fn ids(client: &Client, direction: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = Page { direction: Some(direction.to_owned()), limit: Some(100), cursor };
        let list = client.messages(&page).unwrap();
        found.extend(list.items.into_iter().map(|message| message.id));
        cursor = list.next;
        if cursor.is_none() {
            return found;
        }
    }
}

fn client(nodes: &[Option<Daemon>], which: usize) -> Client {
    nodes[which].as_ref().unwrap().client()
}

fn said(nodes: &[Option<Daemon>], which: usize) -> String {
    nodes[which].as_ref().map(Daemon::said).unwrap_or_default()
}

fn concord(arguments: &[&str]) {
    let output = shell::concord(Path::new("."), arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
