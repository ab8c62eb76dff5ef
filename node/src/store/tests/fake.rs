//! A disk and an embedded store in memory that forget, tear, fill up and fail as they are told.
//!
//! What a file holds after a crash: everything that was synced, and of what was written since, any part that chance
//! picks. Names that were not synced with their folder may be gone too.
//! A process that is killed leaves everything as it is, synced or not. A sync that fails forgets what it was to sync, as
//! kernels do: the next one succeeds over what never arrived.

#![expect(
    clippy::unwrap_in_result,
    reason = "a poisoned lock ends the test, whatever the function gives"
)]

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::io;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::rows::Keys;
use crate::store::rows::Mark;
use crate::store::rows::Order;
use crate::store::rows::Row;
use crate::store::rows::Rows;
use crate::store::rows::RowsError;
use crate::store::rows::Shelf;

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

#[derive(Clone, Debug, Default)]
struct Contents {
    /// As the process sees it.
    now: Vec<u8>,
    /// As it would be after a crash, if nothing more arrived.
    synced: Vec<u8>,
    /// Sectors that the next sync takes to the disk.
    dirty: BTreeSet<usize>,
    /// Whether the name would be there.
    named: bool,
}

impl Contents {
    fn durable(bytes: Vec<u8>) -> Self {
        Self { now: bytes.clone(), synced: bytes, dirty: BTreeSet::new(), named: true }
    }

    /// What was written since the last sync arrives.
    fn sync(&mut self) {
        self.synced.resize(self.now.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let from = self.now.chunks(SECTOR).nth(sector).unwrap_or_default();
            let to = self.synced.chunks_mut(SECTOR).nth(sector).unwrap_or_default();
            to.copy_from_slice(from);
        }
    }
}

type Shared = Arc<Mutex<Contents>>;

/// How many calls of each kind were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) writes: u64,
    pub(crate) syncs: u64,
    pub(crate) folder_syncs: u64,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<PathBuf, Shared>,
    folders: Vec<PathBuf>,
}

/// What goes wrong, and what is counted.
#[derive(Debug)]
struct Trouble {
    writes: AtomicU64,
    syncs: AtomicU64,
    folder_syncs: AtomicU64,
    read_bytes: AtomicU64,
    /// Calls until one fails; `u64::MAX` for never.
    fail_after: AtomicU64,
    capacity: AtomicU64,
}

impl Default for Trouble {
    fn default() -> Self {
        Self {
            writes: AtomicU64::new(0),
            syncs: AtomicU64::new(0),
            folder_syncs: AtomicU64::new(0),
            read_bytes: AtomicU64::new(0),
            fail_after: AtomicU64::new(u64::MAX),
            capacity: AtomicU64::new(u64::MAX),
        }
    }
}

/// The disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeDisk {
    state: Arc<Mutex<State>>,
    trouble: Arc<Trouble>,
}

#[derive(Debug)]
struct FakeFile {
    contents: Shared,
    disk: FakeDisk,
}

impl FakeDisk {
    /// Calls so far.
    pub(crate) fn counts(&self) -> Counts {
        Counts {
            writes: self.trouble.writes.load(Ordering::Relaxed),
            syncs: self.trouble.syncs.load(Ordering::Relaxed),
            folder_syncs: self.trouble.folder_syncs.load(Ordering::Relaxed),
        }
    }

