//! Where a cycle of meetings stands, as its chair writes it.

use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::coordination::agenda::MeetingDate;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;

choice! {
    /// Where it stands. Source: DOMAIN 3.8.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    CycleStanding {
        /// It will take place.
        Planned = "planned",
        /// It sits.
        InSession = "in-session",
        /// It takes place later.
        Postponed = "postponed",
        /// It does not take place.
        Cancelled = "cancelled",
        /// It is closed.
        Closed = "closed",
        /// It sits at once, without an open agenda, by consent of the Parties it concerns.
        Urgent = "urgent",
    }
}

impl CycleStanding {
    /// Whether it needs a date.
    pub const fn needs_dates(self) -> bool {
        match self {
            Self::Planned | Self::Urgent => true,
            Self::InSession | Self::Postponed | Self::Cancelled | Self::Closed => false,
        }
    }

    /// Whether others must know why.
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Postponed | Self::Cancelled | Self::Urgent => true,
            Self::Planned | Self::InSession | Self::Closed => false,
        }
    }
}

record! {
    /// That a Party agrees to meet at once.
    UrgencyConsent {
        /// Which.
        party: Party,
        /// The agency that speaks for it here.
        agency: AgencyId,
        /// Where it said so.
        consent_ref: RecordRef,
    }
}

record! {
    /// Declares where a cycle stands. Source: DOMAIN 3.8, spec msgk-108.
    CycleStatus {
        /// Which cycle.
        cycle: RecordRef,
        /// Where it stands.
        status: CycleStanding,
        /// When it sits; required when planned or urgent.
        dates_zones: Vec<MeetingDate>,
        /// Why; required when postponed, cancelled or urgent.
        reason: Option<LocalizedText>,
        /// The Parties that agree; required when urgent, and only there; Parties differ.
        consents: Vec<UrgencyConsent>,
    }
    rules(at, faults) {
        // spec: msgk-108
        let consents_at = at.key("consents");
        list::refuse_repeated(consents.iter().flatten().map(|consent| &consent.party), &consents_at, faults);
        if let Some(status) = status {
            if status.needs_dates() {
                field::demand(dates_zones.as_ref(), &at.key("dates_zones"), faults, "planned and urgent say when");
            }
            if status.needs_reason() {
                field::demand(reason.as_ref(), &at.key("reason"), faults, "postponed, cancelled and urgent say why");
            }
            if status == CycleStanding::Urgent {
                let reason = "an urgent meeting has the consent of the Parties it concerns";
                field::demand(consents.as_ref(), &consents_at, faults, reason);
            } else {
                field::exclude(consents.as_ref(), &consents_at, faults, "only an urgent meeting needs consents");
            }
        }
    }
}

impl BodyRules for CycleStatus {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
