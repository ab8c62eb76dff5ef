//! What is heard becomes jobs, as in the node's exchange: frames are judged by the protocol, and what does not hold
//! closes the connection with its code.

use std::sync::Arc;

use concord_node::host::accuse::What;
use concord_node::host::recall::HeldNote;
use concord_protocol::codec;
use concord_protocol::crypto::kem::SealingKeys;
use concord_protocol::engine::record::CredentialRecord;
use concord_protocol::identity::credential::VerifiedCredential;
use concord_protocol::ids::AgencyId;
use concord_protocol::log::checkpoint::Checkpoint;
use concord_protocol::log::checkpoint::SignedCheckpoint;
use concord_protocol::message::handling::Classification;
use concord_protocol::registry::CloseCode;
use concord_protocol::wire::evidence::EvidenceTalk;
use concord_protocol::wire::frame::Frame;
use concord_protocol::wire::frame::Passage;
use concord_protocol::wire::greeting;
use concord_protocol::wire::greeting::Greeting;
use concord_protocol::wire::greeting::Met;
use concord_protocol::wire::greeting::Standpoint;
use concord_protocol::wire::offer;
use concord_protocol::wire::offer::Judge;
use concord_protocol::wire::offer::Offer;
use concord_protocol::wire::receipt;
use concord_protocol::wire::receipt::Expected;
use concord_protocol::wire::receipt::Held;
use concord_protocol::wire::receipt::Receipt;
use concord_protocol::wire::witness;
use concord_protocol::wire::witness::Lift;
use concord_protocol::wire::witness::LiftError;
use concord_protocol::wire::witness::Objection;
use concord_protocol::wire::witness::Subject;
use concord_protocol::wire::witness::WitnessRefusal;
use concord_protocol::wire::witness::WitnessRequest;
use concord_protocol::wire::witness::Witnessed;
use concord_protocol::wire::witness::Witnesses;
use serde_bytes::ByteBuf;

use crate::life::Job;
use crate::life::Life;
use crate::machine::Machine;
use crate::truth::Violation;
use crate::wire::Say;
use crate::wire::Stage;
use crate::world::World;

/// What a frame leads to.
enum Heard {
    /// Work for the writer.
    Job(Job),
    /// An answer that needs no writer.
    Answer(Box<Frame>),
    /// Something to look into.
    Lead(Box<What>),
    Nothing,
}

impl World {
    /// A frame arrives at a node.
    pub(super) fn arrived(
        &mut self,
        seat: usize,
        from: &AgencyId,
        frame: Vec<u8>,
    ) -> Result<(), Violation> {
        let Some((pair, _, end)) = self.side_of(seat, from) else { return Ok(()) };
        let started = self.seats[seat].life.as_ref().is_some_and(|life| life.engine.started());
        let side = &mut self.wires.get_mut(&pair).unwrap().sides[end];
        match side.stage {
            Stage::Up(Passage::Whole) if !started => side.unheard.push_back(frame),
            Stage::Asked | Stage::Judging => side.unheard.push_back(frame),
            Stage::Greeted => return self.greeted(seat, from, &frame),
            Stage::Up(passage) => return self.heard(seat, from, passage, &frame),
        }
        Ok(())
    }

    /// The first frame is a greeting, or the connection ends.
    fn greeted(&mut self, seat: usize, from: &AgencyId, frame: &[u8]) -> Result<(), Violation> {
        let Ok(Frame::Greeting(greeting)) = codec::decode::<Frame>(frame) else {
            self.close(seat, from, CloseCode::BadFrame);
            return Ok(());
        };
        let life = self.seats[seat].life.as_ref().unwrap();
        match greeting::standpoint(&greeting, &life.directory) {
            Err(code) => {
                self.close(seat, from, code);
                return Ok(());
            }
            Ok(Standpoint::Other((version, _))) => {
                let newer = version > life.directory.charter().version();
                self.close(seat, from, CloseCode::CharterChanged);
                if newer {
                    self.adopt(seat);
                }
                return Ok(());
            }
            Ok(Standpoint::Same) => {}
        }
        self.meet(seat, from, greeting)
    }

