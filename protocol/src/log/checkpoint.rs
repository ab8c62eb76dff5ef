//! Checkpoints: the signed statement of a log's size and root. Source: C2SP tlog-checkpoint, spec log-13.
//!
//! Uses `note`, `proof`. Of our logs every checkpoint has exactly three lines; extension lines are refused, because
//! monitors cannot audit them.
//!
//! Absent on purpose: a time. Time comes from cosignatures.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::crypto::digest::Digest;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::VerifyingKey;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::log::hash;
use crate::log::note;
use crate::log::note::BadKeyName;
use crate::log::note::NoteError;
use crate::log::note::NoteKey;
use crate::log::note::SignNoteError;
use crate::log::proof;
use crate::log::proof::BadProof;

/// What a log says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Names the log, for example `concord/mekong/la.mps/log0`.
    pub origin: String,
    /// Number of leaves.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// A checkpoint whose signature was verified, with its bytes. Only [`verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Vec<u8>,
}

/// Why a note is not a checkpoint of this log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The origin expected cannot name a key.
    #[error(transparent)]
    Name(#[from] BadKeyName),
    /// Not a note, or not signed by the log's key.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Fewer than three lines.
    #[error("a checkpoint has three lines")]
    TooShort,
    /// Lines after the root.
    #[error("a checkpoint of this federation has no extension lines")]
    Extension,
    /// Another log.
    #[error("the checkpoint is of another log")]
    Origin,
    /// Not a number in its one form.
    #[error("the size is a decimal number below 2^64 without leading zeros")]
    Size,
    /// Not 32 bytes in base64.
    #[error("the root is 32 bytes in base64")]
    Root,
    /// Size 0 with a root that is not that of the empty tree.
    #[error("the root of an empty tree is the hash of nothing")]
    EmptyRoot,
    /// Signed by a key that counts only up to an earlier checkpoint.
    #[error("the log key was revoked and does not vouch for this checkpoint")]
    Revoked,
}

/// Why one checkpoint does not grow into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrowthError {
    /// They are of different logs.
    #[error("the checkpoints are of different logs")]
    Origin,
    /// The older one is of size 0, yet a path was given.
    #[error("growth from an empty tree has an empty path")]
    Surplus,
    /// The path does not show it.
    #[error(transparent)]
    Proof(#[from] BadProof),
}

/// Signs a checkpoint with the log's key, under the log's origin. Shape of the result: a C2SP note.
///
/// # Errors
/// When the origin cannot stand in a note, or the key cannot be reached.
pub fn sign(checkpoint: &Checkpoint, signer: &dyn Signer) -> Result<Vec<u8>, SignNoteError> {
    note::sign(&text(checkpoint), &checkpoint.origin, signer)
}

/// The text that the log's key and cosigners sign: its one form.
pub fn text(checkpoint: &Checkpoint) -> String {
    format!(
        "{}\n{}\n{}\n",
        checkpoint.origin,
        checkpoint.size,
        STANDARD.encode(checkpoint.root.as_bytes())
    )
}

/// The note of a checkpoint whose signature came apart from it. Shape: one signature line. Nothing is verified here.
///
/// # Errors
/// When the origin cannot stand in a note.
pub fn assemble(
    checkpoint: &Checkpoint,
    key: &VerifyingKey,
    signature: &Signature,
) -> Result<Vec<u8>, BadKeyName> {
    let key = NoteKey::new(&checkpoint.origin, *key)?;
    let line = note::line_text(key.name(), key.id(), signature.as_bytes());
    Ok(format!("{}\n{line}", text(checkpoint)).into_bytes())
}

/// Reads a checkpoint of the log `origin` and checks the signature of the log's key.
///
/// # Errors
/// The first thing that is wrong: with the note, its signature, or its three lines.
pub fn verify(
    bytes: &[u8],
    origin: &str,
    key: &VerifyingKey,
) -> Result<SignedCheckpoint, CheckpointError> {
    let key = NoteKey::new(origin, *key)?;
    let text = note::parse(bytes)?.verify(&key)?;
    let checkpoint = parse(text)?;
    if checkpoint.origin != origin {
        return Err(CheckpointError::Origin);
    }
    Ok(SignedCheckpoint { checkpoint, note: bytes.to_vec() })
}

