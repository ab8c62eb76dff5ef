//! The container: one canonical form of a ustar archive. Source: POSIX.1-2024 pax, "ustar Interchange Format".
//!
//! Every member is a regular file with mode 0644, owner 0, time 0 and no names of people, so that the header of a
//! member follows from its path and length; a header that is not exactly that one is refused, and so are padding that
//! is not zero, an end that is not two zero blocks, and anything after it.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::codec::source::Source;
use crate::codec::source::Unreadable;

/// Unit in which an archive is written.
pub(crate) const BLOCK: usize = 512;

/// Longest member, in bytes: eleven octal digits.
const LEN_MAX: u64 = 0o777_7777_7777;

/// Where the fields of a header stand that differ from member to member.
const NAME: core::ops::Range<usize> = 0..100;
const SIZE: core::ops::Range<usize> = 124..136;
const CHECKSUM: core::ops::Range<usize> = 148..156;
const PREFIX: core::ops::Range<usize> = 345..500;

/// The fields that are the same in every member: place and text.
const FIXED: [(usize, &[u8]); 8] = [
    (100, b"0000644\0"),
    (108, b"0000000\0"),
    (116, b"0000000\0"),
    (136, b"00000000000\0"),
    (156, b"0"),
    (257, b"ustar\x0000"),
    (329, b"0000000\0"),
    (337, b"0000000\0"),
];

/// A member, by its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path.
    pub path: String,
    /// Where its content is.
    pub place: Place,
}

/// Some bytes of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Offset of the first.
    pub at: u64,
    /// How many.
    pub len: u64,
}

/// A member cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a path or a length does not fit a ustar header")]
pub struct Unwritable;

/// Why the next member was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemberError {
    /// The archive is not in its one form.
    #[error(transparent)]
    Form(#[from] ArchiveError),
    /// Its bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// Why bytes are not a canonical archive. `at` is the offset of the block that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// The archive ends too early.
    #[error("the archive is cut at byte {at}")]
    Truncated {
        /// Offset.
        at: u64,
    },
    /// A header that is not the one its path and length demand.
    #[error("the header at byte {at} is not in its one form")]
    Header {
        /// Offset.
        at: u64,
    },
    /// Something other than zeros after the content of a member.
    #[error("the padding from byte {at} is not zero")]
    Padding {
        /// Offset.
        at: u64,
    },
    /// Something after the two zero blocks.
    #[error("bytes follow the end of the archive at byte {at}")]
    Trailing {
        /// Offset.
        at: u64,
    },
}

/// The header of a member.
///
/// # Errors
/// When the path is not plain text of a fitting length, or the content is too long.
pub fn header(path: &str, len: u64) -> Result<[u8; BLOCK], Unwritable> {
    // spec: audit-2
    let plain = !path.is_empty() && path.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || len > LEN_MAX {
        return Err(Unwritable);
    }
    let (prefix, name) = split(path).ok_or(Unwritable)?;
    let mut block = [0; BLOCK];
    put(&mut block, NAME.start, name.as_bytes());
    put(&mut block, PREFIX.start, prefix.as_bytes());
    put(&mut block, SIZE.start, &octal::<11>(len));
    for (at, text) in FIXED {
        put(&mut block, at, text);
    }
    put(&mut block, CHECKSUM.start, b"        ");
    let sum = block.iter().map(|byte| u64::from(*byte)).sum();
    put(&mut block, CHECKSUM.start, &octal::<6>(sum));
    put(&mut block, CHECKSUM.start.saturating_add(6), b"\0 ");
    Ok(block)
}

/// A path that is too long for the name alone is divided at its first slash, and nowhere else.
fn split(path: &str) -> Option<(&str, &str)> {
    if path.len() <= NAME.len() {
        return Some(("", path));
    }
    path.split_once('/')
        .filter(|(prefix, name)| prefix.len() <= PREFIX.len() && name.len() <= NAME.len())
}

