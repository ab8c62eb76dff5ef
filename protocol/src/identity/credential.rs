//! The credential: which keys a node uses now, until when, and where it listens.
//!
//! Uses `charter`, `paper`. The node makes a [`CredentialRequest`]; the agency's root, offline, signs a [`Credential`];
//! whoever relies on one goes through `verify`, the one maker of a [`VerifiedCredential`].
//! Validity in time is asked apart, because a message is judged by its own time and a connection by now.
//!
//! Absent on purpose: what ends it early (`revocation`), which of several is in force (`directory`), files.

pub mod rules;

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::kem::SealingPublic;
use crate::crypto::signature::VerifyingKey;
use crate::identity::charter::VerifiedCharter;
use crate::identity::credential::rules::RuleError;
use crate::identity::paper;
use crate::identity::paper::NotSigned;
use crate::identity::paper::Paper;
use crate::identity::paper::PaperError;
use crate::identity::paper::Rule;
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

impl Paper for Credential {
    type Rule = RuleError;

    const CONTENT: ContentType = ContentType::Credential;

    fn charter(&self) -> &CharterName {
        &self.charter
    }

    fn agency(&self) -> &AgencyId {
        &self.agency
    }
}

impl Rule for RuleError {
    const PAPER: &'static str = "credential";
    const BYTES_MAX: usize = CREDENTIAL_BYTES_MAX;
}

/// Why a credential was not signed.
pub type GrantError = NotSigned<RuleError>;

/// Why a credential cannot be relied on.
pub type CredentialError = PaperError<RuleError>;

/// Signs a credential with the agency's root. Source: spec id-15.
///
/// # Errors
/// When it says what no credential may say.
pub fn sign(credential: &Credential, root: &RootKey) -> Result<Vec<u8>, GrantError> {
    rules::check(credential, &root.public()).map_err(GrantError::Rule)?;
    paper::sign(credential, root)
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
    let (credential, member) = paper::open::<Credential>(bytes, charter)?;
    rules::check(&credential, &member.root).map_err(CredentialError::Rule)?;
    rules::check_log(&credential, member).map_err(CredentialError::Rule)?;
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
