//! Evidence against members: remembered once, within bounds, logged, and told on.
//!
//! What was proven is judged before it comes here; the engine only keeps count. A liar can make as many files against
//! itself as it likes, so of one accused there are few, and of one kind fewer.

use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Phase;
use crate::engine::effects::Action;
use crate::engine::effects::Effects;
use crate::engine::input::Accused;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::Record;
use crate::ids::AgencyId;
use crate::ids::LeafIndex;
use crate::ids::LogNumber;
use crate::limits::EVIDENCE_PER_ACCUSED_MAX;
use crate::limits::EVIDENCE_PER_KIND_MAX;
use crate::log::leaf::EvidenceKind;
use crate::log::leaf::Leaf;
use crate::moment::Moment;
use crate::moment::Timestamp;

/// Evidence that is held, without the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What was done.
    pub kind: EvidenceKind,
    /// By whom.
    pub accused: AgencyId,
    /// The log that is forked, where one is.
    pub log: Option<LogNumber>,
    /// Who alone may be handed the file; everyone where it is empty.
    pub audience: Vec<AgencyId>,
    /// When it was logged here.
    pub at: Timestamp,
    /// Its `evidence` leaf.
    pub leaf: LeafIndex,
}

impl Charge {
    pub(super) fn of(record: &EvidenceRecord) -> Self {
        Self {
            kind: record.kind,
            accused: record.accused.clone(),
            log: record.log,
            audience: record.audience.clone(),
            at: record.at,
            leaf: record.leaf,
        }
    }

    /// Whether a member may be handed the file.
    pub fn may_see(&self, member: &AgencyId) -> bool {
        // spec: evd-17
        self.audience.is_empty() || self.audience.contains(member)
    }

    /// Whether it shows two histories of this log of the accused.
    pub fn forks(&self, accused: &AgencyId, log: LogNumber) -> bool {
        matches!(self.kind, EvidenceKind::LogFork | EvidenceKind::ReceiptFork)
            && self.accused == *accused
            && self.log == Some(log)
    }
}

impl Engine {
    /// The evidence that is held, by digest of the file.
    pub fn charges(&self) -> impl Iterator<Item = (&Digest, &Charge)> {
        self.charges.iter()
    }

    /// Whether evidence shows two histories of a log: it is cosigned no more. Source: spec evd-16.
    pub fn is_forked(&self, owner: &AgencyId, log: LogNumber) -> bool {
        self.charges.values().any(|charge| charge.forks(owner, log))
    }

    /// Takes a proven accusation: once, while there is room, in one commit with its leaf.
    pub(super) fn accused(
        &mut self,
        moment: &Moment,
        accused: &Accused,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let Accused { proven, own } = accused;
        let judged = proven.judged();
        if self.mode.standing().is_some() {
            return Ok(());
        }
        // spec: evd-19
        if let (true, Some(own)) = (judged.accused == self.persona.agency, own) {
            self.quarantine(own.clone(), effects);
            return Ok(());
        }
        if self.phase == Phase::Waiting || !self.has_room(judged) {
            return Ok(());
        }
        // spec: evd-13
        let leaf = self.append(
            &Leaf::Evidence {
                evidence: judged.digest,
                kind: judged.kind,
                accused: judged.accused.clone(),
                at: moment.now,
            },
            effects,
        )?;
        let record = EvidenceRecord { at: moment.now, leaf, ..judged.clone() };
        self.charges.insert(record.digest, Charge::of(&record));
        effects.act(Action::Evidence {
            digest: record.digest,
            kind: record.kind,
            accused: record.accused.clone(),
        });
        effects.remember(Record::Evidence(record));
        Ok(())
    }

    // spec: evd-15
    fn has_room(&self, judged: &EvidenceRecord) -> bool {
        let against = || self.charges.values().filter(|held| held.accused == judged.accused);
        !self.charges.contains_key(&judged.digest)
            && against().count() < EVIDENCE_PER_ACCUSED_MAX
            && against().filter(|held| held.kind == judged.kind).count() < EVIDENCE_PER_KIND_MAX
    }
}
