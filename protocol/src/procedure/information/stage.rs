//! The stages of a request for information, what moves it, and who may: the table of DOMAIN 3.3.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a request for information stands. Source: DOMAIN 3.3, spec rfi-1.
    Stage {
        /// It is there.
        Sent = "sent",
        /// A human of the requested side works on it.
        Assigned = "assigned",
        /// The requested side asked back.
        Clarifying = "clarifying",
        /// Some questions are answered.
        PartlyAnswered = "partly-answered",
        /// No question is open.
        Answered = "answered",
        /// The answer was accepted, or nobody objected.
        Closed = "closed",
        /// Every question was refused.
        Refused = "refused",
        /// Somebody else is competent.
        Redirected = "redirected",
        /// It was taken back.
        Withdrawn = "withdrawn",
        /// It takes a formal request, which is a procedure of its own.
        Converted = "converted",
    }
}

choice! {
    /// What moves a request for information, by what people call it.
    Move {
        /// A human took the request.
        Acknowledge = "acknowledgement",
        /// The requested side asks back.
        Ask = "additional-information-request",
        /// The requesting side explains.
        Give = "additional-information-reply",
        /// It takes longer.
        PutOff = "information-reply that only says when",
        /// Some of it.
        AnswerSome = "information-reply that leaves a question open",
        /// The rest of it.
        AnswerLast = "information-reply to the last open question",
        /// More than was owed.
        Supplement = "further information-reply",
        /// No.
        Refuse = "information-reply that refuses everything",
        /// Ask somebody else.
        Redirect = "information-reply that names who is competent",
        /// Not without a formal request.
        Convert = "information-reply that names a formal route",
        /// The requesting side has what it needs.
        Accept = "usefulness-feedback",
        /// Nothing more was heard.
        Lapse = "lapse-notice",
        /// The request is taken back.
        Withdraw = "withdrawal",
    }
}

use Stage::Answered;
use Stage::Assigned;
use Stage::Clarifying;
use Stage::Closed;
use Stage::Converted;
use Stage::PartlyAnswered;
use Stage::Redirected;
use Stage::Refused;
use Stage::Sent;
use Stage::Withdrawn;

/// While a question is open.
const OPEN: &[Stage] = &[Sent, Assigned, Clarifying, PartlyAnswered];

/// While it can be taken back.
const ALIVE: &[Stage] = &[Sent, Assigned, Clarifying, PartlyAnswered, Answered];

/// Where the requesting side explains unasked.
const UNASKED: &[Stage] = &[Sent, Assigned, PartlyAnswered, Answered];

/// Every edge of a request for information. Source: DOMAIN 3.3, spec rfi-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("rfi-3", &[Sent], Move::Acknowledge, Side::Requested, Assigned),
    row("rfi-4", OPEN, Move::Ask, Side::Requested, Clarifying),
    row("rfi-5", &[Clarifying], Move::Give, Side::Requesting, Assigned),
    stay("rfi-6", UNASKED, Move::Give, Side::Requesting),
    stay("rfi-7", OPEN, Move::PutOff, Side::Requested),
    row("rfi-8", OPEN, Move::AnswerSome, Side::Requested, PartlyAnswered),
    row("rfi-9", OPEN, Move::AnswerLast, Side::Requested, Answered),
    stay("rfi-10", &[Answered], Move::Supplement, Side::Requested),
    row("rfi-11", OPEN, Move::Refuse, Side::Requested, Refused),
    row("rfi-12", OPEN, Move::Redirect, Side::Requested, Redirected),
    row("rfi-13", OPEN, Move::Convert, Side::Requested, Converted),
    row("rfi-14", &[Answered], Move::Accept, Side::Requesting, Closed),
    row("rfi-15", &[Answered], Move::Lapse, Side::Requested, Closed),
    row("rfi-16", ALIVE, Move::Withdraw, Side::Requesting, Withdrawn),
];

impl Stage {
    /// Whether nothing but remarks can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Closed | Refused | Redirected | Withdrawn | Converted => true,
            Sent | Assigned | Clarifying | PartlyAnswered | Answered => false,
        }
    }
}
