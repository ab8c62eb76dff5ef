//! The directory: whose key is this.

use alloc::vec;

use crate::crypto::signature::Signer;
use crate::identity::charter::Charter;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Papers;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::credential::CredentialError;
use crate::identity::credential::KeyRole;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Admission;
use crate::identity::directory::AdmitError;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::moment::Timestamp;

#[test]
fn the_newest_serial_wins_and_older_ones_stay() {
    // shows: id-6
    let la = fixtures::agency("la.mps");
    let mut directory = Directory::new(fixtures::verified_charter());

    assert_eq!(directory.admit(fixtures::verified_credential("la.mps", 2)), Ok(Admission::New));
    assert_eq!(directory.admit(fixtures::verified_credential("la.mps", 1)), Ok(Admission::Older));
    assert_eq!(directory.admit(fixtures::verified_credential("la.mps", 3)), Ok(Admission::New));
    assert_eq!(directory.admit(fixtures::verified_credential("la.mps", 3)), Ok(Admission::Known));

    assert_eq!(directory.newest(&la).map(VerifiedCredential::serial), Some(Serial::new(3)));
    for serial in [1, 2, 3] {
        let held = directory.with_serial(&la, Serial::new(serial)).unwrap();
        assert_eq!(held, &fixtures::verified_credential("la.mps", serial));
    }
    assert_eq!(directory.known(), vec![(la, Serial::new(3))]);
    assert_eq!(directory.credentials().count(), 3);
}

#[test]
fn a_serial_is_used_once() {
    // shows: id-21
    let mut directory = Directory::new(fixtures::verified_charter());
    directory.admit(fixtures::verified_credential("la.mps", 1)).unwrap();
    let other = Credential {
        not_after: Timestamp::from_millis(u64::MAX),
        ..fixtures::credential("la.mps", 1)
    };

    let refused = directory.admit(verified(&other));

    let (agency, serial) = (fixtures::agency("la.mps"), Serial::new(1));
    assert_eq!(refused, Err(AdmitError::SerialReused { agency, serial }));
}

#[test]
fn a_key_stays_with_its_agency_and_its_role() {
    // shows: id-22
    let la = fixtures::credential("la.mps", 1);
    let mm = || fixtures::credential("mm.mpf", 1);
    let owner = fixtures::agency("la.mps");
    let in_use = |role, owner_role| AdmitError::KeyInUse { role, owner: owner.clone(), owner_role };
    let cases = [
        (
            Credential { transport: la.transport, ..mm() },
            in_use(KeyRole::Transport, KeyRole::Transport),
        ),
        (Credential { log: la.signing, ..mm() }, in_use(KeyRole::Log, KeyRole::Signing)),
        (
            Credential { sealing: la.sealing.clone(), ..mm() },
            in_use(KeyRole::Sealing, KeyRole::Sealing),
        ),
        (
            Credential { transport: la.log, ..fixtures::credential("la.mps", 2) },
            in_use(KeyRole::Transport, KeyRole::Log),
        ),
        (
            Credential { witness: fixtures::root("th.rtp").public().ed25519, ..mm() },
            AdmitError::RootInUse { role: KeyRole::Witness, owner: fixtures::agency("th.rtp") },
        ),
    ];

    for (credential, expected) in cases {
        let mut directory = Directory::new(fixtures::verified_charter());
        directory.admit(fixtures::verified_credential("la.mps", 1)).unwrap();
        assert_eq!(directory.admit(verified(&credential)), Err(expected));
        assert_eq!(directory.credentials().count(), 1);
    }
}

#[test]
fn two_witness_keys_of_one_agency_are_told_apart_in_notes() {
    // shows: id-57
    let [one, other] = fixtures::KEYS_OF_ONE_ID;
    let with = |serial, key| {
        let witness = fixtures::key_of(key).public();
        verified(&Credential { witness, ..fixtures::credential("th.rtp", serial) })
    };

    for (first, second) in [(one, other), (other, one)] {
        let mut directory = Directory::new(fixtures::verified_charter());
        directory.admit(with(1, first)).unwrap();
        let agency = fixtures::agency("th.rtp");
        assert_eq!(directory.admit(with(2, second)), Err(AdmitError::NoteIdInUse { agency }));
        assert_eq!(directory.admit(with(2, first)), Ok(Admission::New), "a key may stay");
    }
}

