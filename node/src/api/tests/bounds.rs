//! Sizes, pages and the way they end.

use core::pin::Pin;
use core::task::Context;
use core::task::Poll;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use axum::body::Body;
use concord_protocol::limits::STAFF_LIST_BYTES_MAX;
use futures_core::Stream;

use crate::api::bounds::DRAIN_BYTES_MAX;
use crate::api::bounds::SUBMISSION_BYTES_MAX;
use crate::api::tests::fake::Fake;
use crate::api::tests::wire::SUBMISSION;
use crate::api::tests::wire::World;
use crate::api::tests::wire::request;

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_submission_of_exactly_the_bound_is_read() {
    // shows: api-6
    let text = format!("{SUBMISSION}{}", " ".repeat(SUBMISSION_BYTES_MAX - SUBMISSION.len()));

    let answered = World::new(Fake::new()).post("/api/v1/messages", &[JSON], text);

    assert_eq!(answered.status.as_u16(), 201);
}

#[test]
fn a_declared_length_beyond_the_bound_is_refused_before_a_byte_is_read() {
    // shows: api-6
    let length = (SUBMISSION_BYTES_MAX + 1).to_string();
    // A caller who asks before it sends is answered before it does.
    let headers = [JSON, ("content-length", length.as_str()), ("expect", "100-continue")];

    let answered =
        World::new(Fake::new()).post("/api/v1/messages", &headers, Body::from_stream(Unreadable));

    assert_eq!((answered.status.as_u16(), answered.code()), (413, "request-too-long".to_owned()));
}

#[test]
fn an_undeclared_length_ends_at_the_bound() {
    // shows: api-6
    let body = Body::from_stream(Endless);

    let answered = World::new(Fake::new()).ask(request("POST", "/api/v1/messages", &[JSON], body));

    assert_eq!((answered.status.as_u16(), answered.code()), (413, "request-too-long".to_owned()));
}

#[test]
fn what_a_refusal_leaves_of_a_body_is_read_on_up_to_a_bound() {
    // shows: api-22
    let length = (SUBMISSION_BYTES_MAX + 1).to_string();
    let declared = ("content-length", length.as_str());
    let stranger = ("authorization", "Bearer another-token");
    let pieces = 2 * SUBMISSION_BYTES_MAX / PIECE_BYTES;
    for (headers, status) in [
        ([JSON, declared], 413),
        ([JSON, stranger], 401),
        ([("content-type", "text/css"), declared], 415),
    ] {
        let (body, left) = Counted::of(pieces);

        let answered =
            World::new(Fake::new()).post("/api/v1/messages", &headers, Body::from_stream(body));

        assert_eq!(answered.status.as_u16(), status);
        assert_eq!(left.load(Ordering::Relaxed), 0, "the caller could send all of it");
    }
}

#[test]
fn a_body_without_end_is_cut_off() {
    // shows: api-22
    let begun = 2 * DRAIN_BYTES_MAX / PIECE_BYTES;
    let (body, left) = Counted::of(begun);
    let length = (SUBMISSION_BYTES_MAX + 1).to_string();
    let headers = [JSON, ("content-length", length.as_str())];

    let answered =
        World::new(Fake::new()).post("/api/v1/messages", &headers, Body::from_stream(body));

    assert_eq!(answered.code(), "request-too-long");
    assert_eq!(begun - left.load(Ordering::Relaxed), DRAIN_BYTES_MAX / PIECE_BYTES + 1);
}

#[test]
fn a_caller_who_sends_no_more_is_answered_all_the_same() {
    // shows: api-22
    let length = (SUBMISSION_BYTES_MAX + 1).to_string();
    let headers = [JSON, ("content-length", length.as_str())];

    let answered =
        World::new(Fake::new()).post("/api/v1/messages", &headers, Body::from_stream(Silent));

    assert_eq!(answered.code(), "request-too-long");
}

#[test]
fn a_paper_has_a_bound_of_its_own() {
    let bytes = [("content-type", "application/octet-stream")];

    let answered =
        World::new(Fake::new()).post("/api/v1/peers", &bytes, "x".repeat(STAFF_LIST_BYTES_MAX + 1));

    assert_eq!(answered.status.as_u16(), 413);
}

#[test]
fn pages_show_every_message_once_newest_first() {
    // shows: api-10
    let world = World::new(Fake::with_messages(23));
    let mut seen = Vec::new();
    let mut path = "/api/v1/messages?limit=5".to_owned();
    loop {
        let page = world.get(&path).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["log_index"].as_u64().unwrap()),
        );
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/messages?limit=5&cursor={next}"),
            None => break,
        }
    }

    assert!(seen.is_sorted_by(|a, b| a > b));
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 23);
}

#[test]
fn a_page_that_ends_with_the_last_message_has_no_next() {
    let page = World::new(Fake::with_messages(5)).get("/api/v1/messages?limit=5").json();

    assert_eq!((page["items"].as_array().unwrap().len(), page["next"].is_null()), (5, true));
}

#[test]
fn a_cursor_of_another_filter_is_refused() {
    // shows: api-10
    let world = World::new(Fake::with_messages(5));
    let next = world.get("/api/v1/messages?limit=2").json()["next"].as_str().unwrap().to_owned();

    let answered = world.get(&format!("/api/v1/messages?limit=2&direction=in&cursor={next}"));

    assert_eq!((answered.status.as_u16(), answered.code()), (400, "bad-cursor".to_owned()));
}

#[test]
fn a_bundle_is_streamed_whole() {
    let answered = World::new(Fake::new()).get("/api/v1/log/export");

    assert_eq!(answered.body, vec![0x5a; 200_000]);
    assert_eq!(
        answered.header("content-disposition"),
        Some("attachment; filename=\"la.mps.concord\"")
    );
}

/// A body that must not be looked at.
struct Unreadable;

impl Stream for Unreadable {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        panic!("the body was read")
    }
}

/// Bytes in each piece of a body.
const PIECE_BYTES: usize = 64 * 1024;

/// A body of so many pieces, and how many are left.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn of(pieces: usize) -> (Self, Arc<AtomicUsize>) {
        let left = Arc::new(AtomicUsize::new(pieces));
        (Self(Arc::clone(&left)), left)
    }
}

impl Stream for Counted {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        Poll::Ready((left > 0).then(|| Ok(vec![b' '; PIECE_BYTES])))
    }
}

/// A body whose caller sends nothing more.
struct Silent;

impl Stream for Silent {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

/// A body without end.
struct Endless;

impl Stream for Endless {
    type Item = Result<Vec<u8>, std::io::Error>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(Some(Ok(vec![b' '; PIECE_BYTES])))
    }
}
