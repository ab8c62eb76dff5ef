//! What protects the person is named at any time before both sides signed the last leg: ill-treatment, a child, a victim.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::DAY;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::VICTIM;
use super::WITHDRAWN;
use super::accepts;
use super::certified;
use super::custody;
use super::decided;
use super::depart;
use super::examined;
use super::granted;
use super::granted_play;
use super::intended;
use super::intended_by;
use super::intended_for;
use super::leg;
use super::released;
use super::scheduled;
use super::screened;
use super::stage;
use super::told;
use super::two_legs;
use super::viewed;
use crate::crypto::digest::Digest;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::refusal_ground::RefusalGround;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::child::AgeWord;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

const TORTURE: RefusalGround = RefusalGround::TortureOrIllTreatmentRisk;

/// The three grounds that protect a person by themselves.
fn stops() -> [Fact; 3] {
    [
        intended(&[TORTURE]),
        intended_for(&[RefusalGround::Minor]),
        intended_for(&[RefusalGround::TraffickingVictim]),
    ]
}

fn countersigned(of: Digest) -> Fact {
    told(HandoverFact::Countersigned { of })
}

fn conditional() -> Play<Handover> {
    let mut play = examined(0);
    play.say(ASKED, decided(Outcome::GrantedConditional));
    play
}

fn deferred() -> Play<Handover> {
    let mut play = examined(0);
    play.say(ASKED, decided(Outcome::Deferred));
    play
}

/// The first leg of two is done, and the second one under way.
fn on_the_second_leg() -> Play<Handover> {
    on_the_second_leg_of(0)
}

fn on_the_second_leg_of(salt: u8) -> Play<Handover> {
    let mut play = granted_play(salt);
    let schedule = play.say(ASKED, two_legs());
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    depart(&mut play, ASKED, 1);
    let first = play.say(ASKED, certified(1));
    play.say(TRANSIT, countersigned(first));
    depart(&mut play, TRANSIT, 2);
    play
}

/// The stories that walk the rows of a stop, and the rules that each of them used.
pub(super) fn stories() -> Vec<BTreeSet<&'static str>> {
    let mut asked = scheduled(0);
    asked.say(ASKED, intended(&[TORTURE]));
    let mut holds = on_the_second_leg();
    holds.say(TRANSIT, intended(&[TORTURE]));
    Vec::from([asked.rules(), holds.rules()])
}

#[test]
fn what_protects_the_person_ends_a_grant_and_a_schedule_wherever_the_person_is() {
    // shows: ho-91
    let plays = [conditional, deferred, || granted_play(0), || scheduled(0), || released(0)];
    for (number, play) in (1..).zip(plays) {
        for (ground, stop) in (1..).zip(stops()) {
            let mut play = play();
            assert_eq!(play.refused(ASKS, stop.clone()).code, RefusalCode::NotEntitled);
            play.say(ASKED, stop);
            let state = play.now().state;
            assert_eq!(state.stage(), Stage::Consulting);
            assert_eq!((state.standing(), state.custody()), (None, CustodyStatus::Held));
            assert_eq!(play.refused(ASKED, told(HandoverFact::Released { leg: 1 })).rule, "ho-24");
            assert_eq!(
                play.refused(ASKED, certified(1)).rule,
                "ho-27",
                "nobody is given on the way"
            );
            play.told(
                &format!("what protects the person ends a grant: {number} {ground}"),
                &["ho-91"],
            );
        }
    }
}

