//! What the writer looks up for the engine, and how it puts what the engine says.

use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::CosignAction;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Key;
use concord_protocol::engine::input::MetPeer;
use concord_protocol::engine::input::Recalled;
use concord_protocol::engine::record::BodyForm;
use concord_protocol::identity::notice::VerifiedNotice;
use concord_protocol::ids::AgencyId;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::proof;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Known;
use concord_protocol::wire::greeting::KnownNotice;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::Witnessed;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::clock::Stopwatch;
use crate::host::handle::RequestKey;
use crate::host::mailbox::HeldNote;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::Opening;
use crate::host::mailbox::Outgoing;
use crate::host::tally::Counting;
use crate::host::tally::Happened;
use crate::host::witness;
use crate::host::writer::Stopped;
use crate::host::writer::Writer;
use crate::store::Batch;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::bodies::BodyIn;
use crate::store::read::ReadError;

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

    /// What to say first to a peer. Source: spec wire-31.
    pub(super) fn opening(&self, peer: &AgencyId) -> Opening {
        let persona = self.engine.persona();
        let directory = self.shared.directory();
        let held = self.engine.held(peer);
        let cursor = self
            .engine
            .links(peer)
            .map(|(_, inbound)| Cursor { epoch: inbound.epoch(), number: inbound.cursor() });
        let known = directory.known().into_iter().map(|(agency, serial)| Known { agency, serial });
        let standing = self.engine.mode().standing();
        let head = self.engine.head().filter(|_| standing.is_none());
        // spec: wire-31
        let greeting = Greeting {
            versions: vec![VERSION],
            agency: persona.agency.clone(),
            charter: persona.charter.clone(),
            charter_version: directory.charter().charter().version,
            charter_digest: directory.charter().digest(),
            serial: persona.serial,
            cursor: cursor.unwrap_or(Cursor::FIRST),
            known: known.collect(),
            // spec: rst-4
            own_head: head.map(|head| head.note.clone()),
            your_head: held.map(|held| held.note.clone()),
            standing,
            mirrored: None,
            log: persona.log_number,
            your_log: directory.log_of(peer),
            // spec: wire-81
            revocations: directory.revocations().map(|known| known.digest()).collect(),
            notices: directory.notices().map(known_notice).collect(),
        };
        let held = held.map(|held| HeldNote {
            held: Held { size: held.size, root: held.root },
            note: held.note.to_vec(),
        });
        Opening { greeting, held }
    }

    /// Looks up the root that our own tree had at the size that the peer shows.
    pub(super) fn meet(
        &mut self,
        met: Met,
        outgoing: mpsc::Sender<Outgoing>,
        reply: oneshot::Sender<LinkUp>,
    ) -> Result<Input, Stopped> {
        let root_then = self.root_at(met.shown())?;
        let root_mirrored = self.root_at(met.mirrored().map(|(_, mirrored)| mirrored))?;
        self.links.insert(met.peer().clone(), outgoing);
        self.met.push((met.peer().clone(), reply));
        Ok(Input::Met(Box::new(MetPeer { met, root_then, root_mirrored })))
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

    pub(super) fn recall_offer(
        &self,
        peer: &AgencyId,
        offer: &VerifiedOffer,
    ) -> Result<Vec<Recalled>, Stopped> {
        let dispatch = offer.dispatch().dispatch();
        let mut number = dispatch.first;
        let mut recalled = Vec::with_capacity(offer.arrivals().len());
        for arrival in offer.arrivals() {
            let by_id = match &arrival.judged {
                Ok(verified) => self.shared.reader.message_by_id(&verified.header().id, peer)?,
                Err(_) => None,
            };
            let by_number = self.shared.reader.inbound(peer, dispatch.epoch, number)?;
            let by_number = by_number.map(|record| (record.message, record.leaf));
            recalled.push(Recalled { by_id, by_number });
            number = number.next();
        }
        Ok(recalled)
    }

    /// The root of our own tree at the size of a checkpoint that is shown; `None` when it never had that size.
    pub(super) fn root_at(
        &self,
        shown: Option<&SignedCheckpoint>,
    ) -> Result<Option<Digest>, Stopped> {
        let size = shown.map(|shown| shown.checkpoint().size);
        let size = size.filter(|size| *size <= self.engine.tree().size());
        let tiles = self.engine.tree().over(&self.shared.reader);
        // A root that cannot be read is a broken disk, and no proof of another past.
        let root = size.map(|size| proof::root_at(&tiles, size)).transpose();
        Ok(root.map_err(|_| ReadError::Row)?)
    }
}

fn known_notice(known: &VerifiedNotice) -> KnownNotice {
    let said = known.notice();
    KnownNotice { agency: said.agency.clone(), serial: said.serial, sequence: said.sequence }
}

/// Makes a batch durable, and counts what it says once it is.
pub(super) fn commit(
    store: &mut Store,
    counting: &Counting,
    batch: effects::Batch,
) -> Result<(), CommitError> {
    let happened = Happened::of(&batch.records);
    let began = Stopwatch::start();
    store.commit(to_store(batch))?;
    counting.count(happened, began.elapsed());
    Ok(())
}

/// The engine's batch in the store's words.
fn to_store(batch: effects::Batch) -> Batch {
    let effects::Batch { records, bodies } = batch;
    let bodies = bodies.into_iter().map(|body| BodyIn {
        message: body.message,
        sealed: body.sealed,
        own_key: body.own_key,
    });
    Batch { records, bodies: bodies.collect() }
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
        | Action::Quarantine { .. } => None,
        Action::Opened => Some(CloseCode::StandingChanged),
    });
    code.unwrap_or(CloseCode::Quarantined)
}
