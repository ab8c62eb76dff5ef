//! Cycles of meetings: every row of their tables, every prescribed meeting, every rule.

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
use crate::ids::AgencyId;
use crate::message::coordination::cycle::CycleStanding;
use crate::message::coordination::minutes::ActionStatus;
use crate::message::coordination::minutes::AdoptionAnswer;
use crate::message::text::ItemId;
use crate::message::text::RecordRef;
use crate::moment::Timestamp;
use crate::procedure::common::CommonFact;
use crate::procedure::cycle::Cycle;
use crate::procedure::cycle::fact::Action;
use crate::procedure::cycle::fact::Agenda;
use crate::procedure::cycle::fact::Carried;
use crate::procedure::cycle::fact::CycleFact;
use crate::procedure::cycle::fact::Minutes;
use crate::procedure::cycle::fact::Target;
use crate::procedure::cycle::stage::ACTION_ROWS;
use crate::procedure::cycle::stage::ActionStage;
use crate::procedure::cycle::stage::ROWS;
use crate::procedure::cycle::stage::Stage;
use crate::procedure::elsewhere::agenda::Missing;
use crate::procedure::elsewhere::agenda::Sitting;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::transcript::Transcript;
use crate::registry::RefusalCode;

const CHAIR: &str = ASKS;
const DAY: u64 = 86_400_000;

const WITHDRAWN: Fact = Fact::Common(CommonFact::Withdrawn);
const PROPOSES: Fact = Fact::Cycle(CycleFact::ItemProposed);

fn at(day: u64) -> Timestamp {
    Timestamp::from_millis(day * DAY)
}

fn told(fact: CycleFact) -> Fact {
    Fact::Cycle(fact)
}

fn name(text: &str) -> RecordRef {
    RecordRef::parse(text).unwrap()
}

fn item(text: &str) -> ItemId {
    ItemId::parse(text).unwrap()
}

/// An agenda with these items, about which others may speak until the first day.
fn agenda(items: &[u64]) -> Agenda {
    let (cycle, items) = (name("C-1"), items.to_vec());
    Agenda { cycle, adopted: false, items, carries: Vec::new(), objections_by: at(1) }
}

fn opens(items: &[u64]) -> Fact {
    told(CycleFact::Agenda(agenda(items)))
}

fn stands(items: &[u64]) -> Fact {
    told(CycleFact::Agenda(Agenda { adopted: true, ..agenda(items) }))
}

fn declares(status: CycleStanding) -> Fact {
    told(CycleFact::Declared { cycle: name("C-1"), status, consents: Vec::new() })
}

fn calls(consents: &[&str]) -> Fact {
    let consents = consents.iter().map(|who| agency(who)).collect();
    told(CycleFact::Declared { cycle: name("C-1"), status: CycleStanding::Urgent, consents })
}

fn objects(number: u64) -> Fact {
    told(CycleFact::Objected(Target::Item(number)))
}

fn rejects(message: Digest) -> Fact {
    told(CycleFact::Objected(Target::Message(message)))
}

fn action(id: &str, owner: &str, day: u64) -> Action {
    Action { id: item(id), owner: agency(owner), due: at(day) }
}

fn minutes(actions: Vec<Action>, silence_until: Option<Timestamp>) -> Fact {
    told(CycleFact::Minutes(Minutes { cycle: name("C-1"), actions, silence_until }))
}

/// Minutes that give two agencies something to do, and count silence as consent from the fifth day on.
fn usual_minutes() -> Fact {
    minutes(Vec::from([action("a1", ASKED, 20), action("a2", TRANSIT, 30)]), Some(at(5)))
}

fn answers(minutes: Digest, answer: AdoptionAnswer) -> Fact {
    told(CycleFact::Answered { minutes, answer })
}

fn adopts(minutes: Digest) -> Fact {
    answers(minutes, AdoptionAnswer::Adopt)
}

fn reports(id: &str, status: ActionStatus) -> Fact {
    told(CycleFact::Reported { action: item(id), status })
}

fn stage(play: &Play<Cycle>) -> Stage {
    play.now().state.stage()
}

fn begun(salt: u8, opening: Fact) -> Play<Cycle> {
    Play::begin_among(&[ASKS, ASKED, TRANSIT], salt, opening)
}

