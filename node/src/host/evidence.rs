//! The bundle that an auditor verifies offline, from the store and the published tree; also of a stopped node.

use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use concord_protocol::audit::bundle::Scope;
use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::Contents;
use concord_protocol::audit::export::ExportError;
use concord_protocol::audit::export::Kept;
use concord_protocol::audit::export::Sink;
use concord_protocol::audit::progress::Unwatched;
use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tile::Tiles;
use concord_protocol::log::tree::Tree;
use concord_protocol::moment::Timestamp;

use crate::clock;
use crate::entropy;
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

/// Which leaves an auditor is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    #[default]
    Whole,
    /// Those from a place on, up to another one or to the end.
    Range {
        /// The first place.
        from: LeafIndex,
        /// The place after the last one.
        to: Option<LeafIndex>,
    },
    /// Those from the first one that says a time in the period to the last one.
    Period {
        /// The first instant.
        since: Option<Timestamp>,
        /// The instant after the last one.
        until: Option<Timestamp>,
    },
    /// Those about a procedure.
    Procedure(ProcedureId),
    /// Those about the links with a peer.
    Peer(AgencyId),
}

/// Leaves that are read at a time when a period is looked for.
const READ_LEAVES: usize = 256;

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
    /// No leaf is within what was asked for, or it is about nobody else.
    #[error("no leaf is within what was asked for")]
    NothingThere,
    /// The system's randomness.
    #[error(transparent)]
    Entropy(#[from] entropy::NoEntropy),
    /// A leaf or a part that cannot stand in a bundle.
    #[error("the log cannot be written as a bundle")]
    Unwritable,
}

/// Writes the bundle. Gives the digest that names it.
///
/// # Errors
/// When something is missing, or `out` takes no more.
pub fn export(
    cut: &Cut<'_>,
    extent: &Extent,
    out: &mut dyn Write,
) -> Result<Digest, EvidenceError> {
    let contents = contents(cut, extent)?;
    let written = export::write(cut, &contents, &mut Out(out), &Unwatched);
    written.map_err(|error| match error {
        ExportError::Archive(Lacks::Store(error)) => EvidenceError::Store(error),
        ExportError::Archive(Lacks::Missing) => EvidenceError::Missing,
        ExportError::Sink(error) => EvidenceError::Write(error),
        ExportError::Scope => EvidenceError::NothingThere,
        ExportError::Changed { .. }
        | ExportError::Leaf { .. }
        | ExportError::Differs { .. }
        | ExportError::Unwritable { .. }
        | ExportError::Encoding(_) => EvidenceError::Unwritable,
    })
}

fn contents(cut: &Cut<'_>, extent: &Extent) -> Result<Contents, EvidenceError> {
    let own = cut.directory.log_in_force(cut.agency).ok_or(EvidenceError::NoCheckpoint)?;
    let checkpoint = checkpoint::verify(cut.note, &own.origin, &own.key)
        .map_err(|_| EvidenceError::NoCheckpoint)?;
    let charter = cut.directory.charter();
    let credentials = cut.directory.credentials().map(|verified| {
        let credential = verified.credential();
        (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
    });
    let held = cut.reader.peer_heads()?;
    let quorate = cut.reader.peers_cosigned()?;
    let checkpoint_size = checkpoint.checkpoint().size;
    Ok(Contents {
        agency: cut.agency.clone(),
        charter: charter.charter().name.clone(),
        scope: scope(cut, extent, checkpoint.checkpoint().size.get())?,
        seed: entropy::draw()?,
        checkpoint,
        made_at: clock::now(),
        charters: vec![(charter.charter().version, charter.bytes().to_vec())],
        credentials: credentials.collect(),
        cosignatures: cosigned(cut, checkpoint_size)?,
        peer_checkpoints: held.into_iter().map(|held| (held.peer, held.note.into_vec())).collect(),
        peer_cosigned: quorate
            .into_iter()
            .map(|record| (record.peer, record.note.into_vec()))
            .collect(),
    })
}

/// The checkpoints of this log that witnesses cosigned, of each size the one with the most lines.
fn cosigned(cut: &Cut<'_>, size: TreeSize) -> Result<Vec<(TreeSize, Vec<u8>)>, EvidenceError> {
    let mut notes: BTreeMap<TreeSize, CosignedRecord> = BTreeMap::new();
    for record in cut.reader.cosigned()? {
        if record.size > size || record.cosigners.is_empty() {
            continue;
        }
        let known = notes.get(&record.size).map_or(0, |known| known.cosigners.len());
        if record.cosigners.len() > known {
            notes.insert(record.size, record);
        }
    }
    Ok(notes.into_iter().map(|(size, record)| (size, record.note.into_vec())).collect())
}

fn scope(cut: &Cut<'_>, extent: &Extent, size: u64) -> Result<Option<Scope>, EvidenceError> {
    let end = LeafIndex::new(size);
    Ok(match extent {
        Extent::Whole => None,
        Extent::Range { from, to } => {
            Some(Scope::Range { from: *from, to: to.unwrap_or(end).min(end) })
        }
        Extent::Period { since, until } => Some(period(cut, (*since, *until), size)?),
        Extent::Procedure(procedure) => Some(Scope::Procedure { procedure: *procedure }),
        Extent::Peer(peer) => {
            if cut.directory.charter().member(peer).is_none() {
                return Err(EvidenceError::NothingThere);
            }
            Some(Scope::Peer { peer: peer.clone() })
        }
    })
}

/// From the first leaf whose own time is in the period to the last one. Source: spec audit-26.
fn period(
    cut: &Cut<'_>,
    (since, until): (Option<Timestamp>, Option<Timestamp>),
    size: u64,
) -> Result<Scope, EvidenceError> {
    let within = |at: Timestamp| {
        since.is_none_or(|since| at >= since) && until.is_none_or(|until| at < until)
    };
    let (mut first, mut last) = (None, None);
    let mut next = 0;
    while next < size {
        let read = cut.reader.leaves(LeafIndex::new(next), READ_LEAVES)?;
        let read = read.into_iter().filter(|record| record.index.get() < size);
        let before = next;
        for record in read {
            next = record.index.get().saturating_add(1);
            let leaf: Leaf = codec::decode(&record.leaf).map_err(|_| EvidenceError::Unwritable)?;
            if leaf.at().is_some_and(within) {
                first = first.or(Some(record.index));
                last = Some(LeafIndex::new(next));
            }
        }
        if next == before {
            return Err(EvidenceError::Missing);
        }
    }
    match (first, last) {
        (Some(from), Some(to)) => Ok(Scope::Range { from, to }),
        (_, _) => Err(EvidenceError::NothingThere),
    }
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

    fn evidence(&self, digest: &Digest) -> Result<Vec<u8>, Lacks> {
        Ok(self.reader.evidence(digest)?.ok_or(Lacks::Missing)?.evidence.into_vec())
    }

    fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, Lacks> {
        let read = self.reader.leaves(first, count)?;
        let follows = (first.get()..).zip(&read).all(|(place, leaf)| leaf.index.get() == place);
        if read.len() != count || !follows {
            return Err(Lacks::Missing);
        }
        Ok(read.into_iter().map(|record| record.leaf.into_vec()).collect())
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
