//! Documents say what they must, in the form that they promise.

use std::fs;

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
