//! When, where and by whom people are handed over, leg by leg, and whether each Party of a leg agrees.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::identifier::Phone;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::pointer::Pointer;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::StaffNumber;
use crate::message::text::ZoneName;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Ordinal;
use crate::message::values::Site;

record! {
    /// Who accompanies the people on a leg.
    LegEscorts {
        /// How many officers go with each person of high risk.
        per_high_risk: u64,
        /// Who they are, by their staff numbers.
        names_by_staff_no: OneOrMore<StaffNumber>,
        /// Whether they are armed.
        armed: bool,
    }
}

record! {
    /// One leg: from one holder to the next.
    TransferLeg {
        /// Its number, from 1.
        n: Ordinal,
        /// Which Party gives the people.
        releasing: AgencyId,
        /// Which Party takes them.
        receiving: AgencyId,
        /// Where.
        point: Site,
        /// When.
        window: TimeRange,
        /// The time zone of the point.
        zone: ZoneName,
        /// By which means.
        transport: LocalizedText,
        /// How many people it can carry.
        capacity: u64,
        /// Who goes with them.
        escorts: LegEscorts,
        /// Medical care on the way.
        medical: Option<LocalizedText>,
        /// Languages that are interpreted.
        interpreter: Vec<LanguageTag>,
        /// What happens when it cannot take place.
        fallback: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-64
        if releasing.is_some() && releasing == receiving {
            let reason = "a leg leads from one agency to another";
            faults.add(&at.key("receiving"), FaultCode::Conflicting, reason);
        }
        if capacity == Some(0) {
            faults.add(&at.key("capacity"), FaultCode::OutOfRange, "a leg carries at least one person");
        }
    }
}

record! {
    /// A moment that needs an explicit go.
    HoldPoint {
        /// On which leg.
        leg: Ordinal,
        /// When.
        at: Instant,
        /// What waits for it.
        what: LocalizedText,
        /// From which Parties.
        go_from: BTreeSet<AgencyId>,
    }
}

record! {
    /// A desk that answers day and night.
    DutyContact {
        /// Of which Party.
        agency: AgencyId,
        /// What it is called.
        desk: Line,
        /// Its number.
        phone: Phone,
    }
}

record! {
    /// Proposes when and how people are handed over. Source: DOMAIN 2.3, spec msgk-64.
    CustodyTransferSchedule {
        /// Which version, from 1.
        version: Ordinal,
        /// Its legs, in order.
        legs: OneOrMore<TransferLeg>,
        /// When and how people may be restrained.
        restraint_rules: LocalizedText,
        /// Moments that need a go.
        hold_points: OneOrMore<HoldPoint>,
        /// Where each Party is reached day and night.
        contacts_24h: OneOrMore<DutyContact>,
        /// Afterwards a cancellation needs a call and a reason.
        cancel_cutoff: Instant,
    }
    rules(at, faults) {
        // spec: msgk-64
        if let Some(legs) = &legs {
            let legs_at = at.key("legs");
            list::demand_sequence(legs.iter().map(|leg| leg.n.get()), "n", &legs_at, faults);
            legs_join(legs, &legs_at, faults);

            let agencies = legs.iter().flat_map(|leg| [&leg.releasing, &leg.receiving]).collect();
            if let Some(points) = &hold_points {
                points_belong(points, (legs, &agencies), &at.key("hold_points"), faults);
            }
            let reached = |contacts: &OneOrMore<DutyContact>| {
                agencies.iter().all(|agency| contacts.iter().any(|contact| contact.agency == **agency))
            };
            if contacts_24h.as_ref().is_some_and(|contacts| !reached(contacts)) {
                let reason = "every agency of a leg is reached day and night: name a desk of each";
                faults.add(&at.key("contacts_24h"), FaultCode::Missing, reason);
            }
            let late = |cutoff: &Instant| {
                legs.iter().next().is_some_and(|leg| cutoff.cmp_time(&leg.window.to).is_gt())
            };
            if cancel_cutoff.as_ref().is_some_and(late) {
                let reason = "a cutoff comes before the window of the first leg ends";
                faults.add(&at.key("cancel_cutoff"), FaultCode::Conflicting, reason);
            }
        }
    }
}

/// Whoever takes the people gives them on the next leg, and no leg begins before the one before it.
fn legs_join(legs: &OneOrMore<TransferLeg>, at: &Pointer<'_>, faults: &mut Faults) {
    for (index, (leg, next)) in legs.iter().zip(legs.iter().skip(1)).enumerate() {
        let at = at.item(index.saturating_add(1));
        if leg.receiving != next.releasing {
            let reason = "the agency that receives on one leg releases on the next";
            faults.add(&at.key("releasing"), FaultCode::Conflicting, reason);
        }
        if leg.window.from.cmp_time(&next.window.from).is_gt() {
            let reason = "a leg does not begin before the one before it";
            faults.add(&at.key("window"), FaultCode::Conflicting, reason);
        }
    }
}

/// A hold point stands on a leg of the schedule and waits for Parties of its legs.
fn points_belong(
    points: &OneOrMore<HoldPoint>,
    (legs, agencies): (&OneOrMore<TransferLeg>, &BTreeSet<&AgencyId>),
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    for (index, point) in points.iter().enumerate() {
        let at = at.item(index);
        if !legs.iter().any(|leg| leg.n == point.leg) {
            let reason = "a hold point stands on a leg of the schedule";
            faults.add(&at.key("leg"), FaultCode::Conflicting, reason);
        }
        if !point.go_from.iter().all(|agency| agencies.contains(agency)) {
            let reason = "the go comes from agencies of the legs";
            faults.add(&at.key("go_from"), FaultCode::Conflicting, reason);
        }
    }
}

choice! {
    /// What a Party says to a schedule.
    ScheduleReply {
        /// It takes part.
        Accepted = "accepted",
        /// It does not.
        Declined = "declined",
        /// It takes part at another time or in another way.
        Reschedule = "reschedule",
    }
}

record! {
    /// Answers a schedule. Source: DOMAIN 3.1, spec msgk-65.
    ScheduleAnswer {
        /// Which version it answers.
        version: Ordinal,
        /// Digest of the message that has the schedule.
        schedule_digest: Digest,
        /// What the Party says.
        answer: ScheduleReply,
        /// Why; required unless it accepts.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-65
        if matches!(answer, Some(ScheduleReply::Declined | ScheduleReply::Reschedule)) {
            let text = "whoever does not accept a schedule says why";
            field::demand(reason.as_ref(), &at.key("reason"), faults, text);
        }
    }
}

impl BodyRules for CustodyTransferSchedule {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for ScheduleAnswer {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
