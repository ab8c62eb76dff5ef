//! Who must sign a version, and who has.
//!
//! A version needs, of every version that it names, as many members as that one's amendment threshold says, with the
//! roots that it gives them; and every member that is not in all of them with the same root. A founding version names
//! none, so all its members are asked. A root that is lost or stolen is asked for nothing: the new one consents.
//!
//! Absent on purpose: whether the versions named are in force; `papers` sees to it.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::crypto::signature::KeyId;
use crate::identity::charter::CharterError;
use crate::identity::charter::Member;
use crate::identity::charter::Proposal;
use crate::identity::charter::rules::RuleError;
use crate::identity::root::RootPublic;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;

/// Whether who is asked has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// Both signatures are there.
    Yes,
    /// They are not.
    Not,
}

/// One root that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Whose root it is.
    pub agency: AgencyId,
    /// Whether it has signed.
    pub signed: Signed,
}

/// The members of a version that is named, and how many of them must sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which version.
    pub version: CharterVersion,
    /// Its digest.
    pub digest: Digest,
    /// How many must sign.
    pub threshold: u16,
    /// All its members.
    pub members: Vec<Asked>,
}

/// Who must sign a version, and who has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tally {
    /// One group for each version that is named; none for a founding one.
    pub groups: Vec<Group>,
    /// Members that are added, or whose root is replaced: all of them must sign.
    pub newcomers: Vec<Asked>,
}

/// What is lacking.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Lacks {
    /// Too few members of a version that is named.
    #[error("{signed} members of version {version} have signed, and {threshold} must")]
    Members {
        /// Which version's members.
        version: CharterVersion,
        /// How many have.
        signed: usize,
        /// How many must.
        threshold: u16,
    },
    /// The consent of a member that is added, or whose root is replaced.
    #[error("{agency} is added or gets another root, and that root has not signed")]
    Consent {
        /// The first one.
        agency: AgencyId,
    },
}

impl Group {
    /// How many have signed.
    pub fn signed(&self) -> usize {
        self.members.iter().filter(|asked| asked.signed == Signed::Yes).count()
    }
}

impl Tally {
    /// Counts the signatures on a version; `before` are the versions that it names.
    pub fn of(proposal: &Proposal, before: &[&Proposal]) -> Self {
        // spec: chr-3
        let groups = before.iter().map(|named| Group {
            version: named.charter.version,
            digest: named.digest,
            threshold: named.charter.amendment_threshold,
            members: named.charter.members.iter().map(|member| asked(proposal, member)).collect(),
        });
        let stays = |member: &Member| {
            let within = |named: &&Proposal| named.charter.has(&member.agency, &member.root);
            !before.is_empty() && before.iter().all(within)
        };
        // spec: chr-4
        let newcomers = proposal.charter.members.iter().filter(|member| !stays(member));
        Self {
            groups: groups.collect(),
            newcomers: newcomers.map(|member| asked(proposal, member)).collect(),
        }
    }

    /// What is lacking first; `None` when everybody who must has signed.
    pub fn lacks(&self) -> Option<Lacks> {
        let short = self.groups.iter().find(|group| group.signed() < usize::from(group.threshold));
        if let Some(group) = short {
            let (version, threshold) = (group.version, group.threshold);
            return Some(Lacks::Members { version, signed: group.signed(), threshold });
        }
        let silent = self.newcomers.iter().find(|asked| asked.signed == Signed::Not)?;
        Some(Lacks::Consent { agency: silent.agency.clone() })
    }
}

fn asked(proposal: &Proposal, member: &Member) -> Asked {
    let signed = if bears(proposal, &member.root) { Signed::Yes } else { Signed::Not };
    Asked { agency: member.agency.clone(), signed }
}

/// Whether both signatures of a root are there; whether they hold was checked by [`check`].
pub(super) fn bears(proposal: &Proposal, root: &RootPublic) -> bool {
    root.key_ids().into_iter().all(|id| proposal.signed.key_ids().any(|found| found == id))
}

/// Everybody who may sign a version: the members of the versions that it names, and its own.
pub(super) fn electorate<'a>(proposal: &'a Proposal, before: &[&'a Proposal]) -> Vec<&'a Member> {
    let named = before.iter().flat_map(|named| named.charter.members.iter());
    let mut all: Vec<&Member> = Vec::new();
    for member in named.chain(&proposal.charter.members) {
        if !all.iter().any(|known| known.agency == member.agency && known.root == member.root) {
            all.push(member);
        }
    }
    all
}

/// Checks every signature on a version: each is of a root that may sign, comes with its other half, and holds.
///
/// # Errors
/// The first one that does not.
pub(super) fn check(proposal: &Proposal, before: &[&Proposal]) -> Result<(), CharterError> {
    let electorate = electorate(proposal, before);
    apart(&electorate)?;
    // spec: chr-5
    let known = |id: &KeyId| electorate.iter().any(|member| member.root.key_ids().contains(id));
    if let Some(key) = proposal.signed.key_ids().find(|id| !known(id)) {
        return Err(CharterError::Stranger { key });
    }
    for member in electorate {
        let agency = || member.agency.clone();
        let ids = member.root.key_ids();
        let there = ids.iter().filter(|id| proposal.signed.key_ids().any(|found| found == **id));
        match there.count() {
            0 => {}
            2 => proposal
                .signed
                .verify(&member.root.hybrid())
                .map_err(|_| CharterError::Forged { agency: agency() })?,
            _ => return Err(CharterError::Half { agency: agency() }),
        }
    }
    Ok(())
}

/// A root belongs to one agency, and a new root shares no half with an old one.
// spec: id-23
fn apart(electorate: &[&Member]) -> Result<(), CharterError> {
    for (place, member) in electorate.iter().enumerate() {
        let mut others = electorate.iter().take(place);
        if let Some(other) = others.find(|other| other.root.overlaps(&member.root)) {
            let (first, second) = (other.agency.clone(), member.agency.clone());
            return Err(RuleError::RootShared { first, second }.into());
        }
    }
    Ok(())
}
