//! Rules that need more than one submission to show.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use core::iter;

use serde_json::Value as Json;
use serde_json::json;

use super::brief;
use super::example;
use super::put;
use super::read;
use super::submit;
use super::tree;
use super::vectors::child;
use crate::codec;
use crate::limits::CONTENT_BYTES_MAX;
use crate::message::content::Content;
use crate::message::fault::FieldFault;
use crate::message::handling::HandlingCode;
use crate::message::kind::Kind;
use crate::message::partial_date::PartialDate;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::RefusalGround;
use crate::message::retention;
use crate::message::time::CivilDate;
use crate::message::urgency::Urgency;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn born(precision: &str, earliest: &str, latest: &str) -> PartialDate {
    read(&tree(&json!({
        "as_stated": "as said", "calendar": "gregorian", "precision": precision,
        "earliest": earliest, "latest": latest,
    })))
    .unwrap()
}

#[test]
fn age_is_judged_by_the_latest_day_of_birth() {
    // shows: msgk-11
    let year = born("year", "2008-01-01", "2008-12-31");
    assert!(year.possibly_under(18, day("2026-12-30")));
    assert!(!year.possibly_under(18, day("2026-12-31")));

    let leap = born("day", "2008-02-29", "2008-02-29");
    assert!(leap.possibly_under(18, day("2026-02-28")));
    assert!(!leap.possibly_under(18, day("2026-03-01")));
}

#[test]
fn nobody_who_may_be_a_child_is_said_to_be_none() {
    // shows: msgk-11
    let mut json = example(Kind::HandoverRequest);
    put(&mut json, "/body/person/birth/as_stated", json!("2008"));
    put(&mut json, "/body/person/birth/precision", json!("year"));
    put(&mut json, "/body/person/birth/earliest", json!("2008-01-01"));
    put(&mut json, "/body/person/birth/latest", json!("2008-12-31"));
    let said_no = submit(&json).unwrap();
    put(&mut json, "/body/minor", json!("uncertain"));
    let said_uncertain = submit(&json).unwrap();

    let faults = said_no.check_on(day("2026-03-01")).unwrap_err();

    assert_eq!(brief(&faults), [("/body/minor".into(), "conflicting")]);
    assert_eq!(said_no.check_on(day("2027-01-01")), Ok(()));
    assert_eq!(said_uncertain.check_on(day("2026-03-01")), Ok(()));
}

/// Somebody who was born in 2008, as far as it is known.
fn born_in_2008(kind: Kind, at: &str) -> serde_json::Value {
    let mut json = example(kind);
    put(
        &mut json,
        at,
        json!({
            "as_stated": "2008", "calendar": "gregorian", "precision": "year",
            "earliest": "2008-01-01", "latest": "2008-12-31",
        }),
    );
    json
}

#[test]
fn nobody_who_may_be_a_child_is_arrested_or_wanted_as_if_grown_up() {
    // shows: msgk-141
    for (kind, birth) in [
        (Kind::ProvisionalArrestRequest, "/body/person/birth"),
        (Kind::Notice, "/body/subject/person/birth"),
    ] {
        let silent = born_in_2008(kind, birth);
        let mut said_no = silent.clone();
        put(&mut said_no, "/body/minor", json!("no"));
        let mut cared = silent.clone();
        put(&mut cared, "/body/minor", json!("uncertain"));
        put(&mut cared, "/body/child", child::child());
        let mut assessed = said_no.clone();
        put(&mut assessed, "/body/age_assessment", child::grown_up());

        for (json, wanted) in [
            (&silent, Some("missing")),
            (&said_no, Some("conflicting")),
            (&cared, None),
            (&assessed, None),
        ] {
            let submission = submit(json).unwrap();
            let found = submission.check_on(day("2026-03-01"));
            let found = found.err().map(|faults| brief(&faults));
            let wanted = wanted.map(|code| Vec::from([("/body/minor".into(), code)]));
            assert_eq!(found, wanted, "{kind}");
            assert_eq!(submission.check_on(day("2027-01-01")), Ok(()), "{kind}");
        }
    }
}

