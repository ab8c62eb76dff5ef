//! The tree of one's own log, as it grows: its right edge, kept as partial tiles.
//!
//! Uses `hash`, `tile`. Holds at most 255 hashes for each level, whatever the size; full tiles are handed out once,
//! when they fill, and are the caller's to keep.
//!
//! - `log-inv-1`: the partial tile of level *l* holds ⌊size / 256^*l*⌋ mod 256 hashes.

use alloc::vec::Vec;
use core::fmt;
use core::mem;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::limits::TILE_HASHES;
use crate::log::hash;
use crate::log::tile::FullTile;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;

/// A growing Merkle tree. Source: RFC 9162 section 2.1, spec log-1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    size: u64,
    /// The partial tile of each level, from the leaves; the highest is not empty.
    edge: Vec<Vec<Digest>>,
}

/// The partial tiles do not belong to a tree of that size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("level {level} of the edge of a tree of size {size} holds {should} hashes, found {found}")]
pub struct BadEdge {
    /// The size stated.
    pub size: u64,
    /// The first level that is wrong.
    pub level: usize,
    /// Hashes that belong there.
    pub should: usize,
    /// Hashes found.
    pub found: usize,
}

/// A tree's partial tiles laid over the full tiles that are kept elsewhere.
pub struct Overlay<'a> {
    tree: &'a Tree,
    full: &'a dyn FullTiles,
}

impl Tree {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, edge: Vec::new() }
    }

    /// The tree with this size and these partial tiles, level 0 first; empty levels at the top may be left out.
    ///
    /// # Errors
    /// When a level has another number of hashes than the size says. Whether they are the right ones shows in the
    /// root, which the caller compares with a signed one.
    pub fn from_edge(size: TreeSize, mut edge: Vec<Vec<Digest>>) -> Result<Self, BadEdge> {
        // spec: log-3
        let size = size.get();
        for level in 0..edge.len().max(8) {
            let should = width_at(size, level);
            let found = edge.get(level).map_or(0, Vec::len);
            if should != found {
                return Err(BadEdge { size, level, should, found });
            }
        }
        while edge.last().is_some_and(Vec::is_empty) {
            edge.pop();
        }
        Ok(Self { size, edge })
    }

    /// Appends a leaf; gives its place and the tiles that it filled, from the leaves up.
    pub fn append(&mut self, leaf: &[u8]) -> (LeafIndex, Vec<FullTile>) {
        self.append_hash(hash::leaf_hash(leaf))
    }

    /// Appends a leaf by its hash; gives its place and the tiles that it filled, from the leaves up.
    pub fn append_hash(&mut self, leaf: Digest) -> (LeafIndex, Vec<FullTile>) {
        let place = LeafIndex::new(self.size);
        self.size = self.size.saturating_add(1);
        let mut filled = Vec::new();
        let mut rising = leaf;
        for level in 0_u8..8 {
            let Some(hashes) = self.level_mut(level) else { break };
            hashes.push(rising);
            if hashes.len() < TILE_HASHES {
                break;
            }
            let hashes = mem::take(hashes);
            rising = hash::root_over(&hashes);
            let index = place
                .get()
                .checked_shr(u32::from(level).saturating_add(1).saturating_mul(8))
                .unwrap_or(0);
            filled.push(FullTile { id: TileId { level, index }, hashes });
        }
        (place, filled)
    }

    fn level_mut(&mut self, level: u8) -> Option<&mut Vec<Digest>> {
        let level = usize::from(level);
        if self.edge.len() == level {
            self.edge.push(Vec::new());
        }
        self.edge.get_mut(level)
    }

    /// Number of leaves.
    pub const fn size(&self) -> TreeSize {
        TreeSize::new(self.size)
    }

    /// Root over all leaves; [`hash::EMPTY_ROOT`] when there is none.
    pub fn root(&self) -> Digest {
        let mut lower: Option<Digest> = None;
        for hashes in &self.edge {
            let mut hashes = hashes.clone();
            hashes.extend(lower);
            lower = if hashes.is_empty() { None } else { Some(hash::root_over(&hashes)) };
        }
        lower.unwrap_or(hash::EMPTY_ROOT)
    }

    /// The partial tiles, level 0 first: what [`Tree::from_edge`] takes.
    pub fn edge(&self) -> &[Vec<Digest>] {
        &self.edge
    }

    /// This tree's partial tiles over the full ones kept elsewhere: all that proofs need.
    pub const fn over<'a>(&'a self, full: &'a dyn FullTiles) -> Overlay<'a> {
        Overlay { tree: self, full }
    }
}

fn width_at(size: u64, level: usize) -> usize {
    let shift = u32::try_from(level).unwrap_or(u32::MAX).saturating_mul(8);
    usize::try_from(size.checked_shr(shift).unwrap_or(0) % 256).unwrap_or(0)
}

impl Tiles for Overlay<'_> {
    fn hashes(&self, id: TileId, width: usize) -> Result<Vec<Digest>, MissingTile> {
        let missing = MissingTile { id, width };
        let height = u32::from(id.level).saturating_add(1).saturating_mul(8);
        let full_here = self.tree.size.checked_shr(height).unwrap_or(0);
        let mut hashes = if id.index < full_here {
            self.full.full(id)?
        } else if id.index == full_here {
            self.tree.edge.get(usize::from(id.level)).cloned().ok_or(missing)?
        } else {
            return Err(missing);
        };
        if hashes.len() < width {
            return Err(missing);
        }
        hashes.truncate(width);
        Ok(hashes)
    }
}

impl fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Overlay({})", self.tree.size)
    }
}
