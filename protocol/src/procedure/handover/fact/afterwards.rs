//! What the messages state that follow a handover: for what the person may be tried, and what became of the case.

use alloc::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::handover::afterwards::CaseOutcome;
use crate::message::handover::afterwards::CaseOutcomeNotice;
use crate::message::handover::afterwards::HandoverIncidentKind;
use crate::message::handover::afterwards::PostHandoverIncident;
use crate::message::handover::specialty::OffenceConsent;
use crate::message::handover::specialty::SpecialtyConsent;
use crate::message::handover::specialty::SpecialtyConsentDecision;
use crate::message::handover::specialty::SpecialtyConsentRequest;
use crate::message::handover::specialty::SpecialtyMatter;
use crate::message::list;
use crate::procedure::handover::fact::HandoverFact;

/// For what consent is asked. Source: spec spc-3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Matter {
    /// To try the person for so many further offences.
    Offences(u64),
    /// To give the person on.
    Surrender {
        /// To which State; absent where it is none that a member could be of.
        to: Option<Party>,
        /// For how many offences.
        offences: u64,
    },
}

impl Matter {
    /// How many offences it names.
    pub const fn offences(&self) -> u64 {
        match self {
            Self::Offences(offences) | Self::Surrender { offences, .. } => *offences,
        }
    }
}

/// What is told of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether it is over and all property is settled.
    pub closing: bool,
    /// The offences that it is about, by their numbers in the request.
    pub offences: BTreeSet<u64>,
    /// The offences by consent, each by the decision that gives it and its number in the request for consent.
    pub consented: BTreeSet<(MessageId, u64)>,
    /// Whether the person was set free.
    pub freed: bool,
}

/// What happened after a handover, as far as a state rests on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Incident {
    /// The person is not there any more.
    Gone,
    /// The person was free to leave, and stayed.
    StayedFree,
    /// The person left and came back freely.
    LeftAndReturned,
    /// Something else.
    Other,
}

impl Incident {
    /// Whether it ends the promise to try the person for what was granted only.
    pub const fn ends_specialty(self) -> bool {
        match self {
            Self::StayedFree | Self::LeftAndReturned => true,
            Self::Gone | Self::Other => false,
        }
    }
}

impl HandoverFact {
    pub(in crate::procedure) fn outcome(body: &CaseOutcomeNotice) -> Self {
        let offences = body.offences.iter().flatten().map(|offence| offence.get());
        let consented = body.by_consent.iter().map(|entry| (entry.consent, entry.offence.get()));
        Self::OutcomeTold(Told {
            closing: body.last_notice && body.property_settled,
            offences: offences.collect(),
            consented: consented.collect(),
            freed: body.outcome == CaseOutcome::Released,
        })
    }

    pub(in crate::procedure) fn asked_further(body: &SpecialtyConsentRequest) -> Self {
        let matter = match &body.matter {
            SpecialtyMatter::NewOffences(offences) => {
                Matter::Offences(list::count(offences.iter()))
            }
            SpecialtyMatter::OnwardSurrender(onward) => Matter::Surrender {
                to: Party::parse(onward.to.as_str()).ok(),
                offences: list::count(onward.offences.iter()),
            },
        };
        Self::SpecialtyAsked { of: body.of, matter }
    }

    pub(in crate::procedure) fn consented(body: &SpecialtyConsentDecision) -> Self {
        let covers = |entry: &&OffenceConsent| entry.consent != SpecialtyConsent::Refused;
        let covered = body.per_offence.iter().filter(covers).map(|entry| entry.offence.get());
        Self::SpecialtyDecided { of: body.of, consent: body.consent, offences: covered.collect() }
    }

    pub(in crate::procedure) const fn happened(body: &PostHandoverIncident) -> Self {
        Self::Incident(match body.kind {
            HandoverIncidentKind::Death | HandoverIncidentKind::Escape => Incident::Gone,
            HandoverIncidentKind::StayedFree => Incident::StayedFree,
            HandoverIncidentKind::LeftAndReturned => Incident::LeftAndReturned,
            HandoverIncidentKind::IllTreatment
            | HandoverIncidentKind::Hospitalised
            | HandoverIncidentKind::AssuranceNotKept
            | HandoverIncidentKind::AccessDenied
            | HandoverIncidentKind::Other => Incident::Other,
        })
    }
}
