//! When a file is asked for, and when no more.

use std::time::Duration;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::registry::FileCode;
use tokio::time::Instant;

use crate::host::files::looked::Looked;
use crate::host::files::looked::More;
use crate::host::files::looked::Named;
use crate::host::files::looked::Whose;
use crate::host::files::wants::Added;
use crate::host::files::wants::FailedTry;
use crate::host::files::wants::Outcome;
use crate::host::files::wants::Standing;
use crate::host::files::wants::Tried;
use crate::host::files::wants::WANTS_OF_ONE_MAX;
use crate::host::files::wants::Want;
use crate::host::files::wants::Wanting;
use crate::host::files::wants::Wants;
use crate::store::read::files::Attached;

#[test]
fn a_file_is_asked_for_by_the_link_with_its_author_and_by_one_at_a_time() {
    // shows: fil-30
    let (wants, now) = (Wants::new(1_000), Instant::now());
    wants.add(want(1), &agency("la.mps"), now);
    assert_eq!(wants.take(&agency("th.rtp"), now), None);
    assert_eq!(wants.take(&agency("la.mps"), now), Some(want(1)));
    assert_eq!(wants.take(&agency("la.mps"), now), None);
    assert_eq!(wanting(&wants, 1), Some(Wanting::Fetching));
    wants.settle(&agency("la.mps"), &file(1), tried(Outcome::Done), now);
    assert_eq!(wants.standing(&file(1)), None);
}

#[test]
fn a_link_that_ended_costs_no_wait_and_a_refusal_does() {
    // shows: fil-37
    let (wants, now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), &author, now);
    wants.take(&author, now).unwrap();
    wants.settle(&agency("la.mps"), &file(1), tried(Outcome::LinkEnded), now);
    wants.take(&author, now).expect("at once");
    let refused = Outcome::Refused(FileCode::Gone);
    wants.settle(&agency("la.mps"), &file(1), tried(refused), now);
    let failed = FailedTry::Refused(FileCode::Gone);
    assert_eq!(wanting(&wants, 1), Some(Wanting::Waiting(Some(failed))));
    assert_eq!(wants.take(&author, now + Duration::from_secs(4)), None);
    assert_eq!(wants.next(&author), Some(now + Duration::from_secs(5)));
}

#[test]
fn the_waits_grow_by_the_table_and_stay_at_its_end() {
    // shows: fil-37
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), &author, now);
    let mut waits = Vec::new();
    for _ in 0..8 {
        wants.take(&author, now).expect("its time has come");
        wants.settle(&agency("la.mps"), &file(1), tried(Outcome::Broken), now);
        let next = wants.next(&author).expect("it waits");
        waits.push(next.duration_since(now).as_secs());
        now = next;
    }
    assert_eq!(waits, [5, 30, 120, 600, 3_600, 21_600, 21_600, 21_600]);
}

#[test]
fn an_author_that_sends_something_else_is_asked_three_times() {
    // shows: fil-37
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), &author, now);
    for _ in 0..3 {
        wants.take(&author, now).expect("its time has come");
        wants.settle(&agency("la.mps"), &file(1), tried(Outcome::Wrong), now);
        now += Duration::from_secs(86_400);
    }
    assert_eq!(wants.take(&author, now), None);
    assert_eq!(wanting(&wants, 1), Some(Wanting::GivenUp));
}

#[test]
fn a_link_that_ends_before_it_brought_anything_costs_a_short_wait() {
    // shows: fil-37
    let (wants, now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), &author, now);
    for _ in 0..20 {
        let now = wants.next(&author).expect("it waits");
        wants.take(&author, now).expect("its time has come");
        wants.settle(&author, &file(1), Tried { outcome: Outcome::LinkEnded, brought: 0 }, now);
        assert_eq!(wants.next(&author), Some(now + Duration::from_secs(5)));
    }
}

#[test]
fn a_stream_that_broke_after_it_brought_something_begins_the_waits_again() {
    // shows: fil-37
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let author = agency("la.mps");
    wants.add(want(1), &author, now);
    for brought in [0, 0, 0, 1] {
        wants.take(&author, now).expect("its time has come");
        wants.settle(&author, &file(1), Tried { outcome: Outcome::Broken, brought }, now);
        let next = wants.next(&author).expect("it waits");
        if brought > 0 {
            assert_eq!(next, now + Duration::from_secs(5));
        }
        now = next;
    }
}

#[test]
fn a_file_that_is_too_long_is_not_asked_for_and_takes_no_place() {
    // shows: fil-14
    let (wants, now) = (Wants::new(99), Instant::now());
    assert_eq!(wants.add(want(1), &agency("la.mps"), now), Added::TooLong);
    assert_eq!(wants.take(&agency("la.mps"), now), None);
    assert_eq!(wants.counts(), []);
}

#[test]
fn whoever_names_a_file_first_is_asked_for_itself_and_its_author_too() {
    // shows: fil-36
    let (wants, mut now) = (Wants::new(1_000), Instant::now());
    let (liar, author) = (agency("mm.mpf"), agency("la.mps"));
    let lie = Want { file: file(1), length: 50 };
    wants.add(lie.clone(), &liar, now);
    wants.add(want(1), &author, now);
    for _ in 0..3 {
        assert_eq!(wants.take(&liar, now), Some(lie.clone()));
        wants.settle(&liar, &file(1), tried(Outcome::Wrong), now);
        now += Duration::from_secs(86_400);
    }
    assert_eq!(wants.take(&liar, now), None);
    let standing =
        Standing { author: author.clone(), length: 100, wanting: Wanting::Waiting(None) };
    assert_eq!(wants.standing(&file(1)), Some(standing), "the nearest to bringing it");
    assert_eq!(wants.take(&author, now), Some(want(1)));
}

