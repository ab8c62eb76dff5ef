//! What a meeting is to decide: the chair's agenda, and what each Party asks of it.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::field::tagged;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::text::ItemId;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::ZoneName;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Ordinal;

choice! {
    /// How far an agenda has come. Source: DOMAIN 3.8.
    AgendaStage {
        /// Parties may propose and object.
        Open = "open",
        /// It stands.
        Adopted = "adopted",
    }
}

choice! {
    /// Who meets. Source: DOMAIN 2.6.
    MeetingLevel {
        /// Ministers.
        Ministerial = "ministerial",
        /// Senior officials.
        SeniorOfficials = "senior-officials",
        /// A working group.
        WorkingGroup = "working-group",
        /// Whoever is needed at once.
        Urgent = "urgent",
    }
}

record! {
    /// An action of another cycle that a meeting comes back to.
    CarriedAction {
        /// The cycle.
        cycle: RecordRef,
        /// The action, as its minutes name it.
        action: ItemId,
    }
}

record! {
    /// One item of an agenda.
    AgendaEntry {
        /// Its number.
        n: Ordinal,
        /// What it is called.
        title: Line,
        /// Which Party proposed it.
        proposer: Party,
        /// The papers, by digest.
        docs: Vec<Digest>,
        /// What is to be decided.
        decision_sought: LocalizedText,
        /// The actions of other cycles to which it comes back; none twice.
        carries: Vec<CarriedAction>,
    }
    rules(at, faults) {
        // spec: msgk-138
        let named = carries.iter().flatten().map(|carried| (&carried.cycle, &carried.action));
        list::refuse_repeated(named, &at.key("carries"), faults);
    }
}

record! {
    /// When a meeting takes place, in the zone of its place.
    MeetingDate {
        /// From and to when.
        window: TimeRange,
        /// The zone.
        zone: ZoneName,
    }
}

record! {
    /// The agenda of a meeting. Source: DOMAIN 2.6, spec msgk-107.
    MeetingAgenda {
        /// How far it has come.
        stage: AgendaStage,
        /// The cycle it belongs to.
        cycle: RecordRef,
        /// Who meets.
        level: MeetingLevel,
        /// What is to be decided; numbers differ.
        items: OneOrMore<AgendaEntry>,
        /// When.
        dates_zones: OneOrMore<MeetingDate>,
        /// Who may watch.
        observers: Vec<Line>,
        /// Until when Parties may propose and object, not after the meeting begins.
        objections_by: Instant,
    }
    rules(at, faults) {
        // spec: msgk-107
        let numbers = items.iter().flat_map(|items| items.iter()).map(|item| item.n);
        list::refuse_repeated(numbers, &at.key("items"), faults);
        if let (Some(dates), Some(by)) = (&dates_zones, &objections_by)
            && dates.iter().any(|date| by.cmp_time(&date.window.from).is_gt())
        {
            let reason = "objections are due before the meeting begins";
            faults.add(&at.key("objections_by"), FaultCode::Conflicting, reason);
        }
    }
}

record! {
    /// Proposes an item for the agenda. Source: DOMAIN 3.8, spec msgk-107.
    AgendaItem {
        /// What it is called.
        title: Line,
        /// The papers, by digest.
        docs: Vec<Digest>,
        /// What is to be decided.
        decision_sought: LocalizedText,
        /// Why it is brought now.
        reason: Option<LocalizedText>,
    }
}

tagged! {
    /// Against what an objection is.
    ObjectionTarget {
        /// The agenda as a whole, or a proposal: the message that holds it.
        Message(Digest) = "message",
        /// One item, by its number.
        Item(Ordinal) = "item",
    }
}

record! {
    /// Objects to an agenda or an item; it then goes to the chair. Source: DOMAIN 3.8, spec msgk-107.
    AgendaObjection {
        /// Against what.
        of: ObjectionTarget,
        /// Why.
        reason: LocalizedText,
    }
}

impl BodyRules for MeetingAgenda {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for AgendaItem {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}

impl BodyRules for AgendaObjection {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
