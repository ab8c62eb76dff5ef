//! How long what is held is kept before somebody looks at it again: proposals for the Parties to settle.

use crate::message::kind::Kind;

/// How long a kind of information is kept before somebody looks at it again. Source: DOMAIN 4.2, spec era-11.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// What it is for.
    pub matter: &'static str,
    /// Units: months.
    pub months: u16,
}

/// The longest that anything is kept before somebody decides, with reasons, to keep it on. Units: months.
pub const MONTHS_MAX: u16 = 60;

const INTELLIGENCE: Term = Term { matter: "intelligence", months: 12 };
const SUSPECTS: Term = Term { matter: "suspects", months: 36 };
const VICTIMS: Term = Term { matter: "victims, once the case is closed", months: 6 };
const ANYTHING: Term = Term { matter: "anything else", months: MONTHS_MAX };

/// Every term, in the order of the chapter.
pub const TERMS: &[Term] = &[INTELLIGENCE, SUSPECTS, VICTIMS, ANYTHING];

/// The term of a kind of message. A proposal: agencies with other law have other terms.
// spec: era-11
pub const fn term(kind: Kind) -> Term {
    if matches!(
        kind,
        Kind::IntelligenceReport
            | Kind::RequestForInformation
            | Kind::InformationReply
            | Kind::DeconflictionQuery
            | Kind::DeconflictionReply
            | Kind::CoreData
            | Kind::FeedSnapshot
            | Kind::FeedDelta
            | Kind::Sighting
    ) {
        INTELLIGENCE
    } else if matches!(kind, Kind::RescueRequest | Kind::RescueUpdate | Kind::VictimScreeningReport)
    {
        VICTIMS
    } else if matches!(
        kind,
        Kind::HandoverRequest
            | Kind::HandoverDecision
            | Kind::ProvisionalArrestRequest
            | Kind::CustodyEvent
            | Kind::Notice
            | Kind::BatchManifest
            | Kind::CaseOutcomeNotice
    ) {
        SUSPECTS
    } else {
        ANYTHING
    }
}
