//! SHA-256, with a label for each use.

use alloc::format;
use alloc::string::String;
use core::fmt;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;

/// A SHA-256 digest. Shape: 32 bytes. Shown in lower-case hexadecimal. Source: FIPS 180-4.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 64 characters of 0-9 a-f")]
pub struct DigestError;

/// SHA-256 of the bytes, without a label: where a public format asks for exactly that.
pub fn sha256(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

/// SHA-256 of the parts in order, without a label.
pub fn sha256_of(parts: &[&[u8]]) -> Digest {
    let mut hasher = sha2::Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// SHA-256 of bytes that come piece by piece, without a label.
#[derive(Clone, Default)]
pub struct Running(sha2::Sha256);

impl Running {
    /// Before the first byte.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece.
    pub fn take(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of everything taken.
    pub fn digest(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Running")
    }
}

/// SHA-256 under a label that keeps one use from being mistaken for another.
///
/// Shape: SHA-256(label ‖ 0x00 ‖ part ‖ part …); parts are of fixed length or encoded. Source: spec env-5.
pub fn labelled(label: Label, parts: &[&[u8]]) -> Digest {
    // spec: env-5
    let mut hasher = sha2::Sha256::new();
    hasher.update(label.text().as_bytes());
    hasher.update([0]);
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// What a labelled digest is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Commitment to a salted body.
    BodyCommitment,
    /// What approvers sign.
    Core,
    /// The charter's text, without its signatures.
    Charter,
    /// Names a key in COSE headers.
    KeyId,
    /// A root's fingerprint, for people.
    Root,
    /// Names a share of a root in transcripts.
    RootShare,
    /// The checksum of a share of a root.
    RootShareCheck,
    /// Names what Parties sign: the texts and annexes of an outcome document.
    OutcomePackage,
    /// A salted entry of a manifest.
    ManifestEntry,
    /// Names the question behind a derived figure.
    Statistic,
    /// What two custody officers compare and sign face to face.
    Certificate,
    /// The signature of one of them.
    CertificateSignature,
    /// Commitment to salted approvals.
    Approvals,
    /// An identifier under a key that one member has.
    KeyedIdentifier,
}

impl Label {
    /// The label as it is hashed.
    pub const fn text(self) -> &'static str {
        match self {
            Self::BodyCommitment => "concord/1 body commitment",
            Self::Core => "concord/1 core",
            Self::Charter => "concord/1 charter",
            Self::KeyId => "concord/1 key id",
            Self::Root => "concord/1 root",
            Self::RootShare => "concord/1 root share",
            Self::RootShareCheck => "concord/1 root share check",
            Self::OutcomePackage => "concord/1 outcome package",
            Self::ManifestEntry => "concord/1 manifest entry",
            Self::Statistic => "concord/1 statistic",
            Self::Certificate => "concord/1 certificate",
            Self::CertificateSignature => "concord/1 certificate signature",
            Self::Approvals => "concord/1 approvals",
            Self::KeyedIdentifier => "concord/1 keyed identifier",
        }
    }
}

impl Digest {
    /// From 32 bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Reads 64 hexadecimal characters in lower case.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, DigestError> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(DigestError);
        }
        let mut bytes = [0_u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair.iter().try_fold(0_u8, |sum, digit| Ok((sum << 4) | nibble(*digit)?))?;
        }
        Ok(Self(bytes))
    }

    /// The first eight characters, for eyes.
    pub fn short(&self) -> String {
        self.0.iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}

const fn nibble(digit: u8) -> Result<u8, DigestError> {
    match digit {
        b'0'..=b'9' => Ok(digit.wrapping_sub(b'0')),
        b'a'..=b'f' => Ok(digit.wrapping_sub(b'a').wrapping_add(10)),
        _ => Err(DigestError),
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short())
    }
}

/// Bytes in CBOR, hexadecimal where people read.
impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_str(&format!("{self}"));
        }
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            return Self::parse(&text).map_err(serde::de::Error::custom);
        }
        serde_bytes::ByteArray::<32>::deserialize(deserializer)
            .map(|bytes| Self(bytes.into_array()))
    }
}
