//! Which credential counts when, and what no longer does.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::identity::credential;
use crate::identity::credential::Credential;
use crate::identity::credential::NotValid;
use crate::identity::credential::VerifiedCredential;
use crate::identity::directory::Directory;
use crate::identity::directory::force::NotInForce;
use crate::identity::directory::force::NotNoticed;
use crate::identity::directory::force::NotRevoked;
use crate::identity::directory::force::Revoking;
use crate::identity::fixtures;
use crate::identity::fixtures::BEGIN;
use crate::identity::notice;
use crate::identity::revocation;
use crate::identity::revocation::LastGood;
use crate::identity::revocation::Revocation;
use crate::identity::revocation::VerifiedRevocation;
use crate::ids::AgencyId;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::moment::Span;
use crate::moment::Timestamp;

const DAY: Span = Span::from_days(1);
const MINUTES: Span = Span::from_millis(300_000);

#[test]
fn a_renewed_credential_takes_over_at_its_first_instant_and_not_before() {
    // shows: id-31
    let directory = overlapping();

    assert_eq!(in_force(&directory, BEGIN), Some(1));
    assert_eq!(in_force(&directory, day(20).before(Span::from_millis(1))), Some(1));
    assert_eq!(in_force(&directory, day(20)), Some(2));
    assert_eq!(in_force(&directory, day(30)), Some(2));
    assert_eq!(in_force(&directory, day(61)), None);
    assert_eq!(in_force(&directory, BEGIN.before(DAY)), None);
}

#[test]
fn both_count_while_the_clocks_may_differ_and_one_of_them_after() {
    // shows: id-31
    let directory = overlapping();
    let counting = |at| {
        let held = directory.perhaps_in_force(&la(), at, MINUTES);
        held.iter().map(|one| one.serial().get()).collect::<Vec<_>>()
    };
    let second = Span::from_millis(1_000);

    assert_eq!(counting(day(20).before(MINUTES).before(second)), [1]);
    assert_eq!(counting(day(20).before(MINUTES)), [2, 1]);
    assert_eq!(counting(day(20).after(MINUTES).before(second)), [2, 1]);
    assert_eq!(counting(day(20).after(MINUTES)), [2]);
}

#[test]
fn whatever_does_not_count_says_why() {
    // shows: id-31, id-41
    let mut directory = overlapping();
    let serial = Serial::new;
    let why = |directory: &Directory, number, at| {
        directory.may_be_in_force((&la(), serial(number)), at, MINUTES).map(|_| ()).unwrap_err()
    };

    assert_eq!(why(&directory, 9, BEGIN), NotInForce::Unknown { serial: serial(9) });
    let superseded = NotInForce::Superseded { serial: serial(1), by: serial(2) };
    assert_eq!(why(&directory, 1, day(21)), superseded);
    let late = NotInForce::NotValid(NotValid::NoLonger { not_after: day(60) });
    assert_eq!(why(&directory, 2, day(61)), late);
    let early = NotInForce::NotValid(NotValid::NotYet { not_before: day(20) });
    assert_eq!(why(&directory, 2, day(10)), early);
    directory.revoke(revoked(1, 5)).unwrap();
    assert_eq!(why(&directory, 1, day(10)), NotInForce::Revoked { serial: serial(1) });
}

#[test]
fn nothing_older_comes_back_in_the_place_of_what_was_revoked() {
    // shows: id-41
    let mut directory = overlapping();

    assert_eq!(directory.revoke(revoked(2, 5)), Ok(Revoking::New));

    assert_eq!(in_force(&directory, day(10)), None);
    assert_eq!(in_force(&directory, day(25)), None);
    let third = Credential { not_before: day(22), ..fixtures::credential("la.mps", 3) };
    directory.admit(verified(&third)).unwrap();
    assert_eq!(in_force(&directory, day(25)), Some(3));
    // A credential that becomes known after its revocation is as dead.
    assert!(directory.is_revoked(&la(), Serial::new(1)));
    assert!(!directory.is_revoked(&fixtures::agency("mm.mpf"), Serial::new(1)));
}

