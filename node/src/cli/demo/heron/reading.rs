//! What the nodes hold, asked of their APIs once the story is over: nothing here knows what the story meant to do.
//!
//! A person counts as handed over when the person's own handover says so: signed by both sides, or by the arrival with a
//! batch. Of the chain it is the certificate of the finished batch that says so, of the entry that names the decision.

mod batches;
mod people;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::client::Client;
use crate::api::shape::procedure::Entry;
use crate::api::shape::procedure::Procedure;
use crate::api::shape::procedure::ProcedureDetail;
use crate::cli::demo::heron::acceptance::Agreement;
use crate::cli::demo::heron::acceptance::Held;
use crate::cli::demo::heron::acceptance::Sum;
use crate::cli::demo::heron::crowd;
use crate::cli::demo::heron::day::feed::FEED_ID;
use crate::cli::demo::heron::desk::CN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::SIX;
use crate::cli::demo::heron::desk::VN;
use crate::cli::demo::trouble;
use crate::report::Report;

/// Procedures of one page: as many as a node gives.
const PAGE: usize = 50;

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct Read {
    /// The sums.
    pub(crate) held: Held,
    /// Whether the nodes agree.
    pub(crate) agreement: Agreement,
}

/// Reads all sums, and whether every node sees every procedure alike.
pub(crate) fn all(desk: &Desk<'_>) -> Result<Read, Report> {
    let lists = SIX.iter().map(|at| list(desk, *at)).collect::<Result<Vec<_>, _>>()?;
    let at = |place: usize| lists.get(place).map(Vec::as_slice).unwrap_or_default();
    let held = Held {
        site: people::site(desk, (LA, at(LA)))?,
        raid: people::raid(desk, (VN, at(VN)))?,
        weeks: people::weeks(desk, (CN, at(CN)))?,
        chain: batches::chain(desk, (MM, at(MM)))?,
        manifests: batches::manifests(desk, (CN, at(CN)))?,
        indicators: indicators(desk)?,
    };
    Ok(Read { held, agreement: agreement(&lists) })
}

/// Entries of the feed at the node that has fewest of them.
fn indicators(desk: &Desk<'_>) -> Result<Sum, Report> {
    let mut fewest: Option<(u64, u64)> = None;
    for at in SIX {
        let feeds = desk.stations.client(at)?.feeds()?.items;
        let feed = feeds.iter().find(|feed| feed.feed_id.as_deref() == Some(FEED_ID));
        let counted = |kind: &str| {
            let counts = feed.map(|feed| feed.count_by_type.as_slice()).unwrap_or_default();
            counts.iter().find(|count| count.indicator == kind).map_or(0, |count| count.count)
        };
        let here = (counted("domain"), counted("ip"));
        fewest = Some(fewest.map_or(here, |fewest| fewest.min(here)));
    }
    let (sites, addresses) = fewest.unwrap_or_default();
    Ok(Sum::new(sites.saturating_add(addresses), &[("sites", sites), ("addresses", addresses)]))
}

/// Every procedure of a node, in short.
fn list(desk: &Desk<'_>, at: usize) -> Result<Vec<Procedure>, Report> {
    let client = desk.stations.client(at)?;
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.procedures(Some(PAGE), cursor.as_deref(), None)?;
        all.extend(page.items);
        cursor = page.next;
        if cursor.is_none() {
            return Ok(all);
        }
    }
}

/// Procedures that two nodes hold stand alike at both, with as many messages.
fn agreement(lists: &[Vec<Procedure>]) -> Agreement {
    let mut seen: BTreeMap<&str, Vec<&Procedure>> = BTreeMap::new();
    for procedure in lists.iter().flatten() {
        seen.entry(procedure.id.as_str()).or_default().push(procedure);
    }
    let mut agreement = Agreement::default();
    for views in seen.values().filter(|views| views.len() > 1) {
        agreement.shared += 1;
        let stands = |view: &Procedure| (view.stage.clone(), view.messages, view.waiting);
        let first = views.first().map(|view| stands(view));
        let differs = views.iter().any(|view| Some(stands(view)) != first || view.waiting > 0);
        agreement.differing += u64::from(differs);
        agreement.in_conflict += u64::from(views.iter().any(|view| view.in_conflict));
    }
    agreement
}

/// The whole view of these procedures of a node.
fn details(
    desk: &Desk<'_>,
    at: usize,
    procedures: &[Procedure],
    wanted: impl Fn(&Procedure) -> bool,
) -> Result<Vec<ProcedureDetail>, Report> {
    let wanted: Vec<&Procedure> = procedures.iter().filter(|one| wanted(one)).collect();
    crowd::each(desk, at, &wanted, |hand, one| hand.client.procedure(&one.id))
}

/// Whether a procedure is of that kind and was begun there.
fn is(procedure: &Procedure, kind: &str, by: &[&str]) -> bool {
    let begun = procedure.begun_by.as_deref().unwrap_or_default();
    procedure.procedure.as_deref() == Some(kind) && by.contains(&begun)
}

/// The last message of a kind that took effect.
fn last<'a>(detail: &'a ProcedureDetail, kind: &str) -> Option<&'a Entry> {
    let took = |entry: &&Entry| entry.kind == kind && entry.fate == "took-effect";
    detail.transcript.iter().rev().find(took)
}

/// What a message says, as an officer of that node opens it.
fn body(client: &Client, officer: &str, id: &str) -> Result<Value, Report> {
    let purpose = client.message(id)?.header.map(|header| header.purpose).unwrap_or_default();
    let opened = client.open(id, officer, &purpose)?;
    opened
        .content
        .get("body")
        .cloned()
        .ok_or_else(|| trouble::broken(format!("message {id} was opened and holds no body")))
}

/// A sum from counts by name, in the order of the names; what has another name is counted in the whole alone.
fn sum(counts: &BTreeMap<&'static str, u64>, names: &[&'static str]) -> Sum {
    let parts: Vec<(&'static str, u64)> =
        names.iter().map(|name| (*name, counts.get(name).copied().unwrap_or_default())).collect();
    Sum::new(counts.values().sum(), &parts)
}
