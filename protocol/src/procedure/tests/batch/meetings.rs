//! What two messages of a batch give together that know nothing of each other.

use alloc::collections::BTreeSet;

use super::ASKED;
use super::ASKS;
use super::PEOPLE;
use super::SALTS;
use super::SIDES;
use super::Stage;
use super::TRANSIT;
use super::WITHDRAWN;
use super::accepts;
use super::along;
use super::arrived;
use super::begun;
use super::cannot_keep;
use super::certified;
use super::countersigned;
use super::listed;
use super::on_the_way;
use super::reconciled;
use super::released;
use super::reviewed;
use super::root;
use super::scheduled;
use super::seal_by_all;
use super::sealed;
use super::sealed_play;
use super::stage;
use super::taken_off;
use super::taken_off_as;
use crate::message::batch::sealing::RemovalReason;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::handover::certificate::HandoverOutcome;
use crate::procedure::fold::Fate;
use crate::registry::RefusalCode;

#[test]
fn a_removal_wins_over_a_seal_a_schedule_and_a_half_signed_certificate() {
    // shows: bat-50
    for salt in SALTS {
        let mut play = begun(salt);
        play.say(ASKED, sealed(1, root(1), PEOPLE));
        play.say(TRANSIT, sealed(1, root(1), PEOPLE));
        let seen = play.transcript.heads();
        let seal = play.say_after(ASKS, &seen, sealed(1, root(1), PEOPLE));
        let removal = play.say_after(ASKED, &seen, taken_off(&[5], 2, 4));
        assert_eq!(stage(&play), Stage::Reviewing);
        assert_eq!(play.fate(&seal), Fate::Outranked { by: removal });
        assert_eq!(play.now().state.unsealed().len(), 3, "every side seals anew");
        play.told(
            "a removal wins over a seal a schedule and a half signed certificate 1",
            &["bat-50"],
        );

        let mut play = begun(salt);
        let seen = play.transcript.heads();
        let version = play.say_after(ASKED, &seen, listed(2));
        let removal = play.say_after(TRANSIT, &seen, taken_off(&[5], 2, 4));
        assert_eq!(play.fate(&version), Fate::Outranked { by: removal });
        play.told(
            "a removal wins over a seal a schedule and a half signed certificate 2",
            &["bat-50"],
        );

        let mut play = on_the_way(salt);
        let seen = play.transcript.heads();
        let all = certified((1, 1), &[1, 2, 3, 4, 5], &[]);
        let certificate = play.say_after(ASKED, &seen, all);
        let removal = play.say_after(TRANSIT, &seen, taken_off(&[5], 2, 4));
        assert_eq!(play.fate(&certificate), Fate::Outranked { by: removal });
        assert!(play.now().state.half_signed_since().is_none());
        let off = [(5, HandoverOutcome::RemovedMedical)];
        play.say(ASKED, certified((1, 1), &[1, 2, 3, 4], &off));
        play.told(
            "a removal wins over a seal a schedule and a half signed certificate 3",
            &["bat-50"],
        );
    }
}

#[test]
fn seals_of_two_versions_seal_nothing() {
    // shows: bat-51
    for salt in SALTS {
        let mut play = begun(salt);
        play.say(ASKED, sealed(1, root(1), PEOPLE));
        play.say(TRANSIT, sealed(1, root(1), PEOPLE));
        let seen = play.transcript.heads();
        let version = play.say_after(ASKED, &seen, listed(2));
        play.say_after(ASKED, &[version], sealed(2, root(2), PEOPLE));
        let old = play.say_after(ASKS, &seen, sealed(1, root(1), PEOPLE));

        assert_eq!((stage(&play), play.now().state.version()), (Stage::Reviewing, 2));
        assert_eq!(play.fate(&old), Fate::Outranked { by: version });
        play.say(TRANSIT, sealed(2, root(2), PEOPLE));
        play.say(ASKS, sealed(2, root(2), PEOPLE));
        assert_eq!(stage(&play), Stage::Sealed);
        play.told("seals of two versions seal nothing", &["bat-51"]);
    }
}

