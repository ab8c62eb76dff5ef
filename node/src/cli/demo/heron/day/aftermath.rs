//! Days +25 to +30: a report was wrong, a copy was passed on that nobody allowed, a number that must not be added, money
//! that goes back, and the next cycle.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::moment::Span;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Page;
use crate::cli::demo::calendar;
use crate::cli::demo::heron::day::intelligence;
use crate::cli::demo::heron::day::intelligence::Found;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::SIX;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Plays the days after everybody has gone.
pub(crate) fn play(desk: &Desk<'_>, found: &mut Found, money: &mut Scene) -> Result<(), Report> {
    correct(desk, found)?;
    audit(desk)?;
    declare(desk)?;
    recover(desk, money)?;
    report(desk)
}

/// Day +25: the report named the wrong person.
fn correct(desk: &Desk<'_>, found: &mut Found) -> Result<(), Report> {
    desk.progress.doing("day +25: a correction");
    let (scene, report) = &mut found.report;
    let change = |target: &str| {
        json!({
            "targets": [target],
            "changes": [{
                "target": target,
                "path": "/body/entities/0/entity/person/person_ref",
                "old_digest": digest::sha256(b"CN-P-900001").to_string(),
                "new": {"text": "CN-P-900002"},
            }],
            "reason": english("The report named the wrong person."),
            "material": true,
        })
    };
    let foreign = Line::new("correction", change(&report.id));
    desk.refused(scene, LA, foreign, Code::NotEntitled)?;
    desk.say(scene, CN, Line::new("correction", change(&report.id)))?;
    // LA passed the report on, and passes the correction on.
    let copy = found.copy.1.id.clone();
    desk.say(&mut found.copy.0, LA, Line::new("correction", change(&copy)))?;
    let flag = json!({
        "of": found.answer.id,
        "usefulness": "not-useful",
        "led_to": [],
        "detail": english("The request rests on a report that was corrected on day +25."),
    });
    desk.say(&mut found.request, LA, Line::new("usefulness-feedback", flag))?;
    desk.progress.done("day +25  CN corrects its report, LA passes the correction on to TH and flags the request for information that rests on it");
    Ok(())
}

/// Day +25: whoever audits LA's node opens what it reported, and finds China's words in a message that does not say whose
/// they are; it is erased where it went.
fn audit(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day +25: an audit");
    let client = desk.stations.client(LA)?;
    let mut page = Page { direction: Some("out".to_owned()), limit: Some(200), cursor: None };
    let told = intelligence::site_report();
    let mut uncovered = BTreeSet::new();
    loop {
        let messages = client.messages(&page)?;
        for message in messages.items {
            let Some(header) = message.header else { continue };
            if header.originator.is_some() || header.kind != "intelligence-report" {
                continue;
            }
            let opened = client.open(&message.id, desk.agency(LA)?.officer, "investigation")?;
            if opened.content.pointer("/body/title") == told.pointer("/title") {
                uncovered.insert(message.id);
            }
        }
        page.cursor = messages.next;
        if page.cursor.is_none() {
            break;
        }
    }
    let copies: Vec<String> = uncovered.into_iter().collect();
    let [copy] = copies.as_slice() else {
        return Err(trouble::broken(format!("the audit found {} copies, not one", copies.len())));
    };
    let demand = [
        ("cause", "order"),
        ("basis", "SYN-ORDER-2026-0001"),
        ("officer", desk.agency(VN)?.officer),
    ];
    desk.stations.client(VN)?.erase(copy, demand)?;
    desk.progress.done("day +25  an auditor at LA finds one copy that does not name its originator; VN erases it, and its log still verifies");
    Ok(())
}

/// Day +27: a declared number that nobody may add to a derived one.
fn declare(desk: &Desk<'_>) -> Result<(), Report> {
    let arrived = desk.numbers.chain.manifests * desk.numbers.chain.people;
    let period = |days: u32| {
        json!({
            "from": calendar::instant_before(Span::from_days(days)),
            "to": calendar::instant_before(Span::from_millis(0)),
        })
    };
    let body = json!({
        "period": period(30),
        "items": [
            {
                "stat_ref": "MM-ST-2026-03-1", "measure": "Persons handed over in the chain",
                "value": arrived.to_string(), "unit": "persons",
                "population": english("Persons of the manifests."), "territory": ["MM", "TH"],
                "period": period(30), "counting_rule": "person-once",
                "derivation": {"derived": {
                    "query_digest": format!("sha256:{}", digest::sha256(b"EX-HERON chain")), "records": arrived,
                }},
                "overlaps": "unknown",
            },
            {
                "stat_ref": "MM-ST-2026-03-2", "measure": "Persons deported since 2023",
                "value": "53388", "unit": "persons",
                "population": english("Foreigners who were removed, by whatever way."), "territory": ["MM"],
                "period": period(1_000), "counting_rule": "transfer",
                "derivation": {"declared": {"source": "Public statement, exercise"}},
                "overlaps": "unknown",
            },
        ],
        "obstacles": [],
    });
    let mut scene = Scene::new(&SIX, "coordination", "MM-SR-2026-03");
    let sent = desk.say(&mut scene, MM, Line::new("situation-report", body).urgency("U4"))?;
    no_total(desk, &sent, &["MM-ST-2026-03-1", "MM-ST-2026-03-2"])?;
    desk.progress.done(
        "day +27  MM declares 53,388 beside its derived figure, overlap unknown; CN asks for the total and gets both, with the reason why there is none",
    );
    Ok(())
}

