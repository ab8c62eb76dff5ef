//! What the messages about frozen assets weigh, and what two concurrent ones are to each other.

use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones.
///
/// What the requested Party tells of assets is what happened to them; it comes first, and the table says what can follow it.
// spec: pro-5, frz-29, frz-30, frz-31, frz-32
pub(super) fn rank(act: &Act) -> Rank {
    let Fact::Freezing(fact) = &act.fact else { return act.fact.rank() };
    match fact {
        FreezingFact::Reported { .. }
        | FreezingFact::Converted { .. }
        | FreezingFact::Disposed { .. } => Rank::Custody,
        FreezingFact::RecoveryDecided { assets } => {
            let confiscates = assets.iter().any(|asset| asset.confiscated);
            if confiscates { Rank::Custody } else { Rank::Decision }
        }
        FreezingFact::Requested(_)
        | FreezingFact::ExtensionAsked { .. }
        | FreezingFact::RecoveryAsked { .. } => Rank::Information,
    }
}

/// What two concurrent messages are to each other: only two that tell of one asset with the same weight contradict.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let (Fact::Freezing(one), Fact::Freezing(other)) = (&earlier.fact, &later.fact) else {
        return Meeting::Both;
    };
    let asks = rank(later) == Rank::Information;
    // spec: frz-33
    let apart = one.assets().is_disjoint(&other.assets());
    if asks || apart || rank(earlier) != rank(later) { Meeting::Both } else { Meeting::Conflict }
}
