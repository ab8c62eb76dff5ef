//! What is true whatever the nodes say, and the invariants that are held against it after every step.
//!
//! | invariant | what it says |
//! |---|---|
//! | `sim-start` | a node whose disk keeps its word starts |
//! | `sim-alive` | a node ends by itself only over a disk that failed or was full |
//! | `sim-durable` | what was acknowledged, and what left a node signed, is there after every start |
//! | `sim-once` | a number, a message and a request take effect once |
//! | `sim-held` | what a node owes it can say |
//! | `sim-doubt` | a node whose data may be old signs nothing until enough peers have answered |
//! | `sim-quarantine` | a node whose log was longer signs nothing more |
//! | `sim-witness` | a witness cosigns one history of each log |
//! | `sim-honest` | nobody honest is accused, or in quarantine |
//! | `sim-peace` | honest nodes break no rule of the exchange to each other |
//! | `sim-rest` | the world comes to rest |
//! | `sim-progress` | once the faults are over, everything owed arrives, or a person is told |
//! | `sim-audit` | at the end every log verifies, and every two logs agree |
//! | `sim-agree` | at the end every node computes of every procedure what was said, and what each author had seen, implies |

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use concord_protocol::codec;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Epoch;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::LinkNumber;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::leaf::EvidenceKind;
use concord_protocol::log::leaf::Leaf;
use concord_protocol::log::note;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use serde_bytes::ByteBuf;

use crate::life::Life;
use crate::plan::Liar;
use crate::plan::Plan;
use crate::world::Outcome;

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Its name.
    pub invariant: &'static str,
    /// When it broke. Units: milliseconds of the simulated world.
    pub at: u64,
    /// What was seen.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} does not hold at {}: {}", self.invariant, self.at, self.what)
    }
}

/// Why an invariant does not hold: its name, and what was seen.
pub(crate) type Broken = (&'static str, String);

/// A message that a client was told is logged.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) author: usize,
    pub(crate) message: Digest,
    pub(crate) to: Vec<usize>,
}

/// What a log took from peers.
#[derive(Debug, Default)]
struct Taken {
    numbers: BTreeMap<(AgencyId, Epoch, LinkNumber), LeafIndex>,
    messages: BTreeMap<Digest, LeafIndex>,
}

/// What is known besides what the nodes know.
#[derive(Debug)]
pub struct Truth {
    liar: Option<Liar>,
    rough: bool,
    /// Every head that left a place, by size.
    heads: Vec<BTreeMap<TreeSize, Digest>>,
    acknowledged: Vec<Acknowledged>,
    /// What stood in the procedure of a message, where its author spoke.
    seen: BTreeMap<Digest, Vec<Digest>>,
    /// By seat.
    taken: BTreeMap<usize, Taken>,
    /// The newest that each witness cosigned of each log.
    vouched: BTreeMap<(usize, AgencyId), (TreeSize, Digest)>,
    /// Places whose data were put back.
    restored: BTreeSet<usize>,
    /// Leaves that are durable, by seat.
    durable: BTreeMap<usize, u64>,
    /// Places whose data were found to be older than they had been.
    behind: BTreeSet<usize>,
    /// Places that have not heard from enough peers since.
    doubtful: BTreeSet<usize>,
    quarantined: BTreeSet<usize>,
    /// Places against which somebody holds evidence.
    accused: BTreeSet<usize>,
    counts: Outcome,
}

