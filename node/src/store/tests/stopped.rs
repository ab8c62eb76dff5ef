//! The log of a stopped node: read from its journal, whatever became of the rest, and changed by nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use serde_bytes::ByteBuf;

use crate::store::Batch;
use crate::store::Store;
use crate::store::journal::chapters::Chapters;
use crate::store::recover::OpenError;
use crate::store::stopped;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Folder;
use crate::store::tests::fixture::SETTINGS;
use crate::store::tests::fixture::World;
use crate::store::tests::fixture::known;

fn held(peer: &str, size: u64) -> Record {
    let (peer, size) = (fixture::agency(peer), TreeSize::new(size));
    let root = known(size.get()).digest;
    Record::PeerHead(PeerHeadRecord { peer, size, root, note: ByteBuf::from(b"note".to_vec()) })
}

/// A node that committed some and was stopped.
fn stopped() -> (Folder, World) {
    let (folder, mut world) = (Folder::new(), World::default());
    let (mut store, _) = Store::open(&folder.0, SETTINGS, fixture::storage()).unwrap();
    for (count, size) in [(1, 5), (300, 9), (7, 12)] {
        store.commit(world.batch(count)).unwrap();
        let records = vec![held("th.rtp", size), held("mm.mpf", size / 2)];
        store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    }
    store.close().unwrap();
    (folder, world)
}

fn bytes_below(folder: &Path) -> BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(bytes_below(&entry));
        } else if !entry.ends_with("lock") {
            found.insert(entry.clone(), fs::read(&entry).unwrap());
        }
    }
    found
}

#[test]
fn a_stopped_log_is_read_without_the_embedded_store_and_nothing_is_changed() {
    // shows: store-17
    let (folder, world) = stopped();
    fs::remove_dir_all(folder.0.join("store")).unwrap();
    fs::remove_dir_all(folder.0.join("bodies")).unwrap();
    let before = bytes_below(&folder.0);

    let log = stopped::open(&folder.0).unwrap();

    assert_eq!((&log.tree, log.head.as_ref().unwrap().root), (&world.tree, world.tree.root()));
    let peers: Vec<(String, u64)> =
        log.notes.held.iter().map(|held| (held.peer.to_string(), held.size.get())).collect();
    assert_eq!(peers, [("mm.mpf".to_owned(), 6), ("th.rtp".to_owned(), 12)]);
    let last = Chapters::of(&log.journal).leaves(LeafIndex::new(world.messages - 1), 1);
    assert_eq!(last.unwrap(), [known(world.messages - 1).leaf]);
    assert_eq!(bytes_below(&folder.0), before);
}

#[test]
fn a_torn_last_record_is_left_out_and_left_alone_unless_it_was_acknowledged() {
    let (folder, world) = stopped();
    let journal = folder.0.join("journal/0000000000000001.journal");
    let whole = fs::read(&journal).unwrap();
    fs::write(&journal, [&whole[..], &[0, 0, 1, 0, 0, 0]].concat()).unwrap();
    assert_eq!(stopped::open(&folder.0).unwrap().tree, world.tree);

    fs::write(&journal, &whole[..whole.len() - 3]).unwrap();
    let short = stopped::open(&folder.0).unwrap_err();
    assert!(matches!(short, OpenError::JournalShort { found: 5, known: 6 }), "{short}");

    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    fs::write(&journal, damaged).unwrap();
    assert!(matches!(stopped::open(&folder.0).unwrap_err(), OpenError::Journal(_)));
}

#[test]
fn a_running_node_and_a_directory_that_is_none_are_refused() {
    let (folder, _) = stopped();
    let running = Store::open(&folder.0, SETTINGS, fixture::storage()).unwrap();
    assert!(matches!(stopped::open(&folder.0).unwrap_err(), OpenError::Locked { .. }));
    drop(running);
    let reading = stopped::open(&folder.0).unwrap();
    let starting = Store::open(&folder.0, SETTINGS, fixture::storage());
    assert!(matches!(starting.unwrap_err(), OpenError::Locked { .. }));
    drop(reading);

    let empty = Folder::new();
    assert!(matches!(stopped::open(&empty.0).unwrap_err(), OpenError::NoFormat));
}