#[test]
fn a_revocation_is_never_taken_back_and_the_stricter_one_counts() {
    // shows: id-41, id-42
    let mut directory = overlapping();
    let good = |directory: &Directory, serial| {
        let last = directory.last_good(&la(), Serial::new(serial), LogNumber::new(1));
        last.map(|good| good.size.get())
    };

    assert_eq!(good(&directory, 1), None);
    assert_eq!(directory.revoke(revoked(1, 5)), Ok(Revoking::New));
    assert_eq!(directory.revoke(revoked(1, 5)), Ok(Revoking::Known));
    assert_eq!(directory.revoke(revoked(1, 9)), Ok(Revoking::Known));
    assert_eq!((good(&directory, 1), good(&directory, 2)), (Some(5), None));
    assert_eq!(directory.revoke(revoked(1, 3)), Ok(Revoking::New));
    assert_eq!(good(&directory, 1), Some(3));
    // A later theft says nothing new about the first one.
    assert_eq!(directory.revoke(revoked(2, 40)), Ok(Revoking::New));
    assert_eq!((good(&directory, 1), good(&directory, 2)), (Some(3), Some(40)));
    assert_eq!(directory.revocations().count(), 3);
}

#[test]
fn two_trees_of_one_size_leave_nothing_good() {
    // shows: id-42
    let mut directory = overlapping();
    let other = LastGood { root: Digest::from_bytes([9; 32]), ..fixtures::last_good(5) };
    let said = Revocation { logs: vec![other], ..fixtures::revocation("la.mps", 1, 5) };

    directory.revoke(revoked(1, 5)).unwrap();
    assert_eq!(directory.revoke(signed(&said)), Ok(Revoking::New));

    let log = LogNumber::new(1);
    assert_eq!(directory.last_good(&la(), Serial::new(1), log), Some(LastGood::nothing(log)));
}

#[test]
fn a_revoked_log_key_vouches_up_to_the_last_good_checkpoint() {
    // shows: id-43
    let mut directory = overlapping();
    directory.revoke(revoked(1, 5)).unwrap();
    let good = fixtures::last_good(5);
    let keys = directory.log_keys(&la(), LogNumber::new(1));
    let [new, old] = keys.as_slice() else { panic!("two keys") };
    let other = Digest::from_bytes([1; 32]);

    assert!(new.vouches(TreeSize::new(1_000), &other));
    assert!(old.vouches(TreeSize::new(4), &other));
    assert!(old.vouches(good.size, &good.root));
    assert!(!old.vouches(good.size, &other));
    assert!(!old.vouches(TreeSize::new(6), &other));
}

#[test]
fn a_log_key_that_a_later_credential_keeps_goes_on() {
    // shows: id-43
    let mut directory = Directory::new(fixtures::verified_charter());
    directory.admit(fixtures::verified_credential("la.mps", 1)).unwrap();
    let renewed = Credential { serial: Serial::new(2), ..fixtures::credential("la.mps", 1) };
    directory.admit(verified(&renewed)).unwrap();
    directory.revoke(revoked(1, 5)).unwrap();

    let keys = directory.log_keys(&la(), LogNumber::new(1));

    assert_eq!(keys.len(), 1);
    assert_eq!((keys[0].serial, keys[0].last_good), (Serial::new(2), None));
}

