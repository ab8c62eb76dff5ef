//! A long procedure in which nobody has seen the last messages, as it grows.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::ProptestConfig;
use proptest::prelude::any;
use proptest::proptest;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::book::Verdict;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::fact::BlockEffect;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::FeedPoint;
use crate::procedure::exchange::feed::Feed;
use crate::procedure::fact::Fact;
use crate::procedure::machine::Machine;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::TRANSIT;
use crate::procedure::transcript::Places;

/// Everything is folded from the beginning after so many messages, and held against what grew.
const HELD_AGAINST_EVERY: usize = 9;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_procedure_that_grows_message_by_message_is_what_is_folded_from_the_beginning(
        salt in any::<u8>(),
        picks in vec(any::<(u8, u8, u8)>(), 60..160),
    ) {
        // shows: pro-2, pro-12
        let mut play = Play::<Feed>::begin(salt, whole());
        let mut book = Book::of([play.transcript.act(0).unwrap().clone()]);
        for (number, pick) in picks.into_iter().enumerate() {
            let act = said(&mut play, &book, pick);
            let seen = book.transcript().closure(&act.parents).unwrap();
            let verdict = book.judge(&act);
            if number % HELD_AGAINST_EVERY == 0 {
                let from_the_beginning = Machine::of(book.transcript(), &seen).unwrap();
                assert_eq!(verdict.is_err(), from_the_beginning.judge(&act).is_err());
            }
            if verdict == Ok(Verdict::Fits) {
                book.take(act);
            }
            if number % HELD_AGAINST_EVERY == 0 {
                let all = book.transcript().all();
                assert_eq!(book.machine(), Machine::of(book.transcript(), &all).as_ref());
            }
        }
        assert!(book.states() > 1, "a long procedure keeps states on the way");
    }
}

#[test]
fn the_longest_procedure_keeps_few_states() {
    // shows: pro-12
    let mut play = Play::<Feed>::begin(1, whole());
    let mut book = Book::of([play.transcript.act(0).unwrap().clone()]);
    for number in 0..1_500 {
        let heads = book.transcript().heads();
        let act = play.act(ASKED, &heads, blocked(number));
        book.take(act);
        assert!(book.states() <= 11, "one state for each power of two");
    }
    assert_eq!(book.transcript().len(), 1_501);
}

/// Somebody says something, and has not seen up to 19 of the last messages.
fn said(play: &mut Play<Feed>, book: &Book, (who, behind, what): (u8, u8, u8)) -> Act {
    let author = [ASKS, ASKED, TRANSIT][usize::from(who) % 3];
    let transcript = book.transcript();
    let count = transcript.len().saturating_sub(usize::from(behind) % 20).max(1);
    let mut seen = Places::up_to(count);
    let own = (0..transcript.len())
        .filter(|place| transcript.act(*place).is_some_and(|act| act.author.as_str() == author));
    own.for_each(|place| {
        seen.put(place);
        seen.join(transcript.past(place).unwrap());
    });
    let digests: Vec<Digest> =
        seen.iter().filter_map(|place| transcript.act(place)).map(|act| act.digest).collect();
    let Some(Machine::Feed(stands)) = Machine::of(transcript, &seen) else { panic!("a feed") };
    let at = stands.state.head();
    let conflict = stands.common.conflicts().first();
    let fact = match (conflict, what % 4) {
        (Some((one, other)), _) if author == ASKS => {
            let mut between = Vec::from([*one, *other]);
            between.sort_unstable();
            Fact::Common(CommonFact::Resolved { between, prevails: Some(*one) })
        }
        (_, 0 | 1) if author == ASKS => {
            let to = FeedPoint { seq: at.seq + 1, root: digest::sha256(&[what, behind]) };
            FeedFact::Changed { feed: feed(), from: at, to }.into()
        }
        (_, 2) => FeedFact::Missed { feed: feed(), to_seq: None }.into(),
        (_, _) => blocked(transcript.len() as u64 * 300 + u64::from(what)),
    };
    play.act(author, &digests, fact)
}

fn feed() -> Digest {
    digest::sha256(b"feed")
}

fn whole() -> Fact {
    let at = FeedPoint { seq: 1, root: digest::sha256(b"root") };
    FeedFact::Whole { feed: feed(), at }.into()
}

fn blocked(number: u64) -> Fact {
    let effect = BlockEffect {
        feed: Some(feed()),
        from: Timestamp::from_millis(number * 10),
        until: Timestamp::from_millis(number * 10 + 5),
        counts: Vec::from([(AttemptType::Call, 1)]),
    };
    FeedFact::Blocked(effect).into()
}
