//! Procedures, as officers see them: where one stands, what became of each message, what may come next.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use concord_protocol::envelope::header;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::Party;
use concord_protocol::ids::ProcedureId;
use concord_protocol::limits::TRANSCRIPT_ACTS_MAX;
use concord_protocol::procedure::amber;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::deadline;
use concord_protocol::procedure::deadline::Deadline;
use concord_protocol::procedure::deadline::Viewpoint;
use concord_protocol::procedure::deadline::rule::Duty;

use crate::clock;
use crate::host::elsewhere;
use crate::host::elsewhere::Alert;
use crate::host::elsewhere::onward;
use crate::host::elsewhere::onward::Onward;
use crate::host::handle::Handle;
use crate::host::handle::ReadError;

/// How far a correction is followed from procedure to procedure.
const CORRECTION_STEPS: usize = 4;

/// How many messages are read for it, in all: four procedures as long as one may be.
const CORRECTION_ACTS: usize = 4 * TRANSCRIPT_ACTS_MAX;

/// One procedure as this node holds it.
#[derive(Clone, Debug)]
pub struct ProcedureView {
    /// Its id.
    pub id: ProcedureId,
    /// The agency that looks.
    pub own: AgencyId,
    /// Its messages, folded.
    pub book: Arc<Book>,
    /// Messages of other procedures that it names and that were corrected, or have to be looked at again themselves.
    pub corrected: BTreeSet<MessageId>,
    /// What speaks against something in it by what this node holds of other procedures.
    pub alerts: Vec<Alert>,
    /// Who has what of it from whoever it was sent to, as far as that is known here.
    pub onward: Vec<Onward>,
    /// What is due in it now, for whomever; what ends first first.
    pub deadlines: Vec<Deadline>,
    /// The Parties of the members: their clocks are shown.
    pub parties: BTreeMap<AgencyId, Party>,
}

impl Handle {
    /// One procedure.
    ///
    /// # Errors
    /// When the node holds no message of it, or the store cannot be read.
    pub fn procedure(&self, id: ProcedureId) -> Result<ProcedureView, ReadError> {
        let book = self.book(&id)?;
        let corrected = self.corrected(&book)?;
        let alerts = elsewhere::alerts(&self.around.shared, (&id, &book), clock::now());
        let alerts = alerts.map_err(|_| ReadError::Stopping)?;
        let onward = onward::of(&self.around.shared, &book).map_err(|_| ReadError::Stopping)?;
        Ok(ProcedureView { corrected, alerts, onward, ..self.seen(id, book) })
    }

    /// How a procedure looks to this agency now, what others mean to it left out.
    fn seen(&self, id: ProcedureId, book: Arc<Book>) -> ProcedureView {
        let parties = self.parties();
        let deadlines = self.due(&id, &book, &parties);
        let (own, corrected) = (self.around.shared.me.clone(), BTreeSet::new());
        let (alerts, onward) = (Vec::new(), Vec::new());
        ProcedureView { id, own, book, corrected, alerts, onward, deadlines, parties }
    }

    /// The messages of a procedure, folded.
    pub(super) fn book(&self, id: &ProcedureId) -> Result<Arc<Book>, ReadError> {
        let book = self.reader().book(id).map_err(|_| ReadError::Stopping)?;
        if book.is_empty() { Err(ReadError::NotFound) } else { Ok(book) }
    }

    /// What is due in a procedure, by the node's clock and the terms of the charter in force.
    fn due(
        &self,
        id: &ProcedureId,
        book: &Book,
        parties: &BTreeMap<AgencyId, Party>,
    ) -> Vec<Deadline> {
        let shared = &self.around.shared;
        let profile = &shared.profile.deadlines;
        let mut due = deadline::deadlines(book, Viewpoint { now: clock::now(), profile, parties });
        // spec: due-16
        let is_there = || shared.board.has_a_rescue(shared, id).unwrap_or(false);
        due.retain(|deadline| deadline.duty != Duty::Rescue || !is_there());
        due
    }

    /// The Parties of the members.
    fn parties(&self) -> BTreeMap<AgencyId, Party> {
        let directory = self.around.shared.directory();
        let members = directory.members();
        members.map(|member| (member.agency.clone(), member.party.clone())).collect()
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
        let alone = |id| Ok(self.seen(id, self.book(&id)?));
        found.into_iter().map(alone).collect()
    }

    /// Of the messages of other procedures that a procedure names, those on which nobody should rest any more.
    // spec: orc-9
    fn corrected(&self, book: &Book) -> Result<BTreeSet<MessageId>, ReadError> {
        let named = amber::named(book.transcript());
        let others = self.reached_from(&named)?;
        let mut unsound = BTreeSet::new();
        for _ in 0..=CORRECTION_STEPS {
            let further: BTreeSet<MessageId> =
                others.values().flat_map(|other| other.unsound(&unsound)).collect();
            if further == unsound {
                break;
            }
            unsound = further;
        }
        unsound.retain(|message| named.contains(message));
        Ok(unsound)
    }

    /// The procedures of these messages, those of the messages that they name, and so on, nearest first.
    fn reached_from(
        &self,
        named: &BTreeSet<MessageId>,
    ) -> Result<BTreeMap<ProcedureId, Arc<Book>>, ReadError> {
        let (mut reached, mut acts) = (BTreeMap::new(), 0_usize);
        let mut next = named.clone();
        for _ in 0..CORRECTION_STEPS {
            let mut further = BTreeSet::new();
            for message in &next {
                for other in self.procedures_of(message)? {
                    if acts >= CORRECTION_ACTS || reached.contains_key(&other) {
                        continue;
                    }
                    let book = self.book(&other)?;
                    acts = acts.saturating_add(book.len());
                    further.extend(amber::named(book.transcript()));
                    reached.insert(other, book);
                }
            }
            next = further;
        }
        Ok(reached)
    }

    /// The procedure that a message is of; several where authors gave the same id, none where it is not here.
    fn procedures_of(&self, message: &MessageId) -> Result<BTreeSet<ProcedureId>, ReadError> {
        let records = self.reader().messages_by_id(message).map_err(|_| ReadError::Stopping)?;
        let headers = records.iter().filter_map(|record| header::read(&record.message).ok());
        Ok(headers.map(|header| header.procedure).collect())
    }
}
