//! Where the bytes of a list go to: a sealed file, memory, nowhere.
//!
//! Uses nothing. A list is never held whole.

use alloc::vec::Vec;

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
