//! One task for each peer: there is a connection, or one is being made.
//!
//! Both ends dial; the smaller agency first. When two connections cross, both ends keep the same one (`transport::pair`).
//! A link never gives up: the wait between tries grows to a minute and stays there, and a person sees the trouble.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Duration;

use concord_protocol::codec;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Serial;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Introduction;
use serde_bytes::ByteBuf;
use tokio::sync::mpsc;
use tokio::sync::watch;
use tokio::time;
use tokio::time::Instant;

use crate::clock;
use crate::entropy;
use crate::host::exchange;
use crate::host::exchange::Ended;
use crate::host::exchange::Surroundings;
use crate::host::mailbox::Job;
use crate::host::shared::Shared;
use crate::telemetry::shown;
use crate::transport::Endpoint;
use crate::transport::backoff;
use crate::transport::close::CloseReason;
use crate::transport::connection::Connection;
use crate::transport::pair;
use crate::transport::pair::Dialer;
use crate::transport::pair::Held;
use crate::transport::pair::Verdict;

/// How much longer the larger agency waits before it dials, so that dials seldom cross.
const PATIENCE: Duration = Duration::from_millis(400);

/// How long a connection has to be up for the next one to be made without back-off, whatever ended it.
const SETTLED: Duration = Duration::from_secs(2);

/// How long a connection may take to end after its stream did.
const ENDING_WAIT: Duration = Duration::from_secs(5);

/// The task's own things.
pub(crate) struct Link {
    pub(crate) around: Surroundings,
    pub(crate) peer: AgencyId,
    pub(crate) endpoint: Endpoint,
    /// Connections that the peer made.
    pub(crate) arrivals: mpsc::Receiver<Connection>,
}

/// How the task stands between connections.
struct Trying {
    /// Tries that failed since the link was last up.
    tries: u32,
    /// What to say to a peer that does not know our key.
    say: Say,
}

/// What a dialed connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Say {
    Greeting,
    Introduction,
}

/// How one connection went.
struct Served {
    /// How long it was up since greetings went both ways; `None` where they did not.
    up_for: Option<Duration>,
    /// A connection that took this one's place.
    next: Option<Connection>,
    reason: CloseReason,
}

impl Served {
    /// Whether the next connection is made at once: this one was up for a while, or ended for a reason that passes.
    ///
    /// Two nodes that close on each other as soon as they have greeted must not do it again and again.
    fn went_well(&self) -> bool {
        let passes = match self.reason {
            CloseReason::Local(code) | CloseReason::ByPeer(code) => matches!(
                code,
                CloseCode::Superseded | CloseCode::CharterChanged | CloseCode::StandingChanged
            ),
            CloseReason::Silent | CloseReason::Restarted => true,
            CloseReason::ByPeerUnknown(_) | CloseReason::KeyRefused | CloseReason::Transport(_) => {
                false
            }
        };
        self.up_for.is_some_and(|up_for| passes || up_for >= SETTLED)
    }
}

/// Keeps the link with one peer until the node stops.
pub(crate) async fn keep(mut link: Link) {
    let mut news = link.around.shared.news();
    let mut trying = Trying { tries: 0, say: Say::Greeting };
    let mut next = None;
    loop {
        let connected = match next.take() {
            Some(connection) => Connected::Arrived(connection),
            None => link.connect(&trying, &mut news).await,
        };
        trying.tries = trying.tries.saturating_add(1);
        match connected {
            Connected::Arrived(connection) => {
                let say = std::mem::replace(&mut trying.say, Say::Greeting);
                let reason = match say {
                    Say::Introduction if connection.dialer() == Dialer::Local => {
                        link.introduce(connection).await
                    }
                    Say::Introduction | Say::Greeting => {
                        let served = link.serve(connection).await;
                        if served.went_well() {
                            trying.tries = 0;
                        }
                        next = served.next;
                        Some(served.reason)
                    }
                };
                match reason {
                    Some(CloseReason::ByPeer(CloseCode::UnknownKey)) => {
                        trying.say = Say::Introduction;
                    }
                    // The peer knows us now.
                    Some(CloseReason::ByPeer(CloseCode::Introduced)) => trying.tries = 0,
                    Some(_) | None => {}
                }
                link.around
                    .shared
                    .note_trouble(&link.peer, reason.map(|reason| reason.to_string()));
            }
            Connected::Failed(trouble) => {
                link.around.shared.note_trouble(&link.peer, Some(trouble))
            }
            Connected::News => trying.tries = 0,
            Connected::NodeStops => return,
        }
    }
}

/// What became of the wish for a connection.
enum Connected {
    Arrived(Connection),
    Failed(String),
    /// A credential came into use: what failed before may succeed now.
    News,
    NodeStops,
}

impl Link {
    /// Waits for the peer's connection or, after the back-off, makes one.
    async fn connect(
        &mut self,
        trying: &Trying,
        news: &mut watch::Receiver<Arc<Directory>>,
    ) -> Connected {
        let wait = self.wait(trying);
        tokio::select! {
            arrived = self.arrivals.recv() => match arrived {
                Some(arrived) => Connected::Arrived(arrived),
                None => Connected::NodeStops,
            },
            true = news_of(&self.around.shared, &self.peer, news) => Connected::News,
            dialed = dial_after(&self.endpoint, &self.around, &self.peer, wait) => dialed,
        }
    }

