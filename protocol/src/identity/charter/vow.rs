//! What a root must not sign any more once it has signed something: that two rivals are never both adopted rests on it.
//!
//! An honest root signs at most one version of a number, and when it signs a version that passes others by, it names
//! each one that it signed itself among them. Whoever breaks this has made evidence against itself: the two documents.
//!
//! Absent on purpose: where a root's owner keeps the list of what was signed (the command line does).

use crate::crypto::digest::Digest;
use crate::identity::charter::Charter;
use crate::identity::charter::Proposal;
use crate::ids::CharterVersion;

/// Whether two versions may bear the signature of one root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may.
    Fit,
    /// Both have the same number.
    SameNumber,
    /// One passes the other by without naming it.
    PassedBy,
}

/// What a root signed, as much as matters for what it may sign next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vow {
    /// The version.
    pub version: CharterVersion,
    /// Its digest.
    pub digest: Digest,
    /// The version that it follows.
    pub since: CharterVersion,
    /// The digests of the versions that it names.
    pub names: alloc::vec::Vec<Digest>,
}

impl Vow {
    /// What is signed with a version.
    pub fn of(proposal: &Proposal) -> Self {
        Self::new(proposal.charter(), proposal.digest())
    }

    fn new(charter: &Charter, digest: Digest) -> Self {
        let (version, since) = (charter.version, charter.since());
        Self { version, digest, since, names: charter.names().collect() }
    }

    /// Whether one root may sign both. Source: spec chr-7.
    pub fn beside(&self, other: &Self) -> Verdict {
        // spec: chr-7
        if self.digest == other.digest {
            return Verdict::Fit;
        }
        let (earlier, later) =
            if self.version <= other.version { (self, other) } else { (other, self) };
        if earlier.version == later.version {
            return Verdict::SameNumber;
        }
        if later.since < earlier.version && !later.names.contains(&earlier.digest) {
            return Verdict::PassedBy;
        }
        Verdict::Fit
    }
}
