//! Procedures between real nodes: every agency computes the same, and what a rule forbids goes nowhere.

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

/// Who asks, who is asked, who is told.
const AGENCIES: [&str; 3] = ["cn.mps", "la.mps", "th.rtp"];

const WITHIN: Duration = Duration::from_secs(30);

#[test]
fn a_withdrawal_and_a_decision_that_cross_end_alike_at_every_agency() {
    // shows: pro-2, pro-5, promise-7
    let world = Federation::of("procedure-crossing", &AGENCIES);
    let mut nodes = world.all_ready();
    let request = say(&nodes[0].client(), begins("handover-request", &[1, 2])).unwrap();
    let procedure = request.header.unwrap().procedure;
    taken(&nodes[1].client(), &procedure, &request.id);
    arrives(&nodes[0].client(), &procedure, 2);
    arrives(&nodes[2].client(), &procedure, 2);

    // Neither can know what the other says.
    nodes[1].kill();
    say(&nodes[0].client(), follows("withdrawal", &procedure, &[1, 2])).unwrap();
    nodes[0].kill();
    nodes[1] = world.ready(1);
    let mut decision = follows("handover-decision", &procedure, &[0, 2]);
    decision["body"]["per_offence"] = json!([{"offence": 1, "outcome": "granted-conditional"}]);
    decision["body"].as_object_mut().unwrap().remove("grounds");
    say(&nodes[1].client(), decision).unwrap();
    nodes[0] = world.ready(0);

    let views: Vec<ProcedureDetail> =
        nodes.iter().map(|node| arrives(&node.client(), &procedure, 4)).collect();
    for view in &views {
        assert_eq!(view.summary.stage.as_deref(), Some("withdrawn"), "{view:?}");
        let decision = view.transcript.iter().find(|entry| entry.kind == "handover-decision");
        assert_eq!(decision.unwrap().fate, "outranked");
        assert_eq!(view.heads, views[0].heads);
        assert_eq!(view.participants, views[0].participants);
    }
    let stopped = views.into_iter().map(|view| view.summary);
    assert!(stopped.into_iter().all(|summary| !summary.in_conflict && summary.waiting == 0));
}

