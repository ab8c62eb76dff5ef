//! People who travel together: every row of the table, every prescribed meeting, every rule.

mod meetings;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::string::ToString;
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
use super::handover;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::MessageId;
use crate::message::batch::sealing::RemovalReason;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::certificate::HandoverOutcome;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::batch::Batch;
use crate::procedure::batch::account::Account;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::batch::fact::Removal;
use crate::procedure::batch::stage::ROWS;
use crate::procedure::batch::stage::Stage;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Folded;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::refusal::Refusal;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const DAY: u64 = 86_400_000;

/// From hand to hand: who gives the people, who lets them through, who receives them.
const SIDES: &[&str] = &[ASKED, TRANSIT, ASKS];

const PEOPLE: u64 = 5;

const SCREENED: Fact = handover::screened(ScreeningOutcome::NoIndication);

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn root(name: u8) -> Digest {
    digest::sha256(&[name])
}

pub(super) fn version(version: u8) -> Manifest {
    Manifest {
        version: u64::from(version),
        ready: true,
        way: SIDES.iter().map(|side| agency(side)).collect(),
        entries: PEOPLE,
        root: root(version),
        decisions: Vec::new(),
        guardians: BTreeMap::new(),
    }
}

fn listed(number: u8) -> Fact {
    Fact::Batch(BatchFact::Listed(version(number)))
}

fn proposed(number: u8) -> Fact {
    Fact::Batch(BatchFact::Listed(Manifest { ready: false, ..version(number) }))
}

fn reviewed(version: u64, strikes: &[u64]) -> Fact {
    Fact::Batch(BatchFact::Reviewed { version, strikes: strikes.iter().copied().collect() })
}

fn sealed(version: u64, root: Digest, count: u64) -> Fact {
    Fact::Batch(BatchFact::Sealed { version, root, count })
}

fn taken_off(entries: &[u64], name: u8, remaining: u64) -> Fact {
    taken_off_as(RemovalReason::RemovedMedical, entries, name, remaining)
}

fn taken_off_as(reason: RemovalReason, entries: &[u64], name: u8, remaining: u64) -> Fact {
    Fact::Batch(BatchFact::TakenOff(Removal {
        version: 1,
        entries: entries.iter().copied().collect(),
        reason,
        root: root(name),
        remaining,
    }))
}

fn guaranteed(version: u64, entries: &[u64], until: u64) -> Fact {
    let entries = entries.iter().copied().collect();
    Fact::Batch(BatchFact::Guaranteed { version, entries, until: Timestamp::from_millis(until) })
}

fn let_through(daily: u64) -> Fact {
    Fact::Batch(BatchFact::LetThrough { daily })
}

fn along(hands: &[&str]) -> Fact {
    let legs = hands.iter().zip(hands.iter().skip(1));
    let leg = |(releasing, receiving): (&&str, &&str)| Leg {
        releasing: agency(releasing),
        receiving: agency(receiving),
    };
    Fact::Handover(HandoverFact::Scheduled { legs: legs.map(leg).collect() })
}

fn accepts(schedule: Digest) -> Fact {
    Fact::Handover(HandoverFact::Answered { schedule, answer: ScheduleAnswer::Accepted })
}

fn cannot_keep(schedule: Digest) -> Fact {
    Fact::Handover(HandoverFact::Answered { schedule, answer: ScheduleAnswer::Rescheduled })
}

const fn released(leg: u64) -> Fact {
    Fact::Handover(HandoverFact::Released { leg })
}

const fn returned(leg: u64) -> Fact {
    Fact::Handover(HandoverFact::Returned { leg })
}

fn certified(
    (leg, name): (u64, u8),
    transferred: &[u64],
    others: &[(u64, HandoverOutcome)],
) -> Fact {
    let results = Results {
        transferred: transferred.iter().copied().collect(),
        others: others.iter().copied().collect(),
    };
    Fact::Handover(HandoverFact::Certified { leg, root: Some(root(name)), results })
}

const fn countersigned(of: Digest) -> Fact {
    Fact::Handover(HandoverFact::Countersigned { of })
}

fn reconciled(account: Account) -> Fact {
    Fact::Batch(BatchFact::Reconciled { version: 1, account })
}

/// Put up for sealing by the receiving side.
fn begun(salt: u8) -> Play<Batch> {
    Play::begin_among(SIDES, salt, listed(1))
}

fn seal_by_all(play: &mut Play<Batch>, name: u8, count: u64) {
    for side in SIDES {
        play.say(side, sealed(1, root(name), count));
    }
}

pub(super) fn sealed_play(salt: u8) -> Play<Batch> {
    let mut play = begun(salt);
    seal_by_all(&mut play, 1, PEOPLE);
    play
}

/// Guaranteed, let through, and agreed by every side.
fn scheduled(salt: u8) -> Play<Batch> {
    agreed(sealed_play(salt))
}

fn agreed(mut play: Play<Batch>) -> Play<Batch> {
    play.say(ASKS, guaranteed(1, &[1, 2, 3, 4, 5], DAY));
    play.say(TRANSIT, let_through(PEOPLE));
    let schedule = play.say(ASKED, along(SIDES));
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKS, accepts(schedule));
    play
}

/// On the first leg.
pub(super) fn on_the_way(salt: u8) -> Play<Batch> {
    first_leg_of(scheduled(salt))
}

fn first_leg_of(mut play: Play<Batch>) -> Play<Batch> {
    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play.say(ASKED, released(1));
    play
}

