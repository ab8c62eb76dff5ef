//! The parts, territories and tasks of an operation: regions beside its stage, each with its own table.

use crate::message::field::choice;
use crate::procedure::operation::stage::Move;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Whether an agency takes part for its Party. Source: DOMAIN 3.5, spec opn-1.
    PartStage {
        /// It was asked.
        Invited = "invited",
        /// It takes part.
        Joined = "joined",
        /// It watches.
        Observing = "observing",
        /// It stopped for a while.
        Suspended = "suspended",
        /// It does not take part.
        Declined = "declined",
        /// It left.
        Left = "left",
    }
}

choice! {
    /// Where an operation stands on one territory. Source: DOMAIN 3.5, spec opn-1.
    TerritoryStage {
        /// Its commander has not said go.
        Waiting = "waiting",
        /// It goes on.
        UnderWay = "under-way",
        /// It is held.
        Held = "held",
        /// It was given up.
        Aborted = "aborted",
        /// It is over.
        StoodDown = "stood-down",
    }
}

choice! {
    /// How a task stands. Source: DOMAIN 3.5, spec opn-1.
    TaskStage {
        /// It was given, and binds nobody yet.
        Issued = "issued",
        /// Its assignee takes it.
        Accepted = "accepted",
        /// Its assignee does not.
        Declined = "declined",
        /// It has begun.
        Running = "running",
        /// It is done.
        Done = "done",
        /// It failed.
        Failed = "failed",
        /// It is given up.
        Cancelled = "cancelled",
    }
}

/// Every edge of the part of one agency.
#[rustfmt::skip]
pub const PART_ROWS: &[Row<PartStage, Move>] = {
    use PartStage::Declined;
    use PartStage::Invited;
    use PartStage::Joined;
    use PartStage::Left;
    use PartStage::Observing;
    use PartStage::Suspended;
    &[
        row("opn-15", &[Invited, Observing], Move::Join, Side::Participant, Joined),
        row("opn-16", &[Invited, Declined], Move::Observe, Side::Participant, Observing),
        row("opn-17", &[Invited], Move::Decline, Side::Participant, Declined),
        row("opn-18", &[Joined], Move::Suspend, Side::Participant, Suspended),
        row("opn-19", &[Suspended], Move::Resume, Side::Participant, Joined),
        row("opn-20", &[Joined, Suspended, Observing], Move::Leave, Side::Participant, Left),
    ]
};

/// Every edge of one territory.
#[rustfmt::skip]
pub const TERRITORY_ROWS: &[Row<TerritoryStage, Move>] = {
    use TerritoryStage::Aborted;
    use TerritoryStage::Held;
    use TerritoryStage::StoodDown;
    use TerritoryStage::UnderWay;
    use TerritoryStage::Waiting;
    &[
        row("opn-21", &[Waiting, Held], Move::Go, Side::Territory, UnderWay),
        row("opn-22", &[Waiting, UnderWay], Move::Hold, Side::Territory, Held),
        row("opn-23", &[Waiting, UnderWay], Move::Hold, Side::Lead, Held),
        row("opn-24", &[Waiting, UnderWay, Held], Move::Abort, Side::Territory, Aborted),
        row("opn-25", &[Waiting, UnderWay, Held], Move::Abort, Side::Lead, Aborted),
        row("opn-26", &[Waiting, UnderWay, Held], Move::StandDown, Side::Territory, StoodDown),
        row("opn-27", &[Waiting, UnderWay, Held], Move::StandDown, Side::Lead, StoodDown),
    ]
};

/// Every edge of one task.
#[rustfmt::skip]
pub const TASK_ROWS: &[Row<TaskStage, Move>] = {
    use TaskStage::Accepted;
    use TaskStage::Cancelled;
    use TaskStage::Declined;
    use TaskStage::Done;
    use TaskStage::Failed;
    use TaskStage::Issued;
    use TaskStage::Running;
    &[
        stay("opn-28", &[Issued], Move::TaskAgain, Side::Lead),
        row("opn-29", &[Issued], Move::Accept, Side::Assignee, Accepted),
        row("opn-30", &[Issued], Move::Refuse, Side::Assignee, Declined),
        stay("opn-31", &[Issued], Move::Amend, Side::Assignee),
        row("opn-32", &[Accepted], Move::Run, Side::Assignee, Running),
        row("opn-33", &[Accepted, Running], Move::Finish, Side::Assignee, Done),
        row("opn-34", &[Accepted, Running], Move::Fail, Side::Assignee, Failed),
        row("opn-35", &[Accepted, Running], Move::Cancel, Side::Assignee, Cancelled),
    ]
};

impl TerritoryStage {
    /// Whether nothing goes on there any more.
    pub const fn is_over(self) -> bool {
        match self {
            Self::Aborted | Self::StoodDown => true,
            Self::Waiting | Self::UnderWay | Self::Held => false,
        }
    }
}

impl TaskStage {
    /// Whether its end is still to be reported.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Issued | Self::Accepted | Self::Running => true,
            Self::Declined | Self::Done | Self::Failed | Self::Cancelled => false,
        }
    }
}