#[test]
fn of_two_versions_that_cross_the_releasing_sides_is_the_base() {
    // shows: bat-52, bat-51
    for salt in SALTS {
        let mut play = begun(salt);
        let seen = play.transcript.heads();
        let base = play.say_after(ASKED, &seen, listed(2));
        play.say_after(ASKED, &[base], sealed(2, root(2), PEOPLE));
        let other = play.say_after(ASKS, &seen, listed(3));
        let later = play.say_after(ASKS, &[other], listed(4));
        let seal = play.say_after(ASKS, &[later], sealed(4, root(4), PEOPLE));
        let seen_one = play.say_after(TRANSIT, &[base], sealed(2, root(2), PEOPLE));

        assert_eq!((stage(&play), play.now().state.version()), (Stage::Reviewing, 2));
        assert_eq!(play.fate(&other), Fate::Outranked { by: base });
        assert_eq!(play.fate(&later), Fate::Outranked { by: base });
        assert_eq!(play.fate(&seal), Fate::Outranked { by: base });
        assert_eq!(play.fate(&seen_one), Fate::Took { rule: "bat-8" });
        play.say(ASKS, sealed(2, root(2), PEOPLE));
        assert_eq!(stage(&play), Stage::Sealed);
        play.told(
            "of two versions that cross the releasing sides is the base",
            &["bat-52", "bat-51"],
        );
    }
}

#[test]
fn a_removal_leaves_a_schedule_and_those_who_have_left_as_they_are() {
    // shows: bat-53
    for salt in SALTS {
        let mut play = sealed_play(salt);
        let schedule = play.say(ASKED, along(SIDES));
        play.say_after(TRANSIT, &[schedule], accepts(schedule));
        play.say_after(ASKS, &[schedule], accepts(schedule));
        play.say_after(ASKED, &[schedule], taken_off(&[5], 2, 4));
        assert_eq!(stage(&play), Stage::Reviewing);
        seal_by_all(&mut play, 2, 4);
        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("a removal leaves a schedule and those who have left as they are 1", &["bat-53"]);

        let mut play = scheduled(salt);
        play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, released(1));
        play.say_after(TRANSIT, &seen, taken_off(&[5], 2, 4));

        assert_eq!(stage(&play), Stage::Executing);
        assert_eq!(play.refused(ASKED, certified((1, 1), &[1, 2, 3, 4, 5], &[])).rule, "bat-46");
        let off = [(5, HandoverOutcome::RemovedMedical)];
        let certificate = play.say(ASKED, certified((1, 1), &[1, 2, 3, 4], &off));
        play.say(TRANSIT, countersigned(certificate));
        assert_eq!(play.now().state.account().missing(), 1);
        play.told("a removal leaves a schedule and those who have left as they are 2", &["bat-53"]);
    }
}

#[test]
fn a_removal_beside_two_signatures_comes_too_late() {
    // shows: bat-54
    let plain = "a removal beside two signatures comes too late";
    let victim = "a removal beside two signatures comes too late: also of a possible victim";
    for (salt, reason, name) in SALTS.into_iter().flat_map(|salt| {
        [(salt, RemovalReason::RemovedMedical, plain), (salt, RemovalReason::RemovedVictim, victim)]
    }) {
        let mut play = on_the_way(salt);
        let certificate = play.say(ASKED, certified((1, 1), &[1, 2, 3, 4, 5], &[]));
        let signed = play.say_after(TRANSIT, &[certificate], countersigned(certificate));
        let removal = play.say_after(ASKED, &[certificate], taken_off_as(reason, &[5], 2, 4));

        assert_eq!(play.fate(&removal), Fate::Outranked { by: signed });
        assert_eq!(play.now().state.account().arrived(), 5);
        play.told(name, &["bat-54"]);
    }
}

