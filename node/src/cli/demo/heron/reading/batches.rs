//! Who travelled, from the papers of the batches that are finished.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::client::Client;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::cli::demo::heron::acceptance::Sum;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::reading::body;
use crate::cli::demo::heron::reading::details;
use crate::cli::demo::heron::reading::is;
use crate::cli::demo::heron::reading::last;
use crate::cli::demo::heron::reading::sum;
use crate::report::Report;

/// Who arrived with one batch.
struct Arrived {
    /// The decisions about those who did.
    decisions: Vec<String>,
    /// Which agency received them.
    receiver: String,
    /// How many were sealed first.
    listed: usize,
}

/// Which agency received the person of whom a decision is, by the decision.
pub(super) fn moved(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
    by: &[&str],
) -> Result<BTreeMap<String, String>, Report> {
    let arrived = arrivals(desk, (at, procedures), by)?;
    let pairs = arrived.into_iter().flat_map(|batch| {
        let receiver = batch.receiver;
        batch.decisions.into_iter().map(move |decision| (decision, receiver.clone()))
    });
    Ok(pairs.collect())
}

/// What became of everybody whom China asked Myanmar for.
pub(super) fn chain(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
) -> Result<Sum, Report> {
    let moved = moved(desk, (at, procedures), &["mm.mpf"])?;
    let asked = details(desk, at, procedures, |one| is(one, "handover", &["cn.mps"]))?;
    let officer = desk.agency(at)?.officer;
    let ends = crowd::each(desk, at, &asked, |hand, case| {
        let stage = case.summary.stage.as_deref().unwrap_or_default();
        let decision = last(case, "handover-decision").map(|entry| entry.id.as_str());
        Ok(match stage {
            "handed-over" | "granted" if decision.is_some_and(|id| moved.contains_key(id)) => {
                "handed over"
            }
            "granted" if is_ill(&hand.client, officer, case)? => "held for medical reasons",
            "rerouted" => "rerouted",
            "refused" => "refused",
            "deferred" => "deferred",
            _ => "elsewhere",
        })
    })?;
    let mut counts = BTreeMap::new();
    for end in ends {
        *counts.entry(end).or_default() += 1;
    }
    let names = ["handed over", "rerouted", "refused", "deferred", "held for medical reasons"];
    Ok(sum(&counts, &names))
}

/// Who arrived with the manifests, at whoever received them.
pub(super) fn manifests(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
) -> Result<Sum, Report> {
    let mut counts = BTreeMap::new();
    for batch in arrivals(desk, (at, procedures), &["mm.mpf"])? {
        let here = batch.decisions.len();
        let name = match (batch.listed, here) {
            (1, 1) => "alone on the last manifest",
            (listed, here) if listed == here => "on manifests that stayed whole",
            _ => "on the manifest that lost one",
        };
        *counts.entry(name).or_default() += u64::try_from(here).unwrap_or(u64::MAX);
    }
    let names = [
        "on manifests that stayed whole",
        "on the manifest that lost one",
        "alone on the last manifest",
    ];
    Ok(sum(&counts, &names))
}

/// The batches that are finished.
fn arrivals(
    desk: &Desk<'_>,
    (at, procedures): (usize, &[Procedure]),
    by: &[&str],
) -> Result<Vec<Arrived>, Report> {
    let done = |one: &Procedure| {
        let stage = one.stage.as_deref().unwrap_or_default();
        is(one, "batch", by) && ["completed", "completed-with-exceptions"].contains(&stage)
    };
    let batches = details(desk, at, procedures, done)?;
    let officer = desk.agency(at)?.officer;
    crowd::each(desk, at, &batches, |hand, batch| arrived(&hand.client, officer, batch))
}

fn arrived(client: &Client, officer: &str, batch: &ProcedureDetail) -> Result<Arrived, Report> {
    let of = |kind: &str| -> Result<Value, Report> {
        last(batch, kind).map_or(Ok(Value::Null), |entry| body(client, officer, &entry.id))
    };
    let manifest = of("batch-manifest")?;
    let certificate = of("handover-certificate")?;
    let entries = rows(&manifest, "entries");
    let decision = |n: &Value| {
        let entry = entries.iter().find(|entry| entry.get("n") == Some(n))?;
        Some(entry.get("decision_message")?.as_str()?.to_owned())
    };
    let last_leg = certificate.get("last_leg").and_then(Value::as_bool) == Some(true);
    let transferred = rows(&certificate, "results").iter().filter(|result| {
        last_leg && result.get("outcome").and_then(Value::as_str) == Some("transferred")
    });
    let receiver = manifest.pointer("/to/agency").and_then(Value::as_str).unwrap_or_default();
    Ok(Arrived {
        decisions: transferred.filter_map(|result| decision(result.get("n")?)).collect(),
        receiver: receiver.to_owned(),
        listed: entries.len(),
    })
}

fn rows<'a>(body: &'a Value, field: &str) -> &'a [Value] {
    body.get(field).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// Whether what was last said of the person in custody is that a hospital has the person.
fn is_ill(client: &Client, officer: &str, case: &ProcedureDetail) -> Result<bool, Report> {
    let Some(event) = last(case, "custody-event") else { return Ok(false) };
    let said = body(client, officer, &event.id)?;
    Ok(said.get("kind").and_then(Value::as_str) == Some("hospitalised"))
}