/// In the hands of the transit Party, on the second leg.
fn on_the_second_leg(salt: u8) -> Play<Batch> {
    second_leg_of(on_the_way(salt))
}

fn second_leg_of(mut play: Play<Batch>) -> Play<Batch> {
    let first = play.say(ASKED, certified((1, 1), &[1, 2, 3, 4, 5], &[]));
    play.say(TRANSIT, countersigned(first));
    let not_begun = play.refused(ASKS, returned(2));
    assert_eq!(brief(&not_begun), (RefusalCode::OutOfTurn, "bat-45"));
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    play
}

/// Arrived, all but entry 3, who escaped on the second leg.
fn arrived(salt: u8) -> Play<Batch> {
    arrived_after(on_the_second_leg(salt))
}

/// The same, of people who are listed on decisions.
pub(super) fn arrived_on(decisions: &[MessageId]) -> (Play<Batch>, Digest) {
    let decisions = decisions.to_vec();
    let listed = Fact::Batch(BatchFact::Listed(Manifest { decisions, ..version(1) }));
    let mut play = Play::begin_among(SIDES, 0, listed);
    seal_by_all(&mut play, 1, PEOPLE);
    let play = arrived_after(second_leg_of(first_leg_of(agreed(play))));
    let certificate = play.now().state.account().legs[1].certificate;
    (play, certificate)
}

fn arrived_after(mut play: Play<Batch>) -> Play<Batch> {
    let escaped = [(3, HandoverOutcome::Escaped)];
    let second = play.say(TRANSIT, certified((2, 1), &[1, 2, 4, 5], &escaped));
    play.say(ASKS, countersigned(second));
    play
}

fn stage(play: &Play<Batch>) -> Stage {
    play.now().state.stage()
}

fn brief(refusal: &Refusal) -> (RefusalCode, &'static str) {
    (refusal.code, refusal.rule)
}

/// The stories that walk through the table, and the rules that each of them used.
fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_a_proposal_to_the_last_account(),
        through_every_return(),
        with_everybody_home(),
        by_what_cancels_it(),
    ])
}

fn from_a_proposal_to_the_last_account() -> BTreeSet<&'static str> {
    let mut play = Play::<Batch>::begin_among(SIDES, 0, proposed(1));
    assert_eq!(stage(&play), Stage::Proposed);
    play.say(TRANSIT, reviewed(1, &[]));
    assert_eq!(stage(&play), Stage::Reviewing);
    play.say(ASKED, reviewed(1, &[4]));
    assert_eq!(stage(&play), Stage::Assembling);
    assert_eq!(play.now().state.struck(), BTreeSet::from([4]));
    play.say(TRANSIT, reviewed(1, &[]));
    play.say(ASKED, proposed(2));
    play.say(ASKS, listed(3));
    assert_eq!((stage(&play), play.now().state.version()), (Stage::Proposed, 3));
    for side in SIDES {
        assert!(play.now().state.unsealed().contains(&&agency(side)));
        play.say(side, sealed(3, root(3), PEOPLE));
    }
    assert_eq!(stage(&play), Stage::Sealed);
    play.told("from a proposal to the last account", &[]);
    play.rules()
}

fn through_every_return() -> BTreeSet<&'static str> {
    let mut play = scheduled(0);
    let schedule = play.transcript.act(6).unwrap().digest;
    play.say(TRANSIT, cannot_keep(schedule));
    assert_eq!(stage(&play), Stage::Sealed);
    let schedule = play.say(TRANSIT, along(SIDES));
    play.say(ASKED, accepts(schedule));
    assert_eq!(play.now().state.unagreed(), [&agency(ASKS)]);
    play.say(ASKS, accepts(schedule));
    play.say(TRANSIT, taken_off(&[5], 2, 4));
    assert_eq!(stage(&play), Stage::Reviewing);
    play.say(ASKS, cannot_keep(schedule));
    let schedule = play.say(ASKS, along(SIDES));
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKED, accepts(schedule));
    seal_by_all(&mut play, 2, 4);
    assert_eq!(stage(&play), Stage::Scheduled, "a removal leaves the schedule as it was");

    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play.say(ASKED, released(1));
    play.say(ASKED, returned(1));
    assert_eq!(stage(&play), Stage::Executing, "one side alone does not say that a leg failed");
    play.say(TRANSIT, returned(1));
    assert_eq!(stage(&play), Stage::Scheduled);
    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play.say(ASKED, released(1));
    play.say(ASKED, taken_off(&[4], 3, 3));
    play.say(TRANSIT, returned(1));
    play.say(ASKED, returned(1));
    assert_eq!(stage(&play), Stage::Reviewing, "whoever is left is sealed anew");
    seal_by_all(&mut play, 3, 3);

    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play.say(ASKED, released(1));
    let first = play.say(ASKED, certified((1, 3), &[1, 2, 3], &[]));
    play.say(TRANSIT, countersigned(first));
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    play.say(TRANSIT, returned(2));
    play.say(ASKS, returned(2));
    assert_eq!(stage(&play), Stage::Executing, "they are with the transit Party");
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    let no_show = [(3, HandoverOutcome::NoShow)];
    let second = play.say(TRANSIT, certified((2, 3), &[1, 2], &no_show));
    assert!(play.now().state.half_signed_since().is_some());
    play.say(ASKS, countersigned(second));
    assert_eq!(stage(&play), Stage::Reconciling);

    let account = play.now().state.account();
    assert_eq!((account.sealed(), account.arrived(), account.missing()), (5, 2, 3));
    for side in SIDES {
        play.say(side, reconciled(account.clone()));
    }
    assert_eq!(stage(&play), Stage::CompletedWithExceptions);
    play.told("through every return", &[]);
    play.rules()
}

