//! What was found, in the order in which it was found; the list is bounded, the count is not.

use alloc::vec::Vec;

use crate::audit::finding::Finding;

/// Problems that are listed; more are counted. Source: spec audit-27.
pub const PROBLEMS_MAX: usize = 1_000;

/// Problems of one bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    listed: Vec<Finding>,
    count: u64,
}

impl Problems {
    /// One more.
    pub(super) fn add(&mut self, finding: Finding) {
        // spec: audit-27
        self.count = self.count.saturating_add(1);
        if self.listed.len() < PROBLEMS_MAX {
            self.listed.push(finding);
        }
    }

    /// The first ones, in order.
    pub fn listed(&self) -> &[Finding] {
        &self.listed
    }

    /// How many there are in all.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The first one.
    pub fn first(&self) -> Option<&Finding> {
        self.listed.first()
    }
}
