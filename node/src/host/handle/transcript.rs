//! One procedure as a file for whoever has to judge it: its proofs, and the bodies that may be shown there.
//!
//! Every body that is opened has its `read` leaf first, and the bundle is cut after these leaves, so that it shows them.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Write;

use concord_protocol::audit::bundle::BodyUse;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::engine::effects::Answer;
use concord_protocol::engine::record::MessageRecord;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::ids::PurposeCode;
use concord_protocol::ids::StaffNumber;
use concord_protocol::message::purpose::PurposeKind;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::act::Act;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::book::Kept;
use concord_protocol::procedure::control::ControlFact;
use concord_protocol::procedure::court;
use concord_protocol::procedure::court::Exhibited;
use concord_protocol::procedure::elsewhere::case;
use concord_protocol::procedure::fact::Fact;
use concord_protocol::procedure::machine::Machine;
use concord_protocol::procedure::refusal::Refusal;
use tokio::sync::oneshot;

use crate::clock;
use crate::host::evidence::Bodies;
use crate::host::evidence::EvidenceError;
use crate::host::evidence::Extent;
use crate::host::handle::Handle;
use crate::host::handle::MessageName;
use crate::host::handle::ReadError;
use crate::host::mailbox::Job;
use crate::host::sealing;

/// Readings that wait for their commit at a time: fewer than the mailbox holds.
const READINGS: usize = 256;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The procedure.
    pub procedure: ProcedureId,
    /// For what its bodies are shown.
    pub to_use: BodyUse,
    /// What becomes of bodies that must not be shown for that.
    pub forbidden: Forbidden,
    /// The officer who has them opened.
    pub officer: StaffNumber,
    /// For which purpose.
    pub purpose: PurposeCode,
    /// In which case of the own agency, where one is named.
    pub case: Option<Digest>,
}

/// What becomes of bodies that must not be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// Nothing is exported, and each of them is named.
    Refuse,
    /// They stay sealed; their headers and proofs are inside.
    Withhold,
}

impl Handle {
    /// Writes the bundle of a procedure with its bodies. Waits for the writer and the disk.
    ///
    /// # Errors
    /// When a body must not be shown, nothing is there, or the store cannot be read.
    // spec: audit-52
    pub fn transcript(&self, wanted: &Wanted, out: &mut dyn Write) -> Result<(), ReadError> {
        self.may_read()?;
        let held = Held::of(self, &wanted.procedure)?;
        held.names_case(&self.around.shared.me, wanted.case.as_ref())?;
        let shown = self.shown(wanted, &held)?;
        self.record_readings(wanted, &shown)?;
        let bodies = Opening { handle: self, shown };
        let extent = Extent::Transcript(wanted.procedure, wanted.to_use);
        self.bundle(&extent, Some(&bodies), out)
    }

    /// The messages whose bodies are there and may be shown.
    fn shown(
        &self,
        wanted: &Wanted,
        held: &Held,
    ) -> Result<BTreeMap<Digest, MessageRecord>, ReadError> {
        let (mut shown, mut refused) = (BTreeMap::new(), Vec::new());
        for digest in held.acts.iter().map(|act| act.digest) {
            let record = self.record(MessageName::Digest(digest))?;
            if self.body(&record).is_err() {
                continue;
            }
            match self.may_use(wanted, &record, held) {
                Err(ReadError::OtherPurpose(_) | ReadError::OtherCase(_))
                    if wanted.forbidden == Forbidden::Withhold =>
                {
                    continue;
                }
                checked => checked?,
            }
            match self.may_show(wanted, &record, held) {
                Ok(()) => {
                    shown.insert(digest, record);
                }
                Err(refusal) => refused.push(refusal),
            }
        }
        if refused.is_empty() || wanted.forbidden == Forbidden::Withhold {
            Ok(shown)
        } else {
            Err(ReadError::NotForCourt(refused))
        }
    }

    /// Whether it was sent for this purpose, and is held for this case.
    // spec: orc-10, orc-22
    fn may_use(
        &self,
        wanted: &Wanted,
        record: &MessageRecord,
        held: &Held,
    ) -> Result<(), ReadError> {
        let me = &self.around.shared.me;
        // What may be shown in court has a rule of its own.
        if wanted.to_use == BodyUse::Work
            && let Some(other) = self.other_purpose(record, &wanted.purpose)?
        {
            let control = held.book.machine().map(|machine| machine.common().control());
            other.check(me, control)?;
        }
        let Some(case) = &wanted.case else { return Ok(()) };
        let header = header::read(&record.message).map_err(|_| ReadError::Unopenable)?;
        let purpose = PurposeKind::parse(wanted.purpose.as_str()).unwrap_or(header.purpose);
        self.judge_case((&record.id, &held.book), purpose, case)
    }

    /// Whether a body may be shown for the use that is wanted. What cannot be judged is not shown in court.
    // spec: orc-11
    fn may_show(
        &self,
        wanted: &Wanted,
        record: &MessageRecord,
        held: &Held,
    ) -> Result<(), Refusal> {
        match wanted.to_use {
            BodyUse::Work => Ok(()),
            BodyUse::Court => held.may_show(record, &self.around.shared.me, clock::now()),
        }
    }

