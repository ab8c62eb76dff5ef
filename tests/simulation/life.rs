//! One life of a node, from its start to its death: the real engine, store, recovery and witness, and around them the
//! host in one thread: gather, step, commit, act.
//!
//! The node's own host is the same with threads and sockets. What both need is the node's: look-ups, frames, recovery,
//! the witness, and what a suspicion proves.

use std::collections::BTreeMap;
use std::collections::VecDeque;

use concord_node::host::accuse;
use concord_node::host::accuse::Desk;
use concord_node::host::accuse::Scene;
use concord_node::host::accuse::What;
use concord_node::host::recall;
use concord_node::host::recall::Opening;
use concord_node::host::witness::Witness;
use concord_node::store::Batch;
use concord_node::store::Store;
use concord_node::store::StoreSettings;
use concord_node::store::files::FilesSettings;
use concord_node::store::head::HeadFinding;
use concord_node::store::read::Reader;
use concord_protocol::audit::evidence::Accusation;
use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::Connected;
use concord_protocol::engine::Engine;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Accused;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::Key;
use concord_protocol::engine::input::Lifted;
use concord_protocol::engine::input::Occasion;
use concord_protocol::engine::input::Offered;
use concord_protocol::engine::input::Receipted;
use concord_protocol::engine::input::Shown;
use concord_protocol::engine::input::Start;
use concord_protocol::engine::input::Submit;
use concord_protocol::engine::input::Ticket;
use concord_protocol::engine::input::Witnessing;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::log::proof;
use concord_protocol::moment::Moment;
use concord_protocol::moment::Timestamp;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::offer::VerifiedOffer;
use concord_protocol::wire::receipt::VerifiedReceipt;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::VerifiedCosignature;
use concord_protocol::wire::witness::VerifiedLift;
use concord_protocol::wire::witness::VerifiedWitness;
use concord_protocol::wire::witness::WitnessRefusal;
use harness::chance::Chance;
use serde_bytes::ByteBuf;

use crate::cast::Generation;
use crate::planted::Bug;

/// The node's directory on its disk.
pub const DIR: &str = "/node";

/// Small segments, so that seams are met; a reserve and a limit that a small disk reaches.
pub(crate) const SETTINGS: StoreSettings = StoreSettings {
    cache_bytes: 1 << 20,
    reserve_bytes: 4 * 1024,
    low_bytes: 8 * 1024,
    segment_bytes: 24 * 1024,
    files: FilesSettings::USUAL,
};

/// Jobs in one group at most.
const GROUP_JOBS_MAX: usize = 64;

/// What a client asked for; its number is also its idempotency key.
pub type Errand = usize;

/// Names a connection: a later one of the same pair has another.
pub type WireId = u64;

/// Work for the writer, as in the node's host.
#[derive(Debug)]
#[expect(missing_docs, reason = "as in the node's host")]
pub enum Job {
    Start,
    Submit { errand: Option<Errand>, signed: Box<Signed> },
    Greet { peer: AgencyId, wire: WireId },
    Met { met: Box<Met>, wire: WireId },
    Lost { peer: AgencyId },
    Offered { peer: AgencyId, offer: Box<VerifiedOffer> },
    Receipted { peer: AgencyId, receipt: Box<VerifiedReceipt> },
    Admit(CredentialRecord),
    Witness,
    Witnessing { peer: AgencyId, verified: Box<VerifiedWitness> },
    Cosigned(Box<VerifiedCosignature>),
    Declined { peer: AgencyId, code: WitnessRefusal },
    Shown { peer: AgencyId, shown: Option<Box<SignedCheckpoint>> },
    Lifted { peer: AgencyId, lift: Box<VerifiedLift> },
    Misfit { peer: AgencyId, misfit: Box<Misfit> },
    Accused { accusation: Box<Accusation>, from: AgencyId },
    Flush,
}

/// What one group did, once it is durable.
#[derive(Debug, Default)]
pub struct Done {
    /// What it allows, in order.
    pub actions: Vec<Action>,
    /// Openings that were asked for.
    pub greeted: Vec<(AgencyId, WireId, Opening)>,
    /// Greetings that were judged: what may pass, or the code to close with.
    pub met: Vec<(AgencyId, WireId, Result<Passage, CloseCode>)>,
    /// What became durable.
    pub records: Vec<Record>,
}

