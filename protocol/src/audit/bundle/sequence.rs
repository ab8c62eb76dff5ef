//! A CBOR sequence of byte strings, each with its length in shortest form. Source: RFC 8742, spec audit-5.

use alloc::vec::Vec;

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

/// The items of a sequence, in order.
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
    let (first, after) = bytes.split_first()?;
    let width = match first {
        0x40..=0x57 => 0,
        0x58 => 1,
        0x59 => 2,
        0x5a => 4,
        0x5b => 8,
        _ => return None,
    };
    let (stated, after) = after.split_at_checked(width)?;
    let len = match width {
        0 => u64::from(first & 0x1f),
        _ => stated.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)),
    };
    let len = usize::try_from(len).ok()?;
    let (content, rest) = after.split_at_checked(len)?;
    bytes.starts_with(&head(len)).then_some((content, rest))
}
