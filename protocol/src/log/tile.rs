//! Hash tiles and entry bundles: how a tree is cut into files. Source: C2SP tlog-tiles, spec log-4.
//!
//! A tile of level *l* holds up to 256 hashes of height 8·*l*; the last one of a level may be partial, and hashes of
//! a partial tile are never hashed upwards by it. Entry bundles hold the leaves that a tile of level 0 hashes.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::crypto::digest::Digest;
use crate::ids::TreeSize;
use crate::limits::TILE_HASHES;

/// Names a tile. Shape: level 0 at the leaves, at most 7 in a tree of 64-bit size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// Level; its hashes have the height 8 · level.
    pub level: u8,
    /// Place in the level, from 0.
    pub index: u64,
}

/// A tile with all its 256 hashes, which never changes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FullTile {
    /// Which.
    pub id: TileId,
    /// 256 hashes.
    pub hashes: Vec<Digest>,
}

/// Hashes were asked for that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tile {id} of width {width} is missing")]
pub struct MissingTile {
    /// Which tile.
    pub id: TileId,
    /// How many of its hashes.
    pub width: usize,
}

/// Where hashes come from when a proof is built.
pub trait Tiles {
    /// The first `width` hashes of a tile.
    ///
    /// # Errors
    /// When the tile is not there, or not that wide.
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile>;
}

/// Where full tiles are kept.
pub trait FullTiles {
    /// The 256 hashes of a full tile.
    ///
    /// # Errors
    /// When it is not there.
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile>;
}

/// Why bytes are not the entry bundle that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// Fewer leaves than the bundle must hold, or the last one is cut.
    #[error("the bundle ends within leaf {leaf}")]
    Truncated {
        /// Place in the bundle.
        leaf: usize,
    },
    /// Bytes follow the last leaf.
    #[error("bytes follow the last leaf")]
    Trailing,
}

/// A leaf is longer than an entry bundle can count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a leaf has at most 65535 bytes, this one has {len}")]
pub struct LeafTooLong {
    /// Bytes found.
    pub len: usize,
}

impl TileId {
    /// The path of the tile with this many hashes. Shape: `tile/<level>/<place>[.p/<width>]`. Source: spec log-4.
    pub fn path(self, width: usize) -> String {
        format!("tile/{}/{}", self.level, place(self.index, width))
    }
}

impl fmt::Display for TileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.level, self.index)
    }
}

/// The path of an entry bundle with this many leaves. Shape: `tile/entries/<place>[.p/<width>]`. Source: spec log-4.
pub fn entries_path(index: u64, width: usize) -> String {
    format!("tile/entries/{}", place(index, width))
}

/// Three digits in each group, all but the last with an `x` in front; a width only where the tile is partial.
fn place(index: u64, width: usize) -> String {
    // spec: log-4
    let mut text = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        text = format!("x{:03}/{text}", rest % 1000);
        rest /= 1000;
    }
    if width < TILE_HASHES { format!("{text}.p/{width}") } else { text }
}

/// Every tile of a tree of this size with its width: by level, then by place. Source: spec log-4.
pub fn tiles_of(size: TreeSize) -> impl Iterator<Item = (TileId, usize)> {
    (0_u8..8).flat_map(move |level| {
        let hashes = size.get().checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0);
        cut(hashes).map(move |(index, width)| (TileId { level, index }, width))
    })
}

/// Every entry bundle of a tree of this size, by place, with the number of its leaves. Source: spec log-4.
pub fn bundles_of(size: TreeSize) -> impl Iterator<Item = (u64, usize)> {
    cut(size.get())
}

/// Places and widths when `count` things are cut into runs of 256; no run is empty.
fn cut(count: u64) -> impl Iterator<Item = (u64, usize)> {
    // spec: log-5
    (0..count.div_ceil(256)).map(move |index| {
        let left = count.saturating_sub(index.saturating_mul(256));
        (index, usize::try_from(left).unwrap_or(TILE_HASHES).min(TILE_HASHES))
    })
}

/// The bytes of a tile: its hashes one after the other.
pub fn hash_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.as_bytes().iter().copied()).collect()
}

/// Reads the bytes of a tile; `None` when they are not whole hashes.
pub fn hashes_from(bytes: &[u8]) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    rest.is_empty().then(|| hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// Writes an entry bundle: each leaf after its length in two bytes, the higher first.
///
/// # Errors
/// When a leaf is longer than that can say.
pub fn write_bundle<L: AsRef<[u8]>>(leaves: &[L]) -> Result<Vec<u8>, LeafTooLong> {
    // spec: log-6
    let mut bundle = Vec::new();
    for leaf in leaves.iter().map(AsRef::as_ref) {
        let len = u16::try_from(leaf.len()).map_err(|_| LeafTooLong { len: leaf.len() })?;
        bundle.extend_from_slice(&len.to_be_bytes());
        bundle.extend_from_slice(leaf);
    }
    Ok(bundle)
}

/// Reads an entry bundle of exactly `width` leaves.
///
/// # Errors
/// When the bytes hold fewer or go on.
pub fn read_bundle(bytes: &[u8], width: usize) -> Result<Vec<&[u8]>, BundleError> {
    let mut leaves = Vec::new();
    let mut rest = bytes;
    for leaf in 0..width {
        let truncated = BundleError::Truncated { leaf };
        let (len, after) = rest.split_first_chunk::<2>().ok_or(truncated)?;
        let (entry, after) =
            after.split_at_checked(usize::from(u16::from_be_bytes(*len))).ok_or(truncated)?;
        leaves.push(entry);
        rest = after;
    }
    if rest.is_empty() { Ok(leaves) } else { Err(BundleError::Trailing) }
}
