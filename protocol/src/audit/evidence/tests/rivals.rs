//! A root that signed two versions of the charter that do not fit: proven in one file, judged offline.

use alloc::vec::Vec;

use serde_bytes::ByteBuf;

use crate::audit::evidence::Accusation;
use crate::audit::evidence::Case;
use crate::audit::evidence::Evidence;
use crate::audit::evidence::EvidenceFlaw;
use crate::audit::evidence::judge;
use crate::audit::evidence::make;
use crate::codec;
use crate::identity::charter::Charter;
use crate::identity::charter::Proposal;
use crate::identity::charter::Resolves;
use crate::identity::charter::chain::Chain;
use crate::identity::charter::papers::Papers;
use crate::identity::directory::Directory;
use crate::identity::fixtures;
use crate::ids::CharterVersion;
use crate::log::leaf::EvidenceKind;

fn next(papers: &Papers, text: &str) -> Charter {
    let newest = papers.newest();
    let mut charter = Charter {
        version: newest.version().next(),
        previous: Some(newest.digest()),
        ..newest.charter().clone()
    };
    charter.members[0].names = Vec::from([fixtures::name("en", text)]);
    charter
}

/// What a node makes that holds one version and is handed another one.
fn accusation() -> (Directory, Accusation) {
    let mut papers = Papers::found(fixtures::verified_charter());
    let (one, other) = (next(&papers, "one way"), next(&papers, "another way"));
    papers.take(&[fixtures::signed(one, &["la.mps"])]);
    let taken = papers.take(&[fixtures::signed(other, &["la.mps", "mm.mpf"])]);
    let [double] = taken.doubles.as_slice() else { panic!("one double: {taken:?}") };
    let directory = Directory::new(fixtures::verified_charter());
    let made = make::charter_rivals(&directory, double).unwrap();
    (directory, made)
}

#[test]
fn two_rivals_under_one_root_are_proven_by_one_file() {
    // shows: chr-18
    let (directory, made) = accusation();
    let pin = directory.chain().first().digest();
    let judged = judge::verify(made.bytes(), Some(pin)).unwrap();

    assert_eq!(judged.kind(), EvidenceKind::CharterRivals);
    assert_eq!(judged.accused(), &fixtures::agency("la.mps"));
    assert!(judged.sentence().contains("signed two versions 2 of the charter"));
}

#[test]
fn rivals_after_a_conflict_that_was_resolved_are_proven_with_the_whole_chain() {
    // shows: chr-10, chr-18
    let mut papers = Papers::found(fixtures::verified_charter());
    let (one, other) = (next(&papers, "one way"), next(&papers, "another way"));
    papers.take(&[
        fixtures::signed(one.clone(), &["la.mps"]),
        fixtures::signed(other.clone(), &["mm.mpf"]),
    ]);
    let mut rivals: Vec<_> = papers.open().map(Proposal::digest).collect();
    rivals.sort_unstable();
    let third = Charter {
        version: CharterVersion::new(3),
        resolves: Some(Resolves { since: CharterVersion::new(1), rivals }),
        ..next(&papers, "both ways")
    };
    papers.take(&[fixtures::signed(third, &["la.mps", "mm.mpf", "th.rtp"])]);
    assert_eq!(papers.newest().version(), CharterVersion::new(3));
    let after = |text| Charter { resolves: None, ..next(&papers, text) };
    let (left, right) = (after("left"), after("right"));
    papers.take(&[fixtures::signed(left, &["la.mps"])]);
    let taken = papers.take(&[fixtures::signed(right, &["la.mps", "mm.mpf"])]);

    let [double] = taken.doubles.as_slice() else { panic!("one double: {taken:?}") };
    let directory = Directory::under(Chain::of(&papers).unwrap());
    let made = make::charter_rivals(&directory, double).unwrap();
    assert_eq!(made.accused(), &fixtures::agency("la.mps"));
}

#[test]
fn who_signed_only_one_of_them_is_not_accused() {
    // shows: chr-18
    let (_, made) = accusation();
    let mut file: Evidence = codec::decode(made.bytes()).unwrap();
    file.accused = fixtures::agency("mm.mpf");

    let flaw = judge::verify(&codec::encode(&file).unwrap(), None).unwrap_err();

    assert!(matches!(flaw, EvidenceFlaw::Statement { .. }), "{flaw:?}");
}

#[test]
fn a_version_and_its_successor_prove_nothing() {
    // shows: chr-7, chr-18
    let (_, made) = accusation();
    let mut papers = Papers::found(fixtures::verified_charter());
    let second = fixtures::signed(next(&papers, "two"), &["la.mps", "mm.mpf"]);
    papers.take(core::slice::from_ref(&second));
    let alone = |charter: Charter| ByteBuf::from(fixtures::signed(charter, &["la.mps"]));
    let mut file: Evidence = codec::decode(made.bytes()).unwrap();
    let Case::CharterRivals(rivals) = &mut file.case else { panic!("{:?}", file.case) };
    rivals.first = alone(papers.newest().charter().clone());
    rivals.second = alone(next(&papers, "three"));

    assert_eq!(judge::verify(&codec::encode(&file).unwrap(), None), Err(EvidenceFlaw::Fits));
}
