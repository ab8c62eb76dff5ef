//! `concord name compare | alike | date | age`: whether records may be about one person, and when somebody was born.
//!
//! Needs no node.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use clap::ValueEnum;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::message::calendar;
use concord_protocol::message::calendar::AgeCount;
use concord_protocol::message::calendar::Order;
use concord_protocol::message::calendar::Span;
use concord_protocol::message::partial_date::Calendar;
use concord_protocol::message::partial_date::Precision;
use concord_protocol::message::time::CivilDate;
use concord_protocol::message::writing::accept;
use concord_protocol::names;
use concord_protocol::names::Subject;
use concord_protocol::names::alike;
use concord_protocol::names::draft::People;
use concord_protocol::names::draft::Two;
use serde_json::json;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::json as text_of_json;
use crate::api::json::JsonError;
use crate::api::refusal;
use crate::api::shape::names::AlikeDocument;
use crate::api::shape::names::ComparisonDocument;
use crate::api::shape::names::GroundDocument;
use crate::api::shape::names::changes;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::table;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with names.
#[derive(Debug, Subcommand)]
pub enum NameVerb {
    /// Compares two records of people, and says everything that speaks for or against their being one.
    Compare {
        /// A person as a message has it, in JSON.
        one: PathBuf,
        /// Another one.
        other: PathBuf,
    },
    /// Finds people of one draft who may be one person.
    Alike {
        /// A submission, in JSON.
        draft: PathBuf,
    },
    /// Says which days a date on a paper can be.
    Date {
        /// As it is written, such as `12/02/2541` or `1998年正月初一`.
        stated: String,
        /// In which calendar: `gregorian`, `buddhist-th`, `buddhist-kh`, `buddhist-la`, `buddhist-mm`, `myanmar-era` or
        /// `chinese-lunar`.
        #[arg(long)]
        calendar: String,
        /// What comes first where it does not say so.
        #[arg(long)]
        first: Option<First>,
    },
    /// Says when somebody of an age can be born.
    Age {
        /// Years.
        years: i16,
        /// On which day they were stated.
        #[arg(long, value_name = "YYYY-MM-DD")]
        on: String,
        /// Counted as one at birth, and one more at each lunar new year.
        #[arg(long)]
        nominal: bool,
    },
}

/// What comes first in a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum First {
    /// The day.
    Day,
    /// The month.
    Month,
}

const NOT_COMPARED: &str = "nothing was compared";

/// What everybody who reads a comparison should have read.
const NO_DECISION: &str = "a comparison decides nothing: whoever knows the papers does";

/// Runs one verb.
///
/// # Errors
/// When a file cannot be read, or is not what it should be.
pub fn run(verb: &NameVerb) -> Result<Answer, Report> {
    match verb {
        NameVerb::Compare { one, other } => compare(one, other),
        NameVerb::Alike { draft } => among(draft),
        NameVerb::Date { stated, calendar, first } => date(stated, calendar, *first),
        NameVerb::Age { years, on, nominal } => {
            let count = if *nominal { AgeCount::Nominal } else { AgeCount::Completed };
            age(*years, count, on)
        }
    }
}

const NOT_CONVERTED: &str = "nothing was converted";

// spec: nam-10
fn date(stated: &str, calendar: &str, first: Option<First>) -> Result<Answer, Report> {
    let calendar = Calendar::parse(calendar).ok_or_else(|| {
        let names: Vec<&str> = Calendar::ALL.iter().map(|calendar| calendar.text()).collect();
        Report::new(
            Code::Usage,
            NOT_CONVERTED,
            format!("a calendar is one of: {}", names.join(", ")),
        )
    })?;
    let order = first.map(|first| match first {
        First::Day => Order::DayFirst,
        First::Month => Order::MonthFirst,
    });
    let reading = calendar::convert(stated, calendar, order)
        .map_err(|error| Report::caused(Code::Usage, NOT_CONVERTED, &error))?;
    Ok(days(reading.possible, Some(reading.precision)))
}

