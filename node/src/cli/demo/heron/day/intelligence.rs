//! Days −45 to −20: a report and who may read it, a request for information, a feed, and somebody who is missed.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::day::feed;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::KH;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::report::Report;
use crate::report::code::Code;

/// The case of the site: what rests on the report about it is of the same.
pub(crate) const SITE_CASE: &str = "CN-2026-EX-0017";

/// What later days come back to.
#[derive(Debug)]
pub(crate) struct Found {
    /// The report on the site, and the message with it.
    pub(crate) report: (Scene, Sent),
    /// What LA passed on to TH, as CN allowed.
    pub(crate) copy: (Scene, Sent),
    /// The request for information that rests on it.
    pub(crate) request: Scene,
    /// Its last answer.
    pub(crate) answer: Sent,
    /// The rescue of the person whom a family misses.
    pub(crate) rescue: Scene,
}

/// The site.
pub(crate) fn building() -> Value {
    json!({
        "name": "Building 7, synthetic zone",
        "country": "LA",
        "hazards": [english("Steel doors; dogs.")],
    })
}

/// Plays the days before anybody proposes anything.
pub(crate) fn play(desk: &Desk<'_>) -> Result<Found, Report> {
    let (report, consent) = report(desk)?;
    let copy = pass_on(desk, &consent)?;
    pass_off(desk, &consent)?;
    let (request, answer) = accounts(desk, &report.1)?;
    feed::play(desk)?;
    let rescue = missed(desk)?;
    Ok(Found { report, copy, request, answer, rescue })
}

/// Day −45: the third-party rule.
fn report(desk: &Desk<'_>) -> Result<((Scene, Sent), Sent), Report> {
    desk.progress.doing("day -45: a report on a site");
    let mut scene = Scene::new(&[CN, LA], "investigation", SITE_CASE);
    let sent =
        desk.say(&mut scene, CN, Line::new("intelligence-report", site_report()).codes(&["H2"]))?;
    desk.acknowledge(&mut scene, LA, &sent)?;
    let ask = json!({
        "items": [sent.id],
        "proposed_recipients": [{"party": "TH", "agency": "th.rtp", "name": "Royal Thai Police, exercise desk"}],
        "purpose": {"kind": "investigation", "case_ref": "TH-2026-INV-0090"},
        "for_evidence": false,
    });
    let asked = desk.say(&mut scene, LA, Line::new("onward-transfer-request", ask))?;
    let decide = json!({
        "of": asked.id,
        "granted": true,
        "conditions": [english("Read by the investigators of this case only.")],
        "valid_until": calendar::instant_after(Span::from_days(90)),
    });
    let foreign = Line::new("onward-transfer-decision", decide.clone());
    desk.refused(&mut scene, LA, foreign, Code::NotEntitled)?;
    let consent = desk.say(&mut scene, CN, Line::new("onward-transfer-decision", decide))?;
    // What was allowed has to be here before it is passed on.
    desk.catch_up(&mut scene, LA)?;
    desk.progress.done("day -45  CN reports a site (B2, H2); LA may pass it on to TH, because CN says so and only then");
    Ok(((scene, sent), consent))
}

/// What was seen, as it is told and passed on.
pub(crate) fn site_report() -> Value {
    let leader = Person::known("CN-P-900001", "CN", 0);
    json!({
        "title": "Call centre in the synthetic zone",
        "kind": "operational",
        "summary": english("A site with about 600 people works in shifts."),
        "body": [{"text": english("Two floors are used for calls.")}],
        "evaluation": {"scheme": "4x4", "source_code": "B", "info_code": "2", "rationale": english("Seen by the source.")},
        "entities": [{"id": "p1", "entity": {"person": leader.record("suspect")}}],
        "site": {"name": "Building 7, synthetic zone", "estimated_people": 600},
        "assertion_kind": "fact",
        "requested_action": "consider",
        "permitted_actions": ["query-quietly"],
    })
}

/// A copy of the report, marked as what it is: information of China, which China let be passed on to Thailand.
fn pass_on(desk: &Desk<'_>, consent: &Sent) -> Result<(Scene, Sent), Report> {
    let mut scene = Scene::new(&[LA, TH], "investigation", "LA-2026-FW-0001");
    let sent = desk.say(&mut scene, LA, copy(consent))?;
    desk.acknowledge(&mut scene, TH, &sent)?;
    Ok((scene, sent))
}

/// China named Thailand and nobody else, so LA's own node refuses; what does not say whose it is goes through, and nobody
/// notices before day +25.
fn pass_off(desk: &Desk<'_>, consent: &Sent) -> Result<(), Report> {
    let mut scene = Scene::new(&[LA, VN], "investigation", "LA-2026-FW-0002");
    desk.refused(&mut scene, LA, copy(consent), Code::Safeguard)?;
    let line = Line::new("intelligence-report", site_report()).codes(&["H2"]);
    let sent = desk.say(&mut scene, LA, line)?;
    desk.acknowledge(&mut scene, VN, &sent)?;
    Ok(())
}

