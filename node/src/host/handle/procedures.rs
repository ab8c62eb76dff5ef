//! Procedures, as officers see them: where one stands, what became of each message, what may come next.

use std::collections::BTreeSet;

use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::amber;
use concord_protocol::procedure::book::Book;

use crate::host::handle::Handle;
use crate::host::handle::ReadError;

/// How far a correction is followed from procedure to procedure.
const CORRECTION_STEPS: usize = 4;

/// How many procedures are read for it: as many as a manifest has entries, and as many again.
const CORRECTION_PROCEDURES: usize = 1_024;

/// One procedure as this node holds it.
#[derive(Clone, Debug)]
pub struct ProcedureView {
    /// Its id.
    pub id: ProcedureId,
    /// The agency that looks.
    pub own: AgencyId,
    /// Its messages, folded.
    pub book: Book,
    /// Messages of other procedures that it names and that were corrected, or have to be looked at again themselves.
    pub corrected: BTreeSet<MessageId>,
}

impl Handle {
    /// One procedure.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    pub fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        let mut view = self.alone(id)?;
        let mut read = BTreeSet::from([id]);
        view.corrected = self.corrected(&view.book, &mut read, CORRECTION_STEPS)?;
        Ok(view)
    }

    /// At most `limit` procedures, oldest first, of those named after `after`; what others mean to them is left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn procedures(
        &self,
        after: Option<ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureView>, ReadError> {
        let found = self.reader().procedures(after.as_ref(), limit);
        let found = found.map_err(|_| ReadError::Stopping)?;
        found.into_iter().map(|id| self.alone(id)).collect()
    }

    /// One procedure, without a look at others.
    fn alone(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        let acts = self.reader().acts(&id).map_err(|_| ReadError::Stopping)?;
        if acts.is_empty() {
            return Err(ReadError::NotFound);
        }
        let own = self.around.shared.me.clone();
        Ok(ProcedureView { id, own, book: Book::of(acts), corrected: BTreeSet::new() })
    }

    /// Of the messages of other procedures that a procedure names, those on which nobody should rest any more.
    // spec: orc-9
    fn corrected(
        &self,
        book: &Book,
        read: &mut BTreeSet<ProcedureId>,
        steps: usize,
    ) -> Result<BTreeSet<MessageId>, ReadError> {
        let named = amber::named(book.transcript());
        let mut corrected = BTreeSet::new();
        let Some(further) = steps.checked_sub(1) else { return Ok(corrected) };
        for message in &named {
            for other in self.procedures_of(message)? {
                if read.len() >= CORRECTION_PROCEDURES || !read.insert(other) {
                    continue;
                }
                let other = self.alone(other)?.book;
                let elsewhere = self.corrected(&other, read, further)?;
                corrected.extend(other.unsound(&elsewhere));
            }
        }
        corrected.retain(|message| named.contains(message));
        Ok(corrected)
    }

    /// The procedure that a message is of; several where authors gave the same id, none where it is not here.
    fn procedures_of(&self, message: &MessageId) -> Result<BTreeSet<ProcedureId>, ReadError> {
        let records = self.reader().messages_by_id(message).map_err(|_| ReadError::Stopping)?;
        let headers = records.iter().filter_map(|record| header::read(&record.message).ok());
        Ok(headers.map(|header| header.procedure).collect())
    }
}
