//! What is evidence, what is none, and that nobody honest can be accused.

mod liar;
mod outlived;
mod refused;
mod rivals;
mod sentences;
mod stolen;

use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::prop_assume;
use proptest::proptest;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Anchor;
use crate::audit::evidence::Case;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::audit::evidence::make::NotMade;
use crate::audit::evidence::make::Shown;
use crate::audit::evidence::misfit::Misfit;
use crate::audit::evidence::tests::liar::Branch;
use crate::crypto::digest::Digest;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::RECEIVER;
use crate::envelope::fixtures::SENDER;
use crate::envelope::fixtures::THIRD;
use crate::identity::fixtures;
use crate::log::leaf::EvidenceKind;

#[test]
fn two_roots_at_one_size_are_evidence_without_any_path() {
    // shows: evd-1, evd-4, evd-5
    let (truth, lie) = liar::branches(3, 9);

    let accusation = fork(&truth, 9, &lie, 9, &[], &[]).unwrap();

    assert_eq!(accusation.kind(), EvidenceKind::LogFork);
    assert_eq!(accusation.accused(), &fixtures::agency(SENDER));
    assert_eq!(accusation.anchor(), Anchor::Pinned);
    assert_eq!(accusation.fork().unwrap().misfit, Misfit::SameSize);
    assert_eq!(judge::verify(accusation.bytes(), Some(liar::pin())).unwrap(), accusation);
}

#[test]
fn the_same_two_checkpoints_make_the_same_file_whoever_holds_which() {
    // shows: evd-4
    let (truth, lie) = liar::branches(3, 9);

    let one = fork(&truth, 9, &lie, 9, &[], &[]).unwrap();
    let other = fork(&lie, 9, &truth, 9, &[], &[]).unwrap();

    assert_eq!(one.digest(), other.digest());
}

#[test]
fn a_newer_tree_with_another_beginning_is_evidence_at_every_pair_of_sizes() {
    // shows: evd-6
    for shared in 0..5 {
        let (truth, lie) = liar::branches(shared, 18);
        for old in 1..17 {
            for new in [old + 1, 17, 18] {
                let path = lie.consistency(old, new);
                let seen = [lie.root(old)];
                let misfit = liar::find(&truth, old, &lie, new, &path, &seen);

                assert_eq!(misfit.is_some(), old > shared, "{shared} {old} {new}");
                // A path that tells its own foot needs nothing else.
                let told = liar::find(&truth, old, &lie, new, &path, &[]);
                assert_eq!(told.is_some(), old > shared && !old.is_power_of_two());
            }
        }
    }
}

#[test]
fn a_file_about_two_sizes_holds_where_the_older_size_is_a_power_of_two_and_where_it_is_not() {
    // shows: evd-6, evd-2
    let (truth, lie) = liar::branches(2, 20);
    for (old, new) in [(3, 20), (4, 5), (8, 20), (13, 16), (16, 17), (19, 20)] {
        let accusation =
            fork(&truth, old, &lie, new, &lie.consistency(old, new), &[lie.root(old)]).unwrap();

        assert_eq!(
            judge::verify(accusation.bytes(), None).unwrap().anchor(),
            Anchor::SelfConsistent
        );
    }
}

#[test]
fn growth_is_no_evidence() {
    // shows: evd-6
    let (truth, _) = liar::branches(18, 18);
    for (old, new) in [(1, 2), (3, 9), (8, 16), (9, 9)] {
        let path = truth.consistency(old, new);
        let made = fork(&truth, old, &truth, new, &path, &[truth.root(old)]);
        assert_eq!(made.unwrap_err(), NotMade::Unproven);
    }
}

#[test]
fn a_shrunken_log_alone_is_no_evidence() {
    let (truth, lie) = liar::branches(3, 12);

    // Both are signed, and nothing that came shows how they relate.
    assert_eq!(fork(&truth, 12, &lie, 9, &[], &[]).unwrap_err(), NotMade::Unproven);
}

#[test]
fn a_receipt_on_another_branch_is_evidence_with_the_leaf_that_it_proved() {
    // shows: evd-7
    let (truth, lie) = liar::branches(3, 12);
    for (held, new, index) in [(5, 9, 6), (5, 9, 1), (4, 9, 5), (4, 9, 3), (8, 12, 11), (9, 9, 4)] {
        let receipt = lie.receipt(held, new, index);
        let accusation = make::receipt_fork(&liar::log(), &truth.note(held), &receipt).unwrap();

        assert_eq!(accusation.kind(), EvidenceKind::ReceiptFork, "{held} {new} {index}");
        assert!(accusation.sentence().contains("receipt for number"), "{}", accusation.sentence());
    }
}

