//! Which of two concurrent messages counts: a fixed precedence, never a clock.

use crate::message::field::choice;

choice! {
    /// The weight of a message against one that is concurrent with it, heaviest first. Source: DOMAIN 3.0, spec pro-5.
    Rank {
        /// Both sides signed it.
        SignedByBoth = "signed-by-both",
        /// It protects somebody: a victim, a child, whoever is ill or in danger; an operation is stopped.
        ProtectiveStop = "protective-stop",
        /// What happened to a person in custody or to an asset, told by whoever holds it: no paper undoes it.
        Custody = "custody",
        /// The owner takes it back.
        Withdrawal = "withdrawal",
        /// A decision.
        Decision = "decision",
        /// A plan or a schedule.
        Plan = "plan",
        /// Information.
        Information = "information",
    }
}

impl Rank {
    /// Whether this one counts where the other is concurrent.
    pub fn outranks(self, other: Self) -> bool {
        self < other
    }
}

/// What a message that is looked at is to a concurrent one that took effect before it in the fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    /// Both can stand; the table decides about the later one.
    Both,
    /// The earlier one counts, the later one stays without effect.
    EarlierCounts,
    /// Nobody can say which one counts: both sides have to.
    Conflict,
}

/// The general rule for two concurrent messages that bear on the same thing.
// spec: pro-5
pub fn meet(earlier: Rank, later: Rank) -> Meeting {
    if earlier.outranks(later) {
        Meeting::EarlierCounts
    } else if later.outranks(earlier) || later == Rank::Information || later == Rank::ProtectiveStop
    {
        // What outranks an earlier one comes later only where a still heavier one brought that along.
        Meeting::Both
    } else {
        Meeting::Conflict
    }
}
