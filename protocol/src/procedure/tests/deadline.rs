//! What is due, by whom, and when that is over.

extern crate std;

mod follow_up;
mod freezing;
mod settled;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::Party;
use crate::message::batch::sealing::RemovalReason;
use crate::message::control::recall::RecallAction;
use crate::message::control::state_confirm::IrreversibleAct;
use crate::message::custody::CustodyStatus;
use crate::message::handover::decision::Outcome;
use crate::message::intelligence::information_reply::ReplyStatus;
use crate::message::kind::Kind;
use crate::message::rescue::screening::NonPunishmentReview;
use crate::message::rescue::screening::ScreeningOutcome;
use crate::message::rescue::update::RescueState;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::batch::fact::Removal;
use crate::procedure::book::Book;
use crate::procedure::common::CommonFact;
use crate::procedure::control::ControlFact;
use crate::procedure::deadline;
use crate::procedure::deadline::Basis;
use crate::procedure::deadline::Deadline;
use crate::procedure::deadline::Flag;
use crate::procedure::deadline::Viewpoint;
use crate::procedure::deadline::profile::CLASSES;
use crate::procedure::deadline::profile::ClassTerms;
use crate::procedure::deadline::profile::DeadlineProfile;
use crate::procedure::deadline::profile::Fixed;
use crate::procedure::deadline::profile::Term;
use crate::procedure::deadline::rule::Duty;
use crate::procedure::deadline::rule::Length;
use crate::procedure::deadline::rule::RULES;
use crate::procedure::deadline::rule::Rule;
use crate::procedure::deadline::zone::ZONES;
use crate::procedure::deadline::zone::Zone;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::NoticeFact;
use crate::procedure::fact::Fact;
use crate::procedure::freezing::fact as frozen;
use crate::procedure::freezing::fact::FreezingFact;
use crate::procedure::handover::fact::CustodyChange;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::handover::fact::Leg;
use crate::procedure::handover::fact::Request;
use crate::procedure::handover::fact::Results;
use crate::procedure::handover::fact::ScheduleAnswer;
use crate::procedure::information::fact as information;
use crate::procedure::information::fact::InformationFact;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::TRANSIT;
use crate::procedure::tests::agency;
use crate::procedure::tests::batch;
use crate::procedure::tests::handover;
use crate::procedure::tests::rescue;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// 2026-03-01T02:00:00Z: 09:00 in Vientiane, 10:00 in Beijing.
const START: u64 = 1_772_330_400_000;

/// 17:00 UTC of that day: midnight in Vientiane.
const MIDNIGHT: u64 = START + 15 * HOUR;

const fn at(after: u64) -> Timestamp {
    Timestamp::from_millis(START + after)
}

/// One procedure, said one message after the other; the third agency is told.
struct Story {
    acts: Vec<Act>,
    profile: DeadlineProfile,
}

impl Story {
    fn begin(kind: Kind, fact: Fact) -> Self {
        let mut story = Self { acts: Vec::new(), profile: DeadlineProfile::default() };
        story.say(ASKS, kind, fact, 0);
        story
    }

    /// Says it so many milliseconds after the beginning.
    fn say(&mut self, author: &str, kind: Kind, fact: Fact, after: u64) -> MessageId {
        let act = self.act(author, kind, fact, after);
        let id = act.id;
        self.acts.push(act);
        id
    }

    fn act(&self, author: &str, kind: Kind, fact: Fact, after: u64) -> Act {
        let name = [u8::try_from(self.acts.len()).unwrap(); 10];
        let other = if author == ASKED { ASKS } else { ASKED };
        let third = if author == TRANSIT { ASKS } else { TRANSIT };
        Act {
            digest: digest::sha256(&name),
            id: MessageId::new(at(after), name),
            parents: self.acts.last().map(|act| act.digest).into_iter().collect(),
            supersedes: None,
            author: agency(author),
            asked: BTreeSet::from([agency(other)]),
            told: BTreeSet::from([agency(third)]),
            created: at(after),
            urgency: Urgency::U3,
            respond_by: None,
            kind,
            fact,
            passed_on: None,
            case: None,
        }
    }

    fn last(&mut self) -> &mut Act {
        self.acts.last_mut().unwrap()
    }

    fn digest(&self) -> Digest {
        self.acts.last().unwrap().digest
    }

    fn first(&self) -> MessageId {
        self.acts[0].id
    }

    fn take(&mut self, after: u64) {
        let of = self.first();
        self.say(
            ASKED,
            Kind::Acknowledgement,
            Fact::Common(CommonFact::Acknowledged { of }),
            after,
        );
    }

