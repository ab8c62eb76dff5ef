//! Whether a person goes on a grant that rests on what was corrected since.

use alloc::format;

use crate::procedure::amber;
use crate::procedure::amber::Amber;
use crate::procedure::handover::Handover;
use crate::procedure::refusal::Refusal;
use crate::procedure::transcript::Transcript;

/// The decision that stands, where it rests on what a side of the handover corrected since. What a bystander said and
/// corrects holds nobody up.
// spec: ho-89
pub fn of(transcript: &Transcript, handover: &Handover) -> Option<Amber> {
    let sides = handover.requested().iter().chain([handover.requesting()]).collect();
    amber::of_one(transcript, handover.standing_digest()?, &sides)
}

/// Refuses to let a person go on a decision that has to be looked at again, as [`of`] says.
///
/// # Errors
/// When there is such a decision.
// spec: ho-89
pub fn judge(amber: Option<Amber>) -> Result<(), Refusal> {
    match amber {
        None => Ok(()),
        Some(amber) => Err(Refusal::safeguard(
            "ho-89",
            format!(
                "the grant rests on {}, which was corrected in what matters, and was decided without the correction",
                amber.because
            ),
            "look at the correction; take the grant back with a superseding decision, and decide anew on what is right",
        )),
    }
}
