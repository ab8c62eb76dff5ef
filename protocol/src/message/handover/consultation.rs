//! Before a refusal the Parties talk; after a conditional grant the requesting one agrees.

use alloc::vec::Vec;

use crate::ids::MessageId;
use crate::message::approval::Approval;
use crate::message::assurance::Assurance;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::Presentable;
use crate::message::field::record;
use crate::message::handover::request::EvidenceItem;
use crate::message::list::OneOrMore;
use crate::message::refusal_ground;
use crate::message::refusal_ground::StatedGround;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;

record! {
    /// Tells that a refusal is coming, and what could change it. Source: DOMAIN 2.3, spec msgk-62.
    IntentToRefuse {
        /// Why.
        grounds: OneOrMore<StatedGround>,
        /// What could change it.
        what_could_change_it: LocalizedText,
        /// Until when the requesting Party can give its views.
        views_by: Instant,
    }
    rules(at, faults) {
        // spec: msgk-62
        let grounds = grounds.iter().flat_map(|grounds| grounds.iter());
        refusal_ground::refuse_information_grounds(grounds, &at.key("grounds"), faults);
    }
}

record! {
    /// What the requesting Party says to it. Source: DOMAIN 3.1, spec msgk-62.
    ConsultationViews {
        /// The intent to refuse.
        of: MessageId,
        /// What the requesting Party thinks of it.
        views: Option<LocalizedText>,
        /// Assurances that it gives.
        assurances: Vec<Assurance>,
        /// Evidence that it brings.
        evidence: Vec<EvidenceItem>,
    }
    rules(at, faults) {
        // spec: msgk-62
        let nothing = views.as_ref().is_some_and(Presentable::is_absent)
            && assurances.as_ref().is_some_and(Presentable::is_absent)
            && evidence.as_ref().is_some_and(Presentable::is_absent);
        if nothing {
            let reason = "an answer to an intended refusal brings views, assurances or evidence";
            faults.add(&at.key("views"), FaultCode::Missing, reason);
        }
    }
}

// spec: msgk-63
record! {
    /// Accepts the conditions of a grant. Source: DOMAIN 3.1, spec msgk-63.
    ConditionsAccepted {
        /// The decision that has the conditions.
        of: MessageId,
        /// Assurances that they ask for.
        assurances: Vec<Assurance>,
    }
}

impl BodyRules for IntentToRefuse {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for ConsultationViews {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for ConditionsAccepted {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
