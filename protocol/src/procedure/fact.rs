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
            Body::AdditionalInformationRequest(body) => Self::Handover(HandoverFact::asked(body)),
            Body::AdditionalInformationReply(_) => Self::Handover(HandoverFact::InformationGiven),
            Body::HandoverRequest(body) => Self::Handover(HandoverFact::requested(body)),
            Body::HandoverDecision(body) => Self::Handover(HandoverFact::decided(body)),
            Body::IntelligenceReport(_)
            | Body::RequestForInformation(_)
            | Body::InformationReply(_) => Self::Note,
        }
    }
}
