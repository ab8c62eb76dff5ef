//! Days −14 and 0: an operation of six, of whom one only looks on; and what was found. Day +12: four weeks in Cambodia.

use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::day::intelligence;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::KH;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::SIX;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::report::Report;
use crate::report::code::Code;

/// Weeks that Cambodia reports.
const WEEKS: u32 = 4;

/// Day −14: proposed, planned, signed; a signature under an old version does not count.
pub(crate) fn prepare(desk: &Desk<'_>, report: &Sent) -> Result<Scene, Report> {
    desk.progress.doing("day -14: an operation");
    let mut scene = propose(desk, LA, "HERON", &report.id)?;
    for at in [MM, CN, TH, VN] {
        reply(desk, &mut scene, at, "join")?;
    }
    reply(desk, &mut scene, KH, "decline")?;
    reply(desk, &mut scene, KH, "observe")?;
    let early = desk.say(&mut scene, LA, plan(LA, 2, "LA", "la.mps"))?;
    let frozen = desk.say(&mut scene, LA, plan(LA, 3, "LA", "la.mps"))?;
    let old = json!({"version": 2, "plan_digest": early.digest});
    desk.refused(&mut scene, VN, Line::new("plan-signature", old), Code::OutOfTurn)?;
    let signed = json!({"version": 3, "plan_digest": frozen.digest});
    for at in [MM, CN, TH, VN] {
        desk.say(&mut scene, at, Line::new("plan-signature", signed.clone()))?;
    }
    desk.stands(&mut scene, "approved")?;
    status(desk, (&mut scene, LA), "ready", Some(&signed))?;
    task(desk, &mut scene)?;
    desk.progress.done("day -14  LA proposes HERON; MM, CN, TH and VN join, KH declines and then looks on; plan 3 is signed, and a signature of VN under plan 2 is refused");
    Ok(scene)
}

/// Day 0: go, and what was found.
pub(crate) fn strike(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    desk.progress.doing("day 0: go");
    let go = json!({
        "signal": "go", "scope": {"territory": "LA"}, "reason": english("Everybody is in place."),
        "hostages_confirmed": true,
    });
    desk.refused(
        scene,
        CN,
        Line::new("operation-signal", go.clone()).urgency("U1"),
        Code::NotEntitled,
    )?;
    desk.say(scene, LA, Line::new("operation-signal", go).urgency("U1"))?;
    for status in ["running", "done"] {
        let body = json!({"task_id": "t1", "status": status});
        desk.say(scene, TH, Line::new("task-report", body))?;
    }
    let body = found(desk);
    desk.say(scene, LA, Line::new("operation-result", body))?;
    desk.stands(scene, "active")?;
    desk.progress.done("day 0  LA says go, and nobody else can; 655 computers, 1,204 phones, 2,310 bank cards; the leader escapes");
    Ok(())
}

/// The end of it: stood down, reported, evaluated, closed.
pub(crate) fn close(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    let down = json!({
        "signal": "stand-down", "scope": {"territory": "LA"}, "reason": english("The site is empty."),
    });
    desk.say(scene, LA, Line::new("operation-signal", down).urgency("U1"))?;
    for each in ["reporting", "evaluated", "closed"] {
        status(desk, (scene, LA), each, None)?;
    }
    desk.stands(scene, "closed")
}

/// Day +12: an operation of Cambodia's own, which counts week by week; the sum is made by whoever reads it.
pub(crate) fn weeks(desk: &Desk<'_>, report: &Sent) -> Result<(), Report> {
    desk.progress.doing("day +12: four weeks in Cambodia");
    let mut scene = propose(desk, KH, "HERON KH", &report.id)?;
    for at in [CN, LA, MM, TH, VN] {
        reply(desk, &mut scene, at, "join")?;
    }
    let frozen = desk.say(&mut scene, KH, plan(KH, 1, "KH", "kh.npc"))?;
    let signed = json!({"version": 1, "plan_digest": frozen.digest});
    for at in [CN, LA, MM, TH, VN] {
        desk.say(&mut scene, at, Line::new("plan-signature", signed.clone()))?;
    }
    status(desk, (&mut scene, KH), "ready", Some(&signed))?;
    let go = json!({"signal": "go", "scope": {"territory": "KH"}, "reason": english("Everybody is in place.")});
    desk.say(&mut scene, KH, Line::new("operation-signal", go).urgency("U1"))?;
    for week in 0..WEEKS {
        let body = week_of(desk, week);
        desk.say(&mut scene, KH, Line::new("operation-result", body))?;
    }
    desk.stands(&mut scene, "active")?;
    desk.progress.done("day +12  KH reports four weeks of its own: 2,141 people, by who asks for them, tried at home, and presumed victims");
    Ok(())
}

