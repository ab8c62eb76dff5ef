//! Comparisons against the vectors of the specification, and what must hold for every two records.

extern crate std;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::Just;
use proptest::prelude::Strategy;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::proptest;
use proptest::sample::select;
use serde::Deserialize;
use serde_json::Value as Json;
use serde_json::json;
use unicode_normalization::UnicodeNormalization;

use crate::codec::value::Value;
use crate::message::fault::Faults;
use crate::message::field::Field;
use crate::message::person::PersonRecord;
use crate::message::pointer::Pointer;
use crate::message::writing::accept;
use crate::names;
use crate::names::Comparison;
use crate::names::Ground;
use crate::names::Subject;
use crate::names::alike;
use crate::names::reason::Bearing;
use crate::names::reason::Grade;
use crate::names::reason::Reason;

/// A file of `spec/vectors/names/compare`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    explains: String,
    spec: Vec<String>,
    one: Json,
    other: Json,
    grade: String,
    reasons: Vec<String>,
}

fn person(json: &Json) -> PersonRecord {
    let tree: Value = serde_json::from_value(json.clone()).unwrap();
    let tree = accept::written(&tree).tree;
    let mut faults = Faults::new();
    let read = PersonRecord::read(&tree, &Pointer::Root, &mut faults);
    faults.judge(read).unwrap()
}

fn compare(one: &Json, other: &Json) -> Comparison {
    names::compare(Subject::from(&person(one)), Subject::from(&person(other)))
}

fn called(name: &str, script: &str, lang: &str) -> Json {
    json!({"person_ref": "SYN-P-1", "category": "unknown", "names": [{"full_original": name, "script": script,
        "lang": lang, "kind": "official", "parts": [{"text": name, "role": "undivided"}]}]})
}

fn mirrored(comparison: &Comparison) -> Comparison {
    let swap = |ground: &Ground| Ground { one: ground.other, other: ground.one, ..*ground };
    let mut grounds: Vec<Ground> = comparison.grounds.iter().map(swap).collect();
    grounds.sort();
    Comparison { grade: comparison.grade, grounds }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/names/compare");
    let files = fs::read_dir(folder).unwrap();
    let read = files.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    read.map(|text| serde_json::from_str(&text).unwrap()).collect()
}

