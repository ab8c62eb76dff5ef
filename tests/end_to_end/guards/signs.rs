//! Signs of a victim that were found in one handover hold the person in every other.

use concord_node::api::client::Client;
use concord_node::report::Report;
use concord_node::report::code::Code;
use harness::federation::Federation;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::grants;
use super::procedure_of;
use super::say;
use super::taken;

/// Whom the stories are about.
const PERSON: &str = "CN-P-000501";

/// A request for somebody with a reference and a paper of their own, and the name and birth of everybody else here.
fn request(reference: &str) -> Value {
    let mut request = begins("handover-request", &[1]);
    request["body"]["detention"]["person_ref"] = json!(reference);
    let person = &mut request["body"]["person"];
    person["person_ref"] = json!(reference);
    for field in ["documents", "biometrics"] {
        person.as_object_mut().unwrap().remove(field);
    }
    request
}

/// What a screening found, in a handover or a rescue, of somebody with that reference.
fn finds(letter: Value, reference: &str, outcome: &str) -> Value {
    let mut letter = letter;
    let body = &mut letter["body"];
    body["person"]["person_ref"] = json!(reference);
    body["outcome"] = json!(outcome);
    if outcome == "no-indication" {
        body["person"]["category"] = json!("suspect");
        body["indicators"] = json!([]);
        body["non_punishment_review"] = json!("not-applicable");
    }
    letter
}

/// Whether an agency is told that it owes a rescue.
fn owes_a_rescue(client: &Client, handover: &str) -> Vec<String> {
    let due = client.procedure(handover).unwrap().deadlines;
    due.into_iter().filter(|due| due.duty == "rescue").map(|due| due.side).collect()
}

/// A person in two handovers; in the first of them signs of a victim were found.
struct Held {
    asks: Client,
    asked: Client,
    other: Client,
    first: String,
    second: String,
}

/// A handover of somebody with that reference, which the asked agency has taken.
fn handover([asks, asked]: [&Client; 2], reference: &str) -> String {
    let sent = say(asks, request(reference)).unwrap();
    let procedure = procedure_of(&sent);
    taken(asked, &procedure, &sent.id);
    procedure
}

impl Held {
    fn at([asks, asked, other]: [Client; 3]) -> Self {
        let [first, second] = [0, 1].map(|_| handover([&asks, &asked], PERSON));
        let report = follows("victim-screening-report", &first, &[0]);
        say(&asked, finds(report, PERSON, "presumed-victim")).unwrap();
        arrives(&asks, &first, 3);
        Self { asks, asked, other, first, second }
    }

    /// The first handover's screening, once more.
    fn looked_at_again(&self) -> Value {
        let report = follows("victim-screening-report", &self.first, &[0]);
        finds(report, PERSON, "no-indication")
    }

    /// Begins a rescue of the person that names the first handover.
    fn rescued_by(&self, by: &Client, to: usize) -> String {
        self.rescue_of(PERSON, by, to)
    }

    /// The same of somebody with that reference and without papers.
    fn rescue_of(&self, reference: &str, by: &Client, to: usize) -> String {
        let report = begins("victim-screening-report", &[to]);
        let mut rescue = finds(report, reference, "presumed-victim");
        for field in ["documents", "biometrics"] {
            rescue["body"]["person"].as_object_mut().unwrap().remove(field);
        }
        rescue["body"]["rerouted_from"] = json!(self.first);
        procedure_of(&say(by, rescue).unwrap())
    }

    /// What speaks against the second handover, at the asked agency: the rules, and the procedures that say so.
    fn against(&self) -> Vec<(String, Option<String>)> {
        let alerts = self.asked.procedure(&self.second).unwrap().alerts;
        alerts.into_iter().map(|alert| (alert.rule, alert.procedure)).collect()
    }

    /// Why the asked agency may not grant the person in the second handover.
    fn refused(&self) -> Report {
        say(&self.asked, grants(&self.second)).unwrap_err()
    }
}

/// In a rescue: no signs after all.
fn clears(rescue: &str, to: usize) -> Value {
    finds(follows("victim-screening-report", rescue, &[to]), PERSON, "no-indication")
}

/// In a rescue: a prosecutor has decided.
fn refers(rescue: &str, to: usize) -> Value {
    let mut update = follows("rescue-update", rescue, &[to]);
    update["body"] = json!({
        "state": "referred-to-justice", "next_by": "2026-03-12T12:00:00+07:00",
        "prosecutor_decision_ref": "LA-PD-2026-0012",
    });
    update
}