    /// Plans one leg from the side that is asked to the one that asks, and goes it, up to both signatures: the messages with
    /// the certificate and with the second signature.
    fn hand_over(&mut self, people: &[u64], root: Option<Digest>) -> (Digest, Digest) {
        let legs = Vec::from([Leg { releasing: agency(ASKED), receiving: agency(ASKS) }]);
        let legs = Fact::Handover(HandoverFact::Scheduled { legs });
        self.say(ASKED, Kind::CustodyTransferSchedule, legs, 3 * HOUR);
        let (schedule, answer) = (self.digest(), ScheduleAnswer::Accepted);
        let accepted = Fact::Handover(HandoverFact::Answered { schedule, answer });
        self.say(ASKS, Kind::ScheduleAnswer, accepted, 4 * HOUR);
        let heads = Vec::from([self.digest()]);
        for side in [ASKED, ASKS] {
            let act = IrreversibleAct::ReleaseCustody;
            let confirmed = Fact::Common(CommonFact::Confirmed { act, heads: heads.clone() });
            self.say(side, Kind::StateConfirm, confirmed, 5 * HOUR);
        }
        let released = Fact::Handover(HandoverFact::Released { leg: 1 });
        self.say(ASKED, Kind::LegRelease, released, 6 * HOUR);
        let transferred = people.iter().copied().collect();
        let results = Results { transferred, others: BTreeMap::new() };
        let certified = Fact::Handover(HandoverFact::Certified { leg: 1, root, results });
        self.say(ASKED, Kind::HandoverCertificate, certified, 7 * HOUR);
        let of = self.digest();
        let signed = Fact::Handover(HandoverFact::Countersigned { of });
        self.say(ASKS, Kind::CertificateCountersignature, signed, 8 * HOUR);
        (of, self.digest())
    }

    fn book(&self) -> Book {
        let book = Book::of(self.acts.iter().cloned());
        assert!(book.refused().is_empty(), "{:?}", book.refused());
        assert!(book.waiting().is_empty());
        book
    }

    fn due(&self, after: u64) -> Vec<Deadline> {
        let parties: BTreeMap<AgencyId, Party> = [ASKS, ASKED, TRANSIT]
            .into_iter()
            .map(|name| (agency(name), Party::parse(&name[..2].to_uppercase()).unwrap()))
            .collect();
        let view = Viewpoint { now: at(after), profile: &self.profile, parties: &parties };
        deadline::deadlines(&self.book(), view)
    }

    /// The one deadline for a duty.
    fn one(&self, duty: Duty, after: u64) -> Deadline {
        let mut found = self.all(duty, after);
        assert_eq!(found.len(), 1, "{found:?}");
        found.pop().unwrap()
    }

    fn all(&self, duty: Duty, after: u64) -> Vec<Deadline> {
        self.due(after).into_iter().filter(|deadline| deadline.duty == duty).collect()
    }
}

fn requested(release_due: Option<Timestamp>) -> Fact {
    Fact::Handover(HandoverFact::Requested(Request {
        custody: CustodyStatus::Held,
        offences: 2,
        death: false,
        spared: false,
        spared_until: None,
        release_due,
        may_be_child: false,
        against: Vec::new(),
    }))
}

fn handover() -> Story {
    Story::begin(Kind::HandoverRequest, requested(None))
}

fn examined() -> Story {
    let mut story = handover();
    story.take(HOUR);
    story
}

const fn asked_for_more(due: u64) -> Fact {
    Fact::Common(CommonFact::InformationAsked { due: at(due) })
}

const GIVEN: Fact = Fact::Common(CommonFact::InformationGiven);

/// The lines of the chapter that begin like this.
fn lines(begin: &str) -> Vec<String> {
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/24-deadlines.md");
    let chapter = fs::read_to_string(chapter).unwrap();
    chapter.lines().filter(|line| line.starts_with(begin)).map(Into::into).collect()
}

#[test]
fn an_instant_is_shown_on_the_clock_of_a_party() {
    // shows: tim-1
    let noon = Timestamp::from_millis(1_772_366_400_000);
    let clock = |party: &str| Zone::of(&Party::parse(party).unwrap()).clock(noon);
    assert_eq!(format!("{noon}"), "2026-03-01T12:00:00.000Z");
    assert_eq!(clock("CN"), "2026-03-01T20:00:00+08:00");
    assert_eq!(clock("MM"), "2026-03-01T18:30:00+06:30");
    assert_eq!(clock("LA"), "2026-03-01T19:00:00+07:00");
    assert_eq!(clock("FR"), "2026-03-01T12:00:00+00:00");
    let late = Timestamp::from_millis(1_772_366_400_000 + 6 * 3_600_000);
    assert_eq!(Zone::of(&Party::parse("TH").unwrap()).clock(late), "2026-03-02T01:00:00+07:00");
}

