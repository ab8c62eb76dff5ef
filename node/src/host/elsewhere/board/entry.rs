//! What the board keeps of one rescue, and of one handover in which signs of a victim were found.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::handover::Handover;
use concord_protocol::procedure::refusal::Refusal;
use concord_protocol::procedure::rescue::Rescue;
use concord_protocol::procedure::rescue::stage::Stage;

use crate::host::elsewhere::marked::Marked;

/// A rescue that has a say elsewhere, or leads to one that has.
#[derive(Debug)]
pub(super) struct Open {
    /// As its messages say, by which one that goes on elsewhere is over.
    pub(super) as_said: Bearing,
    /// As it would bear on others if it went on nowhere.
    pub(super) alone: Bearing,
    pub(super) goes_on_in: Option<ProcedureId>,
    pub(super) merged: BTreeSet<ProcedureId>,
    /// The handovers out of which it took the person over.
    pub(super) rerouted_from: BTreeSet<ProcedureId>,
    pub(super) territory: Option<AgencyId>,
    /// By the messages that may name the person or the place, its own and those of the procedures that are one with it.
    pub(super) of_whom: Marked,
}

/// How a rescue bears on others.
#[derive(Debug)]
pub(super) struct Bearing {
    pub(super) governs: Option<Refusal>,
    pub(super) flags: Option<Refusal>,
    pub(super) stage: Stage,
}

/// A handover in which signs of a victim were found.
#[derive(Debug)]
pub(super) struct Signs {
    pub(super) refusal: Refusal,
    /// Who has the person.
    pub(super) holders: BTreeSet<AgencyId>,
    pub(super) of_whom: Marked,
}

impl Open {
    pub(super) fn of(rescue: &Rescue) -> Self {
        Self {
            as_said: Bearing::of(rescue),
            alone: Bearing::of(&rescue.on_its_own()),
            goes_on_in: rescue.goes_on_in(),
            merged: rescue.merged().into_iter().collect(),
            rerouted_from: rescue.rerouted_from().clone(),
            territory: rescue.territory().cloned(),
            of_whom: Marked::default(),
        }
    }

    /// Whether it has a say elsewhere, or would if it went on nowhere.
    pub(super) const fn may_have_a_say(&self) -> bool {
        self.as_said.has_a_say() || self.alone.has_a_say()
    }

    /// Whether it has not ended.
    pub(super) const fn is_going_on(&self) -> bool {
        !self.as_said.stage.is_terminal()
    }

    /// Whether another rescue or a handover stands otherwise for it.
    pub(super) fn leads_on(&self) -> bool {
        self.goes_on_in.is_some() || !self.merged.is_empty() || !self.rerouted_from.is_empty()
    }
}

impl Bearing {
    fn of(rescue: &Rescue) -> Self {
        Self { governs: rescue.governs(), flags: rescue.flags_site(), stage: rescue.stage() }
    }

    const fn has_a_say(&self) -> bool {
        self.governs.is_some() || self.flags.is_some()
    }

    /// Whether it alone says where somebody stays of whom signs were found elsewhere. One that ended without a finding and
    /// without a prosecutor does not.
    // spec: res-62
    pub(super) fn takes_over(&self) -> bool {
        self.governs.is_some() || self.has_cleared() || self.stage == Stage::Deceased
    }

    /// Whether it ended because the person is no victim, and a prosecutor decided.
    // spec: res-64
    pub(super) fn has_cleared(&self) -> bool {
        self.stage == Stage::ReferredToJustice
    }
}

impl Signs {
    /// Of a handover with signs, whose person these messages may name.
    pub(super) fn of(handover: &Handover, messages: Vec<Digest>) -> Option<Self> {
        let holders = handover.holders().into_iter().cloned().collect();
        let of_whom = Marked::by(messages);
        handover.has_signs().map(|refusal| Self { refusal, holders, of_whom })
    }
}
