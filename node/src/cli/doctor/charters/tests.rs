//! Each way in which a peer's charter may differ has a remedy of its own.

use crate::api::shape::peer::Peer;
use crate::api::tests::fake::Fake;
use crate::cli::doctor::charters;
use crate::cli::doctor::finding::Finding;
use crate::cli::doctor::finding::Grade;

#[test]
fn peers_that_showed_the_same_version_are_well_and_others_are_not_claimed() {
    let mut peer = other(1);
    peer.charter.as_mut().unwrap().differs = false;

    let found = charters::held_against(1, &[peer, unmet()]);

    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(finding.grade, Grade::Ok);
    assert!(finding.found.contains("mm.mpf") && !finding.found.contains("th.rtp"), "{finding:?}");
}

#[test]
fn who_is_behind_is_told_how_to_come_forward() {
    // shows: chr-20
    let ahead = one(charters::held_against(1, &[other(2)]));
    let behind = one(charters::held_against(3, &[other(2)]));

    assert_eq!((ahead.grade, behind.grade), (Grade::Warning, Grade::Warning));
    assert!(remedy(&ahead).contains("concord charter submit FILE --dir NODE_DIR"), "{ahead:?}");
    assert!(remedy(&behind).contains("concord charter export --dir NODE_DIR"), "{behind:?}");
}

#[test]
fn two_versions_of_one_number_are_a_problem() {
    // shows: chr-20
    let rivals = one(charters::held_against(2, &[other(2)]));

    assert_eq!(rivals.grade, Grade::Problem);
    assert!(remedy(&rivals).contains("compare the digests aloud"), "{rivals:?}");
}

fn other(version: u64) -> Peer {
    let mut peer = Peer::from(&Fake::new().view.peers[0]);
    peer.charter.as_mut().unwrap().version = version;
    peer
}

fn unmet() -> Peer {
    Peer::from(&Fake::new().view.peers[1])
}

fn one(mut found: Vec<Finding>) -> Finding {
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn remedy(finding: &Finding) -> String {
    finding.text()
}
