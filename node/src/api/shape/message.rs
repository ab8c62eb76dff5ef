//! Messages in JSON: what the header says and how each delivery stands. A body is shown only where it was opened.

use concord_protocol::engine::record::BodyForm;
use concord_protocol::envelope::approvals::Approvals;
use concord_protocol::envelope::approvals::Vote;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Party;
use concord_protocol::procedure::deadline::zone::Zone;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape::erasure::Erasure;
use crate::api::shape::header::HeaderDocument;
use crate::api::shape::names::ChangeDocument;
use crate::api::shape::review::KeptDocument;
use crate::api::shape::times::Clocks;
use crate::api::shape::times::StatedTime;
use crate::api::shape::times::Zones;
use crate::host::handle::MessageView;
use crate::host::handle::Parties;
use crate::host::view::Delivery;
use crate::host::view::DeliveryStatus;

/// One page of messages, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageList {
    /// The messages.
    pub items: Vec<Message>,
    /// The cursor of the next page; absent at the end.
    pub next: Option<String>,
}

/// A message with what the node knows about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    /// Names the message to people.
    pub id: String,
    /// Names the message to machines.
    pub digest: String,
    /// Which way it went.
    pub direction: Way,
    /// The author.
    pub from: String,
    /// When this node made or took it.
    pub at: String,
    /// Place of its leaf in the node's own log.
    pub log_index: u64,
    /// What the sender signed; absent when it is not a header that this release reads.
    pub header: Option<HeaderDocument>,
    /// The times of the header on the clocks of the sender's Party and of the agency's own.
    pub times: Option<MessageTimes>,
    /// How it stands, where it is a notice: `in-force`, `suspended`, `replaced`, `withdrawn` or `expired`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// Whether the sealed body is held.
    pub body: BodyState,
    /// Why the body was erased; absent when it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub erasure: Option<Erasure>,
    /// Why it is kept beyond its review; absent where nobody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<KeptDocument>,
    /// How it stands with each recipient; empty for a received message.
    pub deliveries: Vec<DeliveryDocument>,
    /// Where more of it is.
    pub links: MessageLinks,
}

/// The times of a header, each on several clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageTimes {
    /// When the sender made it.
    pub created: Clocks,
    /// By when an answer is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Clocks>,
    /// When it ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Clocks>,
}

impl MessageTimes {
    /// Reads them of a stored message.
    // spec: tim-1
    fn of(view: &MessageView) -> Option<Self> {
        let header = header::read(&view.record.message).ok()?;
        let zones = zones(&view.parties);
        let clocks = |at| Clocks::of(at, zones);
        Some(Self {
            created: clocks(header.created),
            respond_by: header.respond_by.map(clocks),
            expires: header.expires.map(clocks),
        })
    }
}

/// The clocks of a sender and of the agency that looks; UTC where the charter in force does not have it.
pub(crate) fn zones(parties: &Parties) -> Zones {
    let zone = |party: &Option<Party>| party.as_ref().map_or(Zone::UTC, Zone::of);
    Zones { sender: zone(&parties.sender), own: zone(&parties.own) }
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// The node's own.
    Out,
    /// From a peer.
    In,
}

/// Whether a sealed body is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum BodyState {
    /// It is.
    Held,
    /// It is not: the message came without.
    Absent,
    /// It was erased; the log says why.
    Erased,
    /// It is gone: its file or its key was damaged on this node's disk.
    Lost,
}

/// Where more of a message is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MessageLinks {
    /// The message.
    #[serde(rename = "self")]
    pub this: String,
    /// Its body, to be asked for with an officer and a purpose.
    pub body: String,
    /// Its deliveries.
    pub deliveries: String,
    /// The proof that its leaf stands in the log.
    pub proof: String,
}

impl MessageLinks {
    /// The links of a message.
    pub fn of(id: &str) -> Self {
        let this = format!("/api/v1/messages/{id}");
        let below = |part: &str| format!("{this}/{part}");
        Self { body: below("body"), deliveries: below("deliveries"), proof: below("proof"), this }
    }
}

/// What a submission became.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SubmittedMessage {
    /// Names the message to people.
    pub id: String,
    /// The procedure that it belongs to.
    pub procedure: String,
    /// Names the message to machines.
    pub digest: String,
    /// Place of its `message` leaf in the node's own log.
    pub log_index: u64,
    /// How it stands with each recipient.
    pub deliveries: Vec<DeliveryDocument>,
    /// Where more of it is.
    pub links: MessageLinks,
    /// What was changed in what was handed in, before it was signed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<ChangeDocument>,
    /// How many more changes there were than are listed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub changes_more: usize,
}

/// Whether a count says nothing.
const fn is_none(count: &usize) -> bool {
    *count == 0
}

/// The deliveries of one message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    /// One for each recipient.
    pub items: Vec<DeliveryDocument>,
}

/// How a message stands with one recipient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Delivery)]
pub struct DeliveryDocument {
    /// The recipient.
    pub agency: String,
    /// Epoch of the link.
    pub epoch: u64,
    /// Number on the link.
    pub number: u64,
    /// How it stands.
    pub status: Status,
    /// Place of the `received` or `refused` leaf in the recipient's log, where a receipt is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_log_index: Option<u64>,
    /// Size of the recipient's log that the receipt proves it for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peer_log_size: Option<u64>,
    /// How much stands behind the receipt, where one is held: `L0` signed, `L1` continues all that was held, `L2`
    /// witnessed by a quorum.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The recipient's reason, where it refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The number under which the message is owed instead, where it is `superseded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<LinkPlace>,
    /// Where the receipt is, where one is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
}

