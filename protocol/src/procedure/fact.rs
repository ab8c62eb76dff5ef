//! What a message states, without a word of personal data.
//!
//! A fact is taken from a body once, when the body is opened, and kept beside the header: the state of a procedure can
//! be computed, and proven, after every body in it was erased.

use crate::message::body::Body;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::rank::Rank;

/// What a message states, by the procedures that it bears on. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Fact {
    /// Nothing that a state rests on: it stands in the transcript and may be read.
    Note,
    /// Nobody here knows what it stated: its body was erased before it came.
    Gone,
    /// What serves every procedure.
    Common(CommonFact),
    /// Of the handover of a person.
    Handover(HandoverFact),
    /// Of a document that Parties sign.
    Outcome(OutcomeFact),
    /// Of assets that are frozen.
    Freezing(FreezingFact),
    /// Of a joint operation.
    Operation(OperationFact),
    /// Of a cycle of meetings.
    Cycle(CycleFact),
}

impl Fact {
    /// The fact that a body states.
    // spec: pro-6
    #[expect(clippy::too_many_lines, reason = "a table: one line for each kind")]
    pub fn of(body: &Body) -> Self {
        match body {
            Body::Acknowledgement(body) => Self::Common(CommonFact::Acknowledged { of: body.of }),
            Body::Withdrawal(_) => Self::Common(CommonFact::Withdrawn),
            Body::LapseNotice(body) => Self::Common(CommonFact::Lapsed { of: body.of }),
            Body::Participants(body) => Self::Common(CommonFact::joined(body)),
            Body::StateConfirm(body) => Self::Common(CommonFact::confirmed(body)),
            Body::ConflictResolution(body) => Self::Common(CommonFact::resolved(body)),
            Body::Correction(body) => Self::Common(CommonFact::corrected(body)),
            Body::HandoverRequest(body) => Self::Handover(HandoverFact::requested(body)),
            Body::AdditionalInformationRequest(body) => Self::Handover(HandoverFact::asked(body)),
            Body::AdditionalInformationReply(_) => Self::Handover(HandoverFact::InformationGiven),
            Body::HandoverDecision(body) => Self::Handover(HandoverFact::decided(body)),
            Body::ProvisionalArrestRequest(body) => Self::Handover(HandoverFact::arrest(body)),
            Body::IntentToRefuse(body) => {
                Self::Handover(HandoverFact::RefusalIntended { views_by: body.views_by.at() })
            }
            Body::ConsultationViews(body) => Self::Handover(HandoverFact::viewed(body)),
            Body::ConditionsAccepted(body) => {
                Self::Handover(HandoverFact::ConditionsAccepted { of: body.of })
            }
            Body::CustodyTransferSchedule(body) => Self::Handover(HandoverFact::scheduled(body)),
            Body::ScheduleAnswer(body) => Self::Handover(HandoverFact::answered(body)),
            Body::LegRelease(body) => {
                Self::Handover(HandoverFact::Released { leg: body.leg.get() })
            }
            Body::LegReturn(body) => Self::Handover(HandoverFact::Returned { leg: body.leg.get() }),
            Body::HandoverCertificate(body) => Self::Handover(HandoverFact::certified(body)),
            Body::CertificateCountersignature(body) => {
                Self::Handover(HandoverFact::Countersigned { of: body.of })
            }
            Body::CustodyEvent(body) => Self::Handover(HandoverFact::custody(body)),
            Body::VictimScreeningReport(body) => {
                Self::Handover(HandoverFact::Screened { victim: body.outcome.is_victim() })
            }
            Body::SpecialtyConsentRequest(_) => Self::Handover(HandoverFact::SpecialtyAsked),
            Body::SpecialtyConsentDecision(body) => Self::Handover(HandoverFact::consented(body)),
            Body::CaseOutcomeNotice(body) => Self::Handover(HandoverFact::OutcomeTold {
                closing: body.last_notice && body.property_settled,
            }),
            Body::PostHandoverIncident(_) => Self::Handover(HandoverFact::Incident),
            Body::ConcurrentRequests(body) => {
                Self::Handover(HandoverFact::Chosen { chosen: body.chosen })
            }
            Body::OutcomeDocument(body) => Self::Outcome(OutcomeFact::text(body)),
            Body::OutcomeReopening(body) => {
                Self::Outcome(OutcomeFact::Reopened { package: body.package_digest })
            }
            Body::SignatureStatement(body) => Self::Outcome(OutcomeFact::signed(body)),
            Body::SignatureConfirmation(body) => Self::Outcome(OutcomeFact::confirmed(body)),
            Body::SignatureRetraction(body) => {
                Self::Outcome(OutcomeFact::Retracted { package: body.package_digest })
            }
            Body::SigningRecord(body) => Self::Outcome(OutcomeFact::recorded(body)),
            Body::OutcomeStatus(body) => Self::Outcome(OutcomeFact::declared(body)),
            Body::FreezingRequest(body) => Self::Freezing(FreezingFact::requested(body)),
            Body::FreezingReport(body) => Self::Freezing(FreezingFact::reported(body)),
            Body::FreezingExtensionRequest(body) => Self::Freezing(FreezingFact::extension(body)),
            Body::AssetRecoveryRequest(body) => Self::Freezing(FreezingFact::recovery(body)),
            Body::AssetRecoveryDecision(body) => Self::Freezing(FreezingFact::decided(body)),
            Body::InterimDisposal(body) => Self::Freezing(FreezingFact::converted(body)),
            Body::AssetDispositionNotice(body) => Self::Freezing(FreezingFact::disposed(body)),
            Body::JointOperationProposal(body) => Self::Operation(OperationFact::proposed(body)),
            Body::ParticipationReply(body) => Self::Operation(OperationFact::Replied(body.answer)),
            Body::OperationPlan(body) => Self::Operation(OperationFact::planned(body)),
            Body::PlanSignature(body) => Self::Operation(OperationFact::signed(body)),
            Body::OperationTasking(body) => Self::Operation(OperationFact::tasked(body)),
            Body::TaskReport(body) => Self::Operation(OperationFact::reported(body)),
            Body::OperationSignal(body) => Self::Operation(OperationFact::signalled(body)),
            Body::OperationStatus(body) => Self::Operation(OperationFact::declared(body)),
            Body::OperationResult(_) => Self::Operation(OperationFact::Resulted),
            Body::MeetingAgenda(body) => Self::Cycle(CycleFact::agenda(body)),
            Body::AgendaItem(_) => Self::Cycle(CycleFact::ItemProposed),
            Body::AgendaObjection(body) => Self::Cycle(CycleFact::objected(body)),
            Body::CycleStatus(body) => Self::Cycle(CycleFact::declared(body)),
            Body::MeetingMinutes(body) => Self::Cycle(CycleFact::minutes(body)),
            Body::MinutesAdoption(body) => Self::Cycle(CycleFact::answered(body)),
            Body::ActionReport(body) => Self::Cycle(CycleFact::reported(body)),
            Body::IntelligenceReport(_)
            | Body::RequestForInformation(_)
            | Body::InformationReply(_)
            | Body::Rejection(_)
            | Body::OnwardTransferRequest(_)
            | Body::OnwardTransferDecision(_)
            | Body::Recall(_)
            | Body::RecallReport(_)
            | Body::SubjectRightsNotice(_)
            | Body::SubjectRightsAnswer(_)
            | Body::UsefulnessFeedback(_)
            | Body::DeconflictionQuery(_)
            | Body::DeconflictionReply(_)
            | Body::CoreData(_)
            | Body::Notice(_)
            | Body::Sighting(_)
            | Body::ValidityQuery(_)
            | Body::ValidityConfirmation(_)
            | Body::NoticeChallenge(_)
            | Body::FeedSnapshot(_)
            | Body::FeedDelta(_)
            | Body::FeedGapRequest(_)
            | Body::BlockEffectReport(_)
            | Body::IndicatorDispute(_)
            | Body::DisputeDecision(_)
            | Body::BatchManifest(_)
            | Body::ManifestReview(_)
            | Body::ManifestSeal(_)
            | Body::ManifestRemoval(_)
            | Body::ReceptionGuarantee(_)
            | Body::TransitAuthorisation(_)
            | Body::BatchReconciliation(_)
            | Body::RescueRequest(_)
            | Body::RescueUpdate(_)
            | Body::DataPreservationRequest(_)
            | Body::DataPreservationReply(_)
            | Body::EvidenceTransfer(_)
            | Body::EvidenceReceipt(_)
            | Body::SituationReport(_) => Self::Note,
        }
    }

    /// What it weighs where no procedure gives it a weight of its own.
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Common(fact) => fact.rank(),
            Self::Note
            | Self::Gone
            | Self::Handover(_)
            | Self::Outcome(_)
            | Self::Freezing(_)
            | Self::Operation(_)
            | Self::Cycle(_) => Rank::Information,
        }
    }
}