    /// Bytes read so far.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.trouble.read_bytes.load(Ordering::Relaxed)
    }

    /// Fails every write and sync after this many more.
    pub(crate) fn fail_after(&self, calls: u64) {
        self.trouble.fail_after.store(calls, Ordering::Relaxed);
    }

    /// Lets the disk hold so many bytes.
    pub(crate) fn set_capacity(&self, bytes: u64) {
        self.trouble.capacity.store(bytes, Ordering::Relaxed);
    }

    /// Bytes in all files.
    pub(crate) fn used(&self) -> u64 {
        let state = self.state.lock().unwrap();
        state
            .files
            .values()
            .map(|file| u64::try_from(file.lock().unwrap().now.len()).unwrap())
            .sum()
    }

    /// The machine loses power: what is left. `chance` picks what of the unsynced arrived all the same.
    pub(crate) fn crash(&self, mut chance: impl FnMut() -> u64) -> Self {
        let left = Self::default();
        let state = self.state.lock().unwrap();
        let mut after = left.state.lock().unwrap();
        after.folders.clone_from(&state.folders);
        for (path, contents) in &state.files {
            let contents = contents.lock().unwrap();
            if !contents.named && chance().is_multiple_of(2) {
                continue;
            }
            let bytes = torn(&contents, &mut chance);
            after.files.insert(path.clone(), Arc::new(Mutex::new(Contents::durable(bytes))));
        }
        drop(after);
        left
    }

    /// The process dies and the machine lives: everything written is there, and no more durable than it was.
    pub(crate) fn kill(&self) -> Self {
        let left = Self::default();
        let state = self.state.lock().unwrap();
        let mut after = left.state.lock().unwrap();
        after.folders.clone_from(&state.folders);
        for (path, contents) in &state.files {
            let contents = contents.lock().unwrap().clone();
            after.files.insert(path.clone(), Arc::new(Mutex::new(contents)));
        }
        drop(after);
        left
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, path: &Path) -> Vec<u8> {
        self.state.lock().unwrap().files[path].lock().unwrap().now.clone()
    }

    /// Puts bytes in a file behind everyone's back.
    pub(crate) fn put(&self, path: &Path, bytes: Vec<u8>) {
        let contents = Contents::durable(bytes);
        self.state.lock().unwrap().files.insert(path.to_path_buf(), Arc::new(Mutex::new(contents)));
    }

    /// Takes a file away behind everyone's back.
    pub(crate) fn take(&self, path: &Path) {
        self.state.lock().unwrap().files.remove(path);
    }

    /// Files whose path ends so, sorted.
    pub(crate) fn paths(&self, suffix: &str) -> Vec<PathBuf> {
        let state = self.state.lock().unwrap();
        state
            .files
            .keys()
            .filter(|path| path.to_string_lossy().ends_with(suffix))
            .cloned()
            .collect()
    }

    fn step(&self) -> io::Result<()> {
        let left = self.trouble.fail_after.load(Ordering::Relaxed);
        match left {
            u64::MAX => Ok(()),
            0 => Err(io::Error::other("told to fail")),
            _ => {
                self.trouble.fail_after.store(left - 1, Ordering::Relaxed);
                Ok(())
            }
        }
    }
}

/// Some sectors of what was not synced arrived, others did not; the length is one of the two.
fn torn(contents: &Contents, chance: &mut impl FnMut() -> u64) -> Vec<u8> {
    if contents.now == contents.synced {
        return contents.synced.clone();
    }
    let len = match chance() % 3 {
        0 => contents.synced.len(),
        1 => contents.now.len(),
        _ => {
            let (low, high) = (contents.synced.len().min(contents.now.len()), contents.now.len());
            low + usize::try_from(chance()).unwrap_or(0) % (high - low + 1)
        }
    };
    let mut bytes = contents.synced.clone();
    bytes.resize(len, 0);
    for (number, sector) in bytes.chunks_mut(SECTOR).enumerate() {
        let arrived = contents.now.get(number * SECTOR..).unwrap_or_default();
        if chance().is_multiple_of(2) {
            sector.iter_mut().zip(arrived).for_each(|(to, from)| *to = *from);
        }
    }
    bytes
}

