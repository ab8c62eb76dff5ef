//! Engines with a naive memory each, and nothing between them: the test carries what one says to the other.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::codec;
use crate::crypto::digest::Digest;
use crate::engine::Engine;
use crate::engine::Persona;
use crate::engine::effects::Action;
use crate::engine::effects::Batch;
use crate::engine::effects::Effects;
use crate::engine::effects::OfferAction;
use crate::engine::effects::ReceiptAction;
use crate::engine::input::Carry;
use crate::engine::input::Input;
use crate::engine::input::Key;
use crate::engine::input::MetPeer;
use crate::engine::input::Offered;
use crate::engine::input::OpenLog;
use crate::engine::input::Recalled;
use crate::engine::input::Receipted;
use crate::engine::input::Start;
use crate::engine::input::Submit;
use crate::engine::input::Ticket;
use crate::engine::record::ApprovalRecord;
use crate::engine::record::CosignedRecord;
use crate::engine::record::DueRecord;
use crate::engine::record::ErasureRecord;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::Gathered;
use crate::engine::record::InboundRecord;
use crate::engine::record::LinkRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::ModeRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::PeerCosignedRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::ProposalRecord;
use crate::engine::record::Record;
use crate::engine::record::Settlement;
use crate::engine::record::SuccessionRecord;
use crate::engine::record::papers::NoticeRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::record::queried::QueriedRecord;
use crate::engine::recover;
use crate::engine::recover::Remembered;
use crate::envelope::fixtures as letters;
use crate::envelope::seal::Draft;
use crate::envelope::seal::Signed;
use crate::identity::directory::Directory;
use crate::identity::directory::LogKey;
use crate::identity::fixtures as members;
use crate::ids::AgencyId;
use crate::ids::CharterVersion;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::log::leaf::Form;
use crate::log::leaf::Leaf;
use crate::log::proof;
use crate::log::succession::VerifiedSuccession;
use crate::log::tile::FullTiles;
use crate::log::tile::MissingTile;
use crate::log::tile::TileId;
use crate::log::tree::Tree;
use crate::message::handling::Classification;
use crate::message::time::CivilDate;
use crate::moment::Moment;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::wire::greeting;
use crate::wire::greeting::Cursor;
use crate::wire::greeting::Greeting;
use crate::wire::greeting::VERSION;
use crate::wire::offer;
use crate::wire::offer::Judge;
use crate::wire::offer::Offer;
use crate::wire::offer::OfferedMessage;
use crate::wire::receipt;
use crate::wire::receipt::Expected;
use crate::wire::receipt::Held;
use crate::wire::receipt::Receipt;
use crate::wire::receipt::ReceiptItem;

mod named;
pub(super) mod witness;

/// One engine with what it asked to remember.
pub(super) struct Node {
    pub(super) engine: Engine,
    pub(super) memory: Memory,
    pub(super) now: Timestamp,
    name: &'static str,
    steps: u64,
}

