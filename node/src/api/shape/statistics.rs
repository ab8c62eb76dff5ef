//! Derived figures in JSON, and the messages behind them.

use concord_protocol::procedure::statistics::derived as protocol;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// What the procedures of a node give for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statistics {
    /// How many procedures were looked through.
    pub procedures: usize,
    /// One figure for each measure. They are not added: they count different things.
    pub derived: Vec<DerivedFigure>,
}

/// A figure that was computed from procedures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DerivedFigure {
    /// What is counted.
    pub measure: String,
    /// How much.
    pub value: u64,
    /// In what unit.
    pub unit: String,
    /// What is counted once.
    pub counting_rule: String,
    /// From when on.
    pub since: String,
    /// Up to when, without that instant.
    pub until: String,
    /// Names the question, as a situation report names it.
    pub query_digest: String,
    /// How many messages are counted.
    pub records: usize,
}

/// A figure with the messages behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TracedFigure {
    /// The figure.
    #[serde(flatten)]
    pub figure: DerivedFigure,
    /// The messages, in the order of their procedures.
    pub items: Vec<CountedMessage>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<String>,
}

/// One message behind a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CountedMessage {
    /// In which procedure.
    pub procedure: String,
    /// The message's id.
    pub message: String,
    /// Its digest.
    pub digest: String,
    /// How much it counts.
    pub counts: u64,
}

impl From<&protocol::Derived> for DerivedFigure {
    fn from(derived: &protocol::Derived) -> Self {
        let question = derived.question;
        Self {
            measure: question.measure.text().to_owned(),
            value: derived.value,
            unit: question.measure.unit().to_owned(),
            counting_rule: question.measure.counting_rule().text().to_owned(),
            since: question.from.to_string(),
            until: question.until.to_string(),
            query_digest: format!("sha256:{}", question.digest()),
            records: derived.records.len(),
        }
    }
}

impl From<&protocol::Record> for CountedMessage {
    fn from(record: &protocol::Record) -> Self {
        Self {
            procedure: record.procedure.to_string(),
            message: record.message.to_string(),
            digest: record.digest.to_string(),
            counts: record.counts,
        }
    }
}
