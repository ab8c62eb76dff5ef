//! The bundle that an auditor verifies offline, from the journal and the tree; of a running node and of a stopped one.

use core::fmt::Debug;
use std::collections::BTreeMap;
use std::io;
use std::io::Write;

use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::audit::bundle::Scope;
use concord_protocol::audit::export;
use concord_protocol::audit::export::Archive;
use concord_protocol::audit::export::Contents;
use concord_protocol::audit::export::ExportError;
use concord_protocol::audit::export::Sink;
use concord_protocol::audit::progress::Progress;
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
use crate::store::journal::chapters::ChapterError;
use crate::store::journal::chapters::Chapters;
use crate::store::stopped::Notes;

/// A log to export: one consistent cut of it.
#[derive(Debug)]
pub struct Cut<'a> {
    /// Its leaves, and what they name.
    pub log: Chapters<'a>,
    /// What stands beside it.
    pub notes: &'a Notes,
    /// The tree under the checkpoint.
    pub tree: &'a Tree,
    /// The signed checkpoint at which the log is cut.
    pub note: &'a [u8],
    /// Charter and credentials.
    pub directory: &'a Directory,
    /// Whose log it is.
    pub agency: &'a AgencyId,
    /// What opens bodies, where some are shown.
    pub bodies: Option<&'a dyn Bodies>,
}

/// Opens bodies for a bundle.
pub trait Bodies: Debug {
    /// Salt and body of a message; nothing where it is not shown.
    ///
    /// # Errors
    /// When it cannot be opened though it should be.
    fn open(&self, message: &Digest) -> Result<Option<Vec<u8>>, EvidenceError>;
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
    /// Those about a procedure, with the bodies that may be shown for this use.
    Transcript(ProcedureId, BodyUse),
    /// Those about the links with a peer.
    Peer(AgencyId),
}

impl Extent {
    /// From what a caller named; `None` when these are two things at once.
    pub fn of(
        (from, to): (Option<u64>, Option<u64>),
        (since, until): (Option<Timestamp>, Option<Timestamp>),
        procedure: Option<ProcedureId>,
        peer: Option<AgencyId>,
    ) -> Option<Self> {
        let ranged = from.is_some() || to.is_some();
        let timed = since.is_some() || until.is_some();
        match (ranged, timed, procedure, peer) {
            (false, false, None, None) => Some(Self::Whole),
            (true, false, None, None) => {
                let from = LeafIndex::new(from.unwrap_or(0));
                Some(Self::Range { from, to: to.map(LeafIndex::new) })
            }
            (false, true, None, None) => Some(Self::Period { since, until }),
            (false, false, Some(procedure), None) => Some(Self::Procedure(procedure)),
            (false, false, None, Some(peer)) => Some(Self::Peer(peer)),
            (_, _, _, _) => None,
        }
    }
}

/// Leaves that are read at a time when a period is looked for.
const READ_LEAVES: u64 = 256;

