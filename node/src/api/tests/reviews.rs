//! What a person looks at again, as the API lists it, and what is kept on.

use concord_protocol::crypto::digest;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

use crate::api::tests::fake::Fake;
use crate::api::tests::wire::NOON;
use crate::api::tests::wire::World;
use crate::host::handle::reviews::KeepError;
use crate::host::handle::reviews::Needed;
use crate::host::handle::reviews::ReviewPlace;
use crate::host::handle::reviews::ReviewState;
use crate::host::handle::reviews::ReviewView;
use crate::host::handle::reviews::Reviews;
use crate::host::kept::Kept;

/// Three messages: one past its last day, one whose day has come, one whose day comes soon.
pub(super) fn page(after: Option<ReviewPlace>, limit: usize) -> Reviews {
    let all = [
        view(3, "2026-01-31", "2026-02-28", ReviewState::PastErasure),
        view(1, "2026-03-01", "2031-03-01", ReviewState::Due),
        view(2, "2026-03-20", "2031-03-01", ReviewState::Soon),
    ];
    let place = |view: &ReviewView| (view.review_on, view.leaf);
    let rest: Vec<ReviewView> =
        all.into_iter().filter(|view| after.is_none_or(|after| place(view) > after)).collect();
    let items: Vec<ReviewView> = rest.iter().take(limit).copied().collect();
    let next = items.last().map(place).filter(|_| rest.len() > limit);
    Reviews { items, next }
}

/// Keeps it at noon, unless the day comes too late.
pub(super) fn keep(needed: Needed) -> Result<Kept, KeepError> {
    let Needed { officer, reason, next_review } = needed;
    let latest = day("2027-03-01");
    if next_review > latest {
        return Err(KeepError::NextReview(latest));
    }
    let at = Timestamp::from_millis(NOON);
    Ok(Kept { officer, reason, next_review, at, leaf: LeafIndex::new(9) })
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn view(name: u8, review_on: &str, erase_by: &str, state: ReviewState) -> ReviewView {
    let at = Timestamp::from_millis(u64::from(name));
    ReviewView {
        id: MessageId::new(at, [name; 10]),
        digest: digest::sha256(&[name]),
        procedure: ProcedureId::new(at, [name; 10]),
        leaf: LeafIndex::new(u64::from(name)),
        review_on: day(review_on),
        erase_by: day(erase_by),
        state,
        term_months: 12,
    }
}

#[test]
fn what_is_looked_at_again_is_listed_page_by_page_with_ids_and_dates_only() {
    // shows: era-10, era-11
    let world = World::new(Fake::new());
    let first = world.get("/api/v1/reviews?limit=2").json();
    let states: Vec<&str> = first["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["past-erasure", "due"]);
    let keys: Vec<&String> = first["items"][0].as_object().unwrap().keys().collect();
    let known = ["digest", "erase_by", "id", "procedure", "review_on", "state", "term_months"];
    assert_eq!(keys, known);

    let next = first["next"].as_str().unwrap();
    assert_eq!(next, "2026-03-01.1");
    let rest = world.get(&format!("/api/v1/reviews?cursor={next}")).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!((&rest["items"][0]["state"], &rest["next"]), (&"soon".into(), &().into()));
    for bad in ["yesterday", "2026-03-01", "2026-03-01.x", "2026-13-01.1"] {
        assert_eq!(world.get(&format!("/api/v1/reviews?cursor={bad}")).code(), "bad-cursor");
    }
    assert_eq!(world.get("/api/v1/reviews?limit=0").code(), "bad-parameter");
}

#[test]
fn a_message_is_kept_on_by_an_officer_with_a_reason_and_a_day() {
    // shows: era-12
    let world = World::new(Fake::new());
    let listed = world.get("/api/v1/messages").json();
    let id = listed["items"][0]["id"].as_str().unwrap();
    let keeps = |given: &str| world.post(&format!("/api/v1/messages/{id}/review?{given}"), &[], "");
    let kept = keeps("officer=LA-1&reason=trial%20goes%20on&next_review=2026-09-01").json();
    assert_eq!((&kept["reason"], &kept["log_index"]), (&"trial goes on".into(), &9.into()));
    let late = keeps("officer=LA-1&reason=trial&next_review=2027-03-02");
    assert_eq!(late.code(), "not-kept");
    assert!(late.json().to_string().contains("2027-03-01"));
    for bad in [
        "reason=trial&next_review=2026-09-01",
        "officer=LA-1&next_review=2026-09-01",
        "officer=LA-1&reason=trial",
        "officer=LA-1&reason=%20&next_review=2026-09-01",
        "officer=LA-1&reason=trial&next_review=soon",
    ] {
        assert_eq!(keeps(bad).code(), "bad-parameter", "{bad}");
    }
}