/// Why a life ended by itself: the store or the engine could not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Died(pub String);

impl Died {
    /// Whether the store refused because records seem to be missing that were acknowledged.
    pub(crate) fn lacks_records(&self) -> bool {
        self.0.contains("was acknowledged")
    }
}

/// A node that runs.
#[derive(Debug)]
pub struct Life {
    /// Decides.
    pub engine: Engine,
    /// Remembers.
    pub store: Store,
    /// Reads what is durable.
    pub reader: Reader,
    /// Cosigns.
    pub witness: Witness,
    /// Members and credentials.
    pub directory: Directory,
    /// Where suspicion is handed in.
    pub desk: Desk,
    /// The keys in use.
    pub keys: &'static Generation,
    /// What the head file said of the data at the start.
    pub head: HeadFinding,
    pub(crate) jobs: VecDeque<Job>,
    pub(crate) tickets: BTreeMap<Ticket, Errand>,
    pub(crate) given: u64,
    /// A commit that a planted bug puts off.
    pub(crate) late: Option<(Batch, Vec<Action>)>,
    pub(crate) bug: Option<Bug>,
}

impl Life {
    /// Hands in a job.
    pub fn post(&mut self, job: Job) {
        self.jobs.push_back(job);
    }

    /// Whether something waits.
    pub fn is_idle(&self) -> bool {
        self.jobs.is_empty() && self.late.is_none()
    }

    /// The errand that an answer is for.
    pub fn errand(&mut self, ticket: Ticket) -> Option<Errand> {
        self.tickets.remove(&ticket)
    }

    /// One group: what waits, one commit, then what it allows.
    ///
    /// # Errors
    /// When the store or the engine cannot go on; the life is over.
    pub fn group(&mut self, now: Timestamp, chance: &mut Chance) -> Result<Done, Died> {
        let mut done = Done::default();
        if let Some((batch, actions)) = self.late.take() {
            done.records.clone_from(&batch.records);
            self.store.commit(batch).map_err(|error| died("commit", &error))?;
            done.actions = actions;
        }
        let mut effects = Effects::default();
        let mut taken = 0;
        while let Some(job) = self.jobs.pop_front() {
            let last = matches!(job, Job::Admit(_));
            self.take(job, now, chance, &mut effects, &mut done)?;
            taken += 1;
            let next_is_alone = self.jobs.front().is_some_and(begins_a_group);
            if last || next_is_alone || taken >= GROUP_JOBS_MAX {
                break;
            }
        }
        self.step(Input::Checkpoint, now, chance, &mut effects)?;
        if self.engine.started() && self.engine.mode().standing().is_none() {
            self.store.accept_head().map_err(|error| died("head", &error))?;
        }
        let actions = self.settle(effects, &mut done)?;
        self.admit(&actions);
        done.actions.extend(actions);
        self.judge_met(&mut done);
        Ok(done)
    }

    /// Whether a greeting was taken, once the group is durable.
    fn judge_met(&self, done: &mut Done) {
        let actions = &done.actions;
        for (peer, _, up) in &mut done.met {
            *up = match self.engine.connected(peer) {
                Connected::Whole => Ok(Passage::Whole),
                Connected::Restricted => Ok(Passage::Restricted),
                Connected::Down => Err(closing(actions, peer)),
            };
        }
        for (peer, _, opening) in &mut done.greeted {
            *opening = recall::opening(&self.engine, &self.directory, peer);
        }
    }

    fn settle(&mut self, effects: Effects, done: &mut Done) -> Result<Vec<Action>, Died> {
        let bug = self.bug;
        let (store, late) = (&mut self.store, &mut self.late);
        let early = effects.settle(|batch| {
            let mut batch = recall::to_store(batch);
            if let Some(bug) = bug {
                bug.spoil(&mut batch.records);
            }
            if bug.is_some_and(Bug::puts_off_the_commit) {
                *late = Some((batch, Vec::new()));
                return Ok(());
            }
            done.records.extend(batch.records.iter().cloned());
            match store.commit(batch) {
                Err(_) if bug == Some(Bug::GoesOnAfterAFailedSync) => Ok(()),
                committed => committed,
            }
        });
        let actions = early.map_err(|error| died("commit", &error))?;
        match (bug, late) {
            (Some(bug), Some((_, waiting))) => {
                let (now, later) = actions.into_iter().partition(|action| bug.does_early(action));
                *waiting = later;
                Ok(now)
            }
            _ => Ok(actions),
        }
    }

