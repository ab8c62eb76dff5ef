//! What every procedure of the node holds for figures, so that a figure does not fold them all each time.
//!
//! Shown by the store and caught up at each look, as the board of rescues is: procedures to which something came since are
//! folded again, and no other. Kept are names, digests, times and counts; nothing of a body but what its fact has.
//!
//! Absent on purpose: a bound. It grows with what is counted, about a hundred bytes for each message that some measure
//! counts and twenty for each procedure that has none; the store that it is made from is a thousand times larger.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use concord_protocol::envelope::header;
use concord_protocol::ids::LeafIndex;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;
use concord_protocol::procedure::statistics::counted;
use concord_protocol::procedure::statistics::counted::Counted;
use concord_protocol::procedure::statistics::counted::HeldReport;
use concord_protocol::procedure::statistics::derived::Derived;
use concord_protocol::procedure::statistics::derived::Question;

use crate::store::read::ReadError;
use crate::store::read::Reader;

/// Names and messages that are read at a time.
const PAGE: usize = 256;

/// What questions were answered with.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Procedures that the node holds.
    pub procedures: usize,
    /// How many of them had to be folded for it: something came to them since the last look.
    pub folded: usize,
    /// The figures, in the order of the questions.
    pub figures: Vec<Derived>,
}

/// What procedures hold for figures. Shape: one entry for each procedure.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The newest message that was looked at; absent before the first look.
    seen: Option<LeafIndex>,
    known: BTreeMap<ProcedureId, Counted>,
}

impl Figures {
    /// Puts questions to every procedure.
    // spec: sta-6, sta-8
    pub(crate) fn ask(
        &self,
        reader: &Reader,
        questions: &[Question],
    ) -> Result<Answered, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = state.catch_up(reader)?;
        Ok(state.answer(questions, folded))
    }

    /// Situation reports that were made in a time, newest first.
    pub(crate) fn reports(
        &self,
        reader: &Reader,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(reader)?;
        let all = state.known.iter().flat_map(|(procedure, counted)| {
            counted.reports.iter().map(|report| (*procedure, report.clone()))
        });
        let within =
            |(_, report): &(ProcedureId, HeldReport)| from <= report.made && report.made < until;
        let mut found: Vec<_> = all.filter(within).collect();
        found.sort_by_key(|(_, report)| (Reverse(report.made), report.digest));
        Ok(found)
    }
}

impl State {
    /// Looks at what came since the last time, and says how many procedures were folded for it.
    fn catch_up(&mut self, reader: &Reader) -> Result<usize, ReadError> {
        let newest = reader.messages(None, 1)?.first().map(|record| record.leaf);
        let touched = match self.seen {
            Some(seen) => touched_since(reader, seen)?,
            None => all(reader)?,
        };
        self.fold(&touched, |procedure| reader.book(procedure))?;
        self.seen = newest.or(self.seen);
        Ok(touched.len())
    }

    /// Folds these procedures, and no other.
    fn fold<E>(
        &mut self,
        touched: &BTreeSet<ProcedureId>,
        mut book: impl FnMut(&ProcedureId) -> Result<Book, E>,
    ) -> Result<(), E> {
        for procedure in touched {
            let found = counted::of(&book(procedure)?);
            self.known.insert(*procedure, found);
        }
        Ok(())
    }

    fn answer(&self, questions: &[Question], folded: usize) -> Answered {
        let figures = questions.iter().map(|question| {
            let mut derived = Derived::nothing(*question);
            self.known.iter().for_each(|(procedure, counted)| derived.take(*procedure, counted));
            derived.settled()
        });
        Answered { procedures: self.known.len(), folded, figures: figures.collect() }
    }
}

/// The procedures of messages after this leaf.
fn touched_since(reader: &Reader, seen: LeafIndex) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let mut touched = BTreeSet::new();
    let mut before = None;
    loop {
        let page = reader.messages(before, PAGE)?;
        for record in page.iter().take_while(|record| record.leaf > seen) {
            touched.extend(header::read(&record.message).ok().map(|header| header.procedure));
        }
        match page.last() {
            Some(last) if last.leaf > seen => before = Some(last.leaf),
            Some(_) | None => return Ok(touched),
        }
    }
}

/// Every procedure that the store has.
fn all(reader: &Reader) -> Result<BTreeSet<ProcedureId>, ReadError> {
    let mut found = BTreeSet::new();
    let mut after = None;
    loop {
        let page = reader.procedures(after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(*last);
        found.extend(page);
    }
}

#[cfg(test)]
mod tests;
