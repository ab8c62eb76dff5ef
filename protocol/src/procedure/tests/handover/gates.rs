//! What holds a person though all agree: a screening without an end, a promise that has run out; and an illness.

use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::DAY;
use super::Play;
use super::REQUEST;
use super::SALTS;
use super::WITHDRAWN;
use super::accepts;
use super::custody;
use super::decided;
use super::decision;
use super::examined;
use super::examined_after;
use super::granted;
use super::granted_play;
use super::intended;
use super::one_leg;
use super::scheduled;
use super::screened;
use super::specialty::handed_over;
use super::stage;
use super::told;
use super::viewed;
use crate::crypto::digest::Digest;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

const OPEN: Fact = screened(ScreeningOutcome::Undetermined);
const CLEAR: Fact = screened(ScreeningOutcome::NoIndication);

/// Both sides confirm, and the holder tries to let the person go.
fn held_back(play: &mut Play<Handover>) -> &'static str {
    play.confirm(IrreversibleAct::ReleaseCustody);
    let refusal = play.refused(ASKED, told(HandoverFact::Released { leg: 1 }));
    assert_eq!(refusal.code, RefusalCode::Safeguard, "{refusal:?}");
    refusal.rule
}

fn goes(play: &mut Play<Handover>) {
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
    assert_eq!(stage(play), Stage::InTransfer);
}

/// Both sides of the only leg agree when.
fn plan(play: &mut Play<Handover>) {
    let schedule = play.say(ASKED, one_leg());
    play.say(ASKS, accepts(schedule));
}

#[test]
fn nobody_is_granted_whose_screening_came_to_no_end() {
    // shows: ho-82
    let mut play = examined(0);
    play.say(ASKED, CLEAR);
    play.say(ASKED, OPEN);
    for outcome in [Outcome::Granted, Outcome::GrantedConditional] {
        let refusal = play.refused(ASKED, decided(outcome));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-82"));
        assert!(refusal.remedy.contains("screen the person to an end"), "{refusal:?}");
    }
    play.say(ASKED, decided(Outcome::Deferred));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-82", "nor for a time");
    play.say(ASKED, CLEAR);
    play.say(ASKED, granted());
    play.told("nobody is granted whose screening came to no end", &["ho-82"]);
}

#[test]
fn nobody_is_released_whose_screening_came_to_no_end() {
    // shows: ho-82
    let mut play = scheduled(0);
    play.say(ASKED, OPEN);
    assert_eq!(held_back(&mut play), "ho-82");
    play.say(ASKED, CLEAR);
    goes(&mut play);
    play.told("nobody is released whose screening came to no end", &["ho-82"]);
}

#[test]
fn of_two_screenings_that_cross_the_one_without_an_end_holds_the_person() {
    // shows: ho-82
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, OPEN);
        play.say_after(ASKED, &seen, CLEAR);
        assert_eq!(play.refused(ASKED, granted()).rule, "ho-82");
        play.say(ASKED, CLEAR);
        play.say(ASKED, granted());
        play.told("of two screenings that cross the one without an end holds the person", &[]);
    }
}

#[test]
fn a_screening_without_an_end_beside_a_grant_leaves_it_and_holds_the_person() {
    // shows: ho-82
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, granted());
        play.say_after(ASKED, &seen, OPEN);
        assert_eq!(stage(&play), Stage::Granted);
        plan(&mut play);
        assert_eq!(held_back(&mut play), "ho-82");
        let name = "a screening without an end beside a grant leaves it and holds the person";
        play.told(name, &["ho-82"]);
    }
}

#[test]
fn where_no_screening_stands_the_grant_goes_by_the_one_that_it_names() {
    // shows: ho-82
    let mut play = granted_play(0);
    plan(&mut play);
    goes(&mut play);
}

/// A request with an offence that can cost the life, and a promise that ends a day after it.
fn spared_for_a_day() -> Play<Handover> {
    let ends = Some(Timestamp::from_millis(1_000 + DAY));
    let capital = Request { death: true, spared: true, spared_until: ends, ..REQUEST };
    examined_after(0, told(HandoverFact::Requested(capital)))
}

