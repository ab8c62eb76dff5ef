//! The handovers that the entries of a manifest mean by the ids of their decisions.
//!
//! An id may stand for many messages, and many entries may name one. So for one judgement each procedure is folded once, and
//! none that only an agency without a say in the matter names.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use concord_protocol::crypto::digest::Digest;
use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::amber::Amber;
use concord_protocol::procedure::batch::Batch;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::elsewhere::corrected;
use concord_protocol::procedure::elsewhere::decision;
use concord_protocol::procedure::elsewhere::decision::Candidate;
use concord_protocol::procedure::machine::Machine;

use crate::host::elsewhere::ledger;
use crate::host::elsewhere::people;
use crate::host::shared::Shared;
use crate::store::read::ReadError;

/// Where messages and procedures are read from, and who belongs together.
pub(super) trait Source {
    type Fault;

    /// The messages with this id.
    fn messages(&self, id: &MessageId) -> Result<Vec<Named>, Self::Fault>;

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, Self::Fault>;

    /// Whether two agencies are of one Party.
    fn is_one_party(&self, one: &AgencyId, other: &AgencyId) -> bool;
}

/// A message with the id that an entry names.
#[derive(Clone, Debug)]
pub(super) struct Named {
    author: AgencyId,
    procedure: ProcedureId,
    digest: Digest,
}

/// What a judgement takes from a handover.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) machine: Option<Machine>,
    /// The messages that may say who the person is.
    pub(super) say_who: Vec<Digest>,
    /// What has to be looked at again there.
    pub(super) amber: Option<Amber>,
}

/// The handovers that one judgement looks at.
#[derive(Debug)]
pub(super) struct Handovers<S> {
    source: S,
    read: BTreeMap<ProcedureId, Told>,
}

impl<S: Source> Handovers<S> {
    pub(super) const fn of(source: S) -> Self {
        Self { source, read: BTreeMap::new() }
    }

    /// The handovers whose decision an entry of a batch names.
    pub(super) fn named_in(
        &mut self,
        batch: &Batch,
        decision: &MessageId,
    ) -> Result<BTreeSet<ProcedureId>, S::Fault> {
        match batch.way().first() {
            Some(giver) => self.meant(giver, decision),
            None => Ok(BTreeSet::new()),
        }
    }

    /// Of several messages with an id the one that the giving Party said and that counted.
    // spec: bat-72
    fn meant(
        &mut self,
        giver: &AgencyId,
        id: &MessageId,
    ) -> Result<BTreeSet<ProcedureId>, S::Fault> {
        let messages = self.source.messages(id)?;
        let by_giver = |message: &Named| self.source.is_one_party(&message.author, giver);
        let judged: Vec<(bool, Named)> =
            messages.into_iter().map(|message| (by_giver(&message), message)).collect();
        // Only where there are several does it matter which of them counted.
        let several = judged.iter().filter(|(by_giver, _)| *by_giver).count() > 1;
        let mut candidates = Vec::new();
        for (by_giver, Named { procedure, digest, .. }) in judged {
            let counted = several && by_giver && self.has_counted(&procedure, &digest)?;
            candidates.push(Candidate { procedure, by_giver, counted });
        }
        Ok(decision::meant(&candidates))
    }

    /// Whether a state rests on a message.
    fn has_counted(&mut self, procedure: &ProcedureId, message: &Digest) -> Result<bool, S::Fault> {
        let machine = self.told(procedure)?.machine.as_ref();
        Ok(machine.is_some_and(|machine| decision::has_counted(machine, message)))
    }

    /// What is told in a handover.
    pub(super) fn told(&mut self, procedure: &ProcedureId) -> Result<&Told, S::Fault> {
        Ok(match self.read.entry(*procedure) {
            Entry::Occupied(read) => read.into_mut(),
            Entry::Vacant(unread) => unread.insert(Told::of(&*self.source.book(procedure)?)),
        })
    }
}

impl Told {
    fn of(book: &Book) -> Self {
        let say_who = people::digests_of(book, people::OF_A_HANDOVER);
        let amber = match book.machine() {
            Some(Machine::Handover(folded)) => corrected::of(book.transcript(), &folded.state),
            Some(_) | None => None,
        };
        Self { machine: book.machine().cloned(), say_who, amber }
    }
}

impl Source for &Shared {
    type Fault = ReadError;

    fn messages(&self, id: &MessageId) -> Result<Vec<Named>, ReadError> {
        let records = self.reader.messages_by_id(id)?;
        let named = records.into_iter().filter_map(|record| {
            let procedure = header::read(&record.message).ok()?.procedure;
            Some(Named { author: record.from, procedure, digest: record.digest })
        });
        Ok(named.collect())
    }

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, ReadError> {
        self.reader.book(procedure)
    }

    fn is_one_party(&self, one: &AgencyId, other: &AgencyId) -> bool {
        ledger::is_one_party(self, one, other)
    }
}
