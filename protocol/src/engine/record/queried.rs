//! How much a member has asked about, on the disk.

use serde::Deserialize;
use serde::Serialize;

use crate::ids::AgencyId;
use crate::link::allowance::Allowance;

/// How many identifiers a member asked this agency about on the last day on which it asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueriedRecord {
    /// Who asked.
    pub peer: AgencyId,
    /// How many.
    pub used: Allowance,
}
