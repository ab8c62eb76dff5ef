//! Who else asks for a person, by the handovers that this node holds.
//!
//! Kept in memory: who asks whom in each handover, and for a minute keyed digests of the marks of those whom another State
//! asks for. How a handover stands is read anew each time, so that nothing here grows stale.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::elsewhere::received;
use concord_protocol::procedure::elsewhere::rival::Rival;
use concord_protocol::procedure::handover::Handover;
use concord_protocol::procedure::machine::Machine;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::handovers::Handovers;
use crate::host::elsewhere::ledger;
use crate::host::elsewhere::marked::Marked;
use crate::host::elsewhere::people;
use crate::host::elsewhere::people::Going;
use crate::host::elsewhere::since::Since;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a procedure in which somebody is asked for.
const BEGINNINGS: [Kind; 2] = [Kind::HandoverRequest, Kind::ProvisionalArrestRequest];

/// The handovers that may still go on. Shape: one entry for each.
#[derive(Debug, Default)]
pub(crate) struct Rivals {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seen: Since,
    known: BTreeSet<ProcedureId>,
    /// By who asks: most people are asked for by agencies of one State, and nobody else's handovers are looked at for them.
    open: BTreeMap<AgencyId, BTreeMap<ProcedureId, Known>>,
}

/// A handover in which somebody is asked for.
#[derive(Debug)]
struct Known {
    asked: BTreeSet<AgencyId>,
    of_whom: Marked,
}

/// Between which Parties people go.
struct Way {
    givers: BTreeSet<Party>,
    to: Party,
}

impl Way {
    fn of(shared: &Shared, machine: &Machine) -> Option<Self> {
        let (givers, to) = received::gives(machine)?;
        let givers = givers.into_iter().filter_map(|giver| ledger::party(shared, giver)).collect();
        Some(Self { givers, to: ledger::party(shared, to)? })
    }

    /// Whether an agency asks for another State than the one to which people go.
    fn is_crossed_from(&self, shared: &Shared, asks: &AgencyId) -> bool {
        ledger::party(shared, asks).is_some_and(|party| party != self.to)
    }

    /// Whether the same Party is asked.
    fn is_asked_in(&self, shared: &Shared, known: &Known) -> bool {
        let mut asked = known.asked.iter().filter_map(|agency| ledger::party(shared, agency));
        asked.any(|party| self.givers.contains(&party))
    }
}

impl Rivals {
    /// The handovers of these people to other States that may still go on. Reads what came since the last look.
    fn of(
        &self,
        shared: &Shared,
        way: &Way,
        going: &Going<'_>,
    ) -> Result<BTreeSet<(Option<u64>, ProcedureId)>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        let asking = state.open.iter_mut().filter(|(asks, _)| way.is_crossed_from(shared, asks));
        let crossing = asking.flat_map(|(_, handovers)| handovers);
        let crossing = crossing.filter(|(_, known)| way.is_asked_in(shared, known));
        let crossing: Vec<(&ProcedureId, &mut Known)> = crossing.collect();
        let mut found = BTreeSet::new();
        // Most people are asked for by one State: no body is opened for them.
        if crossing.is_empty() {
            return Ok(found);
        }
        let people = going.marks(shared)?;
        for (procedure, known) in crossing {
            let marks = known.of_whom.marks(shared)?;
            let same = people.iter().filter(|(_, own)| !own.is_disjoint(marks));
            found.extend(same.map(|(entry, _)| (*entry, *procedure)));
        }
        Ok(found)
    }

    /// The handovers of whomever an agency asks for that may still go on.
    pub(super) fn asked_by(
        &self,
        shared: &Shared,
        agency: &AgencyId,
    ) -> Result<Vec<ProcedureId>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        let open = state.open.get(agency).into_iter().flatten();
        Ok(open.map(|(procedure, _)| *procedure).collect())
    }
}

