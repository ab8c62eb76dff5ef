//! How much of the disk a node's data take.
//!
//! Absent on purpose: the embedded store's own opinion; what counts is what the file system says.

use std::fs;
use std::io;
use std::path::Path;

use crate::store::disk;

/// Folders of a node that grow with what it exchanges.
pub const PARTS: [&str; 7] =
    ["journal", "store", "bodies", "files", "evidence", "mirrors", "archive"];

/// Bytes under each of [`PARTS`]; a folder that is not there has none.
pub fn usage(node: &Path) -> Vec<(&'static str, u64)> {
    PARTS.iter().map(|part| (*part, bytes_under(&node.join(part)))).collect()
}

/// Bytes that may still be written under a folder of this machine; `None` where the file system does not say.
pub fn free(node: &Path) -> Option<u64> {
    disk::available(node).ok()
}

/// The lengths of all files, as far as they can be seen: files come and go while this looks.
fn bytes_under(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let lengths = entries.flatten().map(|entry| -> io::Result<u64> {
        let about = entry.metadata()?;
        Ok(if about.is_dir() { bytes_under(&entry.path()) } else { about.len() })
    });
    lengths.flatten().fold(0, u64::saturating_add)
}
