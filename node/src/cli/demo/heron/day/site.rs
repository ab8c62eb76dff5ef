//! Days +1 to +9: everybody who was found at the site, screened and decided one by one.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::batch;
use crate::cli::demo::heron::batch::Rider;
use crate::cli::demo::heron::batch::Travel;
use crate::cli::demo::heron::case;
use crate::cli::demo::heron::case::Case;
use crate::cli::demo::heron::case::Ending;
use crate::cli::demo::heron::case::Plan;
use crate::cli::demo::heron::case::Road;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::day::intelligence;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::KH;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::heron::person::Person;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Own nationals of whom it is reported by day +9 that they are charged.
const CHARGED: usize = 3;

/// Screens everybody, decides about everybody, and moves whoever was granted.
pub(crate) fn play(desk: &Desk<'_>, rescue: &mut Scene) -> Result<(), Report> {
    let site = &desk.numbers.site;
    screen(desk, rescue)?;
    desk.progress.doing("days +5 to +9: decisions and outcomes");
    let china = {
        let granted = site.to_cn;
        let deferred = granted + site.deferred;
        let unproven = deferred + site.unproven;
        let mut plans = case::people("LA-CN", 0..granted, "CN", Ending::Granted);
        plans.extend(case::people("LA-CN", granted..deferred, "CN", Ending::Deferred));
        plans.extend(case::people("LA-CN", deferred..unproven, "CN", Ending::Unproven));
        let landlord = Person::known("LA-LA-P-000000", "LA", 0);
        plans.push(Plan { person: landlord, ending: Ending::OwnNational });
        plans.extend(case::people("LA-LA", 1..site.domestic, "LA", Ending::OwnNational));
        case::play(desk, road(CN, "police-handover"), &plans)?
    };
    // The recruiter has a day of his own, and is one of those who go to Viet Nam.
    let vietnam = case::people("LA-VN", 1..site.to_vn, "VN", Ending::Granted);
    let vietnam = case::play(desk, road(VN, "police-handover"), &vietnam)?;
    let thailand = case::people("LA-TH", 0..site.to_th, "TH", Ending::Granted);
    let thailand = case::play(desk, road(TH, "police-handover"), &thailand)?;
    let myanmar = case::people("LA-MM", 0..site.returned, "MM", Ending::Granted);
    let myanmar = case::play(desk, road(MM, "immigration-removal"), &myanmar)?;
    domestic(desk, &china)?;
    no_victim_travels(desk, &vietnam)?;
    for (name, to, cases) in
        [("CN", CN, &china), ("VN", VN, &vietnam), ("TH", TH, &thailand), ("MM", MM, &myanmar)]
    {
        let channel = if to == MM { "immigration-removal" } else { "police-handover" };
        let travel = Travel {
            name: format!("LA-B-2026-{name}"),
            channel,
            way: vec![LA, to],
            riders: riders(cases),
            twists: Vec::new(),
            arrivals_said: true,
        };
        batch::travel(desk, &travel)?;
    }
    desk.progress.done(format!(
        "days +5 to +9  {} to CN, {} to VN, {} to TH, {} returned to MM under a guarantee; {} deferred, {} refused for want of evidence, {} own nationals tried in LA",
        site.to_cn, site.to_vn, site.to_th, site.returned, site.deferred, site.unproven, site.domestic
    ));
    Ok(())
}

const fn road(asker: usize, channel: &'static str) -> Road {
    Road { asker, holder: LA, channel }
}

/// Whoever was granted.
pub(crate) fn riders(cases: &[Case]) -> Vec<Rider> {
    cases
        .iter()
        .filter(|case| case.ending == Ending::Granted)
        .map(|case| Rider {
            person: case.person.clone(),
            procedure: case.request.procedure.clone(),
            decision: case.last.id.clone(),
        })
        .collect()
}

/// Days +1 to +4: presumed victims and children, each a rescue with the home agency that the person lets know.
fn screen(desk: &Desk<'_>, rescue: &mut Scene) -> Result<(), Report> {
    desk.progress.doing("days +1 to +4: screening");
    let site = &desk.numbers.site;
    let mut people = Vec::new();
    for (country, count) in site.victims {
        let home = home(country);
        for number in 0..count {
            people.push((home, victim(country, number)));
        }
    }
    // The one whom the family misses is a rescue already.
    people.retain(|(_, person)| person.reference != "KH-P-000301");
    let mut letters = Vec::new();
    for (home, person) in &people {
        letters.push(report(desk, *home, person, "presumed-victim")?);
    }
    for number in 0..site.minors {
        let child = Person::new("LA-VN-MINOR", number, "VN").under_age();
        letters.push(report(desk, VN, &child, "undetermined")?);
    }
    crowd::each(desk, LA, &letters, crowd::post)?;
    for state in ["location-confirmed", "extracted"] {
        desk.say(rescue, LA, Line::new("rescue-update", intelligence::update(state)))?;
    }
    let missed = Person::known("KH-P-000301", "KH", 0);
    let body = findings(&missed, "kh.npc", "presumed-victim");
    desk.say(rescue, LA, Line::new("victim-screening-report", body))?;
    bring_home(desk, rescue)?;
    let found: usize = site.victims.iter().map(|(_, count)| count).sum();
    desk.progress.done(format!(
        "days +1 to +4  {found} presumed victims and {} children leave the list of suspects; each is a rescue",
        site.minors
    ));
    Ok(())
}

