//! A task for one Party, and what becomes of it. A task binds only after its assignee accepts.

use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::body::BodyRules;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::text::ItemId;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;
use crate::message::time::TimeRange;
use crate::message::values::Site;

record! {
    /// Gives a task to a Party. Source: DOMAIN 2.4, spec msgk-93.
    OperationTasking {
        /// By which the operation names it.
        task_id: ItemId,
        /// Whose task it is.
        assignee_party: Party,
        /// Which of its agencies does it.
        assignee: AgencyId,
        /// What.
        what: LocalizedText,
        /// Where.
        place: Site,
        /// When.
        when: TimeRange,
        /// The tasks that come before it; none twice, and not the task itself.
        depends_on: Vec<ItemId>,
        /// By when its end is reported, not before it begins.
        report_by: Instant,
    }
    rules(at, faults) {
        // spec: msgk-93
        let depends_at = at.key("depends_on");
        list::refuse_repeated(depends_on.iter().flatten(), &depends_at, faults);
        if let (Some(task_id), Some(depends_on)) = (&task_id, &depends_on)
            && let Some(index) = depends_on.iter().position(|before| before == task_id)
        {
            let reason = "a task does not come before itself";
            faults.add(&depends_at.item(index), FaultCode::Conflicting, reason);
        }
        if let (Some(when), Some(report_by)) = (&when, &report_by) && report_by.cmp_time(&when.from).is_lt() {
            let reason = "a report is not due before the task begins";
            faults.add(&at.key("report_by"), FaultCode::Conflicting, reason);
        }
    }
}

choice! {
    /// How a task stands. Source: DOMAIN 3.5.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    TaskStatus {
        /// The assignee takes it.
        Accepted = "accepted",
        /// The assignee does not take it.
        Declined = "declined",
        /// The assignee would take it otherwise.
        Amended = "amended",
        /// It has begun.
        Running = "running",
        /// It is done.
        Done = "done",
        /// It failed.
        Failed = "failed",
        /// It is given up.
        Cancelled = "cancelled",
    }
}

impl TaskStatus {
    /// Whether the assignee departs from what was asked, so that others must know why.
    pub const fn needs_reason(self) -> bool {
        match self {
            Self::Declined | Self::Amended | Self::Failed | Self::Cancelled => true,
            Self::Accepted | Self::Running | Self::Done => false,
        }
    }
}

record! {
    /// What an assignee would do instead; what is absent stays as it was asked.
    TaskAmendment {
        /// What.
        what: Option<LocalizedText>,
        /// Where.
        place: Option<Site>,
        /// When.
        when: Option<TimeRange>,
        /// By when it reports.
        report_by: Option<Instant>,
    }
    rules(at, faults) {
        let nothing = (Some(&None), Some(&None), Some(&None), Some(&None));
        if (what.as_ref(), place.as_ref(), when.as_ref(), report_by.as_ref()) == nothing {
            let reason = "an amendment changes something: one of what, place, when, report_by";
            faults.add(at, FaultCode::Missing, reason);
        }
    }
}

record! {
    /// Says how a task stands, by its assignee. Source: DOMAIN 2.4 and 3.5, spec msgk-93.
    TaskReport {
        /// Which task.
        task_id: ItemId,
        /// How it stands.
        status: TaskStatus,
        /// Why; required when declined, amended, failed or cancelled.
        reason: Option<LocalizedText>,
        /// What would be done instead; required when amended, and only there.
        amended: Option<TaskAmendment>,
    }
    rules(at, faults) {
        // spec: msgk-93
        if status.is_some_and(TaskStatus::needs_reason) {
            let rule = "a task that is declined, amended, failed or cancelled has a reason";
            field::demand(reason.as_ref(), &at.key("reason"), faults, rule);
        }
        if let Some(status) = status {
            let amended_at = at.key("amended");
            if status == TaskStatus::Amended {
                let rule = "an amended task says what would be done instead";
                field::demand(amended.as_ref(), &amended_at, faults, rule);
            } else {
                field::exclude(amended.as_ref(), &amended_at, faults, "only an amended task has an amendment");
            }
        }
    }
}

impl BodyRules for OperationTasking {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A2;
}

impl BodyRules for TaskReport {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;
}
