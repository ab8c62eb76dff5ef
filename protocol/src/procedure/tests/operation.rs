//! Joint operations: every row of their tables, every prescribed meeting, every rule.

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
use crate::crypto::digest::Digest;
use crate::ids::Party;
use crate::message::operation::participation::ParticipationAnswer;
use crate::message::operation::signal::Signal;
use crate::message::operation::status::DeclaredStatus;
use crate::message::operation::tasking::TaskStatus;
use crate::message::text::ItemId;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Folded;
use crate::procedure::operation::Operation;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::operation::fact::Plan;
use crate::procedure::operation::fact::PlanName;
use crate::procedure::operation::fact::Task;
use crate::procedure::operation::region::PART_ROWS;
use crate::procedure::operation::region::PartStage;
use crate::procedure::operation::region::TASK_ROWS;
use crate::procedure::operation::region::TERRITORY_ROWS;
use crate::procedure::operation::region::TaskStage;
use crate::procedure::operation::region::TerritoryStage;
use crate::procedure::operation::stage::ROWS;
use crate::procedure::operation::stage::Stage;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

/// Who leads, and commands at home.
const LEAD: &str = ASKS;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);

fn told(fact: OperationFact) -> Fact {
    Fact::Operation(fact)
}

fn party(name: &str) -> Party {
    Party::parse(name).unwrap()
}

fn item(name: &str) -> ItemId {
    ItemId::parse(name).unwrap()
}

fn proposed() -> Fact {
    told(OperationFact::Proposed { reply_by: Timestamp::from_millis(5_000), threat: Vec::new() })
}

fn replies(answer: ParticipationAnswer) -> Fact {
    told(OperationFact::Replied(answer))
}

const JOINS: Fact = Fact::Operation(OperationFact::Replied(ParticipationAnswer::Join));
const LEAVES: Fact = Fact::Operation(OperationFact::Replied(ParticipationAnswer::Leave));

/// A plan with a commander in China and one in Laos.
fn plan_of(version: u64) -> Plan {
    let commanders = Vec::from([(party("CN"), agency(ASKS)), (party("LA"), agency(ASKED))]);
    Plan { version, frozen: true, lead: agency(LEAD), commanders }
}

fn plans(version: u64) -> Fact {
    told(OperationFact::Planned(Plan { frozen: false, ..plan_of(version) }))
}

fn freezes(version: u64) -> Fact {
    told(OperationFact::Planned(plan_of(version)))
}

fn signs(version: u64, digest: Digest) -> Fact {
    told(OperationFact::Signed(PlanName { version, digest }))
}

fn declares(status: DeclaredStatus) -> Fact {
    told(OperationFact::Declared { status, plan: None })
}

fn rests(status: DeclaredStatus, plan: PlanName) -> Fact {
    told(OperationFact::Declared { status, plan: Some(plan) })
}

fn tasks(name: &str, who: &str, after: &[&str]) -> Fact {
    let depends_on = after.iter().map(|name| item(name)).collect();
    let report_by = Timestamp::from_millis(9_000);
    told(OperationFact::Tasked(Task {
        id: item(name),
        assignee: agency(who),
        depends_on,
        report_by,
    }))
}

fn reports(name: &str, status: TaskStatus) -> Fact {
    told(OperationFact::Reported { task: item(name), status })
}

fn signal(signal: Signal, territory: &str) -> Fact {
    told(OperationFact::Signalled { signal, territory: Some(party(territory)) })
}

fn signal_all(signal: Signal) -> Fact {
    told(OperationFact::Signalled { signal, territory: None })
}

const RESULT: Fact = Fact::Operation(OperationFact::Resulted);

fn stage(play: &Play<Operation>) -> Stage {
    play.now().state.stage()
}

fn part(play: &Play<Operation>, who: &str) -> PartStage {
    play.now().state.part(&agency(who)).unwrap()
}

fn territory(play: &Play<Operation>, name: &str) -> TerritoryStage {
    play.now().state.territory(&party(name)).unwrap()
}

fn task(play: &Play<Operation>, name: &str) -> TaskStage {
    play.now().state.task(&item(name)).unwrap()
}

fn plan(play: &Play<Operation>) -> PlanName {
    play.now().state.plan().unwrap()
}

