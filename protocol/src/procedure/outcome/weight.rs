//! What the messages of an outcome document weigh, and what two concurrent ones are to each other.

use crate::message::coordination::outcome::OutcomeStage;
use crate::message::coordination::outcome::OutcomeStanding;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones.
// spec: pro-5
pub(super) fn rank(act: &Act) -> Rank {
    if let Fact::Outcome(fact) = &act.fact { rank_of(fact) } else { act.fact.rank() }
}

/// What two concurrent messages are to each other.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let equal = rank(earlier) == rank(later);
    let by_signatories = (is_of_a_signatory(earlier), is_of_a_signatory(later));
    // spec: out-31
    let each_for_itself =
        by_signatories == (true, true) || (equal && by_signatories != (false, false));
    let both_texts = equal && is_text(earlier) && is_text(later);
    // Of two texts the table takes what fits.
    if each_for_itself || both_texts {
        return Meeting::Both;
    }
    rank::meet(rank(earlier), rank(later))
}

/// Whether two messages freeze a text each.
pub(super) fn are_rivals(one: &Act, other: &Act) -> bool {
    freezes(one) && freezes(other)
}

fn freezes(act: &Act) -> bool {
    let Fact::Outcome(OutcomeFact::Text(text)) = &act.fact else { return false };
    text.stage == OutcomeStage::Frozen
}

/// What a fact weighs. With the general rule it gives what is prescribed where two messages know nothing of each other.
// spec: out-27, out-29, out-30
const fn rank_of(fact: &OutcomeFact) -> Rank {
    match fact {
        OutcomeFact::Reopened { .. } => Rank::ProtectiveStop,
        OutcomeFact::Declared { standing, .. } => match standing {
            OutcomeStanding::InEffect
            | OutcomeStanding::Superseded
            | OutcomeStanding::Terminated => Rank::SignedByBoth,
            OutcomeStanding::Abandoned => Rank::Withdrawal,
        },
        OutcomeFact::Retracted { .. } => Rank::Withdrawal,
        OutcomeFact::Recorded { .. } => Rank::Decision,
        OutcomeFact::Text(text) => match text.stage {
            OutcomeStage::Frozen => Rank::Decision,
            OutcomeStage::OpenForSignature | OutcomeStage::Negotiating => Rank::Plan,
            OutcomeStage::Draft => Rank::Information,
        },
        OutcomeFact::Signed { .. } | OutcomeFact::Confirmed { .. } => Rank::Plan,
    }
}

const fn is_text(act: &Act) -> bool {
    matches!(act.fact, Fact::Outcome(OutcomeFact::Text(_)))
}

const fn is_of_a_signatory(act: &Act) -> bool {
    matches!(
        act.fact,
        Fact::Outcome(
            OutcomeFact::Signed { .. }
                | OutcomeFact::Confirmed { .. }
                | OutcomeFact::Retracted { .. }
        )
    )
}
