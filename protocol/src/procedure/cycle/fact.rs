//! What the messages of a cycle of meetings state.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::message::coordination::agenda::AgendaObjection;
use crate::message::coordination::agenda::AgendaStage;
use crate::message::coordination::agenda::CarriedAction;
use crate::message::coordination::agenda::MeetingAgenda;
use crate::message::coordination::agenda::ObjectionTarget;
use crate::message::coordination::cycle::CycleStanding;
use crate::message::coordination::cycle::CycleStatus;
use crate::message::coordination::minutes::ActionItem;
use crate::message::coordination::minutes::ActionReport;
use crate::message::coordination::minutes::ActionStatus;
use crate::message::coordination::minutes::AdoptionAnswer;
use crate::message::coordination::minutes::MeetingMinutes;
use crate::message::coordination::minutes::MinutesAdoption;
use crate::message::text::ItemId;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::moment::Timestamp;

/// A fact of a cycle of meetings. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CycleFact {
    /// The chair's agenda.
    Agenda(Agenda),
    /// An item is proposed.
    ItemProposed,
    /// An item, a proposal, an agenda or an urgent call is objected to.
    Objected(Target),
    /// The chair declares where the cycle stands.
    Declared {
        /// Which cycle.
        cycle: RecordRef,
        /// Where it stands.
        status: CycleStanding,
        /// Who consents that it sits at once.
        consents: Vec<AgencyId>,
    },
    /// The minutes of a meeting.
    Minutes(Minutes),
    /// A Party says whether it adopts minutes.
    Answered {
        /// The message that holds them.
        minutes: Digest,
        /// What it says.
        answer: AdoptionAnswer,
    },
    /// How an action stands.
    Reported {
        /// Which.
        action: ItemId,
        /// How it stands.
        status: ActionStatus,
    },
}

/// What an agenda states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// Which cycle.
    pub cycle: RecordRef,
    /// Whether it stands.
    pub adopted: bool,
    /// The numbers of its items.
    pub items: Vec<u64>,
    /// The actions of other cycles to which it comes back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carries: Vec<Carried>,
    /// Until when others may propose and object.
    pub objections_by: Timestamp,
}

/// An action of another cycle to which a meeting comes back.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Carried {
    /// The cycle.
    pub cycle: RecordRef,
    /// The action.
    pub action: ItemId,
}

/// Against what an objection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// An agenda as a whole, a proposal, or an urgent call: the message that holds it.
    Message(Digest),
    /// An item, by its number.
    Item(u64),
}

/// What minutes state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// Which cycle.
    pub cycle: RecordRef,
    /// What is to be done.
    pub actions: Vec<Action>,
    /// Until when silence means that a Party agrees; absent when each has to say so.
    pub silence_until: Option<Timestamp>,
}

/// What somebody has to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// By which reports name it.
    pub id: ItemId,
    /// Who does it.
    pub owner: AgencyId,
    /// By when.
    pub due: Timestamp,
}

impl CycleFact {
    pub(in crate::procedure) fn agenda(body: &MeetingAgenda) -> Self {
        let carried = |carried: &CarriedAction| Carried {
            cycle: carried.cycle.clone(),
            action: carried.action.clone(),
        };
        Self::Agenda(Agenda {
            cycle: body.cycle.clone(),
            adopted: body.stage == AgendaStage::Adopted,
            items: body.items.iter().map(|item| item.n.get()).collect(),
            carries: body.items.iter().flat_map(|item| &item.carries).map(carried).collect(),
            objections_by: body.objections_by.at(),
        })
    }

    pub(in crate::procedure) const fn objected(body: &AgendaObjection) -> Self {
        Self::Objected(match &body.of {
            ObjectionTarget::Message(digest) => Target::Message(*digest),
            ObjectionTarget::Item(number) => Target::Item(number.get()),
        })
    }

    pub(in crate::procedure) fn declared(body: &CycleStatus) -> Self {
        Self::Declared {
            cycle: body.cycle.clone(),
            status: body.status,
            consents: body.consents.iter().map(|consent| consent.agency.clone()).collect(),
        }
    }

    pub(in crate::procedure) fn minutes(body: &MeetingMinutes) -> Self {
        let action = |item: &ActionItem| Action {
            id: item.id.clone(),
            owner: item.agency.clone(),
            due: item.due.at(),
        };
        Self::Minutes(Minutes {
            cycle: body.cycle.clone(),
            actions: body.actions.as_slice().iter().map(action).collect(),
            silence_until: body.silence_until.as_ref().map(Instant::at),
        })
    }

    pub(in crate::procedure) const fn answered(body: &MinutesAdoption) -> Self {
        Self::Answered { minutes: body.minutes_digest, answer: body.answer }
    }

    pub(in crate::procedure) fn reported(body: &ActionReport) -> Self {
        Self::Reported { action: body.action_id.clone(), status: body.status }
    }
}