#[test]
fn a_transport_key_connects_while_its_credential_is_in_force() {
    // shows: id-31, id-41
    let mut directory = overlapping();
    let (first, second) = (fixtures::credential("la.mps", 1), fixtures::credential("la.mps", 2));
    let may =
        |directory: &Directory, key, at| directory.may_connect((&la(), key), at, MINUTES).is_ok();

    assert!(may(&directory, &first.transport, day(10)));
    assert!(!may(&directory, &second.transport, day(10)));
    assert!(!may(&directory, &first.transport, day(21)));
    assert!(may(&directory, &second.transport, day(21)));
    assert!(!may(&directory, &first.signing, day(10)));
    let mm = fixtures::agency("mm.mpf");
    assert!(directory.may_connect((&mm, &first.transport), day(10), MINUTES).is_err());
    directory.revoke(revoked(1, 5)).unwrap();
    assert!(!may(&directory, &first.transport, day(10)));
}

#[test]
fn an_agency_without_a_credential_in_force_goes_by_the_next_best() {
    // shows: id-31
    let mut directory = overlapping();
    let goes_by =
        |directory: &Directory, at| directory.goes_by(&la(), at).map(|one| one.serial().get());

    assert_eq!(goes_by(&directory, BEGIN.before(DAY)), Some(2));
    assert_eq!(goes_by(&directory, day(10)), Some(1));
    assert_eq!(goes_by(&directory, day(99)), Some(2));
    directory.revoke(revoked(1, 5)).unwrap();
    assert_eq!(goes_by(&directory, day(10)), Some(2));
    directory.revoke(revoked(2, 5)).unwrap();
    assert_eq!(goes_by(&directory, day(10)), Some(2));
    assert_eq!(directory.goes_by(&fixtures::agency("mm.mpf"), day(10)), None);
}

#[test]
fn the_newest_notice_tells_where_to_dial_and_an_old_one_changes_nothing() {
    // shows: id-51
    let mut directory = overlapping();
    let at = |directory: &Directory, at| directory.addresses(&la(), at).to_vec();
    let (older, newer) = (told(1, 1), told(1, 2));

    assert_eq!(at(&directory, day(1)), ["127.0.0.1:7400"]);
    directory.notice(&newer).unwrap();
    assert_eq!(at(&directory, day(1)), ["node2.example:7400"]);
    assert_eq!(directory.notice(&older), Err(NotNoticed::Stale));
    assert_eq!(directory.notice(&newer), Err(NotNoticed::Stale));
    // A new credential says where it listens, until it is told otherwise.
    assert_eq!(at(&directory, day(21)), ["127.0.0.1:7400"]);
    directory.notice(&told(2, 1)).unwrap();
    assert_eq!(at(&directory, day(21)), ["node1.example:7400"]);
    assert_eq!(directory.notice(&told(1, 9)), Err(NotNoticed::Stale));
}

#[test]
fn a_stolen_key_moves_nobody_after_its_revocation() {
    // shows: id-51
    let mut directory = overlapping();
    let serial = Serial::new(1);
    let stranger = NotNoticed::Credential(NotInForce::Unknown { serial: Serial::new(7) });

    assert_eq!(directory.notice(&told(7, 1)), Err(stranger));
    directory.revoke(revoked(1, 5)).unwrap();

    let refused = NotNoticed::Credential(NotInForce::Revoked { serial });
    assert_eq!(directory.notice(&told(1, 3)), Err(refused));
}

#[test]
fn the_revocations_of_one_member_are_bounded() {
    // shows: id-41
    let mut directory = overlapping();
    for serial in 1..=32 {
        assert_eq!(directory.revoke(revoked(serial, 5)), Ok(Revoking::New));
    }
    let refused = directory.revoke(revoked(33, 5));
    assert_eq!(refused, Err(NotRevoked::TooMany { agency: la() }));
}

