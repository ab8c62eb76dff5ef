//! Sealed texts: the published vector, round trips, and what does not open.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use ciborium::Value;

use crate::crypto::aead::ContentKey;
use crate::crypto::aead::OpenFailed;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::encrypt;
use crate::crypto::cose::encrypt::Encrypt;
use crate::crypto::cose::encrypt::EncryptError;
use crate::crypto::cose::encrypt::Encrypted;
use crate::crypto::cose::encrypt::Recipient;
use crate::crypto::cose::tests::hex;
use crate::crypto::cose::tests::unhex;
use crate::crypto::kem::Decapsulate;
use crate::crypto::kem::Encapsulation;
use crate::crypto::kem::PureKem;
use crate::crypto::kem::SealingKey;
use crate::crypto::kem::SealingPublic;
use crate::crypto::suite::Suite;
use crate::limits::RECIPIENTS_MAX;

const PLAIN: &[u8] = b"body";
const BOUND: &[u8] = b"bound";

// shows: env-9
// shows: env-10
#[test]
fn each_recipient_opens_it_and_so_does_the_content_key() {
    let sealed = seal(&[1, 2, 3]);
    for seed in 1..=3 {
        assert_eq!(encrypt::decrypt(&key(seed), &sealed.bytes, BOUND).as_deref(), Ok(PLAIN));
    }
    assert_eq!(
        encrypt::decrypt_with(&sealed.content_key, &sealed.bytes, BOUND).as_deref(),
        Ok(PLAIN)
    );
    let ids = [1, 2, 3].map(|seed| key(seed).public().id());
    assert_eq!(Encrypt::parse(&sealed.bytes).expect("ours").key_ids(), ids);
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    assert_eq!(seal(&[1, 2]).bytes, seal(&[1, 2]).bytes);
    let other = encrypt::encrypt(Suite::One, &PureKem, &publics(&[1, 2]), BOUND, PLAIN, &[8; 32])
        .expect("fine");
    assert_ne!(other.bytes, seal(&[1, 2]).bytes);
}

// shows: env-10
#[test]
fn a_stranger_and_other_bound_data_open_nothing() {
    let sealed = seal(&[1, 2]);
    assert_eq!(encrypt::decrypt(&key(3), &sealed.bytes, BOUND), Err(OpenFailed));
    assert_eq!(encrypt::decrypt(&key(1), &sealed.bytes, b"other"), Err(OpenFailed));
    let wrong = ContentKey::from_bytes([0; 32]);
    assert_eq!(encrypt::decrypt_with(&wrong, &sealed.bytes, BOUND), Err(OpenFailed));
}

#[test]
fn nobody_the_same_twice_and_too_many_are_refused() {
    let refused = |to: &[SealingPublic]| {
        encrypt::encrypt(Suite::One, &PureKem, to, BOUND, PLAIN, &[7; 32])
            .map(|_| ())
            .expect_err("refused")
    };
    assert_eq!(refused(&[]), EncryptError::Recipients);
    assert_eq!(refused(&publics(&[1, 2, 1])), EncryptError::Recipients);
    let many: Vec<u8> = (0..=u8::try_from(RECIPIENTS_MAX).expect("small")).collect();
    assert_eq!(refused(&publics(&many)), EncryptError::Recipients);
}

// shows: env-10
#[test]
fn every_changed_byte_opens_nothing() {
    let sealed = seal(&[1]).bytes;
    for at in 0..sealed.len() {
        // Inside the lattice part of the encapsulation, which is long, a sample is enough.
        if (200..1200).contains(&at) && at % 53 != 0 {
            continue;
        }
        let mut changed = sealed.clone();
        changed[at] ^= 0x04;
        assert_eq!(encrypt::decrypt(&key(1), &changed, BOUND), Err(OpenFailed), "byte {at}");
    }
    assert_eq!(encrypt::decrypt(&key(1), &sealed[..sealed.len() - 1], BOUND), Err(OpenFailed));
}

// shows: env-10
#[test]
fn another_form_is_refused() {
    let bytes = seal(&[1, 2]).bytes;
    assert_eq!(Encrypt::parse(&bytes[2..]), Err(CoseError::Tag));
    let change = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut outer: Value = ciborium::from_reader(&bytes[2..]).expect("ours");
        change(outer.as_array_mut().expect("ours"));
        Encrypt::parse(&tagged(&outer)).map(|_| ())
    };
    assert_eq!(change(&|_| ()), Ok(()));
    let alg = |hex: &str| Value::Bytes(unhex(hex));
    let a128 = Err(CoseError::Algorithm { found: Some(1), expected: 3 });
    assert_eq!(change(&|outer| outer[0] = alg("a10101")), a128);
    let hpke_4 = Err(CoseError::Algorithm { found: Some(50), expected: 57 });
    assert_eq!(change(&|outer| recipient(outer, 1)[0] = alg("a1011832")), hpke_4);
    assert_eq!(change(&|outer| recipient(outer, 1)[0] = alg("a1011839")), Err(CoseError::KeyId));
    assert!(matches!(change(&|outer| outer[1] = Value::Map(vec![])), Err(CoseError::Form(_))));
    let nonce = Value::Map(vec![(5.into(), Value::Bytes(vec![0; 16]))]);
    assert!(matches!(change(&|outer| outer[1] = nonce.clone()), Err(CoseError::Form(_))));
    assert!(matches!(
        change(&|outer| recipient(outer, 0)[1] = Value::Map(vec![])),
        Err(CoseError::Form(_))
    ));
    assert_eq!(change(&|outer| outer[3] = Value::Array(vec![])), Err(CoseError::Order));
    let twice = |outer: &mut Vec<Value>| {
        let first = outer[3].as_array().expect("ours")[0].clone();
        outer[3].as_array_mut().expect("ours").push(first);
    };
    assert_eq!(change(&twice), Err(CoseError::Order));
}

