//! A receipt is a log proof: the receiver's checkpoint, its consistency with what we hold, and each leaf's path.
//!
//! The checkpoint's signature covers the whole batch; nothing else is signed.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::TreeSize;
use crate::limits::FRAME_BYTES_MAX;
use crate::limits::RECEIPT_MESSAGES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::hash;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::leaf::Outcome;
use crate::log::proof;
use crate::registry::CloseCode;

/// Proof that messages of one link stand in the speaker's log. Source: spec wire-35.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// Epoch of the link.
    pub epoch: Epoch,
    /// The speaker's signed checkpoint.
    pub checkpoint: ByteBuf,
    /// Size of the last checkpoint of this log that the listener is known to hold; 0 for none.
    pub from: TreeSize,
    /// Consistency path from there; empty when `from` is 0 or the checkpoint's own size.
    pub consistency: Vec<Digest>,
    /// The leaves.
    pub items: Vec<ReceiptItem>,
}

/// One settled number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptItem {
    /// Number on the link.
    pub number: LinkNumber,
    /// Place of the leaf.
    pub index: LeafIndex,
    /// The encoded `received` or `refused` leaf.
    pub leaf: ByteBuf,
    /// Sibling hashes, leaf first.
    pub path: Vec<Digest>,
}

impl Encoded for Receipt {
    const BYTES_MAX: usize = FRAME_BYTES_MAX;
}

/// What the sender holds of the peer's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Leaves covered.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// Whose log a receipt must come from, and whose messages it must settle.
#[derive(Debug)]
pub struct Expected<'a> {
    /// Origin of the peer's log.
    pub origin: &'a str,
    /// The keys that may sign for it.
    pub log_keys: &'a [LogKey],
    /// The sender of the messages.
    pub me: &'a AgencyId,
    /// The newest checkpoint held of this log.
    pub held: Option<Held>,
}

/// A receipt that was checked in full. Only [`verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedReceipt {
    epoch: Epoch,
    checkpoint: SignedCheckpoint,
    held: Option<Held>,
    items: Vec<SettledItem>,
    bytes: Vec<u8>,
}

/// One number that a verified receipt settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledItem {
    /// Number on the link.
    pub number: LinkNumber,
    /// The message.
    pub message: Digest,
    /// Place in the peer's log.
    pub index: LeafIndex,
    /// What became of the message.
    pub outcome: Outcome,
    /// In which form the peer logged it; `None` for a refusal.
    pub form: Option<Form>,
}

impl VerifiedReceipt {
    /// Epoch of the link.
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// The peer's checkpoint.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The older checkpoint that it was proven consistent with.
    pub fn held(&self) -> Option<Held> {
        self.held
    }

    /// What is settled.
    pub fn items(&self) -> &[SettledItem] {
        &self.items
    }

    /// Judges once more what a revocation that became known meanwhile ends.
    ///
    /// # Errors
    /// The code to close the connection with, when its checkpoint has no footing any more.
    pub fn recheck(&self, directory: &Directory, peer: &AgencyId) -> Result<(), CloseCode> {
        let shown = (self.checkpoint.checkpoint(), self.checkpoint.note());
        let counts = checkpoint::still_counts(directory, peer, shown);
        if counts { Ok(()) } else { Err(CloseCode::BadReceipt) }
    }

    /// The encoded receipt, kept as evidence.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the encoded receipt.
    pub fn digest(&self) -> Digest {
        digest::sha256(&self.bytes)
    }
}

