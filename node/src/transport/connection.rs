//! A live connection with a pinned agency.
//!
//! Uses `pins`, `close`, `stream`. A guard watches each connection: when its key is no longer pinned for its agency,
//! it closes it, since nothing else would look at the key again. Dropping the last handle closes the connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::Weak;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::FRAME_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use tokio::time;

use crate::transport::Shared;
use crate::transport::bulk::Bulk;
use crate::transport::close;
use crate::transport::close::CloseReason;
use crate::transport::pair::Dialer;
use crate::transport::pins::Pins;
use crate::transport::settings::Settings;
use crate::transport::stream::FrameReceiver;
use crate::transport::stream::FrameSender;

/// A live connection with an agency; cheap to clone.
#[derive(Clone, Debug)]
pub struct Connection {
    live: Arc<Live>,
}

#[derive(Debug)]
struct Live {
    line: Arc<Line>,
    peer: AgencyId,
    key: VerifyingKey,
    dialer: Dialer,
    settings: Settings,
    exchanging: AtomicBool,
}

/// Why there is no exchange stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// It was taken already: a connection has one.
    #[error("a connection has one exchange stream, and it was taken")]
    Taken,
    /// The peer opened none in time; the connection is closed.
    #[error("the peer opened no stream in time")]
    Silent,
    /// The connection has ended.
    #[error("the connection has ended")]
    Closed(#[source] CloseReason),
}

impl Connection {
    /// Begins the life of a connection whose peer has proven `key`, which is pinned for `peer`.
    pub(super) fn begin(shared: &Shared, quinn: quinn::Connection, proven: Proven) -> Self {
        let Proven { peer, key, dialer, seat } = proven;
        let line = Arc::new(Line::new(quinn.clone()));
        let guard = Guard {
            line: Arc::downgrade(&line),
            pins: Arc::clone(&shared.pins),
            peer: peer.clone(),
            key,
        };
        // Ends with the connection.
        drop(tokio::spawn(async move {
            guard.watch(&quinn).await;
            drop(seat);
        }));
        let settings = shared.settings.clone();
        tracing::debug!(peer = peer.as_str(), "connection made");
        Self {
            live: Arc::new(Live {
                line,
                peer,
                key,
                dialer,
                settings,
                exchanging: AtomicBool::new(false),
            }),
        }
    }

    /// Who is at the other end.
    pub fn peer(&self) -> &AgencyId {
        &self.live.peer
    }

    /// The transport key that the peer proved.
    pub fn key(&self) -> &VerifyingKey {
        &self.live.key
    }

    /// Which end dialed.
    pub fn dialer(&self) -> Dialer {
        self.live.dialer
    }

    /// How long a packet and its answer take, as estimated from traffic.
    pub fn round_trip(&self) -> Duration {
        self.live.line.quinn.rtt()
    }

    /// The one exchange stream: the dialer opens it, the other end waits for it. Source: spec wire-90.
    ///
    /// The peer sees the stream with the first frame on it.
    ///
    /// # Errors
    /// When it was taken before, the peer opens none in time, or the connection has ended.
    pub async fn exchange(&self) -> Result<(FrameSender, FrameReceiver), ExchangeError> {
        let Live { line, settings, .. } = &*self.live;
        // spec: wire-90
        if self.live.exchanging.swap(true, Ordering::Relaxed) {
            return Err(ExchangeError::Taken);
        }
        let opened = match self.live.dialer {
            Dialer::Local => line.quinn.open_bi().await,
            Dialer::Remote => {
                let Ok(opened) =
                    time::timeout(settings.exchange_wait, line.quinn.accept_bi()).await
                else {
                    line.close(CloseCode::Timeout);
                    return Err(ExchangeError::Silent);
                };
                opened
            }
        };
        let (send, receive) = opened.map_err(|error| ExchangeError::Closed(line.reason(&error)))?;
        Ok((
            FrameSender::new(send, Arc::clone(line), settings.send_wait),
            FrameReceiver::new(receive, Arc::clone(line), settings.frame_bounds(FRAME_BYTES_MAX)),
        ))
    }

    /// Opens a stream beside the exchange stream, which is up; waits while this side has as many as it may.
    ///
    /// # Errors
    /// When the connection has ended.
    // spec: wire-90
    pub async fn open_bulk(&self) -> Result<Bulk, ExchangeError> {
        let Live { line, settings, .. } = &*self.live;
        let opened = line.quinn.open_bi().await;
        let opened = opened.map_err(|error| ExchangeError::Closed(line.reason(&error)))?;
        Ok(Bulk::new(opened, Arc::clone(line), settings))
    }

