//! The charter: who takes part, and by which rules. The machine-readable half of the members' outcome document.
//!
//! Uses `quorum`, `root`. A charter is drafted ([`propose`]), signed by each member in turn ([`add_signature`]) and
//! relied on only after [`verify`] for version 1, or [`chain::verify`] for the versions after it; nothing else makes a
//! [`VerifiedCharter`].
//! What the members sign is the encoding of [`Charter`]; its labelled digest names it, and the digest of version 1,
//! pinned by the operator, is where all trust begins.
//!
//! - [`rules`]: what a version must say, whoever signed it; [`tally`]: who must sign it, and who has.
//! - [`papers`]: every document a node holds, in force or not, and which version follows from them.
//! - [`chain`]: the versions in force one after another, as a file that anyone verifies.
//! - [`vow`]: what a root must not sign any more once it has signed something.
//! - [`difference`]: what changes from one version to the next, for a reader; [`clause`]: what is settled of procedures.
//!
//! Absent on purpose: files, frames, and when a version was adopted; logs say that.

pub mod chain;
pub mod clause;
pub mod difference;
pub mod papers;
pub mod rules;
pub mod tally;
pub mod vow;

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
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::crypto::signature::KeyId;
use crate::crypto::suite::Suite;
use crate::identity::charter::clause::Clause;
use crate::identity::charter::rules::RuleError;
use crate::identity::quorum::Quorum;
use crate::identity::root::RootKey;
use crate::identity::root::RootPublic;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::LogNumber;
use crate::ids::Party;
use crate::limits::CHARTER_BYTES_MAX;

/// One version of a charter, as the members sign it. Source: spec id-8.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charter {
    /// Counts versions from 1.
    pub version: CharterVersion,
    /// Names the federation for good; the same in every version.
    pub name: CharterName,
    /// Digest of the version before; absent in version 1 and in no other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Digest>,
    /// Everyone who takes part, in ascending order of agency.
    pub members: Vec<Member>,
    /// Members that must sign the next version.
    pub amendment_threshold: u16,
    /// Dishonest members that the numbers are built to bear, *f*.
    pub dishonest_max: u16,
    /// Witnesses that must cosign a checkpoint.
    pub witness_quorum: u16,
    /// What members agree to use and to demand.
    pub profiles: Profiles,
    /// The versions that got stuck and are passed by; absent in a version that simply follows. Source: spec chr-6.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolves: Option<Resolves>,
    /// What the Parties settled about procedures, each once, ascending; the rest is as by default. Source: spec prf-1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clauses: Vec<Clause>,
}

/// What a version passes by because it could not be finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resolves {
    /// The version that `previous` names, the last one that all agreed on.
    pub since: CharterVersion,
    /// The digests of the versions that got stuck, ascending.
    pub rivals: Vec<Digest>,
}

/// One agency that takes part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The agency.
    pub agency: AgencyId,
    /// The State it acts for.
    pub party: Party,
    /// What people call it, in ascending order of language; at least one.
    pub names: Vec<MemberName>,
    /// The root that signs its credentials and its consent.
    pub root: RootPublic,
    /// The logs of this agency that members accept.
    pub logs: LogRange,
}

/// The name of a member in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberName {
    /// The language. Shape: BCP 47 tag, for example `en` or `zh-Hans`.
    pub language: String,
    /// The name. Shape: 1 to 200 bytes, without control characters.
    pub text: String,
}

/// Log numbers from first to last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogRange {
    /// The first one, at least 1.
    pub first: LogNumber,
    /// The last one.
    pub last: LogNumber,
}

/// What members agree to use and to demand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profiles {
    /// Numbers of the suites of algorithms that messages may use, ascending. See [`Suite`].
    pub suites: Vec<u16>,
    /// Which approvals a message must carry.
    pub approvals: ApprovalProfile,
}

/// Which approvals a message must carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApprovalProfile {
    /// None is demanded; those that are there are judged all the same.
    NoneDemanded,
    /// Every message carries those that its kind demands. Source: spec apr-8.
    Demanded,
}

impl Encoded for Charter {
    const BYTES_MAX: usize = CHARTER_BYTES_MAX;
}

impl Profiles {
    /// Whether messages may use a suite. Source: spec env-32.
    pub fn lists(&self, suite: Suite) -> bool {
        self.suites.contains(&suite.number())
    }

    /// The suite that whoever seals takes: the highest one that is listed. Source: spec env-31.
    pub fn preferred(&self) -> Suite {
        let highest = Suite::ALL.into_iter().rev().find(|suite| self.lists(*suite));
        // A verified charter lists at least one that is built (id-10).
        highest.unwrap_or(Suite::One)
    }
}

impl Charter {
    /// The member that is this agency.
    pub fn member(&self, agency: &AgencyId) -> Option<&Member> {
        self.members.iter().find(|member| member.agency == *agency)
    }

    /// The version that this one follows; 0 for a founding one.
    pub const fn since(&self) -> CharterVersion {
        match &self.resolves {
            Some(resolves) => resolves.since,
            None => CharterVersion::new(self.version.get().saturating_sub(1)),
        }
    }