#[test]
fn a_body_tells_that_somebody_may_be_a_child() {
    // shows: ho-94
    let on = day("2026-03-01");
    let told = |json: &serde_json::Value, on| submit(json).unwrap().body().may_be_child(on);
    let request = born_in_2008(Kind::HandoverRequest, "/body/person/birth");
    assert!(told(&request, on) && !told(&request, day("2027-01-01")));
    let mut uncertain = example(Kind::HandoverRequest);
    put(&mut uncertain, "/body/minor", json!("uncertain"));
    assert!(told(&uncertain, on) && !told(&example(Kind::HandoverRequest), on));
    let mut arrest = born_in_2008(Kind::ProvisionalArrestRequest, "/body/person/birth");
    assert!(told(&arrest, on));
    put(&mut arrest, "/body/age_assessment", child::grown_up());
    assert!(!told(&arrest, on), "somebody found the person to be a grown-up");

    for (path, new, is_child) in [
        ("/body/minor", "uncertain", true),
        ("/body/minor", "no", false),
        ("/body/person/birth/latest", "2008-12-31", true),
        ("/body/person/birth/latest", "2007-12-31", false),
        ("/body/person/birth/earliest", "2008-12-31", false),
    ] {
        let mut correction = example(Kind::Correction);
        put(&mut correction, "/body/changes/0/path", json!(path));
        put(&mut correction, "/body/changes/0/new", json!({"text": new}));
        assert_eq!(told(&correction, on), is_child, "{path} {new}");
    }
}

#[test]
fn nothing_waits_longer_than_five_years_for_its_first_review() {
    // shows: msgk-139
    let mut json = example(Kind::IntelligenceReport);
    put(&mut json, "/handling/review_on", json!("2031-03-01"));
    put(&mut json, "/handling/erase_by", json!("2036-03-01"));
    let said = submit(&json).unwrap();

    assert_eq!(said.check_on(day("2026-03-01")), Ok(()));
    let faults = said.check_on(day("2026-02-28")).unwrap_err();
    assert_eq!(brief(&faults), [("/handling/review_on".into(), "conflicting")]);
}

#[test]
fn every_ground_has_a_class_or_is_for_information_only() {
    // shows: msgk-16
    let of = |class: Option<GroundClass>| {
        RefusalGround::ALL.iter().filter(|ground| ground.default_class() == class).count()
    };

    let counts = [
        of(Some(GroundClass::Mandatory)),
        of(Some(GroundClass::Discretionary)),
        of(Some(GroundClass::Procedural)),
        of(None),
    ];

    assert_eq!(counts, [10, 13, 7, 5]);
}

/// What the sealed part of an example says against another header.
fn against(kind: Kind, urgency: Urgency, codes: &[HandlingCode]) -> Vec<FieldFault> {
    let submission = submit(&example(kind)).unwrap();
    let mut header = submission.handling_codes();
    header.codes = codes.iter().copied().collect::<BTreeSet<_>>();
    submission.content().agree(urgency, &header).err().unwrap_or_default()
}

#[test]
fn the_sealed_part_agrees_with_its_header() {
    // shows: msgk-18
    assert_eq!(against(Kind::IntelligenceReport, Urgency::U1, &[HandlingCode::H3]), []);
    assert_eq!(against(Kind::HandoverRequest, Urgency::U1, &[HandlingCode::H0]), []);

    let without_h3 = against(Kind::IntelligenceReport, Urgency::U3, &[HandlingCode::H1]);
    let without_text = against(Kind::HandoverRequest, Urgency::U1, &[HandlingCode::H3]);

    assert_eq!(brief(&without_h3), [("/h3_text".into(), "conflicting")]);
    assert_eq!(brief(&without_text), [("/h3_text".into(), "missing")]);
}

#[test]
fn a_reason_is_demanded_where_the_header_says_immediate() {
    // shows: msgk-7
    // shows: msgk-18
    let mut json = example(Kind::HandoverRequest);
    put(&mut json, "/urgency", json!("U2"));
    put(&mut json, "/body/urgency_reason", json!(null));
    let submission = submit(&json).unwrap();

    let faults = submission.content().agree(Urgency::U1, &submission.handling_codes()).unwrap_err();

    assert_eq!(brief(&faults), [("/body/urgency_reason".into(), "missing")]);
}

