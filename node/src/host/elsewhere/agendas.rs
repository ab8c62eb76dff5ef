//! Whether the agenda of a meeting has the overdue actions of the cycles before it.

use std::collections::BTreeSet;

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::cycle::fact::CycleFact;
use concord_protocol::procedure::elsewhere::agenda::Missing;
use concord_protocol::procedure::elsewhere::agenda::Sitting;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::machine::Machine;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::since;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// What begins a cycle.
const BEGINNINGS: [Kind; 2] = [Kind::CycleStatus, Kind::MeetingAgenda];

/// Refuses an agenda that leaves out what is overdue.
// spec: cyc-37
pub(super) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let Fact::Cycle(CycleFact::Agenda(agenda)) = Fact::of(submission.body()) else {
        return Ok(());
    };
    let asked = submission.to().iter().filter(|to| to.role == Role::Action);
    let sitting = Sitting {
        chair: &shared.me,
        asked: asked.map(|to| &to.agency).collect(),
        carries: &agenda.carries,
        at: now,
    };
    Ok(missing(shared, submission.procedure(), &sitting)?.judge()?)
}

/// The agenda of a procedure, where it leaves out what was overdue when it was made and still is, as far as this node holds
/// the cycles before it.
// spec: cyc-38
pub(super) fn alerts(
    shared: &Shared,
    (own, book): (&ProcedureId, &Book),
) -> Result<Vec<Alert>, ReadError> {
    let Some(Machine::Cycle(folded)) = book.machine() else { return Ok(Vec::new()) };
    let transcript = book.transcript();
    let stands = folded.state.agenda().and_then(|digest| transcript.place(digest));
    let Some(act) = stands.and_then(|place| transcript.act(place)) else { return Ok(Vec::new()) };
    let Fact::Cycle(CycleFact::Agenda(agenda)) = &act.fact else { return Ok(Vec::new()) };
    let sitting = Sitting {
        chair: folded.state.chair(),
        asked: act.asked.iter().collect::<BTreeSet<_>>(),
        carries: &agenda.carries,
        at: act.created,
    };
    let missing = missing(shared, Some(*own), &sitting)?;
    let alert = |refusal| Alert { refusal, message: Some(act.id), procedure: None };
    Ok(missing.judge().err().map(alert).into_iter().collect())
}

/// What a meeting leaves out of all cycles but its own; they are read one after the other, and none is kept.
fn missing(
    shared: &Shared,
    here: Option<ProcedureId>,
    sitting: &Sitting<'_>,
) -> Result<Missing, ReadError> {
    let mut missing = Missing::default();
    for procedure in since::begun_with(shared, &BEGINNINGS)? {
        if Some(procedure) != here
            && let Some(Machine::Cycle(folded)) = shared.reader.book(&procedure)?.machine()
        {
            missing.add(sitting, &folded.state);
        }
    }
    Ok(missing)
}
