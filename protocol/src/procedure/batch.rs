//! People who travel together: listed, sealed, scheduled, handed from side to side, and counted.
//!
//! A batch is logistics. Each person has a handover of its own, whose decision no batch changes. Beside the stage stand
//! regions of their own: what each side says to the version, what is promised for each person, and where the journey is.

pub mod account;
pub mod fact;
pub mod stage;

mod guard;
mod journey;
mod step;
mod weight;

use alloc::collections::BTreeMap;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::vec::Vec;

use crate::crypto::digest::Digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::message::batch::sealing::RemovalReason;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::batch::account::Account;
use crate::procedure::batch::account::Mismatch;
use crate::procedure::batch::fact::BatchFact;
use crate::procedure::batch::fact::Manifest;
use crate::procedure::batch::journey::Journey;
use crate::procedure::batch::stage::Move;
use crate::procedure::batch::stage::ROWS;
use crate::procedure::batch::stage::Stage;
use crate::procedure::common::Common;
use crate::procedure::fact::Fact;
use crate::procedure::fold::Rules;
use crate::procedure::rank::Meeting;
use crate::procedure::rank::Rank;
use crate::procedure::refusal::Refusal;
use crate::procedure::side::Side;
use crate::procedure::side::Sides;
use crate::procedure::table;
use crate::registry::RefusalCode;

/// Where people who travel together stand. Every map in it has at most one entry for each side or each person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    stage: Stage,
    /// Who put up the version that stands.
    author: AgencyId,
    manifest: Manifest,
    listed_in: Digest,
    strikes: BTreeMap<AgencyId, BTreeSet<u64>>,
    removed: BTreeMap<u64, RemovalReason>,
    /// Over the entries in force; absent when removals crossed, until a seal says it.
    root: Option<Digest>,
    seals: BTreeMap<AgencyId, Digest>,
    /// Whether every side had sealed once.
    sealed: bool,
    guarantees: BTreeMap<u64, Timestamp>,
    capacities: BTreeMap<AgencyId, u64>,
    schedule: Option<Schedule>,
    journey: Journey,
    declared: BTreeMap<AgencyId, Account>,
}

/// A schedule that was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Schedule {
    digest: Digest,
    accepted: BTreeSet<AgencyId>,
}

impl Batch {
    /// Where it stands.
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// The version that stands.
    pub const fn version(&self) -> u64 {
        self.manifest.version
    }

    /// From hand to hand: who gives the people, who lets them through, who receives them.
    pub fn way(&self) -> &[AgencyId] {
        &self.manifest.way
    }

    /// The numbers of the entries that stand and were not taken off.
    pub fn in_force(&self) -> BTreeSet<u64> {
        (1..=self.manifest.entries).filter(|n| !self.removed.contains_key(n)).collect()
    }

    /// The decision of each entry that stands; none of a version that was not put up for sealing.
    pub fn decisions(&self) -> impl Iterator<Item = (u64, MessageId)> {
        let ready = self.manifest.ready;
        let decisions = self.manifest.decisions.iter().copied().filter(move |_| ready);
        (1..=self.manifest.entries).zip(decisions)
    }

    /// The message with the version that stands.
    pub const fn listed_in(&self) -> Digest {
        self.listed_in
    }

    /// Whether somebody on it may still go.
    pub fn waits_to_go(&self) -> bool {
        !self.stage.is_terminal() && self.stage != Stage::Reconciling
    }

    /// Root over the entries in force; absent when removals crossed, until a seal says it.
    pub const fn root(&self) -> Option<Digest> {
        self.root
    }

    /// Who was taken off, and why.
    pub const fn removed(&self) -> &BTreeMap<u64, RemovalReason> {
        &self.removed
    }

    /// The entries that any side strikes.
    pub fn struck(&self) -> BTreeSet<u64> {
        self.strikes.values().flatten().copied().collect()
    }

    /// The sides that have said nothing yet to the version that stands.
    pub fn unreviewed(&self) -> Vec<&AgencyId> {
        self.without(|side| self.strikes.contains_key(side) || self.seals.contains_key(side))
    }

    /// The sides that have not sealed what is in force.
    pub fn unsealed(&self) -> Vec<&AgencyId> {
        self.without(|side| self.seals.contains_key(side))
    }

    /// The sides that have not agreed to a schedule; none when none is proposed.
    pub fn unagreed(&self) -> Vec<&AgencyId> {
        let Some(schedule) = &self.schedule else { return Vec::new() };
        self.without(|side| schedule.accepted.contains(side))
    }

    /// The message with the schedule that is proposed or agreed.
    pub fn schedule(&self) -> Option<Digest> {
        self.schedule.as_ref().map(|schedule| schedule.digest)
    }

    /// The sides that have not said where everybody is.
    pub fn uncounted(&self) -> Vec<&AgencyId> {
        self.without(|side| self.declared.contains_key(side))
    }

    /// When the first promise of reception ends; absent while anybody has none.
    pub fn guaranteed_until(&self) -> Option<Timestamp> {
        let ends = self.going().into_iter().map(|n| self.guarantees.get(&n).copied());
        ends.collect::<Option<Vec<Timestamp>>>()?.into_iter().min()
    }

    /// Since when a certificate waits for its second signature, by the first signer's clock.
    pub fn half_signed_since(&self) -> Option<Timestamp> {
        self.journey.half().map(|half| half.signed_at)
    }