/// Records by what they are about; applying one twice changes nothing.
#[derive(Clone, Default)]
pub(super) struct Memory {
    pub(super) leaves: Vec<Vec<u8>>,
    pub(super) messages: BTreeMap<Digest, MessageRecord>,
    pub(super) bodies: BTreeMap<Digest, Vec<u8>>,
    pub(super) outbound: BTreeMap<(AgencyId, Epoch, LinkNumber), OutboundRecord>,
    pub(super) inbound: BTreeMap<(AgencyId, Epoch, LinkNumber), InboundRecord>,
    pub(super) links: BTreeMap<AgencyId, LinkRecord>,
    pub(super) held: BTreeMap<AgencyId, PeerHeadRecord>,
    pub(super) cosigned: BTreeMap<Gathered, CosignedRecord>,
    pub(super) peers_cosigned: BTreeMap<AgencyId, PeerCosignedRecord>,
    keys: BTreeMap<alloc::string::String, (Digest, Digest)>,
    ids: BTreeMap<(AgencyId, MessageId), Digest>,
    tiles: BTreeMap<TileId, Vec<Digest>>,
    head: Option<crate::engine::record::HeadRecord>,
    mode: Option<ModeRecord>,
    pub(super) successions: BTreeMap<AgencyId, SuccessionRecord>,
    pub(super) shown: BTreeMap<AgencyId, PeerHeadRecord>,
    pub(super) proposals: BTreeMap<AgencyId, ProposalRecord>,
    queried: BTreeMap<AgencyId, QueriedRecord>,
    pub(super) approvals: Vec<ApprovalRecord>,
    retired: Option<CivilDate>,
    pub(super) erasures: BTreeMap<Digest, ErasureRecord>,
    pub(super) due: Vec<DueRecord>,
    pub(super) evidence: BTreeMap<Digest, EvidenceRecord>,
    pub(super) revocations: BTreeMap<Digest, RevocationRecord>,
    pub(super) notices: BTreeMap<AgencyId, NoticeRecord>,
}

impl FullTiles for Memory {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.tiles.get(&id).cloned().ok_or(MissingTile { id, width: 256 })
    }
}

impl Memory {
    /// Revocations that became known while the node could not log them.
    fn unlogged(&self) -> Vec<RevocationRecord> {
        self.revocations.values().filter(|known| known.leaf.is_none()).cloned().collect()
    }