#[test]
fn a_body_of_another_kind_is_refused() {
    // shows: msgk-17
    let content = submit(&example(Kind::Acknowledgement)).unwrap().content().write();

    let faults = Content::read(Kind::HandoverDecision, &content).unwrap_err();

    assert!(faults.iter().any(|fault| fault.pointer == "/body/outcome"));
    assert!(faults.iter().any(|fault| fault.pointer == "/body/of"));
}

#[test]
fn what_a_receiver_would_not_scan_is_refused_to_its_author() {
    // shows: msgk-28
    let mut json = example(Kind::HandoverRequest);
    let long = json!({"lang": "en", "text": "x".repeat(65_536)});
    put(&mut json, "/body/prior_proceedings", iter::repeat_n(long, 8).collect());
    let mut items = example(Kind::HandoverRequest);
    let many = json!({"reference": "Law", "text": {"lang": "en", "text": "x"}});
    put(&mut items, "/body/law_texts", iter::repeat_n(many, 1_000).collect());
    let offence = items["body"]["offences"][1].clone();
    put(&mut items, "/body/offences", iter::repeat_n(offence, 1_000).collect());
    let person = items["body"]["person"]["names"][0].clone();
    put(&mut items, "/body/person/names", iter::repeat_n(person, 1_000).collect());

    let too_long = submit(&json).unwrap_err();
    let too_many = submit(&items).unwrap_err();

    assert_eq!(brief(&too_long), [("/body".into(), "too-long")]);
    assert_eq!(brief(&too_many), [("/body".into(), "too-long")]);
}

#[test]
fn what_just_fits_is_accepted() {
    // shows: msgk-28
    let mut json = example(Kind::HandoverRequest);
    let long = json!({"lang": "en", "text": "x".repeat(65_536)});
    put(&mut json, "/body/prior_proceedings", iter::repeat_n(long, 7).collect());

    let submission = submit(&json).unwrap();

    assert!(codec::encode(&submission.content().write()).unwrap().len() <= CONTENT_BYTES_MAX);
}

#[test]
fn a_passage_has_a_bound() {
    // shows: msgk-5
    let mut json = example(Kind::HandoverRequest);
    put(&mut json, "/body/facts/text", json!("x".repeat(65_537)));

    assert_eq!(brief(&submit(&json).unwrap_err()), [("/body/facts/text".into(), "too-long")]);
}

#[test]
fn a_list_has_a_bound() {
    // shows: msgk-1
    let mut json = example(Kind::IntelligenceReport);
    put(&mut json, "/body/mo_codes", iter::repeat_n(json!("MO-1"), 1_001).collect());

    assert_eq!(brief(&submit(&json).unwrap_err()), [("/body/mo_codes".into(), "too-many")]);
}

#[test]
fn the_originator_and_the_message_replaced_are_named_in_the_header() {
    // shows: msgk-27
    let reply = submit(&example(Kind::InformationReply)).unwrap();

    assert_eq!(reply.originator().unwrap().as_str(), "th.rtp");
    assert!(reply.supersedes().is_some() && reply.procedure().is_some());
    assert_eq!(reply.parents().len(), 1);
    assert_eq!(reply.content().words.case_ref.unwrap().as_str(), "TH-2026-INV-0090");
}

#[test]
fn what_is_passed_on_names_the_decision_of_its_originator_and_nothing_else_does() {
    // shows: orc-12
    let mut json = example(Kind::InformationReply);
    put(&mut json, "/consent", json!(null));
    assert_eq!(brief(&submit(&json).unwrap_err()), [("/consent".into(), "missing")]);

    let mut json = example(Kind::InformationReply);
    put(&mut json, "/originator", json!(null));
    assert_eq!(brief(&submit(&json).unwrap_err()), [("/consent".into(), "conflicting")]);

    let reply = submit(&example(Kind::InformationReply)).unwrap();
    let (content, originator) = (reply.content(), reply.originator());
    assert_eq!(content.agree_on_origin(originator), Ok(()));
    let faults = content.agree_on_origin(None).unwrap_err();
    assert_eq!(brief(&faults), [("/consent".into(), "conflicting")]);
    let own = submit(&example(Kind::Acknowledgement)).unwrap().content();
    assert_eq!(own.agree_on_origin(None), Ok(()));
    assert_eq!(
        brief(&own.agree_on_origin(originator).unwrap_err()),
        [("/consent".into(), "missing")]
    );
}

