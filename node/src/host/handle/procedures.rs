//! Procedures, as officers see them: where one stands, what became of each message, what may come next.

use std::collections::BTreeMap;

use concord_protocol::ids::AgencyId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::deadline;
use concord_protocol::procedure::deadline::Deadline;
use concord_protocol::procedure::deadline::Viewpoint;
use concord_protocol::procedure::deadline::profile::DeadlineProfile;

use crate::clock;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

/// One procedure as this node holds it.
#[derive(Clone, Debug)]
pub struct ProcedureView {
    /// Its id.
    pub id: ProcedureId,
    /// The agency that looks.
    pub own: AgencyId,
    /// Its messages, folded.
    pub book: Book,
    /// What is due in it now, for whomever; what ends first first.
    pub deadlines: Vec<Deadline>,
}

impl Handle {
    /// One procedure.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    pub fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        let acts = self.reader().acts(&id).map_err(|_| ReadError::Stopping)?;
        if acts.is_empty() {
            return Err(ReadError::NotFound);
        }
        let book = Book::of(acts);
        let deadlines = self.due(&book);
        Ok(ProcedureView { id, own: self.around.shared.me.clone(), book, deadlines })
    }

    /// What is due in a procedure, by the node's clock.
    fn due(&self, book: &Book) -> Vec<Deadline> {
        let directory = self.around.shared.directory();
        let members = directory.members();
        let parties: BTreeMap<AgencyId, Party> =
            members.map(|member| (member.agency.clone(), member.party.clone())).collect();
        let profile = DeadlineProfile::default();
        let view = Viewpoint { now: clock::now(), profile: &profile, parties: &parties };
        deadline::deadlines(book, view)
    }

    /// At most `limit` procedures, oldest first, of those named after `after`.
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
        found.into_iter().map(|id| self.procedure(id)).collect()
    }
}
