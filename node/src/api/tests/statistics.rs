//! Figures over the API: each apart, traced to its messages, and never more than what is known.

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::body::Body;
use concord_protocol::message::kind::Kind;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::statistics::counted;
use concord_protocol::procedure::statistics::counted::HeldReport;
use concord_protocol::procedure::statistics::derived::Derived;
use concord_protocol::procedure::statistics::derived::Question;
use serde_json::json;

use crate::api::ask::statistics::AskStatistics;
use crate::api::tests::fake::Fake;
use crate::api::tests::procedures;
use crate::api::tests::procedures::named;
use crate::api::tests::procedures::procedure;
use crate::api::tests::wire::World;
use crate::host::figures::Answered;
use crate::host::handle::ReadError;

const PERIOD: &str = "since=1970-01-01T00:00:00Z&until=1970-01-02T00:00:00Z";

impl AskStatistics for Fake {
    fn figures(&self, questions: &[Question]) -> Result<Answered, ReadError> {
        let views = procedures::views();
        let figures = questions.iter().map(|question| {
            let mut derived = Derived::nothing(*question);
            views.iter().for_each(|view| derived.take(view.id, &counted::of(&view.book)));
            derived.settled()
        });
        let figures = figures.collect();
        Ok(Answered { procedures: views.len(), folded: views.len(), figures })
    }

    fn situation_reports(
        &self,
        _: (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError> {
        Ok(Vec::new())
    }

    fn party_of(&self, _: &AgencyId) -> Option<Party> {
        Party::parse("LA").ok()
    }
}

#[test]
fn every_derived_figure_is_shown_apart_with_the_messages_behind_it() {
    // shows: sta-6
    let world = World::new(Fake::new());

    let all = world.get(&format!("/api/v1/statistics?{PERIOD}")).json();
    assert_eq!((&all["procedures"], all["derived"].as_array().unwrap().len()), (&3.into(), 7));
    assert!(all.get("total").is_none());

    let one = world.get(&format!("/api/v1/statistics/handovers-refused/records?{PERIOD}")).json();
    assert_eq!((&one["measure"], &one["value"]), (&"handovers-refused".into(), &1.into()));
    let counted = json!([{
        "procedure": procedure(3).to_string(),
        "message": MessageId::new(Timestamp::from_millis(8), [8; 10]).to_string(),
        "digest": named(8).to_string(),
        "counts": 1,
    }]);
    assert_eq!((&one["items"], &one["next"]), (&counted, &serde_json::Value::Null));
    let past = format!("/api/v1/statistics/handovers-refused/records?{PERIOD}&cursor=1");
    assert_eq!(world.get(&past).json()["items"], json!([]));
    let listed = all["derived"].as_array().unwrap();
    assert!(listed.iter().any(|figure| figure["query_digest"] == one["query_digest"]));

    for wrong in [
        "/api/v1/statistics".to_owned(),
        "/api/v1/statistics?since=1970-01-02T00:00:00Z&until=1970-01-01T00:00:00Z".to_owned(),
        format!("/api/v1/statistics/everything/records?{PERIOD}"),
        format!("/api/v1/statistics/handovers-refused:not-available/records?{PERIOD}"),
    ] {
        assert_eq!(world.get(&wrong).code(), "bad-parameter");
    }
}

#[test]
fn a_refusal_is_shown_under_each_of_its_grounds_with_the_message_that_says_so() {
    // shows: sta-7
    let world = World::new(Fake::new());

    let all = world.get(&format!("/api/v1/statistics?{PERIOD}")).json();
    let grounds = all["refused_by_ground"].as_array().unwrap();
    assert_eq!(grounds.len(), 1, "what did not happen is left out: {grounds:?}");
    assert_eq!(grounds[0]["measure"], "handovers-refused:own-national");
    assert_eq!(all["refused_without_known_ground"], 0);

    let path = "/api/v1/statistics/handovers-refused:own-national/records";
    let one = world.get(&format!("{path}?{PERIOD}")).json();
    assert_eq!((&one["value"], &one["items"][0]["counts"]), (&1.into(), &1.into()));
    assert_eq!(one["query_digest"], grounds[0]["query_digest"]);
}

#[test]
fn a_draft_of_a_report_is_a_body_that_can_be_sent() {
    // shows: sta-11
    let world = World::new(Fake::new());

    let draft = world.get(&format!("/api/v1/statistics/draft?{PERIOD}")).json();

    let body = serde_json::from_value(draft["body"].clone()).unwrap();
    let Ok(Body::SituationReport(report)) = Body::read(Kind::SituationReport, &body) else {
        panic!("not a report: {draft}");
    };
    assert_eq!(report.obstacles.as_slice().len(), 1);
    assert_eq!(draft["not_read"], 0);
}

#[test]
fn what_is_no_situation_report_is_not_opened_as_one() {
    // shows: sta-9
    let world = World::new(Fake::new());
    let listed = world.get("/api/v1/messages").json();
    let id = listed["items"][0]["id"].as_str().unwrap().to_owned();

    let reader = "officer=LA-1&purpose=coordination";
    let other = world.get(&format!("/api/v1/statistics/reports/{id}?{reader}"));
    assert_eq!(other.code(), "bad-parameter");
    for nobody in
        [format!("/api/v1/statistics/reports/{id}"), format!("/api/v1/statistics/reports?{PERIOD}")]
    {
        assert_eq!(
            world.get(&nobody).code(),
            "bad-parameter",
            "an officer and a purpose are named"
        );
    }
    let none = world.get(&format!("/api/v1/statistics/reports?{PERIOD}&{reader}")).json();
    assert_eq!(none, json!({"items": [], "not_read": [], "more": 0}));
}