fn begun(salt: u8) -> Play<Operation> {
    Play::begin_among(&[ASKS, ASKED, TRANSIT], salt, proposed())
}

fn joined(salt: u8) -> Play<Operation> {
    let mut play = begun(salt);
    play.say(ASKED, JOINS);
    play.say(TRANSIT, JOINS);
    play
}

/// Version 3 can be signed.
fn frozen(salt: u8) -> Play<Operation> {
    let mut play = joined(salt);
    play.say(LEAD, freezes(3));
    play
}

fn approved(salt: u8) -> Play<Operation> {
    let mut play = frozen(salt);
    let name = plan(&play);
    play.say(ASKED, signs(3, name.digest));
    play.say(TRANSIT, signs(3, name.digest));
    play
}

fn ready(salt: u8) -> Play<Operation> {
    let mut play = approved(salt);
    let name = plan(&play);
    play.say(LEAD, rests(DeclaredStatus::Ready, name));
    play
}

fn active(salt: u8) -> Play<Operation> {
    let mut play = ready(salt);
    play.say(ASKED, signal(Signal::Go, "LA"));
    play
}

fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_a_proposal_to_its_close(),
        who_takes_part(),
        what_territories_do(),
        what_tasks_do(),
        what_ends_it(),
    ])
}

fn from_a_proposal_to_its_close() -> BTreeSet<&'static str> {
    let mut play = begun(0);
    assert_eq!(stage(&play), Stage::Proposed);
    assert_eq!(play.now().state.awaited_by(), Some(Timestamp::from_millis(5_000)));
    play.say(ASKED, JOINS);
    assert_eq!(stage(&play), Stage::Consulting);
    play.say(TRANSIT, JOINS);
    play.say(LEAD, plans(1));
    assert_eq!(stage(&play), Stage::Planning);
    play.say(LEAD, freezes(2));
    let name = plan(&play);
    play.say(ASKED, signs(2, name.digest));
    assert_eq!(stage(&play), Stage::PlanFrozen);
    assert_eq!(play.now().state.unsigned(), [&agency(TRANSIT)].into());
    play.say(TRANSIT, signs(2, name.digest));
    assert_eq!(stage(&play), Stage::Approved);
    play.say(LEAD, rests(DeclaredStatus::Ready, name));
    play.say(ASKED, signal(Signal::Go, "LA"));
    assert_eq!(stage(&play), Stage::Active);
    play.say(LEAD, signal(Signal::Go, "CN"));
    play.say(ASKED, signal(Signal::StandDown, "LA"));
    assert_eq!(stage(&play), Stage::Active, "it goes on elsewhere");
    play.say(LEAD, signal(Signal::StandDown, "CN"));
    assert_eq!(stage(&play), Stage::StoodDown);
    play.say(ASKED, RESULT);
    assert_eq!(play.now().state.results_missing(), [&agency(LEAD)].into());
    play.say(LEAD, declares(DeclaredStatus::Reporting));
    play.say(LEAD, RESULT);
    play.say(LEAD, declares(DeclaredStatus::Evaluated));
    play.say(LEAD, declares(DeclaredStatus::Closed));
    assert!(stage(&play).is_terminal());
    play.told("from a proposal to its close", &[]);
    play.rules()
}

fn who_takes_part() -> BTreeSet<&'static str> {
    let mut play = begun(0);
    play.say(TRANSIT, replies(ParticipationAnswer::Decline));
    play.say(TRANSIT, replies(ParticipationAnswer::Observe));
    play.say(TRANSIT, LEAVES);
    assert_eq!(part(&play, TRANSIT), PartStage::Left);
    play.told("who takes part 1", &[]);
    let mut rules = play.rules();

    let mut play = active(0);
    play.say(ASKED, replies(ParticipationAnswer::Suspend));
    assert_eq!(
        (part(&play, ASKED), territory(&play, "LA")),
        (PartStage::Suspended, TerritoryStage::Held)
    );
    play.say(ASKED, replies(ParticipationAnswer::Resume));
    play.say(ASKED, signal(Signal::Go, "LA"));
    play.say(TRANSIT, LEAVES);
    assert!(play.now().state.waits_for_the_lead());
    let name = plan(&play);
    play.say(LEAD, rests(DeclaredStatus::ReApproved, name));
    assert!(!play.now().state.waits_for_the_lead());
    play.told("who takes part 2", &[]);
    rules.extend(play.rules());
    rules
}

