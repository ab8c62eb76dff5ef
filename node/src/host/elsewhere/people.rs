//! Who is the same person as somebody in an open rescue, and which sites are those of one.
//!
//! Bodies are opened for this and dropped at once; what is compared are keyed digests of the marks in them. No officer sees
//! anything of it but that a rescue stands in the way, and which procedure it is.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::envelope::header;
use concord_protocol::envelope::open::Opened;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::body::Body;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::nearby;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::trace;
use concord_protocol::message::trace::Trace;
use concord_protocol::message::values::Site;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use zeroize::Zeroizing;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::board::Say;
use crate::host::elsewhere::board::Seen;
use crate::host::elsewhere::handovers::Handovers;
use crate::host::sealing;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// The kinds of a handover whose bodies say who the person is.
pub(super) const OF_A_HANDOVER: &[Kind] = &[
    Kind::HandoverRequest,
    Kind::ProvisionalArrestRequest,
    Kind::HandoverDecision,
    Kind::CustodyEvent,
    Kind::VictimScreeningReport,
];

/// The marks of one person; with the number of the entry, where the person is one of many.
pub(super) type Entry = (Option<u64>, BTreeSet<Digest>);

/// People of a procedure who would go. Several rules hold their marks against others, and most find nobody to compare them
/// with: their bodies are opened when the first one asks, and once.
pub(super) struct Going<'a> {
    pub(super) book: &'a Book,
    pub(super) machine: &'a Machine,
    pub(super) whom: People,
    /// A message that is about to be said.
    pub(super) saying: Option<&'a Submission>,
    marks: OnceCell<Vec<Entry>>,
}

impl<'a> Going<'a> {
    pub(super) const fn new(
        (book, machine): (&'a Book, &'a Machine),
        whom: People,
        saying: Option<&'a Submission>,
    ) -> Self {
        Self { book, machine, whom, saying, marks: OnceCell::new() }
    }

    /// The marks of each of them.
    pub(super) fn marks(&self, shared: &Shared) -> Result<&[Entry], ReadError> {
        if let Some(marks) = self.marks.get() {
            return Ok(marks);
        }
        let marks = marks_of_people(shared, self)?;
        Ok(self.marks.get_or_init(|| marks))
    }
}

/// The rescues that hold somebody back who would go here.
// spec: res-40, res-42
pub(super) fn held_back(shared: &Shared, going: &Going<'_>) -> Result<Vec<Alert>, ReadError> {
    let rescues = shared.board.seen(shared, Say::Custody)?;
    if rescues.is_empty() {
        return Ok(Vec::new());
    }
    let mut alerts = Vec::new();
    for (entry, marks) in going.marks(shared)? {
        let same = |rescue: &&Seen| !rescue.marks.is_disjoint(marks);
        alerts.extend(rescues.iter().filter(same).map(|rescue| alert(rescue, *entry)));
    }
    Ok(alerts)
}

/// The rescues at a site of an operation, in one territory or in all.
// spec: res-41, res-42
pub(super) fn flagged(
    shared: &Shared,
    book: &Book,
    territory: Option<&Party>,
) -> Result<Vec<Alert>, ReadError> {
    let rescues = shared.board.seen(shared, Say::Site)?;
    if rescues.is_empty() {
        return Ok(Vec::new());
    }
    let within =
        |site: &Site| territory.is_none_or(|territory| territory.as_str() == site.country.as_str());
    let sites: Vec<Site> =
        opened(shared, &digests_of(book, &[Kind::JointOperationProposal, Kind::OperationTasking]))?
            .iter()
            .flat_map(|opened| sites_of(opened.body()))
            .filter(within)
            .collect();
    let mut alerts = Vec::new();
    for rescue in &rescues {
        let places = opened(shared, &rescue.messages)?;
        let places: Vec<Site> = places.iter().flat_map(|opened| sites_of(opened.body())).collect();
        let same = |place: &Site| sites.iter().any(|site| nearby::may_be_one(site, place));
        alerts.extend(places.iter().any(same).then(|| alert(rescue, None)));
    }
    Ok(alerts)
}

/// The keyed digests of the marks of whomever these messages are about.
pub(super) fn marks_of(
    shared: &Shared,
    messages: &[Digest],
) -> Result<BTreeSet<Digest>, ReadError> {
    let traces = opened(shared, messages)?;
    let traces = traces.iter().flat_map(|opened| trace::of(opened.body(), opened.words()));
    Ok(traces.map(|trace| mark(shared, &trace)).collect())
}

/// The same, of a message that is about to be said.
pub(super) fn marks_in(shared: &Shared, submission: &Submission) -> BTreeSet<Digest> {
    let traces = trace::of(submission.body(), &submission.content().words);
    traces.iter().map(|trace| mark(shared, trace)).collect()
}

