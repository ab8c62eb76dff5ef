//! Connections: made, lost, and what travels on them.

use std::collections::VecDeque;

use concord_node::host::frames;
use concord_node::host::frames::Own;
use concord_protocol::codec;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::leaf::Doubt;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use harness::chance::Chance;
use serde_bytes::ByteBuf;

use crate::life::Job;
use crate::life::Life;
use crate::life::WireId;
use crate::truth::Violation;
use crate::wire::Parcel;
use crate::wire::Say;
use crate::wire::Stage;
use crate::wire::Wire;
use crate::world::Event;
use crate::world::Pair;
use crate::world::World;
use crate::world::host::seat_number;

/// Longest pause between two tries to connect, as a power of two of 100 milliseconds.
const PAUSE_MAX: u32 = 5;

impl World {
    /// Two places try to connect: both must run, hear each other, and know each other's keys.
    pub(super) fn dial(&mut self, pair: Pair) -> Result<(), Violation> {
        if self.wires.contains_key(&pair) {
            return Ok(());
        }
        let (a, b) = pair;
        let seats = [self.seat_for(a, b), self.seat_for(b, a)];
        let runs = seats.iter().all(|seat| self.seats[*seat].life.is_some());
        if !runs || self.blocked.contains_key(&(a, b)) || self.blocked.contains_key(&(b, a)) {
            // Whoever starts or heals dials again.
            return Ok(());
        }
        let known = [self.knows(seats[0], seats[1]), self.knows(seats[1], seats[0])];
        if known != [true, true] {
            self.again_later(pair);
            return Ok(());
        }
        let id = self.next_wire();
        let lives = seats.map(|seat| (seat, self.seats[seat].lives));
        self.truth.connected();
        self.trace.note(self.now, "dial", &[seat_number(a), seat_number(b)]);
        self.wires.insert(pair, Wire::new(id, lives));
        for (seat, other) in [(seats[0], b), (seats[1], a)] {
            let peer = self.cast.agencies[other].clone();
            self.post(seat, Job::Greet { peer, wire: id });
        }
        Ok(())
    }

    /// Whether a node may be connected with another by the key that the other shows; a stranger introduces itself.
    fn knows(&mut self, seat: usize, other: usize) -> bool {
        let now = self.clock(seat);
        let (agency, keys) = (self.seats[other].machine.agency(), self.seats[other].machine.keys());
        let life = self.seats[seat].life.as_ref().unwrap();
        let key = keys.transport_public();
        if life.directory.may_connect((agency, &key), now, Self::tolerance()).is_ok() {
            return true;
        }
        let record = CredentialRecord {
            agency: agency.clone(),
            serial: keys.serial,
            credential: ByteBuf::from(keys.credential.clone()),
        };
        self.post(seat, Job::Admit(record));
        false
    }

    /// Tries again after a pause that grows.
    pub(super) fn again_later(&mut self, pair: Pair) {
        let tries = self.dials.entry(pair).or_default();
        *tries = (*tries + 1).min(PAUSE_MAX);
        let pause = 100 << *tries;
        let spread = self.time(100);
        self.soon(pause + spread, Event::Dial { pair });
    }

    /// The connection of a seat with a peer: the pair, its id, and which end the seat is.
    pub(super) fn side_of(&self, seat: usize, peer: &AgencyId) -> Option<(Pair, WireId, usize)> {
        let (place, other) = (self.seats[seat].place(), self.cast.place(peer));
        let pair = (place.min(other), place.max(other));
        let wire = self.wires.get(&pair)?;
        let end = usize::from(place > other);
        let lives = self.seats[seat].lives;
        (wire.sides[end].seat == seat && wire.sides[end].life == lives)
            .then_some((pair, wire.id, end))
    }

    /// The peers that a seat has a connection with on which something may pass.
    pub(super) fn linked(&self, seat: usize) -> Vec<AgencyId> {
        let agencies = self.cast.agencies.iter();
        let up = |peer: &&AgencyId| {
            **peer != *self.seats[seat].machine.agency()
                && self.side_of(seat, peer).is_some_and(|(pair, _, end)| {
                    matches!(self.wires[&pair].sides[end].stage, Stage::Up(_))
                })
        };
        agencies.filter(up).cloned().collect()
    }

    /// Says something to a peer, now or once it may be said; on no connection it is not said.
    pub(super) fn say(&mut self, seat: usize, peer: &AgencyId, say: Say) -> Result<(), Violation> {
        let Some((pair, _, end)) = self.side_of(seat, peer) else { return Ok(()) };
        let started = self.seats[seat].life.as_ref().is_some_and(|life| life.engine.started());
        let side = &mut self.wires.get_mut(&pair).unwrap().sides[end];
        match side.stage {
            Stage::Up(passage) if passage == Passage::Restricted || started => {
                if !say.may_pass(passage) {
                    self.close(seat, peer, CloseCode::StandingChanged);
                    return Ok(());
                }
                self.speak(seat, peer, say)
            }
            Stage::Up(_) => {
                side.unsaid.push_back(say);
                Ok(())
            }
            // The engine names nothing for a link that is not up.
            Stage::Asked | Stage::Greeted | Stage::Judging => Ok(()),
        }
    }

