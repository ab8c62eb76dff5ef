//! Bad requests: each gets its code, reason and remedy, and never a status of our own fault.

use axum::body::Body;
use concord_protocol::ids::Serial;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::refusal::Refusal;

use crate::api::tests::fake;
use crate::api::tests::fake::Fake;
use crate::api::tests::fake::RECEIVED;
use crate::api::tests::fake::SENT;
use crate::api::tests::wire::NOON;
use crate::api::tests::wire::SUBMISSION;
use crate::api::tests::wire::World;
use crate::api::tests::wire::request;
use crate::host::handle::SubmitError;
use crate::host::view::Mode;
use crate::host::view::Phase;
use crate::host::view::Standing;
use crate::host::view::Unwitnessed;
use crate::report::code::Code;

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_request_without_the_token_learns_nothing() {
    // shows: api-2
    let world = World::new(Fake::new());
    let wrong = [
        "",
        "Bearer wrong",
        "Bearer ",
        "Basic synthetic-token",
        "Bearer synthetic-tokenx",
        "synthetic-token",
    ];
    for (given, path) in wrong.iter().flat_map(|given| {
        ["/api/v1/peers", "/api/v1/nothing", "/", "/api/v1/log/export"]
            .iter()
            .map(move |path| (*given, *path))
    }) {
        let answered = world.ask(request("GET", path, &[("authorization", given)], Body::empty()));

        assert_eq!(
            (answered.status.as_u16(), answered.code()),
            (401, "token-refused".to_owned()),
            "{given} {path}"
        );
        assert_eq!(answered.header("www-authenticate"), Some("Bearer"));
    }
}

#[test]
fn health_readiness_and_the_description_need_no_token() {
    // shows: api-2
    let world = World::new(Fake::new());
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        let answered = world.ask(request("GET", path, &[("authorization", "")], Body::empty()));

        assert_eq!(answered.status.as_u16(), 200, "{path}");
    }
}

#[test]
fn a_path_or_method_that_does_not_exist_is_a_problem_too() {
    // shows: api-4
    let world = World::new(Fake::new());

    let nowhere = world.get("/api/v1/persons");
    let method = world.ask(request("DELETE", "/api/v1/messages", &[], Body::empty()));

    assert_eq!((nowhere.status.as_u16(), nowhere.code()), (404, "no-such-path".to_owned()));
    assert_eq!((method.status.as_u16(), method.code()), (405, "method-not-allowed".to_owned()));
    assert_eq!(method.header("allow"), Some("POST,GET,HEAD"));
}

#[test]
fn every_parameter_is_read_or_refused() {
    // shows: api-5
    let paths = [
        "/api/v1/messages/not-an-id".to_owned(),
        "/api/v1/messages/019CA884-C740-7101-8101-010101010101".to_owned(),
        "/api/v1/messages/%ff".to_owned(),
        "/api/v1/messages?limit=0".to_owned(),
        "/api/v1/messages?limit=201".to_owned(),
        "/api/v1/messages?limit=%2B1".to_owned(),
        "/api/v1/messages?limit=1&limit=2".to_owned(),
        "/api/v1/messages?direction=up".to_owned(),
        "/api/v1/messages?colour=red".to_owned(),
        "/api/v1/peers?all=true".to_owned(),
        "/api/v1/peers/UPPER".to_owned(),
        "/api/v1/log/proof".to_owned(),
        "/api/v1/log/proof?index=1&from=1".to_owned(),
        "/api/v1/log/proof?to=1".to_owned(),
        "/api/v1/log/proof?from=0".to_owned(),
        "/api/v1/log/proof?from=5&to=3".to_owned(),
        "/api/v1/log/entries?from=-1".to_owned(),
        "/api/v1/log/entries?from=18446744073709551616".to_owned(),
        format!("/api/v1/messages/{SENT}/body"),
        format!("/api/v1/messages/{SENT}/body?officer=LA-0042"),
        format!("/api/v1/messages/{SENT}/body?officer=LA-0042&purpose=curiosity"),
        format!("/api/v1/messages/{SENT}/body?officer=&purpose=prosecution"),
        format!("/api/v1/messages/{SENT}/body?officer=a%20name&purpose=prosecution"),
        format!("/api/v1/messages/{SENT}/receipts/-..-"),
    ];
    let world = World::new(Fake::new());
    for path in &paths {
        let answered = world.get(path);

        assert_eq!(
            (answered.status.as_u16(), answered.code()),
            (400, "bad-parameter".to_owned()),
            "{path}"
        );
    }
}

