//! For what a person may be tried after a handover, and what ends the promise.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::REQUEST;
use super::arrived;
use super::certified;
use super::consents;
use super::custody;
use super::ended;
use super::examined_after;
use super::further;
use super::granted;
use super::granted_play;
use super::outcome;
use super::released;
use super::stage;
use super::told;
use super::tried;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::custody::CustodyStatus;
use crate::message::handover::specialty::SpecialtyConsent;
use crate::moment::Timestamp;
use crate::procedure::fact::Fact;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::afterwards::Incident;
use crate::procedure::handover::fact::afterwards::Matter;
use crate::procedure::handover::fact::afterwards::Stakes;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::specialty::ConsentStanding;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

/// Handed over, for offences 1 and 2 of three.
pub(in crate::procedure::tests) fn handed_over() -> Play<Handover> {
    let mut play = released(0);
    let certificate = play.say(ASKED, certified(1));
    play.say(ASKS, told(HandoverFact::Countersigned { of: certificate }));
    assert_eq!(stage(&play), Stage::HandedOver);
    play
}

/// A case about one offence by consent.
fn by_consent(consent: MessageId, offence: u64) -> Fact {
    let consented = BTreeSet::from([(consent, offence)]);
    told(HandoverFact::OutcomeTold(Told { consented, ..outcome(&[]) }))
}

fn accepted(of: MessageId) -> Fact {
    told(HandoverFact::ConditionsAccepted { of })
}

fn happened(incident: Incident) -> Fact {
    told(HandoverFact::Incident(incident))
}

fn freed() -> Fact {
    told(HandoverFact::OutcomeTold(Told { freed: true, ..outcome(&[1]) }))
}

fn onward(play: &Play<Handover>, to: &str) -> Fact {
    let of = *play.now().state.standing().unwrap();
    let to = Some(Party::parse(to).unwrap());
    let matter = Matter::Surrender { to, offences: 2 };
    told(HandoverFact::SpecialtyAsked { of, matter, stakes: Stakes::default() })
}

fn vietnam() -> Party {
    Party::parse("VN").unwrap()
}

/// Walks what may follow a handover.
pub(super) fn story() -> BTreeSet<&'static str> {
    let mut play = handed_over();
    let asked = play.say(ASKS, further(&play));
    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::GivenConditional));
    let given = play.id(&given);
    play.say(ASKS, accepted(given));
    play.say(ASKS, ended(1));
    play.say(ASKS, by_consent(given, 1));
    play.say(ASKS, custody(CustodyChange::FreedByCourt));
    play.told("what may follow a handover", &[]);
    play.rules()
}

#[test]
fn nothing_follows_a_handover_before_it_is_said_that_the_person_came() {
    // shows: ho-76
    let mut play = granted_play(0);
    let asks = further(&play);
    for fact in [tried(&[1]), asks.clone(), happened(Incident::Other)] {
        assert_eq!(play.refused(ASKS, fact).code, RefusalCode::OutOfTurn);
    }
    play.say(ASKS, arrived());
    play.say(ASKS, tried(&[1]));
    play.say(ASKS, asks);
    play.say(ASKS, happened(Incident::Other));
    assert_eq!(stage(&play), Stage::HandedOver);
    play.told("nothing follows a handover before it is said that the person came", &["ho-76"]);
}

#[test]
fn a_charge_is_added_by_consent_only() {
    // shows: ho-53, spc-4
    let mut play = handed_over();
    let asked = play.say(ASKS, further(&play));
    let refused = play.refused(ASKS, by_consent(play.id(&asked), 1));
    assert_eq!(
        (refused.code, refused.rule),
        (RefusalCode::Safeguard, "spc-4"),
        "silence is no consent"
    );

    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Given));
    let given = play.id(&given);
    play.say(ASKS, by_consent(given, 1));
    assert_eq!(play.refused(ASKS, by_consent(given, 2)).rule, "spc-4", "it covers one of two");
    assert_eq!(play.refused(ASKS, tried(&[3])).rule, "ho-53", "numbers of the request are others");
    play.told("a charge is added by consent only", &["spc-4"]);
}

#[test]
fn a_consent_under_conditions_counts_once_they_are_accepted() {
    // shows: ho-61, spc-4
    let mut play = handed_over();
    let asked = play.say(ASKS, further(&play));
    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::GivenConditional));
    let given = play.id(&given);
    assert_eq!(play.refused(ASKS, by_consent(given, 1)).rule, "spc-4");
    let other = play.first();
    assert_eq!(play.refused(ASKS, accepted(other)).rule, "ho-61");

    play.say(ASKS, accepted(given));
    play.say(ASKS, by_consent(given, 1));
    assert_eq!(play.refused(ASKS, accepted(given)).rule, "ho-61", "once is enough");
    play.told("a consent under conditions counts once they are accepted", &["spc-4"]);
}