/// A number on the link with a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkPlace {
    /// Epoch of the link.
    pub epoch: u64,
    /// Number in it.
    pub number: u64,
}

/// The life of one delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Waits in the outbox.
    Queued,
    /// Was offered and waits for its receipt.
    Offered,
    /// The recipient proved that its log holds the message.
    Receipted,
    /// The recipient proved that its log holds a refusal.
    Refused,
    /// A log was succeeded by its next: the message is owed under another number.
    Superseded,
    /// The recipient left the charter before it proved anything: a person has to find another way.
    Undeliverable,
}

impl Status {
    /// The status as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Offered => "offered",
            Self::Receipted => "receipted",
            Self::Refused => "refused",
            Self::Superseded => "superseded",
            Self::Undeliverable => "undeliverable",
        }
    }
}

impl DeliveryDocument {
    /// How the message `id` stands with one recipient.
    pub fn new(id: &str, delivery: &Delivery) -> Self {
        let (status, peer_log_index, peer_log_size, code) = match delivery.status {
            DeliveryStatus::Queued => (Status::Queued, None, None, None),
            DeliveryStatus::Undeliverable => (Status::Undeliverable, None, None, None),
            DeliveryStatus::Offered => (Status::Offered, None, None, None),
            DeliveryStatus::Receipted { leaf, size } => {
                (Status::Receipted, Some(leaf), Some(size), None)
            }
            DeliveryStatus::Refused { leaf, code } => {
                (Status::Refused, Some(leaf), None, Some(code))
            }
            DeliveryStatus::Superseded { .. } => (Status::Superseded, None, None, None),
        };
        let superseded_by = match delivery.status {
            DeliveryStatus::Superseded { epoch, number } => {
                Some(LinkPlace { epoch: epoch.get(), number: number.get() })
            }
            DeliveryStatus::Queued
            | DeliveryStatus::Undeliverable
            | DeliveryStatus::Offered
            | DeliveryStatus::Receipted { .. }
            | DeliveryStatus::Refused { .. } => None,
        };
        let agency = delivery.agency.to_string();
        Self {
            receipt: peer_log_index.map(|_| format!("/api/v1/messages/{id}/receipts/{agency}")),
            agency,
            epoch: delivery.epoch.get(),
            number: delivery.number.get(),
            status,
            peer_log_index: peer_log_index.map(|index| index.get()),
            peer_log_size: peer_log_size.map(|size| size.get()),
            grade: delivery.grade.map(|grade| grade.text().to_owned()),
            code: code.map(|code| code.to_string()),
            superseded_by,
        }
    }
}

/// The deliveries of a message.
pub fn deliveries(view: &MessageView) -> Vec<DeliveryDocument> {
    let id = view.record.id.to_string();
    view.deliveries.iter().map(|delivery| DeliveryDocument::new(&id, delivery)).collect()
}

impl Message {
    /// The message, as the node of the agency `own` shows it.
    pub fn new(own: &AgencyId, view: &MessageView) -> Self {
        let record = &view.record;
        let id = record.id.to_string();
        Self {
            digest: record.digest.to_string(),
            direction: if record.from == *own { Way::Out } else { Way::In },
            from: record.from.to_string(),
            at: record.at.to_string(),
            log_index: record.leaf.get(),
            header: HeaderDocument::read(&record.message),
            times: MessageTimes::of(view),
            // spec: xch-57
            standing: view.standing.map(|standing| standing.text().to_owned()),
            body: match record.body {
                BodyForm::Held => BodyState::Held,
                BodyForm::Absent => BodyState::Absent,
                BodyForm::Erased => BodyState::Erased,
                BodyForm::Lost => BodyState::Lost,
            },
            erasure: view.erasure.as_ref().map(Erasure::from),
            kept: view.kept.as_ref().map(KeptDocument::from),
            deliveries: deliveries(view),
            links: MessageLinks::of(&id),
            id,
        }
    }
}

/// A body that was opened. The opening stands in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenedMessage {
    /// The message.
    pub id: String,
    /// Place of the `read` leaf in the node's own log.
    pub log_index: u64,
    /// How it stands, where it is a notice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<String>,
    /// The content as the sender wrote it.
    pub content: serde_json::Value,
    /// The instants that it states, the first 256, each on the clock of its place, of the sender and of the agency's own.
    pub times: Vec<StatedTime>,
    /// Who drafted and who approved it; absent for a message without approvals.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approvals: Option<ApprovalsDocument>,
}

/// Who drafted and who approved a message. Their signatures were judged when it was sent and when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ApprovalsDocument {
    /// The number of the author's staff list.
    pub list: u64,
    /// Who drafted it.
    pub drafted: VoteDocument,
    /// Who approved it.
    pub approved: Vec<VoteDocument>,
    /// Whether it was sent without the approvals of its kind because lives were at risk.
    pub break_glass: bool,
}

/// One vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VoteDocument {
    /// The person, by pseudonymous staff number.
    pub staff: String,
    /// The office in which they voted.
    pub role: String,
    /// When, in RFC 3339.
    pub at: String,
}

impl From<&Approvals> for ApprovalsDocument {
    fn from(said: &Approvals) -> Self {
        Self {
            list: said.list,
            drafted: VoteDocument::from(&said.drafted),
            approved: said.approved.iter().map(VoteDocument::from).collect(),
            // spec: apr-7
            break_glass: said.break_glass,
        }
    }
}

impl From<&Vote> for VoteDocument {
    fn from(vote: &Vote) -> Self {
        let (staff, role) = (vote.staff.as_str().to_owned(), vote.role.text().to_owned());
        Self { staff, role, at: vote.at.to_string() }
    }
}
