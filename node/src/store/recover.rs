//! Starting is recovering: what is found in a node directory, compared, repaired where that loses nothing, or refused.
//!
//! Uses everything below `store`. The journal is the truth; the embedded store is made equal to it; the head file says
//! whether the journal itself is the newest. What cannot be decided without loss is refused with a remedy.
//! Absent on purpose: healing from peers, and the decision to go on after a restore; both are the host's.

pub(crate) mod replay;

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::aead::ContentKey;

use crate::entropy;
use crate::store::CommitError;
use crate::store::StoreSettings;
use crate::store::bodies::Bodies;
use crate::store::bodies::Tail;
use crate::store::disk::Disk;
use crate::store::files::found::FilesFound;
use crate::store::format;
use crate::store::format::FORMAT;
use crate::store::format::FormatFound;
use crate::store::format::Life;
use crate::store::head;
use crate::store::head::HEAD_MAGIC;
use crate::store::head::HeadFinding;
use crate::store::head::Newest;
use crate::store::journal;
use crate::store::journal::Journal;
use crate::store::journal::scan::JournalError;
use crate::store::lock::LockError;
use crate::store::recover::replay::Replayed;
use crate::store::reserve::Reserve;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::rows::Shelf;
use crate::store::slots::Slots;
use crate::store::slots::SlotsError;
use crate::store::twin::Twin;
use crate::store::twin::TwinFound;

/// Why a node directory cannot be used. Nothing in it was changed, unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the directory.
    #[error("another process has the node directory{}", pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked {
        /// Its number, if it wrote one.
        pid: Option<u32>,
    },
    /// The directory was written by a program that this one does not know.
    #[error("the disk format is version {found}, this program knows version {FORMAT}")]
    UnknownFormat {
        /// The version found.
        found: u32,
    },
    /// The format file says nothing that can be understood.
    #[error("the format file cannot be understood")]
    BadFormat,
    /// There are data, and no format file.
    #[error("the node directory has data and no format file")]
    NoFormat,
    /// The operating system refuses a file.
    #[error("use {path}")]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The journal cannot be read.
    #[error("read the journal")]
    Journal(#[from] JournalError),
    /// There are data, and no journal.
    #[error("the node directory has data and no journal")]
    NoJournal,
    /// Acknowledged records are missing at the end of the journal.
    #[error("the journal ends with record {found}, and record {known} was acknowledged")]
    JournalShort {
        /// The last record found.
        found: u64,
        /// The newest record that something else remembers.
        known: u64,
    },
    /// A journal record holds, and means nothing to this program.
    #[error("the journal record {sequence} cannot be understood")]
    Entry {
        /// Which.
        sequence: u64,
    },
    /// The leaves do not have the root that the node signed.
    #[error("the leaves in the journal do not have the signed root")]
    Tree,
    /// The key slots are not ours.
    #[error("the key slots are damaged or another node's")]
    Slots,
    /// The storage key is not the one that the directory was made with.
    #[error("the storage key is not the one of this directory")]
    WrongStorageKey,
    /// The embedded store does not work even when it is new.
    #[error("make the embedded store")]
    Rows(#[from] RowsError),
    /// Bodies that were erased could not be destroyed.
    #[error("finish the erasures that a crash interrupted")]
    Destruction(#[source] Box<CommitError>),
    /// No randomness.
    #[error("begin a new store")]
    Entropy(#[from] entropy::NoEntropy),
}

impl OpenError {
    /// What the operator can do now.
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Locked { .. } => "stop the other process, or give this one another directory",
            Self::UnknownFormat { .. } => {
                "start the version of concord that wrote the directory, or upgrade this one"
            }
            Self::BadFormat | Self::NoFormat => {
                "restore the directory from a backup; do not write the file by hand"
            }
            Self::Unusable { .. } => {
                "check owner, permissions and health of the disk, then start again"
            }
            Self::Journal(_) | Self::NoJournal | Self::JournalShort { .. } | Self::Tree => {
                "keep the directory as it is and restore a backup into a new one; the node then asks its peers"
            }
            Self::Entry { .. } => "start the version of concord that wrote the directory last",
            Self::Slots => "restore bodies/slots from its own backup",
            Self::WrongStorageKey => "put the storage key of this directory back into keys/",
            Self::Rows(_) => {
                "check the disk; the embedded store is made again from the journal at the next start"
            }
            Self::Destruction(_) => {
                "check owner, permissions and health of the disk, then start again: the erasures are finished then"
            }
            Self::Entropy(_) => "start again when the operating system gives randomness",
        }
    }
}

/// What was found and done at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// How the embedded store was.
    pub rows: RowsFinding,
    /// Journal records applied to it now.
    pub replayed: u64,
    /// Bytes of an unfinished record that were cut off the journal; it had not been acknowledged.
    pub torn_bytes: u64,
    /// Whether the bodies and their keys are there.
    pub bodies: BodiesFinding,
    /// The files beside messages.
    pub files: FilesFound,
    /// What the head file says. Unless it may sign, the store takes no new head before `accept_head`.
    pub head: HeadFinding,
}

