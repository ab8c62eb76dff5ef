//! Whether the decisions on which a manifest rests still stand in their own procedures.

use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
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

/// What is to be done about an entry whose decision does not carry it.
const REMEDY: &str = "take the entry off with a manifest-removal, or wait until the person is granted again and list that decision";

/// Whether whoever acts for this agency has to hold the decisions: it gives the people or receives them in the end, so that
/// it decided on each of them or was told. A Party between may hold none.
// spec: bat-67
pub fn must_be_here(batch: &Batch, agency: &AgencyId) -> bool {
    [batch.way().first(), batch.way().last()].contains(&Some(agency))
}

/// Why an entry does not go whose decision is not here, where it has to be.
// spec: bat-67
pub fn not_here(entry: u64, decision: &MessageId) -> Refusal {
    let why = format!("entry {entry} rests on {decision}, which is not here");
    Refusal::safeguard(
        "bat-67",
        why,
        "name the decision that granted this person, or take the entry off with a manifest-removal",
    )
}

/// Why an entry does not go whose decision is about somebody else, as far as references, documents and samples say.
// spec: bat-68
pub fn of_another_person(entry: u64, decision: &MessageId) -> Refusal {
    let why = format!(
        "nothing that identifies the person of entry {entry} stands in the handover of {decision}"
    );
    Refusal::safeguard(
        "bat-68",
        why,
        "name the decision about this person, or list the person with a reference, a document or a screening of that handover",
    )
}

/// Refuses an entry whose decision stands no longer in its own procedure.
///
/// # Errors
/// What became of the decision.
// spec: bat-63
pub fn judge(entry: u64, decision: &MessageId, machine: &Machine) -> Result<(), Refusal> {
    let refused = |why| Err(Refusal::safeguard("bat-63", why, REMEDY));
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
