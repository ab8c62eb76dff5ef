//! A cycle of meetings: agenda, session, minutes, and the actions that follow.
//!
//! Beside the stage of the cycle each action is a region of its own, and so is what each Party says of agenda and minutes.

pub mod fact;
pub mod stage;

mod guard;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::coordination::cycle::CycleStanding;
use crate::message::coordination::minutes::ActionStatus;
use crate::message::coordination::minutes::AdoptionAnswer;
use crate::message::recipient::Role;
use crate::message::text::ItemId;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::fact::Agenda;
use crate::procedure::cycle::fact::Carried;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::cycle::fact::Target;
use crate::procedure::cycle::stage::ACTION_ROWS;
use crate::procedure::cycle::stage::ActionStage;
use crate::procedure::cycle::stage::Move;
use crate::procedure::cycle::stage::ROWS;
use crate::procedure::cycle::stage::Stage;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedSet;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where a cycle of meetings stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    stage: Stage,
    cycle: RecordRef,
    chair: AgencyId,
    parties: BTreeSet<AgencyId>,
    objections_by: Timestamp,
    agenda: Option<Digest>,
    call: Option<Digest>,
    items: BTreeSet<u64>,
    carried: Vec<Carried>,
    with_the_chair: BTreeSet<u64>,
    unseen: BTreeMap<Digest, BTreeSet<u64>>,
    proposals: SharedSet<Digest>,
    minutes: Option<Minutes>,
    answers: BTreeMap<AgencyId, AdoptionAnswer>,
    actions: BTreeMap<ItemId, Action>,
}

/// The minutes that stand.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Minutes {
    id: MessageId,
    digest: Digest,
    silence_until: Option<Timestamp>,
}

/// How one action stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Action {
    owner: AgencyId,
    due: Timestamp,
    stage: ActionStage,
}

impl Cycle {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// By which people name it.
    pub const fn reference(&self) -> &RecordRef {
        &self.cycle
    }

    /// Who chairs it.
    pub const fn chair(&self) -> &AgencyId {
        &self.chair
    }

    /// Whether an agency chairs it or takes part in it.
    pub fn has(&self, agency: &AgencyId) -> bool {
        *agency == self.chair || self.parties.contains(agency)
    }

    /// The agenda that stands, while the meeting has no minutes.
    pub fn agenda(&self) -> Option<&Digest> {
        self.agenda.as_ref().filter(|_| self.minutes.is_none())
    }

    /// The actions of other cycles to which its meeting came back: what its minutes say of them counts.
    pub fn dealt_with(&self) -> &[Carried] {
        let minuted = self.stage.has_actions() || self.stage == Stage::MinutesAdopted;
        if minuted { &self.carried } else { &[] }
    }

    /// The items of the agenda, by number, without those that are with the chair.
    pub fn items(&self) -> BTreeSet<u64> {
        self.items.difference(&self.with_the_chair).copied().collect()
    }

    /// The items to which somebody objected and which the chair has not settled.
    pub const fn with_the_chair(&self) -> &BTreeSet<u64> {
        &self.with_the_chair
    }

    /// How many proposals came since the last agenda.
    pub fn proposals(&self) -> usize {
        self.proposals.len()
    }

    /// Who has not answered the minutes that stand.
    pub fn unanswered(&self) -> BTreeSet<&AgencyId> {
        let asked = self.parties.iter().filter(|_| self.minutes.is_some());
        asked.filter(|agency| !self.answers.contains_key(*agency)).collect()
    }

    /// Who adopted the minutes with a reservation.
    pub fn reserved(&self) -> BTreeSet<&AgencyId> {
        let reserved = |answer: &AdoptionAnswer| *answer == AdoptionAnswer::Reserve;
        let answers = self.answers.iter().filter(|(_, answer)| reserved(answer));
        answers.map(|(agency, _)| agency).collect()
    }

    /// How an action stands; `None` before the minutes are adopted.
    pub fn action(&self, id: &ItemId) -> Option<ActionStage> {
        let actions = Some(&self.actions).filter(|_| self.stage.has_actions())?;
        actions.get(id).map(|action| action.stage)
    }

    /// The actions that are not done: which, whose, and by when.
    pub fn open_actions(&self) -> impl Iterator<Item = (&ItemId, &AgencyId, Timestamp)> {
        let open = self.actions.iter().filter(|(_, action)| action.stage != ActionStage::Done);
        let shown = open.filter(|_| self.stage.has_actions());
        shown.map(|(id, action)| (id, &action.owner, action.due))
    }

