//! Finds queries among what was received, compares them with the holdings, and proposes what to answer.
//!
//! The node opens a query's body itself, to compare it: nobody sees it, so that there is no `read` leaf. What is opened
//! is dropped again. Absent on purpose: answers of its own; an officer sends a reply, or nobody does.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::oprf::DigestPublic;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::content::Content;
use concord_protocol::message::intelligence::deconfliction::DeconflictionQuery;
use concord_protocol::message::intelligence::deconfliction::Match;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::recipient::Role;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::holding;
use tokio::time;

use crate::clock;
use crate::host::deconfliction::Deconfliction;
use crate::host::deconfliction::Holdup;
use crate::host::deconfliction::file::FileTrouble;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::Alert;
use crate::host::deconfliction::register::query::Received;
use crate::host::sealing;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Messages that are looked at together.
const PAGE: usize = 256;

/// How often the node looks although nothing came: what waits for another day is tried again.
const LOOK_EVERY: Duration = Duration::from_secs(60);

/// Why the node cannot look.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    /// The store.
    #[error("read what was received")]
    Store(#[from] ReadError),
    /// A file of deconfliction.
    #[error(transparent)]
    File(#[from] FileTrouble),
}

/// What the node proposes to answer to one query.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The query.
    pub query: MessageId,
    /// Its procedure.
    pub procedure: ProcedureId,
    /// Who asks.
    pub from: AgencyId,
    /// How many holdings are not compared yet, and why; `None` once all are.
    pub pending: Option<Pending>,
    /// One answer for each identifier that is asked about, in the order of the query; empty while it is pending.
    pub answers: Vec<ProposedAnswer>,
}

/// That digests of holdings are still to be made by the node of whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Of how many holdings.
    pub missing: usize,
    /// What holds it up, as far as this node knows; `None` where it was not asked since the start.
    pub holdup: Option<Holdup>,
}

/// What to answer about one identifier, and why.
#[derive(Clone, Debug)]
pub struct ProposedAnswer {
    /// Its keyed digest.
    pub digest: Digest,
    /// What whoever asks is answered.
    pub answer: Match,
    /// Who works on it.
    pub holdings: Vec<Holding>,
}

