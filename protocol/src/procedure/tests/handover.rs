//! The handover of one person: every row of its table, every prescribed meeting, every safeguard.

mod children;
mod corrected;
mod gates;
mod grounds;
mod legs;
mod line;
mod signs;
pub(super) mod specialty;
mod standing;
mod stops;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::convergence;
use super::convergence::Attempt;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::message::assurance::AssuranceKind;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::handover::specialty::SpecialtyConsent;
use crate::message::refusal_ground::RefusalGround;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::Against;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::handover::fact::afterwards::Incident;
use crate::procedure::handover::fact::afterwards::Matter;
use crate::procedure::handover::fact::afterwards::Stakes;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::handover::stage::ROWS;
use crate::procedure::handover::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const DAY: u64 = 86_400_000;

pub(super) fn requested() -> Fact {
    Fact::Handover(HandoverFact::Requested(REQUEST))
}

const REQUEST: Request = Request {
    custody: CustodyStatus::Held,
    offences: 3,
    death: false,
    spared: false,
    spared_until: None,
    release_due: None,
    may_be_child: false,
    against: Vec::new(),
};

pub(super) fn decided(outcome: Outcome) -> Fact {
    let granted = if outcome.is_grant() { Vec::from([1, 2]) } else { Vec::new() };
    Fact::Handover(HandoverFact::Decided(Decision { granted, ..decision(outcome) }))
}

const fn decision(outcome: Outcome) -> Decision {
    Decision {
        outcome,
        granted: Vec::new(),
        death_waived: false,
        unconsulted: false,
        against: Vec::new(),
        met: BTreeSet::new(),
        age: None,
        grounds: None,
    }
}

pub(super) fn granted() -> Fact {
    decided(Outcome::Granted)
}

pub(super) fn held() -> Fact {
    custody(CustodyChange::Is(CustodyStatus::Held))
}

fn custody(change: CustodyChange) -> Fact {
    Fact::Handover(HandoverFact::Custody { change, release_due: None })
}

/// Some procedure.
pub(super) fn procedure(salt: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(1), [salt; 10])
}

fn told(fact: HandoverFact) -> Fact {
    Fact::Handover(fact)
}

/// How the case about some offences went on.
fn tried(offences: &[u64]) -> Fact {
    told(HandoverFact::OutcomeTold(outcome(offences)))
}

/// What is told of a case about some offences of the request.
fn outcome(offences: &[u64]) -> Told {
    let offences = offences.iter().copied().collect();
    Told {
        closing: false,
        offences,
        consented: BTreeSet::new(),
        freed: false,
        assured: BTreeSet::new(),
    }
}

/// How the case ended.
fn ended(offence: u64) -> Fact {
    told(HandoverFact::OutcomeTold(Told { closing: true, ..outcome(&[offence]) }))
}

/// An arrest is asked for, and the full request comes by then.
fn arrest_asked(by: Timestamp) -> Fact {
    told(HandoverFact::ArrestAsked { full_request_by: by, may_be_child: false })
}

/// A refusal is intended, by these mandatory grounds.
fn intended(grounds: &[RefusalGround]) -> Fact {
    intended_by(DAY, grounds)
}

fn intended_by(views_by: u64, grounds: &[RefusalGround]) -> Fact {
    let against = grounds.iter().map(|ground| against(*ground, &[])).collect();
    let views_by = Timestamp::from_millis(views_by);
    told(HandoverFact::RefusalIntended { views_by, against, protects: BTreeSet::new() })
}

/// A refusal is intended, by grounds that protect the person and that the law leaves to whoever decides.
fn intended_for(grounds: &[RefusalGround]) -> Fact {
    let (views_by, protects) = (Timestamp::from_millis(DAY), grounds.iter().copied().collect());
    told(HandoverFact::RefusalIntended { views_by, against: Vec::new(), protects })
}

/// A ground by which it must be refused, against these offences; none means all.
fn against(ground: RefusalGround, offences: &[u64]) -> Against {
    Against { ground, offences: offences.iter().copied().collect() }
}

fn viewed(promises: &[AssuranceKind]) -> Fact {
    viewed_until(promises, &[])
}

/// Some of the promises end.
fn viewed_until(promises: &[AssuranceKind], until: &[(AssuranceKind, u64)]) -> Fact {
    let until = until.iter().map(|(kind, end)| (*kind, Timestamp::from_millis(*end)));
    let promises = promises.iter().copied().collect();
    told(HandoverFact::Viewed { promises, until: until.collect() })
}

/// A grant of the first offence that says that these grounds are met.
fn granted_with(met: &[RefusalGround]) -> Fact {
    let met = met.iter().copied().collect();
    let granted = Vec::from([1]);
    told(HandoverFact::Decided(Decision { granted, met, ..decision(Outcome::Granted) }))
}

/// Whoever received the person asks to try the person for two further offences.
fn further(play: &Play<Handover>) -> Fact {
    let of = play.now().state.standing().copied().unwrap_or(play.first());
    told(HandoverFact::SpecialtyAsked {
        of,
        matter: Matter::Offences(2),
        stakes: Stakes::default(),
    })
}

