//! Callers that are silent, slow or do not listen lose their own connection, and never everybody's.

use core::time::Duration;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;

use axum::Router;
use axum::routing::get;

use crate::api::listener::Patience;
use crate::api::tests::running::Running;

/// So long that whoever waits for it fails.
const NEVER: Duration = Duration::from_secs(3600);

/// So short that a test waits for it.
const SOON: Duration = Duration::from_millis(100);

/// A test that waits longer has failed.
const IN_TIME: Duration = Duration::from_secs(20);

const PATIENT: Patience = Patience { connections: 4, asking: NEVER, taking: NEVER };

#[test]
fn who_asks_nothing_or_too_slowly_loses_the_connection() {
    // shows: api-24
    let node = small(Patience { asking: SOON, ..PATIENT });

    let mut silent = caller(&node);
    assert_eq!(silent.read(&mut [0; 16]).unwrap(), 0, "closed without a word");

    let mut slow = caller(&node);
    assert!(drips_until_it_is_cut_off(&mut slow, b"GET / HTTP/1.1\r\nx-slow: "));

    let mut again = caller(&node);
    again.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
    let mut said = String::new();
    again.read_to_string(&mut said).expect("an answer, and then the end");
    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
}

#[test]
fn who_takes_no_answer_gives_up_the_place() {
    // shows: api-24
    let node = small(Patience { connections: 1, taking: SOON, ..PATIENT });
    let mut deaf = caller(&node);
    deaf.write_all(b"GET /long HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();

    assert!(is_answered(&node), "the only place is free again");
}

#[test]
fn a_house_full_of_silence_has_a_place_for_who_speaks() {
    // shows: api-25
    let node = small(PATIENT);
    let mut silent: Vec<TcpStream> = (0..4).map(|_| caller(&node)).collect();

    assert!(is_answered(&node));

    assert_eq!(silent[0].read(&mut [0; 16]).unwrap(), 0, "who was silent for longest is gone");
    silent[3].set_read_timeout(Some(SOON)).unwrap();
    let left_alone = silent[3].read(&mut [0; 16]).unwrap_err();
    assert_eq!(left_alone.kind(), io::ErrorKind::WouldBlock, "nobody else is");
}

#[test]
fn in_a_crowd_a_connection_ends_with_its_answer() {
    // shows: api-25
    let node = small(PATIENT);
    let request = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut kept: Vec<TcpStream> = (0..2).map(|_| caller(&node)).collect();
    for stream in &mut kept {
        stream.write_all(request).unwrap();
        stream.set_read_timeout(Some(SOON)).unwrap();
        let heard = stream.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(heard.kind(), io::ErrorKind::WouldBlock, "kept for another request");
    }

    let mut in_a_crowd = caller(&node);
    in_a_crowd.write_all(request).unwrap();
    let mut said = String::new();
    in_a_crowd.read_to_string(&mut said).expect("an answer, and then the end");

    assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
}

fn small(patience: Patience) -> Running {
    let long = vec![b'.'; 64 * 1024 * 1024];
    let router = Router::new()
        .route("/", get(async || "here"))
        .route("/long", get(async move || long.clone()));
    Running::with_patience(router, patience)
}

fn caller(node: &Running) -> TcpStream {
    let stream = TcpStream::connect(node.url().trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(IN_TIME)).unwrap();
    stream
}

fn is_answered(node: &Running) -> bool {
    let mut honest = caller(node);
    honest.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").unwrap();
    let mut said = String::new();
    honest.read_to_string(&mut said).is_ok() && said.starts_with("HTTP/1.1 200 ")
}

/// Sends a byte, waits a little, and so on.
fn drips_until_it_is_cut_off(stream: &mut TcpStream, head: &[u8]) -> bool {
    stream.set_read_timeout(Some(SOON / 10)).unwrap();
    let endless = head.iter().chain(std::iter::repeat(&b'.')).take(10_000);
    for byte in endless {
        let sent = stream.write_all(&[*byte]);
        let heard = stream.read(&mut [0; 16]);
        let waits = |error: &io::Error| error.kind() == io::ErrorKind::WouldBlock;
        if sent.is_err() || !heard.as_ref().is_err_and(waits) {
            return true;
        }
    }
    false
}
