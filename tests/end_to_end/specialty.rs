//! What was said before binds whoever decides next: grounds, the promise of a handover, the case of a report.

use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::procedure::ProcedureDetail;
use concord_node::report::Report;
use concord_node::report::code::Code;
use harness::federation::Federation;
use harness::letter;
use harness::wait;
use serde_json::Value;
use serde_json::json;

/// Who asks and receives, who is asked and hands over, a third one.
const AGENCIES: [&str; 3] = ["cn.mps", "la.mps", "th.rtp"];

const WITHIN: Duration = Duration::from_secs(60);

#[test]
fn a_grant_with_an_open_mandatory_ground_is_refused_until_it_is_met() {
    // shows: ho-54, ho-56
    let world = Federation::of("specialty-grounds", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let handover = examined(&asks, &asked, "CN-P-000101");
    let mut intent = follows("intent-to-refuse", &handover, &[0]);
    intent["body"]["grounds"][0]["ground"] = json!("political-offence");
    intent["body"]["grounds"][0]["class"] = json!("mandatory");
    let intent = say(&asked, intent).unwrap();
    arrives(&asks, &handover, 3);
    let mut views = follows("consultation-views", &handover, &[1]);
    views["body"]["of"] = json!(intent.id);
    say(&asks, views).unwrap();
    arrives(&asked, &handover, 4);

    let before = asked.head().unwrap().size;
    let refused = say(&asked, grants(&handover)).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(
        refused.why.contains("political-offence") && refused.why.contains("ho-54"),
        "{refused:?}"
    );
    assert!(refused.remedy.contains("grounds_met"), "{refused:?}");
    assert_eq!(asked.head().unwrap().size, before, "nothing of it is logged");

    let mut met = grants(&handover);
    met["body"]["grounds_met"] = json!([{
        "ground": "political-offence", "law": "Law on Extradition, article 9",
        "reasons": {"lang": "en", "text": "The act was a common crime."},
    }]);
    say(&asked, met).unwrap();
    assert_eq!(arrives(&asks, &handover, 5).summary.stage.as_deref(), Some("granted"));
}

#[test]
fn a_person_is_tried_for_what_was_granted_or_consented_to_and_given_to_nobody_else() {
    // shows: spc-4, spc-6, spc-7, spc-8
    let world = Federation::of("specialty-ledger", &AGENCIES);
    let nodes = world.all_ready();
    let [asks, asked, third] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let handover = examined(&asks, &asked, "CN-P-000101");
    let decision = say(&asked, grants(&handover)).unwrap();
    carried_out(&asks, &asked, &handover);

    // Another charge: by consent only, and not by a new request.
    let mut charge = follows("case-outcome-notice", &handover, &[1]);
    charge["body"]["offences"] = json!([2]);
    charge["body"].as_object_mut().unwrap().remove("by_consent");
    charge["body"]["last_notice"] = json!(false);
    let refused = say(&asks, charge).unwrap_err();
    assert!(refused.code == Code::Safeguard && refused.why.contains("ho-53"), "{refused:?}");
    let again = say(&asks, requests("CN-P-000101", &[1])).unwrap_err();
    assert_eq!(again.code, Code::Safeguard, "{again:?}");
    assert!(again.why.contains("spc-7") && again.why.contains(&handover), "{again:?}");
    say(&asks, requests("CN-P-000999", &[1])).unwrap();

    // A third State asks for the same person.
    let onward = procedure_of(&say(&third, requests("CN-P-000101", &[0])).unwrap());
    taken(&asks, &onward, 2);
    let alerts = asks.procedure(&onward).unwrap().alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!((alerts[0].rule.as_str(), &alerts[0].procedure), ("spc-6", &Some(handover.clone())));
    assert_eq!(third.procedure(&onward).unwrap().alerts, [], "it holds nothing of the handover");
    let refused = say(&asks, grants_to(&onward, 2)).unwrap_err();
    assert!(refused.code == Code::Safeguard && refused.why.contains("spc-6"), "{refused:?}");
    assert!(refused.remedy.contains(&handover) && refused.remedy.contains("TH"), "{refused:?}");

    let mut ask = follows("specialty-consent-request", &handover, &[1]);
    let offences = ask["body"]["matter"]["new_offences"].clone();
    ask["body"]["of"] = json!(decision.id);
    ask["body"]["matter"] = json!({"onward_surrender": {"to": "TH", "offences": offences}});
    let ask = say(&asks, ask).unwrap();
    let held = asks.procedure(&handover).unwrap().summary.messages;
    arrives(&asked, &handover, held);
    let mut consent = follows("specialty-consent-decision", &handover, &[0]);
    consent["body"] = json!({
        "of": ask.id, "consent": "given", "per_offence": [{"offence": 1, "consent": "given"}],
        "risk_assessment_ref": "LA-RA-2026-0108",
    });
    let consent = say(&asked, consent).unwrap();
    arrives(&asks, &handover, held + 1);
    assert_eq!(asks.procedure(&onward).unwrap().alerts, []);
    say(&asks, grants_to(&onward, 2)).unwrap();

    let ledger = asks.specialty(&onward).unwrap();
    let of: Vec<&str> = ledger.handovers.iter().map(|each| each.procedure.as_str()).collect();
    assert_eq!(of, [&handover, &onward], "by the person, whatever procedure was asked about");
    let first = &ledger.handovers[0];
    assert_eq!((first.decision.as_ref(), first.granted.as_slice()), (Some(&decision.id), &[1][..]));
    assert_eq!(first.consents[0].decision, consent.id);
    assert_eq!(first.consents[0].standing, "in-force");
    assert_eq!((first.consents[0].to.as_deref(), first.kept), (Some("TH"), true));
}

#[test]
fn a_report_is_used_in_the_case_for_which_its_reader_holds_it() {
    // shows: orc-17, orc-18
    let world = Federation::of("specialty-case", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [author, reader] = [0, 1].map(|place: usize| nodes[place].client());
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    let told = procedure_of(&report);
    arrives(&reader, &told, 1);
    let reading = ("LA-1", "investigation");
    reader.open_in(&report.id, reading, "LA-2026-0002").unwrap();

    let mut thanks = follows("acknowledgement", &told, &[0]);
    thanks["body"]["of"] = json!(report.id);
    thanks["purpose"] = json!({"kind": "investigation", "case_ref": "LA-2026-0001"});
    say(&reader, thanks).unwrap();
    arrives(&author, &told, 2);
    reader.open_in(&report.id, reading, "LA-2026-0001").unwrap();
    let before = reader.head().unwrap().size;
    let refused = reader.open_in(&report.id, reading, "LA-2026-0002").unwrap_err();
    assert_eq!(refused.code, Code::OtherCase, "{refused:?}");
    assert!(refused.why.contains("orc-17"), "{refused:?}");
    assert!(refused.remedy.contains("onward-transfer-request"), "{refused:?}");
    assert_eq!(reader.head().unwrap().size, before, "no reading is logged");
    author.open_in(&report.id, ("CN-1", "investigation"), "CN-2026-0009").unwrap();

    let proposal = |case: &str| {
        let mut letter = begins("joint-operation-proposal", &[0]);
        letter["handling"] = begins("intelligence-report", &[0])["handling"].clone();
        letter["body"]["threat_basis"] = json!([report.id]);
        letter["purpose"] = json!({"kind": "investigation", "case_ref": case});
        letter
    };
    let refused = say(&reader, proposal("LA-2026-0002")).unwrap_err();
    assert_eq!(refused.code, Code::OtherCase, "{refused:?}");
    say(&reader, proposal("LA-2026-0001")).unwrap();

    let mut ask = follows("onward-transfer-request", &told, &[0]);
    ask["body"]["items"] = json!([report.id]);
    ask["body"]["proposed_recipients"] =
        json!([{"party": "LA", "agency": AGENCIES[1], "name": "Desk of another case"}]);
    ask["body"]["purpose"] = json!({"kind": "investigation", "case_ref": "LA-2026-0002"});
    ask["body"]["for_evidence"] = json!(false);
    let ask = say(&reader, ask).unwrap();
    arrives(&author, &told, 3);
    let mut grant = follows("onward-transfer-decision", &told, &[1]);
    grant["body"] = json!({"of": ask.id, "granted": true});
    say(&author, grant).unwrap();
    arrives(&reader, &told, 4);
    reader.open_in(&report.id, reading, "LA-2026-0002").unwrap();
    say(&reader, proposal("LA-2026-0002")).unwrap();
    assert_eq!(
        reader.open_in(&report.id, reading, "LA-2026-0003").unwrap_err().code,
        Code::OtherCase
    );
}

/// A request for a person, known by this reference alone.
fn requests(person: &str, to: &[usize]) -> Value {
    let mut request = begins("handover-request", to);
    let record = &mut request["body"]["person"];
    record["person_ref"] = json!(person);
    for marks in ["documents", "biometrics"] {
        record.as_object_mut().unwrap().remove(marks);
    }
    if let Some(clock) = request["body"]["detention"].as_object_mut() {
        clock.insert("person_ref".to_owned(), json!(person));
    }
    request
}

/// A request that a human of the second agency has taken.
fn examined(asks: &Client, asked: &Client, person: &str) -> String {
    let handover = procedure_of(&say(asks, requests(person, &[1])).unwrap());
    taken(asked, &handover, 0);
    arrives(asks, &handover, 2);
    handover
}

/// A human of the agency that is asked takes the request.
fn taken(client: &Client, procedure: &str, asker: usize) {
    let request = arrives(client, procedure, 1).transcript[0].id.clone();
    let mut letter = follows("acknowledgement", procedure, &[asker]);
    letter["body"]["of"] = json!(request);
    letter["purpose"] = json!({"kind": "prosecution"});
    say(client, letter).unwrap();
}

/// A grant of the first offence.
fn grants(procedure: &str) -> Value {
    grants_to(procedure, 0)
}

fn grants_to(procedure: &str, to: usize) -> Value {
    let mut decision = follows("handover-decision", procedure, &[to]);
    let body = decision["body"].as_object_mut().unwrap();
    for absent in ["conditions", "grounds", "victim_screening_ref"] {
        body.remove(absent);
    }
    body.insert("victim_screening_ref".to_owned(), json!(format!("VS-{procedure}")));
    body.insert("outcome".to_owned(), json!("granted"));
    body.insert("per_offence".to_owned(), json!([{"offence": 1, "outcome": "granted"}]));
    decision
}

/// From the grant over the line: scheduled, confirmed by both sides, released, and signed for by both.
fn carried_out(asks: &Client, asked: &Client, handover: &str) {
    arrives(asks, handover, 3);
    let mut schedule = follows("custody-transfer-schedule", handover, &[0]);
    let mut leg = schedule["body"]["legs"][0].clone();
    leg["releasing"] = json!(AGENCIES[1]);
    leg["receiving"] = json!(AGENCIES[0]);
    schedule["body"]["legs"] = json!([leg]);
    schedule["body"]["hold_points"] = json!([{
        "leg": 1, "at": schedule["body"]["legs"][0]["window"]["from"],
        "what": {"lang": "en", "text": "Boarding."}, "go_from": [AGENCIES[0], AGENCIES[1]],
    }]);
    schedule["body"]["contacts_24h"] = json!([
        {"agency": AGENCIES[1], "desk": "Desk", "phone": "+999000310001"},
        {"agency": AGENCIES[0], "desk": "Desk", "phone": "+999000860001"},
    ]);
    let version = schedule["body"]["version"].clone();
    let schedule = say(asked, schedule).unwrap();
    arrives(asks, handover, 4);
    let mut answer = follows("schedule-answer", handover, &[1]);
    answer["body"] =
        json!({"version": version, "schedule_digest": schedule.digest, "answer": "accepted"});
    say(asks, answer).unwrap();
    let heads = arrives(asked, handover, 5).heads;
    for (client, to, held) in [(asked, 0, 6), (asks, 1, 7)] {
        let mut confirm = follows("state-confirm", handover, &[to]);
        confirm["body"] = json!({"act": "release-custody", "heads": heads});
        say(client, confirm).unwrap();
        for node in [asks, asked] {
            arrives(node, handover, held);
        }
    }
    let at = "2026-03-13T09:00:00+07:00";
    let place = json!({"name": "Airport, exercise gate", "country": "LA"});
    let mut release = follows("leg-release", handover, &[0]);
    release["body"] = json!({"leg": 1, "at": at, "place": place});
    say(asked, release).unwrap();
    let mut certificate = follows("handover-certificate", handover, &[0]);
    certificate["body"] = json!({
        "leg": 1, "last_leg": true, "count_transferred": 1, "place": place, "at": at,
        "results": [{
            "n": 1, "outcome": "transferred", "injuries_noted": false,
            "identity_check": {"method": "fingerprint", "result": "confirmed"},
        }],
    });
    let signed = letter::certified(handover, &certificate["body"]);
    let certificate = say(asked, certificate).unwrap();
    arrives(asks, handover, 9);
    let mut counter = follows("certificate-countersignature", handover, &[1]);
    counter["body"] = json!({
        "of": certificate.digest, "certificate_digest": signed, "made_offline": false,
    });
    let mut other = counter.clone();
    other["body"]["certificate_digest"] = json!(format!("sha256:{}", certificate.digest));
    let refused = say(asks, other).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "another certificate: {refused:?}");
    say(asks, counter).unwrap();
    assert_eq!(arrives(asked, handover, 10).summary.stage.as_deref(), Some("handed-over"));
}

/// The example of a kind as the first message of a procedure.
fn begins(kind: &str, to: &[usize]) -> Value {
    let to: Vec<&str> = to.iter().map(|place| AGENCIES[*place]).collect();
    letter::begins(kind, &to)
}

/// The example of a kind in a procedure, after all that the node holds of it.
fn follows(kind: &str, procedure: &str, to: &[usize]) -> Value {
    let mut letter = begins(kind, to);
    letter["procedure"] = json!(procedure);
    letter
}

fn say(client: &Client, letter: Value) -> Result<Message, Report> {
    let sent = client.submit(letter.to_string().as_bytes(), None)?;
    client.message(&sent.message.id)
}

fn procedure_of(message: &Message) -> String {
    message.header.as_ref().unwrap().procedure.clone()
}

/// Waits until a node holds so many messages of a procedure.
fn arrives(client: &Client, procedure: &str, messages: usize) -> ProcedureDetail {
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(procedure).ok().filter(|view| view.summary.messages == messages)
    });
    held.unwrap_or_else(|| panic!("{messages} messages: {:?}", client.procedure(procedure)))
}
