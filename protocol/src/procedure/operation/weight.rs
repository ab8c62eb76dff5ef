//! What the messages of an operation weigh, and what two concurrent ones are to each other.

use crate::message::operation::participation::ParticipationAnswer;
use crate::message::operation::signal::Signal;
use crate::message::operation::status::DeclaredStatus;
use crate::message::text::ItemId;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones.
// spec: pro-5
pub(super) fn rank(act: &Act) -> Rank {
    if let Fact::Operation(fact) = &act.fact { rank_of(fact) } else { act.fact.rank() }
}

/// What two concurrent messages are to each other: what is about different things both counts.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let by_rank = || rank::meet(rank(earlier), rank(later));
    if drops(earlier) || drops(later) {
        return by_rank();
    }
    let (Fact::Operation(one), Fact::Operation(other)) = (&earlier.fact, &later.fact) else {
        return Meeting::Both;
    };
    // spec: opn-49
    if is_leaving(one) && re_approves(other) {
        return Meeting::EarlierCounts;
    }
    if matches!((one, other), (OperationFact::Planned(_), OperationFact::Planned(_))) {
        return Meeting::Conflict;
    }
    if contradict(one, other) { by_rank() } else { Meeting::Both }
}

/// Whether two facts are about the same thing and differ.
fn contradict(one: &OperationFact, other: &OperationFact) -> bool {
    match one {
        OperationFact::Signalled { signal, territory } => {
            let OperationFact::Signalled { signal: against, territory: there } = other else {
                return false;
            };
            let apart = territory.is_some() && there.is_some() && territory != there;
            signal != against && !apart
        }
        OperationFact::Tasked(task) => task_of(other) == Some(&task.id),
        OperationFact::Reported { task, .. } => {
            matches!(other, OperationFact::Tasked(again) if again.id == *task)
        }
        OperationFact::Proposed { .. }
        | OperationFact::Replied(_)
        | OperationFact::Planned(_)
        | OperationFact::Signed(_)
        | OperationFact::Declared { .. }
        | OperationFact::Resulted => false,
    }
}

/// The task that a fact is about.
const fn task_of(fact: &OperationFact) -> Option<&ItemId> {
    match fact {
        OperationFact::Tasked(task) => Some(&task.id),
        OperationFact::Reported { task, .. } => Some(task),
        OperationFact::Proposed { .. }
        | OperationFact::Replied(_)
        | OperationFact::Planned(_)
        | OperationFact::Signed(_)
        | OperationFact::Signalled { .. }
        | OperationFact::Declared { .. }
        | OperationFact::Resulted => None,
    }
}

fn is_leaving(fact: &OperationFact) -> bool {
    *fact == OperationFact::Replied(ParticipationAnswer::Leave)
}

const fn re_approves(fact: &OperationFact) -> bool {
    matches!(fact, OperationFact::Declared { status: DeclaredStatus::ReApproved, .. })
}

/// Whether the lead gives the operation up before anybody has gone.
const fn drops(act: &Act) -> bool {
    matches!(
        act.fact,
        Fact::Common(CommonFact::Withdrawn)
            | Fact::Operation(OperationFact::Declared { status: DeclaredStatus::Dropped, .. })
    )
}

/// What a fact weighs. With the rule above it gives what is prescribed where two messages know nothing of each other.
// spec: opn-45, opn-46, opn-47, opn-48, opn-49, opn-50, opn-51
const fn rank_of(fact: &OperationFact) -> Rank {
    match fact {
        OperationFact::Signalled { signal, .. } => match signal {
            Signal::Hold | Signal::Abort => Rank::ProtectiveStop,
            Signal::StandDown => Rank::Withdrawal,
            Signal::Go => Rank::Decision,
        },
        OperationFact::Declared { status, .. } => match status {
            DeclaredStatus::Dropped => Rank::Withdrawal,
            DeclaredStatus::ReApproved => Rank::Decision,
            DeclaredStatus::Ready
            | DeclaredStatus::Reporting
            | DeclaredStatus::Evaluated
            | DeclaredStatus::Closed => Rank::Information,
        },
        OperationFact::Tasked(_) | OperationFact::Replied(_) => Rank::Plan,
        // Whoever takes part says so first; the plan has to fit that.
        OperationFact::Proposed { .. }
        | OperationFact::Planned(_)
        | OperationFact::Signed(_)
        | OperationFact::Reported { .. }
        | OperationFact::Resulted => Rank::Information,
    }
}
