//! Instants of a content.

use alloc::vec;
use alloc::vec::Vec;

use serde_json::json;

use crate::codec::value::Value;
use crate::message::instants;

#[test]
fn the_instants_of_a_content_are_found_where_they_stand_and_as_they_were_written() {
    // shows: tim-2
    let content: Value = serde_json::from_value(json!({
        "subject_line": "2026-03-01",
        "body": {"legs": [{"window": {"from": "2026-03-01T08:00:00+07:00", "to": "2026-03-01T09:00:00+07:00"},
            "zone": "Asia/Vientiane"}], "count": 3, "cancel_cutoff": "2026-02-28T20:00:00Z"},
    }))
    .unwrap();

    let found = instants::of(&content);

    let found: Vec<(&str, &str)> =
        found.iter().map(|stated| (stated.pointer.as_str(), stated.instant.as_str())).collect();
    let wanted = [
        ("/body/cancel_cutoff", "2026-02-28T20:00:00Z"),
        ("/body/legs/0/window/from", "2026-03-01T08:00:00+07:00"),
        ("/body/legs/0/window/to", "2026-03-01T09:00:00+07:00"),
    ];
    assert!(found.len() == 3 && wanted.iter().all(|stated| found.contains(stated)), "{found:?}");
}

#[test]
fn no_more_instants_are_listed_than_the_bound_says() {
    // shows: tim-2
    let many = Value::List(vec![Value::Text("2026-02-28T20:00:00Z".into()); 300]);
    assert_eq!(instants::of(&many).len(), instants::STATED_MAX);
}
