//! What has to hold beside a row of the tables: that a message speaks of the plan that stands, and of its author's own part.

use alloc::format;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::operation::participation::ParticipationAnswer;
use crate::message::operation::signal::Signal;
use crate::message::operation::status::DeclaredStatus;
use crate::message::operation::tasking::TaskStatus;
use crate::message::text::ItemId;
use crate::procedure::act::Act;
use crate::procedure::fact::Fact;
use crate::procedure::operation::Operation;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::operation::fact::Plan;
use crate::procedure::operation::fact::PlanName;
use crate::procedure::operation::fact::Task;
use crate::procedure::operation::region::PartStage;
use crate::procedure::operation::region::TaskStage;
use crate::procedure::operation::stage::Stage;
use crate::procedure::refusal::Refusal;

impl Operation {
    /// What a row alone does not say.
    pub(super) fn guard(&self, act: &Act) -> Result<(), Refusal> {
        let Fact::Operation(fact) = &act.fact else { return Ok(()) };
        self.guard_gap(fact)?;
        match fact {
            OperationFact::Planned(plan) => self.guard_plan(plan),
            OperationFact::Signed(name) => {
                self.guard_name(Some(name))?;
                self.guard_signature(&act.author)
            }
            OperationFact::Tasked(task) => self.guard_task(task),
            OperationFact::Reported { task, status } => self.guard_report(task, *status),
            OperationFact::Signalled { signal, territory } => {
                self.guard_signal(&act.author, *signal, territory.as_ref())
            }
            OperationFact::Declared { status, plan } => self.guard_status(*status, plan.as_ref()),
            OperationFact::Replied(answer) => self.guard_reply(&act.author, *answer),
            OperationFact::Proposed { .. } | OperationFact::Resulted => Ok(()),
        }
    }

    /// Versions grow, the lead stays, and whoever commands takes part.
    // spec: opn-36
    fn guard_plan(&self, plan: &Plan) -> Result<(), Refusal> {
        let refused = |why, remedy: &str| Err(Refusal::out_of_turn("opn-36", why, remedy));
        if plan.version <= self.version {
            let next = self.version.saturating_add(1);
            return refused(
                format!("version {} is not a new one", plan.version),
                &format!("number the plan {next} or higher"),
            );
        }
        if plan.lead != self.lead {
            return refused(
                format!("the plan is led by {}", plan.lead.as_str()),
                "whoever proposed the operation leads it; let the other one propose its own",
            );
        }
        if plan.frozen && self.joined().next().is_none() {
            return refused(
                format!("nobody beside {} has joined", self.lead.as_str()),
                "wait until somebody joins, or drop the operation",
            );
        }
        let absent = plan.commanders.iter().find(|(_, agency)| !self.acts(agency));
        match absent {
            Some((territory, agency)) if plan.frozen => refused(
                format!("{} is to command on {territory} and has not joined", agency.as_str()),
                "let it join first, or plan without that territory",
            ),
            Some(_) | None => Ok(()),
        }
    }

