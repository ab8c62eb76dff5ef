//! How many identifiers a member may ask about: whoever asks about everything would learn what an agency works on.
//!
//! The count is remembered in the commit of the message that it counts, so that a restart forgives nothing.

use crate::engine::Engine;
use crate::engine::effects::Effects;
use crate::engine::record::Record;
use crate::engine::record::queried::QueriedRecord;
use crate::ids::AgencyId;
use crate::limits::QUERIED_A_DAY_MAX;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::exchange::fact::DeconflictionFact;
use crate::procedure::exchange::fact::ExchangeFact;
use crate::procedure::fact::Fact;
use crate::registry::RefusalCode;

impl Engine {
    /// Counts what a member asks this agency about; anything else passes.
    ///
    /// # Errors
    /// When it asks about more than it may today; nothing is counted then.
    // spec: dcf-14
    pub(super) fn count_query(
        &mut self,
        now: Timestamp,
        (from, act): (&AgencyId, &Act),
        effects: &mut Effects,
    ) -> Result<(), RefusalCode> {
        let Fact::Exchange(ExchangeFact::Deconfliction(fact)) = &act.fact else { return Ok(()) };
        let DeconflictionFact::Asked { identifiers } = fact else { return Ok(()) };
        if !act.asked.contains(&self.persona.agency) {
            return Ok(());
        }
        let Some(peer) = self.peers.get_mut(from) else { return Ok(()) };
        let used = peer.queried.used(*identifiers, now, QUERIED_A_DAY_MAX);
        peer.queried = used.map_err(|_| RefusalCode::TooManyQueries)?;
        let record = QueriedRecord { peer: from.clone(), used: peer.queried };
        effects.remember(Record::Queried(record));
        Ok(())
    }
}
