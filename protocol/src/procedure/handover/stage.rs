//! The stages of a handover, what moves it, and who may: the table of DOMAIN 3.1.

use crate::message::custody::CustodyStatus;
use crate::message::field::choice;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a handover stands. Source: DOMAIN 3.1, spec ho-1.
    Stage {
        /// A provisional arrest is asked for, the full request is to come.
        Provisional = "provisional",
        /// The request is there.
        Submitted = "submitted",
        /// It is examined.
        Examining = "examining",
        /// More information is awaited.
        InfoPending = "info-pending",
        /// A refusal is intended and talked about.
        Consulting = "consulting",
        /// The person may go.
        Granted = "granted",
        /// The person may go once conditions are accepted.
        GrantedConditional = "granted-conditional",
        /// Not now.
        Deferred = "deferred",
        /// All Parties of the legs have agreed when and where.
        Scheduled = "scheduled",
        /// The person is on the way.
        InTransfer = "in-transfer",
        /// The person was handed over.
        HandedOver = "handed-over",
        /// All is settled.
        Closed = "closed",
        /// The request was refused.
        Refused = "refused",
        /// It lapsed.
        Lapsed = "lapsed",
        /// It was withdrawn.
        Withdrawn = "withdrawn",
        /// The person is treated as a victim, in a procedure of its own.
        Rerouted = "rerouted",
        /// Nobody holds the person any more.
        Frustrated = "frustrated",
    }
}

choice! {
    /// What moves a handover, by what people call it.
    Move {
        /// A provisional arrest; it begins a procedure and has no place later.
        AskArrest = "provisional-arrest-request",
        /// The full request.
        Request = "handover-request",
        /// A human of the requested Party took the request.
        Acknowledge = "acknowledgement",
        /// More is asked.
        Ask = "additional-information-request",
        /// More is given.
        Give = "additional-information-reply",
        /// A term ended.
        Lapse = "lapse-notice",
        /// A refusal is intended.
        Intend = "intent-to-refuse",
        /// So it is, because the person has to be protected.
        Stop = "intent-to-refuse that protects",
        /// What the requesting Party thinks of it.
        View = "consultation-views",
        /// Yes.
        Grant = "grant",
        /// Yes, under conditions.
        GrantUnderConditions = "conditional grant",
        /// Later.
        Defer = "deferral",
        /// No.
        Refuse = "refusal",
        /// The standing decision no longer holds.
        Revoke = "superseding decision",
        /// The conditions are accepted.
        AcceptConditions = "conditions-accepted",
        /// The request is taken back.
        Withdraw = "withdrawal",
        /// When and where.
        Propose = "custody-transfer-schedule",
        /// One Party of a leg agrees, others have not yet.
        Accept = "accepting schedule-answer",
        /// The last Party of a leg agrees.
        Agree = "last accepting schedule-answer",
        /// One Party of a leg cannot keep it.
        Reschedule = "rescheduling schedule-answer",
        /// The person leaves custody.
        Release = "leg-release",
        /// One side says that the leg failed.
        Return = "leg-return",
        /// So does the other.
        AgreeReturn = "second leg-return",
        /// The releasing side signs.
        Certify = "handover-certificate",
        /// The receiving side signs, and another leg follows.
        Countersign = "certificate-countersignature",
        /// The receiving side signs the last leg.
        CountersignLast = "certificate-countersignature of the last leg",
        /// The case is over.
        Close = "closing case-outcome-notice",
        /// The case goes on.
        Tell = "case-outcome-notice",
        /// Signs of a victim.
        Protect = "victim-screening-report with signs of a victim",
        /// No signs of a victim.
        Clear = "victim-screening-report without signs of a victim",
        /// Escaped, dead, or freed by a court.
        EndCustody = "custody-event that ends custody",
        /// Too ill to go.
        Hospitalise = "custody-event hospitalised",
        /// The person came with a batch.
        Arrive = "custody-event transferred by a batch",
        /// Another change of custody.
        Hold = "custody-event",
        /// Another offence, or another State.
        AskSpecialty = "specialty-consent-request",
        /// The answer.
        DecideSpecialty = "specialty-consent-decision",
        /// Something happened afterwards.
        Incident = "post-handover-incident",
        /// One of several requests is preferred.
        Choose = "concurrent-requests",
    }
}

