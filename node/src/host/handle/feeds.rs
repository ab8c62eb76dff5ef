//! Feeds, as officers and their programs see them: what is listed about one indicator, and how far each feed is here.

use std::sync::Arc;

use concord_protocol::feed::fault::ListFault;
use concord_protocol::feed::list::Found;
use concord_protocol::feed::listed::Listed;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::IndicatorType;
use concord_protocol::message::intelligence::feed_entry::Recommended;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::exchange::fact::FeedPoint;

use crate::clock;
use crate::host::feeds::Held;
use crate::host::feeds::Known;
use crate::host::feeds::work;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;

/// How often a table is opened again that was replaced while it was read.
const TRIES: usize = 3;

/// Who looks up an account, and for which purpose.
pub type Reading = (StaffNumber, PurposeCode);

/// One entry about an indicator.
#[derive(Clone, Debug)]
pub struct Listing {
    /// The feed.
    pub feed: Arc<Known>,
    /// At which number its table stands.
    pub at: FeedPoint,
    /// The entry.
    pub listed: Listed,
    /// Since which number it is listed so.
    pub since: u64,
    /// What is recommended now; `None` where that is to block, and the own Party does not take part in the feed.
    pub recommended: Option<Recommended>,
    /// Why.
    pub because: Because,
}

/// Where a recommendation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// The entry says so.
    Listed,
    /// The entry is disputed: it is watched at most.
    Disputed,
    /// A dispute about it was decided.
    Decided,
    /// The own Party has not opted in to block what the feed lists.
    NotOptedIn,
}

/// What is known about one indicator.
#[derive(Debug)]
pub struct LookUp {
    /// Every entry that is not over, in the order of its feed.
    pub listings: Vec<Listing>,
    /// How many entries about it have expired.
    pub expired: usize,
    /// Feeds whose entries are not those of their head: what they list may be missing.
    pub behind: Vec<Arc<Known>>,
    /// The leaves that record the reading, where it was one of personal data.
    pub logged: Vec<LeafIndex>,
}

impl Handle {
    /// Every feed that the node has messages of.
    ///
    /// # Errors
    /// While the tables of the last run are being opened.
    pub fn feeds(&self) -> Result<Vec<Arc<Known>>, ReadError> {
        let feeds = &self.around.shared.feeds;
        if feeds.is_ready() { Ok(feeds.all()) } else { Err(ReadError::Busy) }
    }

    /// One feed.
    ///
    /// # Errors
    /// When there is none, or as [`Handle::feeds`].
    pub fn feed(&self, procedure: &ProcedureId) -> Result<Arc<Known>, ReadError> {
        let feeds = self.feeds()?;
        feeds.into_iter().find(|feed| feed.procedure == *procedure).ok_or(ReadError::NotFound)
    }

    /// What every feed lists about an indicator. A look-up of an account is a reading, and logged before it is answered.
    ///
    /// # Errors
    /// When the reading may not be, or cannot be recorded; or the tables cannot be read.
    // spec: fed-17
    pub async fn look_up(
        &self,
        identifier: Identifier,
        reading: Option<Reading>,
    ) -> Result<LookUp, ReadError> {
        let class = IndicatorType::of(&identifier).map(IndicatorType::class);
        let of_class = |feed: &Arc<Known>| feed.class.is_none() || feed.class == class;
        let feeds: Vec<Arc<Known>> =
            self.feeds()?.into_iter().filter(|feed| !feed.closed && of_class(feed)).collect();
        let mut logged = Vec::new();
        if class == Some(FeedClass::Accounts) {
            let (officer, purpose) = reading.ok_or(ReadError::NotFound)?;
            for feed in &feeds {
                let Some(table) = &feed.table else { continue };
                let reading = (officer.clone(), purpose.clone());
                logged.push(self.read_accounts(table, reading).await?);
            }
        }
        let handle = self.clone();
        let found = self.around.shared.crew.disk.run(move || handle.find(&feeds, &identifier));
        let mut found = found.await.map_err(|_| ReadError::Stopping)??;
        found.logged = logged;
        Ok(found)
    }

