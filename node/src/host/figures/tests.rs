//! What is folded for figures, and how often.

use std::collections::BTreeSet;

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;

use crate::host::figures::State;

fn procedure(name: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(u64::from(name)), [name; 10])
}

/// Folds these, and says which were read.
fn read(state: &mut State, touched: &[u8]) -> Vec<ProcedureId> {
    let mut read = Vec::new();
    let touched: BTreeSet<ProcedureId> = touched.iter().map(|name| procedure(*name)).collect();
    let book = |procedure: &ProcedureId| {
        read.push(*procedure);
        Ok::<Book, ()>(Book::default())
    };
    state.fold(&touched, book).unwrap();
    read
}

#[test]
fn a_procedure_to_which_nothing_came_is_not_read_again() {
    // shows: sta-8
    let mut state = State::default();

    assert_eq!(read(&mut state, &[1, 2, 3]).len(), 3);
    assert!(read(&mut state, &[]).is_empty());
    assert_eq!(read(&mut state, &[2]), [procedure(2)]);

    let answered = state.answer(&[], 1);
    assert_eq!((answered.procedures, answered.folded), (3, 1));
}
