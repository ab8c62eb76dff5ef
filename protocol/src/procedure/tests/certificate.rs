//! A countersignature is of the certificate that it names, and of people whom their agencies name.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use crate::codec::value::Value;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::identity::staff::Office;
use crate::identity::staff::StaffList;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::ProcedureId;
use crate::ids::StaffNumber;
use crate::message::body::Body;
use crate::message::handover::certificate::CertificateCountersignature;
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::offline;
use crate::message::submission::Submission;
use crate::message::text::StaffNumber as Officer;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::procedure::elsewhere::certificate;
use crate::registry::StaffRole;

const CERTIFICATE: &str = include_str!("../../../../spec/examples/handover-certificate.json");
const COUNTERSIGNATURE: &str =
    include_str!("../../../../spec/examples/certificate-countersignature.json");

const NOW: Timestamp = Timestamp::from_millis(1_773_648_000_000);

fn read(example: Json) -> Submission {
    let tree: Value = serde_json::from_value(example).unwrap();
    Submission::read(&tree).unwrap()
}

fn certified() -> HandoverCertificate {
    let submission = read(serde_json::from_str(CERTIFICATE).unwrap());
    let Body::HandoverCertificate(body) = submission.body() else { panic!("another body") };
    HandoverCertificate::clone(body)
}

fn countersigned(digest: &str) -> CertificateCountersignature {
    let mut example: Json = serde_json::from_str(COUNTERSIGNATURE).unwrap();
    example["body"]["certificate_digest"] = json!(digest);
    let submission = read(example);
    let Body::CertificateCountersignature(body) = submission.body() else { panic!("another body") };
    CertificateCountersignature::clone(body)
}

fn procedure(number: u8) -> ProcedureId {
    ProcedureId::new(NOW, [number; 10])
}

#[test]
fn a_countersignature_is_of_the_certificate_that_it_names() {
    // shows: cer-7
    let body = certified();
    let digest = offline::certificate_digest(&procedure(1), &body).unwrap();
    let right = countersigned(&format!("sha256:{digest}"));
    assert_eq!(certificate::judge(&right, &procedure(1), &body), Ok(()));
    let elsewhere = certificate::judge(&right, &procedure(2), &body).unwrap_err();
    assert_eq!(elsewhere.rule, "cer-7");
    let mut other = certified();
    other.remarks_releasing = None;
    other.exhibits_transferred = Vec::new();
    other.count_transferred = other.count_transferred.wrapping_add(1);
    assert!(certificate::judge(&right, &procedure(1), &other).is_err(), "other words");
    let wrong = countersigned(&format!("sha256:{}", "ab".repeat(32)));
    assert!(certificate::judge(&wrong, &procedure(1), &body).is_err());
}

#[test]
fn whoever_signs_for_an_agency_is_its_custody_officer_at_that_time() {
    // shows: cer-8
    let office = |staff: &str, role, seed| Office {
        staff: StaffNumber::parse(staff).unwrap(),
        role,
        key: SigningKey::from_seed(&[seed; 32]).public(),
        from: NOW,
        until: NOW.after(Span::from_days(10)),
    };
    let list = StaffList {
        charter: CharterName::parse("heron").unwrap(),
        agency: AgencyId::parse("la.mps").unwrap(),
        number: 3,
        from: NOW,
        until: NOW.after(Span::from_days(20)),
        offices: vec![
            office("LA-1", StaffRole::CustodyOfficer, 1),
            office("LA-2", StaffRole::Supervisor, 2),
        ],
    };
    let judged = |officer: &str, day: u32| {
        let at = NOW.after(Span::from_days(day));
        let judged = certificate::judge_officer(&list, &Officer::parse(officer).unwrap(), at);
        judged.err().map(|refusal| refusal.rule)
    };
    assert_eq!(judged("LA-1", 1), None);
    assert_eq!(judged("LA-2", 1), Some("cer-8"), "another office");
    assert_eq!(judged("LA-3", 1), Some("cer-8"), "nobody on the list");
    assert_eq!(judged("LA-1", 11), Some("cer-8"), "the office has ended");
    assert_eq!(judged("LA-3", 21), None, "the list says nothing of that time");
}
