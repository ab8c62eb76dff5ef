//! Steps of the writer that take more than a line, and how it puts what the engine says.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::CosignAction;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Key;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::Witnessed;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::host::handle::RequestKey;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::Outgoing;
use crate::host::recall;
use crate::host::tally::Counting;
use crate::host::tally::Happened;
use crate::host::witness;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;
use crate::store::CommitError;
use crate::store::Store;

impl Writer {
    /// Bodies that the store cannot give any more: their messages go out as tombstones.
    // spec: wire-71
    pub(super) fn bodies_gone(
        &mut self,
        messages: &[Digest],
        effects: &mut Effects,
    ) -> Result<(), Stopped> {
        for digest in messages {
            let Some(record) = self.shared.reader.message(digest)? else { continue };
            if record.body == BodyForm::Held {
                tracing::error!("the body of a message is damaged; its header alone goes out");
                self.step(Input::BodyLost(Box::new(record)), effects)?;
            }
        }
        Ok(())
    }

    /// Looks up the root that our own tree had at the size that the peer shows.
    pub(super) fn meet(
        &mut self,
        met: Met,
        outgoing: mpsc::Sender<Outgoing>,
        reply: oneshot::Sender<LinkUp>,
    ) -> Result<Input, Stopped> {
        self.links.insert(met.peer().clone(), outgoing);
        self.met.push((met.peer().clone(), reply));
        Ok(Input::Met(Box::new(recall::met(&self.engine, &self.shared.reader, met)?)))
    }

    /// Closes every connection, so that each is made again under the new standing.
    // spec: rst-5
    pub(super) fn close_all(&mut self, code: CloseCode) {
        for (_, link) in std::mem::take(&mut self.links) {
            if link.try_send(Outgoing::Close(code)).is_err() {
                tracing::debug!("a connection ended before it was closed");
            }
        }
    }

    /// Hands a head to the witness, which answers the connection by itself.
    pub(super) fn cosign(&mut self, action: CosignAction) {
        let peer = action.peer.clone();
        let Some(link) = self.links.get(&peer) else { return };
        let request = witness::Request { action, answer: link.downgrade() };
        if self.witness.try_send(request).is_err() {
            let code = WitnessRefusal::Unable;
            self.tell(&peer, Outgoing::Witnessed(Witnessed::Refused { code }));
        }
    }

    pub(super) fn recall_key(&self, key: RequestKey) -> Result<Key, Stopped> {
        let earlier = self.shared.reader.idempotency(&key.text)?;
        let earlier = earlier.map(|record| (record.request, record.message));
        Ok(Key { text: key.text, request: key.request, earlier })
    }
}

/// Makes a batch durable, and counts what it says once it is.
pub(super) fn commit(
    store: &mut Store,
    counting: &Counting,
    batch: effects::Batch,
) -> Result<(), CommitError> {
    let happened = Happened::of(&batch.records);
    let began = Stopwatch::start();
    store.commit(recall::to_store(batch))?;
    counting.count(happened, began.elapsed());
    Ok(())
}

/// Why the engine did not take a greeting.
pub(super) fn refusal(actions: &[Action], peer: &AgencyId) -> CloseCode {
    let code = actions.iter().find_map(|action| match action {
        Action::Close { peer: closed, code } if closed == peer => Some(*code),
        Action::Answer(..)
        | Action::Offer(_)
        | Action::Receipt(_)
        | Action::Settled { .. }
        | Action::Admitted(_)
        | Action::Witness(_)
        | Action::Cosign(_)
        | Action::Decline { .. }
        | Action::Lift(_)
        | Action::Misfit { .. }
        | Action::Destroy { .. }
        | Action::Evidence { .. }
        | Action::Suspect(_)
        | Action::Close { .. }
        | Action::Proposed { .. }
        | Action::Approve { .. }
        | Action::Approved { .. }
        | Action::Succeeded(_)
        | Action::Revoked(_)
        | Action::Noticed(_)
        | Action::Staffed(_)
        | Action::Quarantine { .. } => None,
        Action::Opened => Some(CloseCode::StandingChanged),
    });
    code.unwrap_or(CloseCode::Quarantined)
}
