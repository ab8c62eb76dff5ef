//! Asks that somebody be held until the full request comes.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::offence::Offence;
use crate::message::person::PersonRecord;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Site;

record! {
    /// Asks for an arrest before the full request. Source: DOMAIN 2.3, spec msgk-60.
    ProvisionalArrestRequest {
        /// Whom; never a presumed or identified victim.
        person: PersonRecord,
        /// Where the person is believed to be.
        location: Site,
        /// For which offences.
        offences: OneOrMore<Offence>,
        /// The warrant on which it rests.
        warrant_ref: RecordRef,
        /// The promise that the full request follows; always given.
        undertaking_to_request: bool,
        /// By when it comes; otherwise the person goes free.
        full_request_by: Instant,
    }
    rules(at, faults) {
        // spec: msgk-60
        if person.as_ref().is_some_and(|person| person.category.is_victim()) {
            let reason = "nobody arrests a presumed or identified victim: open a rescue instead";
            faults.add(&at.key("person").key("category"), FaultCode::Conflicting, reason);
        }
        if undertaking_to_request == Some(false) {
            let reason = "an arrest is asked for with the promise of a full request only: true";
            faults.add(&at.key("undertaking_to_request"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for ProvisionalArrestRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
