//! Figures in JSON: derived ones with the messages behind them, those of situation reports, and sums.

use concord_protocol::message::coordination::situation::StatItem;
use concord_protocol::message::field::Field;
use concord_protocol::procedure::statistics::derived as protocol;
use concord_protocol::procedure::statistics::sum::NoSum;
use concord_protocol::procedure::statistics::sum::Sum;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

/// What the procedures of a node give for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Statistics {
    /// How many procedures the node holds.
    pub procedures: usize,
    /// How many of them were folded for this answer: those to which something came since the last one.
    pub folded: usize,
    /// One figure for each measure. They are not added: they count different things.
    pub derived: Vec<DerivedFigure>,
    /// The refusals that name each ground. They are not added: one refusal can name several.
    pub refused_by_ground: Vec<DerivedFigure>,
    /// Refusals, or decisions that may be some, whose grounds nobody here knows; they are in none of those.
    pub refused_without_known_ground: usize,
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
    /// How many may have to be counted and could not be read.
    pub not_read: usize,
}

/// A figure with the messages behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TracedFigure {
    /// The figure.
    #[serde(flatten)]
    pub figure: DerivedFigure,
    /// The messages, in the order of their procedures.
    pub items: Vec<CountedMessage>,
    /// Messages that may have to be counted and could not be read.
    pub not_read_items: Vec<CountedMessage>,
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

/// The body of a situation report, to be completed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportDraft {
    /// The body, as a submission has it.
    #[schema(value_type = Object)]
    pub body: serde_json::Value,
    /// How many messages may have to be counted in its figures and could not be read.
    pub not_read: usize,
}

/// Situation reports that were opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportList {
    /// The reports, newest first.
    pub items: Vec<CheckedReport>,
    /// Reports that could not be opened.
    pub not_read: Vec<UnreadReport>,
    /// How many more there are: ask for a shorter time.
    pub more: usize,
}

/// A situation report that could not be opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UnreadReport {
    /// The message's id.
    pub message: String,
    /// Whose it is.
    pub from: String,
    /// When it was made.
    pub made: String,
    /// Why it could not be opened.
    pub why: String,
}

/// A situation report, its figures held against the procedures here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckedReport {
    /// The message's id.
    pub message: String,
    /// Whose it is.
    pub from: String,
    /// When it was made.
    pub made: String,
    /// The leaf of the log that records this reading.
    pub log_index: u64,
    /// From when on it reports, as it says.
    pub since: String,
    /// Up to when.
    pub until: String,
    /// Its derived figures, each with whether the procedures here give the same.
    pub derived: Vec<CheckedFigure>,
    /// Its declared figures, as they stand there; for each ask its source.
    #[schema(value_type = Vec<Object>)]
    pub declared: Vec<serde_json::Value>,
    /// What stood in the way, ground by ground.
    pub obstacles: Vec<ReportedObstacle>,
}

/// A derived figure of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckedFigure {
    /// The figure, as it stands there.
    #[schema(value_type = Object)]
    pub figure: serde_json::Value,
    /// Whether the procedures here give the same. Whoever holds other procedures than the author finds another number.
    pub agrees: bool,
    /// In what it differs, or why it cannot be checked.
    pub why: Option<String>,
    /// What the procedures here give; absent where it cannot be asked.
    pub value_here: Option<u64>,
    /// How many messages that counts.
    pub records_here: Option<usize>,
    /// How many may have to be counted and could not be read here.
    pub not_read_here: usize,
}

/// How often a ground stood in the way, by a report and by the procedures here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReportedObstacle {
    /// The ground.
    pub ground: String,
    /// How often, as the report says; it may count more than refused handovers.
    pub count: u64,
    /// Refused handovers on this ground that are held here; absent for a ground of other requests.
    pub refusals_here: Option<u64>,
    /// Refusals held here whose grounds nobody here knows.
    pub not_read_here: usize,
}

/// What adding figures came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SumDocument {
    /// The total; absent where there is none.
    pub total: Option<String>,
    /// In what unit.
    pub unit: Option<String>,
    /// The figures that were added.
    pub of: Vec<String>,
    /// Figures that others among them replace; they are not in the total.
    pub replaced: Vec<String>,
    /// Why there is no total, and what to do.
    pub because: Option<String>,
    /// The figures that do not go together.
    pub between: Vec<String>,
    /// Every figure that was named, with everything that says what it counts.
    #[schema(value_type = Vec<Object>)]
    pub figures: Vec<serde_json::Value>,
}

impl SumDocument {
    /// Shows the figures, and the total or why there is none.
    pub fn of(items: &[StatItem], sum: &Result<Sum, NoSum>) -> Self {
        let written = |item: &StatItem| serde_json::to_value(item.write()).unwrap_or_default();
        let figures = items.iter().map(written).collect();
        match sum {
            Ok(sum) => Self {
                total: Some(sum.text()),
                unit: items.first().map(|item| item.unit.as_str().to_owned()),
                of: sum.of.iter().map(ToString::to_string).collect(),
                replaced: sum.replaced.iter().map(ToString::to_string).collect(),
                because: None,
                between: Vec::new(),
                figures,
            },
            Err(none) => Self {
                total: None,
                unit: None,
                of: Vec::new(),
                replaced: Vec::new(),
                because: Some(none.to_string()),
                between: none.between.iter().map(ToString::to_string).collect(),
                figures,
            },
        }
    }
}

impl From<&protocol::Derived> for DerivedFigure {
    fn from(derived: &protocol::Derived) -> Self {
        let question = derived.question;
        let measure = question.topic.measure();
        Self {
            measure: question.topic.to_string(),
            value: derived.value,
            unit: measure.unit().to_owned(),
            counting_rule: measure.counting_rule().text().to_owned(),
            since: question.from.to_string(),
            until: question.until.to_string(),
            query_digest: format!("sha256:{}", question.digest()),
            records: derived.records.len(),
            not_read: derived.unread.len(),
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
