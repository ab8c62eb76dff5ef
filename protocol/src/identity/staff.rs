//! The staff list: which people of an agency vote on its messages, in which office, with which key, from when to when.
//!
//! Uses `paper`. The agency's root, offline, signs a [`StaffList`]; whoever relies on one goes through [`verify`], the
//! one maker of a [`VerifiedStaffList`]. The node never signs one: whoever has a node's keys still speaks for no person.
//! The list with the highest number speaks for all the time that it covers; who left stays on it with a last instant.
//!
//! Absent on purpose: names of people, who keeps their keys, what they vote on (`envelope::approvals`).

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::Encoded;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::hybrid::HybridSigned;
use crate::crypto::signature::VerifyingKey;
use crate::identity::charter::VerifiedCharter;
use crate::identity::paper;
use crate::identity::paper::NotSigned;
use crate::identity::paper::Paper;
use crate::identity::paper::PaperError;
use crate::identity::paper::Rule;
use crate::identity::root::RootKey;
use crate::identity::root::RootPublic;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::CharterVersion;
use crate::ids::StaffNumber;
use crate::limits::STAFF_LIST_BYTES_MAX;
use crate::limits::STAFF_OFFICES_MAX;
use crate::moment::Timestamp;
use crate::registry::StaffRole;

/// What the agency's root signs. Source: spec stf-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffList {
    /// The charter under which it counts.
    pub charter: CharterName,
    /// The agency.
    pub agency: AgencyId,
    /// Counts the agency's lists from 1; a higher one takes the place of a lower one.
    pub number: u64,
    /// The first instant that it covers.
    pub from: Timestamp,
    /// The last instant that it covers.
    pub until: Timestamp,
    /// Who votes, in ascending order of staff number, then of the first instant.
    pub offices: Vec<Office>,
}

/// One person in one office.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Office {
    /// The person, by pseudonymous staff number.
    pub staff: StaffNumber,
    /// The office.
    pub role: StaffRole,
    /// Signs this person's votes.
    pub key: VerifyingKey,
    /// The first instant at which a vote counts.
    pub from: Timestamp,
    /// The last instant at which a vote counts.
    pub until: Timestamp,
}

/// What a person hands to whoever certifies staff: the public half of their key, unsigned. The list is what counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaffAnnouncement {
    /// The agency.
    pub agency: AgencyId,
    /// The person, by pseudonymous staff number.
    pub staff: StaffNumber,
    /// The public half of the key.
    pub key: VerifyingKey,
}

impl Encoded for StaffList {
    const BYTES_MAX: usize = STAFF_LIST_BYTES_MAX;
}

impl Encoded for StaffAnnouncement {
    const BYTES_MAX: usize = 256;
}

/// What no staff list may say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Number 0.
    #[error("staff lists count from 1")]
    Number,
    /// It covers no time.
    #[error("a staff list ends after it begins")]
    Validity,
    /// Too many offices.
    #[error("a staff list has at most {STAFF_OFFICES_MAX} offices, this one has {found}")]
    Offices {
        /// Offices found.
        found: usize,
    },
    /// An office that ends before it begins.
    #[error("the office of {staff} ends after it begins")]
    Office {
        /// The person.
        staff: StaffNumber,
    },
    /// Offices out of order, or two of one person at one time.
    #[error("the offices of {staff} stand in order, one at a time")]
    Order {
        /// The person.
        staff: StaffNumber,
    },
    /// One key for two people.
    #[error("{first} and {second} have the same key")]
    KeyTwice {
        /// The one.
        first: StaffNumber,
        /// The other.
        second: StaffNumber,
    },
    /// The root as a person's key.
    #[error("the key of {staff} is the agency's root")]
    RootAsStaffKey {
        /// The person.
        staff: StaffNumber,
    },
}

impl Paper for StaffList {
    type Rule = RuleError;

    const CONTENT: ContentType = ContentType::StaffList;

    fn charter(&self) -> &CharterName {
        &self.charter
    }

    fn agency(&self) -> &AgencyId {
        &self.agency
    }
}

impl Rule for RuleError {
    const PAPER: &'static str = "staff list";
    const BYTES_MAX: usize = STAFF_LIST_BYTES_MAX;
}

/// Why a staff list was not signed.
pub type CertifyError = NotSigned<RuleError>;

/// Why a staff list cannot be relied on.
pub type StaffError = PaperError<RuleError>;

