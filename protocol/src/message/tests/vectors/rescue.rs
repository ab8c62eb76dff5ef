//! Cases of people who need help.

use alloc::vec::Vec;

use serde_json::Value as Json;
use serde_json::json;

use super::Case;
use super::Edit;
use super::Edit::Cut;
use super::Edit::Put;
use super::case;
use crate::message::kind::Kind;

/// A procedure about the same person.
const OTHER: &str = "0195a1c4-2f00-7c3e-9a51-6b1d0e5f7a51";

/// That procedure, with whoever began it.
fn merged() -> Json {
    json!({"procedure": OTHER, "reporter": "vn.mps"})
}

/// Another outcome, for a person in that role, whom no prosecutor need look at.
fn found(outcome: &str, category: &str, edit: Edit) -> Vec<Edit> {
    Vec::from([
        Put("/body/outcome", json!(outcome)),
        Put("/body/person/category", json!(category)),
        Cut("/body/non_punishment_review"),
        edit,
    ])
}

#[rustfmt::skip]
pub(super) fn good() -> Vec<Case> {
    use Kind::RescueRequest;
    use Kind::RescueUpdate;
    use Kind::VictimScreeningReport;
    Vec::from([
        case("person-described-only", RescueRequest, ("msgk-85", "accepted"),
            "a person whose name nobody knows is described", Vec::from([Cut("/body/person")])),
        case("safe-times-to-call", RescueRequest, ("msgk-85", "accepted"),
            "a person may be called at some times only",
            Vec::from([Put("/body/do_not_contact", json!(false)),
                Put("/body/contact_safe_times", json!([{"from": "2026-02-10T02:00:00+07:00", "to": "2026-02-10T02:20:00+07:00"}]))])),
        case("child-returned", RescueUpdate, ("msgk-86", "accepted"),
            "a child returns after a determination of its best interests",
            Vec::from([Put("/body/state", json!("returned")), Put("/body/minor", json!("uncertain")), Cut("/body/person_consents"),
                Put("/body/best_interests_ref", json!("LA-BI-2026-0003"))])),
        case("grown-up-by-a-paper", RescueUpdate, ("msgk-133", "accepted"),
            "a paper shows that somebody is a grown-up", Vec::from([Put("/body/age_assessment_ref", json!("LA-AGE-2026-0002"))])),
        case("child-sent-home-after-an-assessment-of-risk", RescueUpdate, ("msgk-132", "accepted"),
            "a return is arranged after an assessment of the risk of ill-treatment",
            Vec::from([Put("/body/minor", json!("yes")), Put("/body/best_interests_ref", json!("LA-BI-2026-0003"))])),
        case("help-declined", RescueUpdate, ("msgk-86", "accepted"),
            "a grown-up declines help", Vec::from([Put("/body/state", json!("declined-help")), Put("/body/person_consents", json!("no"))])),
        case("referred-to-justice", RescueUpdate, ("msgk-86", "accepted"),
            "a prosecutor decided",
            Vec::from([Put("/body/state", json!("referred-to-justice")), Put("/body/prosecutor_decision_ref", json!("LA-PD-2026-0012")),
                Cut("/body/minor"), Cut("/body/person_consents")])),
        case("two-reports-of-one-person", RescueUpdate, ("msgk-86", "accepted"),
            "the Party that accepts merges the reports",
            Vec::from([Put("/body/state", json!("accepted")), Put("/body/merged_procedures", json!([merged()])),
                Cut("/body/minor"), Cut("/body/person_consents")])),
        case("report-that-goes-on-elsewhere", RescueUpdate, ("msgk-86", "accepted"),
            "a second report of a person goes on where the first one does",
            Vec::from([Put("/body/state", json!("accepted")), Put("/body/goes_on_in", json!(OTHER)),
                Cut("/body/minor"), Cut("/body/person_consents")])),
        case("taken-over-out-of-a-handover", VictimScreeningReport, ("msgk-87", "accepted"),
            "a rescue takes over somebody of whom signs were found in a handover", Vec::from([Put("/body/rerouted_from", json!(OTHER))])),
        case("no-indication", VictimScreeningReport, ("msgk-87", "accepted"),
            "no sign was found in an interview that counts", found("no-indication", "suspect", Put("/body/indicators", json!([])))),
        case("undetermined", VictimScreeningReport, ("msgk-87", "accepted"),
            "it cannot be told yet, and the role stays as it was",
            found("undetermined", "suspect", Put("/body/interview_conditions", json!(["trained-interviewer"])))),
    ])
}

