//! What a message states, without a word of personal data.
//!
//! A fact is taken from a body once, when the body is opened, and kept beside the header: the state of a procedure can
//! be computed, and proven, after every body in it was erased.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::body::Body;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::common::CommonFact;
use crate::procedure::control::ControlFact;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::evidence::EvidenceFact;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::exchange::fact::RightsFact;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::corrected::Worse;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::rank::Rank;
use crate::procedure::rescue::fact::RescueFact;

/// What a message states, by the procedures that it bears on. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fact {
    /// Nothing that a state rests on: it stands in the transcript and may be read.
    Note,
    /// Nobody here knows what it stated: its body was erased before it came.
    Gone,
    /// What serves every procedure.
    Common(CommonFact),
    /// What stays with the originator of a message.
    Control(ControlFact),
    /// Of the handover of a person.
    Handover(HandoverFact),
    /// Of a request for information.
    Information(InformationFact),
    /// Of something that is told, looked for or listed.
    Exchange(ExchangeFact),
    /// Of a document that Parties sign.
    Outcome(OutcomeFact),
    /// Of assets that are frozen.
    Freezing(FreezingFact),
    /// Of a joint operation.
    Operation(OperationFact),
    /// Of a cycle of meetings.
    Cycle(CycleFact),
    /// Of people who travel together.
    Batch(BatchFact),
    /// Of a person who needs help.
    Rescue(RescueFact),
    /// Of exhibits, and of data that are kept.
    Evidence(EvidenceFact),
}

impl Fact {
    /// The fact that a body states.
    // spec: pro-6
    #[expect(clippy::too_many_lines, reason = "a table: one line for each kind")]
    pub fn of(body: &Body) -> Self {
        match body {
            Body::Acknowledgement(body) => Self::Common(CommonFact::Acknowledged { of: body.of }),
            Body::Withdrawal(_) => Self::Common(CommonFact::Withdrawn),
            Body::LapseNotice(body) => Self::Common(CommonFact::lapsed(body)),
            Body::Participants(body) => Self::Common(CommonFact::joined(body)),
            Body::StateConfirm(body) => Self::Common(CommonFact::confirmed(body)),
            Body::ConflictResolution(body) => Self::Common(CommonFact::resolved(body)),
            Body::Correction(body) => Self::Common(CommonFact::corrected(body)),
            Body::AdditionalInformationRequest(body) => Self::Common(CommonFact::asked(body)),
            Body::AdditionalInformationReply(_) => Self::Common(CommonFact::InformationGiven),
            Body::IntelligenceReport(_) => Self::Common(CommonFact::Reported),
            Body::UsefulnessFeedback(body) => Self::Common(CommonFact::Valued { of: body.of }),
            Body::OnwardTransferRequest(body) => Self::Control(ControlFact::asked(body)),
            Body::OnwardTransferDecision(body) => Self::Control(ControlFact::decided(body)),
            Body::Recall(body) => Self::Control(ControlFact::recalled(body)),
            Body::RecallReport(body) => Self::Control(ControlFact::reported(body)),
            Body::HandoverRequest(body) => Self::Handover(HandoverFact::requested(body)),
            Body::HandoverDecision(body) => Self::Handover(HandoverFact::decided(body)),
            Body::ProvisionalArrestRequest(body) => Self::Handover(HandoverFact::arrest(body)),
            Body::IntentToRefuse(body) => Self::Handover(HandoverFact::intended(body)),
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
            Body::SpecialtyConsentRequest(body) => {
                Self::Handover(HandoverFact::asked_further(body))
            }
            Body::SpecialtyConsentDecision(body) => Self::Handover(HandoverFact::consented(body)),
            Body::CaseOutcomeNotice(body) => Self::Handover(HandoverFact::outcome(body)),
            Body::PostHandoverIncident(body) => Self::Handover(HandoverFact::happened(body)),
            Body::ConcurrentRequests(body) => Self::Handover(HandoverFact::chosen(body)),
            Body::RequestForInformation(body) => {
                Self::Information(InformationFact::requested(body))
            }
            Body::InformationReply(body) => Self::Information(InformationFact::replied(body)),
            Body::Notice(body) => NoticeFact::published(body).into(),
            Body::Sighting(body) => NoticeFact::seen(body).into(),
            Body::NoticeChallenge(body) => NoticeFact::challenged(body).into(),
            Body::ValidityQuery(body) => NoticeFact::asked(body).into(),
            Body::ValidityConfirmation(body) => NoticeFact::confirmed(body).into(),
            Body::DeconflictionQuery(body) => DeconflictionFact::asked(body).into(),
            Body::DeconflictionReply(body) => DeconflictionFact::answered(body).into(),
            Body::CoreData(body) => DeconflictionFact::told(body).into(),
            Body::FeedSnapshot(body) => FeedFact::whole(body).into(),
            Body::FeedDelta(body) => FeedFact::changed(body).into(),
            Body::FeedGapRequest(body) => FeedFact::missed(body).into(),
            Body::BlockEffectReport(body) => FeedFact::blocked(body).into(),
            Body::IndicatorDispute(body) => FeedFact::disputed(body).into(),
            Body::DisputeDecision(body) => FeedFact::decided(body).into(),
            Body::SubjectRightsNotice(body) => RightsFact::asked(body).into(),
            Body::SubjectRightsAnswer(body) => RightsFact::answered(body).into(),
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
            Body::DataPreservationRequest(_) => Self::Evidence(EvidenceFact::PreservationAsked),
            Body::DataPreservationReply(_) => Self::Evidence(EvidenceFact::PreservationAnswered),
            Body::EvidenceTransfer(_) => Self::Evidence(EvidenceFact::Transferred),
            Body::EvidenceReceipt(_) => Self::Evidence(EvidenceFact::Receipted),
            Body::Rejection(_) | Body::SituationReport(_) => Self::Note,
        }
    }

