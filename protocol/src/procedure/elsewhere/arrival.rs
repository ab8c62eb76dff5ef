//! Whether a person arrived with the batch that is named in the person's own handover.

use alloc::format;
use alloc::string::String;

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::procedure::handover::Handover;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

/// Why an arrival is not said whose certificate is not here.
// spec: ho-77
pub fn not_here(certificate: &MessageId) -> Refusal {
    refused(format!("the certificate {certificate} is not here"))
}

/// Refuses an arrival that the batch of the certificate does not bear out: both sides of the last leg signed it, it hands
/// this entry over, and the entry rests on the decision that stands in the person's own handover.
///
/// # Errors
/// What is missing.
// spec: ho-77
pub fn judge(
    handover: &Handover,
    certificate: &Digest,
    entry: u64,
    machine: &Machine,
) -> Result<(), Refusal> {
    let Machine::Batch(folded) = machine else {
        return Err(refused(format!("the certificate is of a {}", machine.name())));
    };
    let batch = &folded.state;
    if !batch.has_arrived(certificate, entry) {
        return Err(refused(format!(
            "no certificate of the last leg that both sides signed hands entry {entry} over"
        )));
    }
    let named = batch.decisions().find(|(n, _)| *n == entry).map(|(_, decision)| decision);
    if named.as_ref() == handover.standing() {
        return Ok(());
    }
    Err(refused(format!("entry {entry} rests on another decision than the one of this handover")))
}

fn refused(why: String) -> Refusal {
    Refusal::safeguard(
        "ho-77",
        why,
        "name the certificate of the last leg, once both sides have signed it, and the entry of this person",
    )
}
