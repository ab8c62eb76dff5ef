//! What a person reads.

use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::audit::evidence::make::Shown;
use crate::audit::evidence::tests::liar;
use crate::envelope::fixtures as letters;
use crate::envelope::fixtures::THIRD;
use crate::identity::fixtures;

#[test]
fn a_person_reads_who_signed_what_and_why_it_does_not_fit() {
    // shows: evd-11
    let (truth, lie) = liar::branches(3, 12);
    let note = lie.note(12);
    let path = lie.consistency(9, 12);
    let shown = Shown { note: &note, path: &path, seen: &[] };
    let fork = make::log_fork(&liar::log(), &truth.note(9), &shown).unwrap();
    let said = [
        "la.mps signed two checkpoints of log1 that do not fit: size 9 with root ",
        ", and size 12 with root ",
        ", whose first 9 leaves have the root ",
    ];
    assert!(said.iter().all(|part| fork.sentence().contains(part)), "{}", fork.sentence());

    let held = truth.cosigned(9, THIRD, 1_800_000_000);
    let note = lie.cosigned(12, THIRD, 1_800_000_060);
    let shown = Shown { note: &note, path: &path, seen: &[] };
    let witness =
        make::witness_fork(&liar::log(), &fixtures::agency(THIRD), &held, &shown).unwrap();
    assert!(witness.sentence().starts_with(
        "th.rtp cosigned as a witness two checkpoints of log1 of la.mps that do not fit: size 9"
    ));
    assert!(witness.sentence().contains("2027-01-15T08:01:00.000Z"), "{}", witness.sentence());

    let directory = letters::directory();
    let (a, b) = (liar::dispatch(3, &[b"a", b"b"]), liar::dispatch(4, &[b"c"]));
    let number = make::number_reused(&directory, &a, &b).unwrap();
    assert!(
        number.sentence().starts_with(
            "la.mps signed two messages under number 4 of its link to mm.mpf in epoch 1: "
        ),
        "{}",
        number.sentence()
    );

    let id = make::id_reused(&directory, &liar::message(1, 1), &liar::message(1, 2)).unwrap();
    assert!(
        id.sentence().starts_with("la.mps signed two different messages under the id 019"),
        "{}",
        id.sentence()
    );
}

#[test]
fn a_person_reads_what_is_not_proven() {
    // shows: evd-11
    let (truth, lie) = liar::branches(3, 9);
    let note = lie.note(9);
    let shown = Shown { note: &note, path: &[], seen: &[] };
    let pinned = make::log_fork(&liar::log(), &truth.note(9), &shown).unwrap();
    let alone = judge::verify(pinned.bytes(), None).unwrap();

    assert_eq!(pinned.limits().len(), 2);
    assert!(pinned.limits()[0].contains("a stolen key"));
    assert_eq!(alone.limits().len(), 3);
    assert!(alone.limits()[2].contains("a whole federation can be invented"));
}
