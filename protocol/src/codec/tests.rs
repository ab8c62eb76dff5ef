//! Refusals one by one, bounds at their edge, and what a derived type looks like on the wire.

mod differential;
mod published;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use serde::Deserialize;
use serde::Serialize;
use serde_bytes::ByteBuf;

use crate::codec;
use crate::codec::DecodeError;
use crate::codec::Encoded;
use crate::codec::scan;
use crate::codec::scan::ScanError;
use crate::codec::value::Map;
use crate::codec::value::Value;
use crate::limits::BODY_BYTES_MAX;
use crate::limits::DEPTH_MAX;
use crate::limits::ITEMS_MAX;

/// One fault each, with the error that names it. Source of the faults: RFC 8949 sections 3, 4.2.1 and 5.6.
const FAULTS: &[(&str, ScanError)] = &[
    // The value goes on after the last byte.
    ("", ScanError::Truncated { at: 0 }),
    ("18", ScanError::Truncated { at: 1 }),
    ("1903", ScanError::Truncated { at: 1 }),
    ("426a", ScanError::Truncated { at: 0 }),
    ("6261", ScanError::Truncated { at: 0 }),
    ("82", ScanError::Truncated { at: 0 }),
    ("8201", ScanError::Truncated { at: 0 }),
    ("a10102ff", ScanError::Trailing { at: 3 }),
    ("a101", ScanError::Truncated { at: 0 }),
    ("82018200", ScanError::Truncated { at: 2 }),
    ("5b7fffffffffffffff", ScanError::Truncated { at: 0 }),
    ("5bffffffffffffffff", ScanError::Truncated { at: 0 }),
    ("9bffffffffffffffff", ScanError::Truncated { at: 0 }),
    ("bbffffffffffffffff", ScanError::Truncated { at: 0 }),
    // More follows.
    ("0000", ScanError::Trailing { at: 1 }),
    ("80f6", ScanError::Trailing { at: 1 }),
    // A shorter head exists: for integers, lengths, counts.
    ("1817", ScanError::NotShortest { at: 0 }),
    ("190018", ScanError::NotShortest { at: 0 }),
    ("1900ff", ScanError::NotShortest { at: 0 }),
    ("1a0000ffff", ScanError::NotShortest { at: 0 }),
    ("1b00000000ffffffff", ScanError::NotShortest { at: 0 }),
    ("3817", ScanError::NotShortest { at: 0 }),
    ("580161", ScanError::NotShortest { at: 0 }),
    ("780161", ScanError::NotShortest { at: 0 }),
    ("980100", ScanError::NotShortest { at: 0 }),
    ("b8010000", ScanError::NotShortest { at: 0 }),
    // No length.
    ("5f4101ff", ScanError::Indefinite { at: 0 }),
    ("7f6161ff", ScanError::Indefinite { at: 0 }),
    ("9f00ff", ScanError::Indefinite { at: 0 }),
    ("bf0000ff", ScanError::Indefinite { at: 0 }),
    ("81ff", ScanError::Indefinite { at: 1 }),
    // Key order.
    ("a201000000", ScanError::Unsorted { at: 3 }),
    ("a2616200616100", ScanError::Unsorted { at: 4 }),
    ("a262616100616200", ScanError::Unsorted { at: 5 }),
    ("a220000000", ScanError::Unsorted { at: 3 }),
    // The same key twice.
    ("a201000100", ScanError::DuplicateKey { at: 3 }),
    ("a2616100616101", ScanError::DuplicateKey { at: 4 }),
    // Not UTF-8: a lone continuation, a surrogate, an overlong slash, a cut sequence.
    ("6180", ScanError::Utf8 { at: 0 }),
    ("63eda080", ScanError::Utf8 { at: 0 }),
    ("62c0af", ScanError::Utf8 { at: 0 }),
    ("61c3", ScanError::Utf8 { at: 0 }),
    // Tags, floats, reserved and undefined.
    ("c000", ScanError::Tag { at: 0 }),
    ("81d201", ScanError::Tag { at: 1 }),
    ("f93c00", ScanError::Float { at: 0 }),
    ("fa47c35000", ScanError::Float { at: 0 }),
    ("fb3ff199999999999a", ScanError::Float { at: 0 }),
    ("f7", ScanError::Simple { at: 0 }),
    ("f0", ScanError::Simple { at: 0 }),
    ("f818", ScanError::Simple { at: 0 }),
    ("f8ff", ScanError::Simple { at: 0 }),
    ("1c", ScanError::Simple { at: 0 }),
    ("1f", ScanError::Simple { at: 0 }),
    ("5d", ScanError::Simple { at: 0 }),
    ("df00", ScanError::Simple { at: 0 }),
    ("fc", ScanError::Simple { at: 0 }),
];

