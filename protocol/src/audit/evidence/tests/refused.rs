//! Files that prove nothing, each with one fault.

use alloc::vec::Vec;

use proptest::prelude::any;
use proptest::prop_assert;
use proptest::proptest;
use serde_bytes::ByteBuf;

use crate::audit::evidence::Case;
use crate::audit::evidence::Evidence;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::LogFork;
use crate::audit::evidence::Which;
use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::audit::evidence::make::Shown;
use crate::audit::evidence::misfit::Misfit;
use crate::audit::evidence::tests::liar;
use crate::codec;
use crate::crypto::digest;
use crate::crypto::digest::Digest;
use crate::envelope::fixtures::THIRD;
use crate::identity::charter::chain::ChainError;
use crate::identity::fixtures;
use crate::ids::LogNumber;
use crate::ids::Serial;
use crate::ids::TreeSize;
use crate::limits::EVIDENCE_BYTES_MAX;
use crate::log::proof::BadProof;

/// What is found, and what spoils a file so.
type Fault<'a, T> = (EvidenceFlaw, &'a dyn Fn(&mut T));

#[test]
fn each_fault_is_refused_for_what_it_is() {
    // shows: evd-1, evd-2, evd-3, evd-4, evd-10
    let third = ByteBuf::from(fixtures::verified_credential(THIRD, 1).bytes());
    let cases: [Fault<'_, Evidence>; 9] = [
        (EvidenceFlaw::Format { found: 2 }, &|file| file.format = 2),
        (EvidenceFlaw::Charters { found: 0 }, &|file| file.charters.clear()),
        (EvidenceFlaw::Charter(ChainError::Order), &|file| {
            file.charters.push(file.charters[0].clone());
        }),
        (credentials(), &|file| file.credentials.clear()),
        (credentials(), &|file| file.credentials.push(file.credentials[0].clone())),
        (credentials(), &|file| file.credentials = Vec::from([third.clone()])),
        (credentials(), &|file| {
            let later = fixtures::verified_credential("la.mps", 2);
            file.credentials.push(ByteBuf::from(later.bytes()));
        }),
        (EvidenceFlaw::Credentials { accused: fixtures::agency(THIRD) }, &|file| {
            file.accused = fixtures::agency(THIRD)
        }),
        (EvidenceFlaw::NotAMember { agency: fixtures::agency("vn.mps") }, &|file| {
            file.accused = fixtures::agency("vn.mps")
        }),
    ];
    for (flaw, spoil) in cases {
        let mut file = good();
        spoil(&mut file);
        assert_eq!(judged(&file).unwrap_err(), flaw);
    }
}

#[test]
fn each_fault_of_a_fork_is_refused_for_what_it_is() {
    // shows: evd-5, evd-6, evd-10
    let proof = EvidenceFlaw::Proof;
    let signature = |which| EvidenceFlaw::Signature { which };
    let cases: [Fault<'_, LogFork>; 12] = [
        (EvidenceFlaw::Order, &|fork| core::mem::swap(&mut fork.older, &mut fork.newer)),
        (EvidenceFlaw::Order, &|fork| fork.newer = fork.older.clone()),
        (EvidenceFlaw::Fits, &|fork| fork.misfit = Misfit::SameSize),
        (EvidenceFlaw::Fits, &|fork| set_root(fork, fork.older.root)),
        (proof(BadProof::Root), &|fork| set_root(fork, digest::sha256(b"another"))),
        (proof(BadProof::Length), &|fork| path(fork).push(digest::sha256(b"surplus"))),
        (proof(BadProof::Length), &|fork| path(fork).truncate(1)),
        (EvidenceFlaw::Fits, &|fork| fork.older.size = TreeSize::new(0)),
        (signature(Which::First), &|fork| fork.older.signature = fork.newer.signature),
        (signature(Which::Second), &|fork| fork.newer.signature = fork.older.signature),
        (EvidenceFlaw::Statement { which: Which::First }, &|fork| fork.log = LogNumber::new(2)),
        (credentials(), &|fork| fork.older.serial = Serial::new(2)),
    ];
    for (flaw, spoil) in cases {
        let mut file = good();
        let Case::LogFork(fork) = &mut file.case else { panic!("a fork") };
        spoil(fork);
        assert_eq!(judged(&file).unwrap_err(), flaw);
    }
}

