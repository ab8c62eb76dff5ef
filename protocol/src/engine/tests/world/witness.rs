//! Requests to cosign, cosignatures and lifts between engines, in the order of the stream.

use alloc::boxed::Box;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::engine::effects::Action;
use crate::engine::effects::CosignAction;
use crate::engine::effects::LiftAction;
use crate::engine::effects::WitnessAction;
use crate::engine::input::Input;
use crate::engine::input::Lifted;
use crate::engine::input::Witnessing;
use crate::engine::tests::world::Node;
use crate::engine::tests::world::vec_of;
use crate::envelope::fixtures as letters;
use crate::identity;
use crate::identity::directory::LogKey;
use crate::identity::fixtures as members;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::cosignature;
use crate::log::cosignature::Seconds;
use crate::log::proof;
use crate::wire::receipt::Held;
use crate::wire::witness;
use crate::wire::witness::Lift;
use crate::wire::witness::LiftError;
use crate::wire::witness::Objection;
use crate::wire::witness::Subject;
use crate::wire::witness::WitnessRequest;
use crate::wire::witness::Witnesses;

/// Lets `to` hold what `from` asked it to cosign.
pub(in crate::engine::tests) fn hear_requests(from: &Node, to: &mut Node, actions: &[Action]) {
    let name = to.agency();
    for request in requests(actions).into_iter().filter(|request| request.peer == name) {
        to.hear_witness(&from.agency(), &from.witness(&request)).unwrap();
    }
}

/// Everything that witnessing wants said, carried between the nodes until nothing is left to say.
pub(in crate::engine::tests) fn witness_all(nodes: &mut [Node], first: Vec<(AgencyId, Action)>) {
    let mut waiting = first;
    while !waiting.is_empty() {
        let mut next = Vec::new();
        for (from, action) in waiting {
            let (to, actions) = deliver(nodes, &from, &action);
            next.extend(actions.into_iter().map(|action| (to.clone(), action)));
        }
        waiting = next;
    }
}

/// One thing said and heard; gives who heard it and what that one wants then.
fn deliver(nodes: &mut [Node], from: &AgencyId, action: &Action) -> (AgencyId, Vec<Action>) {
    let at = |nodes: &[Node], name: &AgencyId| {
        nodes.iter().position(|node| node.agency() == *name).unwrap()
    };
    let speaker = at(nodes, from);
    match action {
        Action::Witness(action) => {
            let request = nodes[speaker].witness(action);
            let listener = at(nodes, &action.peer);
            (action.peer.clone(), nodes[listener].hear_witness(from, &request).unwrap())
        }
        Action::Cosign(action) => {
            let line = nodes[speaker].cosign(action);
            let listener = at(nodes, &action.peer);
            let size = action.checkpoint.checkpoint().size;
            (action.peer.clone(), nodes[listener].hear_cosignature(from, size, &line))
        }
        Action::Lift(action) => {
            let lift = nodes[speaker].lift(action);
            let listener = at(nodes, &action.peer);
            (action.peer.clone(), nodes[listener].hear_lift(from, &lift).unwrap())
        }
        Action::Answer(..)
        | Action::Offer(_)
        | Action::Receipt(_)
        | Action::Settled { .. }
        | Action::Destroy { .. }
        | Action::Evidence { .. }
        | Action::Suspect(_)
        | Action::Admitted(_)
        | Action::Close { .. }
        | Action::Proposed { .. }
        | Action::Approve { .. }
        | Action::Approved { .. }
        | Action::Succeeded(_)
        | Action::Decline { .. }
        | Action::Misfit { .. }
        | Action::Quarantine { .. }
        | Action::Revoked(_)
        | Action::Noticed(_)
        | Action::Staffed(_)
        | Action::Opened => (from.clone(), Vec::new()),
    }
}

pub(in crate::engine::tests) fn requests(actions: &[Action]) -> Vec<WitnessAction> {
    let request = |action: &Action| {
        let Action::Witness(request) = action else { return None };
        Some(request.clone())
    };
    actions.iter().filter_map(request).collect()
}

pub(in crate::engine::tests) fn cosigns(actions: &[Action]) -> Vec<CosignAction> {
    let cosign = |action: &Action| {
        let Action::Cosign(cosign) = action else { return None };
        Some(cosign.clone())
    };
    actions.iter().filter_map(cosign).collect()
}

pub(in crate::engine::tests) fn lifts(actions: &[Action]) -> Vec<LiftAction> {
    let lift = |action: &Action| {
        let Action::Lift(lift) = action else { return None };
        Some(lift.clone())
    };
    actions.iter().filter_map(lift).collect()
}

