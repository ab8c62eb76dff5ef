//! A request for information: every row of its table, every prescribed meeting, every guard.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::convergence;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::intelligence::information_reply::ReplyStatus::Full;
use crate::message::intelligence::information_reply::ReplyStatus::NoRecord;
use crate::message::intelligence::information_reply::ReplyStatus::Partial;
use crate::message::intelligence::information_reply::ReplyStatus::Pending;
use crate::message::intelligence::information_reply::ReplyStatus::Refused;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::fold::Rules;
use crate::procedure::information::Information;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::information::fact::Reply;
use crate::procedure::information::fact::Request;
use crate::procedure::information::stage::ROWS;
use crate::procedure::information::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const DAY: u64 = 86_400_000;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);
const GIVEN: Fact = Fact::Common(CommonFact::InformationGiven);

fn question(number: u8) -> Digest {
    digest::sha256(&[b'q', number])
}

/// Two questions.
fn request() -> Request {
    Request { questions: Vec::from([question(1), question(2)]), coercive: false }
}

pub(super) fn requested() -> Fact {
    Fact::Information(InformationFact::Requested(request()))
}

fn reply(answers: &[(u8, ReplyStatus)]) -> Reply {
    Reply {
        answers: answers.iter().map(|(number, status)| (question(*number), *status)).collect(),
        court_refused: false,
        names_route: false,
        redirects: false,
        next_update_by: None,
        closes_at: None,
    }
}

fn said(reply: Reply) -> Fact {
    Fact::Information(InformationFact::Replied(reply))
}

pub(super) fn answered(answers: &[(u8, ReplyStatus)]) -> Fact {
    said(reply(answers))
}

fn redirected() -> Fact {
    said(Reply { redirects: true, ..reply(&[(1, NoRecord), (2, Refused)]) })
}

fn formal() -> Fact {
    said(Reply { names_route: true, court_refused: true, ..reply(&[(1, Refused), (2, Refused)]) })
}

fn asked(due: u64) -> Fact {
    Fact::Common(CommonFact::InformationAsked { due: Timestamp::from_millis(due) })
}

fn valued(of: MessageId) -> Fact {
    Fact::Common(CommonFact::Valued { of })
}

fn lapsed(of: MessageId) -> Fact {
    Fact::Common(CommonFact::Lapsed { of, claimants_told: Vec::new() })
}

/// A request that a human of the other side has taken.
pub(super) fn assigned(salt: u8) -> Play<Information> {
    assigned_after(salt, request())
}

fn assigned_after(salt: u8, request: Request) -> Play<Information> {
    let mut play = Play::begin(salt, Fact::Information(InformationFact::Requested(request)));
    let of = play.first();
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    play
}

fn stage(play: &Play<Information>) -> Stage {
    play.now().state.stage()
}

fn status(play: &Play<Information>, number: usize) -> ReplyStatus {
    play.now().state.answers().status(number).unwrap()
}

/// The stories that walk through the table, and the rules that each of them used.
fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        asked_back_and_answered_in_two_parts(),
        closed_by_silence(),
        refused_redirected_converted_withdrawn(),
    ])
}

fn asked_back_and_answered_in_two_parts() -> BTreeSet<&'static str> {
    let mut play = Play::<Information>::begin(0, requested());
    assert_eq!(stage(&play), Stage::Sent);
    let of = play.first();
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    assert_eq!(stage(&play), Stage::Assigned);
    play.say(ASKED, asked(5 * DAY));
    assert_eq!(stage(&play), Stage::Clarifying);
    assert_eq!(play.now().state.awaited_by(), Some(Timestamp::from_millis(5 * DAY)));
    play.say(ASKS, GIVEN);
    assert_eq!(stage(&play), Stage::Assigned);
    play.say(ASKS, GIVEN);

    let news = Some(Timestamp::from_millis(2 * DAY));
    play.say(ASKED, said(Reply { next_update_by: news, ..reply(&[(1, Pending), (2, Pending)]) }));
    assert_eq!((stage(&play), play.now().state.awaited_by()), (Stage::Assigned, news));
    play.say(ASKED, answered(&[(1, Partial), (2, Pending)]));
    assert_eq!(stage(&play), Stage::PartlyAnswered);
    let last = play.say(ASKED, answered(&[(2, NoRecord)]));
    assert_eq!(stage(&play), Stage::Answered);
    play.say(ASKED, answered(&[(1, Full)]));
    assert_eq!(stage(&play), Stage::Answered);
    assert_eq!(play.now().state.answers().count(Full), 1);
    assert_eq!(play.now().state.answers().count(Pending), 0);

    let other = play.first();
    play.say(ASKS, valued(other));
    assert_eq!(stage(&play), Stage::Answered, "feedback on something else closes nothing");
    let of = play.id(&last);
    assert_eq!(play.refused(ASKED, valued(of)).code, RefusalCode::NotEntitled);
    play.say(ASKS, valued(of));
    assert_eq!(stage(&play), Stage::Closed);
    play.told("asked back and answered in two parts", &[]);
    play.rules()
}

