//! `concord doctor`: looks at everything around a node that can keep it from working, and says what to do.
//!
//! Works on a stopped node and beside a running one, changes nothing, and asks nobody but the node itself and the
//! system's resolver. Each check is a function from what it looked at to findings; a check that cannot look says so.
//! Absent on purpose: repairs, and guesses. What can only be known from outside, such as a firewall, is not claimed.

pub mod charters;
pub mod finding;
pub mod folder;
pub mod machine;
pub mod network;
pub mod trust;

use std::path::PathBuf;

use clap::Args;
use concord_protocol::moment::Timestamp;
use serde_json::Value;
use serde_json::json;

use crate::api::client::Client;
use crate::cli::answer::Answer;
use crate::cli::doctor::finding::Finding;
use crate::cli::doctor::finding::Grade;
use crate::cli::passphrase::PassphraseFrom;
use crate::clock;
use crate::files::FileError;
use crate::keystore::vault::Vault;
use crate::report;
use crate::report::Exit;
use crate::report::Report;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;

/// Which node to look at.
#[derive(Debug, Args)]
pub struct Doctor {
    /// The node's folder; the node may run.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// What every check may look at.
#[derive(Debug)]
pub struct Patient<'a> {
    /// The node's folder.
    pub folder: &'a NodeFolder,
    /// Its settings.
    pub settings: &'a Settings,
    /// Its API, where it runs.
    pub client: Option<&'a Client>,
    /// Where a passphrase would come from.
    pub passphrase: &'a PassphraseFrom,
    /// What opens its keys; one for all checks, so that a token is given its PIN once.
    pub vault: &'a Vault,
    /// The time.
    pub now: Timestamp,
}

/// Looks at a node.
///
/// # Errors
/// Never because of what it finds: that is the answer.
pub fn examine(arguments: &Doctor) -> Result<Answer, Report> {
    let folder = NodeFolder::at(&arguments.dir);
    Ok(answer(&findings(&folder, &arguments.passphrase, clock::now())))
}

// spec: cus-11
fn findings(folder: &NodeFolder, passphrase: &PassphraseFrom, now: Timestamp) -> Vec<Finding> {
    let settings = match Settings::load(folder) {
        Ok(settings) => settings,
        Err(error) => return vec![unreadable(report::chain(&error))],
    };
    let mut findings = vec![Finding::ok("settings", "concord.toml is read and holds")];
    let (client, runs) = running(folder);
    findings.push(runs);
    let vault = &passphrase.node(folder, &settings);
    let client = client.as_ref();
    let patient = Patient { folder, settings: &settings, client, passphrase, vault, now };
    findings.extend(folder::permissions(&patient));
    findings.push(folder::protection(&patient));
    findings.extend(trust::token(&patient));
    findings.extend(trust::enrolment(&patient));
    findings.extend(charters::peers(&patient));
    findings.push(machine::clock(&patient));
    findings.extend(network::ports(&patient));
    findings.extend(network::addresses(&patient));
    findings.extend(network::links(&patient));
    findings.push(machine::disk(&patient));
    findings.push(machine::files(&patient));
    findings.push(machine::buffers());
    findings.push(machine::backup(&patient));
    findings
}

fn unreadable(why: String) -> Finding {
    Finding::problem("settings", why)
        .because("a node does not start with settings that it does not understand")
        .remedy("name the node's directory with `--dir`, or correct the key; `config/node.toml` documents every key")
}

/// Whether a node runs here, and how it says it is.
fn running(folder: &NodeFolder) -> (Option<Client>, Finding) {
    match folder.occupancy() {
        Ok(Occupancy::Free) => (None, Finding::ok("node", "it is stopped")),
        Ok(Occupancy::Taken) => asked(folder),
        Err(error) => (None, unlooked(&error)),
    }
}

fn unlooked(error: &FileError) -> Finding {
    Finding::problem("node", report::chain(error))
        .because("whether a node runs on the directory cannot be seen")
        .remedy("check the permissions of the file `lock`")
}

fn asked(folder: &NodeFolder) -> (Option<Client>, Finding) {
    let answered = Client::in_directory(folder.path())
        .and_then(|client| client.readiness().map(|ready| (client, ready)));
    let (client, ready) = match answered {
        Ok(answered) => answered,
        Err(report) => {
            let finding = Finding::problem("node", "a node runs here, and its API does not answer")
                .because(report.why.into_owned())
                .remedy("wait until it has started; then see its log");
            return (None, finding);
        }
    };
    let worst = ready.reasons.first().map(|reason| (Grade::Problem, reason));
    let worst = worst.or_else(|| ready.alerts.first().map(|alert| (Grade::Warning, alert)));
    let finding = match (worst, ready.alarms.first()) {
        (Some((grade, said)), _) => Finding::of(grade, "node", format!("it runs: {}", said.reason))
            .because("it says so itself at /readyz")
            .remedy(said.remedy.clone()),
        (None, Some(alarm)) => Finding::warning("node", format!("it runs: {}", alarm.text))
            .because("an alarm stands about a member's log")
            .remedy("see `concord audit watch`"),
        (None, None) => Finding::ok("node", "it runs, and takes and exchanges messages"),
    };
    (Some(client), finding)
}

fn answer(findings: &[Finding]) -> Answer {
    let text: String = findings.iter().map(Finding::text).collect();
    let count = |grade: Grade| findings.iter().filter(|finding| finding.grade == grade).count();
    let (problems, warnings) = (count(Grade::Problem), count(Grade::Warning));
    let list: Vec<Value> = findings.iter().map(Finding::json).collect();
    let json = json!({"problems": problems, "warnings": warnings, "findings": list});
    let exit = if problems == 0 { Exit::Done } else { Exit::CouldNot };
    // spec: cus-12
    Answer::new(format!("{text}\n{problems} problems, {warnings} warnings\n"), json).with_exit(exit)
}
