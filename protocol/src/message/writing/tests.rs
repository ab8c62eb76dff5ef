//! What comes in, in every way in which people and programs write it.

extern crate std;

use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use serde::Deserialize;
use serde_json::json;

use crate::codec::value::Value;
use crate::message::fault::FieldFault;
use crate::message::submission::Submission;
use crate::message::text::Line;
use crate::message::text::PaperNumber;
use crate::message::writing;
use crate::message::writing::accept;
use crate::message::writing::accept::Accepted;
use crate::message::writing::accept::Change;
use crate::message::writing::zawgyi;

fn example() -> serde_json::Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/examples/handover-request.json");
    serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn submit(json: &serde_json::Value) -> Result<(Submission, Accepted), Vec<FieldFault>> {
    let tree = tree(json);
    accept::read(&tree, Submission::read)
}

fn told(accepted: &Accepted) -> Vec<(&str, Change)> {
    accepted.told.iter().map(|told| (told.pointer.as_str(), told.change)).collect()
}

#[test]
fn a_text_that_is_not_composed_is_refused_by_a_receiver() {
    // shows: nam-1
    let composed = "Nguyễn Văn Mẫu";
    let apart: String = unicode_normalization::UnicodeNormalization::nfd(composed).collect();
    assert_ne!(apart, composed);
    assert!(Line::parse(composed).is_ok());
    assert!(Line::parse(&apart).is_err());
    assert_eq!(writing::composed(&apart), composed);
    for kept in ["ﬁ", "Ａ", "㈱", "ตัวอย่าง", "គំរូ\u{200b}សាកល្បង", "မောင်နမူနာ"]
    {
        assert!(Line::parse(kept).is_ok(), "{kept}: a reader sees another text");
    }
}

#[test]
fn what_is_handed_in_is_composed_and_told() {
    // shows: nam-2
    let mut json = example();
    json["body"]["facts"]["text"] = json!("Nguye\u{302}\u{303}n");
    let (submission, accepted) = submit(&json).unwrap();
    assert_eq!(told(&accepted), [("/body/facts/text", Change::Composed)]);
    let tree: Value = serde_json::from_value(json).unwrap();
    assert!(Submission::read(&tree).is_err(), "a peer would be refused with it");
    assert_eq!(Submission::read(&accepted.tree).unwrap(), submission);
    assert_eq!(
        told(&submit(&example()).unwrap().1),
        [],
        "where nothing has to change, nothing does"
    );
}

#[test]
fn digits_of_every_script_are_taken_where_a_form_asks_for_digits() {
    // shows: nam-3
    for (zero, sample) in [
        ("Thai", "๒๐๒๖-๐๓-๐๑"),
        ("Lao", "໒໐໒໖-໐໓-໐໑"),
        ("Khmer", "២០២៦-០៣-០១"),
        ("Burmese", "၂၀၂၆-၀၃-၀၁"),
        ("Shan", "႒႐႒႖-႐႓-႐႑"),
        ("full width", "２０２６-０３-０１"),
    ] {
        let mut json = example();
        json["handling"]["review_on"] = json!(sample);
        let found = submit(&json);
        let (_, accepted) = found.unwrap_or_else(|faults| panic!("{zero}: {faults:?}"));
        assert_eq!(told(&accepted), [("/handling/review_on", Change::Digits)], "{zero}");
    }
}

#[test]
fn digits_stay_as_they_are_where_people_wrote_a_text() {
    // shows: nam-3
    let mut json = example();
    json["body"]["facts"]["text"] = json!("ปี ๒๕๔๑");
    json["body"]["person"]["documents"][0]["number"] = json!("SYN-๑๒๓");
    let (_, accepted) = submit(&json).unwrap();
    assert_eq!(told(&accepted), [("/body/person/documents/0/number", Change::Digits)]);
    let back = serde_json::to_value(&accepted.tree).unwrap();
    assert_eq!(back["body"]["facts"]["text"], "ปี ๒๕๔๑");
    assert_eq!(back["body"]["person"]["documents"][0]["number"], "SYN-123");
    assert!(PaperNumber::parse("SYN-๑๒๓").is_err());
}

