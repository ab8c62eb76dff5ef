//! The operator's word against a doubt: the data of a stopped node are taken for the newest.
//!
//! Uses `store`. The decision is durable with the officer's number before the head file is made again, and the next
//! start logs both; where the node stops in between, it is in doubt as before.
//! Absent on purpose: going on in quarantine. A checkpoint that a peer has shown is a proof, and no opinion changes it.

use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;

use crate::host::start;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::store::Batch;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::head::HeadFinding;
use crate::store::read::ReadError;
use crate::store::recover::OpenError;

/// What was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Leaves in the log from now on.
    pub size: TreeSize,
    /// What the head file said.
    pub finding: HeadFinding,
}

/// Why nothing was accepted; nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// The store.
    #[error("open the store")]
    Store(#[from] OpenError),
    /// The store could not be read.
    #[error("read the store")]
    Read(#[from] ReadError),
    /// The decision could not be recorded.
    #[error("record the decision")]
    Commit(#[from] CommitError),
    /// There is no doubt to end.
    #[error("the head file vouches for the data: the node starts without this")]
    NoDoubt,
    /// A peer has proven that the log was longer or another.
    #[error(
        "{peer} holds a checkpoint of this log with {size} leaves, which this directory does not have"
    )]
    Quarantined {
        /// The peer.
        peer: AgencyId,
        /// The size that it showed.
        size: TreeSize,
    },
}

/// Takes the data of a stopped node for the newest. Source: spec rst-11.
///
/// # Errors
/// Why not.
// spec: rst-11
pub fn accept_head(
    folder: &NodeFolder,
    settings: &Settings,
    (storage, officer): (ContentKey, StaffNumber),
) -> Result<Accepted, AcceptError> {
    let opened = Store::open(folder.path(), start::store_settings(settings), storage);
    let (mut store, recovered) = opened?;
    let reader = store.reader();
    match reader.mode()? {
        Some(ModeRecord::Quarantined(shown)) => {
            return Err(AcceptError::Quarantined { peer: shown.peer, size: shown.size });
        }
        Some(ModeRecord::Probing) => {}
        _ if recovered.head.may_sign() => return Err(AcceptError::NoDoubt),
        _ => {}
    }
    let size = reader.head()?.map_or(TreeSize::new(0), |head: HeadRecord| head.size);
    let mode = Record::Mode(ModeRecord::Overridden { from: size, officer });
    store.commit(Batch { records: vec![mode], bodies: Vec::new() })?;
    store.accept_head()?;
    store.close()?;
    Ok(Accepted { size, finding: recovered.head })
}
