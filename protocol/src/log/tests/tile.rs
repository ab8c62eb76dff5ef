//! Paths, layout, entry bundles.

use alloc::vec;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::ids::TreeSize;
use crate::log::tile;
use crate::log::tile::BundleError;
use crate::log::tile::LeafTooLong;
use crate::log::tile::TileId;

#[test]
fn paths_are_those_of_c2sp() {
    // shows: log-4
    let of = |level, index, width| TileId { level, index }.path(width);

    assert_eq!(of(0, 0, 256), "tile/0/000");
    assert_eq!(of(2, 67, 256), "tile/2/067");
    assert_eq!(of(0, 999, 5), "tile/0/999.p/5");
    assert_eq!(of(0, 1000, 256), "tile/0/x001/000");
    assert_eq!(of(1, 1_234_067, 256), "tile/1/x001/x234/067");
    assert_eq!(of(7, 1_234_067, 1), "tile/7/x001/x234/067.p/1");
    assert_eq!(tile::entries_path(1_234_067, 256), "tile/entries/x001/x234/067");
    assert_eq!(tile::entries_path(3, 17), "tile/entries/003.p/17");
}

#[test]
fn a_tree_is_cut_into_tiles_and_no_tile_is_empty() {
    // shows: log-5
    let of = |size| -> Vec<(u8, u64, usize)> {
        tile::tiles_of(TreeSize::new(size)).map(|(id, width)| (id.level, id.index, width)).collect()
    };

    assert_eq!(of(0), []);
    assert_eq!(of(1), [(0, 0, 1)]);
    assert_eq!(of(255), [(0, 0, 255)]);
    assert_eq!(of(256), [(0, 0, 256), (1, 0, 1)], "the higher tile is there, and partial");
    assert_eq!(of(257), [(0, 0, 256), (0, 1, 1), (1, 0, 1)]);
    assert_eq!(of(70_000).iter().filter(|(level, ..)| *level > 0).count(), 3);
    assert_eq!(of(70_000).last(), Some(&(2, 0, 1)));
    // The example of the specification: sizes 256 and 70,000 above; here the widths of the last tiles.
    assert_eq!(of(70_000).get(273), Some(&(0, 273, 112)));
    assert_eq!(of(70_000).get(275), Some(&(1, 1, 17)));
    let bundles: Vec<(u64, usize)> = tile::bundles_of(TreeSize::new(513)).collect();
    assert_eq!(bundles, [(0, 256), (1, 256), (2, 1)]);
}

#[test]
fn an_entry_bundle_reads_back_and_nothing_else_does() {
    // shows: log-6
    let leaves: [&[u8]; 3] = [b"one", b"", b"three"];
    let bundle = tile::write_bundle(&leaves).unwrap();

    assert_eq!(bundle, b"\x00\x03one\x00\x00\x00\x05three");
    assert_eq!(tile::read_bundle(&bundle, 3), Ok(leaves.to_vec()));
    assert_eq!(tile::read_bundle(&bundle, 2), Err(BundleError::Trailing));
    assert_eq!(tile::read_bundle(&bundle, 4), Err(BundleError::Truncated { leaf: 3 }));
    for end in 0..bundle.len() {
        assert!(
            matches!(tile::read_bundle(&bundle[..end], 3), Err(BundleError::Truncated { .. })),
            "cut at {end}"
        );
    }
}

#[test]
fn a_leaf_that_an_entry_bundle_cannot_count_is_refused() {
    // shows: log-6
    assert!(tile::write_bundle(&[vec![0; 65_535]]).is_ok());
    assert_eq!(tile::write_bundle(&[vec![0; 65_536]]), Err(LeafTooLong { len: 65_536 }));
}

#[test]
fn the_bytes_of_a_tile_read_back_when_they_are_whole_hashes() {
    let hashes = [digest::sha256(b"a"), digest::sha256(b"b")];
    let bytes = tile::hash_bytes(&hashes);

    assert_eq!(bytes.len(), 64);
    assert_eq!(tile::hashes_from(&bytes), Some(hashes.to_vec()));
    assert_eq!(tile::hashes_from(&bytes[..63]), None);
}