/// How the embedded store was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowsFinding {
    /// The directory is new.
    Fresh,
    /// It was as the journal says, or only behind.
    Kept,
    /// It was made again from the whole journal.
    Rebuilt {
        /// Why.
        cause: RowsFault,
        /// Where the old one is now; `None` when there was none.
        aside: Option<PathBuf>,
    },
}

/// Why the embedded store was made again from the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsFault {
    /// It was not there.
    Gone,
    /// It could not be opened or read.
    Damaged,
    /// It belongs to another life.
    Foreign,
    /// It did not have the tree that was signed.
    OtherTree,
}

/// Whether the bodies and their keys are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodiesFinding {
    /// As far as can be seen without reading them.
    Present,
    /// The key slots are gone: no body from before can be opened.
    KeysGone,
    /// The newest body segment is gone or too short.
    SegmentShort,
}

/// Everything that an open store holds.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) life: Life,
    pub(crate) rows: Arc<dyn Rows>,
    pub(crate) journal: Journal,
    pub(crate) bodies: Bodies,
    pub(crate) slots: Slots,
    pub(crate) reserve: Reserve,
    pub(crate) head: Option<Twin<{ head::HEAD_BYTES }>>,
    pub(crate) mark: Twin<{ replay::MARK_BYTES }>,
    pub(crate) newest: Newest,
    pub(crate) tail: Tail,
}

/// The places in a node directory.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) dir: PathBuf,
    pub(crate) journal: PathBuf,
    pub(crate) bodies: PathBuf,
    pub(crate) files: PathBuf,
    pub(crate) state: PathBuf,
    pub(crate) beginning: Beginning,
}

/// What may be there when a journal begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beginning {
    /// Nothing: a new node.
    Bare,
    /// The bodies of the log before.
    OverBodies,
}

impl Places {
    /// The places in this directory.
    pub(crate) fn of(dir: &Path) -> Self {
        let place = |name: &str| dir.join(name);
        Self {
            dir: dir.to_path_buf(),
            journal: place("journal"),
            bodies: place("bodies"),
            files: place("files"),
            state: place("state"),
            beginning: Beginning::Bare,
        }
    }

    /// The places of the next log of the node in this directory, while its store is built in `next`.
    pub(crate) fn of_next(dir: &Path, next: &Path) -> Self {
        let beginning = Beginning::OverBodies;
        let (journal, state) = (next.join("journal"), next.join("state"));
        Self { journal, state, beginning, ..Self::of(dir) }
    }

    /// The head file: outside the backups.
    pub(crate) fn head(&self) -> PathBuf {
        self.state.join("head")
    }

    /// The mark file: beside the journal, and backed up with it.
    pub(crate) fn mark(&self) -> PathBuf {
        self.journal.join("mark")
    }

    /// Left by a process that found the embedded store damaged while it ran.
    pub(crate) fn unfit(&self) -> PathBuf {
        self.journal.join("rows-unfit")
    }

    fn slots(&self) -> PathBuf {
        self.bodies.join("slots")
    }
}

/// Opens a directory whose lock is held.
pub(crate) fn recover(
    disk: &dyn Disk,
    shelf: &dyn Shelf,
    (places, settings): (&Places, &StoreSettings),
    storage: ContentKey,
) -> Result<(Parts, Recovered), OpenError> {
    let life = life_of(disk, places)?;
    for folder in [&places.journal, &places.bodies, &places.state] {
        disk.make_folder(folder).map_err(unusable(folder))?;
        // spec: store-18
        disk.sync_folder(folder).map_err(unusable(folder))?;
    }
    disk.sync_folder(&places.dir).map_err(unusable(&places.dir))?;
    // The state folder may hold only what is outside the backups, so the reserve stands there.
    let reserve = Reserve::new(places.state.clone(), settings.reserve_bytes, settings.low_bytes);
    reserve.keep(disk);
    let head_found =
        Twin::read(disk, &places.head(), HEAD_MAGIC, life).map_err(unusable(&places.head()))?;
    let unbegun = journal::is_unbegun(disk, &places.journal).map_err(unusable(&places.journal))?;
    let slots = open_slots(disk, places, (life, storage))?;
    if unbegun {
        begin(disk, places, life, &head_found)?;
    }
    // Before the embedded store takes it, which would take a record that is gone later for one that was acknowledged.
    let marked = replay::durable_mark(disk, &places.mark(), life)?;
    journal::settle_last(disk, &places.journal, life, marked)?;
    let replayed = replay::replay(disk, shelf, (places, life), &head_found)?;
    let Replayed { rows, end, torn_bytes, newest, tail, .. } = &replayed;
    let finding = replay::head_finding(&head_found, &replayed)?;
    let journal =
        Journal::resume(disk, &places.journal, life, *end).map_err(unusable(&places.journal))?;
    let bodies =
        Bodies::resume(disk, &places.bodies, life, *tail).map_err(unusable(&places.bodies))?;
    let bodies_found = match (tail.slot, &slots, bodies.is_at_tail()) {
        (1.., Err(_), _) => BodiesFinding::KeysGone,
        (1.., Ok(_), false) => BodiesFinding::SegmentShort,
        _ => BodiesFinding::Present,
    };
    let slots = match slots {
        Ok(slots) => slots,
        Err(storage) => make_slots(disk, places, (life, storage))?,
    };
    let mark_now = replay::mark_bytes(replayed.durable);
    let mark = Twin::resume(disk, &places.mark(), (replay::MARK_MAGIC, life), &mark_now);
    let recovered = Recovered {
        rows: if unbegun { RowsFinding::Fresh } else { replayed.finding.clone() },
        replayed: replayed.count,
        torn_bytes: *torn_bytes,
        bodies: bodies_found,
        files: FilesFound::default(),
        head: finding,
    };
    let head = match finding.may_sign() {
        true => Some(open_head(disk, places, life, newest)?),
        false => None,
    };
    let mark = mark.map_err(unusable(&places.mark()))?;
    let (newest, tail, rows) = (*newest, *tail, Arc::clone(rows));
    Ok((Parts { life, rows, journal, bodies, slots, reserve, head, mark, newest, tail }, recovered))
}

