//! One Party proposes to act together.

use alloc::collections::BTreeSet;

use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Site;

record! {
    /// Proposes a joint operation. Source: DOMAIN 2.4, spec msgk-90.
    JointOperationProposal {
        /// What it is called.
        name: Line,
        /// What it is to achieve.
        objective: LocalizedText,
        /// The reports that show the threat.
        threat_basis: OneOrMore<MessageId>,
        /// Where.
        sites: OneOrMore<Site>,
        /// Which Parties are asked to take part.
        candidate_parties: BTreeSet<Party>,
        /// When.
        window: TimeRange,
        /// By when they answer, not after the window opens.
        reply_by: Instant,
        /// Who may know of it.
        confidentiality: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-90
        if let (Some(window), Some(reply_by)) = (&window, &reply_by) && reply_by.cmp_time(&window.from).is_gt() {
            let reason = "answers are due before the window opens";
            faults.add(&at.key("reply_by"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for JointOperationProposal {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