/// Signs a staff list with the agency's root. Source: spec stf-1.
///
/// # Errors
/// When it says what no staff list may say.
pub fn sign(list: &StaffList, root: &RootKey) -> Result<Vec<u8>, CertifyError> {
    check(list, &root.public()).map_err(CertifyError::Rule)?;
    paper::sign(list, root)
}

/// Verifies a staff list up to the charter: its form, its member, both signatures of the root, its rules.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(bytes: &[u8], charter: &VerifiedCharter) -> Result<VerifiedStaffList, StaffError> {
    // spec: stf-1
    let (list, member) = paper::open::<StaffList>(bytes, charter)?;
    check(&list, &member.root).map_err(StaffError::Rule)?;
    Ok(VerifiedStaffList { list, under: charter.version(), bytes: bytes.to_vec() })
}

/// Whose staff list some bytes say to be, and its number, without believing it: to leave aside what is not asked for.
pub fn peek(bytes: &[u8]) -> Option<(AgencyId, u64)> {
    let within = bytes.len() <= STAFF_LIST_BYTES_MAX;
    let signed = within.then(|| HybridSigned::parse(bytes, ContentType::StaffList).ok())??;
    let list: StaffList = codec::decode(signed.payload()).ok()?;
    Some((list.agency, list.number))
}

fn check(list: &StaffList, root: &RootPublic) -> Result<(), RuleError> {
    // spec: stf-2
    if list.number == 0 {
        return Err(RuleError::Number);
    }
    if list.until <= list.from {
        return Err(RuleError::Validity);
    }
    if list.offices.len() > STAFF_OFFICES_MAX {
        return Err(RuleError::Offices { found: list.offices.len() });
    }
    list.offices.iter().try_for_each(|office| alone(office, root))?;
    let mut one_after_the_other = list.offices.iter().zip(list.offices.iter().skip(1));
    one_after_the_other.try_for_each(|(one, next)| in_order(one, next))?;
    one_key_each(&list.offices)
}

fn alone(office: &Office, root: &RootPublic) -> Result<(), RuleError> {
    let staff = || office.staff.clone();
    if office.until <= office.from {
        return Err(RuleError::Office { staff: staff() });
    }
    // spec: stf-3
    if office.key == root.ed25519 {
        return Err(RuleError::RootAsStaffKey { staff: staff() });
    }
    Ok(())
}

// spec: stf-3
fn in_order(one: &Office, next: &Office) -> Result<(), RuleError> {
    let follows = one.staff < next.staff || (one.staff == next.staff && one.until < next.from);
    if follows { Ok(()) } else { Err(RuleError::Order { staff: next.staff.clone() }) }
}

// spec: stf-3
fn one_key_each(offices: &[Office]) -> Result<(), RuleError> {
    let mut keys: Vec<(&[u8; 32], &StaffNumber)> =
        offices.iter().map(|office| (office.key.as_bytes(), &office.staff)).collect();
    keys.sort_unstable();
    let twice = keys
        .iter()
        .zip(keys.iter().skip(1))
        .find(|((key, staff), (next, other))| key == next && staff != other);
    match twice {
        Some(((_, first), (_, second))) => {
            Err(RuleError::KeyTwice { first: (*first).clone(), second: (*second).clone() })
        }
        None => Ok(()),
    }
}

impl StaffList {
    /// The office that a person has at an instant.
    pub fn office(&self, staff: &StaffNumber, at: Timestamp) -> Option<&Office> {
        self.offices.iter().find(|office| office.staff == *staff && office.counts_at(at))
    }

    /// Whether it says anything about an instant.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.until
    }
}

impl Office {
    /// Whether a vote counts that was given at an instant.
    pub fn counts_at(&self, at: Timestamp) -> bool {
        self.from <= at && at <= self.until
    }
}

/// A staff list that a member's root signed under a verified charter.
///
/// Made by nothing but [`verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedStaffList {
    list: StaffList,
    under: CharterVersion,
    bytes: Vec<u8>,
}

impl VerifiedStaffList {
    /// What the root signed.
    pub const fn list(&self) -> &StaffList {
        &self.list
    }

    /// Whose it is.
    pub const fn agency(&self) -> &AgencyId {
        &self.list.agency
    }

    /// The version of the charter that names the root which signed it.
    pub const fn under(&self) -> CharterVersion {
        self.under
    }

    /// The COSE_Sign bytes, as they were received.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
