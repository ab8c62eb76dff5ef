//! Staff lists: whose word they are, what they may say, and which one counts.

use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid;
use crate::crypto::signature::Signer;
use crate::identity::directory::Directory;
use crate::identity::directory::staffing::NotListed;
use crate::identity::fixtures;
use crate::identity::fixtures::BEGIN;
use crate::identity::staff;
use crate::identity::staff::CertifyError;
use crate::identity::staff::Office;
use crate::identity::staff::RuleError;
use crate::identity::staff::StaffError;
use crate::identity::staff::StaffList;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::StaffRole;

#[test]
fn a_staff_list_is_the_word_of_its_agencys_root() {
    // shows: stf-1
    let said = fixtures::staff_list("la.mps", 3);
    let bytes = fixtures::signed_staff(&said);

    let verified = staff::verify(&bytes, &fixtures::verified_charter()).unwrap();

    assert_eq!(verified.list(), &said);
    assert_eq!(verified.bytes(), bytes);
}

#[test]
fn neither_a_node_nor_another_root_says_who_votes() {
    // shows: stf-1
    let charter = fixtures::verified_charter();
    let said = fixtures::staff_list("la.mps", 1);
    let payload = codec::encode(&said).unwrap();
    let other = fixtures::root("mm.mpf");
    let by_other = hybrid::sign(&other.hybrid(), ContentType::StaffList, &payload).unwrap();
    assert!(matches!(staff::verify(&by_other, &charter), Err(StaffError::OtherSigner { .. })));
    let node = fixtures::signing_key("la.mps", "signing", 1);
    let by_node = crate::crypto::cose::sign1(&node, ContentType::StaffList, &payload).unwrap();
    assert!(matches!(staff::verify(&by_node, &charter), Err(StaffError::Form(_))));
    let root = fixtures::root("la.mps");
    let as_credential = hybrid::sign(&root.hybrid(), ContentType::Credential, &payload).unwrap();
    assert!(matches!(staff::verify(&as_credential, &charter), Err(StaffError::Form(_))));
}

#[test]
fn a_list_that_may_not_be_said_is_neither_signed_nor_believed() {
    // shows: stf-2
    // shows: stf-3
    let base = || fixtures::staff_list("la.mps", 1);
    let office = |place: usize| base().offices[place].clone();
    let with = |offices: Vec<Office>| StaffList { offices, ..base() };
    let number = |text: &str| fixtures::staff("la.mps", text);
    let later = BEGIN.after(Span::from_days(30));
    let two = |second: Office| with(vec![office(0), second]);
    let cases = [
        (StaffList { number: 0, ..base() }, RuleError::Number),
        (StaffList { until: BEGIN, ..base() }, RuleError::Validity),
        (with(vec![office(0); 1025]), RuleError::Offices { found: 1025 }),
        (
            with(vec![Office { until: BEGIN, ..office(0) }]),
            RuleError::Office { staff: number("4711") },
        ),
        (with(vec![office(1), office(0)]), RuleError::Order { staff: number("4711") }),
        // One person in two offices at one time.
        (
            two(Office { role: StaffRole::Supervisor, from: later, ..office(0) }),
            RuleError::Order { staff: number("4711") },
        ),
        // The same person under two numbers.
        (
            two(Office { key: office(0).key, ..office(1) }),
            RuleError::KeyTwice { first: number("4711"), second: number("4712") },
        ),
        (
            with(vec![Office { key: fixtures::root("la.mps").public().ed25519, ..office(0) }]),
            RuleError::RootAsStaffKey { staff: number("4711") },
        ),
    ];
    let root = fixtures::root("la.mps");
    for (list, rule) in cases {
        assert_eq!(staff::sign(&list, &root), Err(CertifyError::Rule(rule.clone())));
        let payload = codec::encode(&list).unwrap();
        let bytes = hybrid::sign(&root.hybrid(), ContentType::StaffList, &payload).unwrap();
        let judged = staff::verify(&bytes, &fixtures::verified_charter());
        assert_eq!(judged, Err(StaffError::Rule(rule)));
    }
}

#[test]
fn a_key_of_small_order_is_nobodys() {
    // shows: stf-3
    // shows: id-3
    let mut payload = codec::encode(&fixtures::staff_list("la.mps", 1)).unwrap();
    let key = *fixtures::staff_key("la.mps", "4711").public().as_bytes();
    let place = payload.windows(32).position(|window| window == key).unwrap();
    payload[place..place + 32].copy_from_slice(&[0; 32]);
    let root = fixtures::root("la.mps");
    let bytes = hybrid::sign(&root.hybrid(), ContentType::StaffList, &payload).unwrap();
    let judged = staff::verify(&bytes, &fixtures::verified_charter());
    assert!(matches!(judged, Err(StaffError::Content(_))), "{judged:?}");
}

