//! The second opinion, the published vectors, and everything that must not open.

use alloc::vec;
use alloc::vec::Vec;
use core::convert::Infallible;

use hpke::Deserializable;
use hpke::OpModeR;
use hpke::OpModeS;
use hpke::Serializable;
use hpke::aead::AesGcm256;
use hpke::kdf::KdfShake256;
use hpke::kem::XWing;
use hpke::rand_core::TryCryptoRng;
use hpke::rand_core::TryRng;

use crate::crypto::aead::OpenFailed;
use crate::crypto::hpke as ours;
use crate::crypto::hpke::SealError;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::PureKem;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;

type TheirPublic = <XWing as hpke::Kem>::PublicKey;
type TheirPrivate = <XWing as hpke::Kem>::PrivateKey;
type TheirEncapsulation = <XWing as hpke::Kem>::EncappedKey;

#[test]
fn what_is_sealed_opens() {
    let (key, carried, sealed) = sealed();

    let opened = ours::open(&key, &carried, b"info", b"aad", &sealed).unwrap();

    assert_eq!(opened.as_slice(), b"plain");
}

#[test]
fn the_same_entropy_seals_to_the_same_bytes_as_another_implementation() {
    for seed in 0..8_u8 {
        let key = SealingKey::from_seed(&[seed; 32]);
        let plain = vec![seed; usize::from(seed) * 100];

        let (carried, sealed) =
            ours::seal(&PureKem, key.public(), b"info", b"aad", &plain, &[!seed; 64]).unwrap();
        let (their_carried, theirs) =
            hpke::single_shot_seal_with_rng::<AesGcm256, KdfShake256, XWing>(
                &OpModeS::Base,
                &TheirPublic::from_bytes(key.public().as_bytes()).unwrap(),
                b"info",
                &plain,
                b"aad",
                &mut Fixed(!seed),
            )
            .unwrap();

        assert_eq!(
            carried.as_bytes().as_slice(),
            their_carried.to_bytes().as_slice(),
            "seed {seed}"
        );
        assert_eq!(sealed, theirs, "seed {seed}");
    }
}

#[test]
fn another_implementation_opens_what_we_seal() {
    let (_, carried, sealed) = sealed();

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
fn we_open_what_another_implementation_seals() {
    let key = SealingKey::from_seed(&[1; 32]);
    let public = TheirPublic::from_bytes(key.public().as_bytes()).unwrap();

    let (carried, sealed) = hpke::single_shot_seal::<AesGcm256, KdfShake256, XWing>(
        &OpModeS::Base,
        &public,
        b"info",
        b"plain",
        b"aad",
    )
    .unwrap();
    let carried = Encapsulation::from_bytes(&carried.to_bytes()).unwrap();

    assert_eq!(ours::open(&key, &carried, b"info", b"aad", &sealed).unwrap().as_slice(), b"plain");
}

#[test]
fn every_difference_looks_the_same() {
    let (key, carried, sealed) = sealed();
    let other = SealingKey::from_seed(&[9; 32]);
    let flipped = |at: usize| {
        let mut bytes = sealed.clone();
        bytes[at] ^= 0x80;
        bytes
    };
    let mut carried_flipped = *carried.as_bytes();
    carried_flipped[7] ^= 1;
    let carried_flipped = Encapsulation::from_bytes(&carried_flipped).unwrap();
    let carried_weak = [carried.ml_kem(), &[0; 32]].concat();
    let carried_weak = Encapsulation::from_bytes(&carried_weak).unwrap();

    let attempts: Vec<Result<_, OpenFailed>> = vec![
        ours::open(&other, &carried, b"info", b"aad", &sealed),
        ours::open(&key, &carried_flipped, b"info", b"aad", &sealed),
        ours::open(&key, &carried_weak, b"info", b"aad", &sealed),
        ours::open(&key, &carried, b"Info", b"aad", &sealed),
        ours::open(&key, &carried, b"info", b"", &sealed),
        ours::open(&key, &carried, b"info", b"aad", &flipped(0)),
        ours::open(&key, &carried, b"info", b"aad", &flipped(sealed.len() - 1)),
        ours::open(&key, &carried, b"info", b"aad", &sealed[..sealed.len() - 1]),
        ours::open(&key, &carried, b"info", b"aad", b""),
        ours::open(&key, &carried, &[0; 65_536], b"aad", &sealed),
    ];

    for (number, attempt) in attempts.into_iter().enumerate() {
        assert_eq!(attempt, Err(OpenFailed), "attempt {number}");
    }
}

#[test]
fn info_longer_than_its_length_field_is_refused() {
    let key = SealingKey::from_seed(&[1; 32]);
    let seal =
        |info: &[u8]| ours::seal(&PureKem, key.public(), info, b"", b"", &[2; 64]).map(|_| ());

    assert_eq!(seal(&[0; 65_535]), Ok(()));
    assert_eq!(seal(&[0; 65_536]), Err(SealError::InfoTooLong { len: 65_536 }));
}

fn sealed() -> (SealingKey, Encapsulation, Vec<u8>) {
    let key = SealingKey::from_seed(&[1; 32]);
    let public: &SealingPublic = key.public();
    let (carried, sealed) =
        ours::seal(&PureKem, public, b"info", b"aad", b"plain", &[2; 64]).unwrap();
    (key, carried, sealed)
}

/// Entropy that is one byte over and over.
struct Fixed(u8);

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}
