//! What holds somebody whose grant stands: in a batch what would in the person's own handover, and another State that asks.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::RELEASED;
use super::batch_now;
use super::certified;
use super::handover;
use super::handover_now;
use crate::crypto::digest;
use crate::ids::MessageId;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::amber;
use crate::procedure::common::CommonFact;
use crate::procedure::elsewhere::corrected;
use crate::procedure::elsewhere::decision;
use crate::procedure::elsewhere::person::People;
use crate::procedure::elsewhere::rival;
use crate::procedure::elsewhere::rival::Rival;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::handover::fact::child::AgeWord;
use crate::procedure::machine::Machine;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;
use crate::procedure::tests::batch;

const END: Timestamp = Timestamp::from_millis(86_400_000);

/// The rule by which an entry that rests on the grant of a handover stays at a time.
fn stays(play: &Play<Handover>, at: Timestamp) -> Option<&'static str> {
    let standing: MessageId = *play.now().state.standing()?;
    let judged = decision::judge(3, &standing, &handover_now(play), (at, None));
    judged.err().map(|refusal| refusal.rule)
}

fn changed(change: CustodyChange) -> Fact {
    Fact::Handover(HandoverFact::Custody { change, release_due: None })
}

#[test]
fn nobody_travels_with_others_whose_screening_came_to_no_end() {
    // shows: bat-76
    let mut play = handover::granted_play(0);
    assert_eq!(stays(&play, END), None);
    play.say(ASKED, handover::screened(ScreeningOutcome::Undetermined));
    assert_eq!(stays(&play, END), Some("bat-76"));
    play.say(ASKED, handover::screened(ScreeningOutcome::NoIndication));
    assert_eq!(stays(&play, END), None);
}

#[test]
fn nobody_travels_with_others_after_the_promise_to_spare_the_life_has_run_out() {
    // shows: bat-77
    let Fact::Handover(HandoverFact::Requested(request)) = handover::requested() else { panic!() };
    let capital = Request { death: true, spared: true, spared_until: Some(END), ..request };
    let opening = Fact::Handover(HandoverFact::Requested(capital));
    let mut play = Play::<Handover>::begin(0, opening);
    let of = play.first();
    play.say(ASKED, Fact::Common(CommonFact::Acknowledged { of }));
    play.say(ASKED, handover::granted());
    assert_eq!(stays(&play, Timestamp::from_millis(END.millis() - 1)), None);
    assert_eq!(stays(&play, END), Some("bat-77"));
}

#[test]
fn nobody_travels_with_others_who_is_ill_or_whom_nobody_holds() {
    // shows: bat-78
    let mut play = handover::granted_play(0);
    for change in [
        CustodyChange::Hospitalised,
        CustodyChange::Is(CustodyStatus::Released),
        CustodyChange::Is(CustodyStatus::Located),
    ] {
        play.say(ASKED, changed(change));
        assert_eq!(stays(&play, END), Some("bat-78"), "{change:?}");
        play.say(ASKED, changed(CustodyChange::Is(CustodyStatus::Held)));
        assert_eq!(stays(&play, END), None, "{change:?}");
    }
}

#[test]
fn no_child_travels_with_others_by_a_grant_that_says_nothing_of_it() {
    // shows: bat-79
    let screened = || {
        Fact::Handover(HandoverFact::Screened {
            outcome: ScreeningOutcome::NoIndication,
            freely: true,
            review: None,
            may_be_child: true,
            rerouted_from: None,
        })
    };
    let mut play = handover::granted_play(0);
    play.say(ASKED, screened());
    assert_eq!(stays(&play, END), Some("bat-79"));

    for age in [AgeWord::CaredFor, AgeWord::GrownUp] {
        let Fact::Handover(HandoverFact::Decided(grant)) = handover::granted() else { panic!() };
        let mut play = handover::examined(0);
        play.say(ASKED, screened());
        let grant = Decision { age: Some(age), ..grant };
        play.say(ASKED, Fact::Handover(HandoverFact::Decided(grant)));
        assert_eq!(stays(&play, END), None, "{age:?}");
    }
}