use Stage::Closed;
use Stage::Consulting;
use Stage::Deferred;
use Stage::Examining;
use Stage::Frustrated;
use Stage::Granted;
use Stage::GrantedConditional;
use Stage::HandedOver;
use Stage::InTransfer;
use Stage::InfoPending;
use Stage::Lapsed;
use Stage::Provisional;
use Stage::Refused;
use Stage::Rerouted;
use Stage::Scheduled;
use Stage::Submitted;
use Stage::Withdrawn;

/// While the request can be taken back, and the requested Party can prefer another one.
const BEFORE_TRANSFER: &[Stage] = &[
    Provisional,
    Submitted,
    Examining,
    InfoPending,
    Consulting,
    Granted,
    GrantedConditional,
    Deferred,
    Scheduled,
];

/// While the releasing side still answers for the person.
const BEFORE_HANDED_OVER: &[Stage] = &[
    Provisional,
    Submitted,
    Examining,
    InfoPending,
    Consulting,
    Granted,
    GrantedConditional,
    Deferred,
    Scheduled,
    InTransfer,
];

/// While somebody may say that the person has to be protected: from when the request was taken until both sides signed the
/// last leg.
const STOPPABLE: &[Stage] = &[
    Examining,
    InfoPending,
    Consulting,
    Granted,
    GrantedConditional,
    Deferred,
    Scheduled,
    InTransfer,
];

/// While nothing is granted that an illness could put off, or the person has gone.
pub(super) const UNPLANNED: &[Stage] = &[
    Provisional,
    Submitted,
    Examining,
    InfoPending,
    Consulting,
    GrantedConditional,
    Deferred,
    HandedOver,
    Closed,
];

/// Whoever is held may be held still, though the request is over.
const ENDED: &[Stage] = &[Refused, Lapsed, Withdrawn];

/// While whoever has the person looks after the person, and nothing that is found moves the stage any more.
const FOLLOWED: &[Stage] = &[HandedOver, Closed, Refused, Lapsed, Withdrawn, Rerouted];

/// While anybody may hold the person.
const HELD: &[Stage] = &[
    Provisional,
    Submitted,
    Examining,
    InfoPending,
    Consulting,
    Granted,
    GrantedConditional,
    Deferred,
    Scheduled,
    InTransfer,
    HandedOver,
    Closed,
    Refused,
    Lapsed,
    Withdrawn,
    Rerouted,
];

