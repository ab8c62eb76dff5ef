//! The file layer under journal, bodies, keys and head: the few things asked of a disk, so that a test can be one.
//!
//! Every error is a reason to stop; nothing here is tried again.
//! Absent on purpose: buffering. What was written has reached the operating system when the call returns.

use std::fmt;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::ErrorKind;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::path::PathBuf;

/// Folders and files by path.
#[expect(
    clippy::missing_errors_doc,
    reason = "each fails as the system does, and no failure is tried again"
)]
pub trait Disk: fmt::Debug + Send + Sync {
    /// Opens a file for reading and writing.
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>>;

    /// Makes a folder if it is not there, and its name durable.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Makes the names in a folder durable.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;

    /// The names in a folder, sorted; none when there is no such folder.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Gives a file another name, replacing what had it.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Bytes that may still be written in this folder.
    fn available(&self, folder: &Path) -> io::Result<u64>;
}

/// How to open a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opening {
    /// It must be there.
    Existing,
    /// It is made, and emptied if it was there.
    New,
}

/// One open file; reads and writes name their place.
#[expect(
    clippy::missing_errors_doc,
    reason = "each fails as the system does, and no failure is tried again"
)]
#[expect(clippy::len_without_is_empty, reason = "nobody asks")]
pub trait DiskFile: fmt::Debug + Send + Sync {
    /// Bytes in the file.
    fn len(&self) -> io::Result<u64>;

    /// Fills the buffer as far as the file reaches. Returns the bytes read.
    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize>;

    /// Writes all bytes.
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()>;

    /// Cuts or extends the file.
    fn set_len(&self, len: u64) -> io::Result<()>;

    /// Takes blocks for `len` bytes, so that they are spoken for.
    fn allocate(&self, len: u64) -> io::Result<()>;

    /// Gives the blocks of a range back; it then reads as zeros. Where the file system cannot, nothing happens.
    fn punch(&self, at: u64, len: u64) -> io::Result<()>;

    /// Makes everything written to this file durable.
    fn sync(&self) -> io::Result<()>;
}

/// Whether an error says that the disk has no room.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}

/// Reads a whole file of at most `max` bytes; `None` when it is not there.
pub(crate) fn read_small(disk: &dyn Disk, path: &Path, max: usize) -> io::Result<Option<Vec<u8>>> {
    let file = match disk.open(path, Opening::Existing) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let len = usize::try_from(file.len()?).unwrap_or(usize::MAX).min(max);
    let mut bytes = vec![0; len];
    let read = file.read_at(&mut bytes, 0)?;
    bytes.truncate(read);
    Ok(Some(bytes))
}

/// Puts a small file in place in one step: whoever looks finds the old bytes or the new ones.
pub(crate) fn replace_small(disk: &dyn Disk, path: &Path, bytes: &[u8]) -> io::Result<()> {
    put_whole(disk, path, (bytes, 0)).map(drop)
}

/// Begins a file with these bytes at a place, in one step: there is never one with a part of them. Durable when the call
/// returns.
// spec: store-21
pub(crate) fn put_whole(
    disk: &dyn Disk,
    path: &Path,
    (bytes, at): (&[u8], u64),
) -> io::Result<Box<dyn DiskFile>> {
    let draft = path.with_extension("new");
    let file = disk.open(&draft, Opening::New)?;
    file.write_at(bytes, at)?;
    file.sync()?;
    disk.rename(&draft, path)?;
    disk.sync_folder(path.parent().unwrap_or(Path::new(".")))?;
    Ok(file)
}

/// The disk of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RealDisk;

#[derive(Debug)]
struct RealFile(File);

impl Disk for RealDisk {
    fn open(&self, path: &Path, opening: Opening) -> io::Result<Box<dyn DiskFile>> {
        let made = matches!(opening, Opening::New);
        let file =
            OpenOptions::new().read(true).write(true).create(made).truncate(made).open(path)?;
        Ok(Box::new(RealFile(file)))
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(path)?;
        let above: PathBuf = path.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        self.sync_folder(&above)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not UTF-8 is none of ours.
            names.extend(entry?.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn available(&self, folder: &Path) -> io::Result<u64> {
        available(folder)
    }
}

/// Bytes that may still be written under a folder of this machine.
///
/// # Errors
/// When the file system does not say.
pub(crate) fn available(folder: &Path) -> io::Result<u64> {
    let figures = rustix::fs::statvfs(folder)?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

impl DiskFile for RealFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, into: &mut [u8], at: u64) -> io::Result<usize> {
        let mut filled: usize = 0;
        while let Some(rest) = into.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            let place = at.saturating_add(u64::try_from(filled).unwrap_or(u64::MAX));
            match self.0.read_at(rest, place) {
                Ok(0) => break,
                Ok(read) => filled = filled.saturating_add(read),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, at)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.0.set_len(len)
    }

    fn allocate(&self, len: u64) -> io::Result<()> {
        Ok(rustix::fs::fallocate(&self.0, rustix::fs::FallocateFlags::empty(), 0, len)?)
    }

    fn punch(&self, at: u64, len: u64) -> io::Result<()> {
        let flags = rustix::fs::FallocateFlags::PUNCH_HOLE | rustix::fs::FallocateFlags::KEEP_SIZE;
        match rustix::fs::fallocate(&self.0, flags, at, len) {
            Ok(()) => Ok(()),
            // The zeros that stand there already must do.
            Err(error)
                if error == rustix::io::Errno::OPNOTSUPP || error == rustix::io::Errno::NOSYS =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}
