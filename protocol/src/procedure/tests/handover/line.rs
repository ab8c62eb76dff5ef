//! At the line: legs, returns and certificates, and nothing of one leg that counts on another.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::DAY;
use super::Play;
use super::TRANSIT;
use super::accepts;
use super::arrest_asked;
use super::cannot_keep;
use super::certified;
use super::custody;
use super::depart;
use super::granted_play;
use super::held;
use super::leg;
use super::one_leg;
use super::released;
use super::requested;
use super::stage;
use super::told;
use super::two_legs;
use crate::crypto::digest::Digest;
use crate::message::custody::CustodyStatus;
use crate::message::handover::certificate::HandoverOutcome;
use crate::moment::Timestamp;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

fn returned(leg: u64) -> Fact {
    told(HandoverFact::Returned { leg })
}

fn countersigned(of: Digest) -> Fact {
    told(HandoverFact::Countersigned { of })
}

fn by(legs: &[Leg]) -> Fact {
    told(HandoverFact::Scheduled { legs: legs.to_vec() })
}

/// On the way through a third country.
fn through_transit() -> Play<Handover> {
    let mut play = granted_play(0);
    agree(&mut play, two_legs());
    depart(&mut play, ASKED, 1);
    play
}

/// Everybody agrees to a schedule.
fn agree(play: &mut Play<Handover>, schedule: Fact) -> Digest {
    let schedule = play.say(ASKED, schedule);
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    schedule
}

/// The first leg ends well.
fn at_the_second_leg(play: &mut Play<Handover>) {
    let first = play.say(ASKED, certified(1));
    play.say(TRANSIT, countersigned(first));
    assert_eq!(stage(play), Stage::Scheduled);
}

#[test]
fn who_said_alone_that_one_leg_failed_has_said_nothing_of_the_next() {
    // shows: ho-79
    let mut play = through_transit();
    play.say(ASKED, returned(1));
    at_the_second_leg(&mut play);
    depart(&mut play, TRANSIT, 2);

    play.say(TRANSIT, returned(2));
    assert_eq!(stage(&play), Stage::InTransfer, "one side of the second leg has not said it");
    play.say(ASKS, returned(2));
    assert_eq!(stage(&play), Stage::Scheduled);
    play.told("who said alone that one leg failed has said nothing of the next", &["ho-79"]);
}

#[test]
fn who_said_alone_that_a_leg_failed_has_said_nothing_of_the_next_attempt() {
    // shows: ho-79
    let mut ill = released(0);
    ill.say(ASKS, returned(1));
    ill.say(ASKED, custody(CustodyChange::Hospitalised));
    let schedule = ill.say(ASKED, one_leg());
    ill.say(ASKS, accepts(schedule));
    depart(&mut ill, ASKED, 1);
    ill.say(ASKED, returned(1));
    assert_eq!(stage(&ill), Stage::InTransfer, "the other side said it of another journey");
    ill.told("who said alone that a leg failed has said nothing of the next attempt", &["ho-79"]);
}

#[test]
fn a_new_schedule_begins_with_its_own_first_leg_where_the_person_is() {
    // shows: ho-79, ho-80
    let mut play = through_transit();
    at_the_second_leg(&mut play);
    depart(&mut play, TRANSIT, 2);
    for side in [TRANSIT, ASKS] {
        play.say(side, returned(2));
    }
    let standing = play.now().state.unagreed().map(|(schedule, _)| schedule);
    play.say(ASKS, cannot_keep(standing.unwrap()));
    assert_eq!(stage(&play), Stage::Granted);

    let behind = play.refused(ASKED, two_legs());
    assert_eq!((behind.code, behind.rule), (RefusalCode::OutOfTurn, "ho-80"));
    let schedule = play.say(ASKED, by(&[leg(TRANSIT, ASKS)]));
    for party in [TRANSIT, ASKS] {
        play.say(party, accepts(schedule));
    }
    depart(&mut play, TRANSIT, 1);
    let certificate = play.say(TRANSIT, certified(1));
    play.say(ASKS, countersigned(certificate));
    assert_eq!(stage(&play), Stage::HandedOver);
    play.told(
        "a new schedule begins with its own first leg where the person is",
        &["ho-79", "ho-80"],
    );
}

#[test]
fn a_schedule_leads_from_hand_to_hand_from_the_holder_to_whoever_asked() {
    // shows: ho-80
    let mut play = granted_play(0);
    for legs in [
        [].as_slice(),
        &[leg(TRANSIT, ASKS)],
        &[leg(ASKED, TRANSIT)],
        &[leg(ASKED, ASKS), leg(TRANSIT, ASKS)],
    ] {
        for author in [ASKED, ASKS] {
            assert_eq!(play.refused(author, by(legs)).rule, "ho-80", "{legs:?}");
        }
    }
    play.say(ASKS, two_legs());
    play.told("a schedule leads from hand to hand from the holder to whoever asked", &["ho-80"]);
}

#[test]
fn a_certificate_that_hands_nobody_over_needs_the_signature_of_the_other_side() {
    // shows: ho-75
    let others = BTreeMap::from([(1, HandoverOutcome::RefusedByReceiver)]);
    let results = Results { transferred: BTreeSet::new(), others };
    let nobody = told(HandoverFact::Certified { leg: 1, root: None, results });
    let mut play = through_transit();
    let certificate = play.say(ASKED, nobody);

    for author in [ASKED, ASKS] {
        let refusal = play.refused(author, countersigned(certificate));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::NotEntitled, "ho-75"), "{author}");
    }
    play.say(TRANSIT, countersigned(certificate));
    assert_eq!(stage(&play), Stage::Scheduled);
    assert_eq!(play.now().state.custody(), CustodyStatus::Held);
    play.told(
        "a certificate that hands nobody over needs the signature of the other side",
        &["ho-75"],
    );
}

#[test]
fn a_second_provisional_arrest_is_no_request() {
    // shows: ho-2
    let arrest = || arrest_asked(Timestamp::from_millis(40 * DAY));
    let mut play = Play::<Handover>::begin(0, arrest());
    assert_eq!(play.refused(ASKS, arrest()).code, RefusalCode::OutOfTurn);
    assert_eq!(stage(&play), Stage::Provisional);
    play.say(ASKED, held());
    play.say(ASKS, requested());
    assert_eq!(stage(&play), Stage::Submitted);
    assert_eq!(play.refused(ASKS, arrest()).code, RefusalCode::OutOfTurn);
    play.told("a second provisional arrest is no request", &["ho-2", "pro-4"]);
}

#[test]
fn nothing_is_said_of_a_leg_that_is_not_at_hand() {
    // shows: ho-75
    let mut play = through_transit();
    for fact in [returned(0), returned(2), certified(0), certified(2), certified(3)] {
        let refusal = play.refused(ASKED, fact.clone());
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "ho-75"), "{fact:?}");
    }
    at_the_second_leg(&mut play);
    depart(&mut play, TRANSIT, 2);
    let said: Vec<&str> = [returned(1), certified(1), certified(3)]
        .into_iter()
        .map(|fact| play.refused(TRANSIT, fact).rule)
        .collect();
    assert_eq!(said, ["ho-75"; 3]);
    play.told("nothing is said of a leg that is not at hand", &["ho-75"]);
}
