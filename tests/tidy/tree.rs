//! The files of the project, as the checks read them.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The top of the project.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A text file with its path from the top, slashes forward.
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl Source {
    /// Whether the file is a test of its own: a `tests.rs`, or anything in a folder `tests`.
    pub(crate) fn is_test(&self) -> bool {
        ["tests.rs", "fixtures.rs"].iter().any(|name| self.path.ends_with(name))
            || self.path.contains("/tests/")
            || self.path.starts_with("tests/")
    }

    /// Lines with their numbers, without comments.
    pub(crate) fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(n, l)| (n + 1, l))
    }
}

/// Every file below `folder` whose name ends so, in order of path.
pub(crate) fn sources(folder: &str, ending: &str) -> Vec<Source> {
    let mut found = Vec::new();
    gather(&root().join(folder), folder, ending, &mut found);
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn gather(folder: &Path, path: &str, ending: &str, found: &mut Vec<Source>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{path}/{name}");
        if entry.path().is_dir() {
            if name != "target" {
                gather(&entry.path(), &path, ending, found);
            }
        } else if name.ends_with(ending) {
            let text = fs::read_to_string(entry.path()).unwrap();
            found.push(Source { path, text });
        }
    }
}

/// Fails with one line for each finding, and what to do instead.
pub(crate) fn none(findings: &[String], instead: &str) {
    assert!(findings.is_empty(), "{instead}\n  {}", findings.join("\n  "));
}
