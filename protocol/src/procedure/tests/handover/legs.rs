//! Every leg has a release of its own: who lets a person go further passes the gates of whoever let the person go first.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::REQUEST;
use super::SALTS;
use super::TRANSIT;
use super::WITHDRAWN;
use super::accepts;
use super::cannot_keep;
use super::certified;
use super::custody;
use super::decided;
use super::depart;
use super::examined_after;
use super::granted;
use super::granted_play;
use super::leg;
use super::screened;
use super::stage;
use super::told;
use super::two_legs;
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
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::fact::corrected::Worse;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

const EVERYBODY: [&str; 3] = [ASKED, TRANSIT, ASKS];

fn release(leg: u64) -> Fact {
    told(HandoverFact::Released { leg })
}

fn countersigned(of: Digest) -> Fact {
    told(HandoverFact::Countersigned { of })
}

/// A grant is agreed to go through a third country.
fn agreed(mut play: Play<Handover>) -> Play<Handover> {
    let schedule = play.say(ASKED, two_legs());
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    play
}

/// The first leg is done: the third country has the person.
fn between(play: Play<Handover>) -> Play<Handover> {
    let mut play = agreed(play);
    depart(&mut play, ASKED, 1);
    let first = play.say(ASKED, certified(1));
    play.say(TRANSIT, countersigned(first));
    play
}

/// Everybody confirms, and the third country tries to let the person go on.
fn held_back(play: &mut Play<Handover>) -> (RefusalCode, &'static str) {
    play.confirm_by(&EVERYBODY, IrreversibleAct::ReleaseCustody);
    let refusal = play.refused(TRANSIT, release(2));
    (refusal.code, refusal.rule)
}

#[test]
fn nobody_is_handed_on_without_a_release_of_that_leg() {
    // shows: ho-90
    let mut play = between(granted_play(0));
    assert_eq!(stage(&play), Stage::Scheduled);
    assert_eq!(play.now().state.custody(), CustodyStatus::InTransferCustody);
    assert_eq!(
        play.refused(TRANSIT, certified(2)).rule,
        "ho-27",
        "the certificate alone gives nobody"
    );
    assert_eq!(
        play.refused(ASKED, release(2)).rule,
        "ho-24",
        "who gave the person has the person no more"
    );
    play.confirm_by(&EVERYBODY, IrreversibleAct::ReleaseCustody);
    assert_eq!(play.refused(TRANSIT, release(1)).rule, "ho-75");

    depart(&mut play, TRANSIT, 2);
    assert_eq!(stage(&play), Stage::InTransfer);
    assert_eq!(play.refused(TRANSIT, release(2)).rule, "ho-24", "the person is on the way");
    let second = play.say(TRANSIT, certified(2));
    play.say(ASKS, countersigned(second));
    assert_eq!(stage(&play), Stage::HandedOver);
    play.told("nobody is handed on without a release of that leg", &["ho-90"]);
}

#[test]
fn before_each_leg_its_sides_confirm_and_whoever_asked_and_was_asked() {
    // shows: ho-90, pro-9
    for silent in EVERYBODY {
        for (mut play, holder, number) in
            [(agreed(granted_play(0)), ASKED, 1), (between(granted_play(0)), TRANSIT, 2)]
        {
            let others: Vec<&str> = EVERYBODY.into_iter().filter(|one| *one != silent).collect();
            play.confirm_by(&others, IrreversibleAct::ReleaseCustody);
            let refusal = play.refused(holder, release(number));
            assert_eq!((refusal.code, refusal.rule), (RefusalCode::Unconfirmed, "pro-9"));
            play.told(
                &format!("before each leg everybody confirms: {silent} {number}"),
                &["ho-90"],
            );
        }
    }
}

#[test]
fn what_holds_a_person_before_the_first_leg_holds_the_person_before_every_leg() {
    // shows: ho-75, ho-82, ho-83
    let mut freed = between(granted_play(0));
    freed.say(TRANSIT, custody(CustodyChange::Is(CustodyStatus::Released)));
    assert_eq!(held_back(&mut freed), (RefusalCode::Safeguard, "ho-75"));
    freed.told("nobody goes on whom nobody holds", &["ho-75"]);

    let mut unclear = between(granted_play(0));
    unclear.say(TRANSIT, screened(ScreeningOutcome::Undetermined));
    assert_eq!(held_back(&mut unclear), (RefusalCode::Safeguard, "ho-82"));
    unclear.say(TRANSIT, screened(ScreeningOutcome::NoIndication));
    depart(&mut unclear, TRANSIT, 2);
    unclear.told("nobody goes on whose screening came to no end", &["ho-82"]);

    let promised = Request {
        death: true,
        spared: true,
        spared_until: Some(Timestamp::from_millis(super::DAY)),
        ..REQUEST
    };
    let mut play = examined_after(0, told(HandoverFact::Requested(promised)));
    play.say(ASKED, granted());
    let mut deadly = between(play);
    deadly.wait(super::DAY);
    assert_eq!(held_back(&mut deadly), (RefusalCode::Safeguard, "ho-83"));
    deadly.told("nobody goes on after the promise to spare the life has run out", &["ho-83"]);
}

