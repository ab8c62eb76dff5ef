//! Which entries of a feed are disputed, and what is recommended about them meanwhile.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::intelligence::feed_entry::Recommended;
use crate::message::text::RecordRef;
use crate::procedure::act::Act;
use crate::procedure::exchange::fact;
use crate::procedure::refusal::Refusal;
use crate::procedure::shared::SharedMap;

/// The disputes of a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disputes {
    all: SharedMap<MessageId, Dispute>,
}

/// One dispute.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Dispute {
    by: AgencyId,
    entry: Digest,
    decision: Option<Decision>,
}

/// What was decided, and the number that the feed had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Decision {
    seq: u64,
    recommended: Option<Recommended>,
}

impl Disputes {
    /// Nothing is disputed.
    pub(super) fn none() -> Self {
        Self { all: SharedMap::new() }
    }

    /// The disputes that wait for a decision, with who disputes.
    pub fn open_ones(&self) -> Vec<(MessageId, &AgencyId)> {
        let open = self.all.iter().filter(|(_, dispute)| dispute.decision.is_none());
        open.map(|(id, dispute)| (*id, &dispute.by)).collect()
    }

    /// Whether an entry waits for a decision.
    pub fn is_disputed(&self, entry: &RecordRef) -> bool {
        let entry = fact::mark(entry);
        self.all.values().any(|dispute| dispute.entry == entry && dispute.decision.is_none())
    }

    /// What is recommended about an entry that the feed lists with a recommendation since a number; `None` when a
    /// decision withdrew it.
    ///
    /// A disputed entry is watched at most. A decision counts until the feed lists the entry anew.
    // spec: xch-42
    pub fn recommended(
        &self,
        entry: &RecordRef,
        listed: Recommended,
        since: u64,
    ) -> Option<Recommended> {
        let entry = fact::mark(entry);
        let about = || self.all.values().filter(|dispute| dispute.entry == entry);
        if about().any(|dispute| dispute.decision.is_none()) {
            return Some(match listed {
                Recommended::DoNotTouch => Recommended::DoNotTouch,
                Recommended::Block | Recommended::Warn | Recommended::Monitor => {
                    Recommended::Monitor
                }
            });
        }
        let decided = about().filter_map(|dispute| dispute.decision);
        let newest = decided.filter(|decision| decision.seq >= since).max_by_key(|said| said.seq);
        newest.map_or(Some(listed), |decision| decision.recommended)
    }

    /// Refuses a decision about nothing, or about what is decided.
    // spec: xch-43
    pub(super) fn guard_decision(&self, of: &MessageId) -> Result<(), Refusal> {
        if self.all.get(of).is_some_and(|dispute| dispute.decision.is_none()) {
            return Ok(());
        }
        Err(Refusal::out_of_turn(
            "xch-43",
            "no dispute of this feed with that id waits for a decision",
            "name a dispute that is open",
        ))
    }

    pub(super) fn open(&mut self, act: &Act, entry: Digest) {
        let dispute = Dispute { by: act.author.clone(), entry, decision: None };
        self.all.insert(act.id, dispute);
    }

    pub(super) fn decide(&mut self, of: &MessageId, seq: u64, recommended: Option<Recommended>) {
        if let Some(dispute) = self.all.get_mut(of) {
            dispute.decision = Some(Decision { seq, recommended });
        }
    }
}