impl Disk for FakeDisk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock().unwrap();
        let contents = match (opening, state.files.get(path)) {
            (Opening::Existing, None) => return Err(ErrorKind::NotFound.into()),
            (Opening::Existing, Some(contents)) => Arc::clone(contents),
            (Opening::New, Some(contents)) => {
                contents.lock().unwrap().now.clear();
                Arc::clone(contents)
            }
            (Opening::New, None) => {
                let contents = Shared::default();
                state.files.insert(path.to_path_buf(), Arc::clone(&contents));
                contents
            }
        };
        drop(state);
        Ok(Box::new(FakeFile { contents, disk: self.clone() }))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.state.lock().unwrap().folders.push(path.to_path_buf());
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.step()?;
        self.trouble.folder_syncs.fetch_add(1, Ordering::Relaxed);
        let state = self.state.lock().unwrap();
        for (_, contents) in state.files.iter().filter(|(file, _)| file.parent() == Some(path)) {
            contents.lock().unwrap().named = true;
        }
        drop(state);
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.state.lock().unwrap();
        let inside = state.files.keys().filter(|file| file.parent() == Some(folder));
        Ok(inside.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock().unwrap();
        let contents = state.files.remove(from).ok_or(ErrorKind::NotFound)?;
        // A rename is taken to be durable at once: the tests of names are those of new files.
        contents.lock().unwrap().named = true;
        state.files.insert(to.to_path_buf(), contents);
        drop(state);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let removed = self.state.lock().unwrap().files.remove(path);
        removed.map(|_| ()).ok_or_else(|| ErrorKind::NotFound.into())
    }

    fn available(&self, _folder: &Path) -> io::Result<u64> {
        Ok(self.trouble.capacity.load(Ordering::Relaxed).saturating_sub(self.used()))
    }
}

impl DiskFile for FakeFile {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.contents.lock().unwrap().now.len()).unwrap())
    }

    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let contents = self.contents.lock().unwrap();
        let there = contents.now.get(usize::try_from(at).unwrap()..).unwrap_or_default();
        let read = into.iter_mut().zip(there).map(|(to, from)| *to = *from).count();
        drop(contents);
        let count = u64::try_from(read).unwrap();
        self.disk.trouble.read_bytes.fetch_add(count, Ordering::Relaxed);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.disk.step()?;
        self.disk.trouble.writes.fetch_add(1, Ordering::Relaxed);
        let at = usize::try_from(at).unwrap();
        let grown = (at + bytes.len()).saturating_sub(self.contents.lock().unwrap().now.len());
        if self.disk.available(Path::new("/"))? < u64::try_from(grown).unwrap() {
            return Err(ErrorKind::StorageFull.into());
        }
        let mut contents = self.contents.lock().unwrap();
        let end = contents.now.len().max(at + bytes.len());
        contents.now.resize(end, 0);
        contents.now[at..at + bytes.len()].copy_from_slice(bytes);
        contents.dirty.extend(at / SECTOR..(at + bytes.len()).div_ceil(SECTOR));
        drop(contents);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.step()?;
        self.contents.lock().unwrap().now.resize(usize::try_from(len).unwrap(), 0);
        Ok(())
    }

    fn punch(&self, _: u64, _: u64) -> io::Result<()> {
        self.disk.step()
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        if self.disk.available(Path::new("/"))? < len {
            return Err(ErrorKind::StorageFull.into());
        }
        self.set_len(len)
    }

    fn sync(&self) -> io::Result<()> {
        let mut contents = self.contents.lock().unwrap();
        if let Err(failed) = self.disk.step() {
            contents.dirty.clear();
            return Err(failed);
        }
        self.disk.trouble.syncs.fetch_add(1, Ordering::Relaxed);
        contents.sync();
        drop(contents);
        Ok(())
    }
}

#[derive(Clone, Debug, Default)]
struct Kept {
    batches: Vec<(Vec<Row>, Mark)>,
    flushed: usize,
}

/// An embedded store that keeps a prefix of its batches over a crash, at least what was flushed.
#[derive(Clone, Debug, Default)]
pub(crate) struct FakeShelf {
    kept: Arc<Mutex<Kept>>,
    /// Whether it opens.
    pub(crate) broken: bool,
    pub(crate) set_aside: Arc<AtomicU64>,
}

