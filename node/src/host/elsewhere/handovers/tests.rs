//! What is folded to find the handovers that entries mean.

use std::cell::RefCell;
use std::convert::Infallible;
use std::sync::Arc;

use concord_protocol::crypto::digest;
use concord_protocol::ids::AgencyId;
use concord_protocol::ids::MessageId;
use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::procedure::book::Book;

use crate::host::elsewhere::handovers::Handovers;
use crate::host::elsewhere::handovers::Named;
use crate::host::elsewhere::handovers::Source;

const GIVER: &str = "la.mps";
const OTHER: &str = "th.rtp";

fn agency(name: &str) -> AgencyId {
    AgencyId::parse(name).unwrap()
}

fn procedure(name: u64) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(name), [1; 10])
}

fn decision() -> MessageId {
    MessageId::new(Timestamp::from_millis(1), [2; 10])
}

/// Messages with one id by these agencies, each in a procedure of its own that says nothing, and which of them were folded.
struct Shelf {
    authors: Vec<&'static str>,
    folded: RefCell<Vec<ProcedureId>>,
}

impl Shelf {
    fn by(authors: &[&'static str]) -> Self {
        Self { authors: authors.to_vec(), folded: RefCell::default() }
    }
}

impl Source for &Shelf {
    type Fault = Infallible;

    fn messages(&self, _: &MessageId) -> Result<Vec<Named>, Infallible> {
        let named = (1_u64..).zip(&self.authors).map(|(n, author)| Named {
            author: agency(author),
            procedure: procedure(n),
            digest: digest::sha256(&n.to_be_bytes()),
        });
        Ok(named.collect())
    }

    fn book(&self, procedure: &ProcedureId) -> Result<Arc<Book>, Infallible> {
        self.folded.borrow_mut().push(*procedure);
        Ok(Arc::default())
    }

    fn is_one_party(&self, one: &AgencyId, other: &AgencyId) -> bool {
        one == other
    }
}

#[test]
fn nothing_is_folded_for_the_messages_of_others_under_the_id_of_a_decision() {
    // shows: bat-72
    let shelf = Shelf::by(&[OTHER, GIVER, OTHER]);
    let mut handovers = Handovers::of(&shelf);

    let Ok(meant) = handovers.meant(&agency(GIVER), &decision());
    assert_eq!(Vec::from_iter(meant), [procedure(2)]);
    assert_eq!(shelf.folded.take(), [], "it is the only one of the giving Party");
}

#[test]
fn a_procedure_is_folded_once_for_all_the_entries_that_mean_it() {
    // shows: bat-72
    let shelf = Shelf::by(&[GIVER, OTHER, GIVER]);
    let mut handovers = Handovers::of(&shelf);

    for _entry in 1..=3 {
        let Ok(meant) = handovers.meant(&agency(GIVER), &decision());
        for meant in &meant {
            let Ok(told) = handovers.told(meant);
            assert!(told.machine.is_none());
        }
        assert_eq!(Vec::from_iter(meant), [procedure(1), procedure(3)]);
    }
    assert_eq!(shelf.folded.take(), [procedure(1), procedure(3)]);
}
