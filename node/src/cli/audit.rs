//! `concord audit`: what anyone can check without a node, offline.
//!
//! Uses `protocol::audit`. A bundle that does not verify, and logs that contradict each other, end with exit code 3, and
//! every problem is named in its place. Absent on purpose: nodes, keys, the network.

pub mod evidence;
mod joined;
pub mod proof;
pub mod read;
mod show;
pub mod watch;

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use clap::Subcommand;
use concord_protocol::audit::finding::Finding;
use concord_protocol::audit::finding::Flaw;
use concord_protocol::audit::reconcile;
use concord_protocol::audit::reconcile::NotComparable;
use concord_protocol::audit::verify;
use concord_protocol::audit::verify::Stopped;
use concord_protocol::audit::verify::Terms;
use concord_protocol::audit::verify::report::Anchor;
use concord_protocol::audit::verify::report::Report as Verified;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::charter::CharterError;
use concord_protocol::identity::charter::chain::ChainError;

use crate::cli::answer::Answer;
use crate::cli::audit::proof::Rests;
use crate::cli::audit::read::Bar;
use crate::cli::audit::read::FileSource;
use crate::cli::audit::read::Threads;
use crate::cli::audit::watch::Watch;
use crate::cli::fail;
use crate::entropy;
use crate::report::Exit;
use crate::report::Report;
use crate::report::code::Code;

/// What can be checked.
#[derive(Debug, Subcommand)]
pub enum AuditVerb {
    /// Verifies one bundle, down to its last byte; or one proof, one receipt, one file of evidence.
    Verify(Verify),
    /// Verifies bundles and holds the logs of every pair of agencies together.
    Reconcile(Reconcile),
    /// Follows the logs of all members from one node.
    Watch(Watch),
}

/// What is verified, and what it must rest on.
#[derive(Debug, Args)]
pub struct Verify {
    /// What is verified.
    #[command(flatten)]
    pub subject: Subject,
    /// What a proof or a receipt rests on, and is about.
    #[command(flatten)]
    pub rests: Rests,
    /// Digest of the founding charter. Without it a whole federation could be invented.
    #[arg(long, value_name = "DIGEST", value_parser = Digest::parse, conflicts_with_all = ["proof", "cose"])]
    pub genesis: Option<Digest>,
}

/// What is verified: one of these.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Subject {
    /// A bundle.
    #[arg(value_name = "BUNDLE")]
    pub bundle: Option<PathBuf>,
    /// A file of evidence against a member.
    #[arg(long, value_name = "FILE")]
    pub evidence: Option<PathBuf>,
    /// A proof file (C2SP tlog-proof), of our logs or of others.
    #[arg(long, value_name = "FILE", requires = "policy")]
    pub proof: Option<PathBuf>,
    /// A COSE receipt (RFC 9942) of one of our logs.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub cose: Option<PathBuf>,
}

/// Which bundles, and what they must rest on.
#[derive(Debug, Args)]
pub struct Reconcile {
    /// The bundles, two or more: of different agencies, or of the logs of one; whole, or of the link between two.
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
        AuditVerb::Verify(arguments) => verify_any(arguments),
        AuditVerb::Reconcile(arguments) => reconcile_all(&arguments.bundles, arguments.genesis),
        AuditVerb::Watch(arguments) => watch::once(arguments),
    }
}

fn verify_any(arguments: &Verify) -> Result<Answer, Report> {
    match &arguments.subject {
        Subject { bundle: Some(bundle), .. } => verify_one(bundle, arguments.genesis),
        Subject { evidence: Some(file), .. } => evidence::verify(file, arguments.genesis),
        Subject { proof: Some(file), .. } => proof::verify_proof(file, &arguments.rests),
        Subject { cose: Some(file), .. } => proof::verify_receipt(file, &arguments.rests),
        Subject { .. } => {
            Err(Report::new(Code::Usage, "nothing was verified", "nothing was named"))
        }
    }
}

/// Verifies one bundle. What is wrong below its container is an answer, with exit code 3.
///
/// # Errors
/// What is wrong with its container, or that it cannot be read.
pub fn verify_one(path: &Path, genesis: Option<Digest>) -> Result<Answer, Report> {
    let verified = verified(path, genesis, Facts::Dropped)?;
    let answer = Answer::new(show::text(path, &verified), show::json(&verified));
    let answer = match verified.charter.anchor {
        Anchor::Pinned => answer,
        Anchor::Unanchored => answer.say(
            "Give `--genesis DIGEST` to anchor it: without the pin, all of it could be invented.",
        ),
    };
    let exit = if verified.is_sound() { Exit::Done } else { Exit::VerificationFailed };
    Ok(answer.with_exit(exit))
}

