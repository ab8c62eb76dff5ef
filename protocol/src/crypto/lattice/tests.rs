//! Published vectors, and signatures that must not hold.

use alloc::format;

use crate::crypto::lattice::BadLatticeKey;
use crate::crypto::lattice::BadLatticeSignature;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::lattice::LatticePublic;
use crate::crypto::lattice::LatticeSignature;
use crate::crypto::signature::BadSignature;

#[test]
fn a_signature_holds_for_its_key_and_message_alone() {
    let (key, other) = (LatticeKey::from_seed(&[1; 32]), LatticeKey::from_seed(&[2; 32]));

    let signature = key.sign(b"charter");

    assert_eq!(key.public().verify(b"charter", &signature), Ok(()));
    assert_eq!(key.public().verify(b"Charter", &signature), Err(BadSignature));
    assert_eq!(other.public().verify(b"charter", &signature), Err(BadSignature));
}

#[test]
fn the_same_message_gives_the_same_signature() {
    let key = LatticeKey::from_seed(&[1; 32]);

    assert!(key.sign(b"charter") == key.sign(b"charter"));
}

#[test]
fn a_flipped_bit_anywhere_breaks_the_signature() {
    let key = LatticeKey::from_seed(&[1; 32]);
    let signature = key.sign(b"charter");

    // The challenge, the response, the hint and its counters.
    for at in [0, 47, 48, 3247, 3248, 3303, 3308] {
        let mut bytes = *signature.as_bytes();
        bytes[at] ^= 1;
        let changed = LatticeSignature::from_bytes(&bytes).unwrap();

        assert_eq!(key.public().verify(b"charter", &changed), Err(BadSignature), "byte {at}");
    }
}

#[test]
fn bytes_of_another_length_are_neither_key_nor_signature() {
    assert_eq!(LatticePublic::from_bytes(&[0; 1951]), Err(BadLatticeKey));
    assert_eq!(LatticePublic::from_bytes(&[0; 1953]), Err(BadLatticeKey));
    assert_eq!(LatticeSignature::from_bytes(&[0; 3308]).map(|_| ()), Err(BadLatticeSignature));
    assert_eq!(LatticeSignature::from_bytes(&[0; 3310]).map(|_| ()), Err(BadLatticeSignature));
}

#[test]
fn key_and_signature_cross_a_border_as_byte_strings() {
    let key = LatticeKey::from_seed(&[1; 32]);
    let signature = key.sign(b"charter");

    let key_bytes = serde_cbor::to_vec(key.public()).unwrap();
    let signature_bytes = serde_cbor::to_vec(&signature).unwrap();

    assert_eq!(
        serde_cbor::from_slice::<LatticePublic>(&key_bytes).as_ref().ok(),
        Some(key.public())
    );
    assert!(
        serde_cbor::from_slice::<LatticeSignature>(&signature_bytes)
            .is_ok_and(|again| again == signature)
    );
}

#[test]
fn the_key_is_silent() {
    assert_eq!(format!("{:?}", LatticeKey::from_seed(&[1; 32])), "LatticeKey");
}