#[test]
fn a_list_however_long_is_read_a_few_times_only() {
    // shows: nam-3
    let dates: Vec<Value> = (0..600).map(|_| Value::Text("๒๐๒๖".into())).collect();
    let rounds = core::cell::Cell::new(0);
    let read = |tree: &Value| {
        rounds.set(rounds.get() + 1);
        let Value::List(items) = tree else { panic!("a list") };
        let wrong = |(at, item): (usize, &Value)| {
            let is_wrong = *item != Value::Text("2026".into());
            is_wrong.then(|| FieldFault {
                pointer: alloc::format!("/{at}"),
                code: crate::message::fault::FaultCode::Malformed,
                reason: String::new(),
            })
        };
        let faults: Vec<FieldFault> =
            items.iter().enumerate().filter_map(wrong).take(256).collect();
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    };
    let (_, accepted) = accept::read(&Value::List(dates), read).unwrap();
    assert_eq!((rounds.get(), accepted.told.len(), accepted.more), (2, 256, 344));
}

#[test]
fn burmese_in_zawgyi_is_found_and_burmese_in_unicode_is_not() {
    // shows: nam-4
    for unicode in
        ["မောင်မောင်", "ဒေါ်အောင်ဆန်း", "ကျော်ဇေယျ", "ရွှေမြန်မာ", "င်္ဂါ", "ဦးတင်အောင်", "စႆး", "သင်္ကြန်", "ဥက္ကဋ္ဌ"]
    {
        assert!(!zawgyi::is_zawgyi(unicode), "{unicode}");
    }
    for other in ["ေမာင္ေမာင္", "ေအာင္", "ျမန္မာ", "ေက်ာ္ေဇယ်", "တင္"]
    {
        assert!(zawgyi::is_zawgyi(other), "{other}");
    }
}

/// A file of `spec/vectors/names/zawgyi`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    explains: String,
    spec: Vec<String>,
    zawgyi: String,
    unicode: String,
}

#[test]
fn zawgyi_becomes_what_the_rules_of_the_consortium_make_of_it() {
    // shows: nam-4
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/names/zawgyi");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let case: Case = serde_json::from_str(&text).unwrap();
        assert!(!case.spec.is_empty());
        let found = zawgyi::converted(&case.zawgyi);
        assert_eq!(found.as_deref(), Some(case.unicode.as_str()), "{}", case.explains);
        count += 1;
    }
    assert!(count >= 10);
}

#[test]
fn a_name_in_zawgyi_is_converted_and_the_bytes_that_came_are_kept() {
    // shows: nam-4
    let mut json = example();
    let zawgyi = "ေမာင္နမူနာ";
    json["body"]["person"]["names"] = json!([{"full_original": zawgyi, "script": "Mymr", "lang": "my",
        "parts": [{"text": zawgyi, "role": "undivided"}], "kind": "official"}]);
    let (_, accepted) = submit(&json).unwrap();
    assert_eq!(
        told(&accepted),
        [
            ("/body/person/names/0/full_original", Change::Converted),
            ("/body/person/names/0/parts/0/text", Change::Converted),
        ]
    );
    let back = serde_json::to_value(&accepted.tree).unwrap();
    let name = &back["body"]["person"]["names"][0];
    assert_eq!(name["full_original"], "မောင်နမူနာ");
    assert_eq!(name["original_writing"]["encoding"], "zawgyi");
    let bytes: String = zawgyi.bytes().map(|byte| alloc::format!("{byte:02x}")).collect();
    assert_eq!(name["original_writing"]["utf8"], bytes);
}

proptest! {
    #[test]
    fn conversion_ends_and_what_it_gives_is_no_zawgyi(text in "[က-႗ a]{0,40}") {
        // shows: nam-4
        if let Some(unicode) = zawgyi::converted(&text) {
            prop_assert!(!zawgyi::is_zawgyi(&unicode));
            prop_assert!(writing::is_composed(&unicode));
        }
    }

    #[test]
    fn what_is_written_once_is_written(text in "\\PC{0,40}") {
        // shows: nam-2
        let once = accept::written(&Value::Text(text));
        let twice = accept::written(&once.tree);
        prop_assert_eq!(&twice.tree, &once.tree);
        let Value::Text(text) = &once.tree else { panic!("a text") };
        prop_assert!(writing::is_composed(text));
    }
}

fn tree(json: &serde_json::Value) -> Value {
    serde_json::from_value(json.clone()).unwrap()
}
