//! What a message moves: the whole, a part in it, territories, or a task.

use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::operation::participation::ParticipationAnswer;
use crate::message::operation::signal::Signal;
use crate::message::operation::status::DeclaredStatus;
use crate::message::operation::tasking::TaskStatus;
use crate::message::text::ItemId;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::operation::Operation;
use crate::procedure::operation::Task;
use crate::procedure::operation::Territory;
use crate::procedure::operation::fact;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::operation::fact::Plan;
use crate::procedure::operation::fact::PlanName;
use crate::procedure::operation::region::PART_ROWS;
use crate::procedure::operation::region::PartStage;
use crate::procedure::operation::region::TASK_ROWS;
use crate::procedure::operation::region::TERRITORY_ROWS;
use crate::procedure::operation::region::TaskStage;
use crate::procedure::operation::region::TerritoryStage;
use crate::procedure::operation::stage::Move;
use crate::procedure::operation::stage::ROWS;
use crate::procedure::operation::stage::Stage;
use crate::procedure::refusal::Refusal;
use crate::procedure::table;

/// The rule by which a message moves something; `None` when it is a remark.
type Moved = Result<Option<&'static str>, Refusal>;

impl Operation {
    /// Moves what a message moves; on a refusal the caller drops this copy of the state.
    pub(super) fn go(&mut self, act: &Act) -> Moved {
        let by = &act.author;
        let Fact::Operation(fact) = &act.fact else {
            let dropped = act.fact == Fact::Common(CommonFact::Withdrawn);
            return if dropped { self.go_whole(act, Move::Drop) } else { act.stray() };
        };
        match fact {
            OperationFact::Proposed { .. } => Err(Refusal::out_of_turn(
                "opn-1",
                "the operation was proposed",
                "propose another one in a procedure of its own",
            )),
            OperationFact::Replied(answer) => self.go_part(act, by, *answer),
            OperationFact::Planned(plan) => {
                let rule = self.go_whole(act, if plan.frozen { Move::Freeze } else { Move::Plan });
                rule.inspect(|_| self.note_plan(act, plan))
            }
            OperationFact::Signed(_) => self.go_signature(act, by),
            OperationFact::Tasked(task) => self.go_task(act, task),
            OperationFact::Reported { task, status } => self.go_report(act, task, *status),
            OperationFact::Signalled { signal, territory } => {
                self.go_signal(act, *signal, territory.as_ref())
            }
            OperationFact::Declared { status, .. } => self.go_status(act, *status),
            OperationFact::Resulted => {
                let rule = self.go_whole(act, Move::Result)?;
                self.results.insert(by.clone());
                Ok(rule)
            }
        }
    }

