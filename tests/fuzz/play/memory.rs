//! What an engine asked to remember, by what it is about. A naive store: everything is there at once, or not at all.

use std::collections::BTreeMap;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Batch;
use concord_protocol::engine::record::ApprovalRecord;
use concord_protocol::engine::record::CosignedRecord;
use concord_protocol::engine::record::DispatchRecord;
use concord_protocol::engine::record::ErasureRecord;
use concord_protocol::engine::record::EvidenceRecord;
use concord_protocol::engine::record::Gathered;
use concord_protocol::engine::record::HeadRecord;
use concord_protocol::engine::record::InboundRecord;
use concord_protocol::engine::record::LinkRecord;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::engine::record::ModeRecord;
use concord_protocol::engine::record::OutboundRecord;
use concord_protocol::engine::record::PeerCosignedRecord;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::ProposalRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::engine::record::Renewal;
use concord_protocol::engine::record::SuccessionRecord;
use concord_protocol::engine::record::papers::RevocationRecord;
use concord_protocol::engine::record::queried::QueriedRecord;
use concord_protocol::engine::recover;
use concord_protocol::engine::recover::Remembered;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::MessageId;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::tile;
use concord_protocol::log::tile::FullTiles;
use concord_protocol::log::tile::MissingTile;
use concord_protocol::log::tile::TileId;
use concord_protocol::log::tree::Tree;
use concord_protocol::message::time::CivilDate;
use concord_protocol::moment::Timestamp;

/// A message by its place on a link.
pub(super) type Place = (AgencyId, Epoch, LinkNumber);

/// Everything that is durable.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    pub(super) leaves: Vec<Vec<u8>>,
    pub(super) messages: BTreeMap<Digest, MessageRecord>,
    pub(super) bodies: BTreeMap<Digest, Vec<u8>>,
    pub(super) outbound: BTreeMap<Place, OutboundRecord>,
    pub(super) inbound: BTreeMap<Place, InboundRecord>,
    pub(super) dispatches: BTreeMap<Place, DispatchRecord>,
    pub(super) links: BTreeMap<AgencyId, LinkRecord>,
    pub(super) held: BTreeMap<AgencyId, PeerHeadRecord>,
    pub(super) keys: BTreeMap<String, (Digest, Digest)>,
    pub(super) ids: BTreeMap<(AgencyId, MessageId), Digest>,
    pub(super) erasures: BTreeMap<Digest, ErasureRecord>,
    pub(super) evidence: BTreeMap<Digest, EvidenceRecord>,
    pub(super) proposals: BTreeMap<AgencyId, ProposalRecord>,
    queried: BTreeMap<AgencyId, QueriedRecord>,
    pub(super) approvals: BTreeMap<(AgencyId, AgencyId), ApprovalRecord>,
    pub(super) successions: BTreeMap<AgencyId, SuccessionRecord>,
    pub(super) mode: Option<ModeRecord>,
    pub(super) cosigned: BTreeMap<Gathered, CosignedRecord>,
    pub(super) peers_cosigned: BTreeMap<AgencyId, PeerCosignedRecord>,
    pub(super) shown: BTreeMap<AgencyId, PeerHeadRecord>,
    revocations: BTreeMap<Digest, RevocationRecord>,
    head: Option<HeadRecord>,
    tiles: BTreeMap<TileId, Vec<Digest>>,
    retired: Option<CivilDate>,
}

impl FullTiles for Memory {
    fn full(&self, id: TileId) -> Result<Vec<Digest>, MissingTile> {
        self.tiles.get(&id).cloned().ok_or(MissingTile { id, width: 256 })
    }
}

impl Memory {
    /// One commit.
    pub(super) fn apply(&mut self, batch: Batch) {
        self.bodies.extend(batch.bodies.into_iter().map(|body| (body.message, body.sealed)));
        for record in batch.records {
            self.apply_one(record);
        }
    }

