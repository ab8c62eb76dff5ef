//! What a node remembers: one journal in front of one embedded store, bodies and their keys beside them.
//!
//! Uses `protocol`, `entropy`. One thread owns the [`Store`] and commits; any number of [`read::Reader`]s read.
//! A commit is durable when the call returns, with at most three syncs: bodies, key slots, journal. The embedded store
//! is applied after that and can be made again from the journal; opening is recovering.
//!
//! | file | what | without it |
//! |---|---|---|
//! | `format` | version of the disk format, name of this life | the directory is refused |
//! | `lock` | held by the one process that may write | |
//! | `journal/*.journal` | every commit, in order | the directory is refused |
//! | `journal/mark` | up to where the embedded store is synced | more is replayed |
//! | `store/` | the embedded store: everything that is read | it is made again |
//! | `bodies/*.bodies` | sealed bodies, sealed once more | those bodies are lost |
//! | `bodies/slots` | their keys | the bodies are erased |
//! | `files/` | sealed files beside messages | the author's are asked for again; one's own are lost |
//! | `state/head` | the newest commit; outside the backups | the node must not sign |
//! | `state/witness` | what this node cosigned last of each log; outside the backups | the journal alone says so |
//! | `state/reserve` | room to give back when the disk is full | |
//!
//! Absent on purpose: the meaning of records, the clock, unsafe code, and trying again after a failed write.

pub mod backup;
pub mod bodies;
pub(crate) mod destroy;
pub mod disk;
pub mod edge;
pub mod entry;
pub mod files;
pub mod format;
pub mod head;
pub mod journal;
pub(crate) mod kind;
pub(crate) mod lock;
pub mod mirror;
pub mod read;
pub mod recover;
pub mod reserve;
pub mod rows;
pub(crate) mod schema;
pub(crate) mod sled;
pub(crate) mod slots;
pub mod stopped;
pub mod succeed;
pub(crate) mod twin;
pub mod usage;
pub mod witness;

#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::codec;
use concord_protocol::codec::Encoded;
use concord_protocol::codec::scan;
use concord_protocol::crypto::aead::ContentKey;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::LeafIndex;
use serde_bytes::ByteBuf;

use crate::entropy;
use crate::store::bodies::Bodies;
use crate::store::bodies::BodyFiles;
use crate::store::bodies::BodyIn;
use crate::store::bodies::Tail;
use crate::store::disk::Disk;
use crate::store::disk::RealDisk;
use crate::store::entry::Entry;
use crate::store::entry::Placement;
use crate::store::files::FileFault;
use crate::store::files::Files;
use crate::store::files::FilesSettings;
use crate::store::format::Life;
use crate::store::head::HEAD_BYTES;
use crate::store::head::Newest;
use crate::store::journal::Journal;
use crate::store::journal::follow::Follower;
use crate::store::lock::Lock;
use crate::store::read::Inner;
use crate::store::read::ReadError;
use crate::store::read::Reader;
use crate::store::recover::OpenError;
use crate::store::recover::Parts;
use crate::store::recover::Places;
use crate::store::recover::Recovered;
use crate::store::recover::replay;
use crate::store::recover::replay::MARK_BYTES;
use crate::store::recover::unusable;
use crate::store::reserve::Reserve;
use crate::store::reserve::Room;
use crate::store::rows::Mark;
use crate::store::rows::Row;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::rows::Shelf;
use crate::store::sled::SledShelf;
use crate::store::slots::Slots;
use crate::store::twin::Twin;

/// What an operator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// Most memory that the embedded store keeps pages in. Units: bytes.
    pub cache_bytes: u64,
    /// Size of the file that is given back when the disk is full; 0 for none. Units: bytes.
    pub reserve_bytes: u64,
    /// Free room below which no new messages are taken. Units: bytes.
    pub low_bytes: u64,
    /// Length from which a journal segment is closed and the next begun. Units: bytes.
    pub segment_bytes: u64,
    /// Bounds of files beside messages.
    pub files: FilesSettings,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            cache_bytes: 32 * 1024 * 1024,
            reserve_bytes: 64 * 1024 * 1024,
            low_bytes: 128 * 1024 * 1024,
            segment_bytes: journal::SEGMENT_BYTES,
            files: FilesSettings::USUAL,
        }
    }
}

/// What is committed together.
#[derive(Debug, Default)]
pub struct Batch {
    /// The facts, in the order in which they are applied; the head that covers the leaves comes last.
    pub records: Vec<Record>,
    /// The sealed bodies of the messages among them.
    pub bodies: Vec<BodyIn>,
}

