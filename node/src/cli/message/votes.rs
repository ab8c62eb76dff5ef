//! `concord message draft` and `approve`: what people say about a message before any node has it.
//!
//! Both work on files alone. A draft is a submission that was fixed: it names its procedure and parents, and the salt of
//! the body that will be sealed. Each voter's program computes the core digest again from the text at hand, so what is
//! signed is what was read. `concord send` submits the draft like any other file.

#[cfg(test)]
mod tests;

use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::envelope;
use concord_protocol::envelope::approvals::Ballot;
use concord_protocol::envelope::approvals::Deed;
use concord_protocol::envelope::approvals::Voter;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::message::submission::Submission;
use concord_protocol::message::vote::SignatureText;
use concord_protocol::message::writing::accept;
use concord_protocol::registry::StaffRole;
use serde_json::json;

use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::json as text_of_json;
use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::table;
use crate::cli::words;
use crate::clock;
use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::keystore;
use crate::keystore::container::KeyKind;
use crate::report::FieldReport;
use crate::report::Report;
use crate::report::code::Code;

/// Who votes.
#[derive(Debug, Args)]
pub struct Who {
    /// The voter's secret file, from `concord staff new`.
    #[arg(long, value_name = "KEYFILE")]
    staff: PathBuf,
    /// The voter, by pseudonymous staff number.
    #[arg(long, value_parser = StaffNumber::parse)]
    number: StaffNumber,
    /// The office in which they vote, such as supervisor.
    #[arg(long, value_parser = role)]
    role: StaffRole,
    /// The charter's name.
    #[arg(long, value_parser = CharterName::parse)]
    charter: CharterName,
    /// Where the passphrase of the secret comes from.
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// What is drafted.
#[derive(Debug, Args)]
pub struct Drafting {
    /// The submission, in JSON.
    file: PathBuf,
    /// Where the draft goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Send it without the approvals of its kind, because waiting may cost a life; it is marked so.
    #[arg(long)]
    break_glass: bool,
    /// Whoever drafted it.
    #[command(flatten)]
    who: Who,
}

/// What is approved.
#[derive(Debug, Args)]
pub struct Approving {
    /// The draft, from `concord message draft`, with the votes that it has.
    file: PathBuf,
    /// Where the draft with the vote goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Whoever approves it.
    #[command(flatten)]
    who: Who,
}

fn role(text: &str) -> Result<StaffRole, String> {
    StaffRole::parse(text).ok_or_else(|| {
        let known: Vec<&str> = StaffRole::ALL.iter().map(|role| role.text()).collect();
        format!("an office is one of {}", known.join(", "))
    })
}

/// Fixes a submission and signs it as its drafter.
///
/// # Errors
/// When the submission has faults, is voted on already, or the key cannot be opened.
// spec: apr-10
pub fn draft(arguments: &Drafting) -> Result<Answer, Report> {
    let what = "nothing was drafted";
    let Drafting { file, out, break_glass, who } = arguments;
    let Written { submission, mut value, changes } = written(&document(file, what)?, what)?;
    if submission.approvals().is_some() {
        let why = format!("{} was drafted before", file.display());
        return Err(refused(
            what,
            &why,
            "approve it, or draft the submission that it was made from",
        ));
    }
    if submission.content().words.drafted_by.as_str() != who.number.as_str() {
        let why = "`drafted_by` names somebody else";
        return Err(refused(what, why, "name in the submission whoever signs as its drafter"));
    }
    if submission.procedure().is_some() && submission.parents().is_empty() {
        let why = "the submission names no parents";
        let remedy = "name the heads of its procedure: `concord procedure show ID`";
        return Err(refused(what, why, remedy));
    }
    let draw = || entropy::draw::<10>().map_err(|error| fail::entropy(what, &error));
    let procedure = match submission.procedure() {
        Some(procedure) => procedure,
        None => ProcedureId::new(clock::now(), draw()?),
    };
    let salt = entropy::draw::<32>().map_err(|error| fail::entropy(what, &error))?;
    let core = core(&submission, procedure, &salt, what)?;
    let deed = if *break_glass { Deed::BrokeGlass } else { Deed::Drafted };
    let drafted = vote(who, core, deed, what)?;
    put(&mut value, "procedure", json!(procedure.to_string()), what)?;
    let approvals = json!({
        "salt": Digest::from_bytes(salt).to_string(),
        "drafted": drafted,
        "approved": [],
        "break_glass": break_glass,
    });
    put(&mut value, "approvals", approvals, what)?;
    write(out, &value, what)?;
    Ok(changes.into_iter().fold(told(&submission, core, out), Answer::say))
}

/// A submission as it will be signed.
#[derive(Debug)]
struct Written {
    submission: Submission,
    /// The same as the file of the draft has it.
    value: serde_json::Value,
    /// What was changed in what was handed in, in a line each.
    changes: Vec<String>,
}

/// Makes of what a person wrote what a node would make of it, before anybody votes: then nothing may change any more.
// spec: nam-6
fn written(value: &serde_json::Value, what: &'static str) -> Result<Written, Report> {
    let (submission, accepted) = accept::read(&tree(value, what)?, Submission::read)
        .map_err(|faults| faulty(&faults, what))?;
    let told = accepted.told.iter();
    let mut changes: Vec<String> =
        told.map(|told| format!("{}: {}", told.pointer, told.change.said())).collect();
    if accepted.more > 0 {
        changes.push(format!("{} more changes are not listed", accepted.more));
    }
    let value = serde_json::to_value(&accepted.tree).unwrap_or_default();
    Ok(Written { submission, value, changes })
}

/// Adds a vote to a draft.
///
/// # Errors
/// When the file is no draft, or the key cannot be opened.
pub fn approve(arguments: &Approving) -> Result<Answer, Report> {
    let what = "nothing was approved";
    let Approving { file, out, who } = arguments;
    let mut value = document(file, what)?;
    let submission = read(&value, what)?;
    let (Some(approvals), Some(procedure)) = (submission.approvals(), submission.procedure())
    else {
        let why = format!("{} is no draft", file.display());
        return Err(refused(what, &why, "draft it first: `concord message draft`"));
    };
    let voted = approvals.approved.as_slice().iter().chain([&approvals.drafted]);
    if voted.into_iter().any(|vote| vote.staff == who.number) {
        let why = format!("{} has voted on it", who.number);
        return Err(refused(what, &why, "have it approved by another person"));
    }
    let core = core(&submission, procedure, &approvals.salt.bytes(), what)?;
    // Before the key is used: a digest says nothing to a person.
    io::stderr()
        .write_all(laid_open(&submission).as_bytes())
        .map_err(|error| Report::caused(Code::FileUnwritable, what, &error))?;
    let vote = vote(who, core, Deed::Approved, what)?;
    let approved = value.get_mut("approvals").and_then(|said| said.get_mut("approved"));
    if let Some(approved) = approved.and_then(serde_json::Value::as_array_mut) {
        approved.push(vote);
    }
    write(out, &value, what)?;
    Ok(told(&submission, core, out))
}

/// The core digest, from the text at hand.
fn core(
    submission: &Submission,
    procedure: ProcedureId,
    salt: &[u8; envelope::SALT_BYTES],
    what: &'static str,
) -> Result<Digest, Report> {
    envelope::core_digest_of(submission, procedure, salt, clock::now())
        .map_err(|faults| faulty(&faults, what))
}

fn vote(
    who: &Who,
    core: Digest,
    deed: Deed,
    what: &'static str,
) -> Result<serde_json::Value, Report> {
    let opened = keystore::read(&who.staff, KeyKind::Staff, &who.passphrase.root());
    let (agency, seed): (AgencyId, _) = opened.map_err(|error| fail::key(what, &error))?;
    let ballot = Ballot { charter: &who.charter, agency: &agency, core };
    let voter = Voter { staff: who.number.clone(), role: who.role, at: clock::now() };
    let vote = ballot
        .vote(voter, deed, &SigningKey::from_seed(&seed))
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    Ok(json!({
        "staff": vote.staff.as_str(),
        "role": vote.role.text(),
        "at": vote.at.to_string(),
        "signature": SignatureText::new(vote.signature).to_string(),
    }))
}

fn document(file: &Path, what: &'static str) -> Result<serde_json::Value, Report> {
    let bytes =
        files::read(file, SUBMISSION_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let why = format!("line {}, column {}: not JSON", error.line(), error.column());
        Report::new(Code::BadJson, what, why)
    })
}

