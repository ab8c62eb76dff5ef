//! Writing a bundle: from whatever keeps the log to whatever takes the bytes, part by part.
//!
//! Uses `bundle`, `ustar`. Everything is read twice, once for the manifest and once for the parts, so that memory does
//! not grow with the log; what changed in between is noticed.
//!
//! Absent on purpose: files. The node hands in an [`Archive`] over its store and a [`Sink`] over a file.

mod plan;

use alloc::string::String;
use alloc::vec::Vec;
use core::convert::Infallible;

use crate::audit::bundle;
use crate::audit::bundle::PartEntry;
use crate::audit::bundle::sequence;
use crate::audit::ustar;
use crate::codec;
use crate::codec::EncodeError;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Running;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::Serial;
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

/// Names what is kept for one number of the link from or with a peer: the number is the first that it concerns.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kept {
    /// The peer.
    pub peer: AgencyId,
    /// Epoch of the link.
    pub epoch: Epoch,
    /// The first number.
    pub first: LinkNumber,
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

    /// The signed header of a received message: COSE_Sign1.
    ///
    /// # Errors
    /// When it cannot be read.
    fn message(&self, digest: &Digest) -> Result<Vec<u8>, Self::Error>;

    /// The dispatch under which this number was first taken or refused: COSE_Sign1.
    ///
    /// # Errors
    /// When it cannot be read.
    fn dispatch(&self, kept: &Kept) -> Result<Vec<u8>, Self::Error>;

    /// The encoded receipt whose first newly settled number this was.
    ///
    /// # Errors
    /// When it cannot be read.
    fn receipt(&self, kept: &Kept) -> Result<Vec<u8>, Self::Error>;
}

/// What a bundle is made about, beside the log itself. All lists may be in any order.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Whose log this is.
    pub agency: AgencyId,
    /// The charter's name.
    pub charter: CharterName,
    /// The checkpoint at which the log is cut.
    pub checkpoint: SignedCheckpoint,
    /// The node's clock.
    pub made_at: Timestamp,
    /// Every charter version, as it was signed.
    pub charters: Vec<(CharterVersion, Vec<u8>)>,
    /// Every credential that is known, as it was signed.
    pub credentials: Vec<(AgencyId, Serial, Vec<u8>)>,
    /// The newest checkpoint held of each peer's log: a note.
    pub peer_checkpoints: Vec<(AgencyId, Vec<u8>)>,
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

/// Writes the bundle of a log at a checkpoint. Gives the digest that its last part holds.
///
/// # Errors
/// When the log cannot be read, the bytes cannot be written, or what is read does not stay the same.
pub fn write<A: Archive, S: Sink>(
    archive: &A,
    scope: &Scope,
    sink: &mut S,
) -> Result<Digest, ExportError<A::Error, S::Error>> {
    let plan = plan::make(archive, scope).map_err(ExportError::widen)?;
    let mut out = Out { sink, running: Running::new() };
    let manifest = plan.manifest(scope)?;
    out.member(bundle::MANIFEST, &manifest)?;
    for (part, entry) in &plan.parts {
        out.header(&entry.path, entry.length)?;
        let mut running = Running::new();
        let mut length = 0_u64;
        plan.produce(archive, scope, part, &mut |piece| {
            running.take(piece);
            length = length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            // Never more than the header promised: the archive stays readable up to here.
            if length > entry.length {
                return Err(ExportError::Changed { path: entry.path.clone() });
            }
            out.take(piece).map_err(ExportError::Sink)
        })?;
        if length != entry.length || running.digest() != entry.digest {
            return Err(ExportError::Changed { path: entry.path.clone() });
        }
        out.pad(length)?;
    }
    // spec: audit-6
    let digest = out.running.clone().digest();
    out.member(bundle::DIGEST, digest.as_bytes())?;
    out.take(&[0; 2 * ustar::BLOCK]).map_err(ExportError::Sink)?;
    Ok(digest)
}

impl<A> ExportError<A, Infallible> {
    fn widen<S>(self) -> ExportError<A, S> {
        match self {
            Self::Archive(error) => ExportError::Archive(error),
            Self::Sink(never) => match never {},
            Self::Changed { path } => ExportError::Changed { path },
            Self::Leaf { index } => ExportError::Leaf { index },
            Self::Unwritable { path } => ExportError::Unwritable { path },
            Self::Encoding(error) => ExportError::Encoding(error),
        }
    }
}

/// The sink, and the digest of everything that went into it.
struct Out<'a, S> {
    sink: &'a mut S,
    running: Running,
}

impl<S: Sink> Out<'_, S> {
    fn take(&mut self, piece: &[u8]) -> Result<(), S::Error> {
        self.running.take(piece);
        self.sink.take(piece)
    }

    fn header<A>(&mut self, path: &str, len: u64) -> Result<(), ExportError<A, S::Error>> {
        let header =
            ustar::header(path, len).map_err(|_| ExportError::Unwritable { path: path.into() })?;
        self.take(&header).map_err(ExportError::Sink)
    }

    fn pad<A>(&mut self, len: u64) -> Result<(), ExportError<A, S::Error>> {
        let zeros = usize::try_from(ustar::padding(len)).unwrap_or(0);
        self.take([0; ustar::BLOCK].get(..zeros).unwrap_or_default()).map_err(ExportError::Sink)
    }

    fn member<A>(&mut self, path: &str, content: &[u8]) -> Result<(), ExportError<A, S::Error>> {
        let len = u64::try_from(content.len()).unwrap_or(u64::MAX);
        self.header(path, len)?;
        self.take(content).map_err(ExportError::Sink)?;
        self.pad(len)
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
