//! A log that is longer than its owner stated when it ended.

use serde_bytes::ByteBuf;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Anchor;
use crate::audit::evidence::Case;
use crate::audit::evidence::Evidence;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::LogOutlived;
use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::audit::evidence::make::NotMade;
use crate::codec;
use crate::identity::fixtures as members;
use crate::ids::TreeSize;
use crate::log::leaf::EvidenceKind;
use crate::log::succession::fault::ApprovalError;
use crate::log::succession::fault::SuccessionError;
use crate::log::succession::fixtures;
use crate::wire::succession::SuccessionFrame;

/// What is found, and what spoils a file so.
type Fault<'a> = (&'static str, &'a dyn Fn(&mut Evidence, &mut LogOutlived));

#[test]
fn a_checkpoint_beyond_the_end_that_a_quorum_approved_is_evidence_for_anyone() {
    // shows: suc-12, evd-3, evd-27
    let made = of(21).unwrap();

    assert_eq!(made.kind(), EvidenceKind::LogOutlived);
    assert_eq!(made.accused(), &members::agency(fixtures::AGENCY));
    assert_eq!(made.log(), Some(fixtures::log(1)));
    assert_eq!(made.anchor(), Anchor::Pinned);
    let pin = fixtures::directory().charter().digest();
    assert_eq!(judge::verify(made.bytes(), Some(pin)).unwrap(), made);
    let said = "la.mps stated that log1 ends with 20 leaves, which mm.mpf, th.rtp approved, and signed a checkpoint of it of size 21 with root ";
    assert!(made.sentence().starts_with(said), "{}", made.sentence());
    assert!(made.limits().iter().any(|limit| limit.contains("which of the two was signed first")));
}

#[test]
fn a_checkpoint_within_the_end_proves_nothing() {
    // shows: suc-12
    for size in [1, 12, 19, 20] {
        assert_eq!(of(size).unwrap_err(), NotMade::Flaw(EvidenceFlaw::Fits), "{size}");
    }
}

#[test]
fn a_statement_that_no_quorum_approved_ends_nothing() {
    // shows: evd-27
    let mut succession = succession();
    succession.approvals.clear();

    let made =
        make::log_outlived(&fixtures::directory(), &succession, &fixtures::note_of("la.mps", 21));

    assert_eq!(made.unwrap_err(), NotMade::Unproven);
}

#[test]
fn a_checkpoint_of_somebody_elses_log_proves_nothing() {
    let made =
        make::log_outlived(&fixtures::directory(), &succession(), &fixtures::note_of("mm.mpf", 21));

    assert_eq!(made.unwrap_err(), NotMade::Unsigned);
}

#[test]
fn each_fault_is_refused_for_what_it_is() {
    // shows: evd-3, evd-10, evd-26, evd-27
    let cases: [Fault<'_>; 9] = [
        ("succession", &|_, case| case.approvals.clear()),
        ("succession", &|_, case| case.approvals.reverse()),
        ("succession", &|_, case| case.statement[40] ^= 1),
        // An approval whose credential is not inside.
        ("succession", &|file, _| drop(file.credentials.pop())),
        ("statement", &|file, _| file.accused = members::agency("mm.mpf")),
        ("fits", &|_, case| case.head.size = TreeSize::new(20)),
        ("signature", &|_, case| case.head.size = TreeSize::new(22)),
        ("credentials", &|file, _| file.credentials.reverse()),
        ("credentials", &|file, _| {
            let unneeded = fixtures::directory();
            let second = unneeded.newest(&members::agency(fixtures::AGENCY)).unwrap();
            file.credentials.insert(1, ByteBuf::from(second.bytes()));
        }),
    ];
    for (place, (code, spoil)) in cases.into_iter().enumerate() {
        let mut file: Evidence = codec::decode(of(21).unwrap().bytes()).unwrap();
        let Case::LogOutlived(mut case) = file.case.clone() else { panic!("{:?}", file.case) };
        spoil(&mut file, &mut case);
        file.case = Case::LogOutlived(case);
        let flaw = judge::verify(&codec::encode(&file).unwrap(), None).unwrap_err();
        assert_eq!(flaw.code(), code, "{place}: {flaw:?}");
    }
}

#[test]
fn an_approval_that_does_not_hold_is_named() {
    let mut succession = succession();
    succession.approvals[1][90] ^= 1;
    let mut file: Evidence = codec::decode(of(21).unwrap().bytes()).unwrap();
    let Case::LogOutlived(case) = &mut file.case else { panic!("an end") };
    case.approvals = succession.approvals;

    let flaw = judge::verify(&codec::encode(&file).unwrap(), None).unwrap_err();

    let EvidenceFlaw::Succession(SuccessionError::Approval { place: 2, source }) = flaw else {
        panic!("{flaw:?}")
    };
    assert_eq!(source, ApprovalError::OtherStatement);
}

/// The end of log 1 with 20 leaves.
fn succession() -> SuccessionFrame {
    let statement = fixtures::signed(&fixtures::statement());
    let approvals = fixtures::approvals(&statement);
    SuccessionFrame { statement: ByteBuf::from(statement), approvals }
}

fn of(size: u64) -> Result<Accusation, NotMade> {
    let note = fixtures::note_of(fixtures::AGENCY, size);
    make::log_outlived(&fixtures::directory(), &succession(), &note)
}
