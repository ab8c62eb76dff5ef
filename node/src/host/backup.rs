//! The keys of a stopped node's bodies, on their way into a copy: what is copied is remembered first.

use std::path::PathBuf;

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::engine::record::KeyBackupRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::TreeSize;

use crate::clock;
use crate::host::start;
use crate::host::start::StartError;
use crate::keystore;
use crate::keystore::vault::Vault;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::store::Batch;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::StoreSettings;

/// Why nothing may be copied.
#[derive(Debug, thiserror::Error)]
pub enum KeyCopyError {
    /// The node's folder cannot be opened.
    #[error(transparent)]
    Start(#[from] StartError),
    /// That they are copied could not be remembered.
    #[error("remember that the keys are copied")]
    Commit(#[from] CommitError),
}

/// The right to copy the keys of a stopped node, as long as it is held: nobody else has the directory.
#[derive(Debug)]
pub struct KeyCopy {
    /// When it was made and when it dies.
    pub record: KeyBackupRecord,
    /// The file to copy.
    pub slots: PathBuf,
    _store: Store,
}

/// Remembers in a stopped node that its keys are copied now.
///
/// # Errors
/// When another process has the folder, or it cannot be remembered.
// spec: bak-5
pub fn remember(
    folder: &NodeFolder,
    settings: &Settings,
    vault: &Vault,
) -> Result<KeyCopy, KeyCopyError> {
    let keys = keystore::load(&folder.keys(), &settings.agency, vault, start::sealing_key)
        .map_err(StartError::from)?;
    let storage = ContentKey::from_bytes(*keys.storage);
    let wanted: StoreSettings = start::store_settings(settings);
    let (mut store, _) = Store::open(folder.path(), wanted, storage).map_err(StartError::from)?;
    let head = store.reader().head().map_err(StartError::from)?;
    let at = clock::now();
    let record = KeyBackupRecord {
        at,
        until: at.after(settings.key_backup_life),
        size: head.map_or(TreeSize::new(0), |head| head.size),
    };
    store.commit(Batch { records: vec![Record::KeyBackup(record)], bodies: Vec::new() })?;
    store.flush()?;
    let slots = folder.path().join("bodies").join("slots");
    Ok(KeyCopy { record, slots, _store: store })
}
