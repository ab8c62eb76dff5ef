//! What the messages of a request for information state.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::message::intelligence::information_reply::InformationReply;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::intelligence::information_request::RequestForInformation;
use crate::message::refusal_ground::RefusalGround;
use crate::message::text::ItemId;
use crate::moment::Timestamp;

/// A fact of a request for information. Source: spec pro-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InformationFact {
    /// Questions are asked.
    Requested(Request),
    /// They are answered, each in its way.
    Replied(Reply),
}

/// What a request states that a reply has to respect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Its questions in order, each as SHA-256 of its id: the state speaks of them by number.
    pub questions: Vec<Digest>,
    /// Whether answering needs a warrant or compulsion.
    pub coercive: bool,
}

/// What a reply states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    /// How each question that it names is answered.
    pub answers: Vec<(Digest, ReplyStatus)>,
    /// Whether a court did not allow an answer.
    pub court_refused: bool,
    /// Whether it names the formal request that would bring the answer.
    pub names_route: bool,
    /// Whether it names somebody else who is competent.
    pub redirects: bool,
    /// When there will be news.
    pub next_update_by: Option<Timestamp>,
    /// From when on silence counts as acceptance.
    pub closes_at: Option<Timestamp>,
}

impl InformationFact {
    pub(in crate::procedure) fn requested(body: &RequestForInformation) -> Self {
        Self::Requested(Request {
            questions: body.questions.iter().map(|question| mark(&question.id)).collect(),
            coercive: body.coercive_measure_needed,
        })
    }

    pub(in crate::procedure) fn replied(body: &InformationReply) -> Self {
        let answers = body.answers.iter().map(|answer| (mark(&answer.question_id), answer.status));
        Self::Replied(Reply {
            answers: answers.collect(),
            court_refused: body.refusal.contains(&RefusalGround::JudicialAuthorisationRefused),
            names_route: body.evidence_route.is_some(),
            redirects: body.redirect_to.is_some(),
            next_update_by: body.next_update_by.as_ref().map(|by| by.at()),
            closes_at: body.closes_at.as_ref().map(|at| at.at()),
        })
    }
}

impl Reply {
    /// Whether it answers anything, if only that there is no record.
    pub fn gives(&self) -> bool {
        let given = |status: ReplyStatus| match status {
            ReplyStatus::Full | ReplyStatus::Partial | ReplyStatus::NoRecord => true,
            ReplyStatus::Refused | ReplyStatus::Pending => false,
        };
        self.answers.iter().any(|(_, status)| given(*status))
    }

    /// Whether it only says that it takes longer.
    pub fn puts_off(&self) -> bool {
        self.answers.iter().all(|(_, status)| *status == ReplyStatus::Pending)
    }

    /// Whether it refuses and gives nothing.
    pub fn refuses(&self) -> bool {
        !self.gives() && !self.puts_off()
    }

    /// Whether it can end the request without an answer.
    pub fn may_end(&self) -> bool {
        self.refuses() || self.names_route || self.redirects
    }
}

/// The id of a question without its text.
fn mark(id: &ItemId) -> Digest {
    digest::sha256(id.as_str().as_bytes())
}
