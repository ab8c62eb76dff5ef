//! What is due by the charter's clauses, on days of rest, and under plans and texts that wait for signatures.

use alloc::vec::Vec;

use super::DAY;
use super::HOUR;
use super::MIDNIGHT;
use super::Story;
use super::at;
use super::handover;
use crate::identity::charter::clause::Clause;
use crate::ids::AgencyId;
use crate::ids::Party;
use crate::message::coordination::outcome::OutcomeStage;
use crate::message::kind::Kind;
use crate::message::operation::participation::ParticipationAnswer;
use crate::message::urgency::Urgency;
use crate::procedure::deadline::Basis;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::fact::Fact;
use crate::procedure::operation::fact::OperationFact;
use crate::procedure::operation::fact::Plan;
use crate::procedure::operation::fact::PlanName;
use crate::procedure::outcome::fact::OutcomeFact;
use crate::procedure::outcome::fact::Text;
use crate::procedure::profile;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;

/// The first seven days of the story: a Sunday, the first of March 2026, to a Saturday.
const THURSDAY: u64 = MIDNIGHT + 3 * DAY;

fn settle(story: &mut Story, clauses: &[(&str, Option<&str>, &str, &str)]) {
    let clause = |(article, party, about, value): &(&str, Option<&str>, &str, &str)| Clause {
        article: (*article).into(),
        party: party.map(|party| Party::parse(party).unwrap()),
        about: (*about).into(),
        value: (*value).into(),
    };
    let clauses: Vec<Clause> = clauses.iter().map(clause).collect();
    let (profile, unread) = profile::read(&clauses);
    assert_eq!(unread, []);
    story.profile = profile.deadlines;
}

/// A transfer of evidence to Laos, whose acknowledgement is due by the end of the next day.
fn transfer() -> Story {
    Story::begin(Kind::EvidenceTransfer, Fact::Note)
}

fn acknowledged_by(story: &Story) -> u64 {
    story.one(Duty::Acknowledge, 0).due.millis()
}

#[test]
fn what_the_charter_settles_takes_the_place_of_a_default_and_the_rest_stays() {
    // shows: prf-3
    let mut story = transfer();
    settle(
        &mut story,
        &[
            ("term", None, "U3 acknowledge", "2 hours"),
            ("term", None, "evidence receipt", "90 minutes"),
        ],
    );

    assert_eq!(story.one(Duty::Acknowledge, 0).due, at(2 * HOUR));
    let receipt = story.one(Duty::EvidenceReceipt, 0);
    assert_eq!(
        (receipt.due, receipt.basis),
        (at(3 * HOUR / 2), Basis::Fixed(Fixed::EvidenceReceipt))
    );
    assert_eq!(story.profile.class(Urgency::U3).answer, Term::Days(7));
    assert_eq!(story.profile.class(Urgency::U4).acknowledge, Term::Days(3));
}

#[test]
fn a_routine_term_of_days_that_ends_on_a_day_of_rest_ends_with_the_next_working_day() {
    // shows: prf-6
    let mut story = transfer();
    assert_eq!(acknowledged_by(&story), MIDNIGHT + DAY, "the end of Monday");

    settle(&mut story, &[("rest", Some("LA"), "monday", "weekly")]);
    assert_eq!(acknowledged_by(&story), MIDNIGHT + 2 * DAY);
    let run = ["2026-03-02", "2026-03-03", "2026-03-04"];
    settle(&mut story, &run.map(|day| ("rest", Some("LA"), day, "holiday")));
    assert_eq!(acknowledged_by(&story), THURSDAY + DAY);
    // A day in between counts as any other, and a day of rest of another Party as none.
    settle(&mut story, &[("rest", Some("LA"), "sunday", "weekly")]);
    assert_eq!(acknowledged_by(&story), MIDNIGHT + DAY);
    settle(&mut story, &[("rest", Some("CN"), "monday", "weekly")]);
    assert_eq!(acknowledged_by(&story), MIDNIGHT + DAY);
}

#[test]
fn rest_without_an_end_moves_nothing() {
    // shows: prf-6
    let mut story = transfer();
    let week = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    settle(&mut story, &week.map(|day| ("rest", Some("LA"), day, "weekly")));

    assert_eq!(acknowledged_by(&story), MIDNIGHT + DAY);
}

#[test]
fn nothing_moves_where_somebody_waits_where_it_is_urgent_or_where_hours_count() {
    // shows: prf-6
    let rest =
        [("rest", Some("LA"), "monday", "weekly"), ("rest", Some("LA"), "wednesday", "weekly")];
    let mut waiting = handover();
    settle(&mut waiting, &rest);
    assert_eq!(acknowledged_by(&waiting), MIDNIGHT + DAY);

    let mut urgent = Story::begin(Kind::DataPreservationRequest, Fact::Note);
    settle(&mut urgent, &rest);
    urgent.last().urgency = Urgency::U2;
    assert_eq!(urgent.one(Duty::Answer, 0).due.millis(), THURSDAY, "the end of Wednesday");
    urgent.last().urgency = Urgency::U3;
    urgent.last().respond_by = Some(at(DAY));
    assert_eq!(urgent.one(Duty::Answer, 0).due, at(DAY), "a date that was asked for");

    let mut hours = transfer();
    settle(&mut hours, &rest);
    assert_eq!(hours.one(Duty::EvidenceReceipt, 0).due, at(DAY), "ends on a Monday");
}

