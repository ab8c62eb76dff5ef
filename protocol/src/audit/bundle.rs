//! What stands in a bundle, in which order, under which path; and the first look at one: is every byte accounted for?
//!
//! Uses `ustar`. Every part follows from the log's size and from the parts before it, so that a bundle of one log at
//! one checkpoint has one form (audit-3 … audit-6).

pub mod sequence;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::audit::finding::Finding;
use crate::audit::finding::Flaw;
use crate::audit::ustar;
use crate::audit::ustar::ArchiveError;
use crate::codec;
use crate::codec::Encoded;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::tile;
use crate::log::tile::TileId;
use crate::moment::Timestamp;

/// The format of bundles that this crate writes and reads.
pub const FORMAT: u16 = 1;

/// The first part.
pub const MANIFEST: &str = "manifest.cbor";

/// The last part.
pub const DIGEST: &str = "digest";

/// What a bundle is about. The first item of the manifest; one [`PartEntry`] for each part follows it.
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
    /// Number of parts between the manifest and the digest.
    pub parts: u64,
}

/// One part of a bundle, as the manifest states it.
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
    /// A tile of hashes, with its width.
    Tile(TileId, usize),
    /// A bundle of leaves, by its place and width.
    Entries(u64, usize),
    /// A version of the charter.
    Charter(CharterVersion),
    /// A credential.
    Credential(AgencyId, Serial),
    /// The signed headers of received messages, in the order of their leaves.
    Headers,
    /// The dispatches that covered them and what was refused, in the order in which leaves first name them.
    Dispatches,
    /// The receipts that are held, in the order of their leaves.
    Receipts,
    /// The newest checkpoint held of each peer's log, in the order of agencies.
    PeerCheckpoints,
}

impl Part {
    /// Its path in the bundle. Source: spec audit-4.
    pub fn path(&self) -> String {
        // spec: audit-4
        match self {
            Self::Checkpoint => "checkpoint".into(),
            Self::Tile(id, width) => id.path(*width),
            Self::Entries(index, width) => tile::entries_path(*index, *width),
            Self::Charter(version) => format!("charter/{version}.cbor"),
            Self::Credential(agency, serial) => format!("credentials/{agency}-{serial}.cbor"),
            Self::Headers => "headers".into(),
            Self::Dispatches => "dispatches".into(),
            Self::Receipts => "receipts".into(),
            Self::PeerCheckpoints => "peer-checkpoints".into(),
        }
    }
}

/// The parts that follow from the size alone: checkpoint, tiles, entries.
pub fn tree_parts(size: TreeSize) -> impl Iterator<Item = Part> {
    let tiles = tile::tiles_of(size).map(|(id, width)| Part::Tile(id, width));
    let entries = tile::bundles_of(size).map(|(index, width)| Part::Entries(index, width));
    core::iter::once(Part::Checkpoint).chain(tiles).chain(entries)
}

/// The parts that stand at the end of every bundle.
pub const LAST_PARTS: [Part; 4] =
    [Part::Headers, Part::Dispatches, Part::Receipts, Part::PeerCheckpoints];

/// A bundle in which every byte is accounted for; what the parts say is not yet believed.
#[derive(Clone, Debug)]
pub struct Bundle<'a> {
    manifest: Manifest,
    parts: Vec<(String, &'a [u8])>,
}

impl<'a> Bundle<'a> {
    /// What the bundle says it is about.
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The parts between the manifest and the digest, in order.
    pub fn parts(&self) -> &[(String, &'a [u8])] {
        &self.parts
    }
}

/// Reads a bundle: the container, the manifest, the digest of every part, the digest of the whole.
///
/// # Errors
/// The first thing that is not as it must be.
pub fn read(bytes: &[u8]) -> Result<Bundle<'_>, Finding> {
    let mut members = ustar::Reader::new(bytes);
    let first = next(&mut members)?;
    if first.path != MANIFEST {
        return Err(Finding::of(&first.path, Flaw::PartPath { expected: MANIFEST.into() }));
    }
    let (manifest, entries) =
        read_manifest(first.content).map_err(|flaw| Finding::of(MANIFEST, flaw))?;
    let mut parts = Vec::new();
    // spec: audit-3
    for entry in entries {
        let member = next(&mut members)?;
        if member.path != entry.path {
            return Err(Finding::of(&member.path, Flaw::PartPath { expected: entry.path }));
        }
        if u64::try_from(member.content.len()) != Ok(entry.length) {
            return Err(Finding::of(&entry.path, Flaw::PartLength { expected: entry.length }));
        }
        if digest::sha256(member.content) != entry.digest {
            return Err(Finding::of(&entry.path, Flaw::PartDigest));
        }
        parts.push((entry.path, member.content));
    }
    let last = next(&mut members)?;
    if last.path != DIGEST {
        return Err(Finding::of(&last.path, Flaw::PartPath { expected: DIGEST.into() }));
    }
    // spec: audit-6
    let before = bytes.get(..last.at).unwrap_or_default();
    if last.content != digest::sha256(before).as_bytes() {
        return Err(Finding::of(DIGEST, Flaw::BundleDigest));
    }
    match members.next_member().map_err(in_archive)? {
        None => Ok(Bundle { manifest, parts }),
        Some(surplus) => Err(Finding::of(&surplus.path, Flaw::Surplus)),
    }
}

fn next<'a>(members: &mut ustar::Reader<'a>) -> Result<ustar::Member<'a>, Finding> {
    members.next_member().map_err(in_archive)?.ok_or_else(|| Finding::of("archive", Flaw::Ended))
}

fn in_archive(error: ArchiveError) -> Finding {
    Finding::of("archive", Flaw::Archive(error))
}

fn read_manifest(bytes: &[u8]) -> Result<(Manifest, Vec<PartEntry>), Flaw> {
    let mut items = sequence::Items::new(bytes);
    let first = items.next_item()?.ok_or(Flaw::ManifestCount)?;
    let manifest: Manifest = codec::decode(first).map_err(Flaw::Manifest)?;
    // spec: audit-7
    if manifest.format != FORMAT {
        return Err(Flaw::Format { found: manifest.format });
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
