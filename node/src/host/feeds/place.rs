//! Which feeds of an originator get a table: pure.

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::ProcedureId;

/// Open feeds of one originator that have a table here: two of each class. Beyond it: a feed is shown and not searched,
/// until another one is closed.
// spec: fed-26
pub(super) const FEEDS_OF_ONE_MAX: usize = 4;

/// A feed, as far as it matters for a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'k> {
    pub(super) originator: &'k AgencyId,
    pub(super) procedure: ProcedureId,
    pub(super) standing: Standing,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has a table.
    Searched,
    /// It is to get one.
    Waiting,
    /// It ended.
    Closed,
}

/// Whether a feed has a place among those of its originator: those that have a table come first, then those with the
/// lowest procedures. Nobody else's feeds matter.
// spec: fed-26
pub(super) fn has_place<'k>(claim: Claim<'_>, all: impl Iterator<Item = Claim<'k>>) -> bool {
    let before = all.filter(|other| {
        let comes_first = match other.standing {
            Standing::Searched => true,
            Standing::Waiting => other.procedure < claim.procedure,
            Standing::Closed => false,
        };
        comes_first && other.originator == claim.originator && other.procedure != claim.procedure
    });
    claim.standing == Standing::Searched || before.count() < FEEDS_OF_ONE_MAX
}

#[cfg(test)]
mod tests;
