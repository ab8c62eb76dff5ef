//! `concord log succeed`: the operator's statement that a log cannot be gone on with, and what the next one needs.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::ids::StaffNumber;
use concord_protocol::log::succession::VerifiedStatement;
use concord_protocol::log::succession::code::Cause;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::run;
use crate::cli::table;
use crate::clock;
use crate::host::propose;
use crate::host::propose::Decision;
use crate::host::propose::ProposeError;
use crate::host::start::StartError;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::folder::NodeFolder;

const WHAT: &str = "nothing was stated";

/// Whose log ends, why, and who answers for it.
#[derive(Debug, Args)]
pub struct Succeed {
    /// The node's folder; the node is stopped, and in quarantine.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Why: rollback, fork, damage or compromise.
    #[arg(long, value_name = "CODE", value_parser = cause)]
    pub cause: Cause,
    /// Staff number of the officer who decides; every member sees it.
    #[arg(long, value_name = "NUMBER", value_parser = StaffNumber::parse)]
    pub officer: StaffNumber,
    /// Where the request for the credential of the next log goes; `log<k>.request` in the folder when left out.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

fn cause(text: &str) -> Result<Cause, String> {
    Cause::parse(text).ok_or_else(|| "a cause is rollback, fork, damage or compromise".to_owned())
}

/// States that the log ends, and writes the request for the credential of the next one.
///
/// # Errors
/// When nothing proves that the log cannot go on, or too few peers have shown what they hold of it.
pub fn succeed(arguments: &Succeed) -> Result<Answer, Report> {
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    let own = enrolment::load(&folder, &settings, clock::now())
        .map_err(|error| fail::enrolment(WHAT, &error))?
        .own;
    let keys = node::open_generations(&folder, &settings, &arguments.passphrase, WHAT)?
        .named_by(own.credential())
        .map_err(|error| Report::caused(Code::KeyUnusable, WHAT, &error))?;
    let decision = Decision {
        cause: arguments.cause,
        officer: arguments.officer.clone(),
        at: clock::now(),
        signing: Arc::clone(&keys.signing),
        storage: ContentKey::from_bytes(*keys.storage),
    };
    let stated = propose::propose(&folder, &settings, decision).map_err(refused)?;
    let to = stated.statement().to_log;
    let directory = enrolment::load_directory(&folder, &settings)
        .map_err(|error| fail::enrolment(WHAT, &error))?;
    if !directory.log_keys(&settings.agency, to).is_empty() {
        return Ok(answer(&stated, None)
            .say("The credential of the next log is adopted already: start the node."));
    }
    let request = arguments.out.clone();
    let request = request.unwrap_or_else(|| folder.path().join(format!("log{to}.request")));
    // A token is opened by one at a time.
    drop(keys);
    node::request_for_log(&folder, (to, &request), &arguments.passphrase)?;
    Ok(answer(&stated, Some(&request))
        .say("Next, on the machine with the root: `concord root sign`; here: `concord node credential --adopt`.")
        .say("Then start the node. Every peer it meets shows the statement to its operators, who approve it with")
        .say("`concord peer approve`; with the charter's quorum the next log is opened."))
}

fn answer(stated: &VerifiedStatement, request: Option<&Path>) -> Answer {
    let said = stated.statement();
    let request = request.map(|path| path.display().to_string());
    let text = table::facts([
        (
            "log",
            format!(
                "{} ends with {} leaves, {} begins",
                said.from_log,
                stated.frozen(),
                said.to_log
            ),
        ),
        ("cause", said.cause.to_string()),
        ("officer", said.officer.to_string()),
        ("have", format!("{} leaves", said.restored.size)),
        ("may be lost", format!("{} leaves from {} on", said.lost.count, said.lost.first)),
        ("named", format!("{} checkpoints", stated.last().len())),
        ("statement", stated.digest().to_string()),
        ("request", request.clone().unwrap_or_else(|| "-".to_owned())),
    ]);
    let json = json!({
        "from_log": said.from_log.get(),
        "to_log": said.to_log.get(),
        "cause": said.cause.text(),
        "officer": said.officer.as_str(),
        "ends_at": stated.frozen().get(),
        "restored_size": said.restored.size.get(),
        "lost_first": said.lost.first.get(),
        "lost_count": said.lost.count,
        "statement": stated.digest().to_string(),
        "request": request,
    });
    Answer::new(text, json)
}

fn refused(error: ProposeError) -> Report {
    match error {
        ProposeError::Enrolment(error) => fail::enrolment(WHAT, &error),
        ProposeError::Store(error) => run::refused(&StartError::Store(error)),
        ProposeError::NotQuarantined => Report::caused(Code::NotInDoubt, WHAT, &error),
        ProposeError::Unheard { .. } => Report::caused(Code::SuccessionRefused, WHAT, &error),
        ProposeError::NoNumber { .. } => Report::caused(Code::SuccessionRefused, WHAT, &error)
            .with_remedy("amend the charter: members decide which logs of an agency they accept"),
        ProposeError::Read(_)
        | ProposeError::Tree(_)
        | ProposeError::Commit(_)
        | ProposeError::Unmade => Report::caused(Code::StoreRefused, WHAT, &error),
    }
}