/// A commit did not happen, or nobody knows whether it did. The store takes nothing after it; the process must stop.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// An earlier commit failed.
    #[error("the store stopped after an earlier failure")]
    Stopped,
    /// The head file does not allow this node to sign, and the batch has a signed head.
    #[error("the head file does not allow a new head")]
    HeadInDoubt,
    /// A record has no encoding, or the batch is longer than one entry may be.
    #[error("the batch cannot be written as one journal record")]
    Unwritable,
    /// No randomness for the keys of the bodies.
    #[error("draw keys for the bodies")]
    Entropy(#[from] entropy::NoEntropy),
    /// Bodies or their keys could not be written or synced.
    #[error("write the bodies")]
    Bodies(#[source] io::Error),
    /// A file beside a message could not be removed.
    #[error("remove a file")]
    Files(#[source] FileFault),
    /// The journal could not be written or synced.
    #[error("write the journal")]
    Journal(#[source] io::Error),
    /// The head or mark file could not be written.
    #[error("write the state")]
    State(#[source] io::Error),
    /// What a destruction needs to know could not be read.
    #[error("find what is to be destroyed")]
    Unreadable(#[source] Box<ReadError>),
    /// The embedded store did not take the rows; the commit itself is durable.
    #[error("apply the commit to the embedded store")]
    Rows(#[from] RowsError),
}

/// The one writer. Owned by one thread; dropping it is a crash that happens to be clean.
#[derive(Debug)]
pub struct Store {
    disk: Arc<dyn Disk>,
    places: Places,
    life: Life,
    rows: Arc<dyn Rows>,
    journal: Journal,
    bodies: Bodies,
    slots: Arc<Slots>,
    reserve: Arc<Reserve>,
    /// `None` while the head file does not allow this node to sign.
    head: Option<Twin<HEAD_BYTES>>,
    mark: Twin<MARK_BYTES>,
    newest: Newest,
    tail: Tail,
    stopped: Arc<AtomicBool>,
    /// Number of the last commit that returned.
    durable: Arc<AtomicU64>,
    reader: Reader,
    files: Files,
    /// The last erasure whose keys and bytes are destroyed.
    destroyed: Option<LeafIndex>,
    _lock: Option<Lock>,
}

impl Store {
    /// Opens a node directory, which exists, and recovers what is in it.
    ///
    /// # Errors
    /// When the directory is another process's or another version's, or when something acknowledged is missing.
    pub fn open(
        dir: &Path,
        settings: StoreSettings,
        storage: ContentKey,
    ) -> Result<(Self, Recovered), OpenError> {
        let lock = lock::take(dir).map_err(|error| recover::not_locked(dir, error))?;
        let shelf = SledShelf::new(dir.join("store"), settings.cache_bytes);
        let (store, recovered) =
            Self::open_on(Arc::new(RealDisk), &shelf, (dir, settings), storage)?;
        Ok((Self { _lock: Some(lock), ..store }, recovered))
    }

    /// Opens a node directory on a disk and an embedded store that are handed in.
    ///
    /// # Errors
    /// As [`Store::open`]; whoever hands them in keeps others away.
    pub fn open_on(
        disk: Arc<dyn Disk>,
        shelf: &dyn Shelf,
        (dir, settings): (&Path, StoreSettings),
        storage: ContentKey,
    ) -> Result<(Self, Recovered), OpenError> {
        Self::open_at(disk, shelf, (Places::of(dir), settings), storage)
    }

    /// Begins the store of the log that comes next, beside the one of the present log and over the same bodies.
    ///
    /// # Errors
    /// When the folder cannot be made or written.
    pub(crate) fn open_next(
        dir: &Path,
        settings: StoreSettings,
        storage: ContentKey,
    ) -> Result<Self, OpenError> {
        let next = succeed::prepare(dir)
            .map_err(|source| OpenError::Unusable { path: dir.join("next"), source })?;
        let shelf = SledShelf::new(next.join("store"), settings.cache_bytes);
        let settings = StoreSettings { reserve_bytes: 0, ..settings };
        let places = Places::of_next(dir, &next);
        Ok(Self::open_at(Arc::new(RealDisk), &shelf, (places, settings), storage)?.0)
    }

    fn open_at(
        disk: Arc<dyn Disk>,
        shelf: &dyn Shelf,
        (places, settings): (Places, StoreSettings),
        storage: ContentKey,
    ) -> Result<(Self, Recovered), OpenError> {
        let (parts, recovered) =
            recover::recover(disk.as_ref(), shelf, (&places, &settings), storage)?;
        let Parts { life, rows, mut journal, bodies, slots, reserve, head, mark, newest, tail } =
            parts;
        journal.close_segments_at(settings.segment_bytes);
        let (files, beside) = Files::open(Arc::clone(&disk), &places.files, settings.files)
            .map_err(unusable(&places.files))?;
        let recovered = Recovered { files: beside, ..recovered };
        let (slots, reserve, stopped) =
            (Arc::new(slots), Arc::new(reserve), Arc::new(AtomicBool::new(false)));
        let durable = Arc::new(AtomicU64::new(journal.end().sequence));
        let reader = Reader::new(Inner {
            disk: Arc::clone(&disk),
            rows: Arc::clone(&rows),
            bodies: BodyFiles::new(Arc::clone(&disk), places.bodies.clone()),
            slots: Arc::clone(&slots),
            reserve: Arc::clone(&reserve),
            stopped: Arc::clone(&stopped),
            journal: Follower {
                disk: Arc::clone(&disk),
                folder: places.journal.clone(),
                life,
                durable: Arc::clone(&durable),
            },
            unfit: places.unfit(),
        });
        let mut store = Self {
            disk,
            places,
            life,
            rows,
            journal,
            bodies,
            slots,
            reserve,
            head,
            mark,
            newest,
            tail,
            stopped,
            durable,
            reader,
            files,
            destroyed: None,
            _lock: None,
        };
        store.finish_destructions().map_err(|source| OpenError::Destruction(Box::new(source)))?;
        Ok((store, recovered))
    }

    /// Makes a batch durable, then readable. Bodies and key slots are synced before the one journal record that refers
    /// to them; from the record's sync on the batch may be acknowledged. Source: spec store-3.
    ///
    /// # Errors
    /// When anything at all fails; the store then takes nothing more, and the process must stop.
    pub fn commit(&mut self, batch: Batch) -> Result<(), CommitError> {
        self.unless_stopped(|store| store.commit_parts(batch))
    }

    /// Makes durable what mirrors gave back of this node's own past: heads that it signed before, so that a head file
    /// in doubt does not forbid them. Source: spec rst-32.
    ///
    /// # Errors
    /// As [`Store::commit`].
    // spec: rst-32
    pub fn give_back(&mut self, records: Vec<Record>) -> Result<(), CommitError> {
        self.unless_stopped(|store| {
            store.reserve.give_back_early(store.disk.as_ref());
            store.write_any(&records, Vec::new())
        })
    }

    /// Syncs the embedded store and moves the journal's mark, so that the next start replays only what comes after.
    ///
    /// To be called by the writer every few seconds, and before a clean stop. Source: spec store-10.
    ///
    /// # Errors
    /// When anything fails; the store then takes nothing more, and the process must stop.
    pub fn flush(&mut self) -> Result<(), CommitError> {
        self.unless_stopped(|store| {
            store.reserve.keep(store.disk.as_ref());
            let end = store.journal.end();
            store.rows.flush().inspect_err(|error| store.doubt_rows(error))?;
            if let Some(head) = &store.head {
                head.sync().map_err(CommitError::State)?;
            }
            store.mark.write(&replay::mark_bytes(end)).map_err(CommitError::State)?;
            store.mark.sync().map_err(CommitError::State)
        })
    }

    /// Flushes and gives the directory up: a clean stop, which makes the next start faster and nothing else.
    ///
    /// # Errors
    /// As [`Store::flush`]; the directory is given up all the same.
    pub fn close(mut self) -> Result<(), CommitError> {
        let closed = self.flush().and_then(|()| Ok(self.rows.close()?));
        // Readers may outlive the store; what they still ask is answered as by a store that stopped.
        self.stopped.store(true, Ordering::Release);
        self.rows.give_up();
        closed
    }

    /// Takes the data as they are for the newest, although the head file is missing, newer or another: the decision of
    /// the quorum or of the operator after a restore, never of this module. The old file is kept as `state/head.refused`.
    ///
    /// # Errors
    /// When the head file cannot be written.
    pub fn accept_head(&mut self) -> Result<(), OpenError> {
        if self.head.is_some() {
            return Ok(());
        }
        let path = self.places.head();
        match self.disk.rename(&path, &path.with_extension("refused")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(OpenError::Unusable { path, source: error });
            }
            Ok(()) | Err(_) => {}
        }
        self.head =
            Some(recover::open_head(self.disk.as_ref(), &self.places, self.life, &self.newest)?);
        Ok(())
    }

    /// A reader of what is committed.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The files beside messages.
    pub fn files(&self) -> Files {
        self.files.clone()
    }

    /// Whether there is room for new messages.
    pub fn room(&self) -> Room {
        self.reader.room()
    }

    /// Makes records durable whose bodies stand in the segments already: what a log takes over from the one before.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub(crate) fn commit_carried(
        &mut self,
        records: &[Record],
        placements: Vec<Placement>,
    ) -> Result<(), CommitError> {
        self.unless_stopped(|store| store.write(records, placements))
    }

    pub(crate) fn unless_stopped(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), CommitError>,
    ) -> Result<(), CommitError> {
        // spec: store-13
        if self.stopped.load(Ordering::Acquire) {
            return Err(CommitError::Stopped);
        }
        work(self).inspect_err(|_| self.stopped.store(true, Ordering::Release))?;
        self.durable.store(self.journal.end().sequence, Ordering::Release);
        Ok(())
    }

    fn commit_parts(&mut self, batch: Batch) -> Result<(), CommitError> {
        self.may_write(&batch.records)?;
        self.reserve.give_back_early(self.disk.as_ref());
        let placements = self.place(&batch.bodies)?;
        self.write(&batch.records, placements)
    }

    /// Without a head file that allows it, no new head is taken.
    fn may_write(&self, records: &[Record]) -> Result<(), CommitError> {
        let refused = head::newest_among(records).is_some() && self.head.is_none();
        if refused { Err(CommitError::HeadInDoubt) } else { Ok(()) }
    }

    fn write(&mut self, records: &[Record], placements: Vec<Placement>) -> Result<(), CommitError> {
        self.may_write(records)?;
        self.write_any(records, placements)
    }

    /// Writes also heads that the head file does not vouch for.
    fn write_any(
        &mut self,
        records: &[Record],
        placements: Vec<Placement>,
    ) -> Result<(), CommitError> {
        let head = head::newest_among(records);
        let (records, mut rows) = encoded(records)?;
        let tail = schema::rows_of_placements(&placements, self.tail, &mut rows);
        let tail = tail.ok_or(CommitError::Unwritable)?;
        rows.extend(self.destroyed_row());
        let entry = Entry { bodies: placements, records };
        let payload = codec::encode(&entry).map_err(|_| CommitError::Unwritable)?;
        // What could not be read back must not be written: the node would never start again.
        scan::check(&payload).map_err(|_| CommitError::Unwritable)?;
        // spec: store-3
        let end = self
            .journal
            .append(self.disk.as_ref(), &self.reserve, &payload)
            .map_err(CommitError::Journal)?;
        self.tail = tail;
        self.newest = Newest { sequence: end.sequence, ..head.unwrap_or(self.newest) };
        if let Some(file) = &mut self.head {
            file.write(&self.newest.to_bytes()).map_err(CommitError::State)?;
        }
        let mark = Mark { life: self.life, sequence: end.sequence };
        Ok(self.rows.commit(rows, mark).map_err(|error| self.reader.noted(error))?)
    }

    /// After a failed sync the rows can be read and are not on the disk, so the next start must not believe them. A disk
    /// that is full, or not ours to write, is no fault of the files.
    // spec: store-19
    fn doubt_rows(&self, error: &RowsError) {
        if !error.is_of_the_machine() {
            self.reader.noted(RowsError::Damaged);
        }
    }

    fn place(&mut self, bodies: &[BodyIn]) -> Result<Vec<Placement>, CommitError> {
        if bodies.is_empty() {
            return Ok(Vec::new());
        }
        let seed = zeroize::Zeroizing::new(entropy::draw::<32>()?);
        self.bodies
            .append(self.disk.as_ref(), (&self.slots, &self.reserve), bodies, &seed)
            .map_err(CommitError::Bodies)
    }
}

/// The records as the journal carries them, and the rows that they become.
fn encoded(records: &[Record]) -> Result<(Vec<ByteBuf>, Vec<Row>), CommitError> {
    let mut carried = Vec::with_capacity(records.len());
    let mut rows = Vec::with_capacity(records.len().saturating_mul(2));
    for record in records {
        let bytes = codec::encode(record).map_err(|_| CommitError::Unwritable)?;
        if bytes.len() > Record::BYTES_MAX {
            return Err(CommitError::Unwritable);
        }
        schema::rows_of_record(record, &bytes, &mut rows);
        carried.push(ByteBuf::from(bytes));
    }
    Ok((carried, rows))
}
