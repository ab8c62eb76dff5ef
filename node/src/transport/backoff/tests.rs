//! The table, read as an operator reads it.

use std::time::Duration;

use crate::transport::backoff;
use crate::transport::backoff::WAITS_MS;

#[test]
fn waits_grow_to_a_minute_and_never_end() {
    // shows: wire-18
    let waits: Vec<Duration> = (0..12).map(|tries| backoff::wait_after(tries, 0)).collect();

    assert!(waits.is_sorted());
    assert_eq!(waits.first(), Some(&Duration::from_millis(250)));
    assert_eq!(waits.last(), Some(&Duration::from_secs(60)));
    assert_eq!(backoff::wait_after(u32::MAX, 0), Duration::from_secs(60));
}

#[test]
fn spread_adds_up_to_half_of_a_wait() {
    // shows: wire-18
    for (tries, wait) in (0..).zip(WAITS_MS) {
        let wait = Duration::from_millis(wait);
        let spread: Vec<Duration> =
            (0..=u8::MAX).map(|spread| backoff::wait_after(tries, spread)).collect();

        assert!(spread.is_sorted());
        assert_eq!(spread.first(), Some(&wait));
        assert!(spread.iter().all(|spread| *spread < wait + wait / 2));
        assert!(spread.last() > Some(&(wait + wait / 3)));
    }
}
