//! What people and programs of the agency hand in, and what lies in a node's folder.

use concord_node::keystore::container;
use concord_node::keystore::container::KeyKind;
use concord_node::settings::Settings;
use concord_node::settings::file;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::writing::accept;
use concord_protocol::names::alike;
use concord_protocol::names::draft::People;

use std::fs;
use std::io;
use std::io::Write;

use concord_node::api::address;
use concord_node::cli::backup::archive;
use concord_node::cli::backup::archive::About;
use concord_node::cli::backup::archive::ArchiveError;
use concord_node::cli::backup::archive::Taker;
use concord_node::cli::charter::draft;
use concord_node::store::witness::Vouched;
use concord_node::store::witness::WitnessFile;
use concord_node::store::witness::WitnessFinding;
use harness::federation::Scratch;
use harness::vectors::federation;
use harness::vectors::federation::RECEIVER;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

/// What the programs of an agency hand in.
pub(super) const SUBMISSIONS: &[Target] = &[of("submission", Start::Submissions, submission)];

/// What lies in a node's folder, or beside it.
pub(super) const FOLDER: &[Target] = &[
    of("settings", Start::Settings, settings),
    of("key-file", Start::KeyFiles, key_file),
    of("witness-file", Start::WitnessFiles, witness_file),
    of("api-address", Start::Texts(&["{\"url\":\"http://127.0.0.1:7401\"}\n"]), api_address),
    of("charter-draft", Start::Settings, charter_draft),
    of("backup", Start::Backups, backup),
];

/// A submission is read, or refused with pointers into what came; what is accepted is what a receiver takes, and its people
/// can be compared.
fn submission(bytes: &[u8]) {
    let Ok(tree) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Ok((submission, accepted)) = accept::read(&tree, Submission::read) {
        assert!(Submission::read(&accepted.tree).is_ok_and(|again| again == submission));
    }
    drop(alike::among(&People::of(&accept::written(&tree).tree).subjects()));
    if let Err(faults) = Submission::read(&tree) {
        assert!(!faults.is_empty(), "a refusal names a fault");
        let inside = |pointer: &str| pointer.is_empty() || pointer.starts_with('/');
        assert!(faults.iter().all(|fault| inside(&fault.pointer)));
    }
}

/// Settings that are taken are the same when the pin is written into their file.
fn settings(bytes: &[u8]) {
    match Settings::parse(bytes) {
        Ok(found) => assert!(!found.shown().is_empty()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let pin = "1".repeat(64);
    if let Ok(pinned) = file::with_genesis(bytes, &pin) {
        assert!(file::read(pinned.as_bytes()).is_ok(), "a pinned file reads back");
    }
}

/// A key file is of one kind, and is written again with the same bytes.
fn key_file(bytes: &[u8]) {
    let kinds = KeyKind::OF_A_NODE.into_iter().chain([KeyKind::Root]);
    let taken = kinds.filter(|kind| {
        let Ok(file) = container::read(bytes, *kind) else { return false };
        let agency = file.agency.clone();
        // A sealed seed opens under no key that was guessed; one in clear is written again with the same bytes.
        match (file.lock().is_some(), file.open(Some(&ContentKey::from_bytes([7; 32])))) {
            (true, opened) => assert!(opened.is_err()),
            (false, opened) => {
                let seed = opened.expect("it stands in clear");
                let again =
                    container::write(*kind, &agency, &seed, None).expect("it can be written");
                assert_eq!(again.as_slice(), bytes);
            }
        }
        true
    });
    assert!(taken.count() <= 1, "a key file is of one kind");
}

/// A witness file is held whole, or set aside; what is held is written again with the same bytes.
fn witness_file(bytes: &[u8]) {
    let scratch = Scratch::new("fuzz-witness");
    let state = scratch.path().join("state");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("witness"), bytes).unwrap();
    let agency = federation::agency(RECEIVER);
    let (mut file, finding) =
        WitnessFile::open(scratch.path(), &agency).expect("a disk that reads");
    if finding == WitnessFinding::Held {
        let known: Vec<Vouched> = file.logs().cloned().collect();
        file.vouch(known).expect("a disk that writes");
        assert_eq!(fs::read(state.join("witness")).unwrap(), bytes);
    } else {
        assert_eq!(file.logs().count(), 0, "what is not held vouches for nothing");
        assert!(!state.join("witness").exists(), "it is set aside");
    }
}

fn api_address(bytes: &[u8]) {
    let scratch = Scratch::new("fuzz-address");
    fs::write(scratch.path().join(address::ADDRESS_FILE), bytes).unwrap();
    if let Err(error) = address::read(scratch.path()) {
        assert!(!error.to_string().is_empty());
    }
}

/// A draft is refused in words, unless every root file that it names lies beside it; here lies none.
fn charter_draft(bytes: &[u8]) {
    let scratch = Scratch::new("fuzz-draft");
    let path = scratch.path().join("charter.toml");
    fs::write(&path, bytes).unwrap();
    match draft::read(&path, "the draft was not read") {
        Ok(charter) => assert!(charter.members.is_empty(), "a root that lies nowhere"),
        Err(report) => assert!(!format!("{report}").is_empty()),
    }
}

/// A backup that is read to its end was written so: no other bytes have its contents.
fn backup(bytes: &[u8]) {
    let mut kept = Kept::default();
    match archive::read(&mut &*bytes, &mut kept) {
        Ok(contents) => {
            assert_eq!(contents.members, kept.paths.len());
            let again =
                kept.paths.iter().all(|path| !path.contains("..") && !path.starts_with('/'));
            assert!(again, "a member lies outside of the folder: {:?}", kept.paths);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Takes every member, and keeps its path.
#[derive(Default)]
struct Kept {
    paths: Vec<String>,
}

impl Taker for Kept {
    fn take(&mut self, _: &About, path: &str) -> Result<Box<dyn Write>, ArchiveError> {
        self.paths.push(path.to_owned());
        Ok(Box::new(io::sink()))
    }
}
