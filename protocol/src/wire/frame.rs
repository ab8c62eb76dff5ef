//! The bounded unit of the exchange stream.

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec::Encoded;
use crate::limits::FRAME_BYTES_MAX;
use crate::limits::INTRODUCTION_BYTES_MAX;
use crate::wire::greeting::Greeting;
use crate::wire::offer::Offer;
use crate::wire::receipt::Receipt;

/// One frame. The order of the variants is the wire format: add at the end only. Source: spec wire-30.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// First in each direction, once.
    Greeting(Greeting),
    /// A credential that the greeting showed the peer to lack.
    Credential(ByteBuf),
    /// A run of messages under one dispatch.
    Offer(Offer),
    /// Proof that the messages of an offer stand in the speaker's log.
    Receipt(Receipt),
    /// Answer with [`Frame::Pong`] and the same number.
    Ping(u64),
    /// The answer.
    Pong(u64),
}

impl Encoded for Frame {
    // spec: wire-30
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// All that a stranger may say: its root-signed credential. Source: spec wire-20.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Introduction {
    /// The COSE_Sign bytes.
    pub credential: ByteBuf,
}

impl Encoded for Introduction {
    const BYTES_MAX: usize = INTRODUCTION_BYTES_MAX;
}