#[test]
fn every_vector_of_comparisons_is_as_it_says() {
    // shows: nam-20
    // shows: nam-21
    // shows: nam-22
    // shows: nam-23
    // shows: nam-24
    // shows: nam-25
    // shows: nam-26
    let cases = cases();
    let mut wrong = Vec::new();
    assert!(cases.len() >= 35);
    for case in cases {
        let found = compare(&case.one, &case.other);
        let reasons: Vec<&str> = found.grounds.iter().map(|ground| ground.reason.text()).collect();
        assert!(!case.spec.is_empty());
        if found.grade.text() != case.grade || reasons != case.reasons {
            wrong.push(format!("{}: {} {reasons:?}", case.explains, found.grade.text()));
        }
        assert_eq!(compare(&case.other, &case.one), mirrored(&found), "{}", case.explains);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_reason_has_its_words_and_stands_in_the_table_of_the_specification() {
    // shows: nam-21
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/30-names.md");
    let chapter = fs::read_to_string(file).unwrap();
    for reason in Reason::ALL {
        let row = format!(
            "| `{}` | {} |",
            reason.text(),
            match reason.bearing() {
                Bearing::Document => "paper",
                Bearing::Strong => "strong",
                Bearing::Weak => "weak",
                Bearing::Beside => "beside",
                Bearing::Against => "against",
                Bearing::Excludes => "excludes",
                Bearing::Note => "note",
            }
        );
        assert!(chapter.contains(&row), "{row}");
        assert!(!reason.said().is_empty());
    }
    for grade in Grade::ALL {
        assert!(chapter.contains(&format!("| `{}` |", grade.text())), "{}", grade.text());
    }
}

#[test]
fn no_grade_is_higher_than_likely_without_a_paper() {
    // shows: nam-21
    let mut one = called("Nguyễn Văn Mẫu", "Latn", "vi");
    one["birth"] = json!({"as_stated": "1998-02-12", "calendar": "gregorian", "precision": "day",
        "earliest": "1998-02-12", "latest": "1998-02-12"});
    assert_eq!(
        compare(&one, &one).grade,
        Grade::Likely,
        "nobody is found to be the same by a name"
    );
}

#[test]
fn what_is_left_out_is_told() {
    // shows: nam-20
    let mut many = called("Nguyễn Văn Mẫu", "Latn", "vi");
    let name = many["names"][0].clone();
    many["names"] = json!((0..40).map(|_| name.clone()).collect::<Vec<Json>>());
    let found = compare(&many, &called("Trần Thị Bình", "Latn", "vi"));
    let reasons: Vec<Reason> = found.grounds.iter().map(|ground| ground.reason).collect();
    assert_eq!(reasons, [Reason::LeftOut]);
}

#[test]
fn a_pair_is_found_among_many_when_a_comparison_would_find_it() {
    // shows: nam-27
    for case in cases() {
        let people = [
            person(&case.one),
            person(&called("Trần Thị Khác", "Latn", "vi")),
            person(&case.other),
        ];
        let subjects: Vec<Subject<'_>> = people.iter().map(Subject::from).collect();
        let comparison = compare(&case.one, &case.other);
        let is_part_only = comparison.grounds.iter().all(|ground| {
            !matches!(ground.reason.bearing(), Bearing::Document | Bearing::Strong | Bearing::Weak)
                || ground.reason == Reason::PartOfOther
        });
        let is_one =
            !matches!(comparison.grade, Grade::NoGround | Grade::Excluded) && !is_part_only;

        let found = alike::among(&subjects);

        let places: Vec<(usize, usize)> =
            found.pairs.iter().map(|pair| (pair.one, pair.other)).collect();
        let wanted: &[(usize, usize)] = if is_one { &[(0, 2)] } else { &[] };
        assert_eq!((places.as_slice(), found.is_cut), (wanted, false), "{}", case.explains);
    }
}

#[test]
fn some_are_held_against_others_and_not_against_each_other() {
    // shows: res-44
    let one = person(&called("Nguyễn Văn Mẫu", "Latn", "vi"));
    let stranger = person(&called("Trần Thị Khác", "Latn", "vi"));
    let some = [&one, &one, &stranger].map(Subject::from);
    let others = [&stranger, &one].map(Subject::from);
    let places = |found: alike::Alike| {
        found.pairs.iter().map(|pair| (pair.one, pair.other)).collect::<Vec<_>>()
    };
    assert_eq!(places(alike::between(&some, &others)), [(0, 1), (1, 1), (2, 0)]);
    assert_eq!(places(alike::between(&some, &[])), []);
    assert_eq!(places(alike::between(&[], &others)), []);
}

#[test]
fn names_that_would_take_all_memory_are_cut_and_told() {
    // shows: nam-27
    let words = ["Aaa", "Bbb", "Ccc", "Ddd"];
    let mut people = Vec::new();
    for step in 0..1_000 {
        let mut json = called("x", "Latn", "my");
        let name = |at: usize| {
            let text = words.map(|word| format!("{word}{}", step * 16 + at)).join(" ");
            called(&text, "Latn", "my")["names"][0].clone()
        };
        json["names"] = json!((0..16).map(name).collect::<Vec<Json>>());
        people.push(person(&json));
    }
    let subjects: Vec<Subject<'_>> = people.iter().map(Subject::from).collect();
    assert!(alike::among(&subjects).is_cut);
}

#[test]
fn many_people_of_one_name_are_cut_and_told() {
    // shows: nam-27
    let one = person(&called("Nguyễn Văn Mẫu", "Latn", "vi"));
    let people: Vec<PersonRecord> = (0..300).map(|_| one.clone()).collect();
    let subjects: Vec<Subject<'_>> = people.iter().map(Subject::from).collect();
    let found = alike::among(&subjects);
    assert_eq!((found.pairs.len(), found.is_cut), (alike::PAIRS_LISTED_MAX, true));
    assert_eq!(found.more, alike::PAIRS_COMPARED_MAX - alike::PAIRS_LISTED_MAX);
}

/// Names as people have them, with titles of their language.
fn a_name() -> impl Strategy<Value = (Vec<&'static str>, &'static str, &'static str)> {
    let latin = vec(select(&["Nguyễn", "Văn", "Mẫu", "Trần", "Thị", "An"][..]), 1..5);
    let burmese = vec(select(&["Namuna", "Kyaw", "Zin", "Maung", "Ma", "Hla"][..]), 1..5);
    let thai = vec(select(&["ตัวอย่าง", "สมมติ", "นาย", "สมชาย"][..]), 1..4);
    let chinese = vec(select(&["Zhang", "Yàngběn", "Lü", "Xiulan", "Chang", "Yang-pen"][..]), 1..4);
    proptest::prop_oneof![
        (latin, Just("Latn"), Just("vi")),
        (burmese, Just("Latn"), Just("my")),
        (thai, Just("Thai"), Just("th")),
        (chinese, Just("Latn"), Just("zh")),
    ]
}

fn title(lang: &str) -> &'static str {
    match lang {
        "vi" => "Ông",
        "my" => "Daw",
        "th" => "นางสาว",
        _ => "Mr",
    }
}

proptest! {
    #[test]
    fn a_comparison_is_the_same_from_either_side(one in a_name(), other in a_name()) {
        // shows: nam-20
        let one = called(&one.0.join(" "), one.1, one.2);
        let other = called(&other.0.join(" "), other.1, other.2);
        prop_assert_eq!(compare(&other, &one), mirrored(&compare(&one, &other)));
    }

    #[test]
    fn the_order_of_the_parts_never_matters(
        (words, script, lang) in a_name(), other in a_name(), turn in 0_usize..4,
    ) {
        // shows: nam-22
        let mut turned = words.clone();
        let steps = turn % words.len();
        turned.rotate_left(steps);
        let other = called(&other.0.join(" "), other.1, other.2);
        let straight = called(&words.join(" "), script, lang);
        let turned = called(&turned.join(" "), script, lang);
        // A word that is a title in front of a name may be a part behind another one.
        let is_title = words.iter().any(|word| ["Maung", "Ma", "นาย"].contains(word));
        if !is_title {
            prop_assert_eq!(compare(&straight, &other).grade, compare(&turned, &other).grade);
        }
        let telling = words.concat().chars().count() >= 4;
        prop_assert_eq!(compare(&straight, &turned).grade == Grade::Possible, telling);
    }

    #[test]
    fn a_title_never_takes_a_ground_away((words, script, lang) in a_name(), other in a_name()) {
        // shows: nam-26
        let other = called(&other.0.join(" "), other.1, other.2);
        let plain = called(&words.join(" "), script, lang);
        let titled = called(&format!("{} {}", title(lang), words.join(" ")), script, lang);
        let (before, after) = (compare(&plain, &other).grade, compare(&titled, &other).grade);
        prop_assert!(after <= before, "{:?} became {:?}", before, after);
    }

    #[test]
    fn composed_or_not_the_result_is_the_same((words, script, lang) in a_name(), other in a_name()) {
        // shows: nam-2
        let other = called(&other.0.join(" "), other.1, other.2);
        let text = words.join(" ");
        let apart: String = text.nfd().collect();
        let (composed, apart) = (called(&text, script, lang), called(&apart, script, lang));
        prop_assert_eq!(compare(&composed, &other), compare(&apart, &other));
    }

    #[test]
    fn no_name_breaks_a_comparison(one in "\\PC{1,80}", other in "\\PC{1,80}", lang in select(&["zh", "th", "my", "km", "lo", "vi"][..])) {
        // shows: nam-20
        let of = |text: &str| called(&format!("x{}", text.replace(['\u{2028}', '\u{2029}', '\u{feff}'], "")), "Zyyy", lang);
        drop(compare(&of(&one), &of(&other)));
    }
}