    fn wait(&self, trying: &Trying) -> Duration {
        let patience = if self.around.shared.me < self.peer { Duration::ZERO } else { PATIENCE };
        match trying.tries.checked_sub(1) {
            None => patience,
            Some(tries) => {
                let spread = entropy::draw::<1>().map_or(0, |[spread]| spread);
                patience.saturating_add(backoff::wait_after(tries, spread))
            }
        }
    }

    /// Tells a peer that does not know our key who we are; it closes the connection when it has heard.
    async fn introduce(&self, connection: Connection) -> Option<CloseReason> {
        let credential = ByteBuf::from(self.around.shared.credential.clone());
        let frame = codec::encode(&Introduction { credential }).ok()?;
        let (mut sender, _receiver) = connection.exchange().await.ok()?;
        sender.send(frame).await.ok()?;
        sender.finish();
        Some(connection.closed().await)
    }

    /// Runs one connection to its end; another one of the same pair may take its place.
    async fn serve(&mut self, connection: Connection) -> Served {
        let up = OnceLock::new();
        let mut next = None;
        let ended = {
            let exchange = run(&self.around, &connection, &up);
            tokio::pin!(exchange);
            loop {
                tokio::select! {
                    ended = &mut exchange => break ended,
                    arrival = self.arrivals.recv() => {
                        let Some(arrival) = arrival else { break Ended::Code(CloseCode::Stopping) };
                        let held = Held { dialer: connection.dialer(), up_for: up.get().map(Instant::elapsed) };
                        match pair::settle(&self.around.shared.me, &self.peer, held, arrival.dialer()) {
                            Verdict::Keep => arrival.close(CloseCode::Superseded),
                            Verdict::Close => {
                                next = Some(arrival);
                                break Ended::Code(CloseCode::Superseded);
                            }
                        }
                    }
                }
            }
        };
        // The writer is there as long as the node is; a job that cannot be sent means that it stops.
        drop(self.around.mailbox.send(Job::Lost { peer: self.peer.clone() }).await);
        let reason = match ended {
            Ended::Code(code) => {
                connection.close(code);
                connection.closed().await
            }
            Ended::Broken => end(&connection).await,
        };
        tracing::info!(peer = shown(&self.peer), "link down");
        Served { up_for: up.get().map(Instant::elapsed), next, reason }
    }
}

/// Waits until another way to dial the peer is known than now; `false` when the node stops.
async fn news_of(
    shared: &Shared,
    peer: &AgencyId,
    news: &mut watch::Receiver<Arc<Directory>>,
) -> bool {
    let before = ways(shared, peer);
    while news.changed().await.is_ok() {
        // What changes of others must not disturb a dial that is under way.
        if ways(shared, peer) != before {
            return true;
        }
    }
    false
}

/// The addresses and credentials by which a peer is dialed now.
fn ways(shared: &Shared, peer: &AgencyId) -> (Vec<String>, Vec<Serial>) {
    let (directory, now) = (shared.directory(), clock::now());
    let counting = directory.perhaps_in_force(peer, now, shared.tolerance);
    let serials = counting.iter().map(|known| known.serial()).collect();
    (directory.addresses(peer, now).to_vec(), serials)
}

/// Ends a connection whose stream is broken: it says why by itself, unless the peer ended only the stream.
async fn end(connection: &Connection) -> CloseReason {
    match time::timeout(ENDING_WAIT, connection.closed()).await {
        Ok(reason) => reason,
        Err(_) => {
            connection.close(CloseCode::BadFrame);
            connection.closed().await
        }
    }
}

async fn run(around: &Surroundings, connection: &Connection, up: &OnceLock<Instant>) -> Ended {
    let peer = connection.peer();
    match exchange::greet(around, connection).await {
        Ok(met) => {
            up.get_or_init(Instant::now);
            around.shared.note_trouble(peer, None);
            tracing::info!(peer = shown(peer), "link up");
            exchange::run(around, connection, met).await
        }
        Err(ended) => ended,
    }
}

/// Dials each address of the peer in turn, best first.
async fn dial_after(
    endpoint: &Endpoint,
    around: &Surroundings,
    peer: &AgencyId,
    wait: Duration,
) -> Connected {
    time::sleep(wait).await;
    let directory = around.shared.directory();
    let now = clock::now();
    if directory.newest(peer).is_none() {
        return Connected::Failed("no credential of this agency is held".to_owned());
    }
    let counting = directory.perhaps_in_force(peer, now, around.shared.tolerance);
    let expected: Vec<VerifyingKey> =
        counting.iter().map(|known| known.credential().transport).collect();
    if expected.is_empty() {
        return Connected::Failed("no credential of this agency is in force".to_owned());
    }
    let mut trouble = "it names no address: it dials".to_owned();
    // spec: wire-83
    for address in directory.addresses(peer, now) {
        match endpoint.dial(peer, &expected, address).await {
            Ok(connection) => return Connected::Arrived(connection),
            Err(error) => trouble = error.to_string(),
        }
    }
    Connected::Failed(trouble)
}
