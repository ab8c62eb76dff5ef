//! Which message makes whom owe what: a table.

use crate::message::field::choice;
use crate::message::kind::Kind;
use crate::procedure::deadline::profile::Fixed;

choice! {
    /// What is due.
    Duty {
        /// A human takes a message.
        Acknowledge = "acknowledgement",
        /// A message is answered, or a delay explained.
        Answer = "answer",
        /// What is missing is given.
        Information = "additional-information",
        /// Views on a refusal that is intended.
        Views = "views",
        /// A schedule is answered.
        ScheduleAnswer = "schedule-answer",
        /// A plan or a text is signed.
        Signature = "signature",
        /// The second side signs a certificate.
        SecondSignature = "second-signature",
        /// The person is let go, or the law lets somebody hold the person longer.
        Release = "release-or-extension",
        /// A person of whom there are signs of a victim is screened by whoever has the person now.
        Screening = "screening",
        /// A rescue takes over a person of whom signs of a victim were found in a handover.
        Rescue = "rescue",
        /// A prosecutor says how to look at what a victim did under coercion.
        Review = "non-punishment-review",
        /// It is told how the prosecution of an own national at home goes on.
        HomeTrial = "outcome-at-home",
        /// It is told whether the promise to spare the person's life is kept.
        Monitoring = "word-on-the-promise",
        /// Whoever is held though the request was taken back is released or brought back.
        Arrangement = "release-or-return",
        /// The full request comes after a provisional arrest.
        FullRequest = "full-request",
        /// It is said what became of what is taken back.
        RecallReport = "recall-report",
        /// It is said how exhibits arrived.
        EvidenceReceipt = "evidence-receipt",
        /// A hit is answered.
        HitAnswer = "hit-answer",
        /// What lies behind a hit is told.
        CoreData = "core-data",
        /// It is said how useful a report was.
        Feedback = "feedback",
        /// There is news about an answer that takes longer.
        NextUpdate = "next-update",
        /// Whoever asked says something to the answer.
        Closing = "word-on-the-answer",
        /// The request for an order comes, or a freeze is renewed.
        Renewal = "order-or-renewal",
        /// A freeze whose term is over is said to have lapsed, released, or held on by a new report.
        Lapse = "lapse-or-release",
        /// The next step of a rescue.
        NextStep = "next-step",
        /// The minutes of a session.
        Minutes = "minutes",
        /// An action of adopted minutes.
        Action = "action",
        /// The report of a task.
        TaskReport = "task-report",
    }
}

choice! {
    /// Who owes it.
    Debtor {
        /// Each agency that the message asks to act.
        Asked = "each that is asked",
        /// The same, until one of them has done it.
        OneOfAsked = "those asked, until one does",
        /// Each other participant.
        Others = "each other participant",
        /// Whoever began the procedure.
        Opener = "who began it",
        /// The author of the message.
        Author = "its author",
    }
}

choice! {
    /// On which messages of the kind a duty rests.
    Only {
        /// On each.
        Each = "",
        /// On the one that began the procedure.
        Opening = "that begins the procedure",
        /// On one with a hit.
        WithHit = "with a hit",
        /// On one under a notice by which somebody is wanted.
        Wanted = "of somebody wanted",
        /// On one that says that a meeting sits.
        InSession = "in-session",
        /// On one that grants under conditions.
        Conditional = "that grants under conditions",
    }
}

/// From what a term comes; a date that the message states can only make it shorter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// The class of the message.
    Class,
    /// A fixed term.
    Fixed(Fixed),
    /// The date that the message states.
    Stated,
}

/// One row: after such a message somebody owes something.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// After which message.
    pub after: Kind,
    /// After which of them.
    pub only: Only,
    /// While the procedure is in one of these stages; in any when there is none.
    pub stages: &'static [&'static str],
    /// Who owes it.
    pub by: Debtor,
    /// What is owed.
    pub duty: Duty,
    /// Which later messages of the debtor meet it; any when there is none.
    pub met_by: &'static [Kind],
    /// How long it may take.
    pub length: Length,
}

/// What a duty needs beside its message.
type When = (Only, &'static [&'static str]);

const EACH: When = (Only::Each, &[]);

