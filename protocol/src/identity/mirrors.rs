//! Whose log is mirrored where: a choice that every member makes alone, and all make alike.
//!
//! Uses the charter only. The members stand in a circle in the order of their names; a log is mirrored by those that
//! follow its owner. Absent on purpose: whether a mirror can be reached now.

#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use crate::identity::charter::Charter;
use crate::ids::AgencyId;

/// The mirrors of a member's log, in the order of the circle.
///
/// Shape: 2f + 1 members, or all others where there are fewer; so that of the mirrors that can be reached after *f* are
/// dishonest and *f* are away, one at least is neither. Empty for an agency that is no member. Source: spec rst-20.
// spec: rst-20
pub fn of(charter: &Charter, owner: &AgencyId) -> Vec<AgencyId> {
    let mut circle: Vec<&AgencyId> = charter.members.iter().map(|member| &member.agency).collect();
    circle.sort();
    let Ok(place) = circle.binary_search(&owner) else { return Vec::new() };
    let wanted = usize::from(charter.dishonest_max).saturating_mul(2).saturating_add(1);
    let after = circle.iter().skip(place.saturating_add(1));
    let others = after.chain(circle.iter().take(place));
    others.take(wanted).map(|agency| (*agency).clone()).collect()
}

/// Whether a member mirrors the log of another.
pub fn mirrors(charter: &Charter, mirror: &AgencyId, owner: &AgencyId) -> bool {
    of(charter, owner).contains(mirror)
}
