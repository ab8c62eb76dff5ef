//! Files on a disk that forgets, tears and fills up.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file;
use concord_protocol::envelope::file::CHUNK_BYTES;
use concord_protocol::ids::AgencyId;
use concord_protocol::message::attachment::SealedFile;

use crate::store::disk::Disk;
use crate::store::files::FileFault;
use crate::store::files::Files;
use crate::store::files::FilesSettings;
use crate::store::files::found::FilesFound;
use crate::store::files::part::STEP_BYTES;
use crate::store::tests::fake::FakeDisk;

const FOLDER: &str = "/node/files";

#[test]
fn what_was_sealed_is_read_from_any_place() {
    // shows: fil-10, fil-3
    let files = open(&FakeDisk::default());
    let plain = plain(3 * CHUNK_BYTES + 5);
    let sealed = seal(&files, &plain);
    assert_eq!(file::sealed_len(plain.len() as u64), Ok(sealed.length));
    assert_eq!(files.whole(&sealed.digest).unwrap(), Some(sealed.length));
    let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
    assert_eq!(reader.plain_len(), plain.len() as u64);
    for at in [0, 1, 16_383, 16_384, 16_385, 49_150, 49_156, 49_157, 60_000] {
        let mut into = [0; 20];
        let read = reader.read_at(at, &mut into).unwrap();
        let from = usize::try_from(at).unwrap().min(plain.len());
        let expected = &plain[from..(from + 20).min(plain.len())];
        assert_eq!(&into[..read], expected, "{at}");
    }
    let mut whole = vec![0; plain.len() + 1];
    assert_eq!(reader.read_at(0, &mut whole).unwrap(), plain.len());
    assert_eq!(&whole[..plain.len()], plain);
    reader.check_end().unwrap();
}

#[test]
fn a_file_is_named_by_the_digest_of_its_sealed_bytes_and_holds_nothing_in_the_clear() {
    // shows: fil-1, fil-10
    let disk = FakeDisk::default();
    let plain = plain(40_000);
    let sealed = seal(&open(&disk), &plain);
    let bytes = disk.bytes(&path(&sealed.digest));
    assert_eq!(digest::sha256(&bytes), sealed.digest);
    assert!(!bytes.windows(32).any(|window| window == &plain[..32]));
    let again = seal(&open(&disk), &plain);
    assert_ne!(again.digest, sealed.digest, "another key, another file");
}

#[test]
fn an_empty_file_and_one_of_whole_chunks_are_files_too() {
    // shows: fil-1
    let files = open(&FakeDisk::default());
    for len in [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES] {
        let sealed = seal(&files, &plain(len));
        let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
        assert_eq!(reader.plain_len(), len);
        reader.check_end().unwrap();
    }
}

#[test]
fn changed_bytes_another_key_and_a_cut_file_do_not_open() {
    // shows: fil-3
    let disk = FakeDisk::default();
    let files = open(&disk);
    let sealed = seal(&files, &plain(3 * CHUNK_BYTES));
    let whole = disk.bytes(&path(&sealed.digest));
    let mut changed = whole.clone();
    changed[20_000] ^= 1;
    disk.put(&path(&sealed.digest), changed);
    let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
    let mut into = [0; 10];
    assert_eq!(reader.read_at(0, &mut into).unwrap(), 10, "other chunks stand alone");
    assert!(matches!(
        reader.read_at(CHUNK_BYTES, &mut into),
        Err(FileFault::Unopenable { chunk: 1 })
    ));
    let cut = whole[..whole.len() * 2 / 3].to_vec();
    disk.put(&path(&sealed.digest), cut);
    let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
    assert!(matches!(reader.check_end(), Err(FileFault::Unopenable { chunk: 1 })));
    disk.put(&path(&sealed.digest), whole);
    let other = Arc::new(FileKey::from_bytes([9; 32]));
    let mut reader = files.plain(&sealed.digest, other).unwrap();
    assert!(matches!(reader.read_at(0, &mut into), Err(FileFault::Unopenable { chunk: 0 })));
}

#[test]
fn a_draft_that_is_dropped_leaves_neither_file_nor_claim() {
    // shows: fil-10
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut draft = files.draft().unwrap();
    draft.write(&plain(100_000)).unwrap();
    assert_ne!(files.usage().0, 0);
    drop(draft);
    assert_eq!(files.usage().0, 0);
    assert_eq!(disk.names(Path::new(FOLDER)).unwrap(), Vec::<String>::new());
}

