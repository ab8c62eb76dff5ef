//! Sealed files beside messages: a folder by content address, written whole or not at all.
//!
//! Uses `disk`, `entropy`, `protocol::envelope::file`. A file gets its name, the SHA-256 of its sealed bytes, once it is
//! whole, synced and has that digest; before it is a draft (being sealed here) or a part (coming from a peer).
//! One file in hand takes the memory of a chunk or two. Every function here waits for the disk.
//!
//! | name | what | at a start |
//! |---|---|---|
//! | `<digest>` | a whole sealed file | kept |
//! | `<digest>.<agency>.part` | what came of one so far from that agency | cut back to what is surely on the disk |
//! | `<number>.draft` | one that is being sealed | removed |
//!
//! A write that fails ends that file and nothing else: nobody was told of it yet, and its bytes are not trusted later.
//! What two members send under one digest are two parts, so that neither spoils what the other sends. In memory stand,
//! for each part, what was hashed of it, and for each whole file of another member, whose it is.
//! Absent on purpose: keys, which stand in bodies; who may have a file, and when one ends.

pub mod draft;
pub mod found;
pub mod part;
pub mod reader;
mod shares;

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

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::stream::FileKey;
use concord_protocol::envelope::file::BadLength;
use concord_protocol::ids::AgencyId;

