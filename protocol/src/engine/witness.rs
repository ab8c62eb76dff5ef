//! Witnessing, both ways: having the own head cosigned, and cosigning the heads of others.
//!
//! A round is one head of ours and the cosignatures that came for it. It begins when the head has grown, and gives way to
//! the next one when it has a quorum, when everybody answered, or when it is old. What has a quorum is shown to those who
//! hold receipts of ours.
//!
//! Absent on purpose: signing as a witness. The engine says what may be cosigned once it is durable; the host writes it
//! down beside the journal before it signs.

pub(super) mod watch;

use alloc::collections::BTreeMap;

use serde_bytes::ByteBuf;

use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Peer;
use crate::engine::Permission;
use crate::engine::effects::Action;
use crate::engine::effects::CosignAction;
use crate::engine::effects::Effects;
use crate::engine::effects::LiftAction;
use crate::engine::effects::WitnessAction;
use crate::engine::input::Lifted;
use crate::engine::input::Occasion;
use crate::engine::input::Shown;
use crate::engine::input::Witnessing;
use crate::engine::record::CosignedRecord;
use crate::engine::record::CosignerRecord;
use crate::engine::record::Gathered;
use crate::engine::record::HeadRecord;
use crate::engine::record::PeerCosignedRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::Record;
use crate::engine::standing;
use crate::engine::witness::watch::Declined;
use crate::engine::witness::watch::FRESHER;
use crate::engine::witness::watch::ROUND_WAIT;
use crate::ids::AgencyId;
use crate::ids::TreeSize;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::cosignature::CosignerKey;
use crate::log::note;
use crate::moment::Moment;
use crate::moment::Span;
use crate::moment::Timestamp;
use crate::registry::CloseCode;
use crate::wire::receipt::Held;
use crate::wire::witness::Misfit;
use crate::wire::witness::VerifiedCosignature;
use crate::wire::witness::WitnessRefusal;

/// How old a cosignature on a head at rest may be before it is asked for again. Source: spec wit-14.
const FRESH: Span = Span::from_days(1);

/// How the own head stands with its witnesses.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    /// Why one is to begin at the end of this group.
    pub(super) wanted: Option<Occasion>,
    round: Option<Round>,
    quorate: Option<CosignedRecord>,
    /// Since when the head has leaves that no quorum has cosigned.
    since: Option<Timestamp>,
}

/// One head, and who cosigned it.
#[derive(Debug)]
struct Round {
    head: HeadRecord,
    note: ByteBuf,
    cosigners: BTreeMap<AgencyId, Timestamp>,
    /// The key of each one's line.
    keys: BTreeMap<AgencyId, CosignerKey>,
    began: Timestamp,
    /// When the head first grew beyond it.
    outgrown: Option<Timestamp>,
    /// Whether it has cosignatures that are not remembered yet.
    news: bool,
}

/// The newest cosignature of one witness on our log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cosigned {
    /// Leaves covered.
    pub size: TreeSize,
    /// When, by the witness's clock.
    pub at: Timestamp,
}

impl Rounds {
    /// What was remembered. The round itself is not gone on with: a start grows the log, so the next one is near.
    // spec: wit-16
    pub(super) fn restore(notes: &[CosignedRecord], since: Option<Timestamp>) -> Self {
        Self { quorate: newest_quorate(notes).cloned(), since, ..Self::default() }
    }
}

impl Engine {
    /// The newest cosignature of a peer on our log.
    pub fn cosigned_by(&self, peer: &AgencyId) -> Option<Cosigned> {
        self.peers.get(peer)?.witness.cosigned
    }

    /// Why a peer did not cosign what it was last asked to.
    pub fn declined_by(&self, peer: &AgencyId) -> Option<WitnessRefusal> {
        self.peers.get(peer)?.witness.declined.map(|declined| declined.code)
    }

    /// The newest quorate checkpoint held of a peer's log.
    pub fn peer_quorate(&self, peer: &AgencyId) -> Option<&PeerCosignedRecord> {
        self.peers.get(peer)?.witness.quorate.as_ref()
    }

    /// Whether a peer's log is cosigned no more.
    pub fn is_condemned(&self, peer: &AgencyId) -> bool {
        // spec: evd-16
        self.peers.get(peer).is_some_and(|peer| peer.witness.condemned)
            || self.log_of(peer).is_some_and(|log| self.is_forked(peer, log))
    }

    /// The newest quorate checkpoint of our own log.
    pub fn quorate(&self) -> Option<&CosignedRecord> {
        self.rounds.quorate.as_ref()
    }

