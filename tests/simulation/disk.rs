//! A disk in memory that forgets, tears, fills up, fails and lies as it is told.
//!
//! What a file holds after a power cut: all that was synced, and of what was written since, the sectors that chance
//! picks. Names are like the journal of a file system: those that were not synced with their folder are there up to a
//! point that chance picks. After the death of the process alone, everything that was written is there, and as unsynced
//! as before.

use std::collections::BTreeMap;
use std::io;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;

use concord_node::store::disk::Disk as NodeDisk;
use concord_node::store::disk::DiskFile;
use concord_node::store::disk::Opening;
use harness::chance::Chance;

/// Bytes that a disk writes whole or not at all.
const SECTOR: usize = 512;

/// The disk; a handle is cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    inner: Arc<Mutex<Inner>>,
}

/// What the disk is told to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// From the write or sync after so many on, each fails.
    Broken {
        /// How many still succeed.
        after: u64,
    },
    /// It holds so many bytes and no more.
    Small {
        /// Bytes.
        capacity: u64,
    },
    /// A sync says that it was done, and does nothing: a planted bug.
    Lies,
}

#[derive(Clone, Debug, Default)]
struct Inner {
    names: BTreeMap<PathBuf, FileId>,
    /// The names after a power cut, before any of `pending`.
    durable: BTreeMap<PathBuf, FileId>,
    pending: Vec<Renaming>,
    files: BTreeMap<FileId, Contents>,
    made: FileId,
    left: Option<u64>,
    capacity: Option<u64>,
    lies: bool,
}

type FileId = u64;

/// One change of a name that is not durable yet.
#[derive(Clone, Debug)]
struct Renaming {
    gone: Option<PathBuf>,
    there: Option<(PathBuf, FileId)>,
}

#[derive(Clone, Debug, Default)]
struct Contents {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Where the two may differ.
    dirty: Option<Range<usize>>,
}

#[derive(Debug)]
struct OpenFile {
    disk: Disk,
    id: FileId,
}

impl Disk {
    /// Makes trouble, besides the trouble that there is.
    pub fn trouble(&self, trouble: Trouble) {
        let mut inner = self.lock();
        match trouble {
            Trouble::Broken { after } => inner.left = Some(after),
            Trouble::Small { capacity } => inner.capacity = Some(capacity),
            Trouble::Lies => inner.lies = true,
        }
    }

    /// Ends all trouble but lies.
    pub fn repair(&self) {
        let mut inner = self.lock();
        (inner.left, inner.capacity) = (None, None);
    }

    /// Bytes in all files.
    pub fn used(&self) -> u64 {
        self.lock().used()
    }

    /// The process dies and the machine lives. Handles of the life before reach nothing of it any more.
    pub fn after_death(&self) -> Self {
        Self { inner: Arc::new(Mutex::new(self.lock().clone())) }
    }

    /// The machine loses power: what is left.
    pub fn after_power_cut(&self, chance: &mut Chance) -> Self {
        let mut left = self.lock().clone();
        let arrived = chance.below(left.pending.len() + 1);
        for renaming in left.pending.drain(..).take(arrived).collect::<Vec<_>>() {
            apply(&mut left.durable, renaming);
        }
        left.names.clone_from(&left.durable);
        let kept: Vec<FileId> = left.names.values().copied().collect();
        left.files.retain(|id, _| kept.contains(id));
        for contents in left.files.values_mut() {
            contents.tear(chance);
        }
        Self { inner: Arc::new(Mutex::new(left)) }
    }

    /// What a backup has that leaves a folder out: the same disk without it, and the folder as it is on another one.
    pub fn without_folder(&self, folder: &Path, newer: &Self) -> Self {
        let mut inner = self.lock().clone();
        inner.names.retain(|path, _| !path.starts_with(folder));
        let newer = newer.lock();
        for (path, id) in newer.names.iter().filter(|(path, _)| path.starts_with(folder)) {
            let now = newer.files[id].now.clone();
            let id = inner.next_id();
            inner.files.insert(id, Contents { synced: now.clone(), now, dirty: None });
            inner.names.insert(path.clone(), id);
        }
        inner.settle();
        drop(newer);
        Self { inner: Arc::new(Mutex::new(inner)) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }
}

impl Inner {
    fn used(&self) -> u64 {
        self.names.values().map(|id| u64::try_from(self.files[id].now.len()).unwrap()).sum()
    }

    fn next_id(&mut self) -> FileId {
        self.made += 1;
        self.made
    }

    /// Everything is as durable as it looks.
    fn settle(&mut self) {
        self.pending.clear();
        self.durable.clone_from(&self.names);
        for contents in self.files.values_mut() {
            contents.sync();
        }
    }

    /// Counts one call that changes something.
    fn step(&mut self) -> io::Result<()> {
        match &mut self.left {
            None => Ok(()),
            Some(0) => Err(io::Error::other("the disk is broken")),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }

    fn room(&self) -> u64 {
        self.capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(self.used()))
    }

    /// Names are durable in the order in which they were given; a folder's sync makes those before durable too.
    fn sync_names(&mut self, folder: &Path) {
        let last = self.pending.iter().rposition(|renaming| renaming.touches(folder));
        let durable = last.map_or(0, |last| last + 1);
        for renaming in self.pending.drain(..durable).collect::<Vec<_>>() {
            apply(&mut self.durable, renaming);
        }
    }
}

impl Renaming {
    fn touches(&self, folder: &Path) -> bool {
        let there = self.there.as_ref().map(|(path, _)| path);
        self.gone.iter().chain(there).any(|path| path.parent() == Some(folder))
    }
}

fn apply(names: &mut BTreeMap<PathBuf, FileId>, renaming: Renaming) {
    if let Some(gone) = renaming.gone {
        names.remove(&gone);
    }
    if let Some((path, id)) = renaming.there {
        names.insert(path, id);
    }
}

impl Contents {
    fn touch(&mut self, range: Range<usize>) {
        self.dirty = Some(match self.dirty.take() {
            None => range,
            Some(known) => known.start.min(range.start)..known.end.max(range.end),
        });
    }

