//! The requested Party decides, for one person, offence by offence.

use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::handover::child;
use crate::message::handover::child::AgeAssessment;
use crate::message::handover::child::ChildCare;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::refusal_ground;
use crate::message::refusal_ground::GroundClass;
use crate::message::refusal_ground::MetGround;
use crate::message::refusal_ground::RefusalGround;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Ordinal;

choice! {
    /// What was decided.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Outcome {
        /// The person is handed over.
        Granted = "granted",
        /// The person is handed over once conditions are accepted.
        GrantedConditional = "granted-conditional",
        /// Not now.
        Deferred = "deferred",
        /// No.
        Refused = "refused",
    }
}

impl Outcome {
    /// Whether the person may leave, at once or under conditions.
    pub const fn is_grant(self) -> bool {
        match self {
            Self::Granted | Self::GrantedConditional => true,
            Self::Deferred | Self::Refused => false,
        }
    }
}

record! {
    /// What was decided about one offence.
    OffenceDecision {
        /// Which of the request's offences, from 1.
        offence: Ordinal,
        /// What was decided.
        outcome: Outcome,
    }
}

record! {
    /// Decides on a handover request. Source: DOMAIN 2.3, spec msgk-23.
    HandoverDecision {
        /// What was decided.
        outcome: Outcome,
        /// And about each offence: the person may be tried for no other.
        per_offence: OneOrMore<OffenceDecision>,
        /// Conditions; required with a conditional grant, and only there.
        conditions: Vec<LocalizedText>,
        /// Why; required when an offence or the whole is refused.
        grounds: Vec<StatedGround>,
        /// The mandatory grounds that were named before and stand in the way no longer; none twice, only with a grant.
        grounds_met: Vec<MetGround>,
        /// Until when; required when deferred, and only there.
        deferral_until: Option<Instant>,
        /// The case at home; required with the ground that the person is an own national.
        domestic_prosecution_case: Option<RecordRef>,
        /// The screening for signs of a victim; required for any grant.
        victim_screening_ref: Option<RecordRef>,
        /// The assessment of the risk of ill-treatment; required for any grant.
        risk_assessment_ref: Option<RecordRef>,
        /// Why the law allows to do without the promise that the person's life is spared; only with a grant.
        death_penalty_waiver: Option<LocalizedText>,
        /// What was determined for somebody who may be a child; only with a grant.
        child: Option<ChildCare>,
        /// Who found that the person is a grown-up, where the birth leaves it open; only with a grant, and not with `child`.
        age_assessment: Option<AgeAssessment>,
        /// Why nobody was consulted before a refusal: it was not possible, or would have endangered somebody.
        consultation_omitted: Option<LocalizedText>,
        /// Whether the person was told.
        person_informed: bool,
        /// Until when the person can appeal.
        appeal_possible_until: Option<Instant>,
        /// When the person can be collected; only with a grant.
        surrender_window: Option<TimeRange>,
    }
    rules(at, faults) {
        let entries = per_offence.iter().flat_map(|per_offence| per_offence.iter());
        list::refuse_repeated(entries.map(|entry| entry.offence), &at.key("per_offence"), faults);

        grounds_agree(outcome, per_offence.as_ref(), grounds.as_ref(), &at.key("grounds"), faults);
        grounds_spare_what_is_granted(per_offence.as_ref(), grounds.as_ref(), &at.key("grounds"), faults);
        let met_at = at.key("grounds_met");
        list::refuse_repeated(grounds_met.iter().flatten().map(|met| met.ground), &met_at, faults);
        // spec: msgk-140
        child::one_of(child.as_ref(), age_assessment.as_ref(), at, faults);
        let own_national = |ground: &StatedGround| ground.ground == RefusalGround::OwnNational;
        if grounds.iter().flatten().any(own_national) {
            let reason = "whoever does not hand over an own national names the case at home";
            field::demand(
                domestic_prosecution_case.as_ref(), &at.key("domestic_prosecution_case"), faults, reason);
        }

        if let Some(outcome) = outcome {
            if let Some(per_offence) = &per_offence {
                offences_agree(outcome, per_offence, &at.key("per_offence"), faults);
            }
            // spec: msgk-23
            if outcome.is_grant() {
                let reason = "no grant without a screening for signs of a victim";
                field::demand(victim_screening_ref.as_ref(), &at.key("victim_screening_ref"), faults, reason);
                let reason = "no grant without an assessment of the risk of ill-treatment";
                field::demand(risk_assessment_ref.as_ref(), &at.key("risk_assessment_ref"), faults, reason);
            } else {
                let reason = "only a grant has to say why a ground is met";
                field::exclude(grounds_met.as_ref(), &met_at, faults, reason);
                let waiver_at = at.key("death_penalty_waiver");
                let reason = "only a grant can do without that promise";
                field::exclude(death_penalty_waiver.as_ref(), &waiver_at, faults, reason);
                let reason = "only a grant says with whom a child goes, or that the person is none";
                field::exclude(child.as_ref(), &at.key("child"), faults, reason);
                field::exclude(age_assessment.as_ref(), &at.key("age_assessment"), faults, reason);
                let reason = "a person is collected after a grant only";
                field::exclude(surrender_window.as_ref(), &at.key("surrender_window"), faults, reason);
            }
            if outcome != Outcome::Refused {
                let omitted_at = at.key("consultation_omitted");
                let reason = "consultation comes before a refusal, and before nothing else";
                field::exclude(consultation_omitted.as_ref(), &omitted_at, faults, reason);
            }
            let conditions_at = at.key("conditions");
            if outcome == Outcome::GrantedConditional {
                let reason = "a conditional grant names its conditions";
                field::demand(conditions.as_ref(), &conditions_at, faults, reason);
            } else {
                let reason = "only a conditional grant has conditions";
                field::exclude(conditions.as_ref(), &conditions_at, faults, reason);
            }
            let deferral_at = at.key("deferral_until");
            if outcome == Outcome::Deferred {
                field::demand(deferral_until.as_ref(), &deferral_at, faults, "a deferral says until when");
            } else {
                field::exclude(deferral_until.as_ref(), &deferral_at, faults, "only a deferral says until when");
            }
        }
    }
}

