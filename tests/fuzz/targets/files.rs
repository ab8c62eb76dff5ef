//! What people and programs of the agency hand in, and what lies in a node's folder.

use concord_node::keystore::container;
use concord_node::keystore::container::KeyKind;
use concord_node::settings::Settings;
use concord_node::settings::file;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::message::submission::Submission;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

pub(super) const TARGETS: &[Target] = &[
    of("submission", Start::Submissions, submission),
    of("settings", Start::Settings, settings),
    of("key-file", Start::KeyFiles, key_file),
];

/// A submission is read, or refused with pointers into what came.
fn submission(bytes: &[u8]) {
    let Ok(tree) = serde_json::from_slice::<Value>(bytes) else { return };
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
