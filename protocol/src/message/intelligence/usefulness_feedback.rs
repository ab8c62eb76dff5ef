//! What became of something that was told or answered.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::LocalizedText;

choice! {
    /// How useful something was.
    Usefulness {
        /// The case stands on it.
        Decisive = "decisive",
        /// It helped.
        Useful = "useful",
        /// It was known already.
        KnownAlready = "known-already",
        /// It did not help.
        NotUseful = "not-useful",
    }
}

choice! {
    /// What something led to.
    FeedbackResult {
        /// A new case.
        NewCase = "new-case",
        /// It is known who somebody is.
        Identification = "identification",
        /// An arrest.
        Arrest = "arrest",
        /// A seizure or a freeze.
        Seizure = "seizure",
        /// Somebody was rescued.
        Rescue = "rescue",
        /// A loss was prevented.
        Prevention = "prevention",
    }
}

record! {
    /// Tells an author how useful its message was. Source: DOMAIN 2.2, spec msgk-47.
    UsefulnessFeedback {
        /// The message.
        of: MessageId,
        /// How useful it was.
        usefulness: Usefulness,
        /// What it led to; never with what was not useful.
        led_to: Vec<FeedbackResult>,
        /// More about it; required when it was not useful.
        detail: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-47
        if usefulness == Some(Usefulness::NotUseful) {
            field::exclude(led_to.as_ref(), &at.key("led_to"), faults, "what was not useful led to nothing");
            field::demand(detail.as_ref(), &at.key("detail"), faults, "whoever found no use says why");
        }
    }
}

impl BodyRules for UsefulnessFeedback {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
