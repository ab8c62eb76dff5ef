//! Erased bodies: gone from the disk when the call returns, or at the next start; and no other body with them.

use std::fs;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::DueRecord;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

use crate::store::Batch;
use crate::store::Store;
use crate::store::read::ReadError;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Chance;
use crate::store::tests::fixture::Folder;
use crate::store::tests::fixture::SETTINGS;
use crate::store::tests::fixture::World;

/// Bytes of the second body as it stands in its segment, and of its slot.
const SECOND: usize = 1;

#[test]
fn keys_and_bytes_are_zeros_when_the_call_returns_and_other_bodies_stand() {
    // shows: store-40, store-41
    let (folder, mut world) = (Folder::new(), World::default());
    let (mut store, _) = Store::open(&folder.0, SETTINGS, fixture::storage()).unwrap();
    store.commit(world.batch(3)).unwrap();
    let segment = folder.0.join("bodies/00000001.bodies");
    let before = fs::read(&segment).unwrap();
    let message = fixture::known(1).digest;
    store.commit(erasure(message, 3)).unwrap();

    store.destroy(&[message]).unwrap();

    assert!(matches!(store.reader().body(&message), Err(ReadError::BodyLost)));
    for number in [0, 2] {
        assert!(store.reader().body(&fixture::known(number).digest).unwrap().is_some());
    }
    let after = fs::read(&segment).unwrap();
    let len = fixture::known(0).sealed.len() + 16;
    let (start, end) = (40 + len, 40 + len + fixture::known(1).sealed.len() + 16);
    assert_eq!(after.len(), before.len());
    assert!(after[start..end].iter().all(|byte| *byte == 0));
    assert_eq!((&after[..start], &after[end..]), (&before[..start], &before[end..]));
    let slots = fs::read(folder.0.join("bodies/slots")).unwrap();
    assert!(slots[128 * 2..128 * 3].iter().all(|byte| *byte == 0));
    assert!(slots[128..128 * 2].iter().any(|byte| *byte != 0));
}

#[test]
fn what_a_crash_interrupts_is_finished_at_the_next_start_wherever_it_came() {
    // shows: store-42
    for (calls, seed) in (0..10).flat_map(|calls| (0..4).map(move |seed| (calls, seed))) {
        let (disk, shelf, mut world) =
            (FakeDisk::default(), FakeShelf::default(), World::default());
        let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
        store.commit(world.batch(3)).unwrap();
        let message = fixture::known(1).digest;
        store.commit(erasure(message, 3)).unwrap();
        disk.fail_after(calls);
        let done = store.destroy(&[message]).is_ok();
        let mut chance = Chance(seed);
        let (disk, shelf) = (disk.crash(|| chance.draw()), shelf.crash(u64::MAX));
        if done {
            assert_gone(&disk);
        }

        let (store, _) = fixture::open(&disk, &shelf).unwrap();

        assert_gone(&disk);
        assert!(matches!(store.reader().body(&message), Err(ReadError::BodyLost)));
        for number in [0, 2] {
            assert!(store.reader().body(&fixture::known(number).digest).unwrap().is_some());
        }
    }
}

#[test]
fn finished_erasures_are_not_gone_through_again_unless_the_rows_are_made_again() {
    // shows: store-42
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
    store.commit(world.batch(3)).unwrap();
    let message = fixture::known(1).digest;
    store.commit(erasure(message, 3)).unwrap();
    store.destroy(&[message]).unwrap();
    // The next commit carries the mark.
    store.commit(world.batch(1)).unwrap();
    drop(store);

    let (store, _) = fixture::open(&disk, &shelf).unwrap();
    assert_eq!(store.destroyed, Some(LeafIndex::new(3)));
    let (again, _) = fixture::open(&disk.kill(), &FakeShelf::default()).unwrap();
    assert_eq!(again.destroyed, Some(LeafIndex::new(3)), "found again from the journal alone");
    assert_gone(&disk);
}

#[test]
fn bodies_that_are_due_are_found_in_the_order_of_their_days_a_page_at_a_time() {
    // shows: era-4
    let (mut store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    let due = |text: &str, leaf: u64| DueRecord {
        day: CivilDate::parse(text).unwrap(),
        leaf: LeafIndex::new(leaf),
        message: fixture::known(leaf).digest,
    };
    let days = ["2027-02-01", "2026-12-31", "2027-01-31", "2026-12-31", "2027-01-01"];
    let all: Vec<DueRecord> = (0..).zip(days).map(|(leaf, day)| due(day, leaf)).collect();
    let records = all.iter().copied().map(Record::Due).collect();
    store.commit(Batch { records, bodies: Vec::new() }).unwrap();
    let reader = store.reader();
    let through = CivilDate::parse("2027-01-31").unwrap();

    let first = reader.due((None, through), None, 3).unwrap();
    let rest = reader.due((None, through), first.last(), 3).unwrap();
    let later = reader.due((Some(due("2027-01-01", 0).day), through), None, 9).unwrap();

    assert_eq!(first, [all[1], all[3], all[4]]);
    assert_eq!(rest, [all[2]]);
    assert_eq!(later, [all[4], all[2]]);
}

#[test]
fn only_copies_of_keys_that_are_alive_are_named() {
    // shows: bak-5
    let (mut store, _) = fixture::open(&FakeDisk::default(), &FakeShelf::default()).unwrap();
    let copy = |at: u64, until: u64| KeyBackupRecord {
        at: Timestamp::from_millis(at),
        until: Timestamp::from_millis(until),
        size: TreeSize::new(at),
    };
    let copies = [copy(1, 100), copy(2, 50), copy(3, 200)];
    let records = copies.iter().copied().map(Record::KeyBackup).collect();
    store.commit(Batch { records, bodies: Vec::new() }).unwrap();

    let alive = |now| store.reader().key_backups(Timestamp::from_millis(now)).unwrap();

    assert_eq!(alive(10), [copies[1], copies[0], copies[2]]);
    assert_eq!(alive(101), [copies[2]]);
    assert_eq!(alive(201), []);
}

fn erasure(message: Digest, leaf: u64) -> Batch {
    let record = ErasureRecord {
        message,
        leaf: LeafIndex::new(leaf),
        cause: EraseCause::Order,
        basis: BasisCode::parse("EX-1").unwrap(),
        officer: StaffNumber::parse("A-1").unwrap(),
        keys_until: None,
        at: Timestamp::from_millis(1),
    };
    Batch { records: vec![Record::Erasure(record)], bodies: Vec::new() }
}

/// The second body and its keys are zeros.
fn assert_gone(disk: &FakeDisk) {
    let slots = disk.bytes(&fixture::place("bodies/slots"));
    let slot = &slots[128 * (SECOND + 1)..128 * (SECOND + 2)];
    assert!(slot.iter().all(|byte| *byte == 0), "the keys stand");
    let segment = disk.bytes(&fixture::place("bodies/00000001.bodies"));
    let start = 40 + fixture::known(0).sealed.len() + 16;
    let body = &segment[start..start + fixture::known(1).sealed.len() + 16];
    assert!(body.iter().all(|byte| *byte == 0), "the bytes stand");
}