fn propose(desk: &Desk<'_>, lead: usize, name: &str, basis: &str) -> Result<Scene, Report> {
    let mut scene = Scene::new(&SIX, "investigation", intelligence::SITE_CASE);
    let parties: Vec<&str> = SIX
        .iter()
        .map(|at| desk.agency(*at).map(|agency| agency.party))
        .collect::<Result<_, _>>()?;
    let body = json!({
        "name": name,
        "objective": english("To free those held, and to arrest those who hold them."),
        "threat_basis": [basis],
        "sites": [intelligence::building()],
        "candidate_parties": parties,
        "window": {
            "from": calendar::instant_after(calendar::hours(1)),
            "to": calendar::instant_after(Span::from_days(30)),
        },
        "reply_by": calendar::instant_after(calendar::hours(1)),
        "confidentiality": english("Known to the units named in the plan."),
    });
    // What rests on a report is marked as the report is: its provider is asked before anything goes further.
    desk.say(&mut scene, lead, Line::new("joint-operation-proposal", body).codes(&["H2"]))?;
    Ok(scene)
}

fn reply(desk: &Desk<'_>, scene: &mut Scene, at: usize, answer: &str) -> Result<Sent, Report> {
    let mut body = json!({"answer": answer});
    if let (true, Some(fields)) = (answer != "join", body.as_object_mut()) {
        fields.insert("reason".to_owned(), english("No forces are free."));
    }
    desk.say(scene, at, Line::new("participation-reply", body))
}

fn status(
    desk: &Desk<'_>,
    (scene, at): (&mut Scene, usize),
    status: &str,
    plan: Option<&Value>,
) -> Result<Sent, Report> {
    let mut body = json!({"status": status, "summary": english("As agreed.")});
    if let (Some(plan), Some(fields)) = (plan, body.as_object_mut()) {
        fields.insert("plan".to_owned(), plan.clone());
    }
    desk.say(scene, at, Line::new("operation-status", body))
}

fn plan(lead: usize, version: u64, territory: &str, agency: &str) -> Line {
    let say = english;
    let officer = if lead == LA { "LA-0007" } else { "KH-0007" };
    let body = json!({
        "version": version,
        "frozen": version != 2,
        "command": {
            "lead": agency,
            "per_territory_commander": [{"territory": territory, "agency": agency, "commander": officer}],
            "coordination_centre": {"name": "Coordination centre, exercise", "country": territory},
        },
        "phases": [{"id": "p1", "what": say("Cordon and entry.")}],
        "legal_powers_per_territory": [{"territory": territory, "powers": [{
            "measure": say("Search of the site."), "power": "Criminal Procedure Law, article 90",
        }]}],
        "deconfliction_done": true,
        "rules": {
            "arrest": say("By officers of the territory only."),
            "force": say("The least that is needed."),
            "search": say("Under warrant, filmed."),
        },
        "victim_plan": say("Victim officers enter with the second group."),
        "minors_plan": say("Whoever may be a child stays with a guardian, apart from adults."),
        "evidence_plan": say("Every device is an exhibit with its own number and seal."),
        "asset_plan": say("Requests to freeze leave with the go."),
        "detention_capacity": [{"territory": territory, "places": 620}],
        "media_plan": {
            "joint_release_at": calendar::instant_after(Span::from_days(3)),
            "what": say("One text by the lead."),
        },
        "abort_criteria": [{"id": "a1", "what": say("Hostages are moved before entry.")}],
        "risk_assessment": say("Fire is the greatest risk."),
    });
    Line::new("operation-plan", body)
}

