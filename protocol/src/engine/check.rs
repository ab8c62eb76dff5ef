//! All invariants of the engine, by name: checked after every step.

use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::record::ModeRecord;

impl Engine {
    /// Checks every named invariant. Costs a few comparisons per peer.
    ///
    /// # Errors
    /// The first that does not hold.
    pub fn check(&self) -> Result<(), Fault> {
        let signed = self.head.as_ref().map_or(0, |head| head.size.get());
        if signed > self.tree.size().get() {
            return Err(Fault::Invariant("eng-inv-1"));
        }
        if !self.peers.values().all(|peer| peer.out.holds()) {
            return Err(Fault::Invariant("eng-inv-2"));
        }
        let quarantined = self.mode != ModeRecord::Open;
        if quarantined && self.peers.values().any(|peer| peer.connection != Connection::Down) {
            return Err(Fault::Invariant("eng-inv-3"));
        }
        if quarantined && signed != self.tree.size().get() {
            return Err(Fault::Invariant("eng-inv-4"));
        }
        Ok(())
    }
}
