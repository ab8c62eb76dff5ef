//! From durable records to the same engine. There is no other way to make one.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Group;
use crate::engine::Peer;
use crate::engine::Persona;
use crate::engine::Phase;
use crate::engine::accused::Charge;
use crate::engine::procedures::Procedures;
use crate::engine::record::CosignedRecord;
use crate::engine::record::EvidenceRecord;
use crate::engine::record::HeadRecord;
use crate::engine::record::LinkRecord;
use crate::engine::record::ModeRecord;
use crate::engine::record::OutboundRecord;
use crate::engine::record::PeerCosignedRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::ProposalRecord;
use crate::engine::record::Settlement;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::record::queried::QueriedRecord;
use crate::engine::witness;
use crate::engine::witness::Rounds;
use crate::engine::witness::watch::Watch;
use crate::ids::AgencyId;
use crate::ids::Epoch;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::link::allowance::Allowance;
use crate::link::inbound::Inbound;
use crate::link::outbound::Outbound;
use crate::link::outbound::Owed;
use crate::log::tree::Tree;
use crate::message::time::CivilDate;
use crate::moment::Timestamp;

/// What the store remembers.
#[derive(Debug)]
pub struct Remembered {
    /// The tree of the node's own log, its edge checked against the head.
    pub tree: Tree,
    /// The newest signed head; `None` before the first.
    pub head: Option<HeadRecord>,
    /// The counters of every link.
    pub links: Vec<LinkRecord>,
    /// Every number out that is not settled.
    pub owed: Vec<OutboundRecord>,
    /// The newest checkpoints held of the peers' logs.
    pub held: Vec<PeerHeadRecord>,
    /// The notes of the own log with their cosignatures.
    pub cosigned: Vec<CosignedRecord>,
    /// When the oldest leaf was written that no quorum has cosigned; `None` where a quorum has cosigned them all.
    pub unwitnessed: Option<Timestamp>,
    /// The newest quorate checkpoints of the peers' logs.
    pub peers_cosigned: Vec<PeerCosignedRecord>,
    /// Evidence that is held.
    pub evidence: Vec<EvidenceRecord>,
    /// Whether the node may sign.
    pub mode: ModeRecord,
    /// The logs of peers that are in force after a succession.
    pub logs: BTreeMap<AgencyId, LogNumber>,
    /// Up to which day every body that was due is gone.
    pub retired: Option<CivilDate>,
    /// Revocations that the log does not say yet.
    pub unlogged: Vec<RevocationRecord>,
    /// What peers propose about their logs.
    pub proposals: Vec<ProposalRecord>,
    /// How much each peer asked this agency about.
    pub queried: Vec<QueriedRecord>,
}

impl Engine {
    /// The engine as it was when the last commit became durable, with a link to each peer.
    ///
    /// # Errors
    /// When what is remembered breaks an invariant.
    pub fn recover(
        persona: Persona,
        peers: impl IntoIterator<Item = AgencyId>,
        remembered: Remembered,
    ) -> Result<Self, Fault> {
        let Remembered {
            tree, head, links, owed, held, cosigned, peers_cosigned, proposals, ..
        } = remembered;
        let Remembered { evidence, mode, retired, logs, unlogged, unwitnessed, queried, .. } =
            remembered;
        let proposed: BTreeMap<AgencyId, Digest> =
            proposals.into_iter().map(|one| (one.agency, digest::sha256(&one.statement))).collect();
        let mut links: BTreeMap<AgencyId, LinkRecord> =
            links.into_iter().map(|link| (link.peer.clone(), link)).collect();
        let mut held: BTreeMap<AgencyId, PeerHeadRecord> =
            held.into_iter().map(|head| (head.peer.clone(), head)).collect();
        let mut quorate: BTreeMap<AgencyId, PeerCosignedRecord> =
            peers_cosigned.into_iter().map(|note| (note.peer.clone(), note)).collect();
        let mut owed = by_peer(owed);
        let mut queried: BTreeMap<AgencyId, Allowance> =
            queried.into_iter().map(|record| (record.peer, record.used)).collect();
        let peers = peers.into_iter().filter(|agency| *agency != persona.agency).map(|agency| {
            let link = links.remove(&agency).unwrap_or_else(|| first_link(&agency));
            let peer = Peer {
                log: logs.get(&agency).copied().unwrap_or(LogNumber::new(1)),
                out: Outbound::restore(
                    link.out_epoch,
                    link.out_next,
                    owed.remove(&agency).unwrap_or_default(),
                ),
                inbound: Inbound::restore(link.in_epoch, link.in_cursor),
                held: held.remove(&agency),
                connection: Connection::Down,
                standing: None,
                due: Vec::new(),
                witness: Watch::restore(&agency, &cosigned, quorate.remove(&agency)),
                proposed: proposed.get(&agency).copied(),
                queried: queried.remove(&agency).unwrap_or_default(),
            };
            (agency, peer)
        });
        let peers = peers.collect();
        let rounds = Rounds::restore(&cosigned, unwitnessed);
        let engine = Self {
            persona,
            tree,
            head,
            peers,
            mode,
            phase: Phase::Waiting,
            awaited: None,
            heard: BTreeMap::new(),
            charges: evidence.iter().map(|record| (record.digest, Charge::of(record))).collect(),
            group: Group::default(),
            retired,
            rounds,
            unlogged,
            procedures: Procedures::default(),
        };
        engine.check()?;
        Ok(engine)
    }
}

/// The oldest leaf that no quorum has cosigned, by what the store remembers of the own log.
pub fn first_unwitnessed(
    head: Option<&HeadRecord>,
    cosigned: &[CosignedRecord],
) -> Option<LeafIndex> {
    let quorate = witness::newest_quorate(cosigned).map_or(0, |quorate| quorate.size.get());
    let size = head?.size.get();
    (quorate < size).then(|| LeafIndex::new(quorate))
}

fn by_peer(owed: Vec<OutboundRecord>) -> BTreeMap<AgencyId, BTreeMap<LinkNumber, Owed>> {
    let mut peers: BTreeMap<AgencyId, BTreeMap<LinkNumber, Owed>> = BTreeMap::new();
    for record in owed.into_iter().filter(|record| record.settlement == Settlement::Open) {
        let one = Owed {
            message: record.message,
            bytes: record.bytes,
            expires: record.expires,
            leaf: record.leaf,
            form: record.form,
        };
        peers.entry(record.peer).or_default().insert(record.number, one);
    }
    peers
}

fn first_link(agency: &AgencyId) -> LinkRecord {
    LinkRecord {
        peer: agency.clone(),
        out_epoch: Epoch::new(1),
        out_next: LinkNumber::new(1),
        in_epoch: Epoch::new(1),
        in_cursor: LinkNumber::new(0),
        out_lowest: LinkNumber::new(1),
    }
}
