//! A message could not be taken as it came.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::LocalizedText;

choice! {
    /// What was wrong. Source: DOMAIN 2.1.
    RejectionCode {
        /// A signature does not hold.
        BadSignature = "bad-signature",
        /// It does not have the form of its kind.
        Schema = "schema",
        /// Its sender may not take this step.
        NotEntitled = "not-entitled",
        /// The recipient cannot honour its restrictions.
        HandlingUnsupported = "handling-unsupported",
        /// Something that is needed is not there.
        MissingField = "missing-field",
        /// Somebody else is competent.
        NotForUs = "not-for-us",
    }
}

// spec: msgk-40
record! {
    /// Sends a message back to whoever has to fix or redirect it. Source: DOMAIN 2.1, spec msgk-40.
    Rejection {
        /// The message.
        of: MessageId,
        /// What was wrong.
        code: RejectionCode,
        /// What the sender has to fix, or to whom the message belongs.
        detail: LocalizedText,
    }
}

impl BodyRules for Rejection {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