/// Two items are open for objections.
fn opened(salt: u8) -> Play<Cycle> {
    let mut play = begun(salt, declares(CycleStanding::Planned));
    play.say(CHAIR, opens(&[1, 2]));
    play
}

/// The term for objections is over.
fn waited(salt: u8) -> Play<Cycle> {
    let mut play = opened(salt);
    play.wait(DAY);
    play
}

fn sitting(salt: u8) -> Play<Cycle> {
    let mut play = waited(salt);
    play.say(CHAIR, stands(&[1, 2]));
    play.say(CHAIR, declares(CycleStanding::InSession));
    play
}

fn minuted(salt: u8) -> (Play<Cycle>, Digest) {
    let mut play = sitting(salt);
    let minutes = play.say(CHAIR, usual_minutes());
    (play, minutes)
}

fn lapse(play: &Play<Cycle>, minutes: &Digest) -> Fact {
    Fact::Common(CommonFact::Lapsed { of: play.id(minutes), claimants_told: Vec::new() })
}

fn stories() -> Vec<BTreeSet<&'static str>> {
    Vec::from([
        from_a_plan_to_the_last_action(),
        by_silence_with_nothing_to_do(),
        urgent_postponed_and_cancelled(),
    ])
}

fn from_a_plan_to_the_last_action() -> BTreeSet<&'static str> {
    let mut play = begun(0, declares(CycleStanding::Planned));
    assert_eq!(stage(&play), Stage::Planned);
    play.say(CHAIR, opens(&[1]));
    play.say(ASKED, PROPOSES);
    assert_eq!(play.now().state.proposals(), 1);
    play.say(CHAIR, opens(&[1, 2, 3]));
    assert_eq!(play.now().state.proposals(), 0, "the chair has seen it");
    play.say(TRANSIT, objects(2));
    assert_eq!(play.now().state.with_the_chair(), &BTreeSet::from([2]));
    assert_eq!(play.now().state.awaited_by(), Some(at(1)));
    play.wait(DAY);
    play.say(CHAIR, stands(&[1, 3]));
    assert_eq!((stage(&play), play.now().state.items()), (Stage::AgendaAdopted, [1, 3].into()));
    play.say(CHAIR, declares(CycleStanding::InSession));
    let draft = play.say(CHAIR, usual_minutes());
    play.say(ASKED, answers(draft, AdoptionAnswer::Object));
    let minutes = play.say(CHAIR, usual_minutes());
    assert_eq!(play.now().state.unanswered().len(), 2);
    play.say(ASKED, answers(minutes, AdoptionAnswer::Reserve));
    assert_eq!(stage(&play), Stage::MinutesDraft);
    play.say(TRANSIT, adopts(minutes));
    assert_eq!(stage(&play), Stage::ActionsOpen);
    assert_eq!(play.now().state.reserved(), [&agency(ASKED)].into());
    play.say(ASKED, reports("a1", ActionStatus::InProgress));
    play.say(ASKED, reports("a1", ActionStatus::Done));
    assert_eq!(play.now().state.awaited_by(), Some(at(30)));
    play.say(TRANSIT, reports("a2", ActionStatus::Cannot));
    play.say(CHAIR, declares(CycleStanding::Closed));
    assert!(stage(&play).is_terminal());
    let open: Vec<ItemId> = play.now().state.open_actions().map(|(id, ..)| id.clone()).collect();
    assert_eq!(open, [item("a2")], "for the next agenda");
    play.say(TRANSIT, reports("a2", ActionStatus::Done));
    play.told("from a plan to the last action", &[]);
    play.rules()
}

fn by_silence_with_nothing_to_do() -> BTreeSet<&'static str> {
    let mut play = begun(0, opens(&[1]));
    assert_eq!(stage(&play), Stage::AgendaOpen);
    play.wait(DAY);
    play.say(CHAIR, stands(&[1]));
    play.say(CHAIR, declares(CycleStanding::InSession));
    let minutes = play.say(CHAIR, minutes(Vec::new(), Some(at(5))));
    play.say(ASKED, adopts(minutes));
    play.wait(5 * DAY);
    let silent = lapse(&play, &minutes);
    play.say(CHAIR, silent);
    assert_eq!(stage(&play), Stage::MinutesAdopted);
    play.say(CHAIR, declares(CycleStanding::Closed));
    play.told("by silence with nothing to do", &[]);
    play.rules()
}