    /// Accounts are personal data: the reading is logged as one of the snapshot that the entries rest on.
    // spec: fed-18
    async fn read_accounts(
        &self,
        table: &Held,
        (officer, purpose): Reading,
    ) -> Result<LeafIndex, ReadError> {
        self.may_read()?;
        let record = self.record(MessageName::Digest(table.base))?;
        if let Some(other) = self.other_purpose(&record, &purpose)? {
            self.check_leave(other).await?;
        }
        self.log_reading(table.base, officer, purpose).await
    }

    fn find(&self, feeds: &[Arc<Known>], identifier: &Identifier) -> Result<LookUp, ReadError> {
        let now = clock::now();
        let mut up = LookUp {
            listings: Vec::new(),
            expired: 0,
            behind: feeds.iter().filter(|feed| !feed.is_whole()).cloned().collect(),
            logged: Vec::new(),
        };
        for feed in feeds {
            // A feed whose table was lost just now is behind.
            match self.find_in(feed, identifier) {
                Some((feed, at, found)) => {
                    let feed = self.current(feed)?;
                    up.take((&feed, self.takes_part(&feed)), (at, now), found);
                }
                None if feed.table.is_some() => up.behind.push(Arc::clone(feed)),
                None => {}
            }
        }
        Ok(up)
    }

    /// Whether the own Party blocks what a feed recommends to block: its own, and where an officer said so.
    // spec: fed-24
    fn takes_part(&self, feed: &Known) -> bool {
        feed.originator == self.around.shared.me || self.opted_in(&feed.procedure).is_some()
    }

    /// What the table of a feed has; once more in the next one where it was replaced meanwhile.
    fn find_in(
        &self,
        feed: &Arc<Known>,
        identifier: &Identifier,
    ) -> Option<(Arc<Known>, FeedPoint, Vec<Found>)> {
        let feeds = &self.around.shared.feeds;
        let mut feed = Arc::clone(feed);
        for _ in 0..TRIES {
            let table = feed.table.clone()?;
            match table.list.find(identifier) {
                Ok(found) => return Some((feed, table.at, found)),
                Err(fault) => {
                    let newest = feeds.one(&feed.procedure)?;
                    if newest.table.as_ref().is_some_and(|newest| newest.file == table.file) {
                        told(&fault);
                        feeds.lose(&feed.procedure, &table.file);
                    }
                    feed = feeds.one(&feed.procedure)?;
                }
            }
        }
        None
    }

    /// The feed with its disputes as of now: a dispute counts from its acceptance on, whatever the thread is busy with.
    // spec: fed-12
    fn current(&self, feed: Arc<Known>) -> Result<Arc<Known>, ReadError> {
        let shared = &self.around.shared;
        if !shared.feeds.is_stale(&feed.procedure) {
            return Ok(shared.feeds.one(&feed.procedure).unwrap_or(feed));
        }
        let stands = work::stand(shared, feed.procedure).map_err(|_| ReadError::Stopping)?;
        Ok(match stands {
            Some((_, stands)) => Arc::new(Known {
                feed_id: feed.feed_id.clone(),
                class: feed.class,
                table: feed.table.clone(),
                ..stands
            }),
            None => feed,
        })
    }
}

fn told(fault: &ListFault) {
    tracing::warn!(
        code = fault.code.text(),
        "a table of indicators could not be read; it is made again"
    );
}

impl LookUp {
    /// Takes what one feed lists: not what is over, and with the recommendation that counts.
    // spec: fed-12, fed-24
    fn take(
        &mut self,
        (feed, takes_part): (&Arc<Known>, bool),
        (at, now): (FeedPoint, Timestamp),
        found: Vec<Found>,
    ) {
        for Found { listed, since } in found {
            if listed.valid_until <= now {
                self.expired = self.expired.saturating_add(1);
                continue;
            }
            let counts = feed.disputes.recommended(&listed.id, listed.recommended, since);
            let Some(recommended) = counts else { continue };
            let because = if feed.disputes.is_disputed(&listed.id) {
                Because::Disputed
            } else if recommended == listed.recommended {
                Because::Listed
            } else {
                Because::Decided
            };
            // Nobody blocks at the word of another agency alone.
            let is_blocked = recommended == Recommended::Block;
            let (recommended, because) = if is_blocked && !takes_part {
                (None, Because::NotOptedIn)
            } else {
                (Some(recommended), because)
            };
            let feed = Arc::clone(feed);
            self.listings.push(Listing { feed, at, listed, since, recommended, because });
        }
    }
}
