//! An engine with its memory. Inputs gather in groups, a commit ends each, and a start recovers from what was committed.

use std::collections::BTreeSet;
use std::mem;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::engine::Engine;
use concord_protocol::engine::Persona;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Effects;
use concord_protocol::engine::input::Carry;
use concord_protocol::engine::input::Input;
use concord_protocol::engine::input::OpenLog;
use concord_protocol::engine::input::Start;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::Settlement;
use concord_protocol::identity::directory::Directory;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::CharterVersion;
use concord_protocol::ids::LogNumber;
use concord_protocol::ids::Serial;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::proof;
use concord_protocol::log::succession::VerifiedSuccession;
use concord_protocol::moment::Moment;
use concord_protocol::moment::Timestamp;
use harness::vectors::federation;
use harness::vectors::federation::AGENCIES;
use harness::vectors::federation::Federation;
use harness::vectors::federation::NOW;
use serde_bytes::ByteBuf;

use crate::play::hear::Heard;
use crate::play::holds;
use crate::play::kind;
use crate::play::memory::Memory;

/// One member's node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) name: &'static str,
    pub(super) agency: AgencyId,
    pub(super) engine: Engine,
    pub(super) memory: Memory,
    pub(super) directory: Directory,
    pub(super) sealing: SealingKey,
    pub(super) serial: Serial,
    pub(super) log: LogNumber,
    pub(super) now: Timestamp,
    /// What was judged and waits in the mailbox.
    pub(super) waiting: Vec<Heard>,
    /// Which kinds of inputs the engine took.
    pub(super) taken: BTreeSet<&'static str>,
    group: Effects,
    steps: u64,
}

impl Node {
    /// A node at its first start.
    pub(super) fn new(name: &'static str) -> Self {
        let directory = Federation::fixed().directory.clone();
        let (serial, log) = (Serial::new(1), LogNumber::new(1));
        let mut node = Self {
            name,
            agency: federation::agency(name),
            engine: recovered(&persona(name, &directory, (serial, log)), &Memory::default()),
            memory: Memory::default(),
            directory,
            sealing: federation::sealing_key(name),
            serial,
            log,
            now: NOW,
            waiting: Vec::new(),
            taken: BTreeSet::new(),
            group: Effects::default(),
            steps: 0,
        };
        node.step(start());
        node
    }

    /// One input of the group. What appends waits for the start, as the host lets it wait.
    pub(super) fn step(&mut self, input: Input) {
        let waits = !self.engine.started() && self.engine.mode().standing().is_none();
        if waits && appends(&input) {
            return;
        }
        let what = kind::of(&input);
        self.taken.insert(what);
        self.steps += 1;
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.steps.to_be_bytes());
        let effects = self.engine.step(&Moment::new(self.now, seed), input);
        let effects =
            effects.unwrap_or_else(|fault| panic!("{} broke over {what}: {fault}", self.name));
        self.group.absorb(effects);
    }

    /// Ends the group: what is to be remembered is durable, and what is wanted may be done.
    pub(super) fn commit(&mut self) -> Vec<Action> {
        self.step(Input::Checkpoint);
        let before = self.memory.leaves.len();
        let memory = &mut self.memory;
        let remember = |batch| -> Result<(), ()> {
            memory.apply(batch);
            Ok(())
        };
        let actions = mem::take(&mut self.group).settle(remember).unwrap();
        holds::after_a_group(self, before);
        actions
    }

    /// The process ends between two effects, and starts again. The group that was going on is gone.
    pub(super) fn restart(&mut self) {
        self.group = Effects::default();
        self.waiting.clear();
        self.engine = self.twin();
        self.step(start());
    }

    /// Older data were put in the place of newer ones.
    pub(super) fn roll_back(&mut self, memory: Memory, mode: Option<ModeRecord>) {
        self.memory = memory;
        self.memory.mode = mode.or(self.memory.mode.take());
        self.restart();
    }

    /// An officer states that this node's log ends. The host remembers it; the engine hears only what peers say.
    pub(super) fn propose(&mut self, statement: &ByteBuf) {
        let (agency, statement) = (self.agency.clone(), statement.clone());
        self.memory.proposals.insert(agency.clone(), ProposalRecord { agency, statement });
    }

    /// The engine as a start would make it.
    pub(super) fn twin(&self) -> Engine {
        recovered(&persona(self.name, &self.directory, (self.serial, self.log)), &self.memory)
    }

    /// A quorum let this node begin its next log: what it remembers of the last one is carried over.
    pub(super) fn succeed(&mut self, succession: VerifiedSuccession) {
        let before = mem::take(&mut self.memory);
        self.log = self.log.next();
        self.serial = self.serial.next();
        self.directory.go_by(&self.agency, self.log);
        self.memory = before.inherited();
        self.group = Effects::default();
        self.waiting.clear();
        self.engine = self.twin();
        let log = LogNumber::new(self.log.get() - 1);
        let carried = before.messages.values().map(|record| Carry {
            record: record.clone(),
            place: (log, record.leaf),
            open: open(&before, &record.digest),
        });
        let carried = carried.collect();
        let evidence = before.evidence.values().cloned().collect();
        self.memory.inherit(before);
        let charter_version = CharterVersion::new(1);
        self.step(Input::Open(Box::new(OpenLog { succession, charter_version })));
        self.step(Input::CarryEvidence(evidence));
        self.step(Input::Carry(carried));
    }

    /// The root that the committed tree had at a size; `None` when it never had that size.
    pub(super) fn root_at(&self, size: TreeSize) -> Option<Digest> {
        let tree = self.engine.tree();
        (size <= tree.size()).then(|| proof::root_at(&tree.over(&self.memory), size).unwrap())
    }
}

fn recovered(persona: &Persona, memory: &Memory) -> Engine {
    let peers = AGENCIES.iter().map(|name| federation::agency(name));
    Engine::recover(persona.clone(), peers, memory.remembered())
        .expect("what an engine asked to remember makes one")
}

fn persona(name: &str, directory: &Directory, (serial, log): (Serial, LogNumber)) -> Persona {
    let agency = federation::agency(name);
    let charter = directory.charter().charter();
    Persona {
        charter: charter.name.clone(),
        serial,
        log_number: log,
        origin: directory.origin(&agency, log),
        witness_quorum: charter.witness_quorum,
        dishonest_max: charter.dishonest_max,
        signing: Arc::new(federation::key(name, "signing")),
        log: Arc::new(federation::key(name, "log")),
        agency,
    }
}

fn start() -> Input {
    Input::Start(Start { charter_version: CharterVersion::new(1) })
}

fn open(memory: &Memory, message: &Digest) -> Vec<OutboundRecord> {
    let owed = memory.outbound.values();
    let open = owed.filter(|one| one.message == *message && one.settlement == Settlement::Open);
    open.cloned().collect()
}

/// Whether an input may append a leaf, and so is given to no engine before its start.
fn appends(input: &Input) -> bool {
    matches!(
        input,
        Input::Submit(_)
            | Input::Read(_)
            | Input::Offered(_)
            | Input::Receipted(_)
            | Input::Erase(_)
            | Input::Exported { .. }
            | Input::Approve(_)
            | Input::Renew(_)
            | Input::Witnessing(_)
            | Input::Cosigned(_)
            | Input::Lifted(_)
    )
}
