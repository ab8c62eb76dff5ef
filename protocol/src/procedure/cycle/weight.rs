//! What the messages of a cycle weigh, and what two concurrent ones are to each other.

use crate::message::coordination::cycle::CycleStanding;
use crate::message::coordination::minutes::AdoptionAnswer;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::cycle::fact::Target;
use crate::procedure::fact::Fact;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones: a meeting that sits is what happened, and an objection comes before what it
/// is against.
// spec: pro-5, cyc-32, cyc-33, cyc-34, cyc-35
pub(super) fn rank(act: &Act) -> Rank {
    let Fact::Cycle(fact) = &act.fact else {
        let lapses = matches!(act.fact, Fact::Common(CommonFact::Lapsed { .. }));
        return if lapses { Rank::Plan } else { act.fact.rank() };
    };
    match fact {
        CycleFact::Declared { status, .. } => match status {
            CycleStanding::InSession => Rank::Custody,
            CycleStanding::Postponed | CycleStanding::Cancelled => Rank::Withdrawal,
            CycleStanding::Planned | CycleStanding::Urgent | CycleStanding::Closed => Rank::Plan,
        },
        CycleFact::Objected(_) => Rank::Decision,
        CycleFact::Answered { answer, .. } => match answer {
            AdoptionAnswer::Object => Rank::Decision,
            AdoptionAnswer::Adopt | AdoptionAnswer::Reserve => Rank::Information,
        },
        CycleFact::Agenda(_) | CycleFact::Minutes(_) => Rank::Plan,
        CycleFact::ItemProposed | CycleFact::Reported { .. } => Rank::Information,
    }
}

/// What two concurrent messages are to each other: each Party speaks for itself, and the chair does not contradict itself.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let by_rank = || rank::meet(rank(earlier), rank(later));
    // spec: cyc-31
    let denies = rejects(earlier) && adopts_agenda(later);
    let by_one = earlier.author == later.author;
    let by_the_chair = by_one && is_of_the_chair(earlier) && is_of_the_chair(later);
    if denies || by_the_chair { by_rank() } else { Meeting::Both }
}

/// The item to which a message objects.
pub(super) const fn objected_item(act: &Act) -> Option<u64> {
    let Fact::Cycle(CycleFact::Objected(Target::Item(number))) = &act.fact else { return None };
    Some(*number)
}

/// Whether it is an agenda of the chair.
pub(super) const fn is_agenda(act: &Act) -> bool {
    matches!(act.fact, Fact::Cycle(CycleFact::Agenda(_)))
}

/// Whether it is against an agenda as a whole, or against a proposal of which the chair gives the number.
const fn rejects(act: &Act) -> bool {
    matches!(act.fact, Fact::Cycle(CycleFact::Objected(Target::Message(_))))
}

fn adopts_agenda(act: &Act) -> bool {
    matches!(&act.fact, Fact::Cycle(CycleFact::Agenda(agenda)) if agenda.adopted)
}

const fn is_of_the_chair(act: &Act) -> bool {
    matches!(
        act.fact,
        Fact::Cycle(CycleFact::Agenda(_) | CycleFact::Declared { .. } | CycleFact::Minutes(_))
            | Fact::Common(CommonFact::Withdrawn | CommonFact::Lapsed { .. })
    )
}
