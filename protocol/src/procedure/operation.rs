//! A joint operation: proposed, planned, signed, carried out on each territory by its own commander.
//!
//! Beside the stage of the whole there are three kinds of region: the part of each agency, each territory, each task.

pub mod fact;
pub mod region;
pub mod stage;

mod guard;
mod moves;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::recipient::Role;
use crate::message::text::ItemId;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::operation::fact::OperationFact;
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
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;

/// Where an operation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    stage: Stage,
    lead: AgencyId,
    reply_by: Timestamp,
    parts: BTreeMap<AgencyId, PartStage>,
    version: u64,
    plan: Option<PlanName>,
    signed: BTreeSet<AgencyId>,
    territories: BTreeMap<Party, Territory>,
    tasks: SharedMap<ItemId, Task>,
    gap: bool,
    results: BTreeSet<AgencyId>,
}

/// Where it stands on one territory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Territory {
    commander: AgencyId,
    stage: TerritoryStage,
}

/// How one task stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Task {
    assignee: AgencyId,
    stage: TaskStage,
    depends_on: Vec<ItemId>,
    report_by: Timestamp,
}

impl Operation {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The plan that is frozen; `None` while it can change.
    pub const fn plan(&self) -> Option<PlanName> {
        self.plan
    }

    /// Whether an agency takes part; `None` for one that was not asked. The lead always does.
    pub fn part(&self, agency: &AgencyId) -> Option<PartStage> {
        if *agency == self.lead {
            return Some(PartStage::Joined);
        }
        self.parts.get(agency).copied()
    }

    /// Where it stands on a territory; `None` for one that no frozen plan names.
    pub fn territory(&self, party: &Party) -> Option<TerritoryStage> {
        self.territories.get(party).map(|territory| territory.stage)
    }

    /// How a task stands.
    pub fn task(&self, id: &ItemId) -> Option<TaskStage> {
        self.tasks.get(id).map(|task| task.stage)
    }

    /// Who takes part and has not signed the frozen plan.
    pub fn unsigned(&self) -> BTreeSet<&AgencyId> {
        self.joined().filter(|agency| !self.signed.contains(*agency)).collect()
    }

    /// Whether a Party left, so that the lead has to approve the plan again or abort.
    pub const fn waits_for_the_lead(&self) -> bool {
        self.gap
    }

    /// Who commands or commanded somewhere and has not told what it came to.
    pub fn results_missing(&self) -> BTreeSet<&AgencyId> {
        let commanders = self.territories.values().map(|territory| &territory.commander);
        commanders.filter(|agency| !self.results.contains(*agency)).collect()
    }

    /// The tasks that are not over: which, whose, and by when a report comes.
    pub fn open_tasks(&self) -> impl Iterator<Item = (&ItemId, &AgencyId, Timestamp)> {
        let open = self.tasks.iter().filter(|(_, task)| task.stage.is_open());
        open.map(|(id, task)| (id, &task.assignee, task.report_by))
    }

    /// By when something is awaited: the answers of those who were asked, or the end of a task.
    pub fn awaited_by(&self) -> Option<Timestamp> {
        let open = self.tasks.values().filter(|task| task.stage.is_open());
        let asked = self.parts.values().any(|part| *part == PartStage::Invited);
        open.map(|task| task.report_by).chain(asked.then_some(self.reply_by)).min()
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        let sides = self.sides(agency);
        let mut moves = table::open_moves(ROWS, self.stage, &sides);
        let more = self.parts.get(agency).into_iter();
        let parts = more.flat_map(|part| table::open_moves(PART_ROWS, *part, &sides));
        let territories = self.territories.iter().filter(|_| self.stage.can_be_stopped());
        let signals = territories.flat_map(|(party, territory)| {
            let sides = self.sides_on(agency, party);
            table::open_moves(TERRITORY_ROWS, territory.stage, &sides)
        });
        let reports = self.tasks.iter().flat_map(|(id, task)| {
            table::open_moves(TASK_ROWS, task.stage, &self.sides_of_task(agency, id))
        });
        for step in parts.chain(signals).chain(reports) {
            if !moves.contains(&step) {
                moves.push(step);
            }
        }
        moves
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        if *agency == self.lead {
            return Sides::from([Side::Lead]);
        }
        let part = self.parts.get(agency);
        part.map(|_| Side::Participant).into_iter().collect()
    }