/// The answer, about the first of them.
fn consents(play: &Play<Handover>, asked: &Digest, consent: SpecialtyConsent) -> Fact {
    let covers = consent != SpecialtyConsent::Refused;
    let offences = covers.then_some(1).into_iter().collect();
    let of = play.id(asked);
    told(HandoverFact::SpecialtyDecided { of, consent, offences, death_waived: false })
}

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);
pub(super) const VICTIM: Fact = screened(ScreeningOutcome::PresumedVictim);

pub(super) const fn screened(outcome: ScreeningOutcome) -> Fact {
    Fact::Handover(HandoverFact::Screened {
        outcome,
        freely: true,
        review: None,
        may_be_child: false,
        rerouted_from: None,
    })
}

fn leg(releasing: &str, receiving: &str) -> Leg {
    Leg { releasing: agency(releasing), receiving: agency(receiving) }
}

pub(super) fn one_leg() -> Fact {
    told(HandoverFact::Scheduled { legs: Vec::from([leg(ASKED, ASKS)]) })
}

fn two_legs() -> Fact {
    told(HandoverFact::Scheduled { legs: Vec::from([leg(ASKED, TRANSIT), leg(TRANSIT, ASKS)]) })
}

fn accepts(schedule: Digest) -> Fact {
    told(HandoverFact::Answered { schedule, answer: ScheduleAnswer::Accepted })
}

fn cannot_keep(schedule: Digest) -> Fact {
    told(HandoverFact::Answered { schedule, answer: ScheduleAnswer::Rescheduled })
}

fn certified(leg: u64) -> Fact {
    let results = Results { transferred: BTreeSet::from([1]), others: BTreeMap::new() };
    told(HandoverFact::Certified { leg, root: None, results })
}

fn acknowledged(of: MessageId) -> Fact {
    Fact::Common(CommonFact::Acknowledged { of })
}

/// A request that a human of the other side has taken.
pub(super) fn examined(salt: u8) -> Play<Handover> {
    examined_after(salt, requested())
}

fn examined_after(salt: u8, opening: Fact) -> Play<Handover> {
    let mut play = Play::begin(salt, opening);
    let request = play.transcript.act(0).unwrap().id;
    play.say(ASKED, acknowledged(request));
    play
}

pub(super) fn granted_play(salt: u8) -> Play<Handover> {
    let mut play = examined(salt);
    play.say(ASKED, granted());
    play
}

/// Agreed by all Parties of the legs.
pub(super) fn scheduled(salt: u8) -> Play<Handover> {
    let mut play = granted_play(salt);
    let schedule = play.say(ASKED, one_leg());
    play.say(ASKS, accepts(schedule));
    play
}

/// On the way.
fn released(salt: u8) -> Play<Handover> {
    let mut play = scheduled(salt);
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
    play
}

/// Everybody confirms, and whoever has the person lets the person go on a leg.
fn depart(play: &mut Play<Handover>, holder: &str, leg: u64) {
    play.confirm_by(&[ASKED, TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(holder, told(HandoverFact::Released { leg }));
}

fn stage(play: &Play<Handover>) -> Stage {
    play.now().state.stage()
}

/// The stories that walk through the table, and the rules that each of them used.
fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_arrest_to_the_last_outcome(),
        through_transit_with_a_leg_that_fails(),
        after_information_consultation_and_refusal(),
        under_conditions_deferred_and_reopened(),
        by_what_ends_it(),
        around_it(),
        specialty::story(),
    ])
    .into_iter()
    .chain(stops::stories())
    .collect()
}

fn from_arrest_to_the_last_outcome() -> BTreeSet<&'static str> {
    let by = Timestamp::from_millis(40 * DAY);
    let mut play = Play::<Handover>::begin(0, arrest_asked(by));
    assert_eq!(stage(&play), Stage::Provisional);
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::ProvisionallyHeld)));
    play.say(ASKS, requested());
    let request = play.transcript.act(2).unwrap().id;
    play.say(ASKED, acknowledged(request));
    assert_eq!(stage(&play), Stage::Examining);
    play.say(ASKED, held());
    play.say(ASKED, granted());
    let schedule = play.say(ASKS, one_leg());
    play.say(ASKED, accepts(schedule));
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
    let certificate = play.say(ASKED, certified(1));
    assert!(play.now().state.half_signed_since().is_some());
    play.say(ASKS, told(HandoverFact::Countersigned { of: certificate }));
    assert_eq!(stage(&play), Stage::HandedOver);
    assert_eq!(play.now().state.custody(), CustodyStatus::HeldByRequesting);
    play.say(ASKS, tried(&[1]));
    let asked = play.say(ASKS, further(&play));
    play.say(ASKED, consents(&play, &asked, SpecialtyConsent::Refused));
    play.say(ASKS, told(HandoverFact::Incident(Incident::Other)));
    play.say(ASKS, ended(1));
    assert_eq!(stage(&play), Stage::Closed);
    play.told("from arrest to the last outcome", &[]);
    play.rules()
}