#[test]
fn what_is_wanted_of_one_author_has_a_bound_and_leaves_the_others_theirs() {
    // shows: fil-35
    let (wants, now) = (Wants::new(1_000), Instant::now());
    let greedy = agency("la.mps");
    for number in 0..WANTS_OF_ONE_MAX {
        assert_eq!(wants.add(want(number), &greedy, now), Added::Wanted);
    }
    assert_eq!(wants.add(want(WANTS_OF_ONE_MAX), &greedy, now), Added::NoRoom);
    assert_eq!(wants.add(want(0), &greedy, now), Added::Wanted, "it is wanted already");
    assert_eq!(wants.make_room(&greedy), None, "none has failed");
    assert_eq!(wants.add(want(1), &agency("th.rtp"), now), Added::Wanted);
    wants.settle(&greedy, &file(7), tried(Outcome::Refused(FileCode::NotYours)), now);
    assert_eq!(wants.make_room(&greedy), Some(file(7)));
    assert!(wants.has_room(&greedy));
}

#[test]
fn files_of_a_member_that_floods_hold_up_nobody_elses_also_after_a_restart() {
    // shows: fil-35, fil-14
    let tib = 1 << 40;
    for length in [tib, 100] {
        // A restart begins with nothing, and meets the messages in the same order.
        for _ in 0..2 {
            let (wants, mut looked, now) = (Wants::new(1_000), Looked::default(), Instant::now());
            let (greedy, honest) = (agency("mm.mpf"), agency("la.mps"));
            for number in 0..64 * 64 {
                name(&mut looked, &wants, (number, &greedy, length), now);
            }
            name(&mut looked, &wants, (5_000, &honest, 100), now);
            assert_eq!(wants.take(&honest, now), Some(want(5_000)), "{length}");
        }
    }
}

#[test]
fn what_was_passed_over_is_wanted_once_there_is_room() {
    // shows: fil-30, fil-35
    let (wants, mut looked, now) = (Wants::new(1_000), Looked::default(), Instant::now());
    let author = agency("la.mps");
    let all = WANTS_OF_ONE_MAX + 10;
    (0..all).for_each(|number| name(&mut looked, &wants, (number, &author, 100), now));
    let mut came = Vec::new();
    while let Some(Want { file, .. }) = wants.take(&author, now) {
        wants.settle(&author, &file, tried(Outcome::Done), now);
        came.push(file);
        if came.len() == 500 {
            assert_eq!(looked.to_go_on(&wants), std::slice::from_ref(&author));
            go_on(&mut looked, &wants, (&author, all, &came), now);
        }
    }
    assert_eq!(came.len(), all);
    assert_eq!(looked.to_go_on(&wants), []);
}

#[test]
fn one_that_failed_gives_its_place_to_a_newer_one_and_comes_again_later() {
    // shows: fil-35
    let (wants, mut looked, now) = (Wants::new(1_000), Looked::default(), Instant::now());
    let author = agency("la.mps");
    (0..WANTS_OF_ONE_MAX).for_each(|number| name(&mut looked, &wants, (number, &author, 100), now));
    wants.settle(&author, &file(3), tried(Outcome::Refused(FileCode::Gone)), now);

    name(&mut looked, &wants, (WANTS_OF_ONE_MAX, &author, 100), now);
    assert_eq!(wants.standing(&file(3)), None);
    assert!(wants.standing(&file(WANTS_OF_ONE_MAX)).is_some());
    assert_eq!(looked.to_go_on(&wants), [], "there is no room yet");

    wants.settle(&author, &file(4), tried(Outcome::Done), now);
    go_on(&mut looked, &wants, (&author, WANTS_OF_ONE_MAX, &[file(4)]), now);
    assert!(wants.standing(&file(3)).is_some());
}

/// A message of an author names a file that is not here.
fn name(
    looked: &mut Looked,
    wants: &Wants,
    (number, author, length): (usize, &AgencyId, u64),
    now: Instant,
) {
    let named =
        Named { at: place(number), author, lacked: Some(Want { file: file(number), length }) };
    let more = looked.take(wants, named, &Whose::Everybody, now);
    assert_eq!(more, More::Yes, "nobody's files end a look for everybody's");
}

/// The messages of one author are gone through again, as far as there is room.
fn go_on(
    looked: &mut Looked,
    wants: &Wants,
    (author, all, here): (&AgencyId, usize, &[Digest]),
    now: Instant,
) {
    let whose = Whose::Of(author.clone());
    let from = looked.place(&whose).map_or(0, |at| usize::try_from(at.leaf.get()).unwrap() + 1);
    for number in from..all {
        let is_lacked = !here.contains(&file(number));
        let lacked = is_lacked.then(|| want(number));
        let named = Named { at: place(number), author, lacked };
        if looked.take(wants, named, &whose, now) == More::No {
            return;
        }
    }
    looked.end(&whose);
}

fn place(number: usize) -> Attached {
    Attached { leaf: LeafIndex::new(u64::try_from(number).unwrap()), file: file(number) }
}

fn wanting(wants: &Wants, number: usize) -> Option<Wanting> {
    wants.standing(&file(number)).map(|standing| standing.wanting)
}

/// A try that brought something, where it can.
fn tried(outcome: Outcome) -> Tried {
    let brought = if outcome == Outcome::LinkEnded { 1 } else { 0 };
    Tried { outcome, brought }
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
