//! The end of a log in JSON.

use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::host::handle::succession::Stage;
use crate::host::handle::succession::SuccessionView;

/// That a log of an agency ends and the next one begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Succession {
    /// Whose logs they are.
    pub agency: String,
    /// `proposed`, or `in-force` once a quorum approved.
    pub stage: String,
    /// The log that ends.
    pub from_log: u64,
    /// The log that begins.
    pub to_log: u64,
    /// Why: `rollback`, `fork`, `damage` or `compromise`.
    pub cause: String,
    /// Who decided at the agency, by staff number.
    pub officer: String,
    /// When.
    pub at: String,
    /// Leaves of the old log under the largest checkpoint that is named: where it ends.
    pub ends_at: u64,
    /// Leaves that the agency has of the old log.
    pub restored_size: u64,
    /// Place of the first leaf that may be lost.
    pub lost_first: u64,
    /// How many leaves may be lost.
    pub lost_count: u64,
    /// The checkpoints that are named, in ascending order.
    pub checkpoints: Vec<NamedCheckpoint>,
    /// Digest of the signed statement: what approvals approve.
    pub statement: String,
    /// The approvals that this node holds.
    pub approvals: Vec<GivenApproval>,
    /// Approvals that are needed.
    pub quorum: u16,
    /// What this node itself knows that speaks against approving.
    pub objection: Option<String>,
}

/// A checkpoint of the log that ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NamedCheckpoint {
    /// Leaves covered.
    pub size: u64,
    /// Root over them.
    pub root: String,
}

/// A member's approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GivenApproval {
    /// Who approves.
    pub agency: String,
    /// Who decided there, by staff number.
    pub officer: String,
    /// When.
    pub at: String,
}

impl From<&SuccessionView> for Succession {
    fn from(view: &SuccessionView) -> Self {
        let said = view.statement.statement();
        let named = view
            .statement
            .last()
            .iter()
            .map(|last| NamedCheckpoint { size: last.size.get(), root: last.root.to_string() });
        let given = view.approvals.iter().map(|approval| GivenApproval {
            agency: approval.agency().to_string(),
            officer: approval.approval().officer.to_string(),
            at: approval.approval().at.to_string(),
        });
        Self {
            agency: said.agency.to_string(),
            stage: match view.stage {
                Stage::Proposed => "proposed",
                Stage::InForce => "in-force",
            }
            .to_owned(),
            from_log: said.from_log.get(),
            to_log: said.to_log.get(),
            cause: said.cause.to_string(),
            officer: said.officer.to_string(),
            at: said.at.to_string(),
            ends_at: view.statement.frozen().get(),
            restored_size: said.restored.size.get(),
            lost_first: said.lost.first.get(),
            lost_count: said.lost.count,
            checkpoints: named.collect(),
            statement: view.statement.digest().to_string(),
            approvals: given.collect(),
            quorum: view.quorum,
            objection: view.objection.map(|objection| objection.to_string()),
        }
    }
}
