//! `concord log head | show | prove | verify | export`: the node's own log, through its API.

pub mod check;

use std::fs::File;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use serde_json::Value;
use serde_json::json;

use crate::api::shape::leaf::LeafDocument;
use crate::api::shape::log::EntryList;
use crate::api::shape::log::Head;
use crate::api::shape::log::LogProof;
use crate::cli::answer::Answer;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::report::Report;
use crate::report::code::Code;

/// What can be asked about the node's log.
#[derive(Debug, Subcommand)]
pub enum LogVerb {
    /// Shows the newest durable head.
    Head {
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows leaves in order.
    Show {
        /// Place of the first leaf.
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// At most this many: 1 to 200.
        #[arg(long)]
        limit: Option<usize>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Proves that a leaf stands in the log, or that the log only grew.
    Prove {
        /// What is proven.
        #[command(flatten)]
        subject: Subject,
        /// The newer size, with `--since`; the newest when left out.
        #[arg(long, requires = "since", value_name = "SIZE")]
        to: Option<u64>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Reads every leaf and checks that the head covers exactly these.
    Verify {
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Writes the bundle with which anyone verifies the log offline.
    Export {
        /// The file to write; never one that is there.
        #[arg(long, value_name = "BUNDLE")]
        out: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// What is proven.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Subject {
    /// The leaf at this place.
    #[arg(long)]
    index: Option<u64>,
    /// The leaf of this message.
    #[arg(long, value_name = "ID")]
    message: Option<String>,
    /// That the log of this size is the beginning of the present one.
    #[arg(long, value_name = "SIZE")]
    since: Option<u64>,
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses, the log does not verify, or the bundle cannot be written.
pub fn run(verb: &LogVerb) -> Result<Answer, Report> {
    match verb {
        LogVerb::Head { reach } => Ok(head(&reach.log()?.client().head()?)),
        LogVerb::Show { from, limit, reach } => {
            Ok(show(&reach.log()?.client().entries(*from, *limit)?))
        }
        LogVerb::Prove { subject, to, reach } => prove(subject, *to, reach),
        LogVerb::Verify { reach } => check::whole(reach.log()?.client()),
        LogVerb::Export { out, reach } => export(out, reach),
    }
}

fn head(head: &Head) -> Answer {
    let facts = table::facts([
        ("log", head.origin.clone()),
        ("size", head.size.to_string()),
        ("root", head.root.clone()),
    ]);
    Answer::new(format!("{facts}\n{}", head.checkpoint), table::json(head))
}

fn show(page: &EntryList) -> Answer {
    let rows = page.items.iter().map(|entry| {
        let (kind, says) = entry
            .leaf
            .as_ref()
            .map_or(("unknown", String::new()), |leaf| (leaf.kind(), says(leaf)));
        [entry.index.to_string(), kind.to_owned(), says]
    });
    let answer = Answer::new(table::table(["index", "leaf", "says"], rows), table::json(page));
    match page.next {
        Some(next) => answer.say(format!("more: concord log show --from {next}")),
        None => answer,
    }
}

/// What a leaf says, in one line; digests in their short form.
fn says(leaf: &LeafDocument) -> String {
    match leaf {
        LeafDocument::Started { at, charter_version, credential, probed } => {
            let confirmed = if *probed { "confirmed by a peer" } else { "not confirmed by a peer" };
            format!("{at} charter {charter_version}, credential {credential}, {confirmed}")
        }
        LeafDocument::Message { header } => format!("own header, {} bytes", header.len() / 2),
        LeafDocument::Sent { message, to, number, .. } => {
            format!("{} to {to} as {number}", short(message))
        }
        LeafDocument::Received { message, from, number, at, .. } => {
            format!("{at} {} from {from} as {number}", short(message))
        }
        LeafDocument::Refused { message, from, number, at, code, .. } => {
            format!("{at} {} from {from} as {number}: {code}", short(message))
        }
        LeafDocument::ReceiptHeld { from, items, size, .. } => {
            format!("{from} settled {} in its log of {size}", items.len())
        }
        LeafDocument::Read { message, officer, purpose, at } => {
            format!("{at} {} by {officer} for {purpose}", short(message))
        }
    }
}

fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}

fn prove(subject: &Subject, to: Option<u64>, reach: &Reach) -> Result<Answer, Report> {
    let asked = reach.log()?;
    let client = asked.client();
    let proof = match (subject.index, &subject.message, subject.since) {
        (Some(index), _, _) => client.leaf_proof(index)?,
        (None, Some(id), _) => LogProof::Inclusion(client.message_proof(id)?),
        (None, None, since) => client.consistency(since.unwrap_or(1), to)?,
    };
    let talk = match &proof {
        LogProof::Inclusion(inclusion) => {
            check::inclusion(inclusion)?;
            "the path leads from the leaf to the checkpoint's root; the checkpoint's signature was not checked".to_owned()
        }
        LogProof::Consistency(growth) => {
            format!("check it with the root that you hold of size {}", growth.from)
        }
    };
    let proof = table::json(&proof);
    Ok(Answer::new(pretty(&proof), proof).say(talk))
}

fn pretty(proof: &Value) -> String {
    let mut text = serde_json::to_string_pretty(proof).unwrap_or_default();
    text.push('\n');
    text
}

fn export(out: &Path, reach: &Reach) -> Result<Answer, Report> {
    let what = "the log was not exported";
    let asked = reach.log()?;
    let client = asked.client();
    let shown = out.display();
    let unwritable = |error: std::io::Error| {
        let code = if error.kind() == std::io::ErrorKind::AlreadyExists {
            Code::FileExists
        } else {
            Code::FileUnwritable
        };
        Report::new(code, what, format!("{shown}: {error}"))
    };
    let file = File::create_new(out).map_err(unwritable)?;
    let mut writer = BufWriter::new(&file);
    let written = client.export(&mut writer).and_then(|bytes| {
        writer.flush().and_then(|()| file.sync_all()).map(|()| bytes).map_err(unwritable)
    });
    match written {
        Ok(bytes) => {
            let text = format!("{shown}: {bytes} bytes\n");
            let json = json!({"file": out.display().to_string(), "bytes": bytes});
            Ok(Answer::new(text, json).say(format!("verify it with: concord audit verify {shown}")))
        }
        Err(report) => {
            // Half a bundle is worth nothing; that it cannot be removed changes nothing about the report.
            drop(std::fs::remove_file(out));
            Err(report)
        }
    }
}
