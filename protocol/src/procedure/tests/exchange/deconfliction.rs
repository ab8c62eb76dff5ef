//! Hit or no hit, and the least that lies behind it.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::ids::MessageId;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::deconfliction::Deconfliction;
use crate::procedure::exchange::deconfliction::ROWS;
use crate::procedure::exchange::deconfliction::Stage;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::tests;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::SALTS;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;
use crate::procedure::tests::convergence;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn asked() -> Fact {
    DeconflictionFact::Asked { identifiers: 3 }.into()
}

fn answered(of: MessageId, hits: u64) -> Fact {
    DeconflictionFact::Answered { of, answers: 3, hits }.into()
}

fn told(of: MessageId, hits: u64) -> Fact {
    DeconflictionFact::Told { of, hits }.into()
}

fn begun(salt: u8) -> (Play<Deconfliction>, MessageId) {
    let play = Play::<Deconfliction>::begin(salt, asked());
    let query = play.first();
    (play, query)
}

/// A query to two agencies, which one of them can answer last.
fn to_two(salt: u8) -> (Deconfliction, Vec<Act>) {
    let (mut play, query) = begun(salt);
    let mut opening = play.act(ASKS, &[], asked());
    opening.asked = [ASKED, TRANSIT].map(agency).into();
    opening.id = query;
    let root = [opening.digest];
    let mut replies = Vec::from([ASKED, TRANSIT].map(|by| play.act(by, &root, answered(query, 1))));
    replies.sort_by_key(|act| act.digest);
    (Deconfliction::open(&opening).unwrap(), replies)
}

#[test]
fn every_row_of_the_table_of_a_deconfliction_is_walked() {
    // shows: xch-21, xch-22, xch-23, xch-24, xch-25
    let (mut play, query) = begun(0);
    assert_eq!(Vec::from_iter(play.now().state.awaited()), [&agency(ASKED)]);
    play.say(ASKED, answered(query, 0));
    assert_eq!(play.now().state.stage(), Stage::Answered);
    assert!(play.now().state.awaited().is_empty());
    let hit = play.say(ASKED, answered(query, 2));
    let of = play.id(&hit);
    let reply = play.now().state.replies()[&of].clone();
    assert_eq!((reply.by(), reply.hits(), reply.owes()), (&agency(ASKED), 2, true));
    assert!(reply.said_at() > Timestamp::from_millis(0));
    play.say(ASKED, told(of, 1));
    assert!(play.now().state.replies()[&of].owes(), "one hit is still behind");
    play.say(ASKED, told(of, 1));
    assert!(!play.now().state.replies()[&of].owes());
    play.say(ASKS, WITHDRAWN);
    assert_eq!(play.now().state.stage(), Stage::Withdrawn);

    play.told("every row of the table of a deconfliction is walked", &[]);
    tests::all_walked(ROWS, &play.rules());
    assert_eq!(play.refused(ASKS, asked()).rule, "xch-21");
    let other = play.act(ASKS, &[], Fact::Note);
    assert_eq!(Deconfliction::open(&other).unwrap_err().rule, "xch-21");
}

#[test]
fn a_reply_answers_for_each_identifier_of_the_query() {
    // shows: xch-26
    let (mut play, query) = begun(0);
    let other = MessageId::new(Timestamp::from_millis(1), [1; 10]);
    let short = DeconflictionFact::Answered { of: query, answers: 2, hits: 0 };

    assert_eq!(play.refused(ASKED, short.into()).rule, "xch-26");
    assert_eq!(play.refused(ASKED, answered(other, 0)).rule, "xch-26");
    assert_eq!(play.refused(TRANSIT, answered(query, 0)).code, RefusalCode::NotEntitled);
    play.told("a reply answers for each identifier of the query", &["xch-26"]);
}

#[test]
fn core_data_follows_a_hit_of_the_same_agency() {
    // shows: xch-27
    let (mut play, query) = begun(0);
    let early = play.refused(ASKED, told(query, 1));
    assert_eq!((early.code, early.rule), (RefusalCode::Safeguard, "xch-27"));
    let none = play.say(ASKED, answered(query, 0));
    let none = play.id(&none);
    assert_eq!(play.refused(ASKED, told(none, 1)).rule, "xch-27");
    let hit = play.say(ASKED, answered(query, 1));
    let hit = play.id(&hit);
    assert_eq!(play.refused(ASKED, told(hit, 2)).rule, "xch-27");
    play.say(ASKED, told(hit, 1));

    let (state, replies) = to_two(0);
    let common = play.now().common;
    let mut state = state;
    state.step(&replies[0], &common).unwrap();
    let foreign = Act { fact: told(replies[0].id, 1), ..replies[1].clone() };
    assert_eq!(state.step(&foreign, &common).unwrap_err().rule, "xch-27");
    play.told("core data follows a hit of the same agency", &["xch-27"]);
}

#[test]
fn a_reply_that_crosses_a_withdrawal_was_disclosed_and_moves_nothing() {
    // shows: xch-28
    for salt in SALTS {
        let (mut play, query) = begun(salt);
        let seen = play.transcript.heads();
        let reply = play.say_after(ASKED, &seen, answered(query, 1));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(play.now().state.stage(), Stage::Withdrawn);
        assert_eq!(play.fate(&reply), Fate::Outranked { by: withdrawal });
        let of = play.id(&reply);
        assert_eq!(play.refused(ASKED, told(of, 1)).code, RefusalCode::OutOfTurn);
        play.told("a reply that crosses a withdrawal was disclosed and moves nothing", &["xch-28"]);
    }
}

#[test]
fn each_agency_answers_for_itself_in_any_order() {
    // shows: xch-29
    for salt in SALTS {
        let common = begun(salt).0.now().common;
        let (state, replies) = to_two(salt);
        let (mut one, mut other) = (state.clone(), state);
        for reply in &replies {
            one.step(reply, &common).unwrap();
        }
        assert_eq!(one.stage(), Stage::Answered);
        for reply in replies.iter().rev() {
            assert_eq!(other.stage(), Stage::Asking);
            other.step(reply, &common).unwrap();
        }
        assert_eq!(one, other);
    }
    let (mut play, query) = begun(0);
    let seen = play.transcript.heads();
    play.say_after(ASKED, &seen, answered(query, 0));
    play.say_after(ASKED, &seen, answered(query, 1));
    assert_eq!(play.now().state.replies().len(), 2);
}

fn menu(what: u8, seen: &Transcript) -> Fact {
    let (query, last) = (seen.act(0).unwrap().id, seen.act(seen.len() - 1).unwrap().id);
    match what % 6 {
        0 => answered(query, 0),
        1 => answered(query, 2),
        2 | 3 => told(last, 1),
        4 => Fact::Common(CommonFact::Acknowledged { of: query }),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_agree_on_what_was_hit(
        attempts in vec(any::<convergence::Attempt>(), 1..40),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let choose = |what: u8, _: &Folded<Deconfliction>, seen: &Transcript| menu(what, seen);
        let mut play = convergence::play::<Deconfliction>(asked(), &attempts, choose);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..6).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
