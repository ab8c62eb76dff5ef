//! Whether a Party takes part; each Party speaks for itself.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::LocalizedText;

choice! {
    /// What a Party says of its own part. Source: DOMAIN 3.5.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    ParticipationAnswer {
        /// It takes part.
        Join = "join",
        /// It watches and does not act.
        Observe = "observe",
        /// It does not take part.
        Decline = "decline",
        /// It stops for a while.
        Suspend = "suspend",
        /// It goes on.
        Resume = "resume",
        /// It leaves, and its tasks end.
        Leave = "leave",
    }
}

impl ParticipationAnswer {
    /// Whether the Party is there after it, as a participant or an observer.
    pub const fn is_presence(self) -> bool {
        match self {
            Self::Join | Self::Observe | Self::Resume => true,
            Self::Decline | Self::Suspend | Self::Leave => false,
        }
    }
}

record! {
    /// Says whether the sender's Party takes part. Source: DOMAIN 2.4, spec msgk-91.
    ParticipationReply {
        /// What it says.
        answer: ParticipationAnswer,
        /// What it does not do, or does only under conditions; only where it takes part.
        limits: Option<LocalizedText>,
        /// Why; required when it declines, suspends or leaves.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-91
        if answer.is_some_and(|answer| !answer.is_presence()) {
            let rule = "whoever declines, suspends or leaves says why";
            field::demand(reason.as_ref(), &at.key("reason"), faults, rule);
            let rule = "limits belong to a part that is taken: join, observe or resume";
            field::exclude(limits.as_ref(), &at.key("limits"), faults, rule);
        }
    }
}

impl BodyRules for ParticipationReply {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
