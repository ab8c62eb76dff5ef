//! Who drafted a message and who approved it: votes of people, each with a key of their own, over its core digest.
//!
//! Uses `identity::staff`. The votes travel as a part of their own beside the content, sealed with it and under the same
//! content key; the header holds their salted commitment. So they are as secret as the body, and are erased with it.
//! [`judge`](mod@judge) says whether they suffice; it is asked by the author's node and again by each receiver's.
//!
//! Absent on purpose: who is at the desk (accounts of the node), keys of people (their own machines).

pub mod judge;

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;

use crate::codec;
use crate::codec::EncodeError;
use crate::codec::Encoded;
use crate::crypto::cose::SignError;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::crypto::digest::Label;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::VerifyingKey;
use crate::envelope::SALT_BYTES;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::StaffNumber;
use crate::limits::APPROVALS_BYTES_MAX;
use crate::limits::APPROVERS_MAX;
use crate::moment::Timestamp;
use crate::registry::StaffRole;

/// Bytes of the length before the part.
const LENGTH_BYTES: usize = 4;

/// The approvals of one message. Shape: map with integer keys in the order of the fields. Source: spec apr-3.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approvals {
    /// The number of the staff list that the author's node went by.
    pub list: u64,
    /// The vote of whoever drafted it.
    pub drafted: Vote,
    /// The votes of whoever approved it, in ascending order of staff number.
    pub approved: Vec<Vote>,
    /// Whether it was sent without the approvals of its kind because lives were at risk.
    pub break_glass: bool,
}

/// What one person signed about a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The person, by pseudonymous staff number.
    pub staff: StaffNumber,
    /// The office in which they voted.
    pub role: StaffRole,
    /// When, by the clock of their machine.
    pub at: Timestamp,
    /// Their signature over the statement of the vote.
    pub signature: Signature,
}

/// What a person says by a vote. The order of the variants is the format: add at the end only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// They drafted the message.
    Drafted,
    /// They drafted it, and it goes without the approvals of its kind because lives are at risk.
    BrokeGlass,
    /// They approve it.
    Approved,
}

/// What is voted on: one message of one agency.
#[derive(Clone, Copy, Debug)]
pub struct Ballot<'a> {
    /// The federation.
    pub charter: &'a CharterName,
    /// The agency whose message it is.
    pub agency: &'a AgencyId,
    /// The message's core digest.
    pub core: Digest,
}

/// Who votes, how and when.
#[derive(Clone, Debug)]
pub struct Voter {
    /// The person.
    pub staff: StaffNumber,
    /// The office in which they vote.
    pub role: StaffRole,
    /// When.
    pub at: Timestamp,
}

impl Encoded for Approvals {
    const BYTES_MAX: usize = APPROVALS_BYTES_MAX;
}

/// Why bytes are not approvals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the approvals are not in their one form")]
pub struct BadForm;

impl Ballot<'_> {
    /// Shape: `["concord/1 vote", charter, agency, staff, role, when, deed, core digest]`. Source: spec apr-2.
    fn statement(&self, voter: &Voter, deed: Deed) -> Result<Vec<u8>, EncodeError> {
        // spec: apr-2
        codec::encode_parts(&(
            "concord/1 vote",
            self.charter,
            self.agency,
            &voter.staff,
            voter.role,
            voter.at,
            deed,
            self.core,
        ))
    }

    /// Votes.
    ///
    /// # Errors
    /// When the key cannot be reached.
    pub fn vote(&self, voter: Voter, deed: Deed, signer: &dyn Signer) -> Result<Vote, SignError> {
        let signature = signer.sign(&self.statement(&voter, deed)?)?;
        let Voter { staff, role, at } = voter;
        Ok(Vote { staff, role, at, signature })
    }

    /// Whether a vote is of this key, for this deed and this message.
    pub fn holds(&self, vote: &Vote, deed: Deed, key: &VerifyingKey) -> bool {
        let Vote { staff, role, at, signature } = vote;
        let voter = Voter { staff: staff.clone(), role: *role, at: *at };
        let statement = self.statement(&voter, deed);
        statement.is_ok_and(|statement| key.verify(&statement, signature).is_ok())
    }
}

impl Approvals {
    /// Every vote, the drafter's first.
    pub fn votes(&self) -> impl Iterator<Item = &Vote> {
        core::iter::once(&self.drafted).chain(&self.approved)
    }

    /// Whether there are no more votes than there may be, each person's once and in order.
    fn is_in_order(&self) -> bool {
        // spec: apr-3
        self.approved.len() <= APPROVERS_MAX
            && self.approved.is_sorted_by(|one, next| one.staff < next.staff)
    }
}

/// What the header holds of approvals. Shape: labelled digest of salt and part. Source: spec apr-4.
pub(super) fn commitment(salt: &[u8; SALT_BYTES], part: &[u8]) -> Digest {
    // spec: apr-4
    digest::labelled(Label::Approvals, &[salt, part])
}

/// What is sealed between salt and content: the length of the part, and the part.
///
/// # Errors
/// When a receiver would not read it.
pub(super) fn framed(part: &[u8]) -> Result<Vec<u8>, BadForm> {
    // spec: apr-4
    let length = u32::try_from(part.len()).map_err(|_| BadForm)?;
    Ok([length.to_be_bytes().as_slice(), part].concat())
}

/// Takes the part off what follows the salt: the part, and the content behind it.
pub(super) fn unframed(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = rest.split_first_chunk::<LENGTH_BYTES>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    rest.split_at_checked(length)
}

/// Writes approvals in the form that is sealed.
///
/// # Errors
/// When a receiver would not read them.
pub(super) fn write(approvals: &Approvals) -> Result<Vec<u8>, BadForm> {
    let part = codec::encode(approvals).map_err(|_| BadForm)?;
    read(&part).map(|_| part)
}

/// Reads approvals.
///
/// # Errors
/// When they are not in their one form.
pub fn read(part: &[u8]) -> Result<Approvals, BadForm> {
    let approvals: Approvals = codec::decode(part).map_err(|_| BadForm)?;
    if approvals.is_in_order() { Ok(approvals) } else { Err(BadForm) }
}
