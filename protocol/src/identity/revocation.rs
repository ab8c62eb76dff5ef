//! The revocation: which credentials of an agency end before their time, and what of its logs still counts.
//!
//! Uses `charter`, `paper`. The agency's root, offline, signs a [`Revocation`]; whoever relies on one goes through
//! [`verify`], the one maker of a [`VerifiedRevocation`].
//! It ends every credential up to a serial, so that nothing older comes back in the place of what was stolen, and it
//! names for each log the last checkpoint that the agency itself made: what stands below it stays valid for ever.
//!
//! Absent on purpose: taking one back. Whoever revoked too much issues a new credential.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::identity::charter::VerifiedCharter;
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
use crate::ids::TreeSize;
use crate::limits::REVOCATION_BYTES_MAX;
use crate::limits::REVOCATION_LOGS_MAX;
use crate::moment::Timestamp;

/// What the agency's root signs. Source: spec id-40.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The charter under which it counts.
    pub charter: CharterName,
    /// The agency.
    pub agency: AgencyId,
    /// The last credential that ends; every earlier one ends with it.
    pub through: Serial,
    /// The last good checkpoint of each log, ascending. Of a log that is not named nothing is good.
    pub logs: Vec<LastGood>,
    /// When it was signed, by the clock of the root's machine.
    pub at: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// How far a log is its agency's own word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastGood {
    /// Which log.
    pub log: LogNumber,
    /// Leaves that count; 0 when none does.
    pub size: TreeSize,
    /// Root over them.
    pub root: Digest,
}

/// Why credentials end. The order of the variants is the format: add at the end only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Reason {
    /// Somebody else has, or may have, a key.
    Compromised,
    /// A key is gone, and nobody is known to have it.
    Lost,
    /// The node is given up.
    Retired,
}

impl Reason {
    /// Every reason, in the order of the format.
    pub const ALL: [Self; 3] = [Self::Compromised, Self::Lost, Self::Retired];

    /// The reason as people read and write it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Compromised => "compromised",
            Self::Lost => "lost",
            Self::Retired => "retired",
        }
    }
}

impl core::fmt::Display for Reason {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(self.text())
    }
}

impl Encoded for Revocation {
    const BYTES_MAX: usize = REVOCATION_BYTES_MAX;
}

/// What no revocation may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Serial 0.
    #[error("serials count from 1")]
    Serial,
    /// Too many logs.
    #[error("a revocation names at most {REVOCATION_LOGS_MAX} logs, this one names {found}")]
    Logs {
        /// Logs found.
        found: usize,
    },
    /// Logs out of order, or one twice.
    #[error("the logs of a revocation stand in ascending order, each once")]
    LogOrder,
    /// A log that the charter does not accept from this member.
    #[error("the charter does not accept log {log} of this member")]
    Log {
        /// The log number.
        log: LogNumber,
    },
    /// Size 0 with another root than the empty one.
    #[error("a log of size 0 has the root of the empty tree")]
    EmptyRoot,
}

impl Paper for Revocation {
    type Rule = RuleError;

    const CONTENT: ContentType = ContentType::Revocation;

    fn charter(&self) -> &CharterName {
        &self.charter
    }

    fn agency(&self) -> &AgencyId {
        &self.agency
    }
}

impl Rule for RuleError {
    const PAPER: &'static str = "revocation";
    const BYTES_MAX: usize = REVOCATION_BYTES_MAX;
}

/// Why a revocation was not signed.
pub type RevokeError = NotSigned<RuleError>;

/// Why a revocation cannot be relied on.
pub type RevocationError = PaperError<RuleError>;

/// Signs a revocation with the agency's root. Source: spec id-40.
///
/// # Errors
/// When it says what no revocation may say.
pub fn sign(revocation: &Revocation, root: &RootKey) -> Result<Vec<u8>, RevokeError> {
    check(revocation).map_err(RevokeError::Rule)?;
    paper::sign(revocation, root)
}

/// Verifies a revocation up to the charter: its form, its member, both signatures of the root, its rules.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(
    bytes: &[u8],
    charter: &VerifiedCharter,
) -> Result<VerifiedRevocation, RevocationError> {
    let (revocation, member) = paper::open::<Revocation>(bytes, charter)?;
    check(&revocation).map_err(RevocationError::Rule)?;
    if let Some(strange) = revocation.logs.iter().find(|good| !member.logs.contains(good.log)) {
        return Err(RevocationError::Rule(RuleError::Log { log: strange.log }));
    }
    let digest = digest::sha256(bytes);
    Ok(VerifiedRevocation { revocation, digest, bytes: bytes.to_vec(), under: charter.version() })
}

fn check(revocation: &Revocation) -> Result<(), RuleError> {
    // spec: id-40
    if revocation.through.get() == 0 {
        return Err(RuleError::Serial);
    }
    let logs = &revocation.logs;
    if logs.len() > REVOCATION_LOGS_MAX {
        return Err(RuleError::Logs { found: logs.len() });
    }
    if !logs.is_sorted_by(|one, next| one.log < next.log) {
        return Err(RuleError::LogOrder);
    }
    let empty = digest::sha256(&[]);
    let bent = |good: &LastGood| good.size.get() == 0 && good.root != empty;
    if logs.iter().any(bent) { Err(RuleError::EmptyRoot) } else { Ok(()) }
}

/// A revocation that a member's root signed under a verified charter.
///
/// Made by nothing but [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedRevocation {
    revocation: Revocation,
    digest: Digest,
    bytes: Vec<u8>,
    under: CharterVersion,
}

impl VerifiedRevocation {
    /// The version of the charter whose root signed it.
    pub const fn under(&self) -> CharterVersion {
        self.under
    }

    /// What the root signed.
    pub const fn revocation(&self) -> &Revocation {
        &self.revocation
    }

    /// Whose credentials end.
    pub const fn agency(&self) -> &AgencyId {
        &self.revocation.agency
    }

    /// SHA-256 of the COSE_Sign bytes.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The COSE_Sign bytes, as they were received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How far a log is good; of a log that is not named, nothing is.
    pub fn last_good(&self, log: LogNumber) -> LastGood {
        let named = self.revocation.logs.iter().find(|good| good.log == log);
        named.copied().unwrap_or_else(|| LastGood::nothing(log))
    }
}

impl LastGood {
    /// Nothing of this log is good.
    pub fn nothing(log: LogNumber) -> Self {
        Self { log, size: TreeSize::new(0), root: digest::sha256(&[]) }
    }

    /// The stricter of two: the smaller one, and nothing where two of one size have different trees.
    // spec: id-42
    #[must_use]
    pub fn stricter(self, other: Self) -> Self {
        match self.size.cmp(&other.size) {
            core::cmp::Ordering::Less => self,
            core::cmp::Ordering::Greater => other,
            core::cmp::Ordering::Equal if self.root == other.root => self,
            core::cmp::Ordering::Equal => Self::nothing(self.log),
        }
    }
}

#[cfg(test)]
mod tests;