    /// Makes the frame from what is durable, and sends it.
    fn speak(&mut self, seat: usize, peer: &AgencyId, say: Say) -> Result<(), Violation> {
        let Some(life) = &self.seats[seat].life else { return Ok(()) };
        let tree = life.engine.tree();
        let made = match say {
            Say::Frame(frame) => return self.send(seat, peer, &frame),
            Say::Offer(action) => {
                let offer = frames::offer(&own(life), action);
                offer.map_err(|error| format!("{error:?}"))
            }
            Say::Receipt(action) => {
                frames::receipt(&life.reader, tree, &action).map_err(|error| error.to_string())
            }
            Say::Witness(action) => {
                frames::witness(&life.reader, tree, &action).map_err(|error| error.to_string())
            }
            Say::Lift(action) => {
                frames::lift(&life.reader, tree, &action).map_err(|error| error.to_string())
            }
        };
        match made {
            Ok(frame) => self.send_bytes(seat, peer, frame),
            Err(_) if self.truth.may_have_lost(self.seats[seat].place()) => {
                self.close(seat, peer, CloseCode::Stopping);
                Ok(())
            }
            Err(why) => {
                let what = format!("the node at {seat} cannot say what it owes {peer}: {why}");
                Err(self.violation("sim-held", what))
            }
        }
    }

    pub(super) fn send(
        &mut self,
        seat: usize,
        peer: &AgencyId,
        frame: &Frame,
    ) -> Result<(), Violation> {
        let bytes = codec::encode(frame).unwrap();
        self.send_bytes(seat, peer, bytes)
    }

    /// A frame leaves; what it shows of the node's own log is true for ever.
    fn send_bytes(
        &mut self,
        seat: usize,
        peer: &AgencyId,
        frame: Vec<u8>,
    ) -> Result<(), Violation> {
        let place = self.seats[seat].place();
        if !self.lies(place)
            && let Ok(said) = codec::decode::<Frame>(&frame)
        {
            let life = self.seats[seat].life.as_ref().unwrap();
            self.truth.said(place, &said, life).map_err(|what| self.broken(what))?;
        }
        for frame in self.distorted(seat, frame) {
            self.put(seat, peer, Parcel::Frame(frame));
        }
        Ok(())
    }

    /// Puts a parcel on its lane.
    fn put(&mut self, seat: usize, peer: &AgencyId, parcel: Parcel) {
        let Some((pair, id, end)) = self.side_of(seat, peer) else { return };
        if matches!(parcel, Parcel::Frame(_))
            && self.plan.network.breaks > 0
            && self.chance.one_in(self.plan.network.breaks)
        {
            self.lose(pair, None);
            return self.again_later(pair);
        }
        let delay = 1 + self.time(self.plan.network.delay);
        let now = self.now;
        let wire = self.wires.get_mut(&pair).unwrap();
        let at = (now + delay).max(wire.last[end]);
        wire.last[end] = at;
        wire.lanes[end].push_back(parcel);
        self.at(at, Event::Arrives { pair, wire: id, from: end });
    }

    /// A parcel arrives, or waits for a partition to heal.
    pub(super) fn arrives(&mut self, pair: Pair, id: WireId, from: usize) -> Result<(), Violation> {
        let ends = [pair.0, pair.1];
        if self.blocked.contains_key(&(ends[from], ends[1 - from])) {
            self.soon(1_000, Event::Arrives { pair, wire: id, from });
            return Ok(());
        }
        let rough = self.plan.network.rough;
        let rough = rough > 0 && self.chance.one_in(rough);
        let Some(wire) = self.wires.get_mut(&pair).filter(|wire| wire.id == id) else {
            return Ok(());
        };
        let lane = &mut wire.lanes[from];
        let Some(parcel) = lane.pop_front() else { return Ok(()) };
        let (seat, life) = (wire.sides[1 - from].seat, wire.sides[1 - from].life);
        let speaker = self.cast.agencies[ends[from]].clone();
        match parcel {
            Parcel::Close(code) => {
                self.closed(pair, seat, code);
                Ok(())
            }
            Parcel::Frame(frame) => {
                if rough && let Rough::Gone = roughen(lane, &frame, &mut self.chance) {
                    self.soon(1, Event::Arrives { pair, wire: id, from });
                    return Ok(());
                }
                if rough {
                    self.soon(1, Event::Arrives { pair, wire: id, from });
                }
                if self.seats[seat].lives == life {
                    self.arrived(seat, &speaker, frame)?;
                }
                Ok(())
            }
        }
    }