fn what_territories_do() -> BTreeSet<&'static str> {
    let mut play = active(0);
    play.say(ASKED, signal(Signal::Hold, "LA"));
    assert_eq!((territory(&play, "LA"), stage(&play)), (TerritoryStage::Held, Stage::Active));
    play.say(ASKED, signal(Signal::Go, "LA"));
    play.say(LEAD, signal_all(Signal::Hold));
    assert_eq!(territory(&play, "CN"), TerritoryStage::Held);
    play.say(ASKED, signal(Signal::Abort, "LA"));
    play.say(LEAD, signal_all(Signal::Abort));
    assert_eq!(stage(&play), Stage::Aborted);
    play.say(ASKED, RESULT);
    play.told("what territories do 1", &[]);
    let mut rules = play.rules();

    // The lead speaks for the territory of another Party here.
    let mut play = active(0);
    play.say(LEAD, signal(Signal::Hold, "LA"));
    play.say(LEAD, signal(Signal::StandDown, "LA"));
    play.told("what territories do 2", &[]);
    rules.extend(play.rules());
    let mut play = active(0);
    play.say(LEAD, signal(Signal::Abort, "LA"));
    play.told("what territories do 3", &[]);
    rules.extend(play.rules());
    rules
}

fn what_tasks_do() -> BTreeSet<&'static str> {
    let mut play = ready(0);
    play.say(LEAD, tasks("t1", ASKED, &[]));
    play.say(ASKED, reports("t1", TaskStatus::Amended));
    play.say(LEAD, tasks("t1", ASKED, &[]));
    play.say(ASKED, reports("t1", TaskStatus::Accepted));
    play.say(ASKED, reports("t1", TaskStatus::Running));
    assert_eq!(task(&play, "t1"), TaskStage::Running);
    play.say(ASKED, reports("t1", TaskStatus::Done));
    for (name, status, end) in [
        ("t2", TaskStatus::Failed, TaskStage::Failed),
        ("t3", TaskStatus::Cancelled, TaskStage::Cancelled),
    ] {
        play.say(LEAD, tasks(name, TRANSIT, &["t1"]));
        play.say(TRANSIT, reports(name, TaskStatus::Accepted));
        play.say(TRANSIT, reports(name, status));
        assert_eq!(task(&play, name), end);
    }
    play.say(LEAD, tasks("t4", TRANSIT, &[]));
    play.say(TRANSIT, reports("t4", TaskStatus::Declined));
    assert_eq!(task(&play, "t4"), TaskStage::Declined);
    play.told("what tasks do", &[]);
    play.rules()
}

fn what_ends_it() -> BTreeSet<&'static str> {
    let mut rules = BTreeSet::new();
    for (what, drops) in [("withdrawal", WITHDRAWN), ("status", declares(DeclaredStatus::Dropped))]
    {
        let mut play = ready(0);
        play.say(LEAD, drops.clone());
        assert_eq!(stage(&play), Stage::Dropped);
        play.told(&format!("an operation is dropped: {what}"), &[]);
        rules.extend(play.rules());
        assert_eq!(active(0).refused(LEAD, drops).code, RefusalCode::OutOfTurn, "abort it");
    }
    rules
}

#[test]
fn the_chapter_prints_the_tables_of_an_operation() {
    // shows: pro-3
    let tables = [
        super::lines(ROWS),
        super::lines(PART_ROWS),
        super::lines(TERRITORY_ROWS),
        super::lines(TASK_ROWS),
    ];
    super::printed_lines("opn", &tables.concat());
}

#[test]
fn every_row_of_the_tables_of_an_operation_is_walked() {
    // shows: opn-1, opn-2, opn-3, opn-4, opn-5, opn-6, opn-7, opn-8, opn-9, opn-10, opn-11, opn-12, opn-13, opn-14
    // shows: opn-15, opn-16, opn-17, opn-18, opn-19, opn-20, opn-21, opn-22, opn-23, opn-24, opn-25, opn-26, opn-27
    // shows: opn-28, opn-29, opn-30, opn-31, opn-32, opn-33, opn-34, opn-35
    let walked: BTreeSet<&str> = stories().into_iter().flatten().collect();
    super::all_walked(ROWS, &walked);
    super::all_walked(PART_ROWS, &walked);
    super::all_walked(TERRITORY_ROWS, &walked);
    super::all_walked(TASK_ROWS, &walked);
}

