//! Who was received, by what this node holds: for what each person may be tried, and to whom the person may be given on.
//!
//! Kept in memory, and brought up to date before each look, as the rescues are. What is kept of people are keyed digests of
//! their marks, for a minute at most. How a handover stands is read anew each time, so that nothing here grows stale.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header::Header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::trace;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::elsewhere::received;
use concord_protocol::procedure::elsewhere::received::Received;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::handovers::Handovers;
use crate::host::elsewhere::marked::Marked;
use crate::host::elsewhere::people;
use crate::host::elsewhere::people::Going;
use crate::host::elsewhere::since::Since;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a procedure in which somebody is received.
const BEGINNINGS: [Kind; 3] =
    [Kind::HandoverRequest, Kind::ProvisionalArrestRequest, Kind::BatchManifest];

/// The handovers by which somebody was received. Shape: one entry for each person.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    seen: Since,
    /// By who received: most agencies received nobody, and of the others one Party's are looked at for a person.
    received: BTreeMap<AgencyId, BTreeMap<ProcedureId, Known>>,
}

/// A handover by which somebody was received.
#[derive(Debug)]
struct Known {
    /// The batch and the number of the entry, where the person travelled with others.
    travelled: Option<(ProcedureId, u64)>,
    of_whom: Marked,
}

/// A handover of the same person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) procedure: ProcedureId,
    pub(crate) travelled: Option<(ProcedureId, u64)>,
}

impl Ledger {
    /// Whether anybody was received by one of these. Most agencies give nobody on whom they received: no body is opened
    /// for them.
    fn has(&self, shared: &Shared, by: impl Fn(&AgencyId) -> bool) -> Result<bool, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        Ok(state.received.iter().any(|(agency, received)| !received.is_empty() && by(agency)))
    }

    /// The handovers by which somebody with one of these marks was received by one of these. Reads what came since the last
    /// look.
    fn of(
        &self,
        shared: &Shared,
        by: impl Fn(&AgencyId) -> bool,
        marks: &BTreeSet<Digest>,
    ) -> Result<Vec<Found>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        let mut found = Vec::new();
        let theirs = state.received.iter_mut().filter(|(agency, _)| by(agency));
        for (procedure, known) in theirs.flat_map(|(_, received)| received) {
            if !known.of_whom.marks(shared)?.is_disjoint(marks) {
                found.push(Found { procedure: *procedure, travelled: known.travelled });
            }
        }
        Ok(found)
    }

    /// The batch in which somebody travelled whose handover this is.
    fn travelled(
        &self,
        shared: &Shared,
        procedure: &ProcedureId,
    ) -> Result<Option<Found>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(shared)?;
        let known = state.known(procedure);
        Ok(known.map(|known| Found { procedure: *procedure, travelled: known.travelled }))
    }
}

impl State {
    fn known(&self, procedure: &ProcedureId) -> Option<&Known> {
        self.received.values().find_map(|received| received.get(procedure))
    }

    fn catch_up(&mut self, shared: &Shared) -> Result<(), ReadError> {
        let signs = |header: &Header| header.kind == Kind::CertificateCountersignature;
        let (touched, seen) = self.seen.touched(shared, &BEGINNINGS, signs)?;
        for procedure in &touched {
            self.look(shared, procedure)?;
        }
        self.seen = seen;
        Ok(())
    }

    /// Takes note of whom a procedure handed over.
    fn look(&mut self, shared: &Shared, procedure: &ProcedureId) -> Result<(), ReadError> {
        let kept = shared.reader.kept(procedure)?;
        // Nobody is received without a second signature.
        if !kept.iter().any(|kept| kept.act.kind == Kind::CertificateCountersignature) {
            return Ok(());
        }
        let book = Book::recalled(kept);
        let Some(machine) = book.machine() else { return Ok(()) };
        if let Some(handover) = received::carried_out(machine) {
            let by = handover.requesting().clone();
            let of_whom = Marked::by(people::digests_of(&book, people::OF_A_HANDOVER));
            let received = self.received.entry(by).or_default();
            received.insert(*procedure, Known { travelled: None, of_whom });
        } else if let Machine::Batch(folded) = machine {
            self.look_at_batch(shared, procedure, &folded.state)?;
        }
        Ok(())
    }

    /// Whoever arrived was granted in a handover of its own; who arrived is what its last certificate says now.
    fn look_at_batch(
        &mut self,
        shared: &Shared,
        batch: &ProcedureId,
        state: &Batch,
    ) -> Result<(), ReadError> {
        let of_batch = |known: &Known| known.travelled.is_some_and(|(named, _)| named == *batch);
        self.received
            .values_mut()
            .for_each(|received| received.retain(|_, known| !of_batch(known)));
        let Some(by) = state.way().last() else { return Ok(()) };
        let mut handovers = Handovers::of(shared);
        for (entry, named) in decision::of(state, &People::Entries(state.arrived())) {
            for procedure in handovers.named_in(state, &named)? {
                let of_whom = Marked::by(handovers.told(&procedure)?.say_who.clone());
                let travelled = Some((*batch, entry));
                if self.known(&procedure).is_none() {
                    let received = self.received.entry(by.clone()).or_default();
                    received.insert(procedure, Known { travelled, of_whom });
                }
            }
        }
        Ok(())
    }
}