impl Truth {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            liar: plan.liar,
            rough: plan.network.rough > 0,
            heads: vec![BTreeMap::new(); plan.size],
            acknowledged: Vec::new(),
            seen: BTreeMap::new(),
            taken: BTreeMap::new(),
            vouched: BTreeMap::new(),
            restored: BTreeSet::new(),
            durable: BTreeMap::new(),
            behind: BTreeSet::new(),
            doubtful: BTreeSet::new(),
            quarantined: BTreeSet::new(),
            accused: BTreeSet::new(),
            counts: Outcome::default(),
        }
    }

    fn lies(&self, place: usize) -> bool {
        self.liar.is_some_and(|liar| liar.place == place)
    }

    /// Whether a place may lack what it had: it lies, or was put back.
    pub(crate) fn may_have_lost(&self, place: usize) -> bool {
        self.lies(place) || self.restored.contains(&place)
    }

    /// Whether a person was told that the place's log was longer once, or that it has two branches.
    pub(crate) fn is_condemned(&self, place: usize) -> bool {
        self.quarantined.contains(&place) || self.accused.contains(&place)
    }

    /// Whether a place was put back beside a newer head file, or none, and its peers have not vouched for it since.
    pub(crate) fn is_doubtful(&self, place: usize) -> bool {
        self.doubtful.contains(&place)
    }

    pub(crate) fn restored(&mut self, place: usize, machine: bool) {
        self.restored.insert(place);
        // Older data know nothing of what a peer showed since; it shows it again.
        self.quarantined.remove(&place);
        if !machine {
            self.doubtful.insert(place);
        }
    }

    pub(crate) fn acknowledged(&mut self, author: usize, message: Digest, to: Vec<usize>) {
        self.counts.acknowledged += 1;
        self.acknowledged.push(Acknowledged { author, message, to });
    }

    /// Whoever says this message in a procedure had these others before their eyes.
    pub(crate) fn had_seen(&mut self, message: Digest, others: Vec<Digest>) {
        self.seen.insert(message, others);
    }

    /// What stood in its procedure where a message was said.
    pub(crate) fn seen_by(&self, message: &Digest) -> Option<&Vec<Digest>> {
        self.seen.get(message)
    }

    pub(crate) fn all_acknowledged(&self) -> &[Acknowledged] {
        &self.acknowledged
    }

    /// A node starts: everything that it acknowledged is there, once.
    pub(crate) fn recovered(
        &mut self,
        (seat, place): (usize, usize),
        life: &Life,
    ) -> Result<(), Broken> {
        self.counts.starts += 1;
        let mut taken = Taken::default();
        let size = usize::try_from(life.engine.tree().size().get()).unwrap();
        for record in life.reader.leaves(LeafIndex::new(0), size).unwrap() {
            taken.take(record.index, &record.leaf, place)?;
        }
        self.taken.insert(seat, taken);
        let lacks = life.engine.tree().size().get() < self.durable.get(&seat).copied().unwrap_or(0);
        // Also after a whole machine was put back, which its node cannot know.
        if lacks && self.restored.contains(&place) {
            self.behind.insert(place);
        }
        // A node that is wiped is a new one, as far as it can know; a head file that is not waited for may be older than
        // the data that were put back after a power cut; or enough peers have answered since: it may have lost something.
        let vouched = life.head.may_sign() && self.doubtful.remove(&place);
        if vouched && !self.behind.contains(&place) {
            self.restored.remove(&place);
        }
        self.durable.insert(seat, life.engine.tree().size().get());
        if self.may_have_lost(place) {
            return Ok(());
        }
        if let Some((size, root)) = self.heads[place].last_key_value()
            && life.had(*size) != Some(*root)
        {
            let what = format!(
                "the head of {size} leaves left {place}, and its log has {} after a start",
                life.engine.tree().size()
            );
            return Err(("sim-durable", what));
        }
        for own in self.acknowledged.iter().filter(|own| own.author == place) {
            let message = life.reader.message(&own.message);
            let body = life.reader.body(&own.message);
            if !matches!(message, Ok(Some(_))) || !matches!(body, Ok(Some(_))) {
                let what = format!("{:?} was acknowledged by {place}, and is gone", own.message);
                return Err(("sim-durable", what));
            }
        }
        Ok(())
    }

    /// A group is durable.
    pub(crate) fn committed(
        &mut self,
        (seat, place): (usize, usize),
        records: &[Record],
    ) -> Result<(), Broken> {
        for record in records {
            if let Record::Leaf(leaf) = record {
                self.durable.insert(seat, leaf.index.get() + 1);
                self.taken.entry(seat).or_default().take(leaf.index, &leaf.leaf, place)?;
            }
        }
        Ok(())
    }

    /// A frame leaves a place: what it shows of its own log is true for ever.
    pub(crate) fn said(&mut self, place: usize, said: &Frame, life: &Life) -> Result<(), Broken> {
        let note = signed_in(said);
        let Some(note) = note else { return Ok(()) };
        if self.quarantined.contains(&place) {
            let what = format!("{place} signs although its log was longer once");
            return Err(("sim-quarantine", what));
        }
        if self.doubtful.contains(&place) {
            if life.engine.heard().len() < life.engine.answers_needed() {
                let what = format!("{place} signs, and its data may be old");
                return Err(("sim-doubt", what));
            }
            self.doubtful.remove(&place);
        }
        if matches!(said, Frame::Offer(_)) || self.may_have_lost(place) {
            return Ok(());
        }
        let head = head_of(note);
        match self.heads[place].insert(head.size, head.root) {
            Some(before) if before != head.root => {
                let what = format!("two heads of {} leaves left {place}", head.size);
                Err(("sim-durable", what))
            }
            _ => Ok(()),
        }
    }

    /// A witness cosigned: of one log one history.
    pub(crate) fn cosigned(
        &mut self,
        place: usize,
        owner: &AgencyId,
        head: &Checkpoint,
        on_one_branch: impl Fn((TreeSize, Digest), (TreeSize, Digest)) -> bool,
    ) -> Result<(), Broken> {
        if self.may_have_lost(place) {
            return Ok(());
        }
        let next = (head.size, head.root);
        let before = self.vouched.insert((place, owner.clone()), next);
        let Some(before) = before else { return Ok(()) };
        let backwards = next.0 < before.0;
        let other = next.0 == before.0 && next.1 != before.1;
        if backwards || other || !on_one_branch(before, next) {
            let what = format!(
                "{place} cosigned {owner} at {} leaves, and then at {} of another history",
                before.0, next.0
            );
            return Err(("sim-witness", what));
        }
        Ok(())
    }

    /// Evidence against a place was logged.
    pub(crate) fn evidence(&mut self, place: usize, kind: EvidenceKind) -> Result<(), Broken> {
        self.counts.evidence += 1;
        self.accused.insert(place);
        if self.may_have_lost(place) {
            return Ok(());
        }
        Err(("sim-honest", format!("{place} is accused of {kind:?}, and is honest")))
    }

    /// A place is in quarantine.
    pub(crate) fn quarantined(&mut self, place: usize) -> Result<(), Broken> {
        self.quarantined.insert(place);
        if self.may_have_lost(place) {
            return Ok(());
        }
        Err(("sim-honest", format!("{place} is in quarantine, and its data were never put back")))
    }

    /// A connection between two is closed with a code.
    pub(crate) fn closes(&self, places: (usize, usize), code: CloseCode) -> Result<(), Broken> {
        let breach = matches!(
            code,
            CloseCode::BadFrame
                | CloseCode::BadDispatch
                | CloseCode::BadReceipt
                | CloseCode::BadWitness
                | CloseCode::Gap
                | CloseCode::NumberReused
        );
        let excused = self.rough || self.may_have_lost(places.0) || self.may_have_lost(places.1);
        if breach && !excused {
            let what = format!("{} closes with {}: {code:?}", places.0, places.1);
            return Err(("sim-peace", what));
        }
        Ok(())
    }

    pub(crate) const fn settled(&mut self, count: usize) {
        self.counts.receipted += count as u64;
    }

    pub(crate) const fn died(&mut self) {
        self.counts.deaths += 1;
    }

    pub(crate) const fn connected(&mut self) {
        self.counts.connections += 1;
    }

    pub(crate) const fn counts(&self) -> Outcome {
        self.counts
    }
}

