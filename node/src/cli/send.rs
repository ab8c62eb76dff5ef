//! `concord send FILE.json`: submits a message through the node's API.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::client::Sent;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::message;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::report::Report;

/// Submits a message.
#[derive(Debug, Args)]
pub struct Send {
    /// The submission, in JSON; `subject_line_checked`, `sources_checked` and `rescues_checked` in it say at what somebody has looked.
    file: PathBuf,
    /// The same key with the same file makes one message, however often it is sent.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    #[command(flatten)]
    reach: Reach,
}

/// Submits the file.
///
/// # Errors
/// When the file cannot be read, or the node cannot be reached or refuses.
pub fn run(arguments: &Send) -> Result<Answer, Report> {
    let client = arguments.reach.client()?;
    let submission = files::read(&arguments.file, SUBMISSION_BYTES_MAX)
        .map_err(|error| fail::file("the message was not sent", &error))?;
    let sent = client.submit(&submission, arguments.key.as_deref())?;
    Ok(answer(&sent))
}

/// What a message became.
pub fn answer(sent: &Sent) -> Answer {
    let Sent { message, replayed } = sent;
    let mut text = table::facts([
        ("message", message.id.clone()),
        ("procedure", message.procedure.clone()),
        ("digest", message.digest.clone()),
        ("log index", message.log_index.to_string()),
    ]);
    text.push_str(&message::deliveries(&message.deliveries));
    let mut json = table::json(message);
    if let Value::Object(fields) = &mut json {
        drop(fields.insert("replayed".to_owned(), Value::Bool(*replayed)));
    }
    // spec: nam-2
    let told = message.changes.iter().map(|change| format!("{}: {}", change.pointer, change.says));
    let answer = told.fold(Answer::new(text, json), Answer::say);
    let answer = match message.changes_more {
        0 => answer,
        more => answer.say(format!("{more} more changes were made")),
    };
    if *replayed {
        answer.say("an earlier submission with this key made the message")
    } else {
        answer
    }
}