/// Verifies the bundle of a procedure and gives its messages with the bodies inside.
///
/// # Errors
/// What is wrong with it, or that it cannot be read.
pub(in crate::cli) fn transcript_of(path: &Path) -> Result<Verified, Report> {
    let found = verified(path, None, Facts::Messages)?;
    match found.problems.first() {
        Some(first) => Err(refused(path, first)),
        None => Ok(found),
    }
}

/// Verifies bundles and reconciles every pair of agencies.
///
/// # Errors
/// The first bundle that does not verify, or logs that cannot be held together. Logs that contradict each other are an
/// answer, with exit code 3.
pub fn reconcile_all(paths: &[PathBuf], genesis: Option<Digest>) -> Result<Answer, Report> {
    let mut logs = Vec::new();
    for path in paths {
        let log = verified(path, genesis, Facts::Kept)?;
        if let Some(first) = log.problems.first() {
            return Err(refused(path, first));
        }
        logs.push(log);
    }
    let all: Vec<&Verified> = logs.iter().collect();
    let joined = reconcile::all(&all).map_err(|error| not_comparable(&error))?;
    // One log against itself says nothing, and silence looks like agreement.
    if joined.pairs.is_empty() && joined.seams.is_empty() && joined.problems.is_empty() {
        let why = "nothing to hold together: the bundles are of one log";
        return Err(Report::new(Code::Usage, "the logs were not held together", why)
            .with_remedy("name the bundle of another agency beside it, or of another log of this one; `concord audit verify` checks one bundle"));
    }
    let exit = if joined.is_sound() { Exit::Done } else { Exit::VerificationFailed };
    Ok(Answer::new(joined::text(&joined, &logs), joined::json(&joined, &logs)).with_exit(exit))
}

/// Whether the facts of a log are kept, which takes memory.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Facts {
    /// Those by which it is held against other logs.
    Kept,
    /// Its messages with the bodies inside.
    Messages,
    Dropped,
}

fn verified(path: &Path, genesis: Option<Digest>, facts: Facts) -> Result<Verified, Report> {
    let what = "the bundle was not read";
    let unreadable = |error: std::io::Error| {
        Report::new(Code::FileUnreadable, what, format!("{}: {error}", path.display()))
    };
    let source = FileSource::open(path).map_err(unreadable)?;
    let seed = entropy::draw().map_err(|error| fail::entropy(what, &error))?;
    let (workers, progress) = (Threads::all(), Bar::new());
    let ledger = facts == Facts::Kept;
    let transcript = facts == Facts::Messages;
    let terms =
        Terms { pin: genesis, seed, ledger, transcript, workers: &workers, progress: &progress };
    let report = verify::audit(&source, &terms);
    if let Some(error) = source.failed() {
        return Err(unreadable(error));
    }
    report.map_err(|stopped| match stopped {
        Stopped::Found(finding) => refused(path, &finding),
        Stopped::Unreadable(error) => Report::caused(Code::FileUnreadable, what, &error),
    })
}

/// Names the first thing that failed: part, leaf, code, reason.
fn refused(path: &Path, finding: &Finding) -> Report {
    let why = format!("{}: [{}] {}", path.display(), finding.code(), show::reason(finding));
    let report = Report::new(Code::VerificationFailed, "the bundle does not verify", why);
    if let Flaw::Charter(ChainError::Founding(CharterError::Pin { .. })) = &finding.flaw {
        return report.with_remedy(
            "compare the digest given with `--genesis` with what the members agreed on aloud; if it is right, this is a bundle of another federation",
        );
    }
    if matches!(finding.flaw, Flaw::Archive(_) | Flaw::Ended) {
        return report.with_remedy(
            "name a bundle that `concord log export` wrote, whole; if this is one, copy it again from where it was made",
        );
    }
    report
}

fn not_comparable(error: &NotComparable) -> Report {
    let remedy = match error {
        NotComparable::Partial { .. } => {
            "export each log whole (`concord log export` without a part), or of two agencies the link of each with the other (`--peer AGENCY`)"
        }
        NotComparable::SameAgency { .. }
        | NotComparable::OtherCharter
        | NotComparable::NoLedger { .. } => "name bundles of agencies of one federation",
    };
    Report::caused(Code::Usage, "the logs were not held together", error).with_remedy(remedy)
}

#[cfg(test)]
mod tests;
