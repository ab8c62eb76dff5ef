//! The credential: which keys a node uses now, until when, and where it listens.
//!
//! Uses `charter`, `root`. The node makes a [`CredentialRequest`]; the agency's root, offline, signs a [`Credential`];
//! whoever relies on one goes through `verify`, the one maker of a [`VerifiedCredential`].
//! Validity in time is asked apart, because a message is judged by its own time and a connection by now.
//!
//! Absent on purpose: what ends it early (`revocation`), which of several is in force (`directory`), files.

pub mod rules;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::SignError;
use crate::crypto::cose::hybrid;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::kem::SealingPublic;
use crate::crypto::signature::VerifyingKey;
use crate::identity::charter::VerifiedCharter;
use crate::identity::credential::rules::RuleError;
use crate::identity::root::NotByRoot;
use crate::identity::root::RootKey;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::limits::CREDENTIAL_BYTES_MAX;
use crate::moment::Span;
use crate::moment::Timestamp;

/// What the agency's root signs for its node. Source: spec id-16.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// The charter under which it counts.
    pub charter: CharterName,
    /// The agency.
    pub agency: AgencyId,
    /// Counts the agency's credentials from 1; a higher one supersedes a lower one.
    pub serial: Serial,
    /// The first instant at which it counts.
    pub not_before: Timestamp,
    /// The last instant at which it counts.
    pub not_after: Timestamp,
    /// Signs messages.
    pub signing: VerifyingKey,
    /// Bodies are sealed to it.
    pub sealing: SealingPublic,
    /// Signs checkpoints of the node's own log.
    pub log: VerifyingKey,
    /// Which log of the agency that is.
    pub log_number: LogNumber,
    /// Cosigns the checkpoints of others.
    pub witness: VerifyingKey,
    /// Authenticates connections.
    pub transport: VerifyingKey,
    /// Where the node listens, best first. Shape: `host:port`. Empty where it only dials.
    pub addresses: Vec<String>,
}

/// What a node asks its agency's root to sign: a credential without validity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CredentialRequest {
    /// The charter under which it counts.
    pub charter: CharterName,
    /// The agency.
    pub agency: AgencyId,
    /// The serial that comes next.
    pub serial: Serial,
    /// Signs messages.
    pub signing: VerifyingKey,
    /// Bodies are sealed to it.
    pub sealing: SealingPublic,
    /// Signs checkpoints of the node's own log.
    pub log: VerifyingKey,
    /// Which log of the agency that is.
    pub log_number: LogNumber,
    /// Cosigns the checkpoints of others.
    pub witness: VerifyingKey,
    /// Authenticates connections.
    pub transport: VerifyingKey,
    /// Where the node listens, best first.
    pub addresses: Vec<String>,
}

/// From when to when a credential counts, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first instant.
    pub not_before: Timestamp,
    /// The last instant.
    pub not_after: Timestamp,
}

/// What a key of a credential is for. One key has one role, for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyRole {
    /// Signs messages.
    Signing,
    /// Opens bodies.
    Sealing,
    /// Signs checkpoints of the own log.
    Log,
    /// Cosigns the checkpoints of others.
    Witness,
    /// Authenticates connections.
    Transport,
}

impl KeyRole {
    /// The role as people read it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Signing => "signing",
            Self::Sealing => "sealing",
            Self::Log => "log",
            Self::Witness => "witness",
            Self::Transport => "transport",
        }
    }
}