#[test]
fn a_receipt_whose_leaf_lies_too_far_on_does_not_tell_the_foot_of_its_path() {
    let (truth, lie) = liar::branches(3, 12);

    let made = make::receipt_fork(&liar::log(), &truth.note(4), &lie.receipt(4, 12, 11));

    assert_eq!(made.unwrap_err(), NotMade::Unproven);
}

#[test]
fn a_witness_that_cosigned_both_is_accused_and_the_owner_is_not() {
    // shows: evd-8
    let (truth, lie) = liar::branches(3, 12);
    let held = truth.cosigned(9, THIRD, 1_800_000_000);
    let note = lie.cosigned(12, THIRD, 1_800_000_060);
    let (path, seen) = (lie.consistency(9, 12), [lie.root(9)]);
    let shown = Shown { note: &note, path: &path, seen: &seen };

    let accusation =
        make::witness_fork(&liar::log(), &fixtures::agency(THIRD), &held, &shown).unwrap();

    assert_eq!(accusation.kind(), EvidenceKind::WitnessFork);
    assert_eq!(accusation.accused(), &fixtures::agency(THIRD));
    let other = make::witness_fork(&liar::log(), &fixtures::agency(RECEIVER), &held, &shown);
    assert_eq!(other.unwrap_err(), NotMade::Unsigned);
}

#[test]
fn two_messages_under_one_number_are_evidence_and_a_repetition_is_none() {
    // shows: evd-9
    let (a, b) = (liar::dispatch(3, &[b"a", b"b"]), liar::dispatch(4, &[b"c"]));
    let directory = letters::directory();

    let accusation = make::number_reused(&directory, &b, &a).unwrap();

    let Case::NumberReused(reused) = accusation.case() else { panic!("{accusation:?}") };
    assert_eq!(reused.number.get(), 4);
    for (one, other) in [
        (liar::dispatch(3, &[b"a", b"b"]), liar::dispatch(4, &[b"b"])),
        (liar::dispatch(3, &[b"a"]), liar::dispatch(4, &[b"c"])),
        (a.clone(), a),
    ] {
        let made = make::number_reused(&directory, &one, &other).unwrap_err();
        assert_eq!(made, NotMade::Unproven);
    }
}

#[test]
fn two_messages_under_one_id_are_evidence_and_two_ids_are_none() {
    // shows: evd-9
    let directory = letters::directory();
    let (one, other) = (liar::message(1, 1), liar::message(1, 2));

    let accusation = make::id_reused(&directory, &one, &other).unwrap();

    let named = [fixtures::agency(SENDER), fixtures::agency(RECEIVER)];
    assert!(accusation.named().iter().eq(named.iter()));
    let apart = make::id_reused(&directory, &one, &liar::message(2, 2)).unwrap_err();
    assert_eq!(apart, NotMade::Flaw(EvidenceFlaw::Fits));
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(200))]

    /// Whatever is put together from the checkpoints and paths of one honest log accuses nobody.
    #[test]
    fn an_honest_log_is_never_accused(
        sizes in (1_u64..200, 1_u64..200),
        path in (1_u64..200, 1_u64..200),
        roots in (1_u64..200, 1_u64..200),
    ) {
        let (truth, _) = liar::branches(200, 200);
        let (from, to) = (path.0.min(path.1), path.0.max(path.1));
        let path = truth.consistency(from, to);
        let seen = [truth.root(roots.0), truth.root(roots.1), truth.leaf_hash(roots.0 - 1)];
        prop_assert_eq!(liar::find(&truth, sizes.0, &truth, sizes.1, &path, &seen), None);
    }

    /// A liar who shows its second history with a path that verifies gives itself away at any pair of sizes.
    #[test]
    fn a_forked_log_is_found_out_by_the_path_it_shows(
        shared in 0_u64..150,
        old in 1_u64..199,
        more in 1_u64..100,
    ) {
        prop_assume!(old > shared);
        let (truth, lie) = liar::branches(shared, 300);
        let path = lie.consistency(old, old + more);
        let found = liar::find(&truth, old, &lie, old + more, &path, &[lie.root(old)]);
        prop_assert!(found.is_some());
    }
}

fn fork(
    truth: &Branch,
    old: u64,
    lie: &Branch,
    new: u64,
    path: &[Digest],
    seen: &[Digest],
) -> Result<Accusation, NotMade> {
    let note = lie.note(new);
    make::log_fork(&liar::log(), &truth.note(old), &Shown { note: &note, path, seen })
}