#[test]
fn a_frozen_plan_is_signed_within_its_class_by_each_that_joined() {
    // shows: due-14
    let proposed = OperationFact::Proposed { reply_by: at(DAY), threat: Vec::new() };
    let mut story = Story::begin(Kind::JointOperationProposal, Fact::Operation(proposed));
    let joins = || Fact::Operation(OperationFact::Replied(ParticipationAnswer::Join));
    story.say(ASKED, Kind::ParticipationReply, joins(), HOUR);
    let plan = |frozen, version| {
        let plan = Plan { version, frozen, lead: agency(ASKS), commanders: Vec::new() };
        Fact::Operation(OperationFact::Planned(plan))
    };
    story.say(ASKS, Kind::OperationPlan, plan(false, 1), 2 * HOUR);
    assert!(story.all(Duty::Signature, 2 * HOUR).is_empty(), "it can still change");

    let of = story.say(ASKS, Kind::OperationPlan, plan(true, 2), 3 * HOUR);
    let digest = story.digest();
    let signature = story.one(Duty::Signature, 3 * HOUR);
    assert_eq!((signature.of, &signature.owed_by), (of, &agency(ASKED)));
    assert_eq!(
        (signature.due.millis(), signature.basis),
        (MIDNIGHT + 7 * DAY, Basis::Class(Urgency::U3))
    );
    story.last().respond_by = Some(at(DAY));
    assert_eq!(story.one(Duty::Signature, 3 * HOUR).due, at(DAY));

    let signed = OperationFact::Signed(PlanName { version: 2, digest });
    story.say(ASKED, Kind::PlanSignature, Fact::Operation(signed), 4 * HOUR);
    assert!(story.all(Duty::Signature, 4 * HOUR).is_empty());
}

#[test]
fn a_text_that_is_open_waits_for_each_signatory_whose_signature_does_not_count_yet() {
    // shows: due-14
    let package = crate::crypto::digest::sha256(b"package");
    let of = |name: &str| (Party::parse(&name[..2].to_uppercase()).unwrap(), agency(name));
    let text = |stage, version| {
        Fact::Outcome(OutcomeFact::Text(Text {
            stage,
            version,
            package: Some(package),
            signatories: Vec::from([of(ASKS), of(ASKED), of(TRANSIT)]),
            needed: 3,
            effect_on: None,
        }))
    };
    let mut story = Story::begin(Kind::OutcomeDocument, text(OutcomeStage::Negotiating, 1));
    story.say(ASKS, Kind::OutcomeDocument, text(OutcomeStage::Frozen, 2), HOUR);
    assert!(story.all(Duty::Signature, HOUR).is_empty());
    let opened =
        story.say(ASKS, Kind::OutcomeDocument, text(OutcomeStage::OpenForSignature, 2), 2 * HOUR);

    let by = |story: &Story, after| -> Vec<AgencyId> {
        story.all(Duty::Signature, after).into_iter().map(|due| due.owed_by).collect()
    };
    let mut all = by(&story, 2 * HOUR);
    all.sort();
    assert_eq!(all, [agency(ASKS), agency(ASKED), agency(TRANSIT)]);
    assert!(story.all(Duty::Signature, 2 * HOUR).iter().all(|due| due.of == opened));

    let signs = |name: &str, ad_referendum| {
        let party = of(name).0;
        Fact::Outcome(OutcomeFact::Signed { package, party, ad_referendum })
    };
    story.say(ASKED, Kind::SignatureStatement, signs(ASKED, false), 3 * HOUR);
    story.say(ASKS, Kind::SignatureStatement, signs(ASKS, true), 4 * HOUR);
    assert!(!by(&story, 4 * HOUR).contains(&agency(ASKED)));
    assert!(by(&story, 4 * HOUR).contains(&agency(ASKS)), "ad referendum does not count yet");

    let reopens = Fact::Outcome(OutcomeFact::Reopened { package });
    story.say(TRANSIT, Kind::OutcomeReopening, reopens, 5 * HOUR);
    assert!(by(&story, 5 * HOUR).is_empty(), "a text that is talked about again waits for nobody");
    story.say(ASKS, Kind::OutcomeDocument, text(OutcomeStage::Frozen, 3), 6 * HOUR);
    assert!(by(&story, 6 * HOUR).is_empty(), "nor one that is frozen and not open yet");
}
