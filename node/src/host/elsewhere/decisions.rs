//! Whether the decisions that a manifest names stand in the procedures that this node holds.

use concord_protocol::ids::MessageId;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::person::People;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// The decisions of some entries that stand no longer. A decision that is not here is not judged: a Party between may hold
/// none of them.
// spec: bat-63, bat-64
pub(super) fn fallen(
    shared: &Shared,
    machine: &Machine,
    whom: &People,
) -> Result<Vec<(MessageId, Refusal)>, ReadError> {
    let Machine::Batch(folded) = machine else { return Ok(Vec::new()) };
    let mut fallen = Vec::new();
    for (entry, named) in decision::of(&folded.state, whom) {
        for procedure in people::procedures_of(shared, &named)? {
            let book = shared.reader.book(&procedure)?;
            let Some(machine) = book.machine() else { continue };
            if let Err(refusal) = decision::judge(entry, &named, machine) {
                fallen.push((named, refusal));
            }
        }
    }
    Ok(fallen)
}
