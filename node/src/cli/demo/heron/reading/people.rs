//! What became of people, person by person: by the stage of their procedures and by what the deciding messages say.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use concord_protocol::moment::Span;
use serde_json::Value;

use crate::api::client::Client;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::cli::demo::calendar;
use crate::cli::demo::heron::acceptance::Sum;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::reading::batches;
use crate::cli::demo::heron::reading::body;
use crate::cli::demo::heron::reading::details;
use crate::cli::demo::heron::reading::is;
use crate::cli::demo::heron::reading::last;
use crate::cli::demo::heron::reading::sum;
use crate::report::Report;

/// Whose people are counted: where, among which procedures, and who could begin them.
struct Crowd<'a> {
    at: usize,
    procedures: &'a [Procedure],
    askers: &'a [&'a str],
    reporters: &'a [&'a str],
    holder: &'a str,
}

/// What became of everybody who was found at the site.
pub(super) fn site(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
) -> Result<Sum, Report> {
    let crowd = Crowd {
        at,
        procedures,
        askers: &["cn.mps", "vn.mps", "th.rtp", "mm.mpf"],
        reporters: &["la.mps", "kh.npc"],
        holder: "la.mps",
    };
    let names = [
        "handed over",
        "returned under a guarantee",
        "presumed victims",
        "minors",
        "deferred",
        "refused for insufficient evidence",
        "domestic cases",
    ];
    Ok(sum(&outcomes(desk, &crowd)?, &names))
}

/// What became of everybody who was captured in the raid.
pub(super) fn raid(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
) -> Result<Sum, Report> {
    let crowd =
        Crowd { at, procedures, askers: &["cn.mps"], reporters: &["vn.mps"], holder: "vn.mps" };
    Ok(sum(&outcomes(desk, &crowd)?, &["handed over", "domestic cases", "presumed victims"]))
}

/// What the reports of Cambodia's four weeks add up to, by what another agency received.
pub(super) fn weeks(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
) -> Result<Sum, Report> {
    let operations = details(desk, at, procedures, |one| is(one, "operation", &["kh.npc"]))?;
    let results: Vec<&str> = operations
        .iter()
        .flat_map(|operation| &operation.transcript)
        .filter(|entry| entry.kind == "operation-result" && entry.fate == "took-effect")
        .map(|entry| entry.id.as_str())
        .collect();
    let officer = desk.agency(at)?.officer;
    let bodies = crowd::each(desk, at, &results, |hand, id| body(&hand.client, officer, id))?;
    let (mut total, mut foreign, mut domestic, mut others) = (0, 0, 0, 0);
    for result in &bodies {
        let number = |value: Option<&Value>| value.and_then(Value::as_u64).unwrap_or_default();
        total += number(result.pointer("/persons/total"));
        let nationalities = result.pointer("/persons/by_nationality").and_then(Value::as_array);
        for row in nationalities.into_iter().flatten() {
            let count = number(row.get("count"));
            match row.get("country").and_then(Value::as_str) {
                Some("KH") => domestic += count,
                Some(_) => foreign += count,
                None => others += count,
            }
        }
    }
    let parts = [
        ("requested by others", foreign),
        ("domestic", domestic),
        ("presumed victims and others", others),
    ];
    Ok(Sum::new(total, &parts))
}

/// How many people ended how, each person once.
fn outcomes(desk: &Desk<'_>, crowd: &Crowd<'_>) -> Result<BTreeMap<&'static str, u64>, Report> {
    let Crowd { at, procedures, .. } = crowd;
    let moved = batches::moved(desk, (*at, procedures), &[crowd.holder])?;
    let handovers = details(desk, *at, procedures, |one| is(one, "handover", crowd.askers))?;
    let rescues = details(desk, *at, procedures, |one| is(one, "rescue", crowd.reporters))?;
    let officer = desk.agency(*at)?.officer;
    let asked = crowd::each(desk, *at, &handovers, |hand, case| {
        handover(&hand.client, officer, case, &moved)
    })?;
    let found = crowd::each(desk, *at, &rescues, |hand, case| rescue(&hand.client, officer, case))?;
    let mut people: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (person, outcome) in asked.into_iter().chain(found) {
        people.entry(person).or_default().extend(outcome);
    }
    let mut counts = BTreeMap::new();
    for outcomes in people.values() {
        let mut outcomes = outcomes.iter();
        let name = match (outcomes.next(), outcomes.next()) {
            (Some(one), None) => one,
            (Some(_), Some(_)) => "counted twice",
            (None, _) => "without an outcome",
        };
        *counts.entry(name).or_default() += 1;
    }
    Ok(counts)
}

/// Who is asked for, and what came of it; nothing, where the person's way is another procedure.
fn handover(
    client: &Client,
    officer: &str,
    case: &ProcedureDetail,
    moved: &BTreeMap<String, String>,
) -> Result<(String, Option<&'static str>), Report> {
    let first = case.transcript.first().map(|entry| entry.id.as_str()).unwrap_or_default();
    let request = body(client, officer, first)?;
    let decision = last(case, "handover-decision").map(|entry| entry.id.as_str());
    let stage = case.summary.stage.as_deref().unwrap_or_default();
    let outcome = match (stage, decision) {
        ("handed-over" | "closed", Some(id)) => match moved.get(id).map(String::as_str) {
            Some("mm.mpf") => Some("returned under a guarantee"),
            Some(_) | None => Some("handed over"),
        },
        ("deferred", _) => Some("deferred"),
        ("refused", Some(id)) => {
            let grounds = body(client, officer, id)?;
            match grounds.pointer("/grounds/0/ground").and_then(Value::as_str) {
                Some("own-national") => Some("domestic cases"),
                Some("insufficient-evidence") => Some("refused for insufficient evidence"),
                Some(_) | None => None,
            }
        }
        _ => None,
    };
    Ok((person(&request), outcome))
}

/// Whom a screening is of, and what it found.
fn rescue(
    client: &Client,
    officer: &str,
    case: &ProcedureDetail,
) -> Result<(String, Option<&'static str>), Report> {
    let Some(entry) = last(case, "victim-screening-report") else {
        return Ok((case.summary.id.clone(), None));
    };
    let report = body(client, officer, &entry.id)?;
    let found = report.get("outcome").and_then(Value::as_str).unwrap_or_default();
    let grown_up = calendar::day_before(Span::from_days(18 * 365 + 5));
    let latest = report.pointer("/person/birth/latest").and_then(Value::as_str);
    let outcome = match found {
        "presumed-victim" | "victim" => Some("presumed victims"),
        // Days in this form sort as they follow each other.
        _ if latest.is_some_and(|latest| latest > grown_up.as_str()) => Some("minors"),
        _ => None,
    };
    Ok((person(&report), outcome))
}

fn person(body: &Value) -> String {
    let reference = body.pointer("/person/person_ref").and_then(Value::as_str);
    reference.unwrap_or_default().to_owned()
}
