//! What is asked about lists of indicators.

use std::sync::Arc;

use concord_protocol::feed::sort::Sorter;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::identifier::Identifier;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::text::StaffNumber;
use tokio::sync::OwnedMutexGuard;

use crate::api::ask::Answer;
use crate::host::feeds::Known;
use crate::host::feeds::author;
use crate::host::feeds::author::PrepareError;
use crate::host::feeds::author::PreparedChange;
use crate::host::feeds::author::PreparedList;
use crate::host::feeds::order::Given;
use crate::host::feeds::orders::OptIn;
use crate::host::feeds::orders::OrderError;
use crate::host::feeds::orders::Standing;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::host::handle::feeds::LookUp;
use crate::host::handle::feeds::Reading;

/// Feeds, look-ups, and what an author prepares.
pub trait AskFeeds {
    /// Every feed that the node has messages of.
    ///
    /// # Errors
    /// While the tables of the last run are being opened.
    fn feeds(&self) -> Result<Vec<Arc<Known>>, ReadError>;

    /// One feed.
    ///
    /// # Errors
    /// When there is none, or as [`Ask::feeds`].
    fn feed(&self, procedure: &ProcedureId) -> Result<Arc<Known>, ReadError>;

    /// Takes an officer's order to follow a feed.
    ///
    /// # Errors
    /// When the feed is not another agency's, or has ended, or the order cannot be written.
    fn follow(&self, procedure: ProcedureId, given: Given) -> Result<(), OrderError>;

    /// Ends the order about a feed.
    ///
    /// # Errors
    /// When there is none, or the file cannot be written.
    fn unfollow(&self, procedure: &ProcedureId) -> Result<(), OrderError>;

    /// Has the own Party take part in what a feed recommends to block.
    ///
    /// # Errors
    /// When the feed is not another agency's, or has ended, or the order cannot be written.
    fn opt_in(&self, procedure: ProcedureId, officer: StaffNumber) -> Result<(), OrderError>;

    /// Ends that.
    ///
    /// # Errors
    /// When it does not take part, or the file cannot be written.
    fn opt_out(&self, procedure: &ProcedureId) -> Result<(), OrderError>;

    /// Since when it takes part, and by whose order.
    fn opted_in(&self, procedure: &ProcedureId) -> Option<OptIn>;

    /// The order about a feed.
    fn order(&self, procedure: &ProcedureId) -> Option<Standing>;

    /// What every feed lists about an indicator; a look-up of an account is logged as a reading before.
    fn look_up(
        &self,
        identifier: Identifier,
        reading: Option<Reading>,
    ) -> Answer<'_, Result<LookUp, ReadError>>;

    /// The place of the one list that may be made at a time; `None` while another one is.
    fn feed_desk(&self) -> Option<OwnedMutexGuard<()>>;

    /// Makes the file of a snapshot.
    ///
    /// # Errors
    /// When the file cannot be made, or the feed is not this node's.
    fn prepare_list(
        &self,
        entries: Sorter,
        of: (FeedClass, Option<ProcedureId>),
    ) -> Result<PreparedList, PrepareError>;

    /// Makes the file of a change.
    ///
    /// # Errors
    /// When the changes do not fit the feed, the node does not hold it, or it is not this node's.
    fn prepare_change(
        &self,
        procedure: ProcedureId,
        wanted: author::Wanted,
    ) -> Result<PreparedChange, PrepareError>;
}

impl AskFeeds for Handle {
    fn feeds(&self) -> Result<Vec<Arc<Known>>, ReadError> {
        Self::feeds(self)
    }

    fn feed(&self, procedure: &ProcedureId) -> Result<Arc<Known>, ReadError> {
        Self::feed(self, procedure)
    }

    fn follow(&self, procedure: ProcedureId, given: Given) -> Result<(), OrderError> {
        Self::follow(self, procedure, given)
    }

    fn unfollow(&self, procedure: &ProcedureId) -> Result<(), OrderError> {
        Self::unfollow(self, procedure)
    }

    fn opt_in(&self, procedure: ProcedureId, officer: StaffNumber) -> Result<(), OrderError> {
        Self::opt_in(self, procedure, officer)
    }

    fn opt_out(&self, procedure: &ProcedureId) -> Result<(), OrderError> {
        Self::opt_out(self, procedure)
    }

    fn opted_in(&self, procedure: &ProcedureId) -> Option<OptIn> {
        Self::opted_in(self, procedure)
    }

    fn order(&self, procedure: &ProcedureId) -> Option<Standing> {
        Self::order(self, procedure)
    }

    fn look_up(
        &self,
        identifier: Identifier,
        reading: Option<Reading>,
    ) -> Answer<'_, Result<LookUp, ReadError>> {
        Box::pin(Self::look_up(self, identifier, reading))
    }

    fn feed_desk(&self) -> Option<OwnedMutexGuard<()>> {
        Self::feed_desk(self)
    }

    fn prepare_list(
        &self,
        entries: Sorter,
        of: (FeedClass, Option<ProcedureId>),
    ) -> Result<PreparedList, PrepareError> {
        Self::prepare_list(self, entries, of)
    }

    fn prepare_change(
        &self,
        procedure: ProcedureId,
        wanted: author::Wanted,
    ) -> Result<PreparedChange, PrepareError> {
        Self::prepare_change(self, procedure, wanted)
    }
}
