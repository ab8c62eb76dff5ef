//! A freeze is to last longer. The answer is a report with a later end.

use alloc::collections::BTreeSet;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Ordinal;

// spec: msgk-102
record! {
    /// Asks that a freeze last longer. Source: DOMAIN 3.6, spec msgk-102.
    FreezingExtensionRequest {
        /// Which of the request's assets, from 1.
        assets: BTreeSet<Ordinal>,
        /// Until when.
        extend_until: Instant,
        /// Why.
        reason: LocalizedText,
        /// The order on which it rests, where there is one.
        order_ref: Option<RecordRef>,
    }
}

impl BodyRules for FreezingExtensionRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
