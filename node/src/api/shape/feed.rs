//! Feeds of indicators in JSON: how far each is here, what is listed about one indicator, what an originator may send.

use concord_protocol::feed::op::Does;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::message::field::Field as _;
use concord_protocol::message::intelligence::feed_entry::Recommended;
use concord_protocol::message::legal_basis::LegalBasisRef;
use serde::Deserialize;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::shape::header::AttachmentDocument;
use crate::host::feeds::Known;
use crate::host::feeds::author::PreparedChange;
use crate::host::feeds::author::PreparedList;
use crate::host::feeds::order::Order;
use crate::host::feeds::orders::OptIn;
use crate::host::feeds::orders::Standing;
use crate::host::handle::feeds::Because;
use crate::host::handle::feeds::Listing;
use crate::host::handle::feeds::LookUp;

/// What a list of indicators is called beside a message. Source: spec fed-3.
pub const MEDIA_TYPE: &str = "application/vnd.concord.feed";

/// One feed, as this node holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feed {
    /// Its procedure.
    pub procedure: String,
    /// How its originator calls it; absent while no snapshot of it could be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed_id: Option<String>,
    /// `infrastructure` or `accounts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Who keeps it.
    pub originator: String,
    /// `open` or `closed`.
    pub stage: String,
    /// The number of its last change.
    pub seq: u64,
    /// The root over its entries at that number.
    pub root_hash: String,
    /// The number at which this node has its entries; absent while it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entries_seq: Option<u64>,
    /// How many entries of each kind there are at that number.
    pub count_by_type: Vec<FeedCount>,
    /// Disputes that wait for a decision.
    pub disputes: usize,
    /// Who has asked for what was missed.
    pub asked: Vec<FeedAsked>,
    /// Why the entries do not reach the last number; absent when they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<FeedWaits>,
    /// Who said that the node asks for what is missing; absent where nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<FeedOrder>,
    /// Who had the own Party block what the feed recommends to block; absent where nobody did, and for the node's own feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opted_in: Option<FeedOptIn>,
    /// What a `feed-gap-request` of this node would ask for; absent when nothing is missing, and for the node's own feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<FeedMissing>,
}

/// An officer's standing order to follow a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedOrder {
    /// Staff number of the officer, who answers for each request.
    pub officer: String,
    /// In which time zone the officer works.
    pub zone: String,
    /// On which instrument the requests rest; absent where they rest on what the feed's newest list rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// Since when. RFC 3339, UTC.
    pub since: String,
    /// Why the node did not take its own request the last time; absent when it did, or none was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// That the own Party blocks what a feed recommends to block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedOptIn {
    /// Staff number of the officer who decided that.
    pub officer: String,
    /// Since when. RFC 3339, UTC.
    pub since: String,
}

/// How many of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedCount {
    /// Which kind of identifier.
    pub indicator: String,
    /// How many.
    pub count: u64,
}

/// Who asks for what was missed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedAsked {
    /// Who.
    pub agency: String,
    /// Up to which number; absent when the whole is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_seq: Option<u64>,
}

/// What stands in the way of a feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedWaits {
    /// The message whose list it is, by digest.
    pub message: String,
    /// A registered code of lists; `file-awaited` or `body-gone` where something of the message is not here; `no-place` while its
    /// originator has four other feeds that are searched.
    pub code: String,
    /// The id of the entry at fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// Why, for people.
    pub why: String,
}

/// What would be asked for: fields of a `feed-gap-request`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedMissing {
    /// `deltas` or `snapshot`.
    pub wanted: String,
    /// The last number that is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_seq: Option<u64>,
    /// The number that has to be reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_seq: Option<u64>,
}

/// Every feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedList {
    /// By procedure.
    pub items: Vec<Feed>,
}

/// What feeds list about one indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorLookUp {
    /// The identifier in its one form.
    pub identifier: serde_json::Value,
    /// Every entry about it that is not over.
    pub listings: Vec<IndicatorListing>,
    /// How many entries about it have expired.
    pub expired: usize,
    /// Feeds, by procedure, whose entries are not those of their last number: something may be missing or out of date.
    pub behind: Vec<String>,
    /// Places of the leaves that record the reading, where it was one of accounts.
    pub log_indexes: Vec<u64>,
}

