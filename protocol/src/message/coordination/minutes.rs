//! What a meeting decided, whether each Party agrees that it did, and what became of it.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::list::Stated;
use crate::message::text::ItemId;
use crate::message::text::LanguageTag;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::text::RecordRef;
use crate::message::text::StaffNumber;
use crate::message::time::Instant;
use crate::message::values::Ordinal;

record! {
    /// Who was there for one Party.
    Attendance {
        /// Which.
        party: Party,
        /// By their staff numbers.
        delegates: OneOrMore<StaffNumber>,
    }
}

record! {
    /// What was decided.
    MinutedDecision {
        /// On which item of the agenda; absent for what came up in the room.
        item: Option<Ordinal>,
        /// What.
        what: LocalizedText,
    }
}

record! {
    /// What somebody has to do. Source: DOMAIN 2.6.
    ActionItem {
        /// By which reports name it.
        id: ItemId,
        /// Which Party has to do it.
        owner: Party,
        /// Which of its agencies does it, and reports of it.
        agency: AgencyId,
        /// By when.
        due: Instant,
        /// What.
        measure: LocalizedText,
    }
}

record! {
    /// What a Party holds apart from what was decided.
    MinutedReservation {
        /// Which.
        party: Party,
        /// What.
        what: LocalizedText,
    }
}

record! {
    /// The minutes of a meeting. Source: DOMAIN 2.6, spec msgk-109.
    MeetingMinutes {
        /// The cycle it belongs to.
        cycle: RecordRef,
        /// Who was there; Parties differ.
        attendance: OneOrMore<Attendance>,
        /// Who watched.
        observers: Vec<Line>,
        /// What was decided; an empty list states that nothing was.
        decisions: Stated<MinutedDecision>,
        /// What is to be done; ids differ; an empty list states that nothing is.
        actions: Stated<ActionItem>,
        /// What Parties hold apart.
        reservations: Vec<MinutedReservation>,
        /// In which languages they stand.
        languages: Vec<LanguageTag>,
        /// Until when silence means that a Party agrees; absent when each has to say so.
        silence_until: Option<Instant>,
    }
    rules(at, faults) {
        // spec: msgk-109
        let parties = attendance.iter().flat_map(|attendance| attendance.iter()).map(|entry| &entry.party);
        list::refuse_repeated(parties, &at.key("attendance"), faults);
        let ids = actions.iter().flat_map(|actions| actions.as_slice()).map(|action| &action.id);
        list::refuse_repeated(ids, &at.key("actions"), faults);
    }
}

choice! {
    /// What a Party says of minutes.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    AdoptionAnswer {
        /// It adopts them.
        Adopt = "adopt",
        /// It objects; they go back to the chair.
        Object = "object",
        /// It adopts them with a reservation.
        Reserve = "reserve",
    }
}

record! {
    /// Says whether the sender's Party adopts minutes. Source: DOMAIN 2.6 and 3.8, spec msgk-110.
    MinutesAdoption {
        /// The message that holds them.
        minutes_digest: Digest,
        /// What it says.
        answer: AdoptionAnswer,
        /// What it holds apart; required with a reservation, and only there.
        reservation: Option<LocalizedText>,
        /// Why it objects; required with an objection, and only there.
        reason: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-110
        if let Some(answer) = answer {
            let (reservation_at, reason_at) = (at.key("reservation"), at.key("reason"));
            if answer == AdoptionAnswer::Reserve {
                field::demand(reservation.as_ref(), &reservation_at, faults, "whoever reserves says what");
            } else {
                field::exclude(reservation.as_ref(), &reservation_at, faults, "a reservation is answered with reserve");
            }
            if answer == AdoptionAnswer::Object {
                field::demand(reason.as_ref(), &reason_at, faults, "whoever objects says why");
            } else {
                field::exclude(reason.as_ref(), &reason_at, faults, "only an objection has a reason");
            }
        }
    }
}

choice! {
    /// How an action stands.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    ActionStatus {
        /// It is under way.
        InProgress = "in-progress",
        /// It is done.
        Done = "done",
        /// It cannot be done.
        Cannot = "cannot",
    }
}

record! {
    /// Says how an action stands, by its owner. Source: DOMAIN 3.8, spec msgk-111.
    ActionReport {
        /// Which.
        action_id: ItemId,
        /// How it stands.
        status: ActionStatus,
        /// More about it; required when it cannot be done.
        note: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-111
        if status == Some(ActionStatus::Cannot) {
            field::demand(note.as_ref(), &at.key("note"), faults, "what cannot be done has a note that says why");
        }
    }
}

impl BodyRules for MeetingMinutes {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for MinutesAdoption {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for ActionReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
