//! One pass over encoded bytes that decides whether they are deterministic CBOR within bounds.
//!
//! Nothing is allocated: it recurses at most [`DEPTH_MAX`] deep, and a length is checked against the bytes that are there.

use core::cmp::Ordering;

use crate::limits::DEPTH_MAX;
use crate::limits::ITEMS_MAX;

/// Why bytes are not deterministic CBOR within bounds. `at` is the offset of the first byte that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// The value goes on after the last byte.
    #[error("truncated at byte {at}")]
    Truncated {
        /// Offset.
        at: usize,
    },
    /// Bytes follow the value.
    #[error("trailing bytes from byte {at}")]
    Trailing {
        /// Offset.
        at: usize,
    },
    /// A head that has a shorter form.
    #[error("a head that is not in its shortest form at byte {at}")]
    NotShortest {
        /// Offset.
        at: usize,
    },
    /// A string, array or map without a stated length.
    #[error("an indefinite length at byte {at}")]
    Indefinite {
        /// Offset.
        at: usize,
    },
    /// Map keys that are not in ascending order of their encoding.
    #[error("map keys out of order at byte {at}")]
    Unsorted {
        /// Offset.
        at: usize,
    },
    /// The same map key twice.
    #[error("a map key twice at byte {at}")]
    DuplicateKey {
        /// Offset.
        at: usize,
    },
    /// A text that is not UTF-8.
    #[error("a text that is not UTF-8 at byte {at}")]
    Utf8 {
        /// Offset.
        at: usize,
    },
    /// A tag where none is allowed.
    #[error("a tag at byte {at}")]
    Tag {
        /// Offset.
        at: usize,
    },
    /// A floating-point number.
    #[error("a float at byte {at}")]
    Float {
        /// Offset.
        at: usize,
    },
    /// A simple value other than false, true and null, or a reserved head.
    #[error("an undefined or reserved value at byte {at}")]
    Simple {
        /// Offset.
        at: usize,
    },
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("nested deeper than {DEPTH_MAX} at byte {at}")]
    TooDeep {
        /// Offset.
        at: usize,
    },
    /// More items than [`ITEMS_MAX`].
    #[error("more than {ITEMS_MAX} items at byte {at}")]
    TooManyItems {
        /// Offset.
        at: usize,
    },
}

/// Checks that the bytes are exactly one deterministic value.
///
/// # Errors
/// The first thing that is wrong, with its place. Source: RFC 8949 section 4.2.1, spec env-1.
pub fn check(bytes: &[u8]) -> Result<(), ScanError> {
    let mut scan = Scan { bytes, at: 0, items: 0 };
    scan.value(0)?;
    match scan.at.cmp(&bytes.len()) {
        Ordering::Equal => Ok(()),
        Ordering::Less | Ordering::Greater => Err(ScanError::Trailing { at: scan.at }),
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    items: usize,
}

impl<'a> Scan<'a> {
    fn value(&mut self, depth: usize) -> Result<(), ScanError> {
        let at = self.at;
        if depth > DEPTH_MAX {
            return Err(ScanError::TooDeep { at });
        }
        self.items = self.items.saturating_add(1);
        if self.items > ITEMS_MAX {
            return Err(ScanError::TooManyItems { at });
        }
        let (major, argument) = self.head()?;
        match major {
            0 | 1 => Ok(()),
            2 => self.take(argument, at).map(|_| ()),
            3 => match core::str::from_utf8(self.take(argument, at)?) {
                Ok(_) => Ok(()),
                Err(_) => Err(ScanError::Utf8 { at }),
            },
            4 => self.array(argument, depth, at),
            5 => self.map(argument, depth, at),
            6 => Err(ScanError::Tag { at }),
            _ => Ok(()),
        }
    }

    /// Reads a head: major type and argument, in shortest form.
    fn head(&mut self) -> Result<(u8, u64), ScanError> {
        let at = self.at;
        let first = self.byte()?;
        let (major, low) = (first >> 5, first & 0x1f);
        if major == 7 {
            return match low {
                20..=22 => Ok((major, u64::from(low))),
                25..=27 => Err(ScanError::Float { at }),
                31 => Err(ScanError::Indefinite { at }),
                _ => Err(ScanError::Simple { at }),
            };
        }
        let (argument, least) = match low {
            0..=23 => (u64::from(low), 0),
            24 => (self.argument(1)?, 24),
            25 => (self.argument(2)?, 0x100),
            26 => (self.argument(4)?, 0x1_0000),
            27 => (self.argument(8)?, 0x1_0000_0000),
            31 if (2..=5).contains(&major) => return Err(ScanError::Indefinite { at }),
            _ => return Err(ScanError::Simple { at }),
        };
        if argument < least { Err(ScanError::NotShortest { at }) } else { Ok((major, argument)) }
    }

    fn byte(&mut self) -> Result<u8, ScanError> {
        let byte = self.bytes.get(self.at).copied();
        byte.inspect(|_| self.at = self.at.saturating_add(1))
            .ok_or(ScanError::Truncated { at: self.at })
    }

    fn argument(&mut self, len: u64) -> Result<u64, ScanError> {
        let at = self.at;
        let bytes = self.take(len, at)?;
        Ok(bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
    }

    /// Takes `len` bytes, if they are there: a length is never believed before.
    fn take(&mut self, len: u64, at: usize) -> Result<&'a [u8], ScanError> {
        let truncated = ScanError::Truncated { at };
        let len = usize::try_from(len).map_err(|_| truncated)?;
        let end = self.at.checked_add(len).ok_or(truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(truncated)?;
        self.at = end;
        Ok(taken)
    }

    fn array(&mut self, count: u64, depth: usize, at: usize) -> Result<(), ScanError> {
        self.room_for(count, at)?;
        for _ in 0..count {
            self.value(depth.saturating_add(1))?;
        }
        Ok(())
    }

    fn map(&mut self, count: u64, depth: usize, at: usize) -> Result<(), ScanError> {
        self.room_for(count.saturating_mul(2), at)?;
        let mut before: Option<&[u8]> = None;
        for _ in 0..count {
            let start = self.at;
            self.value(depth.saturating_add(1))?;
            let key = self.bytes.get(start..self.at).unwrap_or_default();
            match before.map(|before| before.cmp(key)) {
                None | Some(Ordering::Less) => before = Some(key),
                Some(Ordering::Equal) => return Err(ScanError::DuplicateKey { at: start }),
                Some(Ordering::Greater) => return Err(ScanError::Unsorted { at: start }),
            }
            self.value(depth.saturating_add(1))?;
        }
        Ok(())
    }

    /// Each item takes at least one byte, so a count that exceeds the rest is a lie.
    fn room_for(&self, count: u64, at: usize) -> Result<(), ScanError> {
        let rest = self.bytes.len().saturating_sub(self.at);
        match usize::try_from(count) {
            Ok(count) if count <= rest => Ok(()),
            Ok(_) | Err(_) => Err(ScanError::Truncated { at }),
        }
    }
}