fn with_everybody_home() -> BTreeSet<&'static str> {
    let mut play = arrived(0);
    let recount = play.say(TRANSIT, certified((2, 1), &[1, 2, 3, 4, 5], &[]));
    play.say(ASKS, countersigned(recount));
    let account = play.now().state.account();
    for side in SIDES {
        play.say(side, reconciled(account.clone()));
    }
    assert_eq!(stage(&play), Stage::Completed);
    assert_eq!(play.refused(TRANSIT, SCREENED).code, RefusalCode::NotEntitled);
    play.say(ASKS, SCREENED);
    assert!(stage(&play).is_terminal());
    assert_eq!(play.refused(ASKED, WITHDRAWN).code, RefusalCode::OutOfTurn);
    play.told("with everybody home", &[]);
    play.rules()
}

fn by_what_cancels_it() -> BTreeSet<&'static str> {
    let mut play = scheduled(0);
    play.say(TRANSIT, WITHDRAWN);
    assert_eq!(stage(&play), Stage::Cancelled);
    play.told("by what cancels it 1", &[]);
    let mut rules = play.rules();

    let mut ill = on_the_way(0);
    ill.say(ASKED, taken_off(&[5], 2, 4));
    let off = (5, HandoverOutcome::RemovedMedical);
    let first = ill.say(ASKED, certified((1, 1), &[1, 2, 3, 4], &[off]));
    ill.say(TRANSIT, countersigned(first));
    assert_eq!(stage(&ill), Stage::Executing);
    ill.told("by what cancels it 2", &[]);
    rules.extend(ill.rules());
    rules
}

#[test]
fn the_chapter_prints_the_table_of_a_batch() {
    // shows: pro-3
    super::printed("bat", ROWS);
}

#[test]
fn every_row_of_the_table_of_a_batch_is_walked() {
    // shows: bat-1, bat-3, bat-4, bat-5, bat-6, bat-7, bat-8, bat-9, bat-10, bat-11, bat-12, bat-13, bat-14, bat-15
    // shows: bat-16, bat-17, bat-18, bat-19, bat-20, bat-21, bat-22, bat-23, bat-24, bat-25, bat-26, bat-27, bat-28
    // shows: bat-29, bat-30, bat-31, bat-32, bat-61, bat-62, bat-65
    super::all_walked(ROWS, &stories().into_iter().flatten().collect());
}

#[test]
fn every_side_of_a_batch_is_asked_to_act_and_one_of_its_ends_proposes_it() {
    // shows: bat-2
    let open = |author: &str, asked: &'static [&'static str]| {
        let mut play = Play::<Batch>::begin_among(SIDES, 0, listed(1));
        let mut act = play.act(author, &[], listed(1));
        act.asked = asked.iter().map(|name| agency(name)).collect();
        Folded::<Batch>::begin(&act).map(|_| ())
    };

    let left_out = open(ASKS, &[ASKED]).unwrap_err();
    let between = open(TRANSIT, &[ASKED, ASKS]).unwrap_err();

    assert_eq!(brief(&left_out), (RefusalCode::ParticipantLeftOut, "bat-2"));
    assert!(left_out.why.contains(TRANSIT), "{}", left_out.why);
    assert_eq!(brief(&between), (RefusalCode::NotEntitled, "bat-2"));
    assert_eq!(open(ASKED, &[TRANSIT, ASKS]), Ok(()));
}

#[test]
fn a_further_version_keeps_the_sides_and_has_a_higher_number() {
    // shows: bat-33
    let mut play = begun(0);
    let shorter = Manifest { way: Vec::from([agency(ASKED), agency(ASKS)]), ..version(2) };

    let other_way = play.refused(ASKED, Fact::Batch(BatchFact::Listed(shorter)));
    let same_number = play.refused(ASKS, listed(1));

    assert_eq!(brief(&other_way), (RefusalCode::OutOfTurn, "bat-33"));
    assert_eq!(brief(&same_number), (RefusalCode::OutOfTurn, "bat-33"));
    assert_eq!(play.refused(TRANSIT, listed(2)).code, RefusalCode::NotEntitled);
    play.say(ASKED, listed(2));
    play.told("a further version keeps the sides and has a higher number", &["bat-33"]);
}

#[test]
fn after_the_seal_nobody_is_added() {
    // shows: bat-36
    let mut play = sealed_play(0);
    assert_eq!(play.refused(ASKED, listed(2)).code, RefusalCode::OutOfTurn);
    play.say(ASKED, taken_off(&[5], 2, 4));

    let version = play.refused(ASKED, listed(2));
    let strike = play.refused(ASKS, reviewed(1, &[4]));

    assert_eq!(brief(&version), (RefusalCode::Safeguard, "bat-36"));
    assert_eq!(brief(&strike), (RefusalCode::Safeguard, "bat-36"));
    play.say(ASKS, reviewed(1, &[]));
    play.told("after the seal nobody is added", &["bat-36"]);
}

