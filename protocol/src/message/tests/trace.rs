//! By what two messages are known to be about one person, and two places to be one.

use alloc::format;

use serde_json::Value as Json;
use serde_json::json;

use super::example;
use super::put;
use super::submit;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::kind::Kind;
use crate::message::nearby;
use crate::message::pointer::Pointer;
use crate::message::trace;
use crate::message::values::Site;

/// Whether a rescue-request and a handover-request, changed so, are about one person.
fn are_one(rescue: &[(&str, Json)], handover: &[(&str, Json)]) -> bool {
    let traces = |kind: Kind, changes: &[(&str, Json)]| {
        let mut json = example(kind);
        for (pointer, value) in changes {
            put(&mut json, pointer, value.clone());
        }
        let submission = submit(&json).unwrap();
        trace::of(submission.body(), &submission.content().words)
    };
    let rescue = traces(Kind::RescueRequest, rescue);
    !rescue.is_disjoint(&traces(Kind::HandoverRequest, handover))
}

fn passport(number: &str, issuer: &str) -> Json {
    json!([{"kind": "passport", "number": number, "issuer": issuer}])
}

#[test]
fn one_person_is_known_by_a_reference_a_document_or_a_sample_and_never_by_a_name() {
    // shows: res-40
    const REFERENCE: &str = "/body/person/person_ref";
    const DOCUMENTS: &str = "/body/person/documents";
    assert!(!are_one(&[], &[]));

    let same = json!("KH-P-1");
    let clock = ("/body/detention/person_ref", same.clone());
    assert!(are_one(&[(REFERENCE, same.clone())], &[(REFERENCE, same), clock]));

    let written = [(DOCUMENTS, passport("N 012-345 a", "KH"))];
    assert!(are_one(&written, &[(DOCUMENTS, passport("n012345A", "KH"))]));
    assert!(!are_one(&written, &[(DOCUMENTS, passport("n012345A", "TH"))]));

    let sample = |byte: &str| json!([{"kind": "face", "reference": "KH-B-1", "hash": format!("sha256:{}", byte.repeat(32))}]);
    const SAMPLES: &str = "/body/person/biometrics";
    assert!(are_one(&[(SAMPLES, sample("ab"))], &[(SAMPLES, sample("ab"))]));
    assert!(!are_one(&[(SAMPLES, sample("ab"))], &[(SAMPLES, sample("cd"))]));

    let names = example(Kind::RescueRequest)["body"]["person"]["names"].clone();
    assert!(!are_one(&[], &[("/body/person/names", names)]));
}

#[test]
fn a_decision_names_the_screening_by_the_reference_of_its_procedure() {
    // shows: res-40
    let mut report = example(Kind::VictimScreeningReport);
    put(&mut report, "/procedure_ref", json!("LA-VS-2026-0301"));
    let report = submit(&report).unwrap();
    let report = trace::of(report.body(), &report.content().words);
    let decision = submit(&example(Kind::HandoverDecision)).unwrap();
    assert_eq!(example(Kind::HandoverDecision)["body"]["victim_screening_ref"], "LA-VS-2026-0301");
    assert!(!report.is_disjoint(&trace::of(decision.body(), &decision.content().words)));
    assert_eq!(format!("{report:?}").matches("LA-").count(), 0, "Debug shows nothing of it");
}

fn site(json: &Json) -> Site {
    let mut faults = Faults::new();
    let site = Site::read(&super::tree(json), &Pointer::Root, &mut faults);
    faults.judge(site).unwrap()
}

#[test]
fn two_places_may_be_one_by_name_by_address_or_by_how_near_they_are() {
    // shows: res-41
    let may = |one: Json, other: Json| {
        let may = nearby::may_be_one(&site(&one), &site(&other));
        assert_eq!(nearby::may_be_one(&site(&other), &site(&one)), may, "either way round");
        may
    };
    let point = |name: &str, lat: &str, lon: &str| json!({"name": name, "country": "LA", "geo": {"lat": lat, "lon": lon}});
    assert!(may(
        json!({"name": "Building 7", "country": "LA"}),
        json!({"name": "BUILDING-7", "country": "LA"})
    ));
    assert!(!may(
        json!({"name": "Building 7", "country": "LA"}),
        json!({"name": "Building 7", "country": "MM"})
    ));
    assert!(!may(
        json!({"name": "Building 7", "country": "LA"}),
        json!({"name": "Building 8", "country": "LA"})
    ));
    assert!(may(
        json!({"name": "A", "country": "LA", "address": "Road 3, Ton Pheung"}),
        json!({"name": "B", "country": "LA", "address": "road 3 Ton Pheung"}),
    ));
    // A degree of longitude is shorter than one of latitude: 0.0092 of it are 961 and 1,024 metres.
    assert!(may(point("A", "20.2500", "100.1000"), point("B", "20.2500", "100.1092")));
    assert!(!may(point("A", "20.2500", "100.1000"), point("B", "20.2592", "100.1000")));
    assert!(may(point("A", "-0.0010", "179.9999"), point("B", "0.0010", "-179.9999")));
    let mut rough = point("A", "20.2500", "100.1000");
    rough["accuracy_m"] = json!(5_000);
    assert!(may(rough, point("B", "20.3000", "100.1000")));
}
