//! Sealed files beside messages: a folder by content address, written whole or not at all.
//!
//! Uses `disk`, `entropy`, `protocol::envelope::file`. A file gets its name, the SHA-256 of its sealed bytes, once it is
//! whole, synced and has that digest; before it is a draft (being sealed here) or a part (coming from a peer).
//! One file in hand takes the memory of a chunk or two. Every function here waits for the disk.
//!
//! | name | what | at a start |
//! |---|---|---|
//! | `<digest>` | a whole sealed file | kept |
//! | `<digest>.part` | what came of one so far | cut back to what is surely on the disk |
//! | `<number>.draft` | one that is being sealed | removed |
//!
//! A write that fails ends that file and nothing else: nobody was told of it yet, and its bytes are not trusted later.
//! Absent on purpose: keys, which stand in bodies; who may have a file, and when one ends.

pub mod draft;
pub mod part;
pub mod reader;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file::BadLength;

use crate::entropy;
use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::Opening;
use crate::store::files::draft::Draft;
use crate::store::files::part::Part;
use crate::store::files::reader::PlainFile;
use crate::store::files::reader::SealedBytes;

/// Ending of a file that came in part.
const PART: &str = "part";

/// Ending of a file that is being sealed.
const DRAFT: &str = "draft";

/// What an operator may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilesSettings {
    /// Longest sealed file that is made or fetched. Units: bytes.
    pub file_bytes: u64,
    /// Most that all files may take, parts and drafts among them. Units: bytes.
    pub total_bytes: u64,
    /// Free room below which no file grows. Units: bytes.
    pub low_bytes: u64,
}

impl FilesSettings {
    /// What a node has whose operator chose nothing.
    pub const USUAL: Self = Self {
        file_bytes: 1024 * 1024 * 1024,
        total_bytes: 64 * 1024 * 1024 * 1024,
        low_bytes: 128 * 1024 * 1024,
    };
}

/// How much of a file is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// All of it.
    Whole {
        /// Its sealed bytes.
        length: u64,
    },
    /// The beginning.
    Part {
        /// Sealed bytes so far.
        length: u64,
    },
    /// Nothing.
    Absent,
}

/// What was found when the folder was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FilesFound {
    /// Whole files.
    pub whole: u64,
    /// Files of which a part is here.
    pub parts: u64,
    /// Files that were being sealed when the node ended; they were removed.
    pub drafts: u64,
    /// Bytes of all that is left.
    pub bytes: u64,
}

/// Why a file could not be made, taken or read.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// It is not here, or not whole.
    #[error("the file is not here")]
    Absent,
    /// It is longer than this node takes.
    #[error("a file has at most {max} sealed bytes here")]
    TooLong {
        /// Bytes allowed.
        max: u64,
    },
    /// There is no room for it.
    #[error(
        "there is no room for the file: {used} of {total} bytes for files are taken, or the disk is nearly full"
    )]
    NoRoom {
        /// Bytes that all files take.
        used: u64,
        /// Bytes that they may.
        total: u64,
    },
    /// Somebody is writing it already.
    #[error("the file is being fetched already")]
    Busy,
    /// No file has this length.
    #[error(transparent)]
    BadLength(#[from] BadLength),
    /// A chunk does not open: another key, or changed bytes.
    #[error("chunk {chunk} does not open: the key is another file's, or its bytes were changed")]
    Unopenable {
        /// Its number, from 0.
        chunk: u64,
    },
    /// More bytes came than the file has.
    #[error("more bytes came than the file has")]
    Longer,
    /// Fewer bytes came than the file has.
    #[error("fewer bytes came than the file has")]
    Shorter,
    /// The bytes that came are not those that the digest names; they were removed.
    #[error("the bytes that came are not the file that its digest names")]
    OtherDigest,
    /// The chunk could not be sealed; never with chunks of our length.
    #[error("seal a chunk")]
    Unsealable,
    /// No randomness for the key.
    #[error("draw a key for the file")]
    Entropy(#[from] entropy::NoEntropy),
    /// The disk.
    #[error("use the folder of files")]
    Disk(#[source] io::Error),
}

impl FileFault {
    /// What the operator can do now; `None` where it is not the operator's to do.
    pub const fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::TooLong { .. } => {
                Some("send the file in pieces, or raise files_largest_mib on both sides")
            }
            Self::NoRoom { .. } => Some(
                "make room on the disk, erase what is no longer needed, or raise files_total_mib",
            ),
            Self::Disk(_) => Some("check owner, permissions and health of the disk under files/"),
            Self::Unopenable { .. } => {
                Some("take the file from a backup, or remove it so that it is fetched again")
            }
            Self::Absent
            | Self::Busy
            | Self::BadLength(_)
            | Self::Longer
            | Self::Shorter
            | Self::OtherDigest
            | Self::Unsealable
            | Self::Entropy(_) => None,
        }
    }

    fn of_disk(error: io::Error, files: &Inner) -> Self {
        if disk::is_full(&error) { files.no_room() } else { Self::Disk(error) }
    }
}