#[test]
fn what_is_said_is_said_of_the_version_that_stands() {
    // shows: bat-37
    let mut play = begun(0);
    for (side, fact) in [
        (TRANSIT, reviewed(2, &[])),
        (TRANSIT, reviewed(1, &[6])),
        (TRANSIT, sealed(2, root(1), PEOPLE)),
        (ASKS, guaranteed(2, &[1], DAY)),
        (ASKS, guaranteed(1, &[6], DAY)),
        (ASKED, taken_off(&[6], 2, 4)),
    ] {
        assert_eq!(brief(&play.refused(side, fact)), (RefusalCode::OutOfTurn, "bat-37"));
    }
    play.told("what is said is said of the version that stands", &["bat-37"]);
}

#[test]
fn a_seal_is_of_what_is_in_force_in_a_version_that_was_put_up_for_it() {
    // shows: bat-38
    let mut early = Play::<Batch>::begin_among(SIDES, 0, proposed(1));
    let proposal = early.refused(ASKED, sealed(1, root(1), PEOPLE));
    assert_eq!(brief(&proposal), (RefusalCode::Safeguard, "bat-38"));
    early.told("a seal is of a version that was put up for it", &["bat-38"]);

    let mut play = begun(0);
    let count = play.refused(ASKED, sealed(1, root(1), 4));
    let other = play.refused(ASKED, sealed(1, root(2), PEOPLE));

    assert_eq!(brief(&count), (RefusalCode::OutOfTurn, "bat-38"));
    assert!(count.why.contains('5') && count.why.contains('4'), "{}", count.why);
    assert_eq!(brief(&other), (RefusalCode::OutOfTurn, "bat-38"));
    play.told("a seal is of what is in force in a version that was put up for it", &["bat-38"]);
}

#[test]
fn after_a_removal_every_side_seals_those_who_remain() {
    // shows: bat-39
    let mut early = Play::<Batch>::begin_among(SIDES, 0, proposed(1));
    assert_eq!(early.refused(ASKED, taken_off(&[5], 2, 4)).rule, "bat-39");

    let mut play = sealed_play(0);
    let miscounted = play.refused(ASKED, taken_off(&[5], 2, 3));
    assert_eq!(brief(&miscounted), (RefusalCode::OutOfTurn, "bat-39"));
    play.say(ASKED, taken_off(&[5], 2, 4));

    assert_eq!(play.now().state.unsealed().len(), 3);
    assert_eq!(play.now().state.in_force(), BTreeSet::from([1, 2, 3, 4]));
    assert_eq!(play.refused(ASKED, sealed(1, root(1), PEOPLE)).rule, "bat-38");
    seal_by_all(&mut play, 2, 4);
    assert_eq!(stage(&play), Stage::Sealed);
    play.told("after a removal every side seals those who remain", &["bat-39"]);
}

#[test]
fn a_schedule_leads_from_hand_to_hand_along_the_sides_and_answers_name_it() {
    // shows: bat-40, bat-41
    let mut play = sealed_play(0);
    let around = play.refused(ASKED, along(&[ASKED, ASKS]));
    assert_eq!(brief(&around), (RefusalCode::OutOfTurn, "bat-40"));

    let old = play.say(TRANSIT, along(SIDES));
    play.say(ASKED, along(SIDES));
    assert_eq!(brief(&play.refused(ASKS, accepts(old))), (RefusalCode::OutOfTurn, "bat-41"));
    play.told(
        "a schedule leads from hand to hand along the sides and answers name it",
        &["bat-40", "bat-41"],
    );
}

/// Agreed by every side before anything was promised.
fn bare(guarantee: Option<Fact>, daily: Option<u64>) -> Play<Batch> {
    let mut play = sealed_play(0);
    if let Some(guarantee) = guarantee {
        play.say(ASKS, guarantee);
    }
    if let Some(daily) = daily {
        play.say(TRANSIT, let_through(daily));
    }
    let schedule = play.say(ASKED, along(SIDES));
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKS, accepts(schedule));
    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play
}

#[test]
fn nobody_leaves_without_a_promise_of_reception_that_has_not_ended() {
    // shows: bat-42
    let all = [1, 2, 3, 4, 5];
    let ended = bare(Some(guaranteed(1, &all, 999)), Some(5)).refused(ASKED, released(1));
    let partial =
        bare(Some(guaranteed(1, &[1, 2, 3, 4], DAY)), Some(5)).refused(ASKED, released(1));

    assert_eq!(brief(&ended), (RefusalCode::Safeguard, "bat-42"));
    assert_eq!(brief(&partial), (RefusalCode::Safeguard, "bat-42"));
    assert!(partial.why.contains("entry 5"), "{}", partial.why);
    let mut play = bare(Some(guaranteed(1, &all, 1_000)), Some(5));
    let ends = play.now().state.guaranteed_until();
    assert_eq!(ends, Some(Timestamp::from_millis(1_000)));
    play.say(ASKED, released(1));
    play.told("nobody leaves without a promise of reception that has not ended", &["bat-42"]);
}

#[test]
fn a_promise_of_reception_counts_at_the_instant_at_which_it_ends_and_not_after_it() {
    // shows: bat-42, pro-17
    let mut play = sealed_play(0);
    play.say(ASKS, guaranteed(1, &[1, 2, 3, 4, 5], 1_000));
    play.say(TRANSIT, let_through(PEOPLE));
    let schedule = play.say(ASKED, along(SIDES));
    play.say(TRANSIT, accepts(schedule));
    play.say(ASKS, accepts(schedule));
    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    let heads = play.transcript.heads();
    play.wait(1);
    assert_eq!(brief(&play.refused(ASKED, released(1))), (RefusalCode::Safeguard, "bat-42"));
    let mut in_time = play.act(ASKED, &heads, released(1));
    in_time.created = Timestamp::from_millis(1_000);
    play.put(in_time).unwrap();
    assert_eq!(stage(&play), Stage::Executing);
    play.told("a promise of reception counts at the instant at which it ends", &["bat-42"]);
}

