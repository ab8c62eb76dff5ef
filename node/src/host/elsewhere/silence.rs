//! Whether silence closes a request for information sooner than the charter in force lets it.
//!
//! The day on which it does is the reply's to state, and a fold goes by it; whether it is far enough ahead hangs on what is
//! settled, and so on the charter of whoever looks.

use concord_protocol::ids::AgencyId;
use concord_protocol::message::submission::Submission;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::information::fact::InformationFact;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::profile::judge;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::Alert;
use crate::host::elsewhere::Objection;
use crate::host::elsewhere::ledger;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses a reply that silence would accept too soon.
// spec: rfi-24
pub(super) fn judge(
    shared: &Shared,
    submission: &Submission,
    now: Timestamp,
) -> Result<(), Objection> {
    let Some(closes_at) = closes_at(&Fact::of(submission.body())) else { return Ok(()) };
    let Some(procedure) = submission.procedure() else { return Ok(()) };
    let book = shared.reader.book(&procedure)?;
    let Some(asker) = book.machine().and_then(asker) else { return Ok(()) };
    too_soon(shared, asker, (now, closes_at)).map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// The replies of a procedure that silence would accept too soon, by the charter of this node.
// spec: rfi-25
pub(super) fn alerts(shared: &Shared, book: &Book) -> Result<Vec<Alert>, ReadError> {
    let Some(asker) = book.machine().and_then(asker) else { return Ok(Vec::new()) };
    let transcript = book.transcript();
    let acts = transcript.acts();
    let replies = acts.filter_map(|act| Some((act, closes_at(&act.fact)?)));
    let alerts = replies.filter_map(|(act, closes_at)| {
        let refusal = too_soon(shared, asker, (act.created, closes_at))?;
        Some(Alert { refusal, message: Some(act.id), procedure: None })
    });
    Ok(alerts.collect())
}

/// Who has to say something before silence counts; `None` where no request is answered.
fn asker(machine: &Machine) -> Option<&AgencyId> {
    if let Machine::Information(folded) = machine { Some(folded.state.requesting()) } else { None }
}

fn closes_at(fact: &Fact) -> Option<Timestamp> {
    let Fact::Information(InformationFact::Replied(reply)) = fact else { return None };
    reply.closes_at
}

/// What speaks against it; an agency that is no member any more has no Party whose days are counted.
fn too_soon(shared: &Shared, asker: &AgencyId, times: (Timestamp, Timestamp)) -> Option<Refusal> {
    let party = ledger::party(shared, asker)?;
    judge::judge_silence(&shared.profile, &party, times).err()
}
