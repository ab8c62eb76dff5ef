//! The ids that were there before, in sixteen bytes each.

use alloc::collections::BTreeSet;

use crate::crypto::digest;

/// An id, shortened: the first half of its SHA-256. Two ids that share it cannot be found on purpose below 2^64 trials, and
/// whoever finds them has a list refused that is its own.
pub(super) type Short = [u8; 16];

/// The short form of an id.
pub(super) fn short(id: &str) -> Short {
    let digest = digest::sha256(id.as_bytes());
    digest.as_bytes().first_chunk::<16>().copied().unwrap_or_default()
}

/// Ids that must not come twice.
#[derive(Debug, Default)]
pub(super) struct Ids(BTreeSet<Short>);

impl Ids {
    /// Whether the id is a new one; it is not from now on.
    pub(super) fn is_new(&mut self, id: &str) -> bool {
        self.0.insert(short(id))
    }
}
