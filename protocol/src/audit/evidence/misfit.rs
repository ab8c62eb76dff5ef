//! Two trees without a common history, and how that is proven from hashes alone.
//!
//! Let a log sign (m, A) and (n, B). They fit if the first m leaves of the tree under B have the root A.
//! A tree of n leaves has one shape, so the hashes on a consistency path from m to n have one place each, and whoever
//! finds two paths that lead to B has found a collision of SHA-256. A path from (m, C) that leads to B therefore shows
//! that C is the root of those m leaves; with C ≠ A the checkpoints do not fit.
//!
//! - m = n: two roots at one size need no path.
//! - m is a power of two: C stands at the foot of the path and is not computed from it, so it must be in the file; a
//!   verifier climbs from it to B all the same.
//! - m = 0: there is one root of the empty tree, and everything begins with it. Nothing misfits.
//!
//! Absent on purpose: that an honest log can be framed. Whoever holds only honest checkpoints and paths finds C = A.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::proof;
use crate::log::proof::BadProof;

/// Why two checkpoints of one log do not fit. Source: spec evd-5, evd-6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Misfit {
    /// They are of one size and have different roots.
    SameSize,
    /// The newer tree begins otherwise than the older one.
    OtherBeginning {
        /// The root that the newer tree has over its first leaves, as many as the older one has.
        root: Digest,
        /// The consistency path from there to the newer root.
        path: Vec<Digest>,
    },
}

/// Size and root of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Number of leaves.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// Why a misfit is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoMisfit {
    /// The two are one tree, or not in ascending order of size and root.
    #[error("the two are the same, or not in their order")]
    Order,
    /// The proof shows that they fit, or is not one for these sizes.
    #[error("nothing is shown that does not fit")]
    Fits,
    /// The path does not lead to the newer root.
    #[error(transparent)]
    Proof(#[from] BadProof),
}

impl Shape {
    fn place(&self) -> (TreeSize, Digest) {
        (self.size, self.root)
    }
}

/// Puts two trees in the order in which a file names them.
pub fn in_order(a: Shape, b: Shape) -> (Shape, Shape) {
    if b.place() < a.place() { (b, a) } else { (a, b) }
}

/// Checks that the two trees have no common history.
///
/// # Errors
/// When they may have one, or the proof does not hold.
pub fn check(older: &Shape, newer: &Shape, misfit: &Misfit) -> Result<(), NoMisfit> {
    // spec: evd-4
    if older.place() >= newer.place() {
        return Err(NoMisfit::Order);
    }
    match misfit {
        // Everything begins with the empty tree.
        _ if older.size.get() == 0 => Err(NoMisfit::Fits),
        // The order of the two is strict, so at one size the roots differ.
        // spec: evd-5
        Misfit::SameSize if older.size == newer.size => Ok(()),
        Misfit::SameSize => Err(NoMisfit::Fits),
        // spec: evd-6
        Misfit::OtherBeginning { root, .. } if *root == older.root => Err(NoMisfit::Fits),
        Misfit::OtherBeginning { .. } if older.size == newer.size => Err(NoMisfit::Fits),
        Misfit::OtherBeginning { root, path } => {
            Ok(proof::verify_consistency(older.size, root, newer.size, &newer.root, path)?)
        }
    }
}

/// Looks for the proof that two trees do not fit, in a path that was to show that they do.
///
/// `seen` are hashes that the owner of the log showed of its newer tree; where the older size is a power of two the
/// path does not tell its own foot, and one of them may be it. `None` when nothing can be proven, which is no proof
/// that they fit.
pub fn find(older: &Shape, newer: &Shape, path: &[Digest], seen: &[Digest]) -> Option<Misfit> {
    let with = |root: Digest| Misfit::OtherBeginning { root, path: path.to_vec() };
    let shows = |misfit: &Misfit| check(older, newer, misfit).is_ok();
    if older.size == newer.size {
        return Some(Misfit::SameSize).filter(shows);
    }
    if let Ok(root) = proof::beginning(older.size, newer.size, &newer.root, path) {
        return Some(with(root)).filter(shows);
    }
    // Only a power of two is left to be tried; for any other size the path would have told.
    if !older.size.get().is_power_of_two() {
        return None;
    }
    seen.iter().copied().map(with).find(shows)
}

/// The hashes of the newer tree that an inclusion path in it shows.
///
/// The foot of a consistency path from 2^k is among them for every leaf below 2^(k+1): it is an ancestor of the leaf,
/// or the sibling of one.
pub fn seen(leaf: &[u8], index: LeafIndex, size: TreeSize, path: &[Digest]) -> Vec<Digest> {
    proof::shown(&hash::leaf_hash(leaf), index, size, path).unwrap_or_default()
}
