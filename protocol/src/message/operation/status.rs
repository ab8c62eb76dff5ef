//! Where the operation as a whole stands, as its lead writes it.

use crate::crypto::digest::Digest;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::operation::version::Version;
use crate::message::text::LocalizedText;

choice! {
    /// What the lead declares. Source: DOMAIN 3.5.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    DeclaredStatus {
        /// Everything is in place for a go.
        Ready = "ready",
        /// It is over, and results are collected.
        Reporting = "reporting",
        /// The results were looked at together.
        Evaluated = "evaluated",
        /// It is closed.
        Closed = "closed",
        /// It does not take place.
        Dropped = "dropped",
        /// It goes on although a Party left.
        ReApproved = "re-approved",
    }
}

impl DeclaredStatus {
    /// Whether it rests on one version of the plan.
    pub const fn needs_plan(self) -> bool {
        match self {
            Self::Ready | Self::ReApproved => true,
            Self::Reporting | Self::Evaluated | Self::Closed | Self::Dropped => false,
        }
    }

    /// Whether others must know why.
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Dropped | Self::ReApproved => true,
            Self::Ready | Self::Reporting | Self::Evaluated | Self::Closed => false,
        }
    }
}

record! {
    /// Which plan a status rests on.
    PlanInForce {
        /// Which version.
        version: Version,
        /// The message that holds it.
        plan_digest: Digest,
    }
}

record! {
    /// Declares where the operation stands. Source: DOMAIN 3.5, spec msgk-95.
    OperationStatus {
        /// What is declared.
        status: DeclaredStatus,
        /// The plan it rests on; required when ready or re-approved, and only there.
        plan: Option<PlanInForce>,
        /// Why; required when dropped or re-approved.
        reason: Option<LocalizedText>,
        /// What was learned; required when evaluated.
        summary: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-95
        if let Some(status) = status {
            let plan_at = at.key("plan");
            if status.needs_plan() {
                field::demand(plan.as_ref(), &plan_at, faults, "ready and re-approved name the plan in force");
            } else {
                field::exclude(plan.as_ref(), &plan_at, faults, "only ready and re-approved name a plan");
            }
            if status.needs_reason() {
                field::demand(reason.as_ref(), &at.key("reason"), faults, "dropped and re-approved say why");
            }
            if status == DeclaredStatus::Evaluated {
                field::demand(summary.as_ref(), &at.key("summary"), faults, "evaluated says what was learned");
            }
        }
    }
}

impl BodyRules for OperationStatus {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}