    /// Size and number of cosignatures of the round that is going on.
    pub fn round(&self) -> Option<(TreeSize, usize)> {
        self.rounds.round.as_ref().map(|round| (round.head.size, round.cosigners.len()))
    }

    /// Since when the head has leaves that no quorum has cosigned, also across a start.
    pub const fn unwitnessed_since(&self) -> Option<Timestamp> {
        self.rounds.since
    }

    /// Takes a checkpoint for the newest of a peer's log: everything that does has proven where it continues.
    pub(super) fn hold(
        &mut self,
        agency: &AgencyId,
        newest: &SignedCheckpoint,
        effects: &mut Effects,
    ) {
        let head = newest.checkpoint();
        let Some(peer) = self.peers.get_mut(agency) else { return };
        if peer.held.as_ref().is_some_and(|held| held.size == head.size) {
            return;
        }
        let held = PeerHeadRecord {
            peer: agency.clone(),
            size: head.size,
            root: head.root,
            note: ByteBuf::from(newest.note().to_vec()),
        };
        peer.held = Some(held.clone());
        effects.remember(Record::PeerHead(held));
    }

    /// A peer asks to have its head cosigned: it is held first, then cosigned.
    pub(super) fn witnessing(
        &mut self,
        witnessing: &Witnessing,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        if matches!(self.may_append()?, Permission::Withheld(_)) {
            return Ok(());
        }
        let Witnessing { peer: agency, verified } = witnessing;
        let Some(peer) = self.peers.get(agency) else { return Ok(()) };
        // spec: wit-1
        if !continues(peer, verified.held()) {
            effects.act(Action::Close { peer: agency.clone(), code: CloseCode::BadWitness });
            return Ok(());
        }
        let condemned = self.is_condemned(agency);
        self.hold(agency, verified.checkpoint(), effects);
        // spec: wit-9
        effects.act(if condemned {
            Action::Decline { peer: agency.clone(), code: WitnessRefusal::Condemned }
        } else {
            let checkpoint = verified.checkpoint().clone();
            Action::Cosign(CosignAction { peer: agency.clone(), checkpoint })
        });
        Ok(())
    }

    /// A peer cosigned a head of ours.
    pub(super) fn cosigned(&mut self, cosignature: &VerifiedCosignature) -> Result<(), Fault> {
        if matches!(self.may_append()?, Permission::Withheld(_)) {
            return Ok(());
        }
        let own = cosignature.checkpoint();
        let Some(peer) = self.peers.get_mut(cosignature.witness()) else { return Ok(()) };
        let cosigned = Cosigned { size: own.size, at: cosignature.at().instant() };
        let watch = &mut peer.witness;
        watch.cosigned = watch.cosigned.max(Some(cosigned));
        watch.declined = None;
        watch.asked = watch.asked.filter(|(asked, _)| *asked > own.size);
        let Some(round) = &mut self.rounds.round else { return Ok(()) };
        if (round.head.size, round.head.root) != (own.size, own.root) {
            return Ok(());
        }
        round.take(cosignature, cosigned.at)
    }

    /// A peer did not cosign a head of ours. Where it does not hold it either, the paths start anew.
    pub(super) fn declined(
        &mut self,
        moment: &Moment,
        (agency, code): (&AgencyId, WitnessRefusal),
        effects: &mut Effects,
    ) {
        let Some(peer) = self.peers.get_mut(agency) else { return };
        let Some((size, _)) = peer.witness.asked.take() else { return };
        peer.witness.declined = Some(Declined { size, code, at: moment.now });
        if !code.is_held() {
            effects.act(Action::Close { peer: agency.clone(), code: CloseCode::BadWitness });
        }
    }

    /// A peer holds another checkpoint of our log than we thought: it is newer or different, or the paths start anew.
    // spec: eng-2, wire-49
    pub(super) fn shown(&mut self, shown: &Shown, effects: &mut Effects) {
        let Shown { peer, shown, root_then } = shown;
        if self.mode.standing().is_some() {
            return;
        }
        match shown.as_ref().filter(|shown| !self.has_signed(shown, *root_then)) {
            Some(newer) => self.quarantine(standing::proof(peer, newer), effects),
            None => effects.act(Action::Close { peer: peer.clone(), code: CloseCode::BadWitness }),
        }
    }

