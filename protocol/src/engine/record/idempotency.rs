//! Which message a submission made, for a caller that asks again.

use alloc::string::String;

use serde::Deserialize;
use serde::Serialize;

use crate::crypto::digest::Digest;

/// A submission that was answered: the same key gives the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdempotencyRecord {
    /// The key, as the caller wrote it.
    pub key: String,
    /// Digest of the submission.
    pub request: Digest,
    /// The message that it made.
    pub message: Digest,
}
