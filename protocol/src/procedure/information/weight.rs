//! What the messages of a request for information weigh, and what two concurrent ones are to each other.

use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::information::fact::Reply;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message weighs among concurrent ones: what tells something goes before what ends the request.
// spec: pro-5
pub(super) fn rank(act: &Act) -> Rank {
    if let Some(reply) = reply(act) {
        return if reply.gives() && !reply.may_end() { Rank::Plan } else { Rank::Information };
    }
    if matches!(act.fact, Fact::Common(CommonFact::InformationGiven)) {
        Rank::Plan
    } else if matches!(act.fact, Fact::Common(CommonFact::Lapsed { .. })) {
        Rank::Information
    } else {
        act.fact.rank()
    }
}

/// What two concurrent messages are to each other: most stand beside each other, because answers add up.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    // spec: rfi-20
    if is_withdrawal(earlier) && reply(later).is_some() {
        return Meeting::EarlierCounts;
    }
    // spec: rfi-22, rfi-23
    let ends = |act: &Act| reply(act).is_some_and(Reply::may_end);
    if ends(earlier) && ends(later) { Meeting::Conflict } else { Meeting::Both }
}

/// Whether a clarification crossed a refusal.
pub(super) fn crosses(earlier: &Act, later: &Act) -> bool {
    earlier.fact == Fact::Common(CommonFact::InformationGiven)
        && reply(later).is_some_and(Reply::refuses)
}

/// The reply that a message is.
pub(super) fn reply(act: &Act) -> Option<&Reply> {
    if let Fact::Information(InformationFact::Replied(reply)) = &act.fact {
        Some(reply)
    } else {
        None
    }
}

pub(super) fn is_withdrawal(act: &Act) -> bool {
    act.fact == Fact::Common(CommonFact::Withdrawn)
}