#[test]
fn what_a_rule_forbids_is_refused_before_it_is_logged_and_says_what_would_be_acceptable() {
    // shows: pro-4, pro-11, api-27
    let world = Federation::of("procedure-rules", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let (asks, asked) = (nodes[0].client(), nodes[1].client());
    let request = say(&asks, begins("handover-request", &[1])).unwrap();
    let procedure = request.header.unwrap().procedure;
    arrives(&asked, &procedure, 1);
    let before = asked.head().unwrap().size;

    let early = say(&asked, follows("handover-decision", &procedure, &[0])).unwrap_err();
    assert_eq!(early.code, Code::OutOfTurn, "{early:?}");
    assert!(early.remedy.contains("examining"), "{early:?}");
    let nowhere = say(&asked, begins("handover-decision", &[0])).unwrap_err();
    assert_eq!(nowhere.code, Code::OutOfTurn, "{nowhere:?}");
    let mut unseen = follows("acknowledgement", &procedure, &[0]);
    unseen["parents"] = json!(["ab".repeat(32)]);
    assert_eq!(say(&asked, unseen).unwrap_err().code, Code::OutOfTurn);
    taken(&asked, &procedure, &request.id);
    arrives(&asks, &procedure, 2);
    let foreign = say(&asks, follows("handover-decision", &procedure, &[1])).unwrap_err();
    assert_eq!(foreign.code, Code::NotEntitled, "{foreign:?}");

    // The acknowledgement and its number stand in the log, and nothing of what was refused.
    let logged = asked.head().unwrap().size - before;
    assert!(logged <= 4, "{logged} leaves");
    assert_eq!(arrives(&asked, &procedure, 2).summary.stage.as_deref(), Some("examining"));
}

#[test]
fn where_a_procedure_stands_is_known_after_a_restart() {
    // shows: pro-12
    let world = Federation::of("procedure-restart", &AGENCIES[..2]);
    let mut nodes = world.all_ready();
    let request = say(&nodes[0].client(), begins("handover-request", &[1])).unwrap();
    let procedure = request.header.unwrap().procedure;
    taken(&nodes[1].client(), &procedure, &request.id);
    arrives(&nodes[0].client(), &procedure, 2);
    nodes[0].kill();
    nodes[0] = world.ready(0);

    let again = say(&nodes[0].client(), follows("withdrawal", &procedure, &[1])).unwrap();

    let view = nodes[0].client().procedure(&procedure).unwrap();
    assert_eq!(view.summary.stage.as_deref(), Some("withdrawn"));
    assert_eq!(view.heads, [again.digest]);
    assert_eq!(nodes[0].client().procedures(None, None, None).unwrap().items.len(), 1);
}

#[test]
fn a_plan_turns_amber_at_every_agency_when_the_report_on_which_it_rests_is_corrected() {
    // shows: orc-8, orc-9, api-28
    let world = Federation::of("procedure-amber", &AGENCIES);
    let nodes = world.all_ready();
    let [author, lead, other] = [0, 1, 2].map(|place: usize| nodes[place].client());
    let report = say(&author, begins("intelligence-report", &[1, 2])).unwrap();
    let reported = report.header.unwrap().procedure;
    arrives(&lead, &reported, 1);
    arrives(&other, &reported, 1);

    let mut proposal = begins("joint-operation-proposal", &[0, 2]);
    proposal["to"][1]["role"] = json!("action");
    proposal["purpose"] = json!({"kind": "investigation"});
    proposal["handling"] = begins("intelligence-report", &[0])["handling"].clone();
    proposal["body"]["threat_basis"] = json!([report.id]);
    let proposal = say(&lead, proposal).unwrap();
    let operation = proposal.header.unwrap().procedure;
    arrives(&other, &operation, 1);
    let mut joining = follows("participation-reply", &operation, &[0, 1]);
    joining["body"] = json!({"answer": "join"});
    let joined = say(&other, joining).unwrap();
    arrives(&lead, &operation, 2);
    let plan = say(&lead, follows("operation-plan", &operation, &[0, 2])).unwrap();
    let planned = arrives(&other, &operation, 3);
    assert_eq!(planned.look_again, []);

    let mut correction = follows("correction", &reported, &[1, 2]);
    correction["body"]["targets"] = json!([report.id]);
    for change in correction["body"]["changes"].as_array_mut().unwrap() {
        change["target"] = json!(report.id);
    }
    say(&author, correction).unwrap();

    for node in [&author, &lead, &other] {
        arrives(node, &reported, 2);
        let seen = arrives(node, &operation, 3);
        let found: Vec<&str> = seen.look_again.iter().map(|look| look.id.as_str()).collect();
        assert_eq!(found, [&proposal.id, &joined.id, &plan.id]);
        assert!(seen.look_again.iter().all(|look| look.because == report.id));
        assert_eq!(seen.summary.stage, planned.summary.stage, "it stands until somebody decides");
    }
}

#[test]
fn a_message_is_opened_for_another_purpose_only_when_its_originator_agrees() {
    // shows: orc-10
    let world = Federation::of("procedure-purpose", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let (author, reader) = (nodes[0].client(), nodes[1].client());
    let report = say(&author, begins("intelligence-report", &[1])).unwrap();
    let procedure = report.header.unwrap().procedure;
    arrives(&reader, &procedure, 1);
    let before = reader.head().unwrap().size;

    let refused = reader.open(&report.id, "LA-1", "prosecution").unwrap_err();

    assert_eq!(refused.code, Code::OtherPurpose, "{refused:?}");
    assert!(refused.why.contains("investigation"), "{refused:?}");
    assert!(refused.remedy.contains("onward-transfer-request"), "{refused:?}");
    assert_eq!(reader.head().unwrap().size, before, "nothing was opened, and no reading is logged");
    reader.open(&report.id, "LA-1", "investigation").unwrap();
    author.open(&report.id, "CN-1", "prosecution").unwrap();

    let mut request = follows("onward-transfer-request", &procedure, &[0]);
    request["body"]["items"] = json!([report.id]);
    request["body"]["proposed_recipients"] =
        json!([{"party": "LA", "agency": AGENCIES[1], "name": "Prosecutor's liaison"}]);
    request["body"]["purpose"] = json!({"kind": "prosecution"});
    let asked = say(&reader, request).unwrap();
    arrives(&author, &procedure, 2);
    let mut decision = follows("onward-transfer-decision", &procedure, &[1]);
    decision["body"] = json!({"of": asked.id, "granted": true});
    say(&author, decision).unwrap();
    arrives(&reader, &procedure, 3);

    reader.open(&report.id, "LA-1", "prosecution").unwrap();
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

/// A human of the agency that is asked takes the request.
fn taken(client: &Client, procedure: &str, request: &str) {
    let seen = arrives(client, procedure, 1);
    let others = seen.participants.iter().map(|part| part.agency.as_str());
    let to: Vec<usize> =
        others.filter_map(|name| AGENCIES.iter().position(|known| *known == name)).collect();
    let to: Vec<usize> = to.into_iter().filter(|place| *place != 1).collect();
    let mut letter = follows("acknowledgement", procedure, &to);
    letter["body"]["of"] = json!(request);
    say(client, letter).unwrap();
}

/// Waits until a node holds so many messages of a procedure.
fn arrives(client: &Client, procedure: &str, messages: usize) -> ProcedureDetail {
    let held = wait::for_up_to(WITHIN, || {
        client.procedure(procedure).ok().filter(|view| view.summary.messages == messages)
    });
    held.unwrap_or_else(|| panic!("{messages} messages: {:?}", client.procedure(procedure)))
}
