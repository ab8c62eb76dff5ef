//! What is told after a handover, time and again: of a trial at home, and of a promise that is kept.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::DAY;
use super::HOUR;
use super::MIDNIGHT;
use super::START;
use super::Story;
use super::at;
use super::examined;
use super::requested;
use crate::message::assurance::AssuranceKind;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::kind::Kind;
use crate::message::refusal_ground::RefusalGround;
use crate::procedure::common::CommonFact;
use crate::procedure::deadline::Basis;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::fact::Fact;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::Decision;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::afterwards::Told;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::agency;
use crate::procedure::tests::handover;

fn decided(decision: Decision) -> Fact {
    Fact::Handover(HandoverFact::Decided(decision))
}

/// A refusal on these grounds, of a request that was examined.
fn refused(grounds: &[RefusalGround]) -> Story {
    let Fact::Handover(HandoverFact::Decided(refusal)) = handover::decided(Outcome::Refused) else {
        panic!("a decision");
    };
    let grounds = Some(grounds.iter().copied().collect());
    let mut story = examined();
    let refusal = Decision { grounds, unconsulted: true, ..refusal };
    story.say(ASKED, Kind::HandoverDecision, decided(refusal), 2 * HOUR);
    assert_eq!(story.book().machine().unwrap().stage(), "refused");
    story
}

/// The case goes on, and these promises are told of.
fn notice(assured: &[AssuranceKind]) -> Fact {
    Fact::Handover(HandoverFact::OutcomeTold(outcome(assured)))
}

fn last_notice(assured: &[AssuranceKind]) -> Fact {
    Fact::Handover(HandoverFact::OutcomeTold(Told { closing: true, ..outcome(assured) }))
}

fn outcome(assured: &[AssuranceKind]) -> Told {
    Told {
        closing: false,
        offences: BTreeSet::from([1]),
        consented: BTreeSet::new(),
        freed: false,
        assured: assured.iter().copied().collect(),
    }
}

#[test]
fn whoever_keeps_an_own_national_tells_what_becomes_of_the_case_until_the_last_notice() {
    // shows: due-18
    let mut story = refused(&[RefusalGround::OwnNational]);
    let first = story.one(Duty::HomeTrial, DAY);
    assert_eq!((first.owed_by, first.basis), (agency(ASKED), Basis::Fixed(Fixed::HomeTrial)));
    assert_eq!(first.due, at(MIDNIGHT - START + 90 * DAY));
    assert!(first.owed_to.contains(&agency(ASKS)));

    story.say(ASKED, Kind::CaseOutcomeNotice, notice(&[]), 10 * DAY);
    let second = story.one(Duty::HomeTrial, 11 * DAY);
    assert_eq!(second.due, at(MIDNIGHT - START + 100 * DAY), "from each notice on");
    story.say(ASKED, Kind::CaseOutcomeNotice, last_notice(&[]), 20 * DAY);
    assert!(story.all(Duty::HomeTrial, 200 * DAY).is_empty(), "that was the last one");

    let other = refused(&[RefusalGround::InsufficientEvidence]);
    assert!(other.all(Duty::HomeTrial, DAY).is_empty());
}

fn grant() -> Decision {
    let Fact::Handover(HandoverFact::Decided(grant)) = handover::granted() else { panic!() };
    grant
}

/// Handed over for an offence that can cost the life.
fn received(request: Request, grant: Decision) -> Story {
    let opening = Fact::Handover(HandoverFact::Requested(request));
    let mut story = Story::begin(Kind::HandoverRequest, opening);
    story.take(HOUR);
    story.say(ASKED, Kind::HandoverDecision, decided(grant), 2 * HOUR);
    story.hand_over(&[1], None);
    assert_eq!(story.book().machine().unwrap().stage(), "handed-over");
    story
}

#[test]
fn whoever_received_a_person_on_the_promise_of_the_life_tells_that_it_is_kept() {
    // shows: due-19
    let Fact::Handover(HandoverFact::Requested(plain)) = requested(None) else { panic!() };
    let spared = Request { death: true, spared: true, ..plain.clone() };
    let mut story = received(spared.clone(), grant());
    let first = story.one(Duty::Monitoring, DAY);
    assert_eq!((first.owed_by, first.basis), (agency(ASKS), Basis::Fixed(Fixed::Monitoring)));

    story.say(ASKS, Kind::CaseOutcomeNotice, notice(&[AssuranceKind::Consular]), 10 * DAY);
    assert_eq!(story.one(Duty::Monitoring, 11 * DAY).due, first.due, "it says nothing of that");
    let life = [AssuranceKind::NoDeathPenalty];
    story.say(ASKS, Kind::CaseOutcomeNotice, notice(&life), 20 * DAY);
    let second = story.one(Duty::Monitoring, 21 * DAY);
    assert_eq!((second.since, second.due > first.due), (at(20 * DAY), true));
    story.say(ASKS, Kind::CaseOutcomeNotice, last_notice(&life), 30 * DAY);
    assert!(story.all(Duty::Monitoring, 300 * DAY).is_empty());

    let waived = || Decision { death_waived: true, ..grant() };
    let deadly = Request { death: true, ..plain.clone() };
    for (request, grant) in [(plain, grant()), (deadly, waived()), (spared, waived())] {
        assert!(received(request, grant).all(Duty::Monitoring, DAY).is_empty());
    }
}

#[test]
fn whoever_took_a_request_back_too_late_releases_or_returns_the_person() {
    // shows: due-22
    let mut story = examined();
    story.say(ASKED, Kind::HandoverDecision, handover::granted(), 2 * HOUR);
    let (_, signature) = story.hand_over(&[1], None);
    assert!(story.all(Duty::Arrangement, DAY).is_empty(), "the person is wanted");

    // Beside the release.
    let place = story.acts.iter().position(|act| act.kind == Kind::LegRelease).unwrap();
    let withdrawn = Fact::Common(CommonFact::Withdrawn);
    let mut withdrawal = story.act(ASKS, Kind::Withdrawal, withdrawn, 6 * HOUR);
    withdrawal.parents = story.acts[place].parents.clone();
    let late = withdrawal.id;
    story.acts.push(withdrawal);
    assert_eq!(story.book().machine().unwrap().stage(), "handed-over");
    let owed = story.one(Duty::Arrangement, DAY);
    assert_eq!((owed.owed_by.clone(), owed.of), (agency(ASKS), late));
    assert_eq!(owed.since, at(8 * HOUR), "from when the person was received");

    let released = CustodyChange::Is(CustodyStatus::Released);
    let freed = HandoverFact::Custody { change: released, release_due: None };
    let mut freed = story.act(ASKS, Kind::CustodyEvent, Fact::Handover(freed), 2 * DAY);
    freed.parents = Vec::from([signature]);
    story.acts.push(freed);
    assert!(story.all(Duty::Arrangement, 3 * DAY).is_empty());
}
