//! `concord root revoke`: ends credentials before their time.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use concord_protocol::identity;
use concord_protocol::identity::revocation;
use concord_protocol::identity::revocation::LastGood;
use concord_protocol::identity::revocation::Reason;
use concord_protocol::identity::revocation::Revocation;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterName;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::limits::CHECKPOINT_BYTES_MAX;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::moment::Timestamp;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::root;
use crate::files;
use crate::files::Access;
use crate::report::Report;
use crate::report::code::Code;

/// What ends, and what stays good.
#[derive(Debug, Args)]
pub struct Revoke {
    /// The root's secret file.
    #[arg(long, value_name = "FILE")]
    pub root: PathBuf,
    /// The charter's name.
    #[arg(long, value_parser = CharterName::parse)]
    pub charter: CharterName,
    /// The last credential that ends; every earlier one ends with it.
    #[arg(long, value_name = "SERIAL", value_parser = clap::value_parser!(u64).range(1..))]
    pub through: u64,
    /// The last checkpoint of a log that is the agency's own (`concord log head --out FILE`); once for each log. Of
    /// logs that none is given of, nothing is good.
    #[arg(long, value_name = "FILE")]
    pub good: Vec<PathBuf>,
    /// Why: compromised, lost or retired.
    #[arg(long, value_parser = reason)]
    pub reason: Reason,
    /// Where the revocation goes.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Where the root's passphrase comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

fn reason(text: &str) -> Result<Reason, String> {
    let found = Reason::ALL.into_iter().find(|reason| reason.text() == text);
    found.ok_or_else(|| "a reason is compromised, lost or retired".to_owned())
}

/// Signs the revocation.
///
/// # Errors
/// When the root or a checkpoint cannot be read, or it says what no revocation may say.
pub fn revoke(arguments: &Revoke, now: Timestamp) -> Result<Answer, Report> {
    let what = "nothing was revoked";
    let (agency, seed) = root::open(&arguments.root, &arguments.passphrase, what)?;
    let mut logs = Vec::with_capacity(arguments.good.len());
    for path in &arguments.good {
        let note =
            files::read(path, CHECKPOINT_BYTES_MAX).map_err(|error| fail::file(what, &error))?;
        let good = last_good(&note, (&arguments.charter, &agency));
        logs.push(good.map_err(|found| not_good(path, found, (arguments, &agency)))?);
    }
    logs.sort_by_key(|good| good.log);
    let said = Revocation {
        charter: arguments.charter.clone(),
        agency,
        through: Serial::new(arguments.through),
        logs,
        at: now,
        reason: arguments.reason,
    };
    let signed = revocation::sign(&said, &RootKey::from_seed(&seed))
        .map_err(|error| Report::caused(Code::RequestRefused, what, &error))?;
    files::make(&arguments.out, &signed, Access::Public)
        .map_err(|error| fail::file(what, &error))?;
    Ok(answer(&said, arguments))
}

/// What a checkpoint says of a log of this agency, or whose it is instead, where it is one at all. Its signature is the
/// log key's, which may be in foreign hands: whoever signs with the root answers for the size.
fn last_good(
    note: &[u8],
    (charter, agency): (&CharterName, &AgencyId),
) -> Result<LastGood, Option<String>> {
    let text = str::from_utf8(note).ok().and_then(|note| note.split("\n\n").next());
    let checkpoint = text.and_then(|text| checkpoint::parse_foreign(text).ok()).ok_or(None)?;
    let Checkpoint { origin, size, root } = checkpoint;
    let number = origin.rsplit_once("/log").and_then(|(_, number)| number.parse().ok());
    match number.map(LogNumber::new) {
        Some(log) if identity::log_origin(charter, agency, log) == origin => {
            Ok(LastGood { log, size, root })
        }
        Some(_) | None => Err(Some(origin)),
    }
}

/// What stands in the way of a checkpoint, and where the right one comes from.
fn not_good(path: &Path, found: Option<String>, (asked, agency): (&Revoke, &AgencyId)) -> Report {
    let (what, path) = ("nothing was revoked", path.display());
    let Some(origin) = found else {
        let why = format!("{path} is no signed checkpoint");
        return Report::new(Code::RequestRefused, what, why).with_remedy(
            "write it at the node: `concord log head --dir NODE_DIR --out FILE`; what `concord log head` prints is for eyes",
        );
    };
    let wanted = identity::log_origin(&asked.charter, agency, LogNumber::new(1));
    let why =
        format!("{path} is of the log {origin}, and those of {agency} are named like {wanted}");
    Report::new(Code::RequestRefused, what, why).with_remedy(
        "name the charter as `concord charter list` shows it (`--charter`), and a checkpoint of this agency's own log",
    )
}

fn answer(said: &Revocation, arguments: &Revoke) -> Answer {
    let good = said.logs.iter().map(|good| format!("log {} up to {} leaves", good.log, good.size));
    let good: Vec<String> = good.collect();
    let good = if good.is_empty() { "nothing".to_owned() } else { good.join(", ") };
    let text = format!(
        "revoked    credentials 1 to {} of {} ({})\ngood       {good}\nfile       {}\n",
        said.through,
        said.agency,
        said.reason,
        arguments.out.display()
    );
    let json = json!({
        "agency": said.agency.as_str(),
        "through": said.through.get(),
        "reason": said.reason.text(),
        "file": arguments.out.display().to_string(),
    });
    Answer::new(text, json)
        .say("Hand it to the node (`concord peer revoke`) and to the other agencies: one that has it tells all.")
        .say("Then ask for a new credential with new keys: `concord node rotate`.")
}