#[test]
fn a_later_decision_on_a_request_for_consent_takes_the_place_of_an_earlier_one() {
    // shows: spc-3, spc-4
    let mut play = handed_over();
    let asked = play.say(ASKS, further(&play));
    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Given));
    let given = play.id(&given);
    play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Refused));

    assert_eq!(play.refused(ASKS, by_consent(given, 1)).rule, "spc-4");
    let standing = play.now().state.specialty().consents()[&given].standing;
    assert_eq!(standing, ConsentStanding::Replaced);
    play.told(
        "a later decision on a request for consent takes the place of an earlier one",
        &["spc-3", "spc-4"],
    );
}

#[test]
fn a_request_for_consent_names_the_grant_and_a_decision_the_request_and_its_offences() {
    // shows: spc-3
    let mut play = handed_over();
    let of = play.first();
    let (matter, stakes) = (Matter::Offences(1), Stakes::default());
    let stray = told(HandoverFact::SpecialtyAsked { of, matter, stakes });
    assert_eq!(play.refused(ASKS, stray).rule, "spc-3");

    let asked = play.say(ASKS, further(&play));
    let decided = |of, offence| {
        let (consent, offences) = (SpecialtyConsent::Given, BTreeSet::from([offence]));
        told(HandoverFact::SpecialtyDecided { of, consent, offences, death_waived: false })
    };
    assert_eq!(play.refused(ASKED, decided(of, 1)).rule, "spc-3");
    assert_eq!(play.refused(ASKED, decided(play.id(&asked), 3)).rule, "spc-3", "it names two");
    play.say(ASKED, decided(play.id(&asked), 2));
    play.told(
        "a request for consent names the grant and a decision the request and its offences",
        &["spc-3"],
    );
}

#[test]
fn after_the_last_notice_only_what_was_consented_to_later_is_told() {
    // shows: ho-62
    let mut play = handed_over();
    play.say(ASKS, ended(1));
    assert_eq!(play.refused(ASKS, tried(&[1])).rule, "ho-62");
    let asked = play.say(ASKS, further(&play));
    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Given));
    play.say(ASKS, by_consent(play.id(&given), 1));
    play.told("after the last notice only what was consented to later is told", &["ho-62"]);
}

#[test]
fn a_person_who_stayed_or_came_back_freely_may_be_tried_for_anything_and_given_on() {
    // shows: spc-5, spc-6
    for (exception, how) in
        [(Incident::StayedFree, "who stayed"), (Incident::LeftAndReturned, "who came back")]
    {
        let mut play = handed_over();
        let refusal = play.refused(ASKS, happened(exception));
        assert_eq!(
            (refusal.code, refusal.rule),
            (RefusalCode::Safeguard, "spc-5"),
            "nobody set the person free"
        );
        assert!(!play.now().state.specialty().may_go_on_to(&vietnam()));

        play.say(ASKS, freed());
        assert_eq!(play.refused(ASKS, tried(&[3])).rule, "ho-53", "free is not yet stayed");
        play.say(ASKS, happened(exception));
        play.say(ASKS, tried(&[3]));
        assert!(play.now().state.specialty().may_go_on_to(&vietnam()));
        play.told(&format!("a person may be tried for anything: {how}"), &["spc-5"]);
    }
    let mut ill = handed_over();
    ill.say(ASKS, happened(Incident::Other));
    assert_eq!(ill.refused(ASKS, tried(&[3])).rule, "ho-53");
}

#[test]
fn a_consent_to_give_a_person_on_is_for_one_state_and_tries_nobody() {
    // shows: spc-4, spc-6
    let mut play = handed_over();
    let asked = play.say(ASKS, onward(&play, "VN"));
    let given = play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Given));

    let state = play.now().state;
    assert!(state.specialty().may_go_on_to(&vietnam()));
    assert!(!state.specialty().may_go_on_to(&Party::parse("TH").unwrap()));
    assert_eq!(play.refused(ASKS, by_consent(play.id(&given), 1)).rule, "spc-4");
    play.told("a consent to give a person on is for one state and tries nobody", &["spc-4"]);
}

#[test]
fn where_the_person_is_follows_the_last_word_of_whoever_received_the_person() {
    // shows: ho-60, spc-7
    let kept = |play: &Play<Handover>| play.now().state.specialty().is_kept();
    let mut play = handed_over();
    assert!(kept(&play));
    play.say(ASKS, custody(CustodyChange::Is(CustodyStatus::Escaped)));
    assert_eq!(stage(&play), Stage::HandedOver, "the handover was carried out");
    assert!(!kept(&play));
    play.say(ASKS, custody(CustodyChange::Is(CustodyStatus::Held)));
    assert!(kept(&play));
    play.say(ASKS, freed());
    assert!(!kept(&play));
    let mut lost = handed_over();
    lost.say(ASKS, happened(Incident::Gone));
    assert!(!kept(&lost));
}

