//! How a command finds its node: by the node's directory, or by address and token file.

use std::path::Path;
use std::path::PathBuf;

use clap::Args;

use crate::api::client::Client;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::stopped;
use crate::cli::stopped::Asked;
use crate::report::Report;
use crate::report::code::Code;

/// Where the node is that is asked.
#[derive(Clone, Debug, Args)]
pub struct Reach {
    /// The node's directory; the API's address and token stand there.
    #[arg(long, value_name = "NODE_DIR", required_unless_present = "api", conflicts_with_all = ["api", "token_file"])]
    dir: Option<PathBuf>,
    /// The API's address, for example `http://127.0.0.1:40123`.
    #[arg(long, value_name = "URL", requires = "token_file")]
    api: Option<String>,
    /// The file that holds the API's token.
    #[arg(long, value_name = "FILE", requires = "api")]
    token_file: Option<PathBuf>,
    /// Where the passphrase of a stopped node's keys comes from.
    #[command(flatten)]
    passphrase: PassphraseFrom,
}

impl Reach {
    /// The node in a directory.
    pub fn in_directory(dir: PathBuf) -> Self {
        Self { dir: Some(dir), api: None, token_file: None, passphrase: PassphraseFrom::default() }
    }

    /// The node's directory, where that was named.
    pub fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    /// The node's API.
    ///
    /// # Errors
    /// When the directory or the token file does not say where and with which token.
    pub fn client(&self) -> Result<Client, Report> {
        match (&self.dir, &self.api, &self.token_file) {
            (Some(dir), _, _) => Client::in_directory(dir),
            (None, Some(url), Some(token_file)) => Client::at(url, token_file),
            (None, _, _) => {
                let why = "neither a node's directory nor an address with a token file was given";
                Err(Report::new(Code::Usage, "the node was not asked", why)
                    .with_remedy("give `--dir NODE_DIR`, or `--api URL --token-file FILE`"))
            }
        }
    }
}

/// Where a log is.
#[derive(Debug)]
pub enum LogAt {
    /// With a running node.
    Running(Client),
    /// In the directory of a stopped node, or of a log that ended.
    Stopped(PathBuf),
}

impl Reach {
    /// The node's log: of a running node through its API, of a stopped one from its directory.
    ///
    /// # Errors
    /// When neither can be reached.
    pub fn log(&self) -> Result<Asked, Report> {
        match self.log_at()? {
            LogAt::Running(client) => Ok(Asked::running(client)),
            LogAt::Stopped(dir) => stopped::open(&dir, &self.passphrase),
        }
    }

    /// Where the node's log is.
    ///
    /// # Errors
    /// When the node does not answer and no directory was named.
    pub fn log_at(&self) -> Result<LogAt, Report> {
        // spec: suc-13
        if let Some(dir) = self.dir.as_deref().filter(|dir| stopped::archived(dir).is_some()) {
            return Ok(LogAt::Stopped(dir.to_path_buf()));
        }
        let unreachable = |report: &Report| report.code == Code::NodeUnreachable;
        let asked = self.client().and_then(|client| client.head().map(|_| client));
        match (asked, &self.dir) {
            (Err(report), Some(dir)) if unreachable(&report) => Ok(LogAt::Stopped(dir.clone())),
            (asked, _) => asked.map(LogAt::Running),
        }
    }
}

#[cfg(test)]
mod tests;
