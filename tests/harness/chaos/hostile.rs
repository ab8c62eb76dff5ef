//! Strangers who try the doors of all nodes while everything else happens.
//!
//! Uses `transport` as a node does, under keys that no charter knows. Each attempt ends in a code, in silence where the
//! node is away or too many try, or in a failure of the run: nobody may be let in.
//! Absent on purpose: clients that break QUIC itself; `tests/end_to_end` has them.

use std::net::SocketAddr;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use concord_node::entropy;
use concord_node::transport::Endpoint;
use concord_node::transport::close::CloseReason;
use concord_node::transport::connection::Connection;
use concord_node::transport::dial::DialError;
use concord_node::transport::pins::Pins;
use concord_node::transport::settings::Settings;
use concord_protocol::codec;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::credential;
use concord_protocol::identity::root::RootKey;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use serde_bytes::ByteBuf;
use tokio::runtime::Runtime;
use tokio::time;

use crate::chance::Chance;
use crate::chaos::plan::NODES;
use crate::chaos::stage::Stage;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::federation::Agency;
use crate::wait;

/// Longest wait for what becomes of an attempt; a node that is away makes the dialing time out before.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// Longest wait between two attempts, in milliseconds.
const GAP_MS_MAX: usize = 1_200;

/// Longest heap of random bytes in an attempt.
const GARBAGE_BYTES_MAX: usize = 20_000;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
    /// Random bytes on the naked socket.
    Datagram,
    /// Nothing is said after the handshake.
    Silence,
    /// Random bytes where an introduction is due.
    Garbage,
    /// A greeting, as a member would say it.
    Frame,
    /// A credential in a member's name, signed by a root of its own.
    ForgedCredential,
    /// A member's own credential, which anyone may have, under another key.
    BorrowedCredential,
}

const ATTEMPTS: [Attempt; 6] = [
    Attempt::Datagram,
    Attempt::Silence,
    Attempt::Garbage,
    Attempt::Frame,
    Attempt::ForgedCredential,
    Attempt::BorrowedCredential,
];

/// Tries one thing after the other until it is told to stop.
///
/// # Panics
/// When no socket can be had.
pub fn harass(stage: &Stage, tally: &Tally, mut chance: Chance, stop: &AtomicBool) {
    let runtime = Runtime::new().unwrap();
    while !stop.load(Ordering::Relaxed) {
        let (node, attempt) = (chance.below(NODES), ATTEMPTS[chance.below(ATTEMPTS.len())]);
        let garbage = garbage(&mut chance);
        tally.add(Count::HostileAttempts);
        match runtime.block_on(tried(stage, node, attempt, garbage)) {
            Outcome::Refused => tally.add(Count::HostileRefused),
            Outcome::Unanswered => tally.add(Count::HostileUnanswered),
            Outcome::LetIn(what) => {
                tally.add(Count::ForgedAccepted);
                tally.fail(format!("{attempt:?} at node {node} was let in: {what}"));
            }
        }
        let gap = Duration::from_millis(u64::try_from(chance.below(GAP_MS_MAX)).unwrap());
        wait::for_up_to(gap, || stop.load(Ordering::Relaxed).then_some(()));
    }
}

/// What became of an attempt.
enum Outcome {
    Refused,
    Unanswered,
    LetIn(String),
}

async fn tried(stage: &Stage, node: usize, attempt: Attempt, garbage: Vec<u8>) -> Outcome {
    if attempt == Attempt::Datagram {
        let socket = UdpSocket::bind((stage.strangers, 0)).unwrap();
        // A link that is down takes nothing.
        socket.send_to(&garbage[..garbage.len().min(1_400)], stage.nodes[node]).ok();
        return Outcome::Unanswered;
    }
    match time::timeout(ANSWER_WITHIN, dialed(stage, node, attempt, garbage)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Unanswered,
    }
}

async fn dialed(stage: &Stage, node: usize, attempt: Attempt, garbage: Vec<u8>) -> Outcome {
    let victim = &stage.world().agencies[node];
    let keys = [victim.keys.transport.public()];
    let pins = Arc::new(Pins::new());
    pins.allow(victim.id.clone(), keys[0]);
    let own: Arc<SigningKey> = Arc::new(SigningKey::from_seed(&entropy::draw().unwrap()));
    let settings = Settings::new(SocketAddr::new(stage.strangers, 0));
    let endpoint = Endpoint::bind(settings, own, pins).unwrap();
    let connection = match endpoint.dial(&victim.id, &keys, &stage.nodes[node].to_string()).await {
        Ok(connection) => connection,
        Err(DialError::Handshake(_)) => return Outcome::Unanswered,
        Err(other) => return Outcome::LetIn(format!("nothing was tried: {other}")),
    };
    let outcome = said(&connection, attempt, victim, garbage, stage).await;
    endpoint.stop().await;
    outcome
}

/// Says what is to be said, and listens.
async fn said(
    connection: &Connection,
    attempt: Attempt,
    victim: &Agency,
    garbage: Vec<u8>,
    stage: &Stage,
) -> Outcome {
    if attempt != Attempt::Silence {
        let Ok((mut sender, mut receiver)) = connection.exchange().await else {
            return ended(connection.closed().await);
        };
        let bytes = match attempt {
            Attempt::Datagram | Attempt::Silence | Attempt::Garbage => garbage,
            Attempt::Frame => codec::encode(&Frame::Ping(7)).unwrap(),
            Attempt::ForgedCredential => introduction(forged(victim, stage)),
            Attempt::BorrowedCredential => {
                introduction(stage.world().agencies[0].credential.clone())
            }
        };
        // What is not taken shows in how the connection ends.
        sender.send(bytes).await.ok();
        sender.finish();
        if let Ok(frame) = receiver.receive().await {
            return Outcome::LetIn(format!("it was answered {} bytes", frame.len()));
        }
    }
    ended(connection.closed().await)
}

fn ended(reason: CloseReason) -> Outcome {
    match reason {
        // A credential that is in force is taken from anyone, for the root's signature is on it; the key that it names
        // is what opens the door.
        CloseReason::ByPeer(
            CloseCode::UnknownKey
            | CloseCode::TooFast
            | CloseCode::Introduced
            | CloseCode::IntroductionRefused
            | CloseCode::Stopping,
        ) => Outcome::Refused,
        CloseReason::Silent | CloseReason::Restarted | CloseReason::KeyRefused => {
            Outcome::Unanswered
        }
        other @ (CloseReason::ByPeer(_)
        | CloseReason::Local(_)
        | CloseReason::ByPeerUnknown(_)
        | CloseReason::Transport(_)) => Outcome::LetIn(format!("it ended otherwise: {other}")),
    }
}

fn introduction(credential: Vec<u8>) -> Vec<u8> {
    codec::encode(&Introduction { credential: ByteBuf::from(credential) }).unwrap()
}

/// The victim's own credential, signed by somebody else.
fn forged(victim: &Agency, stage: &Stage) -> Vec<u8> {
    let root = RootKey::from_seed(&entropy::draw().unwrap());
    credential::sign(&victim.document(&stage.world().charter), &root).unwrap()
}

fn garbage(chance: &mut Chance) -> Vec<u8> {
    let len = 1 + chance.below(GARBAGE_BYTES_MAX);
    (0..len).map(|_| u8::try_from(chance.draw() % 256).unwrap()).collect()
}
