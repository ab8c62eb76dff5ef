//! Who of an agency votes on its messages.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid;
use concord_protocol::crypto::signature::Signer;
use concord_protocol::identity::staff::Office;
use concord_protocol::identity::staff::StaffList;
use concord_protocol::ids::StaffNumber;
use concord_protocol::moment::Span;
use concord_protocol::registry::StaffRole;

use super::super::Named;
use super::super::Sheet;
use super::super::federation;
use super::super::federation::BEGIN;
use super::super::federation::Halves;
use super::super::federation::RECEIVER;
use super::super::federation::SENDER;
use super::super::mutate;

/// Key of the offices in a staff list.
const OFFICES: u64 = 5;

pub(super) fn cases() -> Vec<Named> {
    let mut cases = payloads();
    cases.extend(lists());
    cases
}

/// The people of the sender who vote: number and office.
const PEOPLE: [(&str, StaffRole); 3] = [
    ("mps-4711", StaffRole::Officer),
    ("mps-4712", StaffRole::Supervisor),
    ("mps-4713", StaffRole::Prosecutor),
];

/// The sender's first list.
pub(in crate::vectors) fn document() -> StaffList {
    let from = federation::credential_document(SENDER);
    let until = BEGIN.after(Span::from_days(365));
    let office = |(number, role): (&str, StaffRole)| Office {
        staff: StaffNumber::parse(number).unwrap(),
        role,
        key: federation::key(SENDER, number).public(),
        from: BEGIN,
        until,
    };
    StaffList {
        charter: from.charter,
        agency: from.agency,
        number: 1,
        from: BEGIN,
        until,
        offices: PEOPLE.into_iter().map(office).collect(),
    }
}

/// The list with the signatures of its root.
pub(in crate::vectors) fn signed() -> Vec<u8> {
    signed_by(&document(), SENDER)
}

fn payloads() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "staff-list-payload");
    let good = codec::encode(&document()).unwrap();
    sheet.good("good", "three people in three offices", &["stf-1"], &good);
    let longer = mutate::longer(&good);
    sheet.bad("trailing", "a byte after it", &["env-1"], "scan: trailing", &longer);
    let strange = mutate::edit(&good, |tree| {
        *mutate::field(first_office(tree), 1) = Value::from("sheriff");
    });
    sheet.bad("role", "an office that is not registered", &["stf-2"], "shape", &strange);
    let weak = mutate::edit(&good, |tree| {
        *mutate::field(first_office(tree), 2) = Value::Bytes(vec![0; 32]);
    });
    sheet.bad("small-order", "a key of small order", &["stf-3"], "shape", &weak);
    sheet.cases
}

fn first_office(tree: &mut Value) -> &mut Value {
    let Value::Array(offices) = mutate::field(tree, OFFICES) else { panic!("a list") };
    &mut offices[0]
}

fn lists() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "staff-list");
    let good = signed();
    sheet.good("good", "a staff list, signed by the agency's root", &["stf-1"], &good);
    let nobody = StaffList { offices: Vec::new(), ..document() };
    sheet.good("nobody", "nobody votes", &["stf-2"], &signed_by(&nobody, SENDER));
    let flipped = mutate::flipped(&good, good.len() - 1);
    sheet.bad("forged", "one bit of the last signature is turned", &["id-7"], "forged", &flipped);
    let by_other = signed_by(&document(), RECEIVER);
    let explains = "signed by the root of another member";
    sheet.bad("other-signer", explains, &["stf-1"], "other-signer", &by_other);
    let payload = codec::encode(&document()).unwrap();
    let as_credential =
        hybrid::sign(&Halves::of(SENDER).key(), ContentType::Credential, &payload).unwrap();
    let explains = "signed as a credential";
    sheet.bad("content-type", explains, &["stf-1"], "form: content-type", &as_credential);
    let mut put = |name, explains, spec: &str, class, change: &dyn Fn(&mut StaffList)| {
        let mut list = document();
        change(&mut list);
        sheet.bad(name, explains, &[spec], class, &signed_by(&list, SENDER));
    };
    put("number-zero", "number 0", "stf-2", "rule: number", &|list| list.number = 0);
    put("validity", "covers no time", "stf-2", "rule: validity", &|list| list.until = BEGIN);
    put("office-validity", "an office without time", "stf-2", "rule: office", &|list| {
        list.offices[0].until = BEGIN;
    });
    put("order", "people out of order", "stf-3", "rule: order", &|list| list.offices.swap(0, 1));
    put("two-at-once", "one person in two offices", "stf-3", "rule: order", &|list| {
        list.offices[1].staff = list.offices[0].staff.clone();
    });
    put("key-twice", "one key of two people", "stf-3", "rule: key-twice", &|list| {
        list.offices[1].key = list.offices[0].key;
    });
    put("root", "the root as a person's key", "stf-3", "rule: root-as-staff-key", &|list| {
        list.offices[0].key = federation::root(SENDER).public().ed25519;
    });
    sheet.cases
}

fn signed_by(document: &StaffList, root: &str) -> Vec<u8> {
    let payload = codec::encode(document).unwrap();
    hybrid::sign(&Halves::of(root).key(), ContentType::StaffList, &payload).unwrap()
}
