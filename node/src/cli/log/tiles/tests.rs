//! What is written, and what is left when it cannot be.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::tile;
use concord_protocol::log::tree::Tree;

use crate::cli::log::tiles;
use crate::report::Report;
use crate::report::code::Code;

fn leaf(index: u64) -> Vec<u8> {
    format!("leaf {index}").into_bytes()
}

fn note(size: u64) -> Vec<u8> {
    let mut tree = Tree::new();
    for index in 0..size {
        tree.append(&leaf(index));
    }
    let origin = "concord/mekong/la.mps/log1".to_owned();
    let head = Checkpoint { origin, size: tree.size(), root: tree.root() };
    checkpoint::sign(&head, &SigningKey::from_seed(&[7; 32])).unwrap()
}

#[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
fn bundle(index: u64, width: usize) -> Result<Vec<u8>, Report> {
    let first = index * 256;
    let leaves: Vec<Vec<u8>> = (first..first + u64::try_from(width).unwrap()).map(leaf).collect();
    Ok(tile::write_bundle(&leaves).unwrap())
}

/// A folder of its own for each test, gone at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("concord-tiles-{}-{name}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn path(&self) -> PathBuf {
        self.0.join("out")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(files(&path).into_iter().map(|below| format!("{name}/{below}")));
        } else {
            found.push(name);
        }
    }
    found.sort();
    found
}

#[test]
fn a_folder_holds_the_files_of_its_size_and_nothing_else() {
    // shows: log-34
    let at = |size: u64| {
        let scratch = Scratch::new(&format!("files-{size}"));
        let written = tiles::write(&scratch.path(), &note(size), bundle).unwrap();
        let found = files(&scratch.path());
        assert_eq!(written.files, u64::try_from(found.len()).unwrap());
        assert_eq!(fs::read(scratch.path().join("checkpoint")).unwrap(), note(size));
        found
    };
    assert_eq!(at(0), ["checkpoint"]);
    assert_eq!(at(1), ["checkpoint", "tile/0/000.p/1", "tile/entries/000.p/1"]);
    assert_eq!(at(256), ["checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
    assert_eq!(
        at(257),
        [
            "checkpoint",
            "tile/0/000",
            "tile/0/001.p/1",
            "tile/1/000.p/1",
            "tile/entries/000",
            "tile/entries/001.p/1"
        ]
    );
}

#[test]
fn a_folder_that_holds_anything_is_left_alone() {
    // shows: log-35
    let scratch = Scratch::new("taken");
    fs::create_dir(scratch.path()).unwrap();
    assert!(tiles::write(&scratch.path(), &note(3), bundle).is_ok(), "an empty one gives way");

    let refused = tiles::write(&scratch.path(), &note(3), bundle).unwrap_err();
    assert_eq!(refused.code, Code::FileExists);
    let file = scratch.0.join("file");
    fs::write(&file, b"kept").unwrap();
    let refused = tiles::write(&file, &note(3), bundle).unwrap_err();
    assert_eq!(refused.code, Code::FileExists);
    assert_eq!(fs::read(&file).unwrap(), b"kept");
}

#[test]
fn nothing_is_left_when_leaves_and_checkpoint_disagree() {
    // shows: log-35
    let refused = |note: &[u8], bundle: &dyn Fn(u64, usize) -> Result<Vec<u8>, Report>| {
        let scratch = Scratch::new("disagree");
        let refused = tiles::write(&scratch.path(), note, bundle).unwrap_err();
        assert_eq!(fs::read_dir(&scratch.0).unwrap().count(), 0, "{refused}");
        refused
    };
    let shifted = |index, width| bundle(index + 1, width);
    let wrong = refused(&note(300), &shifted);
    assert_eq!(wrong.code, Code::VerificationFailed);
    assert!(wrong.why.contains("the root over 300 leaves is"), "{}", wrong.why);
    let longer = |index, width| bundle(index, width + 1);
    let wrong = refused(&note(3), &longer);
    assert_eq!(wrong.why, "entry bundle 0: bytes follow the last leaf");
    let shorter = |index, width: usize| bundle(index, width - 1);
    let wrong = refused(&note(3), &shorter);
    assert_eq!(wrong.why, "entry bundle 0: the bundle ends within leaf 2");
    let broken = |_, _| Err(Report::new(Code::Busy, "nothing", "the node is busy"));
    assert_eq!(refused(&note(3), &broken).code, Code::Busy);
    assert_eq!(refused(b"not a note", &bundle).code, Code::VerificationFailed);
}