#[test]
fn a_renewed_credential_may_keep_its_keys() {
    // shows: id-22
    let mut directory = Directory::new(fixtures::verified_charter());
    directory.admit(fixtures::verified_credential("la.mps", 1)).unwrap();
    let renewed = Credential { serial: Serial::new(2), ..fixtures::credential("la.mps", 1) };

    assert_eq!(directory.admit(verified(&renewed)), Ok(Admission::New));

    let la = fixtures::agency("la.mps");
    assert_eq!(directory.newest(&la).map(VerifiedCredential::serial), Some(Serial::new(2)));
}

#[test]
fn the_credentials_of_one_member_are_bounded() {
    // shows: id-25
    let mut directory = Directory::new(fixtures::verified_charter());
    let keys = fixtures::credential("la.mps", 1);
    for serial in 1..=256 {
        let renewed = Credential { serial: Serial::new(serial), ..keys.clone() };
        assert_eq!(directory.admit(verified(&renewed)), Ok(Admission::New));
    }

    let agency = fixtures::agency("la.mps");
    let one_more = verified(&fixtures::credential("la.mps", 257));
    assert_eq!(directory.admit(one_more), Err(AdmitError::TooMany { agency }));
    assert_eq!(directory.credentials().count(), 256);
}

#[test]
fn a_directory_names_members_and_logs() {
    // shows: id-5
    let directory = Directory::new(fixtures::verified_charter());

    assert_eq!(directory.members().len(), 3);
    let origin = directory.origin(&fixtures::agency("la.mps"), LogNumber::new(1));
    assert_eq!(origin, "concord/mekong/la.mps/log1");
}

#[test]
fn the_first_log_is_in_force_until_a_succession_is() {
    // shows: suc-1
    let (la, mm) = (fixtures::agency("la.mps"), fixtures::agency("mm.mpf"));
    let mut directory = Directory::new(fixtures::verified_charter());
    assert_eq!(directory.log_of(&la), LogNumber::new(1));

    directory.go_by(&la, LogNumber::new(2));

    assert_eq!(directory.log_of(&la), LogNumber::new(2));
    assert_eq!(directory.log_of(&mm), LogNumber::new(1));
}

fn verified(credential: &Credential) -> VerifiedCredential {
    let root = fixtures::root(credential.agency.as_str());
    let bytes = credential::sign(credential, &root).unwrap();
    credential::verify(&bytes, &fixtures::verified_charter()).unwrap()
}

#[test]
fn a_root_that_was_replaced_signs_nothing_new_and_what_it_signed_stays_verifiable() {
    // shows: chr-13, chr-14
    let old = fixtures::verified_credential("la.mps", 1);
    let (chain, root) = fixtures::root_replaced();
    let mut directory = Directory::under(chain);
    let la = fixtures::agency("la.mps");

    assert!(matches!(directory.verify(old.bytes()), Err(CredentialError::OtherSigner { .. })));
    let past = directory.verify_ever(old.bytes()).unwrap();
    assert_eq!(past.under(), CharterVersion::new(1));
    directory.admit(past).unwrap();
    assert_eq!(directory.newest(&la), None);
    assert_eq!(directory.newest_ever(&la), directory.with_serial(&la, Serial::new(1)));
    assert_eq!(directory.known(), []);
    let later = fixtures::credential("la.mps", 2);
    let new = credential::sign(&later, &root).unwrap();
    directory.admit(directory.verify(&new).unwrap()).unwrap();
    assert_eq!(directory.newest(&la).unwrap().serial(), Serial::new(2));
}

#[test]
fn a_member_that_left_has_no_credential_in_force_and_its_log_is_still_known() {
    // shows: chr-12, chr-14
    let mut papers = Papers::found(fixtures::verified_charter());
    let mut next = Charter {
        version: CharterVersion::new(2),
        previous: Some(papers.founding().digest()),
        witness_quorum: 1,
        ..fixtures::charter()
    };
    next.members.remove(1);
    papers.take(&[fixtures::signed(next, &["la.mps", "th.rtp"])]);
    let mut directory = Directory::under(Chain::of(&papers).unwrap());
    let mm = fixtures::agency("mm.mpf");
    let held = fixtures::verified_credential("mm.mpf", 1);

    assert!(matches!(directory.verify(held.bytes()), Err(CredentialError::NotAMember { .. })));
    directory.admit(directory.verify_ever(held.bytes()).unwrap()).unwrap();

    assert_eq!(directory.newest(&mm), None);
    assert_eq!(directory.log_of(&mm), LogNumber::new(1));
    let keys = directory.log_keys(&mm, LogNumber::new(1));
    assert_eq!(keys.iter().map(|known| known.key).next(), Some(held.credential().log));
}