#[test]
fn a_crash_at_any_step_leaves_a_whole_file_or_none() {
    // shows: fil-10, fil-12
    for steps in 0..60 {
        let disk = FakeDisk::default();
        let files = open(&disk);
        disk.fail_after(steps);
        let sealed = try_seal(&files, &plain(20 * CHUNK_BYTES));
        let mut chance = steps.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let left = disk.crash(|| {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            chance
        });
        let files = open(&left);
        for digest in files.all().unwrap() {
            let bytes = left.bytes(&path(&digest));
            assert_eq!(digest::sha256(&bytes), digest, "after {steps} steps");
        }
        assert_eq!(left.paths(".draft"), Vec::<PathBuf>::new());
        if let Ok(sealed) = sealed {
            let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
            reader.check_end().unwrap();
        }
    }
}

#[test]
fn a_file_that_comes_in_pieces_goes_on_where_it_stopped() {
    // shows: fil-11
    let (sealed, bytes) = foreign(100_000);
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert_eq!(part.held(), 0);
    part.take(&bytes[..50_000]).unwrap();
    drop(part);
    assert_eq!(files.came(&sealed.digest, &author()).unwrap(), 50_000);
    assert!(matches!(files.plain(&sealed.digest, Arc::clone(&sealed.key)), Err(FileFault::Absent)));
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert_eq!(part.held(), 50_000);
    part.take(&bytes[50_000..]).unwrap();
    part.finish().unwrap();
    let mut reader = files.plain(&sealed.digest, sealed.key).unwrap();
    let mut whole = vec![0; 100_000];
    assert_eq!(reader.read_at(0, &mut whole).unwrap(), 100_000);
    assert_eq!(whole, plain(100_000));
    assert_eq!(files.usage().0, sealed.length);
}

#[test]
fn after_a_power_cut_a_part_has_only_bytes_that_came() {
    // shows: fil-11
    let (sealed, bytes) = foreign(STEP_BYTES * 2 + 500_000);
    for seed in 1..8_u64 {
        let disk = FakeDisk::default();
        let files = open(&disk);
        let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
        let upto = usize::try_from(STEP_BYTES + 300_000 * seed).unwrap();
        bytes[..upto].chunks(65_536).for_each(|piece| part.take(piece).unwrap());
        let mut chance = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let left = disk.crash(|| {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            chance
        });
        let files = open(&left);
        let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
        let held = usize::try_from(part.held()).unwrap();
        // A new file's name may be gone; bytes that were not sent never stand in it.
        part.take(&bytes[held..]).unwrap();
        part.finish().unwrap();
    }
}

#[test]
fn bytes_that_are_not_the_file_are_removed() {
    // shows: fil-11
    let (sealed, mut bytes) = foreign(50_000);
    bytes[7] ^= 1;
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes).unwrap();
    assert!(matches!(part.finish(), Err(FileFault::OtherDigest)));
    assert_eq!(files.came(&sealed.digest, &author()).unwrap(), 0);
    assert_eq!(files.whole(&sealed.digest).unwrap(), None);
    assert_eq!(files.usage().0, 0);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes[..100]).unwrap();
    assert!(matches!(part.finish(), Err(FileFault::Shorter)));
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert!(matches!(part.take(&[0; 60_000]), Err(FileFault::Longer)));
}

#[test]
fn a_file_that_is_removed_while_it_comes_gets_no_name() {
    // shows: fil-41
    let (sealed, bytes) = foreign(50_000);
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes[..40_000]).unwrap();
    files.remove(&sealed.digest).unwrap();
    assert!(matches!(part.take(&bytes[40_000..]), Err(FileFault::Absent)));
    assert!(matches!(part.finish(), Err(FileFault::Absent)));
    assert_eq!(disk.names(Path::new(FOLDER)).unwrap(), Vec::<String>::new());
    assert_eq!(files.usage().0, 0);
}

#[test]
fn one_file_is_written_by_one_hand() {
    // shows: fil-11
    let (sealed, _) = foreign(50_000);
    let files = open(&FakeDisk::default());
    let part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert!(matches!(
        files.receive((sealed.digest, sealed.length), &author()),
        Err(FileFault::Busy)
    ));
    drop(part);
    files.receive((sealed.digest, sealed.length), &author()).unwrap();
}