#[test]
fn whom_the_receiving_side_refuses_is_counted_with_the_others() {
    // shows: bat-47, pro-17
    let mut play = on_the_second_leg(0);
    let refused = [(3, HandoverOutcome::RefusedByReceiver)];
    let second = play.say(TRANSIT, certified((2, 1), &[1, 2, 4, 5], &refused));
    play.say(ASKS, countersigned(second));
    let account = play.now().state.account();
    assert_eq!(account.legs[1].other, 1);
    for side in SIDES {
        play.say(side, reconciled(account.clone()));
    }
    assert_eq!(stage(&play), Stage::CompletedWithExceptions);
    play.told("whom the receiving side refuses is counted with the others", &["bat-47"]);
}

#[test]
fn nobody_enters_a_country_that_does_not_let_as_many_through() {
    // shows: bat-43
    let promised = || Some(guaranteed(1, &[1, 2, 3, 4, 5], DAY));
    let unasked = bare(promised(), None).refused(ASKED, released(1));
    let mut small = bare(promised(), Some(4));
    let few = small.refused(ASKED, released(1));
    small.told("nobody enters a country that does not let as many through", &["bat-43"]);

    assert_eq!(brief(&unasked), (RefusalCode::Safeguard, "bat-43"));
    assert_eq!(brief(&few), (RefusalCode::Safeguard, "bat-43"));
    assert!(few.why.contains(TRANSIT) && few.why.contains('4'), "{}", few.why);
    bare(promised(), Some(5)).say(ASKED, released(1));
}

#[test]
fn nobody_leaves_before_whoever_gives_or_takes_the_people_confirmed_the_same_messages() {
    // shows: bat-44
    let mut play = scheduled(0);
    assert_eq!(play.refused(ASKED, released(1)).code, RefusalCode::Unconfirmed);
    play.confirm_by(&[ASKED, ASKS], IrreversibleAct::ReleaseCustody);
    assert_eq!(play.refused(ASKED, released(1)).code, RefusalCode::Unconfirmed, "two of three");

    // Whoever has given the people away has nothing to confirm any more.
    play.told(
        "nobody leaves before whoever gives or takes the people confirmed the same messages 1",
        &["bat-44"],
    );
    let mut play = on_the_way(0);
    let first = play.say(ASKED, certified((1, 1), &[1, 2, 3, 4, 5], &[]));
    play.say(TRANSIT, countersigned(first));
    assert_eq!(play.refused(TRANSIT, released(2)).code, RefusalCode::Unconfirmed);
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    play.told(
        "nobody leaves before whoever gives or takes the people confirmed the same messages 2",
        &["bat-44"],
    );
}

#[test]
fn nobody_leaves_while_messages_contradict_each_other() {
    // shows: bat-44
    let mut blocked = 0;
    for salt in SALTS {
        let mut play = sealed_play(salt);
        play.say(ASKS, guaranteed(1, &[1, 2, 3, 4, 5], DAY));
        let seen = [play.say(TRANSIT, let_through(PEOPLE))];
        let schedule = play.say_after(TRANSIT, &seen, along(SIDES));
        play.say_after(ASKS, &seen, along(SIDES));
        for side in [ASKED, ASKS] {
            play.say_after(side, &[schedule], accepts(schedule));
        }
        play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
        if stage(&play) == Stage::Scheduled {
            let refusal = play.refused(ASKED, released(1));
            assert_eq!(brief(&refusal), (RefusalCode::InConflict, "bat-44"));
            blocked += 1;
        }
        play.told("nobody leaves while messages contradict each other", &["bat-44"]);
    }
    assert!(blocked > 0, "no salt lets the first of the two schedules be agreed to");
}

#[test]
fn a_certificate_is_of_the_leg_at_hand_the_sealed_root_and_everybody_who_began_it() {
    // shows: bat-45
    let mut play = on_the_way(0);
    let all = [1, 2, 3, 4, 5];
    for (what, fact) in [
        ("another leg", certified((2, 1), &all, &[])),
        ("another root", certified((1, 9), &all, &[])),
        ("somebody missing", certified((1, 1), &[1, 2, 3, 4], &[])),
        ("a stranger", certified((1, 1), &[1, 2, 3, 4, 6], &[])),
    ] {
        let refusal = play.refused(ASKED, fact);
        assert_eq!(brief(&refusal), (RefusalCode::OutOfTurn, "bat-45"), "{what}");
    }
    assert_eq!(play.refused(ASKED, released(1)).rule, "bat-45", "they have left");
    assert_eq!(play.refused(ASKS, returned(1)).code, RefusalCode::NotEntitled);
    let certificate = play.say(ASKED, certified((1, 1), &all, &[]));
    assert_eq!(play.refused(ASKS, countersigned(certificate)).code, RefusalCode::NotEntitled);
    assert_eq!(play.refused(TRANSIT, countersigned(root(7))).rule, "bat-45");
    play.told(
        "a certificate is of the leg at hand the sealed root and everybody who began it",
        &["bat-45"],
    );
}

