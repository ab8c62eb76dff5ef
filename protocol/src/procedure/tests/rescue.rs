//! The rescue of one person: every row of the table, every prescribed meeting, every safeguard.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::proptest;
use serde_json::Value as Json;
use serde_json::json;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::convergence;
use super::facts;
use super::handover;
use crate::codec;
use crate::codec::value::Value;
use crate::ids::AgencyId;
use crate::ids::ProcedureId;
use crate::message::kind::Kind;
use crate::message::recipient::Role;
use crate::message::rescue::screening::NonPunishmentReview;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::update::PersonConsents;
use crate::message::rescue::update::RescueState;
use crate::message::submission::Submission;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::act::Stated;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::refusal::Refusal;
use crate::procedure::rescue::Rescue;
use crate::procedure::rescue::fact::RescueFact;
use crate::procedure::rescue::fact::Update;
use crate::procedure::rescue::stage::ROWS;
use crate::procedure::rescue::stage::Stage;
use crate::registry::RefusalCode;

/// When somebody looks at it again: later than every play begins.
const REVIEW: u64 = 86_400_000;

fn reported() -> Fact {
    Fact::Rescue(RescueFact::Reported { home: None, may_be_child: false })
}

const fn screened(outcome: ScreeningOutcome) -> Fact {
    handover::screened(outcome)
}

/// What a screening found, with the prosecutor's view.
fn reviewed(outcome: ScreeningOutcome, view: NonPunishmentReview) -> Fact {
    let mut found = screened(outcome);
    if let Fact::Handover(HandoverFact::Screened { review, .. }) = &mut found {
        *review = Some(view);
    }
    found
}

const VICTIM: Fact = screened(ScreeningOutcome::PresumedVictim);
const CLEARED: Fact = screened(ScreeningOutcome::NoIndication);

/// An update that says no more than its state.
const fn bare(state: RescueState) -> Update {
    Update {
        state,
        next_by: Timestamp::from_millis(REVIEW),
        child: None,
        consents: None,
        age_assessed: false,
        best_interests: false,
        prosecutor: false,
        home: None,
        merged: BTreeMap::new(),
        goes_on_in: None,
    }
}

const fn updated(update: Update) -> Fact {
    Fact::Rescue(RescueFact::Updated(update))
}

pub(super) fn says(state: RescueState) -> Fact {
    updated(bare(state))
}

/// Reports of the home side about the same person, which are one with this from now on.
fn takes_in(procedures: &[u8]) -> Fact {
    let merged = procedures.iter().map(|name| (procedure(*name), agency(ASKS))).collect();
    updated(Update { merged, ..bare(RescueState::Accepted) })
}

/// A return, or what else a grown-up agrees to.
fn adult(state: RescueState, consents: PersonConsents) -> Fact {
    updated(Update { child: Some(false), consents: Some(consents), ..bare(state) })
}

fn goes(state: RescueState) -> Fact {
    adult(state, PersonConsents::Yes)
}

/// A return of a child whose best interests were determined.
fn child(state: RescueState) -> Fact {
    updated(Update { child: Some(true), best_interests: true, ..bare(state) })
}

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(1), [name; 10])
}

fn begun(salt: u8) -> Play<Rescue> {
    Play::begin(salt, reported())
}

/// Taken over by the Party of the territory.
fn accepted(salt: u8) -> Play<Rescue> {
    let mut play = begun(salt);
    play.say(ASKED, says(RescueState::Accepted));
    play
}

fn screening(salt: u8, found: Fact) -> Play<Rescue> {
    let mut play = accepted(salt);
    play.say(ASKED, says(RescueState::Extracted));
    play.say(ASKED, found);
    play
}

fn protected(salt: u8) -> Play<Rescue> {
    let mut play = screening(salt, VICTIM);
    play.say(ASKED, says(RescueState::Protected));
    play
}

/// The way home is arranged and agreed to.
fn arranged(salt: u8) -> Play<Rescue> {
    let mut play = protected(salt);
    play.say(ASKED, goes(RescueState::ReturnArranged));
    play.say(ASKS, goes(RescueState::ReturnArranged));
    play
}

fn stage(play: &Play<Rescue>) -> Stage {
    play.now().state.stage()
}

fn brief(refusal: &Refusal) -> (RefusalCode, &'static str) {
    (refusal.code, refusal.rule)
}

/// The stories that walk through the table, and the rules that each of them used.
fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_the_report_to_the_door(),
        with_a_return_that_falls_through(),
        by_what_ends_it(),
    ])
}

