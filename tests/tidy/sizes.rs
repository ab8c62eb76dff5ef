//! Files end.

use crate::tree;

/// Longest file without tests, in lines.
const FILE_LINES_MAX: usize = 500;

/// Files that are longer, and why.
const LONGER: &[(&str, &str)] = &[];

#[test]
fn files_end() {
    let sources = ["protocol/src", "node/src", "tests/harness"]
        .into_iter()
        .flat_map(|folder| tree::sources(folder, ".rs"));
    let long: Vec<String> = sources
        .filter(|source| !source.path.ends_with("tests.rs") && !source.path.contains("/tests/"))
        .filter(|source| !LONGER.iter().any(|(path, _)| *path == source.path))
        .map(|source| (source.text.lines().count(), source.path))
        .filter(|(lines, _)| *lines > FILE_LINES_MAX)
        .map(|(lines, path)| format!("{path}: {lines} lines"))
        .collect();

    tree::none(
        &long,
        "files of more than 500 lines; split by subject, or say why in tests/tidy/sizes.rs:",
    );
}

#[test]
fn modules_are_named_files() {
    let found: Vec<String> = ["protocol", "node"]
        .into_iter()
        .flat_map(|folder| tree::sources(folder, "mod.rs"))
        .filter(|source| source.path.ends_with("/mod.rs"))
        .map(|source| source.path)
        .collect();

    tree::none(&found, "foo.rs beside foo/, no mod.rs:");
}