#[test]
fn a_refusal_does_not_repeat_what_was_asked() {
    let world = World::new(Fake::new());
    for path in [
        "/api/v1/messages?name=Zhang",
        "/api/v1/Zhang",
        "/api/v1/messages/Zhang",
        "/api/v1/peers?limit=Zhang",
    ] {
        let answered = world.get(path);

        assert!(!String::from_utf8(answered.body).unwrap().contains("Zhang"), "{path}");
    }
}

#[test]
fn what_is_not_here_says_which_kind_of_thing_it_is() {
    let world = World::new(Fake::new());
    let cases = [
        ("/api/v1/messages/019ca884-c740-7101-8101-0101010101ff".to_owned(), "no-such-message"),
        (format!("/api/v1/messages/{SENT}/receipts/th.rtp"), "no-such-receipt"),
        (format!("/api/v1/messages/{SENT}/receipts/kh.npc"), "no-such-receipt"),
        (format!("/api/v1/messages/{RECEIVED}/body?officer=1&purpose=prosecution"), "no-body"),
        ("/api/v1/peers/kh.npc".to_owned(), "no-such-peer"),
        ("/api/v1/peers/la.mps".to_owned(), "no-such-peer"),
        ("/api/v1/log/proof?index=99".to_owned(), "no-such-leaf"),
        ("/api/v1/log/proof?from=1&to=99".to_owned(), "no-such-leaf"),
    ];
    for (path, code) in &cases {
        let answered = world.get(path);

        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (404, *code), "{path}");
    }
}

#[test]
fn an_id_of_several_messages_is_refused_with_the_digest_of_each() {
    // shows: api-23
    let fake = Fake::with_namesakes();
    let digests: Vec<String> =
        fake.messages.iter().map(|view| view.record.digest.to_string()).collect();
    let world = World::new(fake);
    for path in
        ["", "/deliveries", "/proof", "/receipts/mm.mpf", "/body?officer=1&purpose=prosecution"]
    {
        let answered = world.get(&format!("/api/v1/messages/{SENT}{path}"));

        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (409, "ambiguous-id"));
        let detail = answered.json()["detail"].as_str().unwrap().to_owned();
        for (digest, author) in digests.iter().zip(["la.mps", "mm.mpf"]) {
            assert!(detail.contains(&format!("{digest} is of {author}")), "{detail}");
        }
    }
    for (digest, author) in digests.iter().zip(["la.mps", "mm.mpf"]) {
        let answered = world.get(&format!("/api/v1/messages/{digest}"));
        assert_eq!(answered.json()["from"], author);
    }
}

#[test]
fn a_submission_that_is_not_json_or_says_what_a_body_cannot_is_refused() {
    // shows: api-8
    let world = World::new(Fake::new());
    let cases: [(&str, u16, &str); 5] = [
        ("", 400, "bad-json"),
        ("{\"kind\": ", 400, "bad-json"),
        ("{} trailing", 400, "bad-json"),
        ("{\"a\": 0.5}", 422, "bad-submission"),
        ("{\"a\": 1, \"a\": 2}", 422, "bad-submission"),
    ];
    for (text, status, code) in cases {
        let answered = world.post("/api/v1/messages", &[JSON], text);

        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code), "{text}");
    }
}

