//! Clauses: their form, whatever they say, and how they are shown to whoever signs.

use alloc::string::String;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;

use crate::codec;
use crate::identity::charter;
use crate::identity::charter::Charter;
use crate::identity::charter::CharterError;
use crate::identity::charter::clause::Clause;
use crate::identity::charter::difference;
use crate::identity::charter::rules::RuleError;
use crate::identity::fixtures;
use crate::identity::fixtures::AGENCIES;
use crate::ids::CharterVersion;
use crate::ids::Party;
use crate::limits::CLAUSES_MAX;

fn clause(article: &str, party: Option<&str>, about: &str, value: &str) -> Clause {
    Clause {
        article: article.to_string(),
        party: party.map(|party| Party::parse(party).unwrap()),
        about: about.to_string(),
        value: value.to_string(),
    }
}

fn with(clauses: Vec<Clause>) -> Charter {
    Charter { clauses, ..fixtures::charter() }
}

fn refused(clauses: Vec<Clause>) -> RuleError {
    match charter::propose(with(clauses)) {
        Err(CharterError::Rule(error)) => error,
        other => panic!("expected a rule to be broken, found {other:?}"),
    }
}

#[test]
fn a_charter_without_clauses_is_what_it_was_before_there_were_any() {
    // shows: prf-1
    let bytes = codec::encode(&fixtures::charter()).unwrap();
    assert_eq!(bytes[0], 0xa7, "seven fields, and no list of clauses");

    // The same with a list that is empty: another document that says the same, and so none.
    let mut listed = bytes.clone();
    listed[0] = 0xa8;
    listed.extend([0x09, 0x80]);
    assert!(codec::decode::<Charter>(&listed).is_err());
}

#[test]
fn a_charter_carries_clauses_that_nobody_knows_yet() {
    // shows: prf-1, prf-4
    let known = clause("term", None, "U3 answer", "5 days");
    let later = clause("tariff", Some("TH"), "per page", "0.30 CNY");
    let bytes = fixtures::signed(with(vec![later.clone(), known.clone()]), &AGENCIES);

    let verified = charter::verify(&bytes, None).unwrap();

    assert_eq!(verified.charter().clauses, [later, known], "in ascending order of article");
}

#[test]
fn clauses_stand_in_one_order_and_each_settles_one_thing() {
    // shows: prf-1
    let all = clause("term", None, "U3 answer", "5 days");
    let one = clause("rest", Some("LA"), "sunday", "weekly");
    let other = clause("rest", Some("TH"), "sunday", "weekly");
    let sorted = charter::propose(with(vec![one.clone(), other.clone(), all.clone()]));
    assert_eq!(charter::propose(with(vec![all.clone(), other, one])), sorted);

    let again = Clause { value: "6 days".to_string(), ..all.clone() };
    let error = refused(vec![all, again]);
    assert_eq!(error, RuleError::ClauseOrder { clause: "term: U3 answer".to_string() });
}

#[test]
fn a_clause_has_one_form_and_is_for_a_party_with_a_member() {
    // shows: prf-1
    let long = "x".repeat(201);
    for (article, about, value) in [
        ("", "a", "b"),
        ("Term", "a", "b"),
        ("an-article-too-long", "a", "b"),
        ("term", "", "b"),
        ("term", "a", " b"),
        ("term", "a", "b\u{202e}"),
        ("term", &long, "b"),
        ("term", "a", &long),
    ] {
        let error = refused(vec![clause(article, None, about, value)]);
        assert!(matches!(error, RuleError::Clause { .. }), "{article} {about} {value}: {error}");
    }
    let error = refused(vec![clause("rest", Some("XX"), "sunday", "weekly")]);
    assert_eq!(error, RuleError::ClauseParty { clause: "rest of XX: sunday".to_string() });
}

#[test]
fn so_many_clauses_fit_and_no_more() {
    // shows: prf-1
    let days = |count: usize| {
        (0..count).map(|day| clause("rest", Some("LA"), &alloc::format!("{day:04}"), "r")).collect()
    };
    assert!(charter::propose(with(days(CLAUSES_MAX))).is_ok());
    assert!(matches!(refused(days(CLAUSES_MAX + 1)), RuleError::Clauses { .. }));

    let wide = |count: usize| {
        let about = |at: usize| alloc::format!("{at:04}{}", "x".repeat(196));
        (0..count).map(|at| clause("term", None, &about(at), &"y".repeat(200))).collect()
    };
    assert!(charter::propose(with(wide(78))).is_ok());
    assert_eq!(refused(wide(79)), RuleError::Clauses { found: 79, bytes: 79 * 420 });
}

#[test]
fn whoever_signs_reads_every_clause_that_changes() {
    // shows: prf-2
    let before = with(vec![
        clause("rest", Some("LA"), "sunday", "weekly"),
        clause("term", None, "U3 answer", "5 days"),
        clause("term", None, "recall report", "12 hours"),
    ]);
    let mut after = with(vec![
        clause("term", None, "U3 answer", "6 days"),
        clause("term", None, "recall report", "12 hours"),
        clause("waiver", Some("LA"), "death-penalty", "never"),
    ]);
    after.version = CharterVersion::new(2);

    let changes = difference::between(&before, &after);
    let kinds: Vec<&str> = changes.iter().map(difference::Change::kind).collect();
    let lines: Vec<String> = difference::lines(&changes);

    assert_eq!(kinds, ["clause-dropped", "clause-changed", "clause-added"]);
    assert_eq!(
        lines,
        [
            "clause dropped: rest of LA: sunday, until now weekly",
            "clause changed: term: U3 answer = 6 days, until now 5 days",
            "new clause: waiver of LA: death-penalty = never",
        ]
    );
}
