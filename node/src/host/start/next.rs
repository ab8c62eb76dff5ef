//! The newest log of a node, where a succession is due, and the logs that ended.

use std::path::PathBuf;

use concord_protocol::engine::Persona;
use concord_protocol::ids::LogNumber;
use tokio::sync::mpsc;

use crate::host::exchange::Surroundings;
use crate::host::handle::Handle;
use crate::host::start;
use crate::host::start::Opened;
use crate::host::start::StartError;
use crate::host::start::StoppedNode;
use crate::host::succession;
use crate::host::succession::Next;
use crate::keystore::vault::Vault;
use crate::settings::Settings;
use crate::settings::folder::NodeFolder;
use crate::store::succeed;

/// Opens an earlier log of the node for reading; the node itself may run meanwhile.
///
/// # Errors
/// When the archive has no such log, or it cannot be read.
pub fn read_archived(
    folder: &NodeFolder,
    settings: &Settings,
    log: LogNumber,
    vault: &Vault,
) -> Result<StoppedNode, StartError> {
    let archived = archived(folder, log)?;
    let Opened { store, shared, .. } = start::open_log(folder, settings, &archived, vault)?;
    let (mailbox, _) = mpsc::channel(1);
    Ok(StoppedNode { handle: Handle::new(Surroundings { shared, mailbox }), _store: store })
}

/// The folder of an earlier log of the node.
pub(crate) fn archived(folder: &NodeFolder, log: LogNumber) -> Result<PathBuf, StartError> {
    let archived = succeed::archive_of(folder.path(), log);
    if archived.is_dir() { Ok(archived) } else { Err(StartError::NotArchived { log }) }
}

/// Opens the node; a succession that a quorum approved is carried out before.
pub(super) fn newest_log(
    folder: &NodeFolder,
    settings: &Settings,
    vault: &Vault,
) -> Result<Opened, StartError> {
    let opened = start::open(folder, settings, vault)?;
    let shared = &opened.shared;
    let Some(succession) = succession::due(&shared.reader, &shared.directory(), &shared.me)? else {
        return Ok(opened);
    };
    tracing::warn!("a quorum approved the succession of this node's log: the next log is opened");
    let said = succession.statement().statement().clone();
    let persona = Persona {
        log_number: said.to_log,
        origin: shared.directory().origin(&shared.me, said.to_log),
        ..opened.engine.persona().clone()
    };
    succession::build(Next {
        dir: folder.path(),
        settings: start::store_settings(settings),
        storage: &opened.keys.storage,
        reader: &shared.reader,
        persona,
        peers: opened.engine.peers().cloned().collect(),
        logs: start::logs(&shared.directory()),
        charter_version: shared.directory().charter().version(),
        succession,
    })?;
    opened.store.close().map_err(StartError::Commit)?;
    drop(opened.shared);
    succeed::switch(folder.path(), said.from_log).map_err(StartError::Switch)?;
    start::open(folder, settings, vault)
}
