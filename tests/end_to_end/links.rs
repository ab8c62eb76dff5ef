//! How nodes come to know each other, and what they wait for.

use std::fs;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::cli::passphrase::PassphraseFrom;
use concord_node::cli::stopped;
use concord_node::settings::folder::NodeFolder;
use concord_protocol::identity::credential;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Span;
use harness::daemon::Daemon;
use harness::daemon::READY_WITHIN;
use harness::federation::Acquaintance;
use harness::federation::Federation;
use harness::letter;
use harness::wait;

const AGENCIES: [&str; 3] = ["la.mps", "mm.mpf", "th.rtp"];

#[test]
fn a_node_learns_the_credentials_that_it_lacks_from_a_peer() {
    // shows: wire-36
    let world = Federation::with("learns", &AGENCIES, Acquaintance::Nobody);
    let (la, mm) = (world.ready(0), world.ready(1));
    admit(&la.client(), &world, &[1, 2]);
    admit(&mm.client(), &world, &[0]);

    let learned = wait::for_up_to(READY_WITHIN, || {
        mm.client().peer(AGENCIES[2]).unwrap().serial.filter(|serial| *serial == 1)
    });

    assert_eq!(learned, Some(1), "{}", mm.said());
}

#[test]
fn a_stranger_introduces_itself_and_is_known_from_then_on() {
    // shows: promise-6
    let world = Federation::with("introduces", &AGENCIES[..2], Acquaintance::Nobody);
    let (la, mm) = (world.ready(0), world.ready(1));

    admit(&la.client(), &world, &[1]);

    assert!(connected(&mm.client(), AGENCIES[0]), "{}", mm.said());
    assert!(connected(&la.client(), AGENCIES[1]), "{}", la.said());
}

#[test]
fn a_starting_node_waits_for_greetings_and_answers_nothing_before_its_started_leaf() {
    // shows: eng-7, link-11
    let world = Federation::of("waits", &AGENCIES[..2]);
    let la = world.ready(0);
    let sent =
        la.client().submit(letter::report(&[AGENCIES[1]], "early").to_string().as_bytes(), None);
    let id = sent.unwrap().message.id;
    world.agencies[1].set("greeting_wait_ms", 60_000);

    let mut mm = Daemon::start(world.folder(1));
    mm.wait_ready();

    let delivered = wait::for_up_to(READY_WITHIN, || la.client().receipt(&id, AGENCIES[1]).ok());
    assert!(delivered.is_some(), "{}", mm.said());
    let entries = mm.client().entries(0, None).unwrap().items;
    let kinds = |n: usize| format!("{:?}", entries[n].leaf);
    assert!(kinds(0).contains("Started"), "{}", kinds(0));
    assert!(kinds(1).contains("Received"), "{}", kinds(1));
}

#[test]
fn a_peer_whose_credential_has_expired_is_told_so_and_exchanges_nothing() {
    // shows: wire-37
    let world = Federation::of("expired", &AGENCIES[..2]);
    let expired = {
        let la = &world.agencies[0];
        let verified = credential::verify(&la.credential, &world.charter).unwrap();
        let mut ended = verified.credential().clone();
        ended.not_before = ended.not_before.before(Span::from_days(2));
        ended.not_after = ended.not_before.after(Span::from_days(1));
        credential::sign(&ended, &la.root).unwrap()
    };
    for into in [world.agencies[0].folder.own(), world.agencies[1].folder.peers()] {
        let path = NodeFolder::credential(&into, &world.agencies[0].id, Serial::new(1));
        fs::write(path, &expired).unwrap();
    }
    let (la, mm) = (Daemon::start(world.folder(0)), world.ready(1));

    let own = || Client::in_directory(world.folder(0)).ok();
    let told = wait::for_up_to(READY_WITHIN, || {
        let trouble = own()?.peer(AGENCIES[1]).ok()?.trouble;
        trouble.filter(|trouble| trouble.contains("expired-credential"))
    });
    assert!(told.is_some(), "{}", la.said());
    assert!(!own().unwrap().readiness().unwrap().ready, "it says of itself that it does not count");
    assert!(!mm.client().peer(AGENCIES[0]).unwrap().connected);
}

fn admit(client: &Client, world: &Federation, peers: &[usize]) {
    for peer in peers {
        client.admit(&world.agencies[*peer].credential).unwrap();
    }
}

fn connected(client: &Client, agency: &str) -> bool {
    wait::for_up_to(READY_WITHIN.max(Duration::from_secs(60)), || {
        client.peer(agency).unwrap().connected.then_some(())
    })
    .is_some()
}

#[test]
fn the_log_of_a_stopped_node_is_read_from_its_directory() {
    let world = Federation::of("stopped", &AGENCIES[..2]);
    let la = world.ready(0);
    la.client()
        .submit(letter::report(&[AGENCIES[1]], "late").to_string().as_bytes(), None)
        .unwrap();
    let (size, root) = {
        let head = la.client().head().unwrap();
        (head.size, head.root)
    };
    la.stop();

    let asked = stopped::open(world.folder(0), &PassphraseFrom::default()).unwrap();
    let head = asked.client().head().unwrap();
    let bundle = harness::evidence::bundle(asked.client());

    assert_eq!((head.size, head.root), (size, root));
    assert_eq!(harness::evidence::verified(&bundle, world.genesis).head.size.get(), size);
    let refused =
        asked.client().submit(letter::report(&[AGENCIES[1]], "no").to_string().as_bytes(), None);
    assert!(refused.is_err(), "a stopped node takes nothing");
}