fn closed_by_silence() -> BTreeSet<&'static str> {
    let mut play = assigned(0);
    let term = Some(Timestamp::from_millis(14 * DAY));
    let reply = play.say(ASKED, said(Reply { closes_at: term, ..reply(&[(1, Full), (2, Full)]) }));
    let of = play.id(&reply);
    assert_eq!(play.now().state.awaited_by(), term);
    assert_eq!(play.refused(ASKED, lapsed(of)).rule, "rfi-15");
    play.wait(14 * DAY);
    let other = play.first();
    assert_eq!(play.refused(ASKED, lapsed(other)).rule, "rfi-15");
    play.say(ASKED, lapsed(of));
    assert_eq!(stage(&play), Stage::Closed);
    play.say(ASKS, valued(of));
    play.told("closed by silence", &[]);
    play.rules()
}

fn refused_redirected_converted_withdrawn() -> BTreeSet<&'static str> {
    let mut rules = BTreeSet::new();
    for (author, fact, end) in [
        (ASKED, answered(&[(1, Refused), (2, Refused)]), Stage::Refused),
        (ASKED, redirected(), Stage::Redirected),
        (ASKED, formal(), Stage::Converted),
        (ASKS, WITHDRAWN, Stage::Withdrawn),
    ] {
        let mut play = Play::<Information>::begin(0, requested());
        play.say(author, fact);
        assert_eq!(stage(&play), end);
        assert!(stage(&play).is_terminal());
        let late = play.refused(ASKED, answered(&[(1, Full)]));
        assert_eq!(late.code, RefusalCode::OutOfTurn);
        play.told(&format!("how a request ends without an answer: {end}"), &[]);
        rules.extend(play.rules());
    }
    rules
}

#[test]
fn the_chapter_prints_the_table_of_a_request_for_information() {
    // shows: pro-3
    super::printed("rfi", ROWS);
}

#[test]
fn every_row_of_the_table_of_a_request_for_information_is_walked() {
    // shows: rfi-1, rfi-3, rfi-4, rfi-5, rfi-6, rfi-7, rfi-8, rfi-9, rfi-10, rfi-11, rfi-12, rfi-13, rfi-14, rfi-15, rfi-16
    let walked: BTreeSet<&str> = stories().into_iter().flatten().collect();
    super::all_walked(ROWS, &walked);
}

#[test]
fn a_request_for_information_asks_one_agency() {
    // shows: rfi-1, rfi-2
    let mut play = Play::<Information>::begin(0, requested());
    let mut both = play.act(ASKS, &[], requested());
    both.asked = [ASKED, TRANSIT].map(agency).into();
    let other = play.act(ASKS, &[], Fact::Note);

    assert_eq!(Information::open(&both).unwrap_err().rule, "rfi-2");
    assert_eq!(Information::open(&other).unwrap_err().rule, "rfi-1");
    assert_eq!(play.refused(ASKS, requested()).rule, "rfi-1");
    play.told("a request for information asks one agency", &["rfi-1", "rfi-2"]);
}

#[test]
fn what_belongs_to_another_procedure_has_no_place_here() {
    // shows: pro-4
    let mut play = assigned(0);
    let expires = Timestamp::from_millis(DAY);

    let refusal = play.refused(ASKS, NoticeFact::Published { wanted: true, expires }.into());

    assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "pro-10"));
    play.told("what belongs to another procedure has no place here", &["pro-4"]);
}

#[test]
fn a_reply_answers_questions_of_the_request_only() {
    // shows: rfi-17
    let mut play = assigned(0);

    let refusal = play.refused(ASKED, answered(&[(1, Full), (3, Full)]));

    assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "rfi-17"));
    assert_eq!(play.now().state.answers().count(Full), 0);
    play.told("a reply answers questions of the request only", &["rfi-17"]);
}

