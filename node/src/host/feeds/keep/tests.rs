//! Tables and their notes on a real disk: found again, by nobody without the key, and one of two after a crash.

use std::env;
use std::fs;
use std::mem;
use std::path::Path;
use std::path::PathBuf;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use concord_protocol::codec::source::Source as _;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::feed::sink::Sink as _;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::fact::FeedPoint;

use crate::host::feeds::keep::Keeper;
use crate::host::feeds::keep::Note;
use crate::store::disk::RealDisk;
use crate::store::files::Files;
use crate::store::files::FilesSettings;

const STORAGE: [u8; 32] = [5; 32];

// shows: fed-14
#[test]
fn a_table_is_found_again_with_what_it_is_and_by_nobody_without_the_storage_key() {
    let folder = Scratch::new();
    let keeper = open(&folder.0, &STORAGE);
    let table = written(&keeper, b"a table");
    keeper.name(&feed(1), names(7), &table).unwrap();

    let notes = open(&folder.0, &STORAGE).notes();
    let [(procedure, note)] = notes.as_slice() else { panic!("one note") };
    assert_eq!((*procedure, note.at, note.table), (feed(1), names(7).0, table.digest));
    assert_eq!(read(&keeper, notes), b"a table");
    assert!(open(&folder.0, &[6; 32]).notes().is_empty());
    // A note that stands at another feed's name is none.
    fs::rename(note_path(&folder.0, 1), note_path(&folder.0, 2)).unwrap();
    assert!(open(&folder.0, &STORAGE).notes().is_empty());
}

// shows: fed-14
#[test]
fn a_crash_at_any_moment_leaves_the_table_before_or_the_one_after() {
    // Each stop is one later than the one before: what is done by then is done.
    for stop in 0..4 {
        let folder = Scratch::new();
        let keeper = open(&folder.0, &STORAGE);
        let before = written(&keeper, b"before");
        keeper.name(&feed(1), names(1), &before).unwrap();
        let mut draft = keeper.draft().unwrap();
        draft.take(b"after").unwrap();
        if stop == 0 {
            // A process that dies drops nothing.
            mem::forget(draft);
        } else {
            let after = draft.finish().unwrap();
            if stop >= 2 {
                keeper.name(&feed(1), names(2), &after).unwrap();
            }
            if stop >= 3 {
                keeper.remove(&before.digest);
            }
        }

        let keeper = open(&folder.0, &STORAGE);
        let notes = keeper.notes();
        let kept: Vec<Digest> = notes.iter().map(|(_, note)| note.table).collect();
        keeper.keep_only(&kept);
        let expected: &[u8] = if stop < 2 { b"before" } else { b"after" };
        assert_eq!(read(&keeper, notes), expected, "stopped at {stop}");
        assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 2, "a note and its table: {stop}");
    }
}

// shows: fed-14
#[test]
fn a_note_that_a_crash_tore_names_no_table() {
    let folder = Scratch::new();
    let keeper = open(&folder.0, &STORAGE);
    let table = written(&keeper, b"a table");
    keeper.name(&feed(1), names(1), &table).unwrap();
    let whole = fs::read(note_path(&folder.0, 1)).unwrap();
    for len in [0, 10, 16, 17, whole.len() - 1] {
        fs::write(note_path(&folder.0, 1), &whole[..len]).unwrap();
        assert!(open(&folder.0, &STORAGE).notes().is_empty(), "{len} bytes");
    }
}

/// A folder of its own, removed at the end.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("concord-tables-{}-{number}", process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn open(folder: &Path, storage: &[u8; 32]) -> Keeper {
    let settings = FilesSettings { low_bytes: 0, ..FilesSettings::USUAL };
    let (beside, _) = Files::open(Arc::new(RealDisk), &folder.join("beside"), settings).unwrap();
    Keeper::open(folder, storage, (beside, settings)).unwrap()
}

fn written(keeper: &Keeper, plain: &[u8]) -> SealedFile {
    let mut draft = keeper.draft().unwrap();
    draft.take(plain).unwrap();
    draft.finish().unwrap()
}

fn read(keeper: &Keeper, notes: Vec<(ProcedureId, Note)>) -> Vec<u8> {
    let [(_, note)] = notes.as_slice() else { panic!("one note") };
    let plain = keeper.read(note).unwrap();
    let mut bytes = vec![0; usize::try_from(plain.len()).unwrap()];
    plain.read_at(0, &mut bytes).unwrap();
    bytes
}

fn names(seq: u64) -> (FeedPoint, Digest, Digest) {
    let root = digest::sha256(&seq.to_be_bytes());
    (FeedPoint { seq, root }, digest::sha256(b"base"), digest::sha256(b"last"))
}

fn note_path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{}.note", feed(number)))
}

fn feed(number: u64) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(number), [0; 10])
}
