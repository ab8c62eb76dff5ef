//! Every document of a charter that a node holds, and the version that is in force by them.
//!
//! Uses `tally`, `vow`. Documents come in any order, any number of times, with any of their signatures; two copies of
//! one document are united. Whatever the order, nodes with the same documents stand at the same version: of all
//! versions that everybody who must has signed, no two have one number unless more members signed both than the charter
//! bears being dishonest, and from each lower one a path leads to each higher one (spec section 2.3).
//!
//! - `path`: the versions that were in force here one after another; it only grows.
//! - `others`: versions that wait for signatures, and rivals that a resolution names.
//!
//! Absent on purpose: files, frames, and who may send what; each document is judged alike, from whomever it comes.

mod judge;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::codec::EncodeError;
use crate::crypto::digest::Digest;
use crate::identity::charter;
use crate::identity::charter::CharterError;
use crate::identity::charter::Proposal;
use crate::identity::charter::VerifiedCharter;
use crate::identity::charter::tally;
use crate::identity::charter::tally::Lacks;
use crate::identity::charter::tally::Tally;
use crate::identity::charter::vow::Verdict;
use crate::identity::charter::vow::Vow;
use crate::identity::root::RootKey;
use crate::identity::root::RootPublic;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::limits::OPEN_CHARTERS_MAX;

/// Names a document, and puts it in order.
pub type Place = (CharterVersion, Digest);

/// All documents that are held, and the version in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Papers {
    founding: VerifiedCharter,
    later: Vec<VerifiedCharter>,
    others: BTreeMap<Place, Proposal>,
}

/// What became of documents that came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    /// Documents that are new, or bear more signatures than before.
    pub learned: BTreeSet<Place>,
    /// Versions that came into force, one after another.
    pub adopted: Vec<Place>,
    /// Documents that were not taken, and why.
    pub refused: Vec<Refused>,
    /// Members that signed two versions that do not fit.
    pub doubles: Vec<Double>,
}

/// A document that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Which; `None` where it cannot be read.
    pub place: Option<Place>,
    /// Why.
    pub why: PaperError,
}

/// What a document that came is good for.
enum Use {
    /// It was held already, with all its signatures.
    Known,
    /// It is worth holding, or says more of one that was held.
    Fresh,
    /// It is not worth holding for its own sake.
    Lent(PaperError),
}

/// A member whose root signed two versions that do not fit. Both documents bear its signatures, which hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Double {
    /// The member.
    pub agency: AgencyId,
    /// Its root, as a version in force names it.
    pub root: RootPublic,
    /// The one with the lower version, of one version that with the smaller digest.
    pub first: Proposal,
    /// The other one.
    pub second: Proposal,
}

/// Why a document is not taken. Nothing that is in force changes then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// It is no charter, says what none may say, or bears a signature that does not hold.
    #[error(transparent)]
    Charter(#[from] CharterError),
    /// It is of another federation.
    #[error("the document is of the charter {found}, not {expected}")]
    OtherName {
        /// The federation at hand.
        expected: CharterName,
        /// The document's.
        found: CharterName,
    },
    /// It is older than what is in force.
    #[error("version {found} was passed: version {standing} is in force")]
    Stale {
        /// In force.
        standing: CharterVersion,
        /// The document's.
        found: CharterVersion,
    },
    /// Another document of this version is in force, or was.
    #[error("version {version} with the digest {adopted} was adopted, this is another one")]
    Rival {
        /// The version.
        version: CharterVersion,
        /// What was adopted.
        adopted: Digest,
    },
    /// Versions between it and what is in force are missing.
    #[error("version {found} does not follow version {standing}: the versions between are missing")]
    Skips {
        /// In force.
        standing: CharterVersion,
        /// The document's.
        found: CharterVersion,
    },
    /// It names a version that is not here.
    #[error("it names a version with the digest {digest}, which is not here")]
    Unknown {
        /// The digest.
        digest: Digest,
    },
    /// It builds on a version that is not in force.
    #[error("it builds on a version with the digest {digest}, which nobody has adopted")]
    NotAdopted {
        /// The digest.
        digest: Digest,
    },
    /// Its number does not fit the versions that it names.
    #[error("version {found} does not fit the numbers of the versions that it names")]
    Numbers {
        /// The document's.
        found: CharterVersion,
    },
    /// It takes away a log that was accepted.
    #[error("the logs that are accepted of {agency} only grow at their end")]
    Logs {
        /// The agency.
        agency: AgencyId,
    },
    /// No member of the version before has signed it.
    #[error("no member of the version before has signed it")]
    Unsigned,
    /// Everyone who signed it signed something against it.
    #[error("everyone who signed it signed another version against it, {agency} first")]
    Doubled {
        /// The first one.
        agency: AgencyId,
    },
    /// As many are held as can be.
    #[error("{OPEN_CHARTERS_MAX} versions beside those in force are held already")]
    Full,
    /// Somebody who must has not signed it.
    #[error("the version is not signed by everybody who must")]
    Lacks(#[from] Lacks),
}

impl PaperError {
    /// A code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Charter(error) => error.code(),
            Self::OtherName { .. } => "other-charter",
            Self::Stale { .. } => "stale",
            Self::Rival { .. } => "rival",
            Self::Skips { .. } => "skips",
            Self::Unknown { .. } => "unknown-version",
            Self::NotAdopted { .. } => "not-adopted",
            Self::Numbers { .. } => "numbers",
            Self::Logs { .. } => "logs",
            Self::Unsigned => "unsigned",
            Self::Doubled { .. } => "doubled",
            Self::Full => "full",
            Self::Lacks(Lacks::Members { .. }) => "too-few",
            Self::Lacks(Lacks::Consent { .. }) => "no-consent",
        }
    }
}

