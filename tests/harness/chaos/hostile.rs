//! Strangers, and thieves of a member's transport key, who try all nodes while everything else happens.
//!
//! Uses `transport` as a node does, and `forge` for what a member might say. Each attempt ends in a code, in silence
//! where the node is away or too many try, or in a failure of the run: nobody may be let in, and nothing be taken.
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
use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::SigningKey;
use concord_protocol::identity::credential;
use concord_protocol::identity::root::RootKey;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Introduction;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::receipt::ReceiptItem;
use serde_bytes::ByteBuf;
use tokio::runtime::Runtime;
use tokio::time;

use crate::chance::Chance;
use crate::chaos::plan::NODES;
use crate::chaos::stage::AGENCIES;
use crate::chaos::stage::Stage;
use crate::chaos::tally::Count;
use crate::chaos::tally::Tally;
use crate::federation::Federation;
use crate::forge::Forger;
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
    /// A frame that only a member may say.
    Frame,
    /// A credential in a member's name, signed by a root of its own.
    ForgedCredential,
    /// A member's own credential, which anyone may have, under another key.
    BorrowedCredential,
    /// With a member's stolen transport key: a message in that member's name, signed by another key.
    ForgedMessage,
    /// With that key: what a third member could have sent on its own link.
    ForeignMessage,
    /// With that key: proof of a message that was never taken.
    ForgedReceipt,
    /// With that key: random bytes after the greeting.
    GarbageFrame,
}

const ATTEMPTS: [Attempt; 10] = [
    Attempt::Datagram,
    Attempt::Silence,
    Attempt::Garbage,
    Attempt::Frame,
    Attempt::ForgedCredential,
    Attempt::BorrowedCredential,
    Attempt::ForgedMessage,
    Attempt::ForeignMessage,
    Attempt::ForgedReceipt,
    Attempt::GarbageFrame,
];

/// What is said to whom, and under which key.
struct Script {
    victim: usize,
    key: SharedSigner,
    guise: Guise,
    frames: Vec<Vec<u8>>,
}

/// As whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guise {
    Stranger,
    /// Whoever has a member's transport key is connected as that member, and heard.
    Member,
}

/// What became of an attempt.
enum Outcome {
    Refused,
    Unanswered,
    LetIn(String),
}

/// Tries one thing after the other until it is told to stop.
///
/// # Panics
/// When no socket can be had.
pub fn harass(stage: &Stage, tally: &Tally, mut chance: Chance, stop: &AtomicBool) {
    let runtime = Runtime::new().unwrap();
    while !stop.load(Ordering::Relaxed) {
        let attempt = ATTEMPTS[chance.below(ATTEMPTS.len())];
        let script = script(stage, attempt, &mut chance);
        tally.add(Count::HostileAttempts);
        match runtime.block_on(tried(stage, attempt, &script)) {
            Outcome::Refused => tally.add(Count::HostileRefused),
            Outcome::Unanswered => tally.add(Count::HostileUnanswered),
            Outcome::LetIn(what) => {
                tally.add(Count::ForgedAccepted);
                tally.fail(format!("{attempt:?} at {} was let in: {what}", script.victim));
            }
        }
        let gap = Duration::from_millis(u64::try_from(chance.below(GAP_MS_MAX)).unwrap());
        wait::for_up_to(gap, || stop.load(Ordering::Relaxed).then_some(()));
    }
}

/// Prepares an attempt on a node that luck chooses.
fn script(stage: &Stage, attempt: Attempt, chance: &mut Chance) -> Script {
    let world = stage.world();
    let victim = chance.below(NODES);
    let mut others: Vec<usize> = (0..NODES).filter(|node| *node != victim).collect();
    let thief = others.swap_remove(chance.below(others.len()));
    let third = others[chance.below(others.len())];
    let foreign: SharedSigner = Arc::new(SigningKey::from_seed(&entropy::draw().unwrap()));
    let stolen = &world.agencies[thief].keys.transport;
    let stranger = |frames| (Arc::clone(&foreign), Guise::Stranger, frames);
    let member = |frame: Vec<u8>| {
        let greeting = Frame::Greeting(Forger::new(world, thief, victim).greeting());
        (Arc::clone(stolen), Guise::Member, vec![encoded(&greeting), frame])
    };
    let (key, guise, frames) = match attempt {
        Attempt::Datagram | Attempt::Garbage => stranger(vec![garbage(chance)]),
        Attempt::Silence => stranger(Vec::new()),
        Attempt::Frame => stranger(vec![encoded(&Frame::Ping(7))]),
        Attempt::ForgedCredential => stranger(vec![introduction(forged(world, victim))]),
        Attempt::BorrowedCredential => {
            stranger(vec![introduction(world.agencies[thief].credential.clone())])
        }
        Attempt::ForgedMessage => {
            let forger = Forger::new(world, thief, victim).signing_with(Arc::clone(&foreign));
            member(offer(&forger, victim, 1 + chance.below(1_000)))
        }
        Attempt::ForeignMessage => {
            let forger = Forger::new(world, third, victim);
            member(offer(&forger, victim, 1 + chance.below(1_000)))
        }
        Attempt::ForgedReceipt => member(receipt(chance)),
        Attempt::GarbageFrame => member(garbage(chance)),
    };
    Script { victim, key, guise, frames }
}

