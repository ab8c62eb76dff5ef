//! What the messages of a joint operation state.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::operation::participation::ParticipationAnswer;
use crate::message::operation::plan::OperationPlan;
use crate::message::operation::plan::PlanSignature;
use crate::message::operation::plan::TerritoryCommander;
use crate::message::operation::proposal::JointOperationProposal;
use crate::message::operation::signal::OperationSignal;
use crate::message::operation::signal::Signal;
use crate::message::operation::signal::SignalScope;
use crate::message::operation::status::DeclaredStatus;
use crate::message::operation::status::OperationStatus;
use crate::message::operation::tasking::OperationTasking;
use crate::message::operation::tasking::TaskReport;
use crate::message::operation::tasking::TaskStatus;
use crate::message::text::ItemId;
use crate::moment::Timestamp;

/// A fact of a joint operation. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OperationFact {
    /// It is proposed.
    Proposed {
        /// By when the others answer.
        reply_by: Timestamp,
        /// The reports that it rests on.
        threat: Vec<MessageId>,
    },
    /// A Party says whether it takes part.
    Replied(ParticipationAnswer),
    /// A version of the plan.
    Planned(Plan),
    /// A Party signs the plan.
    Signed(PlanName),
    /// A task is given.
    Tasked(Task),
    /// How a task stands.
    Reported {
        /// Which.
        task: ItemId,
        /// How it stands.
        status: TaskStatus,
    },
    /// Go, hold, abort, stand down.
    Signalled {
        /// Which of them.
        signal: Signal,
        /// On whose territory; absent for all.
        territory: Option<Party>,
    },
    /// The lead declares where it stands.
    Declared {
        /// What is declared.
        status: DeclaredStatus,
        /// The plan it rests on.
        plan: Option<PlanName>,
    },
    /// What it came to for one Party.
    Resulted,
}

/// What a version of the plan states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Which version.
    pub version: u64,
    /// Whether it can be signed.
    pub frozen: bool,
    /// Who leads.
    pub lead: AgencyId,
    /// Which agency commands on which territory.
    pub commanders: Vec<(Party, AgencyId)>,
}

/// Names a version of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanName {
    /// Which version.
    pub version: u64,
    /// The message that holds it.
    pub digest: Digest,
}

/// What a tasking states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    /// By which it is named.
    pub id: ItemId,
    /// Who is to do it.
    pub assignee: AgencyId,
    /// What comes before it.
    pub depends_on: Vec<ItemId>,
    /// By when its end is reported.
    pub report_by: Timestamp,
}

impl OperationFact {
    /// The messages of other procedures that it rests on.
    pub(in crate::procedure) fn names(&self) -> Vec<MessageId> {
        if let Self::Proposed { threat, .. } = self { threat.clone() } else { Vec::new() }
    }

    pub(in crate::procedure) fn proposed(body: &JointOperationProposal) -> Self {
        let threat = body.threat_basis.iter().copied().collect();
        Self::Proposed { reply_by: body.reply_by.at(), threat }
    }

    pub(in crate::procedure) fn planned(body: &OperationPlan) -> Self {
        let named = |each: &TerritoryCommander| (each.territory.clone(), each.agency.clone());
        Self::Planned(Plan {
            version: body.version.get(),
            frozen: body.frozen,
            lead: body.command.lead.clone(),
            commanders: body.command.per_territory_commander.iter().map(named).collect(),
        })
    }

    pub(in crate::procedure) const fn signed(body: &PlanSignature) -> Self {
        Self::Signed(PlanName { version: body.version.get(), digest: body.plan_digest })
    }

    pub(in crate::procedure) fn tasked(body: &OperationTasking) -> Self {
        Self::Tasked(Task {
            id: body.task_id.clone(),
            assignee: body.assignee.clone(),
            depends_on: body.depends_on.clone(),
            report_by: body.report_by.at(),
        })
    }

    pub(in crate::procedure) fn reported(body: &TaskReport) -> Self {
        Self::Reported { task: body.task_id.clone(), status: body.status }
    }

    pub(in crate::procedure) fn signalled(body: &OperationSignal) -> Self {
        let territory = match &body.scope {
            SignalScope::All => None,
            SignalScope::Territory(party) => Some(party.clone()),
        };
        Self::Signalled { signal: body.signal, territory }
    }

    pub(in crate::procedure) fn declared(body: &OperationStatus) -> Self {
        let plan = body.plan.as_ref();
        Self::Declared {
            status: body.status,
            plan: plan
                .map(|plan| PlanName { version: plan.version.get(), digest: plan.plan_digest }),
        }
    }
}
