//! What is heard in witnessing: checked in the order of the stream, for everything continues what is held.

use std::sync::Arc;

use concord_protocol::identity::directory::Directory;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::proof;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::witness;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::LiftError;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::Objection;
use concord_protocol::wire::witness::Subject;
use concord_protocol::wire::witness::VerifiedCosignature;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use concord_protocol::wire::witness::Witnesses;
use serde_bytes::ByteBuf;
use tokio::sync::OwnedSemaphorePermit;

use crate::host::exchange::Ended;
use crate::host::exchange::listener::Listener;
use crate::host::mailbox::Job;
use crate::host::mailbox::Outgoing;
use crate::host::recall::HeldNote;
use crate::host::shared::Shared;

impl Listener {
    /// A request to cosign. What it proves of the peer's log is held from then on.
    pub(super) async fn witness(
        &mut self,
        request: WitnessRequest,
        room: OwnedSemaphorePermit,
    ) -> Result<Option<Job>, Ended> {
        let judged = self.of_the_peer(move |subject, _| witness::judge(&request, &subject)).await?;
        let peer = self.peer.clone();
        match judged {
            Ok(verified) => {
                self.now_held(verified.checkpoint());
                Ok(Some(Job::Witnessing { peer, verified: Box::new(verified), room }))
            }
            Err(Objection::Refused(code)) => {
                self.answer(Witnessed::Refused { code });
                Ok(None)
            }
            // spec: wire-44
            Err(Objection::Conflict) => {
                let held = self.held.as_ref().map(|held| ByteBuf::from(held.note.clone()));
                self.answer(Witnessed::Conflict { checkpoint: held });
                Ok(None)
            }
            Err(Objection::Misfit(misfit)) => Ok(Some(self.misfit(misfit))),
        }
    }

    /// The answer to a request of ours.
    pub(super) async fn witnessed(&self, answer: Witnessed) -> Result<Job, Ended> {
        let peer = self.peer.clone();
        match answer {
            Witnessed::Cosigned { size, line } => {
                let shared = Arc::clone(&self.around.shared);
                let checked = self.around.shared.crew.workers.run(move || {
                    let own = own_at(&shared, size)?;
                    witness::cosigned(own, (&peer, &line), &shared.directory()).ok()
                });
                let checked: Option<VerifiedCosignature> =
                    checked.await.map_err(|_| CloseCode::Stopping)?;
                // spec: wire-45
                Ok(Job::Cosigned(Box::new(checked.ok_or(CloseCode::BadWitness)?)))
            }
            Witnessed::Conflict { checkpoint: None } => Ok(Job::Shown { peer, shown: None }),
            Witnessed::Conflict { checkpoint: Some(note) } => {
                let shared = &self.around.shared;
                let shown = greeting::own_checkpoint(&note, &shared.directory(), &shared.me)?;
                Ok(Job::Shown { peer, shown: shown.map(Box::new) })
            }
            Witnessed::Refused { code } => Ok(Job::Declined { peer, code }),
        }
    }

    /// A quorate checkpoint of the peer's log.
    pub(super) async fn lift(
        &mut self,
        lift: Lift,
        room: OwnedSemaphorePermit,
    ) -> Result<Option<Job>, Ended> {
        let peer = self.peer.clone();
        let checked = self.of_the_peer(move |subject, directory| {
            witness::lifted(&lift, &subject, &Witnesses::of(directory, &peer))
        });
        match checked.await? {
            Ok(lift) => {
                let size = lift.checkpoint().checkpoint().size;
                if self.held.as_ref().is_none_or(|held| held.held.size < size) {
                    self.now_held(lift.checkpoint());
                }
                Ok(Some(Job::Lifted { peer: self.peer.clone(), lift: Box::new(lift), room }))
            }
            Err(LiftError::Misfit(misfit)) => Ok(Some(self.misfit(misfit))),
            // A charter that changed, or a revocation, makes a quorum none: nobody lied, and the paths go on.
            // spec: wire-46
            Err(LiftError::NoQuorum { shown, .. }) => {
                let size = shown.checkpoint().size;
                if self.held.as_ref().is_none_or(|held| held.held.size < size) {
                    self.now_held(&shown);
                }
                Ok(None)
            }
            Err(LiftError::Revoked) => Ok(None),
            Err(error) => {
                tracing::warn!(%error, "a lifted checkpoint was not taken");
                Err(CloseCode::BadWitness.into())
            }
        }
    }

    /// From now on, every path starts here.
    pub(super) fn now_held(&mut self, newest: &SignedCheckpoint) {
        let head = newest.checkpoint();
        let held = Held { size: head.size, root: head.root };
        self.held = Some(HeldNote { held, note: newest.note().to_vec() });
    }

    fn misfit(&self, misfit: Box<Misfit>) -> Job {
        self.answer(Witnessed::Refused { code: WitnessRefusal::Condemned });
        Job::Misfit { peer: self.peer.clone(), misfit }
    }

    fn answer(&self, answer: Witnessed) {
        if let Some(answers) = self.answers.upgrade() {
            // A connection that does not keep up is dropped by the writer.
            drop(answers.try_send(Outgoing::Witnessed(answer)));
        }
    }

    /// Runs a check of something that the peer said of its own log, on a worker.
    async fn of_the_peer<T: Send + 'static>(
        &self,
        check: impl FnOnce(Subject<'_>, &Directory) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let shared = Arc::clone(&self.around.shared);
        let (peer, held) = (self.peer.clone(), self.held.as_ref().map(|held| held.held));
        let checked = self.around.shared.crew.workers.run(move || {
            let directory = shared.directory();
            let log = directory.log_in_force(&peer)?;
            let subject = Subject { origin: &log.origin, log_keys: &log.keys, held };
            Some(check(subject, &directory))
        });
        let checked = checked.await.map_err(|_| CloseCode::Stopping)?;
        Ok(checked.ok_or(CloseCode::UnknownKey)?)
    }
}

/// What this node's own log said at a size.
fn own_at(shared: &Shared, size: concord_protocol::ids::TreeSize) -> Option<Checkpoint> {
    let published = shared.published();
    let head = &published.view.head;
    if size > head.size {
        return None;
    }
    let root = proof::root_at(&published.tree.over(&shared.reader), size).ok()?;
    Some(Checkpoint { origin: head.origin.clone(), size, root })
}