impl Papers {
    /// The papers of a federation of which the founding version is held and nothing else.
    pub const fn found(founding: VerifiedCharter) -> Self {
        Self { founding, later: Vec::new(), others: BTreeMap::new() }
    }

    /// The founding version, whose digest is the pin.
    pub const fn founding(&self) -> &VerifiedCharter {
        &self.founding
    }

    /// The version in force.
    pub fn newest(&self) -> &VerifiedCharter {
        self.later.last().unwrap_or(&self.founding)
    }

    /// The versions that were in force one after another, the founding one first.
    pub fn path(&self) -> impl DoubleEndedIterator<Item = &VerifiedCharter> {
        [&self.founding].into_iter().chain(&self.later)
    }

    /// The version of this number that was in force.
    pub fn version(&self, version: CharterVersion) -> Option<&VerifiedCharter> {
        self.path().find(|held| held.version() == version)
    }

    /// Versions that may still come into force, in order.
    pub fn open(&self) -> impl Iterator<Item = &Proposal> {
        let standing = self.newest().version();
        self.others.values().filter(move |other| other.charter.version > standing)
    }

    /// A document, in force or not.
    pub fn find(&self, digest: &Digest) -> Option<&Proposal> {
        let on_path = self.path().map(VerifiedCharter::proposal);
        on_path.chain(self.others.values()).find(|held| held.digest == *digest)
    }

    /// Who must sign a document that is held, and who has.
    pub fn tally(&self, proposal: &Proposal) -> Tally {
        Tally::of(proposal, &self.named(proposal))
    }

    /// The documents that one names; those that are held.
    pub(crate) fn named(&self, proposal: &Proposal) -> Vec<&Proposal> {
        proposal.charter.names().filter_map(|digest| self.find(&digest)).collect()
    }