/// Every edge of a handover. Source: DOMAIN 3.1, spec ho-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("ho-3", &[Provisional], Move::Request, Side::Requesting, Submitted),
    row("ho-4", &[Submitted], Move::Acknowledge, Side::Requested, Examining),
    row("ho-5", &[Examining], Move::Ask, Side::Requested, InfoPending),
    row("ho-6", &[InfoPending], Move::Give, Side::Requesting, Examining),
    row("ho-7", &[InfoPending], Move::Lapse, Side::Requested, Lapsed),
    row("ho-8", &[Examining], Move::Intend, Side::Requested, Consulting),
    row("ho-9", &[Consulting], Move::View, Side::Requesting, Examining),
    row("ho-10", &[Consulting], Move::Refuse, Side::Requested, Refused),
    row("ho-11", &[Examining], Move::Refuse, Side::Requested, Refused),
    row("ho-12", &[Examining], Move::Grant, Side::Requested, Granted),
    row("ho-13", &[Examining, Deferred], Move::GrantUnderConditions, Side::Requested, GrantedConditional),
    row("ho-14", &[Examining], Move::Defer, Side::Requested, Deferred),
    row("ho-15", &[GrantedConditional], Move::AcceptConditions, Side::Requesting, Granted),
    row("ho-16", BEFORE_TRANSFER, Move::Withdraw, Side::Requesting, Withdrawn),
    row("ho-17", &[Deferred], Move::Grant, Side::Requested, Granted),
    row("ho-18", &[Deferred, Granted, GrantedConditional, Scheduled], Move::Revoke, Side::Requested, Examining),
    stay("ho-19", &[Granted], Move::Propose, Side::Requested),
    stay("ho-20", &[Granted], Move::Propose, Side::Requesting),
    stay("ho-21", &[Granted], Move::Accept, Side::Leg),
    row("ho-22", &[Granted], Move::Agree, Side::Leg, Scheduled),
    row("ho-23", &[Granted, Scheduled], Move::Reschedule, Side::Leg, Granted),
    row("ho-24", &[Scheduled], Move::Release, Side::Holder, InTransfer),
    stay("ho-25", &[InTransfer], Move::Return, Side::Leg),
    row("ho-26", &[InTransfer], Move::AgreeReturn, Side::Leg, Scheduled),
    stay("ho-27", &[InTransfer], Move::Certify, Side::Holder),
    row("ho-28", &[InTransfer], Move::Countersign, Side::Receiving, Scheduled),
    row("ho-29", &[InTransfer], Move::CountersignLast, Side::Receiving, HandedOver),
    row("ho-30", &[HandedOver], Move::Close, Side::Requesting, Closed),
    stay("ho-31", &[HandedOver], Move::Tell, Side::Requesting),
    row("ho-32", BEFORE_HANDED_OVER, Move::Protect, Side::Holder, Rerouted),
    stay("ho-33", BEFORE_HANDED_OVER, Move::Clear, Side::Holder),
    row("ho-34", BEFORE_HANDED_OVER, Move::EndCustody, Side::Holder, Frustrated),
    row("ho-35", &[Scheduled, InTransfer], Move::Hospitalise, Side::Holder, Granted),
    stay("ho-36", HELD, Move::Hold, Side::Holder),
    stay("ho-37", &[HandedOver, Closed], Move::AskSpecialty, Side::Requesting),
    stay("ho-38", &[HandedOver, Closed], Move::DecideSpecialty, Side::Requested),
    stay("ho-39", &[HandedOver, Closed], Move::Incident, Side::Requesting),
    stay("ho-40", BEFORE_TRANSFER, Move::Choose, Side::Requested),
    stay("ho-41", &[Refused], Move::Tell, Side::Requested),
    stay("ho-52", &[Granted], Move::Hospitalise, Side::Holder),
    stay("ho-60", &[HandedOver, Closed], Move::EndCustody, Side::Holder),
    stay("ho-61", &[HandedOver, Closed], Move::AcceptConditions, Side::Requesting),
    stay("ho-62", &[Closed], Move::Tell, Side::Requesting),
    stay("ho-70", ENDED, Move::Hospitalise, Side::Holder),
    stay("ho-71", &[Refused, Lapsed, Withdrawn, Rerouted], Move::EndCustody, Side::Holder),
    stay("ho-72", FOLLOWED, Move::Protect, Side::Holder),
    stay("ho-73", FOLLOWED, Move::Clear, Side::Holder),
    row("ho-76", &[Granted], Move::Arrive, Side::Requesting, HandedOver),
    row("ho-91", STOPPABLE, Move::Stop, Side::Requested, Consulting),
    row("ho-92", STOPPABLE, Move::Stop, Side::Holder, Consulting),
];

impl Stage {
    /// Whether nothing but remarks and follow-up can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Closed | Refused | Lapsed | Withdrawn | Rerouted | Frustrated => true,
            Provisional | Submitted | Examining | InfoPending | Consulting | Granted
            | GrantedConditional | Deferred | Scheduled | InTransfer | HandedOver => false,
        }
    }
}

impl Move {
    /// The move that a change of custody makes.
    pub const fn of_custody(change: CustodyChange) -> Self {
        match change {
            CustodyChange::FreedByCourt
            | CustodyChange::Is(CustodyStatus::Escaped | CustodyStatus::Deceased) => {
                Self::EndCustody
            }
            CustodyChange::Hospitalised => Self::Hospitalise,
            CustodyChange::Is(
                CustodyStatus::AtLarge
                | CustodyStatus::Located
                | CustodyStatus::Held
                | CustodyStatus::ProvisionallyHeld
                | CustodyStatus::InTransferCustody
                | CustodyStatus::HeldByRequesting
                | CustodyStatus::Released,
            ) => Self::Hold,
        }
    }
}
