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
use concord_protocol::ids::MessageId;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::clock::Stopwatch;
use crate::host::elsewhere::people;
use crate::host::elsewhere::people::Marked;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// How long it is kept who is somebody else.
const OTHERS_LIVE: Duration = Duration::from_secs(60);

/// For how many manifests.
const OTHERS_MAX: usize = 32;

/// The entries of manifests whose decisions are about somebody else, by the message with the manifest.
#[derive(Debug, Default)]
pub(crate) struct Others {
    kept: Mutex<BTreeMap<Digest, (Stopwatch, BTreeSet<u64>)>>,
}

/// What is wrong with the decisions of some entries: they stand no longer, are not here where they have to be, or are about
/// somebody else.
// spec: bat-63, bat-64, bat-67, bat-68
pub(super) fn fallen(
    shared: &Shared,
    machine: &Machine,
    whom: &People,
) -> Result<Vec<(MessageId, Refusal)>, ReadError> {
    let Machine::Batch(folded) = machine else { return Ok(Vec::new()) };
    let here = decision::must_be_here(&folded.state, &shared.me);
    let others = shared.others.of(shared, &folded.state)?;
    let mut fallen = Vec::new();
    for (entry, named) in decision::of(&folded.state, whom) {
        let procedures = people::procedures_of(shared, &named)?;
        if procedures.is_empty() && here {
            fallen.push((named, decision::not_here(entry, &named)));
        }
        for procedure in procedures {
            let book = shared.reader.book(&procedure)?;
            let Some(machine) = book.machine() else { continue };
            if let Err(refusal) = decision::judge(entry, &named, machine) {
                fallen.push((named, refusal));
            }
        }
        if others.contains(&entry) {
            fallen.push((named, decision::of_another_person(entry, &named)));
        }
    }
    Ok(fallen)
}

impl Others {
    /// The entries of the manifest that stands whose decisions are about somebody else. Opens bodies, once a minute.
    fn of(&self, shared: &Shared, batch: &Batch) -> Result<BTreeSet<u64>, ReadError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, (since, _)| since.elapsed() < OTHERS_LIVE);
        if let Some((_, others)) = kept.get(&batch.listed_in()) {
            return Ok(others.clone());
        }
        let others = look(shared, batch)?;
        if kept.len() < OTHERS_MAX {
            kept.insert(batch.listed_in(), (Stopwatch::start(), others.clone()));
        }
        Ok(others)
    }
}

/// Whoever has no mark, as after an erasure, is nobody else.
fn look(shared: &Shared, batch: &Batch) -> Result<BTreeSet<u64>, ReadError> {
    let everybody: BTreeSet<u64> = batch.decisions().map(|(n, _)| n).collect();
    let listed = people::marks_on_manifest(shared, batch, &everybody)?;
    let listed: BTreeMap<u64, BTreeSet<Digest>> =
        listed.into_iter().filter_map(|(n, marks): Marked| Some((n?, marks))).collect();
    let mut others = BTreeSet::new();
    for (entry, named) in batch.decisions() {
        let Some(marks) = listed.get(&entry) else { continue };
        for procedure in people::procedures_of(shared, &named)? {
            let theirs = people::marks_in_handover(shared, &shared.reader.acts(&procedure)?)?;
            if !theirs.is_empty() && theirs.is_disjoint(marks) {
                others.insert(entry);
            }
        }
    }
    Ok(others)
}
