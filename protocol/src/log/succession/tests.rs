//! Statements, approvals and quorums, good and bad.

use alloc::vec;
use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::identity::fixtures as members;
use crate::identity::revocation;
use crate::ids::CharterName;
use crate::ids::LeafIndex;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::STATEMENT_BYTES_MAX;
use crate::log::checkpoint;
use crate::log::checkpoint::Checkpoint;
use crate::log::hash;
use crate::log::succession::Approval;
use crate::log::succession::Lost;
use crate::log::succession::Restored;
use crate::log::succession::Statement;
use crate::log::succession::VerifiedApproval;
use crate::log::succession::code::Cause;
use crate::log::succession::fault::ApprovalError;
use crate::log::succession::fault::Objection;
use crate::log::succession::fault::StatementError;
use crate::log::succession::fault::SuccessionError;
use crate::log::succession::fixtures;
use crate::log::succession::fixtures::directory;
use crate::log::succession::fixtures::log;
use crate::log::succession::fixtures::note;
use crate::log::succession::fixtures::root;
use crate::log::succession::fixtures::statement;
use crate::log::succession::join;
use crate::log::succession::objection;
use crate::log::succession::sign_approval;
use crate::log::succession::sign_statement;
use crate::log::succession::verify;
use crate::log::succession::verify_approval;
use crate::log::succession::verify_statement;

#[test]
fn a_statement_with_the_approvals_of_a_quorum_is_a_succession() {
    // shows: suc-2, suc-5, suc-7
    let bytes = fixtures::signed(&statement());
    let approvals = fixtures::approvals(&bytes);

    let verified = verify(&bytes, &approvals, &directory()).unwrap();

    assert_eq!(verified.statement().statement(), &statement());
    assert_eq!(verified.statement().frozen(), TreeSize::new(20));
    assert_eq!(verified.approval_bytes(), approvals);
    let approvers: Vec<&str> =
        verified.approvals().iter().map(|approval| approval.agency().as_str()).collect();
    assert_eq!(approvers, ["mm.mpf", "th.rtp"]);
}

#[test]
fn logs_that_do_not_follow_each_other_within_the_charter_are_refused() {
    // shows: suc-3
    for (from, to) in [(1, 3), (2, 2), (2, 1), (3, 4), (0, 1), (u64::MAX, 0)] {
        let (from, to) = (log(from), log(to));
        let refused = refusal(Statement { from_log: from, to_log: to, ..statement() });
        assert_eq!(refused, StatementError::Numbers { from, to });
    }
}

#[test]
fn what_was_restored_is_a_named_checkpoint_and_the_loss_reaches_to_the_end() {
    // shows: suc-4
    let unnamed = Restored { size: TreeSize::new(14), root: root(14) };
    let other_root = Restored { size: TreeSize::new(15), root: root(14) };
    for restored in [unnamed, other_root] {
        assert_eq!(refusal(Statement { restored, ..statement() }), StatementError::Restored);
    }
    for (first, count) in [(12, 7), (12, 9), (16, 4), (20, 0), (12, u64::MAX)] {
        let lost = Lost { first: LeafIndex::new(first), count };
        assert_eq!(refusal(Statement { lost, ..statement() }), StatementError::Lost);
    }
    let nothing = Statement {
        restored: Restored { size: TreeSize::new(0), root: hash::EMPTY_ROOT },
        lost: Lost { first: LeafIndex::new(0), count: 20 },
        ..statement()
    };
    verify_statement(&fixtures::signed(&nothing), &directory()).unwrap();
}

#[test]
fn checkpoints_are_the_old_logs_own_in_order_each_once() {
    // shows: suc-2
    assert_eq!(with_last(vec![]), StatementError::Checkpoints { found: 0 });
    assert_eq!(with_last(vec![note(20); 65]), StatementError::Checkpoints { found: 65 });
    assert_eq!(with_last(vec![note(15), note(15), note(20)]), StatementError::Order);
    assert_eq!(with_last(vec![note(20), note(15)]), StatementError::Order);
    let origin = directory().origin(&members::agency(fixtures::AGENCY), log(1));
    let said = Checkpoint { origin, size: TreeSize::new(20), root: root(20) };
    let strangers = checkpoint::sign(&said, &members::signing_key("mm.mpf", "log", 1)).unwrap();
    let place = StatementError::Checkpoint { place: 2 };
    assert_eq!(with_last(vec![note(15), ByteBuf::from(strangers)]), place);
}

