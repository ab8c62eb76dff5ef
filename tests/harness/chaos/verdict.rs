//! What must be true when all is calm again.
//!
//! Uses the API and the command line as an operator and an auditor do, and the verifier's own facts: nothing is believed
//! of what a node says that its log does not prove.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::client::Page;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::message::Status;
use concord_protocol::audit::ledger::Ledger;
use concord_protocol::log::leaf::Outcome;
use serde_json::Value;

use crate::chaos::plan::NODES;
use crate::chaos::stage::AGENCIES;
use crate::chaos::stage::Stage;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::chaos::workload::Acknowledged;
use crate::chaos::workload::Book;
use crate::evidence;
use crate::shell;
use crate::wait;

/// How long it may take until every node is ready after the last fault: twice the longest back-off and a recovery.
const READY_WITHIN: Duration = Duration::from_secs(240);

/// How long it may take until every receipt is witnessed after that.
const SETTLED_WITHIN: Duration = Duration::from_secs(300);

/// Most memory that a node may hold, in KiB.
const RESIDENT_KIB_MAX: u64 = 300 * 1024;

/// Most files that a node may have open.
const FILES_MAX: u64 = 200;

/// Waits until every node is ready, each with a live connection to every other.
pub fn ready(stage: &Stage, tally: &Tally) {
    let is_ready = |node| {
        stage.station(node).look(tally);
        let client = stage.client(node)?;
        let ready = client.readiness().ok()?.ready;
        let peers = client.peers().ok()?.items;
        (ready && peers.iter().all(|peer| peer.connected)).then_some(())
    };
    for node in waited(READY_WITHIN, is_ready) {
        let client = stage.client(node);
        let readiness = client.as_ref().map(Client::readiness);
        let peers = client.as_ref().map(Client::peers);
        let (agency, said) = (AGENCIES[node], stage.station(node).said(40));
        tally.fail(format!("{agency} is not well again: {readiness:?}\n{peers:?}\n{said}"));
    }
}

/// Waits until it is so at every node; gives those at which it is not.
fn waited(within: Duration, is_so: impl Fn(usize) -> Option<()>) -> Vec<usize> {
    let lacking = || (0..NODES).filter(|node| is_so(*node).is_none()).collect::<Vec<usize>>();
    wait::for_up_to(within, || lacking().is_empty().then(Vec::new)).unwrap_or_else(lacking)
}

/// Waits until every acknowledged message is receipted, witnessed by a quorum, or refused in words.
pub fn settled(stage: &Stage, book: &Book, tally: &Tally) {
    let mut open: BTreeMap<(usize, String), Acknowledged> = BTreeMap::new();
    for known in book.acknowledged() {
        open.insert((known.author, known.id.clone()), known);
    }
    for node in 0..NODES {
        each_message(stage, node, "out", |message| {
            if let Some(known) = open.get(&(node, message.id.clone()))
                && is_settled(message, known)
            {
                open.remove(&(node, message.id.clone()));
            }
        });
    }
    let left = std::mem::take(&mut open);
    let ended = wait::for_up_to(SETTLED_WITHIN, || {
        let first = left.values().find(|known| {
            let asked = stage.client(known.author).map(|client| client.message(&known.id));
            !asked.is_some_and(|asked| asked.is_ok_and(|message| is_settled(&message, known)))
        });
        first.is_none().then_some(())
    });
    if ended.is_some() {
        return;
    }
    for known in left.values() {
        match stage.client(known.author).map(|client| client.message(&known.id)) {
            Some(Ok(message)) if is_settled(&message, known) => {}
            Some(Ok(message)) => tally.fail(format!(
                "{} of {} is not settled: {:?}",
                known.id, AGENCIES[known.author], message.deliveries
            )),
            other => {
                tally.add(Count::Losses);
                tally.fail(format!("{} of {}: {other:?}", known.id, AGENCIES[known.author]));
            }
        }
    }
}

fn is_settled(message: &Message, known: &Acknowledged) -> bool {
    message.deliveries.len() == known.to.len()
        && message.deliveries.iter().all(|delivery| match delivery.status {
            Status::Receipted => delivery.grade.as_deref() == Some("L2"),
            Status::Refused => true,
            Status::Queued | Status::Offered | Status::Superseded | Status::Undeliverable => false,
        })
}

fn each_message(stage: &Stage, node: usize, way: &str, mut look: impl FnMut(&Message)) {
    let Some(client) = stage.client(node) else { return };
    let mut page = Page { direction: Some(way.to_owned()), limit: Some(100), cursor: None };
    loop {
        let Ok(found) = client.messages(&page) else { return };
        found.items.iter().for_each(&mut look);
        match found.next {
            Some(next) => page.cursor = Some(next),
            None => return,
        }
    }
}

/// No node is in doubt, and nobody honest is accused.
pub fn in_good_standing(stage: &Stage, tally: &Tally) {
    let is_quiet = |node| {
        let readiness = stage.client(node)?.readiness().ok()?;
        (readiness.alarms.is_empty() && readiness.evidence == 0).then_some(())
    };
    for node in waited(READY_WITHIN, is_quiet) {
        let readiness = stage.client(node).map(|client| client.readiness());
        tally.fail(format!("{} accuses or is alarmed: {readiness:?}", AGENCIES[node]));
    }
    for (node, agency) in AGENCIES.into_iter().enumerate() {
        for word in ["quarantine", "panicked"] {
            for line in stage.station(node).said_with(word) {
                tally.fail(format!("{agency} said: {line}"));
            }
        }
    }
}