// shows: env-1
#[test]
fn every_fault_has_its_own_error_and_its_place() {
    for (bytes, fault) in FAULTS {
        assert_eq!(scan::check(&unhex(bytes)), Err(*fault), "{bytes}");
    }
}

// shows: env-2
#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
    assert_eq!(scan::check(&nested(DEPTH_MAX)), Ok(()));
    assert_eq!(scan::check(&nested(DEPTH_MAX + 1)), Err(ScanError::TooDeep { at: DEPTH_MAX + 1 }));
    assert_eq!(scan::check(&nested(1_000_000)), Err(ScanError::TooDeep { at: DEPTH_MAX + 1 }));
}

// shows: env-2
#[test]
fn items_are_counted() {
    let list = |count: usize| {
        let mut bytes = vec![0x9a];
        bytes.extend_from_slice(&u32::try_from(count).expect("small").to_be_bytes());
        bytes.resize(5 + count, 0);
        bytes
    };
    // The list itself is one item.
    assert_eq!(scan::check(&list(ITEMS_MAX - 1)), Err(ScanError::NotShortest { at: 0 }));
    let mut largest = vec![0x99, 0xff, 0xff];
    largest.resize(3 + 0xffff, 0);
    assert_eq!(scan::check(&largest), Ok(()));
    assert_eq!(
        scan::check(&list(ITEMS_MAX)),
        Err(ScanError::TooManyItems { at: 5 + ITEMS_MAX - 1 })
    );
}

// shows: env-2
#[test]
fn length_is_checked_before_anything_else() {
    let long = vec![0xff; BODY_BYTES_MAX + 1];
    let refused = codec::decode::<Value>(&long);
    assert_eq!(refused, Err(DecodeError::TooLong { len: BODY_BYTES_MAX + 1, max: BODY_BYTES_MAX }));
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    number: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maybe: Option<String>,
    bytes: ByteBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last: Option<Choice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
enum Choice {
    Plain,
    One(u8),
    Two(u8, bool),
    Named { first: u8, second: u8 },
}

impl Encoded for Sample {
    const BYTES_MAX: usize = 64;
}

impl Encoded for Choice {
    const BYTES_MAX: usize = 64;
}

// shows: env-1
#[test]
fn fields_are_integers_and_an_absent_one_keeps_its_number() {
    let whole = sample(Some("a"), Some(Choice::Plain));
    assert_eq!(hex(&encoded(&whole)), "a40007016161024101 0300".replace(' ', ""));
    let sparse = sample(None, None);
    assert_eq!(hex(&encoded(&sparse)), "a20007024101");
    assert_eq!(codec::decode(&encoded(&whole)), Ok(whole));
    assert_eq!(codec::decode(&encoded(&sparse)), Ok(sparse));
}

// shows: env-1
#[test]
fn variants_are_integers() {
    let forms = [
        (Choice::Plain, "00"),
        (Choice::One(9), "820109"),
        (Choice::Two(9, true), "830209f5"),
        (Choice::Named { first: 1, second: 2 }, "8203a200010102"),
    ];
    for (choice, form) in forms {
        assert_eq!(hex(&encoded(&choice)), form);
        assert_eq!(codec::decode(&unhex(form)), Ok(choice));
    }
}

/// Each stands for the sample `a20007024101` in another form that `serde` would take.
// shows: env-1
#[test]
fn a_value_written_otherwise_is_refused() {
    let forms = [
        ("8207 4101", DecodeError::Shape), // a list that is too short
        ("8407f64101f6", DecodeError::NotCanonical), // a list of the fields
        ("a3000701f6024101", DecodeError::NotCanonical), // null where a field is absent
        ("a2000702 8101", DecodeError::NotCanonical), // bytes as a list of integers
        ("a200070261 01", DecodeError::NotCanonical), // bytes as a text
        ("a265627974657341 01666e756d62657207", DecodeError::NotCanonical), // names for numbers
        ("a3000702410104 00", DecodeError::Shape), // a field that is not known
        ("a10007", DecodeError::Shape),    // a field missing
        ("a20020024101", DecodeError::Shape), // a negative number
        ("a2001b00000001000000000 24101", DecodeError::Shape), // a number too large for its field
        ("f6", DecodeError::Shape),
    ];
    for (form, fault) in forms {
        assert_eq!(codec::decode::<Sample>(&unhex(&form.replace(' ', ""))), Err(fault), "{form}");
    }
    let forms = [
        ("a100f6", DecodeError::NotCanonical),
        ("65506c61696e", DecodeError::NotCanonical),
        ("a10109", DecodeError::NotCanonical),
    ];
    for (form, fault) in forms {
        assert_eq!(codec::decode::<Choice>(&unhex(form)), Err(fault), "{form}");
    }
}

#[test]
fn a_type_states_its_own_longest_form() {
    let long = Sample { bytes: ByteBuf::from(vec![0; 60]), ..sample(None, None) };
    let bytes = encoded(&long);
    assert_eq!(codec::decode::<Sample>(&bytes), Err(DecodeError::TooLong { len: 66, max: 64 }));
}

macro_rules! wide {
    ($($field:ident)+) => {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Wide {
            $(#[serde(default, skip_serializing_if = "Option::is_none")]
            $field: Option<u8>,)+
        }

        impl Wide {
            fn full() -> Self {
                Self { $($field: Some(1),)+ }
            }
        }
    };
}

wide! { a b c d e f g h i j k l m n o p q r s t u v w x y z aa ab ac ad }

impl Encoded for Wide {
    const BYTES_MAX: usize = 256;
}

// shows: env-1
#[test]
fn a_type_with_more_than_twenty_four_fields_stays_in_order() {
    let full = encoded(&Wide::full());
    assert!(hex(&full).starts_with("b81e0001"));
    assert!(
        hex(&full).ends_with("17011818011819 01181a01181b01181c01181d01".replace(' ', "").as_str())
    );
    assert_eq!(codec::decode(&full), Ok(Wide::full()));
    let sparse = Wide { c: None, y: None, ..Wide::full() };
    assert_eq!(codec::decode(&encoded(&sparse)), Ok(sparse));
}

#[test]
fn a_map_sorts_its_keys_as_their_encodings_sort() {
    let mut map = Map::new();
    for key in ["b", "aa", "a", "", "\u{fc}", "zz", "aaa"] {
        assert_eq!(map.put(key, Value::Int(0)), None);
    }
    let keys: Vec<&str> = map.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["", "a", "b", "aa", "zz", "\u{fc}", "aaa"]);
    let bytes = encoded(&Value::Map(map.clone()));
    assert_eq!(scan::check(&bytes), Ok(()));
    assert_eq!(codec::decode(&bytes), Ok(Value::Map(map)));
}