fn copy(consent: &Sent) -> Line {
    Line::new("intelligence-report", site_report())
        .with("originator", json!("cn.mps"))
        .with("consent", json!(consent.id))
        .with(
            "handling",
            json!({
                "classification": "restricted",
                "codes": ["H2"],
                "evidential_use": "never",
                "onward": "none",
                "review_on": calendar::day_after(Span::from_days(300)),
                "erase_by": calendar::day_after(Span::from_days(3 * 300)),
            }),
        )
}

/// Day −40: one question answered in part, one refused, and the rest is for a court.
fn accounts(desk: &Desk<'_>, report: &Sent) -> Result<(Scene, Sent), Report> {
    desk.progress.doing("day -40: accounts");
    let mut scene = Scene::new(&[LA, TH], "investigation", "LA-2026-RFI-0003");
    let manager = Person::known("TH-P-900044", "TH", 0);
    let (la, th) = (desk.agency(LA)?, desk.agency(TH)?);
    let body = json!({
        "questions": [
            {"id": "q1", "text": english("Which accounts does the person hold?"), "data_class": "account"},
            {"id": "q2", "text": english("What moved through them?"), "data_class": "transaction"},
        ],
        "facts": english("Money of victims went to accounts that the person manages."),
        "offence": {
            "narrative": english("Telephone fraud by a group."),
            "local_law_ref": la.law,
            "max_penalty": {"kind": "imprisonment", "months": 120},
            "penalty_includes_death": false,
            "committed": {
                "from": calendar::day_before(Span::from_days(300)),
                "to": calendar::day_before(Span::from_days(30)),
            },
            "places": [building()],
            "equivalent_law_in_requested": th.law,
        },
        "subjects": [{
            "person": manager.record("suspect"),
            "link_to_case": english(format!("His number stands in the report {}.", report.id)),
        }],
        "reason_to_believe_held": english("The bank is in the requested State."),
        "necessity": english("Without the accounts the victims cannot be found."),
        "intended_use": "intelligence",
        "coercive_measure_needed": false,
        "reply_languages": ["en"],
        "urgency_reason": english("An operation is days away."),
        "do_not_alert_subject": true,
    });
    let asked = desk.say(&mut scene, LA, Line::new("request-for-information", body))?;
    desk.acknowledge(&mut scene, TH, &asked)?;
    let partly = json!({
        "answers": [
            {"question_id": "q1", "status": "partial", "content": english("One account: ZZ00-DEMO-000044.")},
            {"question_id": "q2", "status": "pending"},
        ],
        "delay_reason": english("A court is asked."),
        "next_update_by": calendar::instant_after(Span::from_days(2)),
    });
    desk.say(&mut scene, TH, Line::new("information-reply", partly))?;
    desk.stands(&mut scene, "partly-answered")?;
    let refused = json!({
        "answers": [{"question_id": "q2", "status": "refused"}],
        "refusal": ["judicial-authorisation-refused"],
        "refusal_scope": "whole",
        "evidence_route": english("A request for mutual legal assistance to the Central Authority."),
    });
    let answer = desk.say(&mut scene, TH, Line::new("information-reply", refused))?;
    desk.stands(&mut scene, "converted")?;
    desk.progress.done("day -40  LA asks TH for accounts; one answer in part, one refused by a court: converted into mutual legal assistance");
    Ok((scene, answer))
}

/// Day −20: a family misses somebody, and a call can kill.
fn missed(desk: &Desk<'_>) -> Result<Scene, Report> {
    desk.progress.doing("day -20: somebody is missed");
    let mut scene = Scene::new(&[KH, LA], "rescue", "KH-2026-RS-0001");
    let person = Person::known("KH-P-000301", "KH", 0);
    let body = json!({
        "reported_by_kind": "family",
        "person": person.record("missing"),
        "last_contact": calendar::instant_before(Span::from_days(4)),
        "location": building(),
        "location_confidence": "medium",
        "threats": [english("The group says it will sell him to another site.")],
        "do_not_contact": true,
        "minors": "no",
        "consent_of_person": "given",
        "home": "kh.npc",
    });
    desk.say(&mut scene, KH, Line::new("rescue-request", body).urgency("U1"))?;
    for state in ["triaged", "accepted", "locating"] {
        desk.say(&mut scene, LA, Line::new("rescue-update", update(state)))?;
    }
    desk.progress.done("day -20  a family in KH misses somebody at the site; LA accepts the rescue, nobody calls, the site is flagged");
    Ok(scene)
}

/// How a rescue stands.
pub(crate) fn update(state: &str) -> Value {
    json!({
        "state": state,
        "action": english("As planned."),
        "next_by": calendar::instant_after(calendar::hours(24)),
    })
}