#[test]
fn whoever_has_the_person_on_the_way_names_it_and_keeps_the_person() {
    // shows: ho-92, ho-56
    let mut play = on_the_second_leg();
    play.say(TRANSIT, intended_by(DAY, &[TORTURE]));
    assert_eq!(stage(&play), Stage::Consulting);
    assert_eq!(play.now().state.custody(), CustodyStatus::Held);
    play.say(ASKS, viewed(&[]));
    let refusal = play.refused(ASKED, super::granted_with(&[TORTURE]));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-56"));
    assert_eq!(play.refused(TRANSIT, decided(Outcome::Refused)).code, RefusalCode::NotEntitled);
    play.say(ASKED, decided(Outcome::Refused));
    assert_eq!(stage(&play), Stage::Refused);
    play.say(TRANSIT, custody(CustodyChange::Is(CustodyStatus::Released)));
    play.told(
        "whoever has the person on the way names it and keeps the person",
        &["ho-92", "ho-56"],
    );
}

#[test]
fn who_may_be_a_child_goes_on_by_a_grant_that_says_what_is_best_for_the_child() {
    // shows: ho-93, ho-94
    let mut play = on_the_second_leg();
    play.say(TRANSIT, intended_for(&[RefusalGround::Minor]));
    play.say(ASKS, viewed(&[]));
    let refusal = play.refused(ASKED, granted());
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-94"));
    let cared = Decision {
        granted: Vec::from([1]),
        age: Some(AgeWord::CaredFor),
        ..super::decision(Outcome::Granted)
    };
    play.say(ASKED, told(HandoverFact::Decided(cared)));
    let legs = Vec::from([leg(TRANSIT, ASKS)]);
    let schedule = play.say(ASKED, told(HandoverFact::Scheduled { legs }));
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    depart(&mut play, TRANSIT, 1);
    play.told(
        "who may be a child goes on by a grant that says what is best for the child",
        &["ho-93", "ho-94"],
    );
}

#[test]
fn who_may_be_a_victim_goes_on_after_a_screening_without_an_indication() {
    // shows: ho-93, ho-82
    let mut play = scheduled(0);
    play.say(ASKED, screened(ScreeningOutcome::NoIndication));
    play.say(ASKED, intended_for(&[RefusalGround::TraffickingVictim]));
    play.say(ASKS, viewed(&[]));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-82");
    play.say(ASKED, screened(ScreeningOutcome::NoIndication));
    play.say(ASKED, granted());
    play.told(
        "who may be a victim goes on after a screening without an indication",
        &["ho-93", "ho-82"],
    );
}

#[test]
fn whoever_stopped_it_hears_the_other_side_anew_before_refusing() {
    // shows: ho-10, ho-91
    let mut play = examined(0);
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[]));
    let grant = play.say(ASKED, granted());
    play.say(ASKED, intended(&[TORTURE]));
    assert_eq!(play.refused(ASKED, decided(Outcome::Refused)).rule, "ho-10");
    play.wait(DAY);
    play.say_instead(ASKED, grant, decided(Outcome::Refused));
    assert_eq!(stage(&play), Stage::Refused);
    play.told("whoever stopped it hears the other side anew before refusing", &["ho-10", "ho-91"]);
}

#[test]
fn another_ground_takes_back_nothing_once_it_is_granted() {
    // shows: ho-8, ho-91
    let mut play = scheduled(0);
    let refusal = play.refused(ASKED, intended(&[RefusalGround::PoliticalOffence]));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "ho-8"));
    play.told("another ground takes back nothing once it is granted", &["ho-8"]);
}