/// Its key id has 32 bytes, so the structure is taken apart by another implementation.
// shows: env-10
#[test]
fn the_published_vector_opens() {
    let cases = include_str!("../../../../../spec/vectors/published/cose-hpke-9-ke.json");
    let cases: Vec<BTreeMap<String, String>> = serde_json::from_str(cases).expect("published");
    let [case] = cases.as_slice() else { panic!("one case") };
    let cose_key: Value = ciborium::from_reader(unhex(&case["key"]).as_slice()).expect("a key");
    let label = |label: i64| {
        let (_, value) = cose_key
            .as_map()
            .expect("a key")
            .iter()
            .find(|(at, _)| *at == label.into())
            .expect("given");
        value.as_bytes().expect("bytes").clone()
    };
    let key = SealingKey::from_seed(&label(-2).try_into().expect("32 bytes"));
    assert_eq!(hex(key.public().as_bytes()), hex(&label(-1)));

    let mut outer: Value = ciborium::from_reader(&unhex(&case["hex"])[2..]).expect("a structure");
    let outer = outer.as_array_mut().expect("an array");
    let nonce = outer[1].as_map().expect("a map")[0].1.as_bytes().expect("bytes").clone();
    let (protected, ciphertext) = (bytes(&outer[0]), bytes(&outer[2]));
    let only = recipient(outer, 0);
    let carried = Encapsulation::from_bytes(&bytes(&only[1].as_map().expect("a map")[0].1))
        .expect("1120 bytes");
    let wrapped = bytes(&only[2]).try_into().expect("48 bytes");
    let only =
        Recipient { key_id: key.public().id(), protected: bytes(&only[0]), carried, wrapped };
    let content_key = only.unwrap(Suite::One, &key).expect("the published key");
    let nonce = nonce.try_into().expect("12 bytes");
    let read = Encrypt { suite: Suite::One, protected, nonce, ciphertext, recipients: Vec::new() };
    let plain =
        read.open_with(&content_key, b"The Fellowship of the Ring").expect("the published text");
    assert!(plain.starts_with(b"You can trust us to stick with you"));
    assert!(plain.ends_with(b"We are your friends, Frodo."));
}

// shows: env-9
// shows: env-10
#[test]
fn a_text_says_its_suite_and_opens_as_one_of_no_other() {
    for suite in Suite::ALL {
        let sealed = encrypt::encrypt(suite, &PureKem, &publics(&[1]), BOUND, PLAIN, &[7; 32]);
        let sealed = sealed.expect("fine");
        let read = Encrypt::parse(&sealed.bytes).expect("ours");
        assert_eq!(read.suite(), suite);
        assert_eq!(encrypt::decrypt(&key(1), &sealed.bytes, BOUND).as_deref(), Ok(PLAIN));
        for other in Suite::ALL.into_iter().filter(|other| *other != suite) {
            // The cipher of the other suite, and then its identifiers too.
            let bent = Encrypt { suite: other, ..read.clone() };
            assert_eq!(bent.open(&key(1), BOUND), Err(OpenFailed));
            assert_eq!(bent.open_with(&sealed.content_key, BOUND), Err(OpenFailed));
            let protected = sealed_as(other).protected;
            let bent = Encrypt { suite: other, protected, ..read.clone() };
            assert_eq!(bent.open(&key(1), BOUND), Err(OpenFailed));
            assert_eq!(bent.open_with(&sealed.content_key, BOUND), Err(OpenFailed));
        }
    }
}

fn sealed_as(suite: Suite) -> Encrypt {
    let sealed = encrypt::encrypt(suite, &PureKem, &publics(&[1]), BOUND, PLAIN, &[7; 32]);
    Encrypt::parse(&sealed.expect("fine").bytes).expect("ours")
}

#[test]
fn nothing_of_a_sealed_text_is_shown() {
    let sealed = seal(&[1]);
    assert!(format!("{sealed:?}").contains("ContentKey"));
    let shown = format!("{:?}", Encrypt::parse(&sealed.bytes).expect("ours"));
    assert_eq!(shown, "Encrypt(20 bytes, 1 recipients)");
}

fn seal(seeds: &[u8]) -> Encrypted {
    encrypt::encrypt(Suite::One, &PureKem, &publics(seeds), BOUND, PLAIN, &[7; 32]).expect("fine")
}

fn publics(seeds: &[u8]) -> Vec<SealingPublic> {
    seeds.iter().map(|seed| key(*seed).public().clone()).collect()
}

fn key(seed: u8) -> SealingKey {
    SealingKey::from_seed(&[seed; 32])
}

fn recipient(outer: &mut [Value], which: usize) -> &mut Vec<Value> {
    outer[3].as_array_mut().expect("recipients")[which].as_array_mut().expect("a recipient")
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_bytes().expect("bytes").clone()
}

fn tagged(outer: &Value) -> Vec<u8> {
    let mut bytes = vec![0xd8, 0x60];
    ciborium::into_writer(outer, &mut bytes).expect("memory");
    bytes
}