/// One entry about an indicator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IndicatorListing {
    /// The procedure of its feed.
    pub procedure: String,
    /// How its originator calls the feed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed_id: Option<String>,
    /// Who keeps it.
    pub originator: String,
    /// The number at which this node has the feed.
    pub seq: u64,
    /// Since which number the entry is listed so.
    pub since_seq: u64,
    /// What is recommended now: `block`, `warn`, `monitor` or `do-not-touch`; `listed` where that would be to block, and the own
    /// Party does not take part in the feed.
    pub recommended: String,
    /// Why: the entry is `listed` so, is `disputed`, a dispute about it was `decided`, or the own Party has `not-opted-in`.
    pub because: String,
    /// The entry.
    pub entry: serde_json::Value,
}

/// A file with the key that opens it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FeedFile {
    /// SHA-256 of the sealed file.
    pub digest: String,
    /// Its length in bytes.
    pub length: u64,
    /// Its key.
    pub key: String,
}

/// Keeps the key silent.
impl core::fmt::Debug for FeedFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "FeedFile({})", self.digest)
    }
}

/// What the body of a `feed-snapshot` needs beside `feed_id`, and the attachment that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparedSnapshot {
    /// `infrastructure` or `accounts`.
    pub class: String,
    /// The number.
    pub seq: u64,
    /// The root over the entries.
    pub root_hash: String,
    /// How many entries of each kind.
    pub count_by_type: Vec<FeedCount>,
    /// The file.
    pub entries: FeedFile,
    /// The same file, for `attachments`.
    pub attachment: AttachmentDocument,
}

/// What the body of a `feed-delta` needs, and the attachment that belongs to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparedDelta {
    /// The feed.
    pub feed_id: String,
    /// `infrastructure` or `accounts`.
    pub class: String,
    /// The number that it starts from.
    pub from_seq: u64,
    /// The number that it leads to.
    pub to_seq: u64,
    /// The root where it starts.
    pub prev_hash: String,
    /// The root to which it leads.
    pub root_hash: String,
    /// Where the changes are.
    pub ops: PreparedOps,
    /// How many changes of which sort; not part of the body.
    pub changes: Vec<ChangeCount>,
    /// The same file, for `attachments`.
    pub attachment: AttachmentDocument,
}

/// Where changes are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PreparedOps {
    /// In this file.
    pub attached: FeedFile,
}

/// How many changes of one sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangeCount {
    /// `add`, `update`, `withdraw` or `expire`.
    pub change: String,
    /// How many.
    pub count: u64,
}

impl Feed {
    /// A feed as an agency sees it.
    pub fn new(
        known: &Known,
        own: &str,
        (order, opt_in): (Option<&Standing>, Option<&OptIn>),
    ) -> Self {
        let table = known.table.as_ref();
        let originator = known.originator.to_string();
        let is_missing = !known.closed && !known.is_whole() && originator != own;
        Self {
            procedure: known.procedure.to_string(),
            feed_id: known.feed_id.as_ref().map(ToString::to_string),
            class: known.class.map(|class| class.text().to_owned()),
            stage: if known.closed { "closed" } else { "open" }.to_owned(),
            seq: known.head.seq,
            root_hash: known.head.root.to_string(),
            entries_seq: table.map(|table| table.at.seq),
            count_by_type: table.map_or_else(Vec::new, |table| counts(&table.counts)),
            disputes: known.disputes.open_ones().len(),
            asked: known
                .asked
                .iter()
                .map(|(agency, to_seq)| FeedAsked { agency: agency.to_string(), to_seq: *to_seq })
                .collect(),
            waits: known.waits.as_ref().map(|waits| FeedWaits {
                message: waits.message.to_string(),
                code: waits.code.to_owned(),
                entry: waits.entry.clone(),
                why: waits.why.clone(),
            }),
            order: order.map(|standing| FeedOrder {
                officer: standing.order.officer.as_str().to_owned(),
                zone: standing.order.zone.as_str().to_owned(),
                legal_basis: stated(&standing.order),
                since: standing.order.since.to_string(),
                refused: standing.refused.as_ref().map(|(_, why)| why.clone()),
            }),
            opted_in: opt_in.map(|OptIn { officer, since }| FeedOptIn {
                officer: officer.as_str().to_owned(),
                since: since.to_string(),
            }),
            missing: is_missing.then(|| FeedMissing::of(known)),
            originator,
        }
    }
}

