//! Documents say what they must, in the form that they promise.

use std::collections::BTreeSet;
use std::fs;

use crate::requirements;
use crate::tree;

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = ["protocol/src", "node/src", "tests"]
        .into_iter()
        .flat_map(|folder| tree::sources(folder, ".rs"))
        .filter(|source| !source.text.starts_with("//!"))
        .map(|source| source.path)
        .collect();

    tree::none(&silent, "files without a first line that says what they are for:");
}

#[test]
fn every_dependency_says_why_it_is_here() {
    let manifest = fs::read_to_string(tree::root().join("Cargo.toml")).unwrap();
    let table =
        manifest.split("[workspace.dependencies]").nth(1).unwrap().split("\n[").next().unwrap();
    let silent: Vec<String> = table
        .lines()
        .filter(|line| {
            line.contains('=') && !line.starts_with('#') && !line.starts_with("concord-")
        })
        .filter(|line| !line.contains('#'))
        .map(str::to_owned)
        .collect();

    tree::none(&silent, "dependencies without a reason beside them:");
}

#[test]
fn every_decision_has_its_four_parts() {
    let lacking: Vec<String> = tree::sources("spec/decisions", ".md")
        .into_iter()
        .filter(|source| !source.path.ends_with("README.md"))
        .filter(|source| {
            ["## Context", "## Choice", "## Price", "## What would change our mind"]
                .iter()
                .any(|part| !source.text.contains(part))
        })
        .map(|source| source.path)
        .collect();

    tree::none(
        &lacking,
        "decisions that lack context, choice, price, or what would change our mind:",
    );
}

/// Every prefix of an id that a chapter gives.
fn prefixes(promised: &BTreeSet<String>) -> BTreeSet<&str> {
    promised.iter().filter_map(|id| id.rsplit_once('-')).map(|(prefix, _)| prefix).collect()
}

#[test]
fn the_threats_rest_on_promises_that_are_made_and_tests_that_are_there() {
    rests_on_what_is_there("spec/21-threats.md", 50);
}

#[test]
fn the_safeguards_rest_on_promises_that_are_made_and_tests_that_are_there() {
    rests_on_what_is_there("spec/26-safeguards.md", 20);
}

/// Checks that a chapter names only promises and tests that exist, and so many tests at least.
fn rests_on_what_is_there(path: &str, tests_min: usize) {
    let chapter = fs::read_to_string(tree::root().join(path)).unwrap();
    let promised = requirements::promised();
    let prefixes = prefixes(&promised);
    let words = chapter.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    let ids = words.filter(|word| {
        let parts = word.rsplit_once('-');
        parts.is_some_and(|(prefix, number)| {
            prefixes.contains(prefix) && number.parse::<u32>().is_ok()
        })
    });
    let mut wrong: Vec<String> =
        ids.filter(|id| !promised.contains(*id)).map(str::to_owned).collect();

    let mut tests = 0;
    for (path, name) in chapter.split('`').filter_map(|quoted| quoted.split_once(".rs::")) {
        tests += 1;
        let text = fs::read_to_string(tree::root().join(format!("{path}.rs"))).unwrap_or_default();
        if !text.contains(&format!("fn {name}(")) {
            wrong.push(format!("{path}.rs::{name}"));
        }
    }

    assert!(tests > tests_min, "only {tests} tests were found: the reader of this test is broken");
    tree::none(&wrong, &format!("{path} rests on what is not there:"));
}
