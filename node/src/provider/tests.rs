//! The fast provider against the published vectors and the pure one.

use concord_protocol::crypto::aead::OpenFailed;
use concord_protocol::crypto::hpke as ours;
use concord_protocol::crypto::kem::BadSealingKey;
use concord_protocol::crypto::kem::Decapsulate;
use concord_protocol::crypto::kem::Encapsulate;
use concord_protocol::crypto::kem::Encapsulation;
use concord_protocol::crypto::kem::PureKem;
use concord_protocol::crypto::kem::SealingKey;
use concord_protocol::crypto::kem::SealingPublic;
use hpke::Deserializable;
use hpke::OpModeR;
use hpke::OpModeS;
use hpke::Serializable;
use hpke::aead::AesGcm256;
use hpke::kdf::KdfShake256;
use hpke::kem::XWing;
use serde::Deserialize;

use crate::provider::FastKem;
use crate::provider::FastSealingKey;

type TheirPublic = <XWing as hpke::Kem>::PublicKey;
type TheirPrivate = <XWing as hpke::Kem>::PrivateKey;
type TheirEncapsulation = <XWing as hpke::Kem>::EncappedKey;

#[test]
fn the_fast_key_agrees_with_the_draft_of_x_wing() {
    let text = include_str!("../../../spec/vectors/published/x-wing.json");
    let cases: Vec<XWingCase> = serde_json::from_str(text).unwrap();
    assert_eq!(cases.len(), 3);

    for case in cases {
        let key = FastSealingKey::from_seed(&hex(&case.sk).try_into().unwrap()).unwrap();
        let received =
            key.decapsulate(&Encapsulation::from_bytes(&hex(&case.ct)).unwrap()).unwrap();

        assert_eq!(key.public().as_bytes().as_slice(), hex(&case.pk));
        assert_eq!(received.expose().as_slice(), hex(&case.ss));
        // The fast provider draws its own randomness, so what it makes is opened by the key of the vector instead.
        let (carried, sent) =
            FastKem.encapsulate(key.public(), &hex(&case.eseed).try_into().unwrap()).unwrap();
        assert_eq!(key.decapsulate(&carried).unwrap().expose(), sent.expose());
    }
}

#[test]
fn the_two_providers_arrive_at_the_same_secrets() {
    for seed in 0..16_u8 {
        let (pure, fast) = keys(seed);

        let (by_pure, sent_pure) = PureKem.encapsulate(fast.public(), &[seed; 64]).unwrap();
        let (by_fast, sent_fast) = FastKem.encapsulate(pure.public(), &[seed; 64]).unwrap();

        assert_eq!(pure.public(), fast.public());
        assert_eq!(fast.decapsulate(&by_pure).unwrap().expose(), sent_pure.expose());
        assert_eq!(pure.decapsulate(&by_pure).unwrap().expose(), sent_pure.expose());
        assert_eq!(fast.decapsulate(&by_fast).unwrap().expose(), sent_fast.expose());
        assert_eq!(pure.decapsulate(&by_fast).unwrap().expose(), sent_fast.expose());
    }
}

#[test]
fn the_two_providers_refuse_implicitly_in_the_same_way() {
    let (pure, fast) = keys(1);
    let (carried, sent) = FastKem.encapsulate(pure.public(), &[0; 64]).unwrap();

    for at in [0, 543, 1087, 1088, 1119] {
        let mut bytes = *carried.as_bytes();
        bytes[at] ^= 0x10;
        let changed = Encapsulation::from_bytes(&bytes).unwrap();
        let (by_pure, by_fast) =
            (pure.decapsulate(&changed).unwrap(), fast.decapsulate(&changed).unwrap());

        assert_eq!(by_pure.expose(), by_fast.expose(), "byte {at}");
        assert_ne!(by_fast.expose(), sent.expose(), "byte {at}");
    }
}

#[test]
fn two_encapsulations_never_carry_the_same_secret() {
    let (_, fast) = keys(1);

    let (first, secret) = FastKem.encapsulate(fast.public(), &[0; 64]).unwrap();
    let (second, other) = FastKem.encapsulate(fast.public(), &[0; 64]).unwrap();

    assert_ne!(secret.expose(), other.expose());
    assert_ne!(first.ml_kem(), second.ml_kem());
    assert_ne!(first.x25519(), second.x25519());
}

