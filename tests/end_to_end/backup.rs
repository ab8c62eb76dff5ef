//! Backups of real nodes: made while one runs, restored into a new folder, and what an erasure means for them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Status;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_node::store::read::ReadError;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::digest::Digest;
use harness::daemon::Daemon;
use harness::federation::Federation;
use harness::letter;
use harness::shell;
use harness::wait;
use serde_json::Value;

#[test]
fn an_erased_body_does_not_come_back_from_a_backup_without_keys_and_with_them_until_their_day() {
    // shows: bak-1, bak-2, bak-4, bak-5, bak-6, era-9
    let world = Federation::of("backup-erased", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let client = nodes[0].client();
    let (erased, kept) = (written(&client, "is erased later"), written(&client, "is kept"));
    let digest = |id: &str| Digest::parse(&client.message(id).unwrap().digest).unwrap();
    let (erased_digest, kept_digest) = (digest(&erased), digest(&kept));

    // The node runs while it is copied.
    let folder = world.folder(0).to_str().unwrap().to_owned();
    let made = concord(
        world.path(),
        &["backup", "create", "--dir", &folder, "--out", "data", "--keys-out", "keys", "--json"],
    );
    let until = made["until"].as_str().unwrap().to_owned();
    for file in ["data", "keys"] {
        let found = concord(world.path(), &["backup", "verify", file, "--json"]);
        assert_eq!(found["content"], file);
    }
    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "A-17")];
    let erasure = client.erase(&erased, demand).unwrap();
    assert_eq!(erasure.keys_until, Some(until), "the leaf says until when a copy of the key lives");
    nodes.into_iter().for_each(|node| assert!(node.stop().success()));

    concord(world.path(), &["backup", "restore", "--from", "data", "--dir", "without", "--json"]);
    let without = world.path().join("without");
    assert!(!without.join("keys").exists(), "role keys are not in a data backup");
    let (store, _) = open(&world, &without);
    for digest in [&erased_digest, &kept_digest] {
        assert!(matches!(store.reader().body(digest), Err(ReadError::BodyLost)));
        assert!(store.reader().message(digest).unwrap().is_some(), "headers are there");
    }
    drop(store);

    let restore =
        ["backup", "restore", "--from", "data", "--keys", "keys", "--dir", "with", "--json"];
    concord(world.path(), &restore);
    let (store, _) = open(&world, &world.path().join("with"));
    for digest in [&erased_digest, &kept_digest] {
        assert!(store.reader().body(digest).unwrap().is_some(), "as the leaf says: until that day");
    }
    drop(store);

    // Made after the erasure: neither data nor keys know the body.
    let later = ["--out", "data-2", "--keys-out", "keys-2", "--json"];
    concord(world.path(), &[&["backup", "create", "--dir", &folder], &later[..]].concat());
    let restore =
        ["backup", "restore", "--from", "data-2", "--keys", "keys-2", "--dir", "later", "--json"];
    concord(world.path(), &restore);
    let (store, _) = open(&world, &world.path().join("later"));
    assert!(matches!(store.reader().body(&erased_digest), Err(ReadError::BodyLost)));
    assert!(store.reader().body(&kept_digest).unwrap().is_some());
}

