//! The rescues that are open, and the handovers in which signs of a victim were found: which of them govern where a person
//! stays, and which flag a site.
//!
//! Kept in memory, and brought up to date before each look: the messages that came since are read, nothing else. What is
//! kept of people are keyed digests of their marks, for a minute at most, so that what is erased is forgotten here too.
//! How one bears on another, by what goes on in what and what was taken over from where, is computed at each look.

mod entry;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::handover::signs;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::procedure::rescue::stage::Stage;

use crate::host::elsewhere::board::entry::Bearing;
use crate::host::elsewhere::board::entry::Open;
use crate::host::elsewhere::board::entry::Signs;
use crate::host::elsewhere::ledger;
use crate::host::elsewhere::marked::Marked;
use crate::host::elsewhere::merger;
use crate::host::elsewhere::merger::Joined;
use crate::host::elsewhere::people;
use crate::host::elsewhere::since::Since;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a rescue.
const BEGINNINGS: [Kind; 2] = [Kind::RescueRequest, Kind::VictimScreeningReport];

/// What begins a procedure in which somebody may be screened.
const SCREENED_IN: [Kind; 4] = [
    Kind::RescueRequest,
    Kind::VictimScreeningReport,
    Kind::HandoverRequest,
    Kind::ProvisionalArrestRequest,
];

/// The rescues that are open and the handovers with signs of a victim. Shape: one entry for each, and 16 bytes for each that
/// says nothing any more.
#[derive(Debug, Default)]
pub(crate) struct Board {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seen: Since,
    known: BTreeSet<ProcedureId>,
    rescues: BTreeMap<ProcedureId, Open>,
    handovers: BTreeMap<ProcedureId, Signs>,
}

/// A rescue, or a handover with signs of a victim, as it bears on others.
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
    /// Where the person stays; handovers with signs of a victim have it too.
    Custody,
    /// The same, of rescues alone: who may be in one by name.
    Names,
    /// Who goes in at the place.
    Site,
}

impl Board {
    /// The state, after what came since the last look was read.
    fn caught_up(&self, shared: &Shared) -> Result<MutexGuard<'_, State>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        Ok(state)
    }

    /// What has a say now. Reads what came since the last look.
    pub(super) fn seen(&self, shared: &Shared, say: Say) -> Result<Vec<Seen>, ReadError> {
        let mut state = self.caught_up(shared)?;
        let mut seen = state.rescues_with(shared, say)?;
        if say == Say::Custody {
            seen.extend(state.handovers_with_signs(shared)?);
        }
        Ok(seen)
    }

    /// The other rescues of the same person that go on, and where each stands.
    // spec: res-68
    pub(super) fn doubles(
        &self,
        shared: &Shared,
        rescue: &ProcedureId,
    ) -> Result<Vec<(ProcedureId, Stage)>, ReadError> {
        self.caught_up(shared)?.doubles(shared, rescue)
    }

    /// Whether a rescue of whoever has the person has taken the person over out of a handover.
    // spec: due-16
    pub(crate) fn has_a_rescue(
        &self,
        shared: &Shared,
        handover: &ProcedureId,
    ) -> Result<bool, ReadError> {
        self.caught_up(shared)?.any_naming(shared, handover, Bearing::takes_over)
    }

    /// Whether such a rescue has ended because the person is no victim, and a prosecutor decided.
    // spec: res-64
    pub(super) fn has_cleared(
        &self,
        shared: &Shared,
        handover: &ProcedureId,
    ) -> Result<bool, ReadError> {
        self.caught_up(shared)?.any_naming(shared, handover, Bearing::has_cleared)
    }
}