fn from_the_report_to_the_door() -> BTreeSet<&'static str> {
    let mut play = begun(0);
    for (state, stands) in [
        (RescueState::Triaged, Stage::Triaged),
        (RescueState::Accepted, Stage::Accepted),
        (RescueState::Locating, Stage::Locating),
        (RescueState::LocationConfirmed, Stage::LocationConfirmed),
        (RescueState::Planned, Stage::Planned),
        (RescueState::Locating, Stage::Locating),
        (RescueState::LocationConfirmed, Stage::LocationConfirmed),
        (RescueState::Planned, Stage::Planned),
        (RescueState::Extracted, Stage::Extracted),
        (RescueState::Screening, Stage::Screening),
    ] {
        play.say(ASKED, says(state));
        assert_eq!(stage(&play), stands);
    }
    play.say(ASKED, screened(ScreeningOutcome::Undetermined));
    play.say(ASKED, VICTIM);
    assert_eq!(play.now().state.screened(), Some(ScreeningOutcome::PresumedVictim));
    play.say(ASKED, says(RescueState::Protected));
    play.say(ASKED, screened(ScreeningOutcome::Victim));
    play.say(ASKED, goes(RescueState::ReturnArranged));
    assert_eq!(stage(&play), Stage::Protected, "the home side has not agreed");
    assert!(play.now().state.awaits_home());
    play.say(ASKS, goes(RescueState::ReturnArranged));
    assert_eq!(stage(&play), Stage::ReturnArranged);
    play.say(ASKED, goes(RescueState::Returned));
    play.say(ASKED, takes_in(&[3]));
    assert!(play.now().state.awaits_home(), "who is taken in does not call the return off");
    assert_eq!(play.now().state.awaited_by(), Some(Timestamp::from_millis(REVIEW)));
    play.say(ASKS, goes(RescueState::Returned));
    assert_eq!(stage(&play), Stage::Returned);
    assert!(stage(&play).is_terminal());
    assert_eq!(play.now().state.awaited_by(), None);
    play.told("from the report to the door", &[]);
    play.rules()
}

fn with_a_return_that_falls_through() -> BTreeSet<&'static str> {
    let mut play = arranged(0);
    play.say(ASKED, says(RescueState::Protected));
    assert_eq!(stage(&play), Stage::Protected);
    play.say(ASKED, says(RescueState::StaysWithProtection));
    play.say(ASKED, screened(ScreeningOutcome::Victim));
    assert_eq!(stage(&play), Stage::StaysWithProtection);
    play.told("with a return that falls through", &[]);
    play.rules()
}

fn by_what_ends_it() -> BTreeSet<&'static str> {
    let elsewhere = Update { goes_on_in: Some(procedure(2)), ..bare(RescueState::Accepted) };
    let decided = Update { prosecutor: true, ..bare(RescueState::ReferredToJustice) };
    let mut rules = BTreeSet::new();
    for (n, (mut play, fact, end)) in (1..).zip([
        (begun(0), says(RescueState::Unfounded), Stage::Unfounded),
        (begun(0), says(RescueState::Deceased), Stage::Deceased),
        (begun(0), updated(elsewhere.clone()), Stage::Merged),
        (accepted(0), updated(elsewhere.clone()), Stage::Merged),
        (accepted(0), says(RescueState::Unfounded), Stage::Unfounded),
        (accepted(0), says(RescueState::NotFound), Stage::NotFound),
        (accepted(0), says(RescueState::Deceased), Stage::Deceased),
        (protected(0), adult(RescueState::DeclinedHelp, PersonConsents::No), Stage::DeclinedHelp),
        (screening(0, CLEARED), updated(decided), Stage::ReferredToJustice),
    ]) {
        play.wait(REVIEW);
        play.say(ASKED, fact);
        assert_eq!(stage(&play), end);
        assert!(stage(&play).is_terminal());
        assert_eq!(play.refused(ASKED, says(RescueState::Locating)).code, RefusalCode::OutOfTurn);
        play.told(&format!("by what ends it: {n}"), &[]);
        rules.extend(play.rules());
    }
    rules
}

#[test]
fn the_chapter_prints_the_table_of_a_rescue() {
    // shows: pro-3
    super::printed("res", ROWS);
}

