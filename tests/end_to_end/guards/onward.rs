//! What was passed on is known to whoever has both sides of it, and what its originator says of it since goes on too.

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::procedure_of;
use super::say;

/// A report of the first agency that the second passed on to the third, with leave.
struct PassedOn {
    report: Message,
    told: String,
    consent: String,
    copy: Message,
    passed: String,
}

impl PassedOn {
    fn at([owner, passes, gets]: [&Client; 3]) -> Self {
        let report = say(owner, begins("intelligence-report", &[1])).unwrap();
        let told = procedure_of(&report);
        arrives(passes, &told, 1);
        let mut ask = follows("onward-transfer-request", &told, &[0]);
        ask["body"]["items"] = json!([report.id]);
        ask["body"]["proposed_recipients"] =
            json!([{"party": "TH", "agency": AGENCIES[2], "name": "Liaison desk"}]);
        ask["body"]["purpose"] = json!({"kind": "investigation"});
        ask["body"]["for_evidence"] = json!(false);
        let ask = say(passes, ask).unwrap();
        arrives(owner, &told, 2);
        let mut grant = follows("onward-transfer-decision", &told, &[1]);
        grant["body"] = json!({"of": ask.id, "granted": true});
        let consent = say(owner, grant).unwrap().id;
        arrives(passes, &told, 3);
        let mut copy = begins("intelligence-report", &[2]);
        copy["originator"] = json!(AGENCIES[0]);
        copy["consent"] = json!(consent);
        copy["handling"]["evidential_use"] = json!("never");
        let copy = say(passes, copy).unwrap();
        let passed = procedure_of(&copy);
        arrives(gets, &passed, 1);
        Self { report, told, consent, copy, passed }
    }
}

/// A correction of a report.
fn corrects(report: &str, procedure: &str, to: usize) -> Value {
    let mut correction = follows("correction", procedure, &[to]);
    correction["body"]["targets"] = json!([report]);
    for change in correction["body"]["changes"].as_array_mut().unwrap() {
        change["target"] = json!(report);
    }
    correction
}

/// What a node shows against a message by this rule: the message and the other procedure.
fn owes(client: &Client, procedure: &str) -> Vec<(Option<String>, Option<String>)> {
    let alerts = client.procedure(procedure).unwrap().alerts.into_iter();
    let owed = alerts.filter(|alert| alert.rule == "orc-23");
    owed.map(|alert| (alert.message, alert.procedure)).collect()
}

#[test]
fn whoever_passed_a_message_on_is_told_to_pass_its_correction_on() {
    // shows: orc-23, orc-24
    let world = Federation::of("guards-onward", &AGENCIES);
    let mut nodes = world.all_ready();
    let [owner, passes, gets] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let on = PassedOn::at([&owner, &passes, &gets]);

    let known = passes.procedure(&on.told).unwrap().passed_on;
    assert_eq!(known.len(), 1, "{known:?}");
    let (items, to) = (vec![on.report.id.clone()], vec![AGENCIES[2].to_owned()]);
    assert_eq!((&known[0].items, &known[0].to), (&items, &to));
    assert_eq!((known[0].by.as_str(), &known[0].consent), (AGENCIES[1], &on.consent));
    assert_eq!((&known[0].message, &known[0].procedure), (&on.copy.id, &on.passed));
    assert_eq!(owner.procedure(&on.told).unwrap().passed_on, [], "it was not sent the copy");
    assert_eq!(owes(&passes, &on.told), []);

    say(&owner, corrects(&on.report.id, &on.told, 1)).unwrap();
    arrives(&passes, &on.told, 4);
    // The index is made again from what is on the disk.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let passes = nodes[1].client();
    let copy = Some(on.copy.id.clone());
    assert_eq!(owes(&passes, &on.told), [(copy.clone(), Some(on.passed.clone()))]);
    assert_eq!(owes(&passes, &on.passed), [(copy.clone(), Some(on.told.clone()))]);
    assert_eq!(owes(&owner, &on.told), []);
    assert_eq!(owes(&gets, &on.passed), []);

    say(&passes, corrects(&on.copy.id, &on.passed, 2)).unwrap();
    assert_eq!((owes(&passes, &on.told), owes(&passes, &on.passed)), (vec![], vec![]));

    // A recall is not answered by a correction.
    let mut recall = follows("recall", &on.told, &[1]);
    recall["body"]["targets"] = json!([on.report.id]);
    say(&owner, recall).unwrap();
    arrives(&passes, &on.told, 5);
    assert_eq!(owes(&passes, &on.told), [(copy, Some(on.passed.clone()))]);
    say(&passes, corrects(&on.copy.id, &on.passed, 2)).unwrap();
    assert_eq!(owes(&passes, &on.told).len(), 1);
    let mut recall = follows("recall", &on.passed, &[2]);
    recall["body"]["targets"] = json!([on.copy.id]);
    say(&passes, recall).unwrap();
    assert_eq!((owes(&passes, &on.told), owes(&passes, &on.passed)), (vec![], vec![]));
}
