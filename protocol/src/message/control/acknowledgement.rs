//! A human took a message.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::text::Line;
use crate::message::time::Instant;

// spec: msgk-20
record! {
    /// Proves that a human took a message. Source: DOMAIN 2.1, spec msgk-20.
    Acknowledgement {
        /// The message.
        of: MessageId,
        /// The unit that works on it.
        assigned_unit: Line,
        /// By when an answer can be expected.
        expected_by: Option<Instant>,
    }
}

impl BodyRules for Acknowledgement {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
