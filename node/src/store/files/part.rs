//! A file that comes from a peer, and may take several connections and several runs of the node to come.
//!
//! What stands below a multiple of [`STEP_BYTES`] was synced before anything was written above it, so that a start knows
//! from the length alone what a power cut cannot have torn, and cuts the rest off.

use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::digest::Running;
use concord_protocol::envelope::file;

use crate::store::disk::Disk;
use crate::store::disk::DiskFile;
use crate::store::disk::Opening;
use crate::store::files;
use crate::store::files::Coming;
use crate::store::files::FileFault;
use crate::store::files::Inner;

/// Bytes after which what came is synced: what a crash may cost.
pub(super) const STEP_BYTES: u64 = 4 * 1024 * 1024;

/// Bytes read at once when a file is hashed again.
const READ_BYTES: usize = 256 * 1024;

/// A file in hand. Dropped before [`Part::finish`], what came of it stays for the next try.
#[derive(Debug)]
pub struct Part {
    files: Arc<Inner>,
    name: Digest,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    length: u64,
    held: u64,
    digest: Running,
}

/// Cuts a part back to what a crash cannot have torn. Returns what is left.
pub(super) fn cut_back(disk: &dyn Disk, path: &Path) -> io::Result<u64> {
    let file = disk.open(path, Opening::Existing)?;
    let length = file.len()?;
    // spec: fil-11
    let sure = (length / STEP_BYTES).saturating_mul(STEP_BYTES);
    if sure < length {
        file.set_len(sure)?;
    }
    Ok(sure)
}

impl Part {
    pub(super) fn resume(
        files: Arc<Inner>,
        digest: Digest,
        length: u64,
    ) -> Result<Self, FileFault> {
        file::plain_len(length)?;
        let max = files.settings.file_bytes;
        if length > max {
            return Err(FileFault::TooLong { max });
        }
        files.make_folder()?;
        match files.in_hand().entry(digest) {
            Entry::Occupied(_) => return Err(FileFault::Busy),
            Entry::Vacant(free) => free.insert(Coming::Wanted),
        };
        Self::open(&files, digest, length).inspect_err(|_| {
            files.in_hand().remove(&digest);
        })
    }

    fn open(files: &Arc<Inner>, name: Digest, length: u64) -> Result<Self, FileFault> {
        let path = files.part(&name);
        let opened = match files.disk.open(&path, Opening::Existing) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                files.disk.open(&path, Opening::New)
            }
            opened => opened,
        };
        let file = opened.map_err(|error| FileFault::of_disk(error, files))?;
        let hashed = hash(file.as_ref()).map_err(|error| FileFault::of_disk(error, files))?;
        let (digest, held) = hashed;
        Ok(Self { files: Arc::clone(files), name, path, file, length, held, digest })
    }

    /// Sealed bytes that are here: where the peer goes on.
    pub const fn held(&self) -> u64 {
        self.held
    }

    /// Sealed bytes that the file has.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they are more than the file has, there is no room, or the disk fails; then drop it.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), FileFault> {
        let more = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.held.saturating_add(more) > self.length {
            return Err(FileFault::Longer);
        }
        while !bytes.is_empty() {
            let step = STEP_BYTES.saturating_sub(self.held % STEP_BYTES);
            let now = usize::try_from(step).unwrap_or(usize::MAX).min(bytes.len());
            let (now, later) = bytes.split_at_checked(now).unwrap_or((bytes, &[]));
            self.put(now)?;
            bytes = later;
        }
        Ok(())
    }

    /// Once the file was removed nothing more of it is written.
    fn still_wanted(&self) -> Result<(), FileFault> {
        match self.files.in_hand().get(&self.name) {
            Some(Coming::Wanted) => Ok(()),
            Some(Coming::Ended) | None => Err(FileFault::Absent),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        self.still_wanted()?;
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.files.claim(count)?;
        let written = self.file.write_at(bytes, self.held);
        written.map_err(|error| {
            self.files.give_back(count);
            FileFault::of_disk(error, &self.files)
        })?;
        self.digest.take(bytes);
        self.held = self.held.saturating_add(count);
        if self.held.is_multiple_of(STEP_BYTES) {
            // spec: fil-11
            self.file.sync().map_err(|error| FileFault::of_disk(error, &self.files))?;
        }
        Ok(())
    }

    /// Gives the file its name, if it is whole and the one that its digest names; else removes it.
    ///
    /// # Errors
    /// When it is another file, or shorter; or the disk fails.
    // spec: fil-11
    pub fn finish(mut self) -> Result<(), FileFault> {
        self.still_wanted()?;
        if self.held < self.length {
            return Err(FileFault::Shorter);
        }
        if std::mem::take(&mut self.digest).digest() != self.name {
            let ended = files::end(self.files.disk.as_ref(), &self.path);
            self.files.give_back(self.held);
            ended.map_err(|error| FileFault::of_disk(error, &self.files))?;
            return Err(FileFault::OtherDigest);
        }
        self.file.sync().map_err(|error| FileFault::of_disk(error, &self.files))?;
        self.files.publish(&self.path, &self.name)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        self.files.in_hand().remove(&self.name);
    }
}

/// Hashes what is there, and says how much it is.
fn hash(file: &dyn DiskFile) -> io::Result<(Running, u64)> {
    let (mut digest, mut at) = (Running::new(), 0_u64);
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = file.read_at(&mut buffer, at)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok((digest, at));
        };
        digest.take(bytes);
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}
