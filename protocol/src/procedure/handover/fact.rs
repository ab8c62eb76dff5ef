//! What the messages of a handover state.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::message::assurance::Assurance;
use crate::message::assurance::AssuranceKind;
use crate::message::custody::CustodyStatus;
use crate::message::custody::DetentionClock;
use crate::message::handover::afterwards::CaseOutcomeNotice;
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::certificate::HandoverOutcome;
use crate::message::handover::consultation::ConsultationViews;
use crate::message::handover::custody_event::CustodyEvent;
use crate::message::handover::custody_event::CustodyEventKind;
use crate::message::handover::decision::HandoverDecision;
use crate::message::handover::decision::Outcome;
use crate::message::handover::provisional_arrest::ProvisionalArrestRequest;
use crate::message::handover::request::HandoverRequest;
use crate::message::handover::schedule as message;
use crate::message::handover::schedule::CustodyTransferSchedule;
use crate::message::handover::schedule::ScheduleReply;
use crate::message::handover::schedule::TransferLeg;
use crate::message::handover::specialty::SpecialtyConsent;
use crate::message::handover::specialty::SpecialtyConsentDecision;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::screening::VictimScreeningReport;
use crate::moment::Timestamp;

/// A fact of a handover. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandoverFact {
    /// A provisional arrest is asked for.
    ArrestAsked {
        /// By when the full request comes.
        full_request_by: Timestamp,
    },
    /// A person is asked for.
    Requested(Request),
    /// A refusal is intended.
    RefusalIntended {
        /// By when the other side says what it thinks of it.
        views_by: Timestamp,
    },
    /// The other side says what it thinks of it.
    Viewed {
        /// Whether it promises to spare the person's life.
        spares: bool,
    },
    /// It is decided.
    Decided(Decision),
    /// The conditions of a grant are accepted.
    ConditionsAccepted {
        /// The decision.
        of: MessageId,
    },
    /// A schedule is proposed.
    Scheduled {
        /// Its legs, in order.
        legs: Vec<Leg>,
    },
    /// A schedule is answered.
    Answered {
        /// The schedule.
        schedule: Digest,
        /// The answer.
        answer: ScheduleAnswer,
    },
    /// The person was released for a leg.
    Released {
        /// The leg, from 1.
        leg: u64,
    },
    /// A leg failed and the person went back.
    Returned {
        /// The leg, from 1.
        leg: u64,
    },
    /// The releasing side signed the certificate of a leg.
    Certified {
        /// The leg, from 1.
        leg: u64,
        /// Root of the manifest; absent when one person travels alone.
        root: Option<Digest>,
        /// What became of each person.
        results: Results,
    },
    /// The receiving side signed it too.
    Countersigned {
        /// The message with the certificate.
        of: Digest,
    },
    /// Something happened to the person in custody.
    Custody {
        /// What.
        change: CustodyChange,
        /// When the person goes free unless something happens; absent where it is not said.
        release_due: Option<Timestamp>,
    },
    /// The person was screened for signs of a victim.
    Screened {
        /// What was found.
        outcome: ScreeningOutcome,
        /// Whether the person could speak freely: with somebody trained, in private, with an independent interpreter.
        freely: bool,
    },
    /// The receiving Party asks to try the person for something else, or to hand the person on.
    SpecialtyAsked,
    /// That is decided.
    SpecialtyDecided {
        /// Whether it may.
        granted: bool,
    },
    /// How the case went on.
    OutcomeTold {
        /// Whether it is over and all property is settled.
        closing: bool,
        /// The offences that it is about, by their numbers in the request.
        offences: BTreeSet<u64>,
    },
    /// Something happened after the handover.
    Incident,
    /// Which of several requests for one person is preferred.
    Chosen {
        /// That one.
        chosen: ProcedureId,
    },
}

/// What a request states that a decision has to respect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where the person is.
    pub custody: CustodyStatus,
    /// How many offences it names.
    pub offences: u64,
    /// Whether one of them can cost the person's life.
    pub death: bool,
    /// Whether it promises that it will not.
    pub spared: bool,
    /// When the person goes free unless something happens; absent where it is not said.
    pub release_due: Option<Timestamp>,
}

/// What a decision states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// About the whole.
    pub outcome: Outcome,
    /// The offences that are granted, ascending, by their numbers in the request.
    pub granted: Vec<u64>,
    /// Whether the law allows to do without the promise to spare the person's life, and the decision says so.
    pub death_waived: bool,
    /// Whether the decision says why nobody was consulted before a refusal.
    pub unconsulted: bool,
}

/// What became of each person at the line, by the numbers of the entries; 1 for a person who travels alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    /// Who was handed over.
    pub transferred: BTreeSet<u64>,
    /// Who was not, and why.
    pub others: BTreeMap<u64, HandoverOutcome>,
}

impl Results {
    /// Whether anybody was handed over.
    pub fn hands_over(&self) -> bool {
        !self.transferred.is_empty()
    }
}

/// Who hands the person to whom in one leg.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leg {
    /// Who releases.
    pub releasing: AgencyId,
    /// Who receives.
    pub receiving: AgencyId,
}

