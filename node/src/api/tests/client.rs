//! The client against a real listener on loopback.

use std::fs;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;

use crate::api::address;
use crate::api::client::Client;
use crate::api::client::Page;
use crate::api::shape::log::LogProof;
use crate::api::shape::message::Status;
use crate::api::tests::fake::Fake;
use crate::api::tests::fake::SENT;
use crate::api::tests::running::Running;
use crate::api::tests::wire::SUBMISSION;
use crate::host::handle::SubmitError;
use crate::report::Exit;
use crate::report::code::Code;

#[test]
fn every_question_gets_its_answer() {
    let node = Running::start(Fake::new());
    let client = Client::in_directory(node.dir()).unwrap();

    let sent = client.submit(SUBMISSION.as_bytes(), Some("one")).unwrap();
    let again = client.submit(SUBMISSION.as_bytes(), Some("one")).unwrap();
    let LogProof::Inclusion(proof) = client.leaf_proof(3).unwrap() else {
        panic!("not an inclusion proof")
    };
    let mut bundle = Vec::new();

    assert_eq!((sent.replayed, again.replayed), (false, true));
    assert_eq!(sent.message, again.message);
    assert_eq!(client.messages(&Page::default()).unwrap().items.len(), 2);
    assert_eq!(client.message(SENT).unwrap().deliveries[2].status, Status::Queued);
    assert_eq!(client.open(SENT, "LA-0042", "prosecution").unwrap().log_index, 6);
    assert_eq!(client.message_proof(SENT).unwrap().index, 1);
    assert_eq!(client.receipt(SENT, "mm.mpf").unwrap(), b"receipt");
    assert_eq!((client.head().unwrap().size, proof.index), (7, 3));
    assert_eq!(client.entries(5, None).unwrap().items.len(), 2);
    assert!(
        matches!(client.consistency(3, None).unwrap(), LogProof::Consistency(growth) if growth.to == 7)
    );
    assert_eq!((client.export(&mut bundle).unwrap(), bundle.len()), (200_000, 200_000));
    assert_eq!(client.peers().unwrap().items.len(), 2);
    assert!(client.peer("mm.mpf").unwrap().connected);
    assert!(client.admit(b"known").unwrap().known);
    assert_eq!(client.ping("mm.mpf").unwrap().round_trip_us, 420);
    assert_eq!(client.charter().unwrap().name, "heron");
    assert!(client.readiness().unwrap().ready);
}

#[test]
fn what_the_node_refuses_ends_with_five_and_the_nodes_own_words() {
    // shows: reg-5
    let node = Running::start(Fake::refusing(SubmitError::Full));
    let client = Client::in_directory(node.dir()).unwrap();

    let refused = client.submit(SUBMISSION.as_bytes(), None).unwrap_err();
    let faulty = client.submit(b"{}", None).unwrap_err();
    let absent = client.peer("kh.npc").unwrap_err();

    assert_eq!((refused.code, refused.exit), (Code::DiskFull, Exit::Refused));
    assert_eq!(refused.why, "the disk is nearly full");
    assert_eq!((faulty.code, faulty.exit), (Code::BadSubmission, Exit::Refused));
    assert!(faulty.fields.iter().any(|field| field.pointer == "/kind"));
    assert_eq!((absent.code, absent.exit), (Code::NoSuchPeer, Exit::Refused));
}

#[test]
fn a_node_that_does_not_listen_ends_with_four() {
    // shows: reg-5
    let mut node = Running::start(Fake::new());
    node.kill();

    let report = Client::in_directory(node.dir()).unwrap().head().unwrap_err();

    assert_eq!((report.code, report.exit), (Code::NodeUnreachable, Exit::NotReachable));
}

#[test]
fn a_token_that_is_not_the_nodes_is_refused() {
    let node = Running::start(Fake::new());
    let token_file = node.dir().join("other");
    fs::write(&token_file, "another-token").unwrap();

    let report = Client::at(node.url(), &token_file).unwrap().head().unwrap_err();

    assert_eq!((report.code, report.exit), (Code::TokenRefused, Exit::Refused));
}

#[test]
fn what_is_no_concord_node_is_not_understood() {
    let teapot = get(|| async { (StatusCode::IM_A_TEAPOT, "short and stout") });
    let other = Router::new()
        .route("/api/v1/log/head", get(|| async { "hello" }))
        .route("/api/v1/peers", teapot);
    let node = Running::serving(other);
    let client = Client::in_directory(node.dir()).unwrap();

    for report in [client.head().unwrap_err(), client.peers().unwrap_err()] {
        assert_eq!((report.code, report.exit), (Code::AnswerUnreadable, Exit::NotReachable));
    }
}

#[test]
fn a_directory_says_what_it_lacks() {
    // shows: api-1
    let node = Running::start(Fake::new());
    let client = |dir| Client::in_directory(dir).unwrap_err().code;

    fs::write(node.dir().join(address::TOKEN_FILE), "two words").unwrap();
    assert_eq!(client(node.dir()), Code::FileUnreadable);
    fs::remove_file(node.dir().join(address::TOKEN_FILE)).unwrap();
    assert_eq!(client(node.dir()), Code::FileUnreadable);
    fs::write(node.dir().join(address::ADDRESS_FILE), "{}").unwrap();
    assert_eq!(client(node.dir()), Code::NotANodeDirectory);
    fs::remove_file(node.dir().join(address::ADDRESS_FILE)).unwrap();
    assert_eq!(client(node.dir()), Code::NotANodeDirectory);
    fs::write(node.dir().join("concord.toml"), "").unwrap();
    assert_eq!(client(node.dir()), Code::NodeUnreachable);
}

#[test]
fn an_address_speaks_plain_http() {
    let node = Running::start(Fake::new());
    let token_file = node.dir().join(address::TOKEN_FILE);

    let report = Client::at("https://127.0.0.1:1", &token_file).unwrap_err();

    assert_eq!((report.code, report.exit), (Code::Usage, Exit::Usage));
}

#[test]
fn an_id_cannot_leave_its_place_in_the_path() {
    let node = Running::start(Fake::new());
    let client = Client::in_directory(node.dir()).unwrap();

    let report = client.message("../peers?x=#").unwrap_err();

    assert_eq!(report.code, Code::BadParameter);
}