    fn step(
        &mut self,
        input: Input,
        now: Timestamp,
        chance: &mut Chance,
        effects: &mut Effects,
    ) -> Result<(), Died> {
        let moment = Moment::new(now, bytes(chance));
        effects.absorb(self.engine.step(&moment, input).map_err(|error| died("step", &error))?);
        Ok(())
    }

    /// From a job to an input: adds what the engine must recall.
    fn take(
        &mut self,
        job: Job,
        now: Timestamp,
        chance: &mut Chance,
        effects: &mut Effects,
        done: &mut Done,
    ) -> Result<(), Died> {
        let Some(input) = self.input(job, done)? else { return Ok(()) };
        self.step(input, now, chance, effects)
    }

    #[expect(clippy::too_many_lines, reason = "a table: one input for each job")]
    fn input(&mut self, job: Job, done: &mut Done) -> Result<Option<Input>, Died> {
        let unread = |error| died("read", &error);
        Ok(Some(match job {
            Job::Start => {
                Input::Start(Start { charter_version: self.directory.charter().version() })
            }
            Job::Submit { errand, signed } => {
                self.given += 1;
                let ticket = Ticket(self.given);
                let key = match errand {
                    None => None,
                    Some(errand) => {
                        self.tickets.insert(ticket, errand);
                        Some(self.key(errand)?)
                    }
                };
                let procedure = signed.header().procedure;
                let history =
                    recall::history(&self.engine, &self.reader, &procedure).map_err(unread)?;
                Input::Submit(Box::new(Submit { ticket, signed: *signed, key, history }))
            }
            Job::Greet { peer, wire } => {
                let opening = recall::opening(&self.engine, &self.directory, &peer);
                done.greeted.push((peer, wire, opening));
                return Ok(None);
            }
            Job::Met { met, wire } => {
                done.met.push((met.peer().clone(), wire, Err(CloseCode::Stopping)));
                let met = recall::met(&self.engine, &self.reader, *met).map_err(unread)?;
                Input::Met(Box::new(met))
            }
            Job::Lost { peer } => Input::Lost { peer },
            Job::Offered { peer, mut offer } => {
                if offer.recheck(&self.directory).is_err() {
                    return Ok(None);
                }
                if self.bug == Some(Bug::AcceptsAGap) {
                    self.jump(&peer, &offer)?;
                }
                let mut recalled =
                    recall::offer(&self.engine, &self.reader, &peer, &offer).map_err(unread)?;
                if self.bug == Some(Bug::SkipsTheDuplicateCheck) {
                    recalled.iter_mut().for_each(|recalled| recalled.by_id = None);
                }
                Input::Offered(Box::new(Offered { peer, offer: *offer, recalled }))
            }
            Job::Receipted { peer, receipt } => {
                if receipt.recheck(&self.directory, &peer).is_err() {
                    return Ok(None);
                }
                Input::Receipted(Box::new(Receipted { peer, receipt: *receipt }))
            }
            Job::Admit(record) => {
                let mut directory = self.directory.clone();
                let verified = directory.verify(&record.credential).ok();
                if verified.is_none_or(|verified| directory.admit(verified).is_err()) {
                    return Ok(None);
                }
                Input::Admit(record)
            }
            Job::Witness => Input::Witness(Occasion::Interval),
            Job::Witnessing { peer, verified } => {
                Input::Witnessing(Box::new(Witnessing { peer, verified: *verified }))
            }
            Job::Cosigned(cosignature) => Input::Cosigned(cosignature),
            Job::Declined { peer, code } => Input::Declined { peer, code },
            Job::Shown { peer, shown } => {
                let shown = shown.map(|shown| *shown);
                let root_then = recall::root_at(&self.engine, &self.reader, shown.as_ref());
                let root_then = root_then.map_err(unread)?;
                Input::Shown(Box::new(Shown { peer, shown, root_then }))
            }
            Job::Lifted { peer, lift } => Input::Lifted(Box::new(Lifted { peer, lift: *lift })),
            Job::Misfit { peer, misfit } => Input::Misfit { peer, misfit: *misfit },
            Job::Accused { accusation, from } => {
                let own = self.never_ours(&accusation, &from)?;
                Input::Accused(Box::new(Accused { proven: accusation.proven(), own }))
            }
            Job::Flush => {
                self.store.flush().map_err(|error| died("flush", &error))?;
                return Ok(None);
            }
        }))
    }