#[test]
fn a_term_runs_is_due_soon_in_its_last_quarter_and_is_overdue_from_its_end_on() {
    // shows: due-1
    let flag = |now| deadline::flag(at(0), at(8 * HOUR), at(now));

    assert_eq!(flag(0), Flag::Running);
    assert_eq!(flag(6 * HOUR), Flag::Running);
    assert_eq!(flag(6 * HOUR + 1), Flag::DueSoon);
    assert_eq!(flag(8 * HOUR - 1), Flag::DueSoon);
    assert_eq!(flag(8 * HOUR), Flag::Overdue);
}

#[test]
fn a_flag_moves_no_state_and_what_ends_first_comes_first() {
    // shows: due-1
    let story = handover();

    let soon: Vec<Timestamp> = story.due(0).iter().map(|deadline| deadline.due).collect();
    let late = story.due(400 * DAY);

    assert!(soon.len() == 2 && soon.is_sorted());
    assert!(late.iter().all(|deadline| deadline.flag == Flag::Overdue));
    assert_eq!(soon, late.iter().map(|deadline| deadline.due).collect::<Vec<_>>());
    assert_eq!(story.book().machine().unwrap().stage(), "submitted");
}

#[test]
fn the_classes_and_the_fixed_terms_are_those_that_the_chapter_prints() {
    // shows: due-2, due-3
    let classes = CLASSES
        .iter()
        .map(|(class, terms)| format!("| `{class}` | {} | {} |", terms.acknowledge, terms.answer));
    assert_eq!(lines("| `U"), classes.collect::<Vec<_>>());
    let fixed = Fixed::ALL.iter().map(|term| format!("| *{term}* | {} |", term.by_default()));
    assert_eq!(lines("| *"), fixed.collect::<Vec<_>>());
}

#[test]
fn what_the_parties_settled_takes_the_place_of_a_default() {
    // shows: due-2, due-3
    let mut story = handover();
    let strict = ClassTerms { acknowledge: Term::Hours(2), answer: Term::Hours(20) };
    story.profile.classes.insert(Urgency::U3, strict);
    story.profile.fixed.insert(Fixed::RecallReport, Term::Hours(3));

    assert_eq!(story.one(Duty::Acknowledge, 0).due, at(2 * HOUR));
    assert_eq!(story.one(Duty::Answer, 0).due, at(20 * HOUR));
    assert_eq!(story.profile.fixed(Fixed::RecallReport), Term::Hours(3));
    assert_eq!(story.profile.fixed(Fixed::Views), Term::Days(5));
    assert_eq!(story.profile.class(Urgency::U1).acknowledge, Term::Minutes(30));
}

#[test]
fn a_day_ends_where_the_one_who_owes_it_is() {
    // shows: due-4
    let zone = |party: &str| Zone::of(&Party::parse(party).unwrap());
    let day = |party: &str| Term::Days(1).after(at(14 * HOUR + 45 * MINUTE), zone(party));

    // 16:45 UTC is 23:15 in Yangon, 23:45 in Vientiane, and 00:45 of the next day in Beijing.
    assert_eq!(day("LA").millis(), MIDNIGHT + DAY);
    assert_eq!(day("MM").millis(), MIDNIGHT + 30 * MINUTE + DAY);
    assert_eq!(day("CN").millis(), MIDNIGHT - HOUR + 2 * DAY);
    assert_eq!(zone("XX"), Zone::UTC);
    assert_eq!(Term::Hours(24).after(at(0), zone("MM")), at(DAY));
    let rows = ZONES
        .iter()
        .map(|(party, minutes)| format!("| {party} | UTC+{}:{:02} |", minutes / 60, minutes % 60));
    let printed: Vec<String> = rows.collect();
    assert_eq!(
        printed,
        ZONES.iter().flat_map(|(party, _)| lines(&format!("| {party} |"))).collect::<Vec<_>>()
    );
}

#[test]
fn what_follows_from_a_message_is_what_the_chapter_prints() {
    // shows: due-5
    let printed: Vec<String> = RULES.iter().map(line).collect();

    assert_eq!(lines("| after `"), printed, "the table should be:\n{}", printed.join("\n"));
}

fn line(rule: &Rule) -> String {
    let kinds: Vec<String> = rule.met_by.iter().map(|kind| format!("`{kind}`")).collect();
    let met = if kinds.is_empty() { "any word".into() } else { kinds.join(", ") };
    let only = if rule.only.text().is_empty() { String::new() } else { format!(" {}", rule.only) };
    let here = if rule.stages.is_empty() {
        String::new()
    } else {
        format!(", while {}", rule.stages.join(" or "))
    };
    let length = match rule.length {
        Length::Class => "class".into(),
        Length::Stated => "stated".into(),
        Length::Fixed(term) => format!("{term}"),
    };
    format!(
        "| after `{}`{only}{here} | {} | {} | {met} | {length} |",
        rule.after, rule.by, rule.duty
    )
}

