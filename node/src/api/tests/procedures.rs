//! Procedures over the API.

use std::collections::BTreeSet;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::custody::CustodyStatus;
use concord_protocol::message::handover::decision::Outcome;
use concord_protocol::message::kind::Kind;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::common::CommonFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::Decision;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::handover::fact::Request;

use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::wire::World;
use crate::host::handle::procedures::ProcedureView;

const ASKS: &str = "cn.mps";
const ASKED: &str = "la.mps";

/// Two handovers: one that was withdrawn beside a decision, one that was only begun.
pub(super) fn views() -> Vec<ProcedureView> {
    let request = act(ASKS, 1, &[], Kind::HandoverRequest, requested());
    let of = request.id;
    let taken = Fact::Common(CommonFact::Acknowledged { of });
    let taken = act(ASKED, 2, &[&request], Kind::Acknowledgement, taken);
    let decided = act(ASKED, 3, &[&taken], Kind::HandoverDecision, granted());
    let withdrawn = Fact::Common(CommonFact::Withdrawn);
    let withdrawn = act(ASKS, 4, &[&taken], Kind::Withdrawal, withdrawn);
    let begun = act(ASKS, 5, &[], Kind::HandoverRequest, requested());
    let stories = [vec![request, taken, decided, withdrawn], vec![begun]];
    let views = stories.into_iter().zip(1..);
    views
        .map(|(acts, name)| ProcedureView {
            id: procedure(name),
            own: fake::agency(ASKED),
            book: Book::of(acts),
        })
        .collect()
}

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(u64::from(name)), [name; 10])
}

fn named(name: u8) -> Digest {
    digest::sha256(&[name])
}

fn act(author: &str, name: u8, after: &[&Act], kind: Kind, fact: Fact) -> Act {
    let created = Timestamp::from_millis(u64::from(name));
    let other = if author == ASKS { ASKED } else { ASKS };
    Act {
        digest: named(name),
        id: MessageId::new(created, [name; 10]),
        parents: after.iter().map(|act| act.digest).collect(),
        supersedes: None,
        author: fake::agency(author),
        asked: BTreeSet::from([fake::agency(other)]),
        told: BTreeSet::new(),
        created,
        kind,
        fact,
    }
}

fn requested() -> Fact {
    let custody = CustodyStatus::Held;
    Fact::Handover(HandoverFact::Requested(Request {
        custody,
        offences: 1,
        death: false,
        spared: false,
    }))
}

fn granted() -> Fact {
    let outcome = Outcome::Granted;
    let decision = Decision { outcome, granted: vec![1], death_waived: false, unconsulted: false };
    Fact::Handover(HandoverFact::Decided(decision))
}

#[test]
fn procedures_are_listed_oldest_first_and_page_by_page() {
    // shows: api-28
    let world = World::new(Fake::new());

    let first = world.get("/api/v1/procedures?limit=1").json();
    assert_eq!(first["items"][0]["stage"], "withdrawn");
    assert_eq!(first["items"][0]["messages"], 4);
    let next = first["next"].as_str().unwrap().to_owned();
    let second = world.get(&format!("/api/v1/procedures?cursor={next}")).json();

    assert_eq!(second["items"][0]["stage"], "submitted");
    assert!(second["next"].is_null());
    assert_eq!(world.get("/api/v1/procedures?cursor=x").code(), "bad-cursor");
}

#[test]
fn a_procedure_shows_what_became_of_each_message_and_what_may_come_next() {
    // shows: api-28
    let world = World::new(Fake::new());

    let ended = world.get(&format!("/api/v1/procedures/{}", procedure(1))).json();
    let fates: Vec<&str> = ended["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["fate"].as_str().unwrap())
        .collect();
    assert_eq!(fates, ["took-effect", "took-effect", "outranked", "took-effect"]);
    assert_eq!(ended["transcript"][2]["by"], named(4).to_string());
    assert_eq!(ended["heads"].as_array().unwrap().len(), 2);
    assert_eq!(ended["may"], serde_json::json!([]));

    let begun = world.get(&format!("/api/v1/procedures/{}", procedure(2))).json();
    assert!(begun["may"].as_array().unwrap().contains(&serde_json::json!("acknowledgement")));
    assert_eq!(begun["participants"][0], serde_json::json!({"agency": ASKS, "role": "action"}));
    let unknown = world.get(&format!("/api/v1/procedures/{}", procedure(9)));
    assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "no-such-procedure".to_owned()));
}

#[test]
fn a_procedure_is_handed_out_with_officer_purpose_and_use_only() {
    // shows: api-29
    let world = World::new(Fake::new());
    let export = |query: &str| {
        let answer = world.get(&format!("/api/v1/procedures/{}/export{query}", procedure(1)));
        (answer.status.as_u16(), answer)
    };
    let (status, answer) = export("?use=work&officer=LA-1&purpose=prosecution");
    assert_eq!((status, answer.body.len()), (200, 512));
    for missing in [
        "",
        "?use=work",
        "?use=work&officer=LA-1",
        "?officer=LA-1&purpose=prosecution",
        "?use=trial&officer=LA-1&purpose=prosecution",
        "?use=work&officer=LA-1&purpose=curiosity",
        "?use=work&officer=LA-1&purpose=prosecution&forbidden=show",
        "?use=work&officer=LA-1&purpose=prosecution&peer=mm.mpf",
    ] {
        let (status, answer) = export(missing);
        assert_eq!((status, answer.code()), (400, "bad-parameter".to_owned()), "{missing}");
    }
}

#[test]
fn what_must_not_be_shown_in_court_is_named_once_with_what_would_make_it_acceptable() {
    // shows: api-29
    let world = World::new(Fake::new());
    let path = format!("/api/v1/procedures/{}/export", procedure(1));
    let asked = "?use=court&officer=LA-1&purpose=prosecution";
    let refused = world.get(&format!("{path}{asked}"));
    assert_eq!((refused.status.as_u16(), refused.code()), (422, "not-for-court".to_owned()));
    let problem = refused.json();
    assert!(problem.to_string().contains("a message is not for court (orc-10)"));
    assert!(problem.to_string().matches("ask for leave").count() == 1, "{problem}");
    let sealed = world.get(&format!("{path}{asked}&forbidden=withhold"));
    assert_eq!(sealed.status.as_u16(), 200);
}
