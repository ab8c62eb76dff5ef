//! What came beside the withdrawal of the question does not stay.

use concord_node::api::client::Client;
use concord_node::clock;
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

/// A reply to both questions of the example.
fn answers(status: &str) -> Value {
    let mut reply = begins("information-reply", &[0]);
    for field in ["originator", "consent"] {
        reply.as_object_mut().unwrap().remove(field);
    }
    let example = reply["body"]["answers"][0].clone();
    let answer = |id: &str| {
        let mut answer = json!({"question_id": id, "status": status});
        if status != "refused" {
            for field in ["content", "evaluation"] {
                answer[field] = example[field].clone();
            }
        }
        answer
    };
    reply["body"] = json!({
        "answers": [answer("q1"), answer("q2")],
        "closes_at": clock::now().after(Span::from_days(16)).to_string(),
    });
    if status == "refused" {
        reply["body"]["refusal"] = json!(["judicial-authorisation-refused"]);
        reply["body"]["refusal_scope"] = json!("whole");
    }
    reply
}

/// What the node shows, by rule and message.
fn shown(node: &Client, procedure: &str) -> Vec<(String, Option<String>)> {
    let alerts = node.procedure(procedure).unwrap().alerts.into_iter();
    alerts.map(|alert| (alert.rule, alert.message)).collect()
}

#[test]
fn a_reply_beside_a_withdrawal_is_shown_until_it_is_erased_or_may_stay() {
    // shows: rfi-26
    let world = Federation::of("guards-crossed", &AGENCIES[..2]);
    let node = world.ready(0);
    let asks = node.client();
    let request = say(&asks, begins("request-for-information", &[1])).unwrap();
    let procedure = procedure_of(&request);
    say(&asks, follows("withdrawal", &procedure, &[1])).unwrap();

    // The other side had not heard of it.
    let forger = Forger::new(&world, 1, 0);
    let of = ProcedureId::parse(&procedure).unwrap();
    let beside = |status: &str| {
        let mut reply = answers(status);
        reply["parents"] = json!([request.digest]);
        forger.answer(&reply, of)
    };
    let [gives, tells_nothing] = ["full", "refused"].map(beside);
    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&gives, &tells_nothing]));
    assert_eq!(line.receipt().items.len(), 2);
    arrives(&asks, &procedure, 4);
    let gives = gives.header().id.to_string();
    let stays = vec![("rfi-26".to_owned(), Some(gives.clone()))];
    assert_eq!(shown(&asks, &procedure), stays);
    let alert = asks.procedure(&procedure).unwrap().alerts.remove(0);
    assert!(alert.remedy.contains("concord message erase"), "{alert:?}");

    // Whoever wants to keep it asks.
    let mut ask = follows("onward-transfer-request", &procedure, &[1]);
    ask["body"]["items"] = json!([gives]);
    ask["body"]["proposed_recipients"] =
        json!([{"party": "CN", "agency": AGENCIES[0], "name": "Exercise desk"}]);
    let ask = say(&asks, ask).unwrap();
    assert_eq!(shown(&asks, &procedure), stays, "silence is refusal");
    let mut decided = ask.digest.clone();
    for (place, granted) in [(3, true), (4, false)] {
        let mut decision = begins("onward-transfer-decision", &[0]);
        decision["parents"] = json!([decided]);
        decision["body"] = json!({"of": ask.id, "granted": granted});
        let decision = forger.answer(&decision, of);
        line.say(&forger.offer(place, &[&decision]));
        assert_eq!(line.receipt().items.len(), 1);
        let messages = usize::try_from(place).unwrap() + 3;
        arrives(&asks, &procedure, messages);
        let expected = if granted { Vec::new() } else { stays.clone() };
        assert_eq!(shown(&asks, &procedure), expected, "granted: {granted}");
        decided = decision.digest().to_string();
    }

    let demand = [("cause", "order"), ("basis", "EX-2026/7"), ("officer", "CN-1")];
    asks.erase(&gives, demand).unwrap();
    assert_eq!(shown(&asks, &procedure), []);
}
