//! The bounds of one node's transport, and how they are told to quinn.
//!
//! Uses nothing of ours. Every number is written out: quinn's defaults leave the receive window without a bound.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use concord_protocol::limits::FILE_STREAMS_MAX;
use quinn::IdleTimeout;
use quinn::TransportConfig;
use quinn::VarInt;

const KIB: u32 = 1024;
const MIB: u32 = 1024 * KIB;

/// Bytes of one stream that a peer may send and we have not read.
const STREAM_WINDOW: u32 = 2 * MIB;

/// Bytes of one connection, of all its streams, that a pinned peer may send and we have not read.
///
/// As much as the exchange stream and our own two file streams may have: a file that is read slowly takes nothing of the
/// room of the exchange. Source: spec wire-91.
pub(super) const PEER_WINDOW: u32 = (1 + FILE_STREAMS_MAX) * STREAM_WINDOW;

/// The same for whoever connects, until its key is found among the pins: one introduction and little more.
const ARRIVAL_WINDOW: u32 = 32 * KIB;

/// Bytes that we keep for a peer which has not acknowledged them; a sender waits at this bound.
///
/// Two file streams fill half of it, because the peer's window of each is a quarter: the other half is the exchange's.
const SEND_WINDOW: u64 = 8 * 1024 * 1024;

const _: () = assert!((FILE_STREAMS_MAX * STREAM_WINDOW) as u64 <= SEND_WINDOW / 2);

/// Bytes of the handshake that may arrive out of order.
const HANDSHAKE_BUFFER_BYTES: usize = 16 * 1024;

/// Streams that the dialing side may open: the exchange stream, and those for files.
const STREAMS_OF_DIALER: u32 = 1 + FILE_STREAMS_MAX;

/// Bytes that one arrival may send before it is looked at, beyond its first datagram.
const ARRIVAL_BUFFER_BYTES: u64 = 16 * 1024;

/// The bounds and waits of one endpoint.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// Longest handshake, either side. A setting of the wait for a dead address too.
    pub handshake_wait: Duration,
    /// Longest wait for a stranger's introduction, from the end of its handshake.
    pub introduction_wait: Duration,
    /// Longest wait for the peer to open the exchange stream.
    pub exchange_wait: Duration,
    /// How long a frame may take, whatever its length.
    pub frame_wait: Duration,
    /// How fast a frame must come beyond that, in bytes per second.
    pub frame_bytes_per_second: u32,
    /// How long a peer may take nothing of what we send.
    pub send_wait: Duration,
    /// A connection on which nothing arrives for so long is dead.
    pub idle: Duration,
    /// Something is sent at least so often.
    pub keep_alive: Duration,
    /// How long to wait, on stopping, for the peers to hear it.
    pub farewell_wait: Duration,
    /// Handshakes under way at once. Beyond it: arrivals are refused.
    pub handshakes_max: usize,
    /// From so many handshakes under way an address must first be shown to be real, by a stateless retry.
    pub handshakes_calm: usize,
    /// Arrivals of one source address (IPv4 address, or IPv6 network of 64 bits): this many at once…
    pub arrivals_burst: u32,
    /// …and one more after each such wait. Beyond it: a retry, then a refusal.
    pub arrival_every: Duration,
    /// Strangers heard at once. Beyond it: closed with `too-fast`.
    pub strangers_max: usize,
    /// Strangers of one source address: this many at once…
    pub strangers_burst: u32,
    /// …and one more after each such wait. Beyond it: closed with `too-fast`.
    pub stranger_every: Duration,
    /// Live connections that one pinned agency may have opened to us. Beyond it: closed with `too-fast`.
    pub connections_per_peer_max: usize,
    /// Wanted size of the socket's buffers, in bytes; the system may grant less (`net.core.rmem_max`).
    pub socket_buffer_bytes: usize,
}

/// Why the bounds or the algorithms of the protocol cannot be had; never a peer's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetupError {
    /// The TLS provider lacks what the protocol demands.
    #[error("the TLS provider lacks an algorithm that the protocol demands")]
    Provider,
    /// A wait that QUIC cannot express.
    #[error("the idle wait is too long for QUIC")]
    Wait,
}

impl Settings {
    /// The default bounds, for one listening address.
    pub const fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            handshake_wait: Duration::from_secs(10),
            introduction_wait: Duration::from_secs(5),
            exchange_wait: Duration::from_secs(10),
            frame_wait: Duration::from_secs(10),
            frame_bytes_per_second: 16 * KIB,
            send_wait: Duration::from_secs(30),
            idle: Duration::from_secs(30),
            keep_alive: Duration::from_secs(10),
            farewell_wait: Duration::from_secs(2),
            handshakes_max: 64,
            handshakes_calm: 16,
            arrivals_burst: 64,
            arrival_every: Duration::from_millis(60),
            strangers_max: 16,
            strangers_burst: 16,
            stranger_every: Duration::from_secs(1),
            connections_per_peer_max: 4,
            socket_buffer_bytes: 4 * 1024 * 1024,
        }
    }

    /// Tells the listening side's bounds to quinn.
    pub(super) fn apply(&self, server: &mut quinn::ServerConfig) -> Result<(), SetupError> {
        let mut transport = self.common()?;
        // spec: wire-8, wire-90
        transport.max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_OF_DIALER));
        transport.receive_window(VarInt::from_u32(ARRIVAL_WINDOW));
        // Beyond this quinn drops arrivals unanswered, which is cheaper than our refusal and leaves room for it.
        let waiting = self.handshakes_max.saturating_mul(2);
        server
            .transport_config(Arc::new(transport))
            // spec: wire-16
            .migration(true)
            .max_incoming(waiting)
            .incoming_buffer_size(ARRIVAL_BUFFER_BYTES)
            .incoming_buffer_size_total(
                ARRIVAL_BUFFER_BYTES.saturating_mul(u64::try_from(waiting).unwrap_or(1)),
            );
        Ok(())
    }

    /// The dialing side's bounds, for quinn.
    pub(super) fn for_dialer(&self) -> Result<TransportConfig, SetupError> {
        let mut transport = self.common()?;
        // spec: wire-90
        transport.max_concurrent_bidi_streams(VarInt::from_u32(FILE_STREAMS_MAX));
        transport.receive_window(VarInt::from_u32(PEER_WINDOW));
        Ok(transport)
    }

    fn common(&self) -> Result<TransportConfig, SetupError> {
        let mut transport = TransportConfig::default();
        let idle = IdleTimeout::try_from(self.idle).map_err(|_| SetupError::Wait)?;
        transport
            .max_concurrent_uni_streams(VarInt::from_u32(0))
            .datagram_receive_buffer_size(None)
            .datagram_send_buffer_size(0)
            .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
            .send_window(SEND_WINDOW)
            .send_fairness(true)
            .crypto_buffer_size(HANDSHAKE_BUFFER_BYTES)
            // spec: wire-16
            .max_idle_timeout(Some(idle))
            .keep_alive_interval(Some(self.keep_alive));
        Ok(transport)
    }
}