impl Node {
    /// The wire form of a request to cosign.
    pub(in crate::engine::tests) fn witness(&self, action: &WitnessAction) -> WitnessRequest {
        let tiles = self.engine.tree().over(&self.memory);
        WitnessRequest {
            old: action.old,
            old_root: proof::root_at(&tiles, action.old).unwrap(),
            consistency: proof::consistency(&tiles, action.old, action.size).unwrap(),
            checkpoint: ByteBuf::from(action.checkpoint.clone()),
        }
    }

    /// Hears a request of a peer.
    pub(in crate::engine::tests) fn hear_witness(
        &mut self,
        from: &AgencyId,
        request: &WitnessRequest,
    ) -> Result<Vec<Action>, Objection> {
        let verified = self.subject(from, |subject| witness::judge(request, &subject))?;
        Ok(self
            .act(vec_of(Input::Witnessing(Box::new(Witnessing { peer: from.clone(), verified })))))
    }

    /// What the host does with a head that may be cosigned.
    pub(in crate::engine::tests) fn cosign(&self, action: &CosignAction) -> Vec<u8> {
        let name = identity::witness_name(letters::directory().charter().name(), &self.agency());
        let key = members::signing_key(self.agency().as_str(), "witness", 1);
        let text = action.checkpoint.text();
        cosignature::cosign(&text, Seconds::of(self.now), &name, &key).unwrap()
    }

    /// Hears a peer's cosignature on a head of this node.
    pub(in crate::engine::tests) fn hear_cosignature(
        &mut self,
        from: &AgencyId,
        size: TreeSize,
        line: &[u8],
    ) -> Vec<Action> {
        let origin = self.engine.persona().origin.clone();
        let root = proof::root_at(&self.engine.tree().over(&self.memory), size).unwrap();
        let own = Checkpoint { origin, size, root };
        let verified = witness::cosigned(own, (from, line), &letters::directory()).unwrap();
        self.act(vec_of(Input::Cosigned(Box::new(verified))))
    }

    /// Hears a peer's cosignature on a head of this node under the witness key of a later credential.
    pub(in crate::engine::tests) fn hear_cosignature_under(
        &mut self,
        from: &AgencyId,
        size: TreeSize,
        serial: u64,
    ) -> Vec<Action> {
        let origin = self.engine.persona().origin.clone();
        let root = proof::root_at(&self.engine.tree().over(&self.memory), size).unwrap();
        let own = Checkpoint { origin, size, root };
        let directory = members::directory_of(&[(from.as_str(), serial)]);
        let name = identity::witness_name(directory.charter().name(), from);
        let key = members::signing_key(from.as_str(), "witness", serial);
        let text = checkpoint::text(&own);
        let line = cosignature::cosign(&text, Seconds::of(self.now), &name, &key).unwrap();
        let verified = witness::cosigned(own, (from, &line), &directory).unwrap();
        self.act(vec_of(Input::Cosigned(Box::new(verified))))
    }

    /// The wire form of a lift.
    pub(in crate::engine::tests) fn lift(&self, action: &LiftAction) -> Lift {
        let tiles = self.engine.tree().over(&self.memory);
        let (old, new) = (action.from.min(action.size), action.from.max(action.size));
        Lift {
            from: action.from,
            consistency: proof::consistency(&tiles, old, new).unwrap(),
            note: ByteBuf::from(action.note.clone()),
        }
    }

    /// Hears a lift of a peer.
    pub(in crate::engine::tests) fn hear_lift(
        &mut self,
        from: &AgencyId,
        lift: &Lift,
    ) -> Result<Vec<Action>, LiftError> {
        let witnesses = Witnesses::of(&letters::directory(), from);
        let lift = self.subject(from, |subject| witness::lifted(lift, &subject, &witnesses))?;
        Ok(self.act(vec_of(Input::Lifted(Box::new(Lifted { peer: from.clone(), lift })))))
    }

    /// What this node knows of a peer's log, as its connection would.
    fn subject<T>(&self, peer: &AgencyId, ask: impl FnOnce(Subject<'_>) -> T) -> T {
        let directory = letters::directory();
        let credential = directory.newest(peer).unwrap().credential();
        let origin = directory.origin(peer, self.engine.log_of(peer).unwrap());
        let held = self.engine.held(peer).map(|held| Held { size: held.size, root: held.root });
        ask(Subject { origin: &origin, log_keys: &[LogKey::of(credential.log)], held })
    }
}
