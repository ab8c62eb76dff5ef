//! Where the bytes of a list come from and go to: a sealed file, memory, whatever can be read at any place.
//!
//! Uses nothing. A list is never held whole.

use alloc::vec::Vec;

/// Bytes that can be read at any place. They stay the same while a list is read.
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
#[error("the list cannot be read")]
pub struct Unreadable;

/// Takes bytes in order.
pub trait Sink {
    /// Takes the next bytes.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn take(&mut self, bytes: &[u8]) -> Result<(), Unwritable>;
}

/// Bytes cannot be kept. Why, is known to the sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list cannot be written")]
pub struct Unwritable;

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

impl Sink for Vec<u8> {
    fn take(&mut self, bytes: &[u8]) -> Result<(), Unwritable> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// Counts and forgets: for whoever wants to know what a list would come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Discard;

impl Sink for Discard {
    fn take(&mut self, _bytes: &[u8]) -> Result<(), Unwritable> {
        Ok(())
    }
}
