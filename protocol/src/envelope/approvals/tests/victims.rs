//! Who stands behind a word on whether somebody is a victim.

use alloc::string::String;
use alloc::string::ToString;

use serde_json::Value as Json;
use serde_json::json;

use super::CENTRAL;
use super::DRAFTER;
use super::PROSECUTOR;
use super::SECOND;
use super::SUPERVISOR;
use super::Votes;
use super::draft;
use super::judge;
use super::members_under;
use super::voted;
use super::with_staff;
use crate::envelope::approvals::Deed;
use crate::envelope::approvals::judge::Approved;
use crate::envelope::approvals::judge::NotApproved;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::TOLERANCE;
use crate::identity::charter::ApprovalProfile;
use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::registry::RefusalCode;
use crate::registry::StaffRole;

const SCREENING: &str = include_str!("../../../../../spec/examples/victim-screening-report.json");
const UPDATE: &str = include_str!("../../../../../spec/examples/rescue-update.json");

const SCREENS: (&str, StaffRole, Deed) = ("4715", StaffRole::VictimOfficer, Deed::Approved);
const SCREENS_AND_DRAFTS: (&str, StaffRole, Deed) =
    ("4715", StaffRole::VictimOfficer, Deed::Drafted);

/// Under a charter that demands approvals; the second supervisor is an officer for victims.
fn directory() -> Directory {
    let mut list = members::staff_list(SENDER, 1);
    for office in &mut list.offices {
        if office.staff == members::staff(SENDER, "4715") {
            office.role = StaffRole::VictimOfficer;
        }
    }
    with_staff(&list)
}

fn judged(message: &str, votes: Votes<'_>) -> Result<Approved, NotApproved> {
    let sealed = voted(&|| draft(message, votes[0].0), votes, &|_| ());
    judge::judge(&sealed.question(), &directory(), TOLERANCE)
}

/// An update of a rescue with this state.
fn update(state: &str) -> String {
    let mut message: Json = serde_json::from_str(UPDATE).unwrap();
    let mut body = json!({ "state": state, "next_by": "2026-03-12T12:00:00+07:00" });
    if state == "declined-help" {
        (body["minor"], body["person_consents"]) = (json!("no"), json!("no"));
    }
    if state == "referred-to-justice" {
        body["prosecutor_decision_ref"] = json!("LA-PD-2026-0012");
    }
    message["body"] = body;
    message.to_string()
}

/// What a screening found otherwise than signs.
fn without_signs() -> String {
    let mut message: Json = serde_json::from_str(SCREENING).unwrap();
    let body = message["body"].as_object_mut().unwrap();
    body["outcome"] = json!("no-indication");
    body["indicators"] = json!([]);
    body["person"]["category"] = json!("suspect");
    message.to_string()
}

/// A report with this word on acts under coercion, or without one.
fn with_review(report: &str, view: Option<&str>) -> String {
    let mut message: Json = serde_json::from_str(report).unwrap();
    let body = message["body"].as_object_mut().unwrap();
    body.remove("non_punishment_review");
    if let Some(view) = view {
        body.insert("non_punishment_review".to_string(), json!(view));
    }
    message.to_string()
}

#[test]
fn whether_somebody_is_a_victim_is_said_by_an_officer_for_victims() {
    // shows: apr-11
    for message in [SCREENING.to_string(), without_signs()] {
        let refused = judged(&message, &[DRAFTER, SUPERVISOR]).unwrap_err();
        assert_eq!((refused.code(), refused.rule()), (RefusalCode::Unapproved, "apr-11"));
        assert!(refused.remedy().contains("victim-officer"), "{}", refused.remedy());
        assert_eq!(judged(&message, &[DRAFTER, SUPERVISOR, SCREENS]), Ok(Approved::ByAll));
        assert_eq!(judged(&message, &[SCREENS_AND_DRAFTS, SUPERVISOR]), Ok(Approved::ByAll));
    }
    for state in ["screening", "protected"] {
        let refused = judged(&update(state), &[DRAFTER]).unwrap_err();
        assert_eq!(refused.rule(), "apr-11", "{state}");
        assert_eq!(judged(&update(state), &[SCREENS_AND_DRAFTS]), Ok(Approved::ByAll));
    }
    assert_eq!(judged(&update("locating"), &[DRAFTER]), Ok(Approved::ByAll));
}

#[test]
fn nobody_becomes_a_suspect_without_an_officer_for_victims_and_a_supervisor() {
    // shows: apr-12
    let referred = update("referred-to-justice");
    for message in [update("declined-help"), referred, without_signs()] {
        let alone = judged(&message, &[SCREENS_AND_DRAFTS, PROSECUTOR]).unwrap_err();
        assert!(matches!(alone, NotApproved::TooFew { .. }), "{alone}");
        assert_eq!(judged(&message, &[DRAFTER, SUPERVISOR]).unwrap_err().rule(), "apr-11");
        let all = [SCREENS_AND_DRAFTS, SUPERVISOR, PROSECUTOR];
        assert_eq!(judged(&message, &all), Ok(Approved::ByAll));
    }
}

#[test]
fn how_acts_under_coercion_are_looked_at_is_said_by_a_prosecutor() {
    // shows: apr-13
    let stated = [Some("applies"), Some("not-applicable")];
    let found = stated.map(|view| with_review(SCREENING, view));
    let ended = with_review(&without_signs(), Some("not-applicable"));
    for message in found.into_iter().chain([ended, update("referred-to-justice")]) {
        let refused = judged(&message, &[SCREENS_AND_DRAFTS, SUPERVISOR]).unwrap_err();
        assert_eq!((refused.code(), refused.rule()), (RefusalCode::Unapproved, "apr-13"));
        assert!(refused.remedy().contains("prosecutor"), "{}", refused.remedy());
        for decides in [PROSECUTOR, CENTRAL] {
            let all = [SCREENS_AND_DRAFTS, SUPERVISOR, decides];
            assert_eq!(judged(&message, &all), Ok(Approved::ByAll));
        }
    }
    let open = [with_review(SCREENING, Some("pending")), with_review(&without_signs(), None)];
    for message in open.into_iter().chain([update("declined-help")]) {
        assert_eq!(judged(&message, &[SCREENS_AND_DRAFTS, SUPERVISOR]), Ok(Approved::ByAll));
    }
}

#[test]
fn where_no_approvals_are_demanded_a_screening_may_come_without() {
    // shows: apr-8
    let sealed = voted(&|| draft(SCREENING, DRAFTER.0), &[DRAFTER, SECOND], &|_| ());
    let question = judge::Question { approvals: None, ..sealed.question() };
    let judged = judge::judge(&question, &members_under(ApprovalProfile::NoneDemanded), TOLERANCE);
    assert_eq!(judged, Ok(Approved::NotAsked));
}
