//! Numbers, windows and cursors.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;

use super::inbound::Inbound;
use super::inbound::Place;
use super::inbound::PlaceError;
use super::outbound::CursorError;
use super::outbound::Outbound;
use super::outbound::Owed;
use crate::crypto::digest;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::limits::OFFER_BYTES_MAX;
use crate::limits::OFFER_MESSAGES_MAX;
use crate::limits::WINDOW_MESSAGES_MAX;
use crate::log::leaf::Form;

#[test]
fn a_number_that_was_settled_is_a_repetition_and_a_skipped_one_is_a_gap() {
    // shows: link-5
    let mut link = Inbound::restore(EPOCH, number(0));
    link.advance();
    link.advance();

    assert_eq!(link.place(EPOCH, number(1)), Ok(Place::Repeated));
    assert_eq!(link.place(EPOCH, number(2)), Ok(Place::Repeated));
    assert_eq!(link.place(EPOCH, number(3)), Ok(Place::Next));
    assert_eq!(link.place(EPOCH, number(4)), Err(PlaceError::Gap));
    assert_eq!(link.place(Epoch::new(2), number(3)), Err(PlaceError::Epoch));
}

#[test]
fn nothing_is_offered_before_the_peer_told_its_cursor() {
    let mut link = with(3, 100);

    assert_eq!(link.offer(), None);
}

#[test]
fn offering_starts_again_at_the_lowest_unsettled_number() {
    // shows: link-7
    let mut link = with(5, 100);
    link.resume(EPOCH, number(0)).unwrap();
    link.offer().unwrap();
    link.settle(number(1)).unwrap();
    link.pause();

    link.resume(EPOCH, number(3)).unwrap();
    let run = link.offer().unwrap();

    assert_eq!((run.first, run.items.len()), (number(2), 4));
}

#[test]
fn a_cursor_that_cannot_be_is_refused_and_nothing_is_offered() {
    // shows: link-7
    let mut link = with(3, 100);
    link.settle(number(1)).unwrap();

    assert_eq!(link.resume(EPOCH, number(4)), Err(CursorError::Ahead));
    assert_eq!(link.resume(EPOCH, number(0)), Err(CursorError::Forgot));
    assert_eq!(link.resume(Epoch::new(9), number(1)), Err(CursorError::Epoch));
    assert_eq!(link.offer(), None);
}

#[test]
fn an_offer_is_cut_by_bytes_and_yet_one_message_always_fits() {
    // shows: link-6
    let mut link = with(3, u32::try_from(OFFER_BYTES_MAX).unwrap() - 1);
    link.resume(EPOCH, number(0)).unwrap();

    let lens: Vec<usize> =
        core::iter::from_fn(|| link.offer()).map(|run| run.items.len()).collect();

    assert_eq!(lens, [1, 1, 1]);
}

#[test]
fn no_more_than_the_window_is_open_at_once() {
    // shows: link-6
    let mut link = with(WINDOW_MESSAGES_MAX + 10, 1);
    link.resume(EPOCH, number(0)).unwrap();

    let offered: usize = core::iter::from_fn(|| link.offer()).map(|run| run.items.len()).sum();
    assert_eq!(offered, WINDOW_MESSAGES_MAX);

    link.settle(number(1)).unwrap();
    assert_eq!(link.offer().unwrap().items.len(), 1);
}

proptest! {
    #[test]
    fn every_message_owed_is_offered_once_per_connection_in_order(
        count in 1_usize..300, settled in proptest::collection::vec(any::<u16>(), 0..50),
    ) {
        let mut link = with(count, 1000);
        for number_settled in settled {
            link.settle(number(1 + u64::from(number_settled) % count as u64));
        }
        let owed: Vec<u64> = (1..=count as u64).filter(|n| link.owed(number(*n)).is_some()).collect();

        link.resume(EPOCH, number(count as u64)).unwrap();
        let mut offered = Vec::new();
        while let Some(run) = link.offer() {
            prop_assert!(run.items.len() <= OFFER_MESSAGES_MAX);
            offered.extend((0..run.items.len() as u64).map(|n| run.first.get() + n));
        }

        prop_assert_eq!(offered, owed);
        prop_assert!(link.holds());
    }
}

const EPOCH: Epoch = Epoch::new(1);

const fn number(n: u64) -> LinkNumber {
    LinkNumber::new(n)
}

fn with(count: usize, bytes: u32) -> Outbound {
    let mut link = Outbound::restore(EPOCH, number(1), BTreeMap::new());
    for n in 0..count {
        link.owe(Owed {
            message: digest::sha256(&n.to_be_bytes()),
            bytes,
            expires: None,
            leaf: LeafIndex::new(0),
            form: Form::Whole,
        });
    }
    link
}
