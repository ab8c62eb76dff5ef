//! What rests on a message of another agency is marked no weaker than it.

use concord_node::api::shape::message::Status;
use concord_node::report::code::Code;
use concord_protocol::ids::ProcedureId;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::wait;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::WITHIN;
use super::arrives;
use super::begins;
use super::procedure_of;
use super::resting_on;
use super::say;

#[test]
fn what_rests_on_a_report_inherits_its_marking_in_every_part() {
    // shows: orc-19
    let world = Federation::of("guards-markings", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [author, lead] = [0, 1].map(|place: usize| nodes[place].client());
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    arrives(&lead, &procedure_of(&report), 1);
    let proposal = |part: &str, value: Value| {
        let mut letter = resting_on(&report.id, &[0]);
        letter["purpose"] = json!({"kind": "investigation"});
        letter["handling"][part] = value;
        letter
    };
    for (part, weaker) in [
        ("classification", json!("restricted")),
        ("codes", json!(["H1", "H3"])),
        ("onward", json!({"named": ["LA", "TH", "VN"]})),
        ("evidential_use", json!("with-consent")),
        ("review_on", json!("2026-12-15")),
        ("erase_by", json!("2030-12-15")),
        ("compartment", json!(null)),
    ] {
        let refused = say(&lead, proposal(part, weaker)).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{part}: {refused:?}");
        for said in ["orc-19", part, &report.id, AGENCIES[0]] {
            assert!(refused.why.contains(said), "{said} in {refused:?}");
        }
        assert!(refused.remedy.contains(AGENCIES[0]), "{refused:?}");
    }
    let operation = procedure_of(&say(&lead, proposal("onward", json!("none"))).unwrap());
    for node in [&author, &lead] {
        assert_eq!(arrives(node, &operation, 1).alerts, []);
    }
    // Whoever owns the report says what becomes of it.
    let mut own = begins("joint-operation-proposal", &[1]);
    own["body"]["threat_basis"] = json!([report.id]);
    let own = procedure_of(&say(&author, own).unwrap());
    assert_eq!(arrives(&lead, &own, 1).alerts, []);
}

#[test]
fn whoever_holds_a_report_is_shown_what_rests_on_it_under_a_weaker_marking() {
    // shows: orc-20
    let world = Federation::of("guards-weaker", &AGENCIES);
    let nodes = [world.ready(0), world.ready(1)];
    let [author, reader] = [0, 1].map(|place: usize| nodes[place].client());
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    arrives(&reader, &procedure_of(&report), 1);

    // The third agency's node does not refuse what it says.
    let operation = ProcedureId::parse("0195a1c4-2f00-7d11-8b02-3c4d5e6f7aaa").unwrap();
    let mut proposal = begins("joint-operation-proposal", &[0, 1]);
    proposal["purpose"] = json!({"kind": "investigation"});
    proposal["body"]["threat_basis"] = json!([report.id]);
    let forgers = [0, 1].map(|place| Forger::new(&world, 2, place));
    let said = forgers[0].answer(&proposal, operation);
    for forger in &forgers {
        let mut line = forger.meet();
        line.say(&forger.offer(1, &[&said]));
        assert_eq!(line.receipt().items.len(), 1, "it is taken like others");
    }
    for node in [&author, &reader] {
        let alerts = arrives(node, &operation.to_string(), 1).alerts;
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert_eq!(alerts[0].rule, "orc-19");
        assert!(alerts[0].why.contains(&report.id), "{alerts:?}");
    }
}

#[test]
fn what_a_node_may_not_hold_is_refused_by_it_and_by_its_own_people() {
    // shows: orc-21
    let world = Federation::of("guards-cleared", &AGENCIES[..2]);
    world.agencies[1].set("classification_most", "\"restricted\"");
    let nodes = world.all_ready();
    let [author, reader] = [0, 1].map(|place: usize| nodes[place].client());
    // The example is confidential.
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    let refused = wait::for_up_to(WITHIN, || {
        let message = author.message(&report.id).ok()?;
        message.deliveries.into_iter().find(|one| one.status == Status::Refused)
    });
    assert_eq!(refused.unwrap().code.as_deref(), Some("handling-unsupported"));

    let mut own = begins("intelligence-report", &[0]);
    let above = say(&reader, own.clone()).unwrap_err();
    assert_eq!(above.code, Code::Safeguard, "{above:?}");
    assert!(above.why.contains("orc-21"), "{above:?}");
    own["handling"]["classification"] = json!("restricted");
    let told = procedure_of(&say(&reader, own).unwrap());
    arrives(&author, &told, 1);
}