#[test]
fn a_statement_of_another_hand_charter_or_credential_is_refused() {
    // shows: suc-2
    let witness = members::signing_key(fixtures::AGENCY, "witness", 1);
    let other_key = sign_statement(&statement(), &witness).unwrap();
    assert_eq!(
        verify_statement(&other_key, &directory()).unwrap_err(),
        StatementError::BadSignature
    );
    let serial = Serial::new(9);
    assert_eq!(
        refusal(Statement { serial, ..statement() }),
        StatementError::UnknownCredential { serial }
    );
    let charter = CharterName::parse("danube").unwrap();
    assert_eq!(refusal(Statement { charter, ..statement() }), StatementError::OtherCharter);
    let agency = members::agency("xx.yyy");
    assert_eq!(
        refusal(Statement { agency: agency.clone(), ..statement() }),
        StatementError::NotAMember { agency }
    );
    let long = vec![0; STATEMENT_BYTES_MAX + 1];
    assert!(matches!(
        verify_statement(&long, &directory()).unwrap_err(),
        StatementError::TooLong { .. }
    ));
}

#[test]
fn an_approval_is_by_another_members_witness_key_over_this_statement() {
    // shows: suc-5, wire-69
    let bytes = fixtures::signed(&statement());
    let judged = |approval: &Approval, key: &str, role: &str| {
        let signed = sign_approval(approval, &members::signing_key(key, role, 1)).unwrap();
        let statement = verify_statement(&bytes, &directory()).unwrap();
        verify_approval(&signed, &statement, &directory())
    };
    let good = fixtures::approval(&bytes, "mm.mpf");
    let agency = good.agency.clone();

    judged(&good, "mm.mpf", "witness").unwrap();

    let forged = Err(ApprovalError::BadSignature { agency: agency.clone() });
    assert_eq!(judged(&good, "mm.mpf", "signing"), forged);
    assert_eq!(judged(&good, "th.rtp", "witness"), forged);
    let other = Approval { statement: root(1), ..good.clone() };
    assert_eq!(judged(&other, "mm.mpf", "witness"), Err(ApprovalError::OtherStatement));
    let own = fixtures::approval(&bytes, fixtures::AGENCY);
    assert_eq!(judged(&own, fixtures::AGENCY, "witness"), Err(ApprovalError::Own));
    let serial = Serial::new(4);
    let unknown = Approval { serial, ..good };
    assert_eq!(
        judged(&unknown, "mm.mpf", "witness"),
        Err(ApprovalError::UnknownCredential { agency, serial })
    );
}

#[test]
fn fewer_than_a_quorum_of_distinct_members_is_no_succession() {
    // shows: suc-7
    let bytes = fixtures::signed(&statement());
    let approvals = fixtures::approvals(&bytes);
    let one = approvals[..1].to_vec();
    let twice = vec![approvals[0].clone(), approvals[0].clone()];
    let turned: Vec<ByteBuf> = approvals.iter().rev().cloned().collect();

    let none = SuccessionError::Quorum { found: 0, quorum: 2 };
    assert_eq!(verify(&bytes, &[], &directory()).unwrap_err(), none);
    let few = SuccessionError::Quorum { found: 1, quorum: 2 };
    assert_eq!(verify(&bytes, &one, &directory()).unwrap_err(), few);
    assert_eq!(verify(&bytes, &twice, &directory()).unwrap_err(), SuccessionError::Order);
    assert_eq!(verify(&bytes, &turned, &directory()).unwrap_err(), SuccessionError::Order);
}