    /// The same, for a signal on a territory.
    fn sides_on(&self, agency: &AgencyId, party: &Party) -> Sides {
        let mut sides = self.sides(agency);
        if self.territories.get(party).is_some_and(|there| there.commander == *agency) {
            sides.insert(Side::Territory);
        }
        sides
    }

    /// The same, for the report of a task.
    fn sides_of_task(&self, agency: &AgencyId, id: &ItemId) -> Sides {
        let mut sides = self.sides(agency);
        if self.tasks.get(id).is_some_and(|task| task.assignee == *agency) {
            sides.insert(Side::Assignee);
        }
        sides
    }

    /// Who takes part beside the lead.
    fn joined(&self) -> impl Iterator<Item = &AgencyId> {
        let joined = self.parts.iter().filter(|(_, part)| **part == PartStage::Joined);
        joined.map(|(agency, _)| agency)
    }

    /// Whether an agency takes part, and is not suspended.
    fn acts(&self, agency: &AgencyId) -> bool {
        self.part(agency) == Some(PartStage::Joined)
    }

    /// Whoever joined the procedure to act is invited.
    fn invite(&mut self, common: &Common) {
        let asked = common.participants().iter().filter(|(_, role)| **role == Role::Action);
        for (agency, _) in asked.filter(|(agency, _)| **agency != self.lead) {
            self.parts.entry(agency.clone()).or_insert(PartStage::Invited);
        }
    }

    /// What follows from a part, a signature or a signal for the whole.
    // spec: opn-44
    fn settle(&mut self) {
        let answered = self.parts.values().any(|part| *part != PartStage::Invited);
        if self.stage == Stage::Proposed && answered {
            self.stage = Stage::Consulting;
        }
        if self.stage.can_be_signed() && !self.unsigned().is_empty() {
            self.stage = Stage::PlanFrozen;
        }
        if self.stage == Stage::PlanFrozen && self.unsigned().is_empty() {
            self.stage = Stage::Approved;
        }
        let there = || self.territories.values().map(|territory| territory.stage);
        let under_way = there().any(|stage| stage == TerritoryStage::UnderWay);
        let over = there().count() > 0 && there().all(TerritoryStage::is_over);
        let stood_down = there().any(|stage| stage == TerritoryStage::StoodDown);
        if self.stage == Stage::Ready && under_way {
            self.stage = Stage::Active;
        }
        if self.stage.can_be_stopped() && over {
            self.stage = if stood_down { Stage::StoodDown } else { Stage::Aborted };
        }
    }
}

impl Rules for Operation {
    // spec: opn-1
    fn open(act: &Act) -> Result<Self, Refusal> {
        let Fact::Operation(OperationFact::Proposed { reply_by, .. }) = &act.fact else {
            return Err(Refusal::out_of_turn(
                "opn-1",
                format!("{} begins no operation", act.kind),
                "begin with a joint-operation-proposal",
            ));
        };
        let invited = act.asked.iter().filter(|agency| **agency != act.author);
        Ok(Self {
            stage: Stage::Proposed,
            lead: act.author.clone(),
            reply_by: *reply_by,
            parts: invited.map(|agency| (agency.clone(), PartStage::Invited)).collect(),
            version: 0,
            plan: None,
            signed: BTreeSet::new(),
            territories: BTreeMap::new(),
            tasks: SharedMap::new(),
            gap: false,
            results: BTreeSet::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let mut next = self.clone();
        next.invite(common);
        let Some(rule) = next.go(act)? else { return Ok(None) };
        next.settle();
        *self = next;
        Ok(Some(rule))
    }

    /// Only the lead's own messages can contradict each other without a rule that says what they give.
    fn both(&self) -> BTreeSet<AgencyId> {
        BTreeSet::from([self.lead.clone()])
    }
}