fn through_transit_with_a_leg_that_fails() -> BTreeSet<&'static str> {
    let mut play = granted_play(0);
    let schedule = play.say(ASKED, two_legs());
    play.say(TRANSIT, accepts(schedule));
    assert_eq!(stage(&play), Stage::Granted, "one Party of a leg has not agreed");
    play.say(ASKS, accepts(schedule));
    assert_eq!(stage(&play), Stage::Scheduled);
    depart(&mut play, ASKED, 1);
    play.say(ASKED, told(HandoverFact::Returned { leg: 1 }));
    assert_eq!(stage(&play), Stage::InTransfer, "one side alone does not say that a leg failed");
    play.say(TRANSIT, told(HandoverFact::Returned { leg: 1 }));
    assert_eq!(stage(&play), Stage::Scheduled);
    depart(&mut play, ASKED, 1);
    let first = play.say(ASKED, certified(1));
    let too_early = play.refused(ASKS, told(HandoverFact::Countersigned { of: first }));
    assert_eq!(too_early.code, RefusalCode::NotEntitled, "the first leg ends in transit");
    play.say(TRANSIT, told(HandoverFact::Countersigned { of: first }));
    assert_eq!(stage(&play), Stage::Scheduled, "the next leg has its own release");
    depart(&mut play, TRANSIT, 2);
    let second = play.say(TRANSIT, certified(2));
    play.say(ASKS, told(HandoverFact::Countersigned { of: second }));
    assert_eq!(stage(&play), Stage::HandedOver);
    play.told("through transit with a leg that fails", &[]);
    play.rules()
}

fn after_information_consultation_and_refusal() -> BTreeSet<&'static str> {
    let mut play = examined(0);
    let due = Timestamp::from_millis(2_000);
    play.say(ASKED, Fact::Common(CommonFact::InformationAsked { due }));
    play.say(ASKS, Fact::Common(CommonFact::InformationGiven));
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed(&[]));
    play.say(ASKED, decided(Outcome::Refused));
    assert_eq!(stage(&play), Stage::Refused);
    play.say(ASKED, tried(&[1]));
    play.told("after information consultation and refusal 1", &[]);
    let mut rules = play.rules();

    let mut silent = examined(0);
    silent.say(ASKED, intended(&[]));
    assert_eq!(silent.refused(ASKED, decided(Outcome::Refused)).rule, "ho-10");
    silent.wait(DAY);
    silent.say(ASKED, decided(Outcome::Refused));
    silent.told("after information consultation and refusal 2", &[]);
    rules.extend(silent.rules());

    let mut lapsed = examined(0);
    let asked = lapsed.say(
        ASKED,
        Fact::Common(CommonFact::InformationAsked { due: Timestamp::from_millis(DAY) }),
    );
    let of = lapsed.transcript.act(lapsed.transcript.place(&asked).unwrap()).unwrap().id;
    let lapse = Fact::Common(CommonFact::Lapsed { of, claimants_told: Vec::new() });
    assert_eq!(lapsed.refused(ASKED, lapse.clone()).rule, "ho-7");
    lapsed.wait(DAY);
    lapsed.say(ASKED, lapse);
    assert_eq!(stage(&lapsed), Stage::Lapsed);
    lapsed.told("after information consultation and refusal 3", &[]);
    rules.extend(lapsed.rules());
    rules
}

fn under_conditions_deferred_and_reopened() -> BTreeSet<&'static str> {
    let mut play = examined(0);
    let deferral = play.say(ASKED, decided(Outcome::Deferred));
    play.say_instead(ASKED, deferral, decided(Outcome::Refused));
    assert_eq!(stage(&play), Stage::Examining, "a deferral that no longer stands reopens");
    let conditional = play.say(ASKED, decided(Outcome::GrantedConditional));
    let of = play.transcript.act(play.transcript.place(&conditional).unwrap()).unwrap().id;
    let other = MessageId::new(Timestamp::from_millis(1), [1; 10]);
    assert_eq!(
        play.refused(ASKS, told(HandoverFact::ConditionsAccepted { of: other })).rule,
        "ho-15"
    );
    play.say(ASKS, told(HandoverFact::ConditionsAccepted { of }));
    assert_eq!(stage(&play), Stage::Granted);
    let schedule = play.say(ASKED, one_leg());
    play.say(ASKS, cannot_keep(schedule));
    let schedule = play.say(ASKED, one_leg());
    play.say(ASKS, accepts(schedule));
    play.say(ASKS, cannot_keep(schedule));
    assert_eq!(stage(&play), Stage::Granted);
    play.told("under conditions deferred and reopened 1", &[]);
    let mut rules = play.rules();

    let mut temporary = examined(0);
    temporary.say(ASKED, decided(Outcome::Deferred));
    temporary.say(ASKED, granted());
    assert_eq!(stage(&temporary), Stage::Granted, "a temporary surrender");
    temporary.told("under conditions deferred and reopened 2", &[]);
    rules.extend(temporary.rules());
    rules
}

