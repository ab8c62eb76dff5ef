//! What is heard about the end of a log, and what closes the connection.

use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::identity::directory::Directory;
use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::log::succession;
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

#[test]
fn a_log_is_left_for_the_next_one_only_with_the_quorum_that_is_in_force_now() {
    // shows: suc-17
    let statement = fixtures::signed(&fixtures::statement());
    let approvals = fixtures::approvals(&statement);
    let judged = |directory: &Directory| {
        succession::verify(&statement, &approvals, directory).unwrap();
        heard_by(directory, &statement, approvals.clone(), fixtures::AGENCY).map(drop)
    };
    let revoked = |mut directory: Directory, agency| {
        let said = members::revocation(agency, 1, 0);
        let bytes = revocation::sign(&said, &members::root(agency)).unwrap();
        directory.revoke(directory.verify_revocation(&bytes).unwrap()).unwrap();
        directory
    };
    let stay = &["la.mps", "mm.mpf"];
    let left = fixtures::directory_after(
        |next| {
            next.members.retain(|member| member.agency.as_str() != "th.rtp");
            next.witness_quorum = 1;
        },
        stay,
        None,
    );
    let again = members::root("th.rtp again");
    let replaced =
        fixtures::directory_after(|next| next.members[2].root = again.public(), stay, Some(&again));

    assert_eq!(judged(&fixtures::directory()), Ok(()));
    assert_eq!(judged(&left), Ok(()), "whoever stays is a quorum");
    let few = Err(CloseCode::BadSuccession);
    assert_eq!(judged(&revoked(left.clone(), "mm.mpf")), few, "who left approves nothing");
    assert_eq!(judged(&replaced), few, "nor a root that was replaced");
    assert_eq!(judged(&revoked(fixtures::directory(), "th.rtp")), few, "nor a revoked key");

    let mut past = revoked(fixtures::directory(), "th.rtp");
    past.go_by(&members::agency(fixtures::AGENCY), fixtures::log(2));
    assert_eq!(judged(&past), Ok(()), "what was left already says nothing new");
}

fn heard(statement: &[u8], approvals: Vec<ByteBuf>, peer: &str) -> Result<Heard, CloseCode> {
    heard_by(&fixtures::directory(), statement, approvals, peer)
}

fn heard_by(
    directory: &Directory,
    statement: &[u8],
    approvals: Vec<ByteBuf>,
    peer: &str,
) -> Result<Heard, CloseCode> {
    let frame = SuccessionFrame { statement: ByteBuf::from(statement.to_vec()), approvals };
    hear(&frame, directory, &members::agency(peer))
}