#[test]
fn a_request_is_acknowledged_and_answered_within_its_class() {
    // shows: due-2, due-5, due-6
    let mut story = handover();

    let (taken, answered) = (story.one(Duty::Acknowledge, 0), story.one(Duty::Answer, 0));
    assert_eq!(taken.owed_by, agency(ASKED));
    assert_eq!(taken.owed_to, BTreeSet::from([agency(ASKS)]));
    assert_eq!((taken.due.millis(), taken.basis), (MIDNIGHT + DAY, Basis::Class(Urgency::U3)));
    assert_eq!(answered.due.millis(), MIDNIGHT + 7 * DAY);

    story.take(HOUR);
    assert!(story.all(Duty::Acknowledge, HOUR).is_empty());
    assert_eq!(story.all(Duty::Answer, HOUR).len(), 1);
    story.say(ASKED, Kind::HandoverDecision, handover::granted(), 2 * HOUR);
    assert!(story.all(Duty::Answer, 2 * HOUR).is_empty());
}

#[test]
fn whoever_has_said_something_since_has_taken_a_message_and_a_word_beside_the_transcript_counts() {
    // shows: due-6
    let mut story = examined();
    let heard = story.say(ASKS, Kind::CustodyEvent, Fact::Note, 2 * HOUR);
    assert_eq!(story.one(Duty::Acknowledge, 2 * HOUR).of, heard);

    let mut beside = story.act(
        ASKED,
        Kind::Acknowledgement,
        Fact::Common(CommonFact::Acknowledged { of: heard }),
        3 * HOUR,
    );
    beside.told.clear();
    story.acts.push(beside);

    assert_eq!(story.book().asides().len(), 1);
    assert!(story.all(Duty::Acknowledge, 3 * HOUR).is_empty());
}

#[test]
fn a_date_that_a_message_asks_for_counts_where_it_is_the_earlier_one() {
    // shows: due-7
    let mut story = examined();
    story.acts[0].respond_by = Some(at(2 * DAY));
    let earlier = story.one(Duty::Answer, 0);
    assert_eq!((earlier.due, earlier.basis), (at(2 * DAY), Basis::Message));

    story.acts[0].respond_by = Some(at(30 * DAY));
    let later = story.one(Duty::Answer, 0);
    assert_eq!((later.due.millis(), later.basis), (MIDNIGHT + 7 * DAY, Basis::Class(Urgency::U3)));

    let views = |by| {
        let (views_by, against) = (at(by), Vec::new());
        Fact::Handover(HandoverFact::RefusalIntended {
            views_by,
            against,
            protects: BTreeSet::new(),
        })
    };
    story.say(ASKED, Kind::IntentToRefuse, views(20 * DAY), 2 * HOUR);
    let opinion = story.one(Duty::Views, 2 * HOUR);
    // Five days in Beijing, whose day ends an hour earlier.
    assert_eq!(
        (opinion.due.millis(), opinion.basis),
        (MIDNIGHT - HOUR + 5 * DAY, Basis::Fixed(Fixed::Views))
    );
    story.last().fact = views(DAY);
    assert_eq!(story.one(Duty::Views, 2 * HOUR).due, at(DAY));
}

#[test]
fn the_clock_of_a_request_stands_still_while_more_information_is_outstanding() {
    // shows: due-8
    let mut story = examined();
    let whole = MIDNIGHT + 7 * DAY;
    story.say(ASKED, Kind::AdditionalInformationRequest, asked_for_more(9 * DAY), DAY);

    let paused = story.one(Duty::Answer, 3 * DAY);
    assert_eq!((paused.due.millis(), paused.paused), (whole + 2 * DAY, true));
    let wanted = story.one(Duty::Information, 3 * DAY);
    assert_eq!((wanted.owed_by, wanted.due), (agency(ASKS), at(9 * DAY)));

    story.say(ASKS, Kind::AdditionalInformationReply, GIVEN, 4 * DAY);
    let goes_on = story.one(Duty::Answer, 6 * DAY);
    assert_eq!((goes_on.due.millis(), goes_on.paused), (whole + 3 * DAY, false));
    assert!(story.all(Duty::Information, 6 * DAY).is_empty());
}

