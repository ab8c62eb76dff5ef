//! The rescues that are open: which of them govern where a person stays, and which flag a site.
//!
//! Kept in memory, and brought up to date before each look: the messages that came since are read, nothing else. What is
//! kept of people are keyed digests of their marks, for a minute at most, so that what is erased is forgotten here too.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::clock::Stopwatch;
use crate::host::elsewhere::merger;
use crate::host::elsewhere::merger::Joined;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a rescue.
const BEGINNINGS: [Kind; 2] = [Kind::RescueRequest, Kind::VictimScreeningReport];

/// Names and messages that are read at a time.
const PAGE: usize = 256;

/// How long what is known of people is kept before their bodies are opened again.
const MARKS_LIVE: Duration = Duration::from_secs(60);

/// The rescues that are open. Shape: one entry for each, and 16 bytes for each that ended.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The newest message that was looked at; absent before the first look.
    seen: Option<LeafIndex>,
    known: BTreeSet<ProcedureId>,
    open: BTreeMap<ProcedureId, Open>,
}

/// A rescue that has a say elsewhere.
#[derive(Debug)]
struct Open {
    governs: Option<Refusal>,
    flags: Option<Refusal>,
    /// The messages that may name the person or the place, its own and those of the procedures that are one with it.
    messages: Vec<Digest>,
    marks: Option<(Stopwatch, BTreeSet<Digest>)>,
}

/// A rescue as it bears on others.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) procedure: ProcedureId,
    pub(super) refusal: Refusal,
    pub(super) messages: Vec<Digest>,
    pub(super) marks: BTreeSet<Digest>,
}

/// In what a rescue has a say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Say {
    /// Where the person stays.
    Custody,
    /// Who goes in at the place.
    Site,
}

impl Board {
    /// The rescues that have a say now. Reads what came since the last look.
    pub(super) fn seen(&self, shared: &Shared, say: Say) -> Result<Vec<Seen>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        let mut seen = Vec::new();
        for (procedure, open) in &mut state.open {
            let refusal = match say {
                Say::Custody => open.governs.clone(),
                Say::Site => open.flags.clone(),
            };
            let Some(refusal) = refusal else { continue };
            let marks = match say {
                Say::Custody => open.marks(shared)?,
                Say::Site => BTreeSet::new(),
            };
            let messages = open.messages.clone();
            seen.push(Seen { procedure: *procedure, refusal, messages, marks });
        }
        Ok(seen)
    }
}

impl State {
    fn catch_up(&mut self, shared: &Shared) -> Result<(), ReadError> {
        let newest = shared.reader.messages(None, 1)?.first().map(|record| record.leaf);
        let touched = match self.seen {
            Some(seen) => self.touched_since(shared, seen)?,
            None => begun(shared)?,
        };
        let mut beside = BTreeSet::new();
        for procedure in &touched {
            beside.extend(self.look(shared, procedure)?);
        }
        // What is said in one of two rescues of a person bears on the other.
        for procedure in beside.difference(&touched) {
            self.look(shared, procedure)?;
        }
        self.seen = newest.or(self.seen);
        Ok(())
    }

    /// The rescues that messages after this leaf are of.
    fn touched_since(
        &self,
        shared: &Shared,
        seen: LeafIndex,
    ) -> Result<BTreeSet<ProcedureId>, ReadError> {
        let mut touched = BTreeSet::new();
        let mut before = None;
        loop {
            let page = shared.reader.messages(before, PAGE)?;
            for record in &page {
                if record.leaf <= seen {
                    return Ok(touched);
                }
                let Ok(header) = header::read(&record.message) else { continue };
                let begins = header.parents.is_empty() && BEGINNINGS.contains(&header.kind);
                if begins || self.known.contains(&header.procedure) {
                    touched.insert(header.procedure);
                }
            }
            let Some(last) = page.last() else { return Ok(touched) };
            before = Some(last.leaf);
        }
    }

    /// Takes note of how a rescue stands, and gives the rescues that are one with it.
    // spec: res-53
    fn look(
        &mut self,
        shared: &Shared,
        procedure: &ProcedureId,
    ) -> Result<BTreeSet<ProcedureId>, ReadError> {
        self.known.insert(*procedure);
        self.open.remove(procedure);
        let book = shared.reader.book(procedure)?;
        // Its beginning was erased before it came: nobody here knows how it stands.
        let Some(Machine::Rescue(folded)) = book.machine() else { return Ok(BTreeSet::new()) };
        let stands = match folded.state.goes_on_in() {
            Some(other) if merger::taken_in(shared, procedure, &other)?.is_none() => {
                folded.state.on_its_own()
            }
            Some(_) | None => folded.state.clone(),
        };
        let merged = folded.state.merged().into_iter().chain(folded.state.goes_on_in()).collect();
        let (governs, flags) = (stands.governs(), stands.flags_site());
        if governs.is_none() && flags.is_none() {
            return Ok(merged);
        }
        let messages = messages_of(shared, procedure)?;
        self.open.insert(*procedure, Open { governs, flags, messages, marks: None });
        Ok(merged)
    }
}

/// The messages that may name the person or the place: of a rescue, of those that it took in, and of those that they had.
fn messages_of(shared: &Shared, procedure: &ProcedureId) -> Result<Vec<Digest>, ReadError> {
    let each = merger::one_with(procedure, |procedure| {
        let book = shared.reader.book(procedure)?;
        let said = people::digests_of(&book, &BEGINNINGS);
        let (merged, goes_on_in) = match book.machine() {
            Some(Machine::Rescue(folded)) => (folded.state.merged(), folded.state.goes_on_in()),
            Some(_) | None => (Vec::new(), None),
        };
        Ok::<_, ReadError>(Joined { said, merged, goes_on_in })
    })?;
    Ok(each.concat())
}

impl Open {
    fn marks(&mut self, shared: &Shared) -> Result<BTreeSet<Digest>, ReadError> {
        if let Some((since, marks)) = &self.marks
            && since.elapsed() < MARKS_LIVE
        {
            return Ok(marks.clone());
        }
        let marks = people::marks_of(shared, &self.messages)?;
        self.marks = Some((Stopwatch::start(), marks.clone()));
        Ok(marks)
    }
}

/// Every rescue that the store has.
fn begun(shared: &Shared) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let mut begun = BTreeSet::new();
    for kind in BEGINNINGS {
        let mut after = None;
        loop {
            let page = shared.reader.begun_with(kind, after.as_ref(), PAGE)?;
            let Some(last) = page.last() else { break };
            after = Some(*last);
            begun.extend(page);
        }
    }
    Ok(begun)
}
