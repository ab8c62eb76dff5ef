//! Connecting to an agency whose key is known.
//!
//! Uses `tls`, `pins`, `connection`. An address is only a hint where to look; the key decides who is there.

use std::io;
use std::net::SocketAddr;
use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::sync::OnceLock;

use concord_protocol::crypto::signature::VerifyingKey;
use concord_protocol::ids::AgencyId;
use quinn::ClientConfig;
use quinn::NoneTokenStore;
use tokio::time;

use crate::transport::Shared;
use crate::transport::close;
use crate::transport::close::HandshakeError;
use crate::transport::connection::Connection;
use crate::transport::connection::Proven;
use crate::transport::pair::Dialer;
use crate::transport::settings::SetupError;
use crate::transport::tls;
use crate::workers::WorkLost;

/// Addresses that one host name may stand for; the rest are not tried.
const ADDRESSES_TRIED_MAX: usize = 4;

/// QUIC asks for a name; it is neither sent nor checked.
const NO_NAME: &str = "concord.invalid";

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum DialError {
    /// None of the expected keys is pinned for the agency.
    #[error("no transport key is pinned for {agency}")]
    NotPinned {
        /// Who was to be dialed.
        agency: AgencyId,
    },
    /// The address is no `host:port`, or the host is not found.
    #[error("find the address")]
    Unresolved {
        /// What the system said.
        source: io::Error,
    },
    /// The host name has no address that this endpoint can reach.
    #[error("the host has no address of the family that this node uses")]
    NoAddress,
    /// Someone else is there: it proved another key.
    #[error("the node at this address has another transport key, {found:?}")]
    WrongKey {
        /// The key that it has.
        found: VerifyingKey,
    },
    /// The handshake failed.
    #[error("the handshake failed")]
    Handshake(#[from] HandshakeError),
    /// The dialing side cannot be set up: ours.
    #[error("set up the dialing side")]
    Setup(#[from] SetupError),
}

/// Tries each address of the host in turn. Source: spec wire-6.
pub(super) async fn dial(
    shared: &Shared,
    agency: &AgencyId,
    expected: &[VerifyingKey],
    address: &str,
) -> Result<Connection, DialError> {
    let keys: Vec<VerifyingKey> =
        expected.iter().filter(|key| shared.pins.holds(agency, key)).copied().collect();
    if keys.is_empty() {
        return Err(DialError::NotPinned { agency: agency.clone() });
    }
    let mut last = DialError::NoAddress;
    for address in resolve(shared, address).await? {
        match connect(shared, keys.clone(), address).await {
            Ok((quinn, key)) => {
                let proven =
                    Proven { peer: agency.clone(), key, dialer: Dialer::Local, seat: None };
                return Ok(Connection::begin(shared, quinn, proven));
            }
            Err(error) => last = error,
        }
    }
    Err(last)
}

async fn resolve(shared: &Shared, address: &str) -> Result<Vec<SocketAddr>, DialError> {
    let found = match address.parse() {
        Ok(number) => vec![number],
        Err(_) => {
            look_up(shared, address).await.map_err(|source| DialError::Unresolved { source })?
        }
    };
    let found = found.into_iter();
    let six = shared.settings.listen.is_ipv6();
    Ok(found.filter(|address| six || address.is_ipv4()).take(ADDRESSES_TRIED_MAX).collect())
}

async fn look_up(shared: &Shared, name: &str) -> io::Result<Vec<SocketAddr>> {
    let name = name.to_owned();
    let found = shared.names.run(move || name.to_socket_addrs().map(Iterator::collect));
    match time::timeout(shared.settings.handshake_wait, found).await {
        Ok(Ok(found)) => found,
        Ok(Err(WorkLost)) => Err(io::ErrorKind::Other.into()),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    }
}

async fn connect(
    shared: &Shared,
    expected: Vec<VerifyingKey>,
    address: SocketAddr,
) -> Result<(quinn::Connection, VerifyingKey), DialError> {
    let found = Arc::new(OnceLock::new());
    let crypto = tls::client(&shared.identity, expected, Arc::clone(&found))?;
    let mut config = ClientConfig::new(Arc::new(crypto));
    config
        .transport_config(Arc::new(shared.settings.for_dialer()?))
        .token_store(Arc::new(NoneTokenStore));

    let connecting =
        shared.quinn.connect_with(config, address, NO_NAME).map_err(|error| match error {
            quinn::ConnectError::EndpointStopping => DialError::Handshake(HandshakeError::Stopping),
            quinn::ConnectError::CidsExhausted
            | quinn::ConnectError::InvalidServerName(_)
            | quinn::ConnectError::InvalidRemoteAddress(_)
            | quinn::ConnectError::NoDefaultClientConfig
            | quinn::ConnectError::UnsupportedVersion => DialError::NoAddress,
        })?;
    let made = time::timeout(shared.settings.handshake_wait, connecting).await;
    let quinn = made.map_err(|_| HandshakeError::Silent)?.map_err(|error| match found.get() {
        // spec: wire-6
        Some(found) => DialError::WrongKey { found: *found },
        None => DialError::Handshake(close::handshake_error(&error)),
    })?;
    let key = tls::key_of(&quinn).ok_or(HandshakeError::BadKey)?;
    Ok((quinn, key))
}
