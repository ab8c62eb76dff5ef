//! What an originator needs for the body of a snapshot or of a change: a sealed file, and what is to be said of it.

use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::feed::apply;
use concord_protocol::feed::differ;
use concord_protocol::feed::fault::ListFault;
use concord_protocol::feed::list::Form;
use concord_protocol::feed::list::List;
use concord_protocol::feed::op::Does;
use concord_protocol::feed::op::Op;
use concord_protocol::feed::sink::Discard;
use concord_protocol::feed::sink::Sink as _;
use concord_protocol::feed::sort::Sorter;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::attachment::SealedFile;
use concord_protocol::message::intelligence::feed_entry::FeedClass;
use concord_protocol::message::intelligence::feed_entry::IndicatorType;
use concord_protocol::message::text::RecordRef;

use crate::clock;
use crate::host::feeds::Held;
use crate::host::feeds::Known;
use crate::host::feeds::keep::KeepError;
use crate::host::feeds::keep::Out;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;
use crate::store::files::FileFault;

/// A snapshot that can be sent.
#[derive(Debug)]
pub struct PreparedList {
    /// Its class.
    pub class: FeedClass,
    /// Its number.
    pub seq: u64,
    /// The root over its entries.
    pub root: Digest,
    /// How many of which kind.
    pub counts: Vec<(IndicatorType, u64)>,
    /// The file.
    pub file: SealedFile,
}

/// A change that can be sent.
#[derive(Debug)]
pub struct PreparedChange {
    /// How the originator calls the feed.
    pub feed_id: RecordRef,
    /// Its class.
    pub class: FeedClass,
    /// The number that it starts from, and the next one.
    pub seq: (u64, u64),
    /// The root that it starts from, and the one to which it leads.
    pub root: (Digest, Digest),
    /// How many changes of which sort.
    pub counts: Vec<(Does, u64)>,
    /// The file.
    pub file: SealedFile,
}

/// Where a change is said to come from.
#[derive(Debug)]
pub enum Wanted {
    /// These changes.
    Ops(Vec<Op>),
    /// Whatever leads to this list.
    List(Sorter),
}

/// Why nothing was prepared.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// There is no such feed, or it cannot be asked for now.
    #[error(transparent)]
    Feed(#[from] ReadError),
    /// The list does not hold.
    #[error("{0}")]
    Fault(#[from] ListFault),
    /// The feed is another agency's.
    #[error("the feed is another agency's: only its originator changes it")]
    NotOurs,
    /// The feed has ended, or the node has not all of it.
    #[error("the node does not hold the feed at its last number")]
    Behind,
    /// The list is the one that the feed has.
    #[error("nothing changes")]
    Unchanged,
    /// The file could not be made.
    #[error(transparent)]
    File(FileFault),
    /// Ours.
    #[error("the node is stopping after a fault")]
    Stopping,
}

impl From<KeepError> for PrepareError {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::File(fault) => Self::File(fault),
            KeepError::Note(_) | KeepError::Entropy(_) | KeepError::Encoding => Self::Stopping,
        }
    }
}

impl Handle {
    /// The place of the one list that may be made at a time; `None` while another one is.
    pub fn feed_desk(&self) -> Option<tokio::sync::OwnedMutexGuard<()>> {
        Arc::clone(&self.shared().feeds.desk).try_lock_owned().ok()
    }

    /// Makes the file of a snapshot. Waits for the disk.
    ///
    /// # Errors
    /// When the file cannot be made, or the feed is not this node's.
    // spec: fed-19
    pub fn prepare_list(
        &self,
        entries: Sorter,
        (class, feed): (FeedClass, Option<ProcedureId>),
    ) -> Result<PreparedList, PrepareError> {
        let seq = match feed {
            Some(procedure) => self.own_feed(&procedure)?.head.seq.saturating_add(1),
            None => 1,
        };
        let mut out = self.shared().feeds.keeper.draft_beside()?;
        let summary = written(entries.finish(&mut out), &mut out)?;
        let (root, counts) = (summary.root, summary.by_type());
        Ok(PreparedList { class, seq, root, counts, file: out.finish()? })
    }

    /// Makes the file of a change from where the node's own feed stands. Waits for the disk.
    ///
    /// # Errors
    /// When the changes do not fit the feed, the node does not hold it, or it is not this node's.
    // spec: fed-20
    pub fn prepare_change(
        &self,
        procedure: ProcedureId,
        wanted: Wanted,
    ) -> Result<PreparedChange, PrepareError> {
        let feed = self.own_feed(&procedure)?;
        let table = feed.table.clone().filter(|_| feed.is_whole()).ok_or(PrepareError::Behind)?;
        let feed_id = feed.feed_id.clone().ok_or(PrepareError::Behind)?;
        let class = table.list.summary().class;
        let ops = match wanted {
            Wanted::Ops(ops) => ops,
            Wanted::List(entries) => between(&table, entries)?,
        };
        if ops.is_empty() {
            return Err(PrepareError::Unchanged);
        }
        let changes = apply::file_of(class, &ops)?;
        let next = feed.head.seq.saturating_add(1);
        let list = List::open(changes.as_slice(), Form::Changes)?;
        let root = apply::apply(&table.list, &list, next, &mut Discard)?.root;
        let mut out = self.shared().feeds.keeper.draft_beside()?;
        let taken = out.take(&changes).map_err(ListFault::from);
        written(taken, &mut out)?;
        let count = |does: Does| {
            let count = ops.iter().filter(|op| op.does() == does).count();
            (does, u64::try_from(count).unwrap_or(u64::MAX))
        };
        Ok(PreparedChange {
            feed_id,
            class,
            seq: (feed.head.seq, next),
            root: (feed.head.root, root),
            counts: Does::ALL.map(count).to_vec(),
            file: out.finish()?,
        })
    }

    fn own_feed(&self, procedure: &ProcedureId) -> Result<Arc<Known>, PrepareError> {
        let feed = self.feed(procedure)?;
        if feed.originator != self.shared().me {
            return Err(PrepareError::NotOurs);
        }
        if feed.closed { Err(PrepareError::Behind) } else { Ok(feed) }
    }
}

/// The changes that lead from a table to a list.
fn between(table: &Held, entries: Sorter) -> Result<Vec<Op>, PrepareError> {
    let mut file = Vec::new();
    entries.finish(&mut file)?;
    let list = List::open(file.as_slice(), Form::Entries)?;
    Ok(differ::changes(&table.list, &list, clock::now())?)
}

/// What was written, or why the file took no more.
fn written<T>(made: Result<T, ListFault>, out: &mut Out) -> Result<T, PrepareError> {
    made.map_err(|fault| match out.take_failure() {
        Some(failed) => PrepareError::File(failed),
        None => PrepareError::Fault(fault),
    })
}
