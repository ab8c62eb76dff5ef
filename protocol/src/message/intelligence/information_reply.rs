//! The answer to a request for information, question by question.

use alloc::vec::Vec;

use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::approval::Approval;
use crate::message::approval::Said;
use crate::message::body::BodyRules;
use crate::message::evaluation::Evaluation;
use crate::message::fault::FaultCode;
use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::list;
use crate::message::list::OneOrMore;
use crate::message::refusal_ground::RefusalGround;
use crate::message::text::ItemId;
use crate::message::text::Line;
use crate::message::text::LocalizedText;
use crate::message::time::Instant;

choice! {
    /// How a question is answered.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    ReplyStatus {
        /// In full.
        Full = "full",
        /// In part.
        Partial = "partial",
        /// There is no record.
        NoRecord = "no-record",
        /// It is refused.
        Refused = "refused",
        /// It will come.
        Pending = "pending",
    }
}

record! {
    /// The answer to one question.
    QuestionAnswer {
        /// The question.
        question_id: ItemId,
        /// How it is answered.
        status: ReplyStatus,
        /// The answer; required when in full or in part, and only there.
        content: Option<LocalizedText>,
        /// How far it can be relied on.
        evaluation: Option<Evaluation>,
    }
    rules(at, faults) {
        let at = at.key("content");
        match status {
            Some(ReplyStatus::Full | ReplyStatus::Partial) => {
                field::demand(content.as_ref(), &at, faults, "an answer in full or in part has content");
            }
            Some(ReplyStatus::NoRecord | ReplyStatus::Refused | ReplyStatus::Pending) => {
                field::exclude(content.as_ref(), &at, faults, "only an answer in full or in part has content");
            }
            None => {}
        }
    }
}

choice! {
    /// How much is refused.
    RefusalScope {
        /// Every question.
        Whole = "whole",
        /// Some questions.
        Part = "part",
    }
}

record! {
    /// An authority that is competent instead.
    Authority {
        /// Of which Party.
        party: Party,
        /// Which agency, where it runs a node.
        agency: Option<AgencyId>,
        /// What it is called.
        name: Line,
    }
}

record! {
    /// Answers a request for information. Source: DOMAIN 2.2, spec msgk-26.
    InformationReply {
        /// One answer for each question; questions differ.
        answers: OneOrMore<QuestionAnswer>,
        /// On which grounds; required when an answer is refused, and only then.
        refusal: Vec<RefusalGround>,
        /// How much is refused; required and excluded together with the grounds.
        refusal_scope: Option<RefusalScope>,
        /// Why it takes longer; required when an answer is pending.
        delay_reason: Option<LocalizedText>,
        /// When there will be news; required when an answer is pending.
        next_update_by: Option<Instant>,
        /// From when on silence counts as acceptance, once no question is open.
        closes_at: Option<Instant>,
        /// Who is competent instead.
        redirect_to: Option<Authority>,
        /// Which formal request would bring it as evidence.
        evidence_route: Option<LocalizedText>,
    }
    rules(at, faults) {
        let each = || answers.iter().flat_map(|answers| answers.iter());
        list::refuse_repeated(each().map(|answer| &answer.question_id), &at.key("answers"), faults);
        let any = |wanted: ReplyStatus| each().any(|answer| answer.status == wanted);

        // spec: msgk-26
        let (grounds_at, scope_at) = (at.key("refusal"), at.key("refusal_scope"));
        if any(ReplyStatus::Refused) {
            field::demand(refusal.as_ref(), &grounds_at, faults, "a refused answer has its grounds");
            field::demand(refusal_scope.as_ref(), &scope_at, faults, "a refused answer says how much is refused");
            let whole = each().all(|answer| answer.status == ReplyStatus::Refused);
            let stated = refusal_scope.flatten().map(|scope| scope == RefusalScope::Whole);
            if stated.is_some_and(|stated| stated != whole) {
                let reason = "whole when every answer is refused, part otherwise";
                faults.add(&scope_at, FaultCode::Conflicting, reason);
            }
        } else if answers.is_some() {
            field::exclude(refusal.as_ref(), &grounds_at, faults, "grounds stand where an answer is refused");
            field::exclude(refusal_scope.as_ref(), &scope_at, faults, "a scope stands where an answer is refused");
        }
        if any(ReplyStatus::Pending) {
            field::demand(delay_reason.as_ref(), &at.key("delay_reason"), faults, "a pending answer says why");
            let reason = "a pending answer says when there will be news";
            field::demand(next_update_by.as_ref(), &at.key("next_update_by"), faults, reason);
        }
    }
}

impl BodyRules for InformationReply {
    // spec: msgk-31
    const APPROVAL: Approval = Approval::A1;

    fn approval(&self, said: &Said<'_>) -> Approval {
        if said.is_restricted() { Approval::A2 } else { Approval::A1 }
    }
}