#[derive(Debug)]
struct FakeRows {
    kept: Arc<Mutex<Kept>>,
    table: Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl FakeShelf {
    /// What is left after a crash: all that was flushed, and of the rest as much as chance says.
    pub(crate) fn crash(&self, chance: u64) -> Self {
        let kept = self.kept.lock().unwrap();
        let unflushed = kept.batches.len() - kept.flushed;
        let len = kept.flushed + usize::try_from(chance).unwrap_or(0) % (unflushed + 1);
        let kept = Kept { batches: kept.batches[..len].to_vec(), flushed: len };
        Self { kept: Arc::new(Mutex::new(kept)), ..Self::default() }
    }

    /// Loses some rows of the newest batches and keeps their mark: what a power cut may do to sled.
    pub(crate) fn lose_unflushed_rows(&self) {
        let mut kept = self.kept.lock().unwrap();
        let flushed = kept.flushed;
        for (rows, _) in &mut kept.batches[flushed..] {
            rows.clear();
        }
    }

    /// Becomes what another one was after its first batches.
    pub(crate) fn keep_first_of(&self, other: &Self, count: usize) {
        let batches = other.kept.lock().unwrap().batches[..count].to_vec();
        *self.kept.lock().unwrap() = Kept { flushed: batches.len(), batches };
    }

    /// Alters every batch behind everyone's back.
    pub(crate) fn alter(&self, alter: impl Fn(&mut Vec<Row>, &mut Mark)) {
        for (rows, mark) in &mut self.kept.lock().unwrap().batches {
            alter(rows, mark);
        }
    }
}

impl Shelf for FakeShelf {
    fn is_there(&self) -> bool {
        !self.kept.lock().unwrap().batches.is_empty()
    }

    fn open(&self) -> Result<Arc<dyn Rows>, RowsError> {
        if self.broken && self.set_aside.load(Ordering::Relaxed) == 0 {
            return Err(RowsError::Panicked);
        }
        let batches = self.kept.lock().unwrap().batches.clone();
        let table = batches.into_iter().flat_map(|(rows, _)| rows).collect();
        Ok(Arc::new(FakeRows { kept: Arc::clone(&self.kept), table: Mutex::new(table) }))
    }

    fn set_aside(&self) -> io::Result<PathBuf> {
        *self.kept.lock().unwrap() = Kept::default();
        let number = self.set_aside.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(PathBuf::from(format!("store.damaged-{number}")))
    }
}

impl Rows for FakeRows {
    fn commit(&self, rows: Vec<Row>, mark: Mark) -> Result<(), RowsError> {
        self.table.lock().unwrap().extend(rows.iter().cloned());
        self.kept.lock().unwrap().batches.push((rows, mark));
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, RowsError> {
        Ok(self.table.lock().unwrap().get(key).cloned())
    }

    fn range(&self, keys: &Keys, order: Order, limit: usize) -> Result<Vec<Row>, RowsError> {
        let table = self.table.lock().unwrap();
        let rows = table
            .range(keys.from.clone()..keys.until.clone())
            .map(|(key, value)| (key.clone(), value.clone()));
        Ok(match order {
            Order::Ascending => rows.take(limit).collect(),
            Order::Descending => rows.rev().take(limit).collect(),
        })
    }

    fn mark(&self) -> Result<Option<Mark>, RowsError> {
        Ok(self.kept.lock().unwrap().batches.last().map(|(_, mark)| *mark))
    }

    fn flush(&self) -> Result<(), RowsError> {
        let mut kept = self.kept.lock().unwrap();
        kept.flushed = kept.batches.len();
        drop(kept);
        Ok(())
    }

    fn close(&self) -> Result<(), RowsError> {
        self.flush()
    }

    fn give_up(&self) {}
}
