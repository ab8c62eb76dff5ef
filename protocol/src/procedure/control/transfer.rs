//! A request to pass something on, and what its originator decided.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::moment::Timestamp;
use crate::procedure::control::OnwardUse;
use crate::procedure::control::Transfer;
use crate::procedure::control::passing::Passing;

/// A request to pass something on, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransferCase {
    by: AgencyId,
    asked: Transfer,
    // More than one where they know nothing of each other.
    decisions: Vec<Decided>,
}

/// What an originator decided, and no later decision has taken the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decided {
    pub(super) by: MessageId,
    pub(super) digest: Digest,
    pub(super) granted: bool,
    pub(super) until: Option<Timestamp>,
}

impl TransferCase {
    /// Nobody has decided yet.
    pub(super) const fn new(by: AgencyId, asked: Transfer) -> Self {
        Self { by, asked, decisions: Vec::new() }
    }

    /// Who asked.
    pub const fn by(&self) -> &AgencyId {
        &self.by
    }

    /// What for.
    pub const fn asked(&self) -> &Transfer {
        &self.asked
    }

    /// Whether it was granted then. Silence is refusal, and so is one refusal among decisions that know nothing of each
    /// other.
    // spec: orc-4
    pub fn is_granted(&self, at: Timestamp) -> bool {
        let grants =
            |decided: &Decided| decided.granted && decided.until.is_none_or(|until| at < until);
        !self.decisions.is_empty() && self.decisions.iter().all(grants)
    }

    /// Whether the originator has decided.
    pub const fn is_decided(&self) -> bool {
        !self.decisions.is_empty()
    }

    /// Whether a decision on it stands.
    pub(super) fn stands(&self, decision: &MessageId) -> bool {
        self.decisions.iter().any(|decided| decided.by == *decision)
    }

    /// Takes a decision, in the place of those that its author had seen.
    // spec: orc-4
    pub(super) fn decide(&mut self, decided: Decided, had_seen: impl Fn(&Digest) -> bool) {
        self.decisions.retain(|before| !had_seen(&before.digest));
        self.decisions.push(decided);
        self.decisions.sort_unstable_by_key(|decided| decided.digest);
    }

    pub(super) fn covers(&self, passing: &Passing<'_>) -> bool {
        let use_covered = match passing.to_use {
            OnwardUse::Intelligence => true,
            OnwardUse::Evidence => self.asked.to_use == OnwardUse::Evidence,
        };
        use_covered
            && self.by == *passing.by
            && self.asked.items.contains(passing.item)
            && self.asked.recipients.contains(passing.to)
            && self.is_granted(passing.at)
    }
}