#[test]
fn two_empty_trees_are_no_fork() {
    // shows: evd-5
    let mut file = good();
    let Case::LogFork(fork) = &mut file.case else { panic!("a fork") };
    (fork.older.size, fork.newer.size) = (TreeSize::new(0), TreeSize::new(0));
    fork.misfit = Misfit::SameSize;
    if fork.newer.root < fork.older.root {
        core::mem::swap(&mut fork.older, &mut fork.newer);
    }

    assert_eq!(judged(&file).unwrap_err(), EvidenceFlaw::Fits);
}

#[test]
fn another_federation_is_refused_where_the_genesis_is_known() {
    // shows: evd-2
    let bytes = codec::encode(&good()).unwrap();
    let other = judge::verify(&bytes, Some(digest::sha256(b"another"))).unwrap_err();

    assert!(matches!(other, EvidenceFlaw::Charter(ChainError::Founding(_))), "{other:?}");
}

#[test]
fn a_file_that_is_too_long_is_refused_before_it_is_read() {
    // shows: evd-1
    let flaw = judge::verify(&[0; EVIDENCE_BYTES_MAX + 1], None).unwrap_err();

    assert_eq!(flaw.code(), "not-canonical");
}

#[test]
fn a_leaf_that_is_no_receipt_makes_no_receipt_fork() {
    // shows: evd-7
    let (truth, lie) = liar::branches(3, 12);
    let made = make::receipt_fork(&liar::log(), &truth.note(5), &lie.receipt(5, 9, 6)).unwrap();
    let mut file: Evidence = codec::decode(made.bytes()).unwrap();
    let Case::ReceiptFork(receipt) = &mut file.case else { panic!("a receipt") };
    receipt.path.pop();

    assert_eq!(judged(&file).unwrap_err(), EvidenceFlaw::Proof(BadProof::Length));
}

#[test]
fn every_flaw_has_its_own_code() {
    let mut codes = EvidenceFlaw::CODES.to_vec();
    codes.sort_unstable();
    codes.dedup();

    assert_eq!(codes.len(), EvidenceFlaw::CODES.len());
    assert!(codes.contains(&EvidenceFlaw::Fits.code()));
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(96))]

    #[test]
    fn a_file_with_any_byte_changed_is_refused(at in any::<proptest::sample::Index>(), change in 1_u8..) {
        let mut bytes = codec::encode(&good()).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert!(judge::verify(&bytes, Some(liar::pin())).is_err(), "byte {at}");
    }

    #[test]
    fn a_file_with_any_byte_of_its_case_changed_is_refused(at in 0_usize..700, change in 1_u8..) {
        let mut bytes = codec::encode(&good()).unwrap();
        bytes[at] ^= change;
        prop_assert!(judge::verify(&bytes, Some(liar::pin())).is_err(), "byte {at}");
    }

    #[test]
    fn a_file_that_was_cut_or_lengthened_is_refused(at in any::<proptest::sample::Index>(), more in 1_usize..9) {
        let bytes = codec::encode(&good()).unwrap();
        prop_assert!(judge::verify(&bytes[..at.index(bytes.len())], None).is_err());
        let longer = [bytes, alloc::vec![0; more]].concat();
        prop_assert!(judge::verify(&longer, None).is_err());
    }
}

fn credentials() -> EvidenceFlaw {
    EvidenceFlaw::Credentials { accused: fixtures::agency("la.mps") }
}

/// Size 5 of one history, size 12 of another.
fn good() -> Evidence {
    let (truth, lie) = liar::branches(3, 12);
    let (note, path) = (lie.note(12), lie.consistency(5, 12));
    let shown = Shown { note: &note, path: &path, seen: &[] };
    let made = make::log_fork(&liar::log(), &truth.note(5), &shown).unwrap();
    codec::decode(made.bytes()).unwrap()
}

#[expect(clippy::unwrap_in_result, reason = "a test: what cannot be is a panic")]
fn judged(file: &Evidence) -> Result<(), EvidenceFlaw> {
    judge::verify(&codec::encode(file).unwrap(), Some(liar::pin())).map(|_| ())
}

fn path(fork: &mut LogFork) -> &mut Vec<Digest> {
    match &mut fork.misfit {
        Misfit::OtherBeginning { path, .. } => path,
        Misfit::SameSize => panic!("a path"),
    }
}

fn set_root(fork: &mut LogFork, other: Digest) {
    match &mut fork.misfit {
        Misfit::OtherBeginning { root, .. } => *root = other,
        Misfit::SameSize => panic!("a root"),
    }
}
