//! Who is read later, and by how much.

use std::time::Duration;

use concord_protocol::ids::AgencyId;
use tokio::time::Instant;

use crate::host::pace::Paces;
use crate::settings::pace::PaceLimit;

const LIMIT: PaceLimit = PaceLimit { frames_per_second: 100, bytes_per_second: 1_000_000 };

#[test]
fn a_member_within_its_pace_never_waits() {
    // shows: wire-22
    let (paces, start) = (Paces::new(LIMIT), Instant::now());

    for number in 0..1_000 {
        let now = start + Duration::from_millis(10 * number);
        assert!(paces.book(&member("la.mps"), now, 9_000) <= now);
    }
}

#[test]
fn two_seconds_worth_may_come_at_once_and_the_rest_is_read_at_the_pace() {
    // shows: wire-22
    let (paces, now) = (Paces::new(LIMIT), Instant::now());

    for _ in 0..200 {
        assert!(paces.book(&member("la.mps"), now, 10) <= now);
    }
    assert_eq!(paces.book(&member("la.mps"), now, 10), now + Duration::from_millis(10));
    assert_eq!(paces.book(&member("la.mps"), now, 10), now + Duration::from_millis(20));
    // After a rest it is as free as before, and no freer.
    let later = now + Duration::from_secs(3_600);
    for _ in 0..200 {
        assert!(paces.book(&member("la.mps"), later, 10) <= later);
    }
    assert!(paces.book(&member("la.mps"), later, 10) > later);
}

#[test]
fn bytes_count_as_frames_do() {
    // shows: wire-22
    let (paces, now) = (Paces::new(LIMIT), Instant::now());

    assert!(paces.book(&member("la.mps"), now, 2_000_000) <= now);
    let next = paces.book(&member("la.mps"), now, 4_000_000);

    assert_eq!(next, now + Duration::from_secs(4));
}

#[test]
fn one_members_haste_holds_up_nobody_else() {
    // shows: wire-22
    let (paces, now) = (Paces::new(LIMIT), Instant::now());
    for _ in 0..1_000 {
        paces.book(&member("la.mps"), now, 10_000);
    }

    assert!(paces.book(&member("mm.mpf"), now, 10_000) <= now);
}

fn member(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}
