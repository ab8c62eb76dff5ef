//! Credentials that ended early: the log says what this node knew, and since when.

use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Phase;
use crate::engine::effects::Action;
use crate::engine::effects::Effects;
use crate::engine::record::Record;
use crate::engine::record::papers::RevocationRecord;
use crate::log::leaf::Leaf;
use crate::moment::Moment;

impl Engine {
    /// Remembers a revocation, in one commit with its leaf; a node that may not append logs it when it may again.
    // spec: id-45
    pub(super) fn revoke(
        &mut self,
        moment: &Moment,
        revocation: RevocationRecord,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        effects.act(Action::Revoked(revocation.clone()));
        if self.phase == Phase::Started && self.mode.standing().is_none() {
            return self.log_revocation(moment, revocation, effects);
        }
        effects.remember(Record::Revocation(revocation.clone()));
        self.unlogged.push(revocation);
        Ok(())
    }

    /// Logs what became known while the node could not.
    // spec: id-45
    pub(super) fn log_revocations(
        &mut self,
        moment: &Moment,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let unlogged = core::mem::take(&mut self.unlogged);
        unlogged.into_iter().try_for_each(|one| self.log_revocation(moment, one, effects))
    }

    fn log_revocation(
        &mut self,
        moment: &Moment,
        revocation: RevocationRecord,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let said = revocation.revocation.clone();
        let leaf = self.append(&Leaf::Revocation { revocation: said, at: moment.now }, effects)?;
        let leaf = Some(leaf);
        effects.remember(Record::Revocation(RevocationRecord { leaf, ..revocation }));
        Ok(())
    }
}
