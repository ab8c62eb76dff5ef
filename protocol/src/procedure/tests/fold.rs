//! What every procedure has in common: participants, conflicts, confirmations.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::ASKED;
use super::ASKS;
use super::Play;
use super::SALTS;
use super::TRANSIT;
use super::agency;
use super::handover::decided;
use super::handover::examined;
use super::handover::granted;
use super::handover::scheduled;
use crate::crypto::digest::Digest;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::decision::Outcome;
use crate::message::recipient::Role;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::book::Verdict;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Fate;
use crate::procedure::fold::Folded;
use crate::procedure::handover::Handover;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::stage::Stage;
use crate::procedure::plain::Plain;
use crate::procedure::transcript::Places;
use crate::registry::RefusalCode;

#[test]
fn a_message_goes_to_every_participant_and_comes_from_one() {
    // shows: pro-7
    let mut play = examined(0);
    let mut without = play.act(ASKED, &play.transcript.heads(), decided(Outcome::Granted));
    without.told = BTreeSet::new();
    assert_eq!(play.refuses(without).code, RefusalCode::ParticipantLeftOut);

    let stranger = play.act("mm.mpf", &play.transcript.heads(), Fact::Note);
    assert_eq!(play.refuses(stranger).code, RefusalCode::NotEntitled);

    let add = Vec::from([(agency("mm.mpf"), Role::Information)]);
    assert_eq!(play.now().common.version(), 0);
    play.say(ASKS, Fact::Common(CommonFact::Joined { add }));
    assert_eq!(play.now().common.version(), 1, "what is said from here on names this version");
    let late = play.act(ASKED, &play.transcript.heads(), decided(Outcome::Granted));
    assert_eq!(play.refuses(late).code, RefusalCode::ParticipantLeftOut);
    play.told("a message goes to every participant and comes from one", &["pro-7"]);
}

#[test]
fn messages_of_a_plain_procedure_follow_each_other_and_move_nothing() {
    // shows: pro-10, pro-15
    let mut play = Play::<Plain>::begin(0, Fact::Note);
    let seen = play.transcript.heads();
    play.say_after(ASKED, &seen, Fact::Note);
    let withdrawal = play.say_after(ASKS, &seen, Fact::Common(CommonFact::Withdrawn));
    assert_eq!(play.fate(&withdrawal), Fate::Noted);
    assert_eq!(play.refused(ASKED, granted()).rule, "pro-10");
    play.told(
        "messages of a plain procedure follow each other and move nothing",
        &["pro-10", "pro-15"],
    );
}

#[test]
fn a_plan_that_a_stop_rests_on_comes_before_a_decision_beside_both() {
    // shows: pro-14
    for salt in SALTS {
        let mut play = super::handover::granted_play(salt);
        let seen = play.transcript.heads();
        let plan = play.say_after(ASKED, &seen, super::handover::one_leg());
        let stop = play.say_after(ASKED, &[plan], super::handover::VICTIM);
        let mut decision = play.act(ASKED, &seen, decided(Outcome::Deferred));
        decision.supersedes = seen.first().copied();
        let decision = play.put(decision).unwrap();

        let all = play.transcript.all();
        let order = Folded::<Handover>::order(&play.transcript, &all, &Places::up_to(1));
        let order: Vec<Digest> = order
            .into_iter()
            .filter_map(|place| play.transcript.act(place))
            .map(|act| act.digest)
            .collect();
        assert_eq!(order[order.len() - 3..], [plan, stop, decision]);
        play.told("a plan that a stop rests on comes before a decision beside both", &["pro-14"]);
    }
}

#[test]
fn a_remark_to_some_participants_stands_aside_and_nothing_follows_it() {
    // shows: pro-13
    let mut play = examined(0);
    let heads = play.transcript.heads();
    let mut remark = play.act(ASKED, &heads, Fact::Note);
    remark.told = BTreeSet::new();
    let follows = play.act(ASKS, &[remark.digest], Fact::Note);
    let acts = |play: &Play<Handover>| -> Vec<Act> {
        (0..play.transcript.len()).filter_map(|place| play.transcript.act(place)).cloned().collect()
    };

    let mut book = Book::of(acts(&play));
    assert_eq!(book.judge(&remark), Ok(Verdict::Aside));
    book.take(remark.clone());
    book.take(follows.clone());

    assert!(book.asides().contains_key(&remark.digest));
    assert_eq!(book.transcript().heads(), heads);
    assert!(book.waiting().contains_key(&follows.digest));
}

