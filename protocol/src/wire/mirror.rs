//! Keeping one another's logs: the entries of a member's journal, sealed to itself, with the hashes of their leaves.
//!
//! Uses `codec`, `log`. A mirror sees how the tree grows and checks it against the owner's checkpoint; what the leaves
//! say it cannot see. The owner asks for the entries back when its own data are older than what it has signed.
//!
//! Absent on purpose: sealing, which needs the owner's storage key, and files.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::directory::LogKey;
use crate::ids::TreeSize;
use crate::limits::FRAME_BYTES_MAX;
use crate::limits::MIRROR_ENTRY_PARTS_MAX;
use crate::limits::MIRROR_PART_BYTES_MAX;
use crate::limits::MIRROR_PARTS_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::tile;
use crate::log::tree::Tree;

/// Entries of the speaker's journal, for the listener to keep. Source: spec wire-56.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    /// Whole entries, or parts of one.
    pub parts: Vec<MirrorPart>,
    /// The speaker's checkpoint over every leaf so far; absent inside an entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<ByteBuf>,
}

/// One part of one entry. Source: spec wire-56.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MirrorPart {
    /// The owner's number of the entry.
    pub sequence: u64,
    /// The number of the entry that was sent before it; 0 before the first.
    pub previous: u64,
    /// Which part, from 0.
    pub part: u32,
    /// How many parts the entry has.
    pub of: u32,
    /// Hashes of leaves, 32 bytes each.
    pub leaves: ByteBuf,
    /// Part of the entry's records, sealed by the owner to itself.
    pub sealed: ByteBuf,
}

/// How far the speaker holds the listener's log now. Source: spec wire-58.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mirrored {
    /// The last whole entry held; 0 for none.
    pub sequence: u64,
    /// Leaves held.
    pub size: TreeSize,
    /// What became of the parts.
    pub outcome: MirrorOutcome,
}

/// What became of parts that were sent to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MirrorOutcome {
    /// They are durable.
    Kept,
    /// The mirror has no room now.
    NoRoom,
}

/// "Give me back my entries from here on." Source: spec wire-60.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Recall {
    /// The entries after the first that brought the log to this size.
    Size(TreeSize),
    /// What comes after this part.
    After {
        /// The entry.
        sequence: u64,
        /// The part.
        part: u32,
    },
}

/// Entries given back. Source: spec wire-61.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recalled {
    /// Parts in order; empty at the end.
    pub parts: Vec<MirrorPart>,
    /// Whether more follow.
    pub outcome: RecallOutcome,
}

/// Whether more entries follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RecallOutcome {
    /// Ask again for what comes after the last part.
    More,
    /// That was the last part.
    End,
    /// The mirror's files are damaged here.
    Damaged,
    /// The mirror holds nothing of this log, or not from that place.
    NotHeld,
}

impl Encoded for Mirror {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// What a part's seal is bound to.
#[derive(Serialize, Deserialize)]
struct Bound(String, String, u64, u64, u32, u32, Digest);

impl Encoded for Bound {
    const BYTES_MAX: usize = 1024;
}

impl MirrorPart {
    /// The data that the seal of this part is bound to: whose log, which entry, after which, and the leaves' hashes.
    ///
    /// # Errors
    /// When the origin is longer than any.
    // spec: rst-22
    pub fn bound_to(&self, origin: &str) -> Result<Vec<u8>, EncodeError> {
        let Self { sequence, previous, part, of, .. } = *self;
        let leaves = digest::sha256(&self.leaves);
        let (label, origin) = ("concord/1 mirror".to_string(), origin.to_string());
        codec::encode(&Bound(label, origin, sequence, previous, part, of, leaves))
    }

    /// Whether this is the last part of its entry.
    pub const fn ends_entry(&self) -> bool {
        self.part.saturating_add(1) == self.of
    }
}

/// Why parts do not continue what a mirror holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MirrorError {
    /// Not within the bounds of a frame.
    #[error(
        "a frame carries 1 to {MIRROR_PARTS_MAX} parts of 1 to {MIRROR_ENTRY_PARTS_MAX} to an entry"
    )]
    Bounds,
    /// A part is not the one that comes next.
    #[error("a part is not the one that comes next")]
    Order,
    /// The checkpoint is not the owner's.
    #[error("the checkpoint does not carry the owner's signature")]
    Checkpoint,
    /// The checkpoint has another tree than the leaves.
    #[error("the leaves do not have the tree of the checkpoint")]
    OtherTree,
}

/// The tree of somebody else's log, as a mirror follows it.
#[derive(Clone, Debug, Default)]
pub struct Followed {
    tree: Tree,
    /// The last whole entry; 0 before the first.
    sequence: u64,
    checkpoint: Option<SignedCheckpoint>,
    /// The entry of which some parts came.
    begun: Option<Begun>,
}

