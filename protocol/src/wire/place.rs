//! The place of a message in its author's log: what a message stands on whose credential is no longer in force.
//!
//! Uses `log`, `identity`. A signature alone says nothing about when it was made: whoever steals a key that was put
//! away could sign for the past. The author's log says it: a message that stands in it was there when the checkpoint
//! was signed, by another key, and for a revoked credential when the last good checkpoint was.
//!
//! Absent on purpose: whether that log forked; witnesses and evidence see to it.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::crypto::digest::Digest;
use crate::identity::directory::Directory;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::hash;
use crate::log::leaf::Leaf;
use crate::log::proof;

/// Where the `message` leaf of a message stands. Source: spec wire-80.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Number of the author's log.
    pub log: LogNumber,
    /// Place of the leaf.
    pub index: LeafIndex,
    /// Inclusion path, from the leaf up.
    pub path: Vec<Digest>,
    /// The signed checkpoint that it leads to; absent where it leads to the last good one of a revocation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ByteBuf>,
}

/// A message has no place in its author's log that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPlace {
    /// A checkpoint is missing, or one is given where the revocation's counts.
    #[error("the place leads to no checkpoint, or to another one than the last good one")]
    Base,
    /// The checkpoint does not carry the signature of a log key that counts.
    #[error("the checkpoint is not the author's")]
    Checkpoint,
    /// The leaf stands beyond the last good checkpoint.
    #[error("the message stands beyond the last good checkpoint")]
    Beyond,
    /// The leaf is not in the tree of the checkpoint.
    #[error("the message is not in the log")]
    NotIncluded,
}

/// Where a message was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// In the log of its author.
    InLog,
    /// Below the last good checkpoint of a revocation.
    BelowLastGood,
}

impl Place {
    /// Checks that a signed message stands in its author's log, and below the last good checkpoint where its credential
    /// was revoked. Source: spec wire-80.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn verify(
        &self,
        message: &[u8],
        (author, serial): (&AgencyId, Serial),
        directory: &Directory,
    ) -> Result<Found, BadPlace> {
        // spec: wire-80
        let leaf = Leaf::Message { header: ByteBuf::from(message.to_vec()) };
        let leaf = codec::encode(&leaf).map_err(|_| BadPlace::NotIncluded)?;
        let hash = hash::leaf_hash(&leaf);
        let good = directory.last_good(author, serial, self.log);
        let (size, root, found) = match (good, &self.checkpoint) {
            (Some(good), None) => (good.size, good.root, Found::BelowLastGood),
            (None, Some(note)) => {
                let (size, root) = self.head(note, author, directory)?;
                (size, root, Found::InLog)
            }
            (Some(_), Some(_)) | (None, None) => return Err(BadPlace::Base),
        };
        if self.index.get() >= size.get() {
            return Err(BadPlace::Beyond);
        }
        proof::verify_inclusion(&hash, self.index, size, &self.path, &root)
            .map_err(|_| BadPlace::NotIncluded)?;
        Ok(found)
    }

    fn head(
        &self,
        note: &[u8],
        author: &AgencyId,
        directory: &Directory,
    ) -> Result<(TreeSize, Digest), BadPlace> {
        let origin = directory.origin(author, self.log);
        let keys = directory.log_keys(author, self.log);
        let signed =
            checkpoint::verify_by(note, &origin, &keys).map_err(|_| BadPlace::Checkpoint)?;
        Ok((signed.checkpoint().size, signed.checkpoint().root))
    }
}

#[cfg(test)]
mod tests;