/// What is kept of a mark in memory.
pub(super) fn mark(shared: &Shared, trace: &Trace) -> Digest {
    let parts = [shared.request_secret.as_slice(), b"mark of a person", trace.as_bytes()];
    digest::sha256(&Zeroizing::new(parts.concat()))
}

fn marks_of_people(shared: &Shared, going: &Going<'_>) -> Result<Vec<Entry>, ReadError> {
    let entries = match &going.whom {
        People::One => {
            let mut marks = marks_of(shared, &digests_of(going.book, OF_A_HANDOVER))?;
            if let Some(said) = going.saying {
                marks.extend(marks_in(shared, said));
            }
            return Ok(vec![(None, marks)]);
        }
        People::Entries(entries) => entries,
    };
    let Machine::Batch(folded) = going.machine else { return Ok(Vec::new()) };
    let mut found = marks_on_manifest(shared, &folded.state, entries)?;
    // The request for a person says more of the person than the list does.
    let mut handovers = Handovers::of(shared);
    for (entry, named) in decision::of(&folded.state, &going.whom) {
        for procedure in handovers.named_in(&folded.state, &named)? {
            let marks = marks_of(shared, &handovers.told(&procedure)?.say_who)?;
            found.push((Some(entry), marks));
        }
    }
    Ok(found)
}

/// The marks of some people as the manifest that stands lists them; none where it was erased.
fn marks_on_manifest(
    shared: &Shared,
    batch: &Batch,
    entries: &BTreeSet<u64>,
) -> Result<Vec<Entry>, ReadError> {
    let Some(opened) = listing(shared, batch)? else { return Ok(Vec::new()) };
    let Body::BatchManifest(manifest) = opened.body() else { return Ok(Vec::new()) };
    let listed = manifest.entries.iter().filter(|entry| entries.contains(&entry.n.get()));
    let marked = |entry: &ManifestEntry| {
        let traces = trace::of_entry(entry);
        (Some(entry.n.get()), traces.iter().map(|trace| mark(shared, trace)).collect())
    };
    Ok(listed.map(marked).collect())
}

/// The message with the manifest that stands; absent where its body is not here any more.
pub(super) fn listing(shared: &Shared, batch: &Batch) -> Result<Option<Opened>, ReadError> {
    Ok(opened(shared, &[batch.listed_in()])?.pop())
}

/// The procedures of a message: one, none where it is not here, several where authors gave one id.
pub(super) fn procedures_of(
    shared: &Shared,
    message: &MessageId,
) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let records = shared.reader.messages_by_id(message)?;
    let headers = records.iter().filter_map(|record| header::read(&record.message).ok());
    Ok(headers.map(|header| header.procedure).collect())
}

/// The messages of these kinds that have their place. What waits or was refused says nothing: nobody has judged it, and its
/// author may not take part.
pub(super) fn digests_of(book: &Book, kinds: &[Kind]) -> Vec<Digest> {
    let placed = book.transcript().acts();
    placed.filter(|act| kinds.contains(&act.kind)).map(|act| act.digest).collect()
}

/// The bodies of these messages that are here and can be opened.
pub(super) fn opened(shared: &Shared, messages: &[Digest]) -> Result<Vec<Opened>, ReadError> {
    let mut bodies = Vec::new();
    for digest in messages {
        let Some(record) = shared.reader.message(digest)? else { continue };
        if record.body != BodyForm::Held {
            continue;
        }
        // A body that is damaged or cannot be opened tells nothing; that it is damaged is told elsewhere.
        let Ok(Some(body)) = shared.reader.body(digest) else { continue };
        bodies.extend(sealing::open(shared, &record, &body).ok());
    }
    Ok(bodies)
}

fn sites_of(body: &Body) -> Vec<Site> {
    if let Body::JointOperationProposal(body) = body {
        body.sites.iter().cloned().collect()
    } else if let Body::OperationTasking(body) = body {
        vec![body.place.clone()]
    } else if let Body::RescueRequest(body) = body {
        vec![body.location.clone()]
    } else {
        Vec::new()
    }
}

/// That a rescue stands in the way: its procedure and its stage, and nothing else of it.
// spec: res-42
pub(super) fn alert(rescue: &Seen, entry: Option<u64>) -> Alert {
    let Seen { procedure, refusal, .. } = rescue;
    let whom = entry.map(|entry| format!("entry {entry}: ")).unwrap_or_default();
    let why = format!("{whom}{}, procedure {procedure}", refusal.why);
    Alert {
        refusal: Refusal { why, ..refusal.clone() },
        message: None,
        procedure: Some(*procedure),
    }
}