fn urgent_postponed_and_cancelled() -> BTreeSet<&'static str> {
    let mut play = begun(0, calls(&[ASKED, TRANSIT]));
    assert_eq!(stage(&play), Stage::AgendaAdopted);
    let call = play.transcript.act(0).unwrap().digest;
    play.say(TRANSIT, rejects(call));
    assert_eq!(stage(&play), Stage::Planned, "it is back with the chair");
    play.say(CHAIR, declares(CycleStanding::Postponed));
    play.say(CHAIR, declares(CycleStanding::Planned));
    play.say(CHAIR, calls(&[ASKED, TRANSIT]));
    play.say(CHAIR, declares(CycleStanding::Postponed));
    play.say(CHAIR, WITHDRAWN);
    assert_eq!(stage(&play), Stage::Cancelled);
    let mut cancelled = opened(0);
    cancelled.say(CHAIR, declares(CycleStanding::Cancelled));
    assert_eq!(stage(&cancelled), Stage::Cancelled);
    play.told("urgent postponed and cancelled", &[]);
    play.rules()
}

/// A cycle whose minutes are adopted, with an action of each of two agencies; its agenda comes back to these.
fn held(salt: u8, carries: &[Carried]) -> Play<Cycle> {
    let agenda = |adopted| {
        let carries = carries.to_vec();
        told(CycleFact::Agenda(Agenda { adopted, carries, ..agenda(&[1]) }))
    };
    let mut play = begun(salt, agenda(false));
    play.wait(DAY);
    play.say(CHAIR, agenda(true));
    play.say(CHAIR, declares(CycleStanding::InSession));
    let minutes = play.say(CHAIR, usual_minutes());
    play.say(ASKED, adopts(minutes));
    play.say(TRANSIT, adopts(minutes));
    play
}

#[test]
fn a_meeting_comes_back_to_what_is_overdue_of_those_who_sit_in_it() {
    // shows: cyc-37
    let (first, second) = (agency(ASKED), agency(TRANSIT));
    let carried = |id: &str| Carried { cycle: name("C-1"), action: item(id) };
    let missing =
        |cycles: &[&Play<Cycle>], chair: &str, asked: &[&AgencyId], carries: &[Carried], day| {
            let chair = agency(chair);
            let asked = asked.iter().copied().collect();
            let sitting = Sitting { chair: &chair, asked, carries, at: at(day) };
            let mut missing = Missing::default();
            cycles.iter().for_each(|play| missing.add(&sitting, &play.now().state));
            missing.judge().err().map(|refusal| {
                assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "cyc-37"));
                ["a1", "a2"].map(|id| refusal.why.contains(&format!("{id} of C-1")))
            })
        };
    let mut play = held(0, &[]);
    let both = [&first, &second];
    assert_eq!(missing(&[&play], CHAIR, &both, &[], 19), None, "the day has not come");
    assert_eq!(missing(&[&play], CHAIR, &both, &[], 20), Some([true, false]));
    assert_eq!(missing(&[&play], CHAIR, &both, &[], 30), Some([true, true]));
    assert_eq!(missing(&[&play], CHAIR, &[&first], &[], 30), Some([true, false]), "who comes");
    assert_eq!(missing(&[&play], TRANSIT, &[&first], &[], 30), Some([true, true]), "who chairs");
    assert_eq!(missing(&[&play], "vn.mps", &both, &[], 30), None, "it was not there");
    let all = [carried("a1"), carried("a2")];
    assert_eq!(missing(&[&play], CHAIR, &both, &all, 30), None);
    assert_eq!(missing(&[&play], CHAIR, &both, &all[..1], 30), Some([false, true]));

    // Another meeting came back to one of them, and what its minutes say counts.
    let next = held(1, &all[..1]);
    assert_eq!(missing(&[&play, &next], CHAIR, &both, &[], 19), None);
    let later = missing(&[&play, &next], CHAIR, &[&first], &[], 30);
    assert_eq!(later, None, "a1 of the second cycle has the same name, and is dealt with too");

    // What its owner cannot do is come back to; what is done is not.
    play.say(ASKED, reports("a1", ActionStatus::Cannot));
    assert_eq!(missing(&[&play], CHAIR, &both, &[], 20), Some([true, false]));
    play.say(ASKED, reports("a1", ActionStatus::Done));
    assert_eq!(missing(&[&play], CHAIR, &both, &[], 20), None);
    play.told("a meeting comes back to what is overdue of those who sit in it 1", &[]);
    next.told("a meeting comes back to what is overdue of those who sit in it 2", &[]);
}