/// The files of one node. Copies share the folder; any number of threads may use it.
#[derive(Clone, Debug)]
pub struct Files {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    settings: FilesSettings,
    /// Bytes of everything in the folder.
    used: AtomicU64,
    /// Number of the next draft.
    next_draft: AtomicU64,
    /// Files that come at the moment.
    in_hand: Mutex<BTreeMap<Digest, Coming>>,
}

/// How a file stands that comes at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coming {
    /// It is wanted.
    Wanted,
    /// It was removed meanwhile: nothing more of it is taken.
    Ended,
}

impl Files {
    /// Looks through the folder, if it is there, and removes what no start can use.
    ///
    /// # Errors
    /// When the disk does not allow it.
    // spec: fil-12
    pub fn open(
        disk: Arc<dyn Disk>,
        folder: &Path,
        settings: FilesSettings,
    ) -> io::Result<(Self, FilesFound)> {
        let mut found = FilesFound::default();
        for name in disk.names(folder)? {
            let path = folder.join(&name);
            let kind = path.extension().and_then(|ending| ending.to_str());
            match kind {
                Some(DRAFT) => {
                    disk.remove(&path)?;
                    found.drafts = found.drafts.saturating_add(1);
                }
                Some(PART) => {
                    let kept = part::cut_back(disk.as_ref(), &path)?;
                    found.parts = found.parts.saturating_add(1);
                    found.bytes = found.bytes.saturating_add(kept);
                }
                None if Digest::parse(&name).is_ok() => {
                    let length = disk.open(&path, Opening::Existing)?.len()?;
                    found.whole = found.whole.saturating_add(1);
                    found.bytes = found.bytes.saturating_add(length);
                }
                // None of ours: left alone.
                Some(_) | None => {}
            }
        }
        if found.drafts > 0 {
            disk.sync_folder(folder)?;
        }
        let inner = Inner {
            disk,
            folder: folder.to_path_buf(),
            settings,
            used: AtomicU64::new(found.bytes),
            next_draft: AtomicU64::new(0),
            in_hand: Mutex::new(BTreeMap::new()),
        };
        Ok((Self { inner: Arc::new(inner) }, found))
    }

    /// Begins a file under a fresh key: plain bytes go in, a sealed file comes out.
    ///
    /// # Errors
    /// Without room or randomness.
    // spec: fil-10
    pub fn draft(&self) -> Result<Draft, FileFault> {
        Draft::begin(Arc::clone(&self.inner))
    }

    /// Begins or continues a file that a peer sends, of so many sealed bytes. [`Part::held`] says where it goes on.
    ///
    /// # Errors
    /// When no file has this length, it is longer than this node takes, or somebody else has it in hand.
    // spec: fil-11
    pub fn receive(&self, digest: Digest, length: u64) -> Result<Part, FileFault> {
        Part::resume(Arc::clone(&self.inner), digest, length)
    }

    /// Opens a whole file to read what was sealed, from any place.
    ///
    /// # Errors
    /// When it is not here.
    // spec: fil-3
    pub fn plain(&self, digest: &Digest, key: Arc<FileKey>) -> Result<PlainFile, FileFault> {
        PlainFile::open(&self.inner, digest, key)
    }

    /// Opens a whole file to hand on its sealed bytes.
    ///
    /// # Errors
    /// When it is not here.
    pub fn sealed(&self, digest: &Digest) -> Result<SealedBytes, FileFault> {
        SealedBytes::open(&self.inner, digest)
    }