pub(super) fn bad() -> Vec<Case> {
    let mut cases = bad_requests();
    cases.extend(bad_updates());
    cases.extend(bad_screenings());
    cases
}

#[rustfmt::skip]
fn bad_requests() -> Vec<Case> {
    use Kind::RescueRequest;
    Vec::from([
        case("nobody-named-or-described", RescueRequest, ("msgk-85", "missing /body/description"),
            "the person is named or described", Vec::from([Cut("/body/person"), Cut("/body/description")])),
        case("safe-time-where-nobody-may-call", RescueRequest, ("msgk-85", "conflicting /body/contact_safe_times"),
            "no time is safe where nobody may contact the person",
            Vec::from([Put("/body/contact_safe_times", json!([{"from": "2026-02-10T02:00:00+07:00", "to": "2026-02-10T02:20:00+07:00"}]))])),
        case("threats-not-stated", RescueRequest, ("msgk-85", "missing /body/threats"),
            "silence about threats is no answer", Vec::from([Cut("/body/threats")])),
    ])
}

#[rustfmt::skip]
fn bad_updates() -> Vec<Case> {
    use Kind::RescueUpdate;
    Vec::from([
        case("return-of-somebody-not-asked", RescueUpdate, ("msgk-86", "conflicting /body/person_consents"),
            "a grown-up returns who agrees to it", Vec::from([Put("/body/person_consents", json!("not-asked"))])),
        case("return-without-consent", RescueUpdate, ("msgk-86", "missing /body/person_consents"),
            "a grown-up returns who agrees to it", Vec::from([Cut("/body/person_consents")])),
        case("return-of-a-child-without-a-determination", RescueUpdate, ("msgk-86", "missing /body/best_interests_ref"),
            "consent of a child is not enough", Vec::from([Put("/body/minor", json!("uncertain"))])),
        case("return-without-an-age", RescueUpdate, ("msgk-86", "missing /body/minor"),
            "whether the person is a child decides who agrees", Vec::from([Cut("/body/minor")])),
        case("return-without-an-assessment-of-risk", RescueUpdate, ("msgk-132", "missing /body/risk_assessment_ref"),
            "nobody is sent home without an assessment of the risk of ill-treatment", Vec::from([Cut("/body/risk_assessment_ref")])),
        case("assessment-of-age-of-a-child", RescueUpdate, ("msgk-133", "conflicting /body/age_assessment_ref"),
            "an assessment of age is named where it shows a grown-up",
            Vec::from([Put("/body/minor", json!("uncertain")), Put("/body/best_interests_ref", json!("LA-BI-2026-0003")),
                Put("/body/age_assessment_ref", json!("LA-AGE-2026-0002"))])),
        case("help-declined-by-a-child", RescueUpdate, ("msgk-86", "conflicting /body/minor"),
            "only a grown-up declines help",
            Vec::from([Put("/body/state", json!("declined-help")), Put("/body/minor", json!("yes")), Put("/body/person_consents", json!("no"))])),
        case("help-declined-by-somebody-who-agrees", RescueUpdate, ("msgk-86", "conflicting /body/person_consents"),
            "whoever declines help does not agree to it", Vec::from([Put("/body/state", json!("declined-help"))])),
        case("referred-without-a-prosecutor", RescueUpdate, ("msgk-86", "missing /body/prosecutor_decision_ref"),
            "nobody is referred to justice without the prosecutor", Vec::from([Put("/body/state", json!("referred-to-justice"))])),
        case("merged-after-the-acceptance", RescueUpdate, ("msgk-86", "conflicting /body/merged_procedures"),
            "reports are merged where the case is accepted", Vec::from([Put("/body/merged_procedures", json!([merged()]))])),
        case("elsewhere-after-the-acceptance", RescueUpdate, ("msgk-86", "conflicting /body/goes_on_in"),
            "a rescue goes on elsewhere from where it is accepted", Vec::from([Put("/body/goes_on_in", json!(OTHER))])),
        case("merged-here-and-elsewhere", RescueUpdate, ("msgk-86", "conflicting /body/goes_on_in"),
            "a rescue takes others in or goes on in another",
            Vec::from([Put("/body/state", json!("accepted")), Put("/body/merged_procedures", json!([merged()])),
                Put("/body/goes_on_in", json!(OTHER))])),
        case("merged-twice", RescueUpdate, ("msgk-86", "repeated /body/merged_procedures/1"),
            "each procedure is merged once",
            Vec::from([Put("/body/state", json!("accepted")), Put("/body/merged_procedures", json!([merged(), merged()]))])),
    ])
}

