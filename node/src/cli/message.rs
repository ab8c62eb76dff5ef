//! `concord message list | show | reviews | keep | erase`: what the node sent and took; `draft | approve`: what people say before it is sent.

pub mod votes;

use clap::Subcommand;
use clap::ValueEnum;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::api::client::Page;
use crate::api::shape::erasure::Erasure;
use crate::api::shape::message::DeliveryDocument;
use crate::api::shape::message::Message;
use crate::api::shape::message::MessageList;
use crate::api::shape::message::Status;
use crate::api::shape::review::KeptDocument;
use crate::api::shape::review::ReviewList;
use crate::api::shape::times::Clocks;
use crate::api::shape::times::StatedTime;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;

/// What can be asked about messages.
#[derive(Debug, Subcommand)]
pub enum MessageVerb {
    /// Lists messages, newest first.
    List {
        /// Only the node's own (`out`), or only those from peers (`in`).
        #[arg(long)]
        direction: Option<Direction>,
        /// At most this many: 1 to 200.
        #[arg(long)]
        limit: Option<usize>,
        /// Go on where an earlier list ended.
        #[arg(long)]
        cursor: Option<String>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows one message; with an officer and a purpose also its body, and that reading is logged.
    Show {
        /// The message's id, or its digest.
        id: String,
        /// Staff number of the officer who reads the body.
        #[arg(long, requires = "purpose")]
        officer: Option<String>,
        /// The kind of purpose for which the body is read.
        #[arg(long, requires = "officer")]
        purpose: Option<String>,
        /// The case of the own agency for which it is read; what is held for another one is not opened.
        #[arg(long, requires = "officer")]
        case: Option<String>,
        /// Opens a notice although it is challenged: to judge the challenge, and to act on nothing in it.
        #[arg(long, requires = "officer")]
        suspended: bool,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Fixes a submission, so that people can vote on it, and signs it as its drafter; offline.
    Draft(votes::Drafting),
    /// Approves a draft; offline.
    Approve(votes::Approving),
    /// Lists held messages whose day to be looked at again has come or comes within 30 days.
    Reviews {
        /// At most this many: 1 to 200.
        #[arg(long)]
        limit: Option<usize>,
        /// Go on where an earlier list ended.
        #[arg(long)]
        cursor: Option<String>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Keeps a message whose day to be looked at again has come or comes soon, for a reason; without it it stays on the list.
    Keep {
        /// The message's id, or its digest.
        id: String,
        /// Staff number of the officer who looked at it and decided; the log has that officer as a reader.
        #[arg(long)]
        officer: String,
        /// Why it is still needed, in one line, and nothing of what it says.
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// When somebody looks at it again: no later than `erase by`, and within the term of `concord message reviews`.
        #[arg(long, value_name = "DAY")]
        until: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Erases the body of a message for good, with its keys; header and proofs remain.
    Erase {
        /// The message's id, or its digest.
        id: String,
        /// What demands it.
        #[arg(long)]
        cause: Cause,
        /// The instrument that it rests on, such as the register number of an order.
        #[arg(long, value_name = "CODE")]
        basis: String,
        /// Staff number of the officer who decided; it stands in the log for ever.
        #[arg(long)]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// What demands an erasure.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Cause {
    /// Its originator recalled it.
    Recall,
    /// An authority ordered it.
    Order,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Direction {
    /// From peers.
    In,
    /// The node's own.
    Out,
}

impl Direction {
    const fn text(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses.
pub fn run(verb: &MessageVerb) -> Result<Answer, Report> {
    match verb {
        MessageVerb::List { direction, limit, cursor, reach } => {
            let direction = direction.map(|direction| direction.text().to_owned());
            let page = Page { direction, limit: *limit, cursor: cursor.clone() };
            Ok(list(&reach.client()?.messages(&page)?))
        }
        MessageVerb::Show { id, officer, purpose, case, suspended, reach } => {
            let reader = officer.as_deref().zip(purpose.as_deref());
            let knowing = (case.as_deref(), *suspended);
            show(&reach.client()?, id, reader.map(|reader| (reader, knowing)))
        }
        MessageVerb::Reviews { limit, cursor, reach } => {
            Ok(reviews(&reach.client()?.reviews(*limit, cursor.as_deref())?))
        }
        MessageVerb::Draft(arguments) => votes::draft(arguments),
        MessageVerb::Approve(arguments) => votes::approve(arguments),
        MessageVerb::Keep { id, officer, reason, until, reach } => {
            let needed =
                [("officer", officer.as_str()), ("reason", reason), ("next_review", until)];
            Ok(kept(id, &reach.client()?.keep(id, needed)?))
        }
        MessageVerb::Erase { id, cause, basis, officer, reach } => {
            let cause = match cause {
                Cause::Recall => "recall",
                Cause::Order => "order",
            };
            let demand = [("cause", cause), ("basis", basis.as_str()), ("officer", officer)];
            Ok(erased(id, &reach.client()?.erase(id, demand)?))
        }
    }
}

fn list(page: &MessageList) -> Answer {
    let rows = page.items.iter().map(|message| {
        let (way, others) = others(message);
        let kind = message.header.as_ref().map(|header| kind(&header.kind, message));
        [
            message.id.clone(),
            way,
            others,
            table::or_dash(kind),
            message.at.clone(),
            standing(&message.deliveries),
        ]
    });
    let text = table::table(["message", "way", "with", "kind", "at", "standing"], rows);
    let answer = Answer::new(text, table::json(page));
    match &page.next {
        Some(next) => answer.say(format!("more: concord message list --cursor {next}")),
        None => answer,
    }
}

fn reviews(page: &ReviewList) -> Answer {
    let rows = page.items.iter().map(|review| {
        [
            review.id.clone(),
            review.procedure.clone(),
            review.review_on.clone(),
            review.erase_by.clone(),
            review.term_months.to_string(),
            review.state.clone(),
        ]
    });
    let heads = ["message", "procedure", "review on", "erase by", "term in months", "state"];
    let text = table::table(heads, rows);
    let answer = Answer::new(text, table::json(page));
    match &page.next {
        Some(next) => answer.say(format!("more: concord message reviews --cursor {next}")),
        None => answer,
    }
}

/// What it is; of a notice that stands no more, or not now, also that.
// spec: xch-57
fn kind(kind: &str, message: &Message) -> String {
    match message.standing.as_deref() {
        None | Some("in-force") => kind.to_owned(),
        Some(standing) => format!("{kind} ({standing})"),
    }
}

/// Which way the message went, and who is on the other side.
fn others(message: &Message) -> (String, String) {
    if message.deliveries.is_empty() {
        return ("in".to_owned(), message.from.clone());
    }
    let recipients: Vec<&str> =
        message.deliveries.iter().map(|delivery| delivery.agency.as_str()).collect();
    ("out".to_owned(), recipients.join(" "))
}

/// How the deliveries stand, in a few words: `2 receipted, 1 queued`.
fn standing(deliveries: &[DeliveryDocument]) -> String {
    let count =
        |status: Status| deliveries.iter().filter(|delivery| delivery.status == status).count();
    // What was superseded stands among the others under its new number.
    let all = [
        Status::Receipted,
        Status::Refused,
        Status::Offered,
        Status::Queued,
        Status::Undeliverable,
    ];
    let parts: Vec<String> = all
        .into_iter()
        .map(|status| (count(status), status.text()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} {word}"))
        .collect();
    if parts.is_empty() { "–".to_owned() } else { parts.join(", ") }
}

/// Who reads, for which purpose, in which case where one is named, and whether knowing that a notice is suspended.
type Reading<'r> = ((&'r str, &'r str), (Option<&'r str>, bool));

fn show(client: &Client, id: &str, reader: Option<Reading<'_>>) -> Result<Answer, Report> {
    let message = client.message(id)?;
    let (way, others) = others(&message);
    let header = message.header.as_ref();
    let mut text =
        table::facts([
            ("message", message.id.clone()),
            ("kind", table::or_dash(header.map(|header| kind(&header.kind, &message)))),
            ("procedure", table::or_dash(header.map(|header| &header.procedure))),
            ("digest", message.digest.clone()),
            (if way == "in" { "from" } else { "to" }, others),
            ("made", table::or_dash(message.times.as_ref().map(|times| times.created.line()))),
            ("at", message.at.clone()),
            ("urgency", table::or_dash(header.map(|header| &header.urgency))),
            ("purpose", table::or_dash(header.map(|header| &header.purpose))),
            (
                "handling",
                table::or_dash(header.map(|header| {
                    handling(&header.handling.classification, &header.handling.codes)
                })),
            ),
            ("log index", message.log_index.to_string()),
            ("kept", table::or_dash(message.kept.as_ref().map(why_kept))),
            ("erased", table::or_dash(message.erasure.as_ref().map(why_erased))),
        ]);
    if !message.deliveries.is_empty() {
        text.push_str(&deliveries(&message.deliveries));
    }
    let Some((reader, knowing)) = reader else {
        return Ok(Answer::new(text, table::json(&message)));
    };
    let opened = client.open_knowing(id, reader, knowing)?;
    text.push('\n');
    text.push_str(&pretty(&opened.content));
    if !opened.times.is_empty() {
        text.push_str(&times(&opened.times));
    }
    let json = json!({"message": table::json(&message), "opened": table::json(&opened)});
    Ok(Answer::new(text, json).say(format!("the reading is in the log at {}", opened.log_index)))
}

/// What a content states, on each clock.
// spec: tim-2
fn times(times: &[StatedTime]) -> String {
    let rows = times.iter().map(|stated| {
        let Clocks { utc, sender, own } = stated.clocks.clone();
        [stated.pointer.clone(), stated.place.clone(), sender, own, utc]
    });
    table::table(["time of", "at its place", "sender", "own", "UTC"], rows)
}

fn why_erased(erasure: &Erasure) -> String {
    format!("{} by {} on {}", erasure.at, erasure.cause, erasure.basis)
}

fn erased(id: &str, erasure: &Erasure) -> Answer {
    let text = table::facts([
        ("message", id.to_owned()),
        ("erased", erasure.at.clone()),
        ("cause", erasure.cause.clone()),
        ("basis", erasure.basis.clone()),
        ("officer", erasure.officer.clone()),
        ("log index", erasure.log_index.to_string()),
    ]);
    let answer = Answer::new(text, table::json(erasure));
    match &erasure.keys_until {
        Some(until) => answer.say(format!(
            "a copy of its key lives until {until}: destroy that file then at the latest"
        )),
        None => answer.say("keys and bytes are gone from this node; header and proofs remain"),
    }
}

fn why_kept(kept: &KeptDocument) -> String {
    format!("until {} by {}: {}", kept.next_review, kept.officer, kept.reason)
}

fn kept(id: &str, kept: &KeptDocument) -> Answer {
    let text = table::facts([
        ("message", id.to_owned()),
        ("kept until", kept.next_review.clone()),
        ("reason", kept.reason.clone()),
        ("officer", kept.officer.clone()),
        ("log index", kept.log_index.to_string()),
    ]);
    Answer::new(text, table::json(kept))
}

fn handling(classification: &str, codes: &[String]) -> String {
    format!("{classification} {}", codes.join(" "))
}

/// The deliveries of a message as a table.
pub fn deliveries(deliveries: &[DeliveryDocument]) -> String {
    let rows = deliveries.iter().map(|delivery| {
        [
            delivery.agency.clone(),
            delivery.number.to_string(),
            delivery.status.text().to_owned(),
            table::or_dash(delivery.peer_log_index),
            table::or_dash(delivery.grade.clone()),
            table::or_dash(delivery.code.clone()),
        ]
    });
    table::table(["to", "number", "status", "in their log at", "grade", "refused with"], rows)
}

fn pretty(content: &Value) -> String {
    let mut text = serde_json::to_string_pretty(content).unwrap_or_default();
    text.push('\n');
    text
}