#[test]
fn of_several_answers_to_one_question_the_best_one_counts() {
    // shows: rfi-18
    let mut play = assigned(0);
    for (said, best) in [(Refused, Refused), (NoRecord, NoRecord), (Full, Full), (Partial, Full)] {
        play.say(ASKED, answered(&[(1, said), (2, Pending)]));
        assert_eq!(status(&play, 1), best);
    }
    assert_eq!(status(&play, 2), Pending);
    assert_eq!(play.now().state.answers().status(3), None);
    assert_eq!(play.now().state.answers().status(0), None);
}

#[test]
fn what_a_reply_leads_to_follows_from_all_answers_together() {
    // shows: rfi-19
    let route = |answers: &[(u8, ReplyStatus)]| Reply { names_route: true, ..reply(answers) };
    let court = |answers: &[(u8, ReplyStatus)]| Reply { court_refused: true, ..route(answers) };
    let elsewhere = |answers: &[(u8, ReplyStatus)]| Reply { redirects: true, ..reply(answers) };
    for (n, (coercive, replies, end)) in (1..).zip([
        (false, Vec::from([reply(&[(1, Full)])]), Stage::PartlyAnswered),
        (false, Vec::from([reply(&[(1, Full)]), reply(&[(2, Refused)])]), Stage::Answered),
        (false, Vec::from([reply(&[(1, Full)]), court(&[(2, Refused)])]), Stage::Converted),
        (false, Vec::from([court(&[(1, Refused)]), reply(&[(2, Full)])]), Stage::Converted),
        (false, Vec::from([route(&[(1, Refused), (2, Refused)])]), Stage::Refused),
        (true, Vec::from([route(&[(1, Refused), (2, Refused)])]), Stage::Converted),
        (true, Vec::from([route(&[(1, Full), (2, Full)])]), Stage::Answered),
        (false, Vec::from([elsewhere(&[(1, NoRecord), (2, Refused)])]), Stage::Redirected),
        (false, Vec::from([elsewhere(&[(1, Partial), (2, Refused)])]), Stage::Answered),
        (false, Vec::from([reply(&[(1, NoRecord), (2, NoRecord)])]), Stage::Answered),
        (false, Vec::from([reply(&[(1, Refused)]), reply(&[(2, Refused)])]), Stage::Refused),
    ]) {
        let mut play = assigned_after(0, Request { coercive, ..request() });
        for reply in replies {
            play.say(ASKED, said(reply));
        }
        assert_eq!(stage(&play), end);
        play.told(
            &format!("what a reply leads to follows from all answers together: {n}"),
            &["rfi-19"],
        );
    }
}

#[test]
fn a_reply_that_crosses_a_withdrawal_was_disclosed_and_has_to_be_erased() {
    // shows: rfi-20
    for salt in SALTS {
        let mut play = assigned(salt);
        let before = play.say(ASKED, answered(&[(1, Partial)]));
        let seen = play.transcript.heads();
        let gives = play.say_after(ASKED, &seen, answered(&[(2, Full)]));
        let refuses = play.say_after(ASKED, &seen, answered(&[(2, Refused)]));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(stage(&play), Stage::Withdrawn);
        for reply in [&gives, &refuses] {
            assert_eq!(play.fate(reply), Fate::Outranked { by: withdrawal });
        }
        let folded = play.now();
        let erased = Information::to_erase(&folded, &play.transcript);
        let erased: Vec<Digest> = erased.into_iter().map(|act| act.digest).collect();
        assert_eq!(erased, [gives], "not {before}, which came in time");
        play.told(
            "a reply that crosses a withdrawal was disclosed and has to be erased",
            &["rfi-20"],
        );
    }
}

#[test]
fn a_clarification_that_crosses_a_refusal_reopens_the_request_once() {
    // shows: rfi-21
    let refuses = answered(&[(1, Refused), (2, Refused)]);
    for salt in SALTS {
        let mut play = assigned(salt);
        let question = play.say(ASKED, asked(DAY));
        let clarification = play.say_after(ASKS, &[question], GIVEN);
        let refusal = play.say_after(ASKED, &[question], refuses.clone());
        assert_eq!(stage(&play), Stage::Assigned);
        assert_eq!(play.fate(&refusal), Fate::Outranked { by: clarification });

        let question = play.say(ASKED, asked(DAY));
        play.say_after(ASKS, &[question], GIVEN);
        play.say_after(ASKED, &[question], refuses.clone());
        assert_eq!(stage(&play), Stage::Refused, "the second time the refusal stands");
        play.told("a clarification that crosses a refusal reopens the request once", &["rfi-21"]);
    }
    let mut play = assigned(0);
    play.say(ASKED, asked(DAY));
    play.say(ASKED, refuses);
    assert_eq!(play.refused(ASKS, GIVEN).code, RefusalCode::OutOfTurn, "it did not cross");
}