#[test]
fn nobody_goes_on_a_grant_that_did_not_see_a_material_correction() {
    // shows: ho-89
    let correction = |target, material| {
        let targets = Vec::from([target]);
        let worse = Vec::new();
        Fact::Common(CommonFact::Corrected { targets, material, worse })
    };
    let judge = |play: &Play<Handover>| {
        let amber = corrected::of(&play.transcript, &play.now().state);
        let alone = corrected::judge(amber);
        let standing = *play.now().state.standing().unwrap();
        let listed = decision::judge(3, &standing, &handover_now(play), (END, amber));
        assert_eq!(alone.is_ok(), listed.is_ok());
        alone.err().map(|refusal| refusal.rule)
    };
    let mut play = handover::examined(0);
    play.say(ASKS, correction(play.first(), true));
    let grant = play.say(ASKED, handover::granted());
    assert_eq!(judge(&play), None, "it was seen");
    play.say(ASKS, correction(play.first(), false));
    assert_eq!(judge(&play), None, "nobody would have decided otherwise");
    play.say(ASKS, correction(play.first(), true));
    assert_eq!(judge(&play), Some("ho-89"));

    play.say_instead(ASKED, grant, handover::decided(Outcome::Deferred));
    play.say(ASKED, handover::granted());
    assert_eq!(judge(&play), None, "decided anew");
}

#[test]
fn what_a_bystander_corrects_throws_nobody_off() {
    // shows: ho-89
    let mut play = handover::examined(0);
    let remark = play.say(TRANSIT, Fact::Note);
    let remark = play.transcript.act(play.transcript.place(&remark).unwrap()).unwrap().id;
    play.say(ASKED, handover::granted());
    let (targets, worse) = (Vec::from([remark]), Vec::new());
    play.say(TRANSIT, Fact::Common(CommonFact::Corrected { targets, material: true, worse }));
    assert_eq!(amber::within(&play.transcript).len(), 1, "it is shown all the same");
    assert_eq!(corrected::of(&play.transcript, &play.now().state), None);
}

/// A choice of the first of two.
fn chosen(first: u8, second: u8) -> Fact {
    let (chosen, other) = (handover::procedure(first), handover::procedure(second));
    Fact::Handover(HandoverFact::Chosen { chosen, between: BTreeSet::from([chosen, other]) })
}

/// The rule by which the person of procedure 1 does not go while procedure 2 stands like that.
fn judged(here: &Play<Handover>, there: &Play<Handover>) -> Option<&'static str> {
    let (here, there) = (here.now().state, there.now().state);
    let own = (handover::procedure(1), &here);
    let other = (handover::procedure(2), &there);
    Rival { own, other }.judge().err().map(|refusal| refusal.rule)
}

#[test]
fn of_two_states_that_ask_for_one_person_the_one_is_chosen_and_both_are_told() {
    // shows: ho-85, ho-86
    let (mut here, mut there) = (handover::granted_play(0), handover::examined(0));
    assert_eq!(judged(&here, &there), Some("ho-85"), "nobody chose");
    here.say(ASKED, chosen(1, 2));
    assert_eq!(judged(&here, &there), Some("ho-85"), "one of them was not told");
    there.say(ASKED, chosen(1, 2));
    assert_eq!(judged(&here, &there), None);
    assert_eq!(judged_back(&there, &here), Some("ho-86"));

    // The Party chooses anew.
    here.say(ASKED, chosen(2, 1));
    assert_eq!(judged(&here, &there), Some("ho-86"), "and says so in both");
    there.say(ASKED, chosen(2, 1));
    assert_eq!(judged(&here, &there), Some("ho-86"));
    assert_eq!(judged_back(&there, &here), None);

    there.say(ASKS, Fact::Common(CommonFact::Withdrawn));
    assert_eq!(judged(&here, &there), None, "the other one is over");
}

/// The same of procedure 2 while procedure 1 stands like that.
fn judged_back(own: &Play<Handover>, other: &Play<Handover>) -> Option<&'static str> {
    let (own, other) = (own.now().state, other.now().state);
    let (own, other) = ((handover::procedure(2), &own), (handover::procedure(1), &other));
    Rival { own, other }.judge().err().map(|refusal| refusal.rule)
}

#[test]
fn a_grant_a_plan_a_seal_and_a_release_are_held_against_who_else_asks() {
    // shows: ho-85
    let machine = handover_now(&handover::granted_play(0));
    let legs = Vec::from([Leg { releasing: agency(ASKED), receiving: agency(ASKS) }]);
    let answered = |answer| {
        let schedule = digest::sha256(b"schedule");
        Fact::Handover(HandoverFact::Answered { schedule, answer })
    };
    for fact in [
        handover::granted(),
        Fact::Handover(HandoverFact::Scheduled { legs }),
        answered(ScheduleAnswer::Accepted),
        RELEASED,
    ] {
        assert_eq!(rival::commits(&fact, &machine), Some(People::One), "{fact:?}");
    }
    for fact in [answered(ScheduleAnswer::Rescheduled), certified(&[1]), handover::held()] {
        assert_eq!(rival::commits(&fact, &machine), None, "{fact:?}");
    }
    let sealed: Machine = batch_now(&batch::sealed_play(0));
    let everybody = rival::commits(&RELEASED, &sealed);
    assert!(matches!(everybody, Some(People::Entries(_))), "{everybody:?}");
}
