//! The stages of a batch, what moves it, and who may: the table of DOMAIN 3.2.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a batch stands. Source: DOMAIN 3.2, spec bat-1.
    Stage {
        /// Entries were struck: a next version is put together.
        Assembling = "assembling",
        /// A version is proposed.
        Proposed = "proposed",
        /// The Parties look at it, and seal it.
        Reviewing = "reviewing",
        /// Every side has sealed the same.
        Sealed = "sealed",
        /// Every side has agreed when and where.
        Scheduled = "scheduled",
        /// The people are on the way.
        Executing = "executing",
        /// Everybody is counted.
        Reconciling = "reconciling",
        /// All who were sealed have arrived.
        Completed = "completed",
        /// Everybody is accounted for, and not all have arrived.
        CompletedWithExceptions = "completed-with-exceptions",
        /// The batch does not travel; the decisions about its people stand.
        Cancelled = "cancelled",
    }
}

choice! {
    /// What moves a batch, by what people call it.
    Move {
        /// A version.
        List = "batch-manifest",
        /// A side strikes nobody.
        Confirm = "manifest-review",
        /// A side strikes entries.
        Strike = "striking manifest-review",
        /// A side seals, others have not yet.
        Seal = "manifest-seal",
        /// The last side seals.
        SealLast = "last manifest-seal",
        /// The last side seals anew, and the schedule is agreed already.
        SealLastScheduled = "last manifest-seal under an agreed schedule",
        /// People are taken off.
        TakeOff = "manifest-removal",
        /// The receiving Party promises to take people.
        Guarantee = "reception-guarantee",
        /// A Party between lets people through.
        LetThrough = "transit-authorisation",
        /// When and where.
        Propose = "custody-transfer-schedule",
        /// One side agrees, others have not yet.
        Accept = "accepting schedule-answer",
        /// The last side agrees.
        Agree = "last accepting schedule-answer",
        /// One side cannot keep it.
        Reschedule = "rescheduling schedule-answer",
        /// The people leave custody on a leg.
        Release = "leg-release",
        /// One side says that a leg failed.
        Return = "leg-return",
        /// So does the other, on the first leg.
        AgreeReturn = "second leg-return",
        /// So does the other, and people were taken off meanwhile.
        AgreeReturnFewer = "second leg-return after a manifest-removal",
        /// So does the other, on a later leg.
        AgreeReturnLater = "second leg-return of a later leg",
        /// The releasing side signs.
        Certify = "handover-certificate",
        /// The receiving side signs, and another leg follows.
        Countersign = "certificate-countersignature",
        /// The receiving side signs, and nobody travels on.
        CountersignLast = "certificate-countersignature of the last leg",
        /// Everybody is counted again: the releasing side of a leg signs.
        CertifyAgain = "handover-certificate of a recount",
        /// And the receiving side.
        CountersignAgain = "certificate-countersignature of a recount",
        /// A side says where everybody is.
        Reconcile = "batch-reconciliation",
        /// The last side does, all agree, and all have arrived.
        Complete = "last equal batch-reconciliation",
        /// The last side does, all agree, and not all have arrived.
        CompleteWithExceptions = "last equal batch-reconciliation with exceptions",
        /// Somebody who was received, though taken off as a possible victim, is screened.
        Screen = "victim-screening-report",
        /// The batch does not travel.
        Cancel = "withdrawal",
    }
}

use Stage::Assembling;
use Stage::Cancelled;
use Stage::Completed;
use Stage::CompletedWithExceptions;
use Stage::Executing;
use Stage::Proposed;
use Stage::Reconciling;
use Stage::Reviewing;
use Stage::Scheduled;
use Stage::Sealed;

/// While a version can be replaced.
const OPEN: &[Stage] = &[Assembling, Proposed, Reviewing];

/// While nobody has left.
const BEFORE_RELEASE: &[Stage] = &[Assembling, Proposed, Reviewing, Sealed, Scheduled];

/// While somebody may leave.
const BEFORE_ARRIVAL: &[Stage] = &[Assembling, Proposed, Reviewing, Sealed, Scheduled, Executing];

/// While somebody may have been received.
const RECEIVED: &[Stage] = &[Executing, Reconciling, Completed, CompletedWithExceptions];

/// Every edge of a batch. Source: DOMAIN 3.2, spec bat-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("bat-3", OPEN, Move::List, Side::Requested, Proposed),
    row("bat-4", OPEN, Move::List, Side::Requesting, Proposed),
    row("bat-5", &[Proposed, Reviewing], Move::Confirm, Side::Leg, Reviewing),
    stay("bat-6", &[Assembling], Move::Confirm, Side::Leg),
    row("bat-7", OPEN, Move::Strike, Side::Leg, Assembling),
    row("bat-8", &[Proposed, Reviewing], Move::Seal, Side::Leg, Reviewing),
    row("bat-9", &[Proposed, Reviewing], Move::SealLast, Side::Leg, Sealed),
    row("bat-10", &[Reviewing], Move::SealLastScheduled, Side::Leg, Scheduled),
    row("bat-11", &[Proposed, Reviewing, Sealed, Scheduled], Move::TakeOff, Side::Leg, Reviewing),
    stay("bat-12", &[Executing], Move::TakeOff, Side::Leg),
    stay("bat-13", BEFORE_ARRIVAL, Move::Guarantee, Side::Requesting),
    stay("bat-14", BEFORE_ARRIVAL, Move::LetThrough, Side::Transit),
    row("bat-15", &[Sealed, Scheduled], Move::Propose, Side::Leg, Sealed),
    stay("bat-16", &[Reviewing, Sealed], Move::Accept, Side::Leg),
    row("bat-17", &[Sealed], Move::Agree, Side::Leg, Scheduled),
    row("bat-18", &[Sealed, Scheduled], Move::Reschedule, Side::Leg, Sealed),
    row("bat-19", &[Scheduled, Executing], Move::Release, Side::Holder, Executing),
    stay("bat-20", &[Executing], Move::Return, Side::Leg),
    row("bat-21", &[Executing], Move::AgreeReturn, Side::Leg, Scheduled),
    row("bat-22", &[Executing], Move::AgreeReturnFewer, Side::Leg, Reviewing),
    stay("bat-23", &[Executing], Move::AgreeReturnLater, Side::Leg),
    stay("bat-24", &[Executing], Move::Certify, Side::Holder),
    stay("bat-25", &[Executing], Move::Countersign, Side::Receiving),
    row("bat-26", &[Executing], Move::CountersignLast, Side::Receiving, Reconciling),
    stay("bat-27", &[Reconciling], Move::CertifyAgain, Side::Leg),
    stay("bat-28", &[Reconciling], Move::CountersignAgain, Side::Leg),
    stay("bat-29", &[Reconciling], Move::Reconcile, Side::Leg),
    row("bat-30", &[Reconciling], Move::Complete, Side::Leg, Completed),
    row("bat-31", &[Reconciling], Move::CompleteWithExceptions, Side::Leg, CompletedWithExceptions),
    row("bat-32", BEFORE_RELEASE, Move::Cancel, Side::Leg, Cancelled),
    stay("bat-61", &[Reviewing], Move::Propose, Side::Leg),
    stay("bat-62", &[Reviewing], Move::Reschedule, Side::Leg),
    stay("bat-65", RECEIVED, Move::Screen, Side::Holder),
];

impl Stage {
    /// Whether nothing but remarks and follow-up can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Completed | CompletedWithExceptions | Cancelled => true,
            Assembling | Proposed | Reviewing | Sealed | Scheduled | Executing | Reconciling => {
                false
            }
        }
    }
}