#[test]
fn a_detention_clock_never_stands_still_and_a_decision_comes_a_day_before_it() {
    // shows: due-8, due-9
    let mut story = Story::begin(Kind::HandoverRequest, requested(Some(at(4 * DAY))));
    story.take(HOUR);
    let decision = story.one(Duty::Answer, 0);
    assert_eq!((decision.due, decision.basis), (at(3 * DAY), Basis::Detention));
    let release = story.one(Duty::Release, 0);
    assert_eq!((release.owed_by, release.due), (agency(ASKED), at(4 * DAY)));
    assert_eq!(release.basis, Basis::Detention);

    story.say(ASKED, Kind::AdditionalInformationRequest, asked_for_more(9 * DAY), DAY);
    let during = story.one(Duty::Answer, 2 * DAY);
    assert_eq!((during.due, during.paused), (at(3 * DAY), false));

    // A word without a clock leaves the one that runs; a later clock takes its place; nobody held has none.
    let event = |change, release_due| Fact::Handover(HandoverFact::Custody { change, release_due });
    let held = CustodyChange::Is(CustodyStatus::Held);
    story.say(ASKED, Kind::CustodyEvent, event(held, None), 2 * DAY);
    assert_eq!(story.one(Duty::Release, 2 * DAY).due, at(4 * DAY));
    story.say(ASKED, Kind::CustodyEvent, event(held, Some(at(10 * DAY))), 3 * DAY);
    let extended = story.one(Duty::Release, 3 * DAY);
    assert_eq!((extended.since, extended.due), (at(3 * DAY), at(10 * DAY)));
    let free = CustodyChange::Is(CustodyStatus::Released);
    story.say(ASKED, Kind::CustodyEvent, event(free, None), 4 * DAY);
    assert!(story.all(Duty::Release, 4 * DAY).is_empty());
}

#[test]
fn the_end_of_a_procedure_ends_what_is_due_but_for_what_outlives_it() {
    // shows: due-10
    let mut story = examined();
    let targets = Vec::from([story.first()]);
    story.say(ASKS, Kind::Withdrawal, Fact::Common(CommonFact::Withdrawn), 2 * HOUR);
    let withdrawal = story.one(Duty::Acknowledge, 2 * HOUR);
    assert_eq!(story.due(2 * HOUR), [withdrawal]);

    let recall =
        ControlFact::Recalled { targets, action: RecallAction::Erase, effective: at(3 * HOUR) };
    story.say(ASKS, Kind::Recall, Fact::Control(recall), 3 * HOUR);
    let reports = story.all(Duty::RecallReport, 3 * HOUR);
    let by: Vec<&str> = reports.iter().map(|report| report.owed_by.as_str()).collect();
    assert_eq!(by, [ASKED, TRANSIT]);
    assert!(reports.iter().all(|report| report.due == at(3 * HOUR + DAY)));
    story.last().urgency = Urgency::U1;
    assert!(
        story.all(Duty::RecallReport, 3 * HOUR).iter().all(|report| report.due == at(5 * HOUR))
    );
}

#[test]
fn a_message_that_another_one_takes_the_place_of_asks_for_nothing_any_more() {
    // shows: due-5
    let mut story = Story::begin(Kind::EvidenceTransfer, Fact::Note);
    let first = story.digest();
    let second = story.say(ASKS, Kind::EvidenceTransfer, Fact::Note, HOUR);
    story.last().supersedes = Some(first);

    assert_eq!(story.one(Duty::EvidenceReceipt, HOUR).of, second);
}

#[test]
fn a_schedule_is_answered_in_two_days_and_a_half_signed_certificate_in_two_hours() {
    // shows: due-11
    let mut story = examined();
    story.say(ASKED, Kind::HandoverDecision, handover::granted(), 2 * HOUR);
    let legs = Vec::from([Leg { releasing: agency(ASKED), receiving: agency(ASKS) }]);
    let legs = Fact::Handover(HandoverFact::Scheduled { legs });
    story.say(ASKED, Kind::CustodyTransferSchedule, legs, 3 * HOUR);
    let schedule = story.digest();
    let answer = story.one(Duty::ScheduleAnswer, 3 * HOUR);
    assert_eq!((answer.owed_by, answer.due.millis()), (agency(ASKS), MIDNIGHT - HOUR + 2 * DAY));

    let accepted = HandoverFact::Answered { schedule, answer: ScheduleAnswer::Accepted };
    story.say(ASKS, Kind::ScheduleAnswer, Fact::Handover(accepted), 4 * HOUR);
    assert!(story.all(Duty::ScheduleAnswer, 4 * HOUR).is_empty());
    let heads = Vec::from([story.digest()]);
    for side in [ASKED, ASKS] {
        let act = IrreversibleAct::ReleaseCustody;
        let confirmed = CommonFact::Confirmed { act, heads: heads.clone() };
        story.say(side, Kind::StateConfirm, Fact::Common(confirmed), 5 * HOUR);
    }
    story.say(ASKED, Kind::LegRelease, Fact::Handover(HandoverFact::Released { leg: 1 }), 6 * HOUR);
    let results = Results { transferred: BTreeSet::from([1]), others: BTreeMap::new() };
    let certified = HandoverFact::Certified { leg: 1, root: None, results };
    story.say(ASKED, Kind::HandoverCertificate, Fact::Handover(certified), 7 * HOUR);

    let half = story.one(Duty::SecondSignature, 10 * HOUR);
    assert_eq!((half.owed_by, half.due, half.flag), (agency(ASKS), at(9 * HOUR), Flag::Overdue));
    let of = story.digest();
    let signed = Fact::Handover(HandoverFact::Countersigned { of });
    story.say(ASKS, Kind::CertificateCountersignature, signed, 11 * HOUR);
    assert!(story.all(Duty::SecondSignature, 11 * HOUR).is_empty());
}