fn read(value: &serde_json::Value, what: &'static str) -> Result<Submission, Report> {
    Submission::read(&tree(value, what)?).map_err(|faults| faulty(&faults, what))
}

/// A file as the node will read it.
fn tree(value: &serde_json::Value, what: &'static str) -> Result<Value, Report> {
    text_of_json::read(value.to_string().as_bytes())
        .map_err(|_| Report::new(Code::BadJson, what, "the file says what no submission can say"))
}

fn faulty(faults: &[FieldFault], what: &'static str) -> Report {
    let field = |fault: &FieldFault| FieldReport {
        pointer: fault.pointer.clone(),
        code: fault.code.text().to_owned(),
        reason: fault.reason.clone(),
    };
    let why = format!("{} fields are wrong", faults.len());
    Report::new(Code::BadSubmission, what, why).with_fields(faults.iter().map(field).collect())
}

fn put(
    value: &mut serde_json::Value,
    key: &str,
    said: serde_json::Value,
    what: &'static str,
) -> Result<(), Report> {
    match value.as_object_mut() {
        Some(fields) => {
            drop(fields.insert(key.to_owned(), said));
            Ok(())
        }
        None => Err(Report::new(Code::BadJson, what, "the file is no submission")),
    }
}

fn write(out: &Path, value: &serde_json::Value, what: &'static str) -> Result<(), Report> {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    files::make(out, text.as_bytes(), Access::Private).map_err(|error| fail::file(what, &error))
}

fn refused(what: &'static str, why: &str, remedy: &'static str) -> Report {
    Report::new(Code::RequestRefused, what, why.to_owned()).with_remedy(remedy)
}

/// Everything that is approved, as it was read: nothing in it acts on the terminal.
fn laid_open(submission: &Submission) -> String {
    let value = serde_json::to_value(submission.write()).unwrap_or_default();
    format!("You approve this message:\n{}", words::barred(&words::lines(&value)))
}

/// What was voted on, for a last look.
fn told(submission: &Submission, core: Digest, out: &Path) -> Answer {
    let to: Vec<String> = submission.to().iter().map(|to| to.agency.to_string()).collect();
    let text = table::facts([
        ("kind", submission.kind().text().to_owned()),
        ("to", to.join(" ")),
        ("urgency", submission.urgency().text().to_owned()),
        ("core", core.to_string()),
        ("file", out.display().to_string()),
    ]);
    let json = json!({
        "kind": submission.kind().text(),
        "to": to,
        "core": core.to_string(),
        "file": out.display().to_string(),
    });
    Answer::new(text, json)
        .say("The file holds the whole message: treat it as you treat what is in it.")
}
