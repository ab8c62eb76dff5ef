//! Whole exchanges, compared with text in the tree. `CONCORD_BLESS=1` renews it.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::Path;

use axum::body::Body;
use concord_protocol::ids::TreeSize;

use crate::api::openapi;
use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::fake::RECEIVED;
use crate::api::tests::fake::SENT;
use crate::api::tests::wire::SUBMISSION;
use crate::api::tests::wire::World;
use crate::api::tests::wire::request;
use crate::api::tests::wire::written;
use crate::host::handle::SubmitError;
use crate::host::view::Mode;

#[test]
fn the_description_in_the_specification_is_the_one_that_is_served() {
    // shows: api-11
    let served = World::new(Fake::new()).get("/openapi.json");

    compared("../spec/openapi.json", &String::from_utf8(served.body).unwrap());

    assert_eq!(openapi::document(), fs::read_to_string(path("../spec/openapi.json")).unwrap());
}

#[test]
fn every_operation_in_the_description_has_a_name_of_its_own() {
    let document: serde_json::Value = serde_json::from_str(&openapi::document()).unwrap();
    let operations: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();

    let names: BTreeSet<&str> = operations.iter().copied().collect();

    assert_eq!(names.len(), operations.len());
}

#[test]
fn messages_are_listed_shown_opened_and_proven() {
    // shows: api-3
    told(
        "messages",
        &World::new(Fake::new()),
        &[
            "/api/v1/messages",
            "/api/v1/messages?direction=in",
            &format!("/api/v1/messages/{SENT}"),
            &format!("/api/v1/messages/{SENT}/deliveries"),
            &format!("/api/v1/messages/{SENT}/body?officer=LA-0042&purpose=prosecution"),
            &format!("/api/v1/messages/{SENT}/proof"),
            &format!("/api/v1/messages/{SENT}/receipts/mm.mpf"),
            &format!("/api/v1/messages/{SENT}/receipts/th.rtp"),
            &format!("/api/v1/messages/{RECEIVED}/body?officer=LA-0042&purpose=prosecution"),
        ],
    );
}

#[test]
fn the_log_shows_its_head_its_leaves_and_their_proofs() {
    told(
        "log",
        &World::new(Fake::new()),
        &[
            "/api/v1/log/head",
            "/api/v1/log/entries",
            "/api/v1/log/entries?from=2&limit=1",
            "/api/v1/log/entries?from=1000",
            "/api/v1/log/proof?index=3",
            "/api/v1/log/proof?from=3",
            "/api/v1/log/proof?from=3&to=5",
            "/api/v1/log/proof?index=1000",
            "/api/v1/log/export",
        ],
    );
}

#[test]
fn the_log_is_shown_in_the_forms_of_others() {
    // shows: log-36
    told(
        "proofs",
        &World::new(Fake::new()),
        &[
            "/api/v1/log/tile?level=0&index=0&width=7",
            "/api/v1/log/tile?level=0&index=0&width=8",
            "/api/v1/log/tile?level=0&index=0&width=0",
            "/api/v1/log/tile?level=8&index=0",
            "/api/v1/log/tile?index=0",
            "/api/v1/log/entry-bundle?index=0&width=3",
            "/api/v1/log/entry-bundle?index=1&width=1",
            "/api/v1/log/proof-file?index=2",
            "/api/v1/log/proof-file?index=7",
            "/api/v1/log/proof-file",
            "/api/v1/log/receipt?index=2",
            "/api/v1/log/policy",
        ],
    );
}

#[test]
fn peers_the_charter_and_health_are_shown() {
    told(
        "node",
        &World::new(Fake::new()),
        &[
            "/api/v1/peers",
            "/api/v1/peers/mm.mpf",
            "/api/v1/peers/kh.npc",
            "/api/v1/charter",
            "/healthz",
            "/readyz",
        ],
    );
}

#[test]
fn a_node_that_does_not_exchange_says_why() {
    // shows: api-12
    let quarantined = Mode::Quarantined {
        peer: fake::agency("mm.mpf"),
        size: TreeSize::new(12),
        heard: 1,
        needed: 2,
    };

    let mut text = exchanges(&World::new(Fake::in_mode(Mode::Full)), &["/healthz", "/readyz"]);
    text.push_str(&exchanges(
        &World::new(Fake::in_mode(quarantined)),
        &["/readyz", "/api/v1/log/head"],
    ));

    compared("src/api/transcripts/unready.txt", &text);
}

#[test]
fn evidence_and_alarms_are_listed_with_what_they_say() {
    // shows: evd-18, evd-24
    let world = World::new(Fake::alarmed());
    let digest = fake::FILE;

    told(
        "evidence",
        &world,
        &[
            "/api/v1/evidence",
            "/api/v1/evidence?from=5",
            &format!("/api/v1/evidence/{digest}"),
            &format!("/api/v1/evidence/{}", "0".repeat(64)),
            "/api/v1/evidence/abc",
            "/api/v1/watch",
            "/readyz",
        ],
    );
}

#[test]
fn a_submission_is_answered_with_where_it_is() {
    let world = World::new(Fake::new());
    let json = [("content-type", "application/json"), ("idempotency-key", "one")];
    let mut text = String::new();
    for _ in 0..2 {
        let answered =
            world.ask(request("POST", "/api/v1/messages", &json, Body::from(SUBMISSION)));
        text.push_str(&written("POST", "/api/v1/messages", &answered));
    }
    let busy = World::new(Fake::refusing(SubmitError::Busy));
    let answered = busy.ask(request("POST", "/api/v1/messages", &json, Body::from(SUBMISSION)));
    text.push_str(&written("POST", "/api/v1/messages", &answered));

    let faulty = SUBMISSION
        .replace("\"U3\"", "\"U9\"")
        .replace("\"exercise\": true,", "")
        .replace("\"of\":", "\"off\":");
    let answered = world.ask(request("POST", "/api/v1/messages", &json, Body::from(faulty)));
    text.push_str(&written("POST", "/api/v1/messages", &answered));

    compared("src/api/transcripts/submit.txt", &text);
}

fn told(name: &str, world: &World, paths: &[&str]) {
    compared(&format!("src/api/transcripts/{name}.txt"), &exchanges(world, paths));
}

fn exchanges(world: &World, paths: &[&str]) -> String {
    paths.iter().map(|path| written("GET", path, &world.get(path))).collect()
}

fn compared(file: &str, text: &str) {
    if env::var_os("CONCORD_BLESS").is_some() {
        fs::write(path(file), text).unwrap();
        return;
    }
    let expected = fs::read_to_string(path(file)).unwrap();
    assert!(expected == text, "{file} differs; CONCORD_BLESS=1 renews it. Now:\n{text}");
}

fn path(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}
