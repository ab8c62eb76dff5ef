//! A message that an agency gives the id of somebody else's holds nothing up.

use concord_protocol::ids::MessageId;
use concord_protocol::moment::Timestamp;
use harness::federation::Federation;
use harness::forge::Forger;
use serde_json::json;

use super::AGENCIES;
use super::arrivals::Trip;
use super::arrivals::arrival;
use super::arrives;
use super::begins;
use super::granted;
use super::listing;
use super::procedure_of;
use super::resting_on;
use super::say;

/// Sends the first two agencies a report of the third one under an id that somebody else has given.
pub(super) fn sent(world: &Federation, id: &str) {
    let id = MessageId::parse(id).unwrap();
    let made =
        u64::from_be_bytes([[0; 2].as_slice(), &id.as_bytes()[..6]].concat().try_into().unwrap());
    for place in [0, 1] {
        let forger = Forger::new(world, 2, place);
        let decoy =
            forger.named_letter((id, Timestamp::from_millis(made)), &[AGENCIES[place]], "decoy");
        let mut line = forger.meet();
        line.say(&forger.offer(1, &[&decoy]));
        assert_eq!(line.receipt().items.len(), 1, "it is a message like others");
    }
}

#[test]
fn somebody_elses_message_under_the_id_of_a_certificate_holds_no_arrival_up() {
    // shows: orc-15, orc-16, orc-18, ho-77, ho-78
    let world = Federation::of("guards-decoy-arrival", &AGENCIES);
    let nodes = [world.ready(0), world.ready(1)];
    let [asks, asked] = [0, 1].map(|place: usize| nodes[place].client());
    let (handover, decision) = granted(&asks, &asked);
    let listed = listing(&[(decision.as_str(), "CN-P-000101")]);
    let batch = procedure_of(&say(&asked, listed.clone()).unwrap());
    let root = &listed["body"]["entry_root"];
    let mut trip = Trip { nodes: [&asks, &asked], batch: &batch, said: 1 };
    trip.leave(root);
    let (certificate, signed) = trip.certify(root);
    trip.countersign(&certificate, &signed);

    sent(&world, &certificate.id);
    say(&asks, arrival(&handover, &certificate.id, 1)).unwrap();
    let view = arrives(&asked, &handover, 4);
    assert_eq!(view.summary.stage.as_deref(), Some("handed-over"));
    assert_eq!((view.alerts, asks.procedure(&handover).unwrap().alerts), (vec![], vec![]));
}

#[test]
fn somebody_elses_message_under_the_id_of_a_report_bars_nobody_from_resting_on_the_report() {
    // shows: orc-15, orc-16
    let world = Federation::of("guards-decoy-report", &AGENCIES);
    let nodes = [world.ready(0), world.ready(1)];
    let [author, lead] = [0, 1].map(|place: usize| nodes[place].client());
    let mut report = begins("intelligence-report", &[1]);
    report["purpose"] = json!({"kind": "coordination"});
    let report = say(&author, report).unwrap();
    arrives(&lead, &procedure_of(&report), 1);

    // The decoy was sent for another purpose.
    sent(&world, &report.id);
    let mut proposal = resting_on(&report.id, &[0]);
    proposal["purpose"] = json!({"kind": "coordination"});
    let operation = procedure_of(&say(&lead, proposal).unwrap());
    for node in [&author, &lead] {
        assert_eq!(arrives(node, &operation, 1).alerts, []);
    }
}
