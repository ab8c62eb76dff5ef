//! What the messages of a handover state; what those state that follow it stands in [`afterwards`], and what a correction
//! makes worse in [`corrected`].

pub mod afterwards;
pub mod child;
pub mod corrected;

mod grounds;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::ops::Not;

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
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::certificate::HandoverOutcome;
use crate::message::handover::concurrent_requests::ConcurrentRequests;
use crate::message::handover::consultation::ConsultationViews;
use crate::message::handover::consultation::IntentToRefuse;
use crate::message::handover::custody_event::BatchArrival;
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
use crate::message::refusal_ground::RefusalGround;
use crate::message::rescue::screening::NonPunishmentReview;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::screening::VictimScreeningReport;
use crate::message::time::Instant;
use crate::moment::Timestamp;
use crate::procedure::handover::fact::afterwards::Incident;
use crate::procedure::handover::fact::afterwards::Matter;
use crate::procedure::handover::fact::afterwards::Stakes;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::fact::child::AgeWord;
use crate::procedure::handover::fact::grounds::against_request;
use crate::procedure::handover::fact::grounds::mandatory;
use crate::procedure::handover::fact::grounds::protecting;

/// A fact of a handover. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandoverFact {
    /// A provisional arrest is asked for.
    ArrestAsked {
        /// By when the full request comes.
        full_request_by: Timestamp,
        /// Whether the person may be a child, as said there, or by the birth that it states and the day on which it was made.
        #[serde(default, skip_serializing_if = "Not::not")]
        may_be_child: bool,
    },
    /// A person is asked for.
    Requested(Request),
    /// A refusal is intended.
    RefusalIntended {
        /// By when the other side says what it thinks of it.
        views_by: Timestamp,
        /// The mandatory grounds among those that it names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        against: Vec<Against>,
        /// Those among them that protect the person, in whichever class they are stated.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        protects: BTreeSet<RefusalGround>,
    },
    /// The other side says what it thinks of it.
    Viewed {
        /// What it promises.
        promises: BTreeSet<AssuranceKind>,
        /// Until when, for what binds for a time only.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        until: BTreeSet<(AssuranceKind, Timestamp)>,
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
    /// Whoever received the person in the end says with which batch the person came.
    Arrived {
        /// The message with the certificate of its last leg.
        certificate: MessageId,
        /// The person's number on its manifest.
        entry: u64,
        /// When the person goes free unless something happens; absent where it is not said.
        release_due: Option<Timestamp>,
    },
    /// The person was screened for signs of a victim.
    Screened {
        /// What was found.
        outcome: ScreeningOutcome,
        /// Whether the person could speak freely: with somebody trained, in private, with an independent interpreter.
        freely: bool,
        /// The prosecutor's view on what the person did under coercion; absent where it is not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        review: Option<NonPunishmentReview>,
        /// Whether the person may be a child, by the birth that it states and the day on which it was made.
        #[serde(default, skip_serializing_if = "Not::not")]
        may_be_child: bool,
        /// The handover out of which a rescue takes the person over.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rerouted_from: Option<ProcedureId>,
    },
    /// The receiving Party asks to try the person for something else, or to hand the person on.
    SpecialtyAsked {
        /// The decision that granted the handover.
        of: MessageId,
        /// For what.
        matter: Matter,
        /// What it can cost the person, and what is promised about that.
        #[serde(default, skip_serializing_if = "Stakes::is_none")]
        stakes: Stakes,
    },
    /// That is decided.
    SpecialtyDecided {
        /// The request for consent.
        of: MessageId,
        /// Whether it is given.
        consent: SpecialtyConsent,
        /// The offences that it covers, by their numbers in the request for consent.
        offences: BTreeSet<u64>,
        /// Whether the law allows to do without the promise to spare the person's life, and the decision says so.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        death_waived: bool,
    },
    /// How the case went on.
    OutcomeTold(Told),
    /// Something happened after the handover.
    Incident(Incident),
    /// Which of several requests for one person is preferred.
    Chosen {
        /// That one.
        chosen: ProcedureId,
        /// Between which; none where an earlier version took the fact and did not note them.
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        between: BTreeSet<ProcedureId>,
    },
}

/// What a request states that a decision has to respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Where the person is.
    pub custody: CustodyStatus,
    /// How many offences it names.
    pub offences: u64,
    /// Whether one of them can cost the person's life.
    pub death: bool,
    /// Whether it promises that it will not.
    pub spared: bool,
    /// Until when that promise binds; absent where it has no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spared_until: Option<Timestamp>,
    /// When the person goes free unless something happens; absent where it is not said.
    pub release_due: Option<Timestamp>,
    /// Whether the person may be a child, as said there, or by the birth that it states and the day on which it was made.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub may_be_child: bool,
    /// The mandatory grounds that the request gives by what it says or leaves out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Against>,
}

