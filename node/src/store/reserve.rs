//! Room on the disk: a file that is given back when the disk is full, and the answer "low" long before.
//!
//! Uses `disk`. Low means: take no new messages, go on reading, receiving receipts and logging reads.

use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::store::disk;
use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;

const RESERVE_FILE: &str = "reserve";

/// Whether new messages may be taken. Source: spec store-14.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// They may.
    Ample,
    /// The disk is nearly full.
    Low,
}

/// The reserve file and the limit above it.
#[derive(Debug)]
pub(crate) struct Reserve {
    folder: PathBuf,
    bytes: u64,
    low_bytes: u64,
    held: AtomicBool,
}

impl Reserve {
    /// The reserve in a folder, not yet held.
    pub(crate) const fn new(folder: PathBuf, bytes: u64, low_bytes: u64) -> Self {
        Self { folder, bytes, low_bytes, held: AtomicBool::new(false) }
    }

    /// Takes the reserve if it is not held and there is room for it and more.
    pub(crate) fn keep(&self, disk: &dyn Disk) {
        if self.bytes == 0 || self.held.load(Ordering::Acquire) {
            return;
        }
        let needed = self.bytes.saturating_add(self.low_bytes);
        let path = self.path();
        let found = disk.open(&path, Opening::Existing).and_then(|file| file.len()).unwrap_or(0);
        let there = found == self.bytes;
        let roomy = disk.available(&self.folder).is_ok_and(|available| available >= needed);
        if there || (roomy && self.take(disk, &path).is_ok()) {
            self.held.store(true, Ordering::Release);
        }
    }

    /// Gives the reserve back. Whether there was one to give.
    pub(crate) fn give_back(&self, disk: &dyn Disk) -> bool {
        self.held.swap(false, Ordering::AcqRel) && disk.remove(&self.path()).is_ok()
    }

    /// Gives the reserve back while there is still a little room, so that the store below never meets a full disk.
    pub(crate) fn give_back_early(&self, disk: &dyn Disk) {
        let scarce =
            disk.available(&self.folder).is_ok_and(|available| available < self.low_bytes / 4);
        if scarce {
            self.give_back(disk);
        }
    }

    /// How much room there is. A disk that does not answer has none.
    pub(crate) fn room(&self, disk: &dyn Disk) -> Room {
        // spec: store-14
        let held = self.bytes == 0 || self.held.load(Ordering::Acquire);
        match disk.available(&self.folder) {
            Ok(available) if held && available >= self.low_bytes => Room::Ample,
            Ok(_) | Err(_) => Room::Low,
        }
    }

    /// Writes; when the disk is full, gives the reserve back and writes once more.
    ///
    /// A write that found no room left nothing behind that a second one does not replace; a failed sync is another
    /// thing and is never tried again.
    pub(crate) fn write(
        &self,
        disk: &dyn Disk,
        file: &dyn DiskFile,
        bytes: &[u8],
        at: u64,
    ) -> io::Result<()> {
        match file.write_at(bytes, at) {
            Err(error) if disk::is_full(&error) && self.give_back(disk) => file.write_at(bytes, at),
            written => written,
        }
    }

    fn take(&self, disk: &dyn Disk, path: &Path) -> io::Result<()> {
        let taken = disk.open(path, Opening::New).and_then(|file| file.allocate(self.bytes));
        if taken.is_err() {
            disk.remove(path)?;
        }
        taken
    }

    fn path(&self) -> PathBuf {
        self.folder.join(RESERVE_FILE)
    }
}
