//! A disk that fills up.

use std::path::Path;
use std::sync::Arc;

use crate::store::CommitError;
use crate::store::Store;
use crate::store::StoreSettings;
use crate::store::reserve::Room;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::World;

const MIB: u64 = 1024 * 1024;

fn open(disk: &FakeDisk, shelf: &FakeShelf, reserve_bytes: u64, low_bytes: u64) -> Store {
    let settings = StoreSettings { reserve_bytes, low_bytes, ..fixture::SETTINGS };
    Store::open_on(
        Arc::new(disk.clone()),
        shelf,
        (Path::new(fixture::DIR), settings),
        fixture::storage(),
    )
    .unwrap()
    .0
}

#[test]
fn low_is_said_while_commits_still_succeed() {
    // shows: store-14
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    disk.set_capacity(8 * MIB);
    let mut store = open(&disk, &shelf, MIB, 2 * MIB);
    assert_eq!(store.room(), Room::Ample);

    disk.set_capacity(disk.used() + 2 * MIB - 1);

    assert_eq!((store.room(), store.reader().room()), (Room::Low, Room::Low));
    store.commit(world.batch(3)).unwrap();
}

#[test]
fn a_full_disk_gets_the_reserve_and_the_commit_goes_on() {
    // shows: store-14
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    disk.set_capacity(8 * MIB);
    // No limit above zero: the reserve is given back by the write that finds the disk full.
    let mut store = open(&disk, &shelf, MIB, 0);
    store.commit(world.batch(1)).unwrap();

    disk.set_capacity(disk.used());
    store.commit(world.batch(20)).unwrap();

    assert_eq!(store.room(), Room::Low);
    fixture::assert_holds(&store.reader(), &world);
    disk.set_capacity(8 * MIB);
    assert_eq!(store.room(), Room::Low, "the reserve is still away");
    store.flush().unwrap();
    assert_eq!(store.room(), Room::Ample);
}

#[test]
fn the_reserve_is_given_back_before_anything_below_meets_a_full_disk() {
    // shows: store-14
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    disk.set_capacity(8 * MIB);
    let mut store = open(&disk, &shelf, MIB, 2 * MIB);
    let before = disk.used();
    disk.set_capacity(before + MIB / 4);

    store.commit(world.batch(1)).unwrap();

    assert!(disk.used() < before);
    assert_eq!(store.room(), Room::Low);
}

#[test]
fn a_full_disk_without_a_reserve_stops_the_store_and_loses_nothing() {
    // shows: store-13, store-14
    let (disk, shelf, mut world) = (FakeDisk::default(), FakeShelf::default(), World::default());
    let mut store = open(&disk, &shelf, 0, 0);
    store.commit(world.batch(5)).unwrap();
    let acknowledged = world.clone();

    for spare in (0..40_000).step_by(1111) {
        disk.set_capacity(disk.used() + spare);
        let failed = store.commit(world.batch(200)).unwrap_err();
        assert!(matches!(failed, CommitError::Bodies(_) | CommitError::Journal(_)));

        disk.set_capacity(u64::MAX);
        store = open(&disk, &shelf, 0, 0);
        fixture::assert_holds(&store.reader(), &acknowledged);
        world = acknowledged.clone();
    }
}
