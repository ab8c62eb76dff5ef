//! What bodies state, kind by kind.

extern crate std;

use alloc::format;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use crate::codec;
use crate::codec::value::Value;
use crate::message::kind::Kind;
use crate::message::submission::Submission;
use crate::procedure::fact::Fact;
use crate::procedure::machine::Machine;
use crate::procedure::plain::Plain;
use crate::procedure::tests::ASKS;
use crate::procedure::tests::Play;
use crate::registry::RefusalCode;

/// The example of a kind.
pub(super) fn example(kind: Kind) -> Json {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../spec/examples/{kind}.json"));
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// The example of a kind, and the fact that it states.
fn stated(kind: Kind) -> (Json, Fact) {
    let json = example(kind);
    let tree: Value = serde_json::from_value(json.clone()).unwrap();
    let fact = Fact::of(Submission::read(&tree).unwrap().body());
    (json, fact)
}

/// Every text of some words in a value.
fn prose<'j>(json: &'j Json, found: &mut Vec<&'j str>) {
    match json {
        Json::String(text) if text.contains(' ') => found.push(text),
        Json::Array(items) => items.iter().for_each(|item| prose(item, found)),
        Json::Object(map) => map.values().for_each(|item| prose(item, found)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

#[test]
fn a_fact_is_kept_as_bytes_and_holds_no_word_that_a_person_wrote() {
    // shows: pro-6
    let mut told = 0;
    for kind in Kind::all() {
        let (example, fact) = stated(*kind);
        let bytes = codec::encode(&Stored(fact.clone())).unwrap();

        assert_eq!(codec::decode::<Stored>(&bytes).unwrap().0, fact, "{kind}");
        let mut texts = Vec::new();
        prose(&example["body"], &mut texts);
        for text in texts {
            let found = bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(!found, "the fact of {kind} holds {text}");
            told += 1;
        }
    }
    assert!(told > 200, "only {told} texts were looked for");
}

/// A fact on its own, as it stands in an act.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored(Fact);

impl codec::Encoded for Stored {
    const BYTES_MAX: usize = 64 * 1024;
}

#[test]
fn a_message_begins_only_the_procedure_that_its_kind_begins() {
    // shows: pro-10
    let mut play = Play::<Plain>::begin(0, Fact::Note);
    let mut opening = play.act(ASKS, &[], Fact::Note);
    for (kind, begins) in [
        (Kind::SituationReport, Some("plain")),
        (Kind::Acknowledgement, None),
        (Kind::HandoverDecision, None),
    ] {
        opening.kind = kind;
        match Machine::begin(&opening) {
            Ok(machine) => assert_eq!(Some(machine.name()), begins, "{kind}"),
            Err(refusal) => {
                assert_eq!((begins, refusal.code), (None, RefusalCode::OutOfTurn), "{kind}");
            }
        }
    }

    let decision = crate::procedure::tests::handover::granted();
    assert_eq!(play.refused(ASKS, decision).rule, "pro-10");
    assert_eq!(play.now().fates().len(), 1);
}
