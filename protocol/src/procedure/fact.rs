//! What a message states, without a word of personal data.
//!
//! A fact is taken from a body once, when the body is opened, and kept beside the header: the state of a procedure can
//! be computed, and proven, after every body in it was erased.

use crate::message::body::Body;
use crate::procedure::common::CommonFact;
use crate::procedure::handover::fact::HandoverFact;

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
}

impl Fact {
    /// The fact that a body states.
    // spec: pro-6
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
            Body::Rejection(_)
            | Body::OnwardTransferRequest(_)
            | Body::OnwardTransferDecision(_)
            | Body::Recall(_)
            | Body::RecallReport(_)
            | Body::SubjectRightsNotice(_)
            | Body::SubjectRightsAnswer(_)
            | Body::IntelligenceReport(_)
            | Body::RequestForInformation(_)
            | Body::InformationReply(_)
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
            | Body::DisputeDecision(_) => Self::Note,
        }
    }
}