#[test]
fn a_plan_is_numbered_anew_led_by_the_lead_and_commanded_by_whoever_takes_part() {
    // shows: opn-36
    let mut play = begun(0);
    play.say(TRANSIT, replies(ParticipationAnswer::Decline));
    assert_eq!(play.refused(LEAD, freezes(1)).rule, "opn-36", "nobody has joined");
    play.say(LEAD, plans(1));
    assert_eq!(play.refused(LEAD, plans(1)).rule, "opn-36");
    let other = Plan { lead: agency(ASKED), frozen: false, ..plan_of(2) };
    assert_eq!(play.refused(LEAD, told(OperationFact::Planned(other))).rule, "opn-36");
    play.told(
        "a plan is numbered anew led by the lead and commanded by whoever takes part 1",
        &["opn-36"],
    );

    let mut play = begun(0);
    play.say(TRANSIT, JOINS);
    let refusal = play.refused(LEAD, freezes(1));
    assert_eq!(refusal.rule, "opn-36");
    assert!(refusal.why.contains(ASKED), "{}", refusal.why);
    assert_eq!(play.refused(TRANSIT, plans(1)).code, RefusalCode::NotEntitled);
    play.told(
        "a plan is numbered anew led by the lead and commanded by whoever takes part 2",
        &["opn-36"],
    );
}

#[test]
fn a_signature_and_a_status_name_the_plan_that_is_frozen() {
    // shows: opn-37
    let mut play = frozen(0);
    let name = plan(&play);
    let root = play.transcript.act(0).unwrap().digest;
    assert_eq!(play.refused(ASKED, signs(2, name.digest)).rule, "opn-37");
    assert_eq!(play.refused(ASKED, signs(3, root)).rule, "opn-37");
    play.told("a signature and a status name the plan that is frozen 1", &["opn-37"]);
    let mut play = approved(0);
    let other = PlanName { version: 3, digest: root };
    assert_eq!(play.refused(LEAD, rests(DeclaredStatus::Ready, other)).rule, "opn-37");
    assert_eq!(play.refused(LEAD, declares(DeclaredStatus::Ready)).rule, "opn-37");
    play.told("a signature and a status name the plan that is frozen 2", &["opn-37"]);
}

#[test]
fn whoever_takes_part_signs_once() {
    // shows: opn-38
    let mut play = frozen(0);
    let name = plan(&play);
    play.say(ASKED, signs(3, name.digest));
    assert_eq!(play.refused(ASKED, signs(3, name.digest)).rule, "opn-38");
    play.say(TRANSIT, replies(ParticipationAnswer::Suspend));
    assert_eq!(play.refused(TRANSIT, signs(3, name.digest)).code, RefusalCode::OutOfTurn);
    play.told("whoever takes part signs once", &["opn-38"]);
}

#[test]
fn a_task_is_for_somebody_who_takes_part_and_comes_after_known_ones() {
    // shows: opn-39
    let mut play = ready(0);
    assert_eq!(play.refused(LEAD, tasks("t1", "mm.mpf", &[])).rule, "opn-39");
    assert_eq!(play.refused(LEAD, tasks("t1", ASKED, &["t0"])).rule, "opn-39");
    assert_eq!(play.refused(ASKED, reports("t0", TaskStatus::Accepted)).rule, "opn-39");
    play.told("a task is for somebody who takes part and comes after known ones", &["opn-39"]);
}

#[test]
fn a_task_binds_after_its_assignee_accepted_and_runs_after_what_it_depends_on() {
    // shows: opn-40
    let mut play = ready(0);
    play.say(LEAD, tasks("t1", ASKED, &[]));
    play.say(LEAD, tasks("t2", TRANSIT, &["t1"]));
    assert_eq!(
        play.refused(ASKED, reports("t1", TaskStatus::Running)).rule,
        "opn-32",
        "it binds nobody yet"
    );
    assert_eq!(
        play.refused(TRANSIT, reports("t1", TaskStatus::Accepted)).code,
        RefusalCode::NotEntitled
    );
    play.say(TRANSIT, reports("t2", TaskStatus::Accepted));
    assert_eq!(play.refused(TRANSIT, reports("t2", TaskStatus::Running)).rule, "opn-40");
    play.say(ASKED, reports("t1", TaskStatus::Accepted));
    play.say(ASKED, reports("t1", TaskStatus::Done));
    play.say(TRANSIT, reports("t2", TaskStatus::Running));
    play.told(
        "a task binds after its assignee accepted and runs after what it depends on",
        &["opn-40"],
    );
}

