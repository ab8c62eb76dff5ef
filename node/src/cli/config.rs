//! `concord check-config`: what the settings mean, where each value comes from, and what the node still lacks.

use std::path::PathBuf;

use clap::Args;
use concord_protocol::moment::Timestamp;
use serde_json::Value;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::cli::own;
use crate::cli::passphrase::PassphraseFrom;
use crate::clock;
use crate::files;
use crate::report;
use crate::report::Exit;
use crate::report::Report;
use crate::settings::Settings;
use crate::settings::enrolment;
use crate::settings::enrolment::Enrolment;
use crate::settings::enrolment::EnrolmentError;
use crate::settings::folder::NodeFolder;

/// Which node to check.
#[derive(Debug, Args)]
pub struct CheckConfig {
    /// The node's folder.
    #[arg(long, value_name = "NODE_DIR")]
    dir: PathBuf,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

/// Checks a node's settings, keys, charter and credentials as its start would.
///
/// # Errors
/// When the settings, the keys, or something that was adopted do not hold.
pub fn check(arguments: &CheckConfig) -> Result<Answer, Report> {
    look(&NodeFolder::at(&arguments.dir), clock::now(), &arguments.passphrase)
}

/// The same at a given instant.
///
/// # Errors
/// When the settings, the keys, or something that was adopted do not hold.
pub fn look(
    folder: &NodeFolder,
    now: Timestamp,
    passphrase: &PassphraseFrom,
) -> Result<Answer, Report> {
    let what = "the node cannot run like this";
    let settings = Settings::load(folder).map_err(|error| fail::settings(what, &error))?;
    files::check_private(&folder.token()).map_err(|error| fail::file(what, &error))?;
    let keys = node::open_generations(folder, &settings, passphrase, what)?;
    let (lacks, minds) = match enrolment::load(folder, &settings, now) {
        Ok(enrolment) => {
            let own = enrolment.own.credential();
            let lacks = keys.named_by(own).err().map(|error| error.to_string());
            let fallen = own::fallen(&enrolment, now);
            let fallen = fallen.map(|own| format!("credential {}: {}", own.seen, own.remedy));
            let lacks = lacks.into_iter().chain(fallen).collect();
            (lacks, minds(&settings, &enrolment, now))
        }
        Err(error @ (EnrolmentError::NoCharter | EnrolmentError::NoCredential)) => {
            (vec![report::chain(&error)], Vec::new())
        }
        Err(error) => return Err(fail::enrolment(what, &error)),
    };
    let exit = if lacks.is_empty() { Exit::Done } else { Exit::CouldNot };
    let answer = Answer::new(text(&settings, &lacks), json(&settings, &lacks, &minds));
    Ok(minds
        .into_iter()
        .fold(answer, |answer, mind| answer.say(format!("mind: {mind}")))
        .with_exit(exit))
}

/// What does not stop the node, and what its operator should know.
fn minds(settings: &Settings, enrolment: &Enrolment, now: Timestamp) -> Vec<String> {
    let mut minds = Vec::new();
    if own::fallen(enrolment, now).is_none() {
        minds.extend(ends_soon(settings, enrolment, now));
    }
    if !settings.api_listen.ip().is_loopback() {
        minds.push(
            "api_listen is not loopback: token and opened bodies cross the network in clear text"
                .to_owned(),
        );
    }
    if settings.metrics_listen.is_some_and(|listen| !listen.ip().is_loopback()) {
        minds.push(
            "metrics_listen is not loopback: whoever reaches it sees with whom this agency exchanges, and how much"
                .to_owned(),
        );
    }
    let strangers: Vec<String> = enrolment
        .directory
        .members()
        .filter(|member| enrolment.directory.newest(&member.agency).is_none())
        .map(|member| member.agency.to_string())
        .collect();
    if !strangers.is_empty() {
        minds.push(format!(
            "no credential is held of {}; `concord peer add` takes one in",
            strangers.join(" ")
        ));
    }
    minds
}

/// That the credential ends, and that none takes over.
// spec: id-32
fn ends_soon(settings: &Settings, enrolment: &Enrolment, now: Timestamp) -> Option<String> {
    let own = enrolment.own.credential();
    let follows = own::next(enrolment, now).is_some();
    let soon = own.not_after <= now.after(settings.credential_warning);
    (soon && !follows).then(|| {
        format!("credential {} ends at {}, and none takes over", own.serial, own.not_after)
    })
}

fn text(settings: &Settings, lacks: &[String]) -> String {
    let shown = settings.shown();
    let width = shown.iter().map(|shown| shown.key.len()).max().unwrap_or(0);
    let mut text = String::new();
    for line in shown {
        text.push_str(&format!(
            "{:<width$} = {}  # {}\n",
            line.key,
            line.value,
            line.origin.text()
        ));
    }
    match lacks {
        [] => text.push_str("ready\n"),
        lacks => lacks.iter().for_each(|lack| text.push_str(&format!("not ready: {lack}\n"))),
    }
    text
}

fn json(settings: &Settings, lacks: &[String], minds: &[String]) -> Value {
    let shown: Vec<Value> = settings
        .shown()
        .iter()
        .map(|shown| json!({"key": shown.key, "value": shown.value, "origin": shown.origin.text()}))
        .collect();
    json!({"ready": lacks.is_empty(), "lacks": lacks, "mind": minds, "settings": shown})
}