/// Why no bundle was written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// There is no signed checkpoint yet, or none that verifies.
    #[error("the log has no signed checkpoint")]
    NoCheckpoint,
    /// The journal, or something that a leaf names and that is not there.
    #[error("read the log")]
    Log(#[from] ChapterError),
    /// A tile is not in the journal.
    #[error("the journal lacks a tile")]
    Tile,
    /// The place where the bundle goes.
    #[error("write the bundle")]
    Write(#[source] io::Error),
    /// No leaf is within what was asked for, or it is about nobody else.
    #[error("no leaf is within what was asked for")]
    NothingThere,
    /// The system's randomness.
    #[error(transparent)]
    Entropy(#[from] entropy::NoEntropy),
    /// What was read at first was read otherwise later, as when a body was erased meanwhile.
    #[error("the log changed while the bundle was made")]
    Changed,
    /// A body does not open though its key is held.
    #[error("a body cannot be opened")]
    Unopenable,
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
    progress: &dyn Progress,
) -> Result<Digest, EvidenceError> {
    let contents = contents(cut, extent)?;
    let written = export::write(cut, &contents, &mut Out(out), progress);
    written.map_err(|error| match error {
        ExportError::Archive(error) => error,
        ExportError::Sink(error) => EvidenceError::Write(error),
        ExportError::Scope => EvidenceError::NothingThere,
        ExportError::Changed { .. } => EvidenceError::Changed,
        ExportError::Leaf { .. }
        | ExportError::Differs { .. }
        | ExportError::Unwritable { .. }
        | ExportError::Encoding(_) => EvidenceError::Unwritable,
    })
}

fn contents(cut: &Cut<'_>, extent: &Extent) -> Result<Contents, EvidenceError> {
    let own = cut.directory.log_in_force(cut.agency).ok_or(EvidenceError::NoCheckpoint)?;
    // One's own log is shown whole, whatever became of the key that signed it.
    let mut signed =
        own.keys.iter().map(|known| checkpoint::verify(cut.note, &own.origin, &known.key));
    let checkpoint = signed.find_map(Result::ok).ok_or(EvidenceError::NoCheckpoint)?;
    let charter = cut.directory.charter();
    let credentials = cut.directory.credentials().map(|verified| {
        let credential = verified.credential();
        (credential.agency.clone(), credential.serial, verified.bytes().to_vec())
    });
    let (held, quorate) = (cut.notes.held.iter(), cut.notes.quorate.iter());
    let checkpoint_size = checkpoint.checkpoint().size;
    Ok(Contents {
        agency: cut.agency.clone(),
        charter: charter.charter().name.clone(),
        scope: scope(cut, extent, checkpoint.checkpoint().size.get())?,
        bodies: shown(extent),
        seed: entropy::draw()?,
        checkpoint,
        made_at: clock::now(),
        charters: cut.directory.chain().clone(),
        credentials: credentials.collect(),
        cosignatures: cosigned(&cut.notes.cosigned, checkpoint_size),
        peer_checkpoints: held.map(|held| (held.peer.clone(), held.note.to_vec())).collect(),
        peer_cosigned: quorate.map(|held| (held.peer.clone(), held.note.to_vec())).collect(),
    })
}

/// The checkpoints of this log that witnesses cosigned, of each size the one with the most lines.
fn cosigned(records: &[CosignedRecord], size: TreeSize) -> Vec<(TreeSize, Vec<u8>)> {
    let mut notes: BTreeMap<TreeSize, &CosignedRecord> = BTreeMap::new();
    for record in records.iter().filter(|one| one.size <= size && !one.cosigners.is_empty()) {
        let known = notes.get(&record.size).map_or(0, |known| known.cosigners.len());
        if record.cosigners.len() > known {
            notes.insert(record.size, record);
        }
    }
    notes.into_iter().map(|(size, record)| (size, record.note.to_vec())).collect()
}

/// For what bodies are shown.
const fn shown(extent: &Extent) -> Option<BodyUse> {
    match extent {
        Extent::Transcript(_, to_use) => Some(*to_use),
        Extent::Whole
        | Extent::Range { .. }
        | Extent::Period { .. }
        | Extent::Procedure(_)
        | Extent::Peer(_) => None,
    }
}

fn scope(cut: &Cut<'_>, extent: &Extent, size: u64) -> Result<Option<Scope>, EvidenceError> {
    let end = LeafIndex::new(size);
    Ok(match extent {
        Extent::Whole => None,
        Extent::Range { from, to } => {
            Some(Scope::Range { from: *from, to: to.unwrap_or(end).min(end) })
        }
        Extent::Period { since, until } => Some(period(cut, (*since, *until), size)?),
        Extent::Procedure(procedure) | Extent::Transcript(procedure, _) => {
            Some(Scope::Procedure { procedure: *procedure })
        }
        Extent::Peer(peer) => {
            if cut.directory.chain().member_ever(peer).is_none() {
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
        let count = usize::try_from(size.saturating_sub(next).min(READ_LEAVES)).unwrap_or(1);
        for bytes in cut.log.leaves(LeafIndex::new(next), count)? {
            let leaf: Leaf = codec::decode(&bytes).map_err(|_| EvidenceError::Unwritable)?;
            let index = LeafIndex::new(next);
            next = next.saturating_add(1);
            if leaf.at().is_some_and(within) {
                first = first.or(Some(index));
                last = Some(LeafIndex::new(next));
            }
        }
    }
    match (first, last) {
        (Some(from), Some(to)) => Ok(Scope::Range { from, to }),
        (_, _) => Err(EvidenceError::NothingThere),
    }
}

impl Archive for Cut<'_> {
    type Error = EvidenceError;

    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, EvidenceError> {
        self.tree.over(&self.log).hashes(id, width).map_err(|_| EvidenceError::Tile)
    }

    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, EvidenceError> {
        Ok(self.log.leaves(index, 1)?.pop().ok_or(ChapterError::Missing { index })?)
    }

    fn named(&self, index: LeafIndex, digest: &Digest) -> Result<Vec<u8>, EvidenceError> {
        Ok(self.log.named(index, digest)?)
    }

    fn body(&self, _: LeafIndex, message: &Digest) -> Result<Option<Vec<u8>>, EvidenceError> {
        self.bodies.map_or(Ok(None), |bodies| bodies.open(message))
    }

    fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, EvidenceError> {
        Ok(self.log.leaves(first, count)?)
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