impl State {
    fn catch_up(&mut self, shared: &Shared) -> Result<(), ReadError> {
        let matters = |header: &Header| {
            let begins = header.parents.is_empty() && BEGINNINGS.contains(&header.kind);
            let screens = header.kind == Kind::VictimScreeningReport;
            begins || screens || self.known.contains(&header.procedure)
        };
        let (touched, seen) = self.seen.touched(shared, &SCREENED_IN, matters)?;
        let mut beside = BTreeSet::new();
        for procedure in &touched {
            beside.extend(self.look(shared, procedure)?);
        }
        // What is said in one of two rescues of a person bears on the other.
        for procedure in beside.difference(&touched) {
            self.look(shared, procedure)?;
        }
        self.seen = seen;
        Ok(())
    }

    /// Takes note of how a procedure stands, and gives the rescues that are one with it.
    // spec: res-53, res-62
    fn look(
        &mut self,
        shared: &Shared,
        procedure: &ProcedureId,
    ) -> Result<BTreeSet<ProcedureId>, ReadError> {
        self.rescues.remove(procedure);
        self.handovers.remove(procedure);
        let kept = shared.reader.kept(procedure)?;
        // Nearly every handover is without signs: none of these is folded.
        let matters = kept.iter().any(|kept| {
            let act = &kept.act;
            signs::tells(act) || (act.parents.is_empty() && BEGINNINGS.contains(&act.kind))
        });
        if !matters {
            return Ok(BTreeSet::new());
        }
        self.known.insert(*procedure);
        let book = Book::recalled(kept);
        match book.machine() {
            Some(Machine::Rescue(folded)) => {
                let mut open = Open::of(&folded.state);
                let beside = open.merged.iter().copied().chain(open.goes_on_in).collect();
                if open.may_have_a_say() || open.is_going_on() || !open.rerouted_from.is_empty() {
                    open.of_whom = Marked::by(messages_of(shared, procedure)?);
                }
                if open.may_have_a_say() || open.is_going_on() || open.leads_on() {
                    self.rescues.insert(*procedure, open);
                }
                return Ok(beside);
            }
            Some(Machine::Handover(folded)) => {
                let messages = people::digests_of(&book, people::OF_A_HANDOVER);
                let signs = Signs::of(&folded.state, messages);
                self.handovers.extend(signs.map(|signs| (*procedure, signs)));
            }
            // Its beginning was erased before it came, and nobody here knows how it stands; or it is of many people.
            Some(_) | None => {}
        }
        Ok(BTreeSet::new())
    }

    fn rescues_with(&mut self, shared: &Shared, say: Say) -> Result<Vec<Seen>, ReadError> {
        let mut with_say = Vec::new();
        for (procedure, open) in &self.rescues {
            let bearing = self.bearing(procedure, open);
            let refusal = match say {
                Say::Custody | Say::Names => bearing.governs.clone(),
                Say::Site => bearing.flags.clone(),
            };
            with_say.extend(refusal.map(|refusal| (*procedure, refusal)));
        }
        let mut seen = Vec::new();
        for (procedure, refusal) in with_say {
            let Some(open) = self.rescues.get_mut(&procedure) else { continue };
            let marks = match say {
                Say::Custody => open.of_whom.marks(shared)?.clone(),
                Say::Names | Say::Site => BTreeSet::new(),
            };
            let messages = open.of_whom.messages().to_vec();
            seen.push(Seen { procedure, refusal, messages, marks });
        }
        Ok(seen)
    }

    // spec: res-68
    fn doubles(
        &mut self,
        shared: &Shared,
        rescue: &ProcedureId,
    ) -> Result<Vec<(ProcedureId, Stage)>, ReadError> {
        let Some(own) = self.rescues.get_mut(rescue) else { return Ok(Vec::new()) };
        let marks = own.of_whom.marks(shared)?.clone();
        let mut found = Vec::new();
        // One that was taken in and says that it goes on elsewhere has ended.
        let others =
            self.rescues.iter_mut().filter(|(other, open)| *other != rescue && open.is_going_on());
        for (other, open) in others {
            if !open.of_whom.marks(shared)?.is_disjoint(&marks) {
                found.push((*other, open.as_said.stage));
            }
        }
        Ok(found)
    }

