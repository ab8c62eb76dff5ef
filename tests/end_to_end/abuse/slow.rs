//! Callers that take their time.

use std::io;
use std::io::Read;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use harness::caller;
use harness::caller::Door;
use harness::caller::Ended;
use harness::caller::HANGS_UP_WITHIN;

/// Between two bytes of a caller that drips.
const DRIP: Duration = Duration::from_millis(500);

/// One way to be slow.
#[derive(Clone, Copy)]
pub(super) struct Slow {
    pub(super) name: &'static str,
    pub(super) run: fn(&Door) -> Ended,
    pub(super) end: fn() -> Ended,
}

pub(super) const ATTACKS: [Slow; 6] = [
    Slow {
        name: "a caller that says nothing",
        run: |door| caller::listen(&mut door.knock().unwrap()),
        end: || Ended::Silence,
    },
    Slow {
        name: "a head that comes byte by byte",
        run: |door| drip(door, b"GET /healthz HTTP/1.1\r\nx-slow: "),
        end: || Ended::Silence,
    },
    Slow {
        name: "a second head that comes byte by byte",
        run: |door| {
            drip(door, b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\nGET /healthz HTTP/1.1\r\nx: ")
        },
        end: || Ended::Answer(200),
    },
    Slow {
        name: "a submission that comes byte by byte",
        run: |door| {
            let headers = [("content-type", "application/json"), ("content-length", "100000")];
            drip(door, &door.request("POST /api/v1/messages", &headers, b"{"))
        },
        end: || Ended::Problem(408, "request-too-slow".to_owned()),
    },
    Slow {
        name: "a form of the pages that comes byte by byte, without a token",
        run: |door| {
            drip(
                door,
                b"POST /sign-in HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
                content-type: application/x-www-form-urlencoded\r\ncontent-length: 2000\r\n\r\ntoken=",
            )
        },
        end: || Ended::Answer(408),
    },
    Slow {
        name: "a caller that takes no answer, without a token",
        run: |door| {
            let request = b"GET /openapi.json HTTP/1.1\r\nhost: a\r\n\r\n".repeat(1_000);
            let mut stream = door.knock().unwrap();
            // The node's answers fill the way back; then it reads no further; then it hangs up.
            loop {
                match stream.write_all(&request) {
                    Ok(()) => {}
                    Err(error) if waits(&error) => {
                        return Ended::Gibberish("the node waits for ever".to_owned());
                    }
                    Err(_) => return Ended::Silence,
                }
            }
        },
        end: || Ended::Silence,
    },
];

/// Says the beginning at once and then one byte after the other, until the node hangs up.
fn drip(door: &Door, begins: &[u8]) -> Ended {
    let mut stream = door.knock().unwrap();
    stream.write_all(begins).unwrap();
    stream.set_read_timeout(Some(DRIP)).unwrap();
    let mut said = Vec::new();
    let drops = HANGS_UP_WITHIN.as_millis() / DRIP.as_millis();
    for _ in 0..drops {
        match hear(&mut stream, &mut said) {
            Ok(0) => return caller::understood(&said),
            Ok(_) => {}
            Err(error) if waits(&error) => drop(stream.write_all(b".")),
            // Who goes on speaking after the end is told so by a reset; what was heard counts.
            Err(_) => return caller::understood(&said),
        }
    }
    Ended::Gibberish("the node waits for ever".to_owned())
}

fn hear(stream: &mut TcpStream, said: &mut Vec<u8>) -> io::Result<usize> {
    let mut piece = [0; 4096];
    let len = stream.read(&mut piece)?;
    said.extend_from_slice(&piece[..len]);
    Ok(len)
}

fn waits(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}
