//! Passphrases on the command line: where one comes from, and what is said where there is none.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;

use crate::cli::answer::Answer;
use crate::cli::fail;
use crate::keystore::passphrase::Source;
use crate::keystore::token::About;
use crate::keystore::vault::Vault;
use crate::report::Report;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;

/// Where the passphrase of key files comes from, for a command that opens them.
#[derive(Clone, Debug, Default, Args)]
pub struct PassphraseFrom {
    /// The file whose one line is the passphrase of the keys; otherwise `passphrase_file` of the settings, the systemd
    /// credential `concord-passphrase`, or the terminal gives it, where the keys have one.
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
}

/// How new key files are protected.
#[derive(Clone, Debug, Default, Args)]
pub struct Protection {
    /// The file whose one line becomes the passphrase; otherwise the systemd credential `concord-passphrase` or the
    /// terminal gives it.
    #[arg(long, value_name = "FILE", conflicts_with = "no_passphrase")]
    pub passphrase_file: Option<PathBuf>,
    /// Leave the secret in clear, guarded by the permissions of its file alone.
    #[arg(long)]
    pub no_passphrase: bool,
}

impl PassphraseFrom {
    /// What opens the keys of a node.
    pub fn node(&self, folder: &NodeFolder, settings: &Settings) -> Vault {
        Vault::asking(self.source(folder, settings)).with_token(token(folder, settings))
    }

    /// Where the passphrase of a node's keys would come from.
    pub fn source(&self, folder: &NodeFolder, settings: &Settings) -> Source {
        let set = settings.passphrase_file.as_deref().map(|path| folder.path().join(path));
        Source::find(self.passphrase_file.as_deref(), set.as_deref())
    }

    /// What opens a root.
    pub fn root(&self) -> Vault {
        Vault::asking(Source::find(self.passphrase_file.as_deref(), None))
    }
}

impl Protection {
    /// What closes new files, called `of` to whoever is asked.
    ///
    /// # Errors
    /// When a passphrase is wanted and nothing gives one.
    pub fn vault(&self, of: &Path, what: &'static str) -> Result<Vault, Report> {
        // spec: cus-3
        if self.no_passphrase {
            return Ok(Vault::clear());
        }
        let source = Source::find(self.passphrase_file.as_deref(), None);
        Vault::closing(&source, of).map_err(|error| fail::new_passphrase(what, &error))
    }
}

/// The token in which the settings say that the signing and the log key are.
fn token(folder: &NodeFolder, settings: &Settings) -> Option<About> {
    settings.token.as_ref().map(|token| About {
        module: token.module.clone(),
        token: token.token.clone(),
        pin_file: folder.path().join(&token.pin_file),
        signing: token.signing_key.clone(),
        log: token.log_key.clone(),
    })
}

/// The same answer, with what protects the keys that were made.
pub fn told(answer: Answer, vault: &Vault) -> Answer {
    if vault.closes() {
        return answer.say("The secret is protected by the passphrase; without it nobody can use it, you included.");
    }
    answer.say("The secret lies IN CLEAR: whoever reads the file, or a copy of it, has it. A passphrase can be set later.")
}