    /// The handovers with signs of a victim whose person no rescue has taken over.
    // spec: res-62
    fn handovers_with_signs(&mut self, shared: &Shared) -> Result<Vec<Seen>, ReadError> {
        let handovers: Vec<ProcedureId> = self.handovers.keys().copied().collect();
        let mut seen = Vec::new();
        for procedure in handovers {
            if self.any_naming(shared, &procedure, Bearing::takes_over)? {
                continue;
            }
            let Some(signs) = self.handovers.get_mut(&procedure) else { continue };
            let marks = signs.of_whom.marks(shared)?.clone();
            let (refusal, messages) = (signs.refusal.clone(), signs.of_whom.messages().to_vec());
            seen.push(Seen { procedure, refusal, messages, marks });
        }
        Ok(seen)
    }

    /// Whether any of the rescues that count for a handover with signs is such a one.
    fn any_naming(
        &mut self,
        shared: &Shared,
        handover: &ProcedureId,
        is_such: fn(&Bearing) -> bool,
    ) -> Result<bool, ReadError> {
        let others = self.of_somebody_else(shared, handover)?;
        let same = |one: &AgencyId, other: &AgencyId| ledger::is_one_party(shared, one, other);
        Ok(self.named_by(handover, &others, same).any(is_such))
    }

    /// The rescues that name a handover and tell of somebody else. What tells of nobody any more, as after an erasure, is
    /// believed.
    // spec: res-62
    fn of_somebody_else(
        &mut self,
        shared: &Shared,
        handover: &ProcedureId,
    ) -> Result<BTreeSet<ProcedureId>, ReadError> {
        let mut others = BTreeSet::new();
        let named = |open: &Open| open.rerouted_from.contains(handover);
        for (procedure, open) in self.rescues.iter_mut().filter(|(_, open)| named(open)) {
            let Some(signs) = self.handovers.get_mut(handover) else { break };
            let (told, marks) = (open.of_whom.marks(shared)?, signs.of_whom.marks(shared)?);
            if !told.is_empty() && !marks.is_empty() && told.is_disjoint(marks) {
                others.insert(*procedure);
            }
        }
        Ok(others)
    }

    /// How the rescues but these bear on others that name a handover, each as the one in which it goes on: where both are in
    /// the hands of the Party that has the person there.
    // spec: res-62
    fn named_by(
        &self,
        handover: &ProcedureId,
        but: &BTreeSet<ProcedureId>,
        same_party: impl Fn(&AgencyId, &AgencyId) -> bool,
    ) -> impl Iterator<Item = &Bearing> {
        let holders = self.handovers.get(handover).map(|signs| &signs.holders);
        let is_theirs = move |open: &Open| {
            let (Some(territory), Some(holders)) = (open.territory.as_ref(), holders) else {
                return false;
            };
            holders.iter().any(|holder| same_party(holder, territory))
        };
        let naming = self.rescues.iter().filter(|(procedure, open)| {
            open.rerouted_from.contains(handover) && !but.contains(*procedure)
        });
        naming.filter_map(move |(procedure, open)| {
            let end = self.end_of(procedure).unwrap_or(*procedure);
            let further = self.rescues.get(&end)?;
            (is_theirs(open) && is_theirs(further)).then(|| self.bearing(&end, further))
        })
    }

    /// How a rescue bears on others: on its own, unless it goes on in another one that is here and has taken it in.
    // spec: res-53, res-65
    fn bearing<'o>(&self, procedure: &ProcedureId, open: &'o Open) -> &'o Bearing {
        let goes_on = self.end_of(procedure).is_some_and(|end| end != *procedure);
        if goes_on { &open.as_said } else { &open.alone }
    }

    fn end_of(&self, procedure: &ProcedureId) -> Option<ProcedureId> {
        merger::end_of(procedure, |one| {
            let further = self.rescues.get(one)?.goes_on_in?;
            self.rescues.get(&further).filter(|open| open.merged.contains(one)).map(|_| further)
        })
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
