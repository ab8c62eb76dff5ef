//! Writing a bundle: from whatever keeps the log to whatever takes the bytes, part by part.
//!
//! Uses `bundle`, `ustar`, `prints`. The log is read twice, once to learn what goes into the bundle and once to write
//! it, so that of each leaf no more than four bits are kept; what changed in between is noticed. A bundle of a procedure
//! or a peer also keeps 6 bytes for each message in scope.
//!
//! Absent on purpose: files. The node hands in an [`Archive`] over its store and a [`Sink`] over a file.

mod choice;
mod plan;

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use crate::audit::bundle;
use crate::audit::bundle::BodyUse;
use crate::audit::bundle::Part;
use crate::audit::bundle::PartEntry;
use crate::audit::bundle::Scope;
use crate::audit::bundle::sequence;
use crate::audit::prints::Seed;
use crate::audit::progress::Progress;
use crate::audit::progress::Stage;
use crate::audit::ustar;
use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::charter::chain::Chain;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LeafIndex;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::tile::TileId;
use crate::moment::Timestamp;

/// Takes the bytes of a bundle, in order.
pub trait Sink {
    /// What can go wrong there.
    type Error;

    /// Takes the next piece.
    ///
    /// # Errors
    /// When it cannot be taken.
    fn take(&mut self, piece: &[u8]) -> Result<(), Self::Error>;
}

impl Sink for Vec<u8> {
    type Error = Infallible;

    fn take(&mut self, piece: &[u8]) -> Result<(), Infallible> {
        self.extend_from_slice(piece);
        Ok(())
    }
}

/// Whatever keeps a log and the evidence that its leaves name.
pub trait Archive {
    /// What can go wrong there; also what is said of something that is missing.
    type Error;

    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// When they cannot be read.
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, Self::Error>;

    /// A leaf.
    ///
    /// # Errors
    /// When it cannot be read.
    fn leaf(&self, index: LeafIndex) -> Result<Vec<u8>, Self::Error>;

    /// What the leaf at this place names by its digest: the signed header of a received message, the dispatch under
    /// which it came, the receipt that was held, a piece of evidence.
    ///
    /// # Errors
    /// When it cannot be read.
    fn named(&self, index: LeafIndex, digest: &Digest) -> Result<Vec<u8>, Self::Error>;

    /// The salt and then the body of the message that the leaf at this place holds or names; nothing of one that is
    /// not shown. Asked for only where bodies are shown.
    ///
    /// # Errors
    /// When it cannot be opened.
    fn body(&self, _index: LeafIndex, _message: &Digest) -> Result<Option<Vec<u8>>, Self::Error> {
        Ok(None)
    }

    /// So many leaves from a place on; what reads them in one go may say so.
    ///
    /// # Errors
    /// When one of them cannot be read.
    fn leaves(&self, first: LeafIndex, count: usize) -> Result<Vec<Vec<u8>>, Self::Error> {
        (first.get()..).take(count).map(|index| self.leaf(LeafIndex::new(index))).collect()
    }
}

/// What a bundle is made of, beside the log itself. All lists may be in any order.
#[derive(Clone, Debug)]
pub struct Contents {
    /// Whose log this is.
    pub agency: AgencyId,
    /// The charter's name.
    pub charter: CharterName,
    /// The checkpoint at which the log is cut.
    pub checkpoint: SignedCheckpoint,
    /// The node's clock.
    pub made_at: Timestamp,
    /// Which leaves are disclosed; all of them where nothing is said.
    pub scope: Option<Scope>,
    /// For what bodies are shown; none is where nothing is said, and then only of a procedure.
    pub bodies: Option<BodyUse>,
    /// Fresh randomness, with which what is in scope is remembered.
    pub seed: Seed,
    /// Every version of the charter with what it names, as they were signed.
    pub charters: Chain,
    /// Every credential that is known, as it was signed.
    pub credentials: Vec<(AgencyId, Serial, Vec<u8>)>,
    /// Checkpoints of this log that witnesses cosigned, with their sizes: notes.
    pub cosignatures: Vec<(TreeSize, Vec<u8>)>,
    /// The newest checkpoint held of each peer's log: a note.
    pub peer_checkpoints: Vec<(AgencyId, Vec<u8>)>,
    /// The newest checkpoint of each peer's log that a quorum cosigned: a note.
    pub peer_cosigned: Vec<(AgencyId, Vec<u8>)>,
}

/// Why a bundle was not written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExportError<A, S> {
    /// The archive could not be read.
    #[error("the log could not be read")]
    Archive(A),
    /// The bytes could not be written.
    #[error("the bundle could not be written")]
    Sink(S),
    /// What was read at first was read otherwise later.
    #[error("the part {path} changed while the bundle was made")]
    Changed {
        /// Which part.
        path: String,
    },
    /// A leaf that is no leaf, or longer than an entry bundle can count.
    #[error("the leaf {index} is damaged")]
    Leaf {
        /// Which leaf.
        index: LeafIndex,
    },
    /// What is kept of a leaf's evidence is not what the leaf names.
    #[error("what is kept for the leaf {index} is not what it names")]
    Differs {
        /// Which leaf.
        index: LeafIndex,
    },
    /// The scope cannot be.
    #[error(
        "the scope is empty, ends beyond the log, is not about another member, or shows bodies of no procedure"
    )]
    Scope,
    /// A part is longer than the container can say.
    #[error("the part {path} does not fit the archive")]
    Unwritable {
        /// Which part.
        path: String,
    },
    /// A broken invariant of ours.
    #[error(transparent)]
    Encoding(#[from] EncodeError),
}

