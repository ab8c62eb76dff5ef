//! What a mirror gives back that no node ever sent.

use std::collections::BTreeMap;

use concord_protocol::limits::MIRROR_ENTRY_PARTS_MAX;
use concord_protocol::limits::MIRROR_PART_BYTES_MAX;
use concord_protocol::log::tree::Tree;
use concord_protocol::wire::mirror::MirrorPart;
use concord_protocol::wire::mirror::Owner;
use serde_bytes::ByteBuf;

use crate::host::heal::Patient;
use crate::host::view::HealError;

#[test]
fn a_mirror_that_lies_fills_no_memory_with_an_entry_that_does_not_end() {
    // shows: wire-56
    let endless = (0..).map(|number| part(number, u32::MAX, 1024));
    assert_eq!(taken(endless), 0);
    let long = (0..).map(|number| part(number, 2, MIRROR_PART_BYTES_MAX + 1));
    assert_eq!(taken(long), 0);
    let growing = (0..).map(|number| part(number, number + 2, 1024));
    assert_eq!(taken(growing), 1);
}

#[test]
fn the_longest_entry_that_a_node_sends_is_taken_part_by_part() {
    // shows: wire-56
    let parts =
        (0..MIRROR_ENTRY_PARTS_MAX).map(|number| part(number, MIRROR_ENTRY_PARTS_MAX, 1024));
    assert_eq!(taken(parts), usize::try_from(MIRROR_ENTRY_PARTS_MAX).unwrap());
}

/// How many of these parts a healing node holds before it refuses one.
fn taken(parts: impl Iterator<Item = MirrorPart>) -> usize {
    let owner = Owner { origin: String::new(), keys: Vec::new() };
    let (tree, shown) = (Tree::new(), BTreeMap::new());
    let mut patient = Patient { tree, owner, shown, last: None, begun: Vec::new() };
    for part in parts.take(1000) {
        match patient.fits(&part) {
            Ok(()) => patient.begun.push(part),
            Err(error) => {
                assert_eq!(error, HealError::NotOurs);
                break;
            }
        }
    }
    patient.begun.len()
}

fn part(part: u32, of: u32, bytes: usize) -> MirrorPart {
    let (leaves, sealed) = (ByteBuf::new(), ByteBuf::from(vec![0; bytes]));
    MirrorPart { sequence: 7, previous: 6, part, of, leaves, sealed }
}