/// What speaks against giving somebody to whom a procedure gives the person.
// spec: spc-6
pub(super) fn given_on(shared: &Shared, going: &Going<'_>) -> Result<Vec<Alert>, ReadError> {
    let Some((givers, to)) = received::gives(going.machine) else { return Ok(Vec::new()) };
    let givers: BTreeSet<Party> =
        givers.into_iter().filter_map(|giver| party(shared, giver)).collect();
    let Some(to) = party(shared, to) else { return Ok(Vec::new()) };
    let by_them = |by: &AgencyId| party(shared, by).is_some_and(|party| givers.contains(&party));
    let mut alerts = Vec::new();
    if !shared.ledger.has(shared, by_them)? {
        return Ok(alerts);
    }
    for (entry, marks) in going.marks(shared)? {
        for found in shared.ledger.of(shared, by_them, marks)? {
            let judge = |received: &Received<'_>| received.judge_onward(&to);
            let refusal = against(shared, &found, judge)?;
            alerts.extend(refusal.map(|refusal| alert(refusal, found.procedure, *entry)));
        }
    }
    Ok(alerts)
}

/// What speaks against asking once more for somebody whom one's own Party received and keeps.
// spec: spc-7
pub(super) fn asked_again(
    shared: &Shared,
    submission: &Submission,
) -> Result<Option<Refusal>, ReadError> {
    if !matches!(submission.body(), Body::HandoverRequest(_) | Body::ProvisionalArrestRequest(_)) {
        return Ok(None);
    }
    let own = party(shared, &shared.me);
    let by_us = |by: &AgencyId| own.is_some() && party(shared, by) == own;
    let traces = trace::of(submission.body(), &submission.content().words);
    let marks = traces.iter().map(|trace| people::mark(shared, trace)).collect();
    for found in shared.ledger.of(shared, by_us, &marks)? {
        if submission.procedure() == Some(found.procedure) {
            continue;
        }
        if let Some(refusal) = against(shared, &found, |received| received.judge_again())? {
            return Ok(Some(refusal));
        }
    }
    Ok(None)
}

/// The handovers of the person of a procedure by which somebody received the person; those that this node holds.
// spec: spc-8
pub(crate) fn of_person(
    shared: &Shared,
    procedure: &ProcedureId,
    book: &Book,
) -> Result<Vec<Found>, ReadError> {
    let Some(Machine::Handover(_)) = book.machine() else { return Ok(Vec::new()) };
    let marks = people::marks_of(shared, &people::digests_of(book, people::OF_A_HANDOVER))?;
    let mut found = shared.ledger.of(shared, |_| true, &marks)?;
    // A person whose bodies are gone is still the one of this procedure.
    if !found.iter().any(|found| found.procedure == *procedure) {
        let own = shared.ledger.travelled(shared, procedure)?;
        found.push(own.unwrap_or(Found { procedure: *procedure, travelled: None }));
    }
    found.sort_by_key(|found| found.procedure);
    Ok(found)
}

fn against(
    shared: &Shared,
    found: &Found,
    judge: impl Fn(&Received<'_>) -> Result<(), Refusal>,
) -> Result<Option<Refusal>, ReadError> {
    let book = shared.reader.book(&found.procedure)?;
    let Some(Machine::Handover(folded)) = book.machine() else { return Ok(None) };
    let handover = &folded.state;
    let Some(by) = party(shared, handover.requesting()) else { return Ok(None) };
    let from = handover.requested().iter().filter_map(|agency| party(shared, agency)).collect();
    let received = Received { procedure: found.procedure, handover, by: &by, from: &from };
    Ok(judge(&received).err())
}

/// Whether two agencies are of one Party.
pub(super) fn is_one_party(shared: &Shared, one: &AgencyId, other: &AgencyId) -> bool {
    let party = |agency| party(shared, agency);
    one == other || party(one).is_some_and(|of_one| Some(of_one) == party(other))
}

/// The Party of an agency; `None` for one that is no member any more.
pub(super) fn party(shared: &Shared, agency: &AgencyId) -> Option<Party> {
    shared.directory().charter().member(agency).map(|member| member.party.clone())
}

/// What another procedure says; with the number of the entry, where it says it of one of many.
pub(super) fn alert(refusal: Refusal, procedure: ProcedureId, entry: Option<u64>) -> Alert {
    let whom = entry.map(|entry| format!("entry {entry}: ")).unwrap_or_default();
    let why = format!("{whom}{}", refusal.why);
    Alert { refusal: Refusal { why, ..refusal }, message: None, procedure: Some(procedure) }
}
