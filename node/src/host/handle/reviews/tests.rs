//! What is looked at again is kept by an officer's word, for no longer than the terms and its own last day allow.

use concord_protocol::crypto::digest;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

use super::KeepError;
use super::ReviewState;
use super::ReviewView;
use super::judge;

const TODAY: &str = "2026-03-01";

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn view(review_on: &str, erase_by: &str, state: ReviewState) -> ReviewView {
    ReviewView {
        id: MessageId::new(Timestamp::from_millis(1), [1; 10]),
        digest: digest::sha256(b"a message"),
        procedure: ProcedureId::new(Timestamp::from_millis(1), [2; 10]),
        leaf: LeafIndex::new(1),
        review_on: day(review_on),
        erase_by: day(erase_by),
        state,
        term_months: 12,
    }
}

/// What is said to whoever keeps a message until a day; nothing where it is kept.
fn said(view: &ReviewView, next: &str) -> Option<String> {
    let judged = judge(view, (day(TODAY), day("2026-03-31")), day(next));
    judged.err().map(|error: KeepError| error.to_string())
}

#[test]
fn the_next_review_comes_within_the_term_and_before_the_last_day() {
    // shows: era-12
    let due = view("2026-02-01", "2031-03-01", ReviewState::Due);
    assert_eq!(said(&due, "2026-03-02"), None);
    assert_eq!(said(&due, "2027-03-01"), None);
    let bounds = Some("the next review is after today and no later than 2027-03-01".to_owned());
    for next in [TODAY, "2026-02-28", "2027-03-02"] {
        assert_eq!(said(&due, next), bounds, "{next}");
    }
    // No officer puts off the day on which a message ends.
    let ends = view("2026-02-01", "2026-06-30", ReviewState::Due);
    assert_eq!(said(&ends, "2026-06-30"), None);
    assert!(said(&ends, "2026-07-01").is_some());
}

#[test]
fn nobody_keeps_what_nobody_has_to_look_at_or_what_is_past_its_last_day() {
    // shows: era-12
    let soon = view("2026-03-31", "2031-03-01", ReviewState::Soon);
    assert_eq!(said(&soon, "2026-09-01"), None);
    let later = view("2026-04-01", "2031-03-01", ReviewState::Soon);
    assert!(said(&later, "2026-09-01").unwrap().contains("2026-04-01"));
    let over = view("2026-01-01", "2026-02-28", ReviewState::PastErasure);
    assert!(said(&over, "2026-03-02").unwrap().contains("2026-02-28"));
}
