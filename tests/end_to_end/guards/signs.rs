//! Signs of a victim that were found in one handover hold the person in every other.

use concord_node::api::client::Client;
use concord_node::report::code::Code;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::grants;
use super::procedure_of;
use super::say;
use super::taken;

/// A request for somebody with a reference and a paper of their own, and the name and birth of everybody else here.
fn request(reference: &str) -> Value {
    let mut request = begins("handover-request", &[1]);
    request["body"]["detention"]["person_ref"] = json!(reference);
    let person = &mut request["body"]["person"];
    person["person_ref"] = json!(reference);
    for field in ["documents", "biometrics"] {
        person.as_object_mut().unwrap().remove(field);
    }
    request
}

/// What a screening found, in a handover or a rescue, of somebody with that reference.
fn finds(letter: Value, reference: &str, outcome: &str) -> Value {
    let mut letter = letter;
    let body = &mut letter["body"];
    body["person"]["person_ref"] = json!(reference);
    body["outcome"] = json!(outcome);
    if outcome == "no-indication" {
        body["person"]["category"] = json!("suspect");
        body["indicators"] = json!([]);
        body["non_punishment_review"] = json!("not-applicable");
    }
    letter
}

/// Whether an agency is told that it owes a rescue.
fn owes_a_rescue(client: &Client, handover: &str) -> Vec<String> {
    let due = client.procedure(handover).unwrap().deadlines;
    due.into_iter().filter(|due| due.duty == "rescue").map(|due| due.side).collect()
}

#[test]
fn whoever_may_be_a_victim_by_one_handover_is_held_in_every_other() {
    // shows: res-62, res-64, due-16
    let world = Federation::of("guards-signs", &AGENCIES);
    let mut nodes = world.all_ready();
    let [asks, asked, other] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let handover = |client: &Client, reference: &str| {
        let sent = say(client, request(reference)).unwrap();
        let procedure = procedure_of(&sent);
        taken(&asked, &procedure, &sent.id);
        procedure
    };
    let first = handover(&asks, "CN-P-000501");
    let second = handover(&asks, "CN-P-000501");
    let namesake = handover(&asks, "CN-P-000502");

    let report = || {
        finds(follows("victim-screening-report", &first, &[0]), "CN-P-000501", "presumed-victim")
    };
    say(&asked, report()).unwrap();
    assert_eq!(owes_a_rescue(&asked, &first), ["ours"]);
    arrives(&asks, &first, 3);
    assert!(owes_a_rescue(&asks, &first).is_empty(), "whoever asked is not told of a rescue");
    let refused = say(&asked, grants(&second)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(&first) && refused.why.contains("rerouted"), "{refused:?}");
    assert!(refused.remedy.contains("rerouted_from"), "{refused:?}");
    for node in [&asked, &asks] {
        let alerts = node.procedure(&second).unwrap().alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(
            (alerts[0].rule.as_str(), alerts[0].procedure.as_ref()),
            ("res-62", Some(&first))
        );
    }
    say(&asked, grants(&namesake)).unwrap();
    let wanted = |checked: bool| {
        let mut wanted = begins("notice", &[1]);
        wanted["body"]["subject"]["person"]["person_ref"] = json!("CN-P-000501");
        wanted["rescues_checked"] = json!(checked);
        wanted
    };
    assert_eq!(say(&asks, wanted(true)).unwrap_err().code, Code::Safeguard);

    // The index is on the disk.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let asked = nodes[1].client();
    assert_eq!(say(&asked, grants(&second)).unwrap_err().code, Code::Safeguard);

    // Nobody gets free by another look, or by somebody else's rescue.
    let cleared =
        || finds(follows("victim-screening-report", &first, &[0]), "CN-P-000501", "no-indication");
    let refused = say(&asked, cleared()).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.remedy.contains("rerouted_from"), "{refused:?}");
    let begun = |client: &Client, to: usize| {
        let mut rescue =
            finds(begins("victim-screening-report", &[to]), "CN-P-000501", "presumed-victim");
        rescue["body"]["rerouted_from"] = json!(first);
        procedure_of(&say(client, rescue).unwrap())
    };
    let theirs = begun(&other, 1);
    arrives(&asked, &theirs, 1);
    assert_eq!(owes_a_rescue(&asked, &first), ["ours"]);
    let alerts = asked.procedure(&second).unwrap().alerts;
    assert_eq!(alerts.len(), 2, "{alerts:?}");
    let clears = |rescue: &str, to: usize| {
        finds(follows("victim-screening-report", rescue, &[to]), "CN-P-000501", "no-indication")
    };
    say(&other, clears(&theirs, 1)).unwrap();
    arrives(&asked, &theirs, 2);
    let refers = |rescue: &str, to: usize| {
        let mut update = follows("rescue-update", rescue, &[to]);
        update["body"] = json!({
            "state": "referred-to-justice", "next_by": "2026-03-12T12:00:00+07:00",
            "prosecutor_decision_ref": "LA-PD-2026-0012",
        });
        update
    };
    say(&other, refers(&theirs, 1)).unwrap();
    arrives(&asked, &theirs, 3);
    assert!(say(&asked, grants(&second)).unwrap_err().why.contains(&first));

    // A rescue of whoever holds the person takes over; no indication alone frees nobody, a prosecutor's decision does.
    let rescue = begun(&asked, 2);
    assert!(owes_a_rescue(&asked, &first).is_empty());
    let alerts = asked.procedure(&second).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((alerts[0].rule.as_str(), alerts[0].procedure.as_ref()), ("res-34", Some(&rescue)));
    say(&asked, clears(&rescue, 2)).unwrap();
    assert!(say(&asked, grants(&second)).unwrap_err().why.contains(&first));
    assert_eq!(say(&asked, cleared()).unwrap_err().code, Code::Safeguard);
    say(&asked, refers(&rescue, 2)).unwrap();
    assert_eq!(asked.procedure(&second).unwrap().alerts, []);
    assert_eq!(asks.procedure(&second).unwrap().alerts.len(), 1, "it holds no rescue");
    say(&asked, cleared()).unwrap();
    arrives(&asks, &first, 4);
    assert_eq!(asks.procedure(&second).unwrap().alerts, []);
    let mut granted = grants(&second);
    granted["rescues_checked"] = json!(true);
    say(&asked, granted).unwrap();
    say(&asks, wanted(true)).unwrap();
}
