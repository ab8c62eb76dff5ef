//! Grounds by which a Party must refuse: what names them, what answers them, and what they hold up.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::REQUEST;
use super::SALTS;
use super::WITHDRAWN;
use super::accepts;
use super::against;
use super::convergence;
use super::convergence::Attempt;
use super::decision;
use super::examined;
use super::examined_after;
use super::granted;
use super::granted_with;
use super::intended;
use super::intended_by;
use super::menu;
use super::one_leg;
use super::stage;
use super::told;
use super::viewed;
use super::viewed_until;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::message::refusal_ground::RefusalGround;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const POLITICAL: RefusalGround = RefusalGround::PoliticalOffence;
const TORTURE: RefusalGround = RefusalGround::TortureOrIllTreatmentRisk;

/// A refusal was intended by these grounds, and the other side has said what it thinks of it.
fn heard(grounds: &[RefusalGround], promises: &[AssuranceKind]) -> Play<Handover> {
    let mut play = examined(0);
    play.say(ASKED, intended(grounds));
    play.say(ASKS, viewed(promises));
    play
}

#[test]
fn a_grant_with_an_open_mandatory_ground_is_refused() {
    // shows: ho-54
    let mut play = heard(&[POLITICAL], &[]);

    let refusal = play.refused(ASKED, granted());
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-54"));
    assert!(
        refusal.why.contains("political-offence") && refusal.why.contains("offence 1"),
        "{refusal:?}"
    );
    assert!(refusal.remedy.contains("grounds_met"), "{refusal:?}");
    let another = [RefusalGround::MilitaryOffence];
    assert_eq!(play.refused(ASKED, granted_with(&another)).rule, "ho-54");
    assert_eq!(stage(&play), Stage::Examining, "the procedure stays where it was");

    play.say(ASKED, granted_with(&[POLITICAL]));
    assert_eq!(stage(&play), Stage::Granted);
    assert_eq!(play.now().state.open_ground(), None);
    play.told("a grant with an open mandatory ground is refused", &["ho-54"]);
}

#[test]
fn a_ground_stands_against_the_offences_that_it_names() {
    // shows: ho-54, ho-55
    let mut play = examined(0);
    let named = Vec::from([against(POLITICAL, &[3])]);
    let views_by = Timestamp::from_millis(2_000);
    play.say(
        ASKED,
        told(HandoverFact::RefusalIntended { views_by, against: named, protects: BTreeSet::new() }),
    );
    play.say(ASKS, viewed(&[]));

    let all = Decision { granted: Vec::from([1, 2, 3]), ..decision(Outcome::Granted) };
    assert_eq!(play.refused(ASKED, told(HandoverFact::Decided(all))).rule, "ho-54");
    play.say(ASKED, granted());
    assert_eq!(play.now().state.granted_offences(), [1, 2]);
    play.told("a ground stands against the offences that it names", &["ho-55"]);
}

#[test]
fn a_ground_that_is_named_again_has_to_be_answered_again() {
    // shows: ho-55, ho-56
    let retrial = [AssuranceKind::Retrial];
    let absent = [RefusalGround::InAbsentiaNoRetrial];
    let mut play = heard(&absent, &retrial);
    play.say(ASKED, intended(&absent));
    play.say(ASKS, viewed(&[]));
    assert_eq!(play.refused(ASKED, granted_with(&absent)).rule, "ho-56");

    play.say(ASKED, intended(&absent));
    play.say(ASKS, viewed(&retrial));
    play.say(ASKED, granted_with(&absent));
    play.told("a ground that is named again has to be answered again", &["ho-55", "ho-56"]);
}

