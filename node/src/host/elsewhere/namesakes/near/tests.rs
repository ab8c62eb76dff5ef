//! No crowd of rescues hides a person.

use std::convert::Infallible;

use concord_protocol::codec::value::Value;
use concord_protocol::names::alike::PAIRS_LISTED_MAX;
use concord_protocol::names::alike::SUBJECTS_MAX;
use concord_protocol::names::draft::People;
use concord_protocol::names::reason::Grade;
use serde_json::json;

use super::all;

/// One person of this name.
fn person(number: usize, name: &str) -> serde_json::Value {
    json!({
        "person_ref": format!("KH-P-{number:06}"),
        "names": [{
            "full_original": name, "script": "Latn", "lang": "en", "kind": "official",
            "parts": [{"text": name, "role": "undivided"}],
        }],
        "category": "missing",
    })
}

fn people(each: &[serde_json::Value]) -> People {
    let draft: Value = serde_json::from_value(json!({"people": each})).unwrap();
    let people = People::of(&draft);
    assert_eq!((people.unread, people.subjects().len()), (0, each.len()));
    people
}

/// Which rescues come near to Sok Dara, when the rescue of this number is of somebody of that name.
fn near(rescues: usize, whose: usize) -> (Vec<usize>, usize) {
    let whom = [people(&[person(0, "Sok Dara")])];
    let rescues: Vec<usize> = (1..=rescues).collect();
    let near = all(&whom, &rescues, |rescue| {
        let name = if *rescue == whose { "Dara Sok" } else { "Nget Chanthou" };
        Ok::<_, Infallible>(vec![people(&[person(*rescue, name)])])
    });
    let near = near.unwrap();
    (near.found.iter().map(|(rescue, _)| **rescue).collect(), near.left_out.len())
}

#[test]
fn a_crowd_of_rescues_hides_nobody_wherever_the_person_stands_in_it() {
    // shows: res-44
    let crowd = 2 * SUBJECTS_MAX + 100;
    for whose in [1, 512, 513, SUBJECTS_MAX - 1, SUBJECTS_MAX, SUBJECTS_MAX + 1, crowd] {
        assert_eq!(near(crowd, whose), (vec![whose], 0), "{whose}");
    }
    assert_eq!(near(crowd, 0), (vec![], 0));
}

#[test]
fn whoever_is_not_compared_is_looked_at() {
    // shows: res-44
    let whom = [people(&[person(0, "Sok Dara")])];
    let many: Vec<serde_json::Value> =
        (1..=SUBJECTS_MAX).map(|number| person(number, "Nget Chanthou")).collect();
    let one = person(0, "Chan Mony");
    let near = all(&whom, &[1, 2], |rescue| {
        let each = if *rescue == 1 { many.as_slice() } else { std::slice::from_ref(&one) };
        Ok::<_, Infallible>(vec![people(each)])
    });
    let near = near.unwrap();
    assert!(near.found.is_empty());
    assert_eq!(near.left_out, [&1], "one rescue with more people than fit");
}

#[test]
fn decoys_of_one_name_push_nobody_out_of_sight() {
    // shows: res-44
    let whom = [people(&[person(0, "Sok Dara")])];
    let crowd: Vec<usize> = (1..=2 * PAIRS_LISTED_MAX).collect();
    let near = all(&whom, &crowd, |rescue| {
        Ok::<_, Infallible>(vec![people(&[person(*rescue, "Sok Dara")])])
    });
    let near = near.unwrap();
    assert_eq!((near.found.len(), near.left_out.len()), (PAIRS_LISTED_MAX, PAIRS_LISTED_MAX));
}

#[test]
fn the_nearest_comes_first_whichever_was_opened_first() {
    // shows: res-44
    let whom = [people(&[person(7, "Sok Dara")])];
    let crowd: Vec<usize> = (1..=SUBJECTS_MAX + 2).collect();
    let near = all(&whom, &crowd, |rescue| {
        let name =
            if [1, SUBJECTS_MAX + 2].contains(rescue) { "Sok Dara" } else { "Nget Chanthou" };
        Ok::<_, Infallible>(vec![people(&[person(*rescue, name)])])
    });
    let found = near.unwrap().found;
    assert_eq!(found.iter().map(|(rescue, _)| **rescue).collect::<Vec<_>>(), [1, SUBJECTS_MAX + 2]);
    let grades: Vec<Grade> = found.iter().map(|(_, grade)| *grade).collect();
    assert_eq!(grades[0], grades[1]);
}