/// Looks whenever something came, and now and then.
pub(crate) async fn watch(shared: Arc<Shared>) {
    let (mut commits, mut news) = (shared.follow(), shared.deconfliction.news());
    // In the next log, and after a restore, the places begin anew; what is known already is not noted twice.
    shared.deconfliction.look_again_beyond(shared.published().view.head.size.get());
    loop {
        commits.borrow_and_update();
        news.borrow_and_update();
        let here = Arc::clone(&shared);
        let looked = shared.crew.disk.run(move || look(&here, clock::now()));
        if let Ok(Err(error)) = looked.await {
            tracing::warn!(%error, "queries could not be compared; they are looked at again");
        }
        tokio::select! {
            changed = commits.changed() => if changed.is_err() { return },
            changed = news.changed() => if changed.is_err() { return },
            () = time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Finds queries that came since, and compares what can be compared. Reads the disk.
///
/// # Errors
/// When the store or a file cannot be read or written.
pub(crate) fn look(shared: &Shared, now: Timestamp) -> Result<(), LookError> {
    find(shared)?;
    let desk = &shared.deconfliction;
    desk.forget_old(now)?;
    let queries = desk.register().queries.clone();
    for query in &queries {
        if query.compared < desk.register().next() {
            compare(shared, query, now)?;
        }
    }
    Ok(())
}

/// Goes through the messages that came since it last did.
fn find(shared: &Shared) -> Result<(), LookError> {
    let desk = &shared.deconfliction;
    loop {
        let page = shared.reader.messages_from(desk.looked_at(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        let next = last.leaf.get().saturating_add(1);
        let found: Vec<Received> =
            page.iter().filter_map(|record| received(shared, record)).collect();
        if !found.is_empty() || page.len() >= PAGE {
            desk.change(|register| -> Result<(), FileTrouble> {
                found.into_iter().for_each(|query| register.note(query));
                register.seen = register.seen.max(next);
                Ok(())
            })?;
        }
        desk.note_looked_at(next);
    }
}

/// A query that asks this agency; `None` for any other message, and where the body is gone.
fn received(shared: &Shared, record: &MessageRecord) -> Option<Received> {
    if record.from == shared.me {
        return None;
    }
    let header = header::read(&record.message).ok()?;
    let asks_us = header.to.iter().any(|to| to.agency == shared.me && to.role == Role::Action);
    if header.kind != Kind::DeconflictionQuery || !asks_us {
        return None;
    }
    let body = opened(shared, record)?;
    Some(Received {
        message: record.digest,
        id: record.id,
        procedure: header.procedure,
        from: record.from.clone(),
        key: body.key,
        at: record.at,
        compared: 0,
    })
}

/// What a query asks; `None` once its body is gone.
fn opened(shared: &Shared, record: &MessageRecord) -> Option<DeconflictionQuery> {
    let body = shared.reader.body(&record.digest).ok()??;
    let opened = sealing::open(shared, record, &body).ok()?;
    let content = Content::read(Kind::DeconflictionQuery, opened.content()).ok()?;
    if let Body::DeconflictionQuery(query) = content.body { Some(*query) } else { None }
}

fn forget(desk: &Deconfliction, query: &Received) -> Result<(), FileTrouble> {
    desk.change(|register| {
        register.queries.retain(|known| known.message != query.message);
        Ok(())
    })
}

/// The holdings whose digests under a key are not known.
pub(super) fn missing(
    desk: &Deconfliction,
    peer: &AgencyId,
    key: &DigestPublic,
) -> Result<Vec<u64>, FileTrouble> {
    let numbers: Vec<u64> = desk.register().holdings().map(Holding::number).collect();
    desk.with_keyed(peer, |keyed| {
        let known = keyed.under(key);
        let lacks = |number: &u64| known.is_none_or(|known| !known.contains_key(number));
        numbers.into_iter().filter(lacks).collect()
    })
}

/// The holdings that stand under each of these digests, for the key and the author of a query.
pub(super) fn matches(
    desk: &Deconfliction,
    query: &Received,
    digests: &BTreeSet<Digest>,
) -> Result<BTreeMap<Digest, Vec<Holding>>, FileTrouble> {
    let pairs: Vec<(u64, Digest)> = desk.with_keyed(&query.from, |keyed| {
        let under = keyed.under(&query.key).into_iter().flatten();
        under.filter(|(_, digest)| digests.contains(digest)).map(|(n, d)| (*n, *d)).collect()
    })?;
    let register = desk.register();
    let mut found: BTreeMap<Digest, Vec<Holding>> = BTreeMap::new();
    for (number, digest) in pairs {
        found.entry(digest).or_default().extend(register.holding(number).cloned());
    }
    Ok(found)
}

/// Tells owners of a query, once the digests of every holding are known.
// spec: dcf-13
fn compare(shared: &Shared, query: &Received, now: Timestamp) -> Result<(), LookError> {
    let desk = &shared.deconfliction;
    let until = desk.register().next();
    if !missing(desk, &query.from, &query.key)?.is_empty() {
        return Ok(());
    }
    let record = shared.reader.message(&query.message)?;
    let Some(asked) = record.and_then(|record| opened(shared, &record)) else {
        return Ok(forget(desk, query)?);
    };
    let found = matches(desk, query, &asked.keyed_digests)?;
    desk.change(|register| -> Result<(), FileTrouble> {
        for holding in found.values().flatten().filter(|held| held.number() >= query.compared) {
            register.alert(Alert::new(query, holding, now));
        }
        for known in register.queries.iter_mut().filter(|known| known.message == query.message) {
            known.compared = known.compared.max(until);
        }
        Ok(())
    })?;
    Ok(())
}

/// What to have made next by the node of a member: a key, and the texts of holdings by number; `None` when nothing lacks.
pub(super) type Lacking = (DigestPublic, Vec<(u64, Vec<u8>)>);

/// What lacks under the keys of one member's queries, the newest key first. The texts are those of that member's queries,
/// whoever's key it named.
// spec: dcf-17, dcf-19, dcf-22
pub(super) fn lacking(
    desk: &Deconfliction,
    peer: &AgencyId,
    limit: usize,
) -> Result<Option<Lacking>, FileTrouble> {
    let keys = desk.register().keys_of(peer);
    for key in keys.into_iter().rev() {
        if desk.holdup(peer, &key) == Some(Holdup::KeyGone) {
            continue;
        }
        let missing = missing(desk, peer, &key)?;
        let register = desk.register();
        let texts = missing.into_iter().filter_map(|number| {
            let held = register.holding(number)?;
            Some((number, desk.text(peer, held.identifier())))
        });
        let texts: Vec<(u64, Vec<u8>)> = texts.take(limit).collect();
        if !texts.is_empty() {
            return Ok(Some((key, texts)));
        }
    }
    Ok(None)
}

/// What to answer in a procedure; `None` when it holds no query that asks this agency.
///
/// # Errors
/// When the store or a file cannot be read.
// spec: dcf-15
pub(crate) fn propose(
    shared: &Shared,
    procedure: ProcedureId,
) -> Result<Option<Proposal>, LookError> {
    let query = queries(shared, procedure)?.into_iter().next();
    query.map_or(Ok(None), |query| proposed(shared, query))
}

/// The queries of a procedure that are compared.
///
/// # Errors
/// When the store or a file cannot be read.
pub(super) fn queries(shared: &Shared, procedure: ProcedureId) -> Result<Vec<Received>, LookError> {
    find(shared)?;
    let register = shared.deconfliction.register();
    let queries = register.queries.iter().filter(|query| query.procedure == procedure);
    Ok(queries.cloned().collect())
}

/// What to answer to a query; `None` when its body is gone.
///
/// # Errors
/// When the store or a file cannot be read.
pub(super) fn proposed(shared: &Shared, query: Received) -> Result<Option<Proposal>, LookError> {
    let desk = &shared.deconfliction;
    let record = shared.reader.message(&query.message)?;
    let Some(asked) = record.and_then(|record| opened(shared, &record)) else { return Ok(None) };
    let missing = missing(desk, &query.from, &query.key)?.len();
    let holdup = desk.holdup(&query.from, &query.key);
    let holdup = holdup.filter(|holdup| lasts(*holdup, shared, &query.from));
    let pending = (missing > 0).then_some(Pending { missing, holdup });
    let mut answers = Vec::new();
    if pending.is_none() {
        let found = matches(desk, &query, &asked.keyed_digests)?;
        answers = answered(asked.keyed_digests, found);
    }
    let Received { id, procedure, from, .. } = query;
    Ok(Some(Proposal { query: id, procedure, from, pending, answers }))
}

/// One answer for each digest, by the holdings that stand under it.
pub(super) fn answered(
    digests: BTreeSet<Digest>,
    mut found: BTreeMap<Digest, Vec<Holding>>,
) -> Vec<ProposedAnswer> {
    let answer = |digest| {
        let holdings = found.remove(&digest).unwrap_or_default();
        let answer = holding::answer(holdings.iter().map(Holding::policy));
        ProposedAnswer { digest, answer, holdings }
    };
    digests.into_iter().map(answer).collect()
}

/// Whether what held digests up still does: what a peer was asked on a connection ends with the connection.
fn lasts(holdup: Holdup, shared: &Shared, peer: &AgencyId) -> bool {
    match holdup {
        Holdup::Asked | Holdup::Silent => {
            let published = shared.published();
            published.view.peers.iter().any(|known| known.agency == *peer && known.connected)
        }
        Holdup::SpentUntil(_) | Holdup::KeyGone | Holdup::Unable => true,
    }
}