    /// The digests of the versions from which a node moves on to this one.
    pub fn names(&self) -> impl Iterator<Item = Digest> {
        let rivals = self.resolves.iter().flat_map(|resolves| resolves.rivals.iter().copied());
        self.previous.into_iter().chain(rivals)
    }

    /// Whether this agency is a member with this root.
    pub fn has(&self, agency: &AgencyId, root: &RootPublic) -> bool {
        self.member(agency).is_some_and(|member| member.root == *root)
    }

    /// The three numbers that must fit the number of members.
    pub const fn quorum(&self) -> Quorum {
        Quorum {
            dishonest_max: self.dishonest_max,
            witness_quorum: self.witness_quorum,
            amendment_threshold: self.amendment_threshold,
        }
    }
}

impl LogRange {
    /// Whether members accept this log.
    pub fn contains(&self, log: LogNumber) -> bool {
        self.first <= log && log <= self.last
    }
}

/// A charter on its way from member to member: its rules hold, its signatures may be missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    charter: Charter,
    digest: Digest,
    signed: HybridSigned,
}

/// Whether a member has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// Both signatures of its root are there and hold.
    Given,
    /// Not both signatures are there.
    Missing,
    /// A signature in its name does not hold.
    Forged,
}

/// Why a charter cannot be drafted, signed or relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CharterError {
    /// Not a signed charter at all.
    #[error("the bytes are no signed charter")]
    Form(#[from] CoseError),
    /// What was signed is no charter.
    #[error("what was signed is no charter")]
    Content(#[from] DecodeError),
    /// It says what no charter may say.
    #[error("the charter does not hold")]
    Rule(#[from] RuleError),
    /// Another charter than the pinned one.
    #[error("the charter's digest is {found}, the pinned one is {expected}")]
    Pin {
        /// The pin.
        expected: Digest,
        /// The digest found.
        found: Digest,
    },
    /// A later version where the first one belongs.
    #[error("this is version {version}, and trust begins in version 1")]
    NotFounding {
        /// The version found.
        version: CharterVersion,
    },
    /// A member has not signed.
    #[error("{agency} has not signed the charter")]
    Missing {
        /// The first one.
        agency: AgencyId,
    },
    /// A signature in a member's name does not hold.
    #[error("the signature of {agency} on the charter does not hold")]
    Forged {
        /// The first one.
        agency: AgencyId,
    },
    /// A signature of a key that is no member's root.
    #[error("the charter is signed by {key:?}, which is no member's root")]
    Stranger {
        /// The key.
        key: KeyId,
    },
    /// Only one of the two signatures of a root.
    #[error("the charter bears only one of the two signatures of {agency}")]
    Half {
        /// The first one.
        agency: AgencyId,
    },
    /// The root that was to sign is no member's.
    #[error("the root {root} is no member's of this charter, nor of the version before it")]
    NotAMember {
        /// The root's fingerprint.
        root: Digest,
    },
    /// Ours: nothing could be signed.
    #[error("the charter could not be signed")]
    Sign(#[from] SignError),
    /// Ours: a value of ours has no encoding.
    #[error("the charter could not be encoded")]
    Encode(#[from] EncodeError),
}

impl CharterError {
    /// A code for machines.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Form(_) => "not-a-charter",
            Self::Content(_) => "bad-content",
            Self::Rule(_) => "bad-rule",
            Self::Pin { .. } => "other-pin",
            Self::NotFounding { .. } => "not-founding",
            Self::Missing { .. } => "not-signed",
            Self::Forged { .. } => "forged",
            Self::Stranger { .. } => "stranger",
            Self::Half { .. } => "half-signed",
            Self::NotAMember { .. } => "not-a-member",
            Self::Sign(_) | Self::Encode(_) => "not-made",
        }
    }
}

/// Drafts a charter: puts it in order, checks its rules, and gives the bytes that members sign in turn.
///
/// # Errors
/// The first rule that does not hold.
pub fn propose(charter: Charter) -> Result<Vec<u8>, CharterError> {
    let charter = rules::in_order(charter);
    rules::check(&charter)?;
    let payload = codec::encode(&charter)?;
    let bytes = HybridSigned::unsigned(ContentType::Charter, &payload)?.to_bytes()?;
    // What is drafted here must be readable there.
    read(&bytes)?;
    Ok(bytes)
}

/// Reads a charter that may not be signed by all yet.
///
/// # Errors
/// When the bytes are no charter, or a rule does not hold.
pub fn read(bytes: &[u8]) -> Result<Proposal, CharterError> {
    let signed = HybridSigned::parse(bytes, ContentType::Charter)?;
    let charter: Charter = codec::decode(signed.payload())?;
    // spec: id-8
    rules::check(&charter)?;
    // spec: id-9
    let digest = digest::labelled(Label::Charter, &[signed.payload()]);
    Ok(Proposal { charter, digest, signed })
}

/// Adds the consent of the member whose root this is; repeating it changes nothing. Source: spec id-7.
///
/// For a founding charter. What follows one is signed with [`papers::Papers::sign`], which knows the version before.
///
/// # Errors
/// When the bytes are no charter, or the root is no member's.
pub fn add_signature(bytes: &[u8], root: &RootKey) -> Result<Vec<u8>, CharterError> {
    let mut proposal = read(bytes)?;
    let public = root.public();
    if !proposal.charter.members.iter().any(|member| member.root == public) {
        return Err(CharterError::NotAMember { root: public.fingerprint() });
    }
    // spec: id-7
    proposal.signed.sign(&root.hybrid())?;
    Ok(proposal.signed.to_bytes()?)
}

/// Verifies a founding charter: its rules, the pin where one is given, and every member's consent.
///
/// Without a pin the result is consistent with itself and anchored in nothing: a whole federation can be invented.
/// Source: spec id-13.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(bytes: &[u8], pin: Option<Digest>) -> Result<VerifiedCharter, CharterError> {
    let proposal = read(bytes)?;
    let (charter, digest) = (&proposal.charter, proposal.digest);
    // spec: id-13
    if let Some(expected) = pin.filter(|expected| *expected != digest) {
        return Err(CharterError::Pin { expected, found: digest });
    }
    // spec: id-14
    if charter.version != CharterVersion::new(1) {
        return Err(CharterError::NotFounding { version: charter.version });
    }
    // spec: id-24
    if let Some(key) = stranger(charter, &proposal.signed) {
        return Err(CharterError::Stranger { key });
    }
    for member in &charter.members {
        let agency = || member.agency.clone();
        match consent(member, &proposal.signed) {
            Consent::Given => {}
            Consent::Missing => return Err(CharterError::Missing { agency: agency() }),
            Consent::Forged => return Err(CharterError::Forged { agency: agency() }),
        }
    }
    Ok(VerifiedCharter { proposal, bytes: bytes.to_vec() })
}

/// The first signature that no member's root can have made.
fn stranger(charter: &Charter, signed: &HybridSigned) -> Option<KeyId> {
    let known =
        |id: &KeyId| charter.members.iter().any(|member| member.root.key_ids().contains(id));
    signed.key_ids().find(|id| !known(id))
}

fn consent(member: &Member, signed: &HybridSigned) -> Consent {
    let there = |id: KeyId| signed.key_ids().any(|found| found == id);
    if !member.root.key_ids().into_iter().all(there) {
        return Consent::Missing;
    }
    // spec: id-7
    match signed.verify(&member.root.hybrid()) {
        Ok(()) => Consent::Given,
        Err(_) => Consent::Forged,
    }
}

impl Proposal {
    /// What the members sign.
    pub const fn charter(&self) -> &Charter {
        &self.charter
    }

    /// Names it. Shape: labelled digest of what is signed; signatures do not change it.
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The COSE_Sign bytes with the signatures of one root and no others, as evidence brings them.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn of_root(&self, root: &RootPublic) -> Result<Vec<u8>, EncodeError> {
        self.signed.of_signer(root.key_ids()).to_bytes()
    }

    /// Whether the two signatures of this root are all that it bears; that they hold is asked with [`Proposal::holds`].
    pub fn is_of_root(&self, root: &RootPublic) -> bool {
        self.signed.key_ids().len() == 2 && tally::bears(self, root)
    }

    /// Whether both signatures of a root hold.
    pub fn holds(&self, root: &RootPublic) -> bool {
        self.signed.verify(&root.hybrid()).is_ok()
    }

    /// The COSE_Sign bytes, with the signatures that there are.
    ///
    /// # Errors
    /// Only when a broken invariant of ours stands in the way.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        self.signed.to_bytes()
    }

    /// Every member, and whether it has signed.
    pub fn consents(&self) -> impl Iterator<Item = (&Member, Consent)> {
        self.charter.members.iter().map(|member| (member, consent(member, &self.signed)))
    }
}

/// A version that is in force: signed by all who must, and following from the pinned one where a pin was given.
///
/// Made by nothing but [`verify`] and [`papers`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedCharter {
    proposal: Proposal,
    bytes: Vec<u8>,
}

impl VerifiedCharter {
    /// What the members signed.
    pub const fn charter(&self) -> &Charter {
        &self.proposal.charter
    }

    /// The federation's name.
    pub const fn name(&self) -> &CharterName {
        &self.proposal.charter.name
    }

    /// Which version this is.
    pub const fn version(&self) -> CharterVersion {
        self.proposal.charter.version
    }

    /// Names this version. Shape: labelled digest of what was signed. Source: spec id-9.
    pub const fn digest(&self) -> Digest {
        self.proposal.digest
    }

    /// Every root that signed it is known, and all of them hold.
    pub(crate) const fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// The COSE_Sign bytes, as they were received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The member that is this agency.
    pub fn member(&self, agency: &AgencyId) -> Option<&Member> {
        self.proposal.charter.member(agency)
    }
}

#[cfg(test)]
mod tests;
