//! The one thread that owns the engine and the store: gather, step, commit, publish, perform.
//!
//! While one commit is flushed, jobs gather in the mailbox; the next group takes them all, up to its bounds.
//! A failed commit or a fault ends the thread and with it the node: memory would be ahead of the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_protocol::engine::Engine;
use concord_protocol::engine::Fault;
use concord_protocol::engine::effects;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Key;
use concord_protocol::engine::input::MetPeer;
use concord_protocol::engine::input::Offered;
use concord_protocol::engine::input::Read;
use concord_protocol::engine::input::Recalled;
use concord_protocol::engine::input::Receipted;
use concord_protocol::engine::input::Submit;
use concord_protocol::engine::input::Ticket;
use concord_protocol::ids::AgencyId;
use concord_protocol::log::proof;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::greeting::Cursor;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Known;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::VERSION;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::Held;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::entropy;
use crate::entropy::NoEntropy;
use crate::host::handle::RequestKey;
use crate::host::mailbox;
use crate::host::mailbox::Job;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::Opening;
use crate::host::mailbox::Outgoing;
use crate::host::shared::Shared;
use crate::store::Batch;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::bodies::BodyIn;
use crate::store::read::ReadError;

/// Jobs in one group at most; a bound on memory and on the wait of the first.
const GROUP_JOBS_MAX: usize = 256;

