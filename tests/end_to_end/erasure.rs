//! Bodies erased on three real nodes; then every raw file is read.

use std::fs;
use std::path::Path;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::BodyState;
use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use concord_node::store::Batch;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_protocol::codec;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::RetiredRecord;
use concord_protocol::message::time::CivilDate;
use harness::evidence;
use harness::federation::Federation;
use harness::letter;
use harness::raw::Needles;
use harness::shell;
use harness::wait;

/// Nothing else on a node's disk has these words.
const WORDS: &str = "the heron stands at the third bend of the river";

const SLOT: usize = 128;
const SEGMENT_HEAD: usize = 40;

#[test]
fn after_an_erasure_no_raw_file_of_any_node_has_content_ciphertext_or_key() {
    // shows: promise-9, era-1, era-2, era-3, era-5, era-8, store-40, store-41, api-20
    let world = Federation::of("erasure", &["la.mps", "mm.mpf", "th.rtp"]);
    world.agencies.iter().for_each(|agency| agency.set("disk_reserve_mib", 16));
    let mut nodes = world.all_ready();
    let text = letter::report(&["mm.mpf", "th.rtp"], WORDS).to_string();
    let id = nodes[0].client().submit(text.as_bytes(), Some("key-1")).unwrap().message.id;
    settled(&nodes[0].client(), &id);
    let digest = Digest::parse(&nodes[0].client().message(&id).unwrap().digest).unwrap();
    nodes.drain(..).for_each(|node| assert!(node.stop().success()));

    let mut secrets = Needles::default();
    let mut visible = Needles::default();
    secrets.add("the content", WORDS.as_bytes());
    let submitted: Value = serde_json::from_str(&text).unwrap();
    let request = digest::sha256(&codec::encode(&submitted).unwrap());
    secrets.add("a digest of the submission", request.as_bytes());
    (0..3).for_each(|which| gather(&world, which, &digest, (&mut secrets, &mut visible)));
    for which in 0..3 {
        assert_eq!(secrets.found_in(world.folder(which)), [] as [String; 0]);
        let standing = visible.found_in(world.folder(which));
        for what in ["sealed at rest", "a key slot"] {
            assert!(standing.iter().any(|found| found.starts_with(what)), "{what}: {standing:?}");
        }
    }

    let mut nodes = world.all_ready();
    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "A-17")];
    for node in &nodes {
        let erased = node.client().erase(&id, demand).unwrap();
        let again = [("cause", "recall"), ("basis", "another"), ("officer", "B-2")];
        assert_eq!(node.client().erase(&id, again).unwrap(), erased, "once is once");
        let refused = node.client().open(&id, "A-1", "investigation").unwrap_err();
        assert_eq!(refused.code, Code::Erased);
        let why = format!("{refused:?}");
        assert!(why.contains("order") && why.contains("EX-2026/7") && why.contains(&erased.at));
        assert_eq!(node.client().message(&id).unwrap().body, BodyState::Erased);
        assert_eq!(node.client().message(&id).unwrap().erasure, Some(erased));
    }
    proofs_hold(&world, &nodes.iter().map(|node| node.client()).collect::<Vec<_>>(), &id);
    nodes.drain(..).for_each(|node| assert!(node.stop().success()));

    for which in 0..3 {
        assert_eq!(visible.found_in(world.folder(which)), [] as [String; 0]);
        assert_eq!(secrets.found_in(world.folder(which)), [] as [String; 0]);
    }
    let nodes = world.all_ready();
    proofs_hold(&world, &nodes.iter().map(|node| node.client()).collect::<Vec<_>>(), &id);
}

