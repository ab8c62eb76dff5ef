//! A request that was corrected, a child and a victim that cross a grant, and a choice between two requests.

extern crate std;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::json;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::REQUEST;
use super::SALTS;
use super::WITHDRAWN;
use super::accepts;
use super::against;
use super::decided;
use super::examined;
use super::examined_after;
use super::granted;
use super::granted_play;
use super::granted_with;
use super::intended;
use super::intended_for;
use super::one_leg;
use super::procedure;
use super::scheduled;
use super::stage;
use super::told;
use super::viewed;
use crate::codec::value::Value;
use crate::ids::MessageId;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::message::refusal_ground::RefusalGround;
use crate::message::submission::Submission;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::corrected::Worse;
use crate::procedure::handover::stage::Stage;
use crate::registry::RefusalCode;

/// A change of a request, and what it makes worse.
type Change = (&'static str, Option<serde_json::Value>, fn(&mut Worse));

const LIFE: AssuranceKind = AssuranceKind::NoDeathPenalty;

fn worse(target: MessageId) -> Worse {
    Worse { target, deadly: BTreeSet::new(), against: Vec::new(), unpromised: false, child: false }
}

fn corrects(worse: Worse) -> Fact {
    let targets = Vec::from([worse.target]);
    Fact::Common(CommonFact::Corrected { targets, material: true, worse: Vec::from([worse]) })
}

/// An offence of the request can cost the life after all.
fn deadly(play: &Play<Handover>) -> Fact {
    corrects(Worse { deadly: BTreeSet::from([1]), ..worse(play.first()) })
}

fn release(play: &mut Play<Handover>) -> &'static str {
    play.confirm(IrreversibleAct::ReleaseCustody);
    let refusal = play.refused(ASKED, told(HandoverFact::Released { leg: 1 }));
    assert_eq!(refusal.code, RefusalCode::Safeguard, "{refusal:?}");
    refusal.rule
}

#[test]
fn what_a_correction_makes_worse_is_taken_from_its_places() {
    // shows: ho-88, pro-6
    let changes: &[Change] = &[
        ("/body/offences/1/penalty_includes_death", Some(json!({"flag": true})), |worse| {
            worse.deadly.insert(2);
        }),
        ("/body/offences/0/penalty_includes_death", Some(json!({"flag": false})), |_| {}),
        ("/body/offences/0/max_penalty/kind", Some(json!({"text": "death"})), |worse| {
            worse.deadly.insert(1);
        }),
        (
            "/body/matter/new_offences/0/penalty_includes_death",
            Some(json!({"flag": true})),
            |worse| {
                worse.deadly.insert(1);
            },
        ),
        ("/body/offences/2/max_penalty/kind", Some(json!({"text": "fine"})), |worse| {
            worse.against.push(against(RefusalGround::BelowPenaltyThreshold, &[3]));
        }),
        ("/body/offences/0/equivalent_law_in_requested", None, |worse| {
            worse.against.push(against(RefusalGround::NoDualCriminality, &[1]));
        }),
        ("/body/offences/0/equivalent_law_in_requested", Some(json!({"text": "Another"})), |_| {}),
        ("/body/limitation_not_expired", Some(json!({"flag": false})), |worse| {
            worse.against.push(against(RefusalGround::TimeBarredOrAmnesty, &[]));
        }),
        ("/body/limitation_not_expired", Some(json!({"flag": true})), |_| {}),
        ("/body/assurances/0/valid_until", Some(json!({"text": "2026-03-01"})), |worse| {
            worse.unpromised = true;
        }),
        ("/body/person/person_ref", Some(json!({"text": "CN-P-000101"})), |_| {}),
    ];
    for (path, new, change) in changes {
        let (target, found) = stated(path, new.as_ref());
        let mut wanted = worse(target);
        change(&mut wanted);
        let wanted = Vec::from([wanted]).into_iter().filter(|wanted| *wanted != worse(target));
        assert_eq!(found, wanted.collect::<Vec<Worse>>(), "{path} {new:?}");
    }
}

/// The message that a correction of this place corrects, and what the fact says it makes worse.
fn stated(path: &str, new: Option<&serde_json::Value>) -> (MessageId, Vec<Worse>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/examples/correction.json");
    let mut json: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    let mut place = json["body"]["changes"][0].clone();
    place["path"] = json!(path);
    place.as_object_mut().unwrap().remove("new");
    if let Some(new) = new {
        place["new"] = new.clone();
    }
    json["body"]["changes"] = json!([place]);
    let tree: Value = serde_json::from_value(json).unwrap();
    let fact = Fact::of(Submission::read(&tree).unwrap().body());
    let Fact::Common(CommonFact::Corrected { targets, worse, .. }) = fact else { panic!() };
    (targets[0], worse)
}