/// Whoever asks for the total of figures that may overlap gets each of them, and no total.
fn no_total(desk: &Desk<'_>, report: &Sent, figures: &[&str]) -> Result<(), Report> {
    desk.arrival(CN, report)?;
    let named: Vec<_> =
        figures.iter().map(|figure| (report.id.clone(), (*figure).to_owned())).collect();
    let asked_by = (desk.agency(CN)?.officer, "coordination");
    let answer = desk.stations.client(CN)?.sum(&named, asked_by)?;
    if answer.total.is_some() || answer.figures.len() != figures.len() {
        return Err(trouble::broken("figures that may overlap were added"));
    }
    Ok(())
}

/// Day +28: extended, confiscated, returned to victims.
fn recover(desk: &Desk<'_>, scene: &mut Scene) -> Result<(), Report> {
    desk.progress.doing("day +28: money goes back");
    let extension = json!({
        "assets": [1, 2],
        "extend_until": calendar::instant_after(Span::from_days(120)),
        "reason": english("The trial begins in May."),
        "order_ref": "LA-FO-2026-0019",
    });
    desk.say(scene, LA, Line::new("freezing-extension-request", extension))?;
    let frozen = |asset| {
        json!({
            "asset": asset, "status": "frozen",
            "valid_until": calendar::instant_after(Span::from_days(120)),
            "renew_by": calendar::instant_after(Span::from_days(110)),
        })
    };
    desk.say(
        scene,
        TH,
        Line::new("freezing-report", json!({"per_asset": [frozen(1), frozen(2)]})),
    )?;
    let request = json!({
        "assets": [1, 2],
        "basis": "victim-return",
        "order": {
            "reference": "LA-CO-2026-0002",
            "issued_by": "People's Court, exercise",
            "issued_on": calendar::day_before(Span::from_days(1)),
        },
        "is_final": true,
        "victim_list_ref": "LA-VL-2026-0001",
    });
    desk.say(scene, LA, Line::new("asset-recovery-request", request).urgency("U3"))?;
    let granted = |asset| json!({"asset": asset, "outcome": "granted", "confiscated": true});
    let decision = json!({"per_asset": [granted(1), granted(2)]});
    desk.say(scene, TH, Line::new("asset-recovery-decision", decision).urgency("U3"))?;
    let disposition = json!({
        "assets": [1, 2],
        "disposition": "returned",
        "converted": {"amount": "1250000", "currency": "THB"},
        "returned": [{"to": "Fund for victims, exercise", "amount": {"amount": "1250000", "currency": "THB"}}],
        "costs": {"amount": "0", "currency": "THB"},
        "receipts": ["TH-RC-2026-0091"],
    });
    desk.say(scene, TH, Line::new("asset-disposition-notice", disposition).urgency("U4"))?;
    desk.stands(scene, "settled")?;
    desk.progress.done("day +28  account and wallet extended, confiscated and returned to victims");
    Ok(())
}

/// Day +30: everybody reports, and what was left open stands on the next agenda.
fn report(desk: &Desk<'_>) -> Result<(), Report> {
    for at in SIX {
        let party = desk.agency(at)?.party;
        let body = json!({
            "period": {
                "from": calendar::instant_before(Span::from_days(30)),
                "to": calendar::instant_before(Span::from_millis(0)),
            },
            "items": [{
                "stat_ref": format!("{party}-ST-2026-04-1"), "measure": "Open procedures of the exercise",
                "value": "1", "unit": "procedures",
                "population": english("Procedures that this agency began and that are open."), "territory": [party],
                "period": {
                    "from": calendar::instant_before(Span::from_days(30)),
                    "to": calendar::instant_before(Span::from_millis(0)),
                },
                "counting_rule": "case",
                "derivation": {"declared": {"source": "The story of the exercise"}},
                "overlaps": "unknown",
            }],
            "obstacles": [{"ground": "insufficient-evidence", "count": 5}, {"ground": "own-national", "count": 1}],
        });
        let mut scene = Scene::new(&SIX, "coordination", format!("{party}-SR-2026-04"));
        desk.say(&mut scene, at, Line::new("situation-report", body).urgency("U4"))?;
    }
    let item = |n: u32, title: &str, carries: Value| {
        json!({
            "n": n, "title": title, "proposer": "TH", "decision_sought": english("To agree on a date."),
            "carries": carries,
        })
    };
    let items = [
        item(
            1,
            "Overdue: list of fraud methods, TH",
            json!([{"cycle": "CYCLE-2026-1", "action": "a1"}]),
        ),
        item(2, "Refusals for want of evidence at 36 hours", json!([])),
    ];
    let agenda = json!({
        "stage": "open",
        "cycle": "CYCLE-2026-2",
        "level": "senior-officials",
        "items": items,
        "dates_zones": [{
            "window": {
                "from": calendar::instant_after(Span::from_days(30)),
                "to": calendar::instant_after(Span::from_days(31)),
            },
            "zone": "Asia/Bangkok",
        }],
        "objections_by": calendar::instant_after(Span::from_days(20)),
    });
    let mut scene = Scene::new(&SIX, "coordination", "CYCLE-2026-2");
    desk.say(&mut scene, TH, Line::new("meeting-agenda", agenda).urgency("U4"))?;
    desk.stands(&mut scene, "agenda-open")?;
    desk.progress.done("day +30  six situation reports; the next agenda begins with what is overdue and why files were refused");
    Ok(())
}
