//! A stopped node's log, asked like a running one's: its API, served on loopback for the length of one command.
//!
//! The folder is opened for reading under its lock, so no node can start meanwhile and nothing is signed or sent.
//! Whoever wants all of the log reads the journal instead, in memory that does not grow with it.

use std::fmt;
use std::fs;
use std::net::Ipv4Addr;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::ids::LogNumber;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::api;
use crate::api::client::Client;
use crate::api::exchange::RequestIds;
use crate::cli::fail;
use crate::cli::passphrase::PassphraseFrom;
use crate::cli::run;
use crate::entropy;
use crate::host;
use crate::host::evidence::EvidenceError;
use crate::host::start;
use crate::host::start::StoppedNode;
use crate::host::start::next;
use crate::host::stopped::StoppedLog;
use crate::report::Report;
use crate::report::code::Code;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;

const WHAT: &str = "the stopped node's log was not read";

/// A client, and what must live as long as it is used.
pub struct Asked {
    client: Client,
    served: Option<Served>,
}

/// The API of a stopped node; dropping it ends it and gives the folder up.
struct Served {
    _runtime: Runtime,
    _stopping: watch::Sender<()>,
    _node: StoppedNode,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.served.is_some() { "Asked(stopped)" } else { "Asked(running)" })
    }
}

impl Asked {
    /// A running node.
    pub const fn running(client: Client) -> Self {
        Self { client, served: None }
    }

    /// Whether no node runs there.
    pub const fn is_stopped(&self) -> bool {
        self.served.is_some()
    }

    /// The client.
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

/// Opens the node in a folder that no process runs.
///
/// # Errors
/// When the folder is another process's, or cannot be read.
pub fn open(dir: &Path, passphrase: &PassphraseFrom) -> Result<Asked, Report> {
    let (folder, log) = folder(dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    let token = run::token(&folder)?;
    let vault = passphrase.node(&folder, &settings);
    let node = match log {
        Some(log) => next::read_archived(&folder, &settings, log, &vault),
        None => start::read_only(&folder, &settings, &vault),
    };
    let node = node.map_err(|error| run::refused(&error))?;
    let ids = RequestIds::new(u32::from_be_bytes(
        entropy::draw().map_err(|error| fail::entropy(WHAT, &error))?,
    ));
    let router = api::router(Arc::new(node.handle()), token, ids);
    let unserved = |error: std::io::Error| Report::new(Code::NotStarted, WHAT, error.to_string());
    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(unserved)?;
    let (stopping, mut stops) = watch::channel(());
    let listener =
        runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).map_err(unserved)?;
    let at = listener.local_addr().map_err(unserved)?;
    runtime.spawn(api::serve(listener, router, async move { drop(stops.changed().await) }));
    let client = Client::at(&format!("http://{at}"), &folder.token())?;
    let served = Served { _runtime: runtime, _stopping: stopping, _node: node };
    Ok(Asked { client, served: Some(served) })
}

/// Opens the journal of the node in a folder that no process runs.
///
/// # Errors
/// When the folder is another process's, or the journal does not hold.
pub fn journal(dir: &Path) -> Result<StoppedLog, Report> {
    let (folder, log) = folder(dir);
    let settings = Settings::load(&folder).map_err(|error| fail::settings(WHAT, &error))?;
    host::stopped::open(&folder, &settings, log).map_err(|error| run::refused(&error))
}

/// The journal gave no export.
pub fn unread(error: &EvidenceError) -> Report {
    let code = match error {
        EvidenceError::NoCheckpoint | EvidenceError::NothingThere => Code::NoSuchLeaf,
        EvidenceError::Write(_) => Code::FileUnwritable,
        EvidenceError::Log(_)
        | EvidenceError::Tile
        | EvidenceError::Entropy(_)
        | EvidenceError::Unopenable
        | EvidenceError::Changed
        | EvidenceError::Unwritable => Code::StoreRefused,
    };
    Report::caused(code, "the log was not exported", error)
}

fn folder(dir: &Path) -> (NodeFolder, Option<LogNumber>) {
    match archived(dir) {
        Some((node, log)) => (NodeFolder::at(node), Some(log)),
        None => (NodeFolder::at(dir), None),
    }
}

/// The node and the number of the log that ended, where `dir` is a folder `archive/log<k>` of a node.
pub fn archived(dir: &Path) -> Option<(PathBuf, LogNumber)> {
    let dir = fs::canonicalize(dir).ok()?;
    let number = dir.file_name()?.to_str()?.strip_prefix("log")?.parse().ok()?;
    let archive = dir.parent().filter(|above| above.ends_with("archive"))?;
    Some((archive.parent()?.to_path_buf(), LogNumber::new(number)))
}
