//! Whom an entry of a manifest and the decision that it names are about.

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::ids::MessageId;
use concord_protocol::moment::Timestamp;
use harness::federation::Federation;
use harness::forge::Forger;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
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
    let id = MessageId::parse(&decision).unwrap();
    let made =
        u64::from_be_bytes([[0; 2].as_slice(), &id.as_bytes()[..6]].concat().try_into().unwrap());
    for place in [0, 1] {
        let forger = Forger::new(&world, 2, place);
        let decoy =
            forger.named_letter((id, Timestamp::from_millis(made)), &[AGENCIES[place]], "decoy");
        let mut line = forger.meet();
        line.say(&forger.offer(1, &[&decoy]));
        assert_eq!(line.receipt().items.len(), 1, "it is a message like others");
    }

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
    // The request says July 1984; papers and references of one State are not those of the other.
    let born = |year: &str, checked: Option<bool>| {
        let birth = json!({
            "as_stated": year, "calendar": "gregorian", "precision": "year",
            "earliest": format!("{year}-01-01"), "latest": format!("{year}-12-31"),
        });
        listing_of(&people, |entry| {
            entry["birth"] = birth.clone();
            if let Some(checked) = checked {
                entry["decision_checked"] = json!(checked);
            }
        })
    };
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
