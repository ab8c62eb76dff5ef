//! Whether the node may sign: greetings are judged here, and a doubt about one's own log begins and ends here.
//!
//! Every peer that greets says what it holds of our log, under our own signature. A checkpoint that is newer than ours
//! or has another root proves that our data are not the newest; that many peers hold none is how a doubt ends.
//!
//! Absent on purpose: healing. What mirrors give back is checked and stored by the host while this engine stands still;
//! the node then starts again.

use alloc::collections::BTreeMap;

use serde_bytes::ByteBuf;

use crate::crypto::digest::Digest;
use crate::engine::Connection;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Phase;
use crate::engine::effects::Action;
use crate::engine::effects::Effects;
use crate::engine::input::MetPeer;
use crate::engine::input::Start;
use crate::engine::record::ModeRecord;
use crate::engine::record::PeerHeadRecord;
use crate::engine::record::Record;
use crate::ids::AgencyId;
use crate::ids::StaffNumber;
use crate::ids::TreeSize;
use crate::link::outbound::CursorError;
use crate::log::checkpoint::SignedCheckpoint;
use crate::log::leaf::Doubt;
use crate::log::leaf::Leaf;
use crate::log::leaf::Resumption;
use crate::moment::Moment;
use crate::registry::CloseCode;
use crate::wire::receipt::Held;
use crate::wire::witness;
use crate::wire::witness::Misfit;

/// What a peer said of our log since this start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// The largest checkpoint of ours that it holds or mirrors; `None` when it holds none.
    pub shown: Option<(TreeSize, Digest)>,
    /// The size up to which it mirrors our log; `None` when it does not.
    pub mirrored: Option<TreeSize>,
}

impl Engine {
    /// Greetings went both ways: a newer or different checkpoint of our own log stops everything.
    pub(super) fn met(
        &mut self,
        moment: &Moment,
        met: &MetPeer,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let agency = met.met.peer().clone();
        if !self.peers.contains_key(&agency) {
            effects.act(Action::Close { peer: agency, code: CloseCode::UnknownKey });
            return Ok(());
        }
        let shown = match (self.judge_shown(met), &self.mode) {
            (Ok(shown), _) => shown,
            (Err(other), ModeRecord::Quarantined(known)) => {
                if other.size > known.size {
                    self.mode = ModeRecord::Quarantined(other);
                    effects.remember(Record::Mode(self.mode.clone()));
                }
                TreeSize::new(0)
            }
            (Err(other), _) => {
                self.quarantine(other, effects);
                return Ok(());
            }
        };
        // A doubt in quarantine ends otherwise, and there every answer is of use.
        if self.mode != ModeRecord::Probing || self.vouches(&agency, met) {
            self.heard.insert(agency.clone(), heard(met));
        }
        self.remember_shown(&agency, met, effects);
        self.connect(&agency, met, shown, effects);
        self.open_if_decided(moment, effects)
    }

    /// Whether a peer that shows nothing newer of our log knows of nothing newer at all: one that has settled numbers
    /// which our data never used holds messages that they lost, and a log that signs again would fork.
    // spec: bak-10
    fn vouches(&self, agency: &AgencyId, met: &MetPeer) -> bool {
        let cursor = met.met.cursor();
        let out = self.peers.get(agency).map(|peer| &peer.out);
        !out.is_some_and(|out| out.lacks(cursor.epoch, cursor.number))
    }

    /// The size of our newest checkpoint that the peer holds, or the proof that our log was rolled back or forked.
    // spec: eng-2
    // spec: rst-6
    fn judge_shown(&self, met: &MetPeer) -> Result<TreeSize, PeerHeadRecord> {
        let held = met.met.shown();
        let mirrored = met.met.mirrored().map(|(_, mirrored)| mirrored);
        let wrong = [(held, met.root_then), (mirrored, met.root_mirrored)].into_iter();
        let wrong =
            wrong.filter_map(|(shown, then)| shown.filter(|shown| !self.has_signed(shown, then)));
        match wrong.max_by_key(|shown| shown.checkpoint().size) {
            Some(newest) => Err(proof(met.met.peer(), newest)),
            None => Ok(held.map_or(TreeSize::new(0), |shown| shown.checkpoint().size)),
        }
    }

    /// Whether a checkpoint that bears our signature lies on our own log; `root_then` is our root at its size.
    pub(super) fn has_signed(&self, shown: &SignedCheckpoint, root_then: Option<Digest>) -> bool {
        let head = shown.checkpoint();
        let signed = self.head.as_ref().map_or(TreeSize::new(0), |head| head.size);
        head.size <= signed && root_then == Some(head.root)
    }

    /// Takes a link into use: whole when both sides sign, restricted when one does not.
    // spec: rst-5
    fn connect(
        &mut self,
        agency: &AgencyId,
        met: &MetPeer,
        shown: TreeSize,
        effects: &mut Effects,
    ) {
        let ours = met.met.our_log() == self.persona.log_number;
        let in_doubt = self.mode.standing().is_some() || met.met.standing().is_some();
        let Some(peer) = self.peers.get_mut(agency) else { return };
        let held = peer.held.as_ref().map(|held| Held { size: held.size, root: held.root });
        if let Some(own) = met.met.own().filter(|own| witness::contradicts(own.checkpoint(), held))
        {
            // spec: wire-48
            return self.misfit(agency, Misfit::Root { shown: own.clone() }, effects);
        }
        peer.witness.reset();
        // spec: wire-65
        let closed = in_doubt || !ours || met.met.log() != peer.log;
        peer.due.clear();
        peer.standing = met.met.standing();
        peer.out.pause();
        let cursor = met.met.cursor();
        peer.connection = match (closed, peer.out.resume(cursor.epoch, cursor.number)) {
            (false, Ok(())) => {
                peer.witness.met = true;
                Connection::Up { shown }
            }
            // The peer was rolled back and does not know it yet: our greeting tells it, if it is heard.
            (false, Err(CursorError::Forgot)) => Connection::Restricted,
            (false, Err(CursorError::Ahead | CursorError::Epoch)) => {
                effects.act(Action::Close { peer: agency.clone(), code: CloseCode::Gap });
                Connection::Down
            }
            (true, _) => {
                peer.out.pause();
                Connection::Restricted
            }
        };
    }

