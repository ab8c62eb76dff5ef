//! A notice, from the day it goes out to the day it is taken back.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::intelligence::validity::NoticeStanding;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::exchange::notice::Notice;
use crate::procedure::exchange::notice::ROWS;
use crate::procedure::exchange::notice::Stage;
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

const DAY: u64 = 86_400_000;
const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn published() -> Fact {
    NoticeFact::Published { wanted: true, expires: Timestamp::from_millis(DAY) }.into()
}

fn seen(notice: MessageId) -> Fact {
    NoticeFact::Seen { notice, confirmation: None }.into()
}

fn challenged(notice: MessageId) -> Fact {
    NoticeFact::Challenged { notice }.into()
}

fn asked(notice: MessageId) -> Fact {
    NoticeFact::Asked { notice }.into()
}

fn confirmed(of: MessageId, notice: MessageId, standing: NoticeStanding) -> Fact {
    NoticeFact::Confirmed { of, notice, standing }.into()
}

fn corrected(target: MessageId) -> Fact {
    Fact::Common(CommonFact::Corrected {
        targets: Vec::from([target]),
        material: true,
        worse: Vec::new(),
    })
}

fn begun(salt: u8) -> (Play<Notice>, MessageId) {
    let play = Play::<Notice>::begin(salt, published());
    let notice = play.first();
    (play, notice)
}

fn stage(play: &Play<Notice>) -> Stage {
    play.now().state.stage()
}

#[test]
fn every_row_of_the_table_of_a_notice_is_walked() {
    // shows: xch-5, xch-6, xch-7, xch-8, xch-9, xch-10, xch-11, xch-12
    let (mut play, first) = begun(0);
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of: first }));
    let query = play.say(ASKED, asked(first));
    let of = play.id(&query);
    assert_eq!(play.now().state.open_queries().count(), 1);
    let confirmation = play.say(ASKS, confirmed(of, first, NoticeStanding::InForce));
    assert_eq!(play.now().state.open_queries().count(), 0);
    let confirmation = Some(play.id(&confirmation));
    play.say(ASKED, NoticeFact::Seen { notice: first, confirmation }.into());
    play.say(TRANSIT, challenged(first));
    assert_eq!(stage(&play), Stage::Suspended);
    assert_eq!(play.now().state.challenges().len(), 1);
    let digest = play.transcript.act(0).unwrap().digest;
    let second = play.say_instead(ASKS, digest, published());
    assert_eq!(stage(&play), Stage::InForce);
    assert!(play.now().state.challenges().is_empty());
    let notice = play.id(&second);
    play.say(TRANSIT, seen(notice));
    play.say(ASKS, WITHDRAWN);

    let state = play.now().state;
    assert_eq!((state.stage(), state.sightings().len()), (Stage::Withdrawn, 2));
    assert_eq!(state.taken(), &BTreeSet::from([agency(ASKED)]));
    play.told("every row of the table of a notice is walked", &[]);
    tests::all_walked(ROWS, &play.rules());
    let other = play.act(ASKS, &[], Fact::Note);
    assert_eq!(Notice::open(&other).unwrap_err().rule, "xch-5");
}

