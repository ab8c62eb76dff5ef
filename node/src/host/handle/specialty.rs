//! For what a person may be tried, as officers see it: every handover of that person that this node holds.

use std::sync::Arc;

use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::book::Book;

use crate::host::elsewhere::ledger;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

/// One handover of a person.
#[derive(Clone, Debug)]
pub struct ReceivedView {
    /// Its procedure.
    pub procedure: ProcedureId,
    /// The batch and the number of the entry, where the person travelled with others.
    pub travelled: Option<(ProcedureId, u64)>,
    /// Its messages, folded.
    pub book: Arc<Book>,
}

impl Handle {
    /// The handovers of the person of a procedure, this one among them; none where it is about nobody's handover. No body is
    /// shown: who the person is stands in none of it.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    // spec: spc-8
    pub fn specialty(&self, id: ProcedureId) -> Result<Vec<ReceivedView>, ReadError> {
        let book = self.book(&id)?;
        let found = ledger::of_person(&self.around.shared, &id, &book);
        let found = found.map_err(|_| ReadError::Stopping)?;
        let view = |found: ledger::Found| {
            let book = self.book(&found.procedure)?;
            Ok(ReceivedView { procedure: found.procedure, travelled: found.travelled, book })
        };
        found.into_iter().map(view).collect()
    }
}
