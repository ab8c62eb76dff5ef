//! Where a person is held, and until when the law allows it.

use crate::ids::Party;
use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::Line;
use crate::message::text::RecordRef;
use crate::message::time::Instant;

choice! {
    /// Whether and by whom a person is held. Source: DOMAIN 3.1.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    CustodyStatus {
        /// Not found.
        AtLarge = "at-large",
        /// Found, not held.
        Located = "located",
        /// Held.
        Held = "held",
        /// Held on a provisional request.
        ProvisionallyHeld = "provisionally-held",
        /// On the way from one holder to another.
        InTransferCustody = "in-transfer-custody",
        /// Held by the requesting Party.
        HeldByRequesting = "held-by-requesting",
        /// Set free.
        Released = "released",
        /// Escaped.
        Escaped = "escaped",
        /// Dead.
        Deceased = "deceased",
    }
}

impl CustodyStatus {
    /// Whether somebody holds the person, so that a detention clock runs.
    pub const fn is_held(self) -> bool {
        match self {
            Self::Held
            | Self::ProvisionallyHeld
            | Self::InTransferCustody
            | Self::HeldByRequesting => true,
            Self::AtLarge | Self::Located | Self::Released | Self::Escaped | Self::Deceased => {
                false
            }
        }
    }
}

record! {
    /// How long the law lets a Party hold somebody. Source: DOMAIN 1.1, spec msgk-14.
    DetentionClock {
        /// Whom.
        person_ref: RecordRef,
        /// Which Party holds the person.
        holder: Party,
        /// Since when.
        held_since: Instant,
        /// On what law.
        basis_in_law: Line,
        /// When the person goes free unless something happens.
        release_due: Instant,
        /// Until when that can be put off.
        extendable_until: Option<Instant>,
        /// Who can put it off.
        extended_by: Option<Line>,
    }
    rules(at, faults) {
        // spec: msgk-14
        if let (Some(since), Some(due)) = (&held_since, &release_due) && since.cmp_time(due).is_gt() {
            let reason = "a release is not due before the person was held";
            faults.add(&at.key("release_due"), FaultCode::Conflicting, reason);
        }
        if let (Some(due), Some(Some(until))) = (&release_due, &extendable_until) && due.cmp_time(until).is_gt() {
            let reason = "an extension does not end before the release it puts off";
            faults.add(&at.key("extendable_until"), FaultCode::Conflicting, reason);
        }
    }
}
