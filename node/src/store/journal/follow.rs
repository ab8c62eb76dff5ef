//! Reads what is committed, entry by entry, while the writer goes on: the source of what mirrors keep.
//!
//! Uses `journal::scan`. Never reads beyond the last entry whose commit returned, so it meets no half-written frame
//! and takes no lock. Absent on purpose: where bodies stand; a mirror keeps no bodies.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::codec;
use serde_bytes::ByteBuf;

use crate::store::disk::Disk;
use crate::store::entry::Entry;
use crate::store::format::Life;
use crate::store::journal::Position;
use crate::store::journal::scan::Found;
use crate::store::journal::scan::JournalError;
use crate::store::journal::scan::Scan;

/// The journal, for reading.
#[derive(Clone, Debug)]
pub struct Follower {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) folder: PathBuf,
    pub(crate) life: Life,
    /// Number of the last entry whose commit returned.
    pub(crate) durable: Arc<AtomicU64>,
}

/// How far a reader has come.
#[derive(Clone, Copy, Debug)]
pub struct Cursor {
    after: u64,
    hint: Option<Position>,
}

impl Cursor {
    /// Begins after the entry with this number.
    pub const fn after(sequence: u64) -> Self {
        Self { after: sequence, hint: None }
    }
}

/// One commit, without its bodies.
#[derive(Clone, Debug)]
pub struct Committed {
    /// Its number.
    pub sequence: u64,
    /// Its encoded records, in the order in which they are applied.
    pub records: Vec<ByteBuf>,
}

impl Committed {
    /// Bytes of its records.
    pub fn bytes(&self) -> usize {
        self.records.iter().map(|record| record.len().saturating_add(8)).sum()
    }
}

impl Follower {
    /// Number of the last entry whose commit returned.
    pub fn durable(&self) -> u64 {
        self.durable.load(Ordering::Acquire)
    }

    /// The next entries, until they have `bytes` or more, or there is none.
    ///
    /// # Errors
    /// When the journal cannot be read on; it was whole when the node started.
    pub fn read(&self, cursor: &mut Cursor, bytes: usize) -> Result<Vec<Committed>, JournalError> {
        let durable = self.durable();
        let mut entries: Vec<Committed> = Vec::new();
        if cursor.after >= durable {
            return Ok(entries);
        }
        let from = (cursor.after, cursor.hint);
        let mut scan = Scan::begin(self.disk.as_ref(), &self.folder, self.life, from)?;
        let mut taken: usize = 0;
        while scan.place().sequence < durable && taken < bytes {
            let Found::Frame(place, payload) = scan.next()? else { break };
            let entry: Entry = codec::decode(&payload).map_err(|_| JournalError::Damaged {
                path: self.folder.join(super::name(place.segment)),
                at: place.offset,
            })?;
            let committed = Committed { sequence: place.sequence, records: entry.records };
            taken = taken.saturating_add(committed.bytes());
            entries.push(committed);
        }
        let place = scan.place();
        *cursor = Cursor { after: place.sequence, hint: Some(place) };
        Ok(entries)
    }
}
