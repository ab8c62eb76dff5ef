//! Why a connection ended, and why none came about: codes and numbers, never a peer's words.
//!
//! Uses `protocol::registry`. The peer's reason bytes are not even read. Source: spec wire-11.

use concord_protocol::registry::CloseCode;
use quinn::ConnectionError;
use quinn::TransportErrorCode;
use quinn::VarInt;

#[cfg(test)]
mod tests;

/// Why a live connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CloseReason {
    /// This node closed it.
    #[error("closed here: {0}")]
    Local(CloseCode),
    /// The peer closed it with a registered code.
    #[error("closed by the peer: {0}")]
    ByPeer(CloseCode),
    /// The peer closed it with a number that is not registered.
    #[error("closed by the peer with a number that is not registered: {0:#x}")]
    ByPeerUnknown(u64),
    /// Nothing arrived for too long.
    #[error("nothing arrived for too long")]
    Silent,
    /// The peer has forgotten the connection: it restarted.
    #[error("the peer has restarted")]
    Restarted,
    /// The peer refused this node's key in the handshake.
    #[error("the peer refuses this node's transport key")]
    KeyRefused,
    /// Something broke QUIC's own rules; the number is of RFC 9000 section 20.
    #[error("transport error {0:#x}")]
    Transport(u64),
}

/// Why a handshake came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// No end within the time.
    #[error("no answer in time")]
    Silent,
    /// The peer takes no connections now, or not so many from here.
    #[error("the peer takes no connection now")]
    Busy,
    /// No application protocol, TLS version, key exchange or kind of key in common.
    #[error("no protocol in common")]
    NothingInCommon,
    /// The peer refused this node's key.
    #[error("the peer refuses this node's transport key")]
    KeyRefused,
    /// The peer showed no raw Ed25519 key that may be relied on.
    #[error("the peer has no usable transport key")]
    BadKey,
    /// This endpoint stops.
    #[error("this node stops")]
    Stopping,
    /// Anything else that breaks QUIC or TLS; the number is of RFC 9000 section 20.
    #[error("transport error {0:#x}")]
    Transport(u64),
}

/// The number of a code on the wire: its place in the registry, from 1. Source: spec wire-11.
pub fn number(code: CloseCode) -> VarInt {
    let place = CloseCode::ALL.iter().position(|other| *other == code).unwrap_or_default();
    VarInt::from_u32(u32::try_from(place.saturating_add(1)).unwrap_or_default())
}

/// The code of a number on the wire; `None` when it is not registered.
pub fn code(number: VarInt) -> Option<CloseCode> {
    // spec: wire-11
    let place = usize::try_from(number.into_inner()).ok()?.checked_sub(1)?;
    CloseCode::ALL.get(place).copied()
}

/// Alerts of TLS, as QUIC carries them: 0x100 and the alert. Source: RFC 9001 section 4.8.
const fn alert(code: u64) -> Option<u64> {
    match code {
        0x100..0x200 => Some(code & 0xff),
        _ => None,
    }
}

const BAD_CERTIFICATE: u64 = 42;
const UNSUPPORTED_CERTIFICATE: u64 = 43;
const HANDSHAKE_FAILURE: u64 = 40;
const CERTIFICATE_UNKNOWN: u64 = 46;
const ACCESS_DENIED: u64 = 49;
const DECRYPT_ERROR: u64 = 51;
const PROTOCOL_VERSION: u64 = 70;
const INSUFFICIENT_SECURITY: u64 = 71;
const CERTIFICATE_REQUIRED: u64 = 116;
const NO_APPLICATION_PROTOCOL: u64 = 120;

/// Why a handshake failed, from what quinn says of it.
pub(super) fn handshake_error(error: &ConnectionError) -> HandshakeError {
    match error {
        ConnectionError::TimedOut => HandshakeError::Silent,
        ConnectionError::LocallyClosed => HandshakeError::Stopping,
        ConnectionError::VersionMismatch => HandshakeError::NothingInCommon,
        ConnectionError::TransportError(ours) => failed_here(u64::from(ours.code)),
        ConnectionError::ConnectionClosed(theirs) => failed_there(u64::from(theirs.error_code)),
        ConnectionError::ApplicationClosed(_)
        | ConnectionError::Reset
        | ConnectionError::CidsExhausted => {
            HandshakeError::Transport(u64::from(TransportErrorCode::APPLICATION_ERROR))
        }
    }
}

const fn failed_here(code: u64) -> HandshakeError {
    match alert(code) {
        Some(
            HANDSHAKE_FAILURE | PROTOCOL_VERSION | INSUFFICIENT_SECURITY | NO_APPLICATION_PROTOCOL,
        ) => HandshakeError::NothingInCommon,
        Some(
            BAD_CERTIFICATE
            | UNSUPPORTED_CERTIFICATE
            | CERTIFICATE_UNKNOWN
            | ACCESS_DENIED
            | DECRYPT_ERROR
            | CERTIFICATE_REQUIRED,
        ) => HandshakeError::BadKey,
        _ => HandshakeError::Transport(code),
    }
}

fn failed_there(code: u64) -> HandshakeError {
    match failed_here(code) {
        HandshakeError::BadKey => HandshakeError::KeyRefused,
        HandshakeError::Transport(code)
            if code == u64::from(TransportErrorCode::CONNECTION_REFUSED) =>
        {
            HandshakeError::Busy
        }
        other @ (HandshakeError::Silent
        | HandshakeError::Busy
        | HandshakeError::NothingInCommon
        | HandshakeError::KeyRefused
        | HandshakeError::Stopping
        | HandshakeError::Transport(_)) => other,
    }
}

/// Why a connection ended, from what quinn says of it and the code with which this node closed it, if it did.
pub(super) fn close_reason(error: &ConnectionError, here: Option<CloseCode>) -> CloseReason {
    match error {
        // An endpoint that stops closes its connections without telling them.
        ConnectionError::LocallyClosed => CloseReason::Local(here.unwrap_or(CloseCode::Stopping)),
        ConnectionError::ApplicationClosed(close) => code(close.error_code).map_or_else(
            || CloseReason::ByPeerUnknown(close.error_code.into_inner()),
            CloseReason::ByPeer,
        ),
        ConnectionError::TimedOut => CloseReason::Silent,
        ConnectionError::Reset => CloseReason::Restarted,
        ConnectionError::ConnectionClosed(close) => ended_there(u64::from(close.error_code)),
        ConnectionError::TransportError(ours) => CloseReason::Transport(u64::from(ours.code)),
        ConnectionError::VersionMismatch | ConnectionError::CidsExhausted => {
            CloseReason::Transport(u64::from(TransportErrorCode::INTERNAL_ERROR))
        }
    }
}

fn ended_there(code: u64) -> CloseReason {
    match failed_there(code) {
        HandshakeError::KeyRefused => CloseReason::KeyRefused,
        HandshakeError::Silent
        | HandshakeError::Busy
        | HandshakeError::NothingInCommon
        | HandshakeError::BadKey
        | HandshakeError::Stopping
        | HandshakeError::Transport(_) => CloseReason::Transport(code),
    }
}
