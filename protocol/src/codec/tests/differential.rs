//! Two other CBOR implementations are asked about the same bytes: `dcbor`, which is strict, and `ciborium`, which is not.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prelude::any;
use proptest::prop_assert_eq;
use proptest::prop_oneof;
use proptest::proptest;

use crate::codec;
use crate::codec::scan;
use crate::codec::scan::ScanError;
use crate::codec::value::Map;
use crate::codec::value::Value;

proptest! {
    #[test]
    fn a_body_comes_back_as_it_went(value in bodies()) {
        let bytes = codec::encode(&value).expect("has an encoding");
        prop_assert_eq!(scan::check(&bytes), Ok(()));
        prop_assert_eq!(codec::decode::<Value>(&bytes), Ok(value));
    }

    // shows: env-1
    #[test]
    fn a_changed_body_is_judged_as_others_judge_it(value in bodies(), changes in changes()) {
        let mut bytes = codec::encode(&value).expect("has an encoding");
        for change in &changes {
            change.apply(&mut bytes);
            agree(&bytes);
        }
    }

    // shows: env-1
    #[test]
    fn bytes_without_a_plan_are_judged_as_others_judge_them(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        agree(&bytes);
    }
}

/// What the scanner takes, both others take, and `ciborium` writes it back to the same bytes.
/// What the scanner refuses, `dcbor` refuses too, unless it lies in what we forbid beyond the common law.
fn agree(bytes: &[u8]) {
    let strict = dcbor::CBOR::try_from_data(bytes);
    match scan::check(bytes) {
        Ok(()) => {
            // dcbor demands composed characters of every text; here that is the business of each field.
            assert!(matches!(strict, Ok(_) | Err(dcbor::Error::NonCanonicalString)), "{strict:?}");
            let lax: ciborium::Value = ciborium::from_reader(bytes).expect("the scanner took it");
            let mut again = Vec::new();
            ciborium::into_writer(&lax, &mut again).expect("memory");
            assert_eq!(again.as_slice(), bytes);
        }
        Err(ScanError::Tag { .. } | ScanError::Float { .. } | ScanError::TooDeep { .. }) => (),
        Err(fault) => assert!(strict.is_err(), "{fault}"),
    }
    if let Ok(value) = codec::decode::<Value>(bytes) {
        assert_eq!(codec::encode(&value).expect("has an encoding"), bytes);
    }
}

fn bodies() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-30_i64..300).prop_map(Value::Int),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(6, 60, 8, |inner| {
        let list = proptest::collection::vec(inner.clone(), 0..8).prop_map(Value::List);
        let map = proptest::collection::vec(("[a-z_]{0,30}", inner), 0..8).prop_map(|entries| {
            let mut map = Map::new();
            for (key, value) in entries {
                map.put(&key, value);
            }
            Value::Map(map)
        });
        prop_oneof![list, map]
    })
}

#[derive(Clone, Debug)]
enum Change {
    Set(usize, u8),
    Flip(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Cut(usize),
    Repeat(usize, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> {
    let change = prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), 0_u8..8).prop_map(|(at, bit)| Change::Flip(at, bit)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Insert(at, byte)),
        any::<usize>().prop_map(Change::Remove),
        any::<usize>().prop_map(Change::Cut),
        (any::<usize>(), 1_usize..6).prop_map(|(at, len)| Change::Repeat(at, len)),
    ];
    proptest::collection::vec(change, 1..12)
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let len = bytes.len();
        match *self {
            Self::Set(at, byte) => bytes[at % len] = byte,
            Self::Flip(at, bit) => bytes[at % len] ^= 1 << bit,
            Self::Insert(at, byte) => bytes.insert(at % len, byte),
            Self::Remove(at) => drop(bytes.remove(at % len)),
            Self::Cut(at) => bytes.truncate(len - at % len),
            Self::Repeat(at, count) => {
                let start = at % len;
                let piece = bytes[start..(start + count).min(len)].to_vec();
                bytes.splice(start..start, piece);
            }
        }
    }
}
