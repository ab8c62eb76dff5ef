//! Proofs of inclusion and of consistency: built from tiles, verified from nothing. Source: RFC 9162 section 2.1.
//!
//! Uses `hash`, `tile`. A proof can be built for any size up to the current one, because every subtree that it names
//! is complete in both. A root does not commit to its size: sizes and indices are to come from something signed.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tile::Tiles;

/// Why a proof could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError {
    /// The leaf is not in a tree of that size.
    #[error("leaf {index} is not in a tree of size {size}")]
    NoSuchLeaf {
        /// The leaf asked for.
        index: LeafIndex,
        /// The size asked for.
        size: TreeSize,
    },
    /// The old tree is larger than the new one.
    #[error("a tree of size {old} does not grow into one of size {new}")]
    Shrinks {
        /// The older size.
        old: TreeSize,
        /// The newer size.
        new: TreeSize,
    },
    /// A tile is not there.
    #[error("the tiles are incomplete")]
    Missing(#[from] MissingTile),
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProof {
    /// The leaf is not in a tree of the stated size.
    #[error("the index is not below the size")]
    NoSuchLeaf,
    /// The old tree is empty or larger than the new one: there is nothing that a path could prove.
    #[error("the old size is 0 or above the new size")]
    Sizes,
    /// The path has more or fewer hashes than the sizes demand.
    #[error("the path has the wrong length")]
    Length,
    /// The path leads to another root.
    #[error("the path leads to another root")]
    Root,
}

/// The path from a leaf to the root of the tree of `size`: the leaf's sibling first. Source: spec log-7.
///
/// # Errors
/// When there is no such leaf, or a tile is missing.
pub fn inclusion(
    tiles: &dyn Tiles,
    index: LeafIndex,
    size: TreeSize,
) -> Result<Vec<Digest>, ProveError> {
    if index.get() >= size.get() {
        return Err(ProveError::NoSuchLeaf { index, size });
    }
    // spec: log-7
    let (mut start, mut end) = (0, size.get());
    let mut path = Vec::new();
    while let Some(middle) = split(start, end) {
        if index.get() < middle {
            path.push(subtree(tiles, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(tiles, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The path that shows the tree of size `old` to be the beginning of the one of size `new`. Source: spec log-8.
///
/// Empty when the sizes are equal, and when `old` is 0, which proves nothing and needs no proof.
///
/// # Errors
/// When `old` is larger, or a tile is missing.
pub fn consistency(
    tiles: &dyn Tiles,
    old: TreeSize,
    new: TreeSize,
) -> Result<Vec<Digest>, ProveError> {
    if old > new {
        return Err(ProveError::Shrinks { old, new });
    }
    // spec: log-8
    let (old, mut start, mut end) = (old.get(), 0, new.get());
    let mut path = Vec::new();
    if old == 0 {
        return Ok(path);
    }
    while old != end {
        let Some(middle) = split(start, end) else { break };
        if old <= middle {
            path.push(subtree(tiles, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(tiles, start, middle)?);
            start = middle;
        }
    }
    // The verifier has the old root, so it is left out where it would be the first hash.
    if start > 0 {
        path.push(subtree(tiles, start, end)?);
    }
    path.reverse();
    Ok(path)
}

/// The root that the tree had at `size`.
///
/// # Errors
/// When a tile is missing.
pub fn root_at(tiles: &dyn Tiles, size: TreeSize) -> Result<Digest, MissingTile> {
    if size.get() == 0 { Ok(hash::EMPTY_ROOT) } else { subtree(tiles, 0, size.get()) }
}

/// Where a tree over these leaves splits: at the largest power of two below their number. `None` for a single leaf.
fn split(start: u64, end: u64) -> Option<u64> {
    let len = end.saturating_sub(start);
    if len < 2 { None } else { start.checked_add(len.div_ceil(2).checked_next_power_of_two()?) }
}

/// Root over the leaves from `start` up to `end`; `start` is a multiple of the power of two that holds them.
fn subtree(tiles: &dyn Tiles, start: u64, end: u64) -> Result<Digest, MissingTile> {
    let mut complete = Vec::new();
    let mut at = start;
    while at < end {
        let height = end.saturating_sub(at).ilog2();
        complete.push(complete_subtree(tiles, at, height)?);
        at = at.saturating_add(1_u64.checked_shl(height).unwrap_or(u64::MAX));
    }
    let last = complete.pop().unwrap_or(hash::EMPTY_ROOT);
    Ok(complete.iter().rfold(last, |right, left| hash::node_hash(left, &right)))
}

/// Root over the 2^height leaves from `start`: they lie within one tile of the level below.
fn complete_subtree(tiles: &dyn Tiles, start: u64, height: u32) -> Result<Digest, MissingTile> {
    let (level, within) = (height / 8, height % 8);
    let first = start.checked_shr(level.saturating_mul(8)).unwrap_or(0);
    let id = TileId { level: u8::try_from(level).unwrap_or(u8::MAX), index: first / 256 };
    let offset = usize::try_from(first % 256).unwrap_or(usize::MAX);
    let width = offset.saturating_add(1_usize.checked_shl(within).unwrap_or(usize::MAX));
    let hashes = tiles.hashes(id, width)?;
    hashes.get(offset..width).map(hash::root_over).ok_or(MissingTile { id, width })
}

/// Checks that a leaf stands at `index` in the tree of `size` with this root. Source: RFC 9162 section 2.1.3.2.
///
/// # Errors
/// When it does not, or the path has a hash too many or too few.
pub fn verify_inclusion(
    leaf: &Digest,
    index: LeafIndex,
    size: TreeSize,
    path: &[Digest],
    root: &Digest,
) -> Result<(), BadProof> {
    if root_of(leaf, index, size, path)? == *root { Ok(()) } else { Err(BadProof::Root) }
}

/// The root to which a path leads from a leaf at `index` of a tree of `size`. Source: RFC 9162 section 2.1.3.2.
///
/// # Errors
/// When the index is not below the size, or the path has a hash too many or too few.
pub fn root_of(
    leaf: &Digest,
    index: LeafIndex,
    size: TreeSize,
    path: &[Digest],
) -> Result<Digest, BadProof> {
    let mut climb = Climb::new(index.get(), size.get()).ok_or(BadProof::NoSuchLeaf)?;
    let mut here = *leaf;
    for sibling in path {
        here = match climb.step()? {
            Side::Left => hash::node_hash(sibling, &here),
            Side::Right => hash::node_hash(&here, sibling),
        };
    }
    climb.done()?;
    Ok(here)
}

/// Every hash of the tree that an inclusion path shows: the siblings, and what they make on the way up.
///
/// # Errors
/// When there is no such leaf, or the path is too long.
pub fn shown(
    leaf: &Digest,
    index: LeafIndex,
    size: TreeSize,
    path: &[Digest],
) -> Result<Vec<Digest>, BadProof> {
    let mut climb = Climb::new(index.get(), size.get()).ok_or(BadProof::NoSuchLeaf)?;
    let mut here = *leaf;
    let mut seen = Vec::from([here]);
    for sibling in path {
        here = match climb.step()? {
            Side::Left => hash::node_hash(sibling, &here),
            Side::Right => hash::node_hash(&here, sibling),
        };
        seen.extend([*sibling, here]);
    }
    Ok(seen)
}

/// Checks that the tree with the old root is the beginning of the one with the new root.
///
/// Shape: the old size is at least 1. Source: RFC 9162 section 2.1.4.2, spec log-9.
///
/// # Errors
/// When it is not, when the path has a hash too many or too few, and when the old size is 0.
pub fn verify_consistency(
    old: TreeSize,
    old_root: &Digest,
    new: TreeSize,
    new_root: &Digest,
    path: &[Digest],
) -> Result<(), BadProof> {
    // spec: log-9
    let climb = match old.get().checked_sub(1) {
        Some(last) if old <= new => Climb::new(last, new.get()).ok_or(BadProof::Sizes)?,
        Some(_) | None => return Err(BadProof::Sizes),
    };
    if old == new {
        return match path {
            [] if old_root == new_root => Ok(()),
            [] => Err(BadProof::Root),
            _ => Err(BadProof::Length),
        };
    }
    let (then, now) = both_roots(climb, old, old_root, path)?;
    if then == *old_root && now == *new_root { Ok(()) } else { Err(BadProof::Root) }
}

/// The root of the first `old` leaves of the tree with the new root, read off a consistency path alone.
///
/// Every path that leads to the new root shows it, except where `old` is a power of two: there the old root is what
/// the verifier has to bring. Shape: `old` is at least 1 and below `new`. Source: RFC 9162 section 2.1.4.2.
///
/// # Errors
/// When the path does not lead to the new root, has another length, or does not tell.
pub fn beginning(
    old: TreeSize,
    new: TreeSize,
    new_root: &Digest,
    path: &[Digest],
) -> Result<Digest, BadProof> {
    let climb = match old.get().checked_sub(1) {
        Some(last) if old < new && !old.get().is_power_of_two() => {
            Climb::new(last, new.get()).ok_or(BadProof::Sizes)?
        }
        Some(_) | None => return Err(BadProof::Sizes),
    };
    let (then, now) = both_roots(climb, old, new_root, path)?;
    if now == *new_root { Ok(then) } else { Err(BadProof::Root) }
}

/// The old and the new root to which a consistency path leads; where `old` is a power of two it begins at `old_root`.
fn both_roots(
    mut climb: Climb,
    old: TreeSize,
    old_root: &Digest,
    path: &[Digest],
) -> Result<(Digest, Digest), BadProof> {
    climb.skip_right_children();
    let (seed, path) = if old.get().is_power_of_two() {
        (*old_root, path)
    } else {
        path.split_first().map(|(first, rest)| (*first, rest)).ok_or(BadProof::Length)?
    };
    let (mut then, mut now) = (seed, seed);
    for sibling in path {
        match climb.step()? {
            Side::Left => {
                then = hash::node_hash(sibling, &then);
                now = hash::node_hash(sibling, &now);
            }
            Side::Right => now = hash::node_hash(&now, sibling),
        }
    }
    climb.done()?;
    Ok((then, now))
}

/// The way from a leaf to the root: where it is in its level, and where the level's last node is.
struct Climb {
    here: u64,
    last: u64,
}

/// On which side the sibling stands.
enum Side {
    Left,
    Right,
}

impl Climb {
    fn new(index: u64, size: u64) -> Option<Self> {
        let last = size.checked_sub(1)?;
        (index <= last).then_some(Self { here: index, last })
    }

    /// Takes the next sibling, and goes to the next level where there is one.
    fn step(&mut self) -> Result<Side, BadProof> {
        if self.last == 0 {
            return Err(BadProof::Length);
        }
        let side =
            if self.here % 2 == 1 || self.here == self.last { Side::Left } else { Side::Right };
        if self.here.is_multiple_of(2) && self.here == self.last {
            // The last node of a level without a sibling is that of the next level as well.
            let lonely = self.here.trailing_zeros();
            self.rise(lonely);
        }
        self.rise(1);
        Ok(side)
    }

    fn skip_right_children(&mut self) {
        let rights = self.here.trailing_ones();
        self.rise(rights);
    }

    fn rise(&mut self, levels: u32) {
        self.here = self.here.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }

    /// The root was reached, with no hash missing.
    const fn done(&self) -> Result<(), BadProof> {
        if self.last == 0 { Ok(()) } else { Err(BadProof::Length) }
    }
}
