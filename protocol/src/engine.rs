//! The one door: [`Engine::step`] takes a moment and an input and gives effects.
//!
//! Uses every shelf below. The engine only orders, decides, appends, and signs heads and dispatches; what is expensive
//! and pure (sealing, opening, checking signatures) was done before and arrives as a proof type.
//!
//! Many steps share one commit: the host steps through the inputs that gathered and ends the group with
//! [`Input::Checkpoint`], which signs one head over all their leaves and only then names receipts and offers.
//!
//! Absent on purpose: the clock, chance, the disk, the network, and reading: what the engine must recall from the past
//! comes with the input.
//!
//! - `eng-inv-1`: the signed head never covers more leaves than the tree has.
//! - `eng-inv-2`: every number owed is below the link's next number.
//! - `eng-inv-3`: in doubt about its own log no link is whole.
//! - `eng-inv-4`: in doubt the signed head covers every leaf; so a greeting is the first input of its group.

pub mod accused;
pub mod check;
pub mod effects;
mod erasure;
mod inbound;
pub mod input;
mod outbound;
pub mod procedures;
mod queries;
pub mod record;
pub mod recover;
mod revocation;
pub mod standing;
mod succession;
pub mod witness;

#[cfg(test)]
mod tests;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::codec;
use crate::crypto::digest::Digest;
use crate::crypto::signature::SharedSigner;
use crate::engine::accused::Charge;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Effects;
use crate::engine::input::Input;
use crate::engine::input::Start;
use crate::engine::procedures::Procedures;
use crate::engine::record::ErasureRecord;
use crate::engine::record::HeadRecord;
use crate::engine::record::LeafRecord;
use crate::engine::record::ModeRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::Record;
use crate::engine::record::TileRecord;
use crate::engine::record::papers::RevocationRecord;
use crate::engine::standing::Heard;
use crate::engine::witness::Rounds;
use crate::engine::witness::watch::Watch;
use crate::ids::AgencyId;
use crate::ids::CharterName;
use crate::ids::LeafIndex;
use crate::ids::LinkNumber;
use crate::ids::LogNumber;
use crate::ids::MessageId;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::LEAF_BYTES_MAX;
use crate::link::allowance::Allowance;
use crate::link::inbound::Inbound;
use crate::link::outbound::Outbound;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::leaf::Doubt;
use crate::log::leaf::Leaf;
use crate::log::tile;
use crate::log::tree::Tree;
use crate::message::time::CivilDate;
use crate::moment::Moment;

/// Who the node is, and the two keys that the engine signs with.
#[derive(Clone, Debug)]
pub struct Persona {
    /// The node's agency.
    pub agency: AgencyId,
    /// The charter's name.
    pub charter: CharterName,
    /// The credential in use.
    pub serial: Serial,
    /// The number of the node's log.
    pub log_number: LogNumber,
    /// The origin of the node's log.
    pub origin: String,
    /// Distinct witnesses that must cosign a head, as the charter says.
    pub witness_quorum: u16,
    /// Members that the charter bears being dishonest.
    pub dishonest_max: u16,
    /// Signs dispatches.
    pub signing: SharedSigner,
    /// Signs checkpoints.
    pub log: SharedSigner,
}

/// A broken invariant of ours, or a key out of reach. The node stops in order; starting is recovering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A value of ours has no encoding.
    #[error("a value could not be encoded")]
    Unencodable,
    /// A leaf is longer than a log takes; every leaf is bounded by construction.
    #[error("a leaf is longer than {LEAF_BYTES_MAX} bytes")]
    LeafTooLong,
    /// The signing or the log key cannot be reached.
    #[error("a signing key cannot be reached")]
    KeyAway,
    /// An input that needs a started node came before [`Input::Start`].
    #[error("an input came before the start")]
    NotStarted,
    /// A named invariant does not hold.
    #[error("invariant {0} does not hold")]
    Invariant(&'static str),
}

/// The deciding half of a node.
#[derive(Debug)]
pub struct Engine {
    persona: Persona,
    tree: Tree,
    head: Option<HeadRecord>,
    peers: BTreeMap<AgencyId, Peer>,
    mode: ModeRecord,
    phase: Phase,
    /// The start, once the host has waited for greetings; a doubt may keep it waiting.
    awaited: Option<Start>,
    /// What the peers said of our log since this start.
    heard: BTreeMap<AgencyId, Heard>,
    /// Evidence that is held, without the files.
    charges: BTreeMap<Digest, Charge>,
    group: Group,
    /// Every body that was due up to and with this day is gone.
    retired: Option<CivilDate>,
    rounds: Rounds,
    /// Revocations that the log does not say yet.
    unlogged: Vec<RevocationRecord>,
    procedures: Procedures,
}

/// How a link stands, for those who look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connected {
    /// There is no connection on which greetings went both ways.
    Down,
    /// One side does not sign: only what cannot mislead passes.
    Restricted,
    /// Everything passes.
    Whole,
}