#[test]
fn a_decision_that_takes_a_grant_back_names_grounds_as_well() {
    // shows: ho-55, ho-56
    let mut play = examined(0);
    let grant = play.say(ASKED, granted());
    let named = Vec::from([against(POLITICAL, &[])]);
    let back = Decision { against: named, ..decision(Outcome::Refused) };
    play.say_instead(ASKED, grant, told(HandoverFact::Decided(back)));
    assert_eq!(stage(&play), Stage::Examining);

    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    let unheard = play.refused(ASKED, granted_with(&[POLITICAL]));
    assert_eq!(unheard.rule, "ho-56", "nobody asked the other side");
    let due = Timestamp::from_millis(2_000);
    play.say(ASKED, Fact::Common(CommonFact::InformationAsked { due }));
    play.say(ASKS, Fact::Common(CommonFact::InformationGiven));
    play.say(ASKED, granted_with(&[POLITICAL]));
    play.told("a decision that takes a grant back names grounds as well", &["ho-55", "ho-56"]);
}

#[test]
fn some_grounds_only_a_promise_answers() {
    // shows: ho-56
    for (ground, promise) in [
        (RefusalGround::InAbsentiaNoRetrial, AssuranceKind::Retrial),
        (RefusalGround::DeathPenaltyNoAssurance, AssuranceKind::NoDeathPenalty),
    ] {
        let mut play = heard(&[ground], &[AssuranceKind::Consular]);
        let refusal = play.refused(ASKED, granted_with(&[ground]));
        assert_eq!(refusal.rule, "ho-56");
        assert!(refusal.remedy.contains(promise.text()), "{refusal:?}");
        play.told(&format!("some grounds only a promise answers: {ground}"), &["ho-56"]);
        let mut promised = heard(&[ground], &[promise]);
        promised.say(ASKED, granted_with(&[ground]));
        promised.told(&format!("some grounds only a promise answers: {promise}"), &["ho-56"]);
    }
}

#[test]
fn a_promise_that_has_run_out_answers_no_ground() {
    // shows: ho-81
    let absent = [RefusalGround::InAbsentiaNoRetrial];
    let promise = AssuranceKind::Retrial;
    let mut play = examined(0);
    play.say(ASKED, intended(&absent));
    play.say(ASKS, viewed_until(&[promise], &[(promise, 2_000)]));
    play.wait(1_000);
    let refusal = play.refused(ASKED, granted_with(&absent));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-56"));
    assert!(refusal.why.contains("has run out"), "{refusal:?}");
    play.told("a promise that has run out answers no ground", &["ho-81"]);
}

#[test]
fn nobody_is_sent_where_torture_was_feared_whatever_is_said_or_promised() {
    // shows: ho-56
    let every: Vec<AssuranceKind> = AssuranceKind::ALL.to_vec();
    let mut play = heard(&[TORTURE], &every);

    for grant in [granted(), granted_with(&[TORTURE])] {
        let refusal = play.refused(ASKED, grant);
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-56"));
    }
    play.say(ASKED, super::decided(Outcome::Deferred));
    assert_eq!(
        play.refused(ASKED, granted_with(&[TORTURE])).rule,
        "ho-56",
        "later no more than now"
    );
    play.told("nobody is sent where torture was feared whatever is said or promised", &["ho-56"]);
}

#[test]
fn what_a_request_says_or_leaves_out_names_grounds() {
    // shows: ho-54, ho-55, ho-56
    let opened = |ground| Request { against: Vec::from([against(ground, &[1])]), ..REQUEST };
    let begin = |ground| examined_after(0, told(HandoverFact::Requested(opened(ground))));

    let unknown = RefusalGround::NoDualCriminality;
    let mut play = begin(unknown);
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    play.say(ASKED, granted_with(&[unknown]));
    play.told("what a request says or leaves out names grounds 1", &["ho-55", "ho-56"]);

    // That the time is over was said by whoever asks, and only that side says that it is not.
    let expired = RefusalGround::TimeBarredOrAmnesty;
    let mut play = begin(expired);
    assert_eq!(play.refused(ASKED, granted_with(&[expired])).rule, "ho-56");
    play.say(ASKED, intended(&[expired]));
    play.say(ASKS, viewed(&[]));
    play.say(ASKED, granted_with(&[expired]));
    play.told("what a request says or leaves out names grounds 2", &["ho-55", "ho-56"]);
}

