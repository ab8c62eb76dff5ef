//! Figures: what they count, what stands behind them, and what is not added.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;
use serde_json::json;

use crate::codec::value::Value;
use crate::crypto::digest;
use crate::ids::Party;
use crate::ids::ProcedureId;
use crate::message::body::Body;
use crate::message::coordination::situation::Overlaps;
use crate::message::coordination::situation::StatItem;
use crate::message::handover::decision::Outcome;
use crate::message::intelligence::block_effect_report::AttemptType;
use crate::message::kind::Kind;
use crate::message::refusal_ground::RefusalGround;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Book;
use crate::procedure::exchange::fact::BlockEffect;
use crate::procedure::exchange::fact::FeedFact;
use crate::procedure::exchange::fact::FeedPoint;
use crate::procedure::exchange::feed::Feed;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::handover::fact::HandoverFact;
use crate::procedure::statistics::derived;
use crate::procedure::statistics::derived::Derived;
use crate::procedure::statistics::derived::Question;
use crate::procedure::statistics::derived::Untrue;
use crate::procedure::statistics::draft;
use crate::procedure::statistics::measure::Measure;
use crate::procedure::statistics::measure::Topic;
use crate::procedure::statistics::sum;
use crate::procedure::statistics::sum::Because;
use crate::procedure::tests::ASKED;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::procedure::tests::handover;

const DAY: u64 = 86_400_000;
const FROM: &str = "1970-01-01T00:00:00.000Z";
const UNTIL: &str = "1970-01-03T00:00:00.000Z";

/// A figure about persons handed over in two days, with these fields otherwise.
fn figure(name: &str, otherwise: &[(&str, Json)]) -> StatItem {
    let mut item = json!({
        "stat_ref": name, "measure": "persons-handed-over", "value": "10", "unit": "persons",
        "population": {"lang": "en", "text": "Persons whom this procedure is about."},
        "territory": ["LA"], "period": {"from": FROM, "to": UNTIL}, "counting_rule": "transfer",
        "derivation": {"declared": {"source": "Statement, exercise"}}, "overlaps": "none",
    });
    for (field, value) in otherwise {
        item[*field] = value.clone();
    }
    let report = json!({"period": {"from": FROM, "to": UNTIL}, "items": [item], "new_mo": [],
        "obstacles": [], "requests_to_others": []});
    let tree: Value = serde_json::from_value(report).unwrap();
    let Ok(Body::SituationReport(report)) = Body::read(Kind::SituationReport, &tree) else {
        panic!("not a report: {:?}", Body::read(Kind::SituationReport, &tree).err());
    };
    report.items.as_slice()[0].clone()
}

fn names(refs: &[RecordRef]) -> Vec<&str> {
    refs.iter().map(RecordRef::as_str).collect()
}

fn book<R: Rules>(play: &Play<R>) -> Book {
    let acts = (0..play.transcript.len()).filter_map(|place| play.transcript.act(place));
    Book::of(acts.cloned().collect::<Vec<Act>>())
}

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(u64::from(name)), [name; 10])
}

fn question(measure: Measure) -> Question {
    about(Topic::Whole(measure))
}

fn about(topic: Topic) -> Question {
    Question { topic, from: Timestamp::from_millis(0), until: Timestamp::from_millis(2 * DAY) }
}

/// How many refusals name a ground, and how many could not be read.
fn refused_for(ground: RefusalGround, books: &[Book]) -> (u64, usize) {
    let found = ask(&about(Topic::RefusedFor(ground)), books);
    (found.value, found.unread.len())
}

fn ask(question: &Question, books: &[Book]) -> Derived {
    question.ask((1..).map(procedure).zip(books))
}

fn refused(salt: u8) -> Book {
    refused_on(salt, Some(&[]))
}

