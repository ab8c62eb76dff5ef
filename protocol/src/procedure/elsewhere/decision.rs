//! Whether the decisions on which a manifest rests still stand in their own procedures.

use alloc::format;
use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::procedure::batch::Batch;
use crate::procedure::elsewhere::person::People;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

/// The decisions of some entries of the manifest that stands, each with the number of its entry; none of a version that was
/// not put up for sealing, which may lack some.
pub fn of(batch: &Batch, people: &People) -> Vec<(u64, MessageId)> {
    let People::Entries(entries) = people else { return Vec::new() };
    batch.decisions().filter(|(n, _)| entries.contains(n)).collect()
}

/// Refuses an entry whose decision stands no longer in its own procedure.
///
/// # Errors
/// What became of the decision.
// spec: bat-63
pub fn judge(entry: u64, decision: &MessageId, machine: &Machine) -> Result<(), Refusal> {
    let refused = |why| {
        Err(Refusal::safeguard(
            "bat-63",
            why,
            "take the entry off with a manifest-removal, or wait until the person is granted again and list that decision",
        ))
    };
    let Machine::Handover(folded) = machine else {
        let name = machine.name();
        return refused(format!(
            "entry {entry} rests on {decision}, which is of a {name} and grants nobody"
        ));
    };
    match folded.state.standing() {
        Some(standing) if standing == decision => {
            // spec: ho-57
            if let Some(ground) = folded.state.open_ground() {
                return refused(format!(
                    "entry {entry} rests on the decision {decision}, which does not answer the ground {ground} that was named beside it"
                ));
            }
            if folded.state.is_granted() {
                return Ok(());
            }
            let stage = folded.state.stage();
            refused(format!(
                "entry {entry} rests on the decision {decision}, and its handover is {stage}"
            ))
        }
        Some(standing) => refused(format!(
            "entry {entry} rests on the decision {decision}, in whose place {standing} stands"
        )),
        None => refused(format!(
            "entry {entry} rests on {decision}, and no decision stands in its handover"
        )),
    }
}
