//! The host of a node, in one thread: when it starts, what its writer does, what is done once it is durable.

use concord_node::host::accuse;
use concord_node::host::accuse::What;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Action;
use concord_protocol::engine::effects::Suspicion;
use concord_protocol::engine::record::PeerHeadRecord;
use concord_protocol::engine::record::Record;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::TreeSize;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::cosignature::Seconds;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::evidence::Told;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::witness::Misfit;
use concord_protocol::wire::witness::Witnessed;

use crate::life::Done;
use crate::life::Job;
use crate::life::Life;
use crate::life::WireId;
use crate::truth::Violation;
use crate::wire::Say;
use crate::wire::Stage;
use crate::world::Event;
use crate::world::GREETING_WAIT;
use crate::world::World;
use crate::world::seat::Cut;

impl World {
    /// Starts a node: recovery, then links, then the wait for greetings.
    pub(super) fn start(&mut self, seat: usize) -> Result<(), Violation> {
        self.seats[seat].starting = false;
        if self.seats[seat].life.is_some() {
            return Ok(());
        }
        self.seats[seat].lives += 1;
        let lives = self.seats[seat].lives;
        let life = match self.seats[seat].machine.start(self.bug) {
            Ok(life) => life,
            Err(_) if self.seats[seat].troubled => {
                self.die_of_trouble(seat);
                return Ok(());
            }
            Err(died)
                if self.truth.is_doubtful(self.seats[seat].place()) && died.lacks_records() =>
            {
                self.put_back_again(seat, &died.0);
                return Ok(());
            }
            Err(died) => {
                let what = format!("the node at {seat} does not start: {}", died.0);
                return Err(self.violation("sim-start", what));
            }
        };
        self.trace.note(self.now, "start", &[seat_number(seat), life.engine.tree().size().get()]);
        self.trace.say(self.now, || {
            format!(
                "start {seat}, {} leaves, {:?}, {:?}",
                life.engine.tree().size(),
                life.head,
                life.engine.mode()
            )
        });
        let place = self.seats[seat].place();
        self.truth.recovered((seat, place), &life).map_err(|what| self.broken(what))?;
        self.seats[seat].life = Some(life);
        self.soon(GREETING_WAIT, Event::Begin { seat, life: lives });
        let first = 500 + self.time(4_000);
        self.soon(first, Event::Round { seat, life: lives });
        for pair in self.pairs().into_iter().filter(|(a, b)| *a == place || *b == place) {
            let after = 5 + self.time(60);
            self.soon(after, Event::Dial { pair });
        }
        Ok(())
    }

    pub(super) fn begin(&mut self, seat: usize, life: u64) {
        if self.seats[seat].lives == life {
            self.post(seat, Job::Start);
        }
    }

    /// What comes round: witnessing, gossip, flushing.
    pub(super) fn round(&mut self, seat: usize, life: u64) {
        if self.seats[seat].lives != life || self.seats[seat].life.is_none() {
            return;
        }
        self.post(seat, Job::Witness);
        if self.chance.one_in(3) {
            self.post(seat, Job::Flush);
        }
        for peer in self.linked(seat) {
            self.tell_heads(seat, &peer);
        }
        let pause = if self.calm { 20_000 } else { 4_000 + 500 * seat_number(self.plan.size) };
        self.soon(pause, Event::Round { seat, life });
    }

    pub(super) fn post(&mut self, seat: usize, job: Job) {
        let Some(life) = &mut self.seats[seat].life else { return };
        life.post(job);
        self.wake(seat);
    }

    fn wake(&mut self, seat: usize) {
        // What it had to do may have ended in its death.
        if self.seats[seat].life.is_some() && !self.seats[seat].ticking {
            self.seats[seat].ticking = true;
            let after = 1 + self.time(4) + self.seats[seat].slow;
            let life = self.seats[seat].lives;
            self.soon(after, Event::Tick { seat, life });
        }
    }