#[test]
fn a_restored_node_signs_nothing_before_its_peers_have_spoken() {
    // shows: bak-9, bak-10
    let world = Federation::of("backup-restored", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let client = nodes[0].client();
    written(&client, "before the backup");
    let folder = world.folder(0).to_str().unwrap().to_owned();
    let create =
        ["backup", "create", "--dir", &folder, "--out", "data", "--with-role-keys", "--json"];
    let size = concord(world.path(), &create)["size"].as_u64().unwrap();
    written(&client, "after the backup");
    drop(client);
    let mut nodes = nodes.into_iter();
    assert!(nodes.next().unwrap().stop().success());
    // Without its mirror nobody can give back what is missing, and the doubt lasts.
    assert!(nodes.next().unwrap().stop().success());
    fs::remove_dir_all(world.folder(1).join("mirrors")).unwrap();
    let peer = world.ready(1);

    concord(world.path(), &["backup", "restore", "--from", "data", "--dir", "restored", "--json"]);
    let restored = world.path().join("restored");
    let node = Daemon::start(&restored);

    // The peer has a message that the data lack, and perhaps a newer checkpoint: never may another one be signed.
    let met = || node.said().contains("peer=mm.mpf").then_some(());
    wait::for_up_to(Duration::from_secs(60), met).expect("the peer is met");
    let doubtful = || {
        let client = Client::in_directory(&restored).ok()?;
        let readiness = client.readiness().ok()?;
        let text = format!("{:?}", readiness.reasons);
        let doubt = text.contains("quarantine") || text.contains("probing");
        (!readiness.ready && doubt).then(|| client.head().unwrap().size)
    };
    let found = wait::for_up_to(Duration::from_secs(60), doubtful);
    assert_eq!(found, Some(size), "{}", node.said());
    // It stays so.
    let signs = || (doubtful() != Some(size)).then_some(());
    assert_eq!(wait::for_up_to(Duration::from_secs(8), signs), None, "{}", node.said());
    drop(peer);
}

#[test]
fn a_mirror_that_was_restored_without_what_it_kept_is_sent_all_of_it_again() {
    // shows: bak-1, rst-23
    let world = Federation::of("backup-mirror", &["la.mps", "mm.mpf"]);
    let nodes = world.all_ready();
    let owner = nodes[0].client();
    written(&owner, "kept by the mirror");
    assert!(mirrored(&owner), "{:?}", owner.peers());
    let mut nodes = nodes.into_iter();
    let (_owner, mirror) = (nodes.next().unwrap(), nodes.next().unwrap());
    assert!(mirror.stop().success());
    assert!(holds_files(&world.folder(1).join("mirrors")));
    let folder = world.folder(1).to_str().unwrap().to_owned();
    let create =
        ["backup", "create", "--dir", &folder, "--out", "data", "--with-role-keys", "--json"];
    concord(world.path(), &create);
    concord(world.path(), &["backup", "restore", "--from", "data", "--dir", "restored", "--json"]);
    let restored = world.path().join("restored");
    assert!(!holds_files(&restored.join("mirrors")), "a backup leaves out what is others'");

    let _restored = Daemon::start(&restored);

    let again = || (holds_files(&restored.join("mirrors")) && mirrored(&owner)).then_some(());
    assert!(wait::for_up_to(Duration::from_secs(60), again).is_some(), "{:?}", owner.peers());
}

/// Whether a peer keeps the whole log.
fn mirrored(client: &Client) -> bool {
    let kept = || {
        let size = client.head().ok()?.size;
        let peers = client.peers().ok()?.items;
        peers.iter().any(|peer| peer.connected && peer.mirrored_size == Some(size)).then_some(())
    };
    wait::for_up_to(Duration::from_secs(60), kept).is_some()
}

fn holds_files(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().is_file() || holds_files(&entry.path()))
    })
}

fn written(client: &Client, mark: &str) -> String {
    let text = letter::report(&["mm.mpf"], mark).to_string();
    let id = client.submit(text.as_bytes(), None).unwrap().message.id;
    let receipted = || {
        let found = client.message(&id).unwrap();
        (found.deliveries[0].status == Status::Receipted).then_some(())
    };
    wait::for_up_to(Duration::from_secs(60), receipted).expect("a receipt comes");
    id
}

fn concord(folder: &Path, arguments: &[&str]) -> Value {
    let done = shell::concord(folder, arguments);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{arguments:?}: {said}");
    serde_json::from_slice(&done.stdout).unwrap()
}

fn open(world: &Federation, dir: &Path) -> (Store, concord_node::store::recover::Recovered) {
    let storage = ContentKey::from_bytes(*world.agencies[0].keys.storage);
    let settings = StoreSettings { reserve_bytes: 0, low_bytes: 0, ..StoreSettings::default() };
    assert!(fs::metadata(dir.join("state/head")).is_err(), "no head comes back");
    Store::open(dir, settings, storage).unwrap()
}
