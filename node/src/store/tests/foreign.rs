//! Directories that are not ours to open: another process, another version, another key, another node.

use std::path::Path;

use crate::store::Store;
use crate::store::format;
use crate::store::format::FormatFound;
use crate::store::format::Life;
use crate::store::journal::scan::JournalError;
use crate::store::recover::OpenError;
use crate::store::tests::fake::FakeDisk;
use crate::store::tests::fake::FakeShelf;
use crate::store::tests::fixture;
use crate::store::tests::fixture::Folder;
use crate::store::tests::fixture::SETTINGS;
use crate::store::tests::fixture::World;

use concord_protocol::crypto::aead::ContentKey;
use std::sync::Arc;

#[test]
fn a_directory_is_opened_once_at_a_time() {
    // shows: store-2
    let folder = Folder::new();
    let (store, _) = Store::open(&folder.0, SETTINGS, fixture::storage()).unwrap();

    let second = Store::open(&folder.0, SETTINGS, fixture::storage());

    let own = Some(std::process::id());
    assert!(matches!(second, Err(OpenError::Locked { pid }) if pid == own));
    drop(store);
    assert!(Store::open(&folder.0, SETTINGS, fixture::storage()).is_ok());
}

#[test]
fn an_unknown_format_is_refused_before_anything_is_touched() {
    // shows: store-1
    let disk = FakeDisk::default();
    disk.put(&fixture::place("format"), b"concord disk format 2\nanything else\n".to_vec());

    let error = fixture::open(&disk, &FakeShelf::default()).unwrap_err();

    assert!(matches!(error, OpenError::UnknownFormat { found: 2 }));
    assert!(error.remedy().contains("upgrade"));
    assert_eq!(disk.paths(""), [fixture::place("format")]);
}

#[test]
fn a_format_file_has_one_form() {
    // shows: store-1
    let life = Life::from_bytes([0xab; 16]);
    let text = format::text(life);
    assert_eq!(format::parse(text.as_bytes()), FormatFound::Known(life));

    let others = [
        "".to_owned(),
        text.trim_end().to_owned(),
        text.to_uppercase(),
        text.replace("ab", "AB"),
        format!("{text}\n"),
        text.replace("format 1", "format 01"),
        text.replace("format 1", "format one"),
    ];
    for other in others {
        assert_eq!(format::parse(other.as_bytes()), FormatFound::Unreadable, "{other:?}");
    }
}

#[test]
fn data_without_a_format_file_are_refused() {
    // shows: store-1
    let disk = FakeDisk::default();
    let (mut store, _) = fixture::open(&disk, &FakeShelf::default()).unwrap();
    store.commit(World::default().batch(1)).unwrap();
    disk.take(&fixture::place("format"));

    assert!(matches!(fixture::open(&disk, &FakeShelf::default()), Err(OpenError::NoFormat)));
}

#[test]
fn another_storage_key_is_refused() {
    // shows: store-9
    let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
    drop(fixture::open(&disk, &shelf).unwrap());

    let other = ContentKey::from_bytes([8; 32]);
    let opened = Store::open_on(Arc::new(disk), &shelf, (Path::new(fixture::DIR), SETTINGS), other);

    assert!(matches!(opened, Err(OpenError::WrongStorageKey)));
}

#[test]
fn a_journal_and_slots_of_another_life_are_refused() {
    // shows: store-1
    let make = || {
        let (disk, shelf) = (FakeDisk::default(), FakeShelf::default());
        fixture::open(&disk, &shelf).unwrap().0.commit(World::default().batch(1)).unwrap();
        (disk, shelf)
    };
    let ((disk, shelf), (other, _)) = (make(), make());
    let journal = fixture::place("journal/0000000000000001.journal");
    let slots = fixture::place("bodies/slots");

    let own = disk.bytes(&journal);
    disk.put(&journal, other.bytes(&journal));
    let opened = fixture::open(&disk, &shelf);
    assert!(matches!(opened, Err(OpenError::Journal(JournalError::Foreign { .. }))));

    disk.put(&journal, own);
    disk.put(&slots, other.bytes(&slots));
    assert!(matches!(fixture::open(&disk, &shelf), Err(OpenError::Slots)));
}
