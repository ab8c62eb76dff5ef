//! What is changed in what is handed in, and comparisons of people, over the API.

use std::fs;
use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::api::tests::fake::Fake;
use crate::api::tests::wire::Answered;
use crate::api::tests::wire::SUBMISSION;
use crate::api::tests::wire::World;

const JSON: (&str, &str) = ("content-type", "application/json");

fn asked(path: &str, document: &Value) -> Answered {
    World::new(Fake::new()).post(path, &[JSON], document.to_string())
}

/// A case of `spec/vectors/names/compare`.
fn case(name: &str) -> Value {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/names/compare");
    serde_json::from_slice(&fs::read(folder.join(format!("{name}.json"))).unwrap()).unwrap()
}

#[test]
fn every_change_to_a_submission_is_told_with_its_place() {
    // shows: nam-2, nam-3
    let mut submission: Value = serde_json::from_str(SUBMISSION).unwrap();
    submission["handling"]["review_on"] = json!("๒๐๒๗-๐๓-๐๑");
    submission["body"]["assigned_unit"] = json!("Nguye\u{302}\u{303}n");
    let answered = asked("/api/v1/messages", &submission);

    assert_eq!(answered.status.as_u16(), 201);
    let changes = answered.json()["changes"].clone();
    let told: Vec<(&str, &str)> = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (change["pointer"].as_str().unwrap(), change["change"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("/body/assigned_unit", "composed"), ("/handling/review_on", "digits")]);
    let plain: Value = serde_json::from_str(SUBMISSION).unwrap();
    assert_eq!(asked("/api/v1/messages", &plain).json()["changes"], Value::Null);
}

#[test]
fn what_people_have_voted_on_is_not_changed() {
    // shows: nam-5
    let mut submission: Value = serde_json::from_str(SUBMISSION).unwrap();
    submission["body"]["assigned_unit"] = json!("Nguye\u{302}\u{303}n");
    submission["approvals"] = json!({});
    let answered = asked("/api/v1/messages", &submission);

    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (422, "bad-submission"));
    let fields = answered.json()["faults"].to_string();
    assert!(fields.contains("/body/assigned_unit"), "{fields}");
}

#[test]
fn two_people_are_compared_with_every_ground() {
    // shows: nam-28
    let case = case("thai-script-and-latin");
    let two = json!({"one": case["one"], "other": case["other"]});
    let answered = asked("/api/v1/names/compare", &two);

    assert_eq!(answered.status.as_u16(), 200);
    let found = answered.json();
    assert_eq!(found["grade"], "possible");
    assert_eq!(found["grounds"][0]["reason"], "script-and-latin-sound-alike");
    assert_eq!(found["grounds"][0]["bearing"], "for");
    assert_eq!(
        (&found["grounds"][0]["one"], &found["grounds"][0]["other"]),
        (&json!(0), &json!(0))
    );
    let text = found.to_string();
    assert!(
        !text.contains("ตัวอย่าง") && !text.contains("Tuayang"),
        "an answer repeats no name: {text}"
    );

    let answered = asked("/api/v1/names/compare", &json!({"one": case["one"]}));
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (422, "bad-submission"));
    let answered = World::new(Fake::new()).post("/api/v1/names/compare", &[JSON], "{");
    assert_eq!(answered.code(), "bad-json");
}

#[test]
fn the_people_of_a_draft_who_may_be_one_are_found_with_their_places() {
    // shows: nam-27
    let case = case("chinese-variants");
    let draft = json!({"kind": "rescue-request", "body": {"persons": [case["one"], {"person_ref": 7, "names": []}],
        "others": {"a/b": case["other"]}}});
    let found = asked("/api/v1/names/alike", &draft).json();

    assert_eq!(found["unread"], 1);
    assert_eq!(found["pairs"].as_array().unwrap().len(), 1, "{found}");
    let mut places = [found["pairs"][0]["one"].clone(), found["pairs"][0]["other"].clone()];
    places.sort_by_key(ToString::to_string);
    assert_eq!(places, [json!("/body/others/a~1b"), json!("/body/persons/0")]);
    assert_eq!(found["pairs"][0]["comparison"]["grade"], "possible");
}