#[test]
fn every_row_of_the_table_of_a_rescue_is_walked() {
    // shows: res-1, res-3, res-4, res-5, res-6, res-7, res-8, res-9, res-10, res-11, res-12, res-13, res-14, res-15
    // shows: res-16, res-17, res-18, res-19, res-20, res-21, res-22, res-23, res-24, res-25, res-50, res-51
    super::all_walked(ROWS, &stories().into_iter().flatten().collect());
}

#[test]
fn a_person_who_was_found_already_is_rescued_from_the_screening_on() {
    // shows: res-2
    let mut play = Play::<Rescue>::begin(0, VICTIM);
    assert_eq!(stage(&play), Stage::Screening);
    let state = play.now().state;
    assert_eq!((state.territory(), state.home()), (Some(&agency(ASKS)), None));

    play.say(ASKS, says(RescueState::Protected));
    play.say(
        ASKS,
        updated(Update {
            home: Some(agency(ASKED)),
            child: Some(true),
            best_interests: true,
            ..bare(RescueState::ReturnArranged)
        }),
    );
    play.say(ASKED, child(RescueState::ReturnArranged));
    assert_eq!(stage(&play), Stage::ReturnArranged);
    play.told("a person who was found already is rescued from the screening on", &["res-2"]);
}

#[test]
fn only_who_was_asked_accepts_and_from_then_on_only_that_one_writes() {
    // shows: pro-3, res-4
    let mut play = Play::<Rescue>::begin_among(&[ASKS, ASKED, TRANSIT], 0, reported());
    assert_eq!(
        play.refused(ASKS, says(RescueState::Accepted)).code,
        RefusalCode::NotEntitled,
        "the reporter"
    );
    play.say(TRANSIT, says(RescueState::Accepted));

    let refusal = play.refused(ASKED, says(RescueState::Locating));

    assert_eq!(brief(&refusal), (RefusalCode::NotEntitled, "res-8"));
    assert_eq!(play.now().state.territory(), Some(&agency(TRANSIT)));
    play.say(TRANSIT, says(RescueState::Locating));
    play.told(
        "only who was asked accepts and from then on only that one writes",
        &["pro-3", "res-4"],
    );
}

#[test]
fn two_reports_of_one_person_are_one_case_that_keeps_both_reporters() {
    // shows: res-26
    let other = agency("vn.mps");
    let merged = BTreeMap::from([(procedure(2), other.clone())]);
    let accepts = updated(Update { merged, ..bare(RescueState::Accepted) });
    let mut play = begun(0);
    let left_out = play.refused(ASKED, accepts.clone());
    assert_eq!(brief(&left_out), (RefusalCode::ParticipantLeftOut, "res-26"));

    let add = Vec::from([(other.clone(), Role::Information)]);
    play.say(ASKED, Fact::Common(CommonFact::Joined { add }));
    let mut acceptance = play.act(ASKED, &play.transcript.heads(), accepts);
    acceptance.told.insert(other.clone());
    play.put(acceptance).unwrap();

    let state = play.now().state;
    assert_eq!(state.reporters(), BTreeSet::from([&agency(ASKS), &other]));
    assert_eq!(state.merged(), [procedure(2)]);

    let elsewhere = Update { goes_on_in: Some(procedure(1)), ..bare(RescueState::Accepted) };
    let mut second = begun(0);
    second.say(ASKED, updated(elsewhere));
    assert_eq!(second.now().state.goes_on_in(), Some(procedure(1)));
    play.told("two reports of one person are one case that keeps both reporters", &["res-26"]);
}

#[test]
fn a_later_report_of_the_person_is_taken_in_until_the_end() {
    // shows: res-26, res-50, res-53
    let mut play = protected(0);
    play.say(ASKED, takes_in(&[2]));
    play.say(ASKED, takes_in(&[3]));
    let state = play.now().state;
    assert_eq!(
        (state.stage(), state.merged()),
        (Stage::Protected, [procedure(2), procedure(3)].into())
    );
    let again = play.refused(ASKED, says(RescueState::Accepted));
    assert_eq!(again.code, RefusalCode::OutOfTurn, "it is accepted once");
    assert_eq!(play.refused(ASKS, takes_in(&[4])).code, RefusalCode::NotEntitled);

    let elsewhere = Update { goes_on_in: Some(procedure(1)), ..bare(RescueState::Accepted) };
    let mut second = screening(0, VICTIM);
    let before = second.now().state.governs();
    second.say(ASKED, updated(elsewhere));
    let state = second.now().state;
    assert_eq!((state.governs(), state.stage()), (None, Stage::Merged));
    assert_eq!((state.on_its_own().governs(), before.is_some()), (before, true));
    play.told("a later report of the person is taken in until the end", &["res-26"]);
    second.told("a rescue goes on elsewhere once it was taken up", &["res-51"]);
}