/// The same under whichever key of the log signed it, unless that key was revoked and does not vouch for it.
///
/// # Errors
/// As [`verify`], of the newest key where none signed it.
pub fn verify_by(
    bytes: &[u8],
    origin: &str,
    keys: &[LogKey],
) -> Result<SignedCheckpoint, CheckpointError> {
    let mut first = None;
    for known in keys {
        match verify(bytes, origin, &known.key) {
            Ok(signed) => {
                let found = signed.checkpoint();
                // spec: id-43
                let vouched = known.vouches(found.size, &found.root);
                return if vouched { Ok(signed) } else { Err(CheckpointError::Revoked) };
            }
            Err(error) => first = first.or(Some(error)),
        }
    }
    Err(first.unwrap_or(CheckpointError::Origin))
}

/// Whether one of the keys that signed a checkpoint vouches for it in the eyes of a directory, which may have learned
/// of a revocation since one of them was seen to have signed it.
pub fn still_counts(
    known: &Directory,
    owner: &AgencyId,
    (checkpoint, note): (&Checkpoint, &[u8]),
) -> bool {
    // spec: id-43
    if known.revoked_through(owner).is_none() {
        return true;
    }
    let Checkpoint { origin, size, root } = checkpoint;
    let log = known.log_named(owner, origin);
    let keys = log.map(|log| known.log_keys(owner, log)).unwrap_or_default();
    let signed = |held: &LogKey| verify(note, origin, &held.key).is_ok();
    keys.iter().any(|held| held.vouches(*size, root) && signed(held))
}

/// The first line of a note: the origin that it claims, unverified, to look up whose keys to verify it with.
pub fn origin_line(note: &[u8]) -> Option<&str> {
    let line = note.split(|byte| *byte == b'\n').next()?;
    core::str::from_utf8(line).ok()
}

/// Reads the text of a checkpoint of somebody else's log, which may have extension lines; what they say is passed over.
///
/// # Errors
/// The first thing that is wrong with its lines.
pub fn parse_foreign(text: &str) -> Result<Checkpoint, CheckpointError> {
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    if lines.clone().skip(3).any(str::is_empty) {
        return Err(CheckpointError::Extension);
    }
    let three: Vec<&str> = lines.take(3).collect();
    let checkpoint = parse(&three.join("\n"))?;
    if checkpoint.origin.is_empty() { Err(CheckpointError::Origin) } else { Ok(checkpoint) }
}

/// Reads the text of a checkpoint in its one form.
fn parse(text: &str) -> Result<Checkpoint, CheckpointError> {
    // spec: log-13
    let mut lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(CheckpointError::TooShort);
    };
    if lines.next().is_some() {
        return Err(CheckpointError::Extension);
    }
    let size = decimal(size).ok_or(CheckpointError::Size)?;
    let root = STANDARD.decode(root).ok().and_then(|root| <[u8; 32]>::try_from(root).ok());
    let root = Digest::from_bytes(root.ok_or(CheckpointError::Root)?);
    // spec: log-14
    if size == 0 && root != hash::EMPTY_ROOT {
        return Err(CheckpointError::EmptyRoot);
    }
    Ok(Checkpoint { origin: origin.to_owned(), size: TreeSize::new(size), root })
}

/// A decimal number below 2^64 in its one form.
pub(super) fn decimal(text: &str) -> Option<u64> {
    let canonical =
        text.bytes().all(|digit| digit.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if canonical { text.parse().ok() } else { None }
}

/// Checks that the older checkpoint's tree is the beginning of the newer one's.
///
/// Everything begins with the empty tree, so growth from size 0 needs no path and must not have one.
///
/// # Errors
/// When the logs differ, or the path does not show it.
pub fn verify_growth(
    older: &Checkpoint,
    newer: &Checkpoint,
    path: &[Digest],
) -> Result<(), GrowthError> {
    // spec: log-17
    if older.origin != newer.origin {
        return Err(GrowthError::Origin);
    }
    if older.size.get() == 0 {
        return if path.is_empty() { Ok(()) } else { Err(GrowthError::Surplus) };
    }
    Ok(proof::verify_consistency(older.size, &older.root, newer.size, &newer.root, path)?)
}

impl SignedCheckpoint {
    /// What it says.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The text of the note, as the log's key signed it.
    pub fn text(&self) -> String {
        text(&self.checkpoint)
    }

    /// The note, byte for byte as it was received, with the lines of cosigners that nobody has judged.
    pub fn note(&self) -> &[u8] {
        &self.note
    }
}