    fn meet(&mut self, seat: usize, from: &AgencyId, heard: Greeting) -> Result<(), Violation> {
        let life = self.seats[seat].life.as_ref().unwrap();
        let me = &life.engine.persona().agency;
        let (own, before) = (heard.own_head.clone(), life.engine.held(from).map(|held| held.size));
        let met = match greeting::meet(heard, &life.directory, from, me) {
            Ok(met) => met,
            Err(code) => {
                self.close(seat, from, code);
                return Ok(());
            }
        };
        let lacking = lacking(life, &met);
        if let Some(note) = own {
            self.pursue(seat, from, What::Own { note: note.into_vec(), before });
        }
        let Some((pair, wire, end)) = self.side_of(seat, from) else { return Ok(()) };
        let side = &mut self.wires.get_mut(&pair).unwrap().sides[end];
        side.stage = Stage::Judging;
        side.unsaid.extend(lacking.into_iter().map(Say::Frame));
        self.post(seat, Job::Met { met: Box::new(met), wire });
        Ok(())
    }

    fn heard(
        &mut self,
        seat: usize,
        from: &AgencyId,
        passage: Passage,
        frame: &[u8],
    ) -> Result<(), Violation> {
        let frame = codec::decode::<Frame>(frame).ok().filter(|frame| frame.may_pass(passage));
        let heard = match frame {
            None => Err(CloseCode::BadFrame),
            Some(frame) => self.judge(seat, from, frame),
        };
        match heard {
            Ok(Heard::Job(job)) => {
                self.post(seat, job);
                Ok(())
            }
            Ok(Heard::Answer(answer)) => self.say(seat, from, Say::Frame(*answer)),
            Ok(Heard::Lead(what)) => {
                self.pursue(seat, from, *what);
                Ok(())
            }
            Ok(Heard::Nothing) => Ok(()),
            Err(code) => {
                self.close(seat, from, code);
                Ok(())
            }
        }
    }

    fn judge(&mut self, seat: usize, from: &AgencyId, frame: Frame) -> Result<Heard, CloseCode> {
        match frame {
            Frame::Offer(offered) => self.offered(seat, from, offered),
            Frame::Receipt(receipt) => self.receipted(seat, from, receipt),
            Frame::Witness(request) => Ok(self.witnessing(seat, from, &request)?),
            Frame::Witnessed(answer) => self.witnessed(seat, from, answer),
            Frame::Lift(lift) => self.lifted(seat, from, &lift),
            Frame::Credential(bytes) => Ok(self.credential(seat, bytes)),
            Frame::Evidence(EvidenceTalk::Told(told)) => {
                let heads = told.heads.into_iter().map(ByteBuf::into_vec).collect();
                Ok(Heard::Lead(Box::new(What::Heads(heads))))
            }
            Frame::Ping(number) => Ok(Heard::Answer(Box::new(Frame::Pong(number)))),
            Frame::Evidence(_)
            | Frame::Pong(_)
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
            | Frame::Keyed(_) => Ok(Heard::Nothing),
            Frame::Greeting(_) => Err(CloseCode::BadFrame),
        }
    }

    fn offered(&self, seat: usize, from: &AgencyId, offered: Offer) -> Result<Heard, CloseCode> {
        let life = self.seats[seat].life.as_ref().unwrap();
        let judge = Judge {
            directory: &life.directory,
            me: &life.engine.persona().agency,
            sealing: &keyring(&self.seats[seat].machine),
            now: self.clock(seat),
            tolerance: Self::tolerance(),
            claimed: None,
            cleared: Classification::Confidential,
        };
        let offer = Box::new(offer::verify(offered, from, &judge)?);
        Ok(Heard::Job(Job::Offered { peer: from.clone(), offer }))
    }

