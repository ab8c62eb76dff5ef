//! What waits for a person is counted to the end.

use std::cell::Cell;

use concord_protocol::ids::LeafIndex;
use concord_protocol::message::time::CivilDate;

use super::Counted;
use super::Row;
use super::all;
use crate::host::handle::ReadError;
use crate::host::handle::reviews::ReviewCounts;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::ReviewState;

const PAGE: usize = 2_000;

fn day() -> CivilDate {
    CivilDate::parse("2026-03-01").unwrap()
}

/// Fifty thousand messages that were erased since, and behind them three that wait.
fn page(after: Option<ReviewPlace>) -> Result<Vec<Row>, ReadError> {
    let first = after.map_or(0, |(_, leaf)| leaf.get() + 1);
    let state = |leaf: u64| match leaf {
        50_000 | 50_001 => Some(ReviewState::Due),
        50_002 => Some(ReviewState::PastErasure),
        _ => None,
    };
    let rows = (first..50_003).take(PAGE);
    Ok(rows.map(|leaf| ((day(), LeafIndex::new(leaf)), state(leaf))).collect())
}

#[test]
fn what_waits_behind_many_that_were_erased_is_counted() {
    // shows: era-10
    assert_eq!(all(page).unwrap(), ReviewCounts { due: 2, past_erasure: 1 });
}

#[test]
fn a_count_serves_for_some_minutes_and_a_failed_one_for_none() {
    // shows: era-10
    let (counted, made) = (Counted::default(), Cell::new(0));
    let fails = || Err(ReadError::Stopping);
    assert!(counted.now(fails).is_err());
    let counts = || {
        made.set(made.get() + 1);
        all(page)
    };
    assert_eq!(counted.now(counts).unwrap().due, 2);
    assert_eq!((counted.now(counts).unwrap().due, made.get()), (2, 1));
}
