//! How much room whose files take, and what each member is assured of; pure.
//!
//! Half of the room is divided among the members, this node's agency among them: nobody else can take it from them. The
//! other half is whoever's comes first. Without members all of it is.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::ids::AgencyId;

/// Who takes how much.
#[derive(Debug, Default)]
pub(super) struct Shares {
    /// Most that all files may take. Units: bytes.
    total: u64,
    /// What all take: drafts, parts and whole files.
    used: u64,
    /// What each member is assured of.
    assured: u64,
    /// What those of the others take; the rest is this node's own.
    others: BTreeMap<AgencyId, Other>,
    /// Of whole files whose message another member wrote: whose, and how long.
    whose: BTreeMap<Digest, (AgencyId, u64)>,
}

/// Another agency, as far as its files take room.
#[derive(Debug, Default)]
struct Other {
    used: u64,
    /// What it is assured of: nothing for who is no member any more.
    assured: u64,
}

/// Why there is no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// All of it is taken.
    Full,
    /// What is left, others are assured of.
    Reserved,
}

impl Shares {
    /// Room for so many bytes, of which none are taken.
    pub(super) fn of(total: u64) -> Self {
        Self { total, ..Self::default() }
    }

    /// Divides half of the room among this node's agency and the other members.
    // spec: fil-16
    pub(super) fn divide(&mut self, others: &[AgencyId]) {
        let members = u64::try_from(others.len()).unwrap_or(u64::MAX).saturating_add(1);
        self.assured = (self.total / 2).checked_div(members).unwrap_or(0);
        for member in others {
            self.others.entry(member.clone()).or_default().assured = self.assured;
        }
    }

    /// Bytes that all files take, and how many they may.
    pub(super) const fn usage(&self) -> (u64, u64) {
        (self.used, self.total)
    }

    /// Bytes that the files of each other agency take.
    pub(super) fn by_member(&self) -> Vec<(AgencyId, u64)> {
        self.others.iter().map(|(member, other)| (member.clone(), other.used)).collect()
    }

    /// Speaks for so many bytes of a member, or of this node (`None`).
    // spec: fil-14, fil-16
    pub(super) fn claim(&mut self, owner: Option<&AgencyId>, bytes: u64) -> Result<(), Refused> {
        let needed = self.used.saturating_add(bytes);
        if needed > self.total {
            return Err(Refused::Full);
        }
        if needed.saturating_add(self.reserved_from(owner)) > self.total {
            return Err(Refused::Reserved);
        }
        self.add(owner, bytes);
        Ok(())
    }

    /// Takes note of bytes that are here, whatever the bounds.
    pub(super) fn add(&mut self, owner: Option<&AgencyId>, bytes: u64) {
        self.used = self.used.saturating_add(bytes);
        if let Some(owner) = owner {
            let other = self.others.entry(owner.clone()).or_default();
            other.used = other.used.saturating_add(bytes);
        }
    }

    /// Gives bytes back.
    pub(super) fn give_back(&mut self, owner: Option<&AgencyId>, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
        if let Some(other) = owner.and_then(|owner| self.others.get_mut(owner)) {
            other.used = other.used.saturating_sub(bytes);
        }
    }

    /// The claimed bytes of a member are a whole file now. One that came twice takes room once.
    pub(super) fn whole(&mut self, file: Digest, owner: AgencyId, length: u64) {
        if let Some((before, length)) = self.whose.insert(file, (owner, length)) {
            self.give_back(Some(&before), length);
        }
    }

    /// A whole file that was found is a member's, unless it is known whose it is.
    pub(super) fn belongs(&mut self, file: Digest, owner: &AgencyId, length: u64) {
        if let Entry::Vacant(place) = self.whose.entry(file) {
            place.insert((owner.clone(), length));
            self.give_back(None, length);
            self.add(Some(owner), length);
        }
    }

    /// A whole file ended.
    pub(super) fn ended(&mut self, file: &Digest, length: u64) {
        let owner = self.whose.remove(file).map(|(owner, _)| owner);
        self.give_back(owner.as_ref(), length);
    }

    /// What everybody else is assured of and does not take yet.
    fn reserved_from(&self, owner: Option<&AgencyId>) -> u64 {
        let of_others =
            self.others.values().fold(0, |sum: u64, other| sum.saturating_add(other.used));
        let own = self.assured.saturating_sub(self.used.saturating_sub(of_others));
        let own = if owner.is_some() { own } else { 0 };
        let others = self.others.iter().filter(|(member, _)| Some(*member) != owner);
        let left = others.map(|(_, other)| other.assured.saturating_sub(other.used));
        left.fold(own, u64::saturating_add)
    }
}
