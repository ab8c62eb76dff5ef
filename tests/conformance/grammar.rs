//! Every good case and every example against the grammar: all of `spec/cddl` joined.

use std::collections::BTreeSet;
use std::fs;

use cddl_cat::context::BasicContext;
use cddl_cat::flatten::flatten_from_str;
use concord_protocol::message::kind::Kind;
use harness::top;
use harness::vectors;
use harness::vectors::judge::STRUCTURES;

#[test]
fn every_good_case_has_the_form_that_the_grammar_gives_it() {
    let grammar = grammar();
    let mut checked = 0;
    for named in vectors::read().iter().filter(|named| named.case.is_good()) {
        let Some(rule) = rule_of(&named.case.structure) else { continue };
        let content = named.case.content();
        let said = ciborium::from_reader(untagged(&content)).unwrap();
        let found = cddl_cat::cbor::validate_cbor(rule_named(&grammar, rule), &said, &grammar);
        assert!(found.is_ok(), "{} is no {rule}: {found:?}", named.place);
        checked += 1;
    }
    assert!(checked > 40, "only {checked} cases were checked against the grammar");
}

#[test]
fn every_structure_in_cbor_has_a_rule() {
    let grammar = grammar();
    for rule in STRUCTURES.iter().filter_map(|structure| structure.rule) {
        assert!(grammar.rules.contains_key(rule), "spec/cddl has no rule {rule}");
    }
}

#[test]
fn every_example_has_the_body_that_the_grammar_gives_its_kind() {
    let grammar = grammar();
    for kind in Kind::all() {
        let file = top().join(format!("spec/examples/{kind}.json"));
        let example: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let found = cddl_cat::json::validate_json(
            rule_named(&grammar, kind.text()),
            &example["body"],
            &grammar,
        );
        assert!(found.is_ok(), "the example of {kind}: {found:?}");
    }
}

#[test]
fn no_rule_is_given_twice() {
    let joined = joined();
    let mut seen = BTreeSet::new();
    let rules = joined.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name);
    let twice: Vec<&str> =
        rules.filter(|name| !name.starts_with([' ', ';']) && !seen.insert(*name)).collect();
    assert!(twice.is_empty(), "rules of the grammar that stand in two places: {twice:?}");
}

/// All files of the grammar, joined in the order of their names.
pub(crate) fn grammar() -> BasicContext {
    BasicContext::new(flatten_from_str(&joined()).expect("the grammar is one CDDL document"))
}

fn joined() -> String {
    let mut files: Vec<_> =
        fs::read_dir(top().join("spec/cddl")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let texts: Vec<String> = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    texts.join("\n")
}

pub(crate) fn rule_named<'a>(grammar: &'a BasicContext, rule: &str) -> &'a cddl_cat::ivt::RuleDef {
    grammar.rules.get(rule).unwrap_or_else(|| panic!("spec/cddl has no rule {rule}"))
}

/// The rule for a structure; what is sealed has one for all kinds.
fn rule_of(structure: &str) -> Option<&'static str> {
    if Kind::all().iter().any(|kind| kind.text() == structure) {
        return Some("sealed-part");
    }
    STRUCTURES.iter().find(|known| known.name == structure).and_then(|known| known.rule)
}

/// The grammar leaves out the tag in front of a signed or sealed structure.
fn untagged(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0xd2, rest @ ..] | [0xd8, _, rest @ ..] => rest,
        _ => bytes,
    }
}