fn by_what_ends_it() -> BTreeSet<&'static str> {
    let mut rules = BTreeSet::new();
    for (n, (author, fact, end)) in (1..).zip([
        (ASKS, WITHDRAWN, Stage::Withdrawn),
        (ASKED, VICTIM, Stage::Rerouted),
        (ASKED, custody(CustodyChange::Is(CustodyStatus::Escaped)), Stage::Frustrated),
        (ASKED, custody(CustodyChange::Is(CustodyStatus::Deceased)), Stage::Frustrated),
        (ASKED, custody(CustodyChange::FreedByCourt), Stage::Frustrated),
    ]) {
        let mut play = scheduled(0);
        play.say(author, fact);
        assert_eq!(stage(&play), end);
        assert!(stage(&play).is_terminal());
        assert_eq!(play.refused(ASKED, granted()).code, RefusalCode::OutOfTurn);
        play.told(&format!("by what ends it: {n}"), &[]);
        rules.extend(play.rules());
    }
    rules
}

fn around_it() -> BTreeSet<&'static str> {
    let mut play = examined(0);
    play.say(ASKED, told(HandoverFact::Chosen { chosen: procedure(1), between: BTreeSet::new() }));
    play.say(ASKED, screened(ScreeningOutcome::NoIndication));
    let unconsulted = Decision { unconsulted: true, ..decision(Outcome::Refused) };
    play.say(ASKED, told(HandoverFact::Decided(unconsulted)));
    play.told("around it 1", &[]);
    let mut rules = play.rules();

    let mut ill = scheduled(0);
    ill.say(ASKED, custody(CustodyChange::Hospitalised));
    assert_eq!(stage(&ill), Stage::Granted, "whoever is too ill goes later");
    ill.say(ASKED, custody(CustodyChange::Hospitalised));
    assert_eq!(stage(&ill), Stage::Granted, "who falls ill before anything is planned, too");
    ill.told("around it 2", &[]);
    rules.extend(ill.rules());
    rules.extend(in_custody_after_the_end());
    rules.extend(with_a_batch());
    rules
}

/// The person travels with others, and the handover goes on from there.
fn with_a_batch() -> BTreeSet<&'static str> {
    let mut play = granted_play(0);
    let not_held = play.refused(ASKED, arrived());
    assert_eq!((not_held.code, not_held.rule), (RefusalCode::NotEntitled, "ho-76"));
    play.say(ASKS, arrived());
    assert_eq!(stage(&play), Stage::HandedOver);
    let state = play.now().state;
    assert_eq!(state.custody(), CustodyStatus::HeldByRequesting);
    assert_eq!(
        state.release_due(),
        Some(Timestamp::from_millis(DAY)),
        "by the law of the new holder"
    );
    assert!(!state.is_granted(), "the decision is carried out");
    let asks = further(&play);
    play.say(ASKS, asks);
    play.say(ASKS, ended(1));
    assert_eq!(stage(&play), Stage::Closed);
    play.told("with a batch", &[]);
    play.rules()
}

/// The person is entry 3 of a batch.
fn arrived() -> Fact {
    let certificate = MessageId::new(Timestamp::from_millis(1), [9; 10]);
    let release_due = Some(Timestamp::from_millis(DAY));
    told(HandoverFact::Arrived { certificate, entry: 3, release_due })
}

/// The request is over, and the person sits in a cell.
fn in_custody_after_the_end() -> BTreeSet<&'static str> {
    let mut play = examined(0);
    play.say(ASKS, WITHDRAWN);
    play.say(ASKED, custody(CustodyChange::Hospitalised));
    play.say(ASKED, screened(ScreeningOutcome::NoIndication));
    play.say(ASKED, VICTIM);
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Deceased)));
    assert_eq!(play.now().state.custody(), CustodyStatus::Deceased);
    assert_eq!(stage(&play), Stage::Withdrawn);
    play.told("in custody after the end", &[]);
    play.rules()
}

#[test]
fn the_chapter_prints_the_table_of_a_handover() {
    // shows: pro-3
    super::printed("ho", ROWS);
}

#[test]
fn every_row_of_the_table_of_a_handover_is_walked() {
    // shows: ho-1, ho-2, ho-3, ho-4, ho-5, ho-6, ho-7, ho-8, ho-9, ho-10, ho-11, ho-12, ho-13, ho-14, ho-15, ho-16
    // shows: ho-17, ho-18, ho-19, ho-20, ho-21, ho-22, ho-23, ho-24, ho-25, ho-26, ho-27, ho-28, ho-29, ho-30, ho-31
    // shows: ho-32, ho-33, ho-34, ho-35, ho-36, ho-37, ho-38, ho-39, ho-40, ho-41, ho-52, ho-60, ho-61, ho-62
    // shows: ho-70, ho-71, ho-72, ho-73, ho-76, ho-91, ho-92
    let walked: BTreeSet<&str> = stories().into_iter().flatten().collect();
    let missing: Vec<&str> =
        ROWS.iter().map(|row| row.id).filter(|id| !walked.contains(id)).collect();
    assert!(missing.is_empty(), "rows that no story walks: {missing:?}");
}