impl State {
    fn catch_up(&mut self, shared: &Shared) -> Result<(), ReadError> {
        let matters = |header: &Header| {
            let begins = header.parents.is_empty() && BEGINNINGS.contains(&header.kind);
            begins || self.known.contains(&header.procedure)
        };
        let (touched, seen) = self.seen.touched(shared, &BEGINNINGS, matters)?;
        for procedure in &touched {
            self.look(shared, procedure)?;
        }
        self.seen = seen;
        Ok(())
    }

    /// Takes note of whether a handover may still go on. One that is over may come back: what was said beside its end is still
    /// on its way.
    fn look(&mut self, shared: &Shared, procedure: &ProcedureId) -> Result<(), ReadError> {
        self.known.insert(*procedure);
        self.open.values_mut().for_each(|handovers| drop(handovers.remove(procedure)));
        let book = shared.reader.book(procedure)?;
        if let Some(handover) = open(&book) {
            let asked = handover.requested().clone();
            let of_whom = Marked::by(people::digests_of(&book, people::OF_A_HANDOVER));
            let asks = self.open.entry(handover.requesting().clone()).or_default();
            asks.insert(*procedure, Known { asked, of_whom });
        }
        Ok(())
    }
}

/// What speaks against letting people go whom another State asks for as well.
// spec: ho-85, ho-86
pub(super) fn asked_for(
    shared: &Shared,
    id: &ProcedureId,
    going: &Going<'_>,
) -> Result<Vec<Alert>, ReadError> {
    let saying = going.saying;
    let Some(way) = Way::of(shared, going.machine) else { return Ok(Vec::new()) };
    // Whoever receives chooses between nobody.
    let own = ledger::party(shared, &shared.me);
    if saying.is_some() && own.is_none_or(|own| !way.givers.contains(&own)) {
        return Ok(Vec::new());
    }
    let mut alerts = Vec::new();
    for (entry, other) in shared.rivals.of(shared, &way, going)? {
        let other_book = shared.reader.book(&other)?;
        let Some(there) = open(&other_book) else { continue };
        // What nobody of the asked side has answered yet is shown, and holds nobody up: anybody can ask.
        if saying.is_some() && !is_heard(&other_book, there) {
            continue;
        }
        for (own, here) in own_handovers(shared, (id, going.machine), entry)? {
            let rival = Rival { own: (own, &here), other: (other, there) };
            let refusal = if own == other { None } else { rival.judge().err() };
            alerts.extend(refusal.map(|refusal| ledger::alert(refusal, other, entry)));
        }
    }
    Ok(alerts)
}

/// The handovers by which people of a procedure go: its own, or those that the entry of a batch means.
fn own_handovers(
    shared: &Shared,
    (id, machine): (&ProcedureId, &Machine),
    entry: Option<u64>,
) -> Result<Vec<(ProcedureId, Handover)>, ReadError> {
    let mut own = Vec::new();
    if let Machine::Handover(folded) = machine {
        own.push((*id, folded.state.clone()));
    } else if let Machine::Batch(folded) = machine {
        let mut handovers = Handovers::of(shared);
        let whom = People::Entries(entry.into_iter().collect());
        for (_, named) in decision::of(&folded.state, &whom) {
            for procedure in handovers.named_in(&folded.state, &named)? {
                if let Some(Machine::Handover(of)) = &handovers.told(&procedure)?.machine {
                    own.push((procedure, of.state.clone()));
                }
            }
        }
    }
    Ok(own)
}

/// Whether the asked side has said anything in a handover.
fn is_heard(book: &Book, handover: &Handover) -> bool {
    let mut acts = book.transcript().acts();
    acts.any(|act| handover.requested().contains(&act.author))
}

/// A handover that may still go on.
fn open(book: &Book) -> Option<&Handover> {
    let Some(Machine::Handover(folded)) = book.machine() else { return None };
    folded.state.waits_to_go().then_some(&folded.state)
}