const fn rule(
    after: Kind,
    when: When,
    by: Debtor,
    owes: (Duty, &'static [Kind]),
    length: Length,
) -> Rule {
    Rule { after, only: when.0, stages: when.1, by, duty: owes.0, met_by: owes.1, length }
}

const ANSWER: Duty = Duty::Answer;

/// Every duty that follows from one message. Source: DOMAIN 2, spec due-5.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule(Kind::HandoverRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::HandoverDecision]), Length::Class),
    rule(Kind::HandoverDecision, (Only::Conditional, &["granted-conditional"]), Debtor::Opener,
        (ANSWER, &[Kind::ConditionsAccepted, Kind::Withdrawal]), Length::Class),
    rule(Kind::ProvisionalArrestRequest, (Only::Each, &["provisional"]), Debtor::Asked,
        (ANSWER, &[Kind::CustodyEvent]), Length::Class),
    rule(Kind::AdditionalInformationRequest, (Only::Each, &["info-pending", "clarifying"]), Debtor::Opener,
        (Duty::Information, &[Kind::AdditionalInformationReply]), Length::Stated),
    rule(Kind::IntentToRefuse, (Only::Each, &["consulting"]), Debtor::Opener,
        (Duty::Views, &[Kind::ConsultationViews]), Length::Fixed(Fixed::Views)),
    rule(Kind::SpecialtyConsentRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::SpecialtyConsentDecision]), Length::Class),
    rule(Kind::RequestForInformation, EACH, Debtor::Asked,
        (ANSWER, &[Kind::InformationReply]), Length::Class),
    rule(Kind::IntelligenceReport, (Only::Opening, &[]), Debtor::Asked,
        (Duty::Feedback, &[Kind::UsefulnessFeedback]), Length::Fixed(Fixed::Feedback)),
    rule(Kind::DeconflictionQuery, EACH, Debtor::Asked,
        (ANSWER, &[Kind::DeconflictionReply]), Length::Class),
    rule(Kind::DeconflictionReply, (Only::WithHit, &[]), Debtor::Author,
        (Duty::CoreData, &[Kind::CoreData]), Length::Fixed(Fixed::CoreData)),
    rule(Kind::Sighting, (Only::Wanted, &[]), Debtor::Opener,
        (Duty::HitAnswer, &[]), Length::Fixed(Fixed::WantedHit)),
    rule(Kind::ValidityQuery, EACH, Debtor::Opener,
        (ANSWER, &[Kind::ValidityConfirmation]), Length::Class),
    rule(Kind::NoticeChallenge, (Only::Each, &["suspended"]), Debtor::Opener,
        (ANSWER, &[Kind::Notice, Kind::Correction, Kind::Withdrawal]), Length::Class),
    rule(Kind::FeedGapRequest, EACH, Debtor::Opener,
        (ANSWER, &[Kind::FeedDelta, Kind::FeedSnapshot]), Length::Class),
    rule(Kind::IndicatorDispute, EACH, Debtor::Opener,
        (ANSWER, &[Kind::DisputeDecision]), Length::Class),
    rule(Kind::SubjectRightsNotice, EACH, Debtor::Asked,
        (ANSWER, &[Kind::SubjectRightsAnswer]), Length::Stated),
    rule(Kind::OnwardTransferRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::OnwardTransferDecision]), Length::Class),
    rule(Kind::Recall, EACH, Debtor::Others,
        (Duty::RecallReport, &[Kind::RecallReport]), Length::Fixed(Fixed::RecallReport)),
    rule(Kind::BatchManifest, (Only::Each, &["proposed", "reviewing"]), Debtor::Asked,
        (ANSWER, &[Kind::ManifestReview, Kind::ManifestSeal, Kind::BatchManifest]), Length::Class),
    rule(Kind::RescueRequest, (Only::Opening, &[]), Debtor::OneOfAsked,
        (ANSWER, &[Kind::RescueUpdate]), Length::Class),
    rule(Kind::JointOperationProposal, EACH, Debtor::Asked,
        (ANSWER, &[Kind::ParticipationReply]), Length::Stated),
    rule(Kind::DataPreservationRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::DataPreservationReply]), Length::Class),
    rule(Kind::EvidenceTransfer, EACH, Debtor::Asked,
        (Duty::EvidenceReceipt, &[Kind::EvidenceReceipt]), Length::Fixed(Fixed::EvidenceReceipt)),
    rule(Kind::FreezingRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::FreezingReport]), Length::Class),
    rule(Kind::FreezingExtensionRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::FreezingReport]), Length::Class),
    rule(Kind::AssetRecoveryRequest, EACH, Debtor::Asked,
        (ANSWER, &[Kind::AssetRecoveryDecision]), Length::Class),
    rule(Kind::CycleStatus, (Only::InSession, &["in-session"]), Debtor::Author,
        (Duty::Minutes, &[Kind::MeetingMinutes]), Length::Fixed(Fixed::Minutes)),
    rule(Kind::MeetingMinutes, (Only::Each, &["minutes-draft"]), Debtor::Asked,
        (ANSWER, &[Kind::MinutesAdoption]), Length::Class),
];

/// Duties that the end of a procedure does not end.
pub const OUTLIVE: &[Kind] = &[
    Kind::Recall,
    Kind::OnwardTransferRequest,
    Kind::SpecialtyConsentRequest,
    Kind::ValidityQuery,
];

/// Duties that are due because of where a person is, or of a trial, which the end of a procedure does not change.
pub const GOES_ON: &[Duty] = &[
    Duty::Release,
    Duty::Screening,
    Duty::Rescue,
    Duty::Review,
    Duty::HomeTrial,
    Duty::Arrangement,
];

/// Messages of which a later one of the same author takes the place of the earlier one.
pub const REPLACED: &[Kind] = &[Kind::BatchManifest, Kind::MeetingMinutes];

/// Messages that nobody has to acknowledge.
pub const UNACKNOWLEDGED: &[Kind] = &[Kind::Acknowledgement, Kind::Rejection];
