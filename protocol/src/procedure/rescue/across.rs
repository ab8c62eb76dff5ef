//! What a rescue means to other procedures about the same person or place.

use alloc::format;

use crate::message::rescue::screening::ScreeningOutcome;
use crate::procedure::refusal::Refusal;
use crate::procedure::rescue::Rescue;
use crate::procedure::rescue::stage::Stage;

impl Rescue {
    /// Why the person may neither be granted nor let go elsewhere: the rescue governs custody until the screening ends, and
    /// for good where the person is protected or where it ended after signs of a victim were found.
    // spec: res-34
    pub fn governs(&self) -> Option<Refusal> {
        self.governs_custody().then(|| {
            Refusal::safeguard(
                "res-34",
                format!("a rescue of the person is {}", self.stage()),
                "let the screening end first; a handover goes on when it finds no indication of a victim, and not because help \
                 was declined",
            )
        })
    }

    /// Why an operation may not go in without its commander's word: somebody who needs help may be there.
    // spec: res-35
    pub fn flags_site(&self) -> Option<Refusal> {
        self.stage().is_inside().then(|| {
            Refusal::safeguard(
                "res-35",
                format!("hostages present: a rescue at this site is {}", self.stage()),
                "let the commander of the territory confirm that the plan knows of them",
            )
        })
    }

    /// Whether the rescue decides where the person stays. A victim who wants no help is no suspect for that.
    fn governs_custody(&self) -> bool {
        let cleared = self.screened() == Some(ScreeningOutcome::NoIndication);
        let has_signs = self.screened().is_some_and(ScreeningOutcome::is_victim);
        match self.stage() {
            Stage::Reported
            | Stage::Triaged
            | Stage::Accepted
            | Stage::Locating
            | Stage::LocationConfirmed
            | Stage::Planned
            | Stage::Extracted
            | Stage::Protected
            | Stage::ReturnArranged
            | Stage::Returned
            | Stage::StaysWithProtection => true,
            Stage::Screening => !cleared,
            Stage::NotFound | Stage::DeclinedHelp | Stage::Unfounded => has_signs,
            Stage::Deceased | Stage::ReferredToJustice | Stage::Merged => false,
        }
    }
}