    /// Where everybody is, by the certificates that both sides signed.
    // spec: bat-47
    pub fn account(&self) -> Account {
        self.journey.account(&(1..=self.manifest.entries).collect(), &self.removed)
    }

    /// Where a side counts otherwise than the certificates: what keeps the batch from being completed.
    // spec: bat-48
    pub fn mismatches(&self) -> Vec<Mismatch> {
        let account = self.account();
        self.declared.iter().flat_map(|(side, said)| account.against(said, side)).collect()
    }

    /// Whether somebody arrived at the end of the last leg, by a certificate that both sides signed and that stands.
    // spec: ho-77
    pub fn has_arrived(&self, certificate: &Digest, entry: u64) -> bool {
        let Some(last) = self.way().len().checked_sub(2) else { return false };
        self.journey.certificate(last) == Some(*certificate)
            && self.journey.transferred(last).is_some_and(|arrived| arrived.contains(&entry))
    }

    /// What an agency may do next, by what people call it.
    pub fn open_moves(&self, agency: &AgencyId) -> Vec<Move> {
        table::open_moves(ROWS, self.stage, &self.sides(agency))
    }

    /// On which sides an agency stands.
    pub fn sides(&self, agency: &AgencyId) -> Sides {
        let mut sides = Sides::new();
        let Some(place) = self.way().iter().position(|side| side == agency) else { return sides };
        let last = place.saturating_add(1) == self.way().len();
        sides.extend([
            Side::Leg,
            match place {
                0 => Side::Requested,
                1.. if last => Side::Requesting,
                1.. => Side::Transit,
            },
        ]);
        if place == self.journey.done() {
            sides.insert(Side::Holder);
        }
        if place == self.journey.done().saturating_add(1) {
            sides.insert(Side::Receiving);
        }
        sides
    }

    /// Who would travel on the leg at hand: nobody who was taken off.
    pub fn going(&self) -> BTreeSet<u64> {
        let before = self.journey.done().checked_sub(1);
        let Some(before) = before.and_then(|leg| self.journey.transferred(leg)) else {
            return self.in_force();
        };
        before.iter().filter(|n| !self.removed.contains_key(n)).copied().collect()
    }

    /// Who was handed over at the end of the way, by a certificate that both sides signed.
    // spec: spc-6
    pub fn arrived(&self) -> BTreeSet<u64> {
        let last = self.way().len().checked_sub(2);
        last.and_then(|leg| self.journey.transferred(leg)).cloned().unwrap_or_default()
    }

    fn without(&self, said: impl Fn(&AgencyId) -> bool) -> Vec<&AgencyId> {
        self.way().iter().filter(|side| !said(side)).collect()
    }
}

impl Rules for Batch {
    // spec: bat-1
    fn open(act: &Act) -> Result<Self, Refusal> {
        let Fact::Batch(BatchFact::Listed(manifest)) = &act.fact else {
            return Err(Refusal::out_of_turn(
                "bat-1",
                format!("{} begins no batch", act.kind),
                "begin with a batch-manifest",
            ));
        };
        all_sides_are_asked(act, manifest)?;
        Ok(Self {
            stage: Stage::Proposed,
            author: act.author.clone(),
            manifest: manifest.clone(),
            listed_in: act.digest,
            strikes: BTreeMap::new(),
            removed: BTreeMap::new(),
            root: Some(manifest.root),
            seals: BTreeMap::new(),
            sealed: false,
            guarantees: BTreeMap::new(),
            capacities: BTreeMap::new(),
            schedule: None,
            journey: Journey::default(),
            declared: BTreeMap::new(),
        })
    }

    fn rank(act: &Act) -> Rank {
        weight::rank(act)
    }

    fn meet(earlier: &Act, later: &Act) -> Meeting {
        weight::meet(earlier, later)
    }

    fn step(&mut self, act: &Act, common: &Common) -> Result<Option<&'static str>, Refusal> {
        let Some(moved) = self.move_of(act)? else { return Ok(None) };
        let row = table::find(ROWS, self.stage, moved, &self.sides(&act.author))?;
        self.guard(act, common)?;
        self.stage = row.to.unwrap_or(self.stage);
        self.note(act, moved);
        Ok(Some(row.id))
    }

    fn both(&self) -> BTreeSet<AgencyId> {
        self.way().iter().cloned().collect()
    }
}

/// Whoever gives, lets through or receives is asked to act, and one of the first and the last proposes.
// spec: bat-2
fn all_sides_are_asked(act: &Act, manifest: &Manifest) -> Result<(), Refusal> {
    let ends = [manifest.way.first(), manifest.way.last()];
    if !ends.contains(&Some(&act.author)) {
        return Err(Refusal::not_entitled(
            "bat-2",
            format!("{} neither gives nor receives the people", act.author.as_str()),
            "let the releasing or the receiving side propose the manifest",
        ));
    }
    let asked = |side: &&AgencyId| **side == act.author || act.asked.contains(side);
    match manifest.way.iter().find(|side| !asked(side)) {
        None => Ok(()),
        Some(side) => Err(Refusal::new(
            RefusalCode::ParticipantLeftOut,
            "bat-2",
            format!("{} is a side of the batch and is not asked to act", side.as_str()),
            "send the manifest to every side, for action",
        )),
    }
}
