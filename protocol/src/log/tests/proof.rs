//! Verification: what holds, and every refusal.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::proof;
use crate::log::proof::BadProof;
use crate::log::proof::ProveError;
use crate::log::tests;
use crate::log::tests::Kept;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tree::Tree;

const BOUNDARIES: [u64; 8] = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537];

struct Log {
    tree: Tree,
    kept: Kept,
}

impl Log {
    fn of(size: u64) -> Self {
        let (tree, kept) = tests::grown(size);
        Self { tree, kept }
    }

    fn root(&self, size: u64) -> Digest {
        proof::root_at(&self.tree.over(&self.kept), TreeSize::new(size)).unwrap()
    }

    fn inclusion(&self, index: u64, size: u64) -> Vec<Digest> {
        proof::inclusion(&self.tree.over(&self.kept), LeafIndex::new(index), TreeSize::new(size))
            .unwrap()
    }

    fn consistency(&self, old: u64, new: u64) -> Vec<Digest> {
        proof::consistency(&self.tree.over(&self.kept), TreeSize::new(old), TreeSize::new(new))
            .unwrap()
    }
}

fn included(index: u64, size: u64, path: &[Digest], root: &Digest) -> Result<(), BadProof> {
    let leaf = hash::leaf_hash(&tests::leaf(index));
    proof::verify_inclusion(&leaf, LeafIndex::new(index), TreeSize::new(size), path, root)
}

fn consistent(old: (u64, Digest), new: (u64, Digest), path: &[Digest]) -> Result<(), BadProof> {
    proof::verify_consistency(TreeSize::new(old.0), &old.1, TreeSize::new(new.0), &new.1, path)
}

#[test]
fn proofs_hold_at_the_boundaries_of_tiles() {
    // shows: log-7, log-8, log-9
    let log = Log::of(65_537);

    for size in BOUNDARIES {
        assert_eq!(
            log.root(size),
            Log::of(size).tree.root(),
            "a partial tile of an older size is a prefix"
        );
        for index in BOUNDARIES.iter().map(|size| size - 1).filter(|index| *index < size) {
            assert_eq!(
                included(index, size, &log.inclusion(index, size), &log.root(size)),
                Ok(()),
                "{index} of {size}"
            );
        }
        for old in BOUNDARIES.into_iter().filter(|old| *old <= size) {
            let path = log.consistency(old, size);
            assert_eq!(
                consistent((old, log.root(old)), (size, log.root(size)), &path),
                Ok(()),
                "{old} to {size}"
            );
        }
    }
}

#[test]
fn a_tree_of_one_leaf_has_an_empty_proof() {
    let log = Log::of(1);
    assert_eq!(log.inclusion(0, 1), []);
    assert_eq!(included(0, 1, &[], &log.root(1)), Ok(()));
}

#[test]
fn any_change_to_an_inclusion_proof_is_refused() {
    // shows: log-9
    let log = Log::of(300);
    for (index, size) in
        [(0, 1), (0, 2), (1, 3), (2, 3), (7, 8), (255, 256), (256, 257), (299, 300), (128, 300)]
    {
        let (path, root) = (log.inclusion(index, size), log.root(size));
        assert_eq!(included(index, size, &path, &root), Ok(()));

        let surplus: Vec<Digest> = path.iter().copied().chain([root]).collect();
        assert_eq!(
            included(index, size, &surplus, &root),
            Err(BadProof::Length),
            "one hash too many"
        );
        let leading: Vec<Digest> = [root].into_iter().chain(path.iter().copied()).collect();
        assert!(included(index, size, &leading, &root).is_err(), "one hash in front");
        assert_eq!(
            included(index, size, &path, &hash::EMPTY_ROOT),
            Err(BadProof::Root),
            "another root"
        );
        assert_eq!(
            included(index, index, &path, &root),
            Err(BadProof::NoSuchLeaf),
            "a size that ends before the leaf"
        );
        if let Some((_, short)) = path.split_last() {
            assert_eq!(
                included(index, size, short, &root),
                Err(BadProof::Length),
                "one hash too few"
            );
        }
        for at in 0..path.len() {
            let mut changed = path.clone();
            changed[at] = root;
            assert_eq!(
                included(index, size, &changed, &root),
                Err(BadProof::Root),
                "hash {at} changed"
            );
        }
        for other in (0..size).filter(|other| *other != index) {
            let leaf = hash::leaf_hash(&tests::leaf(index));
            let moved = proof::verify_inclusion(
                &leaf,
                LeafIndex::new(other),
                TreeSize::new(size),
                &path,
                &root,
            );
            assert!(moved.is_err(), "the leaf at {index} is not at {other}");
        }
    }
}

