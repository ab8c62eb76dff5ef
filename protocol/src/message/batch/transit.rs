//! The receiving Party promises to take people, and a Party between lets them through.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::record;
use crate::message::list::OneOrMore;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::values::Ordinal;
use crate::message::values::Site;

record! {
    /// The receiving Party promises to take people. Source: DOMAIN 2.3, spec msgk-81.
    ReceptionGuarantee {
        /// Of which version of the manifest, from 1.
        version: Ordinal,
        /// Which entries.
        entries: BTreeSet<Ordinal>,
        /// Whether it confirms that they are its nationals.
        confirms_nationality: bool,
        /// Whether it takes them even if a later leg fails.
        accepts_if_turned_back: bool,
        /// Until when.
        valid_until: Instant,
    }
    rules(at, faults) {
        // spec: msgk-81
        if confirms_nationality == Some(false) && accepts_if_turned_back == Some(false) {
            let reason = "a guarantee confirms the nationality, or takes the people whatever happens";
            faults.add(&at.key("accepts_if_turned_back"), FaultCode::Conflicting, reason);
        }
    }
}

record! {
    /// A Party between lets people through. Source: DOMAIN 2.3, spec msgk-81.
    TransitAuthorisation {
        /// How many a day.
        daily_capacity: u64,
        /// Where they come in and go out.
        points: OneOrMore<Site>,
        /// Which health checks they pass.
        health_checks: LocalizedText,
        /// On which conditions.
        conditions: Vec<LocalizedText>,
        /// Who screens them for signs of a victim on the way.
        screening_performed_by: Line,
    }
    rules(at, faults) {
        // spec: msgk-81
        if daily_capacity == Some(0) {
            let reason = "at least one person a day is let through";
            faults.add(&at.key("daily_capacity"), FaultCode::OutOfRange, reason);
        }
    }
}

impl BodyRules for ReceptionGuarantee {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}

impl BodyRules for TransitAuthorisation {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A3;
}
