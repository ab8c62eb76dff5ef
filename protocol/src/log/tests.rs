//! Shown against a naive model, a second implementation and published examples.

mod cosignature;
mod leaf;
mod note;
mod policy;
mod proof;
mod tile;
mod tlog_proof;
mod tree;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::tile::FullTile;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tree::Tree;

/// Full tiles in memory.
#[derive(Debug, Default)]
pub(super) struct Kept(BTreeMap<TileId, Vec<Digest>>);

impl Kept {
    pub(super) fn keep(&mut self, filled: Vec<FullTile>) {
        for tile in filled {
            assert!(self.0.insert(tile.id, tile.hashes).is_none(), "a tile fills once");
        }
    }
}

impl FullTiles for Kept {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.0.get(&id).cloned().ok_or(MissingTile { id, width: 256 })
    }
}

/// A tree of `size` leaves, each the decimal of its place, with its full tiles.
pub(super) fn grown(size: u64) -> (Tree, Kept) {
    let (mut tree, mut kept) = (Tree::new(), Kept::default());
    for index in 0..size {
        let (at, filled) = tree.append(&leaf(index));
        assert_eq!(at, LeafIndex::new(index));
        kept.keep(filled);
    }
    assert_eq!(tree.size(), TreeSize::new(size));
    (tree, kept)
}

pub(super) fn leaf(index: u64) -> Vec<u8> {
    alloc::format!("{index}").into_bytes()
}

/// RFC 9162 section 2.1, word for word: hash of a list of leaf hashes.
fn naive_root(leaves: &[Digest]) -> Digest {
    match leaves.len() {
        0 => crate::crypto::digest::sha256(b""),
        1 => leaves[0],
        n => {
            let k = below(n);
            hash::node_hash(&naive_root(&leaves[..k]), &naive_root(&leaves[k..]))
        }
    }
}

fn naive_path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    let n = leaves.len();
    if n == 1 {
        return Vec::new();
    }
    let k = below(n);
    let (mut path, sibling) = if m < k {
        (naive_path(m, &leaves[..k]), naive_root(&leaves[k..]))
    } else {
        (naive_path(m - k, &leaves[k..]), naive_root(&leaves[..k]))
    };
    path.push(sibling);
    path
}

#[derive(Clone, Copy, PartialEq)]
enum OldRoot {
    Known,
    Unknown,
}

fn naive_consistency(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    naive_subproof(m, leaves, OldRoot::Known)
}

fn naive_subproof(m: usize, leaves: &[Digest], old: OldRoot) -> Vec<Digest> {
    let n = leaves.len();
    if m == n {
        return if old == OldRoot::Known { Vec::new() } else { [naive_root(leaves)].into() };
    }
    let k = below(n);
    let (mut path, sibling) = if m <= k {
        (naive_subproof(m, &leaves[..k], old), naive_root(&leaves[k..]))
    } else {
        (naive_subproof(m - k, &leaves[k..], OldRoot::Unknown), naive_root(&leaves[..k]))
    };
    path.push(sibling);
    path
}

/// The largest power of two below `n`.
fn below(n: usize) -> usize {
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    k
}

fn leaf_hashes(count: u64) -> Vec<Digest> {
    (0..count).map(|index| hash::leaf_hash(&leaf(index))).collect()
}
