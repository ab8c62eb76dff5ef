//! Texts in the tree, compared whole: what people and programs see changes only on purpose.

use std::env;
use std::fs;

use crate::top;

/// Set to 1, files are written instead of compared.
pub const BLESS_VARIABLE: &str = "CONCORD_BLESS";

/// Whether files are to be renewed.
pub fn blessing() -> bool {
    env::var(BLESS_VARIABLE).is_ok_and(|value| value == "1")
}

/// Compares a text with the file at `path`, counted from the top; with `CONCORD_BLESS=1` writes it.
///
/// # Panics
/// When they differ; says the first line that does.
pub fn compare(path: &str, text: &str) {
    let file = top().join(path);
    if blessing() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, text).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    let differ = |line: &usize| kept.lines().nth(*line) != text.lines().nth(*line);
    let first = (0..kept.lines().count().max(text.lines().count())).find(differ);
    assert!(
        kept == text,
        "{path} differs from what is said now; when that is meant, renew it with {BLESS_VARIABLE}=1.\n\
         first in line {line}\n  kept: {kept}\n  now:  {now}",
        line = first.map_or(0, |line| line + 1),
        kept = first.and_then(|line| kept.lines().nth(line)).unwrap_or("(no line)"),
        now = first.and_then(|line| text.lines().nth(line)).unwrap_or("(no line)"),
    );
}
