//! What an officer is told of rescues.

use std::collections::BTreeSet;

use concord_protocol::ids::ProcedureId;
use concord_protocol::moment::Timestamp;
use concord_protocol::names::reason::Grade;
use concord_protocol::procedure::refusal::Refusal;

use super::Because;
use super::near::Near;
use super::told;
use crate::host::elsewhere::board::Seen;

fn rescue(n: u8) -> Seen {
    Seen {
        procedure: ProcedureId::new(Timestamp::from_millis(0), [n; 10]),
        refusal: Refusal::safeguard("res-40", "a rescue is open", "wait for it"),
        messages: Vec::new(),
        marks: BTreeSet::new(),
    }
}

#[test]
fn a_rescue_that_was_not_compared_is_told_after_those_that_come_near() {
    // shows: res-44
    let (close, described, crowded) = (rescue(1), rescue(2), rescue(3));
    let near = Near { found: vec![(&close, Grade::Likely)], left_out: vec![&close, &crowded] };
    let told = told(near, vec![&described]);
    let whose: Vec<ProcedureId> = told.iter().map(|(rescue, _)| rescue.procedure).collect();
    assert_eq!(whose, [close.procedure, described.procedure, crowded.procedure]);
    assert!(matches!(told[0].1, Because::Names(Grade::Likely)));
    assert!(matches!(told[2].1, Because::LeftOut));
}