/// Whether the `started` leaf was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Waiting,
    Started,
}

/// One other member: two links, and what is held of its log.
#[derive(Debug)]
struct Peer {
    /// The log of the peer that this node goes by.
    log: LogNumber,
    out: Outbound,
    inbound: Inbound,
    held: Option<PeerHeadRecord>,
    connection: Connection,
    /// Why the peer does not sign, by its greeting on the live connection.
    standing: Option<Doubt>,
    /// Numbers to receipt with the next head.
    due: Vec<(LinkNumber, LeafIndex)>,
    witness: Watch,
    /// What it proposes about its log, and what is remembered of it.
    proposed: Option<Digest>,
    /// How much it asked this agency about.
    queried: Allowance,
}

impl Peer {
    fn disconnect(&mut self) {
        self.out.pause();
        self.connection = Connection::Down;
        self.standing = None;
        self.due.clear();
        self.witness.reset();
    }
}

/// Whether greetings went both ways, and what may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Connection {
    Down,
    /// One side does not sign: nothing that is signed for the link passes.
    Restricted,
    /// `shown` is the size of our newest checkpoint that the peer is known to hold.
    Up {
        shown: TreeSize,
    },
}

/// What the inputs since the last checkpoint did; the store does not know it yet.
#[derive(Debug, Default)]
struct Group {
    ids: BTreeMap<(AgencyId, MessageId), Digest>,
    keys: BTreeMap<String, (Digest, Digest)>,
    arrived: BTreeMap<(AgencyId, LinkNumber), (Digest, LeafIndex)>,
    touched: BTreeSet<AgencyId>,
    erased: BTreeMap<Digest, ErasureRecord>,
}

impl Engine {
    /// The one door. All change goes through it; foreign input is answered by effects, never by a fault.
    ///
    /// # Errors
    /// A [`Fault`] is our own; the effects of the whole group are then void and the node stops.
    // spec: eng-4
    pub fn step(&mut self, moment: &Moment, input: Input) -> Result<Effects, Fault> {
        let mut effects = Effects::default();
        match input {
            Input::Start(start) => self.start(moment, &start, &mut effects)?,
            Input::Submit(submit) => self.submit(moment, *submit, &mut effects)?,
            Input::Read(read) => self.read(moment, read, &mut effects)?,
            Input::Met(met) => self.met(moment, &met, &mut effects)?,
            Input::Lost { peer } => self.lost(&peer),
            Input::Offered(offered) => self.offered(moment, *offered, &mut effects)?,
            Input::Receipted(receipted) => self.receipted(&receipted, &mut effects)?,
            Input::Erase(erase) => self.erase(moment, *erase, &mut effects)?,
            Input::Exported { ticket, bundle, size } => {
                self.exported(moment, (ticket, bundle, size), &mut effects)?;
            }
            Input::Retired { through } => self.retired(through, &mut effects),
            Input::KeyBackup { ticket, until } => {
                self.key_backup(moment, (ticket, until), &mut effects);
            }
            Input::BodyLost(record) => self.body_lost(*record, &mut effects),
            Input::Accused(accused) => self.accused(moment, &accused, &mut effects)?,
            Input::Admit(credential) => {
                effects.remember(Record::Credential(credential.clone()));
                effects.act(Action::Admitted(credential));
            }
            Input::Proposed(statement) => self.proposed(&statement, &mut effects),
            Input::Approve(approve) => self.approve(&approve, &mut effects)?,
            Input::Approved(approval) => self.approved(&approval, &mut effects),
            Input::Succeeded(succession) => self.succeeded(&succession, &mut effects),
            Input::Renew(renew) => self.renew(renew, &mut effects)?,
            Input::Open(open) => self.open_log(moment, &open, &mut effects)?,
            Input::CarryEvidence(held) => self.carry_evidence(held, &mut effects)?,
            Input::Carry(carried) => self.carry(moment, carried, &mut effects)?,
            Input::Checkpoint => self.checkpoint(moment, &mut effects)?,
            Input::Witness(occasion) => {
                self.rounds.wanted = self.rounds.wanted.max(Some(occasion));
            }
            Input::Witnessing(witnessing) => self.witnessing(&witnessing, &mut effects)?,
            Input::Cosigned(cosignature) => self.cosigned(&cosignature)?,
            Input::Declined { peer, code } => self.declined(moment, (&peer, code), &mut effects),
            Input::Shown(shown) => self.shown(&shown, &mut effects),
            Input::Lifted(lifted) => self.lifted(&lifted, &mut effects)?,
            Input::Misfit { peer, misfit } => self.misfit(&peer, misfit, &mut effects),
            Input::Revoke(revocation) => self.revoke(moment, revocation, &mut effects)?,
            Input::Notice(notice) => {
                effects.remember(Record::Notice(notice.clone()));
                effects.act(Action::Noticed(notice));
            }
            // spec: stf-6
            Input::Staff(staff) => {
                effects.remember(Record::Staff(staff.clone()));
                effects.act(Action::Staffed(staff));
            }
        }
        self.check()?;
        Ok(effects)
    }