/// Why a receipt is not believed. Source: spec link-9.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not within the bounds of a receipt.
    #[error("a receipt settles 1 to {RECEIPT_MESSAGES_MAX} numbers")]
    Bounds,
    /// The checkpoint is not the peer's.
    #[error("the checkpoint does not carry the peer's signature")]
    Checkpoint,
    /// The checkpoint does not continue the log that we hold.
    #[error("the checkpoint does not continue the one held")]
    Inconsistent,
    /// The consistency path starts elsewhere than at the checkpoint that we hold.
    #[error("the consistency path starts from another size than the one held")]
    WrongBase,
    /// A leaf is not in the tree of the checkpoint.
    #[error("a leaf is not in the log")]
    NotIncluded,
    /// A leaf is not a `received` or `refused` leaf of this link and number.
    #[error("a leaf is not about this link")]
    WrongLeaf,
}

/// Checks a receipt in full: signature, growth, and each leaf.
///
/// # Errors
/// The first thing that is wrong. Source: spec link-9.
pub fn verify(receipt: &Receipt, expected: &Expected<'_>) -> Result<VerifiedReceipt, ReceiptError> {
    // spec: wire-35
    if !(1..=RECEIPT_MESSAGES_MAX).contains(&receipt.items.len()) {
        return Err(ReceiptError::Bounds);
    }
    let checkpoint = checkpoint::verify_by(&receipt.checkpoint, expected.origin, expected.log_keys)
        .map_err(|_| ReceiptError::Checkpoint)?;
    // spec: link-9
    // spec: promise-5
    grows(receipt, &checkpoint, expected.held)?;
    let items =
        receipt.items.iter().map(|item| settle(item, receipt.epoch, &checkpoint, expected.me));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let bytes = codec::encode(receipt).map_err(|_| ReceiptError::Bounds)?;
    Ok(VerifiedReceipt { epoch: receipt.epoch, checkpoint, held: expected.held, items, bytes })
}

/// The new checkpoint continues the one held.
fn grows(
    receipt: &Receipt,
    new: &SignedCheckpoint,
    held: Option<Held>,
) -> Result<(), ReceiptError> {
    let Some(old) = held else {
        return if receipt.from.get() == 0 && receipt.consistency.is_empty() {
            Ok(())
        } else {
            Err(ReceiptError::WrongBase)
        };
    };
    if receipt.from != old.size {
        return Err(ReceiptError::WrongBase);
    }
    let new = new.checkpoint();
    proof::verify_consistency(old.size, &old.root, new.size, &new.root, &receipt.consistency)
        .map_err(|_| ReceiptError::Inconsistent)
}

fn settle(
    item: &ReceiptItem,
    epoch: Epoch,
    checkpoint: &SignedCheckpoint,
    me: &AgencyId,
) -> Result<SettledItem, ReceiptError> {
    let head = checkpoint.checkpoint();
    let hash = hash::leaf_hash(&item.leaf);
    proof::verify_inclusion(&hash, item.index, head.size, &item.path, &head.root)
        .map_err(|_| ReceiptError::NotIncluded)?;
    let leaf: Leaf = codec::decode(&item.leaf).map_err(|_| ReceiptError::WrongLeaf)?;
    let (place, outcome, form) = match leaf {
        Leaf::Received { from, epoch, number, message, form, .. } => {
            ((from, epoch, number, message), Outcome::Accepted, Some(form))
        }
        Leaf::Refused { from, epoch, number, message, code, .. } => {
            ((from, epoch, number, message), Outcome::Refused { code }, None)
        }
        Leaf::Started { .. }
        | Leaf::Message { .. }
        | Leaf::Sent { .. }
        | Leaf::ReceiptHeld { .. }
        | Leaf::Read { .. }
        | Leaf::Exported { .. }
        | Leaf::Erased { .. }
        | Leaf::Evidence { .. }
        | Leaf::Succession { .. }
        | Leaf::Resumed { .. }
        | Leaf::Carried { .. }
        | Leaf::Revocation { .. } => return Err(ReceiptError::WrongLeaf),
    };
    let (from, leaf_epoch, number, message) = place;
    if from != *me || leaf_epoch != epoch || number != item.number {
        return Err(ReceiptError::WrongLeaf);
    }
    Ok(SettledItem { number, message, index: item.index, outcome, form })
}
