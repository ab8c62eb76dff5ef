//! Manifests as large as they get, and as their stage and the day make them.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::brief;
use super::example;
use super::put;
use super::submit;
use crate::codec;
use crate::limits::CONTENT_BYTES_MAX;
use crate::limits::MANIFEST_ENTRIES_MAX;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::kind::Kind;
use crate::message::time::CivilDate;

/// The manifest of the specification with so many entries, each like the one with the most names.
fn manifest(people: usize) -> Json {
    let mut json = example(Kind::BatchManifest);
    let longest = json["body"]["entries"][2].clone();
    let numbered = |n: usize| {
        let mut entry = longest.clone();
        put(&mut entry, "/n", json!(n));
        entry
    };
    let entries: Vec<Json> = (1..=people).map(numbered).collect();
    put(&mut json, "/body/entries", json!(entries));
    let sexes = json!({"female": 0, "male": people, "other": 0, "unknown": 0});
    let counts = json!({"total": people, "by_sex": sexes, "minors": 0, "high_risk": people});
    put(&mut json, "/body/counts", counts);
    json
}

#[test]
fn a_manifest_of_as_many_people_as_it_may_hold_fits_a_message() {
    // shows: msgk-75
    let submission = submit(&manifest(MANIFEST_ENTRIES_MAX)).unwrap();

    let bytes = codec::encode(&submission.content().write()).unwrap();
    assert!(bytes.len() <= CONTENT_BYTES_MAX);
}

#[test]
fn one_person_more_goes_with_the_next_manifest() {
    // shows: msgk-75
    let faults = submit(&manifest(MANIFEST_ENTRIES_MAX + 1)).unwrap_err();

    assert_eq!(brief(&faults), [("/body/entries".into(), "too-many")]);
}

#[test]
fn counts_that_differ_are_refused_with_both_numbers() {
    // shows: msgk-75, msgk-82
    let mut manifest = example(Kind::BatchManifest);
    put(&mut manifest, "/body/counts/minors", json!(7));
    let mut reconciliation = example(Kind::BatchReconciliation);
    put(&mut reconciliation, "/body/legs/0/removed/medical", json!(0));

    let counted = submit(&manifest).unwrap_err();
    let reconciled = submit(&reconciliation).unwrap_err();

    assert!(counted[0].reason.contains('2') && counted[0].reason.contains('7'));
    assert!(reconciled[0].reason.contains("500") && reconciled[0].reason.contains("499"));
}

#[test]
fn a_manifest_for_sealing_is_approved_by_more_than_a_proposal() {
    // shows: msgk-31
    for (stage, wanted) in [("proposal", Approval::A2), ("for-sealing", Approval::A3)] {
        let mut json = example(Kind::BatchManifest);
        put(&mut json, "/body/stage", json!(stage));
        let submission = submit(&json).unwrap();
        let handling = submission.handling_codes();

        let said = Said { urgency: submission.urgency(), handling: &handling };

        assert_eq!(submission.body().approval(&said), wanted, "{stage}");
    }
}

#[test]
fn nobody_on_a_manifest_who_may_be_a_child_is_said_to_be_none() {
    // shows: msgk-78
    let mut json = example(Kind::BatchManifest);
    put(&mut json, "/body/entries/2/birth/earliest", json!("2008-01-01"));
    put(&mut json, "/body/entries/2/birth/latest", json!("2008-12-31"));
    let submission = submit(&json).unwrap();

    let faults = submission.check_on(CivilDate::parse("2026-03-10").unwrap()).unwrap_err();

    assert_eq!(brief(&faults), [("/body/entries/2/minor".into(), "conflicting")]);
    assert_eq!(submission.check_on(CivilDate::parse("2027-01-01").unwrap()), Ok(()));
}
