//! What the messages of a handover weigh, and what two concurrent ones are to each other.

use crate::message::rescue::screening::ScreeningOutcome;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::signs;
use crate::procedure::handover::stage::Move;
use crate::procedure::handover::stop;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones.
// spec: pro-5
pub(super) fn rank(act: &Act) -> Rank {
    if let Fact::Handover(fact) = &act.fact { rank_of(fact) } else { act.fact.rank() }
}

/// What two concurrent messages are to each other.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let by_rank = || rank::meet(rank(earlier), rank(later));
    // spec: ho-82
    let unclear = finds(later, ScreeningOutcome::Undetermined);
    let none = finds(later, ScreeningOutcome::NoIndication);
    if (signs::tells(earlier) && (unclear || none))
        || (finds(earlier, ScreeningOutcome::Undetermined) && none)
    {
        return Meeting::EarlierCounts;
    }
    if stands_beside(earlier) || stands_beside(later) {
        return Meeting::Both;
    }
    // spec: ho-59, ho-87
    if stops(earlier) && matches!(rank(later), Rank::Custody | Rank::Withdrawal) {
        return Meeting::Both;
    }
    let (Fact::Handover(one), Fact::Handover(other)) = (&earlier.fact, &later.fact) else {
        return by_rank();
    };
    // Decisions about consent contradict each other only about one request.
    if let HandoverFact::SpecialtyDecided { of, .. } = one {
        let same = matches!(other, HandoverFact::SpecialtyDecided { of: too, .. } if too == of);
        return if same { by_rank() } else { Meeting::Both };
    }
    if matches!(other, HandoverFact::SpecialtyDecided { .. }) {
        return Meeting::Both;
    }
    // spec: ho-45
    if let (HandoverFact::Scheduled { legs: base }, HandoverFact::Scheduled { legs }) = (one, other)
    {
        return match (is_releasing(earlier, base), is_releasing(later, legs)) {
            (true, false) => Meeting::EarlierCounts,
            (false, true) => Meeting::Both,
            (true, true) | (false, false) => Meeting::Conflict,
        };
    }
    // spec: ho-46
    let both_answer = matches!(
        (one, other),
        (HandoverFact::Answered { .. }, HandoverFact::Answered { .. })
            | (HandoverFact::Returned { .. }, HandoverFact::Returned { .. })
            | (HandoverFact::Arrived { .. }, HandoverFact::Arrived { .. })
    );
    if both_answer { Meeting::Both } else { by_rank() }
}

/// What a fact weighs. With the general rule it gives what is prescribed where two messages know nothing of each other.
// spec: ho-47, ho-48, ho-49, ho-50, ho-51, ho-58, ho-59, ho-87, ho-97, ho-98
fn rank_of(fact: &HandoverFact) -> Rank {
    match fact {
        // Both sides of the last leg signed that the person was handed over.
        HandoverFact::Countersigned { .. } | HandoverFact::Arrived { .. } => Rank::SignedByBoth,
        HandoverFact::Screened { outcome, .. } if outcome.is_victim() => Rank::ProtectiveStop,
        HandoverFact::RefusalIntended { .. } if stop::protects(fact) => Rank::ProtectiveStop,
        HandoverFact::Custody { change: CustodyChange::Hospitalised, .. } => Rank::ProtectiveStop,
        HandoverFact::Custody { .. }
        | HandoverFact::Released { .. }
        | HandoverFact::Returned { .. }
        | HandoverFact::Certified { .. } => Rank::Custody,
        HandoverFact::Decided(_)
        | HandoverFact::SpecialtyDecided { .. }
        | HandoverFact::Chosen { .. } => Rank::Decision,
        HandoverFact::RefusalIntended { .. }
        | HandoverFact::ConditionsAccepted { .. }
        | HandoverFact::Scheduled { .. }
        | HandoverFact::Answered { .. } => Rank::Plan,
        HandoverFact::ArrestAsked { .. }
        | HandoverFact::Requested(_)
        | HandoverFact::Viewed { .. }
        | HandoverFact::Screened { .. }
        | HandoverFact::SpecialtyAsked { .. }
        | HandoverFact::OutcomeTold(_)
        | HandoverFact::Incident(_) => Rank::Information,
    }
}

/// Whether a message says that a screening found this.
fn finds(act: &Act, what: ScreeningOutcome) -> bool {
    matches!(act.fact, Fact::Handover(HandoverFact::Screened { outcome, .. }) if outcome == what)
}

/// Whether a message says that torture or ill-treatment is to be feared, or that the person is a child or a victim.
fn stops(act: &Act) -> bool {
    matches!(&act.fact, Fact::Handover(fact) if stop::protects(fact))
}

/// Whether a message leaves the stage alone, so that it contradicts nothing.
const fn stands_beside(act: &Act) -> bool {
    let Fact::Handover(fact) = &act.fact else { return false };
    match fact {
        HandoverFact::Custody { change, .. } => matches!(Move::of_custody(*change), Move::Hold),
        HandoverFact::Screened { outcome, .. } => !outcome.is_victim(),
        HandoverFact::SpecialtyAsked { .. }
        | HandoverFact::Incident(_)
        | HandoverFact::Chosen { .. } => true,
        HandoverFact::OutcomeTold(told) => !told.closing,
        HandoverFact::ArrestAsked { .. }
        | HandoverFact::Requested(_)
        | HandoverFact::RefusalIntended { .. }
        | HandoverFact::Viewed { .. }
        | HandoverFact::Decided(_)
        | HandoverFact::ConditionsAccepted { .. }
        | HandoverFact::Scheduled { .. }
        | HandoverFact::Answered { .. }
        | HandoverFact::Released { .. }
        | HandoverFact::Returned { .. }
        | HandoverFact::Certified { .. }
        | HandoverFact::Countersigned { .. }
        | HandoverFact::Arrived { .. }
        | HandoverFact::SpecialtyDecided { .. } => false,
    }
}

/// Whether the author of a schedule is the one who releases first: its proposal is the base.
fn is_releasing(act: &Act, legs: &[Leg]) -> bool {
    legs.first().is_some_and(|leg| leg.releasing == act.author)
}
