//! A CBOR sequence of byte strings, each with its length in shortest form. Source: RFC 8742, spec audit-5.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use crate::audit::ustar::Place;
use crate::codec::source::Source;
use crate::codec::source::Unreadable;
use crate::limits::FRAME_BYTES_MAX;

/// Longest item of a list, in bytes. Source: spec audit-5.
pub const ITEM_BYTES_MAX: usize = FRAME_BYTES_MAX;

/// Bytes of a list that are read at a time.
const READ_BYTES: usize = 64 * 1024;

/// Why bytes are not a sequence of byte strings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("item {item} is not a byte string in its one form")]
pub struct BadItem {
    /// Its place, from 0.
    pub item: usize,
}

/// The head of a byte string of this length.
pub fn head(len: usize) -> Vec<u8> {
    let len = u64::try_from(len).unwrap_or(u64::MAX);
    let bytes = len.to_be_bytes();
    let (first, kept) = match len {
        0..=23 => return Vec::from([0x40 | u8::try_from(len).unwrap_or(0)]),
        24..=0xff => (0x58, 1),
        0x100..=0xffff => (0x59, 2),
        0x1_0000..=0xffff_ffff => (0x5a, 4),
        _ => (0x5b, 8),
    };
    let mut head = Vec::from([first]);
    head.extend(bytes.iter().skip(bytes.len().saturating_sub(kept)));
    head
}

/// Why the next item of a list was not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ItemError {
    /// It is not in its one form, or too long.
    #[error(transparent)]
    Bad(#[from] BadItem),
    /// Its bytes cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
}

/// The items of a sequence in memory, in order.
#[derive(Clone, Debug)]
pub struct Items<'a> {
    rest: &'a [u8],
    item: usize,
}

impl<'a> Items<'a> {
    /// Begins at the first item.
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, item: 0 }
    }

    /// Number of items taken so far.
    pub const fn taken(&self) -> usize {
        self.item
    }

    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// When what stands there is no byte string, is longer than the rest, or states its length otherwise than shortest.
    pub fn next_item(&mut self) -> Result<Option<&'a [u8]>, BadItem> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        // spec: audit-5
        let bad = BadItem { item: self.item };
        let (content, rest) = split(self.rest).ok_or(bad)?;
        self.rest = rest;
        self.item = self.item.saturating_add(1);
        Ok(Some(content))
    }
}

/// The first byte string and what follows it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (width, len) = stated(bytes)?;
    let (_, after) = bytes.split_at_checked(width)?;
    after.split_at_checked(len)
}

/// How long the head of the first byte string is, and how long its content, stated in the one form.
fn stated(bytes: &[u8]) -> Option<(usize, usize)> {
    let (first, after) = bytes.split_first()?;
    let width = match first {
        0x40..=0x57 => 0,
        0x58 => 1,
        0x59 => 2,
        0x5a => 4,
        0x5b => 8,
        _ => return None,
    };
    let stated = after.get(..width)?;
    let len = match width {
        0 => u64::from(first & 0x1f),
        _ => stated.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    };
    let len = usize::try_from(len).ok()?;
    bytes.starts_with(&head(len)).then(|| (width.saturating_add(1), len))
}

/// The items of a sequence that stands elsewhere, read piece by piece.
#[derive(Clone)]
pub struct List<'a> {
    source: &'a dyn Source,
    /// What was not read yet.
    rest: Place,
    /// What was read, and how much of it was taken.
    read: Vec<u8>,
    taken: usize,
    item: usize,
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("rest", &self.rest).field("item", &self.item).finish()
    }
}

impl<'a> List<'a> {
    /// Begins at the first item of the sequence at this place.
    pub const fn new(source: &'a dyn Source, place: Place) -> Self {
        Self { source, rest: place, read: Vec::new(), taken: 0, item: 0 }
    }

    /// Number of items taken so far.
    pub const fn items_taken(&self) -> usize {
        self.item
    }

    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// When what stands there is no byte string in its one form, is longer than the rest or than an item may be, or
    /// cannot be read.
    pub fn next_item(&mut self) -> Result<Option<Vec<u8>>, ItemError> {
        let bad = BadItem { item: self.item };
        self.have(9)?;
        if self.ahead().is_empty() {
            return Ok(None);
        }
        // spec: audit-5
        let (head, len) = stated(self.ahead()).ok_or(bad)?;
        if len > ITEM_BYTES_MAX {
            return Err(bad.into());
        }
        self.have(head.saturating_add(len))?;
        let (content, _) = split(self.ahead()).ok_or(bad)?;
        let content = content.to_vec();
        self.taken = self.taken.saturating_add(head).saturating_add(len);
        self.item = self.item.saturating_add(1);
        Ok(Some(content))
    }

    fn ahead(&self) -> &[u8] {
        self.read.get(self.taken..).unwrap_or_default()
    }

    /// Sees to it that this many bytes are read, or all that there are.
    fn have(&mut self, len: usize) -> Result<(), Unreadable> {
        if self.ahead().len() >= len || self.rest.len == 0 {
            return Ok(());
        }
        let mut read = self.ahead().to_vec();
        let missing = len.saturating_sub(read.len()).max(READ_BYTES);
        let missing = usize::try_from(self.rest.len).unwrap_or(missing).min(missing);
        let mut piece = vec![0; missing];
        self.source.read_at(self.rest.at, &mut piece)?;
        let missing = u64::try_from(missing).unwrap_or(u64::MAX);
        self.rest.at = self.rest.at.saturating_add(missing);
        self.rest.len = self.rest.len.saturating_sub(missing);
        read.extend_from_slice(&piece);
        (self.read, self.taken) = (read, 0);
        Ok(())
    }
}