/// The whole and its parts say the same.
fn offences_agree(
    outcome: Outcome,
    per_offence: &OneOrMore<OffenceDecision>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let any = |wanted: Outcome| per_offence.iter().any(|entry| entry.outcome == wanted);
    let any_grant = any(Outcome::Granted) || any(Outcome::GrantedConditional);
    let (agree, reason) = match outcome {
        Outcome::Granted | Outcome::GrantedConditional => {
            (any_grant, "a grant grants at least one offence")
        }
        Outcome::Deferred => {
            (!any_grant && any(Outcome::Deferred), "a deferral defers an offence and grants none")
        }
        Outcome::Refused => {
            (!any_grant && !any(Outcome::Deferred), "a refusal refuses every offence")
        }
    };
    if !agree {
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

/// Grounds stand where something is refused, and are grounds of handover.
// spec: msgk-16
fn grounds_agree(
    outcome: Option<Outcome>,
    per_offence: Option<&OneOrMore<OffenceDecision>>,
    grounds: Option<&Vec<StatedGround>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let refused_part = per_offence
        .map(|per_offence| per_offence.iter().any(|entry| entry.outcome == Outcome::Refused));
    match (outcome, refused_part) {
        (Some(Outcome::Refused), _) | (_, Some(true)) => {
            field::demand(
                grounds,
                at,
                faults,
                "a refusal, of the whole or of an offence, names its grounds",
            );
        }
        (Some(Outcome::Granted | Outcome::GrantedConditional), Some(false)) => {
            field::exclude(
                grounds,
                at,
                faults,
                "a grant of every offence has no ground for refusal",
            );
        }
        (Some(Outcome::Deferred) | None, _) | (_, None) => {}
    }
    refusal_ground::refuse_information_grounds(grounds.into_iter().flatten(), at, faults);
}

/// No offence is granted against which the same decision states a ground by which it must be refused.
// spec: ho-54
fn grounds_spare_what_is_granted(
    per_offence: Option<&OneOrMore<OffenceDecision>>,
    grounds: Option<&Vec<StatedGround>>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let granted = |offence: &Ordinal| {
        let mut entries = per_offence.iter().flat_map(|per_offence| per_offence.iter());
        entries.any(|entry| entry.offence == *offence && entry.outcome.is_grant())
    };
    for (index, stated) in grounds.into_iter().flatten().enumerate() {
        if stated.class == GroundClass::Mandatory && stated.offences.iter().any(granted) {
            let reason = "a Party does not grant an offence that it must refuse";
            faults.add(&at.item(index).key("offences"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for HandoverDecision {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