#[test]
fn go_is_said_by_each_commander_at_home_and_what_is_for_all_by_the_lead() {
    // shows: opn-41
    let mut play = approved(0);
    assert_eq!(play.refused(ASKED, signal(Signal::Go, "LA")).rule, "opn-41", "not ready");
    play.told(
        "go is said by each commander at home and what is for all by the lead 1",
        &["opn-41"],
    );
    let mut play = ready(0);
    assert_eq!(play.refused(LEAD, signal(Signal::Go, "LA")).code, RefusalCode::NotEntitled);
    assert_eq!(play.refused(ASKED, signal_all(Signal::Hold)).rule, "opn-41");
    assert_eq!(play.refused(ASKED, signal(Signal::Hold, "CN")).code, RefusalCode::NotEntitled);
    assert_eq!(
        play.refused(LEAD, signal(Signal::Hold, "VN")).rule,
        "opn-41",
        "nobody commands there"
    );
    assert_eq!(play.refused(LEAD, signal_all(Signal::StandDown)).rule, "opn-41", "nobody has gone");
    play.say(ASKED, replies(ParticipationAnswer::Suspend));
    assert_eq!(play.refused(ASKED, signal(Signal::Go, "LA")).rule, "opn-41", "suspended");
    play.told(
        "go is said by each commander at home and what is for all by the lead 2",
        &["opn-41"],
    );
}

#[test]
fn when_a_party_leaves_its_tasks_cancel_and_nothing_goes_on_before_the_lead_looked_at_it() {
    // shows: opn-42
    let mut play = ready(0);
    play.say(LEAD, tasks("t1", TRANSIT, &[]));
    play.say(LEAD, tasks("t2", ASKED, &[]));
    let name = plan(&play);
    assert_eq!(
        play.refused(LEAD, rests(DeclaredStatus::ReApproved, name)).rule,
        "opn-42",
        "nobody left"
    );
    play.say(LEAD, signal(Signal::Go, "CN"));
    play.say(TRANSIT, LEAVES);

    assert_eq!(task(&play, "t1"), TaskStage::Cancelled);
    for (who, fact) in [
        (ASKED, signal(Signal::Go, "LA")),
        (ASKED, reports("t2", TaskStatus::Accepted)),
        (LEAD, tasks("t3", ASKED, &[])),
    ] {
        let refusal = play.refused(who, fact);
        assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "opn-42"));
    }
    play.say(ASKED, signal(Signal::Hold, "LA"));
    play.say(LEAD, rests(DeclaredStatus::ReApproved, name));
    play.say(ASKED, signal(Signal::Go, "LA"));
    play.told(
        "when a party leaves its tasks cancel and nothing goes on before the lead looked at it 1",
        &["opn-42"],
    );

    let mut play = active(0);
    play.say(ASKED, LEAVES);
    assert_eq!(territory(&play, "LA"), TerritoryStage::Aborted);
    play.told(
        "when a party leaves its tasks cancel and nothing goes on before the lead looked at it 2",
        &["opn-42"],
    );
}

#[test]
fn nobody_enters_an_operation_that_goes_on_without_having_signed() {
    // shows: opn-43
    let mut play = frozen(0);
    let name = plan(&play);
    play.say(TRANSIT, replies(ParticipationAnswer::Suspend));
    play.say(ASKED, signs(3, name.digest));
    assert_eq!(stage(&play), Stage::Approved, "whoever is suspended signs later");
    play.say(LEAD, rests(DeclaredStatus::Ready, name));
    play.say(ASKED, signal(Signal::Go, "LA"));
    assert_eq!(play.refused(TRANSIT, replies(ParticipationAnswer::Resume)).rule, "opn-43");
    play.told("nobody enters an operation that goes on without having signed", &["opn-43"]);
}

