//! The bounded door of the writer.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::effects::LiftAction;
use concord_protocol::engine::effects::OfferAction;
use concord_protocol::engine::effects::ReceiptAction;
use concord_protocol::engine::effects::WitnessAction;
use concord_protocol::engine::input::Occasion;
use concord_protocol::engine::input::Start;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::papers::NoticeRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::papers::StaffRecord;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::BasisCode;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::leaf::EraseCause;
use concord_protocol::log::succession::VerifiedApproval;
use concord_protocol::log::succession::VerifiedStatement;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::VerifiedReceipt;
use concord_protocol::wire::succession;
use concord_protocol::wire::succession::SuccessionFrame;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::VerifiedCosignature;
use concord_protocol::wire::witness::VerifiedLift;
use concord_protocol::wire::witness::VerifiedWitness;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::Witnessed;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::host::accuse::writing::Charged;
use crate::host::handle::RequestKey;
use crate::host::recall::Opening;

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
    Admit { record: CredentialRecord, by: By, reply: Option<oneshot::Sender<()>> },
    /// A verified revocation became known.
    Revoke { record: RevocationRecord, reply: Option<oneshot::Sender<()>> },
    /// A verified change of addresses became known.
    Notice { record: NoticeRecord, reply: Option<oneshot::Sender<()>> },
    /// A verified staff list became known.
    Staff { record: StaffRecord, by: By, reply: Option<oneshot::Sender<()>> },
    /// Another credential of the node is in force: it starts again.
    TurnOver,
    /// What a peer says about the end of its log.
    Ended { said: Box<succession::Heard> },
    /// A peer approves the end of this node's log.
    Approved { approval: Box<VerifiedApproval> },
    /// An officer approves the end of a peer's log.
    Approve {
        statement: Box<VerifiedStatement>,
        approval: Box<VerifiedApproval>,
        reply: oneshot::Sender<Answer>,
    },
    /// Erase a body.
    Erase { message: Digest, warrant: Warrant, reply: oneshot::Sender<Answer> },
    /// Log that a bundle is handed out.
    Exported { bundle: Digest, size: TreeSize, reply: oneshot::Sender<Answer> },
    /// Erase what is due.
    Retire { reply: oneshot::Sender<More> },
    /// Remember that the keys are copied.
    KeyBackup { reply: oneshot::Sender<Answer> },
    /// Bodies that the store can no longer give.
    BodiesGone { messages: Vec<Digest> },
    /// Entries of this node's own past, which its mirrors gave back and which were checked.
    GiveBack { records: Vec<Record>, reply: oneshot::Sender<()> },
    /// The past is whole again up to the newest checkpoint that anybody showed; `from` is what there was before.
    Healed { from: TreeSize },
    /// Have the own head cosigned.
    Witness { occasion: Occasion, reply: Option<oneshot::Sender<()>> },
    /// A peer asks to have its head cosigned.
    Witnessing { peer: AgencyId, verified: Box<VerifiedWitness>, room: OwnedSemaphorePermit },
    /// A peer cosigned our head.
    Cosigned(Box<VerifiedCosignature>),
    /// A peer did not cosign our head.
    Declined { peer: AgencyId, code: WitnessRefusal },
    /// A peer answered with the checkpoint that it holds of our log.
    Shown { peer: AgencyId, shown: Option<Box<SignedCheckpoint>> },
    /// A peer showed a quorate checkpoint of its log.
    Lifted { peer: AgencyId, lift: Box<VerifiedLift>, room: OwnedSemaphorePermit },
    /// A peer's checkpoint contradicts the one held.
    Misfit { peer: AgencyId, misfit: Box<Misfit> },
    /// Remember a proven accusation.
    Accused(Charged),
    /// Tell the peers but one what was learned of the charter, and start again where a version was adopted.
    Charters { from: AgencyId, frames: Vec<Frame>, adopted: bool },
    /// Tell the peers what moved in third logs.
    Gossip,
    /// Ask a peer for a sign of life.
    Ping { peer: AgencyId, number: u64 },
    /// Move the store's mark.
    Flush,
    /// Stop in order.
    Stop,
}

/// What an erasure rests on.
#[derive(Clone, Debug)]
pub(crate) struct Warrant {
    pub(crate) cause: EraseCause,
    pub(crate) basis: BasisCode,
    pub(crate) officer: StaffNumber,
}

/// Who brings a credential or a staff list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A peer, or a stranger: never the node's own.
    Peer,
    /// Whoever may use the local API.
    Operator,
}

/// Whether more may be due than was erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum More {
    No,
    Perhaps,
}

/// Whether the engine took the peer's greeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkUp {
    Yes(Passage),
    No(CloseCode),
}

/// What a connection's sender is told.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Offer(OfferAction),
    Receipt(ReceiptAction),
    Credential(Vec<u8>),
    Revocation(Vec<u8>),
    Notice(Vec<u8>),
    Staff(Vec<u8>),
    Succession(SuccessionFrame),
    Approval(Vec<u8>),
    Witness(WitnessAction),
    Witnessed(Witnessed),
    Lift(LiftAction),
    Ping(u64),
    Pong(u64),
    /// A frame that is ready to be said.
    Say(Box<Frame>),
    Evidence(EvidenceTalk),
    /// A file of evidence; it is read when it is its turn.
    File(Digest),
    Close(CloseCode),
}

impl Outgoing {
    /// Whether it may be said on a link. A new kind must choose. Source: spec rst-5.
    // spec: rst-5
    pub(crate) fn may_pass(&self, passage: Passage) -> bool {
        match (self, passage) {
            (Self::Say(frame), passage) => frame.may_pass(passage),
            (Self::Succession(_) | Self::Approval(_), _) => true,
            (
                Self::Offer(_)
                | Self::Receipt(_)
                | Self::Witness(_)
                | Self::Witnessed(_)
                | Self::Lift(_),
                passage,
            ) => matches!(passage, Passage::Whole),
            (
                Self::Credential(_)
                | Self::Revocation(_)
                | Self::Notice(_)
                | Self::Staff(_)
                | Self::Ping(_)
                | Self::Pong(_)
                | Self::Evidence(_)
                | Self::File(_)
                | Self::Close(_),
                _,
            ) => true,
        }
    }
}

/// Answers a job. Whoever asked may have gone away; that undoes nothing.
pub(crate) fn answer<T>(reply: oneshot::Sender<T>, answer: T) {
    if reply.send(answer).is_err() {
        tracing::trace!("nobody waits for the answer any more");
    }
}
