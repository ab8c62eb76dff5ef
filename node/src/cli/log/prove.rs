//! `concord log prove`: on the screen, as a proof file, as a COSE receipt; and `concord log policy`.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use concord_protocol::audit::cose_receipt;
use concord_protocol::log::checkpoint;
use concord_protocol::log::hash;
use concord_protocol::log::note;
use concord_protocol::log::policy;
use concord_protocol::log::proof;
use concord_protocol::log::tlog_proof;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::api::shape;
use crate::api::shape::log::Inclusion;
use crate::api::shape::log::LogProof;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::log::Subject;
use crate::cli::log::check;
use crate::cli::reach::Reach;
use crate::cli::table;
use crate::files;
use crate::files::Access;
use crate::report::Report;
use crate::report::code::Code;

const WHAT: &str = "the proof was not written";

/// Where a proof goes besides the screen; never onto a file that is there.
#[derive(Debug, Args)]
pub struct Files {
    /// Writes a proof file of C2SP, with the leaf and the cosignatures of its checkpoint.
    #[arg(long, value_name = "F.tlog-proof", conflicts_with = "since")]
    out: Option<PathBuf>,
    /// Has the node sign a COSE receipt (RFC 9942), and writes it.
    #[arg(long, value_name = "FILE", conflicts_with = "since")]
    cose: Option<PathBuf>,
    /// Writes the leaf: what a receipt is about, and does not hold.
    #[arg(long, value_name = "FILE", conflicts_with = "since")]
    leaf_out: Option<PathBuf>,
}

/// Proves what was asked.
///
/// # Errors
/// When the node cannot be reached or refuses, what it answers does not hold, or a file cannot be written.
pub fn run(
    subject: &Subject,
    to: Option<u64>,
    files: &Files,
    reach: &Reach,
) -> Result<Answer, Report> {
    let asked = reach.log()?;
    let client = asked.client();
    let proof = match (subject.index, &subject.message, subject.since) {
        (Some(index), _, _) => client.leaf_proof(index)?,
        (None, Some(id), _) => LogProof::Inclusion(client.message_proof(id)?),
        (None, None, since) => client.consistency(since.unwrap_or(1), to)?,
    };
    match &proof {
        LogProof::Inclusion(inclusion) => {
            check::inclusion(inclusion)?;
            if files.any() {
                if asked.is_stopped() && files.cose.is_some() {
                    return Err(unsigned());
                }
                return written(files, inclusion, client);
            }
            let talk = "the path leads from the leaf to the checkpoint's root; the checkpoint's signature was not checked";
            Ok(shown(&proof).say(talk))
        }
        LogProof::Consistency(growth) => {
            let talk = format!("check it with the root that you hold of size {}", growth.from);
            Ok(shown(&proof).say(talk))
        }
    }
}

impl Files {
    const fn any(&self) -> bool {
        self.out.is_some() || self.cose.is_some() || self.leaf_out.is_some()
    }
}

fn shown(proof: &LogProof) -> Answer {
    let proof = table::json(proof);
    let mut text = serde_json::to_string_pretty(&proof).unwrap_or_default();
    text.push('\n');
    Answer::new(text, proof)
}

/// A folder may be an old copy of a node's; nothing new is signed from one.
fn unsigned() -> Report {
    let why = "a receipt is signed when it is asked for, and a stopped node signs nothing";
    Report::new(Code::NodeUnreachable, WHAT, why).with_remedy(
        "start the node, or write a proof file with `--out`, which needs no new signature",
    )
}

fn written(files: &Files, inclusion: &Inclusion, client: &Client) -> Result<Answer, Report> {
    let leaf =
        shape::unhex(&inclusion.leaf).ok_or_else(|| failed("the leaf is not hexadecimal"))?;
    let mut made: Vec<(&str, String)> = Vec::new();
    let mut keep = |name: &'static str, path: &Path, bytes: &[u8]| {
        files::make(path, bytes, Access::Public).map_err(|error| fail::file(WHAT, &error))?;
        made.push((name, path.display().to_string()));
        Ok::<(), Report>(())
    };
    if let Some(path) = &files.out {
        let bytes = client.proof_file(inclusion.index)?;
        check_proof(&bytes, inclusion.index, &leaf)?;
        keep("proof", path, &bytes)?;
    }
    if let Some(path) = &files.cose {
        let bytes = client.cose_receipt(inclusion.index)?;
        check_receipt(&bytes, &leaf, &client.policy()?)?;
        keep("receipt", path, &bytes)?;
    }
    if let Some(path) = &files.leaf_out {
        keep("leaf", path, &leaf)?;
    }
    let text: String = made.iter().map(|(name, path)| format!("{name:7}  {path}\n")).collect();
    let files: serde_json::Map<String, Value> =
        made.into_iter().map(|(name, path)| (name.to_owned(), Value::from(path))).collect();
    let answer = Answer::new(text, json!({"index": inclusion.index, "files": files}));
    Ok(answer.say("check it with `concord audit verify`; `concord log policy` writes the keys"))
}

/// Nobody is handed a proof that does not lead from its leaf to its checkpoint.
fn check_proof(bytes: &[u8], index: u64, leaf: &[u8]) -> Result<(), Report> {
    let read = tlog_proof::parse(bytes).map_err(|error| failed(error.to_string()))?;
    let note = note::parse_foreign(&read.checkpoint).map_err(|error| failed(error.to_string()))?;
    let head = checkpoint::parse_foreign(note.unverified_text())
        .map_err(|error| failed(error.to_string()))?;
    if read.index.get() != index || read.extra.as_deref() != Some(leaf) {
        return Err(failed("the proof is of another leaf"));
    }
    let leaf = hash::leaf_hash(leaf);
    proof::verify_inclusion(&leaf, read.index, head.size, &read.path, &head.root)
        .map_err(|error| failed(error.to_string()))
}

fn check_receipt(bytes: &[u8], leaf: &[u8], policy: &[u8]) -> Result<(), Report> {
    let policy = policy::parse(policy).map_err(|error| failed(error.to_string()))?;
    let log = policy.logs().first().ok_or_else(|| failed("the node named no key of its log"))?;
    let receipt = cose_receipt::read(bytes).map_err(|error| failed(error.to_string()))?;
    cose_receipt::verify(&receipt, &hash::leaf_hash(leaf), log.name(), log.key())
        .map(|_| ())
        .map_err(|error| failed(error.to_string()))
}

/// Writes or shows the policy under which proofs of the log can be checked.
///
/// # Errors
/// When the node cannot be reached or refuses, or the file cannot be written.
pub fn policy(out: Option<&Path>, reach: &Reach) -> Result<Answer, Report> {
    let what = "the policy was not written";
    let asked = reach.log()?;
    let bytes = asked.client().policy()?;
    policy::parse(&bytes).map_err(|error| failed(error.to_string()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let json = json!({"policy": text});
    let talk = "these keys are what this node holds; compare them with what the other members say";
    match out {
        Some(path) => {
            files::make(path, &bytes, Access::Public).map_err(|error| fail::file(what, &error))?;
            Ok(Answer::new(format!("policy  {}\n", path.display()), json).say(talk))
        }
        None => Ok(Answer::new(text, json).say(talk)),
    }
}

fn failed(why: impl Into<String>) -> Report {
    Report::new(Code::VerificationFailed, WHAT, why.into())
}