    /// One group of a node's writer.
    pub(super) fn tick(&mut self, seat: usize, lives: u64) -> Result<(), Violation> {
        if self.seats[seat].lives != lives {
            return Ok(());
        }
        self.seats[seat].ticking = false;
        let now = self.clock(seat);
        let Some(life) = &mut self.seats[seat].life else { return Ok(()) };
        let done = match life.group(now, &mut self.chance) {
            Ok(done) => done,
            Err(died) => return self.died(seat, &died.0),
        };
        let size = life.engine.tree().size().get();
        let idle = life.is_idle();
        self.trace.note(self.now, "group", &[seat_number(seat), size]);
        let place = self.seats[seat].place();
        self.truth.committed((seat, place), &done.records).map_err(|what| self.broken(what))?;
        self.act(seat, done)?;
        if !idle {
            self.wake(seat);
        }
        self.let_through(seat)
    }

    /// A life that ended by itself: a broken disk may do that, nothing else.
    fn died(&mut self, seat: usize, words: &str) -> Result<(), Violation> {
        let planted = words.contains("planted");
        if !self.seats[seat].troubled && !planted {
            let what = format!("the node at {seat} ended by itself: {words}");
            return Err(self.violation("sim-alive", what));
        }
        self.trace.say(self.now, || format!("the node at {seat} ends: {words}"));
        self.die_of_trouble(seat);
        Ok(())
    }

    /// What a group allows, in order; a death between two effects may end it.
    fn act(&mut self, seat: usize, done: Done) -> Result<(), Violation> {
        let mut cut = self.seats[seat].cut.filter(|_| !done.actions.is_empty());
        let heads = heads_of(&done.records);
        for (peer, wire, opening) in done.greeted {
            self.greet(seat, &peer, wire, opening.greeting, opening.held)?;
        }
        for (peer, wire, up) in done.met {
            self.met(seat, &peer, wire, up);
        }
        if !heads.is_empty() {
            let me = self.seats[seat].machine.agency();
            self.pursue(seat, me, What::Heads(heads));
        }
        for action in done.actions {
            if self.is_cut(seat, &mut cut) {
                return Ok(());
            }
            self.act_on(seat, action)?;
            if self.seats[seat].life.is_none() {
                return Ok(());
            }
        }
        self.is_cut(seat, &mut cut);
        Ok(())
    }

    /// Counts one effect towards a death; the node dies when they have all been done.
    fn is_cut(&mut self, seat: usize, cut: &mut Option<Cut>) -> bool {
        match cut {
            None => false,
            Some(Cut { after: 0, power }) => {
                let (power, rest) = (*power, self.seats[seat].pause);
                self.trace.say(self.now, || format!("the node at {seat} dies between effects"));
                self.kill(seat, power, rest);
                true
            }
            Some(cut) => {
                cut.after -= 1;
                false
            }
        }
    }

