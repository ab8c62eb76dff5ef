//! What the local API and the command line may ask of a running node.
//!
//! [`command`] changes something and goes through the writer; [`query`] reads what is durable,
//! [`proofs`] shows it in the forms of others.

pub mod charters;
mod command;
pub mod deconfliction;
pub mod erasure;
mod export;
pub mod feeds;
pub mod figures;
pub mod files;
pub mod papers;
pub mod procedures;
mod proofs;
mod query;
pub mod reviews;
pub mod specialty;
mod standing;
pub mod succession;
pub mod transcript;
mod watching;

use std::fmt;
use std::sync::Arc;

use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::approvals::Approvals;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::NameError;
use concord_protocol::ids::Party;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::message::fault::FieldFault;
use concord_protocol::message::intelligence::validity::NoticeStanding;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::refusal::Refusal;

use crate::host::crew::Crew;
use crate::host::exchange::Surroundings;
use crate::host::kept::Kept;
use crate::host::shared::Shared;
use crate::host::view::Delivery;
use crate::host::view::EvidenceView;
use crate::host::view::Submitted;
use crate::host::view::View;
use crate::store::read::Reader;

/// A handle on the running node; cheap to clone.
#[derive(Clone)]
pub struct Handle {
    around: Surroundings,
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handle({})", self.around.shared.me)
    }
}

/// Why a submission was not taken. Nothing was logged, nothing will be sent.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// It belongs to a deconfliction, and the files of that cannot be used.
    // spec: dcf-23
    #[error("the files of deconfliction cannot be read or written")]
    NoRegister,
    /// The charter does not name a recipient.
    #[error("the charter has no member {agency}")]
    UnknownRecipient {
        /// Who was named.
        agency: AgencyId,
    },
    /// The node's own credential is not in force.
    #[error("credential {serial} of this node is not in force")]
    NotInForce {
        /// Its serial.
        serial: Serial,
    },
    /// A recipient is a member, yet no credential of it is held.
    #[error("no credential of {agency} is held")]
    NoCredential {
        /// Who was named.
        agency: AgencyId,
    },
    /// The node itself was named.
    #[error("a message cannot be addressed to the node's own agency")]
    ToOneself,
    /// A file that it names is not here.
    #[error("file {digest} is not here with the length that the submission names")]
    NoFile {
        /// Which.
        digest: Digest,
    },
    /// The same idempotency key came with another submission.
    #[error("the idempotency key was used for another submission")]
    KeyReused,
    /// The body is longer than a message may carry.
    #[error("the content has {len} bytes, at most {max} are taken")]
    TooLarge {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// It could not be said on the day on which it was submitted.
    #[error("the submission has {} faults", faults.len())]
    NotToday {
        /// Each of them.
        faults: Vec<FieldFault>,
    },
    /// The mailbox or the outbox of a link is full.
    #[error("the node is busy")]
    Busy,
    /// The disk is nearly full.
    #[error("the disk is nearly full")]
    Full,
    /// The message is sensitive, and no quorum has vouched for the head of the log for too long.
    #[error(
        "the message is sensitive, and no quorum of witnesses has cosigned the head of this node's log since {since}"
    )]
    Unwitnessed {
        /// Since when.
        since: Timestamp,
    },
    /// The message has no place in its procedure as it stands here.
    #[error("{} ({})", .0.why, .0.rule)]
    OutOfPlace(Box<Refusal>),
    /// It rests on what was sent for another purpose, and its originator has not allowed that.
    #[error("{} ({})", .0.why, .0.rule)]
    OtherPurpose(Box<Refusal>),
    /// It rests on what is held for another case, and its originator has not allowed that.
    #[error("{} ({})", .0.why, .0.rule)]
    OtherCase(Box<Refusal>),
    /// The node is in doubt about its own log.
    #[error("the node is in doubt about its own log")]
    InDoubt(Doubt),
    /// The token with the signing keys does not answer.
    #[error("the token with the signing keys does not answer")]
    KeyAway,
    /// That token refused the PIN.
    #[error("the token with the signing keys refused the PIN")]
    PinRefused,
    /// A key, a worker or the writer failed: ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nothing has this name.
    #[error("there is no such thing here")]
    NotFound,
    /// Several messages have this id, each of another author.
    #[error("{}", ambiguous(.0))]
    Ambiguous(Vec<Namesake>),
    /// The body was not sent, or its file or key is damaged.
    #[error("the body is not held")]
    NoBody,
    /// The body was erased.
    #[error("{}", erased(.0))]
    Erased(Box<ErasureRecord>),
    /// The body cannot be opened or does not fit its kind.
    #[error("the body cannot be opened")]
    Unopenable,
    /// It was sent for another purpose, and its originator has not allowed this one.
    #[error("it was sent for {0}, and its originator has allowed no other use")]
    OtherPurpose(PurposeKind),
    /// It is held for another case, and its originator has not allowed this one.
    #[error("{} ({})", .0.why, .0.rule)]
    OtherCase(Box<Refusal>),
    /// It is a notice that is challenged.
    #[error("the notice is challenged, and is not shown while its originator has not answered")]
    Suspended,
    /// Bodies must not be shown in court.
    #[error("{}", forbidden(.0))]
    NotForCourt(Vec<Refusal>),
    /// The node is in doubt about its own log and opens no bodies.
    #[error("the node is in doubt about its own log")]
    InDoubt(Doubt),
    /// The mailbox is full.
    #[error("the node is busy")]
    Busy,
    /// The store failed: ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

