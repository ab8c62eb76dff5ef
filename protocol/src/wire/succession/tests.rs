//! What is heard about the end of a log, and what closes the connection.

use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::identity::fixtures as members;
use crate::log::succession::fixtures;
use crate::registry::CloseCode;
use crate::wire::succession::Heard;
use crate::wire::succession::SuccessionFrame;
use crate::wire::succession::hear;

#[test]
fn a_statement_comes_alone_or_with_a_quorum_and_from_its_agency() {
    // shows: wire-66
    let statement = fixtures::signed(&fixtures::statement());
    let approvals = fixtures::approvals(&statement);
    let one = approvals[..1].to_vec();

    assert!(matches!(heard(&statement, Vec::new(), fixtures::AGENCY), Ok(Heard::Proposed(_))));
    assert!(matches!(
        heard(&statement, approvals.clone(), fixtures::AGENCY),
        Ok(Heard::Succeeded(_))
    ));

    let bad = [
        heard(&statement, one, fixtures::AGENCY),
        heard(&statement, Vec::new(), "mm.mpf"),
        heard(&statement, approvals, "mm.mpf"),
        heard(b"no statement", Vec::new(), fixtures::AGENCY),
    ];
    for refused in bad {
        assert_eq!(refused.unwrap_err(), CloseCode::BadSuccession);
    }
}

fn heard(statement: &[u8], approvals: Vec<ByteBuf>, peer: &str) -> Result<Heard, CloseCode> {
    let frame = SuccessionFrame { statement: ByteBuf::from(statement.to_vec()), approvals };
    hear(&frame, &fixtures::directory(), &members::agency(peer))
}
