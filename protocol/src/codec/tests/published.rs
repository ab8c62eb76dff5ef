//! The examples of RFC 8949 appendix A, retyped: what the encoding law takes of them, and why it refuses the others.

use crate::codec;
use crate::codec::scan;
use crate::codec::scan::ScanError;
use crate::codec::tests::hex;
use crate::codec::tests::unhex;
use crate::codec::value::Value;

/// Taken by the law, and a body may hold it.
const BODIES: &[&str] = &[
    "00",
    "01",
    "0a",
    "17",
    "1818",
    "1819",
    "1864",
    "1903e8",
    "1a000f4240",
    "1b000000e8d4a51000",
    "20",
    "29",
    "3863",
    "3903e7",
    "f4",
    "f5",
    "f6",
    "60",
    "6161",
    "6449455446",
    "62225c",
    "62c3bc",
    "63e6b0b4",
    "64f0908591",
    "80",
    "83010203",
    "8301820203820405",
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
    "a0",
    "a26161016162820203",
    "826161a161626163",
    "a56161614161626142616361436164614461656145",
];

/// Taken by the law, yet no part of a body: bytes, integer keys, numbers beyond 64 bits with sign.
const OTHERS: &[&str] =
    &["1bffffffffffffffff", "3bffffffffffffffff", "40", "4401020304", "a201020304"];

const REFUSED: &[(&str, ScanError)] = &[
    // Big numbers, dates, encoded CBOR, a URI: tags.
    ("c249010000000000000000", ScanError::Tag { at: 0 }),
    ("c349010000000000000000", ScanError::Tag { at: 0 }),
    ("c074323031332d30332d32315432303a30343a30305a", ScanError::Tag { at: 0 }),
    ("c11a514b67b0", ScanError::Tag { at: 0 }),
    ("c1fb41d452d9ec200000", ScanError::Tag { at: 0 }),
    ("d74401020304", ScanError::Tag { at: 0 }),
    ("d818456449455446", ScanError::Tag { at: 0 }),
    ("d82076687474703a2f2f7777772e6578616d706c652e636f6d", ScanError::Tag { at: 0 }),
    // Floats.
    ("f90000", ScanError::Float { at: 0 }),
    ("f98000", ScanError::Float { at: 0 }),
    ("f93c00", ScanError::Float { at: 0 }),
    ("fb3ff199999999999a", ScanError::Float { at: 0 }),
    ("f93e00", ScanError::Float { at: 0 }),
    ("f97bff", ScanError::Float { at: 0 }),
    ("fa47c35000", ScanError::Float { at: 0 }),
    ("fa7f7fffff", ScanError::Float { at: 0 }),
    ("fb7e37e43c8800759c", ScanError::Float { at: 0 }),
    ("f90001", ScanError::Float { at: 0 }),
    ("f90400", ScanError::Float { at: 0 }),
    ("f9c400", ScanError::Float { at: 0 }),
    ("fbc010666666666666", ScanError::Float { at: 0 }),
    ("f97c00", ScanError::Float { at: 0 }),
    ("f97e00", ScanError::Float { at: 0 }),
    ("f9fc00", ScanError::Float { at: 0 }),
    ("fa7f800000", ScanError::Float { at: 0 }),
    ("fa7fc00000", ScanError::Float { at: 0 }),
    ("faff800000", ScanError::Float { at: 0 }),
    ("fb7ff0000000000000", ScanError::Float { at: 0 }),
    ("fb7ff8000000000000", ScanError::Float { at: 0 }),
    ("fbfff0000000000000", ScanError::Float { at: 0 }),
    // Undefined and unassigned simple values.
    ("f7", ScanError::Simple { at: 0 }),
    ("f0", ScanError::Simple { at: 0 }),
    ("f8ff", ScanError::Simple { at: 0 }),
    // Indefinite lengths.
    ("5f42010243030405ff", ScanError::Indefinite { at: 0 }),
    ("7f657374726561646d696e67ff", ScanError::Indefinite { at: 0 }),
    ("9fff", ScanError::Indefinite { at: 0 }),
    ("9f018202039f0405ffff", ScanError::Indefinite { at: 0 }),
    ("9f01820203820405ff", ScanError::Indefinite { at: 0 }),
    ("83018202039f0405ff", ScanError::Indefinite { at: 5 }),
    ("83019f0203ff820405", ScanError::Indefinite { at: 2 }),
    ("9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff", ScanError::Indefinite { at: 0 }),
    ("bf61610161629f0203ffff", ScanError::Indefinite { at: 0 }),
    ("826161bf61626163ff", ScanError::Indefinite { at: 3 }),
    ("bf6346756ef563416d7421ff", ScanError::Indefinite { at: 0 }),
];

// shows: env-1
#[test]
fn examples_that_are_taken_encode_back_to_themselves() {
    for example in BODIES {
        let value: Value = codec::decode(&unhex(example)).expect(example);
        assert_eq!(&hex(&codec::encode(&value).expect("has an encoding")), example);
    }
    for example in OTHERS {
        assert_eq!(scan::check(&unhex(example)), Ok(()), "{example}");
        assert!(codec::decode::<Value>(&unhex(example)).is_err(), "{example}");
    }
}

// shows: env-1
#[test]
fn examples_that_are_refused_name_their_reason() {
    for (example, fault) in REFUSED {
        assert_eq!(scan::check(&unhex(example)), Err(*fault), "{example}");
    }
}
