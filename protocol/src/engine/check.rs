//! All invariants of the engine, by name: checked after every step.

use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Peer;

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
        let in_doubt = self.mode.standing().is_some();
        let whole = |peer: &Peer| matches!(peer.connection, Connection::Up { .. });
        if in_doubt && self.peers.values().any(whole) {
            return Err(Fault::Invariant("eng-inv-3"));
        }
        if in_doubt && signed != self.tree.size().get() {
            return Err(Fault::Invariant("eng-inv-4"));
        }
        Ok(())
    }
}