/// Exports all logs as their operators would, verifies each, and holds each pair together, as an auditor would.
pub fn audited(stage: &Stage, book: &Book, tally: &Tally) {
    let world = stage.world();
    let genesis = world.genesis.to_string();
    let files: Vec<PathBuf> =
        AGENCIES.iter().map(|agency| world.path().join(format!("{agency}.concord"))).collect();
    for (node, file) in files.iter().enumerate() {
        let paths = [world.folder(node), file].map(shown);
        let done = shell::concord(
            world.path(),
            &["log", "export", "--dir", &paths[0], "--out", &paths[1]],
        );
        if !done.status.success() {
            tally.fail(format!("{} is not exported: {done:?}", AGENCIES[node]));
            return;
        }
    }
    for file in &files {
        let done = shell::concord(
            world.path(),
            &["--json", "audit", "verify", "--genesis", &genesis, &shown(file)],
        );
        if done.status.success() {
            tally.add(Count::Verified);
        } else {
            tally.fail(format!("{} does not verify: {done:?}", file.display()));
        }
    }
    reconciled(stage, &files, tally);
    let ledgers: Vec<Ledger> = files
        .iter()
        .filter_map(|file| evidence::verified(&fs::read(file).unwrap(), world.genesis).ledger)
        .collect();
    if ledgers.len() == NODES {
        accounted(book, &ledgers, tally);
    } else {
        tally.fail("a log has no ledger".to_owned());
    }
}

/// Every pair of logs tells the same story, to its end.
fn reconciled(stage: &Stage, files: &[PathBuf], tally: &Tally) {
    let genesis = stage.world().genesis.to_string();
    let files: Vec<String> = files.iter().map(|file| shown(file)).collect();
    let mut arguments = vec!["--json", "audit", "reconcile", "--genesis", &genesis];
    arguments.extend(files.iter().map(String::as_str));
    let done = shell::concord(stage.world().path(), &arguments);
    let said: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
    if !done.status.success() || said["ok"] != true {
        tally.fail(format!("the logs do not agree: {done:?}"));
    }
    for pair in said["reconciliations"].as_array().into_iter().flatten() {
        if pair["pending"] == 0 && pair["problems"].as_array().is_some_and(Vec::is_empty) {
            tally.add(Count::Reconciled);
            tally.add_many(Count::Matched, pair["matched"].as_u64().unwrap_or_default());
        } else {
            tally.fail(format!("two logs do not agree: {pair}"));
        }
    }
}

/// Every acknowledged message stands in its author's log and once in each recipient's, and nothing else came in.
fn accounted(book: &Book, ledgers: &[Ledger], tally: &Tally) {
    let sent: Vec<BTreeMap<(usize, String), usize>> = ledgers.iter().map(sent_by).collect();
    let arrived: Vec<BTreeMap<(usize, String), (usize, Outcome)>> =
        ledgers.iter().map(arrived_at).collect();
    let acknowledged = book.acknowledged();
    for known in &acknowledged {
        for to in &known.to {
            let went = sent[known.author].get(&(*to, known.digest.clone())).copied();
            let came = arrived[*to].get(&(known.author, known.digest.clone()));
            match (went, came) {
                (Some(1), Some((1, outcome))) => {
                    if matches!(outcome, Outcome::Refused { .. }) {
                        tally.add(Count::Refusals);
                    }
                }
                other => {
                    tally.add(Count::Losses);
                    tally.fail(format!("{known:?} at {to}: sent and arrived {other:?}"));
                }
            }
        }
    }
    for (node, came) in arrived.iter().enumerate() {
        for (author, digest) in came.keys() {
            if !sent[*author].contains_key(&(node, digest.clone())) {
                tally.add(Count::ForgedAccepted);
                tally.fail(format!("{digest} came to {node} and was not sent by {author}"));
            }
        }
    }
    for author in 0..NODES {
        let known = acknowledged.iter().filter(|known| known.author == author).count();
        let made: std::collections::BTreeSet<&String> =
            sent[author].keys().map(|(_, digest)| digest).collect();
        if made.len() > known + book.given_up(author) {
            tally.fail(format!(
                "{} made {} messages; {known} were acknowledged, {} may be",
                AGENCIES[author],
                made.len(),
                book.given_up(author)
            ));
        }
    }
}

fn sent_by(ledger: &Ledger) -> BTreeMap<(usize, String), usize> {
    let mut found = BTreeMap::new();
    for (line, sent) in &ledger.sent {
        for sent in sent {
            *found.entry((place(line.peer.as_str()), sent.message.to_string())).or_default() += 1;
        }
    }
    found
}

fn arrived_at(ledger: &Ledger) -> BTreeMap<(usize, String), (usize, Outcome)> {
    let mut found = BTreeMap::new();
    for (line, arrived) in &ledger.arrived {
        for arrived in arrived {
            let key = (place(line.peer.as_str()), arrived.message.to_string());
            found.entry(key).or_insert((0, arrived.outcome)).0 += 1;
        }
    }
    found
}

/// What a run may cost a node.
pub fn within_bounds(tally: &Tally) {
    for (count, most, what) in [
        (Count::PeakKib, RESIDENT_KIB_MAX, "KiB resident"),
        (Count::PeakFiles, FILES_MAX, "files open"),
    ] {
        let peak = tally.get(count);
        if peak > most {
            tally.fail(format!("{peak} {what}, and {most} were to be the most"));
        }
    }
}

fn place(agency: &str) -> usize {
    AGENCIES.iter().position(|known| *known == agency).expect("an agency of the run")
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