#[test]
fn every_fault_of_a_submission_is_listed_in_one_answer() {
    // shows: api-8
    let faulty = SUBMISSION
        .replace("\"U3\"", "\"U9\"")
        .replace("\"exercise\": true,", "")
        .replace("\"of\":", "\"off\":");

    let answered = World::new(Fake::new()).post("/api/v1/messages", &[JSON], faulty);

    let pointers: Vec<String> = answered.json()["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!((answered.status.as_u16(), answered.code()), (422, "bad-submission".to_owned()));
    assert!(
        ["/urgency", "/exercise", "/body/of", "/body/off"]
            .iter()
            .all(|at| pointers.contains(&(*at).to_owned()))
    );
}

#[test]
fn a_submission_in_another_media_type_is_refused() {
    let world = World::new(Fake::new());
    for headers in
        [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/cbor")]]
    {
        let answered = world.post("/api/v1/messages", headers, "{}");

        assert_eq!((answered.status.as_u16(), answered.code()), (415, "media-type".to_owned()));
    }
}

fn out_of_place() -> SubmitError {
    SubmitError::OutOfPlace(Box::new(Refusal::safeguard(
        "ho-42",
        "nobody holds the person",
        "hold",
    )))
}

#[test]
fn what_a_procedure_refuses_says_the_rule_and_what_would_be_acceptable() {
    // shows: pro-4
    let answered =
        World::new(Fake::refusing(out_of_place())).post("/api/v1/messages", &[JSON], SUBMISSION);

    let problem: serde_json::Value = answered.json();
    assert_eq!(problem["code"], "safeguard");
    assert!(problem.to_string().contains("nobody holds the person (ho-42)"), "{problem}");
    assert!(problem.to_string().contains("\"hold\""), "{problem}");
}

#[test]
fn what_the_host_refuses_gets_its_code_and_status() {
    let cases = [
        (
            SubmitError::UnknownRecipient { agency: fake::agency("xx.abc") },
            Code::UnknownRecipient,
            422,
        ),
        (SubmitError::NoCredential { agency: fake::agency("th.rtp") }, Code::NoCredential, 422),
        (SubmitError::NotInForce { serial: Serial::new(1) }, Code::CredentialEnds, 503),
        (SubmitError::ToOneself, Code::ToOneself, 422),
        (SubmitError::KeyReused, Code::IdempotencyKeyReused, 422),
        (SubmitError::TooLarge { len: 600_000, max: 524_288 }, Code::ContentTooLarge, 413),
        (SubmitError::Busy, Code::Busy, 503),
        (SubmitError::Full, Code::DiskFull, 507),
        (SubmitError::Unwitnessed { since: Timestamp::from_millis(NOON) }, Code::Unwitnessed, 503),
        (SubmitError::InDoubt(Doubt::Quarantine), Code::Quarantined, 503),
        (SubmitError::Stopping, Code::Stopping, 503),
        (out_of_place(), Code::Safeguard, 409),
    ];
    for (error, code, status) in cases {
        let answered =
            World::new(Fake::refusing(error)).post("/api/v1/messages", &[JSON], SUBMISSION);

        assert_eq!((answered.status.as_u16(), answered.code()), (status, code.text().to_owned()));
    }
}

#[test]
fn only_what_passes_by_itself_says_when_to_ask_again() {
    // shows: api-13
    let wait = |error| {
        let answered =
            World::new(Fake::refusing(error)).post("/api/v1/messages", &[JSON], SUBMISSION);
        answered.header("retry-after").map(str::to_owned)
    };

    assert_eq!(wait(SubmitError::Busy).as_deref(), Some("1"));
    assert_eq!(wait(SubmitError::Stopping).as_deref(), Some("5"));
    assert_eq!(wait(SubmitError::Full), None);
    assert_eq!(wait(SubmitError::InDoubt(Doubt::Quarantine)), None);
    assert_eq!(wait(SubmitError::KeyReused), None);
}

#[test]
fn an_idempotency_key_is_visible_ascii_within_its_bound() {
    // shows: api-9
    let world = World::new(Fake::new());
    let long = "x".repeat(129);
    for key in ["two words", " ", "\u{e9}", long.as_str()] {
        let answered = world.post("/api/v1/messages", &[JSON, ("idempotency-key", key)], "{}");

        assert_eq!(
            (answered.status.as_u16(), answered.code()),
            (400, "bad-idempotency-key".to_owned()),
            "{key:?}"
        );
    }
    let twice = [JSON, ("idempotency-key", "a"), ("idempotency-key", "b")];
    assert_eq!(world.post("/api/v1/messages", &twice, SUBMISSION).code(), "bad-idempotency-key");
    assert_eq!(
        world
            .post("/api/v1/messages", &[JSON, ("idempotency-key", &long[1..])], SUBMISSION)
            .status
            .as_u16(),
        201
    );
}

#[test]
fn an_idempotency_key_that_was_used_repeats_the_answer() {
    // shows: api-9
    let world = World::new(Fake::new());
    let headers = [JSON, ("idempotency-key", "one")];

    let first = world.post("/api/v1/messages", &headers, SUBMISSION);
    let again = world.post("/api/v1/messages", &headers, SUBMISSION);

    assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 200));
    assert_eq!(
        (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
        (None, Some("true"))
    );
    assert_eq!(first.body, again.body);
}

#[test]
fn an_idempotency_key_stands_for_one_submission_however_it_is_spaced_and_ordered() {
    // shows: api-9
    let world = World::new(Fake::new());
    let headers = [JSON, ("idempotency-key", "one")];

    let reordered = SUBMISSION.replacen('{', "{\"body\": {\"assigned_unit\": \"Desk 1\", \"of\": \"019ca884-cb28-7202-8202-020202020202\"},", 1);
    let (reordered, _) = reordered.rsplit_once(",\n    \"body\"").unwrap();
    let reordered = format!("{reordered}}}");

    let first = world.post("/api/v1/messages", &headers, SUBMISSION);
    let same = world.post("/api/v1/messages", &headers, reordered);
    let other = world.post("/api/v1/messages", &headers, SUBMISSION.replace("Desk 1", "Desk 2"));

    assert_eq!((first.status.as_u16(), same.status.as_u16()), (201, 200));
    assert_eq!((other.status.as_u16(), other.code()), (422, "idempotency-key-reused".to_owned()));
}

#[test]
fn a_node_that_waits_for_greetings_says_so() {
    // shows: api-12
    let mut node = Fake::refusing(SubmitError::Busy);
    node.view.phase = Phase::Waiting;
    let world = World::new(node);

    let submitted = world.post("/api/v1/messages", &[JSON], SUBMISSION);
    let ready = world.get("/readyz");

    assert_eq!((submitted.status.as_u16(), submitted.code()), (503, "starting".to_owned()));
    assert_eq!(ready.json()["reasons"][0]["code"], "starting");
}

#[test]
fn a_node_whose_credential_is_not_in_force_is_not_ready_and_says_why() {
    // shows: api-12, id-32
    let standings = [
        (Standing::InForce, 200, "alerts"),
        (Standing::Superseded, 200, "alerts"),
        (Standing::Revoked, 503, "reasons"),
        (Standing::NotValid, 503, "reasons"),
        (Standing::OtherRoot, 503, "reasons"),
    ];
    for (standing, status, place) in standings {
        let mut node = Fake::new();
        node.view.credential.standing = standing;
        node.view.credential.soon = true;

        let ready = World::new(node).get("/readyz");

        assert_eq!(ready.status.as_u16(), status, "{standing:?}");
        assert_eq!(ready.json()["ready"], status == 200);
        assert_eq!(ready.json()[place][0]["code"], "credential-ends", "{standing:?}");
    }
}

#[test]
fn a_head_that_lacks_a_quorum_for_too_long_is_told_and_submissions_go_on() {
    // shows: wit-13
    let mut node = Fake::new();
    node.view.head.unwitnessed_since = Some(Timestamp::from_millis(NOON));
    node.view.head.unwitnessed = Unwitnessed::TooLong;
    let world = World::new(node);

    let ready = world.get("/readyz");
    let submitted = world.post("/api/v1/messages", &[JSON], SUBMISSION);

    assert_eq!(ready.json()["alerts"][0]["code"], "unwitnessed");
    assert_eq!(submitted.status.as_u16(), 201);
}

#[test]
fn a_credential_is_new_known_or_refused() {
    let world = World::new(Fake::new());
    let bytes = [("content-type", "application/octet-stream")];

    let new = world.post("/api/v1/peers", &bytes, "new");
    let known = world.post("/api/v1/peers", &bytes, "known");
    let forged = world.post("/api/v1/peers", &bytes, "forged");

    assert_eq!(
        (new.status.as_u16(), known.status.as_u16(), forged.status.as_u16()),
        (201, 200, 422)
    );
    assert_eq!(new.header("location"), Some("/api/v1/peers/mm.mpf"));
    assert_eq!(forged.code(), "credential-refused");
}

#[test]
fn a_peer_answers_a_ping_or_is_away() {
    let world = World::new(Fake::new());

    let here = world.post("/api/v1/peers/mm.mpf/ping", &[], "");
    let away = world.post("/api/v1/peers/th.rtp/ping", &[], "");
    let unknown = world.post("/api/v1/peers/kh.npc/ping", &[], "");

    assert_eq!(here.json()["round_trip_us"], 420);
    assert_eq!((away.status.as_u16(), away.code()), (502, "peer-away".to_owned()));
    assert_eq!((unknown.status.as_u16(), unknown.code()), (404, "no-such-peer".to_owned()));
}

#[test]
fn an_export_that_cannot_begin_is_a_problem_and_not_half_a_bundle() {
    let quarantined = Mode::Quarantined {
        peer: fake::agency("mm.mpf"),
        size: concord_protocol::ids::TreeSize::new(9),
        heard: 1,
        needed: 2,
    };
    let world = World::new(Fake::in_mode(quarantined));

    let answered = world.get("/api/v1/log/export");

    assert_eq!((answered.status.as_u16(), answered.code()), (503, "quarantined".to_owned()));
    assert!(answered.json()["detail"].as_str().unwrap().contains("mm.mpf"));
}

#[test]
fn a_submission_that_is_compressed_is_refused() {
    // shows: api-26
    let world = World::new(Fake::new());
    for (coding, status) in [("gzip", 415), ("identity, br", 415), ("identity", 201)] {
        let headers = [JSON, ("content-encoding", coding)];

        let answered = world.post("/api/v1/messages", &headers, SUBMISSION);

        assert_eq!(answered.status.as_u16(), status, "{coding}");
    }
}

#[test]
fn every_answer_has_an_id_and_is_kept_by_nobody() {
    // shows: api-3
    let world = World::new(Fake::new());
    for path in ["/api/v1/peers", "/healthz", "/nothing"] {
        let answered = world.get(path);

        assert!(answered.header("x-request-id").unwrap().starts_with("00000007-"));
        assert_eq!(answered.header("cache-control"), Some("no-store"));
    }
}