#[test]
fn approvals_that_came_in_any_order_and_twice_are_joined_once() {
    let bytes = fixtures::signed(&statement());
    let verified = verify_statement(&bytes, &directory()).unwrap();
    let approval = |agency| {
        verify_approval(&fixtures::approved(&bytes, agency), &verified, &directory()).unwrap()
    };
    let came = vec![approval("th.rtp"), approval("mm.mpf"), approval("th.rtp")];

    let joined = join(verified.clone(), came, &directory()).unwrap();

    assert_eq!(joined.approval_bytes(), fixtures::approvals(&bytes));
    let same = vec![approval("th.rtp"), approval("th.rtp")];
    let few = SuccessionError::Quorum { found: 1, quorum: 2 };
    assert_eq!(join(verified, same, &directory()).unwrap_err(), few);
}

#[test]
fn an_approval_under_a_key_that_was_revoked_meanwhile_is_left_out() {
    // shows: suc-17
    let bytes = fixtures::signed(&statement());
    let mut directory = directory();
    let verified = verify_statement(&bytes, &directory).unwrap();
    let approvals: Vec<VerifiedApproval> = fixtures::approvals(&bytes)
        .iter()
        .map(|approval| verify_approval(approval, &verified, &directory).unwrap())
        .collect();
    let said = members::revocation("th.rtp", 1, 0);
    let said = revocation::sign(&said, &members::root("th.rtp")).unwrap();
    directory.revoke(directory.verify_revocation(&said).unwrap()).unwrap();

    let few = SuccessionError::Quorum { found: 1, quorum: 2 };
    assert_eq!(join(verified, approvals, &directory).unwrap_err(), few);
    // An auditor judges the log by its day.
    assert!(verify(&bytes, &fixtures::approvals(&bytes), &directory).is_ok());
}

#[test]
fn a_member_objects_to_a_statement_that_leaves_out_what_it_holds() {
    // shows: suc-6
    let verified = verify_statement(&fixtures::signed(&statement()), &directory()).unwrap();
    let held = |size: u64, of: u64| Some((TreeSize::new(size), root(of)));

    assert_eq!(objection(&verified, log(1), None), None);
    assert_eq!(objection(&verified, log(1), held(12, 12)), None);
    assert_eq!(objection(&verified, log(1), held(20, 20)), None);
    let unnamed = |size| Some(Objection::Unnamed { size: TreeSize::new(size) });
    assert_eq!(objection(&verified, log(1), held(21, 21)), unnamed(21));
    assert_eq!(objection(&verified, log(1), held(13, 13)), unnamed(13));
    assert_eq!(objection(&verified, log(1), held(20, 19)), unnamed(20));
    let in_force = log(2);
    assert_eq!(
        objection(&verified, in_force, held(20, 20)),
        Some(Objection::OtherLog { in_force })
    );
}

#[test]
fn a_checkpoint_of_the_old_log_beyond_its_end_contradicts_the_succession() {
    // shows: suc-12
    let verified = verify_statement(&fixtures::signed(&statement()), &directory()).unwrap();
    let at = |number, size| Checkpoint {
        origin: directory().origin(&members::agency(fixtures::AGENCY), log(number)),
        size: TreeSize::new(size),
        root: root(size),
    };

    assert!(verified.outlived_by(&at(1, 21), &directory()));
    assert!(!verified.outlived_by(&at(1, 20), &directory()));
    assert!(!verified.outlived_by(&at(2, 21), &directory()));
}

#[test]
fn every_code_of_a_cause_is_read_back() {
    for cause in Cause::ALL {
        assert_eq!(Cause::parse(cause.text()), Some(cause));
    }
    assert_eq!(Cause::parse("weather"), None);
}

proptest::proptest! {
    #[test]
    fn whatever_bytes_come_nothing_panics(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
        place in 0_usize..900, bit in 0_u8..8,
    ) {
        let good = fixtures::signed(&statement());
        proptest::prop_assert!(verify_statement(&bytes, &directory()).is_err());
        let mut turned = good.clone();
        let place = place % turned.len();
        turned[place] ^= 1 << bit;
        proptest::prop_assert!(verify_statement(&turned, &directory()).is_err());
    }
}

fn refusal(statement: Statement) -> StatementError {
    verify_statement(&fixtures::signed(&statement), &directory()).unwrap_err()
}

fn with_last(last: Vec<ByteBuf>) -> StatementError {
    refusal(Statement { last, ..statement() })
}
