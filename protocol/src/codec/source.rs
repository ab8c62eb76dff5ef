//! Where long bytes come from, those of a bundle or of a list: a file, a slice, whatever can be read at any place.
//!
//! Uses nothing. They are never held whole: whoever reads them asks for the bytes of one place at a time.

use alloc::vec::Vec;

/// Bytes that can be read at any place.
///
/// They stay the same while they are read. Whoever can change them meanwhile can also change them afterwards: what
/// was verified is what was read.
pub trait Source {
    /// How many bytes there are.
    fn len(&self) -> u64;

    /// Fills the whole of `into` with the bytes from `at` on.
    ///
    /// # Errors
    /// When they cannot be read, or there are not that many.
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Unreadable>;

    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes that are there cannot be read. Why, is known to the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the bytes cannot be read")]
pub struct Unreadable;

impl Source for &[u8] {
    fn len(&self) -> u64 {
        u64::try_from(<[u8]>::len(self)).unwrap_or(u64::MAX)
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Unreadable> {
        let start = usize::try_from(at).map_err(|_| Unreadable)?;
        let end = start.checked_add(into.len()).ok_or(Unreadable)?;
        into.copy_from_slice(self.get(start..end).ok_or(Unreadable)?);
        Ok(())
    }
}

impl Source for Vec<u8> {
    fn len(&self) -> u64 {
        Source::len(&self.as_slice())
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Unreadable> {
        self.as_slice().read_at(at, into)
    }
}
