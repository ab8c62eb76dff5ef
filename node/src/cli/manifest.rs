//! `concord manifest import | export | arrive`: people on a list of somebody's spreadsheet, and back; and who arrived.
//!
//! Uses `sheet`, `read`, `plan`, `rows`, `table`, `arrive`. Reading a file and making entries of it are apart: the second is pure.
//! Nothing is guessed and nothing half-taken: with one fault there is no message.

pub mod arrive;

mod alike;
mod cells;
mod dates;
mod neutral;
mod plan;
mod read;
mod rows;
mod sheet;
mod table;

#[cfg(test)]
mod tests;

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;
use concord_protocol::message::batch::entry::ManifestEntry;
use concord_protocol::message::batch::root;
use concord_protocol::message::batch::root::SaltSeed;
use concord_protocol::message::fault::Faults;
use concord_protocol::message::field::Field;
use concord_protocol::message::list::Bounded;
use concord_protocol::message::pointer::Pointer;
use concord_protocol::message::submission::Submission;
use serde_json::Value;
use serde_json::json;

use crate::api::json;
use crate::api::refusal;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::manifest::alike::Rows;
use crate::cli::manifest::plan::Plan;
use crate::cli::manifest::read::SheetError;
use crate::cli::manifest::rows::CellFault;
use crate::cli::manifest::rows::Found;
use crate::cli::table as console;
use crate::cli::words;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::report::Exit;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Longest sheet that is read.
const SHEET_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Longest mapping and message.
const TEXT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What can be done with a manifest.
#[derive(Debug, Subcommand)]
pub enum ManifestVerb {
    /// Makes entries of a manifest of the rows of a CSV or XLSX file.
    Import {
        /// The sheet.
        file: PathBuf,
        /// What each column is, in TOML; without it the headers are paths, as `export` writes them.
        #[arg(long, value_name = "FILE")]
        map: Option<PathBuf>,
        /// Shows what would be made of it, and every fault by its cell; nothing is written.
        #[arg(long, conflicts_with_all = ["message", "out"])]
        preview: bool,
        /// The message of kind `batch-manifest`, in JSON, that the entries are for; what follows from them is computed.
        #[arg(long, value_name = "FILE", required_unless_present = "preview")]
        message: Option<PathBuf>,
        /// The message with its entries, to be sent.
        #[arg(long, value_name = "FILE", required_unless_present = "preview")]
        out: Option<PathBuf>,
    },
    /// Writes the entries of a manifest as a CSV file, in which no text acts as a formula.
    Export {
        /// The message of kind `batch-manifest`, in JSON.
        message: PathBuf,
        /// The CSV file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Says in the handover of each person who arrived with which batch the person came.
    Arrive(arrive::Arrive),
}

const NOT_READ: &str = "the sheet was not read";
const NOT_MADE: &str = "no manifest was made";

/// Runs one verb.
///
/// # Errors
/// When a file cannot be read, is not what it should be, or has faults, or the node cannot be reached or refuses.
pub fn run(verb: &ManifestVerb) -> Result<Answer, Report> {
    match verb {
        ManifestVerb::Import { file, map, preview, message, out } => {
            let found = found(file, map.as_deref())?;
            match (preview, message, out) {
                (false, Some(message), Some(out)) => written(&found, message, out),
                (_, _, _) => Ok(preview_of(&found)),
            }
        }
        ManifestVerb::Export { message, out } => exported(message, out),
        ManifestVerb::Arrive(arguments) => arrive::run(arguments),
    }
}

fn bytes_of(path: &Path, max: usize, what: &'static str) -> Result<Vec<u8>, Report> {
    Ok(files::read(path, max).map_err(|error| fail::file(what, &error))?.to_vec())
}

fn found(file: &Path, map: Option<&Path>) -> Result<Found, Report> {
    let plan = map.map_or_else(|| Ok(Plan::default()), plan_of)?;
    let bytes = bytes_of(file, SHEET_BYTES_MAX, NOT_READ)?;
    let delimiter = u8::try_from(plan.delimiter).ok().filter(u8::is_ascii).ok_or_else(|| {
        Report::new(Code::Usage, NOT_READ, "`delimiter` of the mapping is one ASCII character")
    })?;
    let sheet = read::read(&bytes, plan.sheet.as_deref(), delimiter);
    let sheet = sheet.map_err(|error| unread(&error))?;
    Ok(rows::read(&sheet, &plan))
}

fn unread(error: &SheetError) -> Report {
    let report = Report::caused(Code::FileUnreadable, NOT_READ, error);
    match error {
        SheetError::Encoding { .. } => report.with_remedy(
            "save it from the spreadsheet as `CSV UTF-8` or as XLSX; do not retype names, and keep the original file",
        ),
        SheetError::Csv { .. } | SheetError::Workbook { .. } => {
            report.with_remedy("open it in a spreadsheet and save it as XLSX or `CSV UTF-8`")
        }
        SheetError::NoSheet { .. } => report.with_remedy("name one of them as `sheet` of the mapping"),
        SheetError::TooLarge => report.with_remedy("take everything but the list of people out of the sheet"),
    }
}

fn plan_of(path: &Path) -> Result<Plan, Report> {
    let what = "the mapping was not read";
    let bytes = bytes_of(path, TEXT_BYTES_MAX, what)?;
    let text = core::str::from_utf8(&bytes)
        .map_err(|error| Report::caused(Code::FileUnreadable, what, &error))?;
    toml::from_str(text).map_err(|error| {
        // The message of the reader names key and place; the text that it quotes is the operator's own.
        Report::new(Code::Usage, what, format!("{}: {}", path.display(), error.message()))
    })
}

/// What would be made of it.
fn preview_of(found: &Found) -> Answer {
    let text = |entry: &Value, pointer: &str| match entry.pointer(pointer) {
        Some(Value::String(text)) => words::in_one_line(text),
        Some(Value::Null) | None => "–".to_owned(),
        Some(other) => words::in_one_line(&other.to_string()),
    };
    let rows = found.entries.iter().map(|entry| {
        [
            text(entry, "/n"),
            text(entry, "/person_ref"),
            text(entry, "/names_in_release_order/0/full_original"),
            text(entry, "/birth/earliest"),
            text(entry, "/birth/latest"),
            text(entry, "/fitness"),
            text(entry, "/risk"),
            text(entry, "/minor"),
        ]
    });
    let head = ["n", "person", "name", "born from", "born until", "fitness", "risk", "minor"];
    let mut shown = console::table(head, rows);
    for fault in &found.faults {
        let fault = format!("{}: {}{}", fault.cell, path_of(fault), fault.reason);
        shown.push_str(&format!("{}\n", words::in_one_line(&fault)));
    }
    for note in &found.notes {
        shown.push_str(&format!("note: {}\n", words::in_one_line(note)));
    }
    let (pairs, more) = alike::rows(found);
    for pair in &pairs {
        shown.push_str(&format!("alike: {}\n", pair.said()));
    }
    if more > 0 {
        shown.push_str(&format!("alike: {more} more pairs\n"));
    }
    let faults: Vec<Value> = found
        .faults
        .iter()
        .map(|fault| json!({"cell": fault.cell, "path": fault.path, "reason": fault.reason}))
        .collect();
    let json = json!({
        "entries": found.entries, "faults": faults, "notes": found.notes,
        "alike": pairs.iter().map(Rows::json).collect::<Vec<_>>(), "alike_more": more,
    });
    let exit = if found.faults.is_empty() { Exit::Done } else { Exit::CouldNot };
    Answer::new(shown, json).with_exit(exit)
}

fn path_of(fault: &CellFault) -> String {
    if fault.path.is_empty() { String::new() } else { format!("{}: ", fault.path) }
}

/// Writes the message with its entries, their root and their counts.
// spec: man-1
fn written(found: &Found, message: &Path, out: &Path) -> Result<Answer, Report> {
    if !found.faults.is_empty() {
        let why = format!("{} cells are wrong", found.faults.len());
        return Err(Report::new(Code::BadSubmission, NOT_MADE, why)
            .with_fields(found.faults.iter().map(reported).collect())
            .with_remedy("correct every cell that is listed; `--preview` shows the rest"));
    }
    let seed = entropy::draw::<32>().map_err(|error| fail::entropy(NOT_MADE, &error))?;
    let seed: String = seed.iter().map(|byte| format!("{byte:02x}")).collect();
    let text = bytes_of(message, TEXT_BYTES_MAX, NOT_MADE)?;
    let mut tree: Value = serde_json::from_slice(&text)
        .map_err(|error| Report::caused(Code::BadJson, NOT_MADE, &error))?;
    fill(&mut tree, found, &seed)?;
    let text = serde_json::to_vec_pretty(&tree).unwrap_or_default();
    checked(&text)?;
    files::make(out, &text, Access::Private).map_err(|error| fail::file(NOT_MADE, &error))?;
    let count = found.entries.len();
    let json = json!({"file": out.display().to_string(), "entries": count, "notes": found.notes});
    let answer = Answer::new(format!("{}: {count} entries\n", out.display()), json);
    let answer = found.notes.iter().fold(answer, |answer, note| answer.say(note.clone()));
    let (pairs, more) = alike::rows(found);
    let answer = pairs.iter().fold(answer, |answer, pair| answer.say(pair.said()));
    let answer = match more {
        0 => answer,
        more => answer.say(format!("{more} more pairs of rows may be one person")),
    };
    Ok(answer.say(format!("send it with: concord send {}", out.display())))
}

fn reported(fault: &CellFault) -> FieldReport {
    FieldReport {
        pointer: fault.cell.clone(),
        code: "cell".to_owned(),
        reason: format!("{}{}", path_of(fault), fault.reason),
    }
}

/// Puts entries, salts, root and counts into the message.
fn fill(tree: &mut Value, found: &Found, seed: &str) -> Result<(), Report> {
    let root = root_of(&found.entries, seed)?;
    let body = tree.get_mut("body").and_then(Value::as_object_mut).ok_or_else(|| {
        Report::new(
            Code::BadSubmission,
            NOT_MADE,
            "the message has no body to put the entries into",
        )
    })?;
    body.insert("entries".to_owned(), Value::Array(found.entries.clone()));
    body.insert("salt_seed".to_owned(), json!(seed));
    body.insert("entry_root".to_owned(), json!(root));
    body.insert("counts".to_owned(), counts(found));
    Ok(())
}

/// What both sides count; a row that does not say its sex counts as not known.
fn counts(found: &Found) -> Value {
    let how_many = |field: &str, is: fn(&str) -> bool| {
        let said = found.entries.iter().filter_map(|entry| entry.get(field)?.as_str());
        said.filter(|said| is(said)).count()
    };
    let of_sex = |sex: &str| {
        found.sexes.iter().filter(|said| said.as_deref().unwrap_or("unknown") == sex).count()
    };
    json!({
        "total": found.entries.len(),
        "by_sex": {
            "female": of_sex("female"), "male": of_sex("male"),
            "other": of_sex("other"), "unknown": of_sex("unknown"),
        },
        "minors": how_many("minor", |minor| minor != "no"),
        "high_risk": how_many("risk", |risk| risk == "high"),
    })
}

fn root_of(entries: &[Value], seed: &str) -> Result<String, Report> {
    let text = serde_json::to_vec(entries).unwrap_or_default();
    let wrong =
        || Report::new(Code::BadSubmission, NOT_MADE, "the entries have no root: are there any?");
    let tree = json::read(&text).map_err(|_| wrong())?;
    let mut faults = Faults::new();
    let read =
        Bounded::<ManifestEntry, 1, { concord_protocol::limits::MANIFEST_ENTRIES_MAX }>::read(
            &tree,
            &Pointer::Root,
            &mut faults,
        );
    let entries = faults.judge(read).map_err(|_| wrong())?;
    let seed = SaltSeed::parse(seed)
        .map_err(|error| Report::caused(Code::BadSubmission, NOT_MADE, &error))?;
    let in_order: Vec<&ManifestEntry> = entries.iter().collect();
    root::over(&in_order, &seed).map(|root| root.to_string()).ok_or_else(wrong)
}

/// Whether the node would take it.
fn checked(text: &[u8]) -> Result<(), Report> {
    let tree = json::read(text)
        .map_err(|_| Report::new(Code::BadJson, NOT_MADE, "the message cannot be read"))?;
    Submission::read(&tree).map(drop).map_err(|faults| {
        let why =
            format!("the message has {} faults beside its entries, or between them", faults.len());
        Report::new(Code::BadSubmission, NOT_MADE, why).with_fields(refusal::fields(&faults))
    })
}

fn exported(message: &Path, out: &Path) -> Result<Answer, Report> {
    let what = "nothing was exported";
    let text = bytes_of(message, TEXT_BYTES_MAX, what)?;
    let tree: Value = serde_json::from_slice(&text)
        .map_err(|error| Report::caused(Code::BadJson, what, &error))?;
    let entries = tree.pointer("/body/entries").and_then(Value::as_array).ok_or_else(|| {
        Report::new(Code::BadSubmission, what, "the message has no entries of a manifest")
    })?;
    let bytes =
        table::csv(entries).map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    files::make(out, &bytes, Access::Private).map_err(|error| fail::file(what, &error))?;
    let json = json!({"file": out.display().to_string(), "entries": entries.len()});
    Ok(Answer::new(format!("{}: {} entries\n", out.display(), entries.len()), json))
}
