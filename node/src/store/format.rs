//! The version of the disk format and the name of this life, in a file that is read before everything else.
//!
//! Uses `disk`. Two lines of text, so that an operator can read them:
//!
//! ```text
//! concord disk format 1
//! life 00112233445566778899aabbccddeeff
//! ```
//!
//! A life is one history of one node. Every other file of the store carries it, so that files of two lives never mix.

use std::fmt;
use std::io;
use std::path::Path;

use crate::store::disk;
use crate::store::disk::Disk;

/// The version of the disk format that this program reads and writes. Source: spec store-1.
pub const FORMAT: u32 = 1;

const FORMAT_FILE: &str = "format";
const FORMAT_BYTES_MAX: usize = 256;

/// Names one history of one node. Shape: 16 random bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Life([u8; 16]);

/// What the format file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FormatFound {
    /// There is none.
    Missing,
    /// A version that this program does not know.
    Unknown(u32),
    /// Not a format file.
    Unreadable,
    /// Ours.
    Known(Life),
}

impl Life {
    /// From 16 bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Life {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Reads the format file of a node directory.
pub(crate) fn read(disk: &dyn Disk, dir: &Path) -> io::Result<FormatFound> {
    let found = disk::read_small(disk, &dir.join(FORMAT_FILE), FORMAT_BYTES_MAX)?;
    Ok(found.map_or(FormatFound::Missing, |bytes| parse(&bytes)))
}

/// Writes the format file of a new node directory.
pub(crate) fn write(disk: &dyn Disk, dir: &Path, life: Life) -> io::Result<()> {
    disk::replace_small(disk, &dir.join(FORMAT_FILE), text(life).as_bytes())
}

/// The file's text. Source: spec store-1.
pub(crate) fn text(life: Life) -> String {
    format!("concord disk format {FORMAT}\nlife {life}\n")
}

/// Reads the file's text.
pub(crate) fn parse(bytes: &[u8]) -> FormatFound {
    let Some((version, rest)) = std::str::from_utf8(bytes).ok().and_then(version_and_rest) else {
        return FormatFound::Unreadable;
    };
    // spec: store-1
    if version != FORMAT {
        return FormatFound::Unknown(version);
    }
    let life =
        rest.strip_prefix("life ").and_then(|rest| rest.strip_suffix('\n')).and_then(life_of);
    match life {
        Some(life) if text(life).as_bytes() == bytes => FormatFound::Known(life),
        Some(_) | None => FormatFound::Unreadable,
    }
}

fn version_and_rest(text: &str) -> Option<(u32, &str)> {
    let (version, rest) = text.strip_prefix("concord disk format ")?.split_once('\n')?;
    Some((version.parse().ok()?, rest))
}

fn life_of(text: &str) -> Option<Life> {
    let number = u128::from_str_radix(text, 16).ok()?;
    Some(Life(number.to_be_bytes()))
}
