//! `concord evidence list | show | save`: what the node can prove against members, through a running node.
//!
//! The file that `save` writes needs nobody: `concord audit verify --evidence FILE` judges it anywhere.

use std::path::Path;
use std::path::PathBuf;

use clap::Subcommand;

use crate::api::client::Client;
use crate::api::shape::watch::Evidence;
use crate::api::shape::watch::EvidenceList;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::files::Access;
use crate::report::Report;
use crate::report::code::Code;

/// What can be done with evidence.
#[derive(Debug, Subcommand)]
pub enum EvidenceVerb {
    /// Lists the evidence that the node holds.
    List {
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Says what one file proves, and what not.
    Show {
        /// SHA-256 of the file, or the beginning of it.
        digest: String,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Writes one file, as anyone can judge it.
    Save {
        /// SHA-256 of the file, or the beginning of it.
        digest: String,
        /// Where to.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// Runs one verb.
///
/// # Errors
/// When the node cannot be reached or refuses, or the file cannot be written.
pub fn run(verb: &EvidenceVerb) -> Result<Answer, Report> {
    match verb {
        EvidenceVerb::List { reach } => list(&reach.client()?),
        EvidenceVerb::Show { digest, reach } => Ok(shown(&found(&reach.client()?, digest)?)),
        EvidenceVerb::Save { digest, out, reach } => save(&reach.client()?, digest, out),
    }
}

fn list(client: &Client) -> Result<Answer, Report> {
    let items = all(client)?;
    let rows = items.iter().map(|item| {
        [
            short(&item.digest),
            item.kind.clone(),
            item.accused.clone(),
            item.at.clone(),
            item.proves.clone(),
        ]
    });
    let text = if items.is_empty() {
        "no evidence is held\n".to_owned()
    } else {
        table::table(["file", "kind", "accused", "logged", "proves"], rows)
    };
    Ok(Answer::new(text, table::json(&EvidenceList { items, next: None })))
}

fn shown(item: &Evidence) -> Answer {
    let mut text = table::facts([
        ("file", item.digest.clone()),
        ("kind", item.kind.clone()),
        ("accused", item.accused.clone()),
        ("log", table::or_dash(item.log)),
        ("logged", item.at.clone()),
        ("leaf", item.leaf.to_string()),
        ("proves", item.proves.clone()),
    ]);
    for limit in &item.proves_not {
        text.push_str(&format!("         {limit}\n"));
    }
    Answer::new(text, table::json(item))
}

fn save(client: &Client, digest: &str, out: &Path) -> Result<Answer, Report> {
    let item = found(client, digest)?;
    let file = client.evidence_file(&item.digest)?;
    files::make(out, &file, Access::Public)
        .map_err(|error| fail::file("the evidence was not saved", &error))?;
    let text = format!("{}: {} bytes\n{}\n", out.display(), file.len(), item.proves);
    let json = serde_json::json!({
        "file": out.display().to_string(),
        "digest": item.digest,
        "bytes": file.len(),
    });
    Ok(Answer::new(text, json))
}

/// Every file that the node holds.
fn all(client: &Client) -> Result<Vec<Evidence>, Report> {
    let mut items = Vec::new();
    let mut from = Some(0);
    while let Some(place) = from {
        let page = client.evidence(place)?;
        items.extend(page.items);
        from = page.next;
    }
    Ok(items)
}

/// The one file whose digest begins so.
fn found(client: &Client, digest: &str) -> Result<Evidence, Report> {
    let mut fitting = all(client)?.into_iter().filter(|item| item.digest.starts_with(digest));
    match (fitting.next(), fitting.next()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(none("the node holds no evidence whose digest begins so")),
        (Some(_), Some(_)) => Err(none("several digests begin so")),
    }
}

fn none(why: &str) -> Report {
    Report::new(Code::NoSuchEvidence, "nothing was found", why.to_owned())
}

fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}
