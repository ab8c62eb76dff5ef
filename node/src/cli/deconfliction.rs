//! `concord deconfliction holdings | ask | answer | alerts`: who else works on the same, without saying on what.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;
use serde_json::Value;
use serde_json::json;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::client::Client;
use crate::api::shape::deconfliction::AlertList;
use crate::api::shape::deconfliction::AnswerDocument;
use crate::api::shape::deconfliction::HoldingDocument;
use crate::api::shape::deconfliction::HoldingList;
use crate::api::shape::deconfliction::ProposalDocument;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::reach::Reach;
use crate::cli::send;
use crate::cli::table;
use crate::files;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done about deconfliction.
#[derive(Debug, Subcommand)]
pub enum DeconflictionVerb {
    /// What the agency's own people work on.
    #[command(subcommand)]
    Holdings(HoldingsVerb),
    /// Asks other agencies: makes digests of identifiers that nobody else can test, and submits the query.
    Ask(Ask),
    /// Shows what to answer to a query, and submits the reply where a submission is given.
    Answer(Reply),
    /// Shows who asked about what an owner works on.
    Alerts {
        /// Staff number of the owner.
        #[arg(long, value_name = "NUMBER")]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// What can be done with holdings.
#[derive(Debug, Subcommand)]
pub enum HoldingsVerb {
    /// Enters an identifier on which somebody works.
    Add(Add),
    /// Lists the holdings of one owner.
    List {
        /// Staff number of the owner.
        #[arg(long, value_name = "NUMBER")]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Removes a holding of its owner.
    Remove {
        /// Its number in the register.
        number: u64,
        /// Staff number of the owner.
        #[arg(long, value_name = "NUMBER")]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// A new holding.
#[derive(Debug, Args)]
pub struct Add {
    /// The identifier, as messages have it: `{"phone": "+85620000001"}`.
    identifier: String,
    /// Staff number of whoever works on it.
    #[arg(long, value_name = "NUMBER")]
    officer: String,
    /// The case.
    #[arg(long, value_name = "REFERENCE")]
    case: String,
    /// Who may know of it.
    #[arg(long, value_enum, default_value = "hit-no-hit")]
    policy: Policy,
    #[command(flatten)]
    reach: Reach,
}

/// A query.
#[derive(Debug, Args)]
pub struct Ask {
    /// The submission, in JSON; its body has `case_kind` only.
    file: PathBuf,
    /// An identifier, as messages have it; may be given often.
    #[arg(long = "identifier", value_name = "JSON")]
    identifiers: Vec<String>,
    /// A file with a JSON list of identifiers.
    #[arg(long, value_name = "FILE", required_unless_present = "identifiers")]
    list: Option<PathBuf>,
    /// Staff number of whoever asks: the node counts how many digests each officer has made in a day.
    #[arg(long, value_name = "NUMBER")]
    officer: String,
    #[command(flatten)]
    reach: Reach,
}

/// A reply.
#[derive(Debug, Args)]
pub struct Reply {
    /// The procedure's id.
    procedure: String,
    /// Staff number of the officer who looks.
    #[arg(long, value_name = "NUMBER")]
    officer: String,
    /// The reply's submission, in JSON; its body is filled in. Without it nothing is sent.
    #[arg(long, value_name = "FILE")]
    send: Option<PathBuf>,
    #[command(flatten)]
    reach: Reach,
}

/// Who may know of a holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// Whoever asks hears of a hit; colleagues see the case.
    Full,
    /// Whoever asks hears of a hit; colleagues see whom to ask.
    HitNoHit,
    /// Nobody hears of it but the owner, who is told who asked.
    SilentToOwner,
}

impl Policy {
    const fn text(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::HitNoHit => "hit-no-hit",
            Self::SilentToOwner => "silent-to-owner",
        }
    }
}

/// Runs one verb.
///
/// # Errors
/// When a file cannot be read, or the node cannot be reached or refuses.
pub fn run(verb: &DeconflictionVerb) -> Result<Answer, Report> {
    match verb {
        DeconflictionVerb::Holdings(HoldingsVerb::Add(new)) => add(new),
        DeconflictionVerb::Holdings(HoldingsVerb::List { officer, reach }) => {
            Ok(list(&reach.client()?.holdings(officer)?))
        }
        DeconflictionVerb::Holdings(HoldingsVerb::Remove { number, officer, reach }) => {
            reach.client()?.let_go(*number, officer)?;
            let text = format!("holding {number} is removed\n");
            Ok(Answer::new(text, json!({ "removed": number })))
        }
        DeconflictionVerb::Ask(asked) => ask(asked),
        DeconflictionVerb::Answer(reply) => answer(reply),
        DeconflictionVerb::Alerts { officer, reach } => {
            Ok(alerts(&reach.client()?.alerts(officer)?))
        }
    }
}

fn add(new: &Add) -> Result<Answer, Report> {
    let identifier = parsed("nothing was entered", &new.identifier)?;
    let holding = json!({
        "identifier": identifier,
        "owner": new.officer,
        "case_ref": new.case,
        "policy": new.policy.text(),
    });
    let held = new.reach.client()?.hold(&holding)?;
    let text = table::facts([
        ("holding", held.number.to_string()),
        ("owner", held.owner.clone()),
        ("case", held.case_ref.clone()),
        ("policy", held.policy.clone()),
    ]);
    Ok(Answer::new(text, table::json(&held)))
}

fn list(held: &HoldingList) -> Answer {
    let rows = held.items.iter().map(row);
    let text = table::table(["number", "identifier", "case", "policy", "since"], rows);
    Answer::new(text, table::json(held))
}

fn row(held: &HoldingDocument) -> [String; 5] {
    [
        held.number.to_string(),
        held.identifier.to_string(),
        held.case_ref.clone(),
        held.policy.clone(),
        held.since.clone(),
    ]
}

fn alerts(told: &AlertList) -> Answer {
    let rows = told.items.iter().map(|alert| {
        [
            alert.at.clone(),
            alert.last.clone(),
            alert.times.to_string(),
            alert.from.clone(),
            alert.identifier.to_string(),
            alert.case_ref.clone(),
            alert.policy.clone(),
            alert.procedure.clone(),
        ]
    });
    let text = table::table(
        ["first", "last", "times", "from", "identifier", "case", "policy", "procedure"],
        rows,
    );
    Answer::new(text, table::json(told))
}

fn ask(asked: &Ask) -> Result<Answer, Report> {
    let what = "nobody was asked";
    let mut identifiers = Vec::new();
    for text in &asked.identifiers {
        identifiers.push(parsed(what, text)?);
    }
    if let Some(list) = &asked.list {
        let Value::Array(listed) = document(what, list)? else {
            return Err(Report::new(Code::BadJson, what, "the list of identifiers is no list"));
        };
        identifiers.extend(listed);
    }
    let mut submission = document(what, &asked.file)?;
    let client = asked.reach.client()?;
    let made = client.digests(&identifiers, &asked.officer)?;
    let Some(fields) = submission.as_object_mut() else {
        return Err(Report::new(Code::BadJson, what, "a submission is a map"));
    };
    fields.insert("kind".to_owned(), json!("deconfliction-query"));
    let body = fields.entry("body").or_insert_with(|| json!({}));
    if let Some(body) = body.as_object_mut() {
        body.insert("key".to_owned(), json!(made.key));
        body.insert("keyed_digests".to_owned(), json!(made.keyed_digests));
    }
    let sent = submit(&client, &submission)?;
    let rows = identifiers.iter().zip(&made.keyed_digests);
    let rows = rows.map(|(identifier, digest)| [identifier.to_string(), digest.clone()]);
    let text = sent.text.clone() + &table::table(["identifier", "digest"], rows);
    let asked: Vec<Value> = identifiers
        .iter()
        .zip(&made.keyed_digests)
        .map(|(identifier, digest)| json!({ "identifier": identifier, "keyed_digest": digest }))
        .collect();
    let json = json!({ "message": sent.json, "key": made.key, "asked": asked });
    Ok(Answer::new(text, json)
        .say("the node keeps no identifier: the same ones give the same digests for 90 days"))
}

fn answer(reply: &Reply) -> Result<Answer, Report> {
    let what = "nothing was answered";
    let client = reply.reach.client()?;
    let proposal = client.proposal(&reply.procedure, &reply.officer)?;
    let Some(file) = &reply.send else { return Ok(shown(&proposal)) };
    if proposal.state != "ready" {
        let why = proposal.why.unwrap_or_default();
        return Err(Report::new(Code::OutOfTurn, what, why)
            .with_remedy("wait until `concord deconfliction answer` shows the answers"));
    }
    let mut submission = document(what, file)?;
    let Some(fields) = submission.as_object_mut() else {
        return Err(Report::new(Code::BadJson, what, "a submission is a map"));
    };
    let said =
        |one: &AnswerDocument| json!({ "keyed_digest": one.keyed_digest, "answer": one.answer });
    let answers: Vec<Value> = proposal.answers.iter().map(said).collect();
    fields.insert("kind".to_owned(), json!("deconfliction-reply"));
    fields.insert("procedure".to_owned(), json!(proposal.procedure));
    fields.insert("body".to_owned(), json!({ "of": proposal.query, "answers": answers }));
    submit(&client, &submission)
}

fn shown(proposal: &ProposalDocument) -> Answer {
    let mut text = table::facts([
        ("query", proposal.query.clone()),
        ("from", proposal.from.clone()),
        ("state", proposal.state.clone()),
        ("holdings to compare", proposal.missing.to_string()),
        ("waits because", table::or_dash(proposal.why.clone())),
    ]);
    let rows = proposal.answers.iter().map(|one| {
        let seen =
            one.holdings.iter().map(|held| format!("{} ({})", held.identifier, held.case_ref));
        [
            one.keyed_digest.clone(),
            one.answer.clone(),
            one.ask.join(", "),
            seen.collect::<Vec<_>>().join(", "),
        ]
    });
    text.push_str(&table::table(["digest", "answer", "ask", "holdings"], rows));
    let answer = Answer::new(text, table::json(proposal));
    if proposal.state == "ready" {
        answer.say("have each hit confirmed by whom it names, then: concord deconfliction answer … --send FILE")
    } else {
        answer
    }
}

fn submit(client: &Client, submission: &Value) -> Result<Answer, Report> {
    let text = serde_json::to_vec(submission).unwrap_or_default();
    Ok(send::answer(&client.submit(&text, None)?))
}

fn document(what: &'static str, file: &Path) -> Result<Value, Report> {
    let text = files::read(file, SUBMISSION_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    parsed(what, &String::from_utf8_lossy(&text))
}

fn parsed(what: &'static str, text: &str) -> Result<Value, Report> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Report::new(Code::BadJson, what, format!("line {line}, column {column} is no JSON"))
    })
}