#[test]
fn a_person_who_is_released_without_a_court_stays_in_the_procedure() {
    // shows: ho-34, ho-36, pro-17
    let mut play = scheduled(0);
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Released)));
    assert_eq!(stage(&play), Stage::Scheduled);
    assert_eq!(play.now().state.custody(), CustodyStatus::Released);
    play.say(ASKED, custody(CustodyChange::FreedByCourt));
    assert_eq!(stage(&play), Stage::Frustrated);
    play.told("a person who is released without a court stays in the procedure", &["pro-17"]);
}

#[test]
fn what_supersedes_a_grant_and_does_not_grant_reopens_the_examination() {
    // shows: ho-18, pro-17
    let mut play = examined(0);
    let grant = play.say(ASKED, granted());
    assert_eq!(play.refused(ASKED, decided(Outcome::Deferred)).rule, "ho-14");
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-12");
    play.say_instead(ASKED, grant, decided(Outcome::Deferred));
    assert_eq!(stage(&play), Stage::Examining);
    play.told("what supersedes a grant and does not grant reopens the examination", &["pro-17"]);
}

#[test]
fn a_withdrawal_beside_a_decision_wins_and_the_decision_is_kept() {
    // shows: pro-5, ho-47
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let decision = play.say_after(ASKED, &seen, granted());
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(stage(&play), Stage::Withdrawn);
        assert_eq!(play.fate(&decision), Fate::Outranked { by: withdrawal });
        play.told(
            "a withdrawal beside a decision wins and the decision is kept",
            &["pro-5", "ho-47"],
        );
    }
}

#[test]
fn a_withdrawal_beside_a_release_comes_too_late() {
    // shows: ho-48
    for salt in SALTS {
        let mut play = scheduled(salt);
        play.confirm(IrreversibleAct::ReleaseCustody);
        let seen = play.transcript.heads();
        let release = play.say_after(ASKED, &seen, told(HandoverFact::Released { leg: 1 }));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(stage(&play), Stage::InTransfer);
        assert_eq!(play.fate(&withdrawal), Fate::Outranked { by: release });
        let certificate = play.say(ASKED, certified(1));
        play.say(ASKS, told(HandoverFact::Countersigned { of: certificate }));
        assert_eq!(stage(&play), Stage::HandedOver);
        play.told("a withdrawal beside a release comes too late", &["ho-48"]);
    }
}

#[test]
fn a_stop_for_a_victim_or_an_ill_person_wins_over_a_schedule_and_a_half_signed_certificate() {
    // shows: ho-49
    let ill = custody(CustodyChange::Hospitalised);
    for (salt, stop, end) in SALTS
        .into_iter()
        .flat_map(|salt| [(salt, VICTIM, Stage::Rerouted), (salt, ill.clone(), Stage::Granted)])
    {
        let mut play = granted_play(salt);
        let seen = play.transcript.heads();
        let stopped = play.say_after(ASKED, &seen, stop.clone());
        let crossing = play.say_after(ASKS, &seen, one_leg());
        assert_eq!(stage(&play), end);
        assert_eq!(play.fate(&crossing), Fate::Outranked { by: stopped });
        play.told(&format!("a stop wins over a schedule: {end}"), &["ho-49"]);

        let mut play = scheduled(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, stop.clone());
        let schedule = play.transcript.act(3).unwrap().digest;
        play.say_after(ASKS, &seen, cannot_keep(schedule));
        assert_eq!(stage(&play), end);
        play.told(&format!("a stop wins over an answer to a schedule: {end}"), &["ho-49"]);

        let mut play = released(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, certified(1));
        play.say_after(ASKED, &seen, stop);
        assert_eq!(stage(&play), end);
        play.told(&format!("a stop wins over a half signed certificate: {end}"), &["ho-49"]);
    }
}

#[test]
fn after_two_signatures_a_stop_comes_too_late_and_the_duty_to_screen_has_passed() {
    // shows: ho-50
    for salt in SALTS {
        let mut play = released(salt);
        let certificate = play.say(ASKED, certified(1));
        let signed = told(HandoverFact::Countersigned { of: certificate });
        let countersignature = play.say_after(ASKS, &[certificate], signed);
        let stop = play.say_after(ASKED, &[certificate], VICTIM);

        assert_eq!(stage(&play), Stage::HandedOver);
        assert_eq!(play.fate(&stop), Fate::Outranked { by: countersignature });
        assert_eq!(play.refused(ASKED, VICTIM).code, RefusalCode::NotEntitled);
        play.say(ASKS, VICTIM);
        assert_eq!(stage(&play), Stage::HandedOver);
        play.told(
            "after two signatures a stop comes too late and the duty to screen has passed",
            &["ho-50"],
        );
    }
}