#[test]
fn another_implementation_opens_what_the_fast_provider_seals() {
    let (pure, _) = keys(1);

    let (carried, sealed) =
        ours::seal(&FastKem, pure.public(), b"info", b"aad", b"plain", &[0; 64]).unwrap();
    let opened = hpke::single_shot_open::<AesGcm256, KdfShake256, XWing>(
        &OpModeR::Base,
        &TheirPrivate::from_bytes(&[1; 32]).unwrap(),
        &TheirEncapsulation::from_bytes(carried.as_bytes()).unwrap(),
        b"info",
        &sealed,
        b"aad",
    );

    assert_eq!(opened.unwrap(), b"plain");
}

#[test]
fn the_fast_key_opens_what_another_implementation_seals() {
    let (_, fast) = keys(1);

    let (carried, sealed) = hpke::single_shot_seal::<AesGcm256, KdfShake256, XWing>(
        &OpModeS::Base,
        &TheirPublic::from_bytes(fast.public().as_bytes()).unwrap(),
        b"info",
        b"plain",
        b"aad",
    )
    .unwrap();
    let carried = Encapsulation::from_bytes(&carried.to_bytes()).unwrap();

    assert_eq!(ours::open(&fast, &carried, b"info", b"aad", &sealed).unwrap().as_slice(), b"plain");
}

#[test]
fn a_sealing_opens_with_its_key_and_unchanged_alone() {
    let ((_, mine), (_, theirs)) = (keys(1), keys(2));
    let (carried, sealed) =
        ours::seal(&FastKem, mine.public(), b"info", b"aad", b"plain", &[0; 64]).unwrap();
    let mut flipped = sealed.clone();
    flipped[0] ^= 1;
    let mut carried_flipped = *carried.as_bytes();
    carried_flipped[100] ^= 1;
    let carried_flipped = Encapsulation::from_bytes(&carried_flipped).unwrap();

    assert_eq!(ours::open(&mine, &carried, b"info", b"aad", &sealed).unwrap().as_slice(), b"plain");
    assert_eq!(ours::open(&theirs, &carried, b"info", b"aad", &sealed), Err(OpenFailed));
    assert_eq!(ours::open(&mine, &carried_flipped, b"info", b"aad", &sealed), Err(OpenFailed));
    assert_eq!(ours::open(&mine, &carried, b"info", b"aad", &flipped), Err(OpenFailed));
    assert_eq!(ours::open(&mine, &carried, b"info", b"", &sealed), Err(OpenFailed));
    assert_eq!(ours::open(&mine, &carried, b"", b"aad", &sealed), Err(OpenFailed));
}

#[test]
fn both_providers_refuse_the_all_zero_x25519_secret() {
    let (pure, fast) = keys(1);
    let (carried, _) = FastKem.encapsulate(pure.public(), &[0; 64]).unwrap();

    for point in small_order() {
        let forged = Encapsulation::from_bytes(&[carried.ml_kem(), &point].concat()).unwrap();

        assert_eq!(pure.decapsulate(&forged).map(|_| ()), Err(OpenFailed), "{point:02x?}");
        assert_eq!(fast.decapsulate(&forged).map(|_| ()), Err(OpenFailed), "{point:02x?}");
        // Nor can such a point be sealed to: it is refused when the key is read.
        let key = [pure.public().ml_kem(), &point].concat();
        assert_eq!(SealingPublic::from_bytes(&key), Err(BadSealingKey), "{point:02x?}");
    }
}

#[test]
fn a_malformed_public_key_is_refused_when_it_is_read() {
    let (pure, _) = keys(1);
    let mut unreduced = *pure.public().as_bytes();
    unreduced[..3].fill(0xff);

    assert_eq!(SealingPublic::from_bytes(&unreduced), Err(BadSealingKey));
    assert_eq!(SealingPublic::from_bytes(pure.public().ml_kem()), Err(BadSealingKey));
}

#[test]
fn the_fast_key_is_silent() {
    assert_eq!(format!("{:?}", keys(1).1), "FastSealingKey");
}

fn keys(seed: u8) -> (SealingKey, FastSealingKey) {
    (SealingKey::from_seed(&[seed; 32]), FastSealingKey::from_seed(&[seed; 32]).unwrap())
}

/// The points of small order that have one canonical encoding each, and zero written as the prime. Source: RFC 7748.
fn small_order() -> [[u8; 32]; 5] {
    [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
        "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]
    .map(|text| hex(text).try_into().unwrap())
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "the seed of the file is its private key again")]
struct XWingCase {
    seed: String,
    eseed: String,
    ss: String,
    sk: String,
    pk: String,
    ct: String,
}
