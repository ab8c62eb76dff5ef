//! Deconfliction in JSON: holdings, alerts, digests, and what to answer.

use concord_protocol::ids::ProcedureId;
use concord_protocol::message::field::Field;
use concord_protocol::message::text::StaffNumber;
use concord_protocol::procedure::exchange::holding::Sight;
use concord_protocol::procedure::exchange::holding::Viewer;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::host::deconfliction::Holdup;
use crate::host::deconfliction::look::Pending;
use crate::host::deconfliction::look::Proposal;
use crate::host::deconfliction::look::ProposedAnswer;
use crate::host::deconfliction::register::holding::Holding;
use crate::host::deconfliction::register::query::Alert;
use crate::host::handle::deconfliction::MadeDigests;

/// What somebody of the agency works on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldingDocument {
    /// Its number in the register.
    pub number: u64,
    /// The identifier, as in messages.
    pub identifier: Value,
    /// Who works on it, by staff number.
    pub owner: String,
    /// In which case.
    pub case_ref: String,
    /// Who may know: `full`, `hit-no-hit` or `silent-to-owner`.
    pub policy: String,
    /// When it was entered.
    pub since: String,
}

/// The holdings of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldingList {
    /// By number.
    pub items: Vec<HoldingDocument>,
}

/// That somebody asked about a holding, and how often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertDocument {
    /// When it was first noticed.
    pub at: String,
    /// When it was last noticed.
    pub last: String,
    /// With how many queries.
    pub times: u64,
    /// Who asked.
    pub from: String,
    /// In which procedure, the last time.
    pub procedure: String,
    /// With which message, the last time.
    pub query: String,
    /// About which holding.
    pub holding: u64,
    /// The identifier, as in messages.
    pub identifier: Value,
    /// In which case of the owner it stands.
    pub case_ref: String,
    /// The policy that the holding had: under `silent-to-owner` nobody else was told.
    pub policy: String,
}

/// What one owner was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    /// What was asked about last stands last.
    pub items: Vec<AlertDocument>,
}

/// Digests for a query.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DigestList {
    /// The key of the query's body.
    pub key: String,
    /// One digest for each identifier, in their order.
    pub keyed_digests: Vec<String>,
}

/// What to answer to a query, as one officer may see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProposalDocument {
    /// The procedure.
    pub procedure: String,
    /// The query.
    pub query: String,
    /// Who asks.
    pub from: String,
    /// `ready`, or `pending` while digests of holdings are still to be made by the node of whoever asks.
    pub state: String,
    /// Of how many holdings.
    pub missing: u64,
    /// What it waits for; absent when it is ready.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// One answer for each identifier that is asked about; empty while it is pending.
    pub answers: Vec<AnswerDocument>,
}

/// What to answer about one identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AnswerDocument {
    /// Its keyed digest.
    pub keyed_digest: String,
    /// `hit` or `no-hit`.
    pub answer: String,
    /// Whom to ask before a hit is confirmed, by staff number.
    pub ask: Vec<String>,
    /// The holdings that the officer may see.
    pub holdings: Vec<HoldingDocument>,
}

impl From<&Holding> for HoldingDocument {
    fn from(held: &Holding) -> Self {
        Self {
            number: held.number(),
            identifier: serde_json::to_value(held.identifier().write()).unwrap_or_default(),
            owner: held.owner().as_str().to_owned(),
            case_ref: held.case_ref().to_string(),
            policy: held.policy().text().to_owned(),
            since: held.since().to_string(),
        }
    }
}

impl From<&Alert> for AlertDocument {
    fn from(alert: &Alert) -> Self {
        Self {
            at: alert.at().to_string(),
            last: alert.last().to_string(),
            times: alert.times(),
            from: alert.from().to_string(),
            procedure: alert.procedure().to_string(),
            query: alert.query().to_string(),
            holding: alert.holding(),
            identifier: serde_json::to_value(alert.identifier()).unwrap_or_default(),
            case_ref: alert.case_ref().to_string(),
            policy: alert.policy().text().to_owned(),
        }
    }
}

impl From<&MadeDigests> for DigestList {
    fn from(made: &MadeDigests) -> Self {
        let keyed_digests = made.digests.iter().map(ToString::to_string).collect();
        Self { key: made.key.to_string(), keyed_digests }
    }
}

impl ProposalDocument {
    /// What one officer may see of it.
    // spec: dcf-12
    pub(crate) fn seen_by(proposal: &Proposal, officer: &StaffNumber) -> Self {
        let Proposal { query, procedure, from, pending, answers } = proposal;
        let procedure: &ProcedureId = procedure;
        Self {
            procedure: procedure.to_string(),
            query: query.to_string(),
            from: from.to_string(),
            state: if pending.is_some() { "pending" } else { "ready" }.to_owned(),
            missing: pending
                .map_or(0, |pending| u64::try_from(pending.missing).unwrap_or(u64::MAX)),
            why: pending.as_ref().map(why),
            answers: answers.iter().map(|answer| seen(answer, officer)).collect(),
        }
    }
}

/// One answer, with what the officer may see of what it rests on.
// spec: dcf-12
fn seen(answer: &ProposedAnswer, officer: &StaffNumber) -> AnswerDocument {
    let (mut ask, mut holdings) = (Vec::new(), Vec::new());
    for held in &answer.holdings {
        let viewer = if held.owner() == officer { Viewer::Owner } else { Viewer::Other };
        match held.policy().sight(viewer) {
            Sight::Whole => holdings.push(HoldingDocument::from(held)),
            Sight::Whose => {}
            Sight::Nothing => continue,
        }
        ask.push(held.owner().as_str().to_owned());
    }
    ask.sort();
    ask.dedup();
    AnswerDocument {
        keyed_digest: answer.digest.to_string(),
        answer: answer.answer.text().to_owned(),
        ask,
        holdings,
    }
}

/// What a query waits for, in a sentence.
// spec: dcf-15
fn why(pending: &Pending) -> String {
    match pending.holdup {
        None => {
            "there is no link with the node of whoever asks, or it was not asked yet".to_owned()
        }
        Some(Holdup::Asked) => "the node of whoever asks is making the digests".to_owned(),
        Some(Holdup::Silent) => {
            "the node of whoever asks was asked for digests and says nothing".to_owned()
        }
        Some(Holdup::SpentUntil(until)) => {
            format!("the node of whoever asks makes no more digests for this agency before {until}")
        }
        Some(Holdup::KeyGone) => {
            "the node of whoever asks no longer has the key of this query: it has to ask again"
                .to_owned()
        }
        Some(Holdup::Unable) => {
            "digests cannot be written down now; the node's log says where".to_owned()
        }
    }
}
