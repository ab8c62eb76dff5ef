//! The transcript of a root ceremony: what was made, when, in whose presence, signed by the root that it is about.
//!
//! Uses `crypto`, `root`. Both keys of the root sign, so the transcript proves that whoever made it had the root; what
//! it says about people and time is their word. Shares appear by digest only: a transcript can be printed and shown.
//! Absent on purpose: secrets, shares, and any power. Nothing in the federation depends on a transcript.

#[cfg(test)]
mod tests;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use serde::de;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::SignError;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest::Digest;
use crate::identity::charter::rules;
use crate::identity::root::RootKey;
use crate::identity::root::RootPublic;
use crate::ids::AgencyId;
use crate::limits::CEREMONY_PEOPLE_MAX;
use crate::limits::CEREMONY_TEXT_BYTES_MAX;
use crate::limits::SHARES_MAX;
use crate::limits::TRANSCRIPT_BYTES_MAX;
use crate::moment::Timestamp;

/// What was done with a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// It was made.
    Made,
    /// It was split into shares.
    Split,
    /// It was put together again from shares.
    Recovered,
}

/// How a root was split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    /// How many shares give the root back.
    pub threshold: u8,
    /// The digest of each share, in order of its number.
    pub shares: Vec<Digest>,
}

/// What a ceremony was, as its root signs it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Whose root.
    pub agency: AgencyId,
    /// What was done.
    pub act: Act,
    /// The root.
    pub root: RootPublic,
    /// How it was split, or from which shares it was recovered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sharing: Option<Sharing>,
    /// Who was there, as they were named.
    pub people: Vec<String>,
    /// The program and its version.
    pub software: String,
    /// When, by the clock of the machine.
    pub at: Timestamp,
}

impl Encoded for Transcript {
    const BYTES_MAX: usize = TRANSCRIPT_BYTES_MAX;
}

/// A transcript that its own root signed. Made by nothing but [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedTranscript(Transcript);

/// What no transcript may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Too many people, or a text that is no single line.
    #[error(
        "a transcript names at most {CEREMONY_PEOPLE_MAX} people and the software, each in one line of 1 to {CEREMONY_TEXT_BYTES_MAX} bytes without blanks at its ends"
    )]
    Text,
    /// A threshold that its shares cannot meet, or that one share meets.
    #[error(
        "{threshold} of {shares} shares: both are from 2 to {SHARES_MAX}, and the first is no more than the second"
    )]
    Sharing {
        /// The threshold.
        threshold: u8,
        /// Shares named.
        shares: usize,
    },
    /// A split without shares.
    #[error("a root that was split has shares")]
    Unshared,
}

/// Why a transcript was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It says what none may say.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// Ours: a value of ours has no encoding.
    #[error("the transcript could not be encoded")]
    Encode(#[from] EncodeError),
    /// Ours: nothing could be signed.
    #[error("the transcript could not be signed")]
    Sign(#[from] SignError),
}

/// Why a transcript cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TranscriptError {
    /// Not a signed transcript at all.
    #[error("the bytes are no signed transcript")]
    Form(#[from] CoseError),
    /// What was signed is no transcript.
    #[error("what was signed is no transcript")]
    Content(#[from] DecodeError),
    /// It says what none may say.
    #[error("the transcript does not hold")]
    Rule(#[from] RuleError),
    /// Not signed by the two keys of the root in it, or by more than those.
    #[error("the transcript is not signed by its root alone")]
    OtherSigner,
    /// A signature of the root does not hold.
    #[error("the signature of the root does not hold")]
    Forged,
}

/// Signs a transcript with the root that it is about. Source: spec cus-8.
///
/// # Errors
/// When it says what none may say.
pub fn record(transcript: &Transcript, root: &RootKey) -> Result<Vec<u8>, RecordError> {
    check(transcript)?;
    let payload = codec::encode(transcript)?;
    // spec: cus-8
    Ok(hybrid::sign(&root.hybrid(), ContentType::Ceremony, &payload)?)
}

/// Verifies a transcript under the root that it names; whether that is the agency's root, the charter says.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(bytes: &[u8]) -> Result<VerifiedTranscript, TranscriptError> {
    // spec: cus-8
    let signed = HybridSigned::parse(bytes, ContentType::Ceremony)?;
    let transcript: Transcript = codec::decode(signed.payload())?;
    check(&transcript)?;
    let root_ids = transcript.root.key_ids();
    if signed.key_ids().len() != root_ids.len()
        || !signed.key_ids().all(|id| root_ids.contains(&id))
    {
        return Err(TranscriptError::OtherSigner);
    }
    match signed.verify(&transcript.root.hybrid()) {
        Ok(()) => Ok(VerifiedTranscript(transcript)),
        Err(_) => Err(TranscriptError::Forged),
    }
}

fn check(transcript: &Transcript) -> Result<(), RuleError> {
    // spec: cus-9
    let mut texts = transcript.people.iter().chain([&transcript.software]);
    if transcript.people.len() > CEREMONY_PEOPLE_MAX || !texts.all(|text| rules::is_name(text)) {
        return Err(RuleError::Text);
    }
    match &transcript.sharing {
        Some(sharing) => sharing.check(),
        None if transcript.act == Act::Split => Err(RuleError::Unshared),
        None => Ok(()),
    }
}

impl Sharing {
    fn check(&self) -> Result<(), RuleError> {
        let (threshold, shares) = (usize::from(self.threshold), self.shares.len());
        if 2 <= threshold && threshold <= shares && shares <= usize::from(SHARES_MAX) {
            return Ok(());
        }
        Err(RuleError::Sharing { threshold: self.threshold, shares })
    }
}

impl VerifiedTranscript {
    /// What the root signed.
    pub const fn transcript(&self) -> &Transcript {
        &self.0
    }
}

impl Act {
    const ALL: [Self; 3] = [Self::Made, Self::Split, Self::Recovered];

    /// The number in the format.
    const fn number(self) -> u8 {
        match self {
            Self::Made => 0,
            Self::Split => 1,
            Self::Recovered => 2,
        }
    }

    /// What was done, for people and for JSON.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Split => "split",
            Self::Recovered => "recovered",
        }
    }
}

impl Serialize for Act {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for Act {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        let known = Self::ALL.into_iter().find(|act| act.number() == number);
        known.ok_or_else(|| de::Error::custom("an act is 0 to 2"))
    }
}