/// A request that is refused on grounds, or before grounds were noted.
fn refused_on(salt: u8, grounds: Option<&[RefusalGround]>) -> Book {
    let mut play = handover::examined(salt);
    let Fact::Handover(HandoverFact::Decided(mut decision)) = handover::decided(Outcome::Refused)
    else {
        panic!("no decision")
    };
    decision.unconsulted = true;
    decision.grounds = grounds.map(|grounds| grounds.iter().copied().collect());
    play.say(ASKED, Fact::Handover(HandoverFact::Decided(decision)));
    book(&play)
}

#[test]
fn the_measures_are_those_that_the_chapter_prints() {
    // shows: sta-1
    let chapter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/25-statistics.md");
    let chapter = fs::read_to_string(chapter).unwrap();
    let kept: Vec<&str> = chapter.lines().filter(|line| line.starts_with("| `")).collect();
    let row = |measure: &Measure| {
        let (unit, rule) = (measure.unit(), measure.counting_rule());
        format!("| `{measure}` | {unit} | `{rule}` | {} |", measure.rows().join(", "))
    };
    let rows: Vec<String> = Measure::ALL.iter().map(row).collect();
    assert_eq!(kept, rows, "the table should be:\n{}", rows.join("\n"));
}

#[test]
fn a_figure_is_derived_with_every_message_that_it_counts() {
    // shows: sta-1
    let books = [refused(0), refused(1), book(&handover::examined(2))];

    let found = ask(&question(Measure::Refused), &books);

    assert_eq!((found.value, found.records.len()), (2, 2));
    let digest = books[0].transcript().act(2).unwrap().digest;
    assert!(
        found
            .records
            .iter()
            .any(|record| record.digest == digest && record.procedure == procedure(1))
    );
    let before = Question { until: Timestamp::from_millis(1_000), ..question(Measure::Refused) };
    assert_eq!(ask(&before, &books).value, 0);
    assert_eq!(ask(&question(Measure::HandedOver), &books).value, 0);
}

#[test]
fn refusals_are_counted_by_ground_and_what_cannot_be_read_is_said() {
    // shows: sta-7
    let both = [RefusalGround::OwnNational, RefusalGround::InsufficientEvidence];
    let books = [
        refused_on(0, Some(&both)),
        refused_on(1, Some(&[RefusalGround::OwnNational])),
        refused_on(2, None),
        gone(3),
        book(&handover::examined(4)),
    ];

    assert_eq!(refused_for(RefusalGround::OwnNational, &books), (2, 2));
    assert_eq!(refused_for(RefusalGround::InsufficientEvidence, &books), (1, 2));
    assert_eq!(refused_for(RefusalGround::Minor, &books), (0, 2));
    let whole = ask(&question(Measure::Refused), &books);
    assert_eq!((whole.value, whole.unread.len()), (3, 1), "grounds are not added: it is three");
}

/// A decision whose body was gone before it came.
fn gone(salt: u8) -> Book {
    let mut play = handover::examined(salt);
    let mut act = play.act(ASKED, &play.transcript.heads(), Fact::Gone);
    act.kind = Kind::HandoverDecision;
    play.put(act).unwrap();
    book(&play)
}

