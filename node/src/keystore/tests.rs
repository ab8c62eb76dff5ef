//! Key files and what opens them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use concord_protocol::codec::DecodeError;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::Keyring;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::crypto::stretch::Cost;
use concord_protocol::identity::credential::Credential;
use concord_protocol::identity::credential::KeyRole;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Timestamp;

use crate::files::FileError;
use crate::files::tests::Scratch;
use crate::files::tests::set_mode;
use crate::keystore;
use crate::keystore::KeyError;
use crate::keystore::KeyMismatch;
use crate::keystore::Keys;
use crate::keystore::Seeds;
use crate::keystore::container;
use crate::keystore::container::Closing;
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyFile;
use crate::keystore::container::KeyKind;
use crate::keystore::container::Lock;
use crate::keystore::generations;
use crate::keystore::vault::Vault;

#[test]
fn keys_come_back_as_they_were_made() {
    // shows: id-28
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear()).unwrap();

    let keys = load(&folder, "la.mps").unwrap();

    let signer = |number: u8| SigningKey::from_seed(&[number; 32]).public();
    assert_eq!(keys.signing.public(), signer(1));
    assert_eq!(keys.sealing.public(), SealingKey::from_seed(&[2; 32]).public());
    assert_eq!(keys.log.public(), signer(3));
    assert_eq!(keys.witness.public(), signer(4));
    assert_eq!(keys.transport.public(), signer(5));
    assert_eq!(*keys.storage, [6; 32]);
    assert_eq!(format!("{keys:?}"), "Keys");
}

#[test]
fn a_folder_of_keys_is_never_overwritten() {
    // shows: id-29
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear()).unwrap();

    let again = keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear());

    assert!(matches!(again, Err(KeyError::File(FileError::Exists { .. }))));
}

#[test]
fn keys_that_others_can_reach_are_refused() {
    // shows: id-29
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear()).unwrap();

    set_mode(&folder, 0o750);
    assert!(matches!(load(&folder, "la.mps"), Err(KeyError::File(FileError::Exposed { .. }))));
    set_mode(&folder, 0o700);
    for kind in KeyKind::OF_A_NODE {
        let file = folder.join(kind.text());
        set_mode(&file, 0o640);
        assert!(matches!(load(&folder, "la.mps"), Err(KeyError::File(FileError::Exposed { .. }))));
        set_mode(&file, 0o600);
    }
    assert!(load(&folder, "la.mps").is_ok());
}

#[test]
fn keys_of_another_agency_or_another_kind_are_refused() {
    // shows: id-28
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear()).unwrap();

    assert!(matches!(load(&folder, "mm.mpf"), Err(KeyError::OtherAgency { .. })));

    fs::copy(folder.join("log"), folder.join("witness")).unwrap();
    let Err(KeyError::Container { source, .. }) = load(&folder, "la.mps") else { panic!() };
    assert_eq!(source, ContainerError::Kind { expected: "witness", found: "log".to_owned() });
}

#[test]
fn what_a_later_program_wrote_is_named() {
    // shows: id-28
    let written = container::write(KeyKind::Log, &agency("la.mps"), &[3; 32], None).unwrap();
    let with = |at: usize, found: u8| {
        let mut bytes = written.to_vec();
        bytes[at] = found;
        container::read(&bytes, KeyKind::Log).unwrap_err()
    };
    // {0: 1, 1: "log", 2: "la.mps", 3: 0, 4: seed}
    assert_eq!(&written[..3], [0xa5, 0, 1]);
    let protection = 3 + 5 + 8 + 1;

    assert_eq!(with(2, 2), ContainerError::Format { found: 2 });
    assert_eq!(with(protection, 2), ContainerError::Protection { found: 2 });
    assert!(matches!(with(0, 0xa4), ContainerError::Decode(DecodeError::Scan(_))));
    let short = [&written[..protection + 2], &[0x41, 7]].concat();
    assert_eq!(container::read(&short, KeyKind::Log).unwrap_err(), ContainerError::Seed { len: 1 });
}

#[test]
fn a_credential_for_other_keys_is_told_by_role() {
    // shows: id-30
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds(), &Vault::clear()).unwrap();
    let keys = load(&folder, "la.mps").unwrap();
    let other = SigningKey::from_seed(&[9; 32]).public();
    let own = || credential(&keys);

    assert_eq!(keys.check(&own()), Ok(()));
    let sealing = SealingKey::from_seed(&[9; 32]).public().clone();
    let cases = [
        (KeyRole::Signing, Credential { signing: other, ..own() }),
        (KeyRole::Sealing, Credential { sealing, ..own() }),
        (KeyRole::Log, Credential { log: other, ..own() }),
        (KeyRole::Witness, Credential { witness: other, ..own() }),
        (KeyRole::Transport, Credential { transport: other, ..own() }),
    ];
    for (role, credential) in cases {
        assert_eq!(keys.check(&credential), Err(KeyMismatch { role }));
    }
}

