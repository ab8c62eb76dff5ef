//! The body of a message: one type for each kind.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::codec::value::Value;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::control::acknowledgement::Acknowledgement;
use crate::message::control::conflict_resolution::ConflictResolution;
use crate::message::control::correction::Correction;
use crate::message::control::lapse_notice::LapseNotice;
use crate::message::control::onward_transfer::OnwardTransferDecision;
use crate::message::control::onward_transfer::OnwardTransferRequest;
use crate::message::control::participants::Participants;
use crate::message::control::recall::Recall;
use crate::message::control::recall::RecallReport;
use crate::message::control::rejection::Rejection;
use crate::message::control::state_confirm::StateConfirm;
use crate::message::control::subject_rights::SubjectRightsAnswer;
use crate::message::control::subject_rights::SubjectRightsNotice;
use crate::message::control::withdrawal::Withdrawal;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field;
use crate::message::field::Field;
use crate::message::grammar::Grammar;
use crate::message::grammar::Rule;
use crate::message::grammar::Shape;
use crate::message::handover::additional_information::AdditionalInformationReply;
use crate::message::handover::additional_information::AdditionalInformationRequest;
use crate::message::handover::decision::HandoverDecision;
use crate::message::handover::request::HandoverRequest;
use crate::message::intelligence::block_effect_report::BlockEffectReport;
use crate::message::intelligence::core_data::CoreData;
use crate::message::intelligence::deconfliction::DeconflictionQuery;
use crate::message::intelligence::deconfliction::DeconflictionReply;
use crate::message::intelligence::feed::FeedDelta;
use crate::message::intelligence::feed::FeedGapRequest;
use crate::message::intelligence::feed::FeedSnapshot;
use crate::message::intelligence::indicator_dispute::DisputeDecision;
use crate::message::intelligence::indicator_dispute::IndicatorDispute;
use crate::message::intelligence::information_reply::InformationReply;
use crate::message::intelligence::information_request::RequestForInformation;
use crate::message::intelligence::notice::Notice;
use crate::message::intelligence::notice_challenge::NoticeChallenge;
use crate::message::intelligence::report::IntelligenceReport;
use crate::message::intelligence::sighting::Sighting;
use crate::message::intelligence::usefulness_feedback::UsefulnessFeedback;
use crate::message::intelligence::validity::ValidityConfirmation;
use crate::message::intelligence::validity::ValidityQuery;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;
use crate::message::time::CivilDate;

/// What the body of a kind answers beside being read. Source: spec msgk-31.
pub trait BodyRules: Field {
    /// Whether U1 needs a reason in the body; then the body has the field `urgency_reason`.
    const REASON_FOR_U1: bool = false;

    /// Who has to approve the message.
    fn approval(&self, said: &Said<'_>) -> Approval;

    /// Adds what cannot be said on that day.
    fn check_on(&self, _on: CivilDate, _at: &Pointer<'_>, _faults: &mut Faults) {}
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $kind:ident,)+) => {
        /// A body that was read whole.
        #[derive(Clone, PartialEq, Eq)]
        pub enum Body {
            $($(#[$doc])* $kind(Box<$kind>),)+
        }

        impl Body {
            /// Its kind.
            pub const fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)+
                }
            }

            /// Reads the body of a kind and adds every fault.
            pub fn read_at(kind: Kind, value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
                match kind {
                    $(Kind::$kind => $kind::read(value, at, faults).map(|body| Self::$kind(Box::new(body))),)+
                }
            }

            /// The body in its one form.
            pub fn write(&self) -> Value {
                match self {
                    $(Self::$kind(body) => body.write(),)+
                }
            }

            /// Who has to approve the message.
            // spec: msgk-31
            pub fn approval(&self, said: &Said<'_>) -> Approval {
                match self {
                    $(Self::$kind(body) => body.approval(said),)+
                }
            }

            /// Adds what cannot be said on that day.
            pub fn check_on(&self, on: CivilDate, at: &Pointer<'_>, faults: &mut Faults) {
                match self {
                    $(Self::$kind(body) => body.check_on(on, at, faults),)+
                }
            }
        }

