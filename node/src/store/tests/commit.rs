//! What a commit promises while the node runs.

use std::collections::BTreeMap;

use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Settlement;
use concord_protocol::engine::record::idempotency::IdempotencyRecord;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use proptest::prelude::ProptestConfig;
use proptest::proptest;

use crate::store::Batch;
use crate::store::CommitError;
use crate::store::read::ReadError;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::World;

#[test]
fn a_commit_costs_three_syncs_however_many_messages_and_one_without_bodies() {
    // shows: store-3, store-8
    let (disk, mut world) = (FakeDisk::default(), World::default());
    let (mut store, _) = fixture::open(&disk, &FakeShelf::default()).unwrap();
    store.commit(world.batch(1)).unwrap();

    for count in [1, 64, 500] {
        let before = disk.counts();
        store.commit(world.batch(count)).unwrap();
        let after = disk.counts();
        assert_eq!(
            (after.syncs - before.syncs, after.folder_syncs - before.folder_syncs),
            (3, 0),
            "{count} messages"
        );
    }

    let before = disk.counts();
    store.commit(Batch { bodies: Vec::new(), ..world.batch(10) }).unwrap();
    assert_eq!(disk.counts().syncs - before.syncs, 1);
}

#[test]
fn a_batch_that_could_not_be_read_back_is_not_written() {
    // shows: store-5
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
    store.commit(world.batch(1)).unwrap();
    let before = world.clone();

    let refused = store.commit(world.batch(5_000)).unwrap_err();

    assert!(
        matches!(refused, CommitError::Unwritable),
        "{refused}: more items than a decoder takes"
    );
    drop(store);
    let (store, _) = fixture::open(&disk, &shelf).unwrap();
    fixture::assert_holds(&store.reader(), &before);
}

#[test]
fn a_commit_that_failed_is_the_last_one() {
    // shows: store-13
    let calls = {
        let (disk, mut world) = (FakeDisk::default(), World::default());
        let (mut store, _) = fixture::open(&disk, &FakeShelf::default()).unwrap();
        store.commit(world.batch(1)).unwrap();
        let before = disk.counts();
        store.commit(world.batch(3)).unwrap();
        disk.counts().writes + disk.counts().syncs - before.writes - before.syncs
    };
    assert_eq!(calls, 7, "bodies, slots, journal: a write and a sync each; the head: a write");

    for failing in 0..calls {
        let (disk, mut world) = (FakeDisk::default(), World::default());
        let (mut store, _) = fixture::open(&disk, &FakeShelf::default()).unwrap();
        store.commit(world.batch(1)).unwrap();

        disk.fail_after(failing);
        assert!(store.commit(world.batch(3)).is_err());
        disk.fail_after(u64::MAX);

        assert!(matches!(store.commit(world.batch(1)), Err(CommitError::Stopped)));
        assert!(matches!(store.flush(), Err(CommitError::Stopped)));
        assert!(matches!(store.reader().head(), Err(ReadError::Stopped)));
    }
}

#[test]
fn messages_are_listed_newest_first_and_in_pages() {
    let mut world = World::default();
    let (mut store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    store.commit(world.batch(7)).unwrap();
    let reader = store.reader();
    let leaves = |before: Option<u64>| -> Vec<u64> {
        let messages = reader.messages(before.map(LeafIndex::new), 3).unwrap();
        messages.iter().map(|message| message.leaf.get()).collect()
    };

    assert_eq!(leaves(None), [6, 5, 4]);
    assert_eq!(leaves(Some(4)), [3, 2, 1]);
    assert_eq!(leaves(Some(1)), [0]);
}

#[test]
fn a_settled_delivery_is_found_by_message_and_by_number() {
    let mut world = World::default();
    let (mut store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    store.commit(world.batch(12)).unwrap();
    let (reader, peer) = (store.reader(), fixture::agency("th.rtp"));
    let mut settled = reader.outbound(&peer, Epoch::new(1), LinkNumber::new(3)).unwrap().unwrap();
    settled.settlement = Settlement::Accepted(LeafIndex::new(99), TreeSize::new(100));

    store
        .commit(Batch { records: vec![Record::Outbound(settled.clone())], bodies: Vec::new() })
        .unwrap();

    assert_eq!(reader.deliveries(&settled.message).unwrap(), vec![settled.clone()]);
    let run = reader.outbound_from(&peer, Epoch::new(1), (LinkNumber::new(3), 4)).unwrap();
    let numbers: Vec<u64> = run.iter().map(|record| record.number.get()).collect();
    assert_eq!((numbers, &run[0]), (vec![3, 4, 5, 6], &settled));
}

#[test]
fn an_erased_key_is_the_end_of_its_body_and_of_no_other() {
    // shows: store-9
    let mut world = World::default();
    let (mut store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    store.commit(world.batch(3)).unwrap();

    store.slots.destroy(&[1]).unwrap();

    let read = |number| store.reader().body(&fixture::known(number).digest);
    assert!(matches!(read(1), Err(ReadError::BodyLost)));
    assert!(read(0).unwrap().is_some() && read(2).unwrap().is_some());
}

#[test]
fn the_disk_holds_no_sealed_body_as_it_was_on_the_wire() {
    // shows: store-9
    let (disk, mut world) = (FakeDisk::default(), World::default());
    let (mut store, _) = fixture::open(&disk, &FakeShelf::default()).unwrap();
    store.commit(world.batch(3)).unwrap();

    for path in disk.paths("") {
        let bytes = disk.bytes(&path);
        let found = bytes.windows(9).any(|window| window == b"sealed 2 ");
        let key = bytes.windows(32).any(|window| window == fixture::known(2).own_key);
        assert!(!found && !key, "{}", path.display());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn rows_are_what_a_map_would_hold_before_and_after_a_restart(
        writes in proptest::collection::vec(proptest::collection::vec((0_u8..8, 0_u8..255), 1..6), 1..12),
    ) {
        // shows: store-4
        let disk = FakeDisk::default();
        let shelf = FakeShelf::default();
        let mut model = BTreeMap::new();
        let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
        for batch in &writes {
            let records = batch.iter().map(|(key, value)| {
                let known = fixture::known(u64::from(*value));
                model.insert(*key, known.digest);
                let key = format!("key {key}");
                Record::Idempotency(IdempotencyRecord { key, request: known.digest, message: known.digest })
            });
            store.commit(Batch { records: records.collect(), bodies: Vec::new() }).unwrap();
        }

        // The second embedded store starts from nothing: everything in it comes out of the journal.
        let (again, _) = fixture::open(&disk.kill(), &FakeShelf::default()).unwrap();
        for reader in [store.reader(), again.reader()] {
            for key in 0_u8..8 {
                let found = reader.idempotency(&format!("key {key}")).unwrap().map(|record| record.request);
                assert_eq!(found, model.get(&key).copied());
            }
        }
    }
}
