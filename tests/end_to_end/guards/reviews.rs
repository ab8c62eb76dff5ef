//! What is looked at again is listed by its day, and kept on by an officer's word until another one.

use std::fs;
use std::slice;

use concord_node::api::client::Client;
use concord_node::api::shape::review::KeptDocument;
use concord_node::clock;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Span;
use harness::federation::Federation;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::procedure_of;
use super::say;

#[test]
fn what_is_looked_at_again_is_listed_by_its_day() {
    // shows: era-10
    let world = Federation::of("guards-reviews", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [author, reader] = [0, 1].map(|place: usize| nodes[place].client());
    let report = |review_on: String| {
        let mut letter = begins("intelligence-report", &[1]);
        letter["handling"]["review_on"] = json!(review_on);
        let sent = say(&author, letter).unwrap();
        arrives(&reader, &procedure_of(&sent), 1);
        sent.id
    };
    let soon = report(day(10));
    let due = report("2025-12-31".to_owned());
    report(day(40));

    for node in [&author, &reader] {
        let page = node.reviews(None, None).unwrap();
        let listed: Vec<(&str, &str)> =
            page.items.iter().map(|item| (item.id.as_str(), item.state.as_str())).collect();
        assert_eq!(listed, [(due.as_str(), "due"), (soon.as_str(), "soon")]);
        assert_eq!((page.items[0].term_months, page.next), (12, None));
        let first = node.reviews(Some(1), None).unwrap();
        let rest = node.reviews(Some(1), first.next.as_deref()).unwrap();
        assert_eq!(rest.items[0].id, soon);
    }
    // What is erased waits for nobody.
    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "LA-1")];
    reader.erase(&due, demand).unwrap();
    let left: Vec<String> =
        reader.reviews(None, None).unwrap().items.into_iter().map(|item| item.id).collect();
    assert_eq!(left, [soon]);
}

#[test]
fn what_is_still_needed_is_kept_for_a_reason_until_another_review() {
    // shows: era-12, era-13
    let world = Federation::of("guards-kept", &AGENCIES[..2]);
    let mut nodes = world.all_ready();
    let [author, reader] = [0, 1].map(|place: usize| nodes[place].client());
    let past = "2025-12-31".to_owned();
    let [due, other, far] = [past.clone(), past, day(60)].map(|review_on| {
        let mut letter = begins("intelligence-report", &[1]);
        letter["handling"]["review_on"] = json!(review_on);
        let sent = say(&author, letter).unwrap();
        arrives(&reader, &procedure_of(&sent), 1);
        sent.id
    });
    for (id, until) in [(&due, day(0)), (&due, day(500)), (&far, day(90))] {
        let refused = keep(&reader, id, &until).unwrap_err();
        assert_eq!(refused.code, Code::NotKept, "{refused:?}");
    }
    assert_eq!(listed(&reader), [due.clone(), other.clone()]);

    let kept = keep(&reader, &due, &day(200)).unwrap();
    let leaf = reader.entries(kept.log_index, Some(1)).unwrap();
    let leaf = serde_json::to_value(&leaf.items[0]).unwrap().to_string();
    assert!(leaf.contains("LA-7") && leaf.contains("read"), "{leaf}");
    // Whoever keeps a message for less than 30 days sees it again at once, and may keep it again.
    for ahead in [10, 20] {
        keep(&reader, &other, &day(ahead)).unwrap();
    }
    assert_eq!(listed(&reader), slice::from_ref(&other));
    assert_eq!(listed(&author).len(), 2, "each agency decides for itself");

    nodes[1].kill();
    nodes[1] = world.ready(1);
    let reader = nodes[1].client();
    assert_eq!(listed(&reader), slice::from_ref(&other));
    let shown = reader.message(&due).unwrap().kept.unwrap();
    assert_eq!((shown.officer.as_str(), shown.reason.as_str()), ("LA-7", REASON));
    let folder = world.folder(1).join("kept");
    let files = || fs::read_dir(&folder).unwrap().count();
    assert_eq!(files(), 2);

    // With the body its reason ends; a damaged one puts its message back on the list.
    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "LA-1")];
    reader.erase(&other, demand).unwrap();
    assert_eq!((files(), listed(&reader)), (1, Vec::new()));
    assert!(keep(&reader, &other, &day(20)).is_err());
    nodes[1].kill();
    let left = fs::read_dir(&folder).unwrap().next().unwrap().unwrap().path();
    fs::write(left, [0; 64]).unwrap();
    nodes[1] = world.ready(1);
    assert_eq!(listed(&nodes[1].client()), [due]);
}

const REASON: &str = "the trial goes on";

fn keep(node: &Client, id: &str, until: &str) -> Result<KeptDocument, Report> {
    node.keep(id, [("officer", "LA-7"), ("reason", REASON), ("next_review", until)])
}

fn listed(node: &Client) -> Vec<String> {
    node.reviews(None, None).unwrap().items.into_iter().map(|item| item.id).collect()
}

/// The day so many days from now.
fn day(ahead: u32) -> String {
    CivilDate::of(clock::now().after(Span::from_days(ahead))).unwrap().to_string()
}