#[test]
fn a_detention_clock_runs_on_when_the_request_is_over() {
    // shows: due-9, due-10
    let mut story = Story::begin(Kind::HandoverRequest, requested(Some(at(10 * DAY))));
    story.take(HOUR);
    story.say(ASKS, Kind::Withdrawal, Fact::Common(CommonFact::Withdrawn), DAY);
    assert_eq!(story.book().machine().unwrap().stage(), "withdrawn");
    assert!(story.all(Duty::Answer, 2 * DAY).is_empty());
    let release = story.one(Duty::Release, 9 * DAY);
    assert_eq!((release.owed_by, release.due), (agency(ASKED), at(10 * DAY)));

    let change = CustodyChange::Is(CustodyStatus::Released);
    let released = Fact::Handover(HandoverFact::Custody { change, release_due: None });
    story.say(ASKED, Kind::CustodyEvent, released, 9 * DAY);
    assert!(story.all(Duty::Release, 9 * DAY).is_empty());
}

#[test]
fn whoever_received_a_possible_victim_against_a_stop_that_came_too_late_owes_the_screening() {
    // shows: due-15, ho-50
    let mut story = examined();
    story.say(ASKED, Kind::HandoverDecision, handover::granted(), 2 * HOUR);
    let (of, countersigned) = story.hand_over(&[1], None);
    let found = handover::screened;
    let victim = found(ScreeningOutcome::PresumedVictim);
    let stop = story.say(ASKED, Kind::VictimScreeningReport, victim, 8 * HOUR);
    story.last().parents = Vec::from([of]);
    let stopped = story.digest();

    let screening = story.one(Duty::Screening, 9 * HOUR);
    assert_eq!((screening.owed_by, screening.of), (agency(ASKS), stop));
    assert_eq!(screening.basis, Basis::Class(Urgency::U3));
    let none = found(ScreeningOutcome::NoIndication);
    story.say(ASKS, Kind::VictimScreeningReport, none, 10 * HOUR);
    story.last().parents = Vec::from([countersigned, stopped]);
    assert!(story.all(Duty::Screening, 10 * HOUR).is_empty());
}

#[test]
fn whoever_finds_signs_of_a_victim_owes_a_rescue_and_whoever_asked_is_not_told() {
    // shows: due-16
    let mut story = examined();
    assert!(story.all(Duty::Rescue, HOUR).is_empty());
    let victim = handover::screened(ScreeningOutcome::Victim);
    let found = story.say(ASKED, Kind::VictimScreeningReport, victim, 2 * HOUR);

    let rescue = story.one(Duty::Rescue, 3 * HOUR);
    assert_eq!((&rescue.owed_by, rescue.of, rescue.since), (&agency(ASKED), found, at(2 * HOUR)));
    assert_eq!(rescue.basis, Basis::Class(Urgency::U3));
    assert!(rescue.owed_to.is_empty());
    let none = handover::screened(ScreeningOutcome::NoIndication);
    story.say(ASKED, Kind::VictimScreeningReport, none, 4 * HOUR);
    assert!(story.all(Duty::Rescue, 5 * HOUR).is_empty());
}

#[test]
fn a_review_of_what_a_victim_did_is_brought_to_its_end() {
    // shows: due-17
    let reviewed = |view| {
        let mut found = handover::screened(ScreeningOutcome::Victim);
        if let Fact::Handover(HandoverFact::Screened { review, .. }) = &mut found {
            *review = Some(view);
        }
        found
    };
    let pending = || reviewed(NonPunishmentReview::Pending);
    let mut story = Story::begin(Kind::VictimScreeningReport, pending());
    let first = story.first();
    let review = story.one(Duty::Review, HOUR);
    assert_eq!((&review.owed_by, review.of), (&agency(ASKS), first));
    assert_eq!(review.basis, Basis::Fixed(Fixed::Review));

    let again = story.say(ASKS, Kind::VictimScreeningReport, pending(), HOUR);
    assert_eq!(story.one(Duty::Review, HOUR).of, again);
    let without = handover::screened(ScreeningOutcome::Victim);
    story.say(ASKS, Kind::VictimScreeningReport, without, 2 * HOUR);
    assert_eq!(story.one(Duty::Review, 2 * HOUR).of, again, "silence ends nothing");
    for (state, goes_on) in [(RescueState::Protected, 1), (RescueState::StaysWithProtection, 1)] {
        story.say(ASKS, Kind::RescueUpdate, rescue::says(state), 3 * HOUR);
        assert_eq!(story.all(Duty::Review, 3 * HOUR).len(), goes_on, "{state}");
    }
    let applies = reviewed(NonPunishmentReview::Applies);
    story.say(ASKS, Kind::VictimScreeningReport, applies, 4 * HOUR);
    assert!(story.all(Duty::Review, 4 * HOUR).is_empty());
}

