//! A term ended. A clock alone moves nothing: the side that may say so says so.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::text::LocalizedText;

// spec: msgk-40
record! {
    /// Says that the term of a request ended unused. Source: DOMAIN 3.0, spec msgk-40.
    LapseNotice {
        /// The request that set the term.
        of: MessageId,
        /// What follows from it.
        reason: Option<LocalizedText>,
    }
}

impl BodyRules for LapseNotice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
