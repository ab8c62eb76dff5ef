//! A person asks what is kept.

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use crate::ids::MessageId;
use crate::message::control::subject_rights::RightsOutcome;
use crate::message::control::subject_rights::RightsRole;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::exchange::fact::RightsFact;
use crate::procedure::exchange::rights::ROWS;
use crate::procedure::exchange::rights::Rights;
use crate::procedure::exchange::rights::Stage;
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
const DUE: Timestamp = Timestamp::from_millis(86_400_000);

fn asked() -> Fact {
    let items = Vec::from([MessageId::new(Timestamp::from_millis(1), [3; 10])]);
    RightsFact::Asked { items, due: DUE }.into()
}

fn said(of: MessageId, role: RightsRole, outcome: RightsOutcome) -> Fact {
    RightsFact::Answered { of, role, outcome }.into()
}

fn decided(of: MessageId) -> Fact {
    said(of, RightsRole::Controller, RightsOutcome::Granted)
}

fn begun(salt: u8) -> (Play<Rights>, MessageId) {
    let play = Play::<Rights>::begin(salt, asked());
    let notice = play.first();
    (play, notice)
}

#[test]
fn every_row_of_the_table_of_a_persons_rights_is_walked() {
    // shows: xch-44, xch-45, xch-46, xch-47, xch-48, xch-49
    let (mut play, of) = begun(0);
    assert_eq!(play.now().state.awaited_by(), Some(DUE));
    play.say(TRANSIT, said(of, RightsRole::Views, RightsOutcome::Refused));
    assert_eq!(Vec::from_iter(play.now().state.awaited()), [&agency(ASKED)]);
    assert_eq!(play.refused(TRANSIT, decided(of)).code, RefusalCode::NotEntitled);
    play.say(ASKED, decided(of));
    let state = play.now().state;
    assert_eq!((state.stage(), state.awaited_by()), (Stage::Answered, None));
    play.say(ASKED, said(of, RightsRole::Controller, RightsOutcome::GrantedInPart));
    let state = play.now().state;
    assert_eq!(state.decisions()[&agency(ASKED)], RightsOutcome::GrantedInPart);
    assert_eq!(state.views()[&agency(TRANSIT)], RightsOutcome::Refused);
    play.told("every row of the table of a persons rights is walked 1", &[]);
    let mut walked = play.rules();

    let (mut play, _) = begun(0);
    play.say(ASKS, WITHDRAWN);
    assert_eq!(play.now().state.stage(), Stage::Withdrawn);
    assert_eq!(play.refused(ASKS, asked()).rule, "xch-44");
    play.told("every row of the table of a persons rights is walked 2", &[]);
    walked.extend(play.rules());
    tests::all_walked(ROWS, &walked);
    let other = play.act(ASKS, &[], Fact::Note);
    assert_eq!(Rights::open(&other).unwrap_err().rule, "xch-44");
}

#[test]
fn an_answer_names_the_notice() {
    // shows: xch-49
    let (mut play, _) = begun(0);
    let other = MessageId::new(Timestamp::from_millis(1), [1; 10]);
    assert_eq!(play.refused(ASKED, decided(other)).rule, "xch-49");
    play.told("an answer names the notice", &["xch-49"]);
}

#[test]
fn a_withdrawal_beside_an_answer_ends_the_request_of_a_person() {
    // shows: xch-50
    for salt in SALTS {
        let (mut play, of) = begun(salt);
        let seen = play.transcript.heads();
        let answer = play.say_after(ASKED, &seen, decided(of));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(play.now().state.stage(), Stage::Withdrawn);
        assert_eq!(play.fate(&answer), Fate::Outranked { by: withdrawal });
        play.told("a withdrawal beside an answer ends the request of a person", &["xch-50"]);
    }
}

#[test]
fn two_agencies_answer_at_once_and_one_agency_does_not_decide_twice_at_once() {
    // shows: xch-51
    for salt in SALTS {
        let (mut play, of) = begun(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, decided(of));
        play.say_after(TRANSIT, &seen, said(of, RightsRole::Views, RightsOutcome::Refused));
        let state = play.now().state;
        assert_eq!((state.stage(), state.decisions().len()), (Stage::Answered, 1));
        assert!(play.now().common.conflicts().is_empty());

        play.say_after(ASKED, &seen, said(of, RightsRole::Controller, RightsOutcome::Refused));
        assert_eq!(play.now().common.conflicts().len(), 1);
        play.told(
            "two agencies answer at once and one agency does not decide twice at once",
            &["xch-51"],
        );
    }
}

#[test]
fn views_stand_beside_a_decision_whichever_is_folded_first() {
    // shows: xch-51
    for salt in SALTS {
        let (mut play, of) = begun(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, decided(of));
        play.say_after(TRANSIT, &seen, said(of, RightsRole::Views, RightsOutcome::Refused));

        assert_eq!(play.now().state.views().len(), 1);
        play.told("views stand beside a decision whichever is folded first", &["xch-51"]);
    }
}

fn menu(what: u8, seen: &Transcript) -> Fact {
    let of = seen.act(0).unwrap().id;
    match what % 5 {
        0 => decided(of),
        1 => said(of, RightsRole::Controller, RightsOutcome::Refused),
        2 => said(of, RightsRole::Views, RightsOutcome::Granted),
        3 => Fact::Common(CommonFact::Acknowledged { of }),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_agree_on_what_a_person_was_answered(
        attempts in vec(any::<convergence::Attempt>(), 1..40),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        let choose = |what: u8, _: &Folded<Rights>, seen: &Transcript| menu(what, seen);
        let mut play = convergence::play::<Rights>(asked(), &attempts, choose);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..5).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
