//! What whoever asks has promised, and until when each promise binds.

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;

use crate::message::assurance::AssuranceKind;
use crate::moment::Timestamp;
use crate::procedure::handover::fact::Request;

/// Promises, each with its end; `None` where it has none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Promises(BTreeMap<AssuranceKind, Option<Timestamp>>);

impl Promises {
    /// Takes note of some. One that is given again binds as long as the longer of the two.
    pub(super) fn give(
        &mut self,
        promises: &BTreeSet<AssuranceKind>,
        until: &BTreeSet<(AssuranceKind, Timestamp)>,
    ) {
        for kind in promises {
            let new = until.iter().find(|(ends, _)| ends == kind).map(|(_, end)| *end);
            let end = self.0.entry(*kind).or_insert(new);
            *end = end.zip(new).map(|(one, other)| one.max(other));
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether this was promised.
    pub(super) fn has(&self, kind: AssuranceKind) -> bool {
        self.0.contains_key(&kind)
    }

    /// Whether this was promised, and binds beyond a time.
    // spec: ho-81, ho-83
    pub(super) fn binds(&self, kind: AssuranceKind, at: Timestamp) -> bool {
        self.0.get(&kind).is_some_and(|end| end.is_none_or(|end| at < end))
    }
}

impl Request {
    /// Whether it promises that the person's life is spared, and the promise binds beyond a time.
    // spec: ho-81, ho-83
    pub(super) fn promises_life(&self, at: Timestamp) -> bool {
        self.spared && self.spared_until.is_none_or(|end| at < end)
    }
}