fn put(block: &mut [u8; BLOCK], at: usize, text: &[u8]) {
    for (to, from) in block.iter_mut().skip(at).zip(text) {
        *to = *from;
    }
}

fn octal<const DIGITS: usize>(number: u64) -> [u8; DIGITS] {
    let mut text = [b'0'; DIGITS];
    let mut rest = number;
    for digit in text.iter_mut().rev() {
        *digit = b'0'.saturating_add(u8::try_from(rest % 8).unwrap_or(0));
        rest /= 8;
    }
    text
}

/// Zero bytes that follow a content of this length.
pub(crate) const fn padding(len: u64) -> u64 {
    len.wrapping_neg() % 512
}

/// Members of an archive in order, from its first byte to its last. Contents are passed over, not read.
pub struct Reader<'a> {
    archive: &'a dyn Source,
    at: u64,
}

impl fmt::Debug for Reader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("at", &self.at).finish_non_exhaustive()
    }
}

impl<'a> Reader<'a> {
    /// Begins at the first member.
    pub const fn new(archive: &'a dyn Source) -> Self {
        Self { archive, at: 0 }
    }

    /// The next member; `None` at the end, once nothing but the end was found there.
    ///
    /// # Errors
    /// The first block that is not in its one form, or cannot be read.
    pub fn next_member(&mut self) -> Result<Option<Member>, MemberError> {
        let at = self.at;
        let block = self.block()?;
        if block.iter().all(|byte| *byte == 0) {
            return self.end().map(|()| None);
        }
        // spec: audit-2
        let wrong = ArchiveError::Header { at };
        let (path, len) = stated(&block).ok_or(wrong)?;
        match header(&path, len) {
            Ok(canonical) if canonical == block => {}
            Ok(_) | Err(Unwritable) => return Err(wrong.into()),
        }
        let place = self.pass(len)?;
        let padding = self.pass(padding(len))?;
        let mut zeros = [0; BLOCK];
        let zeros = zeros.get_mut(..usize::try_from(padding.len).unwrap_or(0)).unwrap_or_default();
        self.archive.read_at(padding.at, zeros)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(ArchiveError::Padding { at: padding.at }.into());
        }
        Ok(Some(Member { path, place }))
    }

    /// Goes over this many bytes, which have to be there.
    fn pass(&mut self, len: u64) -> Result<Place, ArchiveError> {
        let total = self.archive.len();
        let end = self.at.checked_add(len).filter(|end| *end <= total);
        let place = Place { at: self.at, len };
        self.at = end.ok_or(ArchiveError::Truncated { at: total })?;
        Ok(place)
    }

    fn block(&mut self) -> Result<[u8; BLOCK], MemberError> {
        let mut block = [0; BLOCK];
        let place = self.pass(512)?;
        self.archive.read_at(place.at, &mut block)?;
        Ok(block)
    }

    /// The second zero block, and nothing after it.
    fn end(&mut self) -> Result<(), MemberError> {
        let at = self.at;
        if self.block()?.iter().any(|byte| *byte != 0) {
            return Err(ArchiveError::Trailing { at }.into());
        }
        if self.at == self.archive.len() {
            Ok(())
        } else {
            Err(ArchiveError::Trailing { at: self.at }.into())
        }
    }
}

/// The path and the length that a header states; whether it states them in the one form is asked afterwards.
fn stated(block: &[u8]) -> Option<(String, u64)> {
    let (name, prefix) = (text(block.get(NAME)?)?, text(block.get(PREFIX)?)?);
    let path = if prefix.is_empty() { name.into() } else { format!("{prefix}/{name}") };
    let digits = core::str::from_utf8(block.get(SIZE)?).ok()?.strip_suffix('\0')?;
    Some((path, u64::from_str_radix(digits, 8).ok()?))
}

fn text(field: &[u8]) -> Option<&str> {
    let text = field.split(|byte| *byte == 0).next()?;
    core::str::from_utf8(text).ok()
}