    #[expect(clippy::too_many_lines, reason = "a table: one deed for each action")]
    fn act_on(&mut self, seat: usize, action: Action) -> Result<(), Violation> {
        match action {
            Action::Answer(ticket, answer) => {
                let errand = self.seats[seat].life.as_mut().and_then(|life| life.errand(ticket));
                match errand {
                    Some(errand) => self.answered(errand, &answer),
                    None => Ok(()),
                }
            }
            Action::Offer(offer) => self.say(seat, &offer.peer.clone(), Say::Offer(offer)),
            Action::Receipt(receipt) => {
                self.say(seat, &receipt.peer.clone(), Say::Receipt(receipt))
            }
            Action::Witness(ask) => self.say(seat, &ask.peer.clone(), Say::Witness(ask)),
            Action::Lift(lift) => self.say(seat, &lift.peer.clone(), Say::Lift(lift)),
            Action::Cosign(ask) => {
                let now = Seconds::of(self.clock(seat));
                let Some(life) = &mut self.seats[seat].life else { return Ok(()) };
                let answer = life.witness.cosign(&[&ask], now).remove(0);
                if let Witnessed::Cosigned { .. } = &answer {
                    self.cosigned(seat, &ask.peer, ask.checkpoint.checkpoint())?;
                }
                if life_has_failed(self.seats[seat].life.as_ref()) {
                    return self.died(seat, "write the witness file");
                }
                self.say(seat, &ask.peer, Say::Frame(Frame::Witnessed(answer)))
            }
            Action::Decline { peer, code } => {
                let answer = Witnessed::Refused { code };
                self.say(seat, &peer, Say::Frame(Frame::Witnessed(answer)))
            }
            Action::Close { peer, code } => {
                self.close(seat, &peer, code);
                Ok(())
            }
            Action::Misfit { held, misfit } => {
                let peer = held.peer.clone();
                self.pursue(seat, &peer, What::Misfit(Box::new(pair_of(&held, misfit))));
                Ok(())
            }
            Action::Suspect(suspicion) => {
                let (Suspicion::Number { peer, .. } | Suspicion::Id { peer, .. }) = &suspicion;
                let peer = peer.clone();
                self.pursue(seat, &peer, What::Suspicion(suspicion));
                Ok(())
            }
            Action::Evidence { accused, kind, .. } => {
                self.trace
                    .say(self.now, || format!("{seat} holds evidence against {accused}: {kind:?}"));
                let place = self.cast.place(&accused);
                self.truth.evidence(place, kind).map_err(|what| self.broken(what))
            }
            Action::Quarantine { peer, size } => {
                let place = self.seats[seat].place();
                self.trace
                    .say(self.now, || format!("{seat} is in quarantine: {peer} shows {size}"));
                self.truth.quarantined(place).map_err(|what| self.broken(what))?;
                self.close_all(seat, CloseCode::Quarantined);
                Ok(())
            }
            Action::Opened => {
                self.close_all(seat, CloseCode::StandingChanged);
                Ok(())
            }
            Action::Admitted(record) => {
                for peer in self.linked(seat) {
                    let frame = Frame::Credential(record.credential.clone());
                    self.say(seat, &peer, Say::Frame(frame))?;
                }
                Ok(())
            }
            Action::Settled { count, .. } => {
                self.truth.settled(count);
                Ok(())
            }
            Action::Destroy { .. }
            | Action::Proposed { .. }
            | Action::Approve { .. }
            | Action::Approved { .. }
            | Action::Succeeded(_)
            | Action::Revoked(_)
            | Action::Noticed(_)
            | Action::Staffed(_) => Ok(()),
        }
    }

    /// A witness cosigned: what it cosigned before lies on the same branch, as far as a living node knows it.
    fn cosigned(
        &mut self,
        seat: usize,
        owner: &AgencyId,
        head: &Checkpoint,
    ) -> Result<(), Violation> {
        let (place, of) = (self.seats[seat].place(), self.cast.place(owner));
        let branches: Vec<&Life> = self
            .seats
            .iter()
            .filter(|seat| seat.place() == of)
            .filter_map(|seat| seat.life.as_ref())
            .collect();
        let on_one_branch = |before: (TreeSize, Digest), next: (TreeSize, Digest)| {
            let has = |branch: &Life, head: (TreeSize, Digest)| branch.had(head.0) == Some(head.1);
            let known = branches.iter().any(|branch| has(branch, next));
            !known || branches.iter().any(|branch| has(branch, before) && has(branch, next))
        };
        let cosigned = self.truth.cosigned(place, owner, head, on_one_branch);
        cosigned.map_err(|what| self.broken(what))
    }

