//! Small files that matter: made once, replaced whole, private where they must be.
//!
//! Uses nothing. A file that is made is never an overwrite; a file that is replaced is the old one or the new one,
//! whatever happens in between; both are durable when the call returns.
//! Absent on purpose: what stands in the files, and the store's files, which grow and have a layer of their own.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::ErrorKind;
use std::io::Read;
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;

use rustix::fs as fs_at;
use rustix::fs::RenameFlags;
use zeroize::Zeroizing;

/// Who may read a file that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Its owner and nobody else. Shape: mode 0600, folders 0700.
    Private,
    /// Whoever may read in its folder. Shape: mode 0644, folders 0755, less what the process masks.
    Public,
}

/// Why a file could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("read {path}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("write {path}")]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It was to be made, and it is there.
    #[error("{path} is there already")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// It is longer than any file of its kind.
    #[error("{path} has more than {max} bytes")]
    TooLong {
        /// The file.
        path: PathBuf,
        /// Bytes allowed.
        max: usize,
    },
    /// A private file of somebody else, who can change it.
    #[error("{path} belongs to user {owner}, and this program runs as user {user}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who asks.
        user: u32,
    },
    /// A private file that others can reach.
    #[error("{path} has mode {mode:04o}, and only its owner may reach it")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// The permission bits found.
        mode: u32,
    },
}

impl Access {
    const fn file_mode(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Public => 0o644,
        }
    }

    const fn folder_mode(self) -> u32 {
        match self {
            Self::Private => 0o700,
            Self::Public => 0o755,
        }
    }
}

/// Makes a folder, and its name durable.
///
/// # Errors
/// When it is there already, or cannot be made.
pub fn make_folder(path: &Path, access: Access) -> Result<(), FileError> {
    let made = fs::DirBuilder::new().mode(access.folder_mode()).create(path);
    made.map_err(|source| refusal(path, source, &[ErrorKind::AlreadyExists]))?;
    sync_parent(path)
}

/// Makes a file with these bytes, durable and whole under its name; never touches one that is there.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn make(path: &Path, bytes: &[u8], access: Access) -> Result<(), FileError> {
    // Half a key or half a credential must not stand under a name that people trust, whatever stops us: it is filled
    // beside, and a second name is a step that happens or does not, and that no file gives way to.
    let beside = beside(path);
    let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(access.file_mode())
        .open(&beside);
    let named = opened.and_then(|file| fill(file, bytes)).map_err(unwritable).and_then(|()| {
        let named = name_whole(&beside, path);
        named.map_err(|source| refusal(path, source, &[ErrorKind::AlreadyExists]))
    });
    drop(fs::remove_file(&beside));
    named?;
    sync_parent(path)
}

/// Gives a filled file its name, unless something has that name.
fn name_whole(filled: &Path, name: &Path) -> io::Result<()> {
    match fs::hard_link(filled, name) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Ok(()) => Ok(()),
        // A stick that carries files to an offline machine may know no second names.
        Err(_) if name.symlink_metadata().is_ok() => Err(ErrorKind::AlreadyExists.into()),
        Err(_) => fs::rename(filled, name),
    }
}

/// Where a file is filled before it gets its name: a name that nobody gives to files of his own.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    path.with_file_name(name)
}

/// Replaces a file whole, keeping its permissions: a reader sees the old bytes or the new ones.
///
/// # Errors
/// When it is not there, or cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let unwritable = |source| FileError::Unwritable { path: path.to_owned(), source };
    let mode = fs::metadata(path).map_err(unwritable)?.permissions().mode() & 0o777;
    let beside = beside(path);
    let opened =
        OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside);
    opened.and_then(|file| fill(file, bytes)).map_err(unwritable)?;
    fs::rename(&beside, path).map_err(unwritable)?;
    sync_parent(path)
}

/// Gives a finished folder its name; an empty folder of that name gives way.
///
/// # Errors
/// When something else stands there, or it cannot be renamed.
pub fn publish_folder(finished: &Path, name: &Path) -> Result<(), FileError> {
    let taken = [ErrorKind::DirectoryNotEmpty, ErrorKind::NotADirectory, ErrorKind::AlreadyExists];
    fs::rename(finished, name).map_err(|source| refusal(name, source, &taken))?;
    sync_parent(name)
}

/// Reads a file of at most `max` bytes; the copy is wiped when it is dropped.
///
/// # Errors
/// When it cannot be read, or is longer.
pub fn read(path: &Path, max: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(max.min(16 * 1024)));
    let limit = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > max {
        return Err(FileError::TooLong { path: path.to_owned(), max });
    }
    Ok(bytes)
}

/// Reads a private file: refuses one that anybody but its owner can reach.
///
/// # Errors
/// When others can reach it, it cannot be read, or is longer.
pub fn read_private(path: &Path, max: usize) -> Result<Zeroizing<Vec<u8>>, FileError> {
    check_private(path)?;
    read(path, max)
}

/// Checks that only its owner can reach a file or folder, and that the owner is whoever runs this, or the system.
///
/// # Errors
/// When others can, or it is not there.
pub fn check_private(path: &Path) -> Result<(), FileError> {
    let found = fs::metadata(path);
    let found = found.map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
    let mode = found.permissions().mode() & 0o7777;
    // spec: id-29
    if mode & 0o077 != 0 {
        return Err(FileError::Exposed { path: path.to_owned(), mode });
    }
    let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner == user || owner == 0 {
        return Ok(());
    }
    Err(FileError::Foreign { path: path.to_owned(), owner, user })
}

/// Lets two folders trade names, at once: whoever looks finds the one or the other under each.
///
/// # Errors
/// When either is not there, or the file system cannot do it.
pub fn exchange(one: &Path, other: &Path) -> Result<(), FileError> {
    let traded = fs_at::renameat_with(fs_at::CWD, one, fs_at::CWD, other, RenameFlags::EXCHANGE);
    traded.map_err(|error| FileError::Unwritable { path: one.to_owned(), source: error.into() })?;
    sync_parent(one)
}

/// Removes a file, durably; nothing where there is none.
///
/// # Errors
/// When it cannot be removed.
pub fn remove(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Ok(()) => sync_parent(path),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(source) => Err(FileError::Unwritable { path: path.to_owned(), source }),
    }
}

/// The paths in a folder, in order of name; none when there is no such folder.
///
/// # Errors
/// When the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let unreadable = |source| FileError::Unreadable { path: folder.to_owned(), source };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(unreadable)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn fill(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    file.sync_all()
}

/// What stood in the way when something was to be made.
fn refusal(path: &Path, source: io::Error, taken: &[ErrorKind]) -> FileError {
    let path = path.to_owned();
    if taken.contains(&source.kind()) {
        FileError::Exists { path }
    } else {
        FileError::Unwritable { path, source }
    }
}

/// Makes the name of a file durable: it stands in the folder, which is a file of its own.
fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        Some(_) | None => Path::new("."),
    };
    let synced = File::open(parent).and_then(|folder| folder.sync_all());
    synced.map_err(|source| FileError::Unwritable { path: path.to_owned(), source })
}

#[cfg(test)]
pub(crate) mod tests;