async fn tried(stage: &Stage, attempt: Attempt, script: &Script) -> Outcome {
    if attempt == Attempt::Datagram {
        let socket = UdpSocket::bind((stage.strangers, 0)).unwrap();
        let bytes = &script.frames[0];
        // A link that is down takes nothing.
        socket.send_to(&bytes[..bytes.len().min(1_400)], stage.nodes[script.victim]).ok();
        return Outcome::Unanswered;
    }
    match time::timeout(ANSWER_WITHIN, dialed(stage, script)).await {
        Ok(outcome) => outcome,
        Err(_) => Outcome::Unanswered,
    }
}

async fn dialed(stage: &Stage, script: &Script) -> Outcome {
    let victim = &stage.world().agencies[script.victim];
    let keys = [victim.keys.transport.public()];
    let pins = Arc::new(Pins::new());
    pins.allow(victim.id.clone(), keys[0]);
    let settings = Settings::new(SocketAddr::new(stage.strangers, 0));
    let endpoint = Endpoint::bind(settings, Arc::clone(&script.key), pins).unwrap();
    let address = stage.nodes[script.victim].to_string();
    let connection = match endpoint.dial(&victim.id, &keys, &address).await {
        Ok(connection) => connection,
        Err(DialError::Handshake(_)) => return Outcome::Unanswered,
        Err(other) => return Outcome::LetIn(format!("nothing was tried: {other}")),
    };
    let outcome = said(&connection, script).await;
    endpoint.stop().await;
    outcome
}

/// Says what is to be said, and listens.
async fn said(connection: &Connection, script: &Script) -> Outcome {
    if !script.frames.is_empty() {
        let Ok((mut sender, mut receiver)) = connection.exchange().await else {
            return ended(connection.closed().await, script.guise);
        };
        for frame in &script.frames {
            // What is not taken shows in how the connection ends.
            sender.send(frame.clone()).await.ok();
        }
        while let Ok(heard) = receiver.receive().await {
            let is_receipt = matches!(codec::decode(&heard), Ok(Frame::Receipt(_)));
            if script.guise == Guise::Stranger || is_receipt {
                return Outcome::LetIn(format!("it was answered with {} bytes", heard.len()));
            }
        }
    }
    ended(connection.closed().await, script.guise)
}

/// A code that is said before the handshake is confirmed travels as this one. Source: RFC 9000 section 10.2.3.
const APPLICATION_ERROR: u64 = 0xc;

fn ended(reason: CloseReason, guise: Guise) -> Outcome {
    match (reason, guise) {
        (
            CloseReason::Silent
            | CloseReason::Restarted
            | CloseReason::KeyRefused
            // A node that is frozen takes nothing.
            | CloseReason::Local(CloseCode::Timeout)
            // The member whose key was stolen has connected itself.
            | CloseReason::ByPeer(CloseCode::Superseded),
            _,
        ) => Outcome::Unanswered,
        // A credential that is in force is taken from anyone, for the root's signature is on it; the key that it names
        // is what opens the door.
        (
            CloseReason::ByPeer(
                CloseCode::UnknownKey
                | CloseCode::TooFast
                | CloseCode::Introduced
                | CloseCode::IntroductionRefused
                | CloseCode::Stopping,
            ),
            Guise::Stranger,
        )
        | (CloseReason::Transport(APPLICATION_ERROR), _)
        | (CloseReason::ByPeer(_), Guise::Member) => Outcome::Refused,
        (other, _) => Outcome::LetIn(format!("it ended otherwise: {other}")),
    }
}

fn encoded(frame: &Frame) -> Vec<u8> {
    codec::encode(frame).unwrap()
}

fn introduction(credential: Vec<u8>) -> Vec<u8> {
    codec::encode(&Introduction { credential: ByteBuf::from(credential) }).unwrap()
}

/// The victim's own credential, signed by somebody else.
fn forged(world: &Federation, victim: usize) -> Vec<u8> {
    let root = RootKey::from_seed(&entropy::draw().unwrap());
    credential::sign(&world.agencies[victim].document(&world.charter), &root).unwrap()
}

/// A message to the victim, under a number that may be the next one.
fn offer(forger: &Forger<'_>, victim: usize, number: usize) -> Vec<u8> {
    let letter = forger.letter(&[AGENCIES[victim]], "a forgery");
    encoded(&forger.offer(u64::try_from(number).unwrap(), &[&letter]))
}

fn receipt(chance: &mut Chance) -> Vec<u8> {
    let item = ReceiptItem {
        number: LinkNumber::new(1),
        index: LeafIndex::new(1),
        leaf: ByteBuf::from(garbage(chance)),
        path: Vec::new(),
    };
    encoded(&Frame::Receipt(Receipt {
        epoch: Epoch::new(1),
        checkpoint: ByteBuf::from(garbage(chance)),
        from: TreeSize::new(0),
        consistency: Vec::new(),
        items: vec![item],
    }))
}

fn garbage(chance: &mut Chance) -> Vec<u8> {
    let len = 1 + chance.below(GARBAGE_BYTES_MAX);
    (0..len).map(|_| u8::try_from(chance.draw() % 256).unwrap()).collect()
}