#[test]
fn any_change_to_a_consistency_proof_is_refused() {
    // shows: log-9
    let log = Log::of(300);
    for (old, new) in [
        (1, 2),
        (1, 3),
        (2, 3),
        (3, 4),
        (6, 8),
        (4, 8),
        (255, 256),
        (256, 257),
        (200, 300),
        (299, 300),
    ] {
        let (path, then, now) = (log.consistency(old, new), log.root(old), log.root(new));
        assert_eq!(consistent((old, then), (new, now), &path), Ok(()));

        let surplus: Vec<Digest> = path.iter().copied().chain([now]).collect();
        assert_eq!(
            consistent((old, then), (new, now), &surplus),
            Err(BadProof::Length),
            "one hash too many"
        );
        assert_eq!(
            consistent((old, now), (new, now), &path),
            Err(BadProof::Root),
            "another old root"
        );
        assert_eq!(
            consistent((old, then), (new, then), &path),
            Err(BadProof::Root),
            "another new root"
        );
        assert!(consistent((old, then), (new, now), &[]).is_err(), "no path");
        let (_, short) = path.split_last().unwrap();
        assert_eq!(
            consistent((old, then), (new, now), short),
            Err(BadProof::Length),
            "one hash too few"
        );
        for at in 0..path.len() {
            let mut changed = path.clone();
            changed[at] = hash::EMPTY_ROOT;
            assert_eq!(
                consistent((old, then), (new, now), &changed),
                Err(BadProof::Root),
                "hash {at} changed"
            );
        }
    }
}

#[test]
fn sizes_that_nothing_can_be_proven_for_are_refused() {
    // shows: log-9
    let log = Log::of(5);
    let root = log.root(5);

    assert_eq!(consistent((5, root), (5, root), &[]), Ok(()));
    assert_eq!(consistent((5, root), (5, root), &[root]), Err(BadProof::Length));
    assert_eq!(
        consistent((5, root), (5, log.root(4)), &[]),
        Err(BadProof::Root),
        "same size, another branch"
    );
    assert_eq!(
        consistent((5, root), (4, log.root(4)), &[]),
        Err(BadProof::Sizes),
        "a tree that shrinks"
    );
    assert_eq!(
        consistent((0, hash::EMPTY_ROOT), (5, root), &[]),
        Err(BadProof::Sizes),
        "nothing is in everything"
    );
    assert_eq!(consistent((0, hash::EMPTY_ROOT), (0, hash::EMPTY_ROOT), &[]), Err(BadProof::Sizes));
    assert_eq!(included(0, 0, &[], &hash::EMPTY_ROOT), Err(BadProof::NoSuchLeaf));
}

#[test]
fn proofs_that_cannot_be_built_say_why() {
    let (tree, kept) = tests::grown(300);
    let tiles = tree.over(&kept);
    let (small, large) = (TreeSize::new(300), TreeSize::new(301));

    let none = proof::inclusion(&tiles, LeafIndex::new(300), small);
    assert_eq!(none, Err(ProveError::NoSuchLeaf { index: LeafIndex::new(300), size: small }));
    assert_eq!(
        proof::consistency(&tiles, large, small),
        Err(ProveError::Shrinks { old: large, new: small })
    );
    assert_eq!(proof::consistency(&tiles, TreeSize::new(0), small), Ok(Vec::new()));

    let beyond = MissingTile { id: TileId { level: 0, index: 1 }, width: 45 };
    assert_eq!(proof::root_at(&tiles, large), Err(beyond));
    let far = MissingTile { id: TileId { level: 2, index: 0 }, width: 1 };
    assert_eq!(proof::root_at(&tiles, TreeSize::new(1 << 16)), Err(far));

    let nothing = Kept::default();
    let lost = MissingTile { id: TileId { level: 0, index: 0 }, width: 256 };
    let path = proof::inclusion(&tree.over(&nothing), LeafIndex::new(0), small);
    assert_eq!(path, Err(ProveError::Missing(lost)));
}
