//! What the messages state that follow a handover: for what the person may be tried, and what became of the case.

use alloc::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::assurance::Assurance;
use crate::message::assurance::AssuranceKind;
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
use crate::message::offence::Offence;
use crate::moment::Timestamp;
use crate::procedure::handover::fact;
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

/// What a matter can cost the person, and what is promised about that. Source: spec spc-9.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stakes {
    /// The offences that can cost the person's life, by their numbers in the request for consent.
    pub deadly: BTreeSet<u64>,
    /// Whether the request promises that they will not.
    pub spared: bool,
    /// Until when that promise binds; absent where it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared_until: Option<Timestamp>,
}

impl Stakes {
    /// Whether no offence can cost the person's life, and nothing is promised about that.
    pub fn is_none(&self) -> bool {
        self.deadly.is_empty() && !self.spared
    }

    /// What is at stake in some offences.
    fn of(offences: &[Offence], assurances: &[Assurance]) -> Self {
        let numbered = (1_u64..).zip(offences);
        let deadly = numbered.filter(|(_, offence)| offence.penalty_includes_death);
        let deadly = deadly.map(|(number, _)| number).collect();
        let life = AssuranceKind::NoDeathPenalty;
        let spared = assurances.iter().any(|assurance| assurance.kind == life);
        Self { deadly, spared, spared_until: fact::end(assurances, life) }
    }

    /// Whether none of these offences costs the person's life, as far as can be said at a time.
    // spec: spc-9
    pub fn spare(&self, offences: &BTreeSet<u64>, at: Timestamp) -> bool {
        let binds = self.spared && self.spared_until.is_none_or(|end| at < end);
        binds || self.deadly.is_disjoint(offences)
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
    /// Of which promises it says whether they were kept.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub assured: BTreeSet<AssuranceKind>,
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
            assured: body.assurances_kept.iter().map(|told| told.kind).collect(),
        })
    }

    pub(in crate::procedure) fn asked_further(body: &SpecialtyConsentRequest) -> Self {
        let (matter, offences) = match &body.matter {
            SpecialtyMatter::NewOffences(offences) => {
                (Matter::Offences(list::count(offences.iter())), offences)
            }
            SpecialtyMatter::OnwardSurrender(onward) => {
                let to = Party::parse(onward.to.as_str()).ok();
                let offences = list::count(onward.offences.iter());
                (Matter::Surrender { to, offences }, &onward.offences)
            }
        };
        let stakes = Stakes::of(offences.as_slice(), &body.assurances);
        Self::SpecialtyAsked { of: body.of, matter, stakes }
    }

    pub(in crate::procedure) fn consented(body: &SpecialtyConsentDecision) -> Self {
        let covers = |entry: &&OffenceConsent| entry.consent != SpecialtyConsent::Refused;
        let covered = body.per_offence.iter().filter(covers).map(|entry| entry.offence.get());
        Self::SpecialtyDecided {
            of: body.of,
            consent: body.consent,
            offences: covered.collect(),
            death_waived: body.death_penalty_waiver.is_some(),
        }
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