#[test]
fn two_decisions_that_know_nothing_of_each_other_are_a_conflict_until_both_sides_settle_it() {
    // shows: pro-8
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let yes = play.say_after(ASKED, &seen, decided(Outcome::Granted));
        let later = play.say_after(ASKED, &seen, decided(Outcome::Deferred));

        assert_eq!(play.now().common.conflicts().len(), 1);
        let blocked = play.refused(ASKED, granted());
        assert_eq!((blocked.code, blocked.rule), (RefusalCode::InConflict, "pro-8"));

        let mut between = Vec::from([yes, later]);
        between.sort_unstable();
        let settle = Fact::Common(CommonFact::Resolved { between, prevails: Some(later) });
        assert_eq!(play.refused(TRANSIT, settle.clone()).code, RefusalCode::NotEntitled);
        play.say(ASKS, settle.clone());
        assert_eq!(play.now().common.conflicts().len(), 1, "one side alone settles nothing");
        play.say(ASKED, settle);

        assert!(play.now().common.conflicts().is_empty());
        assert_eq!(play.now().state.stage(), Stage::Deferred);
        assert_eq!(play.fate(&yes), Fate::SetAside);
        play.told("two decisions that know nothing of each other are a conflict until both sides settle it", &["pro-8"]);
    }
}

#[test]
fn a_conflict_is_settled_by_naming_what_contradicts_each_other_and_nothing_else() {
    // shows: pro-8
    for salt in SALTS {
        let mut play = examined(salt);
        let seen = play.transcript.heads();
        let yes = play.say_after(ASKED, &seen, decided(Outcome::Granted));
        let no = play.say_after(ASKED, &seen, decided(Outcome::Deferred));
        let word = play.say(TRANSIT, Fact::Note);

        let mut between = Vec::from([yes, no, word]);
        between.sort_unstable();
        let settle = CommonFact::Resolved { between, prevails: Some(yes) };
        let refusal = play.refused(ASKS, Fact::Common(settle));

        assert_eq!((refusal.code, refusal.rule), (RefusalCode::OutOfTurn, "pro-8"));
        play.told(
            "a conflict is settled by naming what contradicts each other and nothing else",
            &["pro-8"],
        );
    }
}

#[test]
fn nothing_irreversible_happens_before_both_sides_confirmed_the_same_messages() {
    // shows: pro-9
    let confirm = |heads: Vec<Digest>| {
        Fact::Common(CommonFact::Confirmed { act: IrreversibleAct::ReleaseCustody, heads })
    };
    let release = Fact::Handover(HandoverFact::Released { leg: 1 });
    let mut play = scheduled(0);
    let heads = play.transcript.heads();

    assert_eq!(play.refused(ASKED, release.clone()).code, RefusalCode::Unconfirmed);
    play.say(ASKED, confirm(heads.clone()));
    assert_eq!(play.refused(ASKED, release.clone()).code, RefusalCode::Unconfirmed, "one side");
    play.say(ASKS, confirm(play.transcript.heads()));
    assert_eq!(
        play.refused(ASKED, release.clone()).code,
        RefusalCode::Unconfirmed,
        "unequal heads"
    );
    play.say(ASKS, confirm(heads));
    play.say(ASKED, release);
    play.told(
        "nothing irreversible happens before both sides confirmed the same messages",
        &["pro-9"],
    );
}

#[test]
fn a_confirmation_does_not_cover_what_came_beside_it() {
    // shows: pro-9
    let mut play = scheduled(0);
    let heads = play.transcript.heads();
    let held = super::handover::held();
    play.say_after(ASKED, &heads, held);
    for side in [ASKED, ASKS] {
        let confirm =
            CommonFact::Confirmed { act: IrreversibleAct::ReleaseCustody, heads: heads.clone() };
        play.say_after(side, &heads, Fact::Common(confirm));
    }

    let refusal = play.refused(ASKED, Fact::Handover(HandoverFact::Released { leg: 1 }));

    assert_eq!(refusal.code, RefusalCode::Unconfirmed);
    play.told("a confirmation does not cover what came beside it", &["pro-9"]);
}

#[test]
fn a_confirmation_names_only_what_its_author_had_seen() {
    // shows: pro-9
    let mut play = scheduled(0);
    let earlier = play.transcript.heads();
    let last = play.say_after(ASKED, &earlier, super::handover::held());
    for (side, seen) in [(ASKED, &[last][..]), (ASKS, &earlier)] {
        let confirm = CommonFact::Confirmed {
            act: IrreversibleAct::ReleaseCustody,
            heads: Vec::from([last]),
        };
        play.say_after(side, seen, Fact::Common(confirm));
    }

    let refusal = play.refused(ASKED, Fact::Handover(HandoverFact::Released { leg: 1 }));

    assert_eq!(refusal.code, RefusalCode::Unconfirmed);
    play.told("a confirmation names only what its author had seen", &["pro-9"]);
}

#[test]
fn a_refusal_says_the_rule_why_and_what_would_be_acceptable() {
    // shows: pro-3, pro-4
    let mut play = Play::<Handover>::begin(0, super::handover::requested());

    let early = play.refused(ASKED, decided(Outcome::Granted));
    let foreign = {
        let mut play = examined(0);
        play.refused(ASKS, decided(Outcome::Granted))
    };

    assert_eq!((early.code, early.rule), (RefusalCode::OutOfTurn, "ho-12"));
    assert!(early.remedy.contains("examining"), "{}", early.remedy);
    assert_eq!((foreign.code, foreign.rule), (RefusalCode::NotEntitled, "ho-12"));
    assert!(foreign.remedy.contains("requested"), "{}", foreign.remedy);
    play.told("a refusal says the rule why and what would be acceptable", &["pro-3", "pro-4"]);
}