#[test]
fn an_agenda_comes_back_to_nothing_before_its_meeting_has_minutes() {
    // shows: cyc-37
    let carries = Vec::from([Carried { cycle: name("C-0"), action: item("a1") }]);
    let agenda = |adopted| {
        told(CycleFact::Agenda(Agenda { adopted, carries: carries.clone(), ..agenda(&[1]) }))
    };
    let mut play = begun(0, agenda(false));
    play.wait(DAY);
    play.say(CHAIR, agenda(true));
    assert_eq!(play.now().state.dealt_with(), []);
    assert!(play.now().state.agenda().is_some());
    play.say(CHAIR, declares(CycleStanding::InSession));
    let minutes = play.say(CHAIR, usual_minutes());
    assert_eq!(play.now().state.dealt_with(), []);
    assert!(play.now().state.agenda().is_none());
    play.say(ASKED, adopts(minutes));
    play.say(TRANSIT, adopts(minutes));
    assert_eq!(play.now().state.dealt_with(), carries);
}

#[test]
fn the_chapter_prints_the_tables_of_a_cycle() {
    // shows: pro-3
    super::printed_lines("cyc", &[super::lines(ROWS), super::lines(ACTION_ROWS)].concat());
}

#[test]
fn every_row_of_the_tables_of_a_cycle_is_walked() {
    // shows: cyc-1, cyc-2, cyc-3, cyc-4, cyc-5, cyc-6, cyc-7, cyc-8, cyc-9, cyc-10, cyc-11, cyc-12, cyc-13, cyc-14
    // shows: cyc-15, cyc-16, cyc-17, cyc-18, cyc-19, cyc-20, cyc-21, cyc-22
    let walked: BTreeSet<&str> = stories().into_iter().flatten().collect();
    super::all_walked(ROWS, &walked);
    super::all_walked(ACTION_ROWS, &walked);
}

#[test]
fn a_cycle_begins_with_a_plan_an_open_agenda_or_an_urgent_call() {
    // shows: cyc-1, cyc-2, cyc-3
    let mut play = opened(0);
    for opening in [stands(&[1]), declares(CycleStanding::InSession), usual_minutes()] {
        let act = play.act(CHAIR, &[], opening);
        assert_eq!(Folded::<Cycle>::begin(&act).unwrap_err().rule, "cyc-1");
    }
    let call = play.act(CHAIR, &[], calls(&[ASKED]));
    assert_eq!(Folded::<Cycle>::begin(&call).unwrap_err().rule, "cyc-26");
}

#[test]
fn a_message_names_the_cycle_that_it_is_about() {
    // shows: cyc-23
    let mut play = opened(0);
    let (cycle, status) = (name("C-2"), CycleStanding::Postponed);
    let other = told(CycleFact::Declared { cycle, status, consents: Vec::new() });
    assert_eq!(play.refused(CHAIR, other).rule, "cyc-23");
    play.told("a message names the cycle that it is about", &["cyc-23"]);
}

#[test]
fn others_propose_and_object_until_the_day_that_the_agenda_names() {
    // shows: cyc-24
    let mut play = opened(0);
    let root = play.transcript.act(0).unwrap().digest;
    assert_eq!(play.refused(ASKED, objects(3)).rule, "cyc-24", "there is no such item");
    assert_eq!(play.refused(ASKED, rejects(root)).rule, "cyc-24", "it holds nothing to object to");
    let proposal = play.say(ASKED, PROPOSES);
    play.say(TRANSIT, rejects(proposal));
    play.wait(DAY);
    assert_eq!(play.refused(ASKED, PROPOSES).rule, "cyc-24");
    assert_eq!(play.refused(ASKED, objects(1)).rule, "cyc-24");
    play.told("others propose and object until the day that the agenda names", &["cyc-24"]);
}

#[test]
fn an_agenda_is_adopted_once_the_term_for_objections_is_over() {
    // shows: cyc-25
    let mut play = opened(0);
    assert_eq!(play.refused(CHAIR, stands(&[1, 2])).rule, "cyc-25");
    assert_eq!(play.refused(ASKED, stands(&[1, 2])).code, RefusalCode::NotEntitled);
    play.wait(DAY);
    play.say(CHAIR, stands(&[1, 2]));
    play.told("an agenda is adopted once the term for objections is over", &["cyc-25"]);
}