#[test]
fn whoever_changes_office_has_the_old_one_until_its_end_and_the_new_one_from_then_on() {
    // shows: stf-2
    let mut list = fixtures::staff_list("la.mps", 1);
    let promoted = BEGIN.after(Span::from_days(30));
    let mut after = list.offices[0].clone();
    list.offices[0].until = promoted.before(Span::from_millis(1));
    (after.role, after.from) = (StaffRole::Supervisor, promoted);
    list.offices.insert(1, after);
    let bytes = fixtures::signed_staff(&list);
    let verified = staff::verify(&bytes, &fixtures::verified_charter()).unwrap();
    let number = fixtures::staff("la.mps", "4711");
    let role = |at: Timestamp| verified.list().office(&number, at).map(|office| office.role);
    assert_eq!(role(promoted.before(Span::from_millis(1))), Some(StaffRole::Officer));
    assert_eq!(role(promoted), Some(StaffRole::Supervisor));
    assert_eq!(role(BEGIN.before(Span::from_millis(1))), None);
}

#[test]
fn the_highest_number_counts_and_no_lower_one_brings_anybody_back() {
    // shows: stf-4
    let mut directory = Directory::new(fixtures::verified_charter());
    let agency = fixtures::agency("la.mps");
    let first = fixtures::signed_staff(&fixtures::staff_list("la.mps", 1));
    let mut fewer = fixtures::staff_list("la.mps", 2);
    fewer.offices.pop();
    let second = fixtures::signed_staff(&fewer);

    assert_eq!(staff::peek(&second), Some((agency.clone(), 2)));
    assert_eq!(directory.may_list_staff(&first), Ok(()));
    assert!(directory.list_staff(&first).is_ok());
    assert_eq!(directory.may_list_staff(&first), Err(NotListed::Stale));
    assert_eq!(directory.list_staff(&first), Err(NotListed::Stale));
    assert!(directory.list_staff(&second).is_ok());
    assert_eq!(directory.list_staff(&first), Err(NotListed::Stale));

    assert_eq!(directory.staff(&agency).map(|held| held.list()), Some(&fewer));
    let other = fixtures::signed_staff(&fixtures::staff_list("la.mps", 2));
    let refused = directory.list_staff(&other).cloned();
    assert_eq!(refused, Err(NotListed::NumberReused { agency, number: 2 }));
}

#[test]
fn no_key_of_the_agencys_node_is_a_persons() {
    // shows: stf-3
    let mut directory = fixtures::directory_of(&[("la.mps", 1), ("mm.mpf", 1)]);
    let mut list = fixtures::staff_list("la.mps", 1);
    list.offices[0].key = fixtures::verifying_key("la.mps", "signing");
    let staff = list.offices[0].staff.clone();
    let refused = directory.list_staff(&fixtures::signed_staff(&list)).cloned();
    assert_eq!(refused, Err(NotListed::KeyInUse { staff }));

    // Another agency that names a person's key in a credential of its own keeps nobody out.
    list.offices[0].key = fixtures::verifying_key("mm.mpf", "signing");
    assert!(directory.list_staff(&fixtures::signed_staff(&list)).is_ok());
}

#[test]
fn under_another_root_a_list_counts_no_longer() {
    // shows: stf-4
    let (chain, again) = fixtures::root_replaced();
    let mut directory = Directory::under(chain);
    let agency = fixtures::agency("la.mps");
    let list = fixtures::staff_list("la.mps", 1);
    directory.list_staff_ever(&fixtures::signed_staff(&list)).unwrap();
    assert_eq!(directory.staff(&agency), None);

    assert_eq!(directory.staff_lists().count(), 0, "nobody is told of it");

    // The new root need not know how far the old one counted.
    let next = staff::sign(&list, &again).unwrap();
    directory.list_staff(&next).unwrap();
    assert!(directory.staff(&agency).is_some());
    assert_eq!(directory.staff_lists().count(), 1);
    let higher = fixtures::signed_staff(&StaffList { number: 9, ..list });
    assert_eq!(directory.list_staff_ever(&higher).cloned(), Err(NotListed::Stale));
}
