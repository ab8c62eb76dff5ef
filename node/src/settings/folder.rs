//! Where things lie in a node's folder.
//!
//! ```text
//! concord.toml   settings                     journal/ store/ bodies/ evidence/   the store's
//! keys/          six private files            state/head state/witness state/backup   outside backups
//! token          of the local API, private    api.json                            the API's address, written on start
//! charters/      1.cbor …, open/              lock format                         the store's
//! own/           the node's credentials       peers/                              the other agencies' credentials
//! mirrors/       logs kept for others               revocations/                    ends of credentials
//! deconfliction/ sealed files of holdings     orders/                             sealed file of standing orders
//! kept/          sealed files of why messages are kept beyond a review
//! ```

use std::fs::File;
use std::fs::TryLockError;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::Serial;
use concord_protocol::moment::Timestamp;

use crate::files;
use crate::files::Access;
use crate::files::FileError;
use crate::settings::file;
use crate::settings::file::Initial;

/// Bytes of the token of the local API, before they are written in hexadecimal.
pub const TOKEN_BYTES: usize = 32;

/// Longest mark in `state`, in bytes.
const MARK_BYTES_MAX: usize = 64;

/// A node's folder, by its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeFolder(PathBuf);

impl NodeFolder {
    /// The folder at a path; nothing is read.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The settings file.
    pub fn settings(&self) -> PathBuf {
        self.0.join("concord.toml")
    }

    /// The key files.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// The token of the local API.
    pub fn token(&self) -> PathBuf {
        self.0.join("token")
    }

    /// The address of the local API, written on start.
    pub fn api(&self) -> PathBuf {
        self.0.join("api.json")
    }

    /// The lock that a running node holds.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// What is kept outside backups.
    pub fn state(&self) -> PathBuf {
        self.0.join("state")
    }

    /// The logs of other members that this node keeps for them.
    pub fn mirrors(&self) -> PathBuf {
        self.0.join("mirrors")
    }

    /// Sealed files of what the agency's people work on.
    pub fn deconfliction(&self) -> PathBuf {
        self.0.join("deconfliction")
    }

    /// The sealed file of standing orders.
    pub fn orders(&self) -> PathBuf {
        self.0.join("orders")
    }

    /// The sealed files of why messages are kept beyond a review.
    pub fn kept(&self) -> PathBuf {
        self.0.join("kept")
    }

    /// When the node's data were last copied into a backup; `None` where nothing is known of one.
    pub fn last_backup(&self) -> Option<Timestamp> {
        let bytes = files::read(&self.backup_mark(), MARK_BYTES_MAX).ok()?;
        str::from_utf8(&bytes).ok()?.trim().parse().ok().map(Timestamp::from_millis)
    }

    /// Remembers that the node's data were copied into a backup.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn backed_up(&self, at: Timestamp) -> Result<(), FileError> {
        let text = format!("{}\n", at.millis());
        match files::make(&self.backup_mark(), text.as_bytes(), Access::Private) {
            Err(FileError::Exists { .. }) => files::replace(&self.backup_mark(), text.as_bytes()),
            made => made,
        }
    }

    fn backup_mark(&self) -> PathBuf {
        self.state().join("backup")
    }

    /// The documents of the charter.
    pub fn charters(&self) -> PathBuf {
        self.0.join("charters")
    }

    /// Versions of the charter that wait for signatures.
    pub fn open_charters(&self) -> PathBuf {
        self.charters().join("open")
    }

    /// A charter version that was in force.
    pub fn charter(&self, version: CharterVersion) -> PathBuf {
        self.charters().join(format!("{version}.cbor"))
    }

    /// The node's own credentials.
    pub fn own(&self) -> PathBuf {
        self.0.join("own")
    }

    /// The other agencies' credentials.
    pub fn peers(&self) -> PathBuf {
        self.0.join("peers")
    }

    /// What ended credentials early, where it came while the node was stopped.
    pub fn revocations(&self) -> PathBuf {
        self.0.join("revocations")
    }

    /// The file of a credential in `own` or `peers`.
    pub fn credential(folder: &Path, agency: &AgencyId, serial: Serial) -> PathBuf {
        folder.join(format!("{agency}-{serial}.credential"))
    }

    /// Makes the folder with settings and token; keys and everything else come after it.
    ///
    /// # Errors
    /// When the folder is there already, or something cannot be written.
    pub fn create(&self, initial: &Initial, token: &[u8; TOKEN_BYTES]) -> Result<(), FileError> {
        files::make_folder(&self.0, Access::Private)?;
        for folder in ["charters", "own", "peers", "state"] {
            files::make_folder(&self.0.join(folder), Access::Private)?;
        }
        let mut text: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        text.push('\n');
        files::make(&self.token(), text.as_bytes(), Access::Private)?;
        files::make(&self.settings(), file::write(initial).as_bytes(), Access::Private)
    }

    /// Whether a node runs on this folder.
    ///
    /// # Errors
    /// When the lock cannot be looked at.
    pub fn occupancy(&self) -> Result<Occupancy, FileError> {
        let path = self.lock();
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Occupancy::Free);
            }
            Err(source) => return Err(FileError::Unreadable { path, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(Occupancy::Free),
            Err(TryLockError::WouldBlock) => Ok(Occupancy::Taken),
            Err(TryLockError::Error(source)) => Err(FileError::Unreadable { path, source }),
        }
    }
}

/// Whether a node runs on a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occupancy {
    /// None does.
    Free,
    /// One does.
    Taken,
}
