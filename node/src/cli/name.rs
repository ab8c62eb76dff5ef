//! `concord name compare | alike`: whether records may be about one person, and why. Needs no node.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::codec::value::Map;
use concord_protocol::codec::value::Value;
use concord_protocol::message::writing::accept;
use concord_protocol::names;
use concord_protocol::names::Subject;
use concord_protocol::names::alike;
use concord_protocol::names::draft::People;
use concord_protocol::names::draft::Two;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::json;
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
    }
}

fn tree_of(path: &Path) -> Result<Value, Report> {
    let text = files::read(path, SUBMISSION_BYTES_MAX)
        .map_err(|error| fail::file(NOT_COMPARED, &error))?;
    json::read(&text).map_err(|error| match error {
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