#[test]
fn no_file_is_longer_than_one_may_be_and_all_together_have_their_bound() {
    // shows: fil-14
    let settings = FilesSettings { file_bytes: 60_000, total_bytes: 100_000, low_bytes: 0 };
    let (files, _) =
        Files::open(Arc::new(FakeDisk::default()), Path::new(FOLDER), settings).unwrap();
    assert!(matches!(try_seal(&files, &plain(70_000)), Err(FileFault::TooLong { max: 60_000 })));
    assert_eq!(files.usage(), (0, 100_000));
    let first = seal(&files, &plain(50_000));
    assert!(matches!(
        try_seal(&files, &plain(55_000)),
        Err(FileFault::NoRoom { total: 100_000, .. })
    ));
    let (foreign, bytes) = foreign(55_000);
    let mut part = files.receive((foreign.digest, foreign.length), &author()).unwrap();
    assert!(matches!(part.take(&bytes), Err(FileFault::NoRoom { .. })));
    assert!(matches!(
        files.receive((foreign.digest, 60_001), &author()),
        Err(FileFault::TooLong { max: 60_000 })
    ));
    assert!(matches!(files.receive((foreign.digest, 3), &author()), Err(FileFault::BadLength(_))));
    drop(part);
    files.remove(&first.digest).unwrap();
    files.remove(&foreign.digest).unwrap();
    assert_eq!(files.usage(), (0, 100_000));
}

#[test]
fn a_disk_that_is_nearly_full_takes_no_file() {
    // shows: fil-14
    let disk = FakeDisk::default();
    let settings = FilesSettings { low_bytes: 500_000, ..FilesSettings::USUAL };
    let (files, _) = Files::open(Arc::new(disk.clone()), Path::new(FOLDER), settings).unwrap();
    disk.set_capacity(550_000);
    assert!(matches!(try_seal(&files, &plain(100_000)), Err(FileFault::NoRoom { .. })));
    assert_eq!(files.usage().0, 0);
    seal(&files, &plain(10_000));
}

#[test]
fn an_ended_file_has_no_bytes_even_for_whoever_has_it_open() {
    // shows: fil-13
    let disk = FakeDisk::default();
    let files = open(&disk);
    let sealed = seal(&files, &plain(40_000));
    let mut reader = files.plain(&sealed.digest, Arc::clone(&sealed.key)).unwrap();
    files.remove(&sealed.digest).unwrap();
    let mut into = [0; 10];
    assert!(reader.read_at(0, &mut into).is_err());
    assert!(matches!(files.plain(&sealed.digest, sealed.key), Err(FileFault::Absent)));
    assert_eq!(disk.names(Path::new(FOLDER)).unwrap(), Vec::<String>::new());
    files.remove(&sealed.digest).unwrap();
    assert_eq!(files.usage().0, 0);
}

#[test]
fn a_start_keeps_whole_files_and_parts_and_removes_drafts() {
    // shows: fil-12
    let disk = FakeDisk::default();
    let files = open(&disk);
    let sealed = seal(&files, &plain(40_000));
    let (other, bytes) = foreign(STEP_BYTES + 90_000);
    let mut part = files.receive((other.digest, other.length), &author()).unwrap();
    part.take(&bytes[..usize::try_from(STEP_BYTES).unwrap() + 10]).unwrap();
    let mut draft = files.draft().unwrap();
    draft.write(&plain(100_000)).unwrap();
    let left = disk.kill();
    let (files, found) =
        Files::open(Arc::new(left), Path::new(FOLDER), FilesSettings::USUAL).unwrap();
    let bytes = sealed.length + STEP_BYTES;
    assert_eq!(found, FilesFound { whole: 1, parts: 1, drafts: 1, bytes });
    assert_eq!(files.usage().0, bytes);
    assert_eq!(files.came(&other.digest, &author()).unwrap(), STEP_BYTES);
    assert_eq!(files.all().unwrap(), [sealed.digest]);
}

#[test]
fn a_member_that_sends_other_bytes_under_the_digest_spoils_no_part_of_the_author() {
    // shows: fil-22
    let (sealed, bytes) = foreign(50_000);
    let other = AgencyId::parse("mm.mpf").unwrap();
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut spoilt = files.receive((sealed.digest, sealed.length), &other).unwrap();
    spoilt.take(&[9; 30_000]).unwrap();
    // While one has its part in hand the other one comes all the same.
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert_eq!(part.held(), 0);
    part.take(&bytes).unwrap();
    drop(spoilt);
    part.finish().unwrap();
    assert_eq!(files.whole(&sealed.digest).unwrap(), Some(sealed.length));

    // What is left of the other one goes when it is asked for again, or with the file.
    let left = open(&disk.kill());
    left.leave(&sealed.digest, &other).unwrap();
    assert_eq!(left.usage().0, sealed.length);
    assert_eq!(files.came(&sealed.digest, &other).unwrap(), 30_000);
    files.remove(&sealed.digest).unwrap();
    assert_eq!(files.came(&sealed.digest, &other).unwrap(), 0);
    assert_eq!(files.usage().0, 0);
}

