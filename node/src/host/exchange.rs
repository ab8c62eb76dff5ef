//! One connection from greeting to end: what is heard becomes jobs, what the engine wants said is said.
//!
//! Three loops run side by side: `hear` takes frames off the stream and gives each to a worker; `deliver` takes the
//! results in the order of arrival and hands them to the writer; `speak` sends what the writer wants said.
//! The first loop that ends, ends the connection.

mod listener;
mod papers;
mod speak;
mod witness;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use concord_protocol::codec;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::MirrorHead;
use concord_protocol::wire::greeting::Standpoint;
use concord_protocol::wire::mirror::Mirrored;
use concord_protocol::wire::mirror::Recalled;
use tokio::sync::mpsc;
use tokio::sync::oneshot;
use tokio::time;

use crate::host::accuse::What;
use crate::host::accuse::talk::Talk;
use crate::host::charters;
use crate::host::exchange::listener::AHEAD_MAX;
use crate::host::exchange::listener::Listener;
use crate::host::files;
use crate::host::heal;
use crate::host::mailbox::Job;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::OUTGOING_MAX;
use crate::host::mailbox::Outgoing;
use crate::host::mirror;
use crate::host::mirror::Doors;
use crate::host::mirror::Rooms;
use crate::host::mirror::keep;
use crate::host::mirror::ship;
use crate::host::mirror::ship::Shipping;
use crate::host::recall::HeldNote;
use crate::host::recall::Opening;
use crate::host::shared::Shared;
use crate::host::succession;
use crate::host::view::Phase;
use crate::transport::connection::Connection;
use crate::transport::stream::FrameReceiver;
use crate::transport::stream::FrameSender;

/// How long a connection outlives the credential of its peer, so that the peer hears what ended it.
const LAST_WORD: Duration = Duration::from_millis(500);

/// How long a peer may take to greet.
const GREETING_WAIT: Duration = Duration::from_secs(10);

/// What an exchange needs to know of the node around it.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub(crate) shared: Arc<Shared>,
    pub(crate) mailbox: mpsc::Sender<Job>,
}

/// Why an exchange ended on this side; the connection itself may know more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// This side closes with a code.
    Code(CloseCode),
    /// The stream or the connection broke; the connection says why.
    Broken,
}

impl From<CloseCode> for Ended {
    fn from(code: CloseCode) -> Self {
        Self::Code(code)
    }
}

/// A link that is up: greetings went both ways and the engine took the peer's.
pub(crate) struct Up {
    link: (FrameSender, FrameReceiver),
    outgoing: mpsc::Receiver<Outgoing>,
    /// Weak: the writer alone keeps the connection's sender alive, and ends it by letting go.
    answers: mpsc::WeakSender<Outgoing>,
    held: Option<HeldNote>,
    /// The number of the peer's own staff list, as its greeting says.
    claimed: u64,
    passage: Passage,
    /// What the peer keeps of our log.
    shipping: Shipping,
    doors: Doors,
    rooms: Rooms,
}

/// Greets, hears the greeting, and lets the engine judge it. Source: spec wire-31, wire-32.
pub(crate) async fn greet(around: &Surroundings, connection: &Connection) -> Result<Up, Ended> {
    let shared = &around.shared;
    let peer = connection.peer();
    // spec: wire-37
    match shared.may_connect(peer, connection.key()) {
        Ok(()) => {}
        Err(why @ CloseCode::UnknownKey) => {
            return Err(charters::farewell(around, connection, why).await.into());
        }
        Err(code) => return Err(code.into()),
    }
    // Before the peer says how far its log goes: what is held by then it has shown before.
    let before = held_of(shared, peer);
    let (mut sender, mut receiver) = connection.exchange().await.map_err(|_| Ended::Broken)?;
    let mirrored = mirrored(shared, peer).await?;
    let Opening { greeting, held } =
        ask(around, |reply| Job::Greet { peer: peer.clone(), reply }).await?;
    let greeting = Greeting { mirrored, ..greeting };
    say(&mut sender, &Frame::Greeting(greeting)).await?;
    let heard =
        time::timeout(GREETING_WAIT, receiver.receive()).await.map_err(|_| CloseCode::Timeout)?;
    let heard = heard.map_err(|_| Ended::Broken)?;
    let Ok(Frame::Greeting(heard)) = codec::decode::<Frame>(&heard) else {
        return Err(CloseCode::BadFrame.into());
    };
    shared.charters.note_shown(peer, &heard);
    if let Standpoint::Other(known) = greeting::standpoint(&heard, &shared.directory())? {
        let streams = (&mut sender, &mut receiver);
        return Err(charters::hand_over(around, streams, (peer, known)).await);
    }
    let own_head = heard.own_head.clone();
    let met = greeting::meet(heard, &shared.directory(), peer, &shared.me)?;
    if let Some(note) = own_head {
        // spec: evd-12
        shared.desk.pursue(peer, What::Own { note: note.into_vec(), before });
    }
    let (writers, outgoing) = mpsc::channel(OUTGOING_MAX);
    let answers = writers.downgrade();
    // Before any offer, which may name them.
    introduce(around, &met, &writers);
    let shipping = Shipping::after(met.mirrored());
    let claimed = met.staff().iter().find(|known| known.agency == *peer);
    let claimed = claimed.map_or(0, |known| known.number);
    let up = ask(around, |reply| Job::Met { met: Box::new(met), outgoing: writers, reply }).await?;
    match up {
        LinkUp::Yes(passage) => {
            let (doors, rooms) = mirror::doors();
            let link = (sender, receiver);
            Ok(Up { link, outgoing, answers, held, claimed, passage, shipping, doors, rooms })
        }
        LinkUp::No(code) => Err(code.into()),
    }
}

