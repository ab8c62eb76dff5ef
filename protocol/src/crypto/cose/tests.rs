//! Signed structures against a second implementation, and what is refused.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use coset::CborSerializable;
use coset::TaggedCborSerializable;

use crate::codec::DecodeError;
use crate::codec::scan::ScanError;
use crate::crypto::cose;
use crate::crypto::cose::ContentType;
use crate::crypto::cose::CoseError;
use crate::crypto::cose::Sign1;
use crate::crypto::signature::BadSignature;
use crate::crypto::signature::Signature;
use crate::crypto::signature::Signer;
use crate::crypto::signature::SignerAway;
use crate::crypto::signature::SigningKey;
use crate::crypto::signature::VerifyingKey;

const PAYLOAD: &[u8] = b"content";

// shows: env-6
#[test]
fn what_was_signed_verifies_and_says_who_signed() {
    let bytes = signed();
    let read = Sign1::parse(&bytes, ContentType::Message).expect("ours");
    assert_eq!(read.payload(), PAYLOAD);
    assert_eq!(read.key_id(), signer(1).public().id());
    assert_eq!(read.verify(&signer(1).public()), Ok(()));
    assert_eq!(read.verify(&signer(2).public()), Err(BadSignature));
}

// shows: env-6
#[test]
fn a_second_implementation_writes_the_same_bytes() {
    let key = signer(1);
    let protected = coset::HeaderBuilder::new()
        .algorithm(coset::iana::Algorithm::Ed25519)
        .content_type("application/concord-message+cbor".to_owned())
        .key_id(key.public().id().as_bytes().to_vec())
        .build();
    let theirs = coset::CoseSign1Builder::new()
        .protected(protected)
        .payload(PAYLOAD.to_vec())
        .create_signature(&[], |signed| key.sign(signed).expect("here").as_bytes().to_vec())
        .build();
    assert_eq!(hex(&theirs.to_tagged_vec().expect("ours")), hex(&signed()));
}

#[test]
fn the_published_example_is_what_would_be_signed() {
    // cose-wg/Examples, eddsa-examples/eddsa-sig-01.json: the intermediate that is signed, and the signature.
    let content = b"This is the content.";
    let expected =
        "846a5369676e61747572653145a2012703004054546869732069732074686520636f6e74656e742e";
    let to_be_signed = cose::to_be_signed(&unhex("a201270300"), content).expect("an encoding");
    assert_eq!(hex(&to_be_signed), expected);
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let signature = "7142fd2ff96d56db85bee905a76ba1d0b7321a95c8c4d3607c5781932b7afb87\
                     11497dfa751bf40b58b3bcc32300b1487f3db34085eef013bf08f4a44d6fef0d";
    let key = VerifyingKey::from_bytes(&unhex(key).try_into().expect("32 bytes")).expect("strong");
    let signature = Signature::from_bytes(unhex(signature).try_into().expect("64 bytes"));
    assert_eq!(key.verify(&to_be_signed, &signature), Ok(()));
}

// shows: env-6
#[test]
fn a_signature_for_one_purpose_is_none_for_another() {
    let expected = ContentType::Dispatch;
    assert_eq!(Sign1::parse(&signed(), expected), Err(CoseError::ContentType { expected }));
}

// shows: env-7
#[test]
fn another_protected_header_is_refused() {
    let kid = hex(signer(1).public().id().as_bytes());
    let ctyp = format!("7820{}", hex(ContentType::Message.text().as_bytes()));
    let cases = [
        // EdDSA without its curve, ES256, no algorithm.
        (
            format!("a3012703{ctyp}0448{kid}"),
            CoseError::Algorithm { found: Some(-8), expected: -19 },
        ),
        (
            format!("a3012603{ctyp}0448{kid}"),
            CoseError::Algorithm { found: Some(-7), expected: -19 },
        ),
        (format!("a203{ctyp}0448{kid}"), CoseError::Algorithm { found: None, expected: -19 }),
        (
            format!("a101320448{kid}"),
            CoseError::Header(DecodeError::Scan(ScanError::Trailing { at: 3 })),
        ),
        (format!("a201320448{kid}"), CoseError::ContentType { expected: ContentType::Message }),
        (format!("a2013203{ctyp}"), CoseError::KeyId),
        // A content format as a number, a key id of nine bytes, a label that is critical, one that is unknown.
        (format!("a3013203000448{kid}"), CoseError::Header(DecodeError::Shape)),
        (format!("a3013203{ctyp}0449{kid}00"), CoseError::Header(DecodeError::Shape)),
        (format!("a40132028104 03{ctyp}0448{kid}"), CoseError::Header(DecodeError::Shape)),
        (format!("a4013203{ctyp}0448{kid}1000"), CoseError::Header(DecodeError::Shape)),
        // In another order, with a longer head, as an empty string, as an empty map.
        (
            format!("a303{ctyp}01320448{kid}"),
            CoseError::Header(DecodeError::Scan(ScanError::Unsorted { at: 36 })),
        ),
        (
            format!("a301381203{ctyp}0448{kid}"),
            CoseError::Header(DecodeError::Scan(ScanError::NotShortest { at: 2 })),
        ),
        (String::new(), CoseError::Header(DecodeError::Scan(ScanError::Truncated { at: 0 }))),
        ("a0".to_owned(), CoseError::Algorithm { found: None, expected: -19 }),
    ];
    for (protected, fault) in cases {
        let bytes = resigned(&unhex(&protected));
        assert_eq!(Sign1::parse(&bytes, ContentType::Message), Err(fault), "{protected}");
    }
}