/// Writes the bundle of a log at a checkpoint. Gives the digest that names it, which its last part holds.
///
/// # Errors
/// When the log cannot be read, the bytes cannot be written, or what is read does not stay the same.
pub fn write<A: Archive, S: Sink>(
    archive: &A,
    contents: &Contents,
    sink: &mut S,
    progress: &dyn Progress,
) -> Result<Digest, ExportError<A::Error, S::Error>> {
    let plan = plan::make(archive, contents, progress).map_err(ExportError::widen)?;
    let manifest = plan.manifest(contents)?;
    let digest = digest::sha256(&manifest);
    let mut out = Out { sink, left: 0, path: String::new() };
    out.member(bundle::MANIFEST, &manifest)?;
    for (part, entry) in plan.listed.iter().filter(|(part, _)| !part.is_late()) {
        out.begin(&entry.path, entry.length)?;
        plan.listed_part(archive, contents, part, &mut |piece| out.take(piece))?;
        out.end(entry.length)?;
    }
    let size = contents.checkpoint.checkpoint().size;
    for part in bundle::grown_parts(size, contents.scope.as_ref(), contents.bodies) {
        if let Part::Entries(index, _) = part {
            let done = index.saturating_add(1).saturating_mul(256).min(size.get());
            progress.done(Stage::Writing, done, size.get());
        }
        plan.grown_part(archive, &part, &mut out)?;
    }
    // spec: audit-6
    out.member(bundle::DIGEST, digest.as_bytes())?;
    out.sink.take(&[0; 2 * ustar::BLOCK]).map_err(ExportError::Sink)?;
    Ok(digest)
}

impl<A> ExportError<A, Infallible> {
    fn widen<S>(self) -> ExportError<A, S> {
        match self {
            Self::Archive(error) => ExportError::Archive(error),
            Self::Sink(never) => match never {},
            Self::Changed { path } => ExportError::Changed { path },
            Self::Leaf { index } => ExportError::Leaf { index },
            Self::Differs { index } => ExportError::Differs { index },
            Self::Scope => ExportError::Scope,
            Self::Unwritable { path } => ExportError::Unwritable { path },
            Self::Encoding(error) => ExportError::Encoding(error),
        }
    }
}

/// The sink, and the member that is being written.
struct Out<'a, S> {
    sink: &'a mut S,
    /// Bytes that the header of the member promised and that did not come yet.
    left: u64,
    path: String,
}

impl<S: Sink> Out<'_, S> {
    fn begin<A>(&mut self, path: &str, len: u64) -> Result<(), ExportError<A, S::Error>> {
        let header =
            ustar::header(path, len).map_err(|_| ExportError::Unwritable { path: path.into() })?;
        (self.left, self.path) = (len, path.into());
        self.sink.take(&header).map_err(ExportError::Sink)
    }

    /// Never more than the header promised: the archive stays readable up to here.
    fn take<A>(&mut self, piece: &[u8]) -> Result<(), ExportError<A, S::Error>> {
        let len = u64::try_from(piece.len()).unwrap_or(u64::MAX);
        let left = self.left.checked_sub(len);
        self.left = left.ok_or_else(|| ExportError::Changed { path: self.path.clone() })?;
        self.sink.take(piece).map_err(ExportError::Sink)
    }

    fn end<A>(&mut self, len: u64) -> Result<(), ExportError<A, S::Error>> {
        if self.left > 0 {
            return Err(ExportError::Changed { path: self.path.clone() });
        }
        let zeros = usize::try_from(ustar::padding(len)).unwrap_or(0);
        let padding = [0; ustar::BLOCK];
        self.sink.take(padding.get(..zeros).unwrap_or_default()).map_err(ExportError::Sink)
    }

    fn member<A>(&mut self, path: &str, content: &[u8]) -> Result<(), ExportError<A, S::Error>> {
        let len = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.begin(path, len)?;
        self.take(content)?;
        self.end(len)
    }
}

/// The manifest: what the bundle is about, then each part.
fn manifest_bytes(
    manifest: &bundle::Manifest,
    entries: &[&PartEntry],
) -> Result<Vec<u8>, EncodeError> {
    let mut bytes = Vec::new();
    let mut push = |item: Vec<u8>| {
        bytes.extend(sequence::head(item.len()));
        bytes.extend(item);
    };
    push(codec::encode(manifest)?);
    for entry in entries {
        push(codec::encode(*entry)?);
    }
    Ok(bytes)
}
