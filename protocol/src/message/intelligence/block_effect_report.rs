//! What blocking did in a Party, counted.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::RecordRef;
use crate::message::time::TimeRange;

choice! {
    /// What was attempted.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    AttemptType {
        /// A call.
        Call = "call",
        /// A message.
        Message = "message",
        /// A visit of a site.
        SiteVisit = "site-visit",
        /// A payment.
        Payment = "payment",
    }
}

record! {
    /// How many attempts of one type were blocked.
    AttemptCount {
        /// Which type.
        attempt: AttemptType,
        /// How many.
        count: u64,
    }
}

record! {
    /// Reports what blocking did. Attempts are events: they are no list of people. Source: DOMAIN 2.2, spec msgk-57.
    BlockEffectReport {
        /// In which time.
        period: TimeRange,
        /// By which feed; absent when all of them count together.
        feed_id: Option<RecordRef>,
        /// How many attempts, each type once.
        attempts_blocked_by_type: OneOrMore<AttemptCount>,
    }
    rules(at, faults) {
        // spec: msgk-57
        let counts = attempts_blocked_by_type.iter().flat_map(|counts| counts.iter());
        let attempts = counts.map(|count| count.attempt);
        list::refuse_repeated(attempts, &at.key("attempts_blocked_by_type"), faults);
    }
}

impl BodyRules for BlockEffectReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
