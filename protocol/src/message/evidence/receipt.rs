//! What arrived, and whether it is what left. A discrepancy is recorded; nothing is overwritten.

use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::time::Instant;
use crate::message::values::Site;
use crate::message::values::TaggedDigest;

record! {
    /// How an exhibit differs from what was said of it.
    EvidenceDiscrepancy {
        /// Its record.
        record_ref: RecordRef,
        /// How.
        what: LocalizedText,
        /// Who found it.
        found_by: StaffNumber,
        /// The seal that was found.
        seal_found: Option<RecordRef>,
        /// The hash that was found.
        hash_found: Option<TaggedDigest>,
    }
}

record! {
    /// How one exhibit arrived. Source: DOMAIN 2.5, spec msgk-99.
    ExhibitReceipt {
        /// Which.
        exhibit_number: RecordRef,
        /// Whether its seal is whole and has the number that was said.
        seal_ok: bool,
        /// Whether its hashes are those that were said; absent for a thing without hashes.
        hash_ok: Option<bool>,
        /// How it differs; required when seal or hash are not as they were said, and only there.
        discrepancy: Option<EvidenceDiscrepancy>,
    }
    rules(at, faults) {
        // spec: msgk-99
        if let (Some(seal_ok), Some(hash_ok)) = (seal_ok, hash_ok) {
            let at = at.key("discrepancy");
            if seal_ok && hash_ok != Some(false) {
                let reason = "an exhibit whose seal and hash are whole has no discrepancy";
                field::exclude(discrepancy.as_ref(), &at, faults, reason);
            } else {
                let reason = "an exhibit whose seal or hash is broken has a discrepancy";
                field::demand(discrepancy.as_ref(), &at, faults, reason);
            }
        }
    }
}

record! {
    /// Says what arrived. Source: DOMAIN 2.5, spec msgk-99.
    EvidenceReceipt {
        /// Exhibit by exhibit; numbers differ.
        per_exhibit: OneOrMore<ExhibitReceipt>,
        /// When it arrived.
        received_at: Instant,
        /// Where.
        place: Site,
        /// Digest of what the giver signed.
        sig_from: TaggedDigest,
        /// Digest of what the taker signed.
        sig_to: TaggedDigest,
    }
    rules(at, faults) {
        // spec: msgk-99
        let numbers = per_exhibit.iter().flat_map(|exhibits| exhibits.iter()).map(|entry| &entry.exhibit_number);
        list::refuse_repeated(numbers, &at.key("per_exhibit"), faults);
    }
}

impl BodyRules for EvidenceReceipt {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
