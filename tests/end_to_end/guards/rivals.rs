//! Somebody whose grant stands and who does not go: another State asks, or the person's own handover says why.

use concord_node::api::client::Client;
use concord_node::report::code::Code;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::granted;
use super::grants;
use super::listing;
use super::newest_own;
use super::procedure_of;
use super::say;
use super::taken;

/// The rules by which something speaks against a procedure.
fn rules(node: &Client, procedure: &str) -> Vec<String> {
    let alerts = node.procedure(procedure).unwrap().alerts;
    alerts.into_iter().map(|alert| alert.rule).collect()
}

/// The second agency prefers the first of these requests, and says so to whoever made one of them.
fn chosen(requests: [&str; 2], told: (&str, usize)) -> Value {
    let mut choice = follows("concurrent-requests", told.0, &[told.1]);
    choice["body"]["requests"] = json!(requests);
    choice["body"]["chosen"] = json!(requests[0]);
    choice
}

#[test]
fn of_two_states_that_ask_for_one_person_none_receives_the_person_before_both_were_told_of_the_choice()
 {
    // shows: ho-85, ho-86
    let world = Federation::of("guards-rivals", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, asked, third] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let request = say(&asks, begins("handover-request", &[1])).unwrap();
    let first = procedure_of(&request);
    taken(&asked, &first, &request.id);
    arrives(&asks, &first, 2);
    assert!(rules(&asked, &first).is_empty());

    let request = say(&third, begins("handover-request", &[1])).unwrap();
    let second = procedure_of(&request);
    arrives(&asked, &second, 1);
    let mut takes = follows("acknowledgement", &second, &[2]);
    takes["body"]["of"] = json!(request.id);
    say(&asked, takes).unwrap();
    for procedure in [&first, &second] {
        assert_eq!(rules(&asked, procedure), ["ho-85"]);
    }
    assert!(rules(&asks, &first).is_empty(), "whoever asks hears of no other request");
    let before = newest_own(&asked);
    let refused = say(&asked, grants(&first)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(&second) && refused.why.contains("ho-85"), "{refused:?}");
    assert!(refused.remedy.contains("concurrent-requests"), "{refused:?}");
    assert_eq!(newest_own(&asked), before, "nothing of it is said");

    say(&asked, chosen([&first, &second], (&first, 0))).unwrap();
    let refused = say(&asked, grants(&first)).unwrap_err();
    assert!(refused.why.contains("only one of the two"), "{refused:?}");
    say(&asked, chosen([&first, &second], (&second, 2))).unwrap();
    assert!(rules(&asked, &first).is_empty());
    assert_eq!(rules(&asked, &second), ["ho-86"]);
    let mut other = grants(&second);
    other["to"][0]["agency"] = json!(AGENCIES[2]);
    let refused = say(&asked, other).unwrap_err();
    assert!(refused.why.contains("ho-86") && refused.why.contains(&first), "{refused:?}");
    say(&asked, grants(&first)).unwrap();

    // As long as nobody has left it may choose anew.
    for told in [(first.as_str(), 0), (second.as_str(), 2)] {
        say(&asked, chosen([&second, &first], told)).unwrap();
    }
    assert_eq!(rules(&asked, &first), ["ho-86"]);
    for kind in ["custody-transfer-schedule", "leg-release"] {
        let refused = say(&asked, follows(kind, &first, &[0])).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
        assert!(refused.why.contains("ho-86"), "{refused:?}");
    }
}

#[test]
fn nobody_travels_with_others_whom_the_own_handover_holds_back() {
    // shows: bat-76, bat-78, ho-89
    let world = Federation::of("guards-held", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (handover, decision) = granted(&asks, &asked);
    let listed = listing(&[(decision.as_str(), "CN-P-000101")]);
    let batch = procedure_of(&say(&asked, listed.clone()).unwrap());
    arrives(&asks, &batch, 1);
    let seals = || {
        let mut seal = follows("manifest-seal", &batch, &[0]);
        let root = &listed["body"]["entry_root"];
        seal["body"] = json!({"version": 1, "entry_root": root, "count": 1});
        say(&asked, seal)
    };
    let held_by = |rule: &str| {
        assert_eq!(rules(&asked, &batch), [rule]);
        let refused = seals().unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
        assert!(refused.why.contains("entry 1") && refused.why.contains(rule), "{refused:?}");
    };
    let screened = |outcome: &str| {
        let mut report = follows("victim-screening-report", &handover, &[0]);
        report["body"]["person"]["person_ref"] = json!("CN-P-000101");
        report["body"]["person"]["category"] = json!("suspect");
        report["body"]["outcome"] = json!(outcome);
        report["body"]["indicators"] = json!([]);
        report["body"].as_object_mut().unwrap().remove("non_punishment_review");
        say(&asked, report).unwrap();
    };
    let custody = |kind: &str| {
        let mut event = follows("custody-event", &handover, &[0]);
        event["body"]["kind"] = json!(kind);
        say(&asked, event).unwrap();
    };
    screened("undetermined");
    held_by("bat-76");
    screened("no-indication");
    custody("hospitalised");
    held_by("bat-78");
    custody("held");
    assert!(rules(&asked, &batch).is_empty());

    let request = &asked.procedure(&handover).unwrap().transcript[0];
    let mut correction = follows("correction", &handover, &[1]);
    correction["body"]["targets"] = json!([request.id]);
    correction["body"]["changes"] = json!([{
        "target": request.id, "path": "/body/person/birth/as_stated",
        "old_digest": "00".repeat(32), "new": {"text": "1985"},
    }]);
    let messages = asked.procedure(&handover).unwrap().summary.messages;
    arrives(&asks, &handover, messages);
    say(&asks, correction).unwrap();
    arrives(&asked, &handover, messages + 1);
    held_by("ho-89");
    let refused = say(&asked, follows("leg-release", &handover, &[0])).unwrap_err();
    assert!(refused.why.contains("ho-89"), "{refused:?}");
}
