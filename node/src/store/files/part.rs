//! A file that comes from a peer, and may take several connections and several runs of the node to come.
//!
//! What stands below a multiple of [`STEP_BYTES`] was synced before anything was written above it, so that a start knows
//! from the length alone what a power cut cannot have torn, and cuts the rest off.
//! What was hashed of a part stays in memory while nobody has it in hand: a peer that comes and goes costs no reading.

use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::digest::Running;
use concord_protocol::envelope::file;
use concord_protocol::ids::AgencyId;

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
    /// What it is to become.
    name: Digest,
    /// Who sends it.
    author: AgencyId,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    length: u64,
    hashed: Hashed,
    trust: Trust,
}

/// What was hashed of a part, so that it is not read again for each connection.
#[derive(Debug, Default)]
pub(super) struct Hashed {
    digest: Running,
    /// Its bytes.
    held: u64,
}

/// Whether what was hashed is what the disk has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    /// It is.
    Sound,
    /// A write or a sync failed: the next try reads all of it.
    Broken,
    /// Nothing of the part is left.
    Over,
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
        (digest, author): (Digest, AgencyId),
        length: u64,
    ) -> Result<Self, FileFault> {
        file::plain_len(length)?;
        let max = files.settings.file_bytes;
        if length > max {
            return Err(FileFault::TooLong { max });
        }
        files.make_folder()?;
        let hashed = take_in_hand(&files, digest, &author)?;
        let path = files.part(&digest, &author);
        match open(&files, &path, hashed) {
            Ok((file, hashed)) => Ok(Self {
                files,
                name: digest,
                author,
                path,
                file,
                length,
                hashed,
                trust: Trust::Sound,
            }),
            Err(fault) => {
                let is_there = matches!(files.length(&path), Ok(Some(_)) | Err(_));
                let next = is_there.then_some(Coming::Resting(None));
                put_down(&files, (digest, &author), next);
                Err(fault)
            }
        }
    }

    /// Sealed bytes that are here: where the peer goes on.
    pub const fn held(&self) -> u64 {
        self.hashed.held
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
        if self.held().saturating_add(more) > self.length {
            return Err(FileFault::Longer);
        }
        while !bytes.is_empty() {
            let step = STEP_BYTES.saturating_sub(self.held() % STEP_BYTES);
            let now = usize::try_from(step).unwrap_or(usize::MAX).min(bytes.len());
            let (now, later) = bytes.split_at_checked(now).unwrap_or((bytes, &[]));
            self.put(now)?;
            bytes = later;
        }
        Ok(())
    }

    /// Once the file was removed nothing more of it is written.
    fn still_wanted(&self) -> Result<(), FileFault> {
        let parts = self.files.parts();
        match parts.get(&self.name).and_then(|of_file| of_file.get(&self.author)) {
            Some(Coming::Wanted) => Ok(()),
            Some(Coming::Ended | Coming::Resting(_)) | None => Err(FileFault::Absent),
        }
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileFault> {
        self.still_wanted()?;
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.files.claim(Some(&self.author), count)?;
        let written = self.file.write_at(bytes, self.held());
        written.map_err(|error| {
            self.files.give_back(Some(&self.author), count);
            self.failed(error)
        })?;
        self.hashed.digest.take(bytes);
        self.hashed.held = self.hashed.held.saturating_add(count);
        if self.held().is_multiple_of(STEP_BYTES) {
            // spec: fil-11
            self.file.sync().map_err(|error| self.failed(error))?;
        }
        Ok(())
    }

    /// What the disk did not take is not what was hashed.
    fn failed(&mut self, error: io::Error) -> FileFault {
        self.trust = Trust::Broken;
        FileFault::of_disk(error, &self.files)
    }

    /// Gives the file its name, if it is whole and the one that its digest names; else removes it.
    ///
    /// # Errors
    /// When it is another file, or shorter; or the disk fails.
    // spec: fil-11
    pub fn finish(mut self) -> Result<(), FileFault> {
        self.still_wanted()?;
        if self.held() < self.length {
            return Err(FileFault::Shorter);
        }
        if self.hashed.digest.clone().digest() != self.name {
            let ended = files::end(self.files.disk.as_ref(), &self.path);
            self.files.give_back(Some(&self.author), self.held());
            self.trust = Trust::Over;
            ended.map_err(|error| FileFault::of_disk(error, &self.files))?;
            return Err(FileFault::OtherDigest);
        }
        self.file.sync().map_err(|error| self.failed(error))?;
        self.files.publish(&self.path, &self.name).inspect_err(|_| self.trust = Trust::Broken)?;
        self.files.shares().whole(self.name, self.author.clone(), self.length);
        self.trust = Trust::Over;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let next = match (self.still_wanted(), self.trust) {
            (Err(_), _) | (Ok(()), Trust::Over) => None,
            (Ok(()), Trust::Broken) => Some(Coming::Resting(None)),
            (Ok(()), Trust::Sound) => {
                let hashed = std::mem::take(&mut self.hashed);
                Some(Coming::Resting(Some(Box::new(hashed))))
            }
        };
        put_down(&self.files, (self.name, &self.author), next);
    }
}