    /// By when something is awaited: objections, answers to minutes, or the first action.
    pub fn awaited_by(&self) -> Option<Timestamp> {
        match self.stage {
            Stage::AgendaOpen => Some(self.objections_by),
            Stage::MinutesDraft => self.minutes.as_ref().and_then(|minutes| minutes.silence_until),
            Stage::ActionsOpen => {
                let open = self.actions.values().filter(|action| action.stage != ActionStage::Done);
                open.map(|action| action.due).min()
            }
            Stage::Planned
            | Stage::AgendaAdopted
            | Stage::InSession
            | Stage::MinutesAdopted
            | Stage::Closed
            | Stage::Postponed
            | Stage::Cancelled => None,
        }
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        let mut moves = table::open_moves(ROWS, self.stage, &self.sides(agency));
        let actions = self.actions.iter().filter(|_| self.stage.has_actions());
        for (id, action) in actions {
            for step in table::open_moves(ACTION_ROWS, action.stage, &self.sides_of(agency, id)) {
                if !moves.contains(&step) {
                    moves.push(step);
                }
            }
        }
        moves
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        if *agency == self.chair {
            return Sides::from([Side::Chair]);
        }
        self.parties.get(agency).map(|_| Side::Participant).into_iter().collect()
    }

    /// The same, for the report of an action.
    fn sides_of(&self, agency: &AgencyId, id: &ItemId) -> Sides {
        let mut sides = self.sides(agency);
        if self.actions.get(id).is_some_and(|action| action.owner == *agency) {
            sides.insert(Side::Assignee);
        }
        sides
    }

    /// Whether somebody objected to the minutes that stand.
    fn is_disputed(&self) -> bool {
        self.answers.values().any(|answer| *answer == AdoptionAnswer::Object)
    }

    /// The move that a message makes here; `None` when it is a remark.
    fn move_of(&self, act: &Act) -> Result<Option<Move>, Refusal> {
        if let Fact::Cycle(fact) = &act.fact {
            return Ok(Some(self.move_of_cycle(act, fact)));
        }
        let Fact::Common(fact) = &act.fact else { return act.stray() };
        Ok(match fact {
            CommonFact::Withdrawn => Some(Move::Cancel),
            CommonFact::Lapsed { of, .. } => {
                self.minutes.as_ref().filter(|minutes| minutes.id == *of).map(|_| Move::Lapse)
            }
            CommonFact::Acknowledged { .. }
            | CommonFact::Joined { .. }
            | CommonFact::Confirmed { .. }
            | CommonFact::Resolved { .. }
            | CommonFact::Corrected { .. }
            | CommonFact::InformationAsked { .. }
            | CommonFact::InformationGiven
            | CommonFact::Reported
            | CommonFact::Valued { .. } => None,
        })
    }

    fn move_of_cycle(&self, act: &Act, fact: &CycleFact) -> Move {
        match fact {
            CycleFact::Agenda(agenda) if agenda.adopted => Move::AdoptAgenda,
            CycleFact::Agenda(_) => Move::OpenAgenda,
            CycleFact::ItemProposed => Move::Propose,
            CycleFact::Objected(Target::Message(digest)) if self.call == Some(*digest) => {
                Move::ObjectToCall
            }
            CycleFact::Objected(_) => Move::Object,
            CycleFact::Declared { status, .. } => match status {
                CycleStanding::Planned => Move::Plan,
                CycleStanding::InSession => Move::Sit,
                CycleStanding::Postponed => Move::Postpone,
                CycleStanding::Cancelled => Move::Cancel,
                CycleStanding::Closed => Move::Close,
                CycleStanding::Urgent => Move::Call,
            },
            CycleFact::Minutes(_) => Move::Minute,
            CycleFact::Answered { answer, .. } => match answer {
                AdoptionAnswer::Object => Move::ObjectToMinutes,
                AdoptionAnswer::Adopt | AdoptionAnswer::Reserve => self.move_of_adoption(act),
            },
            CycleFact::Reported { status, .. } => match status {
                ActionStatus::InProgress => Move::Begin,
                ActionStatus::Done => Move::Finish,
                ActionStatus::Cannot => Move::GiveUp,
            },
        }
    }

    fn move_of_adoption(&self, act: &Act) -> Move {
        let last = self.unanswered().into_iter().all(|agency| *agency == act.author);
        if last && !self.is_disputed() { Move::AdoptLast } else { Move::Adopt }
    }

