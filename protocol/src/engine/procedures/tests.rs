//! Which procedures stay at hand.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::Procedures;
use crate::crypto::digest;
use crate::ids::AgencyId;
use crate::ids::MessageId;
use crate::ids::ProcedureId;
use crate::message::kind::Kind;
use crate::message::urgency::Urgency;
use crate::moment::Timestamp;
use crate::procedure::act::Act;
use crate::procedure::book::Kept;
use crate::procedure::book::Stands;
use crate::procedure::common::CommonFact;
use crate::procedure::fact::Fact;

fn procedure(n: u8) -> ProcedureId {
    ProcedureId::new(Timestamp::from_millis(0), [n; 10])
}

/// Somebody's first word in a procedure.
fn act(n: u8) -> Act {
    Act {
        digest: digest::sha256(&[n]),
        id: MessageId::new(Timestamp::from_millis(0), [n; 10]),
        parents: Vec::new(),
        supersedes: None,
        author: AgencyId::parse("la.mps").unwrap(),
        asked: BTreeSet::new(),
        told: BTreeSet::new(),
        created: Timestamp::from_millis(0),
        urgency: Urgency::U3,
        respond_by: None,
        kind: Kind::IntelligenceReport,
        fact: Fact::Common(CommonFact::Reported),
        passed_on: None,
        case: None,
    }
}

fn recall(procedures: &mut Procedures, n: u8) {
    let kept = Kept { act: act(n), stands: Stands::Within };
    let acts = procedures.with(procedure(n), Some(Vec::from([kept])), |book| book.len());
    assert_eq!(acts, 1);
}

#[test]
fn of_procedures_at_hand_those_that_were_not_used_for_longest_are_let_go() {
    // shows: pro-12
    let mut one = Procedures::up_to(usize::MAX);
    recall(&mut one, 1);
    let mut procedures = Procedures::up_to(3 * one.bytes);
    for n in 1..=3 {
        recall(&mut procedures, n);
    }
    procedures.with(procedure(1), None, |_| ());
    recall(&mut procedures, 4);

    let held: Vec<u8> = (1..=4).filter(|n| procedures.knows(&procedure(*n))).collect();
    assert_eq!(held, [1, 3, 4]);
    assert_eq!((procedures.bytes, procedures.order.len()), (3 * one.bytes, 3));
}

#[test]
fn the_procedure_that_was_used_last_stays_at_hand_however_large_it_is() {
    // shows: pro-12
    let mut procedures = Procedures::up_to(0);
    for n in 1..=2 {
        recall(&mut procedures, n);
        assert!(procedures.knows(&procedure(n)));
    }
    assert!(!procedures.knows(&procedure(1)));
}