#[test]
fn whoever_received_a_batch_owes_the_screening_of_whoever_was_taken_off_it_too_late() {
    // shows: due-15, bat-54
    let people = [1, 2, 3, 4, 5];
    let root = digest::sha256(&[1]);
    let way = Vec::from([agency(ASKED), agency(ASKS)]);
    let listed = BatchFact::Listed(Manifest { way, ..batch::version(1) });
    let mut story = Story::begin(Kind::BatchManifest, Fact::Batch(listed));
    for side in [ASKED, ASKS] {
        let seal = BatchFact::Sealed { version: 1, root, count: 5 };
        story.say(side, Kind::ManifestSeal, Fact::Batch(seal), HOUR);
    }
    let (entries, until) = (BTreeSet::from(people), at(DAY));
    let guarantee = BatchFact::Guaranteed { version: 1, entries, until };
    story.say(ASKS, Kind::ReceptionGuarantee, Fact::Batch(guarantee), 2 * HOUR);
    let (certificate, countersigned) = story.hand_over(&people, Some(root));
    let removal = BatchFact::TakenOff(Removal {
        version: 1,
        entries: BTreeSet::from([4, 5]),
        reason: RemovalReason::RemovedVictim,
        root: digest::sha256(&[2]),
        remaining: 3,
    });
    let stop = story.say(ASKED, Kind::ManifestRemoval, Fact::Batch(removal), 8 * HOUR);
    story.last().parents = Vec::from([certificate]);
    let stopped = story.digest();

    let screening = story.one(Duty::Screening, 9 * HOUR);
    assert_eq!((screening.owed_by, screening.of), (agency(ASKS), stop));
    let outcome = ScreeningOutcome::NoIndication;
    let found = handover::screened(outcome);
    story.say(ASKS, Kind::VictimScreeningReport, found.clone(), 10 * HOUR);
    story.last().parents = Vec::from([countersigned, stopped]);
    assert_eq!(story.all(Duty::Screening, 10 * HOUR).len(), 1, "one of the two");
    story.say(ASKS, Kind::VictimScreeningReport, found, 11 * HOUR);
    assert!(story.all(Duty::Screening, 11 * HOUR).is_empty());
}

#[test]
fn whoever_is_held_provisionally_is_let_out_when_the_term_of_the_full_request_has_come() {
    // shows: due-11
    let asked = HandoverFact::ArrestAsked { full_request_by: at(40 * DAY), may_be_child: false };
    let mut story = Story::begin(Kind::ProvisionalArrestRequest, Fact::Handover(asked));
    assert!(story.all(Duty::Release, 40 * DAY).is_empty(), "nobody is held");
    let custody = |status| {
        let change = CustodyChange::Is(status);
        Fact::Handover(HandoverFact::Custody { change, release_due: None })
    };
    let held = custody(CustodyStatus::ProvisionallyHeld);
    story.say(ASKED, Kind::CustodyEvent, held, DAY);
    assert!(story.all(Duty::Release, 40 * DAY - 1).is_empty(), "the request may come yet");
    let release = story.one(Duty::Release, 40 * DAY);
    assert_eq!((release.owed_by, release.due), (agency(ASKED), at(40 * DAY)));
    assert_eq!(release.flag, Flag::Overdue);

    story.say(ASKED, Kind::CustodyEvent, custody(CustodyStatus::Released), 41 * DAY);
    assert!(story.all(Duty::Release, 41 * DAY).is_empty());
}

#[test]
fn after_a_provisional_arrest_the_full_request_is_awaited() {
    // shows: due-11
    let asked = HandoverFact::ArrestAsked { full_request_by: at(40 * DAY), may_be_child: false };
    let story = Story::begin(Kind::ProvisionalArrestRequest, Fact::Handover(asked));

    let full = story.one(Duty::FullRequest, 31 * DAY);
    assert_eq!((full.owed_by, full.due, full.flag), (agency(ASKS), at(40 * DAY), Flag::DueSoon));
}

#[test]
fn an_answer_that_takes_longer_names_its_next_date_and_an_answered_request_is_closed_in_two_weeks()
{
    // shows: due-11
    let question = digest::sha256(b"q1");
    let request = information::Request { questions: Vec::from([question]), coercive: false };
    let asked = Fact::Information(InformationFact::Requested(request));
    let reply = |status, next: Option<u64>| {
        Fact::Information(InformationFact::Replied(information::Reply {
            answers: Vec::from([(question, status)]),
            court_refused: false,
            names_route: false,
            redirects: false,
            next_update_by: next.map(at),
            closes_at: None,
        }))
    };
    let mut story = Story::begin(Kind::RequestForInformation, asked);
    story.take(HOUR);
    story.say(ASKED, Kind::InformationReply, reply(ReplyStatus::Pending, Some(3 * DAY)), DAY);

    assert!(story.all(Duty::Answer, DAY).is_empty(), "a delay was explained");
    let news = story.one(Duty::NextUpdate, DAY);
    assert_eq!((news.owed_by, news.due), (agency(ASKED), at(3 * DAY)));

    story.say(ASKED, Kind::InformationReply, reply(ReplyStatus::Full, None), 2 * DAY);
    let word = story.one(Duty::Closing, 2 * DAY);
    assert_eq!((word.owed_by, word.due.millis()), (agency(ASKS), MIDNIGHT - HOUR + 16 * DAY));
    assert!(story.all(Duty::NextUpdate, 2 * DAY).is_empty());
}