    /// Moves the cycle, or one action.
    fn go(&mut self, act: &Act, moved: Move) -> Result<&'static str, Refusal> {
        if let Fact::Cycle(CycleFact::Reported { action: id, .. }) = &act.fact {
            let sides = self.sides_of(&act.author, id);
            let known = Some(&mut self.actions).filter(|_| self.stage.has_actions());
            let Some(action) = known.and_then(|actions| actions.get_mut(id)) else {
                return Err(Refusal::out_of_turn(
                    "cyc-27",
                    format!("{id} is no action of adopted minutes"),
                    "name an action of the minutes, once they are adopted",
                ));
            };
            let row = table::find(ACTION_ROWS, action.stage, moved, &sides)?;
            action.stage = row.to.unwrap_or(action.stage);
            return Ok(row.id);
        }
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act);
        Ok(row.id)
    }

    /// Takes note of what a message says; the stage has moved.
    fn note(&mut self, act: &Act) {
        let Fact::Cycle(fact) = &act.fact else { return };
        match fact {
            CycleFact::Agenda(agenda) => self.note_agenda(act, agenda),
            CycleFact::ItemProposed => {
                self.proposals.insert(act.digest);
            }
            CycleFact::Objected(Target::Item(number)) => {
                self.with_the_chair.insert(*number);
            }
            CycleFact::Declared { status, .. } => {
                self.call = (*status == CycleStanding::Urgent).then_some(act.digest);
            }
            CycleFact::Minutes(minutes) => {
                self.minutes = Some(Minutes {
                    id: act.id,
                    digest: act.digest,
                    silence_until: minutes.silence_until,
                });
                self.answers.clear();
                let open = |action: &fact::Action| {
                    let (owner, due, stage) = (action.owner.clone(), action.due, ActionStage::Open);
                    (action.id.clone(), Action { owner, due, stage })
                };
                self.actions = minutes.actions.iter().map(open).collect();
            }
            CycleFact::Answered { answer, .. } => {
                self.answers.insert(act.author.clone(), *answer);
            }
            CycleFact::Objected(Target::Message(_)) | CycleFact::Reported { .. } => {}
        }
    }

    /// The chair has settled the objections that it saw; the items of others stay with it.
    fn note_agenda(&mut self, act: &Act, agenda: &Agenda) {
        self.agenda = Some(act.digest);
        self.call = None;
        self.objections_by = agenda.objections_by;
        self.items = agenda.items.iter().copied().collect();
        self.carried = agenda.carries.clone();
        self.with_the_chair = self.unseen.remove(&act.digest).unwrap_or_default();
        self.proposals = SharedSet::new();
    }
}

impl Rules for Cycle {
    fn open(act: &Act) -> Result<Self, Refusal> {
        let begun = if let Fact::Cycle(fact) = &act.fact { begun_by(fact) } else { None };
        let Some((stage, cycle)) = begun else {
            return Err(Refusal::out_of_turn(
                "cyc-1",
                format!("this {} begins no cycle", act.kind),
                "begin with a cycle-status planned or urgent, or with an open meeting-agenda",
            ));
        };
        let mut opened = Self {
            stage,
            cycle: cycle.clone(),
            chair: act.author.clone(),
            parties: act.asked.clone(),
            objections_by: act.created,
            agenda: None,
            call: None,
            items: BTreeSet::new(),
            carried: Vec::new(),
            with_the_chair: BTreeSet::new(),
            unseen: BTreeMap::new(),
            proposals: SharedSet::new(),
            minutes: None,
            answers: BTreeMap::new(),
            actions: BTreeMap::new(),
        };
        // spec: cyc-3
        if let Fact::Cycle(CycleFact::Declared { consents, .. }) = &act.fact
            && stage == Stage::AgendaAdopted
        {
            opened.guard_consents(consents)?;
        }
        opened.note(act);
        Ok(opened)
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    // spec: cyc-30
    fn meet_here(&mut self, earlier: &Act, later: &Act) -> Meeting {
        if let Some(number) = weight::objected_item(earlier).filter(|_| weight::is_agenda(later)) {
            self.unseen.entry(later.digest).or_default().insert(number);
        }
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let mut next = self.clone();
        let asked = common.participants().iter().filter(|(_, role)| **role == Role::Action);
        let asked = asked.map(|(agency, _)| agency).filter(|agency| **agency != next.chair);
        next.parties = asked.cloned().collect();
        let Some(moved) = next.move_of(act)? else { return Ok(None) };
        let rule = next.go(act, moved)?;
        // spec: cyc-36
        if next.stage == Stage::MinutesAdopted && !next.actions.is_empty() {
            next.stage = Stage::ActionsOpen;
        }
        *self = next;
        Ok(Some(rule))
    }

    /// Only the chair's own messages can contradict each other without a rule that says what they give.
    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.chair.clone()])
    }
}

/// The stage in which a cycle begins, and its name.
fn begun_by(fact: &CycleFact) -> Option<(Stage, &RecordRef)> {
    match fact {
        // spec: cyc-2
        CycleFact::Agenda(agenda) if !agenda.adopted => Some((Stage::AgendaOpen, &agenda.cycle)),
        CycleFact::Declared { cycle, status, .. } => match status {
            // spec: cyc-1
            CycleStanding::Planned => Some((Stage::Planned, cycle)),
            // spec: cyc-3
            CycleStanding::Urgent => Some((Stage::AgendaAdopted, cycle)),
            CycleStanding::InSession
            | CycleStanding::Postponed
            | CycleStanding::Cancelled
            | CycleStanding::Closed => None,
        },
        CycleFact::Agenda(_)
        | CycleFact::ItemProposed
        | CycleFact::Objected(_)
        | CycleFact::Minutes(_)
        | CycleFact::Answered { .. }
        | CycleFact::Reported { .. } => None,
    }
}
