//! One answer lists every fault, and says nothing of what a person wrote.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::brief;
use super::cut;
use super::example;
use super::pointers;
use super::put;
use super::submit;
use crate::limits::FAULTS_MAX;
use crate::message::body::Body;
use crate::message::fault::FaultCode;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;

#[test]
fn ten_faults_are_ten_faults_in_one_answer() {
    // shows: msgk-2
    // shows: msgk-3
    let mut json = example(Kind::HandoverRequest);
    cut(&mut json, "/exercise");
    put(&mut json, "/to/0/agency", json!("LA"));
    put(&mut json, "/urgency", json!("U9"));
    put(&mut json, "/handling/erase_by", json!("2026-01-01"));
    put(&mut json, "/colour", json!("green"));
    put(&mut json, "/body/person/names/0/script", json!("han"));
    put(&mut json, "/body/person/birth/precision", json!("day"));
    put(&mut json, "/body/offences/0/max_penalty/months", json!(-1));
    cut(&mut json, "/body/warrant_or_judgment");
    put(&mut json, "/body/facts", json!("what happened"));

    let faults = submit(&json).unwrap_err();

    let wanted = [
        ("/colour", "unknown-field"),
        ("/to/0/agency", "malformed"),
        ("/urgency", "bad-choice"),
        ("/handling/review_on", "conflicting"),
        ("/exercise", "missing"),
        ("/body/person/names/0/script", "malformed"),
        ("/body/person/birth/precision", "conflicting"),
        ("/body/offences/0/max_penalty/months", "out-of-range"),
        ("/body/facts", "wrong-type"),
        ("/body/warrant_or_judgment", "missing"),
    ];
    assert_eq!(brief(&faults), wanted.map(|(at, code)| (String::from(at), code)));
}

#[test]
fn beyond_a_bound_faults_are_counted() {
    // shows: msgk-2
    let mut json = example(Kind::Acknowledgement);
    for number in 0..300 {
        put(&mut json, &format!("/body/extra{number}"), json!(1));
    }

    let faults = submit(&json).unwrap_err();

    assert_eq!(faults.len(), FAULTS_MAX + 1);
    let last = faults.last().unwrap();
    assert_eq!(
        (last.code, last.reason.as_str()),
        (FaultCode::MoreFaults, "44 more faults were found")
    );
}

#[test]
fn a_bad_choice_lists_the_allowed_ones() {
    let mut json = example(Kind::HandoverRequest);
    put(&mut json, "/body/stage", json!("trial"));

    let faults = submit(&json).unwrap_err();

    assert_eq!(faults[0].reason, "one of: investigation, accused, convicted");
}

#[test]
fn an_unknown_key_that_is_long_or_unprintable_is_not_repeated() {
    for key in ["x".repeat(65), String::from("a\u{1b}b")] {
        let mut json = example(Kind::Acknowledgement);
        put(&mut json, &format!("/body/{key}"), json!(1));

        let faults = submit(&json).unwrap_err();

        assert_eq!(brief(&faults), [(String::from("/body"), "unknown-field")]);
    }
}

#[test]
fn a_fault_never_repeats_what_a_person_wrote() {
    // shows: msgk-3
    const MARK: &str = "Zhang\u{7}Secret";
    for kind in Kind::all() {
        let example = example(*kind);
        let mut all = Vec::new();
        pointers(&example, "", &mut all);
        for pointer in
            all.iter().filter(|pointer| example.pointer(pointer).is_some_and(Json::is_string))
        {
            let mut json = example.clone();
            put(&mut json, pointer, json!(MARK));

            let faults = submit(&json).unwrap_err();

            assert!(
                faults.iter().all(|fault| !format!("{fault} {fault:?}").contains("Zhang")),
                "{kind} {pointer}"
            );
        }
    }
}

#[test]
fn debug_shows_a_kind_and_nothing_of_what_was_said() {
    // shows: msgk-19
    for kind in Kind::all() {
        let example = example(*kind);
        let submission = submit(&example).unwrap();

        let shown = format!("{submission:?} {:?} {:?}", submission.content(), submission.body());

        assert!(shown.contains(&format!("Body({kind})")), "{shown}");
        let beside = shown.replace(kind.text(), "");
        let mut all = Vec::new();
        pointers(&example, "", &mut all);
        let texts =
            all.iter().filter_map(|pointer| example.pointer(pointer).and_then(Json::as_str));
        for text in texts.filter(|text| text.len() > 3) {
            assert!(!beside.contains(text), "{kind} shows {text}");
        }
    }
}

#[test]
fn every_record_keeps_silent() {
    // shows: msgk-19
    let submission = submit(&example(Kind::HandoverRequest)).unwrap();
    let Body::HandoverRequest(body) = submission.body() else { panic!("another kind") };

    assert_eq!(format!("{body:?}"), "HandoverRequest");
    assert_eq!(format!("{:?}", body.person), "PersonRecord");
    assert_eq!(format!("{:?}", body.person.names), "2 items");
    assert_eq!(format!("{:?}", body.facts.text), "Passage");
    assert_eq!(format!("{:?}", body.detention), "Some(DetentionClock)");
}

#[test]
fn a_pointer_is_written_as_rfc_6901_writes_it() {
    let list = Pointer::Root.key("a/b");
    let item = list.item(3);

    assert_eq!(item.key("m~n").text(), "/a~1b/3/m~0n");
    assert_eq!(Pointer::Root.text(), "");
}

#[test]
fn what_is_no_map_is_one_fault_of_the_whole() {
    for json in [json!(null), json!([]), json!("text"), json!(1), json!(true)] {
        let faults = submit(&json).unwrap_err();

        assert_eq!(brief(&faults), [(String::new(), "wrong-type")]);
    }
}
