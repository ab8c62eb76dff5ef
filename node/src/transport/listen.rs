//! Who comes to us: through the door, through the handshake, and then known or a stranger.
//!
//! Uses `gate`, `tls`, `pins`, `connection`. A stranger may say one thing, short and soon: an introduction. Whether it
//! is believed is decided above. Source: spec wire-7, wire-8, wire-9, wire-19.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::limits::INTRODUCTION_BYTES_MAX;
use concord_protocol::registry::CloseCode;
use quinn::VarInt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use tokio::time;
use tokio::time::Instant;

use crate::transport::Shared;
use crate::transport::close;
use crate::transport::close::CloseReason;
use crate::transport::close::HandshakeError;
use crate::transport::connection::Connection;
use crate::transport::connection::Line;
use crate::transport::connection::Proven;
use crate::transport::frames::FrameBounds;
use crate::transport::frames::FrameError;
use crate::transport::frames::FrameReader;
use crate::transport::gate::Gate;
use crate::transport::gate::Pace;
use crate::transport::gate::Rate;
use crate::transport::pair::Dialer;
use crate::transport::settings;
use crate::transport::settings::Settings;
use crate::transport::tls;

#[cfg(test)]
mod tests;

/// Someone who wants to connect, past the door and before the handshake.
#[derive(Debug)]
pub struct Arrival {
    incoming: quinn::Incoming,
    shared: Arc<Shared>,
    place: OwnedSemaphorePermit,
}

/// Who it was.
#[derive(Debug)]
pub enum Accepted {
    /// An agency, by a pinned key.
    Known(Connection),
    /// Someone with a key that is not pinned.
    Stranger(StrangerConnection),
}

/// Why an arrival became nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// The handshake failed.
    #[error("the handshake failed")]
    Handshake(#[from] HandshakeError),
    /// The agency has as many connections as it may; this one was closed with `too-fast`.
    #[error("{peer} has too many connections")]
    TooMany {
        /// Whose key it was.
        peer: AgencyId,
    },
    /// Strangers come too fast; this one was closed with `too-fast`.
    #[error("strangers come too fast")]
    TooFast,
}

/// Why a stranger's introduction was not heard; the stranger was told `unknown-key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntroductionError {
    /// It did not come in time.
    #[error("the stranger did not introduce itself in time")]
    Silent,
    /// It is no frame of the allowed length.
    #[error("the stranger sent no introduction")]
    NotOne,
    /// The stranger went away.
    #[error("the stranger went away")]
    Closed(#[source] CloseReason),
}

/// The next arrival that passes the door; `None` when the endpoint has stopped.
pub(super) async fn accept(shared: &Arc<Shared>) -> Option<Arrival> {
    loop {
        let incoming = shared.quinn.accept().await?;
        let address =
            if incoming.remote_address_validated() { Address::Shown } else { Address::Claimed };
        match shared.door.judge(incoming.remote_address().ip(), address, Instant::now()) {
            Judgement::Enter(place) => {
                return Some(Arrival { incoming, shared: Arc::clone(shared), place });
            }
            Judgement::ShowAddress => {
                // What may not be sent a retry is refused by being dropped.
                if incoming.retry().is_err() {
                    tracing::debug!("arrival refused");
                }
            }
            Judgement::Refuse => {
                tracing::debug!("arrival refused, too many");
                incoming.refuse();
            }
        }
    }
}

impl Arrival {
    /// Goes through the handshake, and finds out who it is. Source: spec wire-7.
    ///
    /// # Errors
    /// When the handshake fails or takes too long, or there are too many of this kind already.
    pub async fn handshake(self) -> Result<Accepted, AcceptError> {
        let Self { incoming, shared, place } = self;
        let failed = |error| AcceptError::Handshake(close::handshake_error(&error));
        let source = incoming.remote_address().ip();
        let connecting = incoming.accept().map_err(failed)?;
        let made = time::timeout(shared.settings.handshake_wait, connecting).await;
        drop(place);
        let quinn = made.map_err(|_| HandshakeError::Silent)?.map_err(failed)?;
        let key = tls::key_of(&quinn).ok_or(HandshakeError::BadKey)?;
        // spec: wire-7
        match shared.pins.agency_of(&key) {
            Some(peer) => known(&shared, quinn, peer, key).map(Accepted::Known),
            None => stranger(&shared, quinn, key, source).map(Accepted::Stranger),
        }
    }
}

fn known(
    shared: &Shared,
    quinn: quinn::Connection,
    peer: AgencyId,
    key: VerifyingKey,
) -> Result<Connection, AcceptError> {
    let Some(seat) = shared.seats.take(&peer) else {
        Line::new(quinn).close(CloseCode::TooFast);
        return Err(AcceptError::TooMany { peer });
    };
    quinn.set_receive_window(VarInt::from_u32(settings::PEER_WINDOW));
    Ok(Connection::begin(
        shared,
        quinn,
        Proven { peer, key, dialer: Dialer::Remote, seat: Some(seat) },
    ))
}

fn stranger(
    shared: &Shared,
    quinn: quinn::Connection,
    key: VerifyingKey,
    source: IpAddr,
) -> Result<StrangerConnection, AcceptError> {
    let line = Arc::new(Line::new(quinn));
    // spec: wire-9
    let Some(place) = shared.door.stranger(source, Instant::now()) else {
        line.close(CloseCode::TooFast);
        return Err(AcceptError::TooFast);
    };
    let until = Instant::now() + shared.settings.introduction_wait;
    Ok(StrangerConnection { line, key: Box::new(key), until, _place: place })
}

