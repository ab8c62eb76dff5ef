//! What every procedure of the node holds for figures, so that a figure does not fold them all each time.
//!
//! Shown by the store and caught up at each look, as the board of rescues is: procedures to which something came since are
//! folded again, and no other. Kept are names, digests, times and counts; nothing of a body but what its fact has.
//!
//! What is held is bounded; procedures beyond the bound are folded for each question, so that a figure takes longer and stays
//! the same.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;
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

/// Procedures that are held, and in them messages that a measure counts, in all: about a hundred bytes each, 25 MiB. Beyond
/// it: a procedure is folded for each question. Source: spec sta-12.
const HELD_MAX: usize = 262_144;

/// Procedures to which something came since the last look. Beyond it: every procedure is looked at, as the first time.
const TOUCHED_MAX: usize = 16_384;

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

/// What procedures hold for figures. Shape: one entry for each procedure, within the bound.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The newest message that was looked at; absent before the first look.
    seen: Option<LeafIndex>,
    known: BTreeMap<ProcedureId, Counted>,
    /// How much of the bound is taken.
    held: usize,
    held_max: usize,
    /// Whether a procedure is not held because there was no room.
    beyond: bool,
}

impl Default for State {
    fn default() -> Self {
        Self::within(HELD_MAX)
    }
}

/// Where procedures are read from.
trait Source {
    type Fault;

    /// At most so many procedures, by name, of those after this one.
    fn procedures(
        &self,
        after: Option<&ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureId>, Self::Fault>;

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, Self::Fault>;
}

impl Source for Reader {
    type Fault = ReadError;

    fn procedures(
        &self,
        after: Option<&ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureId>, ReadError> {
        Self::procedures(self, after, limit)
    }

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, ReadError> {
        Self::book(self, procedure)
    }
}

impl Figures {
    /// Puts questions to every procedure.
    // spec: sta-6, sta-8, sta-12
    pub(crate) fn ask(
        &self,
        reader: &Reader,
        questions: &[Question],
    ) -> Result<Answered, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let folded = state.catch_up(reader)?;
        state.answer(reader, questions, folded)
    }

    /// Situation reports that were made in a time, newest first.
    pub(crate) fn reports(
        &self,
        reader: &Reader,
        (from, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(ProcedureId, HeldReport)>, ReadError> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.catch_up(reader)?;
        let mut found = Vec::new();
        state.each(reader, |procedure, counted| {
            let within = |report: &&HeldReport| from <= report.made && report.made < until;
            let reports = counted.reports.iter().filter(within);
            found.extend(reports.map(|report| (*procedure, report.clone())));
        })?;
        found.sort_by_key(|(_, report)| (Reverse(report.made), report.digest));
        Ok(found)
    }
}

impl State {
    fn within(held_max: usize) -> Self {
        Self { seen: None, known: BTreeMap::new(), held: 0, held_max, beyond: false }
    }

    /// Looks at what came since the last time, and says how many procedures were folded for it.
    fn catch_up(&mut self, reader: &Reader) -> Result<usize, ReadError> {
        let newest = reader.messages(None, 1)?.first().map(|record| record.leaf);
        let touched = match self.seen {
            Some(seen) => touched_since(reader, seen)?,
            None => None,
        };
        let folded = match touched {
            Some(touched) => self.fold(reader, &touched)?,
            None => self.begin(reader)?,
        };
        self.seen = newest.or(self.seen);
        Ok(folded)
    }

    /// Looks at every procedure.
    fn begin<S: Source>(&mut self, source: &S) -> Result<usize, S::Fault> {
        *self = Self::within(self.held_max);
        let mut folded = 0_usize;
        page_by_page(source, |page| {
            folded = folded.saturating_add(self.fold(source, &page.into_iter().collect())?);
            Ok(())
        })?;
        Ok(folded)
    }

    /// Folds these procedures, and no other, and says how many they are.
    fn fold<S: Source>(
        &mut self,
        source: &S,
        touched: &BTreeSet<ProcedureId>,
    ) -> Result<usize, S::Fault> {
        for procedure in touched {
            let found = counted::of(&*source.book(procedure)?);
            self.hold(*procedure, found);
        }
        Ok(touched.len())
    }

    /// Holds what a procedure has for figures, while there is room.
    // spec: sta-12
    fn hold(&mut self, procedure: ProcedureId, found: Counted) {
        if let Some(former) = self.known.remove(&procedure) {
            self.held = self.held.saturating_sub(room_of(&former));
        }
        let taken = self.held.saturating_add(room_of(&found));
        if taken > self.held_max {
            self.beyond = true;
            return;
        }
        self.held = taken;
        self.known.insert(procedure, found);
    }

    /// Shows what every procedure holds for figures, folds those for which there is no room, and says how many they were.
    // spec: sta-12
    fn each<S: Source>(
        &self,
        source: &S,
        mut show: impl FnMut(&ProcedureId, &Counted),
    ) -> Result<usize, S::Fault> {
        self.known.iter().for_each(|(procedure, counted)| show(procedure, counted));
        if !self.beyond {
            return Ok(0);
        }
        let mut folded = 0_usize;
        page_by_page(source, |page| {
            for procedure in page.iter().filter(|procedure| !self.known.contains_key(procedure)) {
                show(procedure, &counted::of(&*source.book(procedure)?));
                folded = folded.saturating_add(1);
            }
            Ok(())
        })?;
        Ok(folded)
    }

    fn answer<S: Source>(
        &self,
        source: &S,
        questions: &[Question],
        folded: usize,
    ) -> Result<Answered, S::Fault> {
        let mut figures: Vec<Derived> =
            questions.iter().map(|question| Derived::nothing(*question)).collect();
        let beyond = self.each(source, |procedure, counted| {
            figures.iter_mut().for_each(|derived| derived.take(*procedure, counted));
        })?;
        Ok(Answered {
            procedures: self.known.len().saturating_add(beyond),
            folded: folded.saturating_add(beyond),
            figures: figures.into_iter().map(Derived::settled).collect(),
        })
    }
}

/// Looks at every procedure of a source.
fn page_by_page<S: Source>(
    source: &S,
    mut look: impl FnMut(Vec<ProcedureId>) -> Result<(), S::Fault>,
) -> Result<(), S::Fault> {
    let mut after = None;
    loop {
        let page = source.procedures(after.as_ref(), PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(*last);
        look(page)?;
    }
}

/// How much of the bound a procedure takes.
fn room_of(counted: &Counted) -> usize {
    counted.entries.len().saturating_add(counted.reports.len()).saturating_add(1)
}

/// The procedures of messages after this leaf; `None` where they are too many.
fn touched_since(
    reader: &Reader,
    seen: LeafIndex,
) -> Result<Option<BTreeSet<ProcedureId>>, ReadError> {
    let mut touched = BTreeSet::new();
    let mut before = None;
    loop {
        let page = reader.messages(before, PAGE)?;
        for record in page.iter().take_while(|record| record.leaf > seen) {
            touched.extend(header::read(&record.message).ok().map(|header| header.procedure));
        }
        if touched.len() > TOUCHED_MAX {
            return Ok(None);
        }
        match page.last() {
            Some(last) if last.leaf > seen => before = Some(last.leaf),
            Some(_) | None => return Ok(Some(touched)),
        }
    }
}

#[cfg(test)]
mod tests;
