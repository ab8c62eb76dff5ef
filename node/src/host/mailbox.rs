//! The bounded door of the writer.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::input::Start;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::receipt::VerifiedReceipt;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::host::handle::RequestKey;

/// Frames that may wait for one connection's sender; beyond it the connection is dropped and made again.
pub(crate) const OUTGOING_MAX: usize = 4096;

/// Work for the writer. Each is answered after the commit that covers it, or not at all if the node stops.
#[derive(Debug)]
pub(crate) enum Job {
    /// The wait for greetings is over.
    Start(Start),
    /// Log and send a message.
    Submit { signed: Box<Signed>, key: Option<RequestKey>, reply: oneshot::Sender<Answer> },
    /// Log that an officer opens a body.
    Read {
        message: Digest,
        officer: StaffNumber,
        purpose: PurposeCode,
        reply: oneshot::Sender<Answer>,
    },
    /// What to say first to a peer.
    Greet { peer: AgencyId, reply: oneshot::Sender<Opening> },
    /// Greetings went both ways; `reply` says whether the link is up.
    Met { met: Box<Met>, outgoing: mpsc::Sender<Outgoing>, reply: oneshot::Sender<LinkUp> },
    /// The connection with a peer is gone.
    Lost { peer: AgencyId },
    /// A peer offered messages.
    Offered { peer: AgencyId, offer: Box<VerifiedOffer>, room: OwnedSemaphorePermit },
    /// A peer receipted messages.
    Receipted { peer: AgencyId, receipt: Box<VerifiedReceipt>, room: OwnedSemaphorePermit },
    /// A verified credential became known.
    Admit { record: CredentialRecord, reply: Option<oneshot::Sender<()>> },
    /// Ask a peer for a sign of life.
    Ping { peer: AgencyId, number: u64 },
    /// Move the store's mark.
    Flush,
    /// Stop in order.
    Stop,
}

/// Our greeting, and what it says we hold of the peer's log.
#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) greeting: Greeting,
    pub(crate) held: Option<Held>,
}

/// Whether the engine took the peer's greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkUp {
    Yes,
    No(CloseCode),
}

/// What a connection's sender is told.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Offer(OfferAction),
    Receipt(ReceiptAction),
    Credential(Vec<u8>),
    Ping(u64),
    Pong(u64),
    Close(CloseCode),
}

/// Answers a job. Whoever asked may have gone away; that undoes nothing.
pub(crate) fn answer<T>(reply: oneshot::Sender<T>, answer: T) {
    if reply.send(answer).is_err() {
        tracing::trace!("nobody waits for the answer any more");
    }
}
