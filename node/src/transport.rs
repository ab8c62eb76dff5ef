//! Connections with other nodes: QUIC with mutual TLS 1.3, and frames on one stream.
//!
//! Uses `protocol` for names, keys and codes, and `entropy`; used by `host`. The room of quinn and rustls.
//! Knows agencies, transport keys and byte strings with a length in front.
//!
//! Absent on purpose: what a frame means, who may become a member, when to dial; and every way to resume a session,
//! because a ticket would pass by the check of the key.
//!
//! - `transport-inv-1`: a live [`Connection`](connection::Connection) belongs to an agency whose pin names its key.
//! - `transport-inv-2`: text that a peer wrote is never shown; only codes and numbers are.

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::Arc;

use concord_protocol::crypto::signature::SharedSigner;
use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use quinn::TokioRuntime;
use socket2::Domain;
use socket2::Protocol;
use socket2::Socket;
use socket2::Type;
use tokio::time;

use crate::entropy;
use crate::transport::connection::Connection;
use crate::transport::connection::Seats;
use crate::transport::dial::DialError;
use crate::transport::listen::Arrival;
use crate::transport::listen::Door;
use crate::transport::pins::Pins;
use crate::transport::reset::ConnectionIds;
use crate::transport::reset::ResetKey;
use crate::transport::settings::Settings;
use crate::transport::settings::SetupError;
use crate::transport::tls::Identity;
use crate::workers::Workers;

pub mod backoff;
pub mod bulk;
pub mod close;
pub mod connection;
pub mod dial;
pub mod listen;
pub mod pair;
pub mod pins;
pub mod settings;
pub mod stream;

mod frames;
mod gate;
mod reset;
mod tls;

#[cfg(test)]
mod tests;

/// Names that are looked up at once; whoever waits longer than a handshake may take tries again later. A name server that
/// does not answer holds a thread for as long as the system has patience, and no address that is a number waits for it.
pub const NAMES: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// Version 1 of QUIC. Source: RFC 9000 section 15, spec wire-1.
const QUIC_1: u32 = 1;

/// One UDP socket, on which the node listens and from which it dials; cheap to clone.
#[derive(Clone, Debug)]
pub struct Endpoint {
    shared: Arc<Shared>,
}

/// What the listening and the dialing side have in common.
#[derive(Debug)]
struct Shared {
    quinn: quinn::Endpoint,
    identity: Identity,
    pins: Arc<Pins>,
    settings: Settings,
    seats: Arc<Seats>,
    door: Door,
    /// Look names up.
    names: Workers,
}

/// Why the endpoint could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address is taken, foreign, or not allowed.
    #[error("listen on {address}")]
    Socket {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The transport key cannot sign.
    #[error("use the transport key")]
    Signer,
    /// The system gives no randomness.
    #[error("draw randomness")]
    Entropy,
    /// The listening side cannot be set up.
    #[error("set up the listening side")]
    Setup(#[from] SetupError),
    /// The system gives no threads.
    #[error("make the threads that look names up")]
    Thread(#[source] io::Error),
}

impl Endpoint {
    /// Takes the socket and begins to listen. Source: spec wire-1, wire-19.
    ///
    /// Needs a tokio runtime around it.
    ///
    /// # Errors
    /// When the socket, the transport key or randomness cannot be had.
    pub fn bind(
        settings: Settings,
        signer: SharedSigner,
        pins: Arc<Pins>,
    ) -> Result<Self, BindError> {
        let identity = Identity::new(signer);
        let reset_key = ResetKey::derive(identity.signer()).map_err(|_| BindError::Signer)?;
        let seed = entropy::draw().map_err(|_| BindError::Entropy)?;
        let mut config = quinn::EndpointConfig::new(Arc::new(reset_key));
        config.cid_generator(move || Box::new(ConnectionIds::new(&seed)));
        // Left to itself, quinn speaks six drafts too.
        // spec: wire-1
        config.supported_versions(vec![QUIC_1]);

        let mut server = quinn::ServerConfig::with_crypto(Arc::new(tls::server(&identity)?));
        settings.apply(&mut server)?;

        let address = settings.listen;
        let socket = |source| BindError::Socket { address, source };
        let udp = udp_socket(&settings).map_err(socket)?;
        let quinn = quinn::Endpoint::new(config, Some(server), udp, Arc::new(TokioRuntime))
            .map_err(socket)?;

        let (seats, door) =
            (Arc::new(Seats::new(settings.connections_per_peer_max)), Door::new(&settings));
        let names = Workers::start("name", NAMES).map_err(BindError::Thread)?;
        let shared = Shared { quinn, identity, pins, settings, seats, door, names };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Whose keys may connect.
    pub fn pins(&self) -> Arc<Pins> {
        Arc::clone(&self.shared.pins)
    }

    /// Where the endpoint listens, with the port that the system chose.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_address(&self) -> io::Result<SocketAddr> {
        self.shared.quinn.local_addr()
    }

    /// Connects to an agency at an address, `host:port`, and demands one of the expected keys.
    ///
    /// The result says that the peer proved its key. Whether the peer knows us shows only afterwards: a peer that
    /// does not closes with `unknown-key`. Source: spec wire-6.
    ///
    /// # Errors
    /// When no expected key is pinned for the agency, nothing answers, or something else than the agency does.
    pub async fn dial(
        &self,
        agency: &AgencyId,
        expected: &[VerifyingKey],
        address: &str,
    ) -> Result<Connection, DialError> {
        dial::dial(&self.shared, agency, expected, address).await
    }

    /// The next arrival that passed the door; `None` when the endpoint has stopped.
    ///
    /// Run [`Arrival::handshake`] in a task of its own, so that a slow stranger holds up nobody.
    pub async fn accept(&self) -> Option<Arrival> {
        listen::accept(&self.shared).await
    }

    /// Closes every connection with `stopping`, and waits a moment for the peers to hear it.
    pub async fn stop(&self) {
        let code = CloseCode::Stopping;
        self.shared.quinn.close(close::number(code), code.text().as_bytes());
        if time::timeout(self.shared.settings.farewell_wait, self.shared.quinn.wait_idle())
            .await
            .is_err()
        {
            tracing::debug!("stopped before every peer heard the farewell");
        }
    }
}

/// A bound socket with large buffers: bursts are lost in the system's default ones.
fn udp_socket(settings: &Settings) -> io::Result<std::net::UdpSocket> {
    let address = settings.listen;
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    let bytes = settings.socket_buffer_bytes;
    if socket.set_recv_buffer_size(bytes).is_err() || socket.set_send_buffer_size(bytes).is_err() {
        tracing::warn!(len = bytes, "socket buffers refused by the system");
    }
    socket.bind(&address.into())?;
    Ok(socket.into())
}