/// Runs a link that is up until one side ends it, or its credential does.
pub(crate) async fn run(around: &Surroundings, connection: &Connection, up: Up) -> Ended {
    let peer = connection.peer();
    let Up {
        link: (sender, receiver),
        outgoing,
        answers,
        held,
        claimed,
        passage,
        shipping,
        doors,
        rooms,
    } = up;
    let Rooms { asked, kept, given } = rooms;
    let (ahead, judged) = mpsc::channel(AHEAD_MAX);
    let speech = answers.clone();
    let (around_here, talk) = (around.clone(), Talk::new());
    let (peer_here, claimed) = (peer.clone(), Arc::new(AtomicU64::new(claimed)));
    let listener = Listener {
        around: around_here,
        peer: peer_here,
        held,
        passage,
        answers,
        talk,
        doors,
        claimed,
    };
    if let (Passage::Whole, Err(code)) = (passage, started(&around.shared).await) {
        return code.into();
    }
    tokio::select! {
        ended = listener::hear(&listener, receiver, ahead) => ended,
        ended = listener.clone().deliver(judged) => ended,
        ended = speak::speak(around, (sender, passage), outgoing) => ended,
        ended = keep::keep(&around.shared, peer, asked, &speech) => ended,
        ended = own_log(around, (peer, passage), (shipping, kept, given), &speech) => ended,
        ended = files::run(around, connection, passage) => ended,
        code = until_it_ends(around, connection) => code.into(),
    }
}

/// Waits until the peer's credential ends, and a moment more: why it did is on its way to the peer, who may not know.
async fn until_it_ends(around: &Surroundings, connection: &Connection) -> CloseCode {
    let code = around.shared.connected_until(connection.peer(), connection.key()).await;
    time::sleep(LAST_WORD).await;
    code
}

/// What this connection does for our own log, where the peer is a mirror of it: entries go out while we sign, and come
/// back while we heal.
async fn own_log(
    around: &Surroundings,
    (peer, passage): (&AgencyId, Passage),
    (shipping, kept, given): (Shipping, mpsc::Receiver<Mirrored>, mpsc::Receiver<Recalled>),
    speech: &mpsc::WeakSender<Outgoing>,
) -> Ended {
    let shared = &around.shared;
    let is_mirror = mirror::mirrors(&shared.directory(), peer, &shared.me);
    let quarantined = shared.published().view.mode.standing() == Some(Doubt::Quarantine);
    match passage {
        Passage::Whole if is_mirror => ship::ship(shared, peer, (shipping, kept), speech).await,
        Passage::Restricted if is_mirror && quarantined => {
            heal::heal(around, peer, given, speech).await
        }
        Passage::Whole | Passage::Restricted => std::future::pending().await,
    }
}

/// How much is held of the peer's log.
fn held_of(shared: &Shared, peer: &AgencyId) -> Option<TreeSize> {
    let view = Arc::clone(&shared.published().view);
    view.peers.iter().find(|known| known.agency == *peer)?.held
}

/// How far this node mirrors the peer's log, which it says in its greeting.
async fn mirrored(shared: &Arc<Shared>, peer: &AgencyId) -> Result<Option<MirrorHead>, Ended> {
    let (shared, peer) = (Arc::clone(shared), peer.clone());
    let disk = shared.crew.disk.clone();
    let head = disk.run(move || shared.keeper.head(&shared, &peer)).await;
    head.map_err(|_| CloseCode::Stopping.into())
}

/// A whole link carries nothing before the node's own `started` leaf, and never if it falls into doubt before.
// spec: link-11
async fn started(shared: &Shared) -> Result<(), CloseCode> {
    let decided = shared.wait_for(|published| {
        published.view.phase == Phase::Started || published.view.mode.standing().is_some()
    });
    match decided.await {
        true if shared.published().view.phase == Phase::Started => Ok(()),
        true => Err(CloseCode::Quarantined),
        false => Err(CloseCode::Stopping),
    }
}

/// Asks the writer and waits for its answer.
pub(crate) async fn ask<T>(
    around: &Surroundings,
    job: impl FnOnce(oneshot::Sender<T>) -> Job,
) -> Result<T, Ended> {
    let (reply, answer) = oneshot::channel();
    around.mailbox.send(job(reply)).await.map_err(|_| CloseCode::Stopping)?;
    answer.await.map_err(|_| CloseCode::Stopping.into())
}

/// Sends what the peer's greeting showed it to lack of credentials, revocations and addresses.
///
/// Source: spec wire-36, wire-81.
fn introduce(around: &Surroundings, met: &Met, answers: &mpsc::Sender<Outgoing>) {
    let shared = &around.shared;
    // A queue that is full now loses nothing: the next greeting shows the lack again.
    let say = |said: Outgoing| drop(answers.try_send(said));
    papers::lacking(&shared.directory(), &shared.me, met).into_iter().for_each(say);
    charters::tell(around, answers);
    // What cannot be read now is said on the next connection.
    succession::to_say(shared, met).unwrap_or_default().into_iter().for_each(say);
}

pub(crate) async fn say(sender: &mut FrameSender, frame: &Frame) -> Result<(), Ended> {
    let frame = codec::encode(frame).map_err(|_| Ended::Broken)?;
    sender.send(frame).await.map_err(|_| Ended::Broken)
}