/// Takes a part in hand, with what was hashed of it in this run of the node.
fn take_in_hand(
    files: &Inner,
    digest: Digest,
    author: &AgencyId,
) -> Result<Option<Hashed>, FileFault> {
    let mut parts = files.parts();
    match parts.entry(digest).or_default().entry(author.clone()) {
        Entry::Vacant(free) => {
            free.insert(Coming::Wanted);
            Ok(None)
        }
        Entry::Occupied(mut there) => match there.get_mut() {
            Coming::Wanted | Coming::Ended => Err(FileFault::Busy),
            Coming::Resting(hashed) => {
                let hashed = hashed.take();
                there.insert(Coming::Wanted);
                Ok(hashed.map(|hashed| *hashed))
            }
        },
    }
}

/// Lets go of a part: it rests for the next try, or there is nothing left of it.
fn put_down(files: &Inner, (digest, author): (Digest, &AgencyId), next: Option<Coming>) {
    let mut parts = files.parts();
    let Some(of_file) = parts.get_mut(&digest) else { return };
    match next {
        Some(next) => drop(of_file.insert(author.clone(), next)),
        None => drop(of_file.remove(author)),
    }
    if of_file.is_empty() {
        parts.remove(&digest);
    }
}

/// Ends a part that nobody has in hand.
pub(super) fn leave(files: &Inner, digest: &Digest, author: &AgencyId) -> Result<(), FileFault> {
    let rests = {
        let mut parts = files.parts();
        let resting = |coming: &mut Coming| matches!(coming, Coming::Resting(_));
        let of_file = parts.get_mut(digest);
        of_file.and_then(|of_file| of_file.get_mut(author)).is_some_and(resting)
    };
    if rests {
        put_down(files, (*digest, author), None);
        if let Some(length) = files.end(&files.part(digest, author))? {
            files.give_back(Some(author), length);
        }
    }
    Ok(())
}

/// Opens a part to go on behind what was hashed. Without that all of it is read once.
// spec: fil-11, fil-23
fn open(
    files: &Arc<Inner>,
    path: &Path,
    hashed: Option<Hashed>,
) -> Result<(Box<dyn DiskFile>, Hashed), FileFault> {
    let opened = match files.disk.open(path, Opening::Existing) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            files.disk.open(path, Opening::New)
        }
        opened => opened,
    };
    let file = opened.map_err(|error| FileFault::of_disk(error, files))?;
    let length = file.len().map_err(|error| FileFault::of_disk(error, files))?;
    let hashed = match hashed {
        Some(hashed) if hashed.held == length => hashed,
        Some(_) | None => hash(file.as_ref()).map_err(|error| FileFault::of_disk(error, files))?,
    };
    Ok((file, hashed))
}

/// Hashes what is there, and says how much it is.
fn hash(file: &dyn DiskFile) -> io::Result<Hashed> {
    let mut hashed = Hashed::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let read = file.read_at(&mut buffer, hashed.held)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(hashed);
        };
        hashed.digest.take(bytes);
        hashed.held = hashed.held.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
}