/// The law that an officer stated with an order, in one line.
fn stated(order: &Order) -> Option<String> {
    let LegalBasisRef { kind, instrument, article } = order.legal_basis.as_ref()?;
    let article = article.as_ref().map(|article| format!(", {}", article.as_str()));
    Some(format!("{kind}: {}{}", instrument.as_str(), article.unwrap_or_default()))
}

impl FeedMissing {
    /// Changes where there is a table that they can lead on, and the whole where there is none.
    // spec: fed-22
    fn of(known: &Known) -> Self {
        match &known.table {
            Some(table) if table.at.seq < known.head.seq => Self {
                wanted: "deltas".to_owned(),
                from_seq: Some(table.at.seq),
                to_seq: Some(known.head.seq),
            },
            Some(_) | None => Self { wanted: "snapshot".to_owned(), from_seq: None, to_seq: None },
        }
    }
}

fn counts<T: core::fmt::Display>(counts: &[(T, u64)]) -> Vec<FeedCount> {
    let count = |(indicator, count): &(T, u64)| FeedCount {
        indicator: indicator.to_string(),
        count: *count,
    };
    counts.iter().map(count).collect()
}

impl IndicatorLookUp {
    /// What was found about an identifier.
    pub fn new(identifier: serde_json::Value, up: &LookUp) -> Self {
        Self {
            identifier,
            listings: up.listings.iter().map(IndicatorListing::from).collect(),
            expired: up.expired,
            behind: up.behind.iter().map(|feed| feed.procedure.to_string()).collect(),
            log_indexes: up.logged.iter().map(|leaf| leaf.get()).collect(),
        }
    }
}

impl From<&Listing> for IndicatorListing {
    fn from(listing: &Listing) -> Self {
        let entry = listing.listed.entry().map(|entry| serde_json::to_value(entry.write()));
        Self {
            procedure: listing.feed.procedure.to_string(),
            feed_id: listing.feed.feed_id.as_ref().map(ToString::to_string),
            originator: listing.feed.originator.to_string(),
            seq: listing.at.seq,
            since_seq: listing.since,
            recommended: listing.recommended.map_or("listed", Recommended::text).to_owned(),
            because: match listing.because {
                Because::Listed => "listed",
                Because::Disputed => "disputed",
                Because::Decided => "decided",
                Because::NotOptedIn => "not-opted-in",
            }
            .to_owned(),
            // An entry of a table was read from bytes that hold one.
            entry: entry.map(Result::unwrap_or_default).unwrap_or_default(),
        }
    }
}

impl From<&SealedFile> for FeedFile {
    fn from(file: &SealedFile) -> Self {
        Self {
            digest: file.digest.to_string(),
            length: file.length,
            key: String::from(file.key.text().as_str()),
        }
    }
}

fn attachment(file: &SealedFile) -> AttachmentDocument {
    AttachmentDocument {
        digest: file.digest.to_string(),
        length: file.length,
        media_type: MEDIA_TYPE.to_owned(),
    }
}

impl From<&PreparedList> for PreparedSnapshot {
    fn from(list: &PreparedList) -> Self {
        Self {
            class: list.class.text().to_owned(),
            seq: list.seq,
            root_hash: list.root.to_string(),
            count_by_type: counts(&list.counts),
            entries: FeedFile::from(&list.file),
            attachment: attachment(&list.file),
        }
    }
}

impl From<&PreparedChange> for PreparedDelta {
    fn from(change: &PreparedChange) -> Self {
        let count = |(does, count): &(Does, u64)| ChangeCount {
            change: does.text().to_owned(),
            count: *count,
        };
        Self {
            feed_id: change.feed_id.to_string(),
            class: change.class.text().to_owned(),
            from_seq: change.seq.0,
            to_seq: change.seq.1,
            prev_hash: change.root.0.to_string(),
            root_hash: change.root.1.to_string(),
            ops: PreparedOps { attached: FeedFile::from(&change.file) },
            changes: change.counts.iter().map(count).collect(),
            attachment: attachment(&change.file),
        }
    }
}