fn wanted() -> Value {
    let mut wanted = begins("notice", &[1]);
    wanted["body"]["subject"]["person"]["person_ref"] = json!(PERSON);
    wanted
}

#[test]
fn whoever_may_be_a_victim_by_one_handover_is_held_in_every_other() {
    // shows: res-62, due-16
    let world = Federation::of("guards-signs", &AGENCIES);
    let mut nodes = world.all_ready();
    let held = Held::at([0, 1, 2].map(|place: usize| nodes[place].client()));
    let namesake = handover([&held.asks, &held.asked], "CN-P-000502");

    assert_eq!(owes_a_rescue(&held.asked, &held.first), ["ours"]);
    assert!(owes_a_rescue(&held.asks, &held.first).is_empty(), "whoever asked is not told");
    let refused = held.refused();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.why.contains(&held.first) && refused.why.contains("rerouted"), "{refused:?}");
    assert!(refused.remedy.contains("rerouted_from"), "{refused:?}");
    assert_eq!(held.against(), [("res-62".to_owned(), Some(held.first.clone()))]);
    assert_eq!(held.asks.procedure(&held.second).unwrap().alerts.len(), 1);
    assert_eq!(say(&held.asks, wanted()).unwrap_err().code, Code::Safeguard);
    say(&held.asked, grants(&namesake)).unwrap();

    // The index is on the disk.
    nodes[1].kill();
    nodes[1] = world.ready(1);
    let held = Held { asked: nodes[1].client(), ..held };
    assert_eq!(held.refused().code, Code::Safeguard);
}

#[test]
fn nobody_with_signs_of_a_victim_gets_free_by_another_look_or_by_somebody_elses_rescue() {
    // shows: res-62, res-64, due-16
    let world = Federation::of("guards-signs-end", &AGENCIES);
    let nodes = world.all_ready();
    let held = Held::at([0, 1, 2].map(|place: usize| nodes[place].client()));
    let refused = say(&held.asked, held.looked_at_again()).unwrap_err();
    assert_eq!(refused.code, Code::Safeguard, "{refused:?}");
    assert!(refused.remedy.contains("rerouted_from"), "{refused:?}");

    let theirs = held.rescued_by(&held.other, 1);
    arrives(&held.asked, &theirs, 1);
    assert_eq!(owes_a_rescue(&held.asked, &held.first), ["ours"]);
    assert_eq!(held.against().len(), 2, "{:?}", held.against());
    say(&held.other, clears(&theirs, 1)).unwrap();
    arrives(&held.asked, &theirs, 2);
    say(&held.other, refers(&theirs, 1)).unwrap();
    arrives(&held.asked, &theirs, 3);
    assert!(held.refused().why.contains(&held.first));

    // Nor by a rescue of somebody else that names the handover.
    let elses = held.rescue_of("CN-P-000503", &held.asked, 2);
    assert_eq!(owes_a_rescue(&held.asked, &held.first), ["ours"]);
    assert!(held.refused().why.contains(&held.first));

    // A rescue of whoever holds the person takes over; no indication alone frees nobody, a prosecutor's decision does.
    let rescue = held.rescued_by(&held.asked, 2);
    assert!(owes_a_rescue(&held.asked, &held.first).is_empty());
    assert_eq!(held.against(), [("res-34".to_owned(), Some(rescue.clone()))]);
    say(&held.asked, clears(&rescue, 2)).unwrap();
    assert!(held.refused().why.contains(&held.first));
    assert_eq!(say(&held.asked, held.looked_at_again()).unwrap_err().code, Code::Safeguard);
    say(&held.asked, refers(&rescue, 2)).unwrap();
    assert_eq!(held.against(), []);

    // Whoever holds no rescue learns of it from the handover.
    assert_eq!(held.asks.procedure(&held.second).unwrap().alerts.len(), 1);
    say(&held.asked, held.looked_at_again()).unwrap();
    arrives(&held.asks, &held.first, 4);
    assert_eq!(held.asks.procedure(&held.second).unwrap().alerts, []);
    let mut granted = grants(&held.second);
    granted["rescues_checked"] = json!([elses]);
    say(&held.asked, granted).unwrap();
    // What stands in the way of the notice now is the handover itself (xch-55).
    assert_eq!(say(&held.asks, wanted()).unwrap_err().code, Code::Unconfirmed);
}