#[test]
fn nobody_is_handed_over_who_was_taken_off_on_the_way() {
    // shows: bat-46
    let mut play = on_the_way(0);
    play.say(TRANSIT, taken_off(&[3], 2, 4));

    let refusal = play.refused(ASKED, certified((1, 1), &[1, 2, 3, 4, 5], &[]));

    assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "bat-46"));
    let off = [(3, HandoverOutcome::RemovedMedical)];
    let half = play.say(ASKED, certified((1, 1), &[1, 2, 4, 5], &off));
    play.say(TRANSIT, taken_off(&[4], 3, 3));
    assert!(play.now().state.half_signed_since().is_none());
    assert_eq!(play.refused(TRANSIT, countersigned(half)).rule, "bat-45");
    play.told("nobody is handed over who was taken off on the way", &["bat-46"]);
}

#[test]
fn signs_of_a_victim_on_the_way_take_the_person_off() {
    // shows: bat-75
    let mut play = on_the_way(0);
    for outcome in [ScreeningOutcome::PresumedVictim, ScreeningOutcome::Victim] {
        let refusal = play.refused(ASKED, handover::screened(outcome));
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "bat-75"));
        assert!(refusal.remedy.contains("manifest-removal"), "{}", refusal.remedy);
    }
    play.say(ASKED, SCREENED);
    play.say(ASKED, handover::screened(ScreeningOutcome::Undetermined));
    play.say(ASKED, taken_off_as(RemovalReason::RemovedVictim, &[3], 2, 4));
    assert!(!play.now().state.going().contains(&3));
    play.told("signs of a victim on the way take the person off", &["bat-75"]);
}

#[test]
fn whoever_has_the_people_after_the_last_leg_may_report_signs_of_a_victim() {
    // shows: bat-75, bat-65
    let mut play = arrived(0);
    play.say(ASKS, handover::screened(ScreeningOutcome::Victim));
    assert_eq!(stage(&play), Stage::Reconciling);
    play.told(
        "whoever has the people after the last leg may report signs of a victim",
        &["bat-75"],
    );
}

/// The people of a version in which entry 1 answers for the children 2 and 3, and an officer is with another child.
fn with_children() -> Fact {
    let guardians = BTreeMap::from([(2, 1), (3, 1)]);
    Fact::Batch(BatchFact::Listed(Manifest { guardians, ..version(1) }))
}

#[test]
fn a_child_leaves_a_manifest_with_its_guardian() {
    // shows: bat-73
    let mut play = Play::<Batch>::begin_among(SIDES, 0, with_children());
    seal_by_all(&mut play, 1, PEOPLE);
    for (entries, remaining) in [(&[1_u64][..], 4), (&[1, 2], 3)] {
        let refusal = play.refused(ASKED, taken_off(entries, 2, remaining));
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "bat-73"));
        assert!(refusal.remedy.contains("take the child off"), "{refusal:?}");
    }
    play.say(ASKED, taken_off(&[2], 2, 4));
    assert_eq!(play.refused(ASKED, taken_off(&[1], 3, 3)).rule, "bat-73", "the other one");
    play.say(ASKED, taken_off(&[1, 3], 3, 2));
    assert_eq!(play.now().state.in_force(), BTreeSet::from([4, 5]));
    play.told("a child leaves a manifest with its guardian", &["bat-73"]);
}

#[test]
fn no_removals_that_cross_leave_a_child_alone() {
    // shows: bat-73, bat-55
    for salt in SALTS {
        let mut play = Play::<Batch>::begin_among(SIDES, salt, with_children());
        seal_by_all(&mut play, 1, PEOPLE);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, taken_off(&[1, 2, 3], 2, 2));
        play.say_after(TRANSIT, &seen, taken_off(&[2, 4], 3, 3));
        assert_eq!(play.now().state.in_force(), BTreeSet::from([5]));
        play.told("no removals that cross leave a child alone", &["bat-73"]);
    }
}

#[test]
fn no_child_is_handed_over_without_whoever_answers_for_it() {
    // shows: bat-74
    let mut play = Play::<Batch>::begin_among(SIDES, 0, with_children());
    seal_by_all(&mut play, 1, PEOPLE);
    let mut play = first_leg_of(agreed(play));
    let alone = [(1, HandoverOutcome::NoShow)];
    let refusal = play.refused(ASKED, certified((1, 1), &[2, 3, 4, 5], &alone));
    assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "bat-74"));
    let behind = [1, 2, 3].map(|n| (n, HandoverOutcome::NoShow));
    let first = play.say(ASKED, certified((1, 1), &[4, 5], &behind));
    play.say(TRANSIT, countersigned(first));
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    let second = play.say(TRANSIT, certified((2, 1), &[4, 5], &[]));
    play.say(ASKS, countersigned(second));
    assert_eq!(stage(&play), Stage::Reconciling);
    let recount = [1, 3].map(|n| (n, HandoverOutcome::NoShow));
    play.say(ASKED, certified((1, 1), &[2, 4, 5], &recount));
    play.told("no child is handed over without whoever answers for it", &["bat-74"]);
}

#[test]
fn when_nobody_is_handed_over_on_a_leg_nobody_travels_on() {
    // shows: bat-26
    let mut play = on_the_way(0);
    let off: Vec<(u64, HandoverOutcome)> =
        (1..=PEOPLE).map(|n| (n, HandoverOutcome::RefusedByReceiver)).collect();
    let certificate = play.say(ASKED, certified((1, 1), &[], &off));
    play.say(TRANSIT, countersigned(certificate));

    assert_eq!(stage(&play), Stage::Reconciling);
    assert_eq!(play.now().state.account().missing(), PEOPLE);
    play.told("when nobody is handed over on a leg nobody travels on", &[]);
}

