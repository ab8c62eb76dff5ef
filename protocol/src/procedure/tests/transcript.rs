//! The graph: parents before children, one beginning, heads.

use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::tests::handover::requested;
use crate::procedure::transcript::Unplaced;

#[test]
fn a_message_waits_for_its_parents_and_is_taken_once() {
    // shows: pro-1
    let mut play = Play::<Handover>::begin(0, requested());
    let root = play.transcript.heads()[0];
    let parent = play.act(ASKED, &[root], Fact::Note);
    let child = play.act(ASKS, &[parent.digest], Fact::Note);

    assert_eq!(
        play.transcript.put(child.clone()),
        Err(Unplaced::Missing(Vec::from([parent.digest])))
    );
    play.transcript.put(parent.clone()).unwrap();
    play.transcript.put(child.clone()).unwrap();
    assert_eq!(play.transcript.put(parent), Err(Unplaced::Known));
    assert_eq!(play.transcript.heads(), [child.digest]);
}

#[test]
fn a_procedure_begins_once() {
    // shows: pro-1
    let mut play = Play::<Handover>::begin(0, requested());

    let second = play.act(ASKS, &[], requested());

    assert_eq!(play.transcript.put(second), Err(Unplaced::OtherBeginning));
}

#[test]
fn two_messages_are_concurrent_when_neither_author_had_seen_the_other() {
    // shows: pro-2
    let mut play = Play::<Handover>::begin(0, requested());
    let root = play.transcript.heads()[0];
    let one = play.say_after(ASKS, &[root], Fact::Note);
    let other = play.say_after(ASKED, &[root], Fact::Note);
    let last = play.say(ASKS, Fact::Note);

    let place = |digest| play.transcript.place(digest).unwrap();
    assert!(play.transcript.concurrent(place(&one), place(&other)));
    for earlier in [&root, &one, &other] {
        assert!(!play.transcript.concurrent(place(earlier), place(&last)));
    }
    assert_eq!(play.transcript.heads(), [last]);
}
