//! Roots and their announcements.

use crate::codec;
use crate::crypto::expand;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::identity::fixtures;
use crate::identity::root::RootAnnouncement;
use crate::identity::root::RootKey;

#[test]
fn both_halves_come_from_one_seed_by_label() {
    // shows: id-2
    let seed = [9; 32];
    let root = RootKey::from_seed(&seed).public();

    let ed25519 = SigningKey::from_seed(&expand::expand::<32>(&seed, "root ed25519", 0)).public();
    let ml_dsa = LatticeKey::from_seed(&expand::expand::<32>(&seed, "root ml-dsa-65", 0));
    assert_eq!(root.ed25519, ed25519);
    assert_eq!(root.ml_dsa, *ml_dsa.public());
    assert_ne!(root.fingerprint(), RootKey::from_seed(&[10; 32]).public().fingerprint());
}

#[test]
fn a_root_key_keeps_silent() {
    assert_eq!(alloc::format!("{:?}", fixtures::root("la.mps")), "RootKey");
}

#[test]
fn an_announcement_reads_back() {
    let announcement = RootAnnouncement {
        agency: fixtures::agency("la.mps"),
        root: fixtures::root("la.mps").public(),
    };

    let bytes = codec::encode(&announcement).unwrap();

    assert_eq!(codec::decode::<RootAnnouncement>(&bytes).unwrap(), announcement);
}
