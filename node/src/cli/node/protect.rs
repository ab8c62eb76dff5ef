//! `concord node protect` and `concord root protect`: another passphrase, a first one, or none.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::cli::passphrase;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::passphrase::Protection;
use crate::keystore::container::KeyKind;
use crate::keystore::protect;
use crate::keystore::vault::Vault;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::settings::folder::Occupancy;

const WHAT: &str = "the protection was not changed";

/// Whose keys, and how they are protected from now on.
#[derive(Debug, Args)]
pub struct Protect {
    /// The node's folder; the node is stopped.
    #[arg(long, value_name = "NODE_DIR")]
    pub dir: PathBuf,
    /// Where the passphrase of today comes from.
    #[command(flatten)]
    pub passphrase: PassphraseFrom,
    /// What protects the keys from now on.
    #[command(flatten)]
    pub change: Change,
}

/// What protects a secret from now on.
#[derive(Debug, Args)]
pub struct Change {
    /// The file whose one line becomes the passphrase; otherwise the terminal is asked.
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    pub new_passphrase_file: Option<PathBuf>,
    /// Leave the secret in clear, guarded by the permissions of its file alone.
    #[arg(long)]
    pub no_passphrase: bool,
}

/// Writes the keys of a stopped node anew.
///
/// # Errors
/// When the node runs, or a key file cannot be opened or written.
pub fn protect(arguments: &Protect) -> Result<Answer, Report> {
    let folder = NodeFolder::at(&arguments.dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    if folder.occupancy().map_err(|error| fail::file(WHAT, &error))? == Occupancy::Taken {
        let why = format!("a node runs on {}", arguments.dir.display());
        return Err(Report::new(Code::NodeRunning, WHAT, why));
    }
    let opens = arguments.passphrase.node(&folder, &settings);
    let closes = arguments.change.vault(&folder.keys())?;
    let count = protect::folder(&folder.keys(), &opens, &closes)
        .map_err(|error| fail::key(WHAT, &error))?;
    let text = format!("keys {count}\nin   {}\n", folder.keys().display());
    let json = json!({"keys": count, "protected": closes.closes()});
    Ok(told(Answer::new(text, json), &closes)
        .say("Mind where the next start finds it: `passphrase_file` in concord.toml, a systemd credential, or the terminal."))
}

/// Writes a root anew.
///
/// # Errors
/// When it cannot be opened or written.
pub fn root(path: &Path, passphrase: &PassphraseFrom, change: &Change) -> Result<Answer, Report> {
    let closes = change.vault(path)?;
    protect::file(path, KeyKind::Root, &passphrase.root(), &closes)
        .map_err(|error| fail::key(WHAT, &error))?;
    let text = format!("root {}\n", path.display());
    let json = json!({"root": path.display().to_string(), "protected": closes.closes()});
    Ok(told(Answer::new(text, json), &closes))
}

fn told(answer: Answer, vault: &Vault) -> Answer {
    passphrase::told(answer, vault)
        .say("Copies of the files from before open as before: destroy them.")
}

impl Change {
    fn vault(&self, of: &Path) -> Result<Vault, Report> {
        let passphrase_file = self.new_passphrase_file.clone();
        let asked = Protection { passphrase_file, no_passphrase: self.no_passphrase };
        asked.vault(of, WHAT)
    }
}