    /// The greeting is durable knowledge: it goes out.
    fn greet(
        &mut self,
        seat: usize,
        peer: &AgencyId,
        wire: WireId,
        greeting: Greeting,
        held: Option<concord_node::host::recall::HeldNote>,
    ) -> Result<(), Violation> {
        let Some(side) = self.side_of(seat, peer).filter(|side| side.1 == wire) else {
            return Ok(());
        };
        let (pair, _, end) = side;
        let wire = self.wires.get_mut(&pair).unwrap();
        wire.sides[end].stage = Stage::Greeted;
        wire.sides[end].held = held;
        self.send(seat, peer, &Frame::Greeting(greeting))?;
        self.let_through(seat)
    }

    /// The engine judged the other's greeting.
    fn met(&mut self, seat: usize, peer: &AgencyId, wire: WireId, up: Result<Passage, CloseCode>) {
        let Some(side) = self.side_of(seat, peer).filter(|side| side.1 == wire) else { return };
        match up {
            Err(code) => self.close(seat, peer, code),
            Ok(passage) => {
                let (pair, _, end) = side;
                let side = &mut self.wires.get_mut(&pair).unwrap().sides[end];
                side.stage = Stage::Up(passage);
                side.told.clear();
                self.trace.note(
                    self.now,
                    "up",
                    &[seat_number(seat), seat_number(self.cast.place(peer))],
                );
                self.tell_heads(seat, peer);
            }
        }
    }

    /// Tells a peer the checkpoints of third logs that moved since it was last told.
    fn tell_heads(&mut self, seat: usize, peer: &AgencyId) {
        let Some((pair, _, end)) = self.side_of(seat, peer) else { return };
        let Some(life) = &self.seats[seat].life else { return };
        let told = &mut self.wires.get_mut(&pair).unwrap().sides[end].told;
        let mut heads = Vec::new();
        for owner in life.engine.peers().filter(|owner| *owner != peer) {
            let Some(held) = life.engine.held(owner) else { continue };
            if told.get(owner).is_none_or(|before| *before < held.size) {
                told.insert(owner.clone(), held.size);
                heads.push(held.note.clone());
            }
        }
        if !heads.is_empty() {
            let talk = EvidenceTalk::Told(Told { heads, files: Vec::new() });
            // A connection that is not up yet is told when it is.
            drop(self.say(seat, peer, Say::Frame(Frame::Evidence(talk))));
        }
    }

    /// Follows a suspicion; what is proven goes to the writer.
    pub(super) fn pursue(&mut self, seat: usize, from: &AgencyId, what: What) {
        let Some(life) = &self.seats[seat].life else { return };
        for accusation in life.look_into(from, what) {
            let job = Job::Accused { accusation: Box::new(accusation), from: from.clone() };
            self.post(seat, job);
        }
    }

    pub(super) fn broken(&self, (invariant, what): (&'static str, String)) -> Violation {
        self.violation(invariant, what)
    }
}

/// Whether a witness could not write down what it cosigns; its node ends then.
fn life_has_failed(life: Option<&Life>) -> bool {
    life.is_some_and(|life| life.witness.file.has_failed())
}

pub(super) fn seat_number(seat: usize) -> u64 {
    u64::try_from(seat).unwrap()
}

/// What a misfit is held against.
fn pair_of(held: &PeerHeadRecord, misfit: Misfit) -> accuse::Misfit {
    let (note, path, old_root) = match misfit {
        Misfit::Root { shown } => (shown, Vec::new(), None),
        Misfit::Beginning { shown, old_root, path } => (shown, path, Some(old_root)),
    };
    accuse::Misfit { held: held.note.to_vec(), note: note.note().to_vec(), path, old_root }
}

/// The checkpoints that a batch takes for the newest of others' logs.
fn heads_of(records: &[Record]) -> Vec<Vec<u8>> {
    let head = |record: &Record| {
        if let Record::PeerHead(held) = record {
            return Some(held.note.to_vec());
        }
        if let Record::PeerCosigned(quorate) = record { Some(quorate.note.to_vec()) } else { None }
    };
    records.iter().filter_map(head).collect()
}
