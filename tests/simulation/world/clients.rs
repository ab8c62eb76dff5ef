//! What clients ask of nodes: a message to be sent, under a key of their own, until there is an answer.

use std::fs;
use std::sync::OnceLock;

use concord_protocol::codec::value::Value;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::envelope::seal;
use concord_protocol::envelope::seal::Draft;
use concord_protocol::envelope::seal::Recipients;
use concord_protocol::envelope::seal::Signed;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::message::recipient::Recipient;
use concord_protocol::message::recipient::Role;
use concord_protocol::message::submission::Submission;
use harness::letter;

use crate::kem::CheapKem;
use crate::life::Errand;
use crate::life::Job;
use crate::plan::Deed;
use crate::truth::Violation;
use crate::world::ASKS_AGAIN;
use crate::world::Event;
use crate::world::World;

/// What is said, and where.
pub(super) struct Saying<'a> {
    pub(super) submission: &'a Submission,
    pub(super) procedure: ProcedureId,
    pub(super) name: [u8; 10],
    /// The messages that it follows, and the version of the participants, unless it begins the procedure.
    pub(super) after: Option<(Vec<Digest>, u32)>,
}

/// The shortest message that begins a procedure, as the specification shows it.
pub(super) fn shortest() -> &'static Submission {
    static SHORTEST: OnceLock<Submission> = OnceLock::new();
    SHORTEST.get_or_init(|| {
        let file = harness::top().join("spec/examples/deconfliction-query.json");
        let tree: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        Submission::read(&tree).unwrap()
    })
}

impl World {
    /// A client asks, and asks again until it is answered.
    pub(super) fn ask(&mut self, errand: Errand) {
        let asked = self.errands[errand].clone();
        if asked.given_up {
            return;
        }
        if asked.answered.is_none() {
            self.soon(ASKS_AGAIN, Event::Ask { errand });
        }
        self.errands[errand].tries += 1;
        let seat = asked.author;
        let life = self.seats[seat].life.as_ref();
        let takes = life.is_some_and(|life| {
            let ample = life.store.room() == concord_node::store::reserve::Room::Ample;
            life.engine.started() && life.engine.mode().standing().is_none() && ample
        });
        if !takes {
            return;
        }
        if self.lies(seat) {
            return self.ask_a_liar(errand, &asked.to);
        }
        let name = self.name();
        let signed = match asked.deed {
            Deed::Tells => self.sealed(seat, &asked.to, name),
            Deed::Asks => self.request(seat, &asked.to, name),
            Deed::Answers => self.word(errand, name),
        };
        if let Some(signed) = signed {
            self.post(seat, Job::Submit { errand: Some(errand), signed: Box::new(signed) });
        }
    }

    /// Ten bytes that name something.
    pub(super) fn name(&mut self) -> [u8; 10] {
        let (a, b) = (self.chance.draw().to_be_bytes(), self.chance.draw().to_be_bytes());
        let mut name = [0; 10];
        name[..8].copy_from_slice(&a);
        name[8..].copy_from_slice(&b[..2]);
        name
    }

    /// The message that begins a procedure of its own, so that a liar can say two messages under one id.
    pub(super) fn sealed(&mut self, seat: usize, to: &[usize], name: [u8; 10]) -> Option<Signed> {
        let procedure = ProcedureId::new(self.clock(seat), self.name());
        let to = self.recipients(to, |_| Role::Action);
        self.signed(seat, to, Saying { submission: self.submission, procedure, name, after: None })
    }

    /// Places as recipients, each in the role for its rank.
    pub(super) fn recipients(&self, to: &[usize], role: impl Fn(usize) -> Role) -> Vec<Recipient> {
        let agency = |place: &usize| self.cast.agencies[*place].clone();
        let ranked = to.iter().enumerate();
        ranked.map(|(rank, place)| Recipient { agency: agency(place), role: role(rank) }).collect()
    }

    /// A message, sealed to its recipients and signed; `None` where a key is not known.
    pub(super) fn signed(
        &mut self,
        seat: usize,
        to: Vec<Recipient>,
        saying: Saying<'_>,
    ) -> Option<Signed> {
        let now = self.clock(seat);
        let seed = std::array::from_fn(|_| self.chance.draw().to_be_bytes()[0]);
        let life = self.seats[seat].life.as_ref()?;
        let names = (MessageId::new(now, saying.name), saying.procedure);
        let people = (self.seats[seat].machine.agency(), to);
        let (parents, participants_version) = saying.after.unwrap_or((Vec::new(), 1));
        let draft = Draft {
            serial: life.keys.serial,
            parents,
            participants_version,
            ..letter::draft(saying.submission, names, people, now)
        };
        let recipients = Recipients::find(&draft.to, &life.directory, now).ok()?;
        let sealed = seal::seal(draft, &recipients, &CheapKem, &seed).unwrap();
        Some(seal::sign(sealed, life.keys.signing.as_ref()).unwrap())
    }

    /// A client hears an answer.
    pub(super) fn answered(&mut self, errand: Errand, answer: &Answer) -> Result<(), Violation> {
        let message = match answer {
            Answer::Submitted { message, .. } | Answer::Repeated { message } => *message,
            Answer::KeyReused => {
                let what = format!("errand {errand} was told that its key is of another");
                return Err(self.violation("sim-once", what));
            }
            Answer::OutOfPlace(refusal) => {
                self.trace.say(self.now, || format!("errand {errand} is refused: {refusal:?}"));
                self.errands[errand].given_up |= self.errands[errand].deed == Deed::Answers;
                return Ok(());
            }
            Answer::NoLink(_)
            | Answer::OutboxFull(_)
            | Answer::ReadRecorded(_)
            | Answer::SuccessionApproved
            | Answer::SuccessionObjected(_)
            | Answer::Erased(_)
            | Answer::NothingToErase
            | Answer::Exported(_)
            | Answer::KeyBackup(_)
            | Answer::InDoubt(_) => return Ok(()),
        };
        self.trace.note(self.now, "answered", &[u64::try_from(errand).unwrap()]);
        self.trace.say(self.now, || format!("errand {errand} is acknowledged: {message:?}"));
        let asked = &mut self.errands[errand];
        let place = asked.author;
        match asked.answered {
            Some(before) if before != message => {
                let what = format!("errand {errand} made {before:?} and {message:?}");
                if !self.truth.may_have_lost(place) {
                    return Err(self.violation("sim-once", what));
                }
            }
            Some(_) => return Ok(()),
            None => {}
        }
        self.errands[errand].answered = Some(message);
        let to = self.errands[errand].to.clone();
        self.truth.acknowledged(place, message, to);
        // Some clients ask once more although they were answered.
        if self.chance.one_in(3) {
            let after = 1 + self.time(9_000);
            self.soon(after, Event::Ask { errand });
        }
        Ok(())
    }
}
