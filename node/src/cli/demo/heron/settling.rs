//! The end of all deliveries: every message of every node, asked of its author's node page by page.

use std::time::Duration;

use crate::api::client::Client;
use crate::api::client::Page;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::ledger;
use crate::cli::demo::ledger::Tally;
use crate::cli::demo::wait;
use crate::clock::Stopwatch;
use crate::report::Report;

/// How long the last receipts and their witnesses may take.
const SETTLES_WITHIN: Duration = Duration::from_secs(60);

/// Messages of one page: as many as a node gives.
const PAGE: usize = 200;

/// Waits until a quorum of witnesses stands behind the end of every delivery, and counts them.
///
/// What is still open when time is up is counted as open.
pub(crate) fn settle(desk: &Desk<'_>) -> Result<Tally, Report> {
    desk.progress.doing("the last receipts and their cosignatures");
    let watch = Stopwatch::start();
    let mut whole = Tally::default();
    for at in 0..desk.stations.count() {
        let client = desk.stations.client(at)?;
        let left = || SETTLES_WITHIN.saturating_sub(watch.elapsed());
        // The newest message is the last to be witnessed; before it is, counting all of them is in vain.
        let newest = wait::for_up_to(left(), || newest_is_witnessed(client).then_some(()));
        if newest.is_err() {
            whole.add(count(client)?);
            continue;
        }
        let counted = wait::for_up_to(left(), || {
            let tally = count(client).ok()?;
            (tally.is_complete() && tally.is_witnessed()).then_some(tally)
        });
        whole.add(counted.or_else(|_| count(client))?);
    }
    Ok(whole)
}

fn newest_is_witnessed(client: &Client) -> bool {
    let newest = Page { direction: Some("out".to_owned()), limit: Some(1), cursor: None };
    let Ok(page) = client.messages(&newest) else { return false };
    page.items.iter().all(|message| message.deliveries.iter().all(ledger::is_witnessed))
}

fn count(client: &Client) -> Result<Tally, Report> {
    let mut page = Page { direction: Some("out".to_owned()), limit: Some(PAGE), cursor: None };
    let mut tally = Tally::default();
    loop {
        let messages = client.messages(&page)?;
        for message in &messages.items {
            tally.count(&message.deliveries);
        }
        page.cursor = messages.next;
        if page.cursor.is_none() {
            return Ok(tally);
        }
    }
}
