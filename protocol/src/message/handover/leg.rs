//! A leg begins, or fails and the people go back.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;

// spec: msgk-66
record! {
    /// The holder lets the first person go on a leg. Source: DOMAIN 3.1, spec msgk-66.
    LegRelease {
        /// Which leg of the schedule, from 1.
        leg: Ordinal,
        /// When.
        at: Instant,
        /// Where.
        place: Site,
    }
}

// spec: msgk-66
record! {
    /// A leg failed, and the people are back with whoever released them; both sides say it. Source: DOMAIN 3.1, spec msgk-66.
    LegReturn {
        /// Which leg of the schedule, from 1.
        leg: Ordinal,
        /// When they were back.
        at: Instant,
        /// Why.
        reason: LocalizedText,
    }
}

impl BodyRules for LegRelease {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for LegReturn {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
