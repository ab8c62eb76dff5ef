//! The registered kinds of message.

use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use serde::de;

use crate::message::field::choice;

// spec: msgk-6
choice! {
    /// What a message is. A closed set: an unknown kind is refused with `unknown-kind`. Source: spec msgk-6.
    Kind {
        /// Asks for a person.
        HandoverRequest = "handover-request",
        /// Proves that a human took a message.
        Acknowledgement = "acknowledgement",
        /// Asks for what is missing before a decision.
        AdditionalInformationRequest = "additional-information-request",
        /// Gives what was missing.
        AdditionalInformationReply = "additional-information-reply",
        /// Decides on a handover request.
        HandoverDecision = "handover-decision",
        /// Tells what is known, unasked.
        IntelligenceReport = "intelligence-report",
        /// Asks for what another agency may know.
        RequestForInformation = "request-for-information",
        /// Answers it.
        InformationReply = "information-reply",
        /// Sends a message back to its sender.
        Rejection = "rejection",
        /// Asks to pass information on.
        OnwardTransferRequest = "onward-transfer-request",
        /// Decides whether it may be passed on.
        OnwardTransferDecision = "onward-transfer-decision",
        /// Takes messages back.
        Recall = "recall",
        /// Reports what became of them.
        RecallReport = "recall-report",
        /// Corrects messages.
        Correction = "correction",
        /// Takes a request back.
        Withdrawal = "withdrawal",
        /// Tells that somebody asks what is kept about them.
        SubjectRightsNotice = "subject-rights-notice",
        /// Answers that.
        SubjectRightsAnswer = "subject-rights-answer",
        /// Says that a term ended unused.
        LapseNotice = "lapse-notice",
        /// Confirms the state on which an act rests.
        StateConfirm = "state-confirm",
        /// Ends a conflict.
        ConflictResolution = "conflict-resolution",
        /// Adds agencies to a procedure.
        Participants = "participants",
        /// Tells how useful a message was.
        UsefulnessFeedback = "usefulness-feedback",
        /// Asks whether somebody works on the same target.
        DeconflictionQuery = "deconfliction-query",
        /// Says hit or no hit.
        DeconflictionReply = "deconfliction-reply",
        /// Tells the least that follows a hit.
        CoreData = "core-data",
        /// Asks agencies to look out.
        Notice = "notice",
        /// Reports a sighting or a hit.
        Sighting = "sighting",
        /// Asks whether a notice still stands.
        ValidityQuery = "validity-query",
        /// Says whether it does.
        ValidityConfirmation = "validity-confirmation",
        /// Challenges a notice.
        NoticeChallenge = "notice-challenge",
        /// Gives an indicator feed as a whole.
        FeedSnapshot = "feed-snapshot",
        /// Gives what changed in it.
        FeedDelta = "feed-delta",
        /// Asks for what was missed of it.
        FeedGapRequest = "feed-gap-request",
        /// Reports what blocking did.
        BlockEffectReport = "block-effect-report",
        /// Disputes an entry of a feed.
        IndicatorDispute = "indicator-dispute",
        /// Decides a dispute.
        DisputeDecision = "dispute-decision",
        /// Asks for an arrest before the full request.
        ProvisionalArrestRequest = "provisional-arrest-request",
        /// Tells what happened to a person in custody.
        CustodyEvent = "custody-event",
        /// Tells that a refusal is coming.
        IntentToRefuse = "intent-to-refuse",
        /// Answers it before the decision.
        ConsultationViews = "consultation-views",
        /// Accepts the conditions of a grant.
        ConditionsAccepted = "conditions-accepted",
        /// Proposes when and how people are handed over.
        CustodyTransferSchedule = "custody-transfer-schedule",
        /// Answers a schedule.
        ScheduleAnswer = "schedule-answer",
        /// Tells that a leg has begun.
        LegRelease = "leg-release",
        /// Tells that a leg failed and the people are back.
        LegReturn = "leg-return",
        /// Certifies what happened at the line.
        HandoverCertificate = "handover-certificate",
        /// Countersigns it.
        CertificateCountersignature = "certificate-countersignature",
        /// Asks for what a grant did not cover.
        SpecialtyConsentRequest = "specialty-consent-request",
        /// Decides on that.
        SpecialtyConsentDecision = "specialty-consent-decision",
        /// Chooses between requests for one person.
        ConcurrentRequests = "concurrent-requests",
        /// Tells what became of a case.
        CaseOutcomeNotice = "case-outcome-notice",
        /// Tells of something that happened after a handover.
        PostHandoverIncident = "post-handover-incident",
        /// Proposes who travels together.
        BatchManifest = "batch-manifest",
        /// Strikes or confirms entries of a manifest.
        ManifestReview = "manifest-review",
        /// Seals a manifest.
        ManifestSeal = "manifest-seal",
        /// Takes people off a sealed manifest.
        ManifestRemoval = "manifest-removal",
        /// Promises to take people.
        ReceptionGuarantee = "reception-guarantee",
        /// Lets people through.
        TransitAuthorisation = "transit-authorisation",
        /// Accounts for everybody on a manifest.
        BatchReconciliation = "batch-reconciliation",
        /// Asks that somebody be rescued.
        RescueRequest = "rescue-request",
        /// Tells how a rescue stands.
        RescueUpdate = "rescue-update",
        /// Tells whether a person is a victim.
        VictimScreeningReport = "victim-screening-report",
        /// Proposes to act together.
        JointOperationProposal = "joint-operation-proposal",
        /// Says whether a Party takes part.
        ParticipationReply = "participation-reply",
        /// Plans an operation.
        OperationPlan = "operation-plan",
        /// Signs one version of a plan.
        PlanSignature = "plan-signature",
        /// Gives a task to a Party.
        OperationTasking = "operation-tasking",
        /// Says how a task stands.
        TaskReport = "task-report",
        /// Says go, hold, abort or stand down.
        OperationSignal = "operation-signal",
        /// Declares where an operation stands.
        OperationStatus = "operation-status",
        /// Says what an operation came to.
        OperationResult = "operation-result",
        /// Asks that data be kept.
        DataPreservationRequest = "data-preservation-request",
        /// Says whether they are.
        DataPreservationReply = "data-preservation-reply",
        /// Hands exhibits over.
        EvidenceTransfer = "evidence-transfer",
        /// Says how they arrived.
        EvidenceReceipt = "evidence-receipt",
        /// Asks that assets be frozen.
        FreezingRequest = "freezing-request",
        /// Says what became of each asset.
        FreezingReport = "freezing-report",
        /// Asks that a freeze last longer.
        FreezingExtensionRequest = "freezing-extension-request",
        /// Asks for frozen assets.
        AssetRecoveryRequest = "asset-recovery-request",
        /// Decides on a recovery.
        AssetRecoveryDecision = "asset-recovery-decision",
        /// Turns an asset into money before it is decided on.
        InterimDisposal = "interim-disposal",
        /// Says where assets went.
        AssetDispositionNotice = "asset-disposition-notice",
        /// Says what a meeting is to decide.
        MeetingAgenda = "meeting-agenda",
        /// Proposes an item for an agenda.
        AgendaItem = "agenda-item",
        /// Objects to an agenda or an item.
        AgendaObjection = "agenda-objection",
        /// Declares where a cycle of meetings stands.
        CycleStatus = "cycle-status",
        /// Says what a meeting decided.
        MeetingMinutes = "meeting-minutes",
        /// Says whether a Party adopts minutes.
        MinutesAdoption = "minutes-adoption",
        /// Says how an action stands.
        ActionReport = "action-report",
        /// Holds one version of what Parties sign.
        OutcomeDocument = "outcome-document",
        /// Opens a frozen text again.
        OutcomeReopening = "outcome-reopening",
        /// Signs a package.
        SignatureStatement = "signature-statement",
        /// Confirms a signature that was given ad referendum.
        SignatureConfirmation = "signature-confirmation",
        /// Takes a signature back.
        SignatureRetraction = "signature-retraction",
        /// Lists every signature.
        SigningRecord = "signing-record",
        /// Declares what became of a document.
        OutcomeStatus = "outcome-status",
        /// Gives figures and says what they count.
        SituationReport = "situation-report",
    }
}

impl Kind {
    /// Every kind, in the order of registration.
    pub const fn all() -> &'static [Self] {
        Self::ALL
    }
}

/// On the wire a kind is its text, so that one which is not known can still be named in a refusal.
impl Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl de::Visitor<'_> for Reader {
            type Value = Kind;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a registered kind of message")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Kind, E> {
                Kind::parse(text).ok_or_else(|| E::custom("a kind that is not registered"))
            }
        }

        deserializer.deserialize_str(Reader)
    }
}
