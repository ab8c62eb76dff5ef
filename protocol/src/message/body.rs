//! The body of a message: one type for each kind.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::codec::value::Value;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::approval::Voice;
use crate::message::assets::disposition::AssetDispositionNotice;
use crate::message::assets::extension::FreezingExtensionRequest;
use crate::message::assets::freezing::FreezingRequest;
use crate::message::assets::freezing_report::FreezingReport;
use crate::message::assets::recovery::AssetRecoveryDecision;
use crate::message::assets::recovery::AssetRecoveryRequest;
use crate::message::assets::recovery::InterimDisposal;
use crate::message::attachment::NamedFile;
use crate::message::batch::manifest::BatchManifest;
use crate::message::batch::reconciliation::BatchReconciliation;
use crate::message::batch::sealing::ManifestRemoval;
use crate::message::batch::sealing::ManifestReview;
use crate::message::batch::sealing::ManifestSeal;
use crate::message::batch::transit::ReceptionGuarantee;
use crate::message::batch::transit::TransitAuthorisation;
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
use crate::message::coordination::agenda::AgendaItem;
use crate::message::coordination::agenda::AgendaObjection;
use crate::message::coordination::agenda::MeetingAgenda;
use crate::message::coordination::cycle::CycleStatus;
use crate::message::coordination::minutes::ActionReport;
use crate::message::coordination::minutes::MeetingMinutes;
use crate::message::coordination::minutes::MinutesAdoption;
use crate::message::coordination::outcome::OutcomeDocument;
use crate::message::coordination::outcome::OutcomeReopening;
use crate::message::coordination::outcome::OutcomeStatus;
use crate::message::coordination::signature::SignatureConfirmation;
use crate::message::coordination::signature::SignatureRetraction;
use crate::message::coordination::signature::SignatureStatement;
use crate::message::coordination::signature::SigningRecord;
use crate::message::coordination::situation::SituationReport;
use crate::message::evidence::preservation::DataPreservationReply;
use crate::message::evidence::preservation::DataPreservationRequest;
use crate::message::evidence::receipt::EvidenceReceipt;
use crate::message::evidence::transfer::EvidenceTransfer;
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
use crate::message::handover::afterwards::CaseOutcomeNotice;
use crate::message::handover::afterwards::PostHandoverIncident;
use crate::message::handover::certificate::CertificateCountersignature;
use crate::message::handover::certificate::HandoverCertificate;
use crate::message::handover::concurrent_requests::ConcurrentRequests;
use crate::message::handover::consultation::ConditionsAccepted;
use crate::message::handover::consultation::ConsultationViews;
use crate::message::handover::consultation::IntentToRefuse;
use crate::message::handover::custody_event::CustodyEvent;
use crate::message::handover::decision::HandoverDecision;
use crate::message::handover::leg::LegRelease;
use crate::message::handover::leg::LegReturn;
use crate::message::handover::provisional_arrest::ProvisionalArrestRequest;
use crate::message::handover::request::HandoverRequest;
use crate::message::handover::schedule::CustodyTransferSchedule;
use crate::message::handover::schedule::ScheduleAnswer;
use crate::message::handover::specialty::SpecialtyConsentDecision;
use crate::message::handover::specialty::SpecialtyConsentRequest;
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
use crate::message::operation::participation::ParticipationReply;
use crate::message::operation::plan::OperationPlan;
use crate::message::operation::plan::PlanSignature;
use crate::message::operation::proposal::JointOperationProposal;
use crate::message::operation::result::OperationResult;
use crate::message::operation::signal::OperationSignal;
use crate::message::operation::status::OperationStatus;
use crate::message::operation::tasking::OperationTasking;
use crate::message::operation::tasking::TaskReport;
use crate::message::pointer::Pointer;
use crate::message::rescue::request::RescueRequest;
use crate::message::rescue::screening::VictimScreeningReport;
use crate::message::rescue::update::RescueUpdate;
use crate::message::time::CivilDate;

/// What the body of a kind answers beside being read. Source: spec msgk-31.
pub trait BodyRules: Field {
    /// Whether U1 needs a reason in the body; then the body has the field `urgency_reason`.
    const REASON_FOR_U1: bool = false;

    /// The least approval that any such message needs.
    const APPROVAL: Approval;

    /// Who has to approve this one.
    fn approval(&self, _said: &Said<'_>) -> Approval {
        Self::APPROVAL
    }

    /// Whether waiting for an approval may cost a life; then its drafter may send it alone as U1. Source: spec apr-7.
    fn saves_lives(&self) -> bool {
        false
    }

