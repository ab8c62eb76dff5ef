//! When a file is asked for, and when no more.

use std::time::Duration;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::FileCode;
use tokio::time::Instant;

use crate::host::files::wants::FailedTry;
use crate::host::files::wants::Outcome;
use crate::host::files::wants::WANTS_MAX;
use crate::host::files::wants::Want;
use crate::host::files::wants::Wanting;
use crate::host::files::wants::Wants;

#[test]
fn a_file_is_asked_for_by_the_link_with_its_author_and_by_one_at_a_time() {
    // shows: fil-30
    let (wants, now) = (Wants::new(1_000), Instant::now());
    wants.add(want(1), agency("la.mps"), now);
    assert_eq!(wants.take(&agency("th.rtp"), now), None);
    assert_eq!(wants.take(&agency("la.mps"), now), Some(want(1)));
    assert_eq!(wants.take(&agency("la.mps"), now), None);
    assert_eq!(wants.standing(&file(1)), Some((Wanting::Fetching, 100)));
    wants.settle(&file(1), Outcome::Done, now);
    assert_eq!(wants.standing(&file(1)), None);
}

#[test]
fn a_link_that_ended_costs_no_wait_and_a_refusal_does() {
    // shows: fil-33
    let (wants, now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), author.clone(), now);
    wants.take(&author, now).unwrap();
    wants.settle(&file(1), Outcome::LinkEnded, now);
    wants.take(&author, now).expect("at once");
    let refused = Outcome::Refused(FileCode::Gone);
    wants.settle(&file(1), refused, now);
    let failed = FailedTry::Refused(FileCode::Gone);
    assert_eq!(wants.standing(&file(1)), Some((Wanting::Waiting(Some(failed)), 100)));
    assert_eq!(wants.take(&author, now + Duration::from_secs(4)), None);
    assert_eq!(wants.next(&author), Some(now + Duration::from_secs(5)));
}

#[test]
fn the_waits_grow_by_the_table_and_stay_at_its_end() {
    // shows: fil-33
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), author.clone(), now);
    let mut waits = Vec::new();
    for _ in 0..8 {
        wants.take(&author, now).expect("its time has come");
        wants.settle(&file(1), Outcome::Broken, now);
        let next = wants.next(&author).expect("it waits");
        waits.push(next.duration_since(now).as_secs());
        now = next;
    }
    assert_eq!(waits, [5, 30, 120, 600, 3_600, 21_600, 21_600, 21_600]);
}

#[test]
fn an_author_that_sends_something_else_is_asked_three_times() {
    // shows: fil-33
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), author.clone(), now);
    for _ in 0..3 {
        wants.take(&author, now).expect("its time has come");
        wants.settle(&file(1), Outcome::Wrong, now);
        now += Duration::from_secs(86_400);
    }
    assert_eq!(wants.take(&author, now), None);
    assert_eq!(wants.standing(&file(1)), Some((Wanting::GivenUp, 100)));
}

#[test]
fn a_file_that_is_too_long_is_not_asked_for() {
    // shows: fil-14
    let (wants, now) = (Wants::new(99), Instant::now());
    wants.add(want(1), agency("la.mps"), now);
    assert_eq!(wants.take(&agency("la.mps"), now), None);
    assert_eq!(wants.standing(&file(1)), Some((Wanting::TooLong, 100)));
}

#[test]
fn what_is_wanted_has_a_bound() {
    let (wants, now) = (Wants::new(1_000), Instant::now());
    for number in 0..WANTS_MAX {
        assert!(wants.has_room());
        wants.add(want(number), agency("la.mps"), now);
    }
    assert!(!wants.has_room());
    wants.take(&agency("la.mps"), now).unwrap();
    wants.settle(&file(0), Outcome::Done, now);
    (0..WANTS_MAX).for_each(|number| wants.settle(&file(number), Outcome::Done, now));
    assert!(wants.has_room());
}

fn want(number: usize) -> Want {
    Want { file: file(number), length: 100 }
}

fn file(number: usize) -> Digest {
    digest::sha256(&number.to_be_bytes())
}

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}