#[test]
fn whoever_agrees_to_a_return_takes_part() {
    // shows: res-27
    let stranger: AgencyId = agency("vn.mps");
    let named = updated(Update { home: Some(stranger), ..bare(RescueState::Accepted) });
    let mut play = begun(0);
    let refusal = play.refused(ASKED, named);
    assert_eq!(brief(&refusal), (RefusalCode::ParticipantLeftOut, "res-27"));
    play.told("whoever agrees to a return takes part", &["res-27"]);

    let home = Some(agency(TRANSIT));
    let transit = Fact::Rescue(RescueFact::Reported { home, may_be_child: false });
    let play = Play::<Rescue>::begin(0, transit);
    assert_eq!(play.now().state.home(), Some(&agency(TRANSIT)));
}

#[test]
fn nobody_is_protected_before_a_screening_was_reported() {
    // shows: res-28
    let mut play = accepted(0);
    play.say(ASKED, says(RescueState::Extracted));
    play.say(ASKED, says(RescueState::Screening));

    let refusal = play.refused(ASKED, says(RescueState::Protected));

    assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-28"));
    play.say(ASKED, VICTIM);
    play.say(ASKED, says(RescueState::Protected));
    play.told("nobody is protected before a screening was reported", &["res-28"]);
}

#[test]
fn a_grown_up_goes_home_who_agrees_and_a_child_whose_best_interests_were_determined() {
    // shows: res-29
    let mut play = protected(0);
    for fact in [
        says(RescueState::ReturnArranged),
        adult(RescueState::ReturnArranged, PersonConsents::No),
        adult(RescueState::ReturnArranged, PersonConsents::NotAsked),
        updated(Update { child: Some(true), ..bare(RescueState::ReturnArranged) }),
    ] {
        assert_eq!(brief(&play.refused(ASKED, fact)), (RefusalCode::Safeguard, "res-29"));
    }
    assert_eq!(
        brief(&play.refused(ASKS, goes(RescueState::ReturnArranged))).0,
        RefusalCode::NotEntitled,
        "the home side agrees to what the territory side said"
    );
    play.say(ASKED, child(RescueState::ReturnArranged));
    let unsure = play.refused(ASKS, goes(RescueState::ReturnArranged));
    assert_eq!(brief(&unsure), (RefusalCode::Safeguard, "res-29"));
    play.say(ASKS, child(RescueState::ReturnArranged));
    play.told(
        "a grown up goes home who agrees and a child whose best interests were determined",
        &["res-29"],
    );
}

#[test]
fn nobody_is_given_up_before_the_date_of_the_review() {
    // shows: res-30
    let mut play = accepted(0);
    let early = play.refused(ASKED, says(RescueState::NotFound));
    assert_eq!(brief(&early), (RefusalCode::OutOfTurn, "res-30"));
    play.wait(REVIEW);
    play.say(ASKED, says(RescueState::NotFound));
    play.told("nobody is given up before the date of the review", &["res-30"]);
}

#[test]
fn only_a_grown_up_who_could_speak_freely_declines_help() {
    // shows: res-31
    let declines = || adult(RescueState::DeclinedHelp, PersonConsents::No);
    let mut overheard = screened(ScreeningOutcome::Victim);
    if let Fact::Handover(HandoverFact::Screened { freely, .. }) = &mut overheard {
        *freely = false;
    }
    let mut play = screening(0, overheard);
    assert_eq!(brief(&play.refused(ASKED, declines())), (RefusalCode::Safeguard, "res-31"));

    play.say(ASKED, screened(ScreeningOutcome::Victim));
    let as_a_child = Update {
        child: Some(true),
        consents: Some(PersonConsents::No),
        ..bare(RescueState::DeclinedHelp)
    };
    assert_eq!(brief(&play.refused(ASKED, updated(as_a_child))).1, "res-31");
    let agreeing = adult(RescueState::DeclinedHelp, PersonConsents::Yes);
    assert_eq!(brief(&play.refused(ASKED, agreeing)).1, "res-31");
    play.say(ASKED, declines());
    play.told("only a grown up who could speak freely declines help", &["res-31"]);
}

