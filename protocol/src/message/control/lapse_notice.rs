//! A term ended. A clock alone moves nothing: the side that may say so says so.

use crate::ids::MessageId;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field::record;
use crate::message::list;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;

// spec: msgk-40
record! {
    /// Says that the term of a request ended unused. Source: DOMAIN 3.0, spec msgk-40.
    LapseNotice {
        /// The request that set the term.
        of: MessageId,
        /// What follows from it.
        reason: Option<LocalizedText>,
        /// The claims whose claimants were told that an asset goes free; none twice.
        claimants_told: Vec<RecordRef>,
    }
    rules(at, faults) {
        // spec: msgk-137
        list::refuse_repeated(claimants_told.iter().flatten(), &at.key("claimants_told"), faults);
    }
}

impl BodyRules for LapseNotice {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