#[test]
fn the_chapter_prints_how_long_what_is_held_may_wait_for_a_review() {
    // shows: era-11
    let chapter = super::text_of("15-erasure.md");
    let rows = retention::TERMS.iter().map(|term| format!("| {} | {} |", term.matter, term.months));
    let printed: Vec<&str> =
        chapter.lines().skip_while(|line| *line != "| what | months |").collect();
    assert!(rows.eq(printed.into_iter().skip(2).take(retention::TERMS.len())));

    let months = |kind: Kind| retention::term(kind).months;
    assert_eq!(months(Kind::IntelligenceReport), 12);
    assert_eq!(months(Kind::HandoverRequest), 36);
    assert_eq!(months(Kind::VictimScreeningReport), 6);
    assert_eq!(months(Kind::MeetingAgenda), retention::MONTHS_MAX);
}

#[test]
fn a_word_that_may_give_a_source_away_is_looked_at_before_it_is_sent() {
    // shows: msgk-121
    let said = |kind: Kind, pointer: &str, text: &str| {
        let mut json = example(kind);
        put(&mut json, pointer, json!(text));
        json
    };
    let report = |text: &str| said(Kind::IntelligenceReport, "/body/summary/text", text);
    for text in ["As the Informant says.", "据线人说", "จากสายลับ", "theo CHỈ ĐIỂM"]
    {
        let faults = submit(&report(text)).unwrap_err();
        assert_eq!(brief(&faults), [("/body/summary/text".into(), "conflicting")], "{text}");
        assert!(!format!("{faults:?}").contains(text), "the text is not repeated");
        let mut looked_at = report(text);
        put(&mut looked_at, "/sources_checked", json!(true));
        assert!(submit(&looked_at).is_ok());
    }
    assert!(submit(&report("An informantship, by its own word.")).is_ok());
    // So does whoever answers, corrects or tells more after a hit.
    for (kind, pointer) in [
        (Kind::InformationReply, "/body/answers/0/content/text"),
        (Kind::CoreData, "/body/hits/0/unit"),
        (Kind::Correction, "/body/reason/text"),
    ] {
        let faults = submit(&said(kind, pointer, "So says an informer.")).unwrap_err();
        assert_eq!(brief(&faults), [(pointer.into(), "conflicting")], "{kind}");
    }
    let elsewhere = said(Kind::RescueRequest, "/body/held_by/text", "Guards, says an informant.");
    assert!(submit(&elsewhere).is_ok());
}

#[test]
fn no_record_of_a_person_has_more_papers_and_samples_than_anybody_has() {
    // shows: msgk-150
    let paper = |number: usize| json!({"kind": "passport", "number": format!("E{number:08}"), "issuer": "CN"});
    let sample = |number: usize| json!({"kind": "fingerprint", "reference": format!("CN-BIO-{number:04}"), "hash": format!("sha256:{}", "ab".repeat(32))});
    let with = |place: &str, items: Vec<Json>| {
        let mut json = example(Kind::RescueRequest);
        put(&mut json, &format!("/body/person/{place}"), json!(items));
        submit(&json)
    };
    assert!(with("documents", (0..32).map(paper).collect()).is_ok());
    assert!(with("biometrics", (0..32).map(sample).collect()).is_ok());
    for (place, items) in [
        ("documents", (0..33).map(paper).collect::<Vec<Json>>()),
        ("biometrics", (0..33).map(sample).collect()),
    ] {
        let faults = with(place, items).unwrap_err();
        assert_eq!(brief(&faults), [(format!("/body/person/{place}"), "too-many")]);
    }
}