    fn apply(&mut self, batch: Batch) {
        named::assert_together(&batch);
        for body in batch.bodies {
            self.bodies.insert(body.message, body.sealed);
        }
        for record in batch.records {
            self.apply_one(record);
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table: one line for each record")]
    fn apply_one(&mut self, record: Record) {
        match record {
            Record::Leaf(leaf) => {
                assert_eq!(leaf.index, LeafIndex::new(self.leaves.len() as u64));
                self.leaves.push(leaf.leaf.into_vec());
            }
            Record::Tile(tile) => {
                let hashes = crate::log::tile::hashes_from(&tile.hashes).unwrap();
                self.tiles.insert(TileId { level: tile.level, index: tile.index }, hashes);
            }
            Record::Head(head) => self.head = Some(head),
            Record::Message(message) => {
                self.ids.insert((message.from.clone(), message.id), message.digest);
                self.messages.insert(message.digest, message);
            }
            Record::Outbound(out) => {
                self.outbound.insert((out.peer.clone(), out.epoch, out.number), out);
            }
            Record::Inbound(arrived) => {
                let key = (arrived.peer.clone(), arrived.epoch, arrived.number);
                self.inbound.insert(key, arrived);
            }
            Record::Link(link) => {
                self.links.insert(link.peer.clone(), link);
            }
            Record::PeerHead(held) => {
                self.held.insert(held.peer.clone(), held);
            }
            Record::Idempotency(key) => {
                self.keys.insert(key.key, (key.request, key.message));
            }
            Record::Mode(mode) => self.mode = Some(mode),
            Record::Succession(succession) => {
                self.successions.insert(succession.agency.clone(), succession);
            }
            Record::Shown(shown) => {
                self.shown.insert(shown.peer.clone(), shown);
            }
            Record::Proposal(proposal) => {
                self.proposals.insert(proposal.agency.clone(), proposal);
            }
            Record::Approval(approval) => self.approvals.push(approval),
            Record::Cosigned(note) => {
                self.cosigned.insert(note.gathered, note);
            }
            Record::PeerCosigned(note) => {
                self.peers_cosigned.insert(note.peer.clone(), note);
            }
            Record::Retired(retired) => self.retired = Some(retired.through),
            Record::Erasure(erasure) => {
                self.erasures.insert(erasure.message, erasure);
            }
            Record::Due(due) => self.due.push(due),
            Record::Evidence(held) => {
                self.evidence.insert(held.digest, held);
            }
            Record::Revocation(known) => {
                self.revocations.insert(known.digest, known);
            }
            Record::Notice(notice) => {
                self.notices.insert(notice.agency.clone(), notice);
            }
            Record::KeyBackup(_)
            | Record::Staff(_)
            | Record::Dispatch(_)
            | Record::Receipt(_)
            | Record::Credential(_)
            | Record::Charter(_)
            | Record::Act(_) => {}
            Record::Queried(queried) => {
                self.queried.insert(queried.peer.clone(), queried);
            }
        }
    }

    /// The mode, if one was remembered.
    pub(super) fn mode(&self) -> Option<&ModeRecord> {
        self.mode.as_ref()
    }

    /// What a start finds, or an operator's command left.
    pub(super) fn set_mode(&mut self, mode: ModeRecord) {
        self.mode = Some(mode);
    }

    /// The time of the first leaf without a quorum, by the first one from there on that says any.
    fn unwitnessed(&self) -> Option<Timestamp> {
        let notes: Vec<CosignedRecord> = self.cosigned.values().cloned().collect();
        let from = recover::first_unwitnessed(self.head.as_ref(), &notes)?;
        self.log().get(usize::try_from(from.get()).unwrap()..)?.iter().find_map(Leaf::at)
    }

    /// The leaves, decoded.
    pub(super) fn log(&self) -> Vec<Leaf> {
        self.leaves.iter().map(|leaf| codec::decode(leaf).unwrap()).collect()
    }
}

impl Node {
    /// A node that has started, and whose log holds its `started` leaf.
    pub(super) fn started(name: &'static str) -> Self {
        let mut node = Self::recovered(name, Memory::default());
        node.start();
        node
    }

    /// A node as it comes up from what it remembers.
    pub(super) fn recovered(name: &'static str, memory: Memory) -> Self {
        let mut tree = Tree::new();
        for leaf in &memory.leaves {
            tree.append(leaf);
        }
        let remembered = Remembered {
            tree,
            head: memory.head.clone(),
            links: memory.links.values().cloned().collect(),
            owed: memory
                .outbound
                .values()
                .filter(|owed| {
                    memory.links.get(&owed.peer).is_none_or(|link| link.out_epoch == owed.epoch)
                })
                .cloned()
                .collect(),
            logs: memory
                .successions
                .values()
                .map(|record| (record.agency.clone(), record.log))
                .collect(),
            held: memory.held.values().cloned().collect(),
            cosigned: memory.cosigned.values().cloned().collect(),
            unwitnessed: memory.unwitnessed(),
            peers_cosigned: memory.peers_cosigned.values().cloned().collect(),
            evidence: memory.evidence.values().cloned().collect(),
            mode: memory.mode.clone().unwrap_or(ModeRecord::Open),
            retired: memory.retired,
            unlogged: memory.unlogged(),
            proposals: memory.proposals.values().cloned().collect(),
            queried: memory.queried.values().cloned().collect(),
        };
        let agencies = members::AGENCIES.iter().map(|agency| members::agency(agency));
        let engine = Engine::recover(persona(name), agencies, remembered).unwrap();
        Self { engine, memory, now: letters::CREATED, name, steps: 0 }
    }

    /// A node in the first moments of its second log: what it remembers of the first one is carried over.
    pub(super) fn succeeded(
        name: &'static str,
        old: Memory,
        succession: VerifiedSuccession,
    ) -> Self {
        let log_number = LogNumber::new(2);
        let directory = letters::directory();
        let origin = directory.origin(&members::agency(name), log_number);
        let persona = Persona { log_number, origin, ..persona(name) };
        let remembered = Remembered {
            tree: Tree::new(),
            head: None,
            links: old.links.values().cloned().collect(),
            owed: Vec::new(),
            held: old.held.values().cloned().collect(),
            mode: ModeRecord::Open,
            cosigned: Vec::new(),
            unwitnessed: None,
            peers_cosigned: Vec::new(),
            evidence: Vec::new(),
            retired: None,
            unlogged: Vec::new(),
            logs: BTreeMap::new(),
            proposals: Vec::new(),
            queried: Vec::new(),
        };
        let agencies = members::AGENCIES.iter().map(|agency| members::agency(agency));
        let engine = Engine::recover(persona, agencies, remembered).unwrap();
        let carried = old.messages.values().map(|record| Carry {
            record: record.clone(),
            place: (LogNumber::new(1), record.leaf),
            open: old
                .outbound
                .values()
                .filter(|out| out.message == record.digest && out.settlement == Settlement::Open)
                .cloned()
                .collect(),
        });
        let carried = carried.collect();
        let memory = Memory {
            bodies: old.bodies,
            outbound: old.outbound,
            ids: old.ids,
            held: old.held,
            keys: old.keys,
            ..Memory::default()
        };
        let mut node = Self { engine, memory, now: letters::CREATED, name, steps: 1 << 20 };
        let charter_version = CharterVersion::new(1);
        node.act(vec_of(Input::Open(Box::new(OpenLog { succession, charter_version }))));
        node.act(vec_of(Input::Carry(carried)));
        node
    }

    pub(super) fn start(&mut self) {
        let start = Start { charter_version: CharterVersion::new(1) };
        self.act(vec_of(Input::Start(start)));
    }

    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    pub(super) fn agency(&self) -> AgencyId {
        members::agency(self.name)
    }

    /// Steps through the inputs and the checkpoint, remembers, and gives the actions.
    pub(super) fn act(&mut self, inputs: Vec<Input>) -> Vec<Action> {
        let mut effects = Effects::default();
        for input in inputs.into_iter().chain([Input::Checkpoint]) {
            self.steps += 1;
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&self.steps.to_be_bytes());
            effects.absorb(self.engine.step(&Moment::new(self.now, seed), input).unwrap());
        }
        let memory = &mut self.memory;
        let remember = |batch| -> Result<(), ()> {
            memory.apply(batch);
            Ok(())
        };
        effects.settle(remember).unwrap()
    }

    /// Submits a message; `ordinal` makes it another one.
    pub(super) fn submit(&mut self, to: &[&str], ordinal: u8) -> (Digest, Vec<Action>) {
        let signed = self.signed(to, ordinal);
        let digest = signed.digest();
        (digest, self.act(vec_of(submission(signed, None))))
    }

    pub(super) fn signed(&self, to: &[&str], ordinal: u8) -> Signed {
        assert_eq!(self.name, letters::SENDER, "the fixtures' sender");
        let id = MessageId::new(letters::CREATED, [ordinal; 10]);
        letters::signed_with(Draft { id, ..letters::opening(to, ordinal) }, ordinal)
    }

    /// What this node says first to a peer.
    pub(super) fn greeting(&self, to: &AgencyId) -> Greeting {
        let directory = letters::directory();
        let (_, inbound) = self.engine.links(to).unwrap();
        Greeting {
            versions: vec_of(VERSION),
            agency: self.agency(),
            charter: directory.charter().charter().name.clone(),
            charter_version: directory.charter().charter().version,
            charter_digest: directory.charter().digest(),
            serial: Serial::new(1),
            cursor: Cursor { epoch: inbound.epoch(), number: inbound.cursor() },
            known: Vec::new(),
            own_head: self
                .engine
                .head()
                .filter(|_| self.engine.mode().standing().is_none())
                .map(|head| head.note.clone()),
            your_head: self.engine.held(to).map(|held| held.note.clone()),
            standing: self.engine.mode().standing(),
            mirrored: None,
            log: self.engine.persona().log_number,
            your_log: self.engine.log_of(to).unwrap(),
            revocations: Vec::new(),
            notices: Vec::new(),
            staff: Vec::new(),
        }
    }

    /// Hears a peer's greeting.
    pub(super) fn meet(&mut self, greeting: Greeting) -> Vec<Action> {
        let met = self.met(greeting);
        self.act(vec_of(met))
    }

    /// A peer's greeting as an input.
    pub(super) fn met(&self, greeting: Greeting) -> Input {
        let peer = greeting.agency.clone();
        let met = greeting::meet(greeting, &letters::directory(), &peer, &self.agency()).unwrap();
        let size = met.shown().map(|shown| shown.checkpoint().size);
        let root_at = |size: Option<TreeSize>| {
            size.filter(|size| *size <= self.engine.tree().size())
                .map(|size| proof::root_at(&self.engine.tree().over(&self.memory), size).unwrap())
        };
        let root_then = root_at(size);
        let root_mirrored = root_at(met.mirrored().map(|(_, mirrored)| mirrored.checkpoint().size));
        Input::Met(Box::new(MetPeer { met, root_then, root_mirrored }))
    }

    /// The wire form of an offer that the engine wants made.
    pub(super) fn offer(&self, action: &OfferAction) -> Offer {
        let message = |(digest, form): &(Digest, Form)| OfferedMessage {
            message: self.memory.messages[digest].message.clone(),
            sealed: match form {
                Form::Whole => Some(ByteBuf::from(self.memory.bodies[digest].clone())),
                Form::Tombstone => None,
            },
            place: None,
        };
        Offer {
            dispatch: ByteBuf::from(action.dispatch.clone()),
            messages: action.items.iter().map(message).collect(),
        }
    }

    /// Hears an offer of a peer.
    pub(super) fn hear_offer(
        &mut self,
        from: &AgencyId,
        offer: Offer,
    ) -> Result<Vec<Action>, CloseCode> {
        let offered = self.offered(from, offer)?;
        Ok(self.act(vec_of(offered)))
    }

    /// An offer of a peer as an input.
    pub(super) fn offered(&self, from: &AgencyId, offer: Offer) -> Result<Input, CloseCode> {
        let directory: Directory = letters::directory();
        let (me, sealing) = (self.agency(), members::sealing_key(self.name, 1));
        let judge = Judge {
            directory: &directory,
            me: &me,
            sealing: &sealing,
            now: self.now,
            tolerance: letters::TOLERANCE,
            claimed: None,
            cleared: Classification::Confidential,
        };
        let offer = offer::verify(offer, from, &judge)?;
        let epoch = offer.dispatch().dispatch().epoch;
        let mut number = offer.dispatch().dispatch().first;
        let mut recalled = Vec::new();
        for arrival in offer.arrivals() {
            let by_id =
                arrival.judged.as_ref().ok().and_then(|verified| {
                    self.memory.ids.get(&(from.clone(), verified.header().id))
                });
            let by_number = self.memory.inbound.get(&(from.clone(), epoch, number));
            recalled.push(Recalled {
                by_id: by_id.copied(),
                by_number: by_number.map(|record| (record.message, record.leaf)),
                history: None,
            });
            number = number.next();
        }
        let offered = Offered { peer: from.clone(), offer, recalled };
        Ok(Input::Offered(Box::new(offered)))
    }

    /// The wire form of a receipt that the engine wants made.
    pub(super) fn receipt(&self, action: &ReceiptAction) -> Receipt {
        let tiles = self.engine.tree().over(&self.memory);
        let item = |(number, index): &(LinkNumber, LeafIndex)| ReceiptItem {
            number: *number,
            index: *index,
            leaf: ByteBuf::from(self.memory.leaves[index.get() as usize].clone()),
            path: proof::inclusion(&tiles, *index, action.size).unwrap(),
        };
        let grown = action.from.get() > 0 && action.from != action.size;
        Receipt {
            epoch: action.epoch,
            checkpoint: ByteBuf::from(action.checkpoint.clone()),
            from: action.from,
            consistency: if grown {
                proof::consistency(&tiles, action.from, action.size).unwrap()
            } else {
                Vec::new()
            },
            items: action.items.iter().map(item).collect(),
        }
    }

    /// Hears a receipt of a peer.
    pub(super) fn hear_receipt(
        &mut self,
        from: &AgencyId,
        receipt: &Receipt,
    ) -> Result<Vec<Action>, receipt::ReceiptError> {
        let directory = letters::directory();
        let credential = directory.newest(from).unwrap().credential();
        let origin = directory.origin(from, self.engine.log_of(from).unwrap());
        let held = self.engine.held(from).map(|held| Held { size: held.size, root: held.root });
        let expected = Expected {
            origin: &origin,
            log_keys: &[LogKey::of(credential.log)],
            me: &self.agency(),
            held,
        };
        let receipt = receipt::verify(receipt, &expected)?;
        Ok(self.act(vec_of(Input::Receipted(Box::new(Receipted { peer: from.clone(), receipt })))))
    }
}

/// A submission as an input.
pub(super) fn submission(signed: Signed, key: Option<Key>) -> Input {
    Input::Submit(Box::new(Submit { ticket: Ticket(1), signed, key, history: None }))
}

/// Both greet; gives what each then wants.
pub(super) fn connect(a: &mut Node, b: &mut Node) -> (Vec<Action>, Vec<Action>) {
    let (from_a, from_b) = (a.greeting(&b.agency()), b.greeting(&a.agency()));
    let (of_a, of_b) = (a.meet(from_b), b.meet(from_a));
    // What is asked at link up comes first on the stream; nobody answers it here.
    witness::hear_requests(a, b, &of_a);
    witness::hear_requests(b, a, &of_b);
    (of_a, of_b)
}

/// Carries offers from `a` to `b` and receipts back until `a` has no more to offer; gives how many were settled.
pub(super) fn carry(a: &mut Node, b: &mut Node, actions: Vec<Action>) -> usize {
    let (from, to) = (a.agency(), b.agency());
    let mut offers: Vec<OfferAction> = offers(actions);
    let mut settled = 0;
    while !offers.is_empty() {
        let mut next = Vec::new();
        for offer in &offers {
            let answers = b.hear_offer(&from, a.offer(offer)).unwrap();
            for receipt in receipts(answers) {
                for action in a.hear_receipt(&to, &b.receipt(&receipt)).unwrap() {
                    if let Action::Settled { count, .. } = action {
                        settled += count;
                    } else {
                        next.push(action);
                    }
                }
            }
        }
        offers = self::offers(next);
    }
    settled
}

pub(super) fn offers(actions: Vec<Action>) -> Vec<OfferAction> {
    actions
        .into_iter()
        .filter_map(|action| if let Action::Offer(offer) = action { Some(offer) } else { None })
        .collect()
}

pub(super) fn receipts(actions: Vec<Action>) -> Vec<ReceiptAction> {
    actions
        .into_iter()
        .filter_map(
            |action| if let Action::Receipt(receipt) = action { Some(receipt) } else { None },
        )
        .collect()
}

pub(super) fn vec_of<T>(one: T) -> Vec<T> {
    Vec::from([one])
}

fn persona(name: &str) -> Persona {
    let directory = letters::directory();
    let agency = members::agency(name);
    let log = directory.newest(&agency).unwrap().credential().log_number;
    Persona {
        charter: directory.charter().charter().name.clone(),
        serial: Serial::new(1),
        dishonest_max: directory.charter().charter().dishonest_max,
        log_number: log,
        origin: directory.origin(&agency, log),
        witness_quorum: directory.charter().charter().witness_quorum,
        signing: alloc::sync::Arc::new(members::signing_key(name, "signing", 1)),
        log: alloc::sync::Arc::new(members::signing_key(name, "log", 1)),
        agency,
    }
}