/// Weight of one group at most, after the job that passes it; far below what one journal entry can hold.
const GROUP_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Why the writer ended. Each ends the process; starting is recovering.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// It was asked to.
    #[error("the node was asked to stop")]
    Asked,
    /// A broken invariant, or a key out of reach.
    #[error("the engine found a fault")]
    Fault(#[from] Fault),
    /// The disk failed.
    #[error("the store could not commit")]
    Commit(#[from] CommitError),
    /// The store could not be read.
    #[error("the store could not be read")]
    Read(#[from] ReadError),
    /// No randomness.
    #[error("the machine gives no randomness")]
    NoEntropy(#[from] NoEntropy),
}

/// The writer and all that it owns.
pub(crate) struct Writer {
    engine: Engine,
    store: Store,
    shared: Arc<Shared>,
    mailbox: mpsc::Receiver<Job>,
    callers: BTreeMap<Ticket, oneshot::Sender<Answer>>,
    links: BTreeMap<AgencyId, mpsc::Sender<Outgoing>>,
    greeted: Vec<(AgencyId, oneshot::Sender<Opening>)>,
    met: Vec<(AgencyId, oneshot::Sender<LinkUp>)>,
    admitted: Vec<oneshot::Sender<()>>,
    tickets: u64,
    /// The job that begins the next group.
    waiting: Option<Job>,
}

/// Whether the loop goes on after a group.
enum Next {
    Group,
    Stop,
}

impl Writer {
    pub(crate) fn new(
        engine: Engine,
        store: Store,
        shared: Arc<Shared>,
        mailbox: mpsc::Receiver<Job>,
    ) -> Self {
        Self {
            engine,
            store,
            shared,
            mailbox,
            callers: BTreeMap::new(),
            links: BTreeMap::new(),
            greeted: Vec::new(),
            met: Vec::new(),
            admitted: Vec::new(),
            tickets: 0,
            waiting: None,
        }
    }

    /// Runs until it is asked to stop or something breaks.
    pub(crate) fn run(mut self) -> Stopped {
        self.publish();
        let stopped = loop {
            let waiting = self.waiting.take().or_else(|| self.mailbox.blocking_recv());
            let Some(job) = waiting else { break Stopped::Asked };
            match self.group(job) {
                Ok(Next::Group) => {}
                Ok(Next::Stop) => break Stopped::Asked,
                Err(stopped) => break stopped,
            }
        };
        if matches!(stopped, Stopped::Asked) {
            // A clean stop is only a faster start: what is not flushed is replayed from the journal.
            match self.store.close() {
                Ok(()) => {}
                Err(error) => return Stopped::Commit(error),
            }
        }
        stopped
    }

    /// One group: every job that waits, one commit, then what it allows.
    fn group(&mut self, first: Job) -> Result<Next, Stopped> {
        let mut effects = Effects::default();
        let mut next = Next::Group;
        let mut job = Some(first);
        let mut jobs: usize = 0;
        while let Some(taken) = job.take() {
            jobs = jobs.saturating_add(1);
            // A credential is judged by those before it, which are in force only after their commit.
            let last = matches!(taken, Job::Admit { .. });
            if matches!(taken, Job::Stop) {
                next = Next::Stop;
                break;
            }
            self.take(taken, &mut effects)?;
            // A job is taken out of the mailbox only if it is done.
            if !last && jobs < GROUP_JOBS_MAX && effects.weight() < GROUP_BYTES_MAX {
                job = self.more();
            }
        }
        self.step(Input::Checkpoint, &mut effects)?;
        let actions = effects.settle(|batch| self.store.commit(to_store(batch)))?;
        self.admit(&actions);
        self.publish();
        self.perform(actions);
        Ok(next)
    }

    /// The next job of this group, if one waits. A greeting begins a group: what it shows may forbid to sign, so what
    /// came before it is signed and durable first, and our tree is the one on the disk when it is asked for an old root.
    // spec: eng-2
    fn more(&mut self) -> Option<Job> {
        let job = self.mailbox.try_recv().ok()?;
        if matches!(job, Job::Met { .. }) {
            self.waiting = Some(job);
            return None;
        }
        Some(job)
    }

    fn step(&mut self, input: Input, effects: &mut Effects) -> Result<(), Stopped> {
        effects.absorb(self.engine.step(&entropy::moment()?, input)?);
        Ok(())
    }

    /// From a job to an input: adds what the engine must recall.
    fn take(&mut self, job: Job, effects: &mut Effects) -> Result<(), Stopped> {
        let input = match job {
            Job::Start(start) => Input::Start(start),
            Job::Submit { signed, key, reply } => {
                let key = key.map(|key| self.recall_key(key)).transpose()?;
                Input::Submit(Box::new(Submit { ticket: self.ticket(reply), signed: *signed, key }))
            }
            Job::Read { message, officer, purpose, reply } => {
                Input::Read(Read { ticket: self.ticket(reply), message, officer, purpose })
            }
            Job::Greet { peer, reply } => {
                self.greeted.push((peer, reply));
                return Ok(());
            }
            Job::Met { met, outgoing, reply } => self.meet(*met, outgoing, reply)?,
            Job::Lost { peer } => {
                self.links.remove(&peer);
                Input::Lost { peer }
            }
            Job::Offered { peer, offer, room: _room } => {
                let recalled = self.recall_offer(&peer, &offer)?;
                Input::Offered(Box::new(Offered { peer, offer: *offer, recalled }))
            }
            Job::Receipted { peer, receipt, room: _room } => {
                Input::Receipted(Box::new(Receipted { peer, receipt: *receipt }))
            }
            Job::Admit { record, reply } => {
                self.admitted.extend(reply);
                // spec: id-21, id-22
                if !self.shared.may_admit(&record) {
                    return Ok(());
                }
                Input::Admit(record)
            }
            Job::Ping { peer, number } => {
                self.tell(&peer, Outgoing::Ping(number));
                return Ok(());
            }
            Job::Flush => {
                self.store.flush()?;
                return Ok(());
            }
            Job::Stop => return Ok(()),
        };
        self.step(input, effects)
    }

    fn ticket(&mut self, reply: oneshot::Sender<Answer>) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = Ticket(self.tickets);
        self.callers.insert(ticket, reply);
        ticket
    }

    fn recall_key(&self, key: RequestKey) -> Result<Key, Stopped> {
        let earlier = self.shared.reader.idempotency(&key.text)?;
        let earlier = earlier.map(|record| (record.request, record.message));
        Ok(Key { text: key.text, request: key.request, earlier })
    }

    fn recall_offer(
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

    /// What to say first to a peer. Source: spec wire-31.
    fn opening(&self, peer: &AgencyId) -> Opening {
        let persona = self.engine.persona();
        let directory = self.shared.directory();
        let held = self.engine.held(peer);
        let cursor = self
            .engine
            .links(peer)
            .map(|(_, inbound)| Cursor { epoch: inbound.epoch(), number: inbound.cursor() });
        let known = directory.known().into_iter().map(|(agency, serial)| Known { agency, serial });
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
            own_head: self.engine.head().map(|head| head.note.clone()),
            your_head: held.map(|held| held.note.clone()),
        };
        Opening { greeting, held: held.map(|held| Held { size: held.size, root: held.root }) }
    }

    /// Looks up the root that our own tree had at the size that the peer shows.
    fn meet(
        &mut self,
        met: Met,
        outgoing: mpsc::Sender<Outgoing>,
        reply: oneshot::Sender<LinkUp>,
    ) -> Result<Input, Stopped> {
        let size = met.shown().map(|shown| shown.checkpoint().size);
        let size = size.filter(|size| *size <= self.engine.tree().size());
        let tiles = self.engine.tree().over(&self.shared.reader);
        // A root that cannot be read is a broken disk, and no proof of another past.
        let root_then = size
            .map(|size| proof::root_at(&tiles, size))
            .transpose()
            .map_err(|_| ReadError::Row)?;
        self.links.insert(met.peer().clone(), outgoing);
        self.met.push((met.peer().clone(), reply));
        Ok(Input::Met(Box::new(MetPeer { met, root_then })))
    }

    /// Takes credentials that are durable now into use, so that the snapshot shows them.
    fn admit(&self, actions: &[Action]) {
        for action in actions {
            if let Action::Admitted(record) = action {
                self.shared.admit(record);
            }
        }
    }

    /// The snapshot that readers share.
    fn publish(&self) {
        self.shared.publish(&self.engine);
    }

    fn perform(&mut self, actions: Vec<Action>) {
        // spec: eng-1
        for (peer, reply) in std::mem::take(&mut self.greeted) {
            drop(reply.send(self.opening(&peer)));
        }
        for (peer, reply) in std::mem::take(&mut self.met) {
            let up = if self.engine.connected(&peer) {
                LinkUp::Yes
            } else {
                LinkUp::No(refusal(&actions, &peer))
            };
            mailbox::answer(reply, up);
        }
        for action in actions {
            self.act(action);
        }
        for reply in std::mem::take(&mut self.admitted) {
            mailbox::answer(reply, ());
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Answer(ticket, answer) => {
                if let Some(caller) = self.callers.remove(&ticket) {
                    mailbox::answer(caller, answer);
                }
            }
            Action::Offer(offer) => self.tell(&offer.peer.clone(), Outgoing::Offer(offer)),
            Action::Receipt(receipt) => {
                self.tell(&receipt.peer.clone(), Outgoing::Receipt(receipt))
            }
            Action::Close { peer, code } => {
                self.tell(&peer, Outgoing::Close(code));
                self.links.remove(&peer);
            }
            Action::Settled { .. } | Action::Admitted(_) => {}
            Action::Quarantine { .. } => {
                tracing::error!("a peer holds a newer checkpoint of this node's log: quarantine");
                for (_, link) in std::mem::take(&mut self.links) {
                    if link.try_send(Outgoing::Close(CloseCode::Quarantined)).is_err() {
                        tracing::debug!("a connection ended before it was closed");
                    }
                }
            }
        }
    }

    /// Hands something to a connection's sender; one that does not keep up loses its connection.
    fn tell(&mut self, peer: &AgencyId, outgoing: Outgoing) {
        let Some(link) = self.links.get(peer) else { return };
        if link.try_send(outgoing).is_err() {
            self.links.remove(peer);
        }
    }
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
fn refusal(actions: &[Action], peer: &AgencyId) -> CloseCode {
    let code = actions.iter().find_map(|action| match action {
        Action::Close { peer: closed, code } if closed == peer => Some(*code),
        Action::Answer(..)
        | Action::Offer(_)
        | Action::Receipt(_)
        | Action::Settled { .. }
        | Action::Admitted(_)
        | Action::Close { .. }
        | Action::Quarantine { .. } => None,
    });
    code.unwrap_or(CloseCode::Quarantined)
}