    /// How much of a file is here.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn held(&self, digest: &Digest) -> Result<Held, FileFault> {
        if let Some(length) = self.inner.length(&self.inner.whole(digest))? {
            return Ok(Held::Whole { length });
        }
        let part = self.inner.length(&self.inner.part(digest))?;
        Ok(part.map_or(Held::Absent, |length| Held::Part { length }))
    }

    /// Every whole file.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn all(&self) -> Result<Vec<Digest>, FileFault> {
        let names = self.inner.disk.names(&self.inner.folder);
        let names = names.map_err(|error| FileFault::of_disk(error, &self.inner))?;
        Ok(names.iter().filter_map(|name| Digest::parse(name).ok()).collect())
    }

    /// Ends a file and what there is of it in part. When the call returns no name leads to it, and it has no bytes: also
    /// a reader that has it open reads nothing more. What is not there is gone already.
    ///
    /// # Errors
    /// When the disk does not allow it.
    // spec: fil-13
    pub fn remove(&self, digest: &Digest) -> Result<(), FileFault> {
        let inner = &self.inner;
        if let Some(coming) = inner.in_hand().get_mut(digest) {
            *coming = Coming::Ended;
        }
        let mut ended = false;
        for path in [inner.whole(digest), inner.part(digest)] {
            let removed = end(inner.disk.as_ref(), &path);
            if let Some(length) = removed.map_err(|error| FileFault::of_disk(error, inner))? {
                inner.give_back(length);
                ended = true;
            }
        }
        if ended {
            let synced = inner.disk.sync_folder(&inner.folder);
            synced.map_err(|error| FileFault::of_disk(error, inner))?;
        }
        Ok(())
    }

    /// Bytes that all files take, and how many they may.
    pub fn usage(&self) -> (u64, u64) {
        (self.inner.used.load(Ordering::Acquire), self.inner.settings.total_bytes)
    }

    /// Longest sealed file that is made or fetched, in bytes.
    pub fn largest(&self) -> u64 {
        self.inner.settings.file_bytes
    }
}

/// Empties a file, then removes it. Returns how long it was; `None` when there was none.
fn end(disk: &dyn Disk, path: &Path) -> io::Result<Option<u64>> {
    let file = match disk.open(path, Opening::Existing) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = file.len()?;
    file.set_len(0)?;
    file.sync()?;
    disk.remove(path)?;
    Ok(Some(length))
}

impl Inner {
    fn whole(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.to_string())
    }

    fn part(&self, digest: &Digest) -> PathBuf {
        self.whole(digest).with_extension(PART)
    }

    fn length(&self, path: &Path) -> Result<Option<u64>, FileFault> {
        match self.disk.open(path, Opening::Existing).and_then(|file| file.len()) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileFault::of_disk(error, self)),
        }
    }

    /// Makes the folder before the first file.
    fn make_folder(&self) -> Result<(), FileFault> {
        let made = self.disk.make_folder(&self.folder);
        made.map_err(|error| FileFault::of_disk(error, self))
    }

    /// Speaks for so many bytes, or says that there is no room for them.
    // spec: fil-14
    fn claim(&self, bytes: u64) -> Result<(), FileFault> {
        let FilesSettings { total_bytes, low_bytes, .. } = self.settings;
        let needed = low_bytes.saturating_add(bytes);
        if self.disk.available(&self.folder).is_ok_and(|available| available < needed) {
            return Err(self.no_room());
        }
        let claimed = self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, |used| {
            used.checked_add(bytes).filter(|sum| *sum <= total_bytes)
        });
        claimed.map(drop).map_err(|_| self.no_room())
    }

    fn give_back(&self, bytes: u64) {
        let less = |used: u64| Some(used.saturating_sub(bytes));
        // The closure always answers.
        self.used.fetch_update(Ordering::AcqRel, Ordering::Acquire, less).ok();
    }

    fn no_room(&self) -> FileFault {
        let used = self.used.load(Ordering::Acquire);
        FileFault::NoRoom { used, total: self.settings.total_bytes }
    }

    /// Gives a synced file its name. From here on it is there.
    fn publish(&self, from: &Path, digest: &Digest) -> Result<(), FileFault> {
        let named = self.disk.rename(from, &self.whole(digest));
        named
            .and_then(|()| self.disk.sync_folder(&self.folder))
            .map_err(|error| FileFault::of_disk(error, self))
    }

    fn in_hand(&self) -> MutexGuard<'_, BTreeMap<Digest, Coming>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.folder.display())
    }
}