    /// A quorum cosigned a checkpoint of a peer's log.
    pub(super) fn lifted(&mut self, lifted: &Lifted, effects: &mut Effects) -> Result<(), Fault> {
        if matches!(self.may_append()?, Permission::Withheld(_)) {
            return Ok(());
        }
        let Lifted { peer: agency, lift } = lifted;
        let Some(peer) = self.peers.get(agency) else { return Ok(()) };
        if !continues(peer, lift.held()) {
            effects.act(Action::Close { peer: agency.clone(), code: CloseCode::BadWitness });
            return Ok(());
        }
        let head = lift.checkpoint().checkpoint();
        if peer.held.as_ref().is_none_or(|held| held.size < head.size) {
            self.hold(agency, lift.checkpoint(), effects);
        }
        let Some(peer) = self.peers.get_mut(agency) else { return Ok(()) };
        if peer.witness.is_news(lift) {
            let record = PeerCosignedRecord {
                peer: agency.clone(),
                size: head.size,
                root: head.root,
                note: ByteBuf::from(lift.checkpoint().note().to_vec()),
            };
            peer.witness.quorate = Some(record.clone());
            peer.witness.freshest = watch::newest(lift);
            // spec: wit-7
            effects.remember(Record::PeerCosigned(record));
        }
        Ok(())
    }

    /// A peer's log has two histories: nothing more of it is cosigned, and nothing more is taken from it.
    pub(super) fn misfit(&mut self, agency: &AgencyId, misfit: Misfit, effects: &mut Effects) {
        let Some(peer) = self.peers.get_mut(agency) else { return };
        // spec: wit-9
        peer.witness.condemned = true;
        if let Some(held) = peer.held.clone() {
            effects.act(Action::Misfit { held, misfit });
        }
        effects.act(Action::Close { peer: agency.clone(), code: CloseCode::BadWitness });
    }

    /// The end of a group: who is to be asked, what is to be remembered, who is to be shown a quorum.
    pub(super) fn name_witnesses(&mut self, moment: &Moment, effects: &mut Effects) {
        self.rounds.note_growth(self.head.as_ref(), moment.now);
        self.remember_round(effects);
        let occasion = self.rounds.wanted.take();
        let met = self.peers.values().any(|peer| peer.witness.met);
        if occasion.is_some() || met {
            self.begin_round(occasion, moment.now);
            self.ask(occasion, moment.now, effects);
        }
        self.name_lifts(effects);
    }

    /// Begins a round where the head has grown and the last one is over.
    fn begin_round(&mut self, occasion: Option<Occasion>, now: Timestamp) {
        let Some(head) = &self.head else { return };
        let begins = match &self.rounds.round {
            None => true,
            Some(round) if round.head.size == head.size => false,
            // spec: wit-2
            Some(round) => match occasion {
                Some(Occasion::Asked) => true,
                Some(Occasion::Interval) => !self.is_pending(round, now),
                None => false,
            },
        };
        if begins {
            self.rounds.round = Some(Round {
                head: head.clone(),
                note: head.note.clone(),
                cosigners: BTreeMap::new(),
                keys: BTreeMap::new(),
                began: now,
                outgrown: None,
                news: false,
            });
        }
    }

    /// Whether a round may still get its quorum.
    fn is_pending(&self, round: &Round, now: Timestamp) -> bool {
        let waits = |peer: &Peer| {
            matches!(peer.connection, Connection::Up { .. })
                && peer.witness.asked.is_some_and(|(size, _)| size == round.head.size)
        };
        round.cosigners.len() < usize::from(self.persona.witness_quorum)
            && now < round.began.after(ROUND_WAIT)
            && self.peers.values().any(waits)
    }

    /// Asks every peer that is there and whose cosignature is wanted; who is away is asked when it is back.
    // spec: wit-2
    fn ask(&mut self, occasion: Option<Occasion>, now: Timestamp, effects: &mut Effects) {
        let Some(round) = &self.rounds.round else { return };
        let size = round.head.size;
        for (agency, peer) in &mut self.peers {
            let met = core::mem::take(&mut peer.witness.met);
            let Connection::Up { shown } = &mut peer.connection else { continue };
            // spec: wit-14
            let is_old = |at: &Timestamp| at.after(FRESH) <= now;
            let lacks =
                || round.cosigners.get(agency).is_none_or(is_old) && peer.witness.lacks(size, now);
            let wanted = match occasion {
                Some(Occasion::Asked) => true,
                Some(Occasion::Interval) => lacks(),
                None => met && lacks(),
            };
            if wanted && *shown <= size {
                peer.witness.asked = Some((size, now));
                effects.act(Action::Witness(WitnessAction {
                    peer: agency.clone(),
                    old: core::mem::replace(shown, size),
                    size,
                    checkpoint: round.head.note.to_vec(),
                }));
            }
        }
    }

