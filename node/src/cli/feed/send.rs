//! `concord feed send`: a submission without its list, and the list beside it, in one command.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::feed;
use crate::cli::feed::Expiry;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;

/// Fields that the node finds out about a snapshot.
const OF_SNAPSHOT: [&str; 5] = ["class", "seq", "root_hash", "count_by_type", "entries"];

/// Fields that the node finds out about a change.
const OF_DELTA: [&str; 7] =
    ["feed_id", "class", "from_seq", "to_seq", "prev_hash", "root_hash", "ops"];

/// Makes the file and sends the message.
#[derive(Debug, Args)]
pub struct Send {
    /// The submission, of kind `feed-snapshot` or `feed-delta`; of its body only `feed_id` and `class` are needed.
    #[arg(long, value_name = "FILE")]
    message: PathBuf,
    /// Of a snapshot: its entries, one in each line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ops", "list"])]
    entries: Option<PathBuf>,
    /// Of a change: the changes, one in each line.
    #[arg(long, value_name = "FILE", conflicts_with = "list")]
    ops: Option<PathBuf>,
    /// Of a change: the whole list as it is to be.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Gives an entry without `valid_until` the end that is proposed for its kind.
    #[arg(long, value_enum)]
    expiry: Option<Expiry>,
    /// Only write the whole submission to this file: where people have to approve it before it is sent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// The node.
    #[command(flatten)]
    reach: Reach,
}

/// Prepares and sends.
///
/// # Errors
/// When a file cannot be read, or the node cannot be reached or refuses.
pub(super) fn run(arguments: &Send) -> Result<Answer, Report> {
    let what = "the message was not sent";
    let text = files::read(&arguments.message, SUBMISSION_BYTES_MAX)
        .map_err(|error| fail::file(what, &error))?;
    let misread = |why: &str| Report::new(Code::BadJson, what, why.to_owned());
    let mut submission: Value =
        serde_json::from_slice(&text).map_err(|_| misread("the submission is no JSON document"))?;
    let client = arguments.reach.client()?;
    let expiry = arguments.expiry.map(Expiry::text);
    let (made, fields) = match (&arguments.entries, &arguments.ops, &arguments.list) {
        (Some(entries), _, _) => {
            let class = submission.pointer("/body/class").and_then(Value::as_str);
            let class = class.unwrap_or("infrastructure").to_owned();
            let procedure = submission.get("procedure").and_then(Value::as_str);
            let of = (class.as_str(), procedure, expiry);
            let made = client.prepare_list(&feed::opened(entries)?, of)?;
            (table::json(&made), OF_SNAPSHOT.as_slice())
        }
        (None, ops, list) => {
            let lines = feed::Lines { ops: ops.clone(), list: list.clone() };
            let (file, from) = lines.opened()?;
            let procedure = submission.get("procedure").and_then(Value::as_str);
            let procedure = procedure
                .ok_or_else(|| misread("the submission of a change names its procedure"))?;
            let made = client.prepare_change(procedure, &file, (from, expiry))?;
            (table::json(&made), OF_DELTA.as_slice())
        }
    };
    fill(&mut submission, &made, fields).ok_or_else(|| misread("a submission is a map"))?;
    let text = submission.to_string();
    if let Some(out) = &arguments.out {
        let written = files::make(out, text.as_bytes(), files::Access::Private);
        written.map_err(|error| fail::file(what, &error))?;
        let said = format!("written to {}: have it approved, then `concord send`", out.display());
        return Ok(Answer::new(String::new(), made).say(said));
    }
    let sent = client.submit(text.as_bytes(), None)?;
    let facts = table::facts([
        ("message", sent.message.id.clone()),
        ("procedure", sent.message.procedure.clone()),
        ("digest", sent.message.digest.clone()),
    ]);
    Ok(Answer::new(facts, table::json(&sent.message)))
}

/// Puts what the node found out into the body, and the file among the attachments.
fn fill(submission: &mut Value, made: &Value, fields: &[&str]) -> Option<()> {
    let map = submission.as_object_mut()?;
    let body = map.entry("body").or_insert_with(|| Value::Object(serde_json::Map::new()));
    let body = body.as_object_mut()?;
    for field in fields {
        drop(body.insert((*field).to_owned(), made.get(*field)?.clone()));
    }
    let attachment = made.get("attachment")?.clone();
    drop(map.insert("attachments".to_owned(), Value::Array(vec![attachment])));
    Some(())
}
