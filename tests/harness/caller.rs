//! A caller of the local API without manners: any bytes on a socket, and what comes back until the node hangs up.

use std::fs;
use std::io;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::SocketAddr;
use std::net::TcpStream;
use std::time::Duration;

use concord_node::api::address;

use crate::daemon::Daemon;

/// A node that keeps a caller longer than this keeps it for ever: no wait that it states is longer.
pub const HANGS_UP_WITHIN: Duration = Duration::from_secs(90);

/// The API of a node, and the token that opens it.
#[derive(Clone, Debug)]
pub struct Door {
    /// Where it listens.
    pub address: SocketAddr,
    /// The token.
    pub token: String,
}

/// How a conversation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// A problem document with this status and code.
    Problem(u16, String),
    /// A status without a document: what was sent is no request.
    Bare(u16),
    /// An answer that refuses nothing.
    Answer(u16),
    /// The end of the connection, without a word.
    Silence,
    /// Something that no client understands.
    Gibberish(String),
}

impl Door {
    /// The door of a running node.
    ///
    /// # Panics
    /// When the node does not say where it is.
    pub fn of(node: &Daemon) -> Self {
        let url = address::read(node.folder()).unwrap();
        let address = url.trim_start_matches("http://").parse().unwrap();
        let token = fs::read_to_string(node.folder().join("token")).unwrap().trim().to_owned();
        Self { address, token }
    }

    /// Connects.
    ///
    /// # Errors
    /// When the node has no room for one more that waits.
    pub fn knock(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect_timeout(&self.address, Duration::from_secs(5))?;
        stream.set_read_timeout(Some(HANGS_UP_WITHIN))?;
        stream.set_write_timeout(Some(HANGS_UP_WITHIN))?;
        Ok(stream)
    }

    /// A request with the token, which asks for the end of the connection.
    pub fn request(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
        let token = format!("Bearer {}", self.token);
        let host = self.address.to_string();
        let common = [("host", host.as_str()), ("authorization", &token), ("connection", "close")];
        let mut request = format!("{line} HTTP/1.1\r\n");
        for (name, value) in common.iter().chain(headers) {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        [request.as_bytes(), b"\r\n", body].concat()
    }

    /// Says these bytes and nothing more, and listens until the node hangs up.
    ///
    /// # Panics
    /// When the node does neither answer nor hang up.
    pub fn says(&self, bytes: &[u8]) -> Ended {
        let mut stream = self.knock().unwrap();
        // Who is cut off while speaking finds out by listening.
        stream.write_all(bytes).ok();
        stream.shutdown(Shutdown::Write).ok();
        listen(&mut stream)
    }
}

/// What comes back until the node hangs up.
///
/// # Panics
/// When it never does.
pub fn listen(stream: &mut TcpStream) -> Ended {
    let mut said = Vec::new();
    if let Err(error) = stream.read_to_end(&mut said) {
        let waits = matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut);
        assert!(!waits, "the node neither answers nor hangs up");
    }
    understood(&said)
}

/// What an answer means.
pub fn understood(said: &[u8]) -> Ended {
    if said.is_empty() {
        return Ended::Silence;
    }
    let text = String::from_utf8_lossy(said).into_owned();
    let status = text.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5)?.parse().ok());
    let (Some(status), Some((head, body))) = (status, text.split_once("\r\n\r\n")) else {
        return Ended::Gibberish(text);
    };
    if head.contains("application/problem+json") {
        let document: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
        return match document["code"].as_str() {
            Some(code) => Ended::Problem(status, code.to_owned()),
            None => Ended::Gibberish(text),
        };
    }
    if body.is_empty() && status >= 400 { Ended::Bare(status) } else { Ended::Answer(status) }
}