#[test]
fn a_stop_beside_a_release_a_plan_or_a_half_signed_certificate_wins() {
    // shows: ho-97
    for salt in SALTS {
        for (ground, stop) in (1..).zip(stops()) {
            let mut play = released(salt);
            let seen = play.transcript.heads();
            play.say_after(ASKED, &seen, certified(1));
            play.say_after(ASKED, &seen, stop.clone());
            assert_eq!(stage(&play), Stage::Consulting);
            play.told(
                &format!("a stop wins over a certificate with one signature: {ground}"),
                &["ho-97"],
            );

            let mut play = scheduled(salt);
            play.confirm(IrreversibleAct::ReleaseCustody);
            let seen = play.transcript.heads();
            play.say_after(ASKED, &seen, told(HandoverFact::Released { leg: 1 }));
            play.say_after(ASKED, &seen, stop.clone());
            assert_eq!(stage(&play), Stage::Consulting);
            assert_eq!(play.now().state.custody(), CustodyStatus::Held);
            play.told(&format!("a stop wins over a release: {ground}"), &["ho-97"]);

            let mut play = scheduled(salt);
            let seen = play.transcript.heads();
            play.say_after(ASKED, &seen, stop);
            let schedule = play.transcript.act(3).unwrap().digest;
            play.say_after(ASKS, &seen, super::cannot_keep(schedule));
            assert_eq!(stage(&play), Stage::Consulting);
            play.told(&format!("a stop wins over a plan: {ground}"), &["ho-97"]);
        }
    }
}

#[test]
fn after_two_signatures_a_stop_holds_the_person_where_the_person_is() {
    // shows: ho-98, ho-93
    for salt in SALTS {
        let mut play = granted_play(salt);
        let schedule = play.say(ASKED, two_legs());
        for party in [TRANSIT, ASKS] {
            play.say(party, accepts(schedule));
        }
        depart(&mut play, ASKED, 1);
        let first = play.say(ASKED, certified(1));
        let signed = play.say_after(TRANSIT, &[first], countersigned(first));
        for stop in stops() {
            let stop = play.say_after(ASKED, &[first], stop);
            assert_eq!(play.fate(&stop), Fate::Outranked { by: signed });
        }
        assert_eq!(stage(&play), Stage::Scheduled, "the third country has the person");
        play.confirm_by(&[ASKED, TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
        let refusal = play.refused(TRANSIT, told(HandoverFact::Released { leg: 2 }));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-57"));
        play.told("after two signatures a stop holds the person where the person is", &["ho-98"]);
    }
}

#[test]
fn stops_beside_each_other_and_beside_a_withdrawal_all_count() {
    // shows: ho-97, ho-93
    for salt in SALTS {
        let mut play = on_the_second_leg_of(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, intended_for(&[RefusalGround::Minor]));
        play.say_after(TRANSIT, &seen, intended_by(0, &[TORTURE]));
        assert_eq!(stage(&play), Stage::Consulting);
        play.say(ASKS, viewed(&[]));
        let cared = Decision {
            granted: Vec::from([1]),
            age: Some(AgeWord::CaredFor),
            ..super::decision(Outcome::Granted)
        };
        assert_eq!(play.refused(ASKED, told(HandoverFact::Decided(cared))).rule, "ho-56");
        assert_eq!(play.refused(ASKED, granted()).rule, "ho-94");
        play.told("stops beside each other all count", &["ho-97"]);

        let mut play = scheduled(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, intended(&[TORTURE]));
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!(stage(&play), Stage::Withdrawn);
        play.told("a stop beside a withdrawal: withdrawn", &["ho-97"]);

        let mut play = scheduled(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, intended(&[TORTURE]));
        play.say_after(ASKED, &seen, VICTIM);
        assert_eq!(stage(&play), Stage::Rerouted);
        assert_eq!(play.now().state.standing(), None);
        play.told("a stop beside signs of a victim: rerouted", &["ho-97"]);
    }
}

#[test]
fn a_ground_that_is_named_while_something_is_awaited_is_talked_about_first() {
    // shows: ho-91
    let mut play = examined(0);
    let due = Timestamp::from_millis(DAY);
    play.say(ASKED, Fact::Common(CommonFact::InformationAsked { due }));
    play.say(ASKED, intended(&[TORTURE]));
    assert_eq!(stage(&play), Stage::Consulting);
    play.say(ASKED, intended_for(&[RefusalGround::Minor]));
    assert_eq!(stage(&play), Stage::Consulting);
    play.told(
        "a ground that is named while something is awaited is talked about first",
        &["ho-91"],
    );
}