#[derive(Clone, Debug)]
struct Begun {
    sequence: u64,
    part: u32,
    of: u32,
    tree: Tree,
}

/// What a mirror knows of the owner of a log.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The origin of its log.
    pub origin: String,
    /// Every log key that it has had.
    pub keys: Vec<LogKey>,
}

impl Owner {
    /// Reads a checkpoint of this owner, under whichever of its keys.
    pub fn checkpoint(&self, note: &[u8]) -> Option<SignedCheckpoint> {
        // Also of a key that was revoked: a mirror keeps what was, and later heads vouch for it.
        let mut signed =
            self.keys.iter().map(|known| checkpoint::verify(note, &self.origin, &known.key));
        signed.find_map(Result::ok)
    }
}

impl Followed {
    /// What was followed up to a checkpoint, with the right edge of its tree.
    ///
    /// Returns `None` when the edge does not have the root of the checkpoint.
    pub fn resume(sequence: u64, tree: Tree, checkpoint: SignedCheckpoint) -> Option<Self> {
        let fits = checkpoint.checkpoint().size == tree.size()
            && checkpoint.checkpoint().root == tree.root();
        fits.then_some(Self { tree, sequence, checkpoint: Some(checkpoint), begun: None })
    }

    /// The last whole entry; 0 before the first.
    pub const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// The tree over every leaf of whole entries.
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The owner's checkpoint over them.
    pub const fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// Whether an entry has begun and not ended.
    pub const fn in_entry(&self) -> bool {
        self.begun.is_some()
    }

    /// Forgets the parts of an entry that did not end.
    pub fn forget_begun(&mut self) {
        self.begun = None;
    }

    /// Follows one frame: every part is the next one, and the leaves of whole entries have the tree of the checkpoint.
    ///
    /// # Errors
    /// When they do not; what was followed is as before.
    // spec: wire-57
    pub fn follow(&mut self, frame: &Mirror, owner: &Owner) -> Result<(), MirrorError> {
        let mut next = self.clone();
        if frame.parts.is_empty() || frame.parts.len() > MIRROR_PARTS_MAX {
            return Err(MirrorError::Bounds);
        }
        for part in &frame.parts {
            next.take(part)?;
        }
        match (&frame.checkpoint, next.begun.is_some()) {
            (None, true) => {}
            (Some(note), false) => {
                let checkpoint = owner.checkpoint(note).ok_or(MirrorError::Checkpoint)?;
                let head = checkpoint.checkpoint();
                if head.size != next.tree.size() || head.root != next.tree.root() {
                    return Err(MirrorError::OtherTree);
                }
                next.checkpoint = Some(checkpoint);
            }
            (None, false) | (Some(_), true) => return Err(MirrorError::Bounds),
        }
        *self = next;
        Ok(())
    }

    // spec: wire-56
    fn take(&mut self, part: &MirrorPart) -> Result<(), MirrorError> {
        let hashes = tile::hashes_from(&part.leaves).ok_or(MirrorError::Bounds)?;
        let bytes = part.leaves.len().saturating_add(part.sealed.len());
        if bytes > MIRROR_PART_BYTES_MAX || part.of == 0 || part.of > MIRROR_ENTRY_PARTS_MAX {
            return Err(MirrorError::Bounds);
        }
        let mut begun = match self.begun.take() {
            None if part.part == 0 && part.sequence > self.sequence => {
                Begun { sequence: part.sequence, part: 0, of: part.of, tree: self.tree.clone() }
            }
            Some(begun)
                if (begun.sequence, begun.of) == (part.sequence, part.of)
                    && begun.part.checked_add(1) == Some(part.part) =>
            {
                Begun { part: part.part, ..begun }
            }
            None | Some(_) => return Err(MirrorError::Order),
        };
        if part.previous != self.sequence {
            return Err(MirrorError::Order);
        }
        for hash in hashes {
            begun.tree.append_hash(hash);
        }
        if part.ends_entry() {
            self.sequence = begun.sequence;
            self.tree = begun.tree;
        } else {
            self.begun = Some(begun);
        }
        Ok(())
    }
}

/// How far a mirror is, for the greeting.
pub fn head_of(followed: &Followed) -> Option<(u64, Vec<u8>)> {
    followed.checkpoint().map(|checkpoint| (followed.sequence(), checkpoint.note().to_vec()))
}

/// The origin as a name for a folder: its last label, which no path can leave.
pub fn log_name(origin: &str) -> Option<String> {
    let name = origin.rsplit('/').next()?;
    let belongs = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    (!name.is_empty() && name.chars().all(belongs)).then(|| name.to_string())
}
