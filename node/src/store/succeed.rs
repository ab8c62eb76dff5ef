//! From one log to the next on the disk: the store of the next log is built beside, and then both move in steps.
//!
//! Uses `std::fs`. Bodies and their keys stay where they are, and both stores refer to them; so erasing one is erasing
//! it everywhere. The store of the log that ended moves to `archive/log<k>`, where it can be opened as any other.
//!
//! ```text
//! next/          journal/ store/ state/head: being built; without `switch` it is thrown away at the next start
//! switch         the number of the log that ends: from here on the move is finished, whatever happens
//! archive/log1/  format journal/ store/ state/head
//! ```
//!
//! A step is a rename, and what is to be done is read off the folders: as long as `next` has a part, the part in place
//! is the old one. Absent on purpose: what the next log says; the host writes it through [`Store::open_next`].
//!
//! [`Store::open_next`]: crate::store::Store::open_next

use std::fs;
use std::fs::File;
use std::io;
use std::io::ErrorKind;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use concord_protocol::ids::LogNumber;

/// Where the store of the next log is built.
const NEXT: &str = "next";

/// The file that says that the next log is whole and the move has begun.
const SWITCH: &str = "switch";

/// What moves, in this order. The head file comes last: without it nothing would be signed.
const PARTS: [&str; 3] = ["journal", "store", "state/head"];

/// Longest switch file: a number.
const SWITCH_BYTES_MAX: usize = 32;

/// Whether a start had to finish what an earlier one began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// There was nothing to finish.
    None,
    /// A move was finished: this log stands in the archive.
    Finished(LogNumber),
}

/// The folder of a log that ended.
pub fn archive_of(dir: &Path, log: LogNumber) -> PathBuf {
    dir.join("archive").join(format!("log{log}"))
}

/// The folder in which the store of the next log is built; empty, whatever an earlier try left there.
pub(crate) fn prepare(dir: &Path) -> io::Result<PathBuf> {
    let next = dir.join(NEXT);
    discard(&next)?;
    fs::create_dir_all(next.join("state"))?;
    Ok(next)
}

/// Puts the store of the next log in the place of the present one, and the present one into the archive.
///
/// Nobody has either of them open. From the moment the switch file is durable it happens, if need be at the next start.
pub(crate) fn switch(dir: &Path, ended: LogNumber) -> io::Result<()> {
    // spec: suc-13
    let beside = dir.join("switch.new");
    let mut file = File::create(&beside)?;
    writeln!(file, "{ended}")?;
    file.sync_all()?;
    fs::rename(&beside, dir.join(SWITCH))?;
    sync(dir)?;
    finish(dir).map(drop)
}

/// Finishes a move that was begun. To be called before the store is opened.
///
/// # Errors
/// When the operating system refuses a step; the next start goes on from there.
pub fn finish(dir: &Path) -> io::Result<Switch> {
    let Some(ended) = begun(dir)? else { return Ok(Switch::None) };
    for step in steps(dir, ended) {
        step.take()?;
    }
    fs::remove_file(dir.join(SWITCH))?;
    sync(dir)?;
    discard(&dir.join(NEXT))?;
    Ok(Switch::Finished(ended))
}

/// One thing to do; doing it twice is doing it once.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    /// Make a folder.
    Folder(PathBuf),
    /// Copy the format file, which both stores share.
    Copy { from: PathBuf, to: PathBuf },
    /// Move the old part away while the new one still waits in `next`.
    Away { part: PathBuf, archived: PathBuf, waiting: PathBuf },
    /// Move the new part in.
    In { waiting: PathBuf, part: PathBuf },
}

fn steps(dir: &Path, ended: LogNumber) -> Vec<Step> {
    let (next, archive) = (dir.join(NEXT), archive_of(dir, ended));
    let mut steps = vec![
        Step::Folder(archive.join("state")),
        Step::Copy { from: dir.join("format"), to: archive.join("format") },
    ];
    for part in PARTS {
        let (part, waiting, archived) = (dir.join(part), next.join(part), archive.join(part));
        steps.push(Step::Away { part: part.clone(), archived, waiting: waiting.clone() });
        steps.push(Step::In { waiting, part });
    }
    steps
}

impl Step {
    fn take(&self) -> io::Result<()> {
        match self {
            Self::Folder(path) => {
                fs::create_dir_all(path)?;
                path.ancestors().take(3).try_for_each(sync)
            }
            Self::Copy { from, to } => {
                fs::copy(from, to)?;
                File::open(to)?.sync_all()?;
                above(to)
            }
            Self::Away { part, archived, waiting } if waiting.exists() && part.exists() => {
                fs::rename(part, archived)?;
                above(archived)?;
                above(part)
            }
            Self::In { waiting, part } if waiting.exists() => {
                fs::rename(waiting, part)?;
                above(part)?;
                above(waiting)
            }
            Self::Away { .. } | Self::In { .. } => Ok(()),
        }
    }
}

/// The log that ends, if a move was begun.
fn begun(dir: &Path) -> io::Result<Option<LogNumber>> {
    let text = match fs::read(dir.join(SWITCH)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let line = text.get(..text.len().min(SWITCH_BYTES_MAX)).unwrap_or_default();
    let number = std::str::from_utf8(line).ok().and_then(|line| line.trim_end().parse().ok());
    match number {
        Some(number) => Ok(Some(LogNumber::new(number))),
        None => Err(io::Error::new(ErrorKind::InvalidData, "the file `switch` names no log")),
    }
}

fn discard(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Makes the names in the folder of a file durable.
fn above(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
