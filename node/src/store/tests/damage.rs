//! Damaged, cut, old and missing files: repaired where nothing is lost, refused with a remedy where something is.

use std::path::PathBuf;

use concord_protocol::crypto::digest;
use concord_protocol::ids::TreeSize;

use crate::store::CommitError;
use crate::store::format;
use crate::store::format::FormatFound;
use crate::store::format::Life;
use crate::store::head::HEAD_MAGIC;
use crate::store::head::HeadFinding;
use crate::store::head::Newest;
use crate::store::journal::scan::JournalError;
use crate::store::recover::BodiesFinding;
use crate::store::recover::OpenError;
use crate::store::recover::RowsFault;
use crate::store::recover::RowsFinding;
use crate::store::rows::RowsError;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::World;
use crate::store::twin;

/// A node that committed three times and was killed.
struct Killed {
    disk: FakeDisk,
    shelf: FakeShelf,
    worlds: Vec<World>,
    /// The head file after each commit.
    heads: Vec<Vec<u8>>,
    /// Where each record ends in the journal.
    ends: Vec<usize>,
}

fn killed() -> Killed {
    let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
    let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
    let mut killed =
        Killed { disk, shelf, worlds: Vec::new(), heads: Vec::new(), ends: Vec::new() };
    let mut world = World::default();
    for count in [2, 1, 1] {
        store.commit(world.batch(count)).unwrap();
        killed.worlds.push(world.clone());
        killed.heads.push(killed.disk.bytes(&fixture::place("state/head")));
        killed.ends.push(killed.disk.bytes(&journal()).len());
    }
    killed.disk = killed.disk.kill();
    killed
}

fn journal() -> PathBuf {
    fixture::place("journal/0000000000000001.journal")
}

impl Killed {
    /// Puts other bytes into the journal.
    fn with_journal(self, alter: impl FnOnce(&mut Vec<u8>)) -> Self {
        let mut bytes = self.disk.bytes(&journal());
        alter(&mut bytes);
        self.disk.put(&journal(), bytes);
        self
    }

    /// The head file and the rows as they were after the second commit.
    fn with_second_memory(self) -> Self {
        self.disk.put(&fixture::place("state/head"), self.heads[1].clone());
        let shelf = FakeShelf::default();
        Self { shelf, ..self }
    }
}