// shows: env-7
#[test]
fn another_outer_form_is_refused() {
    let bytes = signed();
    let parse = |bytes: &[u8]| Sign1::parse(bytes, ContentType::Message);
    assert_eq!(parse(&bytes[1..]), Err(CoseError::Tag), "no tag");
    assert_eq!(parse(&[&[0xd8, 0x12], &bytes[1..]].concat()), Err(CoseError::Tag), "a longer tag");
    assert_eq!(parse(&[&[0xd8, 0x62], &bytes[1..]].concat()), Err(CoseError::Tag), "COSE_Sign");
    let form = |fault: ScanError| Err(CoseError::Form(DecodeError::Scan(fault)));
    let longer = [bytes.as_slice(), &[0]].concat();
    assert_eq!(parse(&longer), form(ScanError::Trailing { at: bytes.len() - 1 }));
    assert_eq!(parse(&[&[0xd2, 0xd2], &bytes[1..]].concat()), form(ScanError::Tag { at: 0 }));
    let read = coset::CoseSign1::from_tagged_slice(&bytes).expect("ours");
    let unprotected = coset::HeaderBuilder::new().key_id(vec![1]).build();
    let told = coset::CoseSign1 { unprotected, ..read.clone() }.to_tagged_vec().expect("fine");
    assert_eq!(parse(&told), Err(CoseError::Form(DecodeError::Shape)), "an unprotected header");
    let detached =
        coset::CoseSign1 { payload: None, ..read.clone() }.to_tagged_vec().expect("fine");
    assert_eq!(parse(&detached), Err(CoseError::Form(DecodeError::Shape)), "detached content");
    let short = coset::CoseSign1 { signature: vec![0; 63], ..read }.to_tagged_vec().expect("fine");
    assert_eq!(parse(&short), Err(CoseError::Form(DecodeError::Shape)), "a short signature");
}

// shows: env-7
#[test]
fn every_changed_bit_is_refused() {
    let bytes = signed();
    let key = signer(1).public();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let holds = Sign1::parse(&changed, ContentType::Message)
                .is_ok_and(|read| read.verify(&key).is_ok());
            assert!(!holds, "byte {at} bit {bit}");
        }
        assert!(Sign1::parse(&bytes[..at], ContentType::Message).is_err());
    }
}

#[test]
fn a_key_that_is_away_signs_nothing() {
    #[derive(Debug)]
    struct Away(VerifyingKey);
    impl Signer for Away {
        fn public(&self) -> VerifyingKey {
            self.0
        }
        fn sign(&self, _: &[u8]) -> Result<Signature, SignerAway> {
            Err(SignerAway)
        }
    }
    let away = Away(signer(1).public());
    assert!(cose::sign1(&away, ContentType::Message, PAYLOAD).is_err());
}

#[test]
fn a_signed_structure_shows_no_content() {
    let read = Sign1::parse(&signed(), ContentType::Message).expect("ours");
    assert!(!format!("{read:?}").contains("content"));
}

fn signed() -> Vec<u8> {
    cose::sign1(&signer(1), ContentType::Message, PAYLOAD).expect("here")
}

/// A structure with any protected header, signed as it stands.
fn resigned(protected: &[u8]) -> Vec<u8> {
    let to_be_signed = cose::to_be_signed(protected, PAYLOAD).expect("an encoding");
    let signature = signer(1).sign(&to_be_signed).expect("here");
    let value = ciborium::Value::Array(vec![
        ciborium::Value::Bytes(protected.to_vec()),
        ciborium::Value::Map(Vec::new()),
        ciborium::Value::Bytes(PAYLOAD.to_vec()),
        ciborium::Value::Bytes(signature.as_bytes().to_vec()),
    ]);
    [&[0xd2], value.to_vec().expect("fine").as_slice()].concat()
}

fn signer(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("a byte")).collect()
}
