//! Whether a rescue goes on where it is said to: in another one that this node holds and that has taken it in.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::submission::Submission;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::procedure::rescue::Rescue;

use crate::host::elsewhere::Objection;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// How many rescues one goes on in by way of each other.
const CHAIN_MAX: usize = 64;

/// A rescue as whoever takes others in looks at it.
#[derive(Debug)]
pub(super) struct Joined<T> {
    /// What is wanted of it.
    pub(super) said: T,
    /// Those that it says to have taken in.
    pub(super) merged: Vec<ProcedureId>,
    /// The one in which it says to go on.
    pub(super) goes_on_in: Option<ProcedureId>,
}

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

/// The rescue in which one goes on in the end, by what each goes on in and what has taken it in; itself where it goes on
/// nowhere, `None` where it goes on in itself by way of others. Of a longer chain than that nobody follows the end.
// spec: res-53, res-65
pub(super) fn end_of(
    procedure: &ProcedureId,
    next: impl Fn(&ProcedureId) -> Option<ProcedureId>,
) -> Option<ProcedureId> {
    let mut at = *procedure;
    for _ in 0..CHAIN_MAX {
        match next(&at) {
            None => return Some(at),
            Some(further) if further == *procedure => return None,
            Some(further) => at = further,
        }
    }
    None
}

/// What is said in a rescue, in those that it took in, and in those that they had. One was taken in that says itself that it
/// goes on there. It goes on in one place, so that whoever names others round in a ring makes nobody read them again and again.
// spec: res-53
pub(super) fn one_with<T, E>(
    procedure: &ProcedureId,
    mut read: impl FnMut(&ProcedureId) -> Result<Joined<T>, E>,
) -> Result<Vec<T>, E> {
    let (mut one, mut said) = (BTreeSet::new(), Vec::new());
    let mut ahead = vec![(*procedure, None)];
    while let Some((procedure, into)) = ahead.pop() {
        if one.contains(&procedure) {
            continue;
        }
        let joined = read(&procedure)?;
        if into.is_some() && joined.goes_on_in != into {
            continue;
        }
        one.insert(procedure);
        said.push(joined.said);
        ahead.extend(joined.merged.into_iter().map(|merged| (merged, Some(procedure))));
    }
    Ok(said)
}