#[test]
fn an_unfinished_last_record_is_cut_off_wherever_it_was_torn() {
    // shows: store-7
    let ends = killed().ends;
    for len in ends[1] + 1..ends[2] {
        let killed = killed().with_journal(|bytes| bytes.truncate(len)).with_second_memory();

        let (store, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

        assert_eq!(usize::try_from(recovered.torn_bytes).unwrap(), len - ends[1]);
        assert_eq!(killed.disk.bytes(&journal()).len(), ends[1]);
        fixture::assert_holds(&store.reader(), &killed.worlds[1]);
    }
}

#[test]
fn bytes_of_a_peer_in_a_torn_record_do_not_pass_for_a_later_one() {
    // shows: store-7
    let ends = killed().ends;
    let killed = killed().with_journal(|bytes| {
        bytes.truncate(ends[1]);
        // The head of a long record, and in its payload what anyone can work out without knowing this node.
        bytes.extend_from_slice(&[0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3, 4]);
        let lie = [&0_u32.to_be_bytes()[..], &4_u64.to_be_bytes()].concat();
        bytes.extend_from_slice(&lie);
        bytes.extend_from_slice(&crc32c::crc32c(&lie).to_be_bytes());
    });
    let killed = killed.with_second_memory();

    let (store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();

    fixture::assert_holds(&store.reader(), &killed.worlds[1]);
}

#[test]
fn a_bad_last_record_below_the_head_is_damage_and_changes_nothing() {
    // shows: store-7
    let ends = killed().ends;
    for len in (ends[1] + 1..ends[2]).step_by(7) {
        let killed = killed().with_journal(|bytes| bytes.truncate(len));
        let error = fixture::open(&killed.disk, &FakeShelf::default()).unwrap_err();

        assert!(matches!(error, OpenError::JournalShort { found: 2, known: 3 }));
        assert_eq!(killed.disk.bytes(&journal()).len(), len);
    }
}

#[test]
fn a_last_record_that_the_rows_remember_is_missed_even_without_a_head() {
    // shows: store-7
    let killed = killed();
    let end = killed.ends[1];
    let killed = killed.with_journal(|bytes| bytes.truncate(end));
    killed.disk.put(&fixture::place("state/head"), killed.heads[1].clone());

    let error = fixture::open(&killed.disk, &killed.shelf).unwrap_err();

    assert!(matches!(error, OpenError::JournalShort { found: 2, known: 3 }));
}

#[test]
fn any_flipped_byte_before_the_last_record_is_damage() {
    // shows: store-6
    let (begin, end) = (40, killed().ends[1]);
    for place in begin..end {
        let killed = killed().with_journal(|bytes| bytes[place] ^= 0x10).with_second_memory();

        let error = fixture::open(&killed.disk, &killed.shelf).unwrap_err();

        assert!(
            matches!(error, OpenError::Journal(JournalError::Damaged { .. })),
            "byte {place}: {error:?}"
        );
        assert!(!error.remedy().is_empty());
    }
}

#[test]
fn a_missing_segment_is_a_gap() {
    // shows: store-6
    let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
    let (mut store, _) = fixture::open(&disk, &shelf).unwrap();
    let mut world = World::default();
    for _ in 0..4 {
        store.journal.close_segments_at(1);
        store.commit(world.batch(1)).unwrap();
    }
    disk.take(&fixture::place("journal/0000000000000003.journal"));

    let error = fixture::open(&disk.kill(), &FakeShelf::default()).unwrap_err();

    assert!(matches!(error, OpenError::Journal(JournalError::Gap { sequence: 3 })), "{error:?}");
}

#[test]
fn a_journal_that_is_gone_is_not_begun_again() {
    // shows: store-6
    let killed = killed();
    killed.disk.take(&journal());

    for shelf in [killed.shelf, FakeShelf::default()] {
        assert!(matches!(fixture::open(&killed.disk, &shelf), Err(OpenError::NoJournal)));
    }
}

#[test]
fn unfit_rows_are_set_aside_and_made_again() {
    // shows: store-11
    for cause in [RowsFault::Damaged, RowsFault::Foreign, RowsFault::OtherTree] {
        let mut killed = killed();
        // Without a mark the whole journal would be applied again and heal the rows before anyone looks.
        let (mut store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();
        store.flush().unwrap();
        killed.disk = killed.disk.kill();
        match cause {
            RowsFault::Damaged | RowsFault::Gone => killed.shelf.broken = true,
            RowsFault::Foreign => {
                killed.shelf.alter(|_, mark| mark.life = Life::from_bytes([9; 16]))
            }
            RowsFault::OtherTree => {
                killed.shelf.alter(|rows, _| rows.retain(|(key, _)| key[0] != 1))
            }
        }

        let (store, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

        let aside = Some("store.damaged-1".into());
        assert_eq!(recovered.rows, RowsFinding::Rebuilt { cause, aside });
        assert_eq!(recovered.replayed, 3);
        fixture::assert_holds(&store.reader(), &killed.worlds[2]);
    }
}

#[test]
fn damage_that_is_met_while_reading_is_repaired_by_the_next_start() {
    // shows: store-11
    let killed = killed();
    let (store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();
    assert_eq!(store.reader().noted(RowsError::Panicked), RowsError::Panicked);

    let (store, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

    assert!(matches!(recovered.rows, RowsFinding::Rebuilt { cause: RowsFault::Damaged, .. }));
    fixture::assert_holds(&store.reader(), &killed.worlds[2]);
    let (_, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();
    assert_eq!(recovered.rows, RowsFinding::Kept);
}

#[test]
fn rows_that_are_gone_are_made_again() {
    // shows: store-11
    let killed = killed();
    let (mut store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();
    store.flush().unwrap();

    let (store, recovered) = fixture::open(&killed.disk.kill(), &FakeShelf::default()).unwrap();

    assert_eq!(recovered.rows, RowsFinding::Rebuilt { cause: RowsFault::Gone, aside: None });
    fixture::assert_holds(&store.reader(), &killed.worlds[2]);
}

#[test]
fn older_rows_are_brought_up_to_date_and_kept() {
    // shows: store-10
    let killed = killed();
    let (mut store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();
    store.flush().unwrap();
    let disk = killed.disk.kill();
    let older = FakeShelf::default();
    older.keep_first_of(&killed.shelf, 1);

    let (store, recovered) = fixture::open(&disk, &older).unwrap();

    assert_eq!((recovered.rows, recovered.replayed), (RowsFinding::Kept, 2));
    fixture::assert_holds(&store.reader(), &killed.worlds[2]);
}

#[test]
fn a_flushed_store_replays_nothing() {
    // shows: store-10
    let killed = killed();
    let (store, _) = fixture::open(&killed.disk, &killed.shelf).unwrap();
    store.close().unwrap();

    let (_, recovered) = fixture::open(&killed.disk.kill(), &killed.shelf).unwrap();

    assert_eq!((recovered.rows, recovered.replayed), (RowsFinding::Kept, 0));
}

#[test]
fn every_combination_of_head_and_data_has_an_answer() {
    // shows: store-12
    let newest = |sequence, size| Newest {
        sequence,
        size: TreeSize::new(size),
        root: digest::sha256(b"other"),
    };
    let cases: [(Head, HeadFinding); 9] = [
        (Head::Gone, HeadFinding::Missing),
        (Head::Bytes(Vec::new()), HeadFinding::Damaged),
        (Head::Bytes(vec![0; 5000]), HeadFinding::Damaged),
        (Head::OfAnotherLife, HeadFinding::Foreign),
        (Head::Says(newest(4, 4)), HeadFinding::Newer(newest(4, 4))),
        (Head::Says(newest(3, 5)), HeadFinding::Newer(newest(3, 5))),
        (Head::Says(newest(3, 4)), HeadFinding::Forked(newest(3, 4))),
        (Head::Says(newest(1, 2)), HeadFinding::Forked(newest(1, 2))),
        (Head::Says(Newest::none()), HeadFinding::Older),
    ];
    for (head, finding) in cases {
        let killed = killed();
        head.put(&killed.disk);

        let (mut store, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

        assert_eq!(recovered.head, finding);
        fixture::assert_holds(&store.reader(), &killed.worlds[2]);
        let mut world = killed.worlds[2].clone();
        match store.commit(world.batch(1)) {
            Ok(()) => assert!(finding.may_sign()),
            Err(error) => assert!(matches!(error, CommitError::HeadInDoubt) && !finding.may_sign()),
        }
    }
}

#[test]
fn a_head_that_lags_behind_the_data_is_no_reason_to_stop() {
    // shows: store-12
    for commit in [0, 1] {
        let killed = killed();
        killed.disk.put(&fixture::place("state/head"), killed.heads[commit].clone());

        let (_, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

        assert_eq!(recovered.head, HeadFinding::Older);
    }
}

/// What stands in the head file.
enum Head {
    Gone,
    Bytes(Vec<u8>),
    OfAnotherLife,
    Says(Newest),
}

impl Head {
    fn put(&self, disk: &FakeDisk) {
        let path = fixture::place("state/head");
        let slot = |life, newest: Newest| twin::slot(HEAD_MAGIC, life, 1, &newest.to_bytes());
        match self {
            Self::Gone => disk.take(&path),
            Self::Bytes(bytes) => disk.put(&path, bytes.clone()),
            Self::OfAnotherLife => disk.put(&path, slot(Life::from_bytes([1; 16]), Newest::none())),
            Self::Says(newest) => disk.put(&path, slot(life_of(disk), *newest)),
        }
    }
}

#[test]
fn a_rolled_back_directory_stays_in_doubt_until_someone_accepts_it() {
    // shows: store-12
    let killed = killed();
    let end = killed.ends[1];
    let killed = killed.with_journal(|bytes| bytes.truncate(end));
    for _ in 0..2 {
        let (_, recovered) = fixture::open(&killed.disk, &FakeShelf::default()).unwrap();
        assert!(matches!(recovered.head, HeadFinding::Newer(Newest { sequence: 3, .. })));
    }

    let (mut store, _) = fixture::open(&killed.disk, &FakeShelf::default()).unwrap();
    store.accept_head().unwrap();
    let mut world = killed.worlds[1].clone();
    store.commit(world.batch(1)).unwrap();

    let (store, recovered) = fixture::open(&killed.disk.kill(), &FakeShelf::default()).unwrap();
    assert_eq!(recovered.head, HeadFinding::Same);
    fixture::assert_holds(&store.reader(), &world);
    assert!(!killed.disk.bytes(&fixture::place("state/head.refused")).is_empty());
}

#[test]
fn lost_keys_and_lost_segments_are_told() {
    // shows: store-9
    let cases = [
        ("bodies/slots", BodiesFinding::KeysGone),
        ("bodies/00000001.bodies", BodiesFinding::SegmentShort),
    ];
    for (file, finding) in cases {
        let killed = killed();
        killed.disk.take(&fixture::place(file));

        let (mut store, recovered) = fixture::open(&killed.disk, &killed.shelf).unwrap();

        assert_eq!(recovered.bodies, finding);
        assert!(store.reader().body(&fixture::known(0).digest).is_err());
        let mut world = killed.worlds[2].clone();
        store.commit(world.batch(1)).unwrap();
        assert!(store.reader().body(&fixture::known(world.messages - 1).digest).unwrap().is_some());
    }
}

fn life_of(disk: &FakeDisk) -> Life {
    let found = format::parse(&disk.bytes(&fixture::place("format")));
    if let FormatFound::Known(life) = found { life } else { panic!("found {found:?}") }
}