#[test]
fn whoever_is_held_when_the_request_is_over_can_be_let_out() {
    // shows: ho-36, ho-71
    let ends = [
        (ASKS, WITHDRAWN),
        (
            ASKED,
            told(HandoverFact::Decided(Decision {
                unconsulted: true,
                ..decision(Outcome::Refused)
            })),
        ),
    ];
    for (author, end) in ends {
        let mut play = examined(0);
        play.say(author, end);
        let over = stage(&play);
        let stranger = play.refused(ASKS, custody(CustodyChange::FreedByCourt));
        assert_eq!((stranger.code, stranger.rule), (RefusalCode::NotEntitled, "ho-71"));
        play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Released)));
        assert_eq!(play.now().state.custody(), CustodyStatus::Released);
        play.say(ASKED, custody(CustodyChange::FreedByCourt));
        assert_eq!(stage(&play), over);
        play.told(&format!("whoever is held when the request is over can be let out: {over}"), &[]);
    }
}

#[test]
fn nobody_is_released_while_messages_contradict_each_other() {
    // shows: ho-74
    let mut met = 0;
    for salt in SALTS {
        // The releasing Party proposes twice, and what was agreed rests on one of the two.
        let mut play = granted_play(salt);
        let seen = play.transcript.heads();
        let schedule = play.say_after(ASKED, &seen, one_leg());
        play.say_after(ASKS, &[schedule], accepts(schedule));
        play.say_after(ASKED, &seen, one_leg());
        if stage(&play) != Stage::Scheduled {
            continue;
        }
        met += 1;
        play.confirm(IrreversibleAct::ReleaseCustody);
        let refusal = play.refused(ASKED, told(HandoverFact::Released { leg: 1 }));
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::InConflict, "ho-74"));
        if met == 1 {
            play.tell("nobody is released while messages contradict each other", &["ho-74"]);
        }
    }
    assert!(met > 0, "no salt folds the agreed schedule first");
}

#[test]
fn a_release_is_of_the_leg_at_hand_by_the_side_that_gives_and_of_somebody_who_is_held() {
    // shows: ho-75
    let release = |leg: u64| told(HandoverFact::Released { leg });
    let mut play = scheduled(0);
    play.confirm(IrreversibleAct::ReleaseCustody);
    let other_leg = play.refused(ASKED, release(2));
    assert_eq!((other_leg.code, other_leg.rule), (RefusalCode::OutOfTurn, "ho-75"));
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Released)));
    play.confirm(IrreversibleAct::ReleaseCustody);
    let nobody = play.refused(ASKED, release(1));
    assert_eq!((nobody.code, nobody.rule), (RefusalCode::Safeguard, "ho-75"));
    play.say(ASKED, held());
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, release(1));
    assert_eq!(play.refused(ASKED, certified(2)).rule, "ho-75");
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Released)));
    let free = play.refused(ASKED, certified(1));
    assert_eq!((free.code, free.rule), (RefusalCode::Safeguard, "ho-75"));
    play.say(ASKED, custody(CustodyChange::Is(CustodyStatus::Held)));
    play.say(ASKED, certified(1));
    play.told("a release is of the leg at hand and of somebody who is held", &["ho-75"]);
}

#[test]
fn a_return_is_said_by_the_two_sides_of_the_leg_at_hand() {
    // shows: ho-75
    let mut play = granted_play(0);
    let schedule = play.say(ASKED, two_legs());
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKS, accepts(schedule));
    depart(&mut play, ASKED, 1);
    let last_side = play.refused(ASKS, told(HandoverFact::Returned { leg: 1 }));
    assert_eq!((last_side.code, last_side.rule), (RefusalCode::NotEntitled, "ho-75"));
    assert_eq!(play.refused(TRANSIT, told(HandoverFact::Returned { leg: 2 })).rule, "ho-75");
    play.say(TRANSIT, told(HandoverFact::Returned { leg: 1 }));
    play.told("a return is said by the two sides of the leg at hand", &["ho-75"]);
}

#[test]
fn what_meets_an_arrival_with_a_batch_comes_too_late_as_after_two_signatures() {
    // shows: ho-50, ho-76
    let others = [
        ("signs of a victim", ASKED, VICTIM),
        ("withdrawal", ASKS, WITHDRAWN),
        ("superseding decision", ASKED, decided(Outcome::Refused)),
    ];
    for (salt, (what, author, other)) in
        SALTS.into_iter().flat_map(|salt| others.clone().map(|other| (salt, other)))
    {
        let mut play = granted_play(salt);
        let decision = play.transcript.act(2).unwrap().digest;
        let seen = play.transcript.heads();
        let mut late = play.act(author, &seen, other);
        late.supersedes = Some(decision);
        let late = play.put(late).unwrap();
        let arrival = play.say_after(ASKS, &seen, arrived());
        play.say_after(ASKS, &seen, arrived());

        assert_eq!(stage(&play), Stage::HandedOver);
        assert!(matches!(play.fate(&late), Fate::Outranked { .. }), "{:?}", play.fate(&arrival));
        assert_eq!(play.now().common.conflicts(), []);
        play.told(
            &format!("what meets an arrival with a batch comes too late: {what}"),
            &["ho-50"],
        );
    }
}

