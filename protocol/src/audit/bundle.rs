//! What stands in a bundle, in which order, under which path, and what its manifest says.
//!
//! Uses `ustar`. Every part follows from the log's size, the scope and the parts before it, so that a bundle of one log
//! at one checkpoint and in one scope has one form (audit-3 … audit-6).

pub mod sequence;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::audit::finding::Flaw;
use crate::codec;
use crate::codec::Encoded;
use crate::crypto::digest::Digest;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Place;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::LeafIndex;
use crate::ids::ProcedureId;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::tile;
use crate::log::tile::TileId;
use crate::moment::Timestamp;

/// The format of bundles that this crate writes and reads.
pub const FORMAT: u16 = 2;

/// Longest manifest, in bytes: charters, credentials and evidence are named in it, and nothing that grows with a log.
pub const MANIFEST_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The first part.
pub const MANIFEST: &str = "manifest.cbor";

/// The last part.
pub const DIGEST: &str = "digest";

/// What a bundle is about. The first item of the manifest; one [`PartEntry`] for each listed part
/// follows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: u16,
    /// Whose log this is.
    pub agency: AgencyId,
    /// The charter under which it is kept.
    pub charter: CharterName,
    /// The log.
    pub origin: String,
    /// Its size at the checkpoint inside.
    pub size: TreeSize,
    /// When the bundle was made, by the node's clock; proves nothing.
    pub made_at: Timestamp,
    /// Number of listed parts.
    pub parts: u64,
    /// Which leaves are inside; every one where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<Scope>,
    /// For what the bodies inside were opened; none is inside where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bodies: Option<BodyUse>,
}

/// For what the bodies of a procedure were opened. The order of the variants is the format. Source: spec audit-49.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum BodyUse {
    /// For the work on a case: intelligence, not evidence.
    Work,
    /// For use in court.
    Court,
}

impl BodyUse {
    /// As it is written to people and in addresses.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Court => "court",
        }
    }

    /// Reads it.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Work, Self::Court].into_iter().find(|one| one.text() == text)
    }
}

/// Which leaves a bundle discloses. The order of the variants is the format. Source: spec audit-26.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Scope {
    /// Those at these places.
    Range {
        /// The first place.
        from: LeafIndex,
        /// The place after the last one.
        to: LeafIndex,
    },
    /// Those about a procedure.
    Procedure {
        /// Which.
        procedure: ProcedureId,
    },
    /// Those about the links with a peer.
    Peer {
        /// Which.
        peer: AgencyId,
    },
}

/// A listed part, as the manifest states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartEntry {
    /// Its path.
    pub path: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256 of its content.
    pub digest: Digest,
}

impl Encoded for Manifest {
    const BYTES_MAX: usize = 1024;
}

impl Encoded for PartEntry {
    const BYTES_MAX: usize = 512;
}

/// One part, by what it is. The order of the variants is the order in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The signed checkpoint of the log.
    Checkpoint,
    /// Checkpoints of this log that witnesses cosigned, of ascending sizes.
    Cosignatures,
    /// A version of the charter that was in force.
    Charter(CharterVersion),
    /// A version that got stuck and that a later one passes by.
    Rival(CharterVersion, Digest),
    /// A credential.
    Credential(AgencyId, Serial),
    /// The newest checkpoint held of each peer's log, in the order of agencies.
    PeerCheckpoints,
    /// The newest checkpoint of each peer's log that a quorum cosigned, in the order of agencies.
    PeerCosigned,
    /// A piece of evidence, by its digest.
    Evidence(Digest),
    /// A tile of hashes, with its width.
    Tile(TileId, usize),
    /// A bundle of leaves, by its place and width.
    Entries(u64, usize),
    /// The leaves in scope, each with its place.
    Leaves,
    /// The signed headers of received messages, in the order of their leaves.
    Headers,
    /// The dispatches that covered them and what was refused, in the order in which leaves first name them.
    Dispatches,
    /// The receipts that are held, in the order of their leaves.
    Receipts,
    /// The bodies of the messages in scope that were opened, in the order of their leaves.
    Bodies,
}