/// A connection with someone unknown, who may introduce itself once. Dropping it closes it with `unknown-key`.
#[derive(Debug)]
pub struct StrangerConnection {
    line: Arc<Line>,
    key: Box<VerifyingKey>,
    until: Instant,
    /// Kept for as long as the stranger is.
    _place: OwnedSemaphorePermit,
}

impl StrangerConnection {
    /// The transport key that the stranger proved.
    pub fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The introduction: the first frame of the first stream, short and soon. Source: spec wire-8.
    ///
    /// # Errors
    /// When there is none; then the connection is closed with `unknown-key`.
    pub async fn introduction(&self) -> Result<Vec<u8>, IntroductionError> {
        let heard = match time::timeout_at(self.until, self.listen()).await {
            Ok(heard) => heard,
            Err(_) => Err(IntroductionError::Silent),
        };
        if heard.is_err() {
            self.line.close(CloseCode::UnknownKey);
        }
        heard
    }

    async fn listen(&self) -> Result<Vec<u8>, IntroductionError> {
        let ended = |error| IntroductionError::Closed(self.line.reason(&error));
        let (_, stream) = self.line.quinn.accept_bi().await.map_err(ended)?;
        // The whole introduction has one deadline, however fast its bytes come.
        let wait = self.until.saturating_duration_since(Instant::now());
        let bounds =
            FrameBounds { bytes_max: INTRODUCTION_BYTES_MAX, wait, bytes_per_second: u32::MAX };
        match FrameReader::new(stream, bounds).next().await {
            Ok(Some(frame)) => Ok(frame),
            Err(FrameError::Slow) => Err(IntroductionError::Silent),
            Err(FrameError::Broken) => {
                Err(IntroductionError::Closed(self.line.reason_or_close(CloseCode::UnknownKey)))
            }
            Ok(None) | Err(FrameError::TooLong { .. } | FrameError::Empty | FrameError::Cut) => {
                Err(IntroductionError::NotOne)
            }
        }
    }

    /// Ends the connection, telling the stranger what became of its introduction: `introduced`,
    /// `introduction-refused` or `unknown-key`.
    pub fn answer(self, code: CloseCode) {
        self.line.close(code);
    }
}

impl Drop for StrangerConnection {
    fn drop(&mut self) {
        self.line.close(CloseCode::UnknownKey);
    }
}

/// What every arrival passes before a handshake is paid for. Source: spec wire-19.
#[derive(Debug)]
pub(super) struct Door {
    /// Addresses that anyone may have written on a packet; filling these costs their owner a retry, no more.
    claimed: Mutex<Gate>,
    /// Addresses shown to be real by a retry.
    shown: Mutex<Gate>,
    strangers: Mutex<Gate>,
    handshakes: Arc<Semaphore>,
    handshakes_max: usize,
    handshakes_calm: usize,
    stranger_places: Arc<Semaphore>,
}

/// Whether the source address of an arrival is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    Claimed,
    Shown,
}

/// What becomes of an arrival.
#[derive(Debug)]
enum Judgement {
    Enter(OwnedSemaphorePermit),
    ShowAddress,
    Refuse,
}

impl Door {
    pub(super) fn new(settings: &Settings) -> Self {
        let arrivals = Rate { burst: settings.arrivals_burst, every: settings.arrival_every };
        let strangers = Rate { burst: settings.strangers_burst, every: settings.stranger_every };
        Self {
            claimed: Mutex::new(Gate::new(arrivals)),
            shown: Mutex::new(Gate::new(arrivals)),
            strangers: Mutex::new(Gate::new(strangers)),
            handshakes: Arc::new(Semaphore::new(settings.handshakes_max)),
            handshakes_max: settings.handshakes_max,
            handshakes_calm: settings.handshakes_calm,
            stranger_places: Arc::new(Semaphore::new(settings.strangers_max)),
        }
    }

    fn judge(&self, source: IpAddr, address: Address, now: Instant) -> Judgement {
        // spec: wire-19
        let under_way = self.handshakes_max.saturating_sub(self.handshakes.available_permits());
        match address {
            Address::Claimed if under_way >= self.handshakes_calm => return Judgement::ShowAddress,
            Address::Claimed if pass(&self.claimed, source, now) == Pace::TooFast => {
                return Judgement::ShowAddress;
            }
            Address::Shown if pass(&self.shown, source, now) == Pace::TooFast => {
                return Judgement::Refuse;
            }
            Address::Claimed | Address::Shown => {}
        }
        match Arc::clone(&self.handshakes).try_acquire_owned() {
            Ok(place) => Judgement::Enter(place),
            Err(_) => Judgement::Refuse,
        }
    }

    /// A place for one more stranger, if there is one and its source is not too fast.
    fn stranger(&self, source: IpAddr, now: Instant) -> Option<OwnedSemaphorePermit> {
        let place = Arc::clone(&self.stranger_places).try_acquire_owned().ok()?;
        (pass(&self.strangers, source, now) == Pace::Within).then_some(place)
    }
}

fn pass(gate: &Mutex<Gate>, source: IpAddr, now: Instant) -> Pace {
    gate.lock().unwrap_or_else(PoisonError::into_inner).pass(source, now)
}