#[test]
fn an_urgent_meeting_has_the_consent_of_everybody_who_is_asked() {
    // shows: cyc-26
    let mut play = opened(0);
    let refusal = play.refused(CHAIR, calls(&[TRANSIT]));
    assert_eq!((refusal.code, refusal.rule), (RefusalCode::Safeguard, "cyc-26"));
    assert!(refusal.why.contains(ASKED), "{}", refusal.why);
    play.say(CHAIR, calls(&[ASKED, TRANSIT]));
    play.told("an urgent meeting has the consent of everybody who is asked", &["cyc-26"]);
}

#[test]
fn each_agency_closes_its_own_actions() {
    // shows: cyc-27
    let mut play = sitting(0);
    let stranger = minutes(Vec::from([action("a1", "mm.mpf", 20)]), None);
    assert_eq!(play.refused(CHAIR, stranger).rule, "cyc-27");
    let minutes = play.say(CHAIR, usual_minutes());
    assert_eq!(
        play.refused(ASKED, reports("a1", ActionStatus::Done)).rule,
        "cyc-27",
        "not adopted"
    );
    play.say(ASKED, adopts(minutes));
    play.say(TRANSIT, adopts(minutes));
    assert_eq!(
        play.refused(TRANSIT, reports("a1", ActionStatus::Done)).code,
        RefusalCode::NotEntitled
    );
    assert_eq!(play.refused(ASKED, reports("a9", ActionStatus::Done)).rule, "cyc-27");
    play.say(ASKED, reports("a1", ActionStatus::Done));
    assert_eq!(play.now().state.action(&item("a1")), Some(ActionStage::Done));
    play.told("each agency closes its own actions", &["cyc-27"]);
}

#[test]
fn each_party_answers_the_minutes_that_stand_once() {
    // shows: cyc-28
    let (mut play, first) = minuted(0);
    play.say(ASKED, adopts(first));
    assert_eq!(play.refused(ASKED, answers(first, AdoptionAnswer::Object)).rule, "cyc-28");
    let second = play.say(CHAIR, usual_minutes());
    assert_eq!(play.refused(ASKED, adopts(first)).rule, "cyc-28", "others stand now");
    play.wait(6 * DAY);
    assert_eq!(
        play.refused(ASKED, answers(second, AdoptionAnswer::Object)).rule,
        "cyc-28",
        "too late"
    );
    play.say(ASKED, adopts(second));
    play.told("each party answers the minutes that stand once", &["cyc-28"]);
}

#[test]
fn silence_counts_when_the_chair_says_so_after_its_term_and_nobody_objected() {
    // shows: cyc-29
    let (mut play, first) = minuted(0);
    let silent = lapse(&play, &first);
    assert_eq!(play.refused(CHAIR, silent.clone()).rule, "cyc-29", "the term is not over");
    play.say(ASKED, answers(first, AdoptionAnswer::Object));
    play.wait(5 * DAY);
    assert_eq!(stage(&play), Stage::MinutesDraft, "no clock adopts anything");
    assert_eq!(play.refused(CHAIR, silent).rule, "cyc-29", "somebody objected");
    play.told(
        "silence counts when the chair says so after its term and nobody objected 1",
        &["cyc-29"],
    );

    let mut play = sitting(0);
    let spoken = play.say(CHAIR, minutes(Vec::new(), None));
    play.wait(9 * DAY);
    let silent = lapse(&play, &spoken);
    assert_eq!(play.refused(CHAIR, silent).rule, "cyc-29", "each has to say so");
    play.told(
        "silence counts when the chair says so after its term and nobody objected 2",
        &["cyc-29"],
    );
}

#[test]
fn an_objection_to_an_item_beside_the_adoption_leaves_the_item_with_the_chair() {
    // shows: cyc-30
    for salt in SALTS {
        let mut play = opened(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, objects(2));
        play.wait(DAY);
        play.say_after(CHAIR, &seen, stands(&[1, 2]));

        assert_eq!((stage(&play), play.now().state.items()), (Stage::AgendaAdopted, [1].into()));
        assert_eq!(play.now().state.with_the_chair(), &BTreeSet::from([2]));
        play.say(CHAIR, stands(&[1, 2]));
        assert_eq!(play.now().state.items(), [1, 2].into(), "the chair has settled it");
        play.told(
            "an objection to an item beside the adoption leaves the item with the chair",
            &["cyc-30"],
        );
    }
}

