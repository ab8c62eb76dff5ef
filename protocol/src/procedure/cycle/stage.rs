//! The stages of a cycle of meetings and of its actions, what moves them, and who may: the table of DOMAIN 3.8.

use crate::message::field::choice;
use crate::procedure::side::Side;
use crate::procedure::table::Row;
use crate::procedure::table::row;
use crate::procedure::table::stay;

choice! {
    /// Where a cycle stands. Source: DOMAIN 3.8, spec cyc-1.
    Stage {
        /// A meeting will take place.
        Planned = "planned",
        /// Others propose and object.
        AgendaOpen = "agenda-open",
        /// It stands what will be talked about.
        AgendaAdopted = "agenda-adopted",
        /// The meeting sits.
        InSession = "in-session",
        /// Minutes are written, and not agreed.
        MinutesDraft = "minutes-draft",
        /// Minutes are agreed, and nothing is to be done.
        MinutesAdopted = "minutes-adopted",
        /// Minutes are agreed, and their actions are reported.
        ActionsOpen = "actions-open",
        /// It is closed.
        Closed = "closed",
        /// The meeting takes place later.
        Postponed = "postponed",
        /// The meeting does not take place.
        Cancelled = "cancelled",
    }
}

choice! {
    /// How an action stands. Source: DOMAIN 3.8, spec cyc-1.
    ActionStage {
        /// Nothing was reported.
        Open = "open",
        /// It is under way.
        InProgress = "in-progress",
        /// It is done.
        Done = "done",
        /// It cannot be done.
        Cannot = "cannot",
    }
}

choice! {
    /// What moves a cycle or an action, by what people call it.
    Move {
        /// Others may propose and object.
        OpenAgenda = "open meeting-agenda",
        /// An item is proposed.
        Propose = "agenda-item",
        /// An item, a proposal or an agenda is objected to.
        Object = "agenda-objection",
        /// The agenda stands.
        AdoptAgenda = "adopted meeting-agenda",
        /// It sits at once.
        Call = "cycle-status urgent",
        /// Somebody does not agree to that.
        ObjectToCall = "agenda-objection to an urgent call",
        /// It sits.
        Sit = "cycle-status in-session",
        /// It sits later.
        Postpone = "cycle-status postponed",
        /// It will sit.
        Plan = "cycle-status planned",
        /// It does not sit.
        Cancel = "cancellation",
        /// What was decided.
        Minute = "meeting-minutes",
        /// A Party adopts it, others have not yet.
        Adopt = "adopting minutes-adoption",
        /// The last Party adopts it.
        AdoptLast = "last adopting minutes-adoption",
        /// A Party objects.
        ObjectToMinutes = "objecting minutes-adoption",
        /// Nobody objected in time.
        Lapse = "lapse-notice of the silence term",
        /// It is over.
        Close = "cycle-status closed",
        /// An action is under way.
        Begin = "action-report in-progress",
        /// An action is done.
        Finish = "action-report done",
        /// An action cannot be done.
        GiveUp = "action-report cannot",
    }
}

use Stage::ActionsOpen;
use Stage::AgendaAdopted;
use Stage::AgendaOpen;
use Stage::Cancelled;
use Stage::Closed;
use Stage::InSession;
use Stage::MinutesAdopted;
use Stage::MinutesDraft;
use Stage::Planned;
use Stage::Postponed;

/// Every edge of a cycle. Source: DOMAIN 3.8, spec cyc-1.
#[rustfmt::skip]
pub const ROWS: &[Row<Stage, Move>] = &[
    row("cyc-4", &[Planned, AgendaOpen], Move::OpenAgenda, Side::Chair, AgendaOpen),
    stay("cyc-5", &[AgendaOpen], Move::Propose, Side::Participant),
    stay("cyc-6", &[AgendaOpen], Move::Object, Side::Participant),
    row("cyc-7", &[AgendaOpen, AgendaAdopted], Move::AdoptAgenda, Side::Chair, AgendaAdopted),
    row("cyc-8", &[Planned, AgendaOpen, Postponed], Move::Call, Side::Chair, AgendaAdopted),
    row("cyc-9", &[AgendaAdopted], Move::ObjectToCall, Side::Participant, Planned),
    row("cyc-10", &[AgendaAdopted], Move::Sit, Side::Chair, InSession),
    row("cyc-11", &[Planned, AgendaOpen, AgendaAdopted], Move::Postpone, Side::Chair, Postponed),
    row("cyc-12", &[Planned, Postponed], Move::Plan, Side::Chair, Planned),
    row("cyc-13", &[Planned, AgendaOpen, AgendaAdopted, Postponed], Move::Cancel, Side::Chair, Cancelled),
    row("cyc-14", &[InSession, MinutesDraft], Move::Minute, Side::Chair, MinutesDraft),
    stay("cyc-15", &[MinutesDraft], Move::Adopt, Side::Participant),
    row("cyc-16", &[MinutesDraft], Move::AdoptLast, Side::Participant, MinutesAdopted),
    stay("cyc-17", &[MinutesDraft], Move::ObjectToMinutes, Side::Participant),
    row("cyc-18", &[MinutesDraft], Move::Lapse, Side::Chair, MinutesAdopted),
    row("cyc-19", &[MinutesAdopted, ActionsOpen], Move::Close, Side::Chair, Closed),
];

/// Every edge of one action. Source: DOMAIN 3.8, spec cyc-1.
#[rustfmt::skip]
pub const ACTION_ROWS: &[Row<ActionStage, Move>] = {
    use ActionStage::Cannot;
    use ActionStage::Done;
    use ActionStage::InProgress;
    use ActionStage::Open;
    &[
        row("cyc-20", &[Open, InProgress, Cannot], Move::Begin, Side::Assignee, InProgress),
        row("cyc-21", &[Open, InProgress, Cannot], Move::Finish, Side::Assignee, Done),
        row("cyc-22", &[Open, InProgress], Move::GiveUp, Side::Assignee, Cannot),
    ]
};

impl Stage {
    /// Whether nothing but remarks and reports of actions can come.
    pub const fn is_terminal(self) -> bool {
        match self {
            Closed | Cancelled => true,
            Planned | AgendaOpen | AgendaAdopted | InSession | MinutesDraft | MinutesAdopted
            | ActionsOpen | Postponed => false,
        }
    }

    /// Whether minutes are agreed, so that actions are reported.
    pub(super) const fn has_actions(self) -> bool {
        match self {
            ActionsOpen | Closed => true,
            Planned | AgendaOpen | AgendaAdopted | InSession | MinutesDraft | MinutesAdopted
            | Postponed | Cancelled => false,
        }
    }
}