    fn receipted(
        &mut self,
        seat: usize,
        from: &AgencyId,
        receipt: Receipt,
    ) -> Result<Heard, CloseCode> {
        let held = self.held(seat, from);
        let life = self.seats[seat].life.as_ref().unwrap();
        let log = life.directory.log_in_force(from).ok_or(CloseCode::UnknownKey)?;
        let me = &life.engine.persona().agency;
        let expected = Expected { origin: &log.origin, log_keys: &log.keys, me, held };
        match receipt::verify(&receipt, &expected) {
            Ok(verified) => {
                self.now_held(seat, from, verified.checkpoint());
                let receipt = Box::new(verified);
                Ok(Heard::Job(Job::Receipted { peer: from.clone(), receipt }))
            }
            Err(_) => {
                self.pursue(seat, from, What::Receipt(Box::new(receipt)));
                Err(CloseCode::BadReceipt)
            }
        }
    }

    fn witnessing(
        &mut self,
        seat: usize,
        from: &AgencyId,
        request: &WitnessRequest,
    ) -> Result<Heard, CloseCode> {
        let held = self.held(seat, from);
        let life = self.seats[seat].life.as_ref().unwrap();
        let log = life.directory.log_in_force(from).ok_or(CloseCode::UnknownKey)?;
        let subject = Subject { origin: &log.origin, log_keys: &log.keys, held };
        let peer = from.clone();
        let answer = |answer| Heard::Answer(Box::new(Frame::Witnessed(answer)));
        Ok(match witness::judge(request, &subject) {
            Ok(verified) => {
                self.now_held(seat, from, verified.checkpoint());
                Heard::Job(Job::Witnessing { peer, verified: Box::new(verified) })
            }
            Err(Objection::Refused(code)) => answer(Witnessed::Refused { code }),
            Err(Objection::Conflict) => {
                let checkpoint = self.held_note(seat, from).map(ByteBuf::from);
                answer(Witnessed::Conflict { checkpoint })
            }
            Err(Objection::Misfit(misfit)) => {
                self.refuse(seat, from)?;
                Heard::Job(Job::Misfit { peer, misfit })
            }
        })
    }

    /// Whoever has two histories is cosigned no more.
    fn refuse(&mut self, seat: usize, peer: &AgencyId) -> Result<(), CloseCode> {
        let refused = Witnessed::Refused { code: WitnessRefusal::Condemned };
        let said = self.say(seat, peer, Say::Frame(Frame::Witnessed(refused)));
        said.map_err(|_| CloseCode::Stopping)
    }

    fn witnessed(
        &self,
        seat: usize,
        from: &AgencyId,
        answer: Witnessed,
    ) -> Result<Heard, CloseCode> {
        let life = self.seats[seat].life.as_ref().unwrap();
        let peer = from.clone();
        let me = &life.engine.persona().agency;
        Ok(Heard::Job(match answer {
            Witnessed::Cosigned { size, line } => {
                let root = life.had(size).ok_or(CloseCode::BadWitness)?;
                let origin = life.engine.persona().origin.clone();
                let own = Checkpoint { origin, size, root };
                let checked = witness::cosigned(own, (from, &line), &life.directory);
                Job::Cosigned(Box::new(checked.map_err(|_| CloseCode::BadWitness)?))
            }
            Witnessed::Conflict { checkpoint: None } => Job::Shown { peer, shown: None },
            Witnessed::Conflict { checkpoint: Some(note) } => {
                let shown = greeting::own_checkpoint(&note, &life.directory, me)?;
                Job::Shown { peer, shown: shown.map(Box::new) }
            }
            Witnessed::Refused { code } => Job::Declined { peer, code },
        }))
    }