/// For what a body is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aim {
    /// The kind of purpose.
    pub purpose: PurposeCode,
    /// The case of this agency, without its name; absent where none is named.
    pub case: Option<Digest>,
    /// Whether whoever reads knows that the notice is suspended.
    pub suspended: bool,
}

/// How a caller names a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageName {
    /// By the id that its author gave it.
    Id(MessageId),
    /// By its digest, which no other message has.
    Digest(Digest),
}

/// One of several messages with one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namesake {
    /// Its digest.
    pub digest: Digest,
    /// Its author.
    pub from: AgencyId,
}

impl MessageName {
    /// Reads an id or a digest.
    ///
    /// # Errors
    /// When the text is neither; the reason is that of an id.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        match Digest::parse(text) {
            Ok(digest) => Ok(Self::Digest(digest)),
            Err(_) => MessageId::parse(text).map(Self::Id),
        }
    }
}

impl From<&MessageRecord> for Namesake {
    fn from(record: &MessageRecord) -> Self {
        Self { digest: record.digest, from: record.from.clone() }
    }
}

/// Which messages to list.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only messages of this direction.
    pub direction: Option<Direction>,
    /// Go on after the message with this leaf, newest first.
    pub before: Option<LeafIndex>,
    /// At most this many.
    pub limit: usize,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The node's own.
    Out,
    /// From a peer.
    In,
}

/// An inclusion proof in the node's own log.
#[derive(Clone, Debug)]
pub struct InclusionProof {
    /// Place of the leaf.
    pub index: LeafIndex,
    /// The leaf's bytes.
    pub leaf: Vec<u8>,
    /// Sibling hashes, leaf first.
    pub path: Vec<Digest>,
    /// The signed checkpoint that the path leads to.
    pub checkpoint: Vec<u8>,
}

/// One leaf of the node's own log with what its kind is called.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Place in the log.
    pub index: LeafIndex,
    /// The encoded leaf.
    pub leaf: Vec<u8>,
}

/// A file of evidence that the node holds, with what it says to people.
#[derive(Clone, Debug)]
pub struct FoundEvidence {
    /// What the engine keeps of it.
    pub view: EvidenceView,
    /// What it proves.
    pub proves: String,
    /// What it does not prove.
    pub proves_not: Vec<String>,
}

/// A body that was opened, after its `read` leaf became durable.
#[derive(Clone, Debug)]
pub struct OpenedBody {
    /// The id of the message.
    pub id: MessageId,
    /// The content as the sender wrote it.
    pub content: Value,
    /// Who drafted and who approved it; `None` for a message without approvals.
    pub approvals: Option<Approvals>,
    /// The files that it names, with their keys.
    pub files: Vec<SealedFile>,
    /// The `read` leaf.
    pub leaf: LeafIndex,
}

/// What became of a credential file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// It is new.
    New(AgencyId),
    /// It was known already.
    Known(AgencyId),
}

/// Why a credential was not taken.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// It does not verify up to the charter.
    #[error("the credential does not verify: {reason}")]
    Refused {
        /// The first thing that failed.
        reason: String,
    },
    /// The mailbox is full.
    #[error("the node is busy")]
    Busy,
    /// Ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

