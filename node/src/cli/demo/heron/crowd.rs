//! Many submissions at once: each node is asked by several threads, each over a connection of its own that stays open.
//!
//! A node commits what gathers while it commits, so that it is asked by many at a time and waited for once at the end.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use serde_json::Value;

use crate::api::client::Client;
use crate::cli::demo::heron::desk::ARRIVES_WITHIN;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::looked::Looked;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// Threads that ask one node.
const HANDS: usize = 16;

/// A message that one of many submissions became.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// Its id.
    pub(crate) id: String,
    /// Its digest.
    pub(crate) digest: String,
    /// Its procedure.
    pub(crate) procedure: String,
    /// Its number on the link to its first recipient.
    number: u64,
}

/// One of the threads that ask a node.
#[derive(Debug)]
pub(crate) struct Hand<'d> {
    at: usize,
    /// Its connection.
    pub(crate) client: Client,
    looked: &'d Looked,
}

/// Does something for each item at one node, several at a time, and gives the results in order.
pub(crate) fn each<T: Sync, R: Send>(
    desk: &Desk<'_>,
    at: usize,
    items: &[T],
    act: impl Fn(&Hand<'_>, &T) -> Result<R, Report> + Sync,
) -> Result<Vec<R>, Report> {
    let folder = desk.stations.place(at)?.folder.path();
    let next = AtomicUsize::new(0);
    let work = || -> Result<Vec<(usize, R)>, Report> {
        let hand = Hand { at, client: Client::in_directory(folder)?, looked: &desk.looked };
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(place) else { return Ok(done) };
            match act(&hand, item) {
                Ok(result) => done.push((place, result)),
                Err(report) => {
                    // The others stop too: what they would do rests on nothing now.
                    next.store(items.len(), Ordering::Relaxed);
                    return Err(report);
                }
            }
        }
    };
    let hands = HANDS.min(items.len());
    let done: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..hands).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|hand| hand.join()).collect()
    });
    let mut results = Vec::new();
    for hand in done {
        results.extend(hand.map_err(|_| trouble::broken("a thread of the story panicked"))??);
    }
    results.sort_by_key(|(place, _)| *place);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Submits one of many.
pub(crate) fn post(hand: &Hand<'_>, letter: &Value) -> Result<Posted, Report> {
    let message = hand.looked.submit((hand.at, &hand.client), letter).map_err(explained)?;
    Ok(Posted {
        number: message.deliveries.first().map(|delivery| delivery.number).unwrap_or_default(),
        id: message.id,
        digest: message.digest,
        procedure: message.procedure,
    })
}

/// Waits until all of them have reached a desk: numbers on a link arrive in order, so the last one stands for all.
pub(crate) fn arrived<'a>(
    desk: &Desk<'_>,
    at: usize,
    posted: impl IntoIterator<Item = &'a Posted>,
) -> Result<(), Report> {
    let Some(last) = posted.into_iter().max_by_key(|posted| posted.number) else { return Ok(()) };
    let awaited = format!("everything up to {} reaches {}", last.id, desk.agency(at)?.id);
    desk.stations.until(at, ARRIVES_WITHIN, &awaited, |client| match client.message(&last.id) {
        Ok(_) => Some(Ok(())),
        Err(report) if report.code == Code::NoSuchMessage => None,
        Err(report) => Some(Err(report)),
    })?
}

fn explained(report: Report) -> Report {
    let fields: Vec<String> =
        report.fields.iter().map(|field| format!("{}: {}", field.pointer, field.reason)).collect();
    if fields.is_empty() {
        return report;
    }
    trouble::broken(format!("{}: {}", report.why, fields.join("; ")))
}
