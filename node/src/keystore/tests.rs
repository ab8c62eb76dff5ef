//! Key files and what opens them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use concord_protocol::codec::DecodeError;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::crypto::signature::SigningKey;
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
use crate::keystore::container::ContainerError;
use crate::keystore::container::KeyKind;

#[test]
fn keys_come_back_as_they_were_made() {
    // shows: id-28
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds()).unwrap();

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
    keystore::create(&folder, &agency("la.mps"), &seeds()).unwrap();

    let again = keystore::create(&folder, &agency("la.mps"), &seeds());

    assert!(matches!(again, Err(KeyError::File(FileError::Exists { .. }))));
}

#[test]
fn keys_that_others_can_reach_are_refused() {
    // shows: id-29
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds()).unwrap();

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
    keystore::create(&folder, &agency("la.mps"), &seeds()).unwrap();

    assert!(matches!(load(&folder, "mm.mpf"), Err(KeyError::OtherAgency { .. })));

    fs::copy(folder.join("log"), folder.join("witness")).unwrap();
    let Err(KeyError::Container { source, .. }) = load(&folder, "la.mps") else { panic!() };
    assert_eq!(source, ContainerError::Kind { expected: "witness", found: "log".to_owned() });
}

#[test]
fn what_a_later_program_wrote_is_named() {
    // shows: id-28
    let written = container::write(KeyKind::Log, &agency("la.mps"), &[3; 32]).unwrap();
    let with = |at: usize, found: u8| {
        let mut bytes = written.to_vec();
        bytes[at] = found;
        container::read(&bytes, KeyKind::Log).unwrap_err()
    };
    // {0: 1, 1: "log", 2: "la.mps", 3: 0, 4: seed}
    assert_eq!(&written[..3], [0xa5, 0, 1]);
    let protection = 3 + 5 + 8 + 1;

    assert_eq!(with(2, 2), ContainerError::Format { found: 2 });
    assert_eq!(with(protection, 1), ContainerError::Protection { found: 1 });
    assert!(matches!(with(0, 0xa4), ContainerError::Decode(DecodeError::Scan(_))));
    let short = [&written[..protection + 2], &[0x41, 7]].concat();
    assert_eq!(container::read(&short, KeyKind::Log).unwrap_err(), ContainerError::Seed { len: 1 });
}

#[test]
fn a_credential_for_other_keys_is_told_by_role() {
    // shows: id-30
    let scratch = Scratch::new();
    let folder = scratch.at("keys");
    keystore::create(&folder, &agency("la.mps"), &seeds()).unwrap();
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

fn load(folder: &Path, of: &str) -> Result<Keys, KeyError> {
    let pure = |seed: &[u8; 32]| -> Arc<dyn Decapsulate> { Arc::new(SealingKey::from_seed(seed)) };
    keystore::load(folder, &agency(of), pure)
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
