//! The growing tree.

use alloc::vec;
use alloc::vec::Vec;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use sha2_for_oracle::Sha256;

use crate::crypto::digest::Digest;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::proof;
use crate::log::tests;
use crate::log::tile::TileId;
use crate::log::tree::BadEdge;
use crate::log::tree::Tree;

/// The digest that the second implementation is built for.
mod sha2_for_oracle {
    pub(super) use sha2::Sha256;
}

#[test]
fn the_empty_tree_has_the_hash_of_nothing() {
    // shows: log-2
    assert_eq!(Tree::new().root(), hash::EMPTY_ROOT);
    assert_eq!(hash::EMPTY_ROOT, crate::crypto::digest::sha256(b""));
}

#[test]
fn the_tree_of_the_first_certificate_logs_has_its_published_roots() {
    // shows: log-1
    // The eight leaves of the tests that came with RFC 6962, and the roots after each.
    let leaves: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[
            0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d,
            0x6e, 0x6f,
        ],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    let mut tree = Tree::new();
    for (leaf, root) in leaves.iter().zip(roots) {
        tree.append(leaf);
        assert_eq!(tree.root(), Digest::parse(root).unwrap());
    }
}

#[test]
fn roots_agree_with_the_definition_at_every_size_up_to_600() {
    // shows: log-1, log-3
    let hashes = tests::leaf_hashes(600);
    let (mut tree, mut kept) = (Tree::new(), tests::Kept::default());

    for size in 0..=600_usize {
        let root = tests::naive_root(&hashes[..size]);
        assert_eq!(tree.root(), root, "size {size}");
        let at = TreeSize::new(u64::try_from(size).unwrap());
        assert_eq!(proof::root_at(&tree.over(&kept), at), Ok(root));
        kept.keep(tree.append(&tests::leaf(at.get())).1);
    }
}

#[test]
fn roots_and_proofs_agree_with_a_second_implementation() {
    // shows: promise-10
    // shows: log-1, log-7, log-8
    for size in [1_u64, 2, 3, 255, 256, 257, 511, 512, 513, 700] {
        let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|index| oracle.push(tests::leaf(index)));
        let (tree, kept) = tests::grown(size);
        let bytes = |path: Vec<Digest>| -> Vec<u8> {
            path.iter().flat_map(|hash| *hash.as_bytes()).collect()
        };

        assert_eq!(tree.root().as_bytes().as_slice(), oracle.root().as_bytes().as_slice());
        for index in [0, 1, size / 3, size / 2, size - 1].into_iter().filter(|index| *index < size)
        {
            let ours =
                proof::inclusion(&tree.over(&kept), LeafIndex::new(index), tree.size()).unwrap();
            let theirs = oracle.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(bytes(ours), theirs.as_bytes(), "leaf {index} of {size}");
        }
        for old in
            [1, size / 3, size / 2, size - 1].into_iter().filter(|old| (1..size).contains(old))
        {
            let ours =
                proof::consistency(&tree.over(&kept), TreeSize::new(old), tree.size()).unwrap();
            let theirs = oracle.prove_consistency(usize::try_from(size - old).unwrap());
            assert_eq!(bytes(ours), theirs.as_bytes(), "{old} to {size}");
        }
    }
}

#[test]
fn full_tiles_are_handed_out_when_they_fill_and_at_no_other_time() {
    // shows: log-4
    let mut tree = Tree::new();
    let mut filled_at = Vec::new();

    for index in 0..65_537_u64 {
        for tile in tree.append(&tests::leaf(index)).1 {
            assert_eq!(tile.hashes.len(), 256);
            filled_at.push((index, tile.id));
        }
    }

    let lowest = (0..256_u64).map(|index| (index * 256 + 255, TileId { level: 0, index }));
    let all: Vec<(u64, TileId)> = lowest.chain([(65_535, TileId { level: 1, index: 0 })]).collect();
    assert_eq!(filled_at, all);
    assert_eq!(tree.edge().iter().map(Vec::len).collect::<Vec<usize>>(), [1, 0, 1]);
}

#[test]
fn a_tree_goes_on_from_its_edge() {
    // shows: log-3
    for size in [0_u64, 1, 255, 256, 257, 511, 512] {
        let (mut tree, _) = tests::grown(size);
        let mut again = Tree::from_edge(tree.size(), tree.edge().to_vec()).unwrap();
        assert_eq!(again, tree);
        assert_eq!(again.append(b"next"), tree.append(b"next"));
        assert_eq!(again.root(), tree.root());
    }
}

#[test]
fn an_edge_that_does_not_fit_the_size_is_refused() {
    // shows: log-3
    let (tree, _) = tests::grown(257);
    let edge = tree.edge().to_vec();

    let refused = |size: u64, edge: &[Vec<Digest>]| {
        Tree::from_edge(TreeSize::new(size), edge.to_vec()).unwrap_err()
    };

    assert_eq!(refused(258, &edge), BadEdge { size: 258, level: 0, should: 2, found: 1 });
    assert_eq!(refused(256, &edge), BadEdge { size: 256, level: 0, should: 0, found: 1 });
    assert_eq!(refused(257, &edge[..1]), BadEdge { size: 257, level: 1, should: 1, found: 0 });
    let surplus = [edge.clone(), vec![vec![hash::EMPTY_ROOT]]].concat();
    assert_eq!(refused(257, &surplus), BadEdge { size: 257, level: 2, should: 0, found: 1 });
    let padded = [edge, vec![Vec::new(), Vec::new()]].concat();
    assert_eq!(Tree::from_edge(TreeSize::new(257), padded).unwrap(), tree);
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(48))]

    #[test]
    fn proofs_for_any_older_size_agree_with_the_definition_and_hold(size in 1_u64..600, a in any::<u64>(), b in any::<u64>()) {
        // shows: log-7, log-8, log-9
        let (tree, kept) = tests::grown(size);
        let hashes = tests::leaf_hashes(size);
        let old = 1 + a % size;
        let index = b % old;
        let (m, n) = (usize::try_from(index).unwrap(), usize::try_from(old).unwrap());

        let path = proof::inclusion(&tree.over(&kept), LeafIndex::new(index), TreeSize::new(old)).unwrap();
        prop_assert_eq!(&path, &tests::naive_path(m, &hashes[..n]));
        let root = tests::naive_root(&hashes[..n]);
        prop_assert!(proof::verify_inclusion(&hashes[m], LeafIndex::new(index), TreeSize::new(old), &path, &root).is_ok());

        let path = proof::consistency(&tree.over(&kept), TreeSize::new(old), tree.size()).unwrap();
        prop_assert_eq!(&path, &tests::naive_consistency(n, &hashes));
        prop_assert!(proof::verify_consistency(TreeSize::new(old), &root, tree.size(), &tree.root(), &path).is_ok());
    }
}