#[test]
fn only_recipients_see_challenge_and_ask_and_only_the_originator_answers() {
    // shows: pro-3
    let (play, _) = begun(0);
    let state = play.now().state;
    let moves = |name: &str| -> Vec<&str> {
        state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert_eq!(moves(ASKS), ["superseding notice", "withdrawal", "validity-confirmation"]);
    let recipients = ["notice-challenge", "sighting", "validity-query", "acknowledgement"];
    assert_eq!(moves(TRANSIT), recipients);
}

#[test]
fn what_is_said_about_a_notice_names_it() {
    // shows: xch-13
    let (mut play, _) = begun(0);
    let other = MessageId::new(Timestamp::from_millis(1), [1; 10]);

    assert_eq!(play.refused(ASKED, challenged(other)).rule, "xch-13");
    assert_eq!(play.refused(ASKED, asked(other)).rule, "xch-13");
    assert_eq!(play.refused(ASKS, published()).rule, "xch-6");
    play.told("what is said about a notice names it", &["xch-13"]);
}

#[test]
fn a_sighting_is_of_a_notice_that_stands_and_of_nothing_else() {
    // shows: xch-14
    let (mut play, notice) = begun(0);
    let other = MessageId::new(Timestamp::from_millis(1), [1; 10]);
    assert_eq!(play.refused(ASKED, seen(other)).rule, "xch-14");
    let unconfirmed = NoticeFact::Seen { notice, confirmation: Some(other) };
    assert_eq!(play.refused(ASKED, unconfirmed.into()).rule, "xch-14");

    play.say(TRANSIT, challenged(notice));
    let query = play.say(ASKED, asked(notice));
    let of = play.id(&query);
    let suspended = play.say(ASKS, confirmed(of, notice, NoticeStanding::Suspended));
    let refusal = play.refused(ASKED, seen(notice));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "xch-9"));
    play.say(ASKS, corrected(notice));
    let confirmation = Some(play.id(&suspended));
    let not_in_force = NoticeFact::Seen { notice, confirmation };
    assert_eq!(play.refused(ASKED, not_in_force.into()).rule, "xch-14");

    play.wait(DAY);
    let late = play.refused(ASKED, seen(notice));
    assert_eq!((late.rule, late.code), ("xch-14", RefusalCode::OutOfTurn));
    assert!(late.why.contains("expired"), "{}", late.why);
    play.told("a sighting is of a notice that stands and of nothing else", &["xch-14"]);
}

#[test]
fn a_confirmation_says_how_the_notice_stands() {
    // shows: xch-15
    let (mut play, first) = begun(0);
    let query = play.say(ASKED, asked(first));
    let of = play.id(&query);
    let stands = |play: &mut Play<Notice>, notice: MessageId, standing: NoticeStanding| {
        for said in NoticeStanding::ALL {
            let fact = confirmed(of, notice, *said);
            let act = play.act(ASKS, &play.transcript.heads(), fact);
            let judged = play.judge(&act);
            assert_eq!(judged.is_ok(), *said == standing, "{said} when it is {standing}");
            assert!(judged.err().is_none_or(|refusal| refusal.rule == "xch-15"));
        }
    };
    assert_eq!(play.refused(ASKS, confirmed(first, first, NoticeStanding::InForce)).rule, "xch-15");
    assert_eq!(play.refused(ASKS, confirmed(of, of, NoticeStanding::InForce)).rule, "xch-15");
    stands(&mut play, first, NoticeStanding::InForce);
    play.say(ASKED, challenged(first));
    stands(&mut play, first, NoticeStanding::Suspended);
    let digest = play.transcript.act(0).unwrap().digest;
    let second = play.say_instead(ASKS, digest, published());
    let second = play.id(&second);
    stands(&mut play, first, NoticeStanding::Replaced);
    stands(&mut play, second, NoticeStanding::InForce);
    play.wait(DAY);
    stands(&mut play, second, NoticeStanding::Expired);
    play.say(ASKS, WITHDRAWN);
    stands(&mut play, second, NoticeStanding::Withdrawn);
    play.told("a confirmation says how the notice stands", &["xch-15"]);
}

#[test]
fn a_correction_of_the_notice_ends_its_suspension() {
    // shows: xch-16
    let (mut play, notice) = begun(0);
    play.say(ASKED, challenged(notice));
    let query = play.say(ASKED, asked(notice));
    let query = play.id(&query);
    play.say(ASKED, corrected(query));
    assert_eq!(stage(&play), Stage::Suspended, "a correction of something else");
    play.say(ASKS, corrected(notice));

    assert_eq!(stage(&play), Stage::InForce);
    assert!(play.now().state.challenges().is_empty());
}

#[test]
fn a_sighting_beside_a_withdrawal_or_a_challenge_counts() {
    // shows: xch-17
    for salt in SALTS {
        for (author, fact, end) in [
            (ASKS, WITHDRAWN, Stage::Withdrawn),
            (TRANSIT, challenged(begun(salt).1), Stage::Suspended),
        ] {
            let (mut play, notice) = begun(salt);
            let before = play.transcript.heads();
            play.say_after(ASKED, &before, seen(notice));
            play.say_after(author, &before, fact);

            assert_eq!(stage(&play), end);
            assert_eq!(play.now().state.sightings().len(), 1);
            play.told(
                &format!("a sighting counts beside what ends the notice: {end}"),
                &["xch-17"],
            );
        }
    }
}