// spec: nam-14
fn age(years: i16, count: AgeCount, on: &str) -> Result<Answer, Report> {
    let on =
        CivilDate::parse(on).map_err(|error| Report::caused(Code::Usage, NOT_CONVERTED, &error))?;
    let span = calendar::of_age(years, count, on).ok_or_else(|| {
        let why = "the age is below zero, or beyond the lunar years 1901 to 2099";
        Report::new(Code::Usage, NOT_CONVERTED, why)
    })?;
    Ok(days(span, None).say("whoever can be a child by the latest day is one"))
}

fn days(span: Span, precision: Option<Precision>) -> Answer {
    let (earliest, latest) = (span.first.to_string(), span.last.to_string());
    let precision = precision.unwrap_or(Precision::AgeOnly).text();
    let text = table::facts([
        ("precision", precision.to_owned()),
        ("earliest", earliest.clone()),
        ("latest", latest.clone()),
    ]);
    Answer::new(text, json!({"precision": precision, "earliest": earliest, "latest": latest}))
}

fn tree_of(path: &Path) -> Result<Value, Report> {
    let text = files::read(path, SUBMISSION_BYTES_MAX)
        .map_err(|error| fail::file(NOT_COMPARED, &error))?;
    text_of_json::read(&text).map_err(|error| match error {
        JsonError::Syntax { line, column, reason } => {
            let why = format!("{}: line {line}, column {column}: {reason}", path.display());
            Report::new(Code::BadJson, NOT_COMPARED, why)
        }
        JsonError::Faults(faults) => {
            Report::new(Code::BadJson, NOT_COMPARED, path.display().to_string()).with_fields(faults)
        }
    })
}

// spec: nam-28
fn compare(one: &Path, other: &Path) -> Result<Answer, Report> {
    let mut two = Map::new();
    drop(two.put("one", tree_of(one)?));
    drop(two.put("other", tree_of(other)?));
    let (two, accepted) = accept::read(&Value::Map(two), Two::of).map_err(|faults| {
        Report::new(Code::BadSubmission, NOT_COMPARED, format!("{} fields are wrong", faults.len()))
            .with_fields(refusal::fields(&faults))
    })?;
    let comparison = names::compare(Subject::from(&two.one), Subject::from(&two.other));
    let document = ComparisonDocument::new(&comparison, changes(&accepted));
    let mut text = table::facts([("grade", document.grade.clone())]);
    text.push_str(&grounds(&document.grounds));
    let told = document.changes.iter().map(|change| format!("{}: {}", change.pointer, change.says));
    let answer = Answer::new(text, table::json(&document));
    Ok(told.fold(answer, Answer::say).say(NO_DECISION))
}

fn grounds(grounds: &[GroundDocument]) -> String {
    let place = |at: Option<usize>| at.map_or_else(|| "–".to_owned(), |at| at.to_string());
    let rows = grounds.iter().map(|ground| {
        [ground.bearing.clone(), ground.says.clone(), place(ground.one), place(ground.other)]
    });
    table::table(["bearing", "ground", "one", "other"], rows)
}

// spec: nam-27
fn among(draft: &Path) -> Result<Answer, Report> {
    let tree = accept::written(&tree_of(draft)?).tree;
    let people = People::of(&tree);
    let found = alike::among(&people.subjects());
    let document = AlikeDocument::new(&people, &found);
    let mut text = String::new();
    for pair in &document.pairs {
        let grade = pair.comparison.grade.clone();
        text.push_str(&table::facts([
            ("one", pair.one.clone()),
            ("other", pair.other.clone()),
            ("grade", grade),
        ]));
        text.push_str(&grounds(&pair.comparison.grounds));
    }
    if document.pairs.is_empty() {
        text.push_str("no two may be one person\n");
    }
    let answer = Answer::new(text, table::json(&document)).say(NO_DECISION);
    let answer = match document.more {
        0 => answer,
        more => answer.say(format!("{more} more pairs are not listed")),
    };
    Ok(match document.unread {
        0 => answer,
        unread => answer
            .say(format!("{unread} people have faults, or are too many, and were not compared")),
    })
}
