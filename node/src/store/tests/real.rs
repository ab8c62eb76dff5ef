//! The real disk and the real embedded store, whole, old, damaged and gone.

use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::papers::CharterRecord;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LinkNumber;
use serde_bytes::ByteBuf;

use crate::store::Batch;
use crate::store::Store;
use crate::store::format::Life;
use crate::store::head::HeadFinding;
use crate::store::recover::Recovered;
use crate::store::recover::RowsFault;
use crate::store::recover::RowsFinding;
use crate::store::reserve::Room;
use crate::store::rows::Mark;
use crate::store::rows::Shelf;
use crate::store::schema;
use crate::store::schema::Table;
use crate::store::sled::SledShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Folder;
use crate::store::tests::fixture::SETTINGS;
use crate::store::tests::fixture::World;

/// Bytes of a segment of sled.
const SLED_SEGMENT_BYTES: usize = 512 * 1024;

fn open(dir: &Path) -> (Store, Recovered) {
    Store::open(dir, SETTINGS, fixture::storage()).unwrap()
}

/// A node that committed some and was stopped cleanly.
fn stopped() -> (Folder, World) {
    let (folder, mut world) = (Folder::new(), World::default());
    let (mut store, _) = open(&folder.0);
    for count in [1, 300, 7] {
        store.commit(world.batch(count)).unwrap();
    }
    store.close().unwrap();
    (folder, world)
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn what_was_committed_survives_without_a_clean_stop() {
    // shows: store-3
    let (folder, mut world) = (Folder::new(), World::default());
    let (mut store, recovered) = open(&folder.0);
    assert_eq!((recovered.rows, recovered.head), (RowsFinding::Fresh, HeadFinding::Fresh));
    for count in [1, 2, 300, 5] {
        store.commit(world.batch(count)).unwrap();
    }
    assert_eq!(store.room(), Room::Ample);
    drop(store);

    let (store, recovered) = open(&folder.0);

    assert_eq!((recovered.rows, recovered.head), (RowsFinding::Kept, HeadFinding::Same));
    fixture::assert_holds(&store.reader(), &world);
}

#[test]
fn the_embedded_store_may_be_deleted() {
    // shows: store-11
    let (folder, world) = stopped();
    fs::remove_dir_all(folder.0.join("store")).unwrap();

    let (store, recovered) = open(&folder.0);

    assert_eq!(recovered.rows, RowsFinding::Rebuilt { cause: RowsFault::Gone, aside: None });
    fixture::assert_holds(&store.reader(), &world);
}

#[test]
fn an_older_copy_of_the_embedded_store_is_brought_up_to_date() {
    // shows: store-10
    let (folder, mut world) = stopped();
    let older = Folder::new();
    copy(&folder.0.join("store"), &older.0);
    let (mut store, _) = open(&folder.0);
    store.commit(world.batch(10)).unwrap();
    store.close().unwrap();
    fs::remove_dir_all(folder.0.join("store")).unwrap();
    copy(&older.0, &folder.0.join("store"));

    let (store, recovered) = open(&folder.0);

    assert_eq!((recovered.rows, recovered.replayed), (RowsFinding::Kept, 1));
    fixture::assert_holds(&store.reader(), &world);
}

#[test]
fn garbage_in_the_place_of_the_embedded_store_is_set_aside() {
    // shows: store-11
    let (folder, world) = stopped();
    for (number, name) in ["db", "conf"].iter().enumerate() {
        fs::write(folder.0.join("store").join(name), vec![0x5a; 100_000]).unwrap();

        let (store, recovered) = open(&folder.0);

        let aside = folder.0.join(format!("store.damaged-{}", number + 1));
        assert!(aside.is_dir());
        let rebuilt = RowsFinding::Rebuilt { cause: RowsFault::Damaged, aside: Some(aside) };
        assert_eq!(recovered.rows, rebuilt);
        fixture::assert_holds(&store.reader(), &world);
        store.close().unwrap();
    }
}

#[test]
fn whatever_happens_to_the_bytes_of_the_embedded_store_nothing_is_lost() {
    // shows: store-11, store-20
    let (folder, world) = stopped();
    let db = folder.0.join("store/db");
    let whole = fs::read(&db).unwrap();
    let pristine = Folder::new();
    copy(&folder.0, &pristine.0);
    let cuts = [0, 1, whole.len() / 3, whole.len() / 2, whole.len() - 1];
    let cut = cuts.into_iter().map(|len| whole[..len].to_vec());
    let step = whole.len() / 9;
    let flipped = (0..8).map(|number| {
        let mut bytes = whole.clone();
        bytes[number * step + 100] ^= 1;
        bytes
    });
    let zeroed = (0..4).map(|number| {
        let mut bytes = whole.clone();
        bytes[number * step..number * step + 4096].fill(0);
        bytes
    });

    // sled takes a segment whose head does not hold for a free one, and says nothing.
    let headless = (0..whole.len()).step_by(SLED_SEGMENT_BYTES).map(|segment| {
        let mut bytes = whole.clone();
        bytes[segment + 1] ^= 1;
        bytes
    });

    for bytes in cut.chain(flipped).chain(zeroed).chain(headless) {
        let case = Folder::new();
        copy(&pristine.0, &case.0);
        fs::write(case.0.join("store/db"), bytes).unwrap();

        let (store, recovered) = open(&case.0);

        assert_eq!(recovered.head, HeadFinding::Same);
        fixture::assert_holds(&store.reader(), &world);
    }
}

#[test]
fn a_long_value_is_kept_whole_and_survives_the_loss_of_files_beside_the_database() {
    // shows: store-10
    let folder = Folder::new();
    let charter = ByteBuf::from(vec![3; 512 * 1024]);
    let record = Record::Charter(CharterRecord {
        version: CharterVersion::new(1),
        charter: charter.clone(),
    });
    let (mut store, _) = open(&folder.0);
    store.commit(Batch { records: vec![record], bodies: Vec::new() }).unwrap();
    store.close().unwrap();
    let blobs = fs::read_dir(folder.0.join("store/blobs")).unwrap().count();

    let (store, _) = open(&folder.0);

    assert_eq!(blobs, 0);
    assert_eq!(store.reader().charters().unwrap()[0].charter, charter);
}

#[test]
fn an_embedded_store_that_is_opened_anew_while_it_is_read_keeps_everything() {
    // shows: store-10
    let folder = Folder::new();
    let shelf = SledShelf::new(folder.0.join("store"), SETTINGS.cache_bytes).with_fresh_rows_max(1);
    let rows = shelf.open().unwrap();
    let mark = |sequence| Mark { life: Life::from_bytes([1; 16]), sequence };
    rows.commit(vec![(vec![1], vec![0])], mark(1)).unwrap();
    let reading = {
        let rows = Arc::clone(&rows);
        std::thread::spawn(move || (0..5000).all(|_| rows.get(&[1]).unwrap().is_some()))
    };

    for sequence in 2..8 {
        rows.commit(vec![(vec![1], vec![0; 100])], mark(sequence)).unwrap();
        rows.flush().unwrap();
    }

    assert!(reading.join().unwrap());
    assert_eq!(rows.get(&[1]).unwrap(), Some(vec![0; 100]));
    assert_eq!(rows.mark().unwrap(), Some(mark(7)));
}

#[test]
fn rows_that_are_gone_without_a_word_are_missed_at_the_next_start() {
    // shows: store-20
    let (folder, world) = stopped();
    let db = ::sled::open(folder.0.join("store")).unwrap();
    let number = schema::numbered(
        Table::Outbound,
        &fixture::agency("th.rtp"),
        Epoch::new(1),
        LinkNumber::new(200),
    );
    assert!(db.remove(number).unwrap().is_some());
    db.flush().unwrap();
    drop(db);

    let (store, recovered) = open(&folder.0);

    assert!(matches!(recovered.rows, RowsFinding::Rebuilt { cause: RowsFault::Damaged, .. }));
    fixture::assert_holds(&store.reader(), &world);
}
