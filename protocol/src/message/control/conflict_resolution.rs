//! Both sides say which of the messages that contradict each other counts.

use crate::crypto::digest::Digest;
use crate::limits::PARENTS_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::text::LocalizedText;

record! {
    /// Ends a conflict, once each side has said the same. Source: DOMAIN 3.0, spec msgk-45.
    ConflictResolution {
        /// Digests of the messages that contradict each other; ascending, none twice.
        between: Bounded<Digest, 2, PARENTS_MAX>,
        /// The one that counts; absent when none of them does.
        prevails: Option<Digest>,
        /// Why.
        reason: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-45
        let digests = between.as_ref().map_or(&[][..], Bounded::as_slice);
        list::demand_ascending(digests, &at.key("between"), faults);
        if let (Some(between), Some(Some(prevails))) = (&between, &prevails)
            && !between.as_slice().contains(prevails)
        {
            let rule = "what prevails is one of the messages that contradict each other";
            faults.add(&at.key("prevails"), FaultCode::Conflicting, rule);
        }
    }
}

impl BodyRules for ConflictResolution {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
