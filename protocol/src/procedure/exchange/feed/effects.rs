//! What was reported to have been blocked, each attempt once.

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::moment::Timestamp;
use crate::procedure::exchange::fact::BlockEffect;
use crate::procedure::shared::SharedMap;

/// The reports that count. No two of one agency about one feed are of times that overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Effects {
    by_message: SharedMap<Digest, (AgencyId, BlockEffect)>,
    by_time: SharedMap<Told, Digest>,
}

/// Who told it, about which feed, from when on.
type Told = (AgencyId, Option<Digest>, Timestamp);

impl Effects {
    /// The reports.
    pub(super) fn iter(&self) -> impl Iterator<Item = &BlockEffect> {
        self.by_message.values().map(|(_, effect)| effect)
    }

    /// A report by the same agency about the same feed of a time that overlaps, other than the one that is replaced.
    pub(super) fn overlapping(
        &self,
        by: &AgencyId,
        effect: &BlockEffect,
        replaced: Option<Digest>,
    ) -> Option<&BlockEffect> {
        // Of reports that do not overlap each other the last ones that begin early enough are the ones to look at.
        let end = told(by, effect, effect.until);
        let before = self.by_time.before(&end);
        let last =
            before.map(|(_, message)| message).find(|message| Some(**message) != replaced)?;
        let (author, last) = self.by_message.get(last)?;
        let same = author == by && last.feed == effect.feed;
        (same && effect.from < last.until).then_some(last)
    }

    /// Takes a report.
    pub(super) fn insert(&mut self, message: Digest, by: &AgencyId, effect: &BlockEffect) {
        self.by_time.insert(told(by, effect, effect.from), message);
        self.by_message.insert(message, (by.clone(), effect.clone()));
    }

    /// Drops a report that was replaced.
    pub(super) fn remove(&mut self, message: &Digest) {
        if let Some((by, effect)) = self.by_message.get(message) {
            self.by_time.remove(&told(by, effect, effect.from));
        }
        self.by_message.remove(message);
    }
}

fn told(by: &AgencyId, effect: &BlockEffect, from: Timestamp) -> Told {
    (by.clone(), effect.feed, from)
}
