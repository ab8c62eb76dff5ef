//! Somebody holds that an entry of a feed is wrong, and its originator decides.

use alloc::collections::BTreeSet;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;

choice! {
    /// Why an entry is disputed. Source: DOMAIN 2.2.
    DisputeGround {
        /// It was never used so.
        FalsePositive = "false-positive",
        /// Somebody else has it now.
        Reassigned = "reassigned",
        /// Others use it too.
        Shared = "shared",
        /// The police control it.
        PoliceControlled = "police-controlled",
    }
}

record! {
    /// Disputes an entry; until the decision it is watched, not blocked. Source: DOMAIN 2.2, spec msgk-58.
    IndicatorDispute {
        /// The feed.
        feed_id: RecordRef,
        /// The entry.
        entry: RecordRef,
        /// Why.
        grounds: BTreeSet<DisputeGround>,
        /// What shows it.
        evidence: Option<LocalizedText>,
    }
}

choice! {
    /// What became of a disputed entry.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    DisputeOutcome {
        /// It stays as it was.
        Kept = "kept",
        /// It stays, and something else is recommended.
        Changed = "changed",
        /// It is withdrawn.
        Withdrawn = "withdrawn",
    }
}

record! {
    /// Decides a dispute. Source: DOMAIN 2.2, spec msgk-58.
    DisputeDecision {
        /// The dispute.
        of: MessageId,
        /// What became of the entry.
        outcome: DisputeOutcome,
        /// What is recommended from now on; required exactly when it stays.
        recommended: Option<Recommended>,
        /// Why.
        reason: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-58
        let at = at.key("recommended");
        match outcome {
            Some(DisputeOutcome::Kept | DisputeOutcome::Changed) => {
                let rule = "an entry that stays says what is recommended";
                field::demand(recommended.as_ref(), &at, faults, rule);
            }
            Some(DisputeOutcome::Withdrawn) => {
                let rule = "nothing is recommended about an entry that is withdrawn";
                field::exclude(recommended.as_ref(), &at, faults, rule);
            }
            None => {}
        }
    }
}

impl BodyRules for IndicatorDispute {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for DisputeDecision {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