    fn lifted(&mut self, seat: usize, from: &AgencyId, lift: &Lift) -> Result<Heard, CloseCode> {
        let held = self.held(seat, from);
        let life = self.seats[seat].life.as_ref().unwrap();
        let log = life.directory.log_in_force(from).ok_or(CloseCode::UnknownKey)?;
        let subject = Subject { origin: &log.origin, log_keys: &log.keys, held };
        let peer = from.clone();
        let newer =
            |shown: &SignedCheckpoint| held.is_none_or(|held| held.size < shown.checkpoint().size);
        match witness::lifted(lift, &subject, &Witnesses::of(&life.directory, from)) {
            Ok(lift) => {
                if newer(lift.checkpoint()) {
                    self.now_held(seat, from, lift.checkpoint());
                }
                Ok(Heard::Job(Job::Lifted { peer, lift: Box::new(lift) }))
            }
            Err(LiftError::Misfit(misfit)) => {
                self.refuse(seat, from)?;
                Ok(Heard::Job(Job::Misfit { peer, misfit }))
            }
            Err(LiftError::NoQuorum { shown, .. }) => {
                if newer(&shown) {
                    self.now_held(seat, from, &shown);
                }
                Ok(Heard::Nothing)
            }
            Err(LiftError::Revoked) => Ok(Heard::Nothing),
            Err(LiftError::Checkpoint | LiftError::WrongBase | LiftError::Inconsistent) => {
                Err(CloseCode::BadWitness)
            }
        }
    }

    fn credential(&self, seat: usize, bytes: ByteBuf) -> Heard {
        let life = self.seats[seat].life.as_ref().unwrap();
        let Ok(verified) = life.directory.verify(&bytes) else { return Heard::Nothing };
        let (agency, serial) = (verified.agency().clone(), verified.serial());
        let known = life.directory.with_serial(&agency, serial).is_some();
        if known || agency == life.engine.persona().agency {
            return Heard::Nothing;
        }
        Heard::Job(Job::Admit(CredentialRecord { agency, serial, credential: bytes }))
    }

    /// What this connection holds of the peer's log.
    fn held(&self, seat: usize, peer: &AgencyId) -> Option<Held> {
        let (pair, _, end) = self.side_of(seat, peer)?;
        self.wires[&pair].sides[end].held.as_ref().map(|held| held.held)
    }

    fn held_note(&self, seat: usize, peer: &AgencyId) -> Option<Vec<u8>> {
        let (pair, _, end) = self.side_of(seat, peer)?;
        self.wires[&pair].sides[end].held.as_ref().map(|held| held.note.clone())
    }

    /// From now on, every path starts here.
    fn now_held(&mut self, seat: usize, peer: &AgencyId, newest: &SignedCheckpoint) {
        let Some((pair, _, end)) = self.side_of(seat, peer) else { return };
        let head = newest.checkpoint();
        let held = Held { size: head.size, root: head.root };
        let note = HeldNote { held, note: newest.note().to_vec() };
        self.wires.get_mut(&pair).unwrap().sides[end].held = Some(note);
    }
}

/// The sealing keys that a node holds.
fn keyring(machine: &Machine) -> SealingKeys {
    let held = &machine.cast.papers[machine.place].generations[..machine.generations];
    SealingKeys::new(held.iter().map(|one| Arc::clone(&one.sealing)).collect())
}

/// Credentials that the peer's greeting showed it to lack: all of one's own, and others' newest.
fn lacking(life: &Life, met: &Met) -> Vec<Frame> {
    let me = &life.engine.persona().agency;
    let lacks = |known: &&VerifiedCredential| {
        let (agency, serial) = (known.agency(), known.serial());
        let newest = life.directory.newest(agency).map(VerifiedCredential::serial) == Some(serial);
        let held = met.known().iter().find(|held| held.agency == *agency);
        agency == me || (newest && held.is_none_or(|held| held.serial < serial))
    };
    let lacking = life.directory.credentials().filter(lacks);
    lacking.map(|known| Frame::Credential(ByteBuf::from(known.bytes().to_vec()))).collect()
}