#[test]
fn a_ground_that_crosses_a_grant_holds_the_person_until_it_is_decided_anew() {
    // shows: ho-57, ho-58
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let grant = play.say_after(ASKED, &seen, granted());
        let intent = play.say_after(ASKED, &seen, intended(&[POLITICAL]));

        assert_eq!(stage(&play), Stage::Granted);
        assert_eq!(play.fate(&intent), Fate::Outranked { by: grant });
        assert_eq!(play.now().state.open_ground(), Some(POLITICAL));
        let schedule = play.say(ASKED, one_leg());
        play.say(ASKS, accepts(schedule));
        play.confirm(IrreversibleAct::ReleaseCustody);
        let refusal = play.refused(ASKED, told(HandoverFact::Released { leg: 1 }));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-57"));

        play.say_instead(ASKED, grant, super::decided(Outcome::Deferred));
        assert_eq!(stage(&play), Stage::Examining);
        play.say(ASKED, intended(&[POLITICAL]));
        play.say(ASKS, viewed(&[]));
        play.say(ASKED, granted_with(&[POLITICAL]));
        assert_eq!(play.now().state.open_ground(), None);
        play.told(
            "a ground that crosses a grant holds the person until it is decided anew",
            &["ho-57", "ho-58"],
        );
    }
}

#[test]
fn the_fear_of_torture_stops_a_grant_that_it_crosses() {
    // shows: ho-59
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let grant = play.say_after(ASKED, &seen, granted());
        let intent = play.say_after(ASKED, &seen, intended(&[TORTURE]));

        assert_eq!(stage(&play), Stage::Consulting);
        assert_eq!(play.fate(&grant), Fate::Outranked { by: intent });
        play.told("the fear of torture stops a grant that it crosses", &["ho-59"]);
    }
}

#[test]
fn whoever_withdraws_beside_a_fear_of_torture_has_withdrawn() {
    // shows: ho-59
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, intended(&[TORTURE]));
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!(stage(&play), Stage::Withdrawn);
        play.told("whoever withdraws beside a fear of torture has withdrawn", &["ho-59"]);
    }
}

/// What somebody may try to say where grounds are about.
fn grounds_menu(what: u8, seen: &Transcript) -> Fact {
    let retrial = RefusalGround::InAbsentiaNoRetrial;
    match what % 34 {
        26 => intended_by(0, &[POLITICAL]),
        27 => intended_by(0, &[TORTURE]),
        28 => intended_by(0, &[retrial]),
        29 => viewed(&[AssuranceKind::Retrial]),
        30 => granted_with(&[POLITICAL]),
        31 => granted_with(&[POLITICAL, retrial]),
        32 => granted_with(&[TORTURE]),
        33 => {
            let named = Vec::from([against(POLITICAL, &[2])]);
            told(HandoverFact::Decided(Decision { against: named, ..decision(Outcome::Deferred) }))
        }
        other => menu(other, seen),
    }
}

/// What has to be the same whichever digest is the lower one.
fn view(folded: &Folded<Handover>) -> String {
    let state = &folded.state;
    format!("{} {:?} {:?}", state.stage(), state.granted_offences(), state.open_ground())
}

proptest! {
    #[test]
    fn agencies_agree_on_the_grounds_that_are_open_whatever_came_first(
        attempts in vec(any::<Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7, ho-58, ho-59
        let opening = super::requested();
        let play = convergence::play::<Handover>(opening, &attempts, |what, _, seen| grounds_menu(what, seen));
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
    }

    #[test]
    fn nobody_goes_while_a_ground_is_open(attempts in vec(any::<Attempt>(), 1..80)) {
        // shows: ho-57
        let opening = super::requested();
        let mut play = convergence::play::<Handover>(opening, &attempts, |what, _, seen| grounds_menu(what, seen));
        let open = play.now().state.open_ground().is_some();
        let release = play.act(ASKED, &play.transcript.heads(), told(HandoverFact::Released { leg: 1 }));
        proptest::prop_assert!(!open || play.judge(&release).is_err());
    }

    #[test]
    fn no_digest_decides_about_a_ground(attempts in vec(any::<Attempt>(), 2..12)) {
        // shows: ho-58, ho-59
        convergence::no_digest_decides(examined, &attempts, |what, _, seen| grounds_menu(what, seen), view);
    }
}