#[test]
fn removals_that_cross_both_count_and_a_seal_says_the_root() {
    // shows: bat-55
    for salt in SALTS {
        let mut play = sealed_play(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, taken_off(&[5], 2, 4));
        play.say_after(TRANSIT, &seen, taken_off(&[4], 3, 4));

        let state = play.now().state;
        assert_eq!((state.in_force(), state.root()), (BTreeSet::from([1, 2, 3]), None));
        play.say(ASKED, sealed(1, root(8), 3));
        play.say(TRANSIT, sealed(1, root(9), 3));
        play.say(ASKS, sealed(1, root(9), 3));
        assert_eq!(stage(&play), Stage::Reviewing, "not all sealed the same");
        play.say(ASKED, sealed(1, root(9), 3));
        assert_eq!((stage(&play), play.now().state.root()), (Stage::Sealed, Some(root(9))));
        play.told("removals that cross both count and a seal says the root", &["bat-55"]);
    }
}

#[test]
fn one_person_taken_off_by_two_sides_is_taken_off_once() {
    // shows: bat-55
    for salt in SALTS {
        let mut play = sealed_play(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKED, &seen, taken_off(&[5], 2, 4));
        play.say_after(ASKS, &seen, taken_off(&[5], 2, 4));

        seal_by_all(&mut play, 2, 4);
        assert_eq!(stage(&play), Stage::Sealed);
        play.told("one person taken off by two sides is taken off once", &["bat-55"]);
    }
}

#[test]
fn a_strike_wins_over_a_seal_and_gives_way_to_a_further_version() {
    // shows: bat-56, bat-60
    for salt in SALTS {
        let mut play = begun(salt);
        let seen = play.transcript.heads();
        let seal = play.say_after(ASKED, &seen, sealed(1, root(1), PEOPLE));
        let strike = play.say_after(TRANSIT, &seen, reviewed(1, &[2]));
        play.say_after(ASKS, &seen, reviewed(1, &[3]));
        assert_eq!(stage(&play), Stage::Assembling);
        assert!(matches!(play.fate(&seal), Fate::Outranked { .. }));
        assert_eq!(play.now().state.struck(), BTreeSet::from([2, 3]));
        assert_ne!(play.fate(&strike), Fate::Noted);
        play.told(
            "a strike wins over a seal and gives way to a further version 1",
            &["bat-56", "bat-60"],
        );

        let mut play = begun(salt);
        let seen = play.transcript.heads();
        play.say_after(ASKS, &seen, listed(2));
        play.say_after(TRANSIT, &seen, reviewed(1, &[2]));
        assert_eq!((stage(&play), play.now().state.version()), (Stage::Proposed, 2));
        assert!(play.now().state.struck().is_empty());
        play.told(
            "a strike wins over a seal and gives way to a further version 2",
            &["bat-56", "bat-60"],
        );
    }
}

#[test]
fn a_cancellation_beside_a_release_comes_too_late() {
    // shows: bat-57
    for salt in SALTS {
        let mut play = scheduled(salt);
        play.confirm_by(SIDES, IrreversibleAct::ReleaseCustody);
        let seen = play.transcript.heads();
        let release = play.say_after(ASKED, &seen, released(1));
        let withdrawal = play.say_after(ASKS, &seen, WITHDRAWN);

        assert_eq!(stage(&play), Stage::Executing);
        assert_eq!(play.fate(&withdrawal), Fate::Outranked { by: release });
        play.told("a cancellation beside a release comes too late", &["bat-57"]);
    }
}

#[test]
fn a_cancellation_beside_anything_else_cancels() {
    // shows: bat-58
    for salt in SALTS {
        let schedule = |play: &super::Play<super::Batch>| play.transcript.act(6).unwrap().digest;
        let mut play = scheduled(salt);
        let answer = cannot_keep(schedule(&play));
        let seen = play.transcript.heads();
        play.say_after(ASKS, &seen, WITHDRAWN);
        play.say_after(TRANSIT, &seen, WITHDRAWN);
        play.say_after(ASKED, &seen, taken_off(&[5], 2, 4));
        play.say_after(TRANSIT, &seen, answer);
        assert_eq!(stage(&play), Stage::Cancelled);
        assert!(play.now().common.conflicts().is_empty());
        play.told("a cancellation beside anything else cancels 1", &["bat-58"]);

        let mut play = begun(salt);
        let seen = play.transcript.heads();
        play.say_after(TRANSIT, &seen, WITHDRAWN);
        play.say_after(ASKED, &seen, listed(2));
        play.say_after(ASKS, &seen, sealed(1, root(1), PEOPLE));
        assert_eq!(stage(&play), Stage::Cancelled);
        play.told("a cancellation beside anything else cancels 2", &["bat-58"]);
    }
}

