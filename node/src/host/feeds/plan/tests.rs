//! Which list comes next.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::procedure::exchange::fact::FeedPoint;

use crate::host::feeds::plan::Step;
use crate::host::feeds::plan::next;

fn point(seq: u64) -> FeedPoint {
    let [.., low] = seq.to_be_bytes();
    FeedPoint { seq, root: Digest::from_bytes([low; 32]) }
}

fn whole(seq: u64) -> Step {
    let [.., low] = seq.to_be_bytes();
    Step { message: Digest::from_bytes([100 + low; 32]), from: None, to: point(seq) }
}

fn change(from: u64, to: u64) -> Step {
    let [.., low] = from.to_be_bytes();
    Step { message: Digest::from_bytes([low; 32]), from: Some(point(from)), to: point(to) }
}

// shows: fed-13
#[test]
fn a_table_goes_on_by_changes_and_a_lost_one_begins_with_the_newest_snapshot() {
    let steps = [whole(1), change(1, 2), change(2, 5), whole(5), change(5, 6)];
    let none = BTreeSet::new();

    assert_eq!(next(&steps, Some(point(2)), point(6), &none)[0], change(2, 5));
    assert_eq!(next(&steps, None, point(6), &none), [whole(5), whole(1)]);
    assert_eq!(next(&steps, Some(point(5)), point(6), &none), [change(5, 6)]);
    assert!(next(&steps, Some(point(6)), point(6), &none).is_empty());
}

// shows: fed-13
#[test]
fn what_was_found_bad_is_not_taken_again_and_a_snapshot_ends_the_gap() {
    let steps = [whole(1), change(1, 2), whole(3)];
    let bad = BTreeSet::from([change(1, 2).message]);

    assert_eq!(next(&steps, Some(point(1)), point(3), &bad), [whole(3)]);
    let alone = [whole(1), change(1, 2)];
    assert!(next(&alone, Some(point(1)), point(2), &bad).is_empty());
}
