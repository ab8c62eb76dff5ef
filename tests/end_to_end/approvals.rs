//! Approvals between real nodes: what one person may not say alone goes nowhere, whosever node it is.

use std::time::Duration;

use concord_node::api::client::Client;
use concord_node::api::shape::message::Message;
use concord_node::api::shape::message::Status;
use concord_node::report::Report;
use concord_node::report::code::Code;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::registry::RefusalCode;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use harness::staff;
use harness::staff::PROSECUTOR;
use harness::staff::SUPERVISOR;
use harness::wait;
use serde_json::Value;

const AGENCIES: [&str; 2] = ["la.mps", "mm.mpf"];

const WITHIN: Duration = Duration::from_secs(30);

/// A handover request, which a supervisor and a prosecutor approve.
fn request() -> Value {
    let mut letter = letter::example("handover-request", &[AGENCIES[1]]);
    for field in ["procedure", "parents", "respond_by", "expires", "supersedes"] {
        letter.as_object_mut().unwrap().remove(field);
    }
    letter["parents"] = serde_json::json!([]);
    letter
}

fn say(client: &Client, letter: &Value) -> Result<Message, Report> {
    let sent = client.submit(letter.to_string().as_bytes(), None)?;
    client.message(&sent.message.id)
}

#[test]
fn a_handover_request_goes_out_with_its_approvals_and_not_without_the_prosecutor() {
    // shows: apr-8, apr-9, apr-10, stf-6
    let world = Federation::demanding("approvals-a3", &AGENCIES);
    let nodes = world.all_ready();
    let (author, receiver) = (nodes[0].client(), nodes[1].client());
    let agency = &world.agencies[0];
    let bare = say(&author, &request()).unwrap_err();
    assert_eq!(bare.code, Code::Unapproved, "{bare:?}");
    assert!(!author.admit(&staff::list(&world, agency, 1)).unwrap().known);
    let before = author.head().unwrap().size;

    let without = staff::voted(&world, agency, &request(), &[SUPERVISOR]);
    let refused = say(&author, &without).unwrap_err();
    assert_eq!(refused.code, Code::Unapproved);
    assert!(refused.why.contains("prosecutor"), "{refused:?}");
    let alone = staff::voted(&world, agency, &request(), &[staff::OFFICER]);
    assert_eq!(say(&author, &alone).unwrap_err().code, Code::BadApproval);
    let mut changed = staff::voted(&world, agency, &request(), &[SUPERVISOR, PROSECUTOR]);
    changed["subject_line"] = serde_json::json!("Another matter");
    assert_eq!(say(&author, &changed).unwrap_err().code, Code::BadApproval);
    assert_eq!(author.head().unwrap().size, before, "nothing of it is in the log");

    let whole = staff::voted(&world, agency, &request(), &[SUPERVISOR, PROSECUTOR]);
    let sent = say(&author, &whole).unwrap();
    let accepted = wait::for_up_to(WITHIN, || {
        let message = author.message(&sent.id).ok()?;
        let all = message.deliveries.iter().all(|delivery| delivery.status == Status::Receipted);
        all.then_some(())
    });
    assert!(accepted.is_some(), "{:?}", author.message(&sent.id));
    assert_eq!(receiver.message(&sent.id).unwrap().digest, sent.digest);
}

#[test]
fn a_node_that_lets_its_people_aside_is_refused_by_every_other() {
    // shows: apr-9
    let world = Federation::demanding("approvals-hostile", &AGENCIES);
    let node = world.ready(1);
    let forger = Forger::new(&world, 0, 1);
    let letter = forger.letter(&[AGENCIES[1]], "alone");

    let mut line = forger.meet();
    line.say(&forger.offer(1, &[&letter]));
    let receipt = line.receipt();

    let leaf: Leaf = concord_protocol::codec::decode(&receipt.items[0].leaf).unwrap();
    let Leaf::Refused { code, .. } = leaf else { panic!("{leaf:?}") };
    assert_eq!(code, RefusalCode::Unapproved);
    assert!(node.client().messages(&Default::default()).unwrap().items.is_empty());
}