#[test]
fn a_body_whose_date_has_passed_is_erased_by_the_node_itself_and_the_command_line_says_so() {
    // shows: era-4
    let world = Federation::of("retention", &["la.mps", "mm.mpf"]);
    let node = world.ready(0);
    let text = letter::report(&["mm.mpf"], "its date has passed").to_string();
    let id = node.client().submit(text.as_bytes(), None).unwrap().message.id;
    let other = letter::report(&["mm.mpf"], "its date lies ahead").to_string();
    let other = node.client().submit(other.as_bytes(), None).unwrap().message.id;
    let message = node.client().message(&id).unwrap();
    assert!(node.stop().success());
    // The clock is not moved, the date is: the day before the first one that a search has not seen.
    let day = CivilDate::parse("2026-01-02").unwrap();
    let due = DueRecord {
        day,
        leaf: concord_protocol::ids::LeafIndex::new(message.log_index),
        message: Digest::parse(&message.digest).unwrap(),
    };
    let (mut store, _) = open(&world, 0);
    let records = vec![Record::Retired(RetiredRecord { through: day.before() }), Record::Due(due)];
    store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    store.close().unwrap();

    let node = world.ready(0);
    let erased =
        wait::for_up_to(Duration::from_secs(30), || node.client().message(&id).unwrap().erasure);

    let erased = erased.expect("the node erases what is due");
    assert_eq!((erased.cause.as_str(), erased.basis.as_str()), ("retention", "handling/erase-by"));
    assert_eq!(erased.officer, "retention");
    assert_eq!(node.client().message(&other).unwrap().body, BodyState::Held);
    let shown = shell::concord(
        world.path(),
        &["message", "show", &id, "--dir", world.folder(0).to_str().unwrap()],
    );
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("by retention on handling/erase-by"), "{shown}");
    // It was never delivered: the recipient gets the header alone.
    let receiver = world.ready(1);
    settled(&node.client(), &other);
    settled(&node.client(), &id);
    assert_eq!(receiver.client().message(&id).unwrap().body, BodyState::Absent);
}

/// What must be gone afterwards: as it stands on the disk, and what opens it.
fn gather(
    world: &Federation,
    which: usize,
    digest: &Digest,
    (secrets, visible): (&mut Needles, &mut Needles),
) {
    let folder = world.folder(which);
    let (store, _) = open(world, which);
    let body = store.reader().body(digest).unwrap().unwrap();
    secrets.add("the sealed body", &body.sealed);
    if let Some(own) = &body.own_key {
        secrets.add("the content key", own.expose());
    }
    drop(store);
    // The only message of this life: its body follows the head of the first segment, its keys the head of the slots.
    let segment = fs::read(folder.join("bodies").join("00000001.bodies")).unwrap();
    visible.add("sealed at rest", &segment[SEGMENT_HEAD..]);
    let slots = fs::read(folder.join("bodies").join("slots")).unwrap();
    let slot = &slots[SLOT..2 * SLOT];
    visible.add("a key slot", &slot[..94]);
    let life = life(folder);
    let bound = [&b"concord/1 key slot"[..], &life, &0_u64.to_be_bytes(), digest.as_bytes()];
    let storage = ContentKey::from_bytes(*world.agencies[which].keys.storage);
    let nonce: &[u8; aead::NONCE_BYTES] = slot[1..13].try_into().unwrap();
    let keys = aead::open(&storage, nonce, &bound.concat(), &slot[13..94]).unwrap();
    secrets.add("the body's key", &keys[..32]);
}

fn open(world: &Federation, which: usize) -> (Store, concord_node::store::recover::Recovered) {
    let storage = ContentKey::from_bytes(*world.agencies[which].keys.storage);
    let settings = StoreSettings { reserve_bytes: 0, low_bytes: 0, ..StoreSettings::default() };
    Store::open(world.folder(which), settings, storage).unwrap()
}

fn life(folder: &Path) -> Vec<u8> {
    let text = fs::read_to_string(folder.join("format")).unwrap();
    let hex = text.lines().nth(1).unwrap().strip_prefix("life ").unwrap();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn settled(client: &Client, id: &str) {
    let receipted = || {
        let found = client.message(id).unwrap();
        found.deliveries.iter().all(|one| one.status == Status::Receipted).then_some(())
    };
    wait::for_up_to(Duration::from_secs(60), receipted).expect("every recipient receipts");
}

/// The erased message is proven as before: by its leaf, by the receipts, by bundles that agree.
fn proofs_hold(world: &Federation, clients: &[Client], id: &str) {
    for (which, client) in clients.iter().enumerate() {
        let folder = world.folder(which).to_str().unwrap();
        let proven =
            shell::concord(world.path(), &["log", "prove", "--message", id, "--dir", folder]);
        assert!(proven.status.success(), "{}", String::from_utf8_lossy(&proven.stderr));
        evidence::verified(&evidence::bundle(client), world.genesis);
    }
    for other in &clients[1..] {
        let held = evidence::agree(&clients[0], other, world.genesis);
        assert_eq!(held.matched, 1);
    }
}
