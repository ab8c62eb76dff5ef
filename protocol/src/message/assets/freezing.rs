//! One Party asks another to keep assets from moving.

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::identifier::Asset;
use crate::message::intelligence::report::Organisation;
use crate::message::list::OneOrMore;
use crate::message::person::PersonRecord;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::urgency::Urgency;
use crate::message::values::Money;

choice! {
    /// What is asked for. Source: DOMAIN 2.5 and 3.6.
    FreezingMeasure {
        /// A short hold by police or a financial intelligence unit, until a formal request arrives.
        EmergencyHold = "emergency-hold",
        /// The execution of an order.
        Order = "order",
    }
}

choice! {
    /// Who may be told. Source: DOMAIN annex.
    TipOffRisk {
        /// Nobody may be told, the bank neither.
        TellNobody = "tell-nobody",
        /// The bank may be told, the holder may not.
        TellBankOnly = "tell-bank-only",
        /// Both may be told.
        None = "none",
    }
}

tagged! {
    /// Whose the assets are.
    AssetOwner {
        /// A person's.
        Person(Box<PersonRecord>) = "person",
        /// An organisation's.
        Organisation(Organisation) = "organisation",
    }
}

record! {
    /// Asks that assets be frozen. Source: DOMAIN 2.5, spec msgk-100.
    FreezingRequest {
        /// What is asked for.
        measure: FreezingMeasure,
        /// Which assets, in the order in which reports number them.
        assets: OneOrMore<Asset>,
        /// How they come from the offence or serve it.
        link_to_offence: LocalizedText,
        /// How much is to be frozen at most.
        amount: Money,
        /// Whose they are, where that is known.
        owner: Option<AssetOwner>,
        /// The victims whose money it is, by their records.
        victims: Vec<RecordRef>,
        /// The order; required when one is to be executed, and only there.
        order_ref: Option<RecordRef>,
        /// Until when they are to be held.
        hold_until: Instant,
        /// Why they would be gone otherwise.
        risk_of_dissipation: LocalizedText,
        /// Who may be told.
        tip_off_risk: TipOffRisk,
        /// By when the formal request arrives, not after the end of the hold.
        formal_request_by: Instant,
    }
    rules(at, faults) {
        // spec: msgk-100
        let order_at = at.key("order_ref");
        match measure {
            Some(FreezingMeasure::Order) => {
                field::demand(order_ref.as_ref(), &order_at, faults, "whoever asks for an order's execution names it");
            }
            Some(FreezingMeasure::EmergencyHold) => {
                let reason = "an emergency hold comes before any order: with an order the measure is order";
                field::exclude(order_ref.as_ref(), &order_at, faults, reason);
            }
            None => {}
        }
        if let (Some(until), Some(by)) = (&hold_until, &formal_request_by) && by.cmp_time(until).is_gt() {
            let reason = "the formal request arrives before the hold ends";
            faults.add(&at.key("formal_request_by"), FaultCode::Conflicting, reason);
        }
    }
}

impl BodyRules for FreezingRequest {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;

    fn approval(&self, said: &Said<'_>) -> Approval {
        match (self.measure, said.urgency) {
            (FreezingMeasure::EmergencyHold, Urgency::U1) => Approval::A2,
            (FreezingMeasure::EmergencyHold, Urgency::U2 | Urgency::U3 | Urgency::U4)
            | (FreezingMeasure::Order, _) => Approval::A3,
        }
    }
}
