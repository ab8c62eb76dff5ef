//! Somebody or something of a notice was seen.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::custody::CustodyStatus;
use crate::message::field;
use crate::message::field::record;
use crate::message::intelligence::report::Confidence;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::values::Site;

record! {
    /// Reports a sighting, or a hit on a wanted notice. Source: DOMAIN 2.2, spec msgk-52.
    Sighting {
        /// The notice.
        notice: MessageId,
        /// Whether it is a hit on a wanted notice.
        hit_on_wanted: bool,
        /// When.
        seen_at: Instant,
        /// Where.
        place: Site,
        /// Who saw what.
        what: LocalizedText,
        /// How sure it is that it was the subject.
        confidence: Confidence,
        /// How the person stands; required with a hit on a wanted notice.
        custody_status: Option<CustodyStatus>,
        /// The confirmation that the notice stood; required when somebody holds the person.
        validity_confirmation: Option<MessageId>,
    }
    rules(at, faults) {
        // spec: msgk-52
        if hit_on_wanted == Some(true) {
            let reason = "a hit on a wanted notice says whether the person is held";
            field::demand(custody_status.as_ref(), &at.key("custody_status"), faults, reason);
        }
        if custody_status.flatten().is_some_and(CustodyStatus::is_held) {
            let reason = "whoever holds a person confirmed first that the notice stood";
            field::demand(validity_confirmation.as_ref(), &at.key("validity_confirmation"), faults, reason);
        }
    }
}

impl BodyRules for Sighting {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