#[test]
fn a_sealed_seed_opens_with_its_key_alone() {
    // shows: cus-2
    let key = ContentKey::from_bytes([8; 32]);
    let bytes = container::write(KeyKind::Log, &agency("la.mps"), &[3; 32], Some(&closing(&key)));
    let file = || container::read(bytes.as_ref().unwrap(), KeyKind::Log).unwrap();

    assert_eq!(file().lock(), Some(closing(&key).lock));
    assert_eq!(*file().open(Some(&key)).unwrap(), [3; 32]);
    let other = ContentKey::from_bytes([9; 32]);
    assert_eq!(file().open(Some(&other)).unwrap_err(), ContainerError::Unopened);
    assert_eq!(file().open(None).unwrap_err(), ContainerError::Unopened);
    let seed_in_clear = bytes.as_ref().unwrap().windows(32).any(|window| window == [3; 32]);
    assert!(!seed_in_clear);
}

#[test]
fn a_sealed_seed_cannot_be_passed_off_as_another_kinds_or_agencys() {
    // shows: cus-2
    let key = ContentKey::from_bytes([8; 32]);
    let bytes = container::write(KeyKind::Log, &agency("la.mps"), &[3; 32], Some(&closing(&key)));
    let whole = bytes.unwrap().to_vec();
    let changed = |from: &[u8], to: &[u8]| -> KeyFile {
        let at = whole.windows(from.len()).position(|window| window == from).unwrap();
        let mut bytes = whole.clone();
        bytes[at..at + to.len()].copy_from_slice(to);
        container::read_any(&bytes).unwrap()
    };

    let salt = closing(&key).lock.salt;
    let mut other_salt = salt;
    other_salt[0] ^= 1;
    for file in [
        changed(b"la.mps", b"la.mpt"),
        // A log key under the name of a kind of the same length does not exist; the agency and the lock are bound alike.
        changed(&salt, &other_salt),
        changed(&[8; 12], &[7; 12]),
    ] {
        assert_eq!(file.open(Some(&key)).unwrap_err(), ContainerError::Unopened);
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        let opened = container::read(&bytes, KeyKind::Log).and_then(|file| file.open(Some(&key)));
        assert!(opened.is_err(), "byte {at}");
    }
}

#[test]
fn a_credential_finds_its_keys_among_generations_and_old_bodies_keep_theirs() {
    // shows: id-30
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    let la = agency("la.mps");
    keystore::create(&folder, &la, &seeds(), &Vault::clear()).unwrap();
    let first = load(&folder, "la.mps").unwrap();
    for kind in [KeyKind::Signing, KeyKind::Sealing] {
        generations::add(&folder, (kind, &la), &[21; 32], &Vault::clear()).unwrap();
        let path = generations::add(&folder, (kind, &la), &[22; 32], &Vault::clear()).unwrap();
        assert_eq!(path, folder.join(format!("{}.3", kind.text())));
    }
    // Whatever else lies there is no generation.
    for stray in ["signing.1", "signing.03", "signing.x", "signing.2.old"] {
        fs::write(folder.join(stray), b"no key").unwrap();
    }

    let newest = load(&folder, "la.mps").unwrap();

    assert_eq!(newest.signing.public(), SigningKey::from_seed(&[22; 32]).public());
    assert_eq!(newest.log.public(), first.log.public());
    let held = generations::open(&folder, &la, &Vault::clear(), pure).unwrap();
    let old = held.named_by(&credential(&first)).unwrap();
    assert_eq!(old.signing.public(), first.signing.public());
    let sealed_to = SealingKey::from_seed(&[21; 32]).public().id();
    for keys in [&old, &newest] {
        let opens = keys.opens.among(&[sealed_to]).expect("a key of the generation between");
        assert_eq!(opens.public().id(), sealed_to);
    }
    let strange =
        Credential { log: SigningKey::from_seed(&[9; 32]).public(), ..credential(&first) };
    assert_eq!(held.named_by(&strange).unwrap_err(), KeyMismatch { role: KeyRole::Log });
}

fn pure(seed: &[u8; 32]) -> Arc<dyn Decapsulate> {
    Arc::new(SealingKey::from_seed(seed))
}

fn closing(key: &ContentKey) -> Closing<'_> {
    Closing { lock: Lock { salt: [4; 16], cost: Cost::LEAST }, key, nonce: [8; 12] }
}

fn load(folder: &Path, of: &str) -> Result<Keys, KeyError> {
    keystore::load(folder, &agency(of), &Vault::clear(), pure)
}

fn seeds() -> Seeds {
    Seeds::new([1, 2, 3, 4, 5, 6].map(|number| [number; 32]))
}

fn agency(text: &str) -> AgencyId {
    AgencyId::parse(text).unwrap()
}

fn credential(keys: &Keys) -> Credential {
    Credential {
        charter: CharterName::parse("mekong").unwrap(),
        agency: agency("la.mps"),
        serial: Serial::new(1),
        not_before: Timestamp::from_millis(0),
        not_after: Timestamp::from_millis(1),
        signing: keys.signing.public(),
        sealing: keys.sealing.public().clone(),
        log: keys.log.public(),
        log_number: LogNumber::new(1),
        witness: keys.witness.public(),
        transport: keys.transport.public(),
        addresses: Vec::new(),
    }
}