    /// A row of the operation as a whole.
    fn go_whole(&mut self, act: &Act, moved: Move) -> Moved {
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act)?;
        self.stage = row.to.unwrap_or(self.stage);
        Ok(Some(row.id))
    }

    fn note_plan(&mut self, act: &Act, plan: &Plan) {
        self.version = plan.version;
        self.signed.clear();
        self.gap = false;
        let name = PlanName { version: plan.version, digest: act.digest };
        self.plan = plan.frozen.then_some(name);
        let there = |(party, commander): &(Party, AgencyId)| {
            let stage = TerritoryStage::Waiting;
            (party.clone(), Territory { commander: commander.clone(), stage })
        };
        let territories = plan.commanders.iter().filter(|_| plan.frozen).map(there);
        self.territories = territories.collect();
    }

    fn go_signature(&mut self, act: &Act, by: &AgencyId) -> Moved {
        let last = self.unsigned().into_iter().all(|agency| agency == by);
        let rule = self.go_whole(act, if last { Move::SignLast } else { Move::Sign })?;
        self.signed.insert(by.clone());
        Ok(rule)
    }

    fn go_status(&mut self, act: &Act, status: DeclaredStatus) -> Moved {
        let moved = match status {
            DeclaredStatus::Ready => Move::Ready,
            DeclaredStatus::Reporting => Move::Report,
            DeclaredStatus::Evaluated => Move::Evaluate,
            DeclaredStatus::Closed => Move::Close,
            DeclaredStatus::Dropped => Move::Drop,
            DeclaredStatus::ReApproved => Move::ReApprove,
        };
        let rule = self.go_whole(act, moved)?;
        self.gap &= moved != Move::ReApprove;
        Ok(rule)
    }

    /// A row of one part, and what follows from it for what its agency had to do.
    fn go_part(&mut self, act: &Act, by: &AgencyId, answer: ParticipationAnswer) -> Moved {
        let moved = match answer {
            ParticipationAnswer::Join => Move::Join,
            ParticipationAnswer::Observe => Move::Observe,
            ParticipationAnswer::Decline => Move::Decline,
            ParticipationAnswer::Suspend => Move::Suspend,
            ParticipationAnswer::Resume => Move::Resume,
            ParticipationAnswer::Leave => Move::Leave,
        };
        let before = self.parts.get(by).copied().unwrap_or(PartStage::Invited);
        let row = table::find(PART_ROWS, before, moved, &self.sides(by))?;
        self.guard(act)?;
        self.parts.insert(by.clone(), row.to.unwrap_or(before));
        // spec: opn-42
        match answer {
            ParticipationAnswer::Suspend => self.stop_own(by, TerritoryStage::Held),
            ParticipationAnswer::Leave if before != PartStage::Observing => self.leave(by),
            ParticipationAnswer::Leave
            | ParticipationAnswer::Join
            | ParticipationAnswer::Observe
            | ParticipationAnswer::Decline
            | ParticipationAnswer::Resume => {}
        }
        Ok(Some(row.id))
    }

    /// Its tasks cancel, its territory is given up, and the lead has to look at the plan.
    fn leave(&mut self, agency: &AgencyId) {
        let own = self.tasks.iter().filter(|(_, task)| task.assignee == *agency);
        let open = own.filter(|(_, task)| task.stage.is_open()).map(|(id, _)| id.clone());
        for id in open.collect::<Vec<ItemId>>() {
            if let Some(task) = self.tasks.get_mut(&id) {
                task.stage = TaskStage::Cancelled;
            }
        }
        self.stop_own(agency, TerritoryStage::Aborted);
        self.gap |= matches!(self.stage, Stage::Ready | Stage::Active);
    }

    fn stop_own(&mut self, agency: &AgencyId, stop: TerritoryStage) {
        let own = self.territories.values_mut().filter(|there| there.commander == *agency);
        own.filter(|there| !there.stage.is_over()).for_each(|there| there.stage = stop);
    }

    /// A row of each territory that a signal covers; those that it has no row for stay as they are.
    fn go_signal(&mut self, act: &Act, signal: Signal, territory: Option<&Party>) -> Moved {
        let moved = match signal {
            Signal::Go => Move::Go,
            Signal::Hold => Move::Hold,
            Signal::Abort => Move::Abort,
            Signal::StandDown => Move::StandDown,
        };
        self.guard(act)?;
        let covered: Vec<Party> = match territory {
            Some(party) => Vec::from([party.clone()]),
            None => self.territories.keys().cloned().collect(),
        };
        let mut rule = None;
        let mut refusal = None;
        for party in covered {
            let sides = self.sides_on(&act.author, &party);
            let Some(there) = self.territories.get_mut(&party) else { continue };
            match table::find(TERRITORY_ROWS, there.stage, moved, &sides) {
                Ok(row) => {
                    there.stage = row.to.unwrap_or(there.stage);
                    rule = rule.or(Some(row.id));
                }
                Err(refused) => refusal = refusal.or(Some(refused)),
            }
        }
        match (rule, refusal) {
            (Some(rule), _) => Ok(Some(rule)),
            (None, Some(refusal)) => Err(refusal),
            (None, None) => Err(Refusal::out_of_turn(
                "opn-41",
                "the frozen plan names no such territory",
                "name a territory that has a commander",
            )),
        }
    }

    /// A task is given, or given again before its assignee took it.
    fn go_task(&mut self, act: &Act, task: &fact::Task) -> Moved {
        let mut rule = self.go_whole(act, Move::Task)?;
        if let Some(known) = self.tasks.get(&task.id) {
            let sides = self.sides_of_task(&act.author, &task.id);
            rule = Some(table::find(TASK_ROWS, known.stage, Move::TaskAgain, &sides)?.id);
        }
        let given = Task {
            assignee: task.assignee.clone(),
            stage: TaskStage::Issued,
            depends_on: task.depends_on.clone(),
            report_by: task.report_by,
        };
        self.tasks.insert(task.id.clone(), given);
        Ok(rule)
    }

    fn go_report(&mut self, act: &Act, id: &ItemId, status: TaskStatus) -> Moved {
        let moved = match status {
            TaskStatus::Accepted => Move::Accept,
            TaskStatus::Declined => Move::Refuse,
            TaskStatus::Amended => Move::Amend,
            TaskStatus::Running => Move::Run,
            TaskStatus::Done => Move::Finish,
            TaskStatus::Failed => Move::Fail,
            TaskStatus::Cancelled => Move::Cancel,
        };
        let sides = self.sides_of_task(&act.author, id);
        let Some(before) = self.task(id) else {
            return Err(Refusal::out_of_turn(
                "opn-39",
                format!("{id} is no task of this operation"),
                "name a task that was given",
            ));
        };
        let row = table::find(TASK_ROWS, before, moved, &sides)?;
        self.guard(act)?;
        if let (Some(task), Some(stage)) = (self.tasks.get_mut(id), row.to) {
            task.stage = stage;
        }
        Ok(Some(row.id))
    }
}