/// A ground by which the requested Party must refuse.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Against {
    /// Which.
    pub ground: RefusalGround,
    /// Against which offences, by their numbers in the request; none means against all.
    pub offences: BTreeSet<u64>,
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
    /// The mandatory grounds that it names; those of a grant stand against what it refuses, and are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub against: Vec<Against>,
    /// The mandatory grounds that stand in the way no longer, as it says with reasons.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub met: BTreeSet<RefusalGround>,
    /// What it says of the age of the person; absent where it says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<AgeWord>,
    /// On which grounds something was refused, for figures alone: no state rests on them. Absent where an earlier version
    /// took the fact and did not note them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grounds: Option<BTreeSet<RefusalGround>>,
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
        match self {
            Self::ConditionsAccepted { of }
            | Self::SpecialtyAsked { of, .. }
            | Self::SpecialtyDecided { of, .. } => Vec::from([*of]),
            Self::Arrived { certificate, .. } => Vec::from([*certificate]),
            Self::OutcomeTold(told) => told.consented.iter().map(|(consent, _)| *consent).collect(),
            Self::ArrestAsked { .. }
            | Self::Requested(_)
            | Self::RefusalIntended { .. }
            | Self::Viewed { .. }
            | Self::Decided(_)
            | Self::Scheduled { .. }
            | Self::Answered { .. }
            | Self::Released { .. }
            | Self::Returned { .. }
            | Self::Certified { .. }
            | Self::Countersigned { .. }
            | Self::Custody { .. }
            | Self::Screened { .. }
            | Self::Incident(_)
            | Self::Chosen { .. } => Vec::new(),
        }
    }

    pub(in crate::procedure) fn arrest(body: &ProvisionalArrestRequest) -> Self {
        Self::ArrestAsked { full_request_by: body.full_request_by.at(), may_be_child: false }
    }

    pub(in crate::procedure) fn requested(body: &HandoverRequest) -> Self {
        let offences = body.offences.as_slice();
        Self::Requested(Request {
            custody: body.custody_status,
            offences: u64::try_from(offences.len()).unwrap_or(u64::MAX),
            death: offences.iter().any(|offence| offence.penalty_includes_death),
            spared: promised(&body.assurances).contains(&AssuranceKind::NoDeathPenalty),
            spared_until: end(&body.assurances, AssuranceKind::NoDeathPenalty),
            release_due: release_due(body.detention.as_ref()),
            may_be_child: false,
            against: against_request(body),
        })
    }

    pub(in crate::procedure) fn intended(body: &IntentToRefuse) -> Self {
        Self::RefusalIntended {
            views_by: body.views_by.at(),
            against: mandatory(body.grounds.as_slice()),
            protects: protecting(body.grounds.as_slice()),
        }
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
            against: if body.outcome.is_grant() { Vec::new() } else { mandatory(&body.grounds) },
            met: body.grounds_met.iter().map(|met| met.ground).collect(),
            age: AgeWord::of(body),
            grounds: Some(body.grounds.iter().map(|stated| stated.ground).collect()),
        })
    }

    pub(in crate::procedure) fn chosen(body: &ConcurrentRequests) -> Self {
        Self::Chosen { chosen: body.chosen, between: body.requests.iter().copied().collect() }
    }

    pub(in crate::procedure) fn viewed(body: &ConsultationViews) -> Self {
        Self::Viewed { promises: promised(&body.assurances), until: ends(&body.assurances) }
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
        Self::Screened {
            outcome: body.outcome,
            freely: body.is_free(),
            review: body.non_punishment_review,
            may_be_child: false,
            rerouted_from: body.rerouted_from,
        }
    }

    pub(in crate::procedure) fn custody(body: &CustodyEvent) -> Self {
        let release_due = release_due(body.detention.as_ref());
        if let Some(BatchArrival { certificate, entry }) = &body.by_batch {
            let (certificate, entry) = (*certificate, entry.get());
            return Self::Arrived { certificate, entry, release_due };
        }
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
        Self::Custody { change, release_due }
    }
}

fn release_due(clock: Option<&DetentionClock>) -> Option<Timestamp> {
    clock.map(|clock| clock.release_due.at())
}

fn promised(assurances: &[Assurance]) -> BTreeSet<AssuranceKind> {
    assurances.iter().map(|assurance| assurance.kind).collect()
}

/// Those that end, and when.
fn ends(assurances: &[Assurance]) -> BTreeSet<(AssuranceKind, Timestamp)> {
    let end_of = |kind| end(assurances, kind).map(|end| (kind, end));
    promised(assurances).into_iter().filter_map(end_of).collect()
}

/// When a promise ends; of several of one kind the longest counts.
// spec: ho-81
pub(super) fn end(assurances: &[Assurance], kind: AssuranceKind) -> Option<Timestamp> {
    let of_kind = assurances.iter().filter(|assurance| assurance.kind == kind);
    let ends = of_kind.map(|assurance| assurance.valid_until.as_ref().map(Instant::at));
    ends.collect::<Option<Vec<Timestamp>>>()?.into_iter().max()
}
