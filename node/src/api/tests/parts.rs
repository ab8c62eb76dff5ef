//! JSON, cursors, tokens and hexadecimal by themselves.

use concord_protocol::codec::value::Value;
use concord_protocol::ids::LeafIndex;
use concord_protocol::limits::DEPTH_MAX;
use concord_protocol::limits::FAULTS_MAX;
use concord_protocol::limits::ITEMS_MAX;

use crate::api::auth;
use crate::api::auth::Token;
use crate::api::cursor::Cursor;
use crate::api::json;
use crate::api::json::JsonError;
use crate::api::shape;
use crate::host::handle::Direction;

#[test]
fn json_becomes_the_tree_that_a_body_is() {
    let value = json::read(br#" {"a": [1, -2, true, null, "\u0e17"], "b": {}} "#).unwrap();

    let again = serde_json::to_string(&value).unwrap();

    assert_eq!(again, r#"{"a":[1,-2,true,null,"ท"],"b":{}}"#);
}

#[test]
fn what_a_body_cannot_say_is_listed_with_a_pointer_each() {
    // shows: api-7
    let text = br#"{"a/b": 1.5, "list": [0, 9223372036854775808], "twice": 1, "twice": 2, "e": {"~": 1e3}}"#;

    assert_eq!(
        faults(text),
        [
            ("/a~1b".to_owned(), "wrong-type".to_owned()),
            ("/list/1".to_owned(), "out-of-range".to_owned()),
            ("/twice".to_owned(), "repeated".to_owned()),
            ("/e/~0".to_owned(), "wrong-type".to_owned()),
        ]
    );
}

#[test]
fn nesting_ends_at_its_bound() {
    // shows: api-7
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));

    assert!(json::read(nested(DEPTH_MAX).as_bytes()).is_ok());
    let found = faults(nested(DEPTH_MAX + 1).as_bytes());
    assert_eq!(found, [("/0".repeat(DEPTH_MAX), "too-deep".to_owned())]);
    // Far beyond the bound nothing else happens either.
    assert_eq!(faults(nested(100_000).as_bytes()).len(), 1);
}

#[test]
fn the_number_of_values_ends_at_its_bound() {
    // shows: api-7
    let list = |items: usize| format!("[{}0]", "0,".repeat(items - 1));

    assert!(json::read(list(ITEMS_MAX - 1).as_bytes()).is_ok());
    let found = faults(list(ITEMS_MAX).as_bytes());
    assert_eq!(found, [(format!("/{}", ITEMS_MAX - 1), "too-many".to_owned())]);
}

#[test]
fn the_list_of_faults_ends_at_its_bound() {
    let found = faults(format!("[{}0]", "0.5,".repeat(FAULTS_MAX * 2)).as_bytes());

    assert_eq!(found.len(), FAULTS_MAX);
}

#[test]
fn what_is_not_json_is_refused_with_its_place_and_without_its_text() {
    let places = [
        (&b""[..], 1, 0),
        (b"{\"name\":\n\"Zhang", 2, 6),
        (b"{} {}", 1, 4),
        (b"{\"a\": NaN}", 1, 7),
        (b"\"\xff\"", 1, 2),
        (b"{\"a\" 1}", 1, 6),
    ];
    for (text, line, column) in places {
        match json::read(text) {
            Err(JsonError::Syntax { line: l, column: c, reason }) => {
                assert_eq!((l, c), (line, column), "{text:?}");
                assert!(!reason.contains("Zhang"));
            }
            other => panic!("{text:?} gave {other:?}"),
        }
    }
}

#[test]
fn a_cursor_reads_back_as_it_was_written() {
    for direction in [None, Some(Direction::In), Some(Direction::Out)] {
        let cursor = Cursor { before: LeafIndex::new(u64::MAX - 3), direction };

        assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
    }
}

#[test]
fn a_text_that_is_no_cursor_is_refused() {
    // shows: api-10
    let good = Cursor { before: LeafIndex::new(7), direction: None }.encode();
    for (at, letter) in good.char_indices() {
        let other = if letter == 'A' { "B" } else { "A" };
        let mut bad = good.clone();
        bad.replace_range(at..=at, other);
        assert!(Cursor::decode(&bad).is_err(), "{bad}");
        assert!(Cursor::decode(&good[..at]).is_err());
    }
    assert!(Cursor::decode(&format!("{good}A")).is_err());
    assert!(Cursor::decode(&"A".repeat(1_000_000)).is_err());
}

#[test]
fn a_token_is_visible_ascii_and_is_never_shown() {
    assert!(Token::parse(" \n").is_err());
    assert!(Token::parse("two words").is_err());
    assert!(Token::parse(&"x".repeat(513)).is_err());
    assert_eq!(auth::trimmed("abc\n"), Ok("abc"));
    assert_eq!(format!("{:?}", Token::parse("abc").unwrap()), "Token");
}

#[test]
fn hexadecimal_reads_back_as_it_was_written() {
    let bytes: Vec<u8> = (0..=255).collect();

    assert_eq!(shape::unhex(&shape::hex(&bytes)), Some(bytes));
    assert_eq!((shape::unhex("0"), shape::unhex("0G"), shape::unhex("AB")), (None, None, None));
}

fn faults(text: &[u8]) -> Vec<(String, String)> {
    match json::read(text) {
        Err(JsonError::Faults(faults)) => {
            faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
        }
        other => panic!("expected faults, got {other:?}"),
    }
}

#[test]
fn a_tree_is_written_with_its_keys_sorted() {
    let value = json::read(br#"{"bb": 1, "a": 2}"#).unwrap();

    assert!(matches!(&value, Value::Map(map) if map.iter().map(|(key, _)| key).eq(["a", "bb"])));
}