/// Opens the head file for writing; makes it if it is not there.
pub(crate) fn open_head(
    disk: &dyn Disk,
    places: &Places,
    life: Life,
    newest: &Newest,
) -> Result<Twin<{ head::HEAD_BYTES }>, OpenError> {
    let path = places.head();
    Twin::resume(disk, &path, (HEAD_MAGIC, life), &newest.to_bytes()).map_err(unusable(&path))
}

/// Reads the format, which comes before everything else; begins a new life in a directory without data.
fn life_of(disk: &dyn Disk, places: &Places) -> Result<Life, OpenError> {
    if let Some(life) = known_life(disk, places)? {
        return Ok(life);
    }
    for folder in [&places.journal, &places.bodies] {
        if !disk.names(folder).map_err(unusable(folder))?.is_empty() {
            return Err(OpenError::NoFormat);
        }
    }
    let life = Life::from_bytes(entropy::draw()?);
    format::write(disk, &places.dir, life).map_err(unusable(&places.dir))?;
    Ok(life)
}

/// The life that the format file names; `None` without one.
pub(crate) fn known_life(disk: &dyn Disk, places: &Places) -> Result<Option<Life>, OpenError> {
    // spec: store-1
    match format::read(disk, &places.dir).map_err(unusable(&places.dir))? {
        FormatFound::Known(life) => Ok(Some(life)),
        FormatFound::Unknown(found) => Err(OpenError::UnknownFormat { found }),
        FormatFound::Unreadable => Err(OpenError::BadFormat),
        FormatFound::Missing => Ok(None),
    }
}

/// Why the lock of a directory was not had.
pub(crate) fn not_locked(dir: &Path, error: LockError) -> OpenError {
    match error {
        LockError::Held(pid) => OpenError::Locked { pid },
        LockError::Unusable(source) => OpenError::Unusable { path: dir.join("lock"), source },
    }
}

/// Begins the journal and the head file of a new life, unless something says that there was a journal.
fn begin(
    disk: &dyn Disk,
    places: &Places,
    life: Life,
    found: &TwinFound<{ head::HEAD_BYTES }>,
) -> Result<(), OpenError> {
    let had_bodies = disk.names(&places.bodies).map_err(unusable(&places.bodies))?;
    let had_data = match found {
        TwinFound::Missing if places.beginning == Beginning::OverBodies => false,
        TwinFound::Missing => had_bodies.iter().any(|name| name != "slots"),
        TwinFound::Held(content) => Newest::from_bytes(content).sequence > 0,
        TwinFound::Damaged | TwinFound::Foreign => true,
    };
    if had_data {
        return Err(OpenError::NoJournal);
    }
    // The head file comes first: from the first record on, a missing one means that it was taken away.
    open_head(disk, places, life, &Newest::none())?;
    Journal::create(disk, &places.journal, life).map_err(unusable(&places.journal))?;
    Ok(())
}

/// The slot file; the storage key comes back when there is none.
fn open_slots(
    disk: &dyn Disk,
    places: &Places,
    key: (Life, ContentKey),
) -> Result<Result<Slots, ContentKey>, OpenError> {
    let path = places.slots();
    Slots::open(disk, &path, key).map_err(|error| match error {
        SlotsError::Unusable(source) => OpenError::Unusable { path, source },
        SlotsError::Damaged | SlotsError::Foreign => OpenError::Slots,
        SlotsError::WrongKey => OpenError::WrongStorageKey,
    })
}

fn make_slots(
    disk: &dyn Disk,
    places: &Places,
    key: (Life, ContentKey),
) -> Result<Slots, OpenError> {
    let path = places.slots();
    Slots::create(disk, &path, key, &entropy::draw()?).map_err(unusable(&path))
}

/// Names the path in an error of the operating system.
pub(crate) fn unusable(path: &Path) -> impl FnOnce(io::Error) -> OpenError + use<> {
    let path = path.to_path_buf();
    move |source| OpenError::Unusable { path, source }
}