#[test]
fn nobody_is_referred_to_justice_who_may_be_a_victim_or_without_a_prosecutor() {
    // shows: res-32
    let decided = || updated(Update { prosecutor: true, ..bare(RescueState::ReferredToJustice) });
    for outcome in
        [ScreeningOutcome::PresumedVictim, ScreeningOutcome::Victim, ScreeningOutcome::Undetermined]
    {
        let refusal = screening(0, screened(outcome)).refused(ASKED, decided());
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-32"), "{outcome}");
    }
    let mut play = screening(0, CLEARED);
    let undecided = play.refused(ASKED, says(RescueState::ReferredToJustice));
    assert_eq!(brief(&undecided), (RefusalCode::Safeguard, "res-32"));
    play.say(ASKED, decided());
    play.told(
        "nobody is referred to justice who may be a victim or without a prosecutor",
        &["res-32"],
    );
}

#[test]
fn nobody_is_referred_to_justice_before_a_prosecutor_has_looked_at_what_a_victim_did() {
    // shows: res-63
    use NonPunishmentReview::Applies;
    use NonPunishmentReview::NotApplicable;
    use NonPunishmentReview::Pending;

    let decided = || updated(Update { prosecutor: true, ..bare(RescueState::ReferredToJustice) });
    for view in [Applies, NotApplicable] {
        let mut play = screening(0, reviewed(ScreeningOutcome::PresumedVictim, Pending));
        assert!(play.now().state.awaits_review());
        play.say(ASKED, CLEARED);
        assert!(play.now().state.awaits_review(), "a report without a view leaves it open");
        let refusal = play.refused(ASKED, decided());
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-63"));
        play.say(ASKED, reviewed(ScreeningOutcome::NoIndication, view));
        assert!(!play.now().state.awaits_review());
        play.say(ASKED, decided());
        play.told(
            &format!("nobody is referred to justice before a prosecutor has looked: {view}"),
            &["res-63"],
        );
    }
}

#[test]
fn whoever_may_be_a_child_is_one_until_an_assessment_says_otherwise() {
    // shows: res-61
    let mut unsure = VICTIM;
    if let Fact::Handover(HandoverFact::Screened { may_be_child, .. }) = &mut unsure {
        *may_be_child = true;
    }
    let said = Fact::Rescue(RescueFact::Reported { home: None, may_be_child: true });
    let mut by_the_report = Play::<Rescue>::begin(0, said);
    by_the_report.say(ASKED, says(RescueState::Accepted));
    by_the_report.say(ASKED, says(RescueState::Extracted));
    by_the_report.say(ASKED, VICTIM);
    let by_the_screening = screening(0, unsure);
    for (mut play, by) in [(by_the_report, "the report"), (by_the_screening, "the screening")] {
        play.say(ASKED, says(RescueState::Protected));
        for fact in [
            goes(RescueState::ReturnArranged),
            adult(RescueState::DeclinedHelp, PersonConsents::No),
            adult(RescueState::Protected, PersonConsents::Yes),
        ] {
            let refusal = play.refused(ASKED, fact);
            assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-61"));
        }
        let assessed = Update {
            child: Some(false),
            consents: Some(PersonConsents::Yes),
            age_assessed: true,
            ..bare(RescueState::ReturnArranged)
        };
        play.say(ASKED, updated(assessed));
        play.say(ASKS, goes(RescueState::ReturnArranged));
        assert_eq!(stage(&play), Stage::ReturnArranged);
        let name = format!("whoever may be a child is one until an assessment: {by}");
        play.told(&name, &["res-61"]);
    }

    let said = Fact::Rescue(RescueFact::Reported { home: None, may_be_child: true });
    let mut early = Play::<Rescue>::begin(0, said);
    early.say(ASKED, updated(Update { age_assessed: true, ..bare(RescueState::Triaged) }));
    early.say(ASKED, says(RescueState::Accepted));
    early.say(ASKED, says(RescueState::Extracted));
    early.say(ASKED, VICTIM);
    let refusal = early.refused(ASKED, adult(RescueState::DeclinedHelp, PersonConsents::No));
    assert_eq!(refusal.rule, "res-61", "whoever has not accepted the person assesses nobody");
    early.told("whoever may be a child is one until an assessment: by another side", &["res-61"]);

    let mut play = screening(0, VICTIM);
    play.say(ASKED, adult(RescueState::DeclinedHelp, PersonConsents::No));
    assert_eq!(stage(&play), Stage::DeclinedHelp, "nobody doubts that the person is a grown-up");
}