#[test]
fn of_two_schedules_that_cross_the_releasing_sides_is_the_base() {
    // shows: bat-59
    for salt in SALTS {
        let mut play = sealed_play(salt);
        let seen = play.transcript.heads();
        let base = play.say_after(ASKED, &seen, along(SIDES));
        let other = play.say_after(ASKS, &seen, along(SIDES));
        play.say_after(TRANSIT, &[base], accepts(base));
        assert_eq!(play.refused(TRANSIT, accepts(other)).rule, "bat-41");
        play.say(ASKS, accepts(base));
        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("of two schedules that cross the releasing sides is the base 1", &["bat-59"]);

        let mut play = sealed_play(salt);
        let seen = play.transcript.heads();
        play.say_after(TRANSIT, &seen, along(SIDES));
        play.say_after(ASKS, &seen, along(SIDES));
        assert_eq!(play.now().common.conflicts().len(), 1, "neither is the releasing side's");
        play.told("of two schedules that cross the releasing sides is the base 2", &["bat-59"]);
    }
}

#[test]
fn an_answer_beside_a_further_schedule_is_an_answer_to_the_old_one() {
    // shows: bat-60
    for salt in SALTS {
        let mut play = sealed_play(salt);
        let old = play.say(ASKED, along(SIDES));
        play.say(TRANSIT, accepts(old));
        let seen = play.transcript.heads();
        play.say_after(ASKS, &seen, accepts(old));
        let new = play.say_after(TRANSIT, &seen, along(SIDES));

        assert_eq!(stage(&play), Stage::Sealed);
        play.say(ASKED, accepts(new));
        play.say(ASKS, accepts(new));
        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("an answer beside a further schedule is an answer to the old one", &["bat-60"]);
    }
}

#[test]
fn what_is_sealed_and_what_is_agreed_come_in_either_order() {
    // shows: bat-60
    for salt in SALTS {
        let mut play = begun(salt);
        play.say(ASKED, sealed(1, root(1), PEOPLE));
        play.say(TRANSIT, sealed(1, root(1), PEOPLE));
        let schedule = play.say(ASKED, along(SIDES));
        play.say(TRANSIT, accepts(schedule));
        let seen = play.transcript.heads();
        play.say_after(ASKS, &seen, accepts(schedule));
        play.say_after(ASKS, &seen, sealed(1, root(1), PEOPLE));

        assert_eq!(stage(&play), Stage::Scheduled);
        play.told("what is sealed and what is agreed come in either order", &["bat-60"]);
    }
}

#[test]
fn seals_answers_and_accounts_of_several_sides_all_count() {
    // shows: bat-60
    for salt in SALTS {
        let mut play = begun(salt);
        let seen = play.transcript.heads();
        for side in SIDES {
            play.say_after(side, &seen, sealed(1, root(1), PEOPLE));
        }
        assert_eq!(stage(&play), Stage::Sealed);

        let schedule = play.say(ASKED, along(SIDES));
        play.say_after(TRANSIT, &[schedule], accepts(schedule));
        play.say_after(ASKS, &[schedule], cannot_keep(schedule));
        assert_eq!(stage(&play), Stage::Sealed);
        assert_eq!(play.refused(ASKS, accepts(schedule)).code, RefusalCode::OutOfTurn);
        play.told("seals answers and accounts of several sides all count 1", &["bat-60"]);

        let mut play = arrived(salt);
        let account = play.now().state.account();
        let seen = play.transcript.heads();
        for side in SIDES {
            play.say_after(side, &seen, reconciled(account.clone()));
        }
        assert_eq!(stage(&play), Stage::CompletedWithExceptions);
        play.told("seals answers and accounts of several sides all count 2", &["bat-60"]);
    }
}
