//! Whoever may be a child by what is told here goes as a child, or after an assessment of age.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::REQUEST;
use super::SALTS;
use super::accepts;
use super::decision;
use super::examined;
use super::examined_after;
use super::granted;
use super::one_leg;
use super::requested;
use super::scheduled;
use super::told;
use crate::ids::MessageId;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::child::AgeWord;
use crate::procedure::handover::fact::corrected::Worse;
use crate::registry::RefusalCode;

fn asked_for_a_child() -> Fact {
    told(HandoverFact::Requested(Request { may_be_child: true, ..REQUEST }))
}

/// A grant of the first offence that says this of the age.
fn granted_as(outcome: Outcome, age: Option<AgeWord>) -> Fact {
    told(HandoverFact::Decided(Decision { granted: Vec::from([1]), age, ..decision(outcome) }))
}

fn screened_as_a_child() -> Fact {
    told(HandoverFact::Screened {
        outcome: ScreeningOutcome::NoIndication,
        freely: true,
        review: None,
        may_be_child: true,
        rerouted_from: None,
    })
}

/// The request, or the report, says that the person was born later.
fn corrects(target: MessageId) -> Fact {
    let worse = Worse {
        target,
        deadly: BTreeSet::new(),
        against: Vec::new(),
        unpromised: false,
        child: true,
    };
    Fact::Common(CommonFact::Corrected {
        targets: Vec::from([target]),
        material: true,
        worse: Vec::from([worse]),
    })
}

/// Both sides of the only leg agree when, and confirm.
fn ready(play: &mut Play<Handover>) {
    let schedule = play.say(ASKED, one_leg());
    play.say(ASKS, accepts(schedule));
    play.confirm(IrreversibleAct::ReleaseCustody);
}

const RELEASED: Fact = Fact::Handover(HandoverFact::Released { leg: 1 });

#[test]
fn whoever_may_be_a_child_is_granted_as_one_or_as_a_grown_up_whose_age_was_assessed() {
    // shows: ho-94
    for outcome in [Outcome::Granted, Outcome::GrantedConditional] {
        let mut play = examined_after(0, asked_for_a_child());
        let refusal = play.refused(ASKED, granted_as(outcome, None));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-94"));
        for age in [AgeWord::CaredFor, AgeWord::GrownUp] {
            let mut play = examined_after(0, asked_for_a_child());
            play.say(ASKED, granted_as(outcome, Some(age)));
        }
        play.told(&format!("whoever may be a child is granted as one: {outcome}"), &["ho-94"]);
    }
    for age in [AgeWord::CaredFor, AgeWord::GrownUp] {
        let mut play = examined_after(0, asked_for_a_child());
        play.say(ASKED, granted_as(Outcome::Granted, Some(age)));
        ready(&mut play);
        play.say(ASKED, RELEASED);
        play.told(&format!("whoever was granted with a word on the age goes: {age:?}"), &["ho-94"]);
    }
}

#[test]
fn that_it_may_be_a_child_is_known_from_whatever_is_told_here() {
    // shows: ho-94
    let by = Timestamp::from_millis(40 * super::DAY);
    let arrest = told(HandoverFact::ArrestAsked { full_request_by: by, may_be_child: true });
    let mut arrested = Play::<Handover>::begin(0, arrest);
    arrested.say(ASKED, super::held());
    arrested.say(ASKS, requested());
    let request = arrested.transcript.act(2).unwrap().id;
    arrested.say(ASKED, super::acknowledged(request));
    let mut screened = examined(0);
    screened.say(ASKED, screened_as_a_child());
    let mut corrected = examined(0);
    corrected.say(ASKS, corrects(corrected.first()));
    let mut by_the_holder = examined(0);
    let report = by_the_holder.say(ASKED, super::screened(ScreeningOutcome::NoIndication));
    by_the_holder.say(ASKED, corrects(by_the_holder.id(&report)));
    for (number, mut play) in (1..).zip([arrested, screened, corrected, by_the_holder]) {
        assert_eq!(play.refused(ASKED, granted()).rule, "ho-94", "{number}");
        play.say(ASKED, granted_as(Outcome::Granted, Some(AgeWord::CaredFor)));
        play.told(&format!("that it may be a child is known: {number}"), &["ho-94"]);
    }
}

#[test]
fn whoever_turns_out_to_be_a_child_after_the_grant_stays() {
    // shows: ho-95
    let mut play = scheduled(0);
    play.say(ASKED, screened_as_a_child());
    play.confirm(IrreversibleAct::ReleaseCustody);
    let refusal = play.refused(ASKED, RELEASED);
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-95"));
    play.told("whoever turns out to be a child after the grant stays", &["ho-95"]);

    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, granted());
        let correction = corrects(play.first());
        play.say_after(ASKS, &seen, correction);
        ready(&mut play);
        assert_eq!(play.refused(ASKED, RELEASED).rule, "ho-95");
        play.told("a correction of the birth beside a grant holds the person", &["ho-95"]);
    }
}

#[test]
fn an_assessment_answers_what_was_said_before_it_and_nothing_that_is_said_later() {
    // shows: ho-94, ho-95
    let mut play = examined_after(0, asked_for_a_child());
    play.say(ASKED, granted_as(Outcome::Granted, Some(AgeWord::GrownUp)));
    play.say(ASKED, screened_as_a_child());
    ready(&mut play);
    assert_eq!(play.refused(ASKED, RELEASED).rule, "ho-95");
    play.told("an assessment answers what was said before it", &["ho-95"]);

    let mut cared = examined_after(0, asked_for_a_child());
    cared.say(ASKED, granted_as(Outcome::Granted, Some(AgeWord::CaredFor)));
    cared.say(ASKED, screened_as_a_child());
    ready(&mut cared);
    cared.say(ASKED, RELEASED);
    cared.told("a child who is cared for stays one", &["ho-95"]);
}