#[test]
fn who_may_be_a_child_is_judged_by_the_birth_and_the_day_of_the_message() {
    // shows: res-61
    let noon = |day: u64| Timestamp::from_millis(1_772_366_400_000 + day * REVIEW);
    let may_be_child = |kind: Kind, edit: &dyn Fn(&mut Json), created| {
        let mut example = facts::example(kind);
        edit(&mut example["body"]);
        let tree: Value = serde_json::from_value(example).unwrap();
        let read = Submission::read(&tree).unwrap();
        let fact = Stated::of(read.body(), &read.content().words, created).fact;
        let (Fact::Rescue(RescueFact::Reported { may_be_child, .. })
        | Fact::Handover(HandoverFact::Screened { may_be_child, .. })) = fact
        else {
            panic!("{fact:?}");
        };
        may_be_child
    };
    // 1 March 2026 is day 0, 31 March day 30.
    let born = |body: &mut Json| {
        body["person"]["birth"] = json!({
            "as_stated": "2008-03", "calendar": "gregorian", "precision": "month",
            "earliest": "2008-03-01", "latest": "2008-03-31",
        });
    };
    for kind in [Kind::RescueRequest, Kind::VictimScreeningReport] {
        assert!(!may_be_child(kind, &|_| (), noon(0)), "{kind}");
        assert!(may_be_child(kind, &born, noon(29)), "{kind}");
        assert!(!may_be_child(kind, &born, noon(30)), "{kind}");
    }
    let unborn = |minors: &'static str| {
        move |body: &mut Json| {
            body["person"].as_object_mut().unwrap().remove("birth");
            body["minors"] = json!(minors);
        }
    };
    assert!(may_be_child(Kind::RescueRequest, &unborn("yes"), noon(0)));
    assert!(!may_be_child(Kind::RescueRequest, &unborn("uncertain"), noon(0)));
}

#[test]
fn nobody_takes_back_that_a_person_needs_help() {
    // shows: res-33
    let mut play = begun(0);
    let refusal = play.refused(ASKS, Fact::Common(CommonFact::Withdrawn));
    assert_eq!(brief(&refusal), (RefusalCode::OutOfTurn, "res-33"));
    play.told("nobody takes back that a person needs help", &["res-33"]);
}

#[test]
fn a_rescue_governs_custody_until_the_screening_ends() {
    // shows: res-34
    let governs = |play: &Play<Rescue>| play.now().state.governs();
    for play in [begun(0), accepted(0), screening(0, VICTIM), protected(0), arranged(0)] {
        let refusal = governs(&play).unwrap();
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-34"));
        assert!(refusal.why.contains(stage(&play).text()), "{}", refusal.why);
    }
    assert!(governs(&screening(0, screened(ScreeningOutcome::Undetermined))).is_some());

    assert_eq!(governs(&screening(0, CLEARED)), None);
    let mut dismissed = begun(0);
    dismissed.say(ASKED, says(RescueState::Unfounded));
    assert_eq!(governs(&dismissed), None);
}

#[test]
fn a_victim_who_declines_help_becomes_no_suspect() {
    // shows: res-34
    let declined = |found: ScreeningOutcome| {
        let mut play = screening(0, screened(found));
        play.say(ASKED, adult(RescueState::DeclinedHelp, PersonConsents::No));
        assert_eq!(stage(&play), Stage::DeclinedHelp);
        play.now().state.governs()
    };
    for found in [ScreeningOutcome::PresumedVictim, ScreeningOutcome::Victim] {
        let refusal = declined(found).unwrap();
        assert_eq!(brief(&refusal), (RefusalCode::Safeguard, "res-34"));
        assert!(refusal.why.contains("declined-help"), "{}", refusal.why);
    }
    assert_eq!(declined(ScreeningOutcome::NoIndication), None);

    let mut referred = screening(0, CLEARED);
    let decided = Update { prosecutor: true, ..bare(RescueState::ReferredToJustice) };
    referred.say(ASKED, updated(decided));
    assert_eq!(referred.now().state.governs(), None, "no indication, and a prosecutor");
}

#[test]
fn whoever_is_protected_stays_whatever_the_screening_found() {
    // shows: res-34
    let mut play = screening(0, CLEARED);
    play.say(ASKED, says(RescueState::Protected));

    assert!(play.now().state.governs().is_some(), "an asylum seeker is no victim and stays");
}

