//! What a message leaves behind for those after it: what stands, what is answered, what is over.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::DAY;
use super::Play;
use super::REQUEST;
use super::TRANSIT;
use super::accepts;
use super::acknowledged;
use super::against;
use super::arrest_asked;
use super::certified;
use super::custody;
use super::decided;
use super::depart;
use super::examined;
use super::examined_after;
use super::granted;
use super::granted_play;
use super::granted_with;
use super::held;
use super::intended;
use super::released;
use super::stage;
use super::told;
use super::two_legs;
use super::viewed;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::custody::CustodyStatus;
use crate::message::handover::certificate::HandoverOutcome;
use crate::message::handover::decision::Outcome;
use crate::message::refusal_ground::RefusalGround;
use crate::moment::Timestamp;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::fact::afterwards::Incident;
use crate::procedure::handover::stage::Stage;

fn release(play: &mut Play<Handover>) {
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
}

/// Arrested first, then asked for in full.
fn examined_after_an_arrest(request: Request) -> Play<Handover> {
    let by = Timestamp::from_millis(40 * DAY);
    let mut play = Play::<Handover>::begin(0, arrest_asked(by));
    play.say(ASKED, held());
    let request = play.say(ASKS, told(HandoverFact::Requested(request)));
    let request = play.id(&request);
    play.say(ASKED, acknowledged(request));
    play
}

#[test]
fn whoever_was_let_out_when_no_full_request_came_is_arrested_anew_on_a_later_one() {
    // shows: ho-2
    let by = Timestamp::from_millis(1_000 + DAY);
    let mut play = Play::<Handover>::begin(0, arrest_asked(by));
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::ProvisionallyHeld)));
    play.wait(DAY);
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Released)));
    assert_eq!(stage(&play), Stage::Provisional);

    let free = Request { custody: CustodyStatus::Released, ..REQUEST };
    let request = play.say(ASKS, told(HandoverFact::Requested(free)));
    let request = play.id(&request);
    play.say(ASKED, acknowledged(request));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-42");
    play.say(ASKED, held());
    play.say(ASKED, granted());
    assert_eq!(stage(&play), Stage::Granted);
    let name = "whoever was let out when no full request came is arrested anew on a later one";
    play.told(name, &["ho-2"]);
}

#[test]
fn the_full_request_after_an_arrest_opens_grounds_like_any_other() {
    // shows: ho-55
    let unknown = against(RefusalGround::NoDualCriminality, &[1]);
    let mut play = examined_after_an_arrest(Request { against: Vec::from([unknown]), ..REQUEST });

    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    play.told("the full request after an arrest opens grounds like any other", &["ho-55"]);
}

#[test]
fn the_full_request_after_an_arrest_spares_the_life_like_any_other() {
    // shows: ho-43
    let mut play = examined_after_an_arrest(Request { death: true, spared: true, ..REQUEST });

    play.say(ASKED, granted());
    play.told("the full request after an arrest spares the life like any other", &["ho-43"]);
}

#[test]
fn a_promise_in_views_spares_the_life_like_one_in_the_request() {
    // shows: ho-43
    let capital = Request { death: true, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(capital)));
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[AssuranceKind::NoDeathPenalty]));

    play.say(ASKED, granted());
    play.told("a promise in views spares the life like one in the request", &["ho-43"]);
}

#[test]
fn whoever_takes_a_grant_back_hears_the_other_side_anew_before_refusing() {
    // shows: ho-11, ho-18
    let mut play = examined(0);
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[]));
    let grant = play.say(ASKED, granted());
    play.say_instead(ASKED, grant, decided(Outcome::Deferred));

    assert_eq!(play.refused(ASKED, decided(Outcome::Refused)).rule, "ho-11");
    play.told("whoever takes a grant back hears the other side anew before refusing", &["ho-11"]);
}

#[test]
fn a_ground_that_a_grant_says_is_met_holds_nobody_up() {
    // shows: ho-57
    let political = RefusalGround::PoliticalOffence;
    let mut play = examined(0);
    play.say(ASKED, intended(&[political]));
    play.say(ASKS, viewed(&[]));
    play.say(ASKED, granted_with(&[political]));
    let schedule = play.say(ASKED, super::one_leg());
    play.say(ASKS, accepts(schedule));

    release(&mut play);
    assert_eq!(stage(&play), Stage::InTransfer);
    play.told("a ground that a grant says is met holds nobody up", &["ho-57"]);
}

#[test]
fn a_return_that_both_sides_said_is_over() {
    // shows: ho-25, ho-26
    let back = || told(HandoverFact::Returned { leg: 1 });
    let mut play = released(0);
    play.say(ASKED, back());
    play.say(ASKS, back());
    release(&mut play);

    play.say(ASKED, back());
    assert_eq!(stage(&play), Stage::InTransfer, "one side alone, once more");
    play.told("a return that both sides said is over", &[]);
}

#[test]
fn who_is_handed_over_to_nobody_is_back_and_the_certificate_is_used_up() {
    // shows: ho-26, ho-28
    let mut play = released(0);
    let results = Results {
        transferred: BTreeSet::new(),
        others: BTreeMap::from([(1, HandoverOutcome::RefusedByReceiver)]),
    };
    let nobody = play.say(ASKED, told(HandoverFact::Certified { leg: 1, root: None, results }));
    let signed = told(HandoverFact::Countersigned { of: nobody });
    play.say(ASKS, signed.clone());
    assert_eq!(stage(&play), Stage::Scheduled);
    release(&mut play);

    assert_eq!(play.refused(ASKS, signed).rule, "ho-28");
    play.told("who is handed over to nobody is back and the certificate is used up", &["ho-28"]);
}

#[test]
fn a_certificate_is_of_one_leg() {
    // shows: ho-28
    let mut play = granted_play(0);
    let schedule = play.say(ASKED, two_legs());
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKS, accepts(schedule));
    depart(&mut play, ASKED, 1);
    let first = play.say(ASKED, certified(1));
    play.say(TRANSIT, told(HandoverFact::Countersigned { of: first }));
    depart(&mut play, TRANSIT, 2);

    let again = told(HandoverFact::Countersigned { of: first });
    assert_eq!(play.refused(ASKS, again).rule, "ho-28");
    play.told("a certificate is of one leg", &["ho-28"]);
}

#[test]
fn whoever_was_released_after_the_handover_was_set_free() {
    // shows: spc-5
    let mut play = super::specialty::handed_over();
    play.say(ASKS, custody(CustodyChange::Is(CustodyStatus::Released)));
    play.say(ASKS, told(HandoverFact::Incident(Incident::StayedFree)));
    play.told("whoever was released after the handover was set free", &["spc-5"]);
}
