//! Nobody is looked for by all behind the back of the agency that is asked to hand the person over.

use concord_node::api::client::Client;
use concord_node::report::code::Code;
use concord_protocol::ids::ProcedureId;
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
use super::taken;

/// A side says what it has seen.
fn confirms(node: &Client, to: usize, procedure: &str, heads: &[String]) {
    let mut confirm = follows("state-confirm", procedure, &[to]);
    confirm["body"] = json!({"act": "publish-wanted", "heads": heads});
    say(node, confirm).unwrap();
}

fn notice(to: &[usize]) -> Value {
    begins("notice", to)
}

#[test]
fn nobody_is_looked_for_by_all_before_both_sides_of_the_handover_know_the_same() {
    // shows: xch-55
    let world = Federation::of("guards-wanted", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let request = say(&asks, begins("handover-request", &[1])).unwrap();
    let handover = procedure_of(&request);
    taken(&asked, &handover, &request.id);
    arrives(&asks, &handover, 2);

    let refused = say(&asks, notice(&[1])).unwrap_err();
    assert_eq!(refused.code, Code::Unconfirmed, "{refused:?}");
    assert!(refused.why.contains("xch-55"), "{refused:?}");
    assert!(refused.remedy.contains("publish-wanted"), "{refused:?}");
    // Somebody else is looked for as ever.
    let mut other = notice(&[1]);
    let person = &mut other["body"]["subject"]["person"];
    person["person_ref"] = json!("CN-P-000888");
    for field in ["documents", "biometrics"] {
        person.as_object_mut().unwrap().remove(field);
    }
    say(&asks, other).unwrap();

    let heads = asks.procedure(&handover).unwrap().heads;
    confirms(&asks, 1, &handover, &heads);
    assert_eq!(say(&asks, notice(&[1])).unwrap_err().code, Code::Unconfirmed, "one side");
    arrives(&asked, &handover, 3);
    confirms(&asked, 0, &handover, &heads);
    arrives(&asks, &handover, 4);
    let published = procedure_of(&say(&asks, notice(&[1])).unwrap());
    for node in [&asks, &asked] {
        assert_eq!(arrives(node, &published, 1).alerts, []);
    }
}

#[test]
fn whoever_is_asked_is_shown_a_wanted_notice_that_went_out_behind_its_back() {
    // shows: xch-56
    let world = Federation::of("guards-wanted-shown", &AGENCIES[..2]);
    let node = world.ready(1);
    let asked = node.client();
    // The other side's node lets it be said.
    let forger = Forger::new(&world, 0, 1);
    let handover = ProcedureId::parse("0195a1c4-2f00-7d11-8b02-3c4d5e6f7aac").unwrap();
    let published = ProcedureId::parse("0195a1c4-2f00-7d11-8b02-3c4d5e6f7aad").unwrap();
    let request = forger.answer(&begins("handover-request", &[1]), handover);
    let notice = forger.answer(&notice(&[1]), published);
    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&request, &notice]));
    assert_eq!(line.receipt().items.len(), 2);
    let alerts = arrives(&asked, &published.to_string(), 1).alerts;
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(
        (alerts[0].rule.as_str(), &alerts[0].procedure),
        ("xch-55", &Some(handover.to_string()))
    );
}