/// The answer of one Party of a leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleAnswer {
    /// As proposed.
    Accepted,
    /// Not so: it has to be planned anew.
    Rescheduled,
}

/// What happened to a person in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CustodyChange {
    /// It is in this state now.
    Is(CustodyStatus),
    /// The person is too ill to go.
    Hospitalised,
    /// A court set the person free.
    FreedByCourt,
}

impl HandoverFact {
    /// The messages that it names.
    pub(in crate::procedure) fn names(&self) -> Vec<MessageId> {
        if let Self::ConditionsAccepted { of } = self { Vec::from([*of]) } else { Vec::new() }
    }

    pub(in crate::procedure) fn arrest(body: &ProvisionalArrestRequest) -> Self {
        Self::ArrestAsked { full_request_by: body.full_request_by.at() }
    }

    pub(in crate::procedure) fn requested(body: &HandoverRequest) -> Self {
        let offences = body.offences.as_slice();
        Self::Requested(Request {
            custody: body.custody_status,
            offences: u64::try_from(offences.len()).unwrap_or(u64::MAX),
            death: offences.iter().any(|offence| offence.penalty_includes_death),
            spared: spares(&body.assurances),
            release_due: release_due(body.detention.as_ref()),
        })
    }

    pub(in crate::procedure) fn decided(body: &HandoverDecision) -> Self {
        let granted = body.per_offence.iter().filter(|entry| entry.outcome.is_grant());
        let mut granted: Vec<u64> = granted.map(|entry| entry.offence.get()).collect();
        granted.sort_unstable();
        Self::Decided(Decision {
            outcome: body.outcome,
            granted,
            death_waived: body.death_penalty_waiver.is_some(),
            unconsulted: body.consultation_omitted.is_some(),
        })
    }

    pub(in crate::procedure) fn viewed(body: &ConsultationViews) -> Self {
        Self::Viewed { spares: spares(&body.assurances) }
    }

    pub(in crate::procedure) fn scheduled(body: &CustodyTransferSchedule) -> Self {
        let leg = |leg: &TransferLeg| Leg {
            releasing: leg.releasing.clone(),
            receiving: leg.receiving.clone(),
        };
        Self::Scheduled { legs: body.legs.iter().map(leg).collect() }
    }

    pub(in crate::procedure) const fn answered(body: &message::ScheduleAnswer) -> Self {
        let answer = match body.answer {
            ScheduleReply::Accepted => ScheduleAnswer::Accepted,
            ScheduleReply::Declined | ScheduleReply::Reschedule => ScheduleAnswer::Rescheduled,
        };
        Self::Answered { schedule: body.schedule_digest, answer }
    }

    pub(in crate::procedure) fn certified(body: &HandoverCertificate) -> Self {
        let mut results = Results::default();
        for result in body.results.iter() {
            if result.outcome == HandoverOutcome::Transferred {
                results.transferred.insert(result.n.get());
            } else {
                results.others.insert(result.n.get(), result.outcome);
            }
        }
        Self::Certified { leg: body.leg.get(), root: body.manifest_root, results }
    }

    pub(in crate::procedure) fn screened(body: &VictimScreeningReport) -> Self {
        Self::Screened { outcome: body.outcome, freely: body.is_free() }
    }

    pub(in crate::procedure) fn custody(body: &CustodyEvent) -> Self {
        let change = match body.kind {
            CustodyEventKind::Held => CustodyChange::Is(CustodyStatus::Held),
            CustodyEventKind::ProvisionallyHeld => {
                CustodyChange::Is(CustodyStatus::ProvisionallyHeld)
            }
            CustodyEventKind::Located => CustodyChange::Is(CustodyStatus::Located),
            CustodyEventKind::Hospitalised => CustodyChange::Hospitalised,
            CustodyEventKind::Transferred => CustodyChange::Is(CustodyStatus::InTransferCustody),
            CustodyEventKind::Released if body.released_by_court == Some(true) => {
                CustodyChange::FreedByCourt
            }
            CustodyEventKind::Released => CustodyChange::Is(CustodyStatus::Released),
            CustodyEventKind::Escaped => CustodyChange::Is(CustodyStatus::Escaped),
            CustodyEventKind::Deceased => CustodyChange::Is(CustodyStatus::Deceased),
        };
        Self::Custody { change, release_due: release_due(body.detention.as_ref()) }
    }

    pub(in crate::procedure) fn outcome(body: &CaseOutcomeNotice) -> Self {
        let offences = body.offences.iter().map(|offence| offence.get()).collect();
        Self::OutcomeTold { closing: body.last_notice && body.property_settled, offences }
    }

    pub(in crate::procedure) fn consented(body: &SpecialtyConsentDecision) -> Self {
        Self::SpecialtyDecided { granted: body.consent != SpecialtyConsent::Refused }
    }
}

fn release_due(clock: Option<&DetentionClock>) -> Option<Timestamp> {
    clock.map(|clock| clock.release_due.at())
}

fn spares(assurances: &[Assurance]) -> bool {
    assurances.iter().any(|assurance| assurance.kind == AssuranceKind::NoDeathPenalty)
}
