//! What a message states, without a word of personal data.
//!
//! A fact is taken from a body once, when the body is opened, and kept beside the header: the state of a procedure can
//! be computed, and proven, after every body in it was erased.

use crate::message::body::Body;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::common::CommonFact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::rank::Rank;
use crate::procedure::rescue::fact::RescueFact;

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
    /// Of people who travel together.
    Batch(BatchFact),
    /// Of a person who needs help.
    Rescue(RescueFact),
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
            Body::VictimScreeningReport(body) => Self::Handover(HandoverFact::screened(body)),
            Body::SpecialtyConsentRequest(_) => Self::Handover(HandoverFact::SpecialtyAsked),
            Body::SpecialtyConsentDecision(body) => Self::Handover(HandoverFact::consented(body)),
            Body::CaseOutcomeNotice(body) => Self::Handover(HandoverFact::OutcomeTold {
                closing: body.last_notice && body.property_settled,
            }),
            Body::PostHandoverIncident(_) => Self::Handover(HandoverFact::Incident),
            Body::ConcurrentRequests(body) => {
                Self::Handover(HandoverFact::Chosen { chosen: body.chosen })
            }
            Body::BatchManifest(body) => Self::Batch(BatchFact::listed(body)),
            Body::ManifestReview(body) => Self::Batch(BatchFact::reviewed(body)),
            Body::ManifestSeal(body) => Self::Batch(BatchFact::sealed(body)),
            Body::ManifestRemoval(body) => Self::Batch(BatchFact::taken_off(body)),
            Body::ReceptionGuarantee(body) => Self::Batch(BatchFact::guaranteed(body)),
            Body::TransitAuthorisation(body) => {
                Self::Batch(BatchFact::LetThrough { daily: body.daily_capacity })
            }
            Body::BatchReconciliation(body) => Self::Batch(BatchFact::reconciled(body)),
            Body::RescueRequest(body) => Self::Rescue(RescueFact::reported(body)),
            Body::RescueUpdate(body) => Self::Rescue(RescueFact::updated(body)),
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
            | Body::JointOperationProposal(_)
            | Body::ParticipationReply(_)
            | Body::OperationPlan(_)
            | Body::PlanSignature(_)
            | Body::OperationTasking(_)
            | Body::TaskReport(_)
            | Body::OperationSignal(_)
            | Body::OperationStatus(_)
            | Body::OperationResult(_)
            | Body::DataPreservationRequest(_)
            | Body::DataPreservationReply(_)
            | Body::EvidenceTransfer(_)
            | Body::EvidenceReceipt(_)
            | Body::FreezingRequest(_)
            | Body::FreezingReport(_)
            | Body::FreezingExtensionRequest(_)
            | Body::AssetRecoveryRequest(_)
            | Body::AssetRecoveryDecision(_)
            | Body::InterimDisposal(_)
            | Body::AssetDispositionNotice(_)
            | Body::MeetingAgenda(_)
            | Body::AgendaItem(_)
            | Body::AgendaObjection(_)
            | Body::CycleStatus(_)
            | Body::MeetingMinutes(_)
            | Body::MinutesAdoption(_)
            | Body::ActionReport(_)
            | Body::OutcomeDocument(_)
            | Body::OutcomeReopening(_)
            | Body::SignatureStatement(_)
            | Body::SignatureConfirmation(_)
            | Body::SignatureRetraction(_)
            | Body::SigningRecord(_)
            | Body::OutcomeStatus(_)
            | Body::SituationReport(_) => Self::Note,
        }
    }

    /// What it weighs where no procedure gives it a weight of its own.
    pub const fn rank(&self) -> Rank {
        match self {
            Self::Common(fact) => fact.rank(),
            Self::Note | Self::Gone | Self::Handover(_) | Self::Batch(_) | Self::Rescue(_) => {
                Rank::Information
            }
        }
    }
}