#[test]
fn an_objection_to_an_agenda_or_a_proposal_beside_the_adoption_wins() {
    // shows: cyc-31
    for salt in SALTS {
        let mut play = opened(salt);
        let proposal = play.say(TRANSIT, PROPOSES);
        let seen = play.transcript.heads();
        let objection = play.say_after(ASKED, &seen, rejects(proposal));
        play.wait(DAY);
        let adoption = play.say_after(CHAIR, &seen, stands(&[1, 2]));

        assert_eq!(play.fate(&adoption), Fate::Outranked { by: objection });
        assert_eq!(stage(&play), Stage::AgendaOpen);
        play.told("an objection to an agenda or a proposal beside the adoption wins", &["cyc-31"]);
    }
}

#[test]
fn a_meeting_that_sits_is_not_undone_by_what_comes_late() {
    // shows: cyc-32
    for salt in SALTS {
        let mut play = opened(salt);
        let seen = play.transcript.heads();
        let late = play.say_after(ASKED, &seen, objects(2));
        play.wait(DAY);
        let adoption = play.say_after(CHAIR, &seen, stands(&[1, 2]));
        play.say_after(CHAIR, &[adoption], declares(CycleStanding::InSession));

        assert_eq!(stage(&play), Stage::InSession);
        assert!(matches!(play.fate(&late), Fate::Overtaken(_)));
        play.told("a meeting that sits is not undone by what comes late", &["cyc-32"]);
    }
}

#[test]
fn an_objection_to_minutes_beside_the_last_adoption_or_silence_wins() {
    // shows: cyc-33
    for salt in SALTS {
        let (mut play, minutes) = minuted(salt);
        play.say(ASKED, adopts(minutes));
        let seen = play.transcript.heads();
        play.say_after(TRANSIT, &seen, answers(minutes, AdoptionAnswer::Object));
        play.wait(5 * DAY);
        let silent = lapse(&play, &minutes);
        play.say_after(CHAIR, &seen, silent);
        assert_eq!(stage(&play), Stage::MinutesDraft);
        play.told(
            "an objection to minutes beside the last adoption or silence wins 1",
            &["cyc-33"],
        );

        let (mut play, minutes) = minuted(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, answers(minutes, AdoptionAnswer::Object));
        play.say_after(TRANSIT, &seen, adopts(minutes));
        assert_eq!(stage(&play), Stage::MinutesDraft);
        play.told(
            "an objection to minutes beside the last adoption or silence wins 2",
            &["cyc-33"],
        );
    }
}

#[test]
fn an_answer_to_minutes_does_not_count_for_later_ones() {
    // shows: cyc-34
    for salt in SALTS {
        let (mut play, first) = minuted(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, adopts(first));
        play.say_after(TRANSIT, &seen, adopts(first));
        play.say_after(CHAIR, &seen, usual_minutes());

        assert_eq!(stage(&play), Stage::MinutesDraft);
        assert_eq!(play.now().state.unanswered().len(), 2);
        play.told("an answer to minutes does not count for later ones", &["cyc-34"]);
    }
}

#[test]
fn a_postponement_beside_the_adoption_of_the_agenda_wins() {
    // shows: cyc-35
    for (salt, fact, end) in SALTS.into_iter().flat_map(|salt| {
        [
            (salt, declares(CycleStanding::Postponed), Stage::Postponed),
            (salt, WITHDRAWN, Stage::Cancelled),
        ]
    }) {
        let mut play = waited(salt);
        let seen = play.transcript.heads();
        play.say_after(CHAIR, &seen, stands(&[1, 2]));
        play.say_after(CHAIR, &seen, fact);

        assert_eq!(stage(&play), end);
        play.told(
            &format!("a postponement beside the adoption of the agenda wins: {end}"),
            &["cyc-35"],
        );
    }
}