#[test]
fn a_request_that_is_worse_than_it_said_holds_the_person_before_the_next_leg() {
    // shows: ho-57, ho-88
    let mut play = between(granted_play(0));
    let against = Vec::from([super::against(RefusalGround::NoDualCriminality, &[1])]);
    let worse = Worse {
        target: play.first(),
        deadly: BTreeSet::new(),
        against,
        unpromised: false,
        child: false,
    };
    let targets = Vec::from([play.first()]);
    let corrects = CommonFact::Corrected { targets, material: true, worse: Vec::from([worse]) };
    play.say(ASKS, Fact::Common(corrects));
    assert_eq!(held_back(&mut play), (RefusalCode::Safeguard, "ho-57"));

    let grant = play.transcript.act(2).unwrap().digest;
    play.say_instead(ASKED, grant, decided(Outcome::Deferred));
    assert_eq!(
        stage(&play),
        Stage::Examining,
        "it is decided anew while the third country has the person"
    );
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    play.say(ASKED, super::granted_with(&[RefusalGround::NoDualCriminality]));
    let schedule =
        play.say(ASKED, told(HandoverFact::Scheduled { legs: Vec::from([leg(TRANSIT, ASKS)]) }));
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    depart(&mut play, TRANSIT, 1);
    play.told("what holds a person on the way is decided anew", &["ho-57", "ho-88"]);
}

#[test]
fn whoever_has_the_person_between_two_legs_may_ask_for_another_plan() {
    // shows: ho-23, ho-80
    let mut play = between(granted_play(0));
    let standing = play.now().state.unagreed().map(|(schedule, _)| schedule);
    play.say(TRANSIT, cannot_keep(standing.unwrap()));
    assert_eq!(stage(&play), Stage::Granted);
    assert_eq!(play.refused(ASKED, two_legs()).rule, "ho-80", "the person is elsewhere");
    play.say(ASKED, told(HandoverFact::Scheduled { legs: Vec::from([leg(TRANSIT, ASKS)]) }));
    play.told("whoever has the person between two legs may ask for another plan", &["ho-80"]);
}

#[test]
fn a_withdrawal_between_two_legs_counts_and_one_beside_the_next_release_comes_too_late() {
    // shows: ho-16, ho-48, ho-90
    let mut early = between(granted_play(0));
    early.say(ASKS, WITHDRAWN);
    assert_eq!(stage(&early), Stage::Withdrawn);
    early.say(TRANSIT, custody(CustodyChange::Is(CustodyStatus::Released)));
    early.told("a withdrawal between two legs counts", &["ho-16", "ho-90"]);

    for salt in SALTS {
        let mut play = between(granted_play(salt));
        play.confirm_by(&EVERYBODY, IrreversibleAct::ReleaseCustody);
        let seen = play.transcript.heads();
        let release = play.say_after(TRANSIT, &seen, release(2));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!(stage(&play), Stage::InTransfer);
        assert_eq!(play.fate(&withdrawal), Fate::Outranked { by: release });
        let second = play.say(TRANSIT, certified(2));
        play.say(ASKS, countersigned(second));
        assert_eq!(stage(&play), Stage::HandedOver);
        play.told("a withdrawal beside the release of a later leg comes too late", &["ho-48"]);
    }
}

/// The releasing side says that a leg went well, and the receiving one that it failed; neither knows of the other.
fn contradicting(salt: u8) -> Play<Handover> {
    let mut play = super::released(salt);
    let seen = play.transcript.heads();
    play.say_after(ASKED, &seen, certified(1));
    play.say_after(ASKS, &seen, told(HandoverFact::Returned { leg: 1 }));
    assert!(!play.now().common.conflicts().is_empty());
    play
}

#[test]
fn no_certificate_hands_somebody_over_while_messages_contradict_each_other() {
    // shows: ho-96
    for salt in SALTS {
        let mut play = contradicting(salt);
        let refusal = play.refused(ASKED, certified(1));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::InConflict, "ho-96"));
        let results = Results::default();
        play.say(ASKED, told(HandoverFact::Certified { leg: 1, root: None, results }));
        play.told(
            "no certificate hands somebody over while messages contradict each other",
            &["ho-96"],
        );
    }
}

#[test]
fn a_certificate_that_was_signed_before_anybody_could_know_of_a_contradiction_counts() {
    // shows: ho-96
    for salt in SALTS {
        let mut play = super::released(salt);
        let at_the_line = play.transcript.heads();
        let certificate = play.say_after(ASKED, &at_the_line, certified(1));
        play.say_after(ASKS, &[certificate], countersigned(certificate));
        // The office of whoever asked says what it heard, and knows of no signature.
        let heard = play.say_after(ASKS, &at_the_line, told(HandoverFact::Returned { leg: 1 }));
        assert_eq!(stage(&play), Stage::HandedOver);
        assert!(matches!(play.fate(&heard), Fate::Outranked { .. }));
        assert!(play.now().common.conflicts().is_empty(), "both sides signed");
        play.told(
            "a certificate that was signed before anybody could know of a contradiction counts",
            &["ho-96"],
        );
    }
}