impl core::fmt::Display for KeyRole {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl Encoded for Credential {
    const BYTES_MAX: usize = CREDENTIAL_BYTES_MAX;
}

impl Encoded for CredentialRequest {
    const BYTES_MAX: usize = CREDENTIAL_BYTES_MAX;
}

impl CredentialRequest {
    /// The credential that grants the request for a time.
    pub fn grant(self, validity: Validity) -> Credential {
        // spec: id-27
        Credential {
            charter: self.charter,
            agency: self.agency,
            serial: self.serial,
            not_before: validity.not_before,
            not_after: validity.not_after,
            signing: self.signing,
            sealing: self.sealing,
            log: self.log,
            log_number: self.log_number,
            witness: self.witness,
            transport: self.transport,
            addresses: self.addresses,
        }
    }
}

impl Credential {
    /// The four Ed25519 keys, each with its role.
    pub const fn verifying_keys(&self) -> [(KeyRole, &VerifyingKey); 4] {
        [
            (KeyRole::Signing, &self.signing),
            (KeyRole::Log, &self.log),
            (KeyRole::Witness, &self.witness),
            (KeyRole::Transport, &self.transport),
        ]
    }
}

/// Why a credential was not signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// It says what no credential may say.
    #[error("the credential does not hold")]
    Rule(#[from] RuleError),
    /// Ours: a value of ours has no encoding.
    #[error("the credential could not be encoded")]
    Encode(#[from] EncodeError),
    /// Ours: nothing could be signed.
    #[error("the credential could not be signed")]
    Sign(#[from] SignError),
}

/// Why a credential cannot be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    /// More bytes than a credential may have.
    #[error("a credential has at most {CREDENTIAL_BYTES_MAX} bytes, this one has {len}")]
    TooLong {
        /// Bytes found.
        len: usize,
    },
    /// Not a signed credential at all.
    #[error("the bytes are no signed credential")]
    Form(#[from] CoseError),
    /// What was signed is no credential.
    #[error("what was signed is no credential")]
    Content(#[from] DecodeError),
    /// It counts under another charter.
    #[error("the credential counts under the charter {found}, not {expected}")]
    OtherCharter {
        /// The charter at hand.
        expected: CharterName,
        /// The credential's.
        found: CharterName,
    },
    /// The charter does not name its agency.
    #[error("the charter has no member {agency}")]
    NotAMember {
        /// The credential's agency.
        agency: AgencyId,
    },
    /// Not signed by the two keys of the member's root, or by more than those.
    #[error("the credential is not signed by the root of {agency} alone")]
    OtherSigner {
        /// The credential's agency.
        agency: AgencyId,
    },
    /// A signature of the root does not hold.
    #[error("the signature of the root of {agency} does not hold")]
    Forged {
        /// The credential's agency.
        agency: AgencyId,
    },
    /// It says what no credential may say.
    #[error("the credential does not hold")]
    Rule(#[from] RuleError),
}

/// Signs a credential with the agency's root. Source: spec id-15.
///
/// # Errors
/// When it says what no credential may say.
pub fn sign(credential: &Credential, root: &RootKey) -> Result<Vec<u8>, GrantError> {
    rules::check(credential, &root.public())?;
    let payload = codec::encode(credential)?;
    // spec: id-15
    Ok(hybrid::sign(&root.hybrid(), ContentType::Credential, &payload)?)
}

/// Verifies a credential up to the charter: its form, its member, both signatures of the root, its rules.
///
/// Whether it counts now is asked apart: [`VerifiedCredential::valid_at`].
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(
    bytes: &[u8],
    charter: &VerifiedCharter,
) -> Result<VerifiedCredential, CredentialError> {
    // spec: id-26
    if bytes.len() > CREDENTIAL_BYTES_MAX {
        return Err(CredentialError::TooLong { len: bytes.len() });
    }
    let signed = HybridSigned::parse(bytes, ContentType::Credential)?;
    let credential: Credential = codec::decode(signed.payload())?;
    // spec: id-17
    if credential.charter != *charter.name() {
        let expected = charter.name().clone();
        return Err(CredentialError::OtherCharter { expected, found: credential.charter });
    }
    let agency = credential.agency.clone();
    let Some(member) = charter.member(&agency) else {
        return Err(CredentialError::NotAMember { agency });
    };
    member.root.signed_alone(&signed).map_err(|error| match error {
        NotByRoot::OtherSigner => CredentialError::OtherSigner { agency: agency.clone() },
        NotByRoot::Forged => CredentialError::Forged { agency: agency.clone() },
    })?;
    rules::check(&credential, &member.root)?;
    rules::check_log(&credential, member)?;
    Ok(VerifiedCredential { credential, under: charter.version(), bytes: bytes.to_vec() })
}

/// A credential that a member's root signed under a verified charter.
///
/// Made by nothing but [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCredential {
    credential: Credential,
    under: CharterVersion,
    bytes: Vec<u8>,
}

/// Why a credential does not count at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotValid {
    /// It does not count yet.
    #[error("the credential counts from {not_before}")]
    NotYet {
        /// Its first instant.
        not_before: Timestamp,
    },
    /// It counts no longer.
    #[error("the credential counted until {not_after}")]
    NoLonger {
        /// Its last instant.
        not_after: Timestamp,
    },
}

impl VerifiedCredential {
    /// What the root signed.
    pub const fn credential(&self) -> &Credential {
        &self.credential
    }

    /// Whose it is.
    pub const fn agency(&self) -> &AgencyId {
        &self.credential.agency
    }

    /// Which one it is.
    pub const fn serial(&self) -> Serial {
        self.credential.serial
    }

    /// The version of the charter that names the root which signed it.
    pub const fn under(&self) -> CharterVersion {
        self.under
    }

    /// The COSE_Sign bytes, as they were received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether it counts at an instant, with clocks that may differ by `tolerance`. Source: spec id-20.
    ///
    /// # Errors
    /// When it does not count yet, or no longer.
    pub fn valid_at(&self, instant: Timestamp, tolerance: Span) -> Result<(), NotValid> {
        // spec: id-20
        let Credential { not_before, not_after, .. } = self.credential;
        if instant.after(tolerance) < not_before {
            Err(NotValid::NotYet { not_before })
        } else if not_after < instant.before(tolerance) {
            Err(NotValid::NoLonger { not_after })
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
