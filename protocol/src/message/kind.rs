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