    /// The same of somebody who may be a child on the day on which the message was made.
    // spec: res-61, ho-94
    #[must_use]
    pub(in crate::procedure) fn of_a_child(mut self) -> Self {
        if let Self::Rescue(RescueFact::Reported { may_be_child, .. })
        | Self::Handover(
            HandoverFact::Screened { may_be_child, .. }
            | HandoverFact::ArrestAsked { may_be_child, .. }
            | HandoverFact::Requested(Request { may_be_child, .. }),
        ) = &mut self
        {
            *may_be_child = true;
        } else if let Self::Common(CommonFact::Corrected { targets, worse, .. }) = &mut self {
            Worse::add_child(targets, worse);
        }
        self
    }

    /// Whether it is of one kind of procedure, and has no place in another.
    pub const fn is_of_one_procedure(&self) -> bool {
        !matches!(
            self,
            Self::Note | Self::Gone | Self::Common(_) | Self::Control(_) | Self::Evidence(_)
        )
    }

    /// What it weighs where no procedure gives it a weight of its own.
    pub const fn rank(&self) -> Rank {
        if let Self::Common(fact) = self {
            fact.rank()
        } else if let Self::Control(fact) = self {
            fact.rank()
        } else {
            Rank::Information
        }
    }

    /// Whether it is a notice by which somebody is looked for to be arrested.
    pub const fn is_wanted_notice(&self) -> bool {
        matches!(
            self,
            Self::Exchange(ExchangeFact::Notice(NoticeFact::Published { wanted: true, .. }))
        )
    }

    /// The messages that it names, of its own procedure or of another.
    pub fn names(&self) -> Vec<MessageId> {
        match self {
            Self::Common(fact) => fact.names(),
            Self::Control(fact) => fact.names(),
            Self::Handover(fact) => fact.names(),
            Self::Exchange(fact) => fact.names(),
            Self::Operation(fact) => fact.names(),
            Self::Batch(fact) => fact.names(),
            Self::Note
            | Self::Gone
            | Self::Information(_)
            | Self::Outcome(_)
            | Self::Freezing(_)
            | Self::Cycle(_)
            | Self::Rescue(_)
            | Self::Evidence(_) => Vec::new(),
        }
    }
}

impl From<NoticeFact> for Fact {
    fn from(fact: NoticeFact) -> Self {
        Self::Exchange(ExchangeFact::Notice(fact))
    }
}

impl From<DeconflictionFact> for Fact {
    fn from(fact: DeconflictionFact) -> Self {
        Self::Exchange(ExchangeFact::Deconfliction(fact))
    }
}

impl From<FeedFact> for Fact {
    fn from(fact: FeedFact) -> Self {
        Self::Exchange(ExchangeFact::Feed(fact))
    }
}

impl From<RightsFact> for Fact {
    fn from(fact: RightsFact) -> Self {
        Self::Exchange(ExchangeFact::Rights(fact))
    }
}