impl Taken {
    fn take(&mut self, index: LeafIndex, leaf: &[u8], place: usize) -> Result<(), Broken> {
        let (number, message) = match codec::decode::<Leaf>(leaf).unwrap() {
            Leaf::Received { message, from, epoch, number, .. } => {
                ((from, epoch, number), Some(message))
            }
            Leaf::Refused { from, epoch, number, .. } => ((from, epoch, number), None),
            Leaf::Started { .. }
            | Leaf::Message { .. }
            | Leaf::Sent { .. }
            | Leaf::ReceiptHeld { .. }
            | Leaf::Read { .. }
            | Leaf::Exported { .. }
            | Leaf::Erased { .. }
            | Leaf::Evidence { .. }
            | Leaf::Succession { .. }
            | Leaf::Resumed { .. }
            | Leaf::Carried { .. }
            | Leaf::Revocation { .. } => return Ok(()),
        };
        let what = format!("{number:?} at {place}");
        let twice = |before: Option<LeafIndex>| before.is_some_and(|before| before != index);
        if twice(self.numbers.insert(number, index)) {
            return Err(("sim-once", format!("the number {what} was taken twice")));
        }
        if let Some(message) = message
            && twice(self.messages.insert(message, index))
        {
            return Err(("sim-once", format!("{message:?} was taken twice, as {what}")));
        }
        Ok(())
    }
}

/// What a node's own keys signed in a frame: a checkpoint of its log, or a dispatch.
fn signed_in(said: &Frame) -> Option<&ByteBuf> {
    match said {
        Frame::Greeting(greeting) => greeting.own_head.as_ref(),
        Frame::Receipt(receipt) => Some(&receipt.checkpoint),
        Frame::Witness(request) => Some(&request.checkpoint),
        Frame::Lift(lift) => Some(&lift.note),
        Frame::Offer(offer) => Some(&offer.dispatch),
        Frame::Credential(_)
        | Frame::Ping(_)
        | Frame::Pong(_)
        | Frame::Witnessed(_)
        | Frame::Evidence(_)
        | Frame::Mirror(_)
        | Frame::Mirrored(_)
        | Frame::Recall(_)
        | Frame::Recalled(_)
        | Frame::Succession(_)
        | Frame::Approval(_)
        | Frame::Revocation(_)
        | Frame::Notice(_)
        | Frame::Charters(_)
        | Frame::Staff(_)
        | Frame::Blinded(_)
        | Frame::Keyed(_) => None,
    }
}

/// The head in a note that the node itself just made.
fn head_of(bytes: &[u8]) -> Checkpoint {
    let parsed = note::parse(bytes).unwrap();
    checkpoint::parse_foreign(parsed.unverified_text()).unwrap()
}
