//! What checkpoints, receipts and cosignatures are worth before and after their key has ended.

use alloc::vec::Vec;

use crate::audit::bundle::Scope;
use crate::audit::tests::forge;
use crate::audit::tests::forge::Agency;
use crate::audit::tests::forge::LA;
use crate::audit::tests::forge::MM;
use crate::audit::tests::forge::TH;
use crate::audit::verify;
use crate::audit::verify::report::Report;
use crate::identity::fixtures;
use crate::ids::LeafIndex;
use crate::ids::TreeSize;
use crate::registry::CloseCode;
use crate::wire::receipt;
use crate::wire::receipt::Expected;

#[test]
fn what_a_log_took_before_it_knew_of_a_revocation_stays_as_it_was_taken() {
    // shows: audit-47
    let (mut la, mm) = forge::morning();
    witness(&mut la, &[MM, TH]);
    la.peer_cosigned = Vec::from([(fixtures::agency(MM), quorate(&mm, &[LA, TH]))]);
    let before = la.audited().unwrap();
    assert!(before.witnessed.size.get() > 0 && before.grades.witnessed > 0);

    la.push(&forge::revocation(forge::revoked(TH, 1, 0)));
    la.push(&forge::revocation(forge::revoked(MM, 1, 0)));
    let after = la.audited().unwrap();

    assert_eq!((after.witnessed, after.grades), (before.witnessed, before.grades));
}

#[test]
fn a_witness_whose_key_has_ended_lifts_nothing_from_then_on() {
    // shows: audit-47
    let (mut la, mut mm) = forge::morning();
    witness(&mut la, &[MM, TH]);
    let lifted = la.log.head().size;
    la.push(&forge::revocation(forge::revoked(TH, 1, 0)));
    witness(&mut la, &[MM, TH]);
    let known = la.audited().unwrap();
    assert_eq!((known.witnessed.size, known.witnessed.cosignatures), (lifted, 4));

    // A receipt that comes now rests on the same two.
    la.send(&[MM]);
    let receipt = forge::exchange(&mut la, &mut mm, &[]);
    assert!(!receipt.items.is_empty());
    la.peer_cosigned = Vec::from([(fixtures::agency(MM), quorate(&mm, &[LA, TH]))]);
    la.peer_checkpoints.clear();
    let graded = la.audited().unwrap();
    let all = graded.grades.signed + graded.grades.consistent + graded.grades.witnessed;
    assert_eq!(graded.grades.witnessed, all - 1, "all but the newest one");
}

#[test]
fn a_checkpoint_that_only_a_revoked_key_signed_is_not_relied_on_beyond_the_last_good_one() {
    // shows: audit-47
    let mut la = Agency::new(LA);
    la.push(&forge::revocation(forge::revoked(LA, 1, 1)));
    witness(&mut la, &[MM, TH]);
    assert_eq!(la.audited().unwrap_err().code(), "revoked-checkpoint");

    // The next credential signs the log again; what was cosigned under the old key lifts nothing.
    la.serial = 2;
    assert_eq!(la.audited().unwrap().witnessed.size, TreeSize::new(0));
    witness(&mut la, &[MM, TH]);
    la.cosignatures.remove(0);
    assert_eq!(la.audited().unwrap().witnessed.size, la.log.head().size);
}

#[test]
fn a_receipt_that_waited_while_its_key_ended_is_not_taken() {
    // shows: id-43
    let (mut la, mut mm) = (Agency::new(LA), Agency::new(MM));
    la.send(&[MM]);
    let places = mm.take(LA, &la.offer(MM), &[]);
    let (mut known, peer, me) = (forge::directory(), fixtures::agency(MM), fixtures::agency(LA));
    let log = known.log_in_force(&peer).unwrap();
    let expected = Expected { origin: &log.origin, log_keys: &log.keys, me: &me, held: None };
    let read = receipt::verify(&mm.receipt(&places, 0), &expected).unwrap();

    assert_eq!(read.recheck(&known, &peer), Ok(()));
    known.revoke(known.verify_revocation(&forge::revoked(MM, 1, 1)).unwrap()).unwrap();
    assert_eq!(read.recheck(&known, &peer), Err(CloseCode::BadReceipt));
}

#[test]
fn a_log_is_witnessed_by_the_quorum_of_the_version_that_it_stood_at() {
    // shows: audit-48
    let mut la = Agency::new(LA);
    la.chain = fixtures::member_left(TH);
    // One witness is a quorum of the second version only.
    witness(&mut la, &[MM]);
    assert_eq!(la.audited().unwrap().witnessed.size, TreeSize::new(0));
    la.push(&forge::started_under(2));
    witness(&mut la, &[MM]);
    assert_eq!(la.audited().unwrap().witnessed.size, TreeSize::new(2));

    // Where the start is not shown, any version does.
    la.push(&forge::started_under(1));
    la.push(&forge::started_under(1));
    la.cosignatures.clear();
    witness(&mut la, &[MM]);
    assert_eq!(la.audited().unwrap().witnessed.size, TreeSize::new(0));
    assert_eq!(range(&la, 0, 3).witnessed.size, la.log.head().size);
}

/// Adds the cosigned head of an agency's log.
fn witness(of: &mut Agency, witnesses: &[&str]) {
    let note = quorate(of, witnesses);
    of.cosignatures.push((of.log.head().size, note));
}

fn quorate(of: &Agency, witnesses: &[&str]) -> Vec<u8> {
    let note = of.checkpoint().note().to_vec();
    witnesses.iter().fold(note, |note, witness| forge::cosigned(&note, witness, 100))
}

/// The verdict on a range of the leaves.
fn range(of: &Agency, from: u64, to: u64) -> Report {
    let scope = Scope::Range { from: LeafIndex::new(from), to: LeafIndex::new(to) };
    verify::verify(&of.scoped(Some(scope)), Some(forge::genesis())).unwrap()
}
