//! `concord statistics show | records | check | add | prepare`: figures with what stands behind them, and no blind totals.

use clap::Args;
use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use crate::api::shape::statistics::CheckedReport;
use crate::api::shape::statistics::CountedMessage;
use crate::api::shape::statistics::DerivedFigure;
use crate::api::shape::statistics::ReportList;
use crate::api::shape::statistics::SumDocument;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;

/// What can be done with figures.
#[derive(Debug, Subcommand)]
pub enum StatisticsVerb {
    /// Shows what the procedures give for a period; with an officer and a purpose also what situation reports say, and each
    /// opening of one is logged.
    Show {
        /// About which time.
        #[command(flatten)]
        period: Period,
        /// Staff number of the officer who reads the reports.
        #[arg(long, value_name = "NUMBER", requires = "purpose")]
        officer: Option<String>,
        /// The kind of purpose for which they are read.
        #[arg(long, value_name = "KIND", requires = "officer")]
        purpose: Option<String>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows the messages behind one figure.
    Records {
        /// What is counted: `persons-handed-over`, or `handovers-refused:own-national` for one ground.
        measure: String,
        /// About which time.
        #[command(flatten)]
        period: Period,
        /// `next` of the page before.
        #[arg(long, value_name = "CURSOR")]
        cursor: Option<String>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Opens a situation report and holds its figures against the node's procedures.
    Check {
        /// The report's message, by id or digest.
        id: String,
        /// Who reads, and for what.
        #[command(flatten)]
        reader: ReadBy,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Adds figures of situation reports where they say that they can be added, or says why not.
    Add {
        /// Figures, each as `MESSAGE:REFERENCE`.
        #[arg(required = true, value_parser = named)]
        figures: Vec<(String, String)>,
        /// Who reads, and for what.
        #[command(flatten)]
        reader: ReadBy,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Prints the body of a situation report with its derived figures, for its author to complete.
    Prepare {
        /// About which time.
        #[command(flatten)]
        period: Period,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// About which time.
#[derive(Debug, Args)]
pub struct Period {
    /// From when on, such as `2026-03-01T00:00:00+07:00`.
    #[arg(long, value_name = "INSTANT")]
    since: String,
    /// Up to when, without that instant.
    #[arg(long, value_name = "INSTANT")]
    until: String,
}

impl Period {
    fn ends(&self) -> (&str, &str) {
        (&self.since, &self.until)
    }
}

/// Who reads, and for what.
#[derive(Debug, Args)]
pub struct ReadBy {
    /// Staff number of the officer who reads; it stands in the log.
    #[arg(long, value_name = "NUMBER")]
    officer: String,
    /// The kind of purpose for which it is read.
    #[arg(long, value_name = "KIND")]
    purpose: String,
}

impl ReadBy {
    fn names(&self) -> (&str, &str) {
        (&self.officer, &self.purpose)
    }
}

fn named(text: &str) -> Result<(String, String), String> {
    let (report, figure) = text
        .split_once(':')
        .ok_or("a figure is named by its report's message, a colon and its reference")?;
    Ok((report.to_owned(), figure.to_owned()))
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses.
pub fn run(verb: &StatisticsVerb) -> Result<Answer, Report> {
    match verb {
        StatisticsVerb::Show { period, officer, purpose, reach } => {
            show(period, officer.as_deref().zip(purpose.as_deref()), reach)
        }
        StatisticsVerb::Records { measure, period, cursor, reach } => {
            records(measure, period, cursor.as_deref(), reach)
        }
        StatisticsVerb::Check { id, reader, reach } => {
            let report = reach.client()?.checked_report(id, reader.names())?;
            Ok(Answer::new(checked(&report), table::json(&report)).say(HELD_DIFFERS))
        }
        StatisticsVerb::Add { figures, reader, reach } => {
            Ok(added(&reach.client()?.sum(figures, reader.names())?))
        }
        StatisticsVerb::Prepare { period, reach } => prepare(period, reach),
    }
}

/// What everybody who compares figures of others should have read.
const HELD_DIFFERS: &str =
    "whoever holds other procedures than a report's author finds other figures; ask the author";

// spec: sta-6, sta-7, sta-9
fn show(period: &Period, reader: Option<(&str, &str)>, reach: &Reach) -> Result<Answer, Report> {
    let client = reach.client()?;
    let found = client.statistics(period.ends())?;
    let mut text = figures(found.derived.iter().chain(&found.refused_by_ground));
    let Some(reader) = reader else {
        let answer = Answer::new(text, table::json(&found));
        let answer = unread(answer, found.refused_without_known_ground);
        return Ok(answer.say("figures are not added: they count different things"));
    };
    let reports = client.situation_reports(period.ends(), reader)?;
    text.push_str(&told(&reports));
    let json = json!({"procedures": table::json(&found), "reports": table::json(&reports)});
    let answer = unread(Answer::new(text, json), found.refused_without_known_ground);
    Ok(match reports.more {
        0 => answer.say(HELD_DIFFERS),
        more => answer.say(format!("{more} more reports are not shown: ask for a shorter time")),
    })
}

fn unread(answer: Answer, count: usize) -> Answer {
    match count {
        0 => answer,
        count => {
            answer.say(format!("{count} refusals are under no ground: nobody here knows theirs"))
        }
    }
}

fn figures<'f>(figures: impl Iterator<Item = &'f DerivedFigure>) -> String {
    let rows = figures.map(|figure| {
        [
            figure.measure.clone(),
            figure.value.to_string(),
            figure.unit.clone(),
            figure.counting_rule.clone(),
            figure.records.to_string(),
            figure.not_read.to_string(),
        ]
    });
    table::table(["measure", "value", "unit", "counted by", "records", "not read"], rows)
}

/// Every report: its declared figures apart from its derived ones.
fn told(reports: &ReportList) -> String {
    let mut text: String = reports.items.iter().map(checked).collect();
    if !reports.not_read.is_empty() {
        let rows = reports.not_read.iter().map(|unread| {
            [unread.message.clone(), unread.from.clone(), unread.made.clone(), unread.why.clone()]
        });
        text.push_str(&table::table(["not read", "from", "made", "because"], rows));
    }
    text
}

// spec: sta-3, sta-9
fn checked(report: &CheckedReport) -> String {
    let mut text = table::facts([
        ("report", report.message.clone()),
        ("from", report.from.clone()),
        ("since", report.since.clone()),
        ("until", report.until.clone()),
        ("opened in", report.log_index.to_string()),
    ]);
    let derived = report.derived.iter().map(|checked| {
        let verdict = checked.why.clone().unwrap_or_else(|| "agrees".to_owned());
        [
            field(&checked.figure, "stat_ref"),
            of(&checked.figure),
            table::or_dash(checked.value_here),
            verdict,
        ]
    });
    let declared = report.declared.iter().map(|figure| {
        let source = figure.pointer("/derivation/declared/source").and_then(Value::as_str);
        [field(figure, "stat_ref"), of(figure), overlaps(figure), table::or_dash(source)]
    });
    let obstacles = report.obstacles.iter().map(|obstacle| {
        let here = table::or_dash(obstacle.refusals_here);
        [obstacle.ground.clone(), obstacle.count.to_string(), here]
    });
    text.push_str(&table::table(["derived", "figure", "here", "check"], derived));
    text.push_str(&table::table(["declared", "figure", "overlaps", "source"], declared));
    text.push_str(&table::table(["obstacle", "count", "refusals here"], obstacles));
    text
}

fn field(figure: &Value, name: &str) -> String {
    figure.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A figure in one line: `5500 persons, persons-handed-over by transfer`.
fn of(figure: &Value) -> String {
    let [value, unit, measure, rule] =
        ["value", "unit", "measure", "counting_rule"].map(|name| field(figure, name));
    format!("{value} {unit}, {measure} by {rule}")
}

fn overlaps(figure: &Value) -> String {
    let overlaps = figure.get("overlaps").unwrap_or(&Value::Null);
    overlaps.as_str().map_or_else(|| overlaps.to_string(), ToOwned::to_owned)
}

// spec: sta-6
fn records(
    measure: &str,
    period: &Period,
    cursor: Option<&str>,
    reach: &Reach,
) -> Result<Answer, Report> {
    let found = reach.client()?.counted(measure, period.ends(), cursor)?;
    let row = |message: &CountedMessage, counts: String| {
        [message.procedure.clone(), message.message.clone(), message.digest.clone(), counts]
    };
    let known = found.items.iter().map(|message| row(message, message.counts.to_string()));
    let unknown = found.not_read_items.iter().map(|message| row(message, "not read".to_owned()));
    let mut text = figures([&found.figure].into_iter());
    text.push_str(&table::table(
        ["procedure", "message", "digest", "counts"],
        known.chain(unknown),
    ));
    let answer = Answer::new(text, table::json(&found));
    Ok(match &found.next {
        Some(next) => answer.say(format!("there are more: --cursor {next}")),
        None => answer,
    })
}

// spec: sta-4, sta-10
fn added(sum: &SumDocument) -> Answer {
    let rows =
        sum.figures.iter().map(|figure| [field(figure, "stat_ref"), of(figure), overlaps(figure)]);
    let mut text = table::table(["figure", "what it counts", "overlaps"], rows);
    let total =
        sum.total.as_ref().map(|total| format!("{total} {}", table::or_dash(sum.unit.as_ref())));
    text.push_str(&table::facts([
        ("total", table::or_dash(total)),
        ("because", table::or_dash(sum.because.as_ref())),
        ("between", sum.between.join(", ")),
        ("replaced", sum.replaced.join(", ")),
    ]));
    Answer::new(text, table::json(sum))
}

// spec: sta-11
fn prepare(period: &Period, reach: &Reach) -> Result<Answer, Report> {
    let draft = reach.client()?.report_draft(period.ends())?;
    let mut text = serde_json::to_string_pretty(&draft.body).unwrap_or_default();
    text.push('\n');
    let answer = Answer::new(text, table::json(&draft)).say(
        "this is the `body` of a submission; word whom each figure counts, and say what overlaps",
    );
    Ok(match draft.not_read {
        0 => answer,
        unread => {
            answer.say(format!("{unread} messages may belong to the figures and could not be read"))
        }
    })
}