    /// Who has to stand behind it, as drafter or otherwise. Source: spec apr-11, apr-13.
    fn voices(&self) -> &'static [Voice] {
        &[]
    }

    /// Whether it states a person who may be a child on that day. Source: spec res-61.
    fn may_be_child(&self, _on: CivilDate) -> bool {
        false
    }

    /// The files beside the message that it names.
    fn files(&self) -> Vec<NamedFile<'_>> {
        Vec::new()
    }

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

            /// Whether waiting for an approval may cost a life.
            // spec: apr-7
            pub fn saves_lives(&self) -> bool {
                match self {
                    $(Self::$kind(body) => body.saves_lives(),)+
                }
            }

            /// Who has to stand behind it.
            // spec: apr-11, apr-13
            pub fn voices(&self) -> &'static [Voice] {
                match self {
                    $(Self::$kind(body) => body.voices(),)+
                }
            }

            /// Whether it states a person who may be a child on that day.
            // spec: res-61
            pub fn may_be_child(&self, on: CivilDate) -> bool {
                match self {
                    $(Self::$kind(body) => body.may_be_child(on),)+
                }
            }

            /// The files beside the message that it names.
            // spec: fil-5
            pub fn files(&self) -> Vec<NamedFile<'_>> {
                match self {
                    $(Self::$kind(body) => body.files(),)+
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
    /// Asks for an arrest before the full request.
    ProvisionalArrestRequest,
    /// Tells what happened to a person in custody.
    CustodyEvent,
    /// Tells that a refusal is coming.
    IntentToRefuse,
    /// Answers it before the decision.
    ConsultationViews,
    /// Accepts the conditions of a grant.
    ConditionsAccepted,
    /// Proposes when and how people are handed over.
    CustodyTransferSchedule,
    /// Answers a schedule.
    ScheduleAnswer,
    /// Tells that a leg has begun.
    LegRelease,
    /// Tells that a leg failed and the people are back.
    LegReturn,
    /// Certifies what happened at the line.
    HandoverCertificate,
    /// Countersigns it.
    CertificateCountersignature,
    /// Asks for what a grant did not cover.
    SpecialtyConsentRequest,
    /// Decides on that.
    SpecialtyConsentDecision,
    /// Chooses between requests for one person.
    ConcurrentRequests,
    /// Tells what became of a case.
    CaseOutcomeNotice,
    /// Tells of something that happened after a handover.
    PostHandoverIncident,
    /// Proposes who travels together.
    BatchManifest,
    /// Strikes or confirms entries of a manifest.
    ManifestReview,
    /// Seals a manifest.
    ManifestSeal,
    /// Takes people off a sealed manifest.
    ManifestRemoval,
    /// Promises to take people.
    ReceptionGuarantee,
    /// Lets people through.
    TransitAuthorisation,
    /// Accounts for everybody on a manifest.
    BatchReconciliation,
    /// Asks that somebody be rescued.
    RescueRequest,
    /// Tells how a rescue stands.
    RescueUpdate,
    /// Tells whether a person is a victim.
    VictimScreeningReport,
    /// Proposes to act together.
    JointOperationProposal,
    /// Says whether a Party takes part.
    ParticipationReply,
    /// Plans an operation.
    OperationPlan,
    /// Signs one version of a plan.
    PlanSignature,
    /// Gives a task to a Party.
    OperationTasking,
    /// Says how a task stands.
    TaskReport,
    /// Says go, hold, abort or stand down.
    OperationSignal,
    /// Declares where an operation stands.
    OperationStatus,
    /// Says what an operation came to.
    OperationResult,
    /// Asks that data be kept.
    DataPreservationRequest,
    /// Says whether they are.
    DataPreservationReply,
    /// Hands exhibits over.
    EvidenceTransfer,
    /// Says how they arrived.
    EvidenceReceipt,
    /// Asks that assets be frozen.
    FreezingRequest,
    /// Says what became of each asset.
    FreezingReport,
    /// Asks that a freeze last longer.
    FreezingExtensionRequest,
    /// Asks for frozen assets.
    AssetRecoveryRequest,
    /// Decides on a recovery.
    AssetRecoveryDecision,
    /// Turns an asset into money before it is decided on.
    InterimDisposal,
    /// Says where assets went.
    AssetDispositionNotice,
    /// Says what a meeting is to decide.
    MeetingAgenda,
    /// Proposes an item for an agenda.
    AgendaItem,
    /// Objects to an agenda or an item.
    AgendaObjection,
    /// Declares where a cycle of meetings stands.
    CycleStatus,
    /// Says what a meeting decided.
    MeetingMinutes,
    /// Says whether a Party adopts minutes.
    MinutesAdoption,
    /// Says how an action stands.
    ActionReport,
    /// Holds one version of what Parties sign.
    OutcomeDocument,
    /// Opens a frozen text again.
    OutcomeReopening,
    /// Signs a package.
    SignatureStatement,
    /// Confirms a signature that was given ad referendum.
    SignatureConfirmation,
    /// Takes a signature back.
    SignatureRetraction,
    /// Lists every signature.
    SigningRecord,
    /// Declares what became of a document.
    OutcomeStatus,
    /// Gives figures and says what they count.
    SituationReport,
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
