//! One process per node directory: a lock that the operating system drops with the process, and its number to look at.

use std::fs::File;
use std::fs::OpenOptions;
use std::fs::TryLockError;
use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;

const LOCK_FILE: &str = "lock";

/// Held as long as the store is open.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Why the directory is not ours.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another process has it.
    Held(Option<u32>),
    /// The lock file cannot be used.
    Unusable(io::Error),
}

/// Takes the lock of a node directory. Source: spec store-2.
pub(crate) fn take(dir: &Path) -> Result<Lock, LockError> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join(LOCK_FILE))
        .map_err(LockError::Unusable)?;
    // spec: store-2
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(LockError::Held(holder(&mut file))),
        Err(TryLockError::Error(error)) => return Err(LockError::Unusable(error)),
    }
    sign(&mut file).map_err(LockError::Unusable)?;
    Ok(Lock { _file: file })
}

fn sign(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}
