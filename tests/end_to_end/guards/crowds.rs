//! What waits in a procedure hides nothing that has its place there.

use concord_node::api::client::Client;
use concord_node::clock;
use concord_node::entropy;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::ProcedureId;
use concord_protocol::limits::OFFER_MESSAGES_MAX;
use concord_protocol::limits::UNPLACED_ACTS_MAX;
use harness::federation::Federation;
use harness::forge::Forger;
use harness::letter;
use serde_json::Value;
use serde_json::json;

use super::AGENCIES;
use super::arrives;
use super::begins;
use super::follows;
use super::grants;
use super::missing;
use super::procedure_of;
use super::say;

#[test]
fn whoever_may_be_in_a_rescue_is_found_behind_all_the_messages_that_one_agency_lets_wait() {
    // shows: res-44, pro-22
    let world = Federation::of("guards-crowds", &AGENCIES);
    let nodes = [world.ready(1), world.ready(2)];
    let [asked, reports] = [0, 1].map(|place: usize| nodes[place].client());
    let procedure = ProcedureId::new(clock::now(), entropy::draw().unwrap());
    let name = procedure.to_string();
    let forger = Forger::new(&world, 0, 1);

    let request = begins("handover-request", &[1]);
    let [arrest, request] = arrest_and_request(&forger, procedure, request);
    let wait = |_| {
        let mut wait = letter::example("acknowledgement", &[AGENCIES[1]]);
        wait["parents"] = json!(["5e".repeat(32)]);
        forger.answer(&wait, procedure)
    };
    let crowd: Vec<Signed> = (0..UNPLACED_ACTS_MAX).map(wait).collect();
    let all: Vec<&Signed> = [&arrest, &request].into_iter().chain(&crowd).collect();
    let mut line = forger.meet();
    let mut first = 1;
    for offered in all.chunks(OFFER_MESSAGES_MAX) {
        line.say(&forger.offer(first, offered));
        let mut settled = 0;
        while settled < offered.len() {
            settled += line.receipt().items.len();
        }
        first += u64::try_from(settled).unwrap();
    }
    let held = arrives(&asked, &name, 2).summary;
    assert_eq!(held.waiting, UNPLACED_ACTS_MAX, "all that it may let wait");

    // The same name and day of birth as in the request, and no mark in common.
    let mut named = missing();
    let wanted = &begins("handover-request", &[1])["body"]["person"];
    let person = &mut named["body"]["person"];
    for field in ["names", "birth"] {
        person[field] = wanted[field].clone();
    }
    person["person_ref"] = json!("TH-P-000009");
    for field in ["documents", "biometrics", "nationalities", "sex"] {
        person.as_object_mut().unwrap().remove(field);
    }
    let rescue = procedure_of(&say(&reports, named).unwrap());
    arrives(&asked, &rescue, 1);

    let mut taken = follows("acknowledgement", &name, &[0]);
    taken["body"]["of"] = json!(message_id(&asked, &request));
    say(&asked, taken).unwrap();
    let refused = say(&asked, grants(&name)).unwrap_err();
    assert!(refused.why.contains(&rescue), "{refused:?}");
    assert!(refused.remedy.contains("rescues_checked"), "{refused:?}");
}

fn message_id(node: &Client, message: &Signed) -> String {
    node.message(&message.digest().to_string()).unwrap().id
}

/// Somebody's arrest, and the request for somebody else that follows it and comes before it in the order of digests.
fn arrest_and_request(forger: &Forger<'_>, procedure: ProcedureId, request: Value) -> [Signed; 2] {
    let mut arrest = begins("provisional-arrest-request", &[1]);
    let other = letter::example("victim-screening-report", &[AGENCIES[1]]);
    arrest["body"]["person"] = other["body"]["person"].clone();
    let arrest = forger.answer(&arrest, procedure);
    loop {
        let mut request = request.clone();
        request["procedure"] = json!(procedure.to_string());
        request["parents"] = json!([arrest.digest().to_string()]);
        let request = forger.answer(&request, procedure);
        if request.digest() < arrest.digest() {
            return [arrest, request];
        }
    }
}
