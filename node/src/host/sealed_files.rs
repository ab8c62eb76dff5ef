//! Small files beside the store, each sealed whole under a key of its own that comes from the node's storage key, and written
//! whole or not at all.
//!
//! Deconfliction keeps its register so: what the holdings of an agency are, and under which digests they stand, tells more than
//! most messages. Standing orders, and why messages are kept, lie so too, because they name officers.

use std::path::PathBuf;

use concord_protocol::crypto::aead;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::crypto::aead::NONCE_BYTES;
use concord_protocol::crypto::expand;
use zeroize::Zeroizing;

use crate::entropy;
use crate::files;
use crate::files::Access;
use crate::files::FileError;

/// Longest file, in bytes: 8,192 holdings as long as they can be.
const FILE_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Bytes of the salt before each sealed file.
const SALT_BYTES: usize = 16;

/// Why a sealed file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FileTrouble {
    /// It cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// It was not sealed by this node, or is damaged.
    #[error("a file was not sealed by this node, or is damaged")]
    NotOurs,
    /// What should stand in it has no encoding.
    #[error("a file would be too long")]
    TooLong,
    /// No randomness.
    #[error("draw a key")]
    NoEntropy,
}

/// Reads and writes the sealed files of one folder.
pub(crate) struct SealedFiles {
    folder: PathBuf,
    key: Zeroizing<[u8; 32]>,
}

impl SealedFiles {
    pub(crate) const fn new(folder: PathBuf, key: Zeroizing<[u8; 32]>) -> Self {
        Self { folder, key }
    }

    /// What stands in a file; `None` when there is none.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, FileTrouble> {
        let path = self.folder.join(name);
        if !path.exists() {
            return Ok(None);
        }
        let bytes = files::read_private(&path, FILE_BYTES_MAX)?;
        let (salt, sealed) = bytes.split_first_chunk::<SALT_BYTES>().ok_or(FileTrouble::NotOurs)?;
        let opened = aead::open(&self.key_for(salt), &[0; NONCE_BYTES], name.as_bytes(), sealed);
        Ok(Some(Zeroizing::new(opened.map_err(|_| FileTrouble::NotOurs)?)))
    }

    /// Replaces a file whole.
    // spec: dcf-1, dcf-16
    pub(crate) fn write(&self, name: &str, plain: &[u8]) -> Result<(), FileTrouble> {
        let salt: [u8; SALT_BYTES] = entropy::draw().map_err(|_| FileTrouble::NoEntropy)?;
        // Each writing has a key of its own, so the nonce says nothing.
        let sealed = aead::seal(&self.key_for(&salt), &[0; NONCE_BYTES], name.as_bytes(), plain);
        let sealed = sealed.map_err(|_| FileTrouble::TooLong)?;
        let bytes = [&salt[..], &sealed].concat();
        if bytes.len() > FILE_BYTES_MAX {
            return Err(FileTrouble::TooLong);
        }
        let path = self.folder.join(name);
        if path.exists() {
            return Ok(files::replace(&path, &bytes)?);
        }
        if !self.folder.exists() {
            files::make_folder(&self.folder, Access::Private)?;
        }
        Ok(files::make(&path, &bytes, Access::Private)?)
    }

    /// The names of the files, in order; none where there is no folder yet.
    pub(crate) fn names(&self) -> Result<Vec<String>, FileTrouble> {
        let name = |path: &PathBuf| Some(path.file_name()?.to_str()?.to_owned());
        Ok(files::list(&self.folder)?.iter().filter_map(name).collect())
    }

    /// Removes a file; nothing where there is none.
    pub(crate) fn remove(&self, name: &str) -> Result<(), FileTrouble> {
        Ok(files::remove(&self.folder.join(name))?)
    }

    fn key_for(&self, salt: &[u8; SALT_BYTES]) -> ContentKey {
        let salt: String = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        ContentKey::from_bytes(*expand::expand::<32>(&self.key, &format!("file {salt}"), 0))
    }
}
