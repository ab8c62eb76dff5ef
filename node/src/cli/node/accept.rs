//! `concord node accept-head`: the operator's word that the data of a stopped node are the newest.

use std::path::PathBuf;

use clap::Args;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::ids::StaffNumber;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::node;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::run;
use crate::host::accept;
use crate::host::accept::AcceptError;
use crate::host::start::StartError;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;

const WHAT: &str = "the data were not accepted";

/// Whose data, and who answers for it.
#[derive(Debug, Args)]
pub struct AcceptHead {
    /// The node's folder; the node is stopped.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Staff number of the officer who decides; it goes into the log.
    #[arg(long, value_name = "NUMBER", value_parser = StaffNumber::parse)]
    pub officer: StaffNumber,
    /// Where the passphrase of the keys comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
}

/// Takes the data for the newest.
///
/// # Errors
/// When there is no doubt, or a peer has proven that they are not.
pub fn accept_head(arguments: &AcceptHead) -> Result<Answer, Report> {
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    let keys = node::open_keys(&folder, &settings, &arguments.passphrase, WHAT)?;
    let storage = ContentKey::from_bytes(*keys.storage);
    let accepted = accept::accept_head(&folder, &settings, (storage, arguments.officer.clone()));
    let accepted = accepted.map_err(refused)?;
    let text =
        format!("accepted {} leaves as the newest, by {}\n", accepted.size, arguments.officer);
    let json = json!({"size": accepted.size.get(), "officer": arguments.officer.as_str()});
    Ok(Answer::new(text, json)
        .say("The next start writes this into the log. If a peer holds more, the node goes into quarantine then."))
}

fn refused(error: AcceptError) -> Report {
    match error {
        AcceptError::Store(error) => run::refused(&StartError::Store(error)),
        AcceptError::Read(_) | AcceptError::Commit(_) => {
            Report::caused(Code::StoreRefused, WHAT, &error)
        }
        AcceptError::NoDoubt => Report::caused(Code::NotInDoubt, WHAT, &error),
        AcceptError::Quarantined { .. } => Report::caused(Code::Quarantined, WHAT, &error)
            .with_remedy("run the node: it heals from its mirrors, and /readyz says how far it is"),
    }
}
