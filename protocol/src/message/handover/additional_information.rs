//! What is missing before a decision, and the answer.

use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::ItemId;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;

record! {
    /// One thing that is missing.
    MissingItem {
        /// By which the answer names it.
        id: ItemId,
        /// What.
        what: LocalizedText,
        /// Why it is needed.
        why: LocalizedText,
        /// The test of law that it must meet.
        legal_test: LocalizedText,
    }
}

choice! {
    /// What happens when it does not come.
    EffectIfMissing {
        /// Only a part can be decided.
        PartialDecision = "partial-decision",
        /// The request is refused.
        Refusal = "refusal",
        /// The request lapses.
        Lapse = "lapse",
    }
}

record! {
    /// Asks for what is missing. Source: DOMAIN 2.3, spec msgk-21.
    AdditionalInformationRequest {
        /// What is missing; ids differ.
        items: OneOrMore<MissingItem>,
        /// By when.
        due: Instant,
        /// What happens otherwise.
        effect_if_missing: EffectIfMissing,
    }
    rules(at, faults) {
        // spec: msgk-21
        let ids = items.iter().flat_map(|items| items.iter()).map(|item| &item.id);
        list::refuse_repeated(ids, &at.key("items"), faults);
    }
}

choice! {
    /// How much of an item comes with the answer.
    AnswerStatus {
        /// All of it.
        Full = "full",
        /// A part of it.
        Partial = "partial",
        /// Nothing.
        NotAvailable = "not-available",
    }
}

record! {
    /// The answer to one item.
    ItemAnswer {
        /// The item.
        item_id: ItemId,
        /// How much comes.
        status: AnswerStatus,
        /// The answer; required unless nothing comes.
        content: Option<LocalizedText>,
        /// Exhibits or statements that come with it.
        exhibits: Vec<RecordRef>,
        /// Why it is not all; required unless all of it comes.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-21
        if matches!(status, Some(AnswerStatus::Full | AnswerStatus::Partial)) {
            field::demand(content.as_ref(), &at.key("content"), faults, "an answer that gives something has content");
        }
        if matches!(status, Some(AnswerStatus::Partial | AnswerStatus::NotAvailable)) {
            field::demand(reason.as_ref(), &at.key("reason"), faults, "an answer that does not give all says why");
        }
    }
}

record! {
    /// Gives what was missing. Source: DOMAIN 2.3, spec msgk-21.
    AdditionalInformationReply {
        /// One answer for each item; items differ.
        answers: OneOrMore<ItemAnswer>,
    }
    rules(at, faults) {
        let ids = answers.iter().flat_map(|answers| answers.iter()).map(|answer| &answer.item_id);
        list::refuse_repeated(ids, &at.key("answers"), faults);
    }
}

impl BodyRules for AdditionalInformationRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for AdditionalInformationReply {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