    /// The next stream that the peer opens beside the exchange stream, which is up.
    ///
    /// # Errors
    /// When the connection has ended.
    // spec: wire-90
    pub async fn next_bulk(&self) -> Result<Bulk, ExchangeError> {
        let Live { line, settings, .. } = &*self.live;
        let opened = line.quinn.accept_bi().await;
        let opened = opened.map_err(|error| ExchangeError::Closed(line.reason(&error)))?;
        Ok(Bulk::new(opened, Arc::clone(line), settings))
    }

    /// Closes the connection at once, telling the peer why. What was sent and not yet received may be lost.
    pub fn close(&self, code: CloseCode) {
        self.live.line.close(code);
    }

    /// Waits for the end of the connection, and tells why it came.
    pub async fn closed(&self) -> CloseReason {
        self.live.line.closed().await
    }
}

/// What the handshake has shown of a peer.
#[derive(Debug)]
pub(super) struct Proven {
    pub(super) peer: AgencyId,
    pub(super) key: VerifyingKey,
    pub(super) dialer: Dialer,
    /// Its place among the connections that the peer may have; the dialing side counts none.
    pub(super) seat: Option<Seat>,
}

/// A QUIC connection that knows with which code this node closed it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) quinn: quinn::Connection,
    closed_here: OnceLock<CloseCode>,
}

impl Line {
    pub(super) const fn new(quinn: quinn::Connection) -> Self {
        Self { quinn, closed_here: OnceLock::new() }
    }

    /// Closes with a number and its text; the first close counts. Source: spec wire-11.
    pub(super) fn close(&self, code: CloseCode) {
        if self.quinn.close_reason().is_none() {
            let code = *self.closed_here.get_or_init(|| code);
            self.quinn.close(close::number(code), code.text().as_bytes());
        }
    }

    pub(super) async fn closed(&self) -> CloseReason {
        let error = self.quinn.closed().await;
        self.reason(&error)
    }

    pub(super) fn reason(&self, error: &quinn::ConnectionError) -> CloseReason {
        close::close_reason(error, self.closed_here.get().copied())
    }

    /// Why the connection has ended; if it has not, it ends now, with this code.
    pub(super) fn reason_or_close(&self, code: CloseCode) -> CloseReason {
        if let Some(error) = self.quinn.close_reason() {
            return self.reason(&error);
        }
        self.close(code);
        CloseReason::Local(code)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.close(CloseCode::Stopping);
    }
}

/// Closes a connection when its key is no longer pinned for its agency.
#[derive(Debug)]
struct Guard {
    line: Weak<Line>,
    pins: Arc<Pins>,
    peer: AgencyId,
    key: VerifyingKey,
}

impl Guard {
    async fn watch(self, quinn: &quinn::Connection) {
        let mut changes = self.pins.changes();
        // The pins are looked at once before the first change: one may have come since the handshake.
        while self.pins.holds(&self.peer, &self.key) {
            tokio::select! {
                _ = quinn.closed() => return,
                () = changes.next() => {}
            }
        }
        // spec: wire-10
        if let Some(line) = self.line.upgrade() {
            tracing::info!(
                peer = self.peer.as_str(),
                "connection closed, its key is no longer pinned"
            );
            line.close(CloseCode::UnknownKey);
        }
        quinn.closed().await;
    }
}

/// How many connections each agency has opened to us.
#[derive(Debug)]
pub(super) struct Seats {
    taken: Mutex<BTreeMap<AgencyId, usize>>,
    per_peer_max: usize,
}

/// One connection's place; free again when dropped.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    peer: AgencyId,
}

impl Seats {
    pub(super) const fn new(per_peer_max: usize) -> Self {
        Self { taken: Mutex::new(BTreeMap::new()), per_peer_max }
    }

    /// A place for one more connection of this agency, if one is left. Source: spec wire-20.
    pub(super) fn take(self: &Arc<Self>, peer: &AgencyId) -> Option<Seat> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(peer.clone()).or_default();
        // spec: wire-20
        if *count >= self.per_peer_max {
            return None;
        }
        *count = count.saturating_add(1);
        Some(Seat { seats: Arc::clone(self), peer: peer.clone() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.peer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&self.peer);
            }
        }
    }
}