impl Part {
    /// Its path in the bundle. Source: spec audit-4.
    pub fn path(&self) -> String {
        // spec: audit-4
        match self {
            Self::Checkpoint => "checkpoint".into(),
            Self::Cosignatures => "cosignatures".into(),
            Self::Charter(version) => format!("charter/{version}.cbor"),
            Self::Rival(version, digest) => format!("charter/{version}-{digest}.cbor"),
            Self::Credential(agency, serial) => format!("credentials/{agency}-{serial}.cbor"),
            Self::PeerCheckpoints => "peer-checkpoints".into(),
            Self::PeerCosigned => "peer-cosigned".into(),
            Self::Evidence(digest) => format!("evidence/{digest}"),
            Self::Tile(id, width) => id.path(*width),
            Self::Entries(index, width) => tile::entries_path(*index, *width),
            Self::Leaves => "leaves".into(),
            Self::Headers => "headers".into(),
            Self::Dispatches => "dispatches".into(),
            Self::Receipts => "receipts".into(),
            Self::Bodies => "bodies".into(),
        }
    }

    /// Whether the manifest lists it; the bytes of any other part are fixed by the tree. Source: spec audit-3.
    pub const fn is_listed(&self) -> bool {
        !matches!(
            self,
            Self::Tile(..) | Self::Entries(..) | Self::Headers | Self::Dispatches | Self::Receipts
        )
    }
}

impl Part {
    /// Whether it is listed and stands among the parts that grow with the log.
    pub const fn is_late(&self) -> bool {
        matches!(self, Self::Leaves | Self::Bodies)
    }
}

/// The documents of a chain, each as the part that it is: versions first, then rivals, each in order.
pub fn charter_parts(chain: &Chain) -> impl Iterator<Item = (Part, &[u8])> {
    let part = |(version, digest): Place| match chain.version(version) {
        Some(held) if held.digest() == digest => Part::Charter(version),
        Some(_) | None => Part::Rival(version, digest),
    };
    let documents = chain.documents().map(move |(place, bytes)| (part(place), bytes));
    let mut parts: Vec<(Part, &[u8])> = documents.collect();
    parts.sort();
    parts.into_iter()
}

/// The parts that follow from what the manifest says alone: tiles, leaves, and the lists that leaves name.
pub fn grown_parts(
    size: TreeSize,
    scope: Option<&Scope>,
    bodies: Option<BodyUse>,
) -> impl Iterator<Item = Part> {
    let whole = scope.is_none();
    let tiles = tile::tiles_of(size).map(|(id, width)| Part::Tile(id, width));
    let entries = tile::bundles_of(size)
        .take_while(move |_| whole)
        .map(|(index, width)| Part::Entries(index, width));
    let leaves = (!whole).then_some(Part::Leaves);
    let lists = [Part::Headers, Part::Dispatches, Part::Receipts];
    tiles.chain(entries).chain(leaves).chain(lists).chain(bodies.map(|_| Part::Bodies))
}

/// What a manifest says: what the bundle is about, and its listed parts.
///
/// # Errors
/// When an item cannot be read, there are more or fewer than it says, the format is another one, or the scope cannot be.
pub fn read_manifest(bytes: &[u8]) -> Result<(Manifest, Vec<PartEntry>), Flaw> {
    let mut items = sequence::Items::new(bytes);
    let first = items.next_item()?.ok_or(Flaw::ManifestCount)?;
    // spec: audit-7, audit-41
    let format = codec::peek::<Beginning>(first).map(|beginning| beginning.format);
    if let Some(found) = format.filter(|found| *found != FORMAT) {
        return Err(Flaw::Format { found });
    }
    let manifest: Manifest = codec::decode(first).map_err(Flaw::Manifest)?;
    let possible = match &manifest.scope {
        None | Some(Scope::Procedure { .. }) => true,
        Some(Scope::Range { from, to }) => from < to && to.get() <= manifest.size.get(),
        Some(Scope::Peer { peer }) => *peer != manifest.agency,
    };
    // spec: audit-49
    let about_one = matches!(manifest.scope, Some(Scope::Procedure { .. }));
    if !possible || (manifest.bodies.is_some() && !about_one) {
        return Err(Flaw::Scope);
    }
    let mut entries = Vec::new();
    while let Some(item) = items.next_item()? {
        entries.push(codec::decode::<PartEntry>(item).map_err(Flaw::Manifest)?);
    }
    if u64::try_from(entries.len()) == Ok(manifest.parts) {
        Ok((manifest, entries))
    } else {
        Err(Flaw::ManifestCount)
    }
}

/// The first field, which stays where it is in every format.
#[derive(Deserialize)]
struct Beginning {
    format: u16,
}
