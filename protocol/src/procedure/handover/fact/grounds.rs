//! The grounds of a handover as messages give them.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::message::handover::request::HandoverRequest;
use crate::message::offence::Offence;
use crate::message::offence::PenaltyKind;
use crate::message::refusal_ground::GroundAnswer;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::RefusalGround;
use crate::message::refusal_ground::StatedGround;
use crate::procedure::handover::fact::Against;

/// The mandatory grounds among some that a Party states. One that nothing answers binds however it is called.
pub(super) fn mandatory(grounds: &[StatedGround]) -> Vec<Against> {
    let binding = grounds.iter().filter(|stated| {
        stated.class == GroundClass::Mandatory || stated.ground.answer() == GroundAnswer::Nothing
    });
    let against = |stated: &StatedGround| Against {
        ground: stated.ground,
        offences: stated.offences.iter().map(|offence| offence.get()).collect(),
    };
    binding.map(against).collect()
}

/// The grounds among some that a Party states which protect the person: a child, a victim.
// spec: ho-87
pub(super) fn protecting(grounds: &[StatedGround]) -> BTreeSet<RefusalGround> {
    let named = grounds.iter().map(|stated| stated.ground);
    named.filter(|ground| ground.protects()).collect()
}

/// The mandatory grounds that a request gives: that the time to prosecute is over, that no law of the requested Party is
/// named for an offence, that an offence costs a fine only.
// spec: ho-55
pub(super) fn against_request(body: &HandoverRequest) -> Vec<Against> {
    let numbered = || (1_u64..).zip(body.offences.iter());
    let those = |wanted: fn(&Offence) -> bool| -> BTreeSet<u64> {
        numbered().filter(|(_, offence)| wanted(offence)).map(|(number, _)| number).collect()
    };
    let expired = !body.limitation_not_expired;
    let offences = if expired { those(|_| true) } else { BTreeSet::new() };
    let found = [
        (RefusalGround::TimeBarredOrAmnesty, offences),
        (
            RefusalGround::NoDualCriminality,
            those(|offence| offence.equivalent_law_in_requested.is_none()),
        ),
        (
            RefusalGround::BelowPenaltyThreshold,
            those(|offence| offence.max_penalty.kind == PenaltyKind::Fine),
        ),
    ];
    let found = found.into_iter().filter(|(_, offences)| !offences.is_empty());
    found.map(|(ground, offences)| Against { ground, offences }).collect()
}
