//! The bundle that an auditor verifies offline, from the store and the published tree; also of a stopped node.

use std::io;
use std::io::Write;

use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::ExportError;
use concord_protocol::audit::export::Kept;
use concord_protocol::audit::export::Scope;
use concord_protocol::audit::export::Sink;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::log::checkpoint;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tree::Tree;

use crate::clock;
use crate::store::read::ReadError;
use crate::store::read::Reader;

/// A log to export: one consistent cut of it.
#[derive(Debug)]
pub struct Cut<'a> {
    /// Where leaves and evidence stand.
    pub reader: &'a Reader,
    /// The tree under the checkpoint.
    pub tree: &'a Tree,
    /// The signed checkpoint at which the log is cut.
    pub note: &'a [u8],
    /// Charter and credentials.
    pub directory: &'a Directory,
    /// Whose log it is.
    pub agency: &'a AgencyId,
}

/// Why no bundle was written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// There is no signed checkpoint yet, or none that verifies.
    #[error("the log has no signed checkpoint")]
    NoCheckpoint,
    /// The store.
    #[error("read the store")]
    Store(#[from] ReadError),
    /// Something that a leaf names is not in the store.
    #[error("the store lacks something that the log names")]
    Missing,
    /// The place where the bundle goes.
    #[error("write the bundle")]
    Write(#[source] io::Error),
    /// A leaf or a part that cannot stand in a bundle.
    #[error("the log cannot be written as a bundle")]
    Unwritable,
}

/// Writes the bundle. Gives the digest that its last part holds.
///
/// # Errors
/// When something is missing, or `out` takes no more.
pub fn export(cut: &Cut<'_>, out: &mut dyn Write) -> Result<Digest, EvidenceError> {
    let scope = scope(cut)?;
    let written = export::write(cut, &scope, &mut Out(out));
    written.map_err(|error| match error {
        ExportError::Archive(Lacks::Store(error)) => EvidenceError::Store(error),
        ExportError::Archive(Lacks::Missing) => EvidenceError::Missing,
        ExportError::Sink(error) => EvidenceError::Write(error),
        ExportError::Changed { .. }
        | ExportError::Leaf { .. }
        | ExportError::Unwritable { .. }
        | ExportError::Encoding(_) => EvidenceError::Unwritable,
    })
}

fn scope(cut: &Cut<'_>) -> Result<Scope, EvidenceError> {
    let own = cut.directory.newest(cut.agency).ok_or(EvidenceError::NoCheckpoint)?.credential();
    let origin = cut.directory.origin(cut.agency, own.log_number);
    let checkpoint =
        checkpoint::verify(cut.note, &origin, &own.log).map_err(|_| EvidenceError::NoCheckpoint)?;
    let charter = cut.directory.charter();
    let credentials = cut.directory.credentials().map(|verified| {
        let credential = verified.credential();
        (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
    });
    let held = cut.reader.peer_heads()?;
    Ok(Scope {
        agency: cut.agency.clone(),
        charter: charter.charter().name.clone(),
        checkpoint,
        made_at: clock::now(),
        charters: vec![(charter.charter().version, charter.bytes().to_vec())],
        credentials: credentials.collect(),
        peer_checkpoints: held.into_iter().map(|held| (held.peer, held.note.into_vec())).collect(),
    })
}

/// What stands in the way of reading one piece.
#[derive(Debug)]
pub enum Lacks {
    /// The store.
    Store(ReadError),
    /// It is not there.
    Missing,
}

impl From<ReadError> for Lacks {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

impl Archive for Cut<'_> {
    type Error = Lacks;

    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, Lacks> {
        self.tree.over(self.reader).hashes(id, width).map_err(|_| Lacks::Missing)
    }

    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, Lacks> {
        self.reader.leaf(index)?.ok_or(Lacks::Missing)
    }

    fn message(&self, digest: &Digest) -> Result<Vec<u8>, Lacks> {
        Ok(self.reader.message(digest)?.ok_or(Lacks::Missing)?.message.into_vec())
    }

    fn dispatch(&self, kept: &Kept) -> Result<Vec<u8>, Lacks> {
        let record = self.reader.dispatch(&kept.peer, kept.epoch, kept.first)?;
        Ok(record.ok_or(Lacks::Missing)?.dispatch.into_vec())
    }

    fn receipt(&self, kept: &Kept) -> Result<Vec<u8>, Lacks> {
        let record = self.reader.receipt(&kept.peer, kept.epoch, kept.first)?;
        Ok(record.ok_or(Lacks::Missing)?.receipt.into_vec())
    }
}

/// A writer as the bundle's sink.
struct Out<'a>(&'a mut dyn Write);

impl Sink for Out<'_> {
    type Error = io::Error;

    fn take(&mut self, piece: &[u8]) -> Result<(), io::Error> {
        self.0.write_all(piece)
    }
}
