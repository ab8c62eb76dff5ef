//! The stages of an operation as a whole, what moves it, and who may: the table of DOMAIN 3.5.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where an operation stands. Source: DOMAIN 3.5, spec opn-1.
    Stage {
        /// It is proposed.
        Proposed = "proposed",
        /// Parties answer.
        Consulting = "consulting",
        /// A plan is written.
        Planning = "planning",
        /// A plan can be signed.
        PlanFrozen = "plan-frozen",
        /// Everybody who takes part has signed it.
        Approved = "approved",
        /// Everything is in place for a go.
        Ready = "ready",
        /// It goes on somewhere.
        Active = "active",
        /// It is over.
        StoodDown = "stood-down",
        /// Results are collected.
        Reporting = "reporting",
        /// They were looked at together.
        Evaluated = "evaluated",
        /// It is closed.
        Closed = "closed",
        /// It was given up.
        Aborted = "aborted",
        /// It does not take place.
        Dropped = "dropped",
    }
}

choice! {
    /// What moves an operation, a part in it, a territory or a task, by what people call it.
    Move {
        /// A version of the plan that can change.
        Plan = "operation-plan",
        /// A version of the plan that can be signed.
        Freeze = "frozen operation-plan",
        /// One Party signs it, others have not yet.
        Sign = "plan-signature",
        /// The last one signs it.
        SignLast = "last plan-signature",
        /// Everything is in place.
        Ready = "operation-status ready",
        /// It goes on without a Party.
        ReApprove = "operation-status re-approved",
        /// A task is given.
        Task = "operation-tasking",
        /// What it came to.
        Result = "operation-result",
        /// Results are collected.
        Report = "operation-status reporting",
        /// They were looked at.
        Evaluate = "operation-status evaluated",
        /// It is closed.
        Close = "operation-status closed",
        /// It does not take place.
        Drop = "dropping",
        /// A Party takes part.
        Join = "participation-reply join",
        /// A Party watches.
        Observe = "participation-reply observe",
        /// A Party does not take part.
        Decline = "participation-reply decline",
        /// A Party stops for a while.
        Suspend = "participation-reply suspend",
        /// A Party goes on.
        Resume = "participation-reply resume",
        /// A Party leaves.
        Leave = "participation-reply leave",
        /// Begin.
        Go = "go",
        /// Wait.
        Hold = "hold",
        /// Give it up.
        Abort = "abort",
        /// It is over.
        StandDown = "stand-down",
        /// A task is given again, otherwise than before.
        TaskAgain = "operation-tasking of the same task",
        /// The assignee takes it.
        Accept = "task-report accepted",
        /// The assignee does not take it.
        Refuse = "task-report declined",
        /// The assignee would take it otherwise.
        Amend = "task-report amended",
        /// It has begun.
        Run = "task-report running",
        /// It is done.
        Finish = "task-report done",
        /// It failed.
        Fail = "task-report failed",
        /// It is given up.
        Cancel = "task-report cancelled",
    }
}

use Stage::Aborted;
use Stage::Active;
use Stage::Approved;
use Stage::Closed;
use Stage::Consulting;
use Stage::Dropped;
use Stage::Evaluated;
use Stage::PlanFrozen;
use Stage::Planning;
use Stage::Proposed;
use Stage::Ready;
use Stage::Reporting;
use Stage::StoodDown;

/// While the plan can change.
const BEFORE_ACTIVE: &[Stage] = &[Consulting, Planning, PlanFrozen, Approved, Ready];

/// While it can be dropped.
const BEFORE_GO: &[Stage] = &[Proposed, Consulting, Planning, PlanFrozen, Approved, Ready];

/// While somebody may tell what it came to.
const TELLING: &[Stage] = &[Active, StoodDown, Reporting, Aborted];

/// Every edge of an operation as a whole. Source: DOMAIN 3.5, spec opn-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("opn-2", BEFORE_ACTIVE, Move::Plan, Side::Lead, Planning),
    row("opn-3", BEFORE_ACTIVE, Move::Freeze, Side::Lead, PlanFrozen),
    stay("opn-4", &[PlanFrozen], Move::Sign, Side::Participant),
    row("opn-5", &[PlanFrozen], Move::SignLast, Side::Participant, Approved),
    row("opn-6", &[Approved], Move::Ready, Side::Lead, Ready),
    stay("opn-7", &[Ready, Active], Move::ReApprove, Side::Lead),
    stay("opn-8", &[Planning, PlanFrozen, Approved, Ready, Active], Move::Task, Side::Lead),
    stay("opn-9", TELLING, Move::Result, Side::Participant),
    stay("opn-10", TELLING, Move::Result, Side::Lead),
    row("opn-11", &[StoodDown], Move::Report, Side::Lead, Reporting),
    row("opn-12", &[Reporting], Move::Evaluate, Side::Lead, Evaluated),
    row("opn-13", &[Evaluated], Move::Close, Side::Lead, Closed),
    row("opn-14", BEFORE_GO, Move::Drop, Side::Lead, Dropped),
];

impl Stage {
    /// Whether nothing but remarks and results can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Closed | Aborted | Dropped => true,
            Proposed | Consulting | Planning | PlanFrozen | Approved | Ready | Active
            | StoodDown | Reporting | Evaluated => false,
        }
    }

    /// Whether a plan is frozen and nobody has gone yet.
    pub(super) const fn can_be_signed(self) -> bool {
        match self {
            PlanFrozen | Approved | Ready => true,
            Proposed | Consulting | Planning | Active | StoodDown | Reporting | Evaluated
            | Closed | Aborted | Dropped => false,
        }
    }

    /// Whether somebody may have to be stopped.
    pub(super) const fn can_be_stopped(self) -> bool {
        match self {
            Approved | Ready | Active => true,
            Proposed | Consulting | Planning | PlanFrozen | StoodDown | Reporting | Evaluated
            | Closed | Aborted | Dropped => false,
        }
    }

    /// Whether somebody has gone, or nobody will.
    pub(super) const fn has_begun(self) -> bool {
        match self {
            Active | StoodDown | Reporting | Evaluated | Closed | Aborted | Dropped => true,
            Proposed | Consulting | Planning | PlanFrozen | Approved | Ready => false,
        }
    }
}
