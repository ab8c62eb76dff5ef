//! Signs of a victim, as they bear on what else may be done with the person.

use alloc::collections::BTreeSet;
use alloc::format;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::VICTIM;
use super::WITHDRAWN;
use super::arrived;
use super::custody;
use super::examined;
use super::granted_play;
use super::requested;
use super::screened;
use super::specialty::handed_over;
use super::stage;
use crate::message::custody::CustodyStatus;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::stage::Stage;
use crate::procedure::tests::agency;
use crate::registry::RefusalCode;

#[test]
fn signs_of_a_victim_in_a_handover_hold_the_person_until_its_holder_says_otherwise() {
    // shows: res-62, ho-72, ho-73
    let mut play = examined(0);
    assert_eq!(play.now().state.has_signs(), None);
    play.say(ASKED, VICTIM);
    let refusal = play.now().state.has_signs().unwrap();
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "res-62"));
    assert!(refusal.why.contains("rerouted"), "{refusal:?}");
    assert_eq!(play.now().state.holders(), BTreeSet::from([&agency(ASKED)]));

    play.say(ASKED, screened(ScreeningOutcome::Victim));
    play.say(ASKED, screened(ScreeningOutcome::Undetermined));
    assert!(play.now().state.has_signs().is_some(), "a doubt ends no sign");
    assert_eq!(stage(&play), Stage::Rerouted);
    play.say(ASKED, screened(ScreeningOutcome::NoIndication));
    assert_eq!(play.now().state.has_signs(), None);
    play.told("what is found after signs of a victim is said by the holder", &["ho-72", "ho-73"]);

    let mut received = handed_over();
    received.say(ASKS, VICTIM);
    assert!(received.now().state.has_signs().is_some());
    let both = [ASKED, ASKS].map(agency);
    assert_eq!(received.now().state.holders(), both.iter().collect());
}

#[test]
fn signs_of_a_victim_hold_beside_an_arrival_that_outranks_them() {
    // shows: res-62
    for salt in SALTS {
        let mut play = granted_play(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, VICTIM);
        play.say_after(ASKS, &seen, arrived());
        assert_eq!(stage(&play), Stage::HandedOver);
        assert!(play.now().state.has_signs().is_some());
        assert!(
            play.now().state.holders().contains(&agency(ASKED)),
            "its own rescue may take over"
        );
    }
}

#[test]
fn a_screening_without_signs_beside_one_with_signs_frees_nobody() {
    // shows: ho-82
    for salt in SALTS {
        for less in [ScreeningOutcome::NoIndication, ScreeningOutcome::Undetermined] {
            for withdrawn in [false, true] {
                let mut play = examined(salt);
                if withdrawn {
                    play.say(ASKS, WITHDRAWN);
                }
                let seen = play.transcript.heads();
                play.say_after(ASKED, &seen, screened(less));
                play.say_after(ASKED, &seen, VICTIM);
                assert_eq!(play.now().state.screened(), Some(ScreeningOutcome::PresumedVictim));
                let name = "a screening without signs beside one with signs frees nobody";
                play.told(&format!("{name}: {less} {}", stage(&play)), &["ho-82"]);
            }
        }
    }
}

#[test]
fn whoever_has_a_victim_who_is_alive_and_here_owes_a_rescue() {
    // shows: due-16
    let mut play = examined(0);
    assert!(!play.now().state.needs_a_rescue());
    play.say(ASKED, VICTIM);
    assert!(play.now().state.needs_a_rescue());
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Escaped)));
    assert!(!play.now().state.needs_a_rescue());
}

#[test]
fn a_person_is_asked_of_one_agency_so_that_nobody_clears_what_another_one_found() {
    // shows: res-69
    let by = Timestamp::from_millis(9);
    let arrest = HandoverFact::ArrestAsked { full_request_by: by, may_be_child: false };
    let mut play = Play::<Handover>::begin(0, requested());
    for opening in [requested(), Fact::Handover(arrest)] {
        let mut act = play.act(ASKS, &[], opening);
        assert!(Handover::open(&act).is_ok());
        for asked in [&[ASKED, TRANSIT][..], &[]] {
            act.asked = asked.iter().map(|name| agency(name)).collect();
            let refusal = Handover::open(&act).unwrap_err();
            assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "res-69"));
        }
    }
}