    pub(super) fn quarantine(&mut self, newer: PeerHeadRecord, effects: &mut Effects) {
        effects.act(Action::Quarantine { peer: newer.peer.clone(), size: newer.size });
        let shown = Some((newer.size, newer.root));
        self.heard.insert(newer.peer.clone(), Heard { shown, mirrored: None });
        self.mode = ModeRecord::Quarantined(newer);
        effects.remember(Record::Mode(self.mode.clone()));
        self.disconnect_all();
    }

    /// Every connection is made again: what may pass on it has changed.
    fn disconnect_all(&mut self) {
        for peer in self.peers.values_mut() {
            peer.disconnect();
        }
    }

    /// The connection is gone; what was offered on it and not settled is offered again on the next one.
    pub(super) fn lost(&mut self, agency: &AgencyId) {
        if let Some(peer) = self.peers.get_mut(agency) {
            peer.disconnect();
        }
    }

    /// The host has waited for greetings long enough; the node signs from here on unless it is in doubt.
    pub(super) fn start(
        &mut self,
        moment: &Moment,
        start: &Start,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        if self.phase == Phase::Waiting {
            self.awaited = Some(start.clone());
        }
        self.open_if_decided(moment, effects)
    }

    /// Logs the start, and how a doubt ended, once there is none.
    fn open_if_decided(&mut self, moment: &Moment, effects: &mut Effects) -> Result<(), Fault> {
        let Some(start) = &self.awaited else { return Ok(()) };
        if self.phase == Phase::Started {
            return Ok(());
        }
        let started = Leaf::Started {
            at: moment.now,
            charter_version: start.charter_version,
            credential: self.persona.serial,
            probed: self.probed(),
        };
        let resumed = match &self.mode {
            ModeRecord::Quarantined(_) => return Ok(()),
            ModeRecord::Probing if self.heard.len() < self.answers_needed() => return Ok(()),
            // spec: rst-3
            ModeRecord::Probing => {
                Some((Doubt::Probing, Resumption::Probed, self.tree.size(), None))
            }
            ModeRecord::Healed { from } => {
                Some((Doubt::Quarantine, Resumption::Healed, *from, None))
            }
            ModeRecord::Overridden { from, officer } => {
                Some((Doubt::Probing, Resumption::Overridden, *from, Some(officer.clone())))
            }
            ModeRecord::Open => None,
        };
        self.append(&started, effects)?;
        if let Some(resumed) = resumed {
            self.resume(moment, resumed, effects)?;
        }
        self.phase = Phase::Started;
        self.log_revocations(moment, effects)
    }

    /// Logs that the node signs again, and makes the connections again on which it could say nothing. What it holds of the
    /// others' logs it may have from the witness file alone, and receipts will rest on it.
    // spec: rst-9, wit-12
    fn resume(
        &mut self,
        moment: &Moment,
        (after, how, from, officer): (Doubt, Resumption, TreeSize, Option<StaffNumber>),
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        self.append(&Leaf::Resumed { at: moment.now, after, how, from, officer }, effects)?;
        let greeted_as = self.mode.standing();
        self.mode = ModeRecord::Open;
        effects.remember(Record::Mode(ModeRecord::Open));
        let held = self.peers.values().filter_map(|peer| peer.held.clone());
        held.for_each(|held| effects.remember(Record::PeerHead(held)));
        if greeted_as.is_some() {
            effects.act(Action::Opened);
            self.disconnect_all();
        }
        Ok(())
    }

    /// Whether the peers have confirmed that our log is the newest. Source: spec rst-10.
    // spec: rst-10
    fn probed(&self) -> bool {
        self.heard.values().any(|heard| heard.shown.is_some())
            || self.heard.len() >= self.answers_needed()
    }

    /// Peers that must have been heard before a doubt ends: all but those that may be dishonest, and one at least.
    ///
    /// Source: spec rst-3.
    pub fn answers_needed(&self) -> usize {
        self.peers.len().saturating_sub(usize::from(self.persona.dishonest_max)).max(1)
    }

    /// What each peer said of our log since this start.
    pub fn heard(&self) -> &BTreeMap<AgencyId, Heard> {
        &self.heard
    }
}

/// What proves, in a peer's hands, that our log was rolled back or forked.
pub(super) fn proof(peer: &AgencyId, shown: &SignedCheckpoint) -> PeerHeadRecord {
    PeerHeadRecord {
        peer: peer.clone(),
        size: shown.checkpoint().size,
        root: shown.checkpoint().root,
        note: ByteBuf::from(shown.note().to_vec()),
    }
}

fn heard(met: &MetPeer) -> Heard {
    let head = |shown: &SignedCheckpoint| (shown.checkpoint().size, shown.checkpoint().root);
    let mirrored = met.met.mirrored().map(|(_, mirrored)| head(mirrored));
    Heard {
        shown: met.met.shown().map(head).into_iter().chain(mirrored).max(),
        mirrored: mirrored.map(|(size, _)| size),
    }
}
