//! Published vectors, round trips, and keys that are refused.

use alloc::format;
use alloc::vec::Vec;

use crate::crypto::aead::OpenFailed;
use crate::crypto::kem;
use crate::crypto::kem::BadEncapsulation;
use crate::crypto::kem::BadSealingKey;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::PureKem;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;

/// The u-coordinates of small order on Curve25519 and its twist, below 2^255. Source: RFC 7748 section 7.
pub(crate) const SMALL_ORDER: [[u8; 32]; 7] = {
    const fn ends(first: u8, middle: u8, last: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        bytes[0] = first;
        bytes[31] = last;
        bytes
    }
    [
        ends(0x00, 0x00, 0x00),
        ends(0x01, 0x00, 0x00),
        [
            0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f,
            0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16,
            0x5f, 0x49, 0xb8, 0x00,
        ],
        [
            0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83,
            0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd,
            0xd0, 0x9f, 0x11, 0x57,
        ],
        ends(0xec, 0xff, 0x7f),
        ends(0xed, 0xff, 0x7f),
        ends(0xee, 0xff, 0x7f),
    ]
};

#[test]
fn both_sides_arrive_at_one_secret() {
    let key = SealingKey::from_seed(&[1; 32]);

    let (carried, sent) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();
    let received = key.decapsulate(&carried).unwrap();

    assert_eq!(sent.expose(), received.expose());
}

#[test]
fn the_same_entropy_gives_the_same_bytes_and_other_entropy_others() {
    let key = SealingKey::from_seed(&[1; 32]);

    let (first, _) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();
    let (again, _) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();
    let (other, _) = PureKem.encapsulate(key.public(), &[3; 64]).unwrap();

    assert!(first == again);
    assert!(first != other);
}

#[test]
fn another_key_arrives_at_another_secret() {
    let (mine, theirs) = (SealingKey::from_seed(&[1; 32]), SealingKey::from_seed(&[2; 32]));

    let (carried, sent) = PureKem.encapsulate(mine.public(), &[3; 64]).unwrap();
    let received = theirs.decapsulate(&carried).unwrap();

    assert_ne!(sent.expose(), received.expose());
}

#[test]
fn a_flipped_bit_in_either_half_leads_to_another_secret() {
    let key = SealingKey::from_seed(&[1; 32]);
    let (carried, sent) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();

    for at in [0, 500, 1087, 1088, 1118] {
        let mut bytes = *carried.as_bytes();
        bytes[at] ^= 1;
        let received = key.decapsulate(&Encapsulation::from_bytes(&bytes).unwrap()).unwrap();

        assert_ne!(sent.expose(), received.expose(), "byte {at}");
    }
}

#[test]
fn an_encapsulation_that_leads_to_the_all_zero_secret_is_refused() {
    let key = SealingKey::from_seed(&[1; 32]);
    let (carried, _) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();

    for point in SMALL_ORDER {
        let forged = [carried.ml_kem(), &point].concat();
        let forged = Encapsulation::from_bytes(&forged).unwrap();

        assert_eq!(key.decapsulate(&forged).map(|_| ()), Err(OpenFailed), "{point:02x?}");
    }
}

#[test]
fn a_public_key_of_small_order_is_refused() {
    let key = SealingKey::from_seed(&[1; 32]);

    for point in SMALL_ORDER {
        let forged = [key.public().ml_kem(), &point].concat();

        assert_eq!(SealingPublic::from_bytes(&forged), Err(BadSealingKey), "{point:02x?}");
    }
}

#[test]
fn a_public_key_with_a_coefficient_not_reduced_is_refused() {
    let key = SealingKey::from_seed(&[1; 32]);

    let mut bytes = *key.public().as_bytes();
    // The first coefficient, 12 bits in little-endian order, becomes 3329: the first value that is not reduced.
    bytes[0] = 0x01;
    bytes[1] = (bytes[1] & 0xf0) | 0x0d;

    assert_eq!(SealingPublic::from_bytes(&bytes), Err(BadSealingKey));
}

#[test]
fn bytes_of_another_length_are_neither_key_nor_encapsulation() {
    let key = SealingKey::from_seed(&[1; 32]);
    let longer = [key.public().as_bytes().as_slice(), &[0]].concat();

    assert_eq!(SealingPublic::from_bytes(&longer), Err(BadSealingKey));
    assert_eq!(SealingPublic::from_bytes(&longer[..1215]), Err(BadSealingKey));
    assert_eq!(SealingPublic::from_bytes(&[]), Err(BadSealingKey));
    assert_eq!(Encapsulation::from_bytes(&[0; 1119]).map(|_| ()), Err(BadEncapsulation));
    assert_eq!(Encapsulation::from_bytes(&[0; 1121]).map(|_| ()), Err(BadEncapsulation));
}

#[test]
fn the_expanded_seed_has_the_x25519_half_of_the_key() {
    let key = SealingKey::from_seed(&[7; 32]);

    let scalar = x25519_dalek::StaticSecret::from(*kem::expand_seed(&[7; 32]).x25519);

    assert_eq!(x25519_dalek::PublicKey::from(&scalar).as_bytes(), key.public().x25519());
}

#[test]
fn a_public_key_crosses_a_border_as_a_byte_string_and_is_checked_there() {
    let key = SealingKey::from_seed(&[1; 32]);

    let bytes = serde_cbor::to_vec(key.public()).unwrap();
    let mut forged = bytes.clone();
    let half = forged.len() - 32;
    forged[half..].fill(0);

    assert_eq!(bytes[..3], [0x59, 0x04, 0xc0]);
    assert_eq!(serde_cbor::from_slice::<SealingPublic>(&bytes).as_ref().ok(), Some(key.public()));
    assert!(serde_cbor::from_slice::<SealingPublic>(&forged).is_err());
}

#[test]
fn secrets_are_silent() {
    let key = SealingKey::from_seed(&[1; 32]);
    let (_, secret) = PureKem.encapsulate(key.public(), &[2; 64]).unwrap();

    let shown: Vec<_> =
        [format!("{key:?}"), format!("{secret:?}"), format!("{:?}", kem::expand_seed(&[1; 32]))]
            .into();

    assert_eq!(shown, ["SealingKey", "SharedSecret", "ExpandedSeed"]);
}
