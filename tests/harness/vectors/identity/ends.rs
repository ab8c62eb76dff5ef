//! What ends a credential early, and where a node listens from now on.

use ciborium::Value;
use concord_protocol::codec;
use concord_protocol::crypto::cose;
use concord_protocol::crypto::cose::ContentType;
use concord_protocol::crypto::cose::hybrid;
use concord_protocol::crypto::digest;
use concord_protocol::identity::notice::Notice;
use concord_protocol::identity::revocation::LastGood;
use concord_protocol::identity::revocation::Reason;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;

use super::super::Named;
use super::super::Sheet;
use super::super::federation;
use super::super::federation::BEGIN;
use super::super::federation::Federation;
use super::super::federation::Halves;
use super::super::federation::RECEIVER;
use super::super::federation::SENDER;
use super::super::mutate;

pub(super) fn cases(_world: &Federation) -> Vec<Named> {
    let mut cases = revocation_payloads();
    cases.extend(revocations());
    cases.extend(notice_payloads());
    cases.extend(notices());
    cases
}

/// The sender's root ends its first credential; five leaves of its log are good.
pub(in crate::vectors) fn revocation_document() -> Revocation {
    let from = federation::credential_document(SENDER);
    let root = digest::sha256(b"the root of five leaves");
    Revocation {
        charter: from.charter,
        agency: from.agency,
        through: Serial::new(1),
        logs: vec![LastGood { log: LogNumber::new(1), size: TreeSize::new(5), root }],
        at: BEGIN,
        reason: Reason::Compromised,
    }
}

/// The revocation with the signatures of its root.
pub(in crate::vectors) fn signed_revocation() -> Vec<u8> {
    revoked_by(&revocation_document(), SENDER)
}

fn revocation_payloads() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "revocation-payload");
    let good = codec::encode(&revocation_document()).unwrap();
    sheet.good("good", "the end of a credential", &["id-40"], &good);
    let longer = mutate::longer(&good);
    sheet.bad("trailing", "a byte after it", &["env-1"], "scan: trailing", &longer);
    let strange = mutate::edit(&good, |tree| *mutate::field(tree, 5) = Value::from(3));
    sheet.bad("reason", "a reason that is not registered", &["id-40"], "shape", &strange);
    let dated =
        mutate::edit(&good, |tree| mutate::entries(tree).push((Value::from(6), Value::from(0))));
    sheet.bad("unknown-field", "a field that revocations do not have", &["env-1"], "shape", &dated);
    sheet.cases
}

fn revocations() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "revocation");
    let good = signed_revocation();
    sheet.good("good", "a revocation, signed by the agency's root", &["id-40"], &good);
    let base = revocation_document;
    let nothing = Revocation { logs: Vec::new(), ..base() };
    sheet.good("nothing-good", "no log has a good part", &["id-42"], &revoked_by(&nothing, SENDER));
    let flipped = mutate::flipped(&good, good.len() - 1);
    sheet.bad("forged", "one bit of the last signature is turned", &["id-7"], "forged", &flipped);
    let by_other = revoked_by(&base(), RECEIVER);
    let explains = "signed by the root of another member";
    sheet.bad("other-signer", explains, &["id-40"], "other-signer", &by_other);
    let unknown = Revocation { agency: federation::agency("xx.yyy"), ..base() };
    let unknown = revoked_by(&unknown, SENDER);
    let explains = "of an agency that is no member";
    sheet.bad("unknown-agency", explains, &["id-40"], "not-a-member", &unknown);
    let payload = codec::encode(&base()).unwrap();
    let as_credential =
        hybrid::sign(&Halves::of(SENDER).key(), ContentType::Credential, &payload).unwrap();
    let explains = "signed as a credential";
    sheet.bad("content-type", explains, &["id-40"], "form: content-type", &as_credential);
    let zero = revoked_by(&Revocation { through: Serial::new(0), ..base() }, SENDER);
    sheet.bad("serial-zero", "ends no credential", &["id-40"], "rule: serial", &zero);
    let log = LogNumber::new(9);
    let strange = LastGood { log, ..base().logs[0] };
    let strange = revoked_by(&Revocation { logs: vec![strange], ..base() }, SENDER);
    let explains = "a log that the charter does not accept";
    sheet.bad("log-number", explains, &["id-40"], "rule: log", &strange);
    let twice = vec![base().logs[0]; 2];
    let twice = revoked_by(&Revocation { logs: twice, ..base() }, SENDER);
    sheet.bad("log-twice", "one log twice", &["id-40"], "rule: log-order", &twice);
    let bent = LastGood { size: TreeSize::new(0), ..base().logs[0] };
    let bent = revoked_by(&Revocation { logs: vec![bent], ..base() }, SENDER);
    let explains = "size 0 with the root of another tree";
    sheet.bad("empty-root", explains, &["id-40"], "rule: empty-root", &bent);
    sheet.cases
}

fn revoked_by(document: &Revocation, root: &str) -> Vec<u8> {
    let payload = codec::encode(document).unwrap();
    hybrid::sign(&Halves::of(root).key(), ContentType::Revocation, &payload).unwrap()
}

fn notice_document() -> Notice {
    let from = federation::credential_document(SENDER);
    Notice {
        charter: from.charter,
        agency: from.agency,
        serial: from.serial,
        sequence: 1,
        addresses: vec!["[2001:db8::7]:7400".to_owned(), "node.example:7400".to_owned()],
    }
}

/// The notice with the signature of its signing key.
pub(in crate::vectors) fn signed_notice() -> Vec<u8> {
    noticed_by(&notice_document(), "signing")
}

fn notice_payloads() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "notice-payload");
    let good = codec::encode(&notice_document()).unwrap();
    sheet.good("good", "two addresses, an IPv6 address first", &["id-50"], &good);
    let shorter = mutate::shorter(&good);
    sheet.bad("truncated", "a byte less than it has", &["env-1"], "scan: truncated", &shorter);
    sheet.cases
}

fn notices() -> Vec<Named> {
    let mut sheet = Sheet::new("identity", "address-notice");
    let base = notice_document;
    let signed = |said: &Notice| noticed_by(said, "signing");
    sheet.good("good", "a change of addresses", &["id-50"], &signed(&base()));
    let silent = Notice { addresses: Vec::new(), ..base() };
    sheet.good("dials-only", "the node listens nowhere", &["id-50"], &signed(&silent));
    let by_log = noticed_by(&base(), "log");
    let explains = "signed by the log key";
    sheet.bad("other-role", explains, &["id-50"], "bad-signature", &by_log);
    let other = signed(&Notice { serial: Serial::new(2), ..base() });
    let explains = "under another credential";
    sheet.bad("other-serial", explains, &["id-50"], "other-credential", &other);
    let zero = signed(&Notice { sequence: 0, ..base() });
    sheet.bad("sequence-zero", "notices count from 1", &["id-50"], "other-credential", &zero);
    let bent = Notice { addresses: vec!["node.example".to_owned()], ..base() };
    let explains = "an address without a port";
    sheet.bad("address", explains, &["id-19"], "rule: address", &signed(&bent));
    sheet.cases
}

fn noticed_by(said: &Notice, role: &str) -> Vec<u8> {
    let payload = codec::encode(said).unwrap();
    cose::sign1(&federation::key(SENDER, role), ContentType::Notice, &payload).unwrap()
}
