//! Texts of the log: signed notes, and proofs against them.

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::note;
use concord_protocol::log::proof;
use concord_protocol::log::tile;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

pub(super) const TARGETS: &[Target] = &[
    of("note", Start::Cases("checkpoint"), a_note),
    of("inclusion-path", Start::Cases("hash-tile"), inclusion),
    of("consistency-path", Start::Cases("hash-tile"), consistency),
    of("tile-width", Start::Cases("entries-tile"), widths),
];

/// A note that is taken ends as every note does.
fn a_note(bytes: &[u8]) {
    if note::parse(bytes).is_ok() {
        let whole = core::str::from_utf8(bytes).expect("a note is UTF-8");
        assert!(whole.ends_with('\n') && whole.contains("\n\n"), "a text, a blank line, lines");
    }
}

/// The first 16 bytes are index and size, the rest is the path: nothing that is made up leads to a root of ours.
fn inclusion(bytes: &[u8]) {
    let (index, size, path) = numbers(bytes);
    let root = digest::sha256(b"a root");
    let leaf = digest::sha256(b"a leaf");
    let verdict =
        proof::verify_inclusion(&leaf, LeafIndex::new(index), TreeSize::new(size), &path, &root);
    assert!(verdict.is_err(), "a path leads to a root that nobody made");
}

fn consistency(bytes: &[u8]) {
    let (old, new, path) = numbers(bytes);
    let (before, after) = (digest::sha256(b"a root"), digest::sha256(b"another root"));
    let verdict =
        proof::verify_consistency(TreeSize::new(old), &before, TreeSize::new(new), &after, &path);
    assert!(verdict.is_err(), "a path leads to a root that nobody made");
}

fn numbers(bytes: &[u8]) -> (u64, u64, Vec<Digest>) {
    let number = |at: usize| {
        let piece = bytes.get(at..at + 8).and_then(|piece| <[u8; 8]>::try_from(piece).ok());
        u64::from_be_bytes(piece.unwrap_or_default())
    };
    let rest = bytes.get(16..).unwrap_or_default().chunks_exact(32);
    (number(0), number(8), rest.map(digest::sha256).collect())
}

/// An entry bundle of whatever width the first byte says.
fn widths(bytes: &[u8]) {
    let Some((width, rest)) = bytes.split_first() else { return };
    if let Ok(leaves) = tile::read_bundle(rest, usize::from(*width)) {
        assert_eq!(leaves.len(), usize::from(*width));
        assert_eq!(tile::write_bundle(&leaves).expect("each leaf fits"), rest);
    }
}
