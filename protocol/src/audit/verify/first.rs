//! The first of several things that may be wrong with one leaf.

use crate::audit::finding::Flaw;

/// Keeps the first flaw that is noted.
#[derive(Default)]
pub(super) struct First(Option<Flaw>);

impl First {
    /// Notes what a rule says.
    pub(super) fn note(&mut self, judged: Result<(), Flaw>) {
        // spec: audit-27
        if let (None, Err(flaw)) = (&self.0, judged) {
            self.0 = Some(flaw);
        }
    }

    /// What all rules together say.
    pub(super) fn result(self) -> Result<(), Flaw> {
        self.0.map_or(Ok(()), Err)
    }
}