    /// One end closes: what it said before still arrives.
    pub(super) fn close(&mut self, seat: usize, peer: &AgencyId, code: CloseCode) {
        let Some((pair, _, _)) = self.side_of(seat, peer) else { return };
        self.trace.note(
            self.now,
            "close",
            &[seat_number(seat), seat_number(self.cast.place(peer))],
        );
        self.trace.say(self.now, || format!("{seat} closes with {peer}: {code:?}"));
        let places = (self.seats[seat].place(), self.cast.place(peer));
        if let Err(broken) = self.truth.closes(places, code) {
            self.odd = Some(self.broken(broken));
        }
        self.put(seat, peer, Parcel::Close(code));
        self.post(seat, Job::Lost { peer: peer.clone() });
        if let Some(wire) = self.wires.get_mut(&pair) {
            let end = usize::from(self.seats[seat].machine.place == pair.1);
            // Nothing more is heard here.
            wire.sides[end].life = u64::MAX;
            wire.lanes[1 - end].clear();
        }
    }

    pub(super) fn close_all(&mut self, seat: usize, code: CloseCode) {
        for peer in self.linked(seat) {
            self.close(seat, &peer, code);
        }
    }

    /// The other end hears that it is closed.
    fn closed(&mut self, pair: Pair, seat: usize, code: CloseCode) {
        self.trace.say(self.now, || format!("{seat} hears {code:?}"));
        self.lose(pair, None);
        self.again_later(pair);
    }

    /// A connection is gone: whoever is still there hears of it. One end may be the one that is gone.
    pub(super) fn lose(&mut self, pair: Pair, gone: Option<usize>) {
        let Some(wire) = self.wires.remove(&pair) else { return };
        let places = [pair.0, pair.1];
        for (end, side) in wire.sides.into_iter().enumerate() {
            if Some(side.seat) != gone && self.seats[side.seat].lives == side.life {
                let peer = self.cast.agencies[places[1 - end]].clone();
                self.post(side.seat, Job::Lost { peer });
            }
        }
    }

    /// A connection over which nothing passes is given up by both ends.
    pub(super) fn give_up(&mut self, pair: Pair, id: WireId) {
        let (a, b) = pair;
        let silent = self.blocked.contains_key(&(a, b)) || self.blocked.contains_key(&(b, a));
        if silent && self.wires.get(&pair).is_some_and(|wire| wire.id == id) {
            self.trace.say(self.now, || format!("{a} and {b} give up their connection"));
            self.lose(pair, None);
        }
    }

    /// What waited until this node had begun.
    pub(super) fn let_through(&mut self, seat: usize) -> Result<(), Violation> {
        let Some(life) = &self.seats[seat].life else { return Ok(()) };
        let (started, doubt) = (life.engine.started(), life.engine.mode().standing());
        let (cast, me) = (self.cast, self.seats[seat].machine.agency());
        for peer in cast.agencies.iter().filter(|peer| *peer != me) {
            let Some((pair, _, end)) = self.side_of(seat, peer) else { continue };
            let side = &mut self.wires.get_mut(&pair).unwrap().sides[end];
            match (side.stage, started, doubt) {
                (Stage::Up(Passage::Whole), false, Some(Doubt::Probing | Doubt::Quarantine)) => {
                    self.close(seat, peer, CloseCode::Quarantined);
                    continue;
                }
                (Stage::Up(Passage::Whole), false, None) | (Stage::Asked | Stage::Judging, ..) => {
                    continue;
                }
                (Stage::Up(_) | Stage::Greeted, ..) => {}
            }
            let unsaid = std::mem::take(&mut side.unsaid);
            let unheard = std::mem::take(&mut side.unheard);
            for say in unsaid {
                self.say(seat, peer, say)?;
            }
            for frame in unheard {
                self.arrived(seat, peer, frame)?;
            }
        }
        Ok(())
    }
}

/// What a transport that breaks its word does with a frame.
enum Rough {
    /// It does not arrive now.
    Gone,
    /// It arrives, and again.
    Twice,
}

/// The transport breaks its word: a frame is lost, or comes again, or behind the next one.
fn roughen(lane: &mut VecDeque<Parcel>, frame: &[u8], chance: &mut Chance) -> Rough {
    match chance.below(3) {
        0 => Rough::Gone,
        1 => {
            lane.push_front(Parcel::Frame(frame.to_vec()));
            Rough::Twice
        }
        _ => {
            let behind = lane.len().min(1);
            lane.insert(behind, Parcel::Frame(frame.to_vec()));
            Rough::Gone
        }
    }
}

/// What a node shows of itself in a frame.
fn own(life: &Life) -> Own<'_> {
    let head = life.engine.head();
    Own {
        reader: &life.reader,
        tree: life.engine.tree(),
        head: head.map_or((TreeSize::new(0), &[]), |head| (head.size, &head.note)),
        directory: &life.directory,
        me: &life.engine.persona().agency,
        serial: life.keys.serial,
    }
}