#[test]
fn a_grant_goes_by_the_request_as_it_was_corrected() {
    // shows: ho-88
    let mut play = examined(0);
    play.say(ASKS, deadly(&play));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-43");
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[LIFE]));
    play.say(ASKED, granted());
    play.told("a grant goes by the request as it was corrected", &["ho-88"]);

    let expired = RefusalGround::TimeBarredOrAmnesty;
    let mut play = examined(0);
    let named = Vec::from([against(expired, &[])]);
    play.say(ASKS, corrects(Worse { against: named, ..worse(play.first()) }));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    assert_eq!(play.refused(ASKED, granted_with(&[expired])).rule, "ho-56", "nobody answered it");
    play.told("a ground that a correction gives is open", &["ho-88"]);

    let unknown = RefusalGround::NoDualCriminality;
    let mut play = examined(0);
    let named = Vec::from([against(unknown, &[1])]);
    play.say(ASKS, corrects(Worse { against: named, ..worse(play.first()) }));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-54");
    play.say(ASKED, granted_with(&[unknown]));
    play.told("of its own law the requested Party answers what a correction gives", &["ho-88"]);
}

#[test]
fn a_promise_that_was_corrected_counts_no_longer_and_a_later_one_does() {
    // shows: ho-88
    let capital = Request { death: true, spared: true, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(capital)));
    play.say(ASKS, corrects(Worse { unpromised: true, ..worse(play.first()) }));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-43");
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[LIFE]));
    play.say(ASKED, granted());
    play.told("a promise that was corrected counts no longer and a later one does", &["ho-88"]);
}

#[test]
fn a_correction_after_a_grant_or_beside_it_holds_the_person() {
    // shows: ho-88
    let mut play = scheduled(0);
    play.say(ASKS, deadly(&play));
    assert_eq!(release(&mut play), "ho-83");
    play.told("a correction after a grant holds the person", &["ho-88"]);

    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, granted());
        let correction = deadly(&play);
        play.say_after(ASKS, &seen, correction);
        assert_eq!(stage(&play), Stage::Granted);
        let schedule = play.say(ASKED, one_leg());
        play.say(ASKS, accepts(schedule));
        assert_eq!(release(&mut play), "ho-83");
        play.told("a correction beside a grant holds the person", &["ho-88"]);
    }
}

#[test]
fn nobody_but_whoever_asks_corrects_the_request() {
    // shows: ho-88
    let mut play = examined(0);
    let correction = deadly(&play);
    play.refused(ASKED, correction);
    let others = play.transcript.act(1).unwrap().id;
    play.say(ASKED, corrects(Worse { deadly: BTreeSet::from([1]), ..worse(others) }));
    play.say(ASKED, granted());
}

#[test]
fn a_child_or_a_victim_stops_a_grant_that_it_crosses() {
    // shows: ho-87
    for ground in [RefusalGround::Minor, RefusalGround::TraffickingVictim] {
        for salt in SALTS {
            let mut play = examined(salt);
            let seen = play.transcript.heads();
            let grant = play.say_after(ASKED, &seen, granted());
            let intent = play.say_after(ASKED, &seen, intended_for(&[ground]));
            assert_eq!(stage(&play), Stage::Consulting);
            assert_eq!(play.fate(&grant), Fate::Outranked { by: intent });
            let name = format!("a child or a victim stops a grant that it crosses: {ground}");
            play.told(&name, &["ho-87"]);
        }
    }
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let grant = play.say_after(ASKED, &seen, granted());
        play.say_after(ASKED, &seen, intended(&[RefusalGround::PoliticalOffence]));
        assert_eq!(play.fate(&grant), Fate::Took { rule: "ho-12" }, "no other ground does");
    }
}

#[test]
fn whoever_withdraws_beside_the_word_that_it_is_a_child_has_withdrawn() {
    // shows: ho-87
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, intended_for(&[RefusalGround::Minor]));
        play.say_after(ASKS, &seen, WITHDRAWN);
        assert_eq!(stage(&play), Stage::Withdrawn);
        play.told("whoever withdraws beside the word that it is a child has withdrawn", &["ho-87"]);
    }
}

#[test]
fn the_requested_party_chooses_between_requests_until_the_person_has_left() {
    // shows: ho-40
    let chosen = |chosen: u8, other: u8| {
        let between = BTreeSet::from([procedure(chosen), procedure(other)]);
        told(HandoverFact::Chosen { chosen: procedure(chosen), between })
    };
    let mut play = scheduled(0);
    let choice = |play: &Play<Handover>, other| play.now().state.choice(&procedure(other)).copied();
    assert_eq!(choice(&play, 2), None);
    play.say(ASKED, chosen(1, 2));
    play.say(ASKED, chosen(1, 3));
    assert_eq!((choice(&play, 2), choice(&play, 3)), (Some(procedure(1)), Some(procedure(1))));
    play.say(ASKED, chosen(2, 1));
    assert_eq!((choice(&play, 2), choice(&play, 3)), (Some(procedure(2)), Some(procedure(1))));
    assert_eq!(stage(&play), Stage::Scheduled);
    assert_eq!(play.refused(ASKS, chosen(1, 2)).rule, "ho-40");
    play.told("the requested Party chooses between requests until the person has left", &["ho-40"]);

    let mut conditional = examined(0);
    conditional.say(ASKED, decided(Outcome::GrantedConditional));
    conditional.say(ASKED, chosen(1, 2));
    let mut granted = granted_play(0);
    granted.say(ASKED, chosen(1, 2));
}