#[test]
fn a_revocation_beside_accepted_conditions_wins() {
    // shows: ho-51
    for salt in SALTS {
        let mut play = examined(salt);
        let grant = play.say(ASKED, decided(Outcome::GrantedConditional));
        let of = play.transcript.act(play.transcript.place(&grant).unwrap()).unwrap().id;
        let seen = play.transcript.heads();
        play.say_after(ASKS, &seen, told(HandoverFact::ConditionsAccepted { of }));
        let mut revocation = play.act(ASKED, &seen, decided(Outcome::Deferred));
        revocation.supersedes = Some(grant);
        play.put(revocation).unwrap();

        assert_eq!(stage(&play), Stage::Examining);
        play.told("a revocation beside accepted conditions wins", &["ho-51"]);
    }
}

#[test]
fn of_two_schedules_that_cross_the_releasing_partys_is_the_base() {
    // shows: ho-45
    for salt in SALTS {
        let mut play = granted_play(salt);
        let seen = play.transcript.heads();
        let base = play.say_after(ASKED, &seen, one_leg());
        play.say_after(ASKS, &seen, one_leg());

        play.say(ASKS, accepts(base));
        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("of two schedules that cross the releasing partys is the base", &["ho-45"]);
    }
}

#[test]
fn parties_of_the_legs_answer_a_schedule_at_the_same_time() {
    // shows: ho-46
    for salt in SALTS {
        let mut play = granted_play(salt);
        let schedule = play.say(ASKED, two_legs());
        play.say_after(TRANSIT, &[schedule], accepts(schedule));
        play.say_after(ASKS, &[schedule], accepts(schedule));
        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("parties of the legs answer a schedule at the same time 1", &["ho-46"]);

        let mut play = granted_play(salt);
        let schedule = play.say(ASKED, two_legs());
        play.say_after(TRANSIT, &[schedule], cannot_keep(schedule));
        play.say_after(ASKS, &[schedule], accepts(schedule));
        assert_eq!(stage(&play), Stage::Granted);
        play.told("parties of the legs answer a schedule at the same time 2", &["ho-46"]);
    }
}

#[test]
fn whoever_answers_or_signs_names_what_stands() {
    // shows: ho-21, ho-28
    let mut play = granted_play(0);
    let first = play.say(ASKED, one_leg());
    let schedule = play.say(ASKED, one_leg());
    assert_eq!(play.refused(ASKS, accepts(first)).rule, "ho-21");
    play.say(ASKS, accepts(schedule));
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
    play.say(ASKED, certified(1));
    let signed = told(HandoverFact::Countersigned { of: schedule });
    assert_eq!(play.refused(ASKS, signed).rule, "ho-28");
    play.told("whoever answers or signs names what stands", &["ho-21", "ho-28"]);
}

#[test]
fn nobody_is_granted_whom_nobody_holds() {
    // shows: ho-42
    let free = Request { custody: CustodyStatus::Located, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(free)));

    assert_eq!(play.refused(ASKED, granted()).rule, "ho-42");
    play.say(ASKED, held());
    play.say(ASKED, granted());
    play.told("nobody is granted whom nobody holds", &["ho-42"]);
}

#[test]
fn an_offence_that_can_cost_the_life_needs_an_assurance_or_a_recorded_waiver() {
    // shows: ho-43
    let capital = Request { death: true, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(capital.clone())));
    let refusal = play.refused(ASKED, granted());
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-43"));

    let granted_one = Decision { granted: Vec::from([1]), ..decision(Outcome::Granted) };
    let waived = Decision { death_waived: true, ..granted_one };
    play.say(ASKED, told(HandoverFact::Decided(waived)));

    let spared = Request { spared: true, ..capital };
    examined_after(0, told(HandoverFact::Requested(spared))).say(ASKED, granted());
    play.told(
        "an offence that can cost the life needs an assurance or a recorded waiver",
        &["ho-43"],
    );
}

#[test]
fn an_assurance_that_has_run_out_when_it_is_granted_spares_nobody() {
    // shows: ho-81
    let life = [AssuranceKind::NoDeathPenalty];
    let ends = Some(Timestamp::from_millis(1_000 + DAY));
    let capital = Request { death: true, spared: true, spared_until: ends, ..REQUEST };
    let mut play = examined_after(0, told(HandoverFact::Requested(capital.clone())));
    play.wait(DAY);
    let refusal = play.refused(ASKED, granted());
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-43"));
    assert!(refusal.why.contains("has run out"), "{refusal:?}");

    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed_until(&life, &[(life[0], 1_000 + DAY)]));
    assert_eq!(play.refused(ASKED, granted()).rule, "ho-43", "given again, and as short");
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed_until(&life, &[(life[0], 1_001 + DAY)]));
    play.say(ASKED, intended(&[]));
    play.say(ASKS, viewed_until(&life, &[(life[0], 2_000)]));
    play.say(ASKED, granted());
    play.told(
        "an assurance that has run out when it is granted spares nobody",
        &["ho-43", "ho-81"],
    );

    examined_after(0, told(HandoverFact::Requested(capital.clone()))).say(ASKED, granted());
    let mut forever = examined_after(0, told(HandoverFact::Requested(capital)));
    forever.wait(DAY);
    forever.say(ASKED, intended(&[]));
    forever.say(ASKS, viewed(&life));
    forever.say(ASKED, intended(&[]));
    forever.say(ASKS, viewed_until(&life, &[(life[0], 2_000)]));
    forever.say(ASKED, granted());
    forever.told("an assurance without an end binds for good", &["ho-81"]);
}

