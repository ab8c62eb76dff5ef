//! Whom an entry of a manifest and the decision that it names are about.

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::ids::ProcedureId;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::decoys;
use super::follows;
use super::granted;
use super::listing;
use super::listing_of;
use super::procedure_of;
use super::say;

/// Proposes a manifest, and says under which procedure the other side has it.
fn proposed(asks: &Client, asked: &Client, listed: &Value) -> String {
    let batch = procedure_of(&say(asked, listed.clone()).unwrap());
    arrives(asks, &batch, 1);
    batch
}

fn seals(node: &Client, to: usize, batch: &str, listed: &Value) -> Result<Message, Report> {
    let mut seal = follows("manifest-seal", batch, &[to]);
    let root = &listed["body"]["entry_root"];
    seal["body"] = json!({"version": 1, "entry_root": root, "count": 1});
    say(node, seal)
}

/// The rules by which something speaks against a batch.
fn rules(node: &Client, batch: &str) -> Vec<String> {
    let alerts = node.procedure(batch).unwrap().alerts;
    alerts.into_iter().map(|alert| alert.rule).collect()
}

#[test]
fn somebody_elses_message_under_the_id_of_a_decision_holds_nobody_up() {
    // shows: bat-72
    let world = Federation::of("guards-decoy", &AGENCIES);
    let nodes = [world.ready(0), world.ready(1)];
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (_, decision) = granted(&asks, &asked);
    decoys::sent(&world, &decision);

    let listed = listing(&[(decision.as_str(), "CN-P-000101")]);
    let batch = proposed(&asks, &asked, &listed);
    for node in [&asks, &asked] {
        assert!(rules(node, &batch).is_empty(), "{:?}", rules(node, &batch));
    }
    seals(&asks, 1, &batch, &listed).unwrap();
    arrives(&asked, &batch, 2);
    seals(&asked, 0, &batch, &listed).unwrap();
}

#[test]
fn where_nothing_connects_an_entry_with_its_decision_somebody_compares_them() {
    // shows: bat-68, bat-71
    let world = Federation::of("guards-compared", &AGENCIES[..2]);
    let nodes = world.all_ready();
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (_, decision) = granted(&asks, &asked);
    let people = [(decision.as_str(), "LA-P-000777")];
    let born = |year: &str, checked: Option<bool>| born(&people, year, checked);
    for (listed, rule) in [
        (born("1984", None), "bat-71"),
        (born("1984", Some(false)), "bat-71"),
        (born("1985", None), "bat-68"),
        (born("1985", Some(true)), "bat-68"),
    ] {
        let batch = proposed(&asks, &asked, &listed);
        for (node, to) in [(&asks, 1), (&asked, 0)] {
            assert_eq!(rules(node, &batch), [rule]);
            let refused = seals(node, to, &batch, &listed).unwrap_err();
            assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
            assert!(refused.why.contains("entry 1"), "{refused:?}");
        }
    }

    let compared = born("1984", Some(true));
    let batch = proposed(&asks, &asked, &compared);
    seals(&asks, 1, &batch, &compared).unwrap();
    arrives(&asked, &batch, 2);
    seals(&asked, 0, &batch, &compared).unwrap();
    assert_eq!(rules(&asked, &batch), ["bat-71"], "whoever looks at it is asked to compare too");
}

#[test]
fn what_nobody_has_judged_connects_no_entry_with_its_decision() {
    // shows: bat-71
    let world = Federation::of("guards-unjudged", &AGENCIES);
    let nodes = [world.ready(0), world.ready(1)];
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (handover, decision) = granted(&asks, &asked);

    // An agency that takes no part reports on a person in the handover, after something that nobody has.
    for (place, node) in [(0, &asks), (1, &asked)] {
        let forger = Forger::new(&world, 2, place);
        let mut report = letter::example("victim-screening-report", &[AGENCIES[place]]);
        report["procedure"] = json!(handover);
        report["parents"] = json!(["5e".repeat(32)]);
        report["body"]["person"]["person_ref"] = json!("LA-P-000777");
        let report = forger.answer(&report, ProcedureId::parse(&handover).unwrap());
        let mut line = forger.meet();
        line.say(&forger.offer(1, &[&report]));
        assert_eq!(line.receipt().items.len(), 1);
        assert_eq!(node.procedure(&handover).unwrap().summary.waiting, 1, "it is taken");
    }
    let listed = born(&[(decision.as_str(), "LA-P-000777")], "1984", None);
    let batch = proposed(&asks, &asked, &listed);
    for (node, to) in [(&asks, 1), (&asked, 0)] {
        assert_eq!(rules(node, &batch), ["bat-71"]);
        let refused = seals(node, to, &batch, &listed).unwrap_err();
        assert!(refused.why.contains("entry 1"), "{refused:?}");
    }
}

/// People on a manifest who were born in this year. The request says July 1984; papers and references of one State are not
/// those of the other.
fn born(people: &[(&str, &str)], year: &str, checked: Option<bool>) -> Value {
    let birth = json!({
        "as_stated": year, "calendar": "gregorian", "precision": "year",
        "earliest": format!("{year}-01-01"), "latest": format!("{year}-12-31"),
    });
    listing_of(people, |entry| {
        entry["birth"] = birth.clone();
        if let Some(checked) = checked {
            entry["decision_checked"] = json!(checked);
        }
    })
}
