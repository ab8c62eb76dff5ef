//! `concord feed …`: lists of indicators, looked up, prepared, sent, and asked for again.

pub mod ask;
pub mod send;

use std::fs::File;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use clap::ValueEnum;
use serde_json::Map;
use serde_json::Value;
use serde_json::json;

use crate::api::shape::feed::Feed;
use crate::api::shape::feed::IndicatorLookUp;
use crate::api::shape::feed::PreparedDelta;
use crate::api::shape::feed::PreparedSnapshot;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with feeds.
#[derive(Debug, Subcommand)]
pub enum FeedVerb {
    /// Lists every feed, and how far the node has it.
    List {
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows one feed: its entries by kind, what is disputed, what it waits for, who asked for what was missed.
    Show {
        /// The feed's procedure.
        procedure: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Says what feeds list about one indicator, and what is recommended now.
    LookUp(LookUp),
    /// Makes the file of a snapshot from entries, one JSON object in each line.
    Prepare {
        /// The entries.
        #[arg(long, value_name = "FILE")]
        entries: PathBuf,
        /// Of which class they are.
        #[arg(long, value_enum, default_value = "infrastructure")]
        class: Class,
        /// The feed that goes on with it; a new one when absent.
        #[arg(long, value_name = "PROCEDURE")]
        procedure: Option<String>,
        /// Gives an entry without `valid_until` the end that is proposed for its kind.
        #[arg(long, value_enum)]
        expiry: Option<Expiry>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Makes the file of a change of the node's own feed.
    Change {
        /// The feed's procedure.
        procedure: String,
        /// What it is made from.
        #[command(flatten)]
        lines: Lines,
        /// Gives an entry without `valid_until` the end that is proposed for its kind.
        #[arg(long, value_enum)]
        expiry: Option<Expiry>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Makes the file and sends the message: a submission without the list, and the list beside it.
    Send(send::Send),
    /// Asks the originator for what this node missed of a feed.
    CatchUp(ask::CatchUp),
    /// Has the node ask by itself, in an officer's name: for the gap, a day later for the whole, never oftener.
    Follow {
        /// The feed's procedure.
        procedure: String,
        /// Who answers for each request.
        #[arg(long)]
        officer: String,
        /// The time zone in which the officer works.
        #[arg(long, default_value = "UTC")]
        zone: String,
        /// On what kind of instrument the requests rest; without it on what the feed's newest list rests on.
        #[arg(long, requires = "legal_basis")]
        legal_basis_kind: Option<String>,
        /// The name of that instrument.
        #[arg(long, requires = "legal_basis_kind")]
        legal_basis: Option<String>,
        /// The article relied on.
        #[arg(long, requires = "legal_basis")]
        legal_basis_article: Option<String>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Has the own Party block what a feed recommends to block; without it look-ups answer `listed`.
    OptIn {
        /// The feed's procedure.
        procedure: String,
        /// Who decided that.
        #[arg(long)]
        officer: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Ends what `opt-in` began.
    OptOut {
        /// The feed's procedure.
        procedure: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Ends what `follow` began.
    Unfollow {
        /// The feed's procedure.
        procedure: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// What a change is made from.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Lines {
    /// Changes, one in each line, as in a `feed-delta`.
    #[arg(long, value_name = "FILE")]
    ops: Option<PathBuf>,
    /// The whole list as it is to be; the node finds what changes.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
}

/// The two classes of feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Class {
    /// Numbers, addresses and sites.
    Infrastructure,
    /// Accounts, cards and wallets.
    Accounts,
}

impl Class {
    const fn text(self) -> &'static str {
        match self {
            Self::Infrastructure => "infrastructure",
            Self::Accounts => "accounts",
        }
    }
}

/// What an entry without an end gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Expiry {
    /// What is proposed for its kind.
    Proposed,
}

impl Expiry {
    const fn text(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
        }
    }
}

/// One indicator.
#[derive(Debug, Args)]
pub struct LookUp {
    /// Its kind and its text: `domain d000123.fraud.example`, `ip 198.18.0.1`, `phone +9990001234567`, `url`, `email`,
    /// `payment_card`.
    #[arg(num_args = 2, value_names = ["KIND", "TEXT"], required_unless_present = "json_identifier")]
    identifier: Vec<String>,
    /// The identifier as it stands in a message, for kinds of more than a text: `{"bank_account": {…}}`.
    #[arg(long = "identifier", value_name = "JSON", conflicts_with = "identifier")]
    json_identifier: Option<String>,
    /// Who looks; for accounts, cards and wallets only.
    #[arg(long, requires = "purpose")]
    officer: Option<String>,
    /// For which purpose.
    #[arg(long, requires = "officer")]
    purpose: Option<String>,
    /// The node.
    #[command(flatten)]
    reach: Reach,
}

/// Runs one verb.
///
/// # Errors
/// When a file cannot be read, or the node cannot be reached or refuses.
pub fn run(verb: &FeedVerb) -> Result<Answer, Report> {
    match verb {
        FeedVerb::List { reach } => {
            let feeds = reach.client()?.feeds()?;
            let head =
                ["procedure", "feed", "class", "originator", "at", "here", "entries", "waits"];
            Ok(Answer::new(table::table(head, feeds.items.iter().map(row)), table::json(&feeds)))
        }
        FeedVerb::Show { procedure, reach } => Ok(show(&reach.client()?.feed(procedure)?)),
        FeedVerb::LookUp(question) => look_up(question),
        FeedVerb::Prepare { entries, class, procedure, expiry, reach } => {
            let expiry = expiry.map(Expiry::text);
            let file = opened(entries)?;
            let of = (class.text(), procedure.as_deref(), expiry);
            Ok(prepared(&reach.client()?.prepare_list(&file, of)?))
        }
        FeedVerb::Change { procedure, lines, expiry, reach } => {
            let (file, from) = lines.opened()?;
            let of = (from, expiry.map(Expiry::text));
            Ok(changed(&reach.client()?.prepare_change(procedure, &file, of)?))
        }
        FeedVerb::Send(arguments) => send::run(arguments),
        FeedVerb::CatchUp(arguments) => ask::run(arguments),
        FeedVerb::Follow {
            procedure,
            officer,
            zone,
            legal_basis_kind,
            legal_basis,
            legal_basis_article,
            reach,
        } => {
            let client = reach.client()?;
            let basis = [legal_basis_kind, legal_basis, legal_basis_article];
            client.follow_under(procedure, (officer, zone), basis.map(Option::as_deref))?;
            Ok(show(&client.feed(procedure)?))
        }
        FeedVerb::OptIn { procedure, officer, reach } => {
            let client = reach.client()?;
            client.opt_in(procedure, officer)?;
            Ok(show(&client.feed(procedure)?))
        }
        FeedVerb::OptOut { procedure, reach } => {
            let client = reach.client()?;
            client.opt_out(procedure)?;
            Ok(show(&client.feed(procedure)?))
        }
        FeedVerb::Unfollow { procedure, reach } => {
            let client = reach.client()?;
            client.unfollow(procedure)?;
            Ok(show(&client.feed(procedure)?))
        }
    }
}

impl Lines {
    fn opened(&self) -> Result<(File, &'static str), Report> {
        match (&self.ops, &self.list) {
            (Some(path), _) => Ok((opened(path)?, "ops")),
            (None, Some(path)) => Ok((opened(path)?, "list")),
            (None, None) => {
                let why = "`--ops FILE` or `--list FILE` says what changes";
                Err(Report::new(Code::Usage, "nothing was prepared", why))
            }
        }
    }
}

fn opened(path: &Path) -> Result<File, Report> {
    File::open(path).map_err(|error| {
        let why = format!("read {}: {error}", path.display());
        Report::new(Code::FileUnreadable, "nothing was prepared", why)
    })
}

fn row(feed: &Feed) -> [String; 8] {
    let entries: u64 = feed.count_by_type.iter().map(|count| count.count).sum();
    let waits = feed.waits.as_ref().map(|waits| waits.code.clone());
    [
        feed.procedure.clone(),
        table::or_dash(feed.feed_id.clone()),
        table::or_dash(feed.class.clone()),
        feed.originator.clone(),
        feed.seq.to_string(),
        table::or_dash(feed.entries_seq.map(|seq| seq.to_string())),
        entries.to_string(),
        table::or_dash(waits),
    ]
}

fn show(feed: &Feed) -> Answer {
    let counts: Vec<String> = feed
        .count_by_type
        .iter()
        .map(|count| format!("{} {}", count.count, count.indicator))
        .collect();
    let asked: Vec<String> = feed.asked.iter().map(|asked| asked.agency.clone()).collect();
    let listed =
        |items: Vec<String>| if items.is_empty() { "–".to_owned() } else { items.join(", ") };
    let text = table::facts([
        ("procedure", feed.procedure.clone()),
        ("feed", table::or_dash(feed.feed_id.clone())),
        ("class", table::or_dash(feed.class.clone())),
        ("originator", feed.originator.clone()),
        ("stage", feed.stage.clone()),
        ("at", feed.seq.to_string()),
        ("root", feed.root_hash.clone()),
        ("here", table::or_dash(feed.entries_seq.map(|seq| seq.to_string()))),
        ("entries", listed(counts)),
        ("disputes", feed.disputes.to_string()),
        ("asked for by", listed(asked)),
        ("blocked by", table::or_dash(feed.opted_in.as_ref().map(|chosen| chosen.officer.clone()))),
        ("followed for", table::or_dash(feed.order.as_ref().map(|order| order.officer.clone()))),
    ]);
    let answer = Answer::new(text, table::json(feed));
    let answer = match &feed.waits {
        Some(waits) => {
            let entry = waits.entry.as_ref().map(|entry| format!(", entry {entry}"));
            let entry = entry.unwrap_or_default();
            answer.say(format!("waits: {} ({}{entry})", waits.why, waits.code))
        }
        None => answer,
    };
    let refused = feed.order.as_ref().and_then(|order| order.refused.clone());
    let answer = match refused {
        Some(why) => answer.say(format!("the last request by order was not taken: {why}")),
        None => answer,
    };
    match &feed.missing {
        Some(_) => answer.say(format!(
            "ask for what is missing: concord feed catch-up {} --officer STAFF_NUMBER",
            feed.procedure
        )),
        None => answer,
    }
}

fn look_up(question: &LookUp) -> Result<Answer, Report> {
    let identifier = match (&question.json_identifier, question.identifier.as_slice()) {
        (Some(text), _) => serde_json::from_str(text).map_err(|_| {
            let why = "`--identifier` is JSON, such as '{\"domain\": \"d000123.fraud.example\"}'";
            Report::new(Code::Usage, "nothing was looked up", why)
        })?,
        (None, [kind, text]) => {
            Value::Object(Map::from_iter([(kind.replace('-', "_"), Value::String(text.clone()))]))
        }
        (None, _) => Value::Null,
    };
    let mut asked = json!({ "identifier": identifier });
    if let (Some(officer), Some(purpose), Value::Object(asked)) =
        (&question.officer, &question.purpose, &mut asked)
    {
        drop(asked.insert("officer".to_owned(), Value::String(officer.clone())));
        drop(asked.insert("purpose".to_owned(), Value::String(purpose.clone())));
    }
    Ok(found(&question.reach.client()?.look_up(&asked)?))
}

fn found(up: &IndicatorLookUp) -> Answer {
    let rows = up.listings.iter().map(|listing| {
        let text = |key: &str| listing.entry.get(key).and_then(Value::as_str).map(str::to_owned);
        [
            listing.recommended.clone(),
            listing.because.clone(),
            table::or_dash(text("role")),
            table::or_dash(text("valid_until")),
            table::or_dash(text("id")),
            listing.originator.clone(),
            listing.procedure.clone(),
        ]
    });
    let head = ["recommended", "because", "role", "until", "entry", "originator", "feed"];
    let mut answer = Answer::new(table::table(head, rows), table::json(up));
    if up.listings.is_empty() {
        answer = answer.say("no feed lists it");
    }
    if up.expired > 0 {
        answer = answer.say(format!("{} entries about it have expired", up.expired));
    }
    up.behind.iter().fold(answer, |answer, feed| {
        answer.say(format!("feed {feed} is not complete here: concord feed show {feed}"))
    })
}

fn prepared(list: &PreparedSnapshot) -> Answer {
    let counts: Vec<String> = list
        .count_by_type
        .iter()
        .map(|count| format!("{} {}", count.count, count.indicator))
        .collect();
    let text = table::facts([
        ("class", list.class.clone()),
        ("number", list.seq.to_string()),
        ("root", list.root_hash.clone()),
        ("entries", counts.join(", ")),
        ("file", list.entries.digest.clone()),
        ("bytes", list.entries.length.to_string()),
    ]);
    Answer::new(text, table::json(list))
        .say("with --json: the fields for the body of a feed-snapshot, and its attachment")
}

fn changed(change: &PreparedDelta) -> Answer {
    let counts: Vec<String> =
        change.changes.iter().map(|count| format!("{} {}", count.count, count.change)).collect();
    let text = table::facts([
        ("feed", change.feed_id.clone()),
        ("from", change.from_seq.to_string()),
        ("to", change.to_seq.to_string()),
        ("root", change.root_hash.clone()),
        ("changes", counts.join(", ")),
        ("file", change.ops.attached.digest.clone()),
        ("bytes", change.ops.attached.length.to_string()),
    ]);
    Answer::new(text, table::json(change))
        .say("with --json: the fields for the body of a feed-delta, and its attachment")
}
