//! The versions of a charter one after another, as anyone verifies them who knows the first one's digest.
//!
//! Uses `papers`. A chain holds every version that was in force, from the first one on, and the rivals that a resolution
//! names; nothing else. As a file it is the list of the documents in the order of version and digest.
//!
//! Absent on purpose: versions that wait for signatures.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::identity::charter;
use crate::identity::charter::CharterError;
use crate::identity::charter::Member;
use crate::identity::charter::Proposal;
use crate::identity::charter::VerifiedCharter;
use crate::identity::charter::papers::PaperError;
use crate::identity::charter::papers::Papers;
use crate::identity::charter::papers::Place;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::limits::CHAIN_BYTES_MAX;
use crate::limits::CHAIN_DOCUMENTS_MAX;

/// A list begins with its length, a signed charter with its tag.
const DOCUMENT_TAG: u8 = 0xd8;

/// A chain that was verified: no version is missing, none is left over. Made by [`verify`] and [`Chain::of`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    papers: Papers,
    documents: Vec<(Place, Vec<u8>)>,
}

/// Documents of a charter in a file, in ascending order of version and digest. Source: spec chr-10.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Bundle(pub Vec<ByteBuf>);

impl Encoded for Bundle {
    const BYTES_MAX: usize = CHAIN_BYTES_MAX;
}

/// Why a chain does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChainError {
    /// Not a list of documents at all.
    #[error("the bytes are no list of charter documents")]
    Form(#[from] DecodeError),
    /// No document, or too many.
    #[error("a chain has 1 to {CHAIN_DOCUMENTS_MAX} documents, this one has {found}")]
    Count {
        /// Documents found.
        found: usize,
    },
    /// The first version does not hold.
    #[error("version 1 does not hold")]
    Founding(#[source] CharterError),
    /// Documents out of order, or one twice.
    #[error("documents stand in ascending order of version and digest, each once")]
    Order,
    /// A later document does not hold.
    #[error("version {version} does not hold")]
    Later {
        /// Its version; 0 where it cannot be read.
        version: CharterVersion,
        /// Why not.
        source: PaperError,
    },
    /// A document that no version needs.
    #[error("a document is left over: version {version} with the digest {digest} does not need it")]
    Surplus {
        /// The version in force.
        version: CharterVersion,
        /// Its digest.
        digest: Digest,
    },
    /// Ours: a value of ours has no encoding.
    #[error("the chain could not be encoded")]
    Encode(#[from] EncodeError),
}

impl ChainError {
    /// A code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "not-a-chain",
            Self::Count { .. } => "count",
            Self::Founding(error) => error.code(),
            Self::Order => "order",
            Self::Later { source, .. } => source.code(),
            Self::Surplus { .. } => "surplus",
            Self::Encode(_) => "unencodable",
        }
    }
}

/// Verifies the documents of a chain, down to the pin where one is given. Source: spec chr-10.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify<B: AsRef<[u8]>>(documents: &[B], pin: Option<Digest>) -> Result<Chain, ChainError> {
    let Some((first, later)) = documents.split_first() else {
        return Err(ChainError::Count { found: 0 });
    };
    // spec: chr-10
    if documents.len() > CHAIN_DOCUMENTS_MAX {
        return Err(ChainError::Count { found: documents.len() });
    }
    let founding = charter::verify(first.as_ref(), pin).map_err(ChainError::Founding)?;
    in_order(documents)?;
    let mut papers = Papers::found(founding);
    let taken = papers.take(later);
    if let Some(refused) = taken.refused.into_iter().next() {
        let version = refused.place.map_or(CharterVersion::new(0), |(version, _)| version);
        return Err(ChainError::Later { version, source: refused.why });
    }
    if let Some(open) = papers.open().next() {
        return Err(unfinished(&papers, open));
    }
    let chain = Chain::of(&papers)?;
    // What is named by nothing was let go of.
    if chain.documents.len() == documents.len() {
        Ok(chain)
    } else {
        let (version, digest) = (chain.newest().version(), chain.newest().digest());
        Err(ChainError::Surplus { version, digest })
    }
}

/// Reads a file with a chain: the list of documents, or version 1 alone.
///
/// # Errors
/// When it is neither.
pub fn read(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ChainError> {
    if bytes.first() == Some(&DOCUMENT_TAG) {
        return Ok(alloc::vec![bytes.to_vec()]);
    }
    let Bundle(documents) = codec::decode(bytes)?;
    Ok(documents.into_iter().map(ByteBuf::into_vec).collect())
}

/// Writes documents as a file; they are put in order.
///
/// # Errors
/// When there are too many of them, or one is no charter.
pub fn write(documents: &[Vec<u8>]) -> Result<Vec<u8>, ChainError> {
    let mut placed: Vec<(Place, ByteBuf)> = Vec::new();
    for bytes in documents {
        let proposal = charter::read(bytes).map_err(ChainError::Founding)?;
        let place = (proposal.charter().version, proposal.digest());
        placed.push((place, ByteBuf::from(bytes.as_slice())));
    }
    placed.sort();
    Ok(codec::encode(&Bundle(placed.into_iter().map(|(_, bytes)| bytes).collect()))?)
}

fn in_order<B: AsRef<[u8]>>(documents: &[B]) -> Result<(), ChainError> {
    let mut last: Option<Place> = None;
    for bytes in documents {
        let proposal = charter::read(bytes.as_ref()).map_err(|error| ChainError::Later {
            version: CharterVersion::new(0),
            source: error.into(),
        })?;
        let place = (proposal.charter().version, proposal.digest());
        if last >= Some(place) {
            return Err(ChainError::Order);
        }
        last = Some(place);
    }
    Ok(())
}

/// Why a document is not in force.
fn unfinished(papers: &Papers, open: &Proposal) -> ChainError {
    let version = open.charter().version;
    match papers.tally(open).lacks() {
        Some(lacks) => ChainError::Later { version, source: lacks.into() },
        None => ChainError::Surplus { version, digest: open.digest() },
    }
}

impl Chain {
    /// The chain among the documents that a node holds.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn of(papers: &Papers) -> Result<Self, ChainError> {
        let papers = papers.without_open();
        let documents = papers.documents()?.into_iter().collect();
        Ok(Self { papers, documents })
    }

    /// A chain of one version.
    pub fn founding(founding: VerifiedCharter) -> Self {
        let place = (founding.version(), founding.digest());
        let documents = alloc::vec![(place, founding.bytes().to_vec())];
        Self { papers: Papers::found(founding), documents }
    }

    /// The version in force.
    pub fn newest(&self) -> &VerifiedCharter {
        self.papers.newest()
    }

    /// The first version, whose digest is the pin.
    pub const fn first(&self) -> &VerifiedCharter {
        self.papers.founding()
    }

    /// The versions that were in force, one after another.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &VerifiedCharter> {
        self.papers.path()
    }

    /// The version of this number.
    pub fn version(&self, version: CharterVersion) -> Option<&VerifiedCharter> {
        self.papers.version(version)
    }

    /// Every document, in order: what a file, a bundle or evidence brings along.
    pub fn documents(&self) -> impl ExactSizeIterator<Item = (Place, &[u8])> {
        self.documents.iter().map(|(place, bytes)| (*place, bytes.as_slice()))
    }

    /// The documents with their signatures and rivals, to count them.
    pub const fn papers(&self) -> &Papers {
        &self.papers
    }

    /// An agency as the newest version describes it that has it as a member.
    pub fn member_ever(&self, agency: &AgencyId) -> Option<&Member> {
        self.versions().rev().find_map(|version| version.member(agency))
    }
}