    /// Everything held, in order: the versions on the path, and whatever else there is.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn documents(&self) -> Result<BTreeMap<Place, Vec<u8>>, EncodeError> {
        let path = self.path().map(|held| ((held.version(), held.digest()), held.bytes().to_vec()));
        let mut all: BTreeMap<Place, Vec<u8>> = path.collect();
        for (place, other) in &self.others {
            all.insert(*place, other.to_bytes()?);
        }
        Ok(all)
    }

    /// Takes in documents, in whatever order they come, and moves on where that is possible.
    pub fn take<B: AsRef<[u8]>>(&mut self, documents: &[B]) -> Taken {
        let mut taken = Taken::default();
        let mut read: BTreeMap<Place, Proposal> = BTreeMap::new();
        for bytes in documents {
            match charter::read(bytes.as_ref()) {
                Ok(proposal) => judge::unite(&mut read, proposal),
                Err(why) => taken.refused.push(Refused { place: None, why: why.into() }),
            }
        }
        // A rival may be too old to come into force, or signed by nobody who counts, and still be what a resolution has
        // to show: it is held for a document that is worth holding, and for no other.
        let needed: BTreeSet<Digest> =
            read.values().flat_map(|proposal| proposal.charter.names()).collect();
        let mut lent: BTreeMap<Place, PaperError> = BTreeMap::new();
        for (place, proposal) in read {
            match self.take_one(proposal, &mut taken.doubles) {
                Ok(Use::Fresh) => drop(taken.learned.insert(place)),
                Ok(Use::Known) => {}
                Ok(Use::Lent(why)) if needed.contains(&place.1) => {
                    taken.learned.insert(place);
                    lent.insert(place, why);
                }
                Ok(Use::Lent(why)) => {
                    self.others.remove(&place);
                    taken.refused.push(Refused { place: Some(place), why });
                }
                Err(why) => taken.refused.push(Refused { place: Some(place), why }),
            }
            self.move_on(&mut taken.adopted);
        }
        self.give_back(lent, &mut taken);
        self.forget();
        taken
    }

    /// Holds a document that nobody has signed yet: for whoever is to sign it, and for nobody else.
    ///
    /// # Errors
    /// When it does not hold, or could not come into force.
    pub fn draft(&mut self, proposal: Proposal) -> Result<(), PaperError> {
        self.judge_form(&proposal)?;
        match self.judge_use(&proposal) {
            Ok(()) | Err(PaperError::Unsigned) => {}
            Err(error) => return Err(error),
        }
        self.others.insert((proposal.charter.version, proposal.digest), proposal);
        Ok(())
    }

    /// Adds the signature of a root to a document that is held, and moves on where that completes it.
    ///
    /// # Errors
    /// When no such document is held, the root may not sign it, or it signed something against it.
    pub fn sign(&mut self, digest: &Digest, root: &RootKey) -> Result<Taken, PaperError> {
        let held = self.find(digest).ok_or(PaperError::Unknown { digest: *digest })?;
        let public = root.public();
        let may = tally::electorate(held, &self.named(held));
        if !may.iter().any(|member| member.root == public) {
            return Err(CharterError::NotAMember { root: public.fingerprint() }.into());
        }
        let mut signed = held.clone();
        signed.signed.sign(&root.hybrid()).map_err(CharterError::from)?;
        let bytes = signed.to_bytes().map_err(CharterError::from)?;
        Ok(self.take(&[bytes]))
    }

    /// Takes one document that was not held, or not with all these signatures.
    fn take_one(
        &mut self,
        proposal: Proposal,
        doubles: &mut Vec<Double>,
    ) -> Result<Use, PaperError> {
        let place = (proposal.charter.version, proposal.digest);
        if self.path().any(|held| held.digest() == proposal.digest) {
            return Ok(Use::Known);
        }
        let held = self.others.get(&place);
        if held.is_some_and(|held| held.signed.covers(&proposal.signed)) {
            return Ok(Use::Known);
        }
        self.judge_form(&proposal)?;
        let was_held = held.is_some();
        let united = match held {
            Some(held) => judge::united(held, &proposal),
            None => proposal,
        };
        // Another signature of the same signer, as good as the one that is held, is no news.
        if held == Some(&united) {
            return Ok(Use::Known);
        }
        self.doubles_with(&united, doubles);
        let worth = self.judge_use(&united);
        if worth.is_ok() && !was_held && self.is_full() && !self.is_finished(&united) {
            return Err(PaperError::Full);
        }
        self.others.insert(place, united);
        match worth {
            Err(why) if !was_held => Ok(Use::Lent(why)),
            Ok(()) | Err(_) => Ok(Use::Fresh),
        }
    }

    /// Whether as many documents wait as can be; what the chain needs does not wait.
    fn is_full(&self) -> bool {
        let chain: BTreeSet<Digest> = self.path().flat_map(|held| held.charter().names()).collect();
        let waiting = self.others.keys().filter(|(_, digest)| !chain.contains(digest));
        waiting.count() >= OPEN_CHARTERS_MAX
    }

    /// Lets go of what was held for another document that turned out not to be worth holding.
    // spec: chr-9
    fn give_back(&mut self, mut lent: BTreeMap<Place, PaperError>, taken: &mut Taken) {
        let mut kept: BTreeSet<Digest> =
            self.path().flat_map(|held| held.charter().names()).collect();
        // From the newest to the oldest: what one names is older than itself.
        for (place, other) in self.others.iter().rev() {
            if !lent.contains_key(place) || kept.contains(&other.digest) {
                kept.extend(other.charter.names());
            }
        }
        lent.retain(|(_, digest), _| !kept.contains(digest));
        for (place, why) in lent {
            if self.others.remove(&place).is_some() {
                taken.learned.remove(&place);
                taken.refused.push(Refused { place: Some(place), why });
            }
        }
    }

    /// Moves on to whatever follows and is signed by everybody who must.
    fn move_on(&mut self, adopted: &mut Vec<Place>) {
        while let Some(place) = self.next() {
            let Some(proposal) = self.others.remove(&place) else { return };
            let Ok(bytes) = proposal.to_bytes() else { return };
            self.later.push(VerifiedCharter { proposal, bytes });
            adopted.push(place);
        }
    }

    /// The lowest version that a node which stands where this one does moves on to.
    // spec: chr-8
    fn next(&self) -> Option<Place> {
        let standing = self.newest();
        let follows = |proposal: &Proposal| {
            proposal.charter.version > standing.version()
                && proposal.charter.names().any(|named| named == standing.digest())
                && self.is_finished(proposal)
        };
        let found = self.others.iter().find(|(_, other)| follows(other))?;
        Some(*found.0)
    }

    /// Whether everybody who must has signed it, and the version that it builds on.
    fn is_finished(&self, proposal: &Proposal) -> bool {
        let named = self.named(proposal);
        let builds_on = proposal.charter.previous.and_then(|digest| self.find(&digest));
        named.len() == proposal.charter.names().count()
            && Tally::of(proposal, &named).lacks().is_none()
            && builds_on.is_some_and(|base| self.was_adopted(base))
    }

    /// Whether a version is on the path, or was adopted by whoever took another way to the same end.
    fn was_adopted(&self, proposal: &Proposal) -> bool {
        self.path().any(|held| held.digest() == proposal.digest) || self.is_finished(proposal)
    }

    /// The same without versions that wait: the chain alone.
    #[must_use]
    pub(super) fn without_open(&self) -> Self {
        let mut chain = self.clone();
        let mut kept: BTreeSet<Digest> =
            self.path().flat_map(|held| held.charter().names()).collect();
        for other in self.others.values().rev() {
            if kept.contains(&other.digest) {
                kept.extend(other.charter.names());
            }
        }
        chain.others.retain(|(_, digest), _| kept.contains(digest));
        chain
    }

    /// Lets go of what can neither come into force nor is named by anything that is kept.
    fn forget(&mut self) {
        let standing = self.newest().version();
        let mut kept: BTreeSet<Digest> =
            self.path().flat_map(|held| held.charter().names()).collect();
        // From the newest to the oldest: what one names is older than itself.
        for other in self.others.values().rev() {
            if other.charter.version > standing || kept.contains(&other.digest) {
                kept.insert(other.digest);
                kept.extend(other.charter.names());
            }
        }
        self.others.retain(|(_, digest), _| kept.contains(digest));
    }

    /// Every member that signed this document and another one that does not fit it; each once is enough.
    fn doubles_with(&self, proposal: &Proposal, doubles: &mut Vec<Double>) {
        let vow = Vow::of(proposal);
        let held = self.path().map(VerifiedCharter::proposal).chain(self.others.values());
        for other in held.filter(|other| Vow::of(other).beside(&vow) != Verdict::Fit) {
            let place = |of: &Proposal| (of.charter.version, of.digest);
            let (first, second) =
                if place(other) < place(proposal) { (other, proposal) } else { (proposal, other) };
            for (agency, root) in self.members_ever() {
                let is_known = doubles.iter().any(|double| double.root == *root);
                if is_known || !tally::bears(first, root) || !tally::bears(second, root) {
                    continue;
                }
                doubles.push(Double {
                    agency: agency.clone(),
                    root: root.clone(),
                    first: first.clone(),
                    second: second.clone(),
                });
            }
        }
    }

    /// Every agency and root that a version on the path names, each once.
    fn members_ever(&self) -> Vec<(&AgencyId, &RootPublic)> {
        let mut all: Vec<(&AgencyId, &RootPublic)> = Vec::new();
        for member in self.path().flat_map(|held| held.charter().members.iter()) {
            if !all.contains(&(&member.agency, &member.root)) {
                all.push((&member.agency, &member.root));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests;
