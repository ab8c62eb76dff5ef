//! The log read from the journal alone: what stands where, in any order of asking.

use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::TileId;

use crate::store::Batch;
use crate::store::Store;
use crate::store::journal::chapters::ChapterError;
use crate::store::journal::chapters::Chapters;
use crate::store::kind;
use crate::store::kind::Kind;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Chance;
use crate::store::tests::fixture::World;
use crate::store::tests::fixture::known;

/// Commits of every kind of length: with one leaf, with none, with several tiles' worth.
const COMMITS: [u64; 7] = [1, 255, 3, 700, 1, 1, 64];

fn stored(disk: &FakeDisk) -> (Store, World) {
    let mut world = World::default();
    let (mut store, _) = fixture::open(disk, &FakeShelf::default()).unwrap();
    for count in COMMITS {
        store.commit(world.batch(count)).unwrap();
        store.commit(Batch { records: vec![world.head()], bodies: Vec::new() }).unwrap();
    }
    (store, world)
}

#[test]
fn every_leaf_and_what_it_names_is_found_in_the_journal_in_any_order() {
    // shows: store-17
    let disk = FakeDisk::default();
    let (store, world) = stored(&disk);
    let reader = store.reader();
    let chapters = Chapters::of(reader.journal());
    let leaf = |number: u64| known(number).leaf;

    let whole = chapters.leaves(LeafIndex::new(0), usize::try_from(world.messages).unwrap());
    assert_eq!(whole.unwrap(), (0..world.messages).map(leaf).collect::<Vec<_>>());
    let mut chance = Chance(1);
    for _ in 0..500 {
        let number = chance.draw() % world.messages;
        let (index, known) = (LeafIndex::new(number), known(number));
        assert_eq!(chapters.named(index, &known.digest).unwrap(), known.leaf);
        let count = usize::try_from((world.messages - number).min(9)).unwrap();
        let run = chapters.leaves(index, count).unwrap();
        assert_eq!(run, (number..).take(count).map(leaf).collect::<Vec<_>>());
    }
}

#[test]
fn a_full_tile_is_found_with_the_leaf_that_filled_it() {
    // shows: store-17
    let disk = FakeDisk::default();
    let (store, world) = stored(&disk);
    let reader = store.reader();
    let chapters = Chapters::of(reader.journal());

    for index in (0..world.messages / 256).rev() {
        let id = TileId { level: 0, index };
        assert_eq!(chapters.full(id).unwrap(), reader.full(id).unwrap());
    }
    let unfinished = TileId { level: 0, index: world.messages / 256 };
    assert!(chapters.full(unfinished).is_err());
    assert!(chapters.full(TileId { level: 1, index: 0 }).is_err());
}

#[test]
fn what_is_not_there_is_missing_and_what_was_not_acknowledged_is_not_there() {
    let disk = FakeDisk::default();
    let (store, world) = stored(&disk);
    let reader = store.reader();
    let chapters = Chapters::of(reader.journal());
    let last = LeafIndex::new(world.messages - 1);
    let beyond = LeafIndex::new(world.messages);

    let elsewhere = chapters.named(last, &known(0).digest);
    assert!(matches!(elsewhere, Err(ChapterError::Missing { index }) if index == last));
    let after = chapters.leaves(last, 2);
    assert!(matches!(after, Err(ChapterError::Missing { index }) if index == beyond));
    assert_eq!(chapters.leaves(last, 1).unwrap(), [known(last.get()).leaf]);
}

#[test]
fn kinds_are_told_by_the_numbers_of_their_variants() {
    let mut world = World::default();
    let told: Vec<Option<Kind>> = world
        .batch(1)
        .records
        .iter()
        .map(|record| kind::of(&concord_protocol::codec::encode(record).unwrap()))
        .collect();
    assert_eq!(told, [Some(Kind::Leaf), Some(Kind::Message), None, None, Some(Kind::Head)]);
    let tile = world.batch(256).records.into_iter().find(|one| matches!(one, Record::Tile(_)));
    let tile = concord_protocol::codec::encode(&tile.unwrap()).unwrap();
    assert_eq!(kind::of(&tile), Some(Kind::Tile));
    assert_eq!((kind::of(&[]), kind::of(&[0xff]), kind::of(&[0x82])), (None, None, None));
}