/// Where a consistency proof starts and ends.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The older size.
    pub from: TreeSize,
    /// The newer size.
    pub to: TreeSize,
}

/// Why a peer did not answer.
#[derive(Debug, thiserror::Error)]
pub enum PingError {
    /// The charter has no such member, or it is the node itself.
    #[error("the charter has no peer {agency}")]
    Unknown {
        /// Who was named.
        agency: AgencyId,
    },
    /// There is no live connection.
    #[error("there is no live connection with {agency}")]
    Away {
        /// Who was named.
        agency: AgencyId,
    },
    /// No answer came in time.
    #[error("{agency} did not answer in time")]
    Silent {
        /// Who was named.
        agency: AgencyId,
    },
    /// The mailbox is full.
    #[error("the node is busy")]
    Busy,
    /// Ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

/// An idempotency key and the digest of the submission that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    /// As the caller wrote it.
    pub text: String,
    /// Digest of the submission.
    pub request: Digest,
}

/// The snapshot that readers share.
pub type SharedView = Arc<View>;

/// A message with what the node knows about it.
#[derive(Clone, Debug)]
pub struct MessageView {
    /// The stored message; its header is decoded by the reader.
    pub record: MessageRecord,
    /// How it stands with each recipient; empty for a received message.
    pub deliveries: Vec<Delivery>,
    /// Why its body was erased; `None` when it was not.
    pub erasure: Option<ErasureRecord>,
    /// Why it is kept beyond its review; `None` where nobody said so.
    pub kept: Option<Kept>,
    /// How it stands, where it is a notice.
    pub standing: Option<NoticeStanding>,
    /// The Parties of its sender and of this agency, where the charter in force has them: their clocks are shown.
    pub parties: Parties,
}

/// The Parties whose clocks are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// The sender's.
    pub sender: Option<Party>,
    /// That of the agency that looks.
    pub own: Option<Party>,
}

/// When a body was erased, by which cause and basis, and what remains of the message.
fn erased(erasure: &ErasureRecord) -> String {
    let ErasureRecord { leaf, cause, basis, officer, at, .. } = erasure;
    format!(
        "the body was erased at {at} by {} on the basis {basis}, by {officer}; leaf {leaf} says so, and the header \
         and every proof of the message remain",
        cause.code()
    )
}

/// The message that an id means: two authors may give one id, and nobody but the caller knows which is meant.
fn one_of(mut found: Vec<MessageRecord>) -> Result<MessageRecord, ReadError> {
    if found.len() > 1 {
        found.sort_by_key(|record| record.leaf);
        return Err(ReadError::Ambiguous(found.iter().map(Namesake::from).collect()));
    }
    found.pop().ok_or(ReadError::NotFound)
}

/// Each message that must not be shown, and the rule.
fn forbidden(refusals: &[Refusal]) -> String {
    let each: Vec<String> =
        refusals.iter().map(|refusal| format!("{} ({})", refusal.why, refusal.rule)).collect();
    each.join("; ")
}

fn ambiguous(namesakes: &[Namesake]) -> String {
    let each: Vec<String> = namesakes
        .iter()
        .map(|Namesake { digest, from }| format!("{digest} is of {from}"))
        .collect();
    format!("{} messages have this id: {}", each.len(), each.join(", "))
}

/// A submission's result, for callers.
pub type SubmitResult = Result<Submitted, SubmitError>;

impl Handle {
    pub(crate) fn new(around: Surroundings) -> Self {
        Self { around }
    }

    /// The newest snapshot.
    pub fn view(&self) -> SharedView {
        self.around.shared.view()
    }

    /// The threads of the node.
    pub fn crew(&self) -> &Crew {
        &self.around.shared.crew
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.around.shared
    }

    fn reader(&self) -> &Reader {
        &self.around.shared.reader
    }

    // spec: api-23
    fn record(&self, name: MessageName) -> Result<MessageRecord, ReadError> {
        let id = match name {
            MessageName::Digest(digest) => {
                let found = self.reader().message(&digest).map_err(|_| ReadError::Stopping)?;
                return found.ok_or(ReadError::NotFound);
            }
            MessageName::Id(id) => id,
        };
        one_of(self.reader().messages_by_id(&id).map_err(|_| ReadError::Stopping)?)
    }
}