#[test]
fn the_account_adds_up_on_each_leg_and_from_end_to_end() {
    // shows: bat-47
    let mut play = scheduled(0);
    play.say(TRANSIT, taken_off(&[5], 2, 4));
    seal_by_all(&mut play, 2, 4);
    play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
    play.say(ASKED, released(1));
    let victim = [(4, HandoverOutcome::RemovedVictim)];
    let first = play.say(ASKED, certified((1, 2), &[1, 2, 3], &victim));
    play.say(TRANSIT, countersigned(first));
    play.confirm_by(&[TRANSIT, ASKS], IrreversibleAct::ReleaseCustody);
    play.say(TRANSIT, released(2));
    let escaped = [(1, HandoverOutcome::Escaped)];
    let second = play.say(TRANSIT, certified((2, 2), &[2, 3], &escaped));
    play.say(ASKS, countersigned(second));

    let account = play.now().state.account();

    let numbers: Vec<Vec<u64>> = account
        .legs
        .iter()
        .map(|leg| leg.numbers().into_iter().map(|(_, count)| count).collect())
        .collect();
    assert_eq!(numbers, [[5, 3, 1, 1, 0, 0, 0, 0], [3, 2, 0, 0, 0, 0, 0, 1]]);
    assert!(account.balances());
    assert_eq!(account.sealed(), account.arrived() + account.missing());

    let mut other = account.clone();
    other.legs[1].sealed = 4;
    assert!(!other.balances(), "a leg begins with those whom the one before it transferred");
}

#[test]
fn a_number_that_differs_keeps_the_batch_open_and_both_numbers_are_shown() {
    // shows: bat-48
    let mut play = arrived(0);
    let account = play.now().state.account();
    let mut miscounted = account.clone();
    miscounted.legs[1].transferred = 5;
    miscounted.legs[1].escaped = 0;
    play.say(ASKED, reconciled(account.clone()));
    play.say(ASKS, reconciled(miscounted));
    play.say(TRANSIT, reconciled(account.clone()));

    assert_eq!(stage(&play), Stage::Reconciling);
    let shown: Vec<_> = play.now().state.mismatches().iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "leg 2, transferred: cn.mps counts 5, the certificates 4",
            "leg 2, escaped: cn.mps counts 0, the certificates 1",
        ]
    );
    let mut foreign = account.clone();
    foreign.legs[0].certificate = root(9);
    assert_eq!(brief(&play.refused(ASKS, reconciled(foreign))), (RefusalCode::OutOfTurn, "bat-48"));
    let of_another = Fact::Batch(BatchFact::Reconciled { version: 2, account: account.clone() });
    assert_eq!(brief(&play.refused(ASKS, of_another)), (RefusalCode::OutOfTurn, "bat-37"));

    play.say(ASKS, reconciled(account));
    assert_eq!(stage(&play), Stage::CompletedWithExceptions);
    assert!(play.now().state.mismatches().is_empty());
    play.told("a number that differs keeps the batch open and both numbers are shown", &["bat-48"]);
}

#[test]
fn a_recount_is_signed_by_both_sides_of_the_leg_and_everybody_counts_anew() {
    // shows: bat-49
    let mut play = arrived(0);
    let account = play.now().state.account();
    play.say(ASKED, reconciled(account.clone()));
    play.say(TRANSIT, reconciled(account.clone()));
    let found = certified((2, 1), &[1, 2, 3, 4, 5], &[]);
    assert_eq!(play.refused(ASKED, found.clone()).code, RefusalCode::NotEntitled);
    assert_eq!(play.refused(TRANSIT, certified((3, 1), &[1], &[])).rule, "bat-49");
    let recount = play.say(TRANSIT, found);

    play.say(ASKS, reconciled(account));
    assert_eq!(stage(&play), Stage::Reconciling, "a certificate waits for its second signature");
    assert_eq!(play.refused(ASKED, countersigned(recount)).code, RefusalCode::NotEntitled);
    play.say(ASKS, countersigned(recount));

    assert_eq!(play.now().state.uncounted().len(), 3);
    assert_eq!(play.now().state.account().arrived(), 5);
    play.told(
        "a recount is signed by both sides of the leg and everybody counts anew",
        &["bat-49"],
    );
}

#[test]
fn a_recount_of_an_early_leg_has_to_fit_those_after_it() {
    // shows: bat-47, bat-49
    let mut play = arrived(0);
    let fewer = certified((1, 1), &[1, 2, 3, 4], &[(5, HandoverOutcome::NoShow)]);
    let recount = play.say(ASKED, fewer);
    play.say(TRANSIT, countersigned(recount));

    assert!(!play.now().state.account().balances(), "leg 2 has five people, leg 1 gave it four");
    let fitting = certified((2, 1), &[1, 2, 4], &[(3, HandoverOutcome::Escaped)]);
    let recount = play.say(TRANSIT, fitting);
    play.say(ASKS, countersigned(recount));
    assert!(play.now().state.account().balances());
}