    fn key(&self, errand: Errand) -> Result<Key, Died> {
        let text = format!("errand-{errand}");
        let request = digest::sha256(text.as_bytes());
        let earlier = self.reader.idempotency(&text).map_err(|error| died("read", &error))?;
        let earlier = earlier.map(|record| (record.request, record.message));
        Ok(Key { text, request, earlier })
    }

    /// A checkpoint with our signature that our log never had, in an accusation against this node.
    fn never_ours(
        &self,
        accusation: &Accusation,
        from: &AgencyId,
    ) -> Result<Option<PeerHeadRecord>, Died> {
        if *accusation.accused() != self.engine.persona().agency {
            return Ok(None);
        }
        for note in accusation.notes() {
            let Some(known) = accuse::known(&self.directory, note) else { continue };
            let head = known.checkpoint.checkpoint();
            let root_then = recall::root_at(&self.engine, &self.reader, Some(&known.checkpoint));
            if root_then.map_err(|error| died("read", &error))? != Some(head.root) {
                return Ok(Some(PeerHeadRecord {
                    peer: from.clone(),
                    size: head.size,
                    root: head.root,
                    note: ByteBuf::from(note.clone()),
                }));
            }
        }
        Ok(None)
    }

    /// What a suspicion proves.
    pub fn look_into(&self, from: &AgencyId, what: What) -> Vec<Accusation> {
        let (reader, directory, desk) = (&self.reader, &self.directory, &self.desk);
        accuse::look_into(&Scene { reader, directory, desk }, from, what)
    }

    /// Takes credentials that are durable now into use.
    fn admit(&mut self, actions: &[Action]) {
        for action in actions {
            if let Action::Admitted(record) = action
                && let Ok(verified) = self.directory.verify(&record.credential)
            {
                drop(self.directory.admit(verified));
            }
        }
    }

    /// A planted bug: whatever number comes is taken for the next one, from the next start on.
    fn jump(&mut self, peer: &AgencyId, offer: &VerifiedOffer) -> Result<(), Died> {
        let first = offer.dispatch().dispatch().first.get();
        let Some((_, inbound)) = self.engine.links(peer) else { return Ok(()) };
        if first <= inbound.cursor().get() + 1 {
            return Ok(());
        }
        let links = self.reader.links().map_err(|error| died("read", &error))?;
        let Some(link) = links.into_iter().find(|link| link.peer == *peer) else { return Ok(()) };
        let link = LinkRecord { in_cursor: LinkNumber::new(first - 1), ..link };
        let batch = Batch { records: vec![Record::Link(link)], bodies: Vec::new() };
        self.store.commit(batch).map_err(|error| died("commit", &error))?;
        Err(Died("planted: it goes on behind the gap".to_owned()))
    }

    /// Whether the log of this life has this root at this size.
    pub fn had(&self, size: TreeSize) -> Option<Digest> {
        let tiles = self.engine.tree().over(&self.reader);
        if size > self.engine.tree().size() { None } else { proof::root_at(&tiles, size).ok() }
    }
}

/// A greeting begins a group: what it shows may forbid to sign. So does an accusation, which may be against this node.
const fn begins_a_group(job: &Job) -> bool {
    matches!(job, Job::Met { .. } | Job::Shown { .. } | Job::Accused { .. })
}

fn closing(actions: &[Action], peer: &AgencyId) -> CloseCode {
    let code = actions.iter().find_map(|action| {
        if let Action::Close { peer: closed, code } = action
            && closed == peer
        {
            Some(*code)
        } else {
            None
        }
    });
    code.unwrap_or(CloseCode::Quarantined)
}

pub(crate) fn died(at: &str, error: &dyn std::error::Error) -> Died {
    let mut words = format!("{at}: {error}");
    let mut cause = error.source();
    while let Some(deeper) = cause {
        words.push_str(&format!(": {deeper}"));
        cause = deeper.source();
    }
    Died(words)
}

fn bytes(chance: &mut Chance) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&chance.draw().to_be_bytes()));
    bytes
}
