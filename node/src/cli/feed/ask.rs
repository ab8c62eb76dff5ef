//! `concord feed catch-up`: asks the originator for what was missed.
//!
//! Each message has an officer who answers for it, and approvals where the charter demands them. So the node says what is
//! missing, and one command of an officer asks for it, or has the node ask from then on (`concord feed follow`).

use clap::Args;
use serde_json::Value;
use serde_json::json;

use crate::api::shape::feed::Feed;
use crate::api::shape::header::HeaderDocument;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

const NOT_ASKED: &str = "nothing was asked for";

/// Asks for what was missed.
#[derive(Debug, Args)]
pub struct CatchUp {
    /// The feed's procedure.
    procedure: String,
    /// Who asks.
    #[arg(long)]
    officer: String,
    /// Asks for the whole, although changes would do: where a list was found bad.
    #[arg(long)]
    snapshot: bool,
    /// The time zone in which the officer works.
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// The node.
    #[command(flatten)]
    reach: Reach,
}

/// Sends the request.
///
/// # Errors
/// When nothing is missing, or the node cannot be reached or refuses.
// spec: fed-22
pub(super) fn run(arguments: &CatchUp) -> Result<Answer, Report> {
    let client = arguments.reach.client()?;
    let feed = client.feed(&arguments.procedure)?;
    let detail = client.procedure(&arguments.procedure)?;
    let own = client.charter()?.agency;
    let others = detail.participants.iter().map(|part| part.agency.as_str());
    let others: Vec<&str> = others.filter(|agency| *agency != own).collect();
    let opening = detail.transcript.first();
    let opening = opening.map(|entry| client.message(&entry.digest)).transpose()?;
    let header = opening.and_then(|message| message.header);
    let header = header.ok_or_else(|| missing("the beginning of the feed cannot be read"))?;
    let request = submission((&feed, others.as_slice()), &header, arguments)?;
    let sent = client.submit(request.to_string().as_bytes(), None)?;
    let text =
        table::facts([("message", sent.message.id.clone()), ("asked of", feed.originator.clone())]);
    Ok(Answer::new(text, table::json(&sent.message)))
}

fn missing(why: &str) -> Report {
    Report::new(Code::NothingChanged, NOT_ASKED, why.to_owned())
}

/// The request, under the handling, the legal basis and the purpose of the feed itself.
fn submission(
    (feed, others): (&Feed, &[&str]),
    header: &HeaderDocument,
    arguments: &CatchUp,
) -> Result<Value, Report> {
    let asked = feed.missing.as_ref().ok_or_else(|| missing("the node has all of the feed"))?;
    let feed_id = feed.feed_id.as_ref();
    let feed_id = feed_id.ok_or_else(|| missing("no snapshot of the feed could be opened here"))?;
    let mut body = json!({ "feed_id": feed_id, "wanted": asked.wanted });
    if arguments.snapshot || asked.wanted == "snapshot" {
        body = json!({ "feed_id": feed_id, "wanted": "snapshot" });
    } else if let Some(body) = body.as_object_mut() {
        drop(body.insert("from_seq".to_owned(), json!(asked.from_seq)));
        drop(body.insert("to_seq".to_owned(), json!(asked.to_seq)));
    }
    let to: Vec<Value> = others
        .iter()
        .map(|agency| {
            let role = if *agency == feed.originator { "action" } else { "information" };
            json!({ "agency": agency, "role": role })
        })
        .collect();
    Ok(json!({
        "kind": "feed-gap-request",
        "to": to,
        "procedure": feed.procedure,
        "urgency": "U4",
        "handling": table::json(&header.handling),
        "legal_basis": table::json(&header.legal_basis),
        "purpose": { "kind": header.purpose },
        "subject_line": "Feed of indicators: what was missed",
        "language": "en",
        "zone": arguments.zone,
        "drafted_by": arguments.officer,
        "exercise": header.exercise,
        "body": body,
    }))
}