#[test]
fn a_root_that_was_replaced_ends_nothing_of_what_came_after_it() {
    // shows: id-48, chr-13, chr-14
    let (chain, root) = fixtures::root_replaced();
    let stolen =
        revocation::sign(&fixtures::revocation("la.mps", 99, 7), &fixtures::root("la.mps"));
    let stolen = stolen.unwrap();
    let mut directory = Directory::under(chain);
    let first = fixtures::verified_credential("la.mps", 1);
    directory.admit(directory.verify_ever(first.bytes()).unwrap()).unwrap();
    let second = credential::sign(&fixtures::credential("la.mps", 2), &root).unwrap();
    directory.admit(directory.verify(&second).unwrap()).unwrap();
    assert_eq!(in_force(&directory, day(1)), Some(2));

    // It is not taken now; taken before, it ends what its own root signed.
    assert!(directory.verify_revocation(&stolen).is_err());
    let taken = directory.verify_revocation_ever(&stolen).unwrap();
    assert_eq!(directory.revoke(taken), Ok(Revoking::New));
    assert!(directory.is_revoked(&la(), Serial::new(1)));
    assert!(!directory.is_revoked(&la(), Serial::new(2)));
    let out = directory.may_be_in_force((&la(), Serial::new(2)), day(1), MINUTES);
    assert!(out.is_ok());

    // The root in force ends what either signed.
    let said = revocation::sign(&fixtures::revocation("la.mps", 99, 7), &root).unwrap();
    let said = directory.verify_revocation(&said).unwrap();
    assert_eq!(directory.revoke(said), Ok(Revoking::New));
    assert!(directory.is_revoked(&la(), Serial::new(2)));
}

#[test]
fn what_a_replaced_root_signed_is_in_force_no_longer_and_says_so() {
    // shows: chr-13
    let (chain, _) = fixtures::root_replaced();
    let mut directory = Directory::under(chain);
    let first = fixtures::verified_credential("la.mps", 1);
    directory.admit(directory.verify_ever(first.bytes()).unwrap()).unwrap();

    let one = Serial::new(1);
    assert_eq!(in_force(&directory, day(1)), None);
    assert_eq!(
        directory.may_be_in_force((&la(), one), day(1), MINUTES),
        Err(NotInForce::OtherRoot { serial: one })
    );
    // The node itself still goes by it, to keep its log.
    assert_eq!(directory.goes_by(&la(), day(1)).map(VerifiedCredential::serial), Some(one));
}

/// Serial 1 counts for thirty days, serial 2 from the twentieth day for forty more.
fn overlapping() -> Directory {
    let mut directory = Directory::new(fixtures::verified_charter());
    let first = Credential { not_after: day(30), ..fixtures::credential("la.mps", 1) };
    let second =
        Credential { not_before: day(20), not_after: day(60), ..fixtures::credential("la.mps", 2) };
    directory.admit(verified(&first)).unwrap();
    directory.admit(verified(&second)).unwrap();
    directory
}

fn in_force(directory: &Directory, at: Timestamp) -> Option<u64> {
    directory.in_force(&la(), at).map(|one| one.serial().get())
}

fn day(number: u32) -> Timestamp {
    BEGIN.after(Span::from_days(number))
}

fn la() -> AgencyId {
    fixtures::agency("la.mps")
}

fn revoked(through: u64, size: u64) -> VerifiedRevocation {
    signed(&fixtures::revocation("la.mps", through, size))
}

fn signed(said: &Revocation) -> VerifiedRevocation {
    let bytes = revocation::sign(said, &fixtures::root(said.agency.as_str())).unwrap();
    revocation::verify(&bytes, &fixtures::verified_charter()).unwrap()
}

fn told(serial: u64, sequence: u64) -> Vec<u8> {
    let mut said = fixtures::notice("la.mps", serial, sequence);
    said.addresses = vec![alloc::format!("node{sequence}.example:7400").to_string()];
    notice::sign(&said, &fixtures::signing_key("la.mps", "signing", serial)).unwrap()
}

fn verified(credential: &Credential) -> VerifiedCredential {
    let root = fixtures::root(credential.agency.as_str());
    let bytes = credential::sign(credential, &root).unwrap();
    credential::verify(&bytes, &fixtures::verified_charter()).unwrap()
}
