//! The agency's root: the key that is made and used offline and signs what has to hold for decades.
//!
//! Uses `crypto`. A root is two keys under one seed, Ed25519 and ML-DSA-65; whoever relies on it demands both
//! signatures. Absent on purpose: the file that holds the seed (the node's key store), splitting a seed m of n.

use core::fmt;

use serde::Deserialize;
use serde::Serialize;

use crate::codec::Encoded;
use crate::crypto::cose::hybrid::HybridKey;
use crate::crypto::cose::hybrid::HybridPublic;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::crypto::expand;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::lattice::LatticePublic;
use crate::crypto::signature::KeyId;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;
use crate::ids::AgencyId;

/// The secret halves of a root; silent, not cloned, wiped on drop.
pub struct RootKey {
    ed25519: SigningKey,
    ml_dsa: LatticeKey,
}

/// The public halves of a root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootPublic {
    /// Ed25519, not of small order.
    pub ed25519: VerifyingKey,
    /// ML-DSA-65.
    pub ml_dsa: LatticePublic,
}

/// What an agency hands to whoever drafts the charter: its root's public halves, unsigned.
///
/// Nothing is proven by it. The proof of possession is the agency's signature on the charter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RootAnnouncement {
    /// Whose root it is said to be.
    pub agency: AgencyId,
    /// The public halves.
    pub root: RootPublic,
}

/// Why something is not a root's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotByRoot {
    /// Not signed by the two keys of the root, or by more than those.
    OtherSigner,
    /// A signature of the root does not hold.
    Forged,
}

impl Encoded for RootAnnouncement {
    const BYTES_MAX: usize = 4 * 1024;
}

impl RootKey {
    /// From the 32-byte seed of the key ceremony; the two keys get seeds of their own by label. Source: spec id-2.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        // spec: id-2
        Self {
            ed25519: SigningKey::from_seed(&expand::expand::<32>(seed, "root ed25519", 0)),
            ml_dsa: LatticeKey::from_seed(&expand::expand::<32>(seed, "root ml-dsa-65", 0)),
        }
    }

    /// The public halves.
    pub fn public(&self) -> RootPublic {
        RootPublic { ed25519: self.ed25519.public(), ml_dsa: self.ml_dsa.public().clone() }
    }

    /// Both keys, to sign with.
    pub(crate) const fn hybrid(&self) -> HybridKey<'_> {
        HybridKey { ed25519: &self.ed25519, ml_dsa: &self.ml_dsa }
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey")
    }
}

impl RootPublic {
    /// What two people compare aloud before they rely on a root.
    ///
    /// Shape: labelled digest of both public halves. Source: spec id-4.
    pub fn fingerprint(&self) -> Digest {
        // spec: id-4
        digest::labelled(Label::Root, &[self.ed25519.as_bytes(), self.ml_dsa.as_bytes()])
    }

    /// The names of both halves in COSE headers.
    pub fn key_ids(&self) -> [KeyId; 2] {
        [self.ed25519.id(), self.ml_dsa.id()]
    }

    /// Both keys, to verify with: both signatures must hold. Source: spec id-7.
    pub(crate) const fn hybrid(&self) -> HybridPublic<'_> {
        HybridPublic { ed25519: &self.ed25519, ml_dsa: &self.ml_dsa }
    }

    /// Checks that this root signed, with both keys, and nobody else did. Source: spec id-15.
    ///
    /// # Errors
    /// When another key signed, one of both did not, or a signature does not hold.
    pub(crate) fn signed_alone(&self, signed: &HybridSigned) -> Result<(), NotByRoot> {
        // spec: id-15
        let ids = self.key_ids();
        if signed.key_ids().len() != ids.len() || !signed.key_ids().all(|id| ids.contains(&id)) {
            return Err(NotByRoot::OtherSigner);
        }
        // spec: id-7
        signed.verify(&self.hybrid()).map_err(|_| NotByRoot::Forged)
    }

    /// Whether a half of one root has the name of a half of the other; equal keys have equal names.
    pub fn overlaps(&self, other: &Self) -> bool {
        let others = other.key_ids();
        self.key_ids().iter().any(|id| others.contains(id))
    }
}

#[cfg(test)]
mod tests;
