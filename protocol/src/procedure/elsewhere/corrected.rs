//! Whether a person goes on a grant that rests on what was corrected since.

use alloc::format;

use crate::procedure::amber::Amber;
use crate::procedure::handover::Handover;
use crate::procedure::refusal::Refusal;

/// Refuses to let a person go on a decision that has to be looked at again, as these say.
///
/// # Errors
/// While the decision that stands is one of them.
// spec: ho-89
pub fn judge(handover: &Handover, amber: &[Amber]) -> Result<(), Refusal> {
    let standing = handover.standing();
    match amber.iter().find(|amber| Some(&amber.id) == standing) {
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
