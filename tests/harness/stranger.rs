//! Somebody on the network who speaks QUIC, holds whatever key, and keeps none of the rules of honest code.
//!
//! What an honest endpoint would not do is done here on bare quinn: handshakes that are bent ([`manner`]), streams whose
//! bytes are no frames, and datagrams that begin what nobody ends ([`datagrams`]).

pub mod datagrams;
pub mod manner;

use std::net::Ipv4Addr;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use concord_node::transport::close;
use concord_protocol::codec;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use quinn::Connecting;
use quinn::ConnectionError;
use quinn::EndpointConfig;
use quinn::RecvStream;
use quinn::SendStream;
use quinn::TokioRuntime;
use quinn::VarInt;
use tokio::runtime::Runtime;
use tokio::time;

use crate::stranger::manner::Manner;

/// How long the other side may take until it closes: longer than any wait that the protocol states.
const CLOSES_WITHIN: Duration = Duration::from_secs(60);

/// QUIC asks for a name; it is neither sent nor checked.
const NO_NAME: &str = "concord.invalid";

/// How a connection ended, or why none came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The node closed it with a registered code.
    Closed(CloseCode),
    /// The node refused the handshake with an alert of TLS.
    Alert(u64),
    /// The node speaks no such version of QUIC.
    NoSuchVersion,
    /// The node has no room for another handshake.
    Refused,
    /// Something that no chapter of the specification defines.
    Undefined(u64),
    /// Nothing came at all.
    Silence,
}

/// A client with an endpoint of its own.
#[derive(Debug)]
pub struct Stranger {
    runtime: Arc<Runtime>,
    endpoint: quinn::Endpoint,
}

/// A connection with one stream, on which any bytes may be said.
#[derive(Debug)]
pub struct Wire {
    runtime: Arc<Runtime>,
    connection: quinn::Connection,
    sending: SendStream,
    receiving: RecvStream,
}

impl Default for Stranger {
    fn default() -> Self {
        Self::new()
    }
}

impl Stranger {
    /// Somebody on loopback.
    ///
    /// # Panics
    /// When no socket can be had.
    pub fn new() -> Self {
        let runtime = Arc::new(Runtime::new().unwrap());
        let socket = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let mut config = EndpointConfig::default();
        config.supported_versions(manner::VERSIONS.to_vec());
        let endpoint = {
            let _entered = runtime.enter();
            quinn::Endpoint::new(config, None, socket, Arc::new(TokioRuntime)).unwrap()
        };
        Self { runtime, endpoint }
    }

    /// Connects in a manner, and opens the stream. A node refuses a client when its handshake has ended; then the stream
    /// is there already.
    ///
    /// # Errors
    /// How the handshake ended.
    pub fn connect(&self, to: SocketAddr, manner: &Manner) -> Result<Wire, End> {
        let opened = self.runtime.block_on(async {
            let connecting = self.endpoint.connect_with(manner.client(), to, NO_NAME).unwrap();
            let connection = time::timeout(CLOSES_WITHIN, connecting).await;
            let connection = connection.map_err(|_| End::Silence)?.map_err(|error| end(&error))?;
            let (sending, receiving) = connection.open_bi().await.map_err(|error| end(&error))?;
            Ok((connection, sending, receiving))
        });
        let (connection, sending, receiving) = opened?;
        Ok(Wire { runtime: Arc::clone(&self.runtime), connection, sending, receiving })
    }

    /// Begins a handshake, which goes on by itself until it is dropped.
    ///
    /// # Panics
    /// When the endpoint is gone.
    pub fn begin(&self, to: SocketAddr, manner: &Manner) -> Connecting {
        let _entered = self.runtime.enter();
        self.endpoint.connect_with(manner.client(), to, NO_NAME).unwrap()
    }
}

impl Wire {
    /// Says a frame.
    pub fn say(&mut self, frame: &Frame) {
        self.say_framed(&codec::encode(frame).unwrap());
    }

    /// Says any bytes as a frame.
    pub fn say_framed(&mut self, bytes: &[u8]) {
        let len = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        self.say_raw(&[&len, bytes].concat());
    }

    /// Says any bytes. Whether the node listens shows in how the connection ends.
    pub fn say_raw(&mut self, bytes: &[u8]) {
        let said = async { time::timeout(CLOSES_WITHIN, self.sending.write_all(bytes)).await };
        self.runtime.block_on(said).ok();
    }

    /// Ends its side of the stream.
    pub fn finish(&mut self) {
        self.sending.finish().ok();
    }

    /// Breaks its side of the stream off.
    pub fn reset(&mut self) {
        self.sending.reset(VarInt::from_u32(7)).ok();
    }

    /// Opens another stream and says these bytes on it.
    pub fn say_elsewhere(&mut self, bytes: &[u8]) {
        let said = self.runtime.block_on(async {
            let (mut sending, _) = self.connection.open_bi().await?;
            sending.write_all(bytes).await.ok();
            Ok::<_, ConnectionError>(sending)
        });
        // A dropped stream is ended in order.
        drop(said);
    }

    /// The next frame; `None` when there is no more.
    ///
    /// # Panics
    /// When what comes is no frame.
    pub fn hear(&mut self) -> Option<Frame> {
        let bytes = self.runtime.block_on(async {
            let mut len = [0; 4];
            let whole = async {
                self.receiving.read_exact(&mut len).await.ok()?;
                let mut bytes = vec![0; usize::try_from(u32::from_be_bytes(len)).ok()?];
                self.receiving.read_exact(&mut bytes).await.ok()?;
                Some(bytes)
            };
            time::timeout(CLOSES_WITHIN, whole).await.ok().flatten()
        })?;
        Some(codec::decode(&bytes).unwrap())
    }

    /// How the connection ended.
    pub fn closed(&self) -> End {
        let closed = async { time::timeout(CLOSES_WITHIN, self.connection.closed()).await };
        self.runtime.block_on(closed).map_or(End::Silence, |error| end(&error))
    }
}

/// What quinn says of an end, in the words of the specification.
fn end(error: &ConnectionError) -> End {
    let of_transport = |code: u64| match code {
        0x100..0x200 => End::Alert(code & 0xff),
        0x2 => End::Refused,
        code => End::Undefined(code),
    };
    match error {
        ConnectionError::ApplicationClosed(closed) => close::code(closed.error_code)
            .map_or(End::Undefined(closed.error_code.into_inner()), End::Closed),
        ConnectionError::ConnectionClosed(closed) => of_transport(u64::from(closed.error_code)),
        ConnectionError::TransportError(own) => of_transport(u64::from(own.code)),
        ConnectionError::VersionMismatch => End::NoSuchVersion,
        ConnectionError::TimedOut => End::Silence,
        ConnectionError::Reset
        | ConnectionError::LocallyClosed
        | ConnectionError::CidsExhausted => End::Undefined(u64::MAX),
    }
}