#[test]
fn a_challenge_that_the_originator_did_not_know_is_not_answered_by_what_it_said() {
    // shows: xch-18
    for salt in SALTS {
        let (mut play, notice) = begun(salt);
        let before = play.transcript.heads();
        play.say_after(ASKED, &before, challenged(notice));
        play.say_after(ASKS, &before, corrected(notice));
        assert_eq!(stage(&play), Stage::Suspended);
        play.told(
            "a challenge that the originator did not know is not answered by what it said 1",
            &["xch-18"],
        );

        let (mut play, notice) = begun(salt);
        let before = play.transcript.heads();
        play.say_after(ASKED, &before, challenged(notice));
        let mut other = play.act(ASKS, &before, published());
        other.supersedes = Some(before[0]);
        play.put(other).unwrap();
        assert_eq!(stage(&play), Stage::Suspended);
        play.told(
            "a challenge that the originator did not know is not answered by what it said 2",
            &["xch-18"],
        );
    }
}

#[test]
fn a_withdrawal_of_a_notice_ends_it_whatever_came_beside() {
    // shows: xch-19
    for salt in SALTS {
        let (mut play, notice) = begun(salt);
        let before = play.transcript.heads();
        let challenge = play.say_after(ASKED, &before, challenged(notice));
        let withdrawal = play.say_after(ASKS, &before, WITHDRAWN);
        let mut other = play.act(ASKS, &before, published());
        other.supersedes = Some(before[0]);
        let superseding = play.put(other).unwrap();

        assert_eq!(stage(&play), Stage::Withdrawn);
        for message in [challenge, superseding] {
            assert_eq!(play.fate(&message), Fate::Outranked { by: withdrawal });
        }
        play.told("a withdrawal of a notice ends it whatever came beside", &["xch-19"]);
    }
}

#[test]
fn two_notices_in_place_of_one_are_a_conflict_that_the_originator_settles() {
    // shows: xch-20
    for salt in SALTS {
        let (mut play, _) = begun(salt);
        let before = play.transcript.heads();
        let mut between: Vec<Digest> = Vec::new();
        for _ in 0..2 {
            let mut other = play.act(ASKS, &before, published());
            other.supersedes = Some(before[0]);
            between.push(play.put(other).unwrap());
        }
        assert_eq!(play.now().common.conflicts().len(), 1);

        let (prevails, lost) = (between[0], between[1]);
        between.sort_unstable();
        play.say(ASKS, Fact::Common(CommonFact::Resolved { between, prevails: Some(prevails) }));
        assert!(play.now().common.conflicts().is_empty());
        assert_eq!(play.fate(&lost), Fate::SetAside);
        play.told(
            "two notices in place of one are a conflict that the originator settles",
            &["xch-20"],
        );
    }
}

fn menu(what: u8, seen_so_far: &Transcript) -> Fact {
    let at = |place: usize| seen_so_far.act(place.min(seen_so_far.len() - 1)).unwrap().id;
    let (first, last) = (at(0), at(usize::MAX));
    match what % 12 {
        0 => published(),
        1 => seen(first),
        2 | 3 => challenged(first),
        4 => asked(first),
        5 => confirmed(last, first, NoticeStanding::InForce),
        6 => confirmed(last, first, NoticeStanding::Suspended),
        7 => confirmed(at(1), first, NoticeStanding::InForce),
        8 => NoticeFact::Seen { notice: first, confirmation: Some(at(2)) }.into(),
        9 => corrected(first),
        10 => Fact::Common(CommonFact::Acknowledged { of: first }),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_agree_on_how_a_notice_stands(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let choose = |what: u8, _: &Folded<Notice>, seen: &Transcript| menu(what, seen);
        let mut play = convergence::play::<Notice>(published(), &attempts, choose);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..12).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
