//! Where everybody is: for each leg what went in is what came out.

use alloc::format;

use crate::crypto::digest::Digest;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::values::Ordinal;

record! {
    /// How many were taken off, by reason.
    RemovedCounts {
        /// For their health.
        medical: u64,
        /// As possible victims.
        victim: u64,
        /// Because the law stands against it.
        legal: u64,
        /// For another reason, or not taken by the receiving side.
        other: u64,
    }
}

record! {
    /// What became of everybody on one leg.
    LegReconciliation {
        /// Which leg of the schedule, from 1.
        leg: Ordinal,
        /// Digest of the message that has its certificate.
        certificate: Digest,
        /// How many it began with: on the first leg all entries of the version, later those whom the leg before transferred.
        sealed: u64,
        /// How many were handed over.
        transferred: u64,
        /// How many were taken off.
        removed: RemovedCounts,
        /// How many did not appear.
        no_show: u64,
        /// How many escaped.
        escaped: u64,
    }
    rules(at, faults) {
        // spec: msgk-82
        if let (Some(sealed), Some(transferred), Some(removed), Some(no_show), Some(escaped)) =
            (sealed, transferred, &removed, no_show, escaped)
        {
            let parts =
                [transferred, removed.medical, removed.victim, removed.legal, removed.other, no_show, escaped];
            let found = parts.into_iter().fold(0, u64::saturating_add);
            if found != sealed {
                let reason = format!("{sealed} were sealed, {found} are accounted for: count again");
                faults.add(&at.key("sealed"), FaultCode::Conflicting, reason);
            }
        }
    }
}

record! {
    /// Accounts for everybody on a manifest, leg by leg. Source: DOMAIN 3.2, spec msgk-82.
    BatchReconciliation {
        /// Which version was sealed, from 1.
        version: Ordinal,
        /// The legs, in order.
        legs: OneOrMore<LegReconciliation>,
    }
    rules(at, faults) {
        // spec: msgk-82
        if let Some(legs) = &legs {
            let legs_at = at.key("legs");
            list::demand_sequence(legs.iter().map(|leg| leg.leg.get()), "leg", &legs_at, faults);
            legs_join(legs, &legs_at, faults);
        }
    }
}

/// A leg begins with those whom the one before it transferred.
fn legs_join(legs: &OneOrMore<LegReconciliation>, at: &Pointer<'_>, faults: &mut Faults) {
    for (index, (leg, next)) in legs.iter().zip(legs.iter().skip(1)).enumerate() {
        if leg.transferred != next.sealed {
            let reason = format!(
                "the leg before transferred {}, this one begins with {}: count again",
                leg.transferred, next.sealed
            );
            let at = at.item(index.saturating_add(1));
            faults.add(&at.key("sealed"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for BatchReconciliation {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