/// Protected, and home again with the word of both sides.
fn bring_home(desk: &Desk<'_>, rescue: &mut Scene) -> Result<(), Report> {
    desk.say(rescue, LA, Line::new("rescue-update", intelligence::update("protected")))?;
    for state in ["return-arranged", "returned"] {
        let body = json!({
            "state": state,
            "action": english("A seat on the bus of Friday."),
            "next_by": calendar::instant_after(calendar::hours(24)),
            "minor": "no",
            "person_consents": "yes",
            "risk_assessment_ref": "RA-KH-P-000301",
            "home": "kh.npc",
        });
        desk.say(rescue, LA, Line::new("rescue-update", body.clone()))?;
        desk.say(rescue, KH, Line::new("rescue-update", body))?;
    }
    desk.stands(rescue, "returned")
}

/// Where somebody is told; own nationals of the Lao PDR are known to the referral partner across the river.
fn home(country: &str) -> usize {
    match country {
        "CN" => CN,
        "VN" => VN,
        "MM" => MM,
        "KH" => KH,
        _ => TH,
    }
}

fn victim(country: &'static str, number: usize) -> Person {
    match (country, number) {
        ("KH", 0) => Person::known("KH-P-000301", "KH", 0),
        // 17 or 18: counted among the presumed victims, and treated as a child.
        ("CN", 0) => Person::known("LA-CN-V-000000", "CN", 1),
        _ => Person::new(&format!("LA-{country}-V"), number, country),
    }
}

fn report(desk: &Desk<'_>, home: usize, person: &Person, outcome: &str) -> Result<Value, Report> {
    let told = desk.agency(home)?;
    let to = [letter::Addressee { agency: told.id, role: letter::Role::Action }];
    let frame = letter::Frame {
        kind: "victim-screening-report",
        author: desk.agency(LA)?,
        to: &to,
        thread: None,
        urgency: "U2",
        codes: &["H1", "H2"],
        purpose: "rescue",
        case_ref: letter::EXERCISE,
        subject_line: "Exercise: a screening".to_owned(),
    };
    Ok(frame.around(&findings(person, told.id, outcome)))
}

/// What a screening found, told to one agency.
pub(crate) fn findings(person: &Person, told: &str, outcome: &str) -> Value {
    let victim = outcome == "presumed-victim";
    let category = if victim { "presumed-victim" } else { "unknown" };
    let mut body = json!({
        "person": person.record(category),
        "indicators": ["papers-taken"],
        "outcome": outcome,
        "interview_conditions": ["trained-interviewer", "independent-interpreter", "private"],
        "needs": [english("A safe bed.")],
        "consent_to_share": [{"agency": told, "given": true}],
        "referral": english("Exercise shelter."),
    });
    if let (true, Some(fields)) = (victim, body.as_object_mut()) {
        fields.insert("non_punishment_review".to_owned(), json!("pending"));
    }
    body
}

/// What becomes of own nationals is reported by the State that keeps them; the first few have been charged by now.
fn domestic(desk: &Desk<'_>, cases: &[Case]) -> Result<(), Report> {
    let kept: Vec<&Case> =
        cases.iter().filter(|case| case.ending == Ending::OwnNational).take(CHARGED).collect();
    for case in kept {
        let mut scene =
            Scene::new(&[CN, LA], "prosecution", letter::EXERCISE).begun(&sent(desk, case)?);
        let body = json!({
            "outcome": "charged",
            "decided_on": calendar::day_before(Span::from_millis(0)),
            "decided_by": "People's court, exercise",
            "offences": [1],
            "property_settled": false,
            "last_notice": false,
        });
        desk.say(&mut scene, LA, Line::new("case-outcome-notice", body))?;
    }
    Ok(())
}

/// The request of a case as a message that a scene can go on from.
pub(crate) fn sent(desk: &Desk<'_>, case: &Case) -> Result<Sent, Report> {
    Ok(Sent {
        from: CN,
        id: case.request.id.clone(),
        digest: case.request.digest.clone(),
        procedure: case.request.procedure.clone(),
        to: vec![desk.agency(LA)?.id.to_owned()],
    })
}

/// A presumed victim on a manifest, and a manifest without a decision: neither leaves the house.
fn no_victim_travels(desk: &Desk<'_>, cases: &[Case]) -> Result<(), Report> {
    let riders = riders(cases);
    let travel = Travel {
        name: "LA-B-2026-X".to_owned(),
        channel: "police-handover",
        way: vec![LA, VN],
        riders,
        twists: Vec::new(),
        arrivals_said: true,
    };
    for (field, value) in
        [("category", json!("presumed-victim")), ("decision_message", Value::Null)]
    {
        let mut body = batch::manifest_body(desk, &travel)?;
        let entry = body
            .pointer_mut("/entries/0")
            .and_then(Value::as_object_mut)
            .ok_or_else(|| trouble::broken("a manifest has no entry"))?;
        if value.is_null() {
            entry.remove(field);
        } else {
            entry.insert(field.to_owned(), value);
        }
        let mut scene = Scene::new(&[LA, VN], "border", "LA-B-2026-X");
        desk.refused(&mut scene, LA, Line::new("batch-manifest", body), Code::BadSubmission)?;
    }
    Ok(())
}
