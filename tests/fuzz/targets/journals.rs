//! The journal of a node: segments with any bytes, and records that hold with any content.

use std::fs;
use std::path::Path;

use concord_node::store::journal::chapters::Chapters;
use concord_node::store::stopped;
use concord_protocol::ids::LeafIndex;
use concord_protocol::log::hash;
use concord_protocol::log::tree::Tree;
use harness::federation::Scratch;
use harness::mass::journal::Journal;

use crate::corpus::Start;
use crate::targets::Target;
use crate::targets::of;

pub(super) const TARGETS: &[Target] = &[
    of("journal-segment", Start::Segment, segment),
    of("journal-content", Start::Contents, content),
];

/// A segment of any bytes.
fn segment(bytes: &[u8]) {
    let scratch = Scratch::new("fuzz-segment");
    Journal::begin(scratch.path()).end();
    fs::write(scratch.path().join("journal/0000000000000001.journal"), bytes).unwrap();
    read(scratch.path());
}

/// A record whose frame holds, with any content.
fn content(bytes: &[u8]) {
    let scratch = Scratch::new("fuzz-content");
    let mut journal = Journal::begin(scratch.path());
    journal.append_content(bytes);
    journal.end();
    read(scratch.path());
}

/// What is read as a log has the signed root over its leaves, and each of them is found again; what is not is refused
/// in words.
fn read(node: &Path) {
    let log = match stopped::open(node) {
        Ok(log) => log,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
            return;
        }
    };
    let size = usize::try_from(log.tree.size().get()).unwrap();
    let mut tree = Tree::new();
    let leaves = Chapters::of(&log.journal).leaves(LeafIndex::new(0), size).unwrap();
    leaves.iter().for_each(|leaf| {
        tree.append_hash(hash::leaf_hash(leaf));
    });
    assert_eq!(tree.root(), log.tree.root());
    assert!(log.head.is_none_or(|head| (head.size, head.root) == (tree.size(), tree.root())));
}