    // spec: opn-37
    fn guard_name(&self, said: Option<&PlanName>) -> Result<(), Refusal> {
        if self.plan.is_some() && self.plan.as_ref() == said {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "opn-37",
            "it names another plan than the one that is frozen",
            "read the plan that is frozen now, and name its version and its digest",
        ))
    }

    // spec: opn-38
    fn guard_signature(&self, agency: &AgencyId) -> Result<(), Refusal> {
        if self.part(agency) == Some(PartStage::Joined) && !self.signed.contains(agency) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "opn-38",
            format!("{} has signed, or does not take part", agency.as_str()),
            "whoever takes part signs once",
        ))
    }

    fn guard_status(&self, status: DeclaredStatus, plan: Option<&PlanName>) -> Result<(), Refusal> {
        match status {
            DeclaredStatus::Ready => self.guard_name(plan),
            DeclaredStatus::ReApproved => {
                self.guard_name(plan)?;
                // spec: opn-42
                if self.gap {
                    return Ok(());
                }
                Err(Refusal::out_of_turn(
                    "opn-42",
                    "nobody left since the plan was approved",
                    "nothing has to be approved again",
                ))
            }
            DeclaredStatus::Reporting
            | DeclaredStatus::Evaluated
            | DeclaredStatus::Closed
            | DeclaredStatus::Dropped => Ok(()),
        }
    }

    /// A task is for somebody who takes part, after tasks that are known.
    // spec: opn-39
    fn guard_task(&self, task: &Task) -> Result<(), Refusal> {
        let part = self.part(&task.assignee);
        if !matches!(part, Some(PartStage::Joined | PartStage::Suspended)) {
            return Err(Refusal::out_of_turn(
                "opn-39",
                format!("{} does not take part", task.assignee.as_str()),
                "give the task to somebody who does",
            ));
        }
        match task.depends_on.iter().find(|before| !self.tasks.contains_key(before)) {
            None => Ok(()),
            Some(unknown) => Err(Refusal::out_of_turn(
                "opn-39",
                format!("it comes after {unknown}, which is no task of this operation"),
                "give that task first",
            )),
        }
    }

    // spec: opn-40
    fn guard_report(&self, task: &ItemId, status: TaskStatus) -> Result<(), Refusal> {
        if status != TaskStatus::Running {
            return Ok(());
        }
        let before = self.tasks.get(task).into_iter().flat_map(|task| task.depends_on.iter());
        match before.clone().find(|before| self.task(before) != Some(TaskStage::Done)) {
            None => Ok(()),
            Some(undone) => Err(Refusal::out_of_turn(
                "opn-40",
                format!("it comes after {undone}, which is not done"),
                "wait until that task is done",
            )),
        }
    }

    // spec: opn-41
    fn guard_signal(
        &self,
        agency: &AgencyId,
        signal: Signal,
        territory: Option<&Party>,
    ) -> Result<(), Refusal> {
        if territory.is_none() && *agency != self.lead {
            return Err(Refusal::not_entitled(
                "opn-41",
                "what is said for all is said by the lead",
                "say it for your own territory",
            ));
        }
        let in_time = match signal {
            Signal::Go => matches!(self.stage, Stage::Ready | Stage::Active),
            Signal::Hold | Signal::Abort => self.stage.can_be_stopped(),
            Signal::StandDown => self.stage == Stage::Active,
        };
        if !in_time {
            return Err(Refusal::out_of_turn(
                "opn-41",
                format!("{signal} has no place while the operation is {}", self.stage),
                "go is said once the lead declared it ready; stand-down ends what is active",
            ));
        }
        if signal == Signal::Go && !self.acts(agency) {
            return Err(Refusal::out_of_turn(
                "opn-41",
                format!("{} is suspended", agency.as_str()),
                "resume before you say go",
            ));
        }
        Ok(())
    }

    /// Since a Party left, nothing goes on before the lead has looked at it.
    // spec: opn-42
    fn guard_gap(&self, fact: &OperationFact) -> Result<(), Refusal> {
        let goes_on = match fact {
            OperationFact::Tasked(_) => true,
            OperationFact::Signalled { signal, .. } => *signal == Signal::Go,
            OperationFact::Reported { status, .. } => {
                matches!(status, TaskStatus::Accepted | TaskStatus::Running)
            }
            OperationFact::Proposed { .. }
            | OperationFact::Replied(_)
            | OperationFact::Planned(_)
            | OperationFact::Signed(_)
            | OperationFact::Declared { .. }
            | OperationFact::Resulted => false,
        };
        if !self.gap || !goes_on {
            return Ok(());
        }
        Err(Refusal::safeguard(
            "opn-42",
            "a Party left, and the lead has not said that the plan holds without it",
            "wait until the lead approves the plan again, or aborts",
        ))
    }

    // spec: opn-43
    fn guard_reply(&self, agency: &AgencyId, answer: ParticipationAnswer) -> Result<(), Refusal> {
        let late = self.stage.has_begun() && !self.signed.contains(agency);
        let enters = matches!(answer, ParticipationAnswer::Join | ParticipationAnswer::Resume);
        if !late || !enters {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "opn-43",
            format!("{} has not signed the plan on which the operation goes on", agency.as_str()),
            "observe, and join the next operation",
        ))
    }
}
