//! A meeting comes back to what is overdue.

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
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

/// An open agenda of a cycle whose only item comes back to these actions.
fn agenda(cycle: &str, to: &[usize], carries: &[&str]) -> Value {
    let mut letter = begins("meeting-agenda", to);
    for each in letter["to"].as_array_mut().unwrap() {
        each["role"] = json!("action");
    }
    let carries: Vec<Value> =
        carries.iter().map(|id| json!({"cycle": "CYCLE-2026-1", "action": id})).collect();
    let body = &mut letter["body"];
    body["cycle"] = json!(cycle);
    body["items"] = json!([{
        "n": 1, "title": "What was left open", "proposer": "CN",
        "decision_sought": {"lang": "en", "text": "To agree on a date."}, "carries": carries,
    }]);
    body["objections_by"] = json!("2026-01-13T17:00:00+07:00");
    letter
}

/// A cycle of the first agency with the second, whose minutes give the second one two actions: one that is overdue.
fn held(chair: &Client, other: &Client) -> (String, Message) {
    let opened = agenda("CYCLE-2026-1", &[1], &[]);
    let cycle = procedure_of(&say(chair, opened.clone()).unwrap());
    let mut adopted = opened;
    adopted["procedure"] = json!(cycle);
    adopted["body"]["stage"] = json!("adopted");
    say(chair, adopted).unwrap();
    let mut sits = follows("cycle-status", &cycle, &[1]);
    sits["body"] = json!({"cycle": "CYCLE-2026-1", "status": "in-session"});
    say(chair, sits).unwrap();
    let mut minutes = follows("meeting-minutes", &cycle, &[1]);
    let action = |id: &str, due: &str| json!({"id": id, "owner": "LA", "agency": AGENCIES[1], "due": due, "measure": {"lang": "en", "text": "To translate the list."}});
    let later = clock::now().after(Span::from_days(30)).to_string();
    minutes["body"]["actions"] =
        json!([action("a1", "2026-01-30T17:00:00+07:00"), action("a2", &later)]);
    minutes["body"].as_object_mut().unwrap().remove("silence_until");
    let minutes = say(chair, minutes).unwrap();
    arrives(other, &cycle, 4);
    (cycle, minutes)
}

fn adopts(cycle: &str, minutes: &Message) -> Value {
    let mut letter = follows("minutes-adoption", cycle, &[0]);
    letter["body"] = json!({"minutes_digest": minutes.digest, "answer": "adopt"});
    letter
}

#[test]
fn no_agenda_leaves_out_what_is_overdue() {
    // shows: cyc-37
    let world = Federation::of("guards-agenda", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [chair, other] = [0, 1].map(|place: usize| nodes[place].client());
    let (cycle, minutes) = held(&chair, &other);
    // Before the minutes are adopted nobody owes anything.
    say(&chair, agenda("CYCLE-2026-0", &[1], &[])).unwrap();
    say(&other, adopts(&cycle, &minutes)).unwrap();
    arrives(&chair, &cycle, 5);

    let refused = say(&chair, agenda("CYCLE-2026-2", &[1], &[])).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    for part in ["cyc-37", "a1 of CYCLE-2026-1", AGENCIES[1]] {
        assert!(refused.why.contains(part), "{part} in {refused:?}");
    }
    assert!(!refused.why.contains("a2"), "its day has not come: {refused:?}");
    assert!(refused.remedy.contains("carries"), "{refused:?}");
    // Whoever chairs the next one holds the cycle in which it took part.
    assert_eq!(say(&other, agenda("CYCLE-2026-2", &[0], &[])).unwrap_err().code, Code::Safeguard);
    let next = procedure_of(&say(&other, agenda("CYCLE-2026-2", &[0], &["a1"])).unwrap());
    for node in [&chair, &other] {
        assert_eq!(arrives(node, &next, 1).alerts, []);
    }

    let mut done = follows("action-report", &cycle, &[0]);
    done["body"] = json!({"action_id": "a1", "status": "done"});
    say(&other, done).unwrap();
    arrives(&chair, &cycle, 6);
    say(&chair, agenda("CYCLE-2026-3", &[1], &[])).unwrap();
}

#[test]
fn an_agenda_that_leaves_out_what_is_overdue_is_shown() {
    // shows: cyc-38
    let world = Federation::of("guards-agenda-shown", &AGENCIES[..2]);
    let node = world.ready(0);
    let chair = node.client();
    let forger = Forger::new(&world, 1, 0);
    let mut line = forger.meet();
    let opened = agenda("CYCLE-2026-1", &[1], &[]);
    let first = say(&chair, opened.clone()).unwrap();
    let cycle = procedure_of(&first);
    let mut adopted = opened;
    adopted["procedure"] = json!(cycle);
    adopted["body"]["stage"] = json!("adopted");
    say(&chair, adopted).unwrap();
    let mut sits = follows("cycle-status", &cycle, &[1]);
    sits["body"] = json!({"cycle": "CYCLE-2026-1", "status": "in-session"});
    say(&chair, sits).unwrap();
    let mut minutes = follows("meeting-minutes", &cycle, &[1]);
    minutes["body"]["actions"] = json!([{
        "id": "a1", "owner": "LA", "agency": AGENCIES[1], "due": "2026-01-30T17:00:00+07:00",
        "measure": {"lang": "en", "text": "To translate the list."},
    }]);
    minutes["body"].as_object_mut().unwrap().remove("silence_until");
    let minutes = say(&chair, minutes).unwrap();
    let mut adoption = adopts(&cycle, &minutes);
    adoption["parents"] = json!([minutes.digest]);
    let adoption = forger.answer(&adoption, ProcedureId::parse(&cycle).unwrap());
    line.say(&forger.offer(1, &[&adoption]));
    assert_eq!(line.receipt().items.len(), 1);
    arrives(&chair, &cycle, 5);

    // The other side's node lets it be said.
    let next = ProcedureId::parse("0195a1c4-2f00-7d11-8b02-3c4d5e6f7aab").unwrap();
    let silent = forger.answer(&agenda("CYCLE-2026-2", &[0], &[]), next);
    line.say(&forger.offer(2, &[&silent]));
    assert_eq!(line.receipt().items.len(), 1);
    let alerts = arrives(&chair, &next.to_string(), 1).alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(alerts[0].rule, "cyc-37");
    assert!(alerts[0].why.contains("a1 of CYCLE-2026-1"), "{alerts:?}");
}