#[test]
fn of_two_screenings_beside_each_other_the_more_protective_one_counts() {
    // shows: res-60
    use ScreeningOutcome::NoIndication;
    use ScreeningOutcome::PresumedVictim;
    use ScreeningOutcome::Undetermined;
    use ScreeningOutcome::Victim;

    for salt in SALTS {
        for (more, less) in [
            (Victim, NoIndication),
            (PresumedVictim, NoIndication),
            (Undetermined, NoIndication),
            (Victim, Undetermined),
            (Victim, PresumedVictim),
            (PresumedVictim, Undetermined),
        ] {
            let mut play = accepted(salt);
            play.say(ASKED, says(RescueState::Extracted));
            let seen = play.transcript.heads();
            play.say_after(ASKED, &seen, screened(less));
            play.say_after(ASKED, &seen, screened(more));

            assert_eq!(play.now().state.screened(), Some(more));
            assert!(play.now().state.governs().is_some());
            play.told(
                &format!("of two screenings beside each other the more protective one counts: {more} {less}"),
                &["res-60"],
            );
        }
    }
}

#[test]
fn a_site_where_somebody_needs_help_is_flagged_until_the_person_is_out() {
    // shows: res-35
    let mut play = begun(0);
    for state in [RescueState::Accepted, RescueState::Locating, RescueState::LocationConfirmed] {
        let flag = play.now().state.flags_site().unwrap();
        assert_eq!(brief(&flag), (RefusalCode::Safeguard, "res-35"));
        play.say(ASKED, says(state));
    }
    assert!(play.now().state.flags_site().unwrap().why.contains("location-confirmed"));
    play.say(ASKED, says(RescueState::Extracted));
    assert_eq!(play.now().state.flags_site(), None);
}

#[test]
fn signs_of_a_victim_beside_a_referral_to_justice_win() {
    // shows: res-36
    for salt in SALTS {
        let mut play = screening(salt, CLEARED);
        let seen = play.transcript.heads();
        let decided = Update { prosecutor: true, ..bare(RescueState::ReferredToJustice) };
        let referral = play.say_after(ASKED, &seen, updated(decided));
        let signs = play.say_after(ASKED, &seen, VICTIM);

        assert_eq!(stage(&play), Stage::Screening);
        assert_eq!(play.fate(&referral), Fate::Outranked { by: signs });
        play.told("signs of a victim beside a referral to justice win", &["res-36"]);
    }
}

#[test]
fn what_the_person_wants_wins_over_an_arrangement_that_is_agreed_to_beside_it() {
    // shows: res-37
    let declines = || adult(RescueState::DeclinedHelp, PersonConsents::No);
    for (salt, wishes, end) in SALTS.into_iter().flat_map(|salt| {
        [
            (salt, says(RescueState::StaysWithProtection), Stage::StaysWithProtection),
            (salt, says(RescueState::Protected), Stage::Protected),
            (salt, declines(), Stage::DeclinedHelp),
        ]
    }) {
        let mut play = protected(salt);
        play.say(ASKED, goes(RescueState::ReturnArranged));
        let seen = play.transcript.heads();
        let agreed = play.say_after(ASKS, &seen, goes(RescueState::ReturnArranged));
        let wish = play.say_after(ASKED, &seen, wishes);

        assert_eq!(stage(&play), end);
        assert_eq!(play.fate(&agreed), Fate::Outranked { by: wish });
        assert!(!play.now().state.awaits_home());
        play.told(
            &format!(
                "what the person wants wins over an arrangement that is agreed to beside it: {end}"
            ),
            &["res-37"],
        );
    }
}

#[test]
fn what_happened_to_the_person_wins_over_what_was_decided_beside_it() {
    // shows: res-38
    for salt in SALTS {
        let mut play = accepted(salt);
        play.wait(REVIEW);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, says(RescueState::NotFound));
        play.say_after(ASKED, &seen, says(RescueState::Extracted));
        assert_eq!(stage(&play), Stage::Extracted);
        play.told(
            "what happened to the person wins over what was decided beside it 1",
            &["res-38"],
        );

        let mut play = arranged(salt);
        play.say(ASKED, goes(RescueState::Returned));
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, says(RescueState::StaysWithProtection));
        play.say_after(ASKS, &seen, goes(RescueState::Returned));
        assert_eq!(stage(&play), Stage::Returned);
        play.told(
            "what happened to the person wins over what was decided beside it 2",
            &["res-38"],
        );

        let mut play = arranged(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, says(RescueState::StaysWithProtection));
        play.say_after(ASKED, &seen, says(RescueState::Deceased));
        assert_eq!(stage(&play), Stage::Deceased);
        play.told(
            "what happened to the person wins over what was decided beside it 3",
            &["res-38"],
        );
    }
}