/// Thailand holds the accounts once it has said that it will.
fn task(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    let body = json!({
        "task_id": "t1",
        "assignee_party": "TH",
        "assignee": "th.rtp",
        "what": english("Hold the accounts in the list."),
        "place": {"name": "Bank of the Exercise", "country": "TH"},
        "when": {
            "from": calendar::instant_after(calendar::hours(1)),
            "to": calendar::instant_after(calendar::hours(9)),
        },
        "depends_on": [],
        "report_by": calendar::instant_after(calendar::hours(12)),
    });
    desk.say(scene, LA, Line::new("operation-tasking", body))?;
    let running = json!({"task_id": "t1", "status": "running"});
    desk.refused(scene, TH, Line::new("task-report", running), Code::OutOfTurn)?;
    let accepted = json!({"task_id": "t1", "status": "accepted"});
    desk.say(scene, TH, Line::new("task-report", accepted))?;
    Ok(())
}

/// What was found at the site, by the numbers of the story.
fn found(desk: &Desk<'_>) -> Value {
    let site = &desk.numbers.site;
    let victims: usize = site.victims.iter().map(|(_, count)| count).sum();
    let of = |country: &str| {
        let victim = site.victims.iter().find(|(name, _)| *name == country);
        victim.map_or(0, |(_, count)| *count)
    };
    let nationalities = [
        ("CN", site.to_cn + site.deferred + site.unproven + of("CN")),
        ("MM", site.returned + of("MM")),
        ("VN", site.to_vn + site.minors + of("VN")),
        ("LA", site.domestic + of("LA")),
        ("TH", site.to_th + of("TH")),
    ];
    let mut rows: Vec<Value> = nationalities
        .iter()
        .map(|(country, count)| json!({"country": country, "count": count}))
        .collect();
    rows.push(json!({"count": of("KH")}));
    let total = nationalities.iter().map(|(_, count)| count).sum::<usize>() + of("KH");
    json!({
        "period": {
            "from": calendar::instant_before(calendar::hours(20)),
            "to": calendar::instant_before(calendar::hours(1)),
        },
        "persons": {
            "total": total,
            "by_category": [
                {"category": "suspect", "count": total - victims},
                {"category": "presumed-victim", "count": victims},
            ],
            "by_sex": [{"sex": "unknown", "count": total}],
            "minors": [
                {"minor": "uncertain", "count": site.minors},
                {"minor": "no", "count": total - site.minors},
            ],
            "by_nationality": rows,
        },
        "seizures": [
            {"kind": "computer", "qty": 655, "exhibits": ["LA-EX-2026-0001"]},
            {"kind": "phone", "qty": 1_204},
            {"kind": "bank-card", "qty": 2_310},
        ],
        "rescued": victims,
        "escaped": [],
        "incidents": [],
        "first_findings": english("Scripts in four languages."),
    })
}

/// One week: a quarter of each number, and what does not divide in the last one.
fn week_of(desk: &Desk<'_>, week: u32) -> Value {
    let numbers = &desk.numbers.weeks;
    let share = |whole: u64| {
        let each = whole / u64::from(WEEKS);
        if week + 1 == WEEKS { whole - each * u64::from(WEEKS - 1) } else { each }
    };
    let foreign: Vec<(&str, u64)> =
        numbers.foreign.iter().map(|(country, count)| (*country, share(*count))).collect();
    let (domestic, others) = (share(numbers.domestic), share(numbers.others));
    let suspects = foreign.iter().map(|(_, count)| count).sum::<u64>() + domestic;
    let total = suspects + others;
    let mut rows: Vec<Value> = foreign
        .iter()
        .map(|(country, count)| json!({"country": country, "count": count}))
        .collect();
    rows.push(json!({"country": "KH", "count": domestic}));
    rows.push(json!({"count": others}));
    let (from, to) = (Span::from_days(7 * (WEEKS - week)), Span::from_days(7 * (WEEKS - week - 1)));
    json!({
        "period": {"from": calendar::instant_before(from), "to": calendar::instant_before(to)},
        "persons": {
            "total": total,
            "by_category": [
                {"category": "suspect", "count": suspects},
                {"category": "presumed-victim", "count": others},
            ],
            "by_sex": [{"sex": "unknown", "count": total}],
            "minors": [{"minor": "no", "count": total}],
            "by_nationality": rows,
        },
        "seizures": [],
        "rescued": others,
        "escaped": [],
        "incidents": [],
    })
}
