//! Another passphrase for a folder of keys: all of them, or none.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::ids::AgencyId;

use crate::files::tests::Scratch;
use crate::files::tests::set_mode;
use crate::keystore;
use crate::keystore::KeyError;
use crate::keystore::Seeds;
use crate::keystore::container;
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyKind;
use crate::keystore::passphrase::PassphraseError;
use crate::keystore::passphrase::Source;
use crate::keystore::protect;
use crate::keystore::vault::Vault;

#[test]
fn keys_get_a_passphrase_then_another_one_then_none() {
    // shows: cus-4
    let scratch = Scratch::new();
    let keys = scratch.at("keys");
    keystore::create(&keys, &agency(), &seeds(), &Vault::clear()).unwrap();

    protect::folder(&keys, &Vault::clear(), &closing(&scratch, "the first passphrase")).unwrap();
    assert!(matches!(
        open(&keys, &Vault::clear()),
        Err(KeyError::Passphrase { source: PassphraseError::Nowhere, .. })
    ));
    assert!(open(&keys, &opening(&scratch, "the first passphrase")).is_ok());

    let opens = opening(&scratch, "the first passphrase");
    let closes = closing(&scratch, "the second passphrase");
    assert_eq!(protect::folder(&keys, &opens, &closes).unwrap(), 6);
    assert!(matches!(
        open(&keys, &opening(&scratch, "the first passphrase")),
        Err(KeyError::Container { source: ContainerError::Unopened, .. })
    ));

    let opens = opening(&scratch, "the second passphrase");
    protect::folder(&keys, &opens, &Vault::clear()).unwrap();
    assert!(open(&keys, &Vault::clear()).is_ok());
    assert!(!scratch.at("keys.new").exists());
}

#[test]
fn keys_that_one_passphrase_does_not_open_stay_as_they_are() {
    // shows: cus-4
    let scratch = Scratch::new();
    let keys = scratch.at("keys");
    keystore::create(&keys, &agency(), &seeds(), &closing(&scratch, "the right passphrase"))
        .unwrap();
    let before = bytes(&keys);

    let wrong = opening(&scratch, "the wrong passphrase");
    let refused = protect::folder(&keys, &wrong, &closing(&scratch, "some new passphrase"));

    assert!(matches!(refused, Err(KeyError::Container { source: ContainerError::Unopened, .. })));
    assert_eq!(bytes(&keys), before);
    assert!(!scratch.at("keys.new").exists());
}

#[test]
fn what_an_interrupted_change_left_behind_is_not_in_the_way() {
    // shows: cus-4
    let scratch = Scratch::new();
    let keys = scratch.at("keys");
    keystore::create(&keys, &agency(), &seeds(), &Vault::clear()).unwrap();
    fs::create_dir(scratch.at("keys.new")).unwrap();
    fs::write(scratch.at("keys.new/signing"), b"half a file").unwrap();

    protect::folder(&keys, &Vault::clear(), &closing(&scratch, "the first passphrase")).unwrap();

    assert!(open(&keys, &opening(&scratch, "the first passphrase")).is_ok());
    assert!(!scratch.at("keys.new").exists());
}

#[test]
fn a_key_made_beside_protected_ones_is_protected_like_them() {
    // shows: cus-4
    let scratch = Scratch::new();
    let keys = scratch.at("keys");
    keystore::create(&keys, &agency(), &seeds(), &closing(&scratch, "the right passphrase"))
        .unwrap();
    let vault = opening(&scratch, "the right passphrase");
    keystore::read(&keys.join("signing"), KeyKind::Signing, &vault).unwrap();

    let next = keys.join("signing-2");
    keystore::write(&next, (KeyKind::Signing, &agency()), &[9; 32], &vault).unwrap();

    let lock =
        |name: &str| container::read_any(&fs::read(keys.join(name)).unwrap()).unwrap().lock();
    assert!(lock("signing").is_some());
    assert_eq!(lock("signing-2"), lock("signing"), "one derivation opens both");
    let (_, seed) =
        keystore::read(&next, KeyKind::Signing, &opening(&scratch, "the right passphrase"))
            .unwrap();
    assert_eq!(*seed, [9; 32]);
}

#[test]
fn a_root_is_given_a_passphrase_in_its_place() {
    // shows: cus-4
    let scratch = Scratch::new();
    let path = scratch.at("root");
    keystore::write(&path, (KeyKind::Root, &agency()), &[5; 32], &Vault::clear()).unwrap();

    let closes = closing(&scratch, "the first passphrase");
    protect::file(&path, KeyKind::Root, &Vault::clear(), &closes).unwrap();

    assert!(keystore::read(&path, KeyKind::Root, &Vault::clear()).is_err());
    let vault = opening(&scratch, "the first passphrase");
    assert_eq!(*keystore::read(&path, KeyKind::Root, &vault).unwrap().1, [5; 32]);
}

fn open(keys: &Path, vault: &Vault) -> Result<(), KeyError> {
    KeyKind::OF_A_NODE
        .into_iter()
        .try_for_each(|kind| keystore::read(&keys.join(kind.text()), kind, vault).map(|_| ()))
}

fn bytes(keys: &Path) -> Vec<Vec<u8>> {
    KeyKind::OF_A_NODE.map(|kind| fs::read(keys.join(kind.text())).unwrap()).to_vec()
}

fn source(scratch: &Scratch, passphrase: &str) -> Source {
    let path: PathBuf = scratch.at("passphrase");
    fs::write(&path, passphrase).unwrap();
    set_mode(&path, 0o600);
    Source::File(path)
}

fn opening(scratch: &Scratch, passphrase: &str) -> Vault {
    // Asked at once, so that the next one may stand in the same file.
    let path = scratch.at(&passphrase.replace(' ', "-"));
    fs::write(&path, passphrase).unwrap();
    set_mode(&path, 0o600);
    Vault::asking(Source::File(path))
}

fn closing(scratch: &Scratch, passphrase: &str) -> Vault {
    Vault::closing(&source(scratch, passphrase), Path::new("keys")).unwrap()
}

fn seeds() -> Seeds {
    Seeds::new([1, 2, 3, 4, 5, 6].map(|number| [number; 32]))
}

fn agency() -> AgencyId {
    AgencyId::parse("la.mps").unwrap()
}
