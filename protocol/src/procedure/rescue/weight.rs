//! What the messages of a rescue weigh, and what two concurrent ones are to each other.

use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::update::RescueState;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::rescue::fact::RescueFact;

/// What a message weighs among concurrent ones. With the general rule it gives what is prescribed where two messages know
/// nothing of each other.
// spec: pro-5, res-36, res-37, res-38
pub(super) fn rank(act: &Act) -> Rank {
    if let Some(state) = state_of(act) {
        return rank_of(state);
    }
    if let Fact::Handover(HandoverFact::Screened { outcome, .. }) = &act.fact
        && outcome.is_victim()
    {
        return Rank::ProtectiveStop;
    }
    act.fact.rank()
}

/// What two concurrent messages are to each other.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let (one, other) = (state_of(earlier), state_of(later));
    let refers = Some(RescueState::ReferredToJustice);
    // spec: res-60
    if let (Some(found), Some(also_found)) = (screened(earlier), screened(later)) {
        let weaker = protects(also_found) < protects(found);
        return if weaker { Meeting::EarlierCounts } else { Meeting::Both };
    }
    // What a screening found stands beside everything but a referral to justice.
    if (screened(earlier).is_some() && other != refers)
        || (screened(later).is_some() && one != refers)
    {
        return Meeting::Both;
    }
    // spec: res-39
    let dies = [one, other].contains(&Some(RescueState::Deceased));
    if dies && [one, other].contains(&Some(RescueState::Extracted)) {
        return Meeting::Both;
    }
    rank::meet(rank(earlier), rank(later))
}

const fn rank_of(state: RescueState) -> Rank {
    match state {
        RescueState::Extracted | RescueState::Returned | RescueState::Deceased => Rank::Custody,
        RescueState::Accepted
        | RescueState::Protected
        | RescueState::NotFound
        | RescueState::StaysWithProtection
        | RescueState::DeclinedHelp
        | RescueState::Unfounded
        | RescueState::ReferredToJustice => Rank::Decision,
        RescueState::Locating
        | RescueState::LocationConfirmed
        | RescueState::Planned
        | RescueState::Screening
        | RescueState::ReturnArranged => Rank::Plan,
        RescueState::Reported | RescueState::Triaged => Rank::Information,
    }
}

const fn state_of(act: &Act) -> Option<RescueState> {
    let Fact::Rescue(RescueFact::Updated(update)) = &act.fact else { return None };
    Some(update.state)
}

const fn screened(act: &Act) -> Option<ScreeningOutcome> {
    let Fact::Handover(HandoverFact::Screened { outcome, .. }) = act.fact else { return None };
    Some(outcome)
}

/// How much a finding protects the person.
const fn protects(outcome: ScreeningOutcome) -> u8 {
    match outcome {
        ScreeningOutcome::Victim => 3,
        ScreeningOutcome::PresumedVictim => 2,
        ScreeningOutcome::Undetermined => 1,
        ScreeningOutcome::NoIndication => 0,
    }
}