#[test]
fn the_whole_follows_from_parts_signatures_and_territories() {
    // shows: opn-44
    let mut play = begun(0);
    play.say(ASKED, JOINS);
    play.say(LEAD, freezes(1));
    let name = plan(&play);
    play.say(ASKED, signs(1, name.digest));
    play.say(LEAD, rests(DeclaredStatus::Ready, name));
    play.say(TRANSIT, JOINS);
    assert_eq!(stage(&play), Stage::PlanFrozen, "somebody who takes part has not signed");
    play.say(TRANSIT, LEAVES);
    assert_eq!(stage(&play), Stage::Approved, "everybody who takes part has signed");
    play.say(LEAD, signal_all(Signal::Abort));
    assert_eq!(stage(&play), Stage::Aborted);
}

#[test]
fn a_signature_beside_an_amendment_does_not_count() {
    // shows: opn-45
    for (salt, (what, amends)) in SALTS
        .into_iter()
        .flat_map(|salt| [(salt, ("frozen", freezes(4))), (salt, ("open", plans(4)))])
    {
        let mut play = frozen(salt);
        let name = plan(&play);
        play.say(ASKED, signs(3, name.digest));
        let seen = play.transcript.heads();
        play.say_after(TRANSIT, &seen, signs(3, name.digest));
        play.say_after(LEAD, &seen, amends);

        assert_eq!(play.now().state.unsigned().len(), 2);
        assert_ne!(stage(&play), Stage::Approved);
        play.told(
            &format!("a signature beside another version of the plan does not count: {what}"),
            &["opn-45"],
        );
    }
}

#[test]
fn a_stop_beside_a_go_wins_where_it_covers_the_territory() {
    // shows: opn-46
    for (salt, stop) in SALTS.into_iter().flat_map(|salt| {
        [
            (salt, (ASKED, "hold", signal(Signal::Hold, "LA"))),
            (salt, (ASKED, "abort", signal(Signal::Abort, "LA"))),
            (salt, (LEAD, "hold for all", signal_all(Signal::Hold))),
        ]
    }) {
        let mut play = ready(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, signal(Signal::Go, "LA"));
        let (who, what, stop) = stop;
        play.say_after(who, &seen, stop);

        assert_ne!(territory(&play, "LA"), TerritoryStage::UnderWay);
        assert_eq!(stage(&play), Stage::Ready);
        play.told(
            &format!("a stop beside a go wins where it covers the territory: {what}"),
            &["opn-46"],
        );
    }
    for salt in SALTS {
        let mut play = active(salt);
        play.say(ASKED, signal(Signal::Hold, "LA"));
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, signal(Signal::Go, "LA"));
        play.say_after(LEAD, &seen, signal_all(Signal::StandDown));
        assert_eq!(stage(&play), Stage::StoodDown);
        play.told("a stand down beside a go wins", &["opn-46"]);
    }
}

#[test]
fn what_is_said_of_one_territory_leaves_the_others_alone() {
    // shows: opn-47
    for salt in SALTS {
        let mut play = ready(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, signal(Signal::Go, "LA"));
        play.say_after(LEAD, &seen, signal(Signal::Hold, "CN"));

        assert_eq!(territory(&play, "LA"), TerritoryStage::UnderWay);
        assert_eq!(territory(&play, "CN"), TerritoryStage::Held);
        assert_eq!(stage(&play), Stage::Active);
        play.told("what is said of one territory leaves the others alone", &["opn-47"]);
    }
}

#[test]
fn a_party_that_leaves_beside_a_go_leaves_an_active_operation() {
    // shows: opn-48
    for salt in SALTS {
        let mut play = ready(salt);
        play.say(LEAD, tasks("t1", TRANSIT, &[]));
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, signal(Signal::Go, "LA"));
        play.say_after(TRANSIT, &seen, LEAVES);

        assert_eq!((stage(&play), task(&play, "t1")), (Stage::Active, TaskStage::Cancelled));
        assert!(play.now().state.waits_for_the_lead());
        play.told("a party that leaves beside a go leaves an active operation", &["opn-48"]);
    }
}

#[test]
fn a_plan_that_is_approved_again_beside_another_leaving_is_approved_once_more() {
    // shows: opn-49
    for salt in SALTS {
        let mut play = active(salt);
        play.say(TRANSIT, LEAVES);
        let name = plan(&play);
        let seen = play.transcript.heads();
        play.say_after(LEAD, &seen, rests(DeclaredStatus::ReApproved, name));
        play.say_after(ASKED, &seen, LEAVES);

        assert!(play.now().state.waits_for_the_lead());
        play.told(
            "a plan that is approved again beside another leaving is approved once more",
            &["opn-49"],
        );
    }
}

