//! Procedures over the API.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::custody::CustodyStatus;
use concord_protocol::message::handover::decision::Outcome;
use concord_protocol::message::kind::Kind;
use concord_protocol::message::refusal_ground::RefusalGround;
use concord_protocol::message::urgency::Urgency;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::common::CommonFact;
use concord_protocol::procedure::deadline;
use concord_protocol::procedure::deadline::Viewpoint;
use concord_protocol::procedure::deadline::profile::DeadlineProfile;
use concord_protocol::procedure::exchange::fact::RightsFact;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::handover::fact::Decision;
use concord_protocol::procedure::handover::fact::HandoverFact;
use concord_protocol::procedure::handover::fact::Request;

use crate::api::shape::deadline as shape;
use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::wire::World;
use crate::host::handle::procedures::ProcedureView;

const ASKS: &str = "cn.mps";
const ASKED: &str = "la.mps";

/// Three handovers: one that was withdrawn beside a decision, one that was only begun, one that was refused.
pub(super) fn views() -> Vec<ProcedureView> {
    let request = act(ASKS, 1, &[], Kind::HandoverRequest, requested());
    let of = request.id;
    let taken = Fact::Common(CommonFact::Acknowledged { of });
    let taken = act(ASKED, 2, &[&request], Kind::Acknowledgement, taken);
    let decided = act(ASKED, 3, &[&taken], Kind::HandoverDecision, granted());
    let withdrawn = Fact::Common(CommonFact::Withdrawn);
    let withdrawn = act(ASKS, 4, &[&taken], Kind::Withdrawal, withdrawn);
    let begun = act(ASKS, 5, &[], Kind::HandoverRequest, requested());
    let asked = act(ASKS, 6, &[], Kind::HandoverRequest, requested());
    let heard = Fact::Common(CommonFact::Acknowledged { of: asked.id });
    let heard = act(ASKED, 7, &[&asked], Kind::Acknowledgement, heard);
    let refused = act(ASKED, 8, &[&heard], Kind::HandoverDecision, refused());
    let crossed = vec![request, taken, decided, withdrawn];
    let stories = [crossed, vec![begun], vec![asked, heard, refused]];
    let views = stories.into_iter().zip(1..);
    views.map(|(acts, name)| view(name, Book::of(acts))).collect()
}

/// As the asked agency sees it: the first one on 4 January 1970, another one at nine on the 2nd.
fn view(name: u8, book: Book) -> ProcedureView {
    let parties = [ASKS, ASKED]
        .map(|agency| (fake::agency(agency), Party::parse(&agency[..2].to_uppercase()).unwrap()));
    let (profile, parties) = (DeadlineProfile::default(), BTreeMap::from(parties));
    let now = Timestamp::from_millis(if name == 1 { 72 } else { 33 } * 3_600_000);
    let deadlines =
        deadline::deadlines(&book, Viewpoint { now, profile: &profile, parties: &parties });
    ProcedureView {
        alerts: Vec::new(),
        id: procedure(name),
        own: fake::agency(ASKED),
        book: Arc::new(book),
        corrected: BTreeSet::new(),
        onward: Vec::new(),
        deadlines,
        parties,
    }
}

pub(super) fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(u64::from(name)), [name; 10])
}

pub(super) fn named(name: u8) -> Digest {
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
        urgency: Urgency::U3,
        respond_by: None,
        kind,
        fact,
        passed_on: None,
        case: None,
    }
}

fn requested() -> Fact {
    let custody = CustodyStatus::Held;
    Fact::Handover(HandoverFact::Requested(Request {
        custody,
        offences: 1,
        death: false,
        spared: false,
        spared_until: None,
        release_due: None,
        may_be_child: false,
        against: vec![],
    }))
}

fn granted() -> Fact {
    let outcome = Outcome::Granted;
    let decision = Decision {
        outcome,
        granted: vec![1],
        death_waived: false,
        unconsulted: false,
        against: vec![],
        met: BTreeSet::new(),
        age: None,
        grounds: None,
    };
    Fact::Handover(HandoverFact::Decided(decision))
}

fn refused() -> Fact {
    let outcome = Outcome::Refused;
    let decision = Decision {
        outcome,
        granted: vec![],
        death_waived: false,
        unconsulted: true,
        against: vec![],
        met: BTreeSet::new(),
        age: None,
        grounds: Some([RefusalGround::OwnNational].into()),
    };
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
    let only_in_custody = [
        "custody-event",
        "custody-event hospitalised",
        "custody-event that ends custody",
        "victim-screening-report with signs of a victim",
        "victim-screening-report without signs of a victim",
    ];
    assert_eq!(ended["may"], serde_json::json!(only_in_custody));

    let begun = world.get(&format!("/api/v1/procedures/{}", procedure(2))).json();
    assert!(begun["may"].as_array().unwrap().contains(&serde_json::json!("acknowledgement")));
    assert_eq!(begun["participants"][0], serde_json::json!({"agency": ASKS, "role": "action"}));
    let unknown = world.get(&format!("/api/v1/procedures/{}", procedure(9)));
    assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "no-such-procedure".to_owned()));
}