    fn resize(&mut self, len: usize) {
        let before = self.now.len();
        self.now.resize(len, 0);
        self.touch(before.min(len)..before.max(len));
    }

    fn write(&mut self, bytes: &[u8], at: usize) {
        let end = at + bytes.len();
        if self.now.len() < end {
            self.now.resize(end, 0);
        }
        self.now[at..end].copy_from_slice(bytes);
        self.touch(at..end);
    }

    fn sync(&mut self) {
        let Some(dirty) = self.dirty.take() else { return };
        self.synced.resize(self.now.len(), 0);
        let dirty = dirty.start.min(self.now.len())..dirty.end.min(self.now.len());
        self.synced[dirty.clone()].copy_from_slice(&self.now[dirty]);
    }

    /// Some sectors of what was not synced arrived, others did not; the length is one of the two, or between them.
    fn tear(&mut self, chance: &mut Chance) {
        let Some(dirty) = self.dirty.take() else { return };
        let (low, high) =
            (self.synced.len().min(self.now.len()), self.synced.len().max(self.now.len()));
        let len = match chance.below(3) {
            0 => self.synced.len(),
            1 => self.now.len(),
            _ => low + chance.below(high - low + 1),
        };
        let mut left = self.synced.clone();
        left.resize(len, 0);
        for sector in dirty.start / SECTOR..=dirty.end / SECTOR {
            let range = (sector * SECTOR).min(len)..((sector + 1) * SECTOR).min(len);
            if chance.one_in(2) {
                let arrived = self.now.get(range.start..).unwrap_or_default();
                left[range].iter_mut().zip(arrived).for_each(|(to, from)| *to = *from);
            }
        }
        self.synced.clone_from(&left);
        self.now = left;
    }
}

impl NodeDisk for Disk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let mut inner = self.lock();
        let id = match (opening, inner.names.get(path).copied()) {
            (Opening::Existing, None) => return Err(ErrorKind::NotFound.into()),
            (Opening::Existing, Some(id)) => id,
            (Opening::New, Some(id)) => {
                inner.files.get_mut(&id).unwrap().resize(0);
                id
            }
            (Opening::New, None) => {
                let id = inner.next_id();
                inner.files.insert(id, Contents::default());
                inner.names.insert(path.to_path_buf(), id);
                let there = Some((path.to_path_buf(), id));
                inner.pending.push(Renaming { gone: None, there });
                id
            }
        };
        drop(inner);
        Ok(Box::new(OpenFile { disk: self.clone(), id }))
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.lock();
        inner.step()?;
        if !inner.lies {
            inner.sync_names(path);
        }
        drop(inner);
        Ok(())
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let inner = self.lock();
        let inside = inner.names.keys().filter(|file| file.parent() == Some(folder));
        Ok(inside.map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut inner = self.lock();
        inner.step()?;
        let id = inner.names.remove(from).ok_or(ErrorKind::NotFound)?;
        inner.names.insert(to.to_path_buf(), id);
        let there = Some((to.to_path_buf(), id));
        inner.pending.push(Renaming { gone: Some(from.to_path_buf()), there });
        drop(inner);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut inner = self.lock();
        inner.names.remove(path).ok_or(ErrorKind::NotFound)?;
        inner.pending.push(Renaming { gone: Some(path.to_path_buf()), there: None });
        drop(inner);
        Ok(())
    }

    fn available(&self, _: &Path) -> io::Result<u64> {
        Ok(self.lock().room())
    }
}

impl DiskFile for OpenFile {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.disk.lock().files[&self.id].now.len()).unwrap())
    }

    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let inner = self.disk.lock();
        let at = usize::try_from(at).unwrap();
        let there = inner.files[&self.id].now.get(at..).unwrap_or_default();
        let read = into.len().min(there.len());
        into[..read].copy_from_slice(&there[..read]);
        drop(inner);
        Ok(read)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.step()?;
        let at = usize::try_from(at).unwrap();
        let grown = (at + bytes.len()).saturating_sub(inner.files[&self.id].now.len());
        if inner.room() < u64::try_from(grown).unwrap() {
            return Err(ErrorKind::StorageFull.into());
        }
        inner.files.get_mut(&self.id).unwrap().write(bytes, at);
        drop(inner);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.step()?;
        inner.files.get_mut(&self.id).unwrap().resize(usize::try_from(len).unwrap());
        drop(inner);
        Ok(())
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        if self.disk.lock().room() < len {
            return Err(ErrorKind::StorageFull.into());
        }
        self.set_len(len)
    }

    fn punch(&self, at: u64, len: u64) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.step()?;
        let contents = inner.files.get_mut(&self.id).unwrap();
        let at = usize::try_from(at).unwrap().min(contents.now.len());
        let end = (at + usize::try_from(len).unwrap()).min(contents.now.len());
        contents.now[at..end].fill(0);
        contents.touch(at..end);
        drop(inner);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.disk.lock();
        inner.step()?;
        if !inner.lies {
            inner.files.get_mut(&self.id).unwrap().sync();
        }
        drop(inner);
        Ok(())
    }
}
