//! An originator takes back what it sent, and each recipient reports what became of it.

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::intelligence::information_reply::Authority;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;

choice! {
    /// Why something is taken back. Source: DOMAIN 2.1.
    RecallReason {
        /// It should not have been sent by law.
        Unlawful = "unlawful",
        /// It went to somebody for whom it was not meant.
        WrongAddressee = "wrong-addressee",
        /// It endangers a source.
        SourceRisk = "source-risk",
        /// It is wrong.
        Inaccurate = "inaccurate",
        /// Another reason, spelled out.
        Other = "other",
    }
}

choice! {
    /// What a recipient has to do with it.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RecallAction {
        /// Put it where nobody uses it.
        Quarantine = "quarantine",
        /// Erase it.
        Erase = "erase",
    }
}

record! {
    /// Takes messages back; a recipient puts them into quarantine at once. Source: DOMAIN 2.1, spec msgk-42.
    Recall {
        /// The messages; none twice.
        targets: OneOrMore<MessageId>,
        /// Why.
        reason: RecallReason,
        /// The reason in words; required when it is another one than those listed.
        detail: Option<LocalizedText>,
        /// What a recipient has to do.
        action: RecallAction,
        /// From when on.
        effective: Instant,
    }
    rules(at, faults) {
        // spec: msgk-42
        let ids = targets.iter().flat_map(|targets| targets.iter());
        list::refuse_repeated(ids, &at.key("targets"), faults);
        if reason == Some(RecallReason::Other) {
            let rule = "a reason other than those listed is spelled out";
            field::demand(detail.as_ref(), &at.key("detail"), faults, rule);
        }
    }
}

choice! {
    /// What a recipient did.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    RecallDone {
        /// It is in quarantine, as was asked.
        Quarantined = "quarantined",
        /// It is erased.
        Erased = "erased",
        /// It is in quarantine and cannot be erased.
        CannotErase = "cannot-erase",
        /// There was nothing to take back.
        NotHeld = "not-held",
    }
}

record! {
    /// A copy that went further before the recall.
    OnwardCopy {
        /// The message that was passed on.
        item: MessageId,
        /// To whom.
        recipient: Authority,
        /// Whether the recall was passed on after it.
        recall_passed_on: bool,
    }
}

record! {
    /// Reports what became of messages that were taken back. Source: DOMAIN 2.1, spec msgk-42.
    RecallReport {
        /// The recall.
        of: MessageId,
        /// What was done.
        done: RecallDone,
        /// Every copy that went further; an empty list says that none did.
        onward_copies: Stated<OnwardCopy>,
        /// Whether it was used in proceedings.
        used_in_proceedings: bool,
        /// Why it cannot be erased; required exactly when it cannot.
        cannot_erase_reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-42
        let reason_at = at.key("cannot_erase_reason");
        match done {
            Some(RecallDone::CannotErase) => {
                let rule = "whoever cannot erase says why";
                field::demand(cannot_erase_reason.as_ref(), &reason_at, faults, rule);
            }
            Some(RecallDone::Quarantined | RecallDone::Erased | RecallDone::NotHeld) => {
                let rule = "only what cannot be erased has a reason for it";
                field::exclude(cannot_erase_reason.as_ref(), &reason_at, faults, rule);
            }
            None => {}
        }
    }
}

impl BodyRules for Recall {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for RecallReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
