//! Two Parties ask for one person, and the requested one chooses.

use crate::ids::ProcedureId;
use crate::limits::LIST_MAX;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::Bounded;
use crate::message::text::LocalizedText;

record! {
    /// Chooses between requests for one person; nothing ranks them but the requested Party. Source: DOMAIN 3.1, spec msgk-70.
    ConcurrentRequests {
        /// The procedures; they differ.
        requests: Bounded<ProcedureId, 2, LIST_MAX>,
        /// The one that goes first.
        chosen: ProcedureId,
        /// Why.
        reasons: LocalizedText,
    }
    rules(at, faults) {
        // spec: msgk-70
        if let Some(requests) = &requests {
            list::refuse_repeated(requests.iter(), &at.key("requests"), faults);
            if chosen.as_ref().is_some_and(|chosen| !requests.as_slice().contains(chosen)) {
                let reason = "the request chosen is one of those named";
                faults.add(&at.key("chosen"), FaultCode::Conflicting, reason);
            }
        }
    }
}

impl BodyRules for ConcurrentRequests {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
