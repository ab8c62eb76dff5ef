//! `concord audit`: what anyone can check without a node, offline.
//!
//! Uses `protocol::audit`. A bundle that does not verify, and logs that contradict each other, end with exit code 3, and
//! the first thing that failed is named. Absent on purpose: nodes, keys, the network.

use std::path::Path;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Args;
use clap::Subcommand;
use concord_protocol::audit::finding::Finding;
use concord_protocol::audit::reconcile;
use concord_protocol::audit::reconcile::NotComparable;
use concord_protocol::audit::reconcile::Reconciliation;
use concord_protocol::audit::verify;
use concord_protocol::audit::verify::Anchor;
use concord_protocol::audit::verify::Report as Verified;
use concord_protocol::crypto::digest::Digest;
use serde_json::Value;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::files;
use crate::report;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;

/// What can be checked.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// Verifies one bundle, down to its last byte.
    Verify(Verify),
    /// Verifies bundles and holds every pair of them together.
    Reconcile(Reconcile),
}

/// Which bundle, and what it must rest on.
#[derive(Debug, Args)]
pub struct Verify {
    /// The bundle.
    #[arg(value_name = "BUNDLE")]
    pub bundle: PathBuf,
    /// Digest of the founding charter. Without it a whole federation could be invented.
    #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
    pub genesis: Option<Digest>,
}

/// Which bundles, and what they must rest on.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// The bundles, two or more, of different agencies.
    #[arg(value_name = "BUNDLE", num_args = 2.., required = true)]
    pub bundles: Vec<PathBuf>,
    /// Digest of the founding charter.
    #[arg(long, value_name = "DIGEST", value_parser = Digest::parse)]
    pub genesis: Option<Digest>,
}

/// Runs one verb.
///
/// # Errors
/// What does not verify, or cannot be read.
pub fn run(verb: &AuditVerb) -> Result<Answer, Report> {
    match verb {
        AuditVerb::Verify(arguments) => verify_one(&arguments.bundle, arguments.genesis),
        AuditVerb::Reconcile(arguments) => reconcile_all(&arguments.bundles, arguments.genesis),
    }
}

/// Verifies one bundle.
///
/// # Errors
/// The first thing in it that fails.
pub fn verify_one(path: &Path, genesis: Option<Digest>) -> Result<Answer, Report> {
    let verified = verified(path, genesis)?;
    let counts = verified.counts;
    let text = format!(
        "{}\n  {}\n  charter   {} version {} {}\n  log       {} leaves, root {}\n  \
         messages  {} sent to recipients, {} received, {} refused\n  \
         receipts  {} numbers accepted, {} refused\n",
        path.display(),
        verdict(&verified),
        verified.charter.name,
        verified.charter.version,
        verified.charter.digest,
        verified.head.size,
        STANDARD.encode(verified.head.root.as_bytes()),
        counts.sent,
        counts.received,
        counts.refused,
        counts.settled_accepted,
        counts.settled_refused,
    );
    let answer = Answer::new(text, verified_json(&verified));
    Ok(match verified.charter.anchor {
        Anchor::Pinned => answer,
        Anchor::Unanchored => answer.say(
            "Give `--genesis DIGEST` to anchor it: without the pin, all of it could be invented.",
        ),
    })
}

/// Verifies bundles and reconciles every pair.
///
/// # Errors
/// The first bundle that fails, or logs that cannot be held together. Logs that contradict each other are an answer,
/// with exit code 3.
pub fn reconcile_all(paths: &[PathBuf], genesis: Option<Digest>) -> Result<Answer, Report> {
    let logs = paths.iter().map(|path| verified(path, genesis)).collect::<Result<Vec<_>, _>>()?;
    let mut results = Vec::new();
    for (place, a) in logs.iter().enumerate() {
        for b in logs.iter().skip(place.saturating_add(1)) {
            results.push(reconcile::reconcile(a, b).map_err(|error| not_comparable(&error))?);
        }
    }
    let text: String = results.iter().map(result_text).collect();
    let problems = results.iter().any(|result| !result.problems.is_empty());
    let json = json!({
        "ok": !problems,
        "logs": logs.iter().map(verified_json).collect::<Vec<Value>>(),
        "reconciliations": results.iter().map(result_json).collect::<Vec<Value>>(),
    });
    let exit = if problems { Exit::VerificationFailed } else { Exit::Done };
    Ok(Answer::new(text, json).with_exit(exit))
}

fn verified(path: &Path, genesis: Option<Digest>) -> Result<Verified, Report> {
    let bytes = files::read(path, usize::MAX)
        .map_err(|error| fail::file("the bundle was not read", &error))?;
    verify::verify(&bytes, genesis).map_err(|finding| refused(path, &finding))
}

/// Names the first thing that failed: part, leaf, code, reason.
fn refused(path: &Path, finding: &Finding) -> Report {
    let why = format!("{}: [{}] {}", path.display(), finding.code(), reason(finding));
    Report::new(Code::VerificationFailed, "the bundle does not verify", why)
}

/// The finding with its causes. Its own text ends with its flaw's, so the chain goes on below that.
fn reason(finding: &Finding) -> String {
    match core::error::Error::source(&finding.flaw) {
        Some(cause) => format!("{finding}: {}", report::chain(cause)),
        None => finding.to_string(),
    }
}

fn not_comparable(error: &NotComparable) -> Report {
    Report::caused(Code::Usage, "the logs were not held together", error)
        .with_remedy("name bundles of different agencies of one federation")
}

fn verdict(verified: &Verified) -> String {
    format!("{}: every byte accounted for, {}", verified.agency, verified.charter.anchor.text())
}

fn verified_json(verified: &Verified) -> Value {
    let counts = verified.counts;
    json!({
        "agency": verified.agency.as_str(),
        "origin": verified.origin,
        "verified": true,
        "anchor": verified.charter.anchor.text(),
        "charter": {
            "name": verified.charter.name.as_str(),
            "version": verified.charter.version.get(),
            "digest": verified.charter.digest.to_string(),
        },
        "size": verified.head.size.get(),
        "root": STANDARD.encode(verified.head.root.as_bytes()),
        "made_at": verified.made_at.to_string(),
        "counts": {
            "started": counts.started,
            "messages": counts.messages,
            "sent": counts.sent,
            "received": counts.received,
            "refused": counts.refused,
            "receipts": counts.receipts,
            "settled_accepted": counts.settled_accepted,
            "settled_refused": counts.settled_refused,
            "reads": counts.reads,
            "credentials": counts.credentials,
        },
    })
}

fn result_text(result: &Reconciliation) -> String {
    let mut text = format!(
        "{} with {}: {} numbers agree, {} pending, {} problems\n",
        result.a,
        result.b,
        result.matched,
        result.pending.len(),
        result.problems.len()
    );
    for problem in &result.problems {
        text.push_str(&format!("  {problem}\n"));
    }
    text
}

fn result_json(result: &Reconciliation) -> Value {
    let problems = result.problems.iter().map(|problem| {
        json!({
            "code": problem.kind.code(),
            "from": problem.place.from.as_str(),
            "to": problem.place.to.as_str(),
            "epoch": problem.place.epoch.get(),
            "number": problem.place.number.get(),
        })
    });
    json!({
        "a": result.a.as_str(),
        "b": result.b.as_str(),
        "matched": result.matched,
        "pending": result.pending.len(),
        "problems": problems.collect::<Vec<Value>>(),
    })
}

#[cfg(test)]
mod tests;
