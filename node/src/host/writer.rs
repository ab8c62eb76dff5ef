//! The one thread that owns the engine and the store: gather, step, commit, publish, perform.
//!
//! While one commit is flushed, jobs gather in the mailbox; the next group takes them all, up to its bounds.
//! A failed commit or a fault ends the thread and with it the node: memory would be ahead of the disk.

mod past;
mod steps;
mod take;

use std::collections::BTreeMap;
use std::sync::Arc;

use concord_protocol::engine::Connected;
use concord_protocol::engine::Engine;
use concord_protocol::engine::Fault;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Ticket;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::witness::Witnessed;
use tokio::sync::mpsc;
use tokio::sync::oneshot;

use crate::entropy;
use crate::entropy::NoEntropy;
use crate::host::accuse::writing;
use crate::host::accuse::writing::Gossip;
use crate::host::erasure;
use crate::host::feeds::Told;
use crate::host::mailbox;
use crate::host::mailbox::Job;
use crate::host::mailbox::LinkUp;
use crate::host::mailbox::Outgoing;
use crate::host::recall;
use crate::host::recall::Opening;
use crate::host::renewal::Renewals;
use crate::host::shared::Shared;
use crate::host::succession;
use crate::host::witness;
use crate::store::CommitError;
use crate::store::Store;
use crate::store::entry::Placement;
use crate::store::read::ReadError;
use crate::store::recover::OpenError;
use crate::telemetry::shown;

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
    /// It has to start again from what is on the disk now.
    #[error("the node starts again")]
    Again,
    /// A broken invariant, or a key out of reach.
    #[error("the engine found a fault")]
    Fault(#[from] Fault),
    /// The disk failed.
    #[error("the store could not commit")]
    Commit(#[from] CommitError),
    /// The store could not be read.
    #[error("the store could not be read")]
    Read(#[from] ReadError),
    /// The head file could not be made.
    #[error("the head file could not be made")]
    Head(#[source] OpenError),
    /// What the witness cosigns could not be written down.
    #[error("the witness file could not be written")]
    Witness,
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
    witness: mpsc::Sender<witness::Request>,
    callers: BTreeMap<Ticket, oneshot::Sender<Answer>>,
    links: BTreeMap<AgencyId, mpsc::Sender<Outgoing>>,
    greeted: Vec<(AgencyId, oneshot::Sender<Opening>)>,
    met: Vec<(AgencyId, oneshot::Sender<LinkUp>)>,
    done: Vec<oneshot::Sender<()>>,
    tickets: u64,
    /// The job that begins the next group.
    waiting: Option<Job>,
    /// Successions of peers after which not everything is owed again.
    renewals: Renewals,
    /// Whether the node has to start again after this group.
    again: bool,
    due: erasure::Due,
    /// Which checkpoints of third logs each peer was told of.
    told: Gossip,
}

/// Whether the loop goes on after a group.
enum Next {
    Group,
    Stop,
    Again,
}

impl Writer {
    pub(crate) fn new(
        engine: Engine,
        store: Store,
        shared: Arc<Shared>,
        (mailbox, witness): (mpsc::Receiver<Job>, mpsc::Sender<witness::Request>),
    ) -> Self {
        Self {
            engine,
            store,
            shared,
            mailbox,
            witness,
            callers: BTreeMap::new(),
            links: BTreeMap::new(),
            greeted: Vec::new(),
            met: Vec::new(),
            done: Vec::new(),
            tickets: 0,
            waiting: None,
            renewals: Renewals::default(),
            again: false,
            due: erasure::Due::default(),
            told: Gossip::new(),
        }
    }

    /// Runs until it is asked to stop or something breaks.
    pub(crate) fn run(mut self) -> Stopped {
        self.publish();
        if let Err(error) = self.renewals.begin(&self.shared.reader) {
            return error.into();
        }
        let stopped = loop {
            if let Err(stopped) = self.renew() {
                break stopped;
            }
            let waiting = self.waiting.take().or_else(|| self.mailbox.blocking_recv());
            let Some(job) = waiting else { break Stopped::Asked };
            // A node whose witness is gone would look well and be missing from every quorum.
            if self.witness.is_closed() {
                break Stopped::Witness;
            }
            match self.group(job) {
                Ok(Next::Group) if self.again => break Stopped::Again,
                Ok(Next::Group) => {}
                Ok(Next::Stop) => break Stopped::Asked,
                Ok(Next::Again) => break Stopped::Again,
                Err(stopped) => break stopped,
            }
        };
        self.shared.feeds.end();
        if matches!(stopped, Stopped::Asked | Stopped::Again) {
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
        if let Job::GiveBack { records, reply } = first {
            return self.give_back(records, reply);
        }
        if let Job::Healed { from } = first {
            return self.healed(from);
        }
        let mut effects = Effects::default();
        let mut next = Next::Group;
        let mut job = Some(first);
        let mut jobs: usize = 0;
        while let Some(taken) = job.take() {
            jobs = jobs.saturating_add(1);
            // A credential or its end is judged by those before it, which are in force only after their commit.
            let last = matches!(
                taken,
                Job::Admit { .. } | Job::Revoke { .. } | Job::Notice { .. } | Job::Staff { .. }
            );
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
        self.take_head()?;
        let (mut heads, mut told) = (Vec::new(), Told::default());
        let actions = effects.settle(|batch| {
            heads = writing::heads_of(&batch.records);
            told = Told::by(&batch.records);
            steps::commit(&mut self.store, &self.shared.tally, batch)
        })?;
        self.compare(heads);
        self.destroy(&actions)?;
        self.admit(&actions);
        self.publish();
        self.shared.feeds.note(told);
        self.perform(actions);
        Ok(next)
    }

    /// Owes again what successions of peers may have lost, a page in each group, until nothing is left of it or no link
    /// has room. It has its turn before every group, so submissions do not take again and again the room that receipts make.
    // spec: suc-10, suc-18
    fn renew(&mut self) -> Result<(), Stopped> {
        while self.engine.started() && self.engine.mode().standing().is_none() {
            let engine = &self.engine;
            // Nothing is owed to who is no member any more, so it needs no room.
            let room =
                |peer: &AgencyId| engine.links(peer).map_or(usize::MAX, |(out, _)| out.room());
            let Some(page) = self.renewals.page(&self.shared.reader, room)? else { break };
            let mut effects = Effects::default();
            self.step(Input::Renew(page), &mut effects)?;
            self.step(Input::Checkpoint, &mut effects)?;
            let commit = |batch| steps::commit(&mut self.store, &self.shared.tally, batch);
            let actions = effects.settle(commit)?;
            self.publish();
            self.perform(actions);
        }
        Ok(())
    }

    /// Once the engine signs, the data count as the newest, whatever the head file said before.
    // spec: rst-3
    fn take_head(&mut self) -> Result<(), Stopped> {
        if self.engine.started() && self.engine.mode().standing().is_none() {
            self.store.accept_head().map_err(Stopped::Head)?;
        }
        Ok(())
    }

    /// The next job of this group, if one waits. A greeting begins a group: what it shows may forbid to sign, so what
    /// came before it is signed and durable first, and our tree is the one on the disk when it is asked for an old root.
    /// So does an accusation, which may be against this node.
    // spec: eng-2
    fn more(&mut self) -> Option<Job> {
        let job = self.mailbox.try_recv().ok()?;
        let alone = matches!(job, Job::GiveBack { .. } | Job::Healed { .. });
        if alone || matches!(job, Job::Met { .. } | Job::Shown { .. } | Job::Accused(_)) {
            self.waiting = Some(job);
            return None;
        }
        Some(job)
    }

    /// The peers that a connection is held with.
    pub(crate) fn linked(&self) -> Vec<AgencyId> {
        self.links.keys().cloned().collect()
    }

    pub(crate) const fn told(&mut self) -> &mut Gossip {
        &mut self.told
    }

    pub(crate) const fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) const fn due(&mut self) -> &mut erasure::Due {
        &mut self.due
    }

    pub(crate) fn step(&mut self, input: Input, effects: &mut Effects) -> Result<(), Stopped> {
        effects.absorb(self.engine.step(&entropy::moment()?, input)?);
        Ok(())
    }

    pub(crate) fn ticket(&mut self, reply: oneshot::Sender<Answer>) -> Ticket {
        self.tickets = self.tickets.wrapping_add(1);
        let ticket = Ticket(self.tickets);
        self.callers.insert(ticket, reply);
        ticket
    }

    /// Destroys what was erased in this group, before anyone is told that it is.
    // spec: era-2, era-13
    fn destroy(&mut self, actions: &[Action]) -> Result<(), Stopped> {
        let messages = erasure::ended(actions);
        if !messages.is_empty() {
            self.store.destroy(&messages)?;
            self.shared.kept.forget(&messages);
        }
        Ok(())
    }

    /// Takes credentials that are durable now into use, so that the snapshot shows them.
    fn admit(&self, actions: &[Action]) {
        for action in actions {
            if let Action::Admitted(record) = action {
                self.shared.admit(record);
            }
            if let Action::Succeeded(record) = action {
                self.shared.go_by(&record.agency, record.log);
            }
            if let Action::Revoked(record) = action {
                self.shared.revoke(record);
            }
            if let Action::Noticed(record) = action {
                self.shared.notice(record);
            }
            if let Action::Staffed(record) = action {
                self.shared.staff(record);
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
            let opening = recall::opening(&self.engine, &self.shared.directory(), &peer);
            drop(reply.send(opening));
        }
        for (peer, reply) in std::mem::take(&mut self.met) {
            let up = match self.engine.connected(&peer) {
                Connected::Whole => LinkUp::Yes(Passage::Whole),
                Connected::Restricted => LinkUp::Yes(Passage::Restricted),
                Connected::Down => LinkUp::No(steps::refusal(&actions, &peer)),
            };
            mailbox::answer(reply, up);
            if matches!(up, LinkUp::Yes(_)) {
                self.tell_all(&peer);
            }
        }
        for action in actions {
            self.act(action);
        }
        for reply in std::mem::take(&mut self.done) {
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
            Action::Witness(action) => {
                self.tell(&action.peer.clone(), Outgoing::Witness(action));
            }
            Action::Lift(action) => self.tell(&action.peer.clone(), Outgoing::Lift(action)),
            Action::Cosign(action) => self.cosign(action),
            Action::Decline { peer, code } => {
                self.tell(&peer, Outgoing::Witnessed(Witnessed::Refused { code }));
            }
            Action::Misfit { held, misfit } => self.misfit(&held, misfit),
            Action::Evidence { digest, kind, accused } => self.spread(digest, kind, &accused),
            Action::Suspect(suspicion) => self.suspect(suspicion),
            // What became known is passed on at once; whoever knew it says nothing more.
            // spec: wire-82
            Action::Admitted(record) => {
                self.tell_everyone(|| Outgoing::Credential(record.credential.to_vec()));
            }
            Action::Revoked(record) => {
                let agency = shown(&record.agency);
                tracing::warn!(agency, "credentials were revoked by their agency");
                self.tell_everyone(|| Outgoing::Revocation(record.revocation.to_vec()));
            }
            Action::Noticed(record) => {
                self.tell_everyone(|| Outgoing::Notice(record.notice.to_vec()));
            }
            Action::Staffed(record) => {
                // Its agency has it.
                for peer in self.linked().into_iter().filter(|peer| *peer != record.agency) {
                    self.tell(&peer, Outgoing::Staff(record.staff.to_vec()));
                }
            }
            Action::Settled { .. } | Action::Destroy { .. } => {}
            Action::Quarantine { .. } => {
                tracing::error!("a peer holds a newer checkpoint of this node's log: quarantine");
                self.close_all(CloseCode::Quarantined);
            }
            Action::Proposed { peer } => {
                tracing::warn!(
                    peer = shown(&peer),
                    "a peer proposes to end its log: `concord peer show`"
                );
            }
            Action::Approve { peer, approval } => self.tell(&peer, Outgoing::Approval(approval)),
            Action::Approved { peer } => {
                tracing::info!(
                    peer = shown(&peer),
                    "a peer approves the succession of this node's log"
                );
                self.again = self.again || self.succession_is_due();
            }
            Action::Succeeded(record) => self.succeeded(record),
            Action::Opened => {
                tracing::info!("the doubt about this node's log is over: it signs again");
                self.close_all(CloseCode::StandingChanged);
            }
        }
    }

    /// A peer's log has ended: its link begins anew.
    fn succeeded(&mut self, record: SuccessionRecord) {
        tracing::warn!(peer = shown(&record.agency), "a peer's log was succeeded by its next");
        self.tell(&record.agency, Outgoing::Close(CloseCode::StandingChanged));
        self.links.remove(&record.agency);
        self.shared.desk.ended(&record);
        self.renewals.add(record);
    }

    /// Ends this run after its group; the next one begins under the credential that is in force then.
    fn turn_over(&mut self) {
        self.again = true;
    }

    /// Whether the next start opens the next log. What cannot be read now is found by that start.
    fn succession_is_due(&self) -> bool {
        let directory = self.shared.directory();
        let due = succession::due(&self.shared.reader, &directory, &self.shared.me);
        due.is_ok_and(|due| due.is_some())
    }

    fn tell_everyone(&mut self, say: impl Fn() -> Outgoing) {
        for peer in self.linked() {
            self.tell(&peer, say());
        }
    }

    /// Tells every peer but one what was learned of the charter.
    // spec: chr-17
    fn tell_charters(&mut self, from: &AgencyId, frames: &[Frame]) {
        for peer in self.linked().into_iter().filter(|peer| peer != from) {
            for frame in frames {
                self.tell(&peer, Outgoing::Say(Box::new(frame.clone())));
            }
        }
    }

    /// A version that was adopted is on the disk; the next start begins with it.
    // spec: chr-11
    fn adopt_charter(&mut self) {
        tracing::warn!("another version of the charter is in force: the node starts again");
        self.close_all(CloseCode::CharterChanged);
        self.again = true;
    }

    /// Hands something to a connection's sender; one that does not keep up loses its connection.
    pub(crate) fn tell(&mut self, peer: &AgencyId, outgoing: Outgoing) {
        let Some(link) = self.links.get(peer) else { return };
        if link.try_send(outgoing).is_err() {
            self.links.remove(peer);
        }
    }
}

/// Remembers what a log says that has no connection yet: there is nothing else to do.
pub(crate) fn remember(
    effects: Effects,
    store: &mut Store,
    placements: Vec<Placement>,
) -> Result<(), CommitError> {
    let actions = effects.settle(|batch| store.commit_carried(&batch.records, placements));
    actions.map(drop)
}