#[test]
fn adopted_minutes_with_actions_open_them() {
    // shows: cyc-36
    let (mut play, minutes) = minuted(0);
    assert_eq!(play.now().state.action(&item("a1")), None);
    play.wait(5 * DAY);
    let silent = lapse(&play, &minutes);
    play.say(CHAIR, silent);

    assert_eq!(stage(&play), Stage::ActionsOpen);
    assert_eq!(play.now().state.action(&item("a1")), Some(ActionStage::Open));
    let moves: Vec<&str> =
        play.now().state.open_moves(&agency(ASKED)).into_iter().map(|moved| moved.text()).collect();
    assert_eq!(moves, ["action-report in-progress", "action-report done", "action-report cannot"]);
}

#[test]
fn only_the_chair_contradicts_the_chair() {
    // shows: cyc-33, pro-5
    for salt in SALTS {
        let mut play = begun(salt, calls(&[ASKED, TRANSIT]));
        play.say(ASKS, declares(CycleStanding::InSession));
        let (seen, opening) = (play.transcript.heads(), play.first());
        let minutes = play.say_after(ASKS, &seen, menu(13, &play.now(), &play.transcript));
        let lapsed = Fact::Common(CommonFact::Lapsed { of: opening, claimants_told: Vec::new() });
        play.say_after(ASKED, &seen, lapsed);

        let now = play.now();
        assert!(now.common.conflicts().is_empty());
        assert_eq!(now.fate(&minutes), Some(&Fate::Took { rule: "cyc-14" }));
        play.told("only the chair contradicts the chair", &["cyc-33", "pro-5"]);
    }
}

/// What somebody may try to say, by a number, about what stands in view.
fn menu(what: u8, _seen: &Folded<Cycle>, view: &Transcript) -> Fact {
    let last = |wanted: fn(&CycleFact) -> bool| {
        let acts = (0..view.len()).rev().filter_map(|place| view.act(place));
        let mut cycles = acts.filter(|act| matches!(&act.fact, Fact::Cycle(fact) if wanted(fact)));
        cycles.next().unwrap_or(view.act(0).unwrap())
    };
    let minutes = last(|fact| matches!(fact, CycleFact::Minutes(_)));
    let proposal = last(|fact| matches!(fact, CycleFact::ItemProposed | CycleFact::Agenda(_)));
    match what % 22 {
        0 => opens(&[1, 2]),
        1..=3 => stands(&[1, 2]),
        4 => PROPOSES,
        5 => objects(1),
        6 => rejects(proposal.digest),
        7 => calls(&[ASKED, TRANSIT]),
        8 | 9 => declares(CycleStanding::InSession),
        10 => declares(CycleStanding::Postponed),
        11 => declares(CycleStanding::Planned),
        12 => declares(CycleStanding::Closed),
        13 | 14 => told(CycleFact::Minutes(Minutes {
            cycle: name("C-1"),
            actions: Vec::from([action("a1", ASKED, 20)]),
            silence_until: Some(Timestamp::from_millis(0)),
        })),
        15 | 16 => adopts(minutes.digest),
        17 => answers(minutes.digest, AdoptionAnswer::Object),
        18 => Fact::Common(CommonFact::Lapsed { of: minutes.id, claimants_told: Vec::new() }),
        19 => reports("a1", ActionStatus::Done),
        20 => reports("a1", ActionStatus::Cannot),
        _ => WITHDRAWN,
    }
}

proptest! {
    #[test]
    fn agencies_that_hold_the_same_messages_of_a_cycle_agree_whatever_came_first(
        attempts in vec(any::<convergence::Attempt>(), 1..60),
        picks in vec(any::<u8>(), 1..40),
    ) {
        // shows: pro-2, promise-7
        let opening = calls(&[ASKED, TRANSIT]);
        let mut play = convergence::play_on(begun(7, opening), &attempts, menu);
        convergence::converges(&play, &picks);
        convergence::the_past_stays(&play);
        let now = play.now();
        let facts: Vec<Fact> = (0..22).map(|what| menu(what, &now, &play.transcript)).collect();
        convergence::refused_changes_nothing(&mut play, &facts);
    }

    #[test]
    fn of_two_messages_about_a_cycle_no_digest_decides(
        attempts in vec(any::<convergence::Attempt>(), 2..24),
    ) {
        // shows: pro-5
        convergence::no_digest_decides(|salt| begun(salt, calls(&[ASKED, TRANSIT])), &attempts, menu, |now| {
            let moves = [ASKS, ASKED, TRANSIT].map(|who| now.state.open_moves(&agency(who)));
            format!("{:?} {moves:?}", now.state.stage())
        });
    }
}
