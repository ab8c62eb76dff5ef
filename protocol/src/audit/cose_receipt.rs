//! COSE receipts: that a leaf stands in a log, in the form that tools of others read. Source: RFC 9942, spec log-30.
//!
//! Uses `log`, `crypto`. A receipt of RFC 9942 signs the root and nothing else, so that it can be rewritten to another
//! size and place. Ours says size and checkpoint in its protected header, and [`verify`] refuses a proof of any other.
//! The canonical evidence is the checkpoint's note with its cosignatures; this is a second form of the same statement.
//!
//! Absent on purpose: witnesses, whom the RFC does not know; receipts that do not say their size; consistency proofs.

mod frame;

use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SignerAway;
use crate::crypto::signature::VerifyingKey;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::limits::COSE_RECEIPT_BYTES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::Seconds;
use crate::log::proof;
use crate::log::proof::BadProof;

/// The place of a leaf and the way from it to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inclusion {
    /// Place of the leaf.
    pub index: LeafIndex,
    /// Sibling hashes, leaf first.
    pub path: Vec<Digest>,
}

/// A receipt that was read and not verified: nobody may rely on what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoseReceipt {
    header: Header,
    protected: Vec<u8>,
    size: TreeSize,
    inclusion: Inclusion,
    signature: Signature,
}

/// What stands in the protected header besides the constants.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Header {
    key_id: KeyId,
    origin: String,
    at: Seconds,
    size: TreeSize,
    note: Digest,
}

/// What a receipt proves. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    checkpoint: Checkpoint,
    index: LeafIndex,
    at: Seconds,
}

/// Why no receipt was issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The path does not lead from the leaf to the checkpoint's root.
    #[error(transparent)]
    Proof(#[from] BadProof),
    /// The key cannot be reached.
    #[error(transparent)]
    Away(#[from] SignerAway),
    /// The origin is longer than a receipt may be.
    #[error("the receipt would have more than {max} bytes")]
    TooLong {
        /// Bytes allowed.
        max: usize,
    },
}

/// Why bytes are not a receipt of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// More bytes than a receipt may have.
    #[error("a receipt has at most {max} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// Not the one form of a receipt.
    #[error("byte {at}: here a receipt has {expected}")]
    Form {
        /// Where, from 0.
        at: usize,
        /// What belongs there.
        expected: &'static str,
    },
}

/// Why a receipt proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Signed by another key.
    #[error("the receipt names the key {found:02x?}, expected {expected:02x?}")]
    Stranger {
        /// The key's name in the receipt.
        found: [u8; 8],
        /// The name of the key asked about.
        expected: [u8; 8],
    },
    /// Of another log.
    #[error("the receipt is of another log")]
    Origin,
    /// The proof is for another size than the one signed: a receipt that was rewritten to another place.
    #[error("the proof is for a tree of {proof} leaves, the signature for one of {signed}")]
    Moved {
        /// The size of the proof, which is not signed.
        proof: TreeSize,
        /// The size in the protected header.
        signed: TreeSize,
    },
    /// The path does not fit the size.
    #[error(transparent)]
    Proof(#[from] BadProof),
    /// The path leads to a root whose checkpoint is not the one signed.
    #[error("the path leads to another checkpoint than the one that the receipt names")]
    Note,
    /// The signature does not hold.
    #[error(transparent)]
    Signature(#[from] BadSignature),
}

/// Issues a receipt for a leaf at a checkpoint, with the log's key. Shape of the result: tagged COSE_Sign1.
///
/// The checkpoint was signed before, so that nothing is said here that the log has not said already.
///
/// # Errors
/// When the path does not lead from the leaf to the root, or the key cannot be reached.
pub fn issue(
    signed: &SignedCheckpoint,
    leaf: &Digest,
    inclusion: &Inclusion,
    at: Seconds,
    signer: &dyn Signer,
) -> Result<Vec<u8>, IssueError> {
    let head = signed.checkpoint();
    proof::verify_inclusion(leaf, inclusion.index, head.size, &inclusion.path, &head.root)?;
    // spec: log-30, log-31
    let header = Header {
        key_id: signer.public().id(),
        origin: head.origin.clone(),
        at,
        size: head.size,
        note: digest::sha256(signed.text().as_bytes()),
    };
    let protected = frame::protected(&header);
    let signature = signer.sign(&frame::to_be_signed(&protected, &head.root))?;
    let bytes = frame::receipt(&protected, head.size, inclusion, &signature);
    let max = COSE_RECEIPT_BYTES_MAX;
    if bytes.len() > max { Err(IssueError::TooLong { max }) } else { Ok(bytes) }
}

/// Reads a receipt in its one form.
///
/// # Errors
/// The first byte at which it differs from what [`issue`] writes.
pub fn read(bytes: &[u8]) -> Result<CoseReceipt, ReadError> {
    let (len, max) = (bytes.len(), COSE_RECEIPT_BYTES_MAX);
    if len > max {
        return Err(ReadError::TooLong { len, max });
    }
    frame::read(bytes)
}

/// Checks that the log with this origin and key put the leaf with this hash where the receipt says.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(
    receipt: &CoseReceipt,
    leaf: &Digest,
    origin: &str,
    key: &VerifyingKey,
) -> Result<Proven, VerifyError> {
    let header = &receipt.header;
    let (found, expected) = (*header.key_id.as_bytes(), *key.id().as_bytes());
    if found != expected {
        return Err(VerifyError::Stranger { found, expected });
    }
    if header.origin != origin {
        return Err(VerifyError::Origin);
    }
    // spec: log-32
    if receipt.size != header.size {
        return Err(VerifyError::Moved { proof: receipt.size, signed: header.size });
    }
    let inclusion = &receipt.inclusion;
    let root = proof::root_of(leaf, inclusion.index, header.size, &inclusion.path)?;
    let checkpoint = Checkpoint { origin: header.origin.clone(), size: header.size, root };
    if digest::sha256(checkpoint::text(&checkpoint).as_bytes()) != header.note {
        return Err(VerifyError::Note);
    }
    key.verify(&frame::to_be_signed(&receipt.protected, &root), &receipt.signature)?;
    Ok(Proven { checkpoint, index: inclusion.index, at: header.at })
}

impl CoseReceipt {
    /// The log that it says to be of, which nobody may rely on yet.
    pub fn unverified_origin(&self) -> &str {
        &self.header.origin
    }
}

impl Proven {
    /// The checkpoint at which the leaf stands there.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Place of the leaf.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// When the receipt was issued, by the clock of the log's node.
    pub const fn at(&self) -> Seconds {
        self.at
    }
}