#[test]
fn a_topic_is_named_by_its_measure_and_its_ground() {
    // shows: sta-7
    let topics: Vec<Topic> =
        Measure::ALL.iter().map(|measure| Topic::Whole(*measure)).chain(Topic::grounds()).collect();
    for topic in topics {
        assert_eq!(Topic::parse(&topic.to_string()), Some(topic));
    }
    for wrong in ["handovers-refused:", "handovers-refused:not-available", "calls-blocked:minor"] {
        assert_eq!(Topic::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_draft_of_a_report_has_what_is_derived_and_claims_nothing_else() {
    // shows: sta-11
    let books = [refused_on(0, Some(&[RefusalGround::OwnNational])), gone(1)];
    let topics = Measure::ALL.iter().map(|measure| Topic::Whole(*measure)).chain(Topic::grounds());
    let figures: Vec<Derived> = topics.map(|topic| ask(&about(topic), &books)).collect();
    let (from, until) = (Instant::parse(FROM).unwrap(), Instant::parse(UNTIL).unwrap());

    let draft = draft::body(&Party::parse("LA").unwrap(), (&from, &until), &figures);

    let Ok(Body::SituationReport(report)) = Body::read(Kind::SituationReport, &draft) else {
        panic!("not a report: {:?}", Body::read(Kind::SituationReport, &draft).err());
    };
    assert_eq!(report.items.as_slice().len(), Measure::ALL.len());
    for (item, figure) in report.items.iter().zip(&figures) {
        assert!(matches!(item.overlaps, Overlaps::Unknown), "nobody here knows that none overlaps");
        assert_eq!(derived::question_of(item), Ok(figure.question));
        assert_eq!(derived::check(item, figure), Ok(()));
    }
    let refused = &report.items.as_slice()[1];
    assert_eq!(refused.value.as_str(), "1");
    assert!(refused.population.text.as_str().ends_with("could not be read: 1."));
    let obstacles: Vec<(RefusalGround, u64)> =
        report.obstacles.as_slice().iter().map(|entry| (entry.ground, entry.count)).collect();
    assert_eq!(obstacles, [(RefusalGround::OwnNational, 1)]);
}

#[test]
fn the_same_records_shown_twice_count_once() {
    // shows: sta-1
    let refused = refused(0);
    let twice = [(procedure(1), &refused), (procedure(1), &refused)];

    assert_eq!(question(Measure::Refused).ask(twice).value, 1);
}

#[test]
fn attempts_are_counted_by_type_and_feed_and_a_report_that_is_superseded_is_not() {
    // shows: sta-1
    let feed = digest::sha256(b"feed");
    let effect = |calls, feed| BlockEffect {
        feed,
        from: Timestamp::from_millis(0),
        until: Timestamp::from_millis(DAY),
        counts: Vec::from([(AttemptType::Call, calls), (AttemptType::Payment, 1)]),
    };
    let whole = FeedFact::Whole { feed, at: FeedPoint { seq: 1, root: feed } };
    let mut play: Play<Feed> = Play::begin(0, whole.into());
    let first = play.say(ASKED, FeedFact::Blocked(effect(100, Some(feed))).into());
    play.say_instead(ASKED, first, FeedFact::Blocked(effect(90, Some(feed))).into());
    play.say(ASKS, FeedFact::Blocked(effect(7, Some(feed))).into());
    play.say(ASKS, FeedFact::Blocked(effect(5_000, None)).into());
    let books = [book(&play)];

    let calls = ask(&question(Measure::CallsBlocked), &books);

    assert_eq!((calls.value, calls.records.len()), (97, 2));
    assert_eq!(calls.value, play.now().state.blocked(AttemptType::Call));
    assert_eq!(ask(&question(Measure::PaymentsBlocked), &books).value, 2);
    assert_eq!(ask(&question(Measure::MessagesBlocked), &books).value, 0);
    let half =
        Question { until: Timestamp::from_millis(DAY / 2), ..question(Measure::CallsBlocked) };
    assert_eq!(ask(&half, &books).value, 0);
}

#[test]
fn every_part_of_a_question_is_in_its_digest() {
    // shows: sta-2
    let one = question(Measure::Refused);
    let others = [
        Question { topic: Topic::Whole(Measure::HandedOver), ..one },
        Question { topic: Topic::RefusedFor(RefusalGround::OwnNational), ..one },
        Question { from: Timestamp::from_millis(1), ..one },
        Question { until: Timestamp::from_millis(1), ..one },
    ];

    assert!(others.iter().all(|other| other.digest() != one.digest()));
    assert_eq!(one.digest(), question(Measure::Refused).digest());
}

#[test]
fn a_figure_that_somebody_sent_is_checked_by_whoever_holds_the_records() {
    // shows: sta-3
    let books = [refused(0), refused(1)];
    let digest = format!("sha256:{}", question(Measure::Refused).digest());
    let derived = |digest: &str, records: u64| json!({"derived": {"query_digest": digest, "records": records}});
    let sent = |otherwise: &[(&str, Json)]| {
        let mut fields = Vec::from([
            ("measure", json!("handovers-refused")),
            ("unit", json!("cases")),
            ("counting_rule", json!("case")),
            ("value", json!("2")),
            ("derivation", derived(&digest, 2)),
        ]);
        fields.extend_from_slice(otherwise);
        let figure = figure("F", &fields);
        derived::question_of(&figure)
            .and_then(|question| derived::check(&figure, &ask(&question, &books)))
    };

    assert_eq!(sent(&[]), Ok(()));
    let other = format!("sha256:{}", question(Measure::HandedOver).digest());
    let wrong = [
        (("derivation", json!({"declared": {"source": "press"}})), Untrue::Declared),
        (("measure", json!("Persons, roughly")), Untrue::UnknownMeasure),
        (("counting_rule", json!("person-once")), Untrue::OtherRule),
        (("derivation", derived(&other, 2)), Untrue::OtherQuestion),
        (("derivation", derived(&digest, 3)), Untrue::Records { said: 3, found: 2 }),
        (("value", json!("20")), Untrue::Value { said: "20".to_string(), found: 2 }),
    ];
    for (change, why) in wrong {
        assert_eq!(sent(&[change]), Err(why));
    }
}

#[test]
fn figures_that_count_alike_and_overlap_with_nothing_are_added() {
    // shows: sta-4
    let items =
        [figure("A", &[]), figure("B", &[("value", json!("2.5")), ("territory", json!(["TH"]))])];

    let sum = sum::add(&items).unwrap();

    assert_eq!(sum.total, 12_500_000_000_000_000_000);
    assert_eq!(sum.text(), "12.5");
    assert_eq!((names(&sum.of), sum.replaced.len()), (Vec::from(["A", "B"]), 0));
}

#[test]
fn figures_that_do_not_count_alike_are_never_added_and_the_refusal_says_why() {
    // shows: sta-4
    let later = json!({"from": FROM, "to": "1970-01-04T00:00:00.000Z"});
    let cases = [
        (("measure", json!("persons-rescued")), Because::Measure),
        (("unit", json!("cases")), Because::Unit),
        (("population", json!({"lang": "en", "text": "Foreigners"})), Because::Population),
        (("counting_rule", json!("person-once")), Because::CountingRule),
        (("period", later), Because::Period),
        (("stat_ref", json!("A")), Because::Twice),
    ];
    for (change, because) in cases {
        let refusal = sum::add(&[figure("A", &[]), figure("B", &[change])]).unwrap_err();
        assert_eq!(refusal.because, because);
        assert!(refusal.to_string().contains(because.remedy()));
    }
    assert_eq!(sum::add(&[]).unwrap_err().because, Because::Nothing);
}

#[test]
fn what_may_overlap_is_never_added() {
    // shows: sta-4
    let unknown = figure("B", &[("overlaps", json!("unknown")), ("value", json!("53388"))]);
    let with = figure("B", &[("overlaps", json!({"with": ["A"]}))]);
    let first = || figure("A", &[]);

    let refusal = sum::add(&[first(), unknown.clone()]).unwrap_err();
    assert_eq!(
        (refusal.because, names(&refusal.between)),
        (Because::OverlapUnknown, Vec::from(["B"]))
    );
    assert_eq!(sum::add(&[unknown.clone(), first()]).unwrap_err().because, Because::OverlapUnknown);
    assert_eq!(sum::add(&[first(), with]).unwrap_err().because, Because::Overlap);
    assert_eq!(names(&sum::add(&[unknown]).unwrap().of), ["B"]);
}

#[test]
fn a_revision_replaces_and_never_adds() {
    // shows: sta-5
    let revision = figure("B", &[("revises", json!("A")), ("value", json!("8"))]);

    let sum = sum::add(&[figure("A", &[]), revision, figure("C", &[])]).unwrap();

    assert_eq!(sum.total, 18_000_000_000_000_000_000);
    assert_eq!(sum.text(), "18");
    assert_eq!((names(&sum.of), names(&sum.replaced)), (Vec::from(["B", "C"]), Vec::from(["A"])));
}
