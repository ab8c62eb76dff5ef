//! Whether a rescue goes on where it is said to: in another one that this node holds and that has taken it in.

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::procedure::rescue::Rescue;

use crate::host::elsewhere::Objection;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Refuses to end a rescue in favour of one that has not taken it in.
// spec: res-52
pub(super) fn judge(
    shared: &Shared,
    procedure: &ProcedureId,
    submission: &Submission,
) -> Result<(), Objection> {
    let Body::RescueUpdate(update) = submission.body() else { return Ok(()) };
    let Some(other) = update.goes_on_in else { return Ok(()) };
    let open = |rescue: &Rescue| !rescue.stage().is_terminal();
    if taken_in(shared, procedure, &other)?.is_some_and(|rescue| open(&rescue)) {
        return Ok(());
    }
    Err(Refusal::safeguard(
        "res-52",
        format!("{other} is no open rescue here that names {procedure}"),
        "send a `rescue-update` with the state `accepted` in that one first, which names this one under `merged_procedures`",
    )
    .into())
}

/// The rescue that has taken another one in, where this node holds it.
// spec: res-26
pub(super) fn taken_in(
    shared: &Shared,
    procedure: &ProcedureId,
    by: &ProcedureId,
) -> Result<Option<Rescue>, ReadError> {
    let book = shared.reader.book(by)?;
    let Some(Machine::Rescue(folded)) = book.machine() else { return Ok(None) };
    Ok(folded.state.merged().contains(procedure).then(|| folded.state.clone()))
}
