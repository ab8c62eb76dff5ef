//! Files: made once, replaced whole, private where they must be.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering;

use crate::files;
use crate::files::Access;
use crate::files::FileError;

/// A folder of one test, gone when the test ends.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("concord-scratch-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&path));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn at(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_file_is_made_once_and_never_overwritten() {
    // shows: id-29
    let scratch = Scratch::new();
    let path = scratch.at("key");

    files::make(&path, b"first", Access::Private).unwrap();
    let again = files::make(&path, b"second", Access::Private);

    assert!(matches!(again, Err(FileError::Exists { .. })));
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(mode(&path), 0o600);
}

#[test]
fn what_an_end_of_power_left_half_filled_stands_in_nobodys_way() {
    let scratch = Scratch::new();
    let (own, half) = (scratch.at("file.new"), scratch.at(".file.new"));
    fs::write(&own, b"a person's").unwrap();
    fs::write(&half, b"ha").unwrap();

    files::make(&scratch.at("file"), b"whole", Access::Private).unwrap();

    assert_eq!(fs::read(scratch.at("file")).unwrap(), b"whole");
    assert_eq!(fs::read(&own).unwrap(), b"a person's");
    assert!(!half.exists());
    let again = files::make(&scratch.at("file"), b"other", Access::Private);
    assert!(matches!(again, Err(FileError::Exists { .. })));
}

#[test]
fn a_replaced_file_keeps_its_permissions_and_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let path = scratch.at("settings");
    files::make(&path, b"first", Access::Private).unwrap();

    files::replace(&path, b"second").unwrap();

    assert_eq!(fs::read(&path).unwrap(), b"second");
    assert_eq!(mode(&path), 0o600);
    assert_eq!(files::list(&scratch.0).unwrap(), [path]);
    assert!(matches!(files::replace(&scratch.at("none"), b""), Err(FileError::Unwritable { .. })));
}

#[test]
fn a_private_file_that_others_can_reach_is_refused() {
    // shows: id-29
    let scratch = Scratch::new();
    let path = scratch.at("key");
    files::make(&path, b"secret", Access::Private).unwrap();
    assert!(files::read_private(&path, 10).is_ok());

    for exposed in [0o640, 0o604, 0o610, 0o601] {
        set_mode(&path, exposed);
        let refused = files::read_private(&path, 10);
        assert!(matches!(refused, Err(FileError::Exposed { mode, .. }) if mode == exposed));
    }
}

#[test]
fn a_file_longer_than_its_kind_is_refused() {
    let scratch = Scratch::new();
    let path = scratch.at("long");
    files::make(&path, &[0; 11], Access::Public).unwrap();

    assert!(files::read(&path, 11).is_ok());
    assert!(matches!(files::read(&path, 10), Err(FileError::TooLong { max: 10, .. })));
    assert!(matches!(files::read(&scratch.at("none"), 10), Err(FileError::Unreadable { .. })));
}

#[test]
fn a_finished_folder_takes_the_place_of_an_empty_one_only() {
    let scratch = Scratch::new();
    let (finished, empty, full) = (scratch.at("new"), scratch.at("empty"), scratch.at("full"));
    for folder in [&finished, &empty, &full] {
        files::make_folder(folder, Access::Private).unwrap();
    }
    files::make(&full.join("file"), b"", Access::Public).unwrap();

    assert!(matches!(files::publish_folder(&finished, &full), Err(FileError::Exists { .. })));
    files::publish_folder(&finished, &empty).unwrap();

    assert!(!finished.exists());
    assert!(matches!(files::make_folder(&empty, Access::Private), Err(FileError::Exists { .. })));
    assert!(files::list(&scratch.at("none")).unwrap().is_empty());
}
