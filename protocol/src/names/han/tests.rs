//! The table itself.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::names::han;

#[test]
fn every_character_stands_there_once_and_none_is_simplified_twice() {
    // shows: nam-23
    let signs: Vec<char> = han::PAIRS.chars().collect();
    let traditional: BTreeSet<char> = signs.chunks(2).map(|pair| pair[0]).collect();
    assert_eq!((signs.len(), traditional.len()), (2 * 886, 886));
    assert!(signs.chunks(2).all(|pair| !traditional.contains(&pair[1])));
}