#[test]
fn two_replies_that_know_nothing_of_each_other_add_up() {
    // shows: rfi-22
    for salt in SALTS {
        let mut play = assigned(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, answered(&[(1, Full), (2, Pending)]));
        play.say_after(ASKED, &seen, answered(&[(1, Refused), (2, NoRecord)]));

        assert_eq!(stage(&play), Stage::Answered);
        assert_eq!((status(&play, 1), status(&play, 2)), (Full, NoRecord));
        play.told("two replies that know nothing of each other add up", &["rfi-22"]);
    }
}

#[test]
fn an_answer_beside_a_refusal_is_given() {
    // shows: rfi-22
    for salt in SALTS {
        let mut play = assigned(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, answered(&[(1, Full)]));
        play.say_after(ASKED, &seen, answered(&[(1, Refused), (2, Refused)]));

        assert_eq!(stage(&play), Stage::Answered);
        assert_eq!((status(&play, 1), status(&play, 2)), (Full, Refused));
        play.told("an answer beside a refusal is given", &["rfi-22"]);
    }
}

#[test]
fn two_ways_to_end_a_request_at_once_are_a_conflict() {
    // shows: rfi-23
    for salt in SALTS {
        let mut play = assigned(salt);
        let seen = play.transcript.heads();
        let one = play.say_after(ASKED, &seen, redirected());
        let other = play.say_after(ASKED, &seen, formal());
        assert_eq!(play.now().common.conflicts().len(), 1);

        let mut between = Vec::from([one, other]);
        between.sort_unstable();
        let settle = Fact::Common(CommonFact::Resolved { between, prevails: Some(other) });
        play.say(ASKS, settle.clone());
        play.say(ASKED, settle);
        assert_eq!(stage(&play), Stage::Converted);
        play.told("two ways to end a request at once are a conflict", &["rfi-23"]);
    }
}

#[test]
fn two_replies_that_put_off_and_point_elsewhere_at_once_are_a_conflict() {
    // shows: rfi-23
    for salt in SALTS {
        let mut play = assigned(salt);
        let seen = play.transcript.heads();
        let later = [(1, Pending), (2, Pending)];
        play.say_after(ASKED, &seen, said(Reply { names_route: true, ..reply(&later) }));
        play.say_after(ASKED, &seen, said(Reply { redirects: true, ..reply(&later) }));
        assert_eq!(play.now().common.conflicts().len(), 1);
        play.told("two replies that put off and point elsewhere are a conflict", &["rfi-23"]);
    }
}

#[test]
fn what_an_agency_may_do_next_with_a_request_is_what_the_table_lets_it() {
    // shows: pro-3
    let play = assigned(0);
    let state = play.now().state;
    let moves = |name: &str| -> Vec<&str> {
        state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert_eq!(moves(ASKS), ["additional-information-reply", "withdrawal"]);
    assert!(moves(ASKED).contains(&"additional-information-request"));
    assert!(moves(TRANSIT).is_empty());
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, seen: &Transcript) -> Fact {
    let last = seen.act(seen.len() - 1).unwrap().id;
    let root = seen.act(0).unwrap().id;
    let conflict = || {
        let all = Vec::from_iter((1..seen.len().min(4)).filter_map(|place| seen.act(place)));
        let mut between: Vec<Digest> = all.iter().map(|act| act.digest).collect();
        between.sort_unstable();
        CommonFact::Resolved { prevails: between.first().copied(), between }
    };
    match what % 17 {
        0 => Fact::Common(CommonFact::Acknowledged { of: root }),
        1 | 2 => asked(DAY),
        3 | 4 => GIVEN,
        5 => answered(&[(1, Pending), (2, Pending)]),
        6 => answered(&[(1, Full)]),
        7 => answered(&[(2, Partial), (1, Pending)]),
        8 => answered(&[(1, NoRecord), (2, Refused)]),
        9 => answered(&[(1, Refused), (2, Refused)]),
        10 => redirected(),
        11 => formal(),
        12 => valued(last),
        13 => said(Reply {
            closes_at: Some(Timestamp::from_millis(0)),
            ..reply(&[(1, Full), (2, Full)])
        }),
        14 => lapsed(last),
        15 => WITHDRAWN,
        _ => Fact::Common(conflict()),
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_agree_on_what_is_answered(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let choose = |what: u8, _: &Folded<Information>, seen: &Transcript| menu(what, seen);
        let mut play = convergence::play::<Information>(requested(), &attempts, choose);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..17).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
