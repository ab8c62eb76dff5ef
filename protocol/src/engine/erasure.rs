//! The end of a body: erased, or lost to the disk. What is still owed of it is owed as its header alone.
//!
//! The engine decides and logs; the keys and bytes are destroyed by whoever settles the effects, after the commit.
//! Absent on purpose: forgetting. Header, leaves and proofs stay; so an erasure can itself be proven.

use alloc::boxed::Box;

use crate::crypto::digest::Digest;
use crate::engine::Engine;
use crate::engine::Fault;
use crate::engine::Permission;
use crate::engine::effects::Action;
use crate::engine::effects::Answer;
use crate::engine::effects::Effects;
use crate::engine::input::Erase;
use crate::engine::input::Ticket;
use crate::engine::outbound;
use crate::engine::record::BodyForm;
use crate::engine::record::DueRecord;
use crate::engine::record::ErasureRecord;
use crate::engine::record::KeyBackupRecord;
use crate::engine::record::MessageRecord;
use crate::engine::record::Record;
use crate::engine::record::RetiredRecord;
use crate::envelope::header;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::log::leaf::Leaf;
use crate::message::time::CivilDate;
use crate::moment::Moment;
use crate::moment::Timestamp;

impl Engine {
    /// Logs that a body is erased; from the commit on it is gone. Once is once: a second demand gets the first answer.
    // spec: era-1, era-3
    // spec: promise-9
    pub(super) fn erase(
        &mut self,
        moment: &Moment,
        erase: Erase,
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let ticket = erase.ticket;
        let answer = match self.may_append()? {
            // spec: era-7
            Permission::Withheld(doubt) => Answer::InDoubt(doubt),
            Permission::Granted => {
                let before = self.group.erased.get(&erase.record.digest).cloned();
                match (before.or(erase.earlier.clone()), erase.record.body) {
                    (Some(before), _) => Answer::Erased(Box::new(before)),
                    (None, BodyForm::Held | BodyForm::Lost | BodyForm::Erased) => {
                        Answer::Erased(Box::new(self.log_erasure(moment, erase, effects)?))
                    }
                    (None, BodyForm::Absent) => Answer::NothingToErase,
                }
            }
        };
        if let Some(ticket) = ticket {
            effects.act(Action::Answer(ticket, answer));
        }
        Ok(())
    }

    fn log_erasure(
        &mut self,
        moment: &Moment,
        erase: Erase,
        effects: &mut Effects,
    ) -> Result<ErasureRecord, Fault> {
        let Erase { record, cause, basis, officer, keys_until, .. } = erase;
        let message = record.digest;
        let header = header::read(&record.message).map_err(|_| Fault::Unencodable)?;
        let leaf = Leaf::Erased {
            message,
            leaf: record.leaf,
            sealed: header.sealed.digest,
            cause,
            basis: basis.clone(),
            officer: officer.clone(),
            keys_until,
            at: moment.now,
        };
        let leaf = self.append(&leaf, effects)?;
        let erasure =
            ErasureRecord { message, leaf, cause, basis, officer, keys_until, at: moment.now };
        // spec: era-6
        self.strip(&message, effects);
        effects.remember(Record::Message(MessageRecord { body: BodyForm::Erased, ..record }));
        effects.remember(Record::Erasure(erasure.clone()));
        effects.act(Action::Destroy { message });
        self.group.erased.insert(message, erasure.clone());
        Ok(erasure)
    }

    /// Remembers the last day on which a body may be held. One that comes late is held to the end of the day on which
    /// it came, and none is due on a day that is done.
    // spec: era-4
    pub(super) fn note_due(
        &self,
        moment: &Moment,
        (erase_by, leaf, message): (CivilDate, LeafIndex, Digest),
        effects: &mut Effects,
    ) {
        let today = CivilDate::of(moment.now).unwrap_or(erase_by);
        let open = self.retired.map_or(erase_by, CivilDate::next);
        let day = erase_by.max(today).max(open);
        effects.remember(Record::Due(DueRecord { day, leaf, message }));
    }

    /// Logs that a bundle is handed out, under the digest that names it.
    // spec: log-44
    pub(super) fn exported(
        &mut self,
        moment: &Moment,
        (ticket, bundle, size): (Ticket, Digest, TreeSize),
        effects: &mut Effects,
    ) -> Result<(), Fault> {
        let answer = match self.may_append()? {
            Permission::Withheld(doubt) => Answer::InDoubt(doubt),
            Permission::Granted => {
                let leaf = Leaf::Exported { bundle, size, at: moment.now };
                Answer::Exported(self.append(&leaf, effects)?)
            }
        };
        effects.act(Action::Answer(ticket, answer));
        Ok(())
    }

    /// Every body that was due up to a day is erased: the search goes on after it from now on.
    pub(super) fn retired(&mut self, through: CivilDate, effects: &mut Effects) {
        if self.mode.standing().is_some() || self.retired.is_some_and(|known| known >= through) {
            return;
        }
        self.retired = Some(through);
        effects.remember(Record::Retired(RetiredRecord { through }));
    }

    /// Up to which day every body that was due is gone.
    pub fn retired_through(&self) -> Option<CivilDate> {
        self.retired
    }

    /// The keys are about to be copied: from now on an erasure says until when the copy lives.
    // spec: bak-5
    pub(super) fn key_backup(
        &mut self,
        moment: &Moment,
        (ticket, until): (Ticket, Timestamp),
        effects: &mut Effects,
    ) {
        let record = KeyBackupRecord { at: moment.now, until, size: self.tree.size() };
        effects.remember(Record::KeyBackup(record));
        effects.act(Action::Answer(ticket, Answer::KeyBackup(record)));
    }

    /// The store found that it can no longer give a body: the message says so from now on, and is owed as a tombstone.
    ///
    /// Whoever found it ends the connection on which the message was named as whole; the next one offers the tombstone.
    // spec: link-8, wire-71
    pub(super) fn body_lost(&mut self, record: MessageRecord, effects: &mut Effects) {
        let erased = self.group.erased.contains_key(&record.digest);
        if self.mode.standing().is_some() || record.body != BodyForm::Held || erased {
            return;
        }
        self.strip(&record.digest, effects);
        effects.remember(Record::Message(MessageRecord { body: BodyForm::Lost, ..record }));
    }

    /// Owes a message as a tombstone wherever it is still owed whole.
    fn strip(&mut self, message: &Digest, effects: &mut Effects) {
        for (agency, peer) in &mut self.peers {
            for number in peer.out.whole(message) {
                if let Some(owed) = peer.out.strip(number) {
                    let place = (peer.out.epoch(), number);
                    let record = outbound::open_record(agency, place, &owed);
                    effects.remember(Record::Outbound(record));
                }
            }
        }
    }
}
