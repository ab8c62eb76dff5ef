//! `concord log head | cosign | show | prove | policy | verify | export`: the node's own log, through its API.

pub mod check;
pub mod export;
pub mod prove;
pub mod succeed;
pub mod tiles;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;

use crate::api::shape::leaf::LeafDocument;
use crate::api::shape::log::EntryList;
use crate::api::shape::log::Head;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::log::prove::Files;
use crate::cli::log::succeed::Succeed;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::files::Access;
use crate::report::Report;
use crate::report::code::Code;

/// What can be asked about the node's log.
#[derive(Debug, Subcommand)]
pub enum LogVerb {
    /// Shows the newest durable head; `--out` writes its signed checkpoint, as `concord root revoke --good` takes it.
    Head {
        /// The file for the signed checkpoint; never one that is there.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Has the newest head cosigned now by every peer that is there.
    Cosign {
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
        /// Files to write.
        #[command(flatten)]
        files: Files,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
    /// Shows the policy under which anyone checks proofs of the log: keys, witnesses, quorum.
    Policy {
        /// The file to write; never one that is there.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
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
    /// States that the log of a node in quarantine ends, so that the next one can begin.
    Succeed(Succeed),
    /// Writes the log for others: the bundle with which anyone verifies it offline, of all of it or of a part, or the
    /// files of C2SP tlog-tiles.
    Export {
        /// In which form.
        #[command(flatten)]
        to: ExportTo,
        /// Which leaves a bundle shows.
        #[command(flatten)]
        part: export::PartArguments,
        /// The node.
        #[command(flatten)]
        reach: Reach,
    },
}

/// In which form a log is written.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct ExportTo {
    /// The bundle to write; never a file that is there.
    #[arg(long, value_name = "BUNDLE")]
    out: Option<PathBuf>,
    /// The folder to write tiles into; never one that holds anything.
    #[arg(long, value_name = "OUT")]
    tiles: Option<PathBuf>,
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
        LogVerb::Head { out, reach } => {
            let newest = reach.log()?.client().head()?;
            out.as_deref().map_or(Ok(()), |out| keep_checkpoint(out, &newest))?;
            let answer = head(&newest);
            Ok(match out {
                Some(out) => {
                    answer.say(format!("checkpoint {} leaves in {}", newest.size, out.display()))
                }
                None => answer,
            })
        }
        LogVerb::Cosign { reach } => Ok(head(&reach.client()?.cosign()?)),
        LogVerb::Show { from, limit, reach } => {
            Ok(show(&reach.log()?.client().entries(*from, *limit)?))
        }
        LogVerb::Prove { subject, to, files, reach } => prove::run(subject, *to, files, reach),
        LogVerb::Policy { out, reach } => prove::policy(out.as_deref(), reach),
        LogVerb::Verify { reach } => check::whole(reach.log()?.client()),
        LogVerb::Succeed(arguments) => succeed::succeed(arguments),
        LogVerb::Export { to: ExportTo { out: Some(out), .. }, part, reach } => {
            export::write(out, part, reach)
        }
        LogVerb::Export { to: ExportTo { tiles: Some(out), .. }, part, reach } => {
            part.is_whole()?;
            tiles::export(out, reach)
        }
        LogVerb::Export { .. } => {
            let why = "neither a bundle nor a folder for tiles was named";
            Err(Report::new(Code::Usage, "the log was not exported", why)
                .with_remedy("give `--out BUNDLE` or `--tiles OUT`"))
        }
    }
}

/// Writes the signed checkpoint of a head as the note that it is.
fn keep_checkpoint(out: &Path, head: &Head) -> Result<(), Report> {
    files::make(out, head.checkpoint.as_bytes(), Access::Public)
        .map_err(|error| fail::file("the checkpoint was not written", &error))
}

fn head(head: &Head) -> Answer {
    let facts = table::facts([
        ("log", head.origin.clone()),
        ("size", head.size.to_string()),
        ("standing", head.standing.clone()),
        ("root", head.root.clone()),
        ("witnessed", witnessed(head)),
        ("unwitnessed since", table::or_dash(head.unwitnessed_since.clone())),
    ]);
    let rows = head.witnesses.iter().map(|witness| {
        [
            witness.agency.clone(),
            table::or_dash(witness.size),
            table::or_dash(witness.at.clone()),
            table::or_dash(witness.refused.clone()),
        ]
    });
    let witnesses = table::table(["witness", "cosigned", "at", "refused"], rows);
    let note = head.witnessed.as_ref().filter(|witnessed| witnessed.size == head.size);
    let note = note.map_or(&head.checkpoint, |witnessed| &witnessed.checkpoint);
    Answer::new(format!("{facts}{witnesses}\n{note}"), table::json(head))
}

fn witnessed(head: &Head) -> String {
    match &head.witnessed {
        Some(witnessed) => format!(
            "{} leaves, by {} of at least {}",
            witnessed.size, witnessed.cosignatures, head.quorum
        ),
        None => format!("not yet, {} witnesses are needed", head.quorum),
    }
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
        LeafDocument::Exported { bundle, size, at } => {
            format!("{at} bundle {} of {size} leaves", short(bundle))
        }
        LeafDocument::Erased { message, cause, basis, officer, at, .. } => {
            format!("{at} body of {} by {officer}: {cause}, {basis}", short(message))
        }
        LeafDocument::Evidence { evidence, shows, accused, at } => {
            format!("{at} {shows} by {accused}: {}", short(evidence))
        }
        LeafDocument::Succession { approvals, .. } => {
            format!("follows an earlier log, {} approvals", approvals.len())
        }
        LeafDocument::Resumed { at, after, how, from, .. } => {
            format!("{at} after {after} from {from} leaves: {how}")
        }
        LeafDocument::Carried { message, log, index } => {
            format!("{} from leaf {index} of log {log}", short(message))
        }
        LeafDocument::Revocation { revocation, at } => {
            format!("{at} {} bytes", revocation.len() / 2)
        }
    }
}

fn short(digest: &str) -> &str {
    digest.get(..8).unwrap_or(digest)
}
