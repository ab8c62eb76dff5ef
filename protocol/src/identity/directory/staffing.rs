//! The newest staff list of each agency.
//!
//! One is kept of each, for it speaks for all the time that it covers. A lower number changes nothing, so that nobody
//! brings back a person whose office ended.

use crate::crypto::signature::VerifyingKey;
use crate::identity::directory::Directory;
use crate::identity::staff;
use crate::identity::staff::StaffError;
use crate::identity::staff::VerifiedStaffList;
use crate::ids::AgencyId;
use crate::ids::StaffNumber;

/// Why a verified staff list is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotListed {
    /// It does not verify.
    #[error(transparent)]
    Bad(#[from] StaffError),
    /// One with a higher number is known, or this one: said again, it changes nothing.
    #[error("the staff list is not newer than the one that is held")]
    Stale,
    /// Another list has this number: the root signed two different ones.
    #[error("{agency} has another staff list with number {number}")]
    NumberReused {
        /// The agency.
        agency: AgencyId,
        /// The number.
        number: u64,
    },
    /// A key of the agency's node, or a member's root.
    #[error("the key of {staff} is one of the agency's node, or a member's root")]
    KeyInUse {
        /// The person whose key it is said to be.
        staff: StaffNumber,
    },
}

impl Directory {
    /// Takes in a staff list that came now, if it is newer than what is held. Source: spec stf-4.
    ///
    /// # Errors
    /// When it does not verify, is not newer, or gives a person a key that has another role.
    pub fn list_staff(&mut self, bytes: &[u8]) -> Result<&VerifiedStaffList, NotListed> {
        let verified = staff::verify(bytes, self.charter())?;
        self.take_staff(verified)
    }

    /// Whether a staff list that came now would be taken in.
    ///
    /// # Errors
    /// As [`Directory::list_staff`].
    pub fn may_list_staff(&self, bytes: &[u8]) -> Result<(), NotListed> {
        self.may_take_staff(&staff::verify(bytes, self.charter())?)
    }

    /// Takes in a staff list that was taken earlier: under the newest version of which the root signed it.
    ///
    /// # Errors
    /// As [`Directory::list_staff`].
    // spec: chr-14
    pub fn list_staff_ever(&mut self, bytes: &[u8]) -> Result<&VerifiedStaffList, NotListed> {
        let now = staff::verify(bytes, self.charter());
        let earlier =
            || self.chain().versions().rev().skip(1).find_map(|one| staff::verify(bytes, one).ok());
        let verified = now.or_else(|error| earlier().ok_or(error))?;
        self.take_staff(verified)
    }

    /// The staff list of an agency by which its messages are judged: the newest one, of the root in force.
    pub fn staff(&self, agency: &AgencyId) -> Option<&VerifiedStaffList> {
        // spec: chr-13
        self.staff.get(agency).filter(|held| held.under() == self.charter().version())
    }

    /// The newest staff list of each agency, where it counts: its root is the one in force.
    pub fn staff_lists(&self) -> impl Iterator<Item = &VerifiedStaffList> {
        // spec: stf-6
        self.staff.values().filter(|held| held.under() == self.charter().version())
    }

    fn take_staff(&mut self, verified: VerifiedStaffList) -> Result<&VerifiedStaffList, NotListed> {
        self.may_take_staff(&verified)?;
        let agency = verified.agency().clone();
        Ok(self.staff.entry(agency).insert_entry(verified).into_mut())
    }

    fn may_take_staff(&self, verified: &VerifiedStaffList) -> Result<(), NotListed> {
        let agency = verified.agency();
        // spec: stf-4
        if let Some(held) = self.staff.get(agency) {
            let (known, number) = (held.list().number, verified.list().number);
            // A root that took the place of another begins to count anew: it need not know how far the other counted.
            let order = verified.under().cmp(&held.under());
            if order.is_eq() && number == known && held.list() != verified.list() {
                return Err(NotListed::NumberReused { agency: agency.clone(), number });
            }
            if order.then(number.cmp(&known)).is_le() {
                return Err(NotListed::Stale);
            }
        }
        self.check_staff_keys(verified)
    }

    /// Whether a key is one of an agency's node. Of other agencies nothing is asked: whoever has seen a person's public
    /// key could else name it in a credential of its own, and so keep the next list of that person's agency out.
    // spec: stf-3
    pub fn is_node_key(&self, agency: &AgencyId, key: &VerifyingKey) -> bool {
        self.owners.get(key.as_bytes()).is_some_and(|owner| owner.agency == *agency)
    }

    /// A person's key is not their node's, and no root.
    // spec: stf-3
    fn check_staff_keys(&self, verified: &VerifiedStaffList) -> Result<(), NotListed> {
        let roots = || self.chain.versions().flat_map(|version| version.charter().members.iter());
        let taken = verified.list().offices.iter().find(|office| {
            self.is_node_key(verified.agency(), &office.key)
                || roots().any(|member| member.root.ed25519 == office.key)
        });
        match taken {
            Some(office) => Err(NotListed::KeyInUse { staff: office.staff.clone() }),
            None => Ok(()),
        }
    }
}
