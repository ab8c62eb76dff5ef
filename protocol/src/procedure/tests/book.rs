//! A procedure as it grows, and how much of it there may be.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::TRANSIT;
use super::agency;
use super::information;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::limits::AUTHOR_ACTS_MAX;
use crate::limits::OWN_BESIDE_MAX;
use crate::limits::TRANSCRIPT_ACTS_MAX;
use crate::limits::TRANSCRIPT_RESERVED;
use crate::limits::UNPLACED_ACTS_MAX;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::book::Kept;
use crate::procedure::book::Stands;
use crate::procedure::book::Verdict;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::information::Information;
use crate::procedure::refusal::Refusal;
use crate::registry::RefusalCode;

type Talk = Play<Information>;

/// A request for information, and the book that it begins.
fn begun() -> (Talk, Book) {
    let play = information::assigned(0);
    let acts: Vec<Act> = (0..play.transcript.len())
        .filter_map(|place| play.transcript.act(place))
        .cloned()
        .collect();
    (play, Book::of(acts))
}

fn brief(refusal: &Refusal) -> (RefusalCode, &'static str) {
    (refusal.code, refusal.rule)
}

/// Says so many remarks, each after everything, in turn by these.
fn fill(play: &mut Talk, book: &mut Book, by: &[&str], count: usize) {
    let mut last = book.transcript().heads();
    for (_, author) in (0..count).zip(by.iter().cycle()) {
        let act = play.act(author, &last, Fact::Note);
        last = Vec::from([act.digest]);
        assert_eq!(book.judge(&act), Ok(Verdict::Fits));
        book.admit(act, Verdict::Fits);
    }
}

fn on_top(play: &mut Talk, book: &Book, author: &str, fact: Fact) -> Result<Verdict, Refusal> {
    let act = play.act(author, &book.transcript().heads(), fact);
    book.judge(&act)
}

#[test]
fn a_procedure_is_full_for_whoever_has_seen_that_many_messages() {
    // shows: pro-20
    let (mut play, mut book) = begun();
    let early = book.transcript().heads();
    let room = TRANSCRIPT_ACTS_MAX - TRANSCRIPT_RESERVED - book.transcript().len();
    fill(&mut play, &mut book, &[ASKS, ASKED, TRANSIT], room);

    let refusal = on_top(&mut play, &book, ASKED, Fact::Note).unwrap_err();
    assert_eq!(brief(&refusal), (RefusalCode::ProcedureFull, "pro-20"));
    let who_saw_less = play.act("th.rtp", &early, Fact::Note);
    assert_ne!(book.judge(&who_saw_less).map_err(|refusal| refusal.rule), Err("pro-20"));
    let withdrawal = Fact::Common(CommonFact::Withdrawn);
    assert_eq!(
        on_top(&mut play, &book, ASKS, withdrawal),
        Ok(Verdict::Fits),
        "there is room to stop"
    );
}

#[test]
fn nobody_alone_fills_a_procedure() {
    // shows: pro-20
    let (mut play, mut book) = begun();
    let own = (0..book.transcript().len())
        .filter(|place| book.transcript().act(*place).unwrap().author == agency(ASKS))
        .count();
    fill(&mut play, &mut book, &[ASKS], AUTHOR_ACTS_MAX - own);

    let refusal = on_top(&mut play, &book, ASKS, Fact::Note).unwrap_err();
    assert_eq!(brief(&refusal), (RefusalCode::ProcedureFull, "pro-20"));
    assert_eq!(on_top(&mut play, &book, ASKED, Fact::Note), Ok(Verdict::Fits));
}

#[test]
fn an_agency_follows_what_it_said_itself_but_for_its_last_drafts() {
    // shows: pro-21
    let (mut play, mut book) = begun();
    let early = book.transcript().heads();
    for _ in 0..OWN_BESIDE_MAX {
        book.take(play.act(ASKS, &early, Fact::Note));
    }
    let one_more = play.act(ASKS, &early, Fact::Note);
    let refusal = book.judge(&one_more).unwrap_err();
    assert_eq!(brief(&refusal), (RefusalCode::ProcedureFull, "pro-21"));

    let of_another = play.act(ASKED, &early, Fact::Note);
    assert_eq!(book.judge(&of_another), Ok(Verdict::Fits));
    assert_eq!(on_top(&mut play, &book, ASKS, Fact::Note), Ok(Verdict::Fits));
}

#[test]
fn few_messages_of_one_agency_wait_and_those_of_others_are_taken_all_the_same() {
    // shows: pro-22
    let (mut play, mut book) = begun();
    let nowhere = [digest::sha256(b"what nobody has")];
    for _ in 0..UNPLACED_ACTS_MAX {
        let act = play.act(TRANSIT, &nowhere, Fact::Note);
        assert_eq!(book.judge(&act), Ok(Verdict::Waits));
        book.take(act);
    }
    let one_more = play.act(TRANSIT, &nowhere, Fact::Note);
    let refusal = book.judge(&one_more).unwrap_err();
    assert_eq!(brief(&refusal), (RefusalCode::ProcedureFull, "pro-22"));

    let of_another = play.act(ASKED, &nowhere, Fact::Note);
    assert_eq!(book.judge(&of_another), Ok(Verdict::Waits));
    assert_eq!(on_top(&mut play, &book, TRANSIT, Fact::Note), Ok(Verdict::Fits));
}

#[test]
fn a_procedure_that_is_read_again_stands_where_it_stood() {
    // shows: pro-11, pro-12
    let (mut play, mut book) = begun();
    let mut kept: Vec<Kept> = (0..book.transcript().len())
        .filter_map(|place| book.transcript().act(place))
        .map(|act| Kept { act: act.clone(), stands: Stands::Within })
        .collect();
    let seen = book.transcript().heads();
    let first = play.act(ASKED, &seen, Fact::Note);
    let second = play.act(ASKED, &[first.digest], Fact::Note);
    let stranger = play.act("mm.mpf", &[first.digest], Fact::Note);
    let mut aside = play.act(ASKED, &seen, Fact::Note);
    aside.told = BTreeSet::new();
    for act in [second, stranger, aside, first] {
        let verdict = book.judge(&act).unwrap();
        kept.extend(book.admit(act, verdict));
    }
    // What is said last of a message counts.
    let last: alloc::collections::BTreeMap<Digest, Kept> =
        kept.into_iter().map(|kept| (kept.act.digest, kept)).collect();
    let again = Book::recalled(last.into_values());

    assert_eq!((again.asides().len(), again.refused().len(), again.waiting().len()), (1, 1, 0));
    assert_eq!(again.refused(), book.refused());
    assert_eq!(again.machine(), book.machine());
    let refused = again.refused().values().next().unwrap();
    assert_eq!(brief(&again.why_refused(refused)), (RefusalCode::NotEntitled, "pro-7"));
}

#[test]
fn what_waits_for_the_beginning_is_placed_with_it_in_whatever_order_it_came() {
    // shows: pro-11
    let (mut play, book) = begun();
    let seen = book.transcript().heads();
    let mut acts: Vec<Act> = (0..50).map(|_| play.act(ASKED, &seen, Fact::Note)).collect();
    acts.extend(
        (0..book.transcript().len())
            .rev()
            .filter_map(|place| book.transcript().act(place))
            .cloned(),
    );

    let grown = Book::of(acts.clone());
    acts.reverse();

    assert_eq!(grown.transcript().len(), acts.len());
    assert_eq!(grown.machine(), Book::of(acts).machine());
}