fn take_back(play: &mut Play<Handover>, grant: Digest) {
    play.say_instead(ASKED, grant, decided(Outcome::Deferred));
}

#[test]
fn nobody_goes_after_the_promise_to_spare_the_life_has_run_out() {
    // shows: ho-83
    let mut play = spared_for_a_day();
    let grant = play.say(ASKED, granted());
    plan(&mut play);
    play.wait(DAY);
    assert_eq!(held_back(&mut play), "ho-83");

    take_back(&mut play, grant);
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[AssuranceKind::NoDeathPenalty]));
    play.say(ASKED, granted());
    plan(&mut play);
    goes(&mut play);
    play.told("nobody goes after the promise to spare the life has run out", &["ho-83"]);
}

#[test]
fn a_promise_that_still_binds_lets_the_person_go() {
    // shows: ho-83
    let mut play = spared_for_a_day();
    play.say(ASKED, granted());
    plan(&mut play);
    play.wait(DAY - 1);
    goes(&mut play);
    play.told("a promise that still binds lets the person go", &["ho-83"]);
}

#[test]
fn accepted_conditions_do_not_stand_in_for_a_promise_that_has_run_out() {
    // shows: ho-83
    let mut play = spared_for_a_day();
    let grant = play.say(ASKED, decided(Outcome::GrantedConditional));
    let of = play.id(&grant);
    play.wait(DAY);
    play.say(ASKS, told(HandoverFact::ConditionsAccepted { of }));
    plan(&mut play);
    assert_eq!(held_back(&mut play), "ho-83");
    let name = "accepted conditions do not stand in for a promise that has run out";
    play.told(name, &["ho-83"]);
}

#[test]
fn a_recorded_waiver_lets_the_person_go_without_a_promise() {
    // shows: ho-83
    let granted = Vec::from([1]);
    let waived = Decision { granted, death_waived: true, ..decision(Outcome::Granted) };
    let mut play = spared_for_a_day();
    play.say(ASKED, told(HandoverFact::Decided(waived)));
    plan(&mut play);
    play.wait(DAY);
    goes(&mut play);
    play.told("a recorded waiver lets the person go without a promise", &["ho-83"]);
}

/// Too ill to go.
fn ill() -> Fact {
    custody(CustodyChange::Hospitalised)
}

#[test]
fn whoever_falls_ill_where_there_is_nothing_to_put_off_is_written_down() {
    // shows: ho-84
    let mut play = examined(0);
    let refusal = play.refused(ASKS, ill());
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::NotEntitled, "ho-84"));
    let said = play.say(ASKED, ill());
    assert_eq!((play.fate(&said), stage(&play)), (Fate::Noted, Stage::Examining));
    play.say(ASKED, intended(&[]));
    play.say(ASKED, ill());
    play.say(ASKS, viewed(&[]));
    play.say(ASKED, decided(Outcome::GrantedConditional));
    play.say(ASKED, ill());
    assert_eq!(stage(&play), Stage::GrantedConditional);
    play.told("whoever falls ill where there is nothing to put off is written down", &["ho-84"]);

    let mut over = handed_over();
    assert_eq!(over.refused(ASKED, ill()).rule, "ho-84", "the person has gone");
    over.say(ASKS, ill());
    assert_eq!(stage(&over), Stage::HandedOver);
    over.told("whoever falls ill after the handover is written down", &["ho-84"]);
}

#[test]
fn an_illness_that_stops_nothing_outranks_no_withdrawal_and_no_decision() {
    // shows: ho-84
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, ill());
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!(stage(&play), Stage::Withdrawn);
        play.told("an illness that stops nothing outranks no withdrawal", &["ho-84"]);

        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, ill());
        play.say_after(ASKED, &seen, granted());
        assert_eq!(stage(&play), Stage::Granted);
        play.told("an illness that stops nothing outranks no decision", &["ho-84"]);
    }
}