#[test]
fn a_map_keeps_the_order_when_a_key_is_longer_than_one_head_byte_tells() {
    let mut map = Map::new();
    for len in [23, 24, 255, 256, 300] {
        assert_eq!(map.put(&"k".repeat(len), Value::Bool(true)), None);
    }
    assert_eq!(scan::check(&encoded(&Value::Map(map))), Ok(()));
}

#[test]
fn a_body_holds_no_bytes_and_no_number_beyond_64_bits() {
    for form in ["4101", "1b8000000000000000", "3b8000000000000000", "a10000"] {
        assert_eq!(codec::decode::<Value>(&unhex(form)), Err(DecodeError::Shape), "{form}");
    }
    assert_eq!(codec::decode(&unhex("3b7fffffffffffffff")), Ok(Value::Int(i64::MIN)));
}

#[test]
fn a_body_shows_its_shape_and_not_its_content() {
    let mut map = Map::new();
    map.put("name", Value::Text("Somchai".into()));
    map.put("age", Value::Int(31));
    let shown = format!("{:?}", Value::List(vec![Value::Map(map), Value::Bool(true), Value::Null]));
    assert_eq!(shown, r#"[{"age": int, "name": text(7 bytes)}, bool, null]"#);
}

#[test]
fn json_and_cbor_say_the_same() {
    let json = r#"{"a":[1,-2,true,null,"\u00fc"],"b":{"c":"d"}}"#;
    let value: Value = serde_json::from_str(json).expect("plain");
    assert_eq!(codec::decode(&encoded(&value)), Ok(value.clone()));
    let again: BTreeMap<String, serde_json::Value> =
        serde_json::from_str(&serde_json::to_string(&value).expect("plain")).expect("plain");
    assert_eq!(again["a"][4], "\u{fc}");
    assert!(serde_json::from_str::<Value>(r#"{"a":1,"a":2}"#).is_err());
    assert!(serde_json::from_str::<Value>("1.5").is_err());
}

fn sample(maybe: Option<&str>, last: Option<Choice>) -> Sample {
    Sample { number: 7, maybe: maybe.map(String::from), bytes: ByteBuf::from(vec![1]), last }
}

fn encoded<T: Encoded>(value: &T) -> Vec<u8> {
    codec::encode(value).expect("has an encoding")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Vec<u8> {
    assert!(text.len().is_multiple_of(2), "{text}");
    let digits: Vec<u8> = text
        .bytes()
        .map(|c| u8::try_from(char::from(c).to_digit(16).expect("hex")).expect("small"))
        .collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}