#[test]
fn an_emergency_freeze_takes_four_hours_at_most_and_its_order_has_a_date() {
    // shows: due-5, due-11
    let request = |by_order| {
        let formal_request_by = at(3 * DAY);
        let request = frozen::Request { by_order, assets: 1, formal_request_by };
        Fact::Freezing(FreezingFact::Requested(request))
    };
    let mut story = Story::begin(Kind::FreezingRequest, request(false));
    let held = story.one(Duty::Answer, 0);
    assert_eq!((held.due, held.basis), (at(4 * HOUR), Basis::Fixed(Fixed::EmergencyFreeze)));

    story.acts[0].fact = request(true);
    assert_eq!(story.one(Duty::Answer, 0).basis, Basis::Class(Urgency::U3));
    story.last().urgency = Urgency::U1;
    assert_eq!(story.one(Duty::Answer, 0).due, at(8 * HOUR));
}

#[test]
fn a_hit_under_a_wanted_notice_is_answered_within_the_hour() {
    // shows: due-5
    let published = |wanted| NoticeFact::Published { wanted, expires: at(90 * DAY) }.into();
    let mut story = Story::begin(Kind::Notice, published(true));
    let notice = story.first();
    let seen = NoticeFact::Seen { notice, confirmation: None };
    story.say(ASKED, Kind::Sighting, seen.into(), HOUR);

    let hit = story.one(Duty::HitAnswer, HOUR);
    assert_eq!((hit.owed_by, hit.due), (agency(ASKS), at(2 * HOUR)));
    story.acts[0].fact = published(false);
    assert!(story.all(Duty::HitAnswer, HOUR).is_empty());
    story.acts[0].fact = published(true);
    story.say(ASKS, Kind::Notice, Fact::Note, 90 * MINUTE);
    assert!(story.all(Duty::HitAnswer, 2 * HOUR).is_empty());
}

#[test]
fn what_lies_behind_a_hit_is_told_in_two_days() {
    // shows: due-5
    let asked = DeconflictionFact::Asked { identifiers: 1 };
    let mut story = Story::begin(Kind::DeconflictionQuery, asked.into());
    let of = story.first();
    let answered = |hits| DeconflictionFact::Answered { of, answers: 1, hits }.into();
    let reply = story.say(ASKED, Kind::DeconflictionReply, answered(1), HOUR);

    let core = story.one(Duty::CoreData, HOUR);
    assert_eq!((core.owed_by, core.due), (agency(ASKED), at(49 * HOUR)));
    assert_eq!((core.of, core.owed_to), (reply, BTreeSet::from([agency(ASKS)])));
    story.last().fact = answered(0);
    assert!(story.all(Duty::CoreData, HOUR).is_empty());
}

#[test]
fn a_conditional_grant_waits_for_a_word_of_whoever_asked() {
    // shows: due-5
    let mut story = examined();
    let grant = handover::decided(Outcome::GrantedConditional);
    let of = story.say(ASKED, Kind::HandoverDecision, grant, 2 * HOUR);
    assert_eq!(story.one(Duty::Answer, 2 * HOUR).owed_by, agency(ASKS));

    let accepted = Fact::Handover(HandoverFact::ConditionsAccepted { of });
    story.say(ASKS, Kind::ConditionsAccepted, accepted, 3 * HOUR);
    assert!(story.all(Duty::Answer, 3 * HOUR).is_empty());
}

#[test]
fn exhibits_are_receipted_one_transfer_at_a_time() {
    // shows: due-5
    let mut story = Story::begin(Kind::EvidenceTransfer, Fact::Note);
    let second = story.say(ASKS, Kind::EvidenceTransfer, Fact::Note, HOUR);
    assert_eq!(story.all(Duty::EvidenceReceipt, HOUR).len(), 2);

    let mut receipt = story.act(ASKED, Kind::EvidenceReceipt, Fact::Note, 2 * HOUR);
    receipt.parents = Vec::from([story.acts[0].digest]);
    story.acts.push(receipt);

    let open = story.one(Duty::EvidenceReceipt, 2 * HOUR);
    assert_eq!((open.of, open.due), (second, at(25 * HOUR)));
}
