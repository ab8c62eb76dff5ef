//! Silence closes no request for information before its time.

use concord_node::clock;
use concord_node::report::code::Code;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Span;
use harness::federation::Federation;
use harness::forge::Forger;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::procedure_of;
use super::say;

/// A reply to both questions of the example, which silence accepts after so many days.
fn answers(procedure: &str, days: Option<u32>) -> Value {
    let mut reply = follows("information-reply", procedure, &[0]);
    for field in ["originator", "consent"] {
        reply.as_object_mut().unwrap().remove(field);
    }
    let answer = |id: &str| json!({"question_id": id, "status": "no-record"});
    reply["body"] = json!({"answers": [answer("q1"), answer("q2")]});
    if let Some(days) = days {
        reply["body"]["closes_at"] = json!(clock::now().after(Span::from_days(days)).to_string());
    }
    reply
}

#[test]
fn silence_closes_a_request_no_sooner_than_the_charter_lets_it() {
    // shows: rfi-24
    let world = Federation::of("guards-silence", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let procedure = procedure_of(&say(&asks, begins("request-for-information", &[1])).unwrap());
    arrives(&asked, &procedure, 1);
    for days in [0, 13] {
        let refused = say(&asked, answers(&procedure, Some(days))).unwrap_err();
        assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
        assert!(refused.why.contains("rfi-24"), "{refused:?}");
        assert!(refused.remedy.contains("closes_at"), "{refused:?}");
    }
    say(&asked, answers(&procedure, Some(16))).unwrap();
    for node in [&asks, &asked] {
        assert_eq!(arrives(node, &procedure, 2).alerts, []);
    }
    say(&asked, answers(&procedure, None)).unwrap();
}

#[test]
fn whoever_asked_is_shown_that_silence_would_close_the_request_too_soon() {
    // shows: rfi-25
    let world = Federation::of("guards-sooner", &AGENCIES[..2]);
    let node = world.ready(0);
    let asks = node.client();
    let request = say(&asks, begins("request-for-information", &[1])).unwrap();
    let procedure = procedure_of(&request);

    // The other side's node lets it be said.
    let forger = Forger::new(&world, 1, 0);
    let mut reply = answers(&procedure, Some(1));
    reply["parents"] = json!([request.digest]);
    let reply = forger.answer(&reply, ProcedureId::parse(&procedure).unwrap());
    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&reply]));
    assert_eq!(line.receipt().items.len(), 1);
    let view = arrives(&asks, &procedure, 2);
    assert_eq!(view.summary.stage.as_deref(), Some("answered"));
    assert_eq!(view.alerts.len(), 1, "{:?}", view.alerts);
    assert_eq!(view.alerts[0].rule, "rfi-24");
}
