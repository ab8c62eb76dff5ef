//! Every case under `spec/vectors`, good and bad.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use harness::top;
use harness::transcript;
use harness::vectors;
use harness::vectors::Case;
use harness::vectors::FOLDER;
use harness::vectors::federation::Federation;
use harness::vectors::judge;

#[test]
fn every_case_is_judged_as_it_says() {
    for named in vectors::read() {
        let (verdict, _) = judge::verdict(&named.case);
        assert_eq!(verdict, named.case.expect, "{}: {}", named.place, named.case.explains);
    }
}

#[test]
fn every_good_case_is_written_again_with_the_same_bytes() {
    for named in vectors::read().iter().filter(|named| named.case.is_good()) {
        let (_, again) = judge::verdict(&named.case);
        assert_eq!(again, Some(named.case.content()), "{}", named.place);
    }
}

#[test]
fn a_file_with_another_key_is_no_case() {
    let text = r#"{"explains": "", "spec": [], "structure": "value", "expect": "accepted", "bytes": "00", "more": 1}"#;

    assert!(serde_json::from_str::<Case>(text).is_err());
}

#[test]
fn the_cases_are_those_that_the_seed_makes() {
    let world = Federation::fixed();
    transcript::compare(&format!("{FOLDER}/federation.json"), &world.document());
    let made: BTreeMap<String, Case> =
        vectors::made().into_iter().map(|named| (named.place, named.case)).collect();
    let kept: BTreeMap<String, Case> =
        vectors::read().into_iter().map(|named| (named.place, named.case)).collect();

    assert!(
        made.keys().eq(kept.keys()),
        "other cases are made than are kept; renew them with CONCORD_BLESS=1"
    );
    for (place, case) in made {
        assert_eq!(
            kept[&place], case,
            "{place} differs; when that is meant, renew it with CONCORD_BLESS=1"
        );
    }
}

#[test]
fn every_structure_has_good_and_bad_cases() {
    let cases = vectors::read();
    let of = |good: bool| -> BTreeSet<&str> {
        cases
            .iter()
            .filter(|named| named.case.is_good() == good)
            .map(|named| named.case.structure.as_str())
            .collect()
    };

    for structure in judge::names() {
        assert!(of(true).contains(structure), "{structure} has no good case");
        assert!(of(false).contains(structure), "{structure} has no bad case");
    }
}

#[test]
fn every_case_names_promises_that_are_made() {
    let mut chapters = String::new();
    for entry in fs::read_dir(top().join("spec")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "md") {
            chapters.push_str(&fs::read_to_string(path).unwrap());
        }
    }

    for named in vectors::read() {
        assert!(!named.case.spec.is_empty(), "{} names no promise", named.place);
        for id in &named.case.spec {
            assert!(
                chapters.contains(&format!("**[{id}]**")),
                "{} names {id}, which no chapter promises",
                named.place
            );
        }
    }
}
