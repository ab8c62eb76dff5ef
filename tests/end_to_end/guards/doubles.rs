//! Two Parties report one person, and whoever has the person makes it one rescue.

use concord_node::api::client::Client;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::procedure_of;
use super::say;

/// A report of somebody to the second agency, with which the others take part.
fn reported(by: &Client, others: &[usize], reference: &str) -> String {
    let to: Vec<usize> = [1].iter().chain(others).copied().collect();
    let mut rescue = begins("rescue-request", &to);
    rescue["body"].as_object_mut().unwrap().remove("home");
    rescue["body"]["person"]["person_ref"] = json!(reference);
    procedure_of(&say(by, rescue).unwrap())
}

/// The second agency has it in hand, and says more.
fn accepts(by: &Client, rescue: &str, to: &[usize], more: Value) {
    let mut update = follows("rescue-update", rescue, to);
    update["body"] = json!({"state": "accepted", "next_by": "2026-03-12T12:00:00+07:00"});
    update["body"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    say(by, update).unwrap();
}

/// The other rescues of the person, as a node shows them.
fn shown(node: &Client, rescue: &str) -> Vec<(String, Option<String>)> {
    let alerts = node.procedure(rescue).unwrap().alerts.into_iter();
    alerts.map(|alert| (alert.rule, alert.procedure)).collect()
}

#[test]
fn of_two_rescues_of_one_person_whoever_has_them_in_hand_is_shown_the_other_until_they_are_one() {
    // shows: res-68
    let world = Federation::of("guards-doubles", &AGENCIES);
    let nodes = world.all_ready();
    let [one, territory, other] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let first = reported(&other, &[0], "TH-P-000301");
    let second = reported(&one, &[2], "TH-P-000301");
    let somebody_else = reported(&other, &[], "TH-P-000302");
    for node in [&territory, &other] {
        arrives(node, &second, 1);
    }
    for node in [&territory, &one] {
        arrives(node, &first, 1);
    }
    arrives(&territory, &somebody_else, 1);

    let to = |rescue: &str| vec![("res-68".to_owned(), Some(rescue.to_owned()))];
    assert_eq!(shown(&territory, &first), to(&second));
    assert_eq!(shown(&territory, &second), to(&first));
    assert_eq!(shown(&territory, &somebody_else), []);
    let alert = territory.procedure(&first).unwrap().alerts.remove(0);
    assert!(alert.why.contains("reported") && !alert.why.contains("TH-P"), "{alert:?}");
    assert!(alert.remedy.contains("res-26"), "{alert:?}");
    for node in [&one, &other] {
        for rescue in [&first, &second] {
            assert_eq!(shown(node, rescue), [], "whoever reports has nothing to make one");
        }
    }

    accepts(&territory, &first, &[2, 0], json!({}));
    accepts(&territory, &second, &[0, 2], json!({}));
    assert_eq!(shown(&territory, &first), to(&second));
    let taken_in = json!([{"procedure": second, "reporter": AGENCIES[0]}]);
    accepts(&territory, &first, &[2, 0], json!({"merged_procedures": taken_in}));
    assert_eq!(shown(&territory, &second), to(&first), "it does not go on there yet");
    accepts(&territory, &second, &[0, 2], json!({"goes_on_in": first}));
    for rescue in [&first, &second] {
        assert_eq!(shown(&territory, rescue), []);
    }
}
