//! `concord manifest arrive`: says in each person's own handover with which batch the person arrived.
//!
//! One message for each person whom the certificate of the last leg hands over. It can be run again: what was sent is not
//! sent twice.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::cli::answer::Answer;
use crate::cli::manifest;
use crate::cli::reach::Reach;
use crate::report::Report;
use crate::report::code::Code;

const NOT_SAID: &str = "nothing more was said";

/// Says who arrived.
#[derive(Debug, Args)]
pub struct Arrive {
    /// The message with the certificate of the last leg, by its id.
    certificate: String,
    /// A `custody-event` in JSON with what all have in common: to whom, where, when, and on what law they are held; what is
    /// each person's own is filled in.
    #[arg(long, value_name = "FILE")]
    message: PathBuf,
    /// Staff number of the officer who has the certificate and the manifest opened, each for what it was sent for.
    #[arg(long)]
    officer: String,
    /// The node.
    #[command(flatten)]
    reach: Reach,
}

/// Somebody who arrived.
struct Arrived {
    entry: u64,
    person: Value,
    decision: String,
}

/// Sends one message for each of them, in the order of the manifest, up to the first that is refused.
///
/// # Errors
/// When the file is not what it should be, or the node cannot be reached or refuses.
// spec: ho-76
pub(super) fn run(arguments: &Arrive) -> Result<Answer, Report> {
    let text = manifest::bytes_of(&arguments.message, manifest::TEXT_BYTES_MAX, NOT_SAID)?;
    let common: Value = serde_json::from_slice(&text)
        .map_err(|error| Report::caused(Code::BadJson, NOT_SAID, &error))?;
    let client = arguments.reach.client()?;
    let mut said = Vec::new();
    for arrived in arrivals(&client, arguments)? {
        let decision = client.message(&arrived.decision)?;
        let procedure = decision.header.map(|header| header.procedure).unwrap_or_default();
        let letter = letter(&common, &arguments.certificate, &arrived, &procedure);
        let key = format!("arrival-{}-{}", arguments.certificate, arrived.entry);
        let sent = client.submit(letter.to_string().as_bytes(), Some(&key)).map_err(|report| {
            let (n, others) = (arrived.entry, said.len());
            let why = format!("entry {n}, after {others} others: {}", report.why);
            Report { why: why.into(), ..report }
        })?;
        said.push(json!({"n": arrived.entry, "message": sent.message.id, "procedure": procedure}));
    }
    let text = format!("{} people arrived\n", said.len());
    Ok(Answer::new(text, json!({"arrived": said})))
}

/// Those whom the certificate hands over, as the manifest that stands lists them.
fn arrivals(client: &Client, arguments: &Arrive) -> Result<Vec<Arrived>, Report> {
    let body = |id: &str| -> Result<Value, Report> {
        let purpose = client.message(id)?.header.map(|header| header.purpose).unwrap_or_default();
        let opened = client.open(id, &arguments.officer, &purpose)?;
        Ok(opened.content.get("body").cloned().unwrap_or_default())
    };
    let rows = |body: &Value, key: &str| -> Vec<Value> {
        body.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let header = client.message(&arguments.certificate)?.header;
    let batch = header.ok_or_else(|| missing("the certificate cannot be read"))?.procedure;
    let transcript = client.procedure(&batch)?.transcript;
    let listed = transcript
        .iter()
        .rfind(|entry| entry.kind == "batch-manifest" && entry.fate == "took-effect")
        .ok_or_else(|| missing("the certificate is of no batch"))?;
    let entries = rows(&body(&listed.id)?, "entries");
    let mut arrived = Vec::new();
    for result in rows(&body(&arguments.certificate)?, "results") {
        if result.get("outcome").and_then(Value::as_str) != Some("transferred") {
            continue;
        }
        let entry = entries.iter().find(|entry| entry.get("n") == result.get("n"));
        let of = |key: &str| entry.and_then(|entry| entry.get(key));
        let (Some(n), Some(decision)) =
            (of("n").and_then(Value::as_u64), of("decision_message").and_then(Value::as_str))
        else {
            return Err(missing("an entry of the certificate has no decision on the manifest"));
        };
        let person = of("person_ref").cloned().unwrap_or_default();
        arrived.push(Arrived { entry: n, person, decision: decision.to_owned() });
    }
    Ok(arrived)
}

fn missing(why: &str) -> Report {
    Report::new(Code::NothingChanged, NOT_SAID, why.to_owned())
        .with_remedy("name the certificate of the last leg of a batch, which both sides signed")
}

/// The message about one person.
fn letter(common: &Value, certificate: &str, arrived: &Arrived, procedure: &str) -> Value {
    let mut letter = common.clone();
    if let Some(fields) = letter.as_object_mut() {
        fields.insert("procedure".to_owned(), json!(procedure));
        fields.remove("parents");
    }
    if let Some(body) = letter.get_mut("body").and_then(Value::as_object_mut) {
        body.insert("kind".to_owned(), json!("transferred"));
        body.insert("person_ref".to_owned(), arrived.person.clone());
        let by_batch = json!({"certificate": certificate, "entry": arrived.entry});
        body.insert("by_batch".to_owned(), by_batch);
        if let Some(clock) = body.get_mut("detention").and_then(Value::as_object_mut) {
            clock.insert("person_ref".to_owned(), arrived.person.clone());
        }
    }
    letter
}
