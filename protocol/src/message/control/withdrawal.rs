//! The author of a request takes it back.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::text::LocalizedText;

// spec: msgk-40
record! {
    /// Takes back the request that began the procedure of its header. Source: DOMAIN 2.1, spec msgk-40.
    Withdrawal {
        /// Why.
        reason: Option<LocalizedText>,
    }
}

impl BodyRules for Withdrawal {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