#[test]
fn two_decisions_about_two_requests_for_consent_count_beside_each_other() {
    // shows: ho-38
    for salt in super::SALTS {
        let mut play = handed_over_salted(salt);
        let first = play.say(ASKS, further(&play));
        let second = play.say(ASKS, onward(&play, "VN"));
        let seen = play.transcript.heads();
        let one = consents(&play, &first, SpecialtyConsent::Given);
        let other = consents(&play, &second, SpecialtyConsent::Given);
        let both: Vec<Digest> =
            [one, other].into_iter().map(|fact| play.say_after(ASKED, &seen, fact)).collect();

        let state = play.now().state;
        for decision in &both {
            let standing = state.specialty().consents()[&play.id(decision)].standing;
            assert_eq!(standing, ConsentStanding::InForce);
        }
        assert!(play.now().common.conflicts().is_empty());
        play.told(
            "two decisions about two requests for consent count beside each other",
            &["ho-38"],
        );
    }
}

/// Two further offences of which the second can cost the life, and nothing is promised about it.
fn deadly() -> Stakes {
    Stakes { deadly: BTreeSet::from([2]), ..Stakes::default() }
}

/// The same, and that it will not is promised until then.
fn spared(spared_until: Option<Timestamp>) -> Stakes {
    Stakes { spared: true, spared_until, ..deadly() }
}

/// Consent to them is asked for.
fn asks_for(play: &Play<Handover>, stakes: Stakes) -> Fact {
    let of = *play.now().state.standing().unwrap();
    told(HandoverFact::SpecialtyAsked { of, matter: Matter::Offences(2), stakes })
}

/// Consent to some of them.
fn agrees(of: MessageId, consent: SpecialtyConsent, offences: &[u64]) -> Fact {
    let offences = offences.iter().copied().collect();
    told(HandoverFact::SpecialtyDecided { of, consent, offences, death_waived: false })
}

/// The same, by a law that does without the promise.
fn waives(of: MessageId, consent: SpecialtyConsent, offences: &[u64]) -> Fact {
    let offences = offences.iter().copied().collect();
    told(HandoverFact::SpecialtyDecided { of, consent, offences, death_waived: true })
}

#[test]
fn nobody_is_tried_for_a_further_offence_that_can_cost_the_life_without_promise_or_waiver() {
    // shows: spc-9
    let given = SpecialtyConsent::Given;
    let mut play = handed_over();
    let asked = play.say(ASKS, asks_for(&play, deadly()));
    let of = play.id(&asked);
    for (consent, offences) in
        [(given, &[2][..]), (given, &[1, 2]), (SpecialtyConsent::GivenConditional, &[2])]
    {
        let refusal = play.refused(ASKED, agrees(of, consent, offences));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "spc-9"));
        assert!(refusal.remedy.contains("no-death-penalty"), "{refusal:?}");
    }
    play.say(ASKED, agrees(of, given, &[1]));
    play.say(ASKED, waives(of, given, &[1, 2]));
    play.say(ASKED, agrees(of, SpecialtyConsent::Refused, &[]));

    let promised = play.say(ASKS, asks_for(&play, spared(None)));
    play.say(ASKED, agrees(play.id(&promised), given, &[2]));
    play.told(
        "nobody is tried for a further offence that can cost the life without promise or waiver",
        &["spc-9"],
    );
}

#[test]
fn a_promise_that_has_run_out_carries_no_consent_and_no_accepted_conditions() {
    // shows: spc-9
    let (given, conditional) = (SpecialtyConsent::Given, SpecialtyConsent::GivenConditional);
    let mut play = handed_over();
    let ends = Some(Timestamp::from_millis(1_000 + super::DAY));
    let asked = play.say(ASKS, asks_for(&play, spared(ends)));
    let of = play.id(&asked);
    let waits = play.say(ASKED, agrees(of, conditional, &[2]));
    let waits = play.id(&waits);
    play.wait(super::DAY);
    let refusal = play.refused(ASKS, accepted(waits));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "spc-9"));
    assert!(refusal.why.contains("run out"), "{refusal:?}");
    assert_eq!(play.refused(ASKED, agrees(of, given, &[2])).rule, "spc-9");
    let waived = play.say(ASKED, waives(of, conditional, &[2]));
    play.say(ASKS, accepted(play.id(&waived)));
    play.told(
        "a promise that has run out carries no consent and no accepted conditions",
        &["spc-9"],
    );
}

#[test]
fn what_was_promised_for_the_handover_promises_nothing_of_a_further_offence() {
    // shows: spc-9
    let capital = Request { death: true, spared: true, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(capital)));
    play.say(ASKED, granted());
    play.say(ASKS, arrived());
    let asked = play.say(ASKS, asks_for(&play, deadly()));
    let refusal = play.refused(ASKED, agrees(play.id(&asked), SpecialtyConsent::Given, &[2]));
    assert_eq!(refusal.rule, "spc-9");
    play.told(
        "what was promised for the handover promises nothing of a further offence",
        &["spc-9"],
    );
}

fn handed_over_salted(salt: u8) -> Play<Handover> {
    let mut play = released(salt);
    let certificate = play.say(ASKED, certified(1));
    play.say(ASKS, told(HandoverFact::Countersigned { of: certificate }));
    play
}