#[test]
fn only_offences_of_the_request_are_granted_and_they_are_what_the_person_may_be_tried_for() {
    // shows: ho-44
    let mut play = examined(0);
    let beyond = Decision { granted: Vec::from([4]), ..decision(Outcome::Granted) };
    assert_eq!(play.refused(ASKED, told(HandoverFact::Decided(beyond))).rule, "ho-44");

    play.say(ASKED, granted());
    assert_eq!(play.now().state.granted_offences(), [1, 2]);
    play.told(
        "only offences of the request are granted and they are what the person may be tried for",
        &["ho-44"],
    );
}

#[test]
fn nobody_is_tried_for_what_was_not_granted() {
    // shows: ho-53
    let mut play = scheduled(0);
    play.confirm(IrreversibleAct::ReleaseCustody);
    play.say(ASKED, told(HandoverFact::Released { leg: 1 }));
    let certificate = play.say(ASKED, certified(1));
    play.say(ASKS, told(HandoverFact::Countersigned { of: certificate }));
    assert_eq!(play.now().state.granted_offences(), [1, 2]);

    let refusal = play.refused(ASKS, tried(&[2, 3]));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "ho-53"));
    assert!(refusal.remedy.contains("specialty-consent-request"), "{refusal:?}");
    play.say(ASKS, tried(&[2]));
    play.say(ASKS, ended(1));
    assert_eq!(play.refused(ASKS, tried(&[1])).rule, "ho-62", "the last one closes it");
    play.told("nobody is tried for what was not granted", &["ho-53"]);
}

#[test]
fn nobody_is_refused_unheard() {
    // shows: ho-11
    let mut play = examined(0);
    assert_eq!(play.refused(ASKED, decided(Outcome::Refused)).rule, "ho-11");
    play.told("nobody is refused unheard", &["ho-11"]);
}

#[test]
fn what_an_agency_may_do_next_is_what_the_table_lets_it() {
    // shows: pro-3
    let play = examined(0);
    let moves = |name: &str| -> Vec<&str> {
        play.now().state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert!(moves(ASKED).contains(&"grant"), "{:?}", moves(ASKED));
    assert_eq!(moves(ASKS), ["withdrawal"]);
    assert!(moves(TRANSIT).is_empty());
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, seen: &Transcript) -> Fact {
    let last = |wanted: fn(&HandoverFact) -> bool| {
        let newest = (0..seen.len()).rev().filter_map(|place| seen.act(place));
        let mut found = newest
            .filter(|act| if let Fact::Handover(fact) = &act.fact { wanted(fact) } else { false });
        found.next()
    };
    let root = seen.act(0).unwrap();
    let id_of = |wanted| last(wanted).unwrap_or(root).id;
    let digest_of = |wanted| last(wanted).unwrap_or(root).digest;
    let schedule = digest_of(|fact| matches!(fact, HandoverFact::Scheduled { .. }));
    let certificate = digest_of(|fact| matches!(fact, HandoverFact::Certified { .. }));
    let decision = id_of(|fact| matches!(fact, HandoverFact::Decided(_)));
    let act = IrreversibleAct::ReleaseCustody;
    let conflict = || {
        let all = Vec::from_iter((1..seen.len().min(4)).filter_map(|place| seen.act(place)));
        let mut between: Vec<Digest> = all.iter().map(|act| act.digest).collect();
        between.sort_unstable();
        CommonFact::Resolved { prevails: between.first().copied(), between }
    };
    match what % 27 {
        0 => acknowledged(root.id),
        1 => Fact::Common(CommonFact::InformationAsked { due: Timestamp::from_millis(0) }),
        2 => Fact::Common(CommonFact::InformationGiven),
        3 => intended_by(0, &[]),
        4 => viewed(&[]),
        5 | 6 => granted(),
        7 => decided(Outcome::GrantedConditional),
        8 => decided(Outcome::Deferred),
        9 => decided(Outcome::Refused),
        10 => told(HandoverFact::ConditionsAccepted { of: decision }),
        11 => one_leg(),
        12 => two_legs(),
        13 | 14 => accepts(schedule),
        15 => cannot_keep(schedule),
        16 => Fact::Common(CommonFact::Confirmed { act, heads: seen.heads() }),
        17 => told(HandoverFact::Released { leg: 1 }),
        18 => certified(1),
        19 => told(HandoverFact::Countersigned { of: certificate }),
        20 => told(HandoverFact::Returned { leg: 1 }),
        21 => held(),
        22 => WITHDRAWN,
        23 => VICTIM,
        24 => Fact::Common(conflict()),
        25 => arrived(),
        _ => ended(1),
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_agree_whatever_came_first(
        attempts in vec(any::<Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7
        let mut play = convergence::play::<Handover>(requested(), &attempts, |what, _, seen| menu(what, seen));
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let facts: Vec<Fact> = (0..27).map(|what| menu(what, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }
}