#[rustfmt::skip]
fn bad_screenings() -> Vec<Case> {
    use Kind::VictimScreeningReport;
    let no_sign = |category: &str, conditions: &[&str]| {
        let mut edits = found("no-indication", category, Put("/body/indicators", json!([])));
        edits.push(Put("/body/interview_conditions", json!(conditions)));
        edits
    };
    let heard = ["trained-interviewer", "independent-interpreter", "private"];
    Vec::from([
        case("victim-without-a-sign", VictimScreeningReport, ("msgk-87", "too-few /body/indicators"),
            "a victim is found by at least one sign", Vec::from([Put("/body/indicators", json!([]))])),
        case("victim-without-a-prosecutors-view", VictimScreeningReport, ("msgk-87", "missing /body/non_punishment_review"),
            "a prosecutor looks at what a victim did under coercion", Vec::from([Cut("/body/non_punishment_review")])),
        case("presumed-victim-in-the-role-of-a-suspect", VictimScreeningReport, ("msgk-87", "conflicting /body/person/category"),
            "the person appears in the role that the screening found", Vec::from([Put("/body/person/category", json!("suspect"))])),
        case("victim-in-the-role-of-a-presumed-one", VictimScreeningReport, ("msgk-87", "conflicting /body/person/category"),
            "whoever is identified as a victim is no longer presumed to be one", Vec::from([Put("/body/outcome", json!("victim"))])),
        case("no-indication-in-the-role-of-a-victim", VictimScreeningReport, ("msgk-87", "conflicting /body/person/category"),
            "whoever shows no indication is no victim", no_sign("victim", &heard)),
        case("no-indication-despite-a-sign", VictimScreeningReport, ("msgk-87", "conflicting /body/indicators"),
            "where a sign was found there is an indication", found("no-indication", "suspect", Put("/body/indicators", json!(["debt"])))),
        case("no-indication-in-front-of-others", VictimScreeningReport, ("msgk-87", "conflicting /body/interview_conditions"),
            "an interview in front of others shows nothing", no_sign("suspect", &heard[..2])),
        case("sign-named-twice", VictimScreeningReport, ("msgk-87", "repeated /body/indicators/3"),
            "each sign stands once", Vec::from([Put("/body/indicators/-", json!("violence"))])),
        case("consent-to-tell-an-agency-twice", VictimScreeningReport, ("msgk-87", "repeated /body/consent_to_share/1"),
            "each agency is named once", Vec::from([Put("/body/consent_to_share/1/agency", json!("kh.npc"))])),
    ])
}