#[test]
fn a_message_of_another_procedure_has_no_place_in_a_batch() {
    // shows: pro-10
    let mut play = begun(0);
    let asks_for_one = handover::requested();
    assert_eq!(brief(&play.refused(ASKED, asks_for_one)), (RefusalCode::OutOfTurn, "pro-10"));
    assert_eq!(brief(&play.refused(ASKED, handover::held())).1, "pro-10");
    play.told("a message of another procedure has no place in a batch", &["pro-10"]);
}

#[test]
fn what_a_side_may_do_next_is_what_the_table_lets_it() {
    // shows: pro-3
    let play = begun(0);
    let moves = |name: &str| -> Vec<&str> {
        play.now().state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert!(moves(ASKS).contains(&"reception-guarantee"));
    assert!(!moves(TRANSIT).contains(&"batch-manifest"));
    assert!(moves(TRANSIT).contains(&"transit-authorisation"));
    assert!(moves("mm.mpf").is_empty());
}

#[test]
fn the_facts_of_a_batch_come_back_from_their_bytes() {
    // shows: pro-6
    let play = arrived(0);
    for place in 0..play.transcript.len() {
        let act = play.transcript.act(place).unwrap();
        let bytes = codec::encode_parts(act).unwrap();
        assert_eq!(codec::peek::<Act>(&bytes).as_ref(), Some(act));
    }
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, seen: &Folded<Batch>, view: &Transcript) -> Fact {
    let last = |wanted: fn(&HandoverFact) -> bool| {
        let found = (0..view.len())
            .rev()
            .filter_map(|place| view.act(place))
            .find(|act| if let Fact::Handover(fact) = &act.fact { wanted(fact) } else { false });
        found.map_or(root(0), |act| act.digest)
    };
    let schedule = last(|fact| matches!(fact, HandoverFact::Scheduled { .. }));
    let certificate = last(|fact| matches!(fact, HandoverFact::Certified { .. }));
    let state = &seen.state;
    let in_force: Vec<u64> = state.in_force().into_iter().collect();
    let count = u64::try_from(in_force.len()).unwrap();
    let number = u8::try_from(state.version()).unwrap();
    let removal = |n: u64, name: u8| {
        let remaining = count - u64::from(in_force.contains(&n));
        let entries = BTreeSet::from([n]);
        let (version, reason) = (state.version(), RemovalReason::Other);
        BatchFact::TakenOff(Removal { version, entries, reason, root: root(name), remaining })
    };
    let act = IrreversibleAct::ReleaseCustody;
    let leg = u64::try_from(state.account().legs.len()).unwrap() + 1;
    let all = Results { transferred: state.in_force(), others: BTreeMap::new() };
    match what % 25 {
        0 => listed(number + 1),
        1 => listed(number + 2),
        2 => reviewed(state.version(), &[]),
        3 => reviewed(state.version(), &[2]),
        4..=8 => sealed(state.version(), state.root().unwrap_or(root(99)), count),
        9 => Fact::Batch(removal(1, 101)),
        10 => Fact::Batch(removal(3, 103)),
        11 => guaranteed(state.version(), &[1, 2, 3, 4, 5], DAY),
        12 => let_through(PEOPLE),
        13 => along(SIDES),
        14 | 15 => accepts(schedule),
        16 => cannot_keep(schedule),
        17 => Fact::Common(CommonFact::Confirmed { act, heads: view.heads() }),
        18 => released(leg),
        19 => Fact::Handover(HandoverFact::Certified { leg, root: state.root(), results: all }),
        20 => countersigned(certificate),
        21 => returned(leg),
        22 => Fact::Batch(BatchFact::Reconciled {
            version: state.version(),
            account: state.account(),
        }),
        23 => handover::screened(ScreeningOutcome::PresumedVictim),
        _ => WITHDRAWN,
    }
}

/// Where two plays of the same attempts stand that differ in their digests.
fn stands(
    start: Play<Batch>,
    attempts: &[convergence::Attempt],
) -> Option<(Stage, u64, BTreeSet<u64>)> {
    let now = convergence::play_on(start, attempts, menu).now();
    let settled = now.common.conflicts().is_empty();
    settled.then(|| (now.state.stage(), now.state.version(), now.state.in_force()))
}

fn agree_on(start: Play<Batch>, attempts: &[convergence::Attempt], picks: &[u8]) {
    let mut play = convergence::play_on(start, attempts, menu);
    convergence::converges(&play, picks);
    convergence::the_past_stays(&play);
    let now = play.now();
    let facts: Vec<Fact> = (0..25).map(|what| menu(what, &now, &play.transcript)).collect();
    convergence::refused_changes_nothing(&mut play, &facts);
}

proptest! {
    #[test]
    fn sides_that_hold_the_same_messages_agree_on_what_is_sealed(
        attempts in vec(any::<convergence::Attempt>(), 1..40),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        agree_on(begun(7), &attempts, &picks);
    }

    #[test]
    fn sides_that_hold_the_same_messages_agree_on_who_was_handed_over(
        attempts in vec(any::<convergence::Attempt>(), 1..30),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        agree_on(on_the_way(7), &attempts, &picks);
    }

    #[test]
    fn no_result_rests_on_which_digest_is_lower(
        attempts in vec(any::<convergence::Attempt>(), 1..20),
    ) {
        // shows: pro-2
        let all: Vec<_> = SALTS.into_iter().map(|salt| stands(scheduled(salt), &attempts)).collect();
        let settled: Vec<_> = all.iter().flatten().collect();
        proptest::prop_assert!(settled.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
    }
}