#[test]
fn what_came_of_a_file_is_read_once_in_a_run_however_often_its_link_ends() {
    // shows: fil-23
    let (sealed, bytes) = foreign(STEP_BYTES + 200_000);
    let disk = FakeDisk::default();
    let files = open(&disk);
    let begun = usize::try_from(STEP_BYTES).unwrap() + 100_000;
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes[..begun]).unwrap();
    drop(part);
    for at in begun..begun + 100 {
        let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
        part.take(&bytes[at..=at]).unwrap();
    }
    assert_eq!(disk.read_bytes(), 0, "nothing of it had to be read");

    // A start reads it once.
    let disk = disk.kill();
    let files = open(&disk);
    for _ in 0..10 {
        drop(files.receive((sealed.digest, sealed.length), &author()).unwrap());
    }
    assert_eq!(disk.read_bytes(), STEP_BYTES);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes[usize::try_from(STEP_BYTES).unwrap()..]).unwrap();
    part.finish().unwrap();
}

#[test]
fn a_part_whose_write_failed_is_read_again_before_it_goes_on() {
    // shows: fil-11, fil-23
    let (sealed, bytes) = foreign(50_000);
    let disk = FakeDisk::default();
    let files = open(&disk);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    part.take(&bytes[..20_000]).unwrap();
    disk.fail_after(0);
    part.take(&bytes[20_000..]).unwrap_err();
    drop(part);
    disk.fail_after(u64::MAX);
    let mut part = files.receive((sealed.digest, sealed.length), &author()).unwrap();
    assert_eq!((part.held(), disk.read_bytes()), (20_000, 20_000));
    part.take(&bytes[20_000..]).unwrap();
    part.finish().unwrap();
    assert_eq!(files.usage_by_member(), [(author(), sealed.length)]);
}

#[test]
fn a_part_that_does_not_say_who_sends_it_is_removed_at_a_start() {
    // shows: fil-12
    let (sealed, bytes) = foreign(50_000);
    let disk = FakeDisk::default();
    disk.put(&path(&sealed.digest).with_extension("part"), bytes);
    let (files, found) =
        Files::open(Arc::new(disk.clone()), Path::new(FOLDER), FilesSettings::USUAL).unwrap();
    assert_eq!((found.parts, found.drafts, files.usage().0), (0, 1, 0));
    assert_eq!(disk.names(Path::new(FOLDER)).unwrap(), Vec::<String>::new());
}

#[test]
fn a_member_that_fills_its_room_leaves_the_others_theirs() {
    // shows: fil-16
    let settings = FilesSettings { total_bytes: 300_000, low_bytes: 0, ..FilesSettings::USUAL };
    let (files, _) =
        Files::open(Arc::new(FakeDisk::default()), Path::new(FOLDER), settings).unwrap();
    let greedy = AgencyId::parse("mm.mpf").unwrap();
    files.divide(&[author(), greedy.clone()]);
    let (large, many) = foreign(250_000);
    let mut part = files.receive((large.digest, large.length), &greedy).unwrap();
    part.take(&many[..200_000]).unwrap();
    assert!(matches!(part.take(&many[200_000..]), Err(FileFault::NoShare { total: 300_000, .. })));
    drop(part);
    let (small, few) = foreign(45_000);
    let mut part = files.receive((small.digest, small.length), &author()).unwrap();
    part.take(&few).unwrap();
    part.finish().unwrap();
    seal(&files, &plain(45_000));
}

fn author() -> AgencyId {
    AgencyId::parse("la.mps").unwrap()
}

fn open(disk: &FakeDisk) -> Files {
    let settings = FilesSettings::USUAL;
    Files::open(Arc::new(disk.clone()), Path::new(FOLDER), settings).unwrap().0
}

fn try_seal(files: &Files, plain: &[u8]) -> Result<SealedFile, FileFault> {
    let mut draft = files.draft()?;
    for piece in plain.chunks(10_007) {
        draft.write(piece)?;
    }
    draft.finish()
}

fn seal(files: &Files, plain: &[u8]) -> SealedFile {
    try_seal(files, plain).unwrap()
}

/// A file that another node sealed, and its bytes.
fn foreign(len: u64) -> (SealedFile, Vec<u8>) {
    let disk = FakeDisk::default();
    let sealed = seal(&open(&disk), &plain(len));
    let bytes = disk.bytes(&path(&sealed.digest));
    (sealed, bytes)
}

fn plain(len: u64) -> Vec<u8> {
    (0..len).map(|at| u8::try_from(at % 251).unwrap()).collect()
}

fn path(digest: &Digest) -> PathBuf {
    Path::new(FOLDER).join(digest.to_string())
}