    /// Has every reading recorded durably before the first body is opened.
    fn record_readings(
        &self,
        wanted: &Wanted,
        shown: &BTreeMap<Digest, MessageRecord>,
    ) -> Result<(), ReadError> {
        let digests: Vec<Digest> = shown.keys().copied().collect();
        for some in digests.chunks(READINGS) {
            let mut answers = Vec::new();
            for message in some {
                let (reply, answer) = oneshot::channel();
                let (officer, purpose) = (wanted.officer.clone(), wanted.purpose.clone());
                let job = Job::Read { message: *message, officer, purpose, reply };
                self.around.mailbox.blocking_send(job).map_err(|_| ReadError::Stopping)?;
                answers.push(answer);
            }
            for answer in answers {
                recorded(answer.blocking_recv().map_err(|_| ReadError::Stopping)?)?;
            }
        }
        Ok(())
    }
}

/// The messages of a procedure, read once, and what they come to: so that what is shown and what is judged are the same.
struct Held {
    acts: Vec<Act>,
    book: Book,
}

impl Held {
    fn of(handle: &Handle, procedure: &ProcedureId) -> Result<Self, ReadError> {
        let kept = handle.reader().kept(procedure).map_err(|_| ReadError::Stopping)?;
        if kept.is_empty() { Err(ReadError::NotFound) } else { Ok(Self::folded(kept)) }
    }

    /// Refuses to take all of a procedure away for no case that is held for one.
    // spec: orc-22
    fn names_case(&self, me: &AgencyId, case: Option<&Digest>) -> Result<(), ReadError> {
        match case::link(&self.book, me) {
            Some(link) if case.is_none() => {
                Err(ReadError::OtherCase(Box::new(Refusal::safeguard(
                    "orc-22",
                    format!(
                        "this procedure is held for the case that {} names, and no case is named",
                        link.id
                    ),
                    "name the case for which it is exported, as the messages of your own agency name it",
                ))))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn folded(kept: Vec<Kept>) -> Self {
        let acts = kept.iter().map(|kept| kept.act.clone()).collect();
        Self { acts, book: Book::recalled(kept) }
    }

    fn may_show(
        &self,
        record: &MessageRecord,
        by: &AgencyId,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let header = header::read(&record.message)
            .map_err(|_| unjudged(record.id, "its header cannot be read"))?;
        let exhibited =
            Exhibited { id: &header.id, author: &header.from.agency, handling: &header.handling };
        self.judge(&exhibited, by, at)
    }

    fn judge(
        &self,
        exhibited: &Exhibited<'_>,
        by: &AgencyId,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let Exhibited { id, author, .. } = exhibited;
        let machine = self
            .book
            .machine()
            .ok_or_else(|| unjudged(**id, "the beginning of its procedure is not here"))?;
        if self.is_taken_back(id, author) {
            let why = format!("{id} was recalled by {author}");
            return Err(Refusal::safeguard("orc-11", why, "leave its body sealed"));
        }
        court::may_show(exhibited, by, Machine::common(machine).control(), at)
    }

    /// Whether its author recalled it in any message that is here. One that waits, or that found no place, is no less the
    /// word of its author.
    fn is_taken_back(&self, message: &MessageId, author: &AgencyId) -> bool {
        self.acts.iter().filter(|act| act.author == *author).any(|act| {
            matches!(&act.fact, Fact::Control(ControlFact::Recalled { targets, .. }) if targets.contains(message))
        })
    }
}

fn unjudged(message: MessageId, why: &str) -> Refusal {
    Refusal::safeguard(
        "orc-11",
        format!("{message} cannot be judged: {why}"),
        "leave its body sealed, or wait until all of its procedure is here",
    )
}

fn recorded(answer: Answer) -> Result<(), ReadError> {
    match answer {
        Answer::ReadRecorded(_) => Ok(()),
        Answer::InDoubt(doubt) => Err(ReadError::InDoubt(doubt)),
        Answer::Submitted { .. }
        | Answer::Repeated { .. }
        | Answer::KeyReused
        | Answer::NoLink(_)
        | Answer::Erased(_)
        | Answer::NothingToErase
        | Answer::Exported(_)
        | Answer::KeyBackup(_)
        | Answer::OutboxFull(_)
        | Answer::OutOfPlace(_)
        | Answer::SuccessionApproved
        | Answer::SuccessionObjected(_) => Err(ReadError::Stopping),
    }
}

/// Opens the bodies of some messages, each as often as it is asked for: none is kept.
#[derive(Debug)]
struct Opening<'a> {
    handle: &'a Handle,
    shown: BTreeMap<Digest, MessageRecord>,
}

impl Bodies for Opening<'_> {
    fn open(&self, message: &Digest) -> Result<Option<Vec<u8>>, EvidenceError> {
        let Some(record) = self.shown.get(message) else { return Ok(None) };
        // A body that was erased meanwhile is not shown.
        let Ok(body) = self.handle.body(record) else { return Ok(None) };
        let opened = sealing::open(&self.handle.around.shared, record, &body);
        let opened = opened.map_err(|_| EvidenceError::Unopenable)?;
        // As it was committed to: the salt, then the content.
        Ok(Some([opened.salt(), opened.bytes()].concat()))
    }
}