use crate::entropy;
use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::Opening;
use crate::store::files::draft::Draft;
use crate::store::files::found::FilesFound;
use crate::store::files::found::Named;
use crate::store::files::part::Hashed;
use crate::store::files::part::Part;
use crate::store::files::reader::PlainFile;
use crate::store::files::reader::SealedBytes;
use crate::store::files::shares::Refused;
use crate::store::files::shares::Shares;

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
    /// The room that is left is not for whose file it is.
    #[error(
        "there is no room for the file: {used} of {total} bytes for files are taken, and what is left is kept for the files of other members"
    )]
    NoShare {
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
            Self::NoRoom { .. } | Self::NoShare { .. } => Some(
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
    /// Number of the next draft.
    next_draft: AtomicU64,
    /// Whose files take how much.
    shares: Mutex<Shares>,
    /// Every part, by what it is to become and by who sends it.
    parts: Mutex<BTreeMap<Digest, BTreeMap<AgencyId, Coming>>>,
}

/// How a part stands.
#[derive(Debug)]
enum Coming {
    /// Nobody has it in hand. What was hashed of it; after a start it has to be hashed once.
    Resting(Option<Box<Hashed>>),
    /// Somebody has it in hand.
    Wanted,
    /// It was removed while somebody had it in hand: nothing more of it is taken.
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
        let mut shares = Shares::of(settings.total_bytes);
        let mut parts = BTreeMap::<Digest, BTreeMap<AgencyId, Coming>>::new();
        for name in disk.names(folder)? {
            let path = folder.join(&name);
            match Named::of(&name) {
                Some(Named::Whole) => {
                    let length = disk.open(&path, Opening::Existing)?.len()?;
                    shares.add(None, length);
                    found.whole = found.whole.saturating_add(1);
                }
                Some(Named::Part(digest, author)) => {
                    let kept = part::cut_back(disk.as_ref(), &path)?;
                    shares.add(Some(&author), kept);
                    parts.entry(digest).or_default().insert(author, Coming::Resting(None));
                    found.parts = found.parts.saturating_add(1);
                }
                Some(Named::Unusable) => {
                    disk.remove(&path)?;
                    found.drafts = found.drafts.saturating_add(1);
                }
                // None of ours: left alone.
                None => {}
            }
        }
        if found.drafts > 0 {
            disk.sync_folder(folder)?;
        }
        (found.bytes, _) = shares.usage();
        let inner = Inner {
            disk,
            folder: folder.to_path_buf(),
            settings,
            next_draft: AtomicU64::new(0),
            shares: Mutex::new(shares),
            parts: Mutex::new(parts),
        };
        Ok((Self { inner: Arc::new(inner) }, found))
    }

    /// Assures each other member, and this node's agency, of its share of the room.
    // spec: fil-16
    pub fn divide(&self, others: &[AgencyId]) {
        self.inner.shares().divide(others);
    }

    /// Takes note that a whole file is here because a message of that member names it.
    // spec: fil-16
    pub fn belongs(&self, digest: Digest, author: &AgencyId, length: u64) {
        self.inner.shares().belongs(digest, author, length);
    }

    /// Begins a file under a fresh key: plain bytes go in, a sealed file comes out.
    ///
    /// # Errors
    /// Without room or randomness.
    // spec: fil-10
    pub fn draft(&self) -> Result<Draft, FileFault> {
        Draft::begin(Arc::clone(&self.inner))
    }

    /// Begins or continues a file that its author sends, of so many sealed bytes. [`Part::held`] says where it goes on.
    ///
    /// # Errors
    /// When no file has this length, it is longer than this node takes, or somebody else has it in hand.
    // spec: fil-11, fil-22
    pub fn receive(
        &self,
        (digest, length): (Digest, u64),
        author: &AgencyId,
    ) -> Result<Part, FileFault> {
        Part::resume(Arc::clone(&self.inner), (digest, author.clone()), length)
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

    /// The sealed bytes of a file that is here; `None` when it is not, or not whole.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn whole(&self, digest: &Digest) -> Result<Option<u64>, FileFault> {
        self.inner.length(&self.inner.whole(digest))
    }

    /// Sealed bytes that came of a file from its author so far.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn came(&self, digest: &Digest, author: &AgencyId) -> Result<u64, FileFault> {
        Ok(self.inner.length(&self.inner.part(digest, author))?.unwrap_or(0))
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
        // First of all: a part that comes at the moment gets no name any more.
        let parts = inner.end_parts(digest);
        let mut ended = inner.end(&inner.whole(digest))?;
        if let Some(length) = ended {
            inner.shares().ended(digest, length);
        }
        for author in parts {
            let part = inner.end(&inner.part(digest, &author))?;
            if let Some(length) = part {
                inner.shares().give_back(Some(&author), length);
            }
            ended = ended.or(part);
        }
        if ended.is_some() {
            let synced = inner.disk.sync_folder(&inner.folder);
            synced.map_err(|error| FileFault::of_disk(error, inner))?;
        }
        Ok(())
    }

    /// Ends what came of a file from one author, unless somebody has it in hand: the file is here from elsewhere.
    ///
    /// # Errors
    /// When the disk does not allow it.
    pub fn leave(&self, digest: &Digest, author: &AgencyId) -> Result<(), FileFault> {
        part::leave(&self.inner, digest, author)
    }

    /// Bytes that all files take, and how many they may.
    pub fn usage(&self) -> (u64, u64) {
        self.inner.shares().usage()
    }

    /// Bytes that the files of each other member take.
    pub fn usage_by_member(&self) -> Vec<(AgencyId, u64)> {
        self.inner.shares().by_member()
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

    fn part(&self, digest: &Digest, author: &AgencyId) -> PathBuf {
        self.folder.join(format!("{digest}.{author}.{PART}"))
    }

    fn length(&self, path: &Path) -> Result<Option<u64>, FileFault> {
        match self.disk.open(path, Opening::Existing).and_then(|file| file.len()) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileFault::of_disk(error, self)),
        }
    }

    fn end(&self, path: &Path) -> Result<Option<u64>, FileFault> {
        end(self.disk.as_ref(), path).map_err(|error| FileFault::of_disk(error, self))
    }

    /// Lets nothing more be taken of the parts of a file. Returns whose they are.
    fn end_parts(&self, digest: &Digest) -> Vec<AgencyId> {
        let mut parts = self.parts();
        let Some(of_file) = parts.get_mut(digest) else { return Vec::new() };
        let authors = of_file.keys().cloned().collect();
        of_file.retain(|_, coming| matches!(coming, Coming::Wanted | Coming::Ended));
        of_file.values_mut().for_each(|coming| *coming = Coming::Ended);
        if of_file.is_empty() {
            parts.remove(digest);
        }
        authors
    }

    /// Makes the folder before the first file.
    fn make_folder(&self) -> Result<(), FileFault> {
        let made = self.disk.make_folder(&self.folder);
        made.map_err(|error| FileFault::of_disk(error, self))
    }

    /// Speaks for so many bytes of a member's file, or of this node's own, or says that there is no room for them.
    // spec: fil-14
    fn claim(&self, owner: Option<&AgencyId>, bytes: u64) -> Result<(), FileFault> {
        let needed = self.settings.low_bytes.saturating_add(bytes);
        if self.disk.available(&self.folder).is_ok_and(|available| available < needed) {
            return Err(self.no_room());
        }
        let claimed = self.shares().claim(owner, bytes);
        claimed.map_err(|refused| match refused {
            Refused::Full => self.no_room(),
            Refused::Reserved => {
                let (used, total) = self.shares().usage();
                FileFault::NoShare { used, total }
            }
        })
    }

    fn give_back(&self, owner: Option<&AgencyId>, bytes: u64) {
        self.shares().give_back(owner, bytes);
    }

    fn no_room(&self) -> FileFault {
        let (used, total) = self.shares().usage();
        FileFault::NoRoom { used, total }
    }

    /// Gives a synced file its name. From here on it is there.
    fn publish(&self, from: &Path, digest: &Digest) -> Result<(), FileFault> {
        let named = self.disk.rename(from, &self.whole(digest));
        named
            .and_then(|()| self.disk.sync_folder(&self.folder))
            .map_err(|error| FileFault::of_disk(error, self))
    }

    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn parts(&self) -> MutexGuard<'_, BTreeMap<Digest, BTreeMap<AgencyId, Coming>>> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Files({})", self.folder.display())
    }
}
