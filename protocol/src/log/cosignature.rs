//! Cosignatures: a witness says when it saw a log at this size. Source: C2SP tlog-cosignature, spec log-20.
//!
//! Uses `note`, `checkpoint`. A cosignature says: at this time, this is the largest consistent tree I have seen of this
//! origin. It does not commit to the name of the cosigner, so one key has one role and counts once.
//!
//! Absent on purpose: what a witness checks before it signs (`engine`), ML-DSA cosignatures (0x06).

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::VerifyingKey;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::note;
use crate::log::note::BadKeyName;
use crate::log::note::LineKey;
use crate::log::note::NoteError;
use crate::log::note::SignNoteError;
use crate::moment::Timestamp;

/// Signature type of an Ed25519 cosignature with its time. Source: C2SP tlog-cosignature.
pub const COSIGNATURE: u8 = 0x04;

/// When a cosigner signed. Units: seconds since 1970-01-01 00:00 UTC. Shape: at most 2^63 - 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(u64);

/// A time that no cosignature can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a cosignature says a time of at most 2^63 - 1 seconds")]
pub struct BadSeconds;

/// A cosigner's key under the name by which notes call it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CosignerKey {
    name: String,
    id: [u8; 4],
    key: VerifyingKey,
}

/// Why a checkpoint has no quorum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuorumError {
    /// A cosignature of a known witness does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Too few known witnesses cosigned it.
    #[error("{found} known witnesses cosigned the checkpoint, {quorum} are needed")]
    TooFew {
        /// Witnesses that did.
        found: usize,
        /// Witnesses that must.
        quorum: usize,
    },
}

impl Seconds {
    /// From seconds since the epoch.
    ///
    /// # Errors
    /// Beyond 2^63 - 1.
    pub fn new(seconds: u64) -> Result<Self, BadSeconds> {
        // spec: log-21
        i64::try_from(seconds).map(|_| Self(seconds)).map_err(|_| BadSeconds)
    }

    /// The whole seconds of an instant.
    pub const fn of(instant: Timestamp) -> Self {
        Self(instant.seconds())
    }

    /// Seconds since the epoch.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The instant, for comparison with clocks; stays at the end of time.
    pub const fn instant(self) -> Timestamp {
        Timestamp::from_millis(self.0.saturating_mul(1000))
    }
}

impl CosignerKey {
    /// A cosigner's Ed25519 key under a name.
    ///
    /// # Errors
    /// When the name cannot stand in a note.
    pub fn new(name: &str, key: VerifyingKey) -> Result<Self, BadKeyName> {
        if !note::is_key_name(name) {
            return Err(BadKeyName);
        }
        // spec: log-20
        Ok(Self { name: name.to_owned(), id: note::line_id(name, COSIGNATURE, &key), key })
    }

    /// The name by which notes call the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's id in notes: an identifier of 32 bits, not a commitment.
    pub const fn id(&self) -> [u8; 4] {
        self.id
    }

    /// The key itself.
    pub const fn key(&self) -> &VerifyingKey {
        &self.key
    }

    /// The key as other tools take it. Shape: `<name>+<id in hex>+<base64 of type and key>`. Source: C2SP signed-note.
    pub fn vkey(&self) -> String {
        note::vkey_text(&self.name, self.id, COSIGNATURE, &self.key)
    }
}

impl LineKey for CosignerKey {
    type Said = Seconds;

    fn name(&self) -> &str {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        self.id
    }

    fn judge(&self, text: &str, signature: &[u8]) -> Option<Seconds> {
        let (seconds, signature) = signature.split_first_chunk::<8>()?;
        let seconds = Seconds::new(u64::from_be_bytes(*seconds)).ok()?;
        let signature = Signature::from_bytes(<[u8; 64]>::try_from(signature).ok()?);
        self.key.verify(said(text, seconds).as_bytes(), &signature).ok()?;
        Some(seconds)
    }
}

/// What a cosigner signs: its time, and the text of the checkpoint.
pub fn said(text: &str, at: Seconds) -> String {
    // spec: log-20
    format!("cosignature/v1\ntime {}\n{text}", at.0)
}

/// Cosigns the text of a checkpoint under a name. Shape of the result: one signature line with its line feed.
///
/// # Errors
/// When the name cannot stand in a note, when the text does not end in a line feed, or when the key cannot be reached.
pub fn cosign(
    text: &str,
    at: Seconds,
    name: &str,
    signer: &dyn Signer,
) -> Result<Vec<u8>, SignNoteError> {
    let key = CosignerKey::new(name, signer.public())?;
    note::check_text(text)?;
    let signature = signer.sign(said(text, at).as_bytes())?;
    let mut signed = Vec::from(at.0.to_be_bytes());
    signed.extend_from_slice(signature.as_bytes());
    Ok(note::line_text(name, key.id, &signed).into_bytes())
}

/// When the cosigner signed this text, once its line is known to hold. Shape of `line`: ends in a line feed.
///
/// # Errors
/// When it is no line, of another key, or does not hold.
pub fn verify(text: &str, line: &[u8], key: &CosignerKey) -> Result<Seconds, NoteError> {
    note::verify_line(text, line, key)
}

/// Those of the known witnesses that cosigned a checkpoint, each key once, with the newest time it says.
///
/// # Errors
/// When any line of any known witness does not hold.
pub fn cosigners<'k>(
    checkpoint: &SignedCheckpoint,
    known: &'k [CosignerKey],
) -> Result<Vec<(&'k CosignerKey, Seconds)>, NoteError> {
    let mut cosigners: Vec<(&CosignerKey, Seconds)> = Vec::new();
    for (key, at) in note::parse(checkpoint.note())?.signers(known)? {
        // spec: log-22
        if !cosigners.iter().any(|(other, _)| other.key == key.key) {
            cosigners.push((key, at));
        }
    }
    Ok(cosigners)
}

/// The known witnesses that cosigned a checkpoint, when they are at least a quorum.
///
/// # Errors
/// When any line of any known witness does not hold, or when they are too few.
pub fn quorate<'k>(
    checkpoint: &SignedCheckpoint,
    known: &'k [CosignerKey],
    quorum: usize,
) -> Result<Vec<(&'k CosignerKey, Seconds)>, QuorumError> {
    let cosigners = cosigners(checkpoint, known)?;
    let found = cosigners.len();
    // spec: log-22
    if found < quorum { Err(QuorumError::TooFew { found, quorum }) } else { Ok(cosigners) }
}
