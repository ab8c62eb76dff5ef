//! A recipient asks whose information it is whether it may pass it on, and the originator decides.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::record;
use crate::message::intelligence::information_reply::Authority;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::purpose::Purpose;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;

record! {
    /// Asks to pass information on. Silence is refusal. Source: DOMAIN 2.1, spec msgk-41.
    OnwardTransferRequest {
        /// The messages to pass on; none twice.
        items: OneOrMore<MessageId>,
        /// To whom; none twice.
        proposed_recipients: OneOrMore<Authority>,
        /// What they would use it for.
        purpose: Purpose,
        /// Whether it would become evidence.
        for_evidence: bool,
    }
    rules(at, faults) {
        // spec: msgk-41
        let ids = items.iter().flat_map(|items| items.iter());
        list::refuse_repeated(ids, &at.key("items"), faults);
        let each = proposed_recipients.iter().flat_map(|recipients| recipients.iter());
        let names = each.map(|recipient| (&recipient.party, &recipient.agency, &recipient.name));
        list::refuse_repeated(names, &at.key("proposed_recipients"), faults);
    }
}

record! {
    /// Decides whether information may be passed on. Source: DOMAIN 2.1, spec msgk-41.
    OnwardTransferDecision {
        /// The request.
        of: MessageId,
        /// Whether all that was asked for is granted, under the conditions if there are any.
        granted: bool,
        /// Conditions; only with a grant.
        conditions: Vec<LocalizedText>,
        /// Until when it may be passed on; only with a grant.
        valid_until: Option<Instant>,
    }
    rules(at, faults) {
        // spec: msgk-41
        if granted == Some(false) {
            field::exclude(conditions.as_ref(), &at.key("conditions"), faults, "only a grant has conditions");
            field::exclude(valid_until.as_ref(), &at.key("valid_until"), faults, "only a grant ends");
        }
    }
}

impl BodyRules for OnwardTransferRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for OnwardTransferDecision {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