    fn apply_one(&mut self, record: Record) {
        match record {
            Record::Leaf(leaf) => {
                let next = u64::try_from(self.leaves.len()).unwrap();
                assert_eq!(leaf.index.get(), next, "leaves come in their order");
                self.leaves.push(leaf.leaf.into_vec());
            }
            Record::Tile(tile) => {
                let hashes = tile::hashes_from(&tile.hashes).unwrap();
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
            Record::Inbound(came) => {
                self.inbound.insert((came.peer.clone(), came.epoch, came.number), came);
            }
            Record::Dispatch(said) => {
                self.dispatches.insert((said.peer.clone(), said.epoch, said.first), said);
            }
            Record::Link(link) => drop(self.links.insert(link.peer.clone(), link)),
            Record::PeerHead(held) => drop(self.held.insert(held.peer.clone(), held)),
            Record::Idempotency(key) => {
                self.keys.insert(key.key, (key.request, key.message));
            }
            Record::Mode(mode) => self.mode = Some(mode),
            Record::Proposal(one) => drop(self.proposals.insert(one.agency.clone(), one)),
            Record::Approval(one) => {
                self.approvals.insert((one.agency.clone(), one.approver.clone()), one);
            }
            Record::Succession(one) => {
                // What is held of a log that ended is not what a start goes by.
                if one.renewal == Renewal::Begun {
                    self.held.remove(&one.agency);
                    self.peers_cosigned.remove(&one.agency);
                }
                self.successions.insert(one.agency.clone(), one);
            }
            Record::Shown(shown) => drop(self.shown.insert(shown.peer.clone(), shown)),
            Record::Retired(retired) => self.retired = Some(retired.through),
            Record::Erasure(erasure) => drop(self.erasures.insert(erasure.message, erasure)),
            Record::Cosigned(note) => drop(self.cosigned.insert(note.gathered, note)),
            Record::PeerCosigned(note) => {
                self.peers_cosigned.insert(note.peer.clone(), note);
            }
            Record::Evidence(held) => drop(self.evidence.insert(held.digest, held)),
            Record::Revocation(known) => drop(self.revocations.insert(known.digest, known)),
            Record::Receipt(_)
            | Record::Credential(_)
            | Record::Charter(_)
            | Record::Due(_)
            | Record::KeyBackup(_)
            | Record::Notice(_)
            | Record::Staff(_)
            | Record::Act(_) => {}
            Record::Queried(queried) => drop(self.queried.insert(queried.peer.clone(), queried)),
        }
    }

    /// What a start finds.
    pub(super) fn remembered(&self) -> Remembered {
        let cosigned: Vec<CosignedRecord> = self.cosigned.values().cloned().collect();
        let in_force = |owed: &&OutboundRecord| {
            self.links.get(&owed.peer).is_none_or(|link| link.out_epoch == owed.epoch)
        };
        let unlogged = self.revocations.values().filter(|known| known.leaf.is_none());
        Remembered {
            tree: self.tree(),
            head: self.head.clone(),
            links: self.links.values().cloned().collect(),
            owed: self.outbound.values().filter(in_force).cloned().collect(),
            held: self.held.values().cloned().collect(),
            unwitnessed: self.unwitnessed(&cosigned),
            cosigned,
            peers_cosigned: self.peers_cosigned.values().cloned().collect(),
            evidence: self.evidence.values().cloned().collect(),
            mode: self.mode.clone().unwrap_or(ModeRecord::Open),
            logs: self.successions.values().map(|one| (one.agency.clone(), one.log)).collect(),
            retired: self.retired,
            unlogged: unlogged.cloned().collect(),
            proposals: self.proposals.values().cloned().collect(),
            queried: self.queried.values().cloned().collect(),
        }
    }

    /// What the engine of the next log is recovered from.
    pub(super) fn inherited(&self) -> Self {
        Self {
            links: self.links.clone(),
            held: self.held.clone(),
            peers_cosigned: self.peers_cosigned.clone(),
            retired: self.retired,
            ..Self::default()
        }
    }

    /// What stays as it is in the next log.
    pub(super) fn inherit(&mut self, before: Self) {
        self.bodies = before.bodies;
        self.ids = before.ids;
        self.keys = before.keys;
        self.erasures = before.erasures;
        self.outbound = before.outbound;
        self.revocations = before.revocations;
    }

    /// The tree over every leaf.
    pub(super) fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        for leaf in &self.leaves {
            tree.append(leaf);
        }
        tree
    }

    /// The leaves from a place on.
    pub(super) fn log_from(&self, from: usize) -> impl Iterator<Item = Leaf> {
        self.leaves[from..].iter().map(|leaf| codec::decode(leaf).expect("a leaf of ours"))
    }

    fn unwitnessed(&self, cosigned: &[CosignedRecord]) -> Option<Timestamp> {
        let from = recover::first_unwitnessed(self.head.as_ref(), cosigned)?;
        self.log_from(usize::try_from(from.get()).unwrap()).find_map(|leaf| leaf.at())
    }
}