#[test]
fn a_task_that_is_given_again_beside_its_acceptance_has_to_be_accepted_again() {
    // shows: opn-50
    for salt in SALTS {
        let mut play = ready(salt);
        play.say(LEAD, tasks("t1", ASKED, &[]));
        let seen = play.transcript.heads();
        play.say_after(LEAD, &seen, tasks("t1", ASKED, &[]));
        play.say_after(ASKED, &seen, reports("t1", TaskStatus::Accepted));

        assert_eq!(task(&play, "t1"), TaskStage::Issued);
        play.told(
            "a task that is given again beside its acceptance has to be accepted again",
            &["opn-50"],
        );
    }
}

#[test]
fn an_operation_that_is_dropped_beside_a_go_does_not_take_place() {
    // shows: opn-51
    for (salt, (what, drops)) in SALTS.into_iter().flat_map(|salt| {
        [(salt, ("withdrawal", WITHDRAWN)), (salt, ("status", declares(DeclaredStatus::Dropped)))]
    }) {
        let mut play = ready(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, signal(Signal::Go, "LA"));
        play.say_after(LEAD, &seen, drops);

        assert_eq!(stage(&play), Stage::Dropped);
        play.told(
            &format!("an operation that is dropped beside a go does not take place: {what}"),
            &["opn-51"],
        );
    }
}

#[test]
fn what_may_come_next_is_said_of_the_whole_and_of_ones_own_regions() {
    // shows: pro-3
    let mut play = ready(0);
    play.say(LEAD, tasks("t1", TRANSIT, &[]));
    let moves = |name: &str| -> Vec<&str> {
        play.now().state.open_moves(&agency(name)).into_iter().map(|moved| moved.text()).collect()
    };
    assert!(moves(ASKED).contains(&"go"), "{:?}", moves(ASKED));
    assert!(!moves(TRANSIT).contains(&"go"), "{:?}", moves(TRANSIT));
    assert!(moves(TRANSIT).contains(&"task-report accepted"), "{:?}", moves(TRANSIT));
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, seen: &Folded<Operation>, view: &Transcript) -> Fact {
    let root = view.act(0).unwrap().digest;
    let name = seen.state.plan().unwrap_or(PlanName { version: 1, digest: root });
    let next = name.version + 1;
    match what % 28 {
        0..=2 => JOINS,
        3 => replies(ParticipationAnswer::Observe),
        4 => replies(ParticipationAnswer::Suspend),
        5 => replies(ParticipationAnswer::Resume),
        6 => LEAVES,
        7 => plans(next),
        8 | 9 => freezes(next),
        10..=12 => signs(name.version, name.digest),
        13 | 14 => rests(DeclaredStatus::Ready, name),
        15 => rests(DeclaredStatus::ReApproved, name),
        16 => signal(Signal::Go, "LA"),
        17 => signal(Signal::Go, "CN"),
        18 => signal(Signal::Hold, "LA"),
        19 => signal_all(Signal::Abort),
        20 => signal_all(Signal::StandDown),
        21 => tasks("t1", ASKED, &[]),
        22 => tasks("t2", TRANSIT, &["t1"]),
        23 => reports("t1", TaskStatus::Accepted),
        24 => reports("t1", TaskStatus::Done),
        25 => RESULT,
        26 => declares(DeclaredStatus::Reporting),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_of_an_operation_agree_whatever_came_first(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7
        let mut play = convergence::play_on(begun(7), &attempts, menu);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let now = play.now();
        let facts: Vec<Fact> = (0..28).map(|what| menu(what, &now, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }

    #[test]
    fn of_two_messages_about_an_operation_no_digest_decides(
        attempts in vec(any::<convergence::Attempt>(), 2..24),
    ) {
        // shows: pro-5
        convergence::no_digest_decides(begun, &attempts, menu, |now| {
            let moves = [ASKS, ASKED, TRANSIT].map(|who| now.state.open_moves(&agency(who)));
            format!("{:?} {moves:?}", now.state.stage())
        });
    }
}