    fn remember_round(&mut self, effects: &mut Effects) {
        let quorum = usize::from(self.persona.witness_quorum);
        let Rounds { round: Some(round), quorate, since, .. } = &mut self.rounds else { return };
        if !core::mem::take(&mut round.news) {
            return;
        }
        let record = |gathered| CosignedRecord { gathered, ..round.record() };
        effects.remember(Record::Cosigned(record(Gathered::Round)));
        // spec: wit-3
        if round.cosigners.len() >= quorum {
            if quorate.is_none() {
                effects.remember(Record::Cosigned(record(Gathered::First)));
            }
            effects.remember(Record::Cosigned(record(Gathered::Quorate)));
            *quorate = Some(record(Gathered::Quorate));
            *since = round.outgrown;
        }
    }

    /// Shows the newest quorate checkpoint to each peer that holds receipts of ours and has not seen it.
    // spec: wit-6
    fn name_lifts(&mut self, effects: &mut Effects) {
        let Some(quorate) = &self.rounds.quorate else { return };
        let times = quorate.cosigners.iter().map(|cosigner| cosigner.at);
        let at = times.max().unwrap_or(Timestamp::from_millis(0));
        let knows = |(size, shown): (TreeSize, Timestamp)| {
            size > quorate.size || (size == quorate.size && at < shown.after(FRESHER))
        };
        for (agency, peer) in &mut self.peers {
            let Connection::Up { shown } = &mut peer.connection else { continue };
            let has_receipts = peer.inbound.cursor().get() > 0;
            if !has_receipts || peer.witness.lifted.is_some_and(knows) {
                continue;
            }
            peer.witness.lifted = Some((quorate.size, at));
            effects.act(Action::Lift(LiftAction {
                peer: agency.clone(),
                from: *shown,
                size: quorate.size,
                note: quorate.note.to_vec(),
            }));
            *shown = quorate.size.max(*shown);
        }
    }
}

impl Rounds {
    /// Keeps the time from which on leaves wait for a quorum.
    fn note_growth(&mut self, head: Option<&HeadRecord>, now: Timestamp) {
        let Some(head) = head else { return };
        if self.quorate.as_ref().is_none_or(|quorate| quorate.size < head.size) {
            // A clock that went back does not put off the bound: it counts from now at the latest.
            self.since = Some(self.since.map_or(now, |since| since.min(now)));
        }
        if let Some(round) = &mut self.round
            && round.head.size < head.size
        {
            round.outgrown.get_or_insert(now);
        }
    }
}

impl Round {
    /// Puts a cosignature under the note. A member has one line there, the last one that it gave: with a line for each
    /// of its keys it could fill the note, and leave no room for others.
    // spec: wit-4, wit-18
    fn take(&mut self, cosignature: &VerifiedCosignature, at: Timestamp) -> Result<(), Fault> {
        let (witness, key) = (cosignature.witness(), cosignature.key());
        let other = self.keys.get(witness).filter(|known| *known != key);
        let room = match other {
            Some(other) => note::drop_line(&self.note, other).map_err(|_| Fault::Unencodable)?,
            None => self.note.to_vec(),
        };
        let note = note::add_line(&room, cosignature.line(), key);
        let note = note.map_err(|_| Fault::Unencodable)?;
        if note == *self.note {
            return Ok(());
        }
        self.note = ByteBuf::from(note);
        self.cosigners.insert(witness.clone(), at);
        self.keys.insert(witness.clone(), key.clone());
        self.news = true;
        Ok(())
    }

    fn record(&self) -> CosignedRecord {
        let cosigners = self.cosigners.iter();
        CosignedRecord {
            gathered: Gathered::Round,
            size: self.head.size,
            root: self.head.root,
            note: self.note.clone(),
            cosigners: cosigners
                .map(|(witness, at)| CosignerRecord { witness: witness.clone(), at: *at })
                .collect(),
        }
    }
}

/// The newest note of the own log with a quorum.
pub(super) fn newest_quorate(notes: &[CosignedRecord]) -> Option<&CosignedRecord> {
    let quorate = notes.iter().filter(|note| note.gathered == Gathered::Quorate);
    quorate.max_by_key(|note| note.size)
}

/// Whether what was checked against `held` continues what is held now.
fn continues(peer: &Peer, held: Option<Held>) -> bool {
    let now = peer.held.as_ref().map(|now| Held { size: now.size, root: now.root });
    matches!(peer.connection, Connection::Up { .. }) && held == now
}