#[test]
fn whoever_is_brought_out_and_dies_is_dead() {
    // shows: res-39
    for salt in SALTS {
        let mut play = accepted(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, says(RescueState::Extracted));
        play.say_after(ASKED, &seen, says(RescueState::Deceased));
        assert_eq!(stage(&play), Stage::Deceased);
        play.told("whoever is brought out and dies is dead", &["res-39"]);
    }
}

#[test]
fn two_agencies_that_accept_beside_each_other_have_to_settle_whose_territory_it_is() {
    // shows: pro-8
    for salt in SALTS {
        let mut play = Play::<Rescue>::begin_among(&[ASKS, ASKED, TRANSIT], salt, reported());
        let seen = play.transcript.heads();
        let one = play.say_after(ASKED, &seen, says(RescueState::Accepted));
        let other = play.say_after(TRANSIT, &seen, says(RescueState::Accepted));
        assert_eq!(play.now().common.conflicts().len(), 1);

        let mut between = Vec::from([one, other]);
        between.sort_unstable();
        let settle = Fact::Common(CommonFact::Resolved { between, prevails: Some(other) });
        for side in [ASKED, TRANSIT, ASKS] {
            play.say(side, settle.clone());
        }
        assert_eq!(play.now().state.territory(), Some(&agency(TRANSIT)));
        play.told(
            "two agencies that accept beside each other have to settle whose territory it is",
            &["pro-8"],
        );
    }
}

#[test]
fn what_an_agency_may_do_next_in_a_rescue_is_what_the_table_lets_it() {
    // shows: pro-3
    let play = begun(0);
    let moves = |name: &str| -> Vec<&str> {
        play.now().state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert!(moves(ASKED).contains(&"rescue-update accepted"), "{:?}", moves(ASKED));
    assert!(moves(TRANSIT).is_empty() && moves(ASKS).is_empty());
}

#[test]
fn the_facts_of_a_rescue_come_back_from_their_bytes() {
    // shows: pro-6
    let mut play = arranged(0);
    let merged = BTreeMap::from([(procedure(2), agency(TRANSIT)), (procedure(3), agency(ASKS))]);
    let rich = Update { merged, home: Some(agency(TRANSIT)), ..bare(RescueState::Accepted) };
    let act = play.act(ASKED, &[], updated(rich));
    let placed = (0..play.transcript.len()).filter_map(|place| play.transcript.act(place));
    for act in placed.chain([&act]) {
        let bytes = codec::encode_parts(act).unwrap();
        assert_eq!(codec::peek::<Act>(&bytes).as_ref(), Some(act));
    }
}

/// What somebody may try to say, by a number.
fn menu(what: u8) -> Fact {
    let states = RescueState::ALL;
    let at = usize::from(what) % (states.len() + 6);
    match states.get(at) {
        Some(RescueState::DeclinedHelp) => adult(RescueState::DeclinedHelp, PersonConsents::No),
        Some(state) => updated(Update {
            next_by: Timestamp::from_millis(0),
            child: Some(false),
            consents: Some(PersonConsents::Yes),
            prosecutor: true,
            ..bare(*state)
        }),
        None if at == states.len() => VICTIM,
        None if at == states.len() + 1 => CLEARED,
        None if at == states.len() + 2 => says(RescueState::Accepted),
        None if at == states.len() + 3 => goes(RescueState::ReturnArranged),
        None if at == states.len() + 4 => goes(RescueState::Returned),
        None => child(RescueState::ReturnArranged),
    }
}

fn agree_on(start: Play<Rescue>, attempts: &[convergence::Attempt], picks: &[u8]) {
    let mut play = convergence::play_on(start, attempts, |what, _, _| menu(what));
    convergence::converges(&play, picks);
    convergence::the_past_stays(&play);
    let facts: Vec<Fact> = (0..24).map(menu).collect();
    convergence::refused_changes_nothing(&mut play, &facts);
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_agree_where_a_rescue_stands(
        attempts in vec(any::<convergence::Attempt>(), 1..40),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        agree_on(begun(7), &attempts, &picks);
    }

    #[test]
    fn agencies_that_hold_the_same_messages_agree_how_a_rescue_ends(
        attempts in vec(any::<convergence::Attempt>(), 1..30),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2
        agree_on(screening(7, VICTIM), &attempts, &picks);
    }
}