#[test]
fn a_procedure_shows_what_its_own_agency_owes_and_what_is_owed_to_it() {
    // shows: due-12
    let world = World::new(Fake::new());

    let begun = world.get(&format!("/api/v1/procedures/{}", procedure(2))).json();
    let due: Vec<[&str; 5]> = begun["deadlines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|due| ["duty", "side", "owed_by", "due", "flag"].map(|key| due[key].as_str().unwrap()))
        .collect();
    // In Vientiane a day ends at 17:00 UTC.
    let taken = ["acknowledgement", "ours", ASKED, "1970-01-02T17:00:00.000Z", "due-soon"];
    let answered = ["answer", "ours", ASKED, "1970-01-08T17:00:00.000Z", "running"];
    assert_eq!(due, [taken, answered]);
    assert_eq!(begun["next_due"], begun["deadlines"][0]);
    assert_eq!(begun["deadlines"][0]["basis"], "U3");

    // The withdrawal is the one thing that nobody has acknowledged; the decision waits on the other side.
    let ended = world.get(&format!("/api/v1/procedures/{}", procedure(1))).json();
    let sides: Vec<&str> = ended["deadlines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|due| due["side"].as_str().unwrap())
        .collect();
    assert_eq!(sides, ["theirs", "ours"]);
}

#[test]
fn what_two_others_owe_each_other_is_not_shown() {
    // shows: due-12
    let mut view = views().remove(1);
    view.own = fake::agency("th.rtp");

    assert!(shape::shown(&view).is_empty());
    assert_eq!(view.deadlines.len(), 2);
}

#[test]
fn a_list_shows_on_demand_only_procedures_with_something_due() {
    // shows: due-13
    let world = World::new(Fake::new());

    let ids = |path: &str| -> Vec<String> {
        let page = world.get(path).json();
        assert!(page["next"].is_null());
        let items = page["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["next_due"].is_object()));
        items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
    };
    let [first, second, third] = [1, 2, 3].map(|name| procedure(name).to_string());

    assert_eq!(ids("/api/v1/procedures?due=overdue"), std::slice::from_ref(&first));
    assert_eq!(ids("/api/v1/procedures?due=soon"), [first.clone(), second, third]);
    let page = world.get("/api/v1/procedures?due=overdue&limit=1").json();
    assert_eq!(page["next"], first);
    let rest = world.get(&format!("/api/v1/procedures?due=overdue&cursor={first}")).json();
    assert_eq!((&rest["items"], &rest["next"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert_eq!(world.get("/api/v1/procedures?due=yesterday").code(), "bad-parameter");
}

#[test]
fn an_overdue_request_of_a_person_shows_on_the_auditor_board() {
    // shows: due-12, due-13, xch-44
    let asks = |hours: u64| {
        let items = vec![MessageId::new(Timestamp::from_millis(1), [9; 10])];
        let due = Timestamp::from_millis(hours * 3_600_000);
        let notice = Fact::from(RightsFact::Asked { items, due });
        let notice = act(ASKS, 9, &[], Kind::SubjectRightsNotice, notice);
        view(4, Book::of(vec![notice]))
    };
    // Seen at the 33rd hour: answers were due an hour before, or are due an hour later.
    for (due, is_overdue) in [(32, true), (34, false)] {
        let mut node = Fake::new();
        node.procedures = vec![asks(due)];
        let world = World::new(node);
        let page = world.get("/api/v1/procedures?due=overdue").json();
        let found = page["items"].as_array().unwrap();
        assert_eq!(found.len(), usize::from(is_overdue), "{page}");
        for request in found {
            assert_eq!(request["procedure"], "subject-rights");
            let next = &request["next_due"];
            let said = ["duty", "owed_by", "side", "flag"].map(|field| next[field].clone());
            assert_eq!(said, ["answer", ASKED, "ours", "overdue"]);
        }
    }
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
    let (status, _) = export("?use=work&officer=LA-1&purpose=prosecution&case=LA-2026-0001");
    assert_eq!(status, 200);
    for missing in [
        "",
        "?use=work",
        "?use=work&officer=LA-1",
        "?officer=LA-1&purpose=prosecution",
        "?use=trial&officer=LA-1&purpose=prosecution",
        "?use=work&officer=LA-1&purpose=curiosity",
        "?use=work&officer=LA-1&purpose=prosecution&forbidden=show",
        "?use=work&officer=LA-1&purpose=prosecution&case=a%20case",
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
    assert!(problem.to_string().contains("a message is not for court (orc-11)"));
    assert!(problem.to_string().matches("ask for leave").count() == 1, "{problem}");
    let sealed = world.get(&format!("{path}{asked}&forbidden=withhold"));
    assert_eq!(sealed.status.as_u16(), 200);
}
