//! Whether each entry of a manifest rests on a decision about its own person that stands, in the procedures that this node
//! holds.
//!
//! Who an entry and a handover are about takes the bodies of both: hundreds of them for one manifest. What came of it is
//! kept for a minute, as numbers of entries.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::open::Opened;
use concord_protocol::ids::MessageId;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::body::Body;
use concord_protocol::message::person::PersonRecord;
use concord_protocol::message::trace;
use concord_protocol::moment::Timestamp;
use concord_protocol::names;
use concord_protocol::names::Subject;
use concord_protocol::names::reason::Grade;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::decision::Doubt;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::clock::Stopwatch;
use crate::host::elsewhere::handovers::Handovers;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// How long it is kept who may be somebody else.
const DOUBTS_LIVE: Duration = Duration::from_secs(60);

/// For how many manifests.
const DOUBTS_MAX: usize = 32;

/// The entries of manifests whose decisions may be about somebody else, by the message with the manifest.
#[derive(Debug, Default)]
pub(crate) struct Doubts {
    kept: Mutex<BTreeMap<Digest, (Stopwatch, ByEntry)>>,
}

/// What is doubtful about the entries of a manifest, by their numbers.
type ByEntry = BTreeMap<u64, Doubt>;

/// What is wrong with the decision of an entry.
#[derive(Debug)]
pub(super) struct Fallen {
    pub(super) decision: MessageId,
    pub(super) refusal: Refusal,
    /// Whether the entry stays for it; otherwise it is shown alone.
    pub(super) stays: bool,
}

/// What is wrong with the decisions of some entries at a time: they stand no longer, are not here where they have to be, are
/// or may be about somebody else, or something holds the person where they were made.
// spec: bat-63, bat-64, bat-67, bat-68, bat-71, bat-76, bat-77, bat-78
pub(super) fn fallen(
    shared: &Shared,
    machine: &Machine,
    (whom, now): (&People, Timestamp),
) -> Result<Vec<Fallen>, ReadError> {
    let Machine::Batch(folded) = machine else { return Ok(Vec::new()) };
    let here = decision::must_be_here(&folded.state, &shared.me);
    let doubts = shared.doubts.of(shared, &folded.state)?;
    let mut handovers = Handovers::of(shared);
    let mut fallen = Vec::new();
    for (entry, decision) in decision::of(&folded.state, whom) {
        let stays = |refusal| Fallen { decision, refusal, stays: true };
        let procedures = handovers.named_in(&folded.state, &decision)?;
        if procedures.is_empty() && here {
            fallen.push(stays(decision::not_here(entry, &decision)));
        }
        for procedure in procedures {
            let told = handovers.told(&procedure)?;
            let Some(machine) = &told.machine else { continue };
            let judged = decision::judge(entry, &decision, machine, (now, told.amber));
            fallen.extend(judged.err().map(stays));
        }
        fallen.extend(doubts.get(&entry).map(|doubt| Fallen {
            decision,
            refusal: doubt.refusal(entry, &decision),
            stays: doubt.holds_up(),
        }));
    }
    Ok(fallen)
}

impl Doubts {
    /// The entries of the manifest that stands whose decisions may be about somebody else. Opens bodies, once a minute.
    fn of(&self, shared: &Shared, batch: &Batch) -> Result<BTreeMap<u64, Doubt>, ReadError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| since.elapsed() < DOUBTS_LIVE);
        if let Some((_, doubts)) = kept.get(&batch.listed_in()) {
            return Ok(doubts.clone());
        }
        let doubts = look(shared, batch)?;
        if kept.len() < DOUBTS_MAX {
            kept.insert(batch.listed_in(), (Stopwatch::start(), doubts.clone()));
        }
        Ok(doubts)
    }
}

/// Where the list is not here, as after an erasure, nothing is doubted.
fn look(shared: &Shared, batch: &Batch) -> Result<BTreeMap<u64, Doubt>, ReadError> {
    let mut doubts = BTreeMap::new();
    let Some(listed) = people::listing(shared, batch)? else { return Ok(doubts) };
    let Body::BatchManifest(manifest) = listed.body() else { return Ok(doubts) };
    let mut handovers = Handovers::of(shared);
    let decisions: BTreeMap<u64, MessageId> = batch.decisions().collect();
    for entry in manifest.entries.iter() {
        let Some(named) = decisions.get(&entry.n.get()) else { continue };
        let mut of_entry = Vec::new();
        for procedure in handovers.named_in(batch, named)? {
            let told = people::opened(shared, &handovers.told(&procedure)?.say_who)?;
            of_entry.extend(doubt(entry, &told));
        }
        doubts.extend(Doubt::gravest(of_entry).map(|doubt| (entry.n.get(), doubt)));
    }
    Ok(doubts)
}

/// Whether an entry and what is told in a handover may be about two people. A handover that tells of nobody any more, as
/// after an erasure, raises no doubt.
// spec: bat-68, bat-71
fn doubt(entry: &ManifestEntry, told: &[Opened]) -> Option<Doubt> {
    let theirs: BTreeSet<_> =
        told.iter().flat_map(|opened| trace::of(opened.body(), opened.words())).collect();
    if theirs.is_empty() || !theirs.is_disjoint(&trace::of_entry(entry)) {
        return None;
    }
    let is_excluded = |record: &PersonRecord| {
        names::compare(Subject::from(entry), Subject::from(record)).grade == Grade::Excluded
    };
    let records: Vec<&PersonRecord> =
        told.iter().filter_map(|opened| record_in(opened.body())).collect();
    if !records.is_empty() && records.into_iter().all(is_excluded) {
        return Some(Doubt::Excluded);
    }
    let checked = entry.decision_checked == Some(true);
    Some(if checked { Doubt::Checked } else { Doubt::Unconnected })
}

/// The record of the person whom a message of a handover is about.
fn record_in(body: &Body) -> Option<&PersonRecord> {
    if let Body::HandoverRequest(body) = body {
        Some(&body.person)
    } else if let Body::ProvisionalArrestRequest(body) = body {
        Some(&body.person)
    } else if let Body::VictimScreeningReport(body) = body {
        Some(&body.person)
    } else {
        None
    }
}
