//! Signs of a victim that a screening in a handover found, as they bear on what else may be done with the person.

use alloc::collections::BTreeSet;
use alloc::format;

use crate::ids::AgencyId;
use crate::message::custody::CustodyStatus;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::machine::Machine;
use crate::procedure::refusal::Refusal;

impl Handover {
    /// What the last screening found.
    pub const fn screened(&self) -> Option<ScreeningOutcome> {
        self.screened
    }

    pub(super) fn note_screening(&mut self, found: ScreeningOutcome) {
        self.screened = Some(found);
        self.signs = match found {
            ScreeningOutcome::PresumedVictim | ScreeningOutcome::Victim => true,
            ScreeningOutcome::Undetermined => self.signs,
            ScreeningOutcome::NoIndication => false,
        };
    }

    /// Why the person may neither be granted nor let go elsewhere: by what was found here the person may be a victim, and
    /// no rescue has taken the person over, for all that this procedure says.
    // spec: res-62
    pub fn has_signs(&self) -> Option<Refusal> {
        self.signs.then(|| {
            Refusal::safeguard(
                "res-62",
                format!("signs of a victim were found in a handover of the person, which is {}", self.stage),
                "let whoever found them open a rescue that names that handover under `rerouted_from`; the rescue says when \
                 the person may go",
            )
        })
    }

    /// Whether whoever has the person owes a rescue.
    // spec: due-16
    pub fn needs_a_rescue(&self) -> bool {
        let is_gone = matches!(self.custody, CustodyStatus::Escaped | CustodyStatus::Deceased);
        self.signs && !is_gone
    }

    /// Whether both sides of a leg signed that the person was given on.
    // spec: due-22
    pub(in crate::procedure) const fn has_left(&self) -> bool {
        self.holder.is_some()
    }

    /// Who has the person or had the person: whoever was asked, and whoever received the person since.
    pub fn holders(&self) -> BTreeSet<&AgencyId> {
        self.requested.iter().chain(&self.holder).collect()
    }
}

/// Why a screening that finds no signs where some were found needs a rescue first.
// spec: res-64
pub fn refuses_to_clear(fact: &Fact, machine: &Machine) -> Option<Refusal> {
    let Machine::Handover(folded) = machine else { return None };
    let none = ScreeningOutcome::NoIndication;
    let clears =
        matches!(fact, Fact::Handover(HandoverFact::Screened { outcome, .. }) if *outcome == none);
    (clears && folded.state.signs).then(|| {
        Refusal::safeguard(
            "res-64",
            "signs of a victim were found in this handover, and no rescue that names it was referred to justice",
            "screen the person in a rescue that names this handover under `rerouted_from`; say `undetermined` until a \
             prosecutor has decided there",
        )
    })
}

/// Whether a message tells of signs of a victim.
pub const fn tells(act: &Act) -> bool {
    matches!(&act.fact, Fact::Handover(HandoverFact::Screened { outcome, .. }) if outcome.is_victim())
}