    /// Who the node is.
    pub fn persona(&self) -> &Persona {
        &self.persona
    }

    /// Whether [`Input::Start`] was taken.
    pub fn started(&self) -> bool {
        self.phase == Phase::Started
    }

    /// The newest signed head.
    pub fn head(&self) -> Option<&HeadRecord> {
        self.head.as_ref()
    }

    /// Whether the node may sign.
    pub fn mode(&self) -> &ModeRecord {
        &self.mode
    }

    /// The tree of the node's own log, with its right edge.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The other members.
    pub fn peers(&self) -> impl Iterator<Item = &AgencyId> {
        self.peers.keys()
    }

    /// The links with a peer, out and in.
    pub fn links(&self, peer: &AgencyId) -> Option<(&Outbound, &Inbound)> {
        self.peers.get(peer).map(|peer| (&peer.out, &peer.inbound))
    }

    /// The number of the log of a peer that this node goes by.
    pub fn log_of(&self, peer: &AgencyId) -> Option<LogNumber> {
        self.peers.get(peer).map(|peer| peer.log)
    }

    /// The newest checkpoint held of a peer's log.
    pub fn held(&self, peer: &AgencyId) -> Option<&PeerHeadRecord> {
        self.peers.get(peer)?.held.as_ref()
    }

    /// How the link with a peer stands.
    pub fn connected(&self, peer: &AgencyId) -> Connected {
        match self.peers.get(peer).map(|peer| peer.connection) {
            None | Some(Connection::Down) => Connected::Down,
            Some(Connection::Restricted) => Connected::Restricted,
            Some(Connection::Up { .. }) => Connected::Whole,
        }
    }

    /// Why a peer does not sign, by its greeting on the live connection.
    pub fn standing_of(&self, peer: &AgencyId) -> Option<Doubt> {
        self.peers.get(peer)?.standing
    }

    /// Ends a group: one head over all its leaves, then what that head allows.
    fn checkpoint(&mut self, moment: &Moment, effects: &mut Effects) -> Result<(), Fault> {
        if self.phase == Phase::Waiting || self.mode.standing().is_some() {
            // spec: eng-2
            return Ok(());
        }
        self.remember_links(effects);
        self.name_offers(moment, effects)?;
        self.sign_head(effects)?;
        self.name_receipts(effects);
        self.name_witnesses(moment, effects);
        self.group = Group::default();
        Ok(())
    }

    // spec: eng-5
    fn sign_head(&mut self, effects: &mut Effects) -> Result<(), Fault> {
        let size = self.tree.size();
        if self.head.as_ref().is_some_and(|head| head.size == size) {
            return Ok(());
        }
        let root = self.tree.root();
        let head = Checkpoint { origin: self.persona.origin.clone(), size, root };
        let note =
            checkpoint::sign(&head, self.persona.log.as_ref()).map_err(|_| Fault::KeyAway)?;
        let head = HeadRecord { size, root, note: ByteBuf::from(note) };
        effects.remember(Record::Head(head.clone()));
        self.head = Some(head);
        Ok(())
    }

    /// Appends a leaf, and remembers it and every tile that it filled.
    fn append(&mut self, leaf: &Leaf, effects: &mut Effects) -> Result<LeafIndex, Fault> {
        let bytes = codec::encode(leaf).map_err(|_| Fault::Unencodable)?;
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(Fault::LeafTooLong);
        }
        let (index, tiles) = self.tree.append(&bytes);
        effects.remember(Record::Leaf(LeafRecord { index, leaf: ByteBuf::from(bytes) }));
        for tile in tiles {
            effects.remember(Record::Tile(TileRecord {
                level: tile.id.level,
                index: tile.id.index,
                hashes: ByteBuf::from(tile::hash_bytes(&tile.hashes)),
            }));
        }
        Ok(index)
    }

    /// Whether the node may append: it started, and is not in doubt about its own log.
    fn may_append(&self) -> Result<Permission, Fault> {
        match (self.phase, self.mode.standing()) {
            (_, Some(doubt)) => Ok(Permission::Withheld(doubt)),
            (Phase::Started, None) => Ok(Permission::Granted),
            // spec: eng-3
            (Phase::Waiting, None) => Err(Fault::NotStarted),
        }
    }

    fn read(
        &mut self,
        moment: &Moment,
        read: input::Read,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let answer = match self.may_append()? {
            Permission::Withheld(doubt) => Answer::InDoubt(doubt),
            Permission::Granted => {
                // spec: eng-9
                Answer::ReadRecorded(self.append(&read.to_leaf(moment.now), effects)?)
            }
        };
        effects.act(Action::Answer(read.ticket, answer));
        Ok(())
    }
}

/// Whether the engine may append now.
enum Permission {
    Granted,
    Withheld(Doubt),
}