        /// Whether a kind that is sent as U1 needs its reason.
        const fn needs_reason(kind: Kind) -> bool {
            match kind {
                $(Kind::$kind => $kind::REASON_FOR_U1,)+
            }
        }

        /// The rule of each kind, by the order of registration.
        fn rules(grammar: &mut Grammar) -> Vec<Shape> {
            Vec::from([$($kind::grammar(grammar)),+])
        }
    };
}

bodies! {
    /// Asks for a person.
    HandoverRequest,
    /// Proves that a human took a message.
    Acknowledgement,
    /// Asks for what is missing.
    AdditionalInformationRequest,
    /// Gives what was missing.
    AdditionalInformationReply,
    /// Decides on a handover request.
    HandoverDecision,
    /// Tells what is known.
    IntelligenceReport,
    /// Asks what another agency may know.
    RequestForInformation,
    /// Answers it.
    InformationReply,
    /// Sends a message back to its sender.
    Rejection,
    /// Asks to pass information on.
    OnwardTransferRequest,
    /// Decides whether it may be passed on.
    OnwardTransferDecision,
    /// Takes messages back.
    Recall,
    /// Reports what became of them.
    RecallReport,
    /// Corrects messages.
    Correction,
    /// Takes a request back.
    Withdrawal,
    /// Tells that somebody asks what is kept about them.
    SubjectRightsNotice,
    /// Answers that.
    SubjectRightsAnswer,
    /// Says that a term ended unused.
    LapseNotice,
    /// Confirms the state on which an act rests.
    StateConfirm,
    /// Ends a conflict.
    ConflictResolution,
    /// Adds agencies to a procedure.
    Participants,
    /// Tells how useful a message was.
    UsefulnessFeedback,
    /// Asks whether somebody works on the same target.
    DeconflictionQuery,
    /// Says hit or no hit.
    DeconflictionReply,
    /// Tells the least that follows a hit.
    CoreData,
    /// Asks agencies to look out.
    Notice,
    /// Reports a sighting or a hit.
    Sighting,
    /// Asks whether a notice still stands.
    ValidityQuery,
    /// Says whether it does.
    ValidityConfirmation,
    /// Challenges a notice.
    NoticeChallenge,
    /// Gives an indicator feed as a whole.
    FeedSnapshot,
    /// Gives what changed in it.
    FeedDelta,
    /// Asks for what was missed of it.
    FeedGapRequest,
    /// Reports what blocking did.
    BlockEffectReport,
    /// Disputes an entry of a feed.
    IndicatorDispute,
    /// Decides a dispute.
    DisputeDecision,
}

impl Body {
    /// Reads the body of a kind.
    ///
    /// # Errors
    /// Every fault, with pointers that start at the body.
    pub fn read(kind: Kind, value: &Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Faults::new();
        let body = Self::read_at(kind, value, &Pointer::Root, &mut faults);
        faults.judge(body)
    }
}

/// Shows the kind and nothing of what it holds.
// spec: msgk-19
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({})", self.kind())
    }
}

/// The place of a body inside a larger map: it must be there; its kind decides how it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyPlace;

impl Field for BodyPlace {
    fn read(value: &Value, at: &Pointer<'_>, faults: &mut Faults) -> Option<Self> {
        field::map(value, at, faults).map(|_| Self)
    }

    fn write(&self) -> Value {
        Value::Null
    }

    fn grammar(grammar: &mut Grammar) -> Shape {
        let rules = rules(grammar);
        grammar.rule("Body", |_| Rule::AnyOf(rules))
    }
}

/// The reason a kind needs when it is sent as U1, as the value stands: judged although the body has other faults.
// spec: msgk-7
pub fn demand_urgency_reason(kind: Kind, body: &Value, at: &Pointer<'_>, faults: &mut Faults) {
    if let Value::Map(map) = body
        && needs_reason(kind)
        && matches!(map.get("urgency_reason"), None | Some(Value::Null))
    {
        faults.add(
            &at.key("urgency_reason"),
            FaultCode::Missing,
            String::from("U1 has a written reason"),
        );
    }
}
