//! What is folded for figures, how often, and how much of it is held.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::sync::Arc;

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;

use crate::host::figures::PAGE;
use crate::host::figures::Source;
use crate::host::figures::State;

fn procedure(name: u64) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(name), [1; 10])
}

/// So many procedures that say nothing of any figure, and which of them were read.
struct Shelf {
    count: u64,
    read: RefCell<Vec<ProcedureId>>,
}

impl Shelf {
    fn of(count: u64) -> Self {
        Self { count, read: RefCell::default() }
    }

    /// Which were read since this was asked.
    fn read(&self) -> Vec<ProcedureId> {
        self.read.take()
    }
}

impl Source for Shelf {
    type Fault = Infallible;

    fn procedures(
        &self,
        after: Option<&ProcedureId>,
        limit: usize,
    ) -> Result<Vec<ProcedureId>, Infallible> {
        let all = (1..=self.count).map(procedure);
        Ok(all.filter(|name| after.is_none_or(|after| name > after)).take(limit).collect())
    }

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, Infallible> {
        self.read.borrow_mut().push(*procedure);
        Ok(Arc::default())
    }
}

fn touched(names: &[u64]) -> BTreeSet<ProcedureId> {
    names.iter().map(|name| procedure(*name)).collect()
}

#[test]
fn a_procedure_to_which_nothing_came_is_not_read_again() {
    // shows: sta-8
    let (mut state, shelf) = (State::default(), Shelf::of(3));

    let Ok(folded) = state.begin(&shelf);
    assert_eq!((folded, shelf.read().len()), (3, 3));
    let Ok(folded) = state.fold(&shelf, &touched(&[2]));
    assert_eq!((folded, shelf.read()), (1, vec![procedure(2)]));

    let Ok(answered) = state.answer(&shelf, &[], folded);
    assert_eq!((answered.procedures, answered.folded), (3, 1));
    assert!(shelf.read().is_empty());
}

#[test]
fn what_is_held_for_figures_is_bounded_and_what_is_beyond_counts_all_the_same() {
    // shows: sta-12
    let count = u64::try_from(2 * PAGE).unwrap() + 1;
    let (mut state, shelf) = (State::within(PAGE), Shelf::of(count));
    let Ok(_) = state.begin(&shelf);
    assert_eq!((state.known.len(), state.held), (PAGE, PAGE));
    shelf.read();

    let Ok(answered) = state.answer(&shelf, &[], 0);
    assert_eq!((answered.procedures, answered.folded), (2 * PAGE + 1, PAGE + 1));
    let read = shelf.read();
    assert_eq!(BTreeSet::from_iter(&read).len(), PAGE + 1, "each of them once");
    assert!(read.iter().all(|name| !state.known.contains_key(name)));

    // What grows keeps its place, and takes no second one.
    let Ok(_) = state.fold(&shelf, &touched(&[1]));
    assert_eq!((state.known.len(), state.held), (PAGE, PAGE));
}
