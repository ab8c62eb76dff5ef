//! Whether two open rescues are about one person, and nobody has made them one.

use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::procedure::rescue::Rescue;
use concord_protocol::procedure::rescue::stage::Stage;
use concord_protocol::procedure::side::Side;

use crate::host::elsewhere::Alert;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// The other open rescues of the person of a rescue, for whoever has it in hand or is asked to take it over.
// spec: res-68
pub(super) fn alerts(
    shared: &Shared,
    (own, book): (&ProcedureId, &Book),
) -> Result<Vec<Alert>, ReadError> {
    let Some(Machine::Rescue(folded)) = book.machine() else { return Ok(Vec::new()) };
    if !makes_one(shared, &folded.state) {
        return Ok(Vec::new());
    }
    let others = shared.board.doubles(shared, own)?.into_iter();
    Ok(others.map(|(other, stage)| alert(other, stage)).collect())
}

/// Whether it is for this agency to make the rescue one with another.
// spec: res-26
fn makes_one(shared: &Shared, rescue: &Rescue) -> bool {
    let sides = rescue.sides(&shared.me);
    let theirs = sides.contains(&Side::Territory) || sides.contains(&Side::Requested);
    theirs && !rescue.stage().is_terminal()
}

fn alert(other: ProcedureId, stage: Stage) -> Alert {
    let refusal = Refusal::safeguard(
        "res-68",
        format!("another rescue of the person is {stage}, procedure {other}"),
        "make them one (res-26): say `accepted` in the one that goes on and name the other under `merged_procedures`, then say \
         in the other, under `goes_on_in`, where it goes on",
    );
    Alert { refusal, message: None, procedure: Some(other) }
}
