//! What the messages of a batch weigh, and what two concurrent ones are to each other.

use crate::procedure::act::Act;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::rank;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;

/// What a message does to a batch, as far as concurrent ones can stand against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    /// A version.
    List,
    /// A version is not agreed to.
    Strike,
    Seal,
    TakeOff,
    Cancel,
    Propose,
    Answer,
    Release,
    Return,
    Certify,
    Countersign,
    /// What contradicts nothing.
    Beside,
}

/// Pairs of which both stand, whatever their weight; what they mean together is the same in either order.
// spec: bat-53, bat-58, bat-60
const BOTH: &[(Deed, Deed)] = &[
    (Deed::TakeOff, Deed::Release),
    (Deed::TakeOff, Deed::Return),
    (Deed::TakeOff, Deed::Cancel),
    (Deed::TakeOff, Deed::Propose),
    (Deed::TakeOff, Deed::Answer),
    (Deed::Cancel, Deed::Cancel),
    (Deed::Cancel, Deed::List),
    (Deed::List, Deed::Strike),
    (Deed::Strike, Deed::Strike),
    (Deed::Seal, Deed::Seal),
    (Deed::Seal, Deed::Propose),
    (Deed::Seal, Deed::Answer),
    (Deed::Propose, Deed::Answer),
    (Deed::Answer, Deed::Answer),
    (Deed::Return, Deed::Return),
];

/// What a message weighs among concurrent ones. With the general rule it gives what is prescribed where two messages know
/// nothing of each other.
// spec: pro-5, bat-50, bat-51, bat-52, bat-54, bat-55, bat-56, bat-57
pub(super) fn rank(act: &Act) -> Rank {
    match deed(act) {
        // A release rests on the seals and the confirmations of every side.
        Deed::Release | Deed::Countersign => Rank::SignedByBoth,
        Deed::TakeOff => Rank::ProtectiveStop,
        Deed::Return | Deed::Certify => Rank::Custody,
        // A version of the releasing side takes every other one back.
        Deed::List if is_base(act) => Rank::Withdrawal,
        Deed::Cancel => Rank::Withdrawal,
        Deed::List | Deed::Strike => Rank::Decision,
        // Beside the releasing side's schedule every other one is a counter-proposal.
        Deed::Propose if !is_base(act) => Rank::Information,
        Deed::Seal | Deed::Propose | Deed::Answer => Rank::Plan,
        Deed::Beside => Rank::Information,
    }
}

/// What two concurrent messages are to each other.
pub(super) fn meet(earlier: &Act, later: &Act) -> Meeting {
    let (one, other) = (deed(earlier), deed(later));
    let beside = one == Deed::Beside || other == Deed::Beside;
    if beside || BOTH.contains(&(one, other)) || BOTH.contains(&(other, one)) {
        return Meeting::Both;
    }
    // spec: bat-59
    if (one, other) == (Deed::Propose, Deed::Propose) && is_base(earlier) == is_base(later) {
        return Meeting::Conflict;
    }
    rank::meet(rank(earlier), rank(later))
}

/// Whether a version or a schedule is the releasing side's: that one is the base.
fn is_base(act: &Act) -> bool {
    let first = if let Fact::Batch(BatchFact::Listed(manifest)) = &act.fact {
        manifest.way.first()
    } else if let Fact::Handover(HandoverFact::Scheduled { legs }) = &act.fact {
        legs.first().map(|leg| &leg.releasing)
    } else {
        None
    };
    first == Some(&act.author)
}

fn deed(act: &Act) -> Deed {
    if let Fact::Batch(fact) = &act.fact {
        deed_of(fact)
    } else if let Fact::Handover(fact) = &act.fact {
        deed_of_transfer(fact)
    } else if act.fact == Fact::Common(CommonFact::Withdrawn) {
        Deed::Cancel
    } else {
        Deed::Beside
    }
}

fn deed_of(fact: &BatchFact) -> Deed {
    match fact {
        BatchFact::Listed(_) => Deed::List,
        BatchFact::Reviewed { strikes, .. } if !strikes.is_empty() => Deed::Strike,
        BatchFact::Sealed { .. } => Deed::Seal,
        BatchFact::TakenOff(_) => Deed::TakeOff,
        BatchFact::Reviewed { .. }
        | BatchFact::Guaranteed { .. }
        | BatchFact::LetThrough { .. }
        | BatchFact::Reconciled { .. } => Deed::Beside,
    }
}

const fn deed_of_transfer(fact: &HandoverFact) -> Deed {
    match fact {
        HandoverFact::Scheduled { .. } => Deed::Propose,
        HandoverFact::Answered { .. } => Deed::Answer,
        HandoverFact::Released { .. } => Deed::Release,
        HandoverFact::Returned { .. } => Deed::Return,
        HandoverFact::Certified { .. } => Deed::Certify,
        HandoverFact::Countersigned { .. } => Deed::Countersign,
        HandoverFact::ArrestAsked { .. }
        | HandoverFact::Requested(_)
        | HandoverFact::RefusalIntended { .. }
        | HandoverFact::Viewed { .. }
        | HandoverFact::Decided(_)
        | HandoverFact::ConditionsAccepted { .. }
        | HandoverFact::Custody { .. }
        | HandoverFact::Arrived { .. }
        | HandoverFact::Screened { .. }
        | HandoverFact::SpecialtyAsked { .. }
        | HandoverFact::SpecialtyDecided { .. }
        | HandoverFact::OutcomeTold(_)
        | HandoverFact::Incident(_)
        | HandoverFact::Chosen { .. } => Deed::Beside,
    }
}
