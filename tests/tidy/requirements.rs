//! Promised = kept = shown: the ids in `spec`, in the code, and in the tests are the same set.

use std::collections::BTreeSet;

use crate::tree;

#[test]
fn every_promise_is_kept_by_code_and_shown_by_a_test() {
    let promised = promised();
    let kept = cited(KEPT, Where::Code);
    let shown = cited("// shows: ", Where::Tests);
    let excused = excused();

    assert!(
        promised.len() > 100,
        "only {} promises were found: the reader of this test is broken",
        promised.len()
    );
    tree::none(
        &missing(&promised, &kept, &excused),
        "promises that no code cites as `// spec: id`:",
    );
    tree::none(
        &missing(&promised, &shown, &excused),
        "promises that no test cites as `// shows: id`:",
    );
}

#[test]
fn no_citation_names_a_promise_that_does_not_exist() {
    let promised = promised();
    let cited: BTreeSet<String> =
        cited(KEPT, Where::Code).union(&cited("// shows: ", Where::Tests)).cloned().collect();

    let unknown: Vec<String> = cited.difference(&promised).cloned().collect();
    tree::none(&unknown, "citations of promises that no chapter of spec makes:");
}

#[test]
fn an_exception_is_of_a_promise_and_no_test_shows_it() {
    let promised = promised();
    let shown = cited("// shows: ", Where::Tests);
    let wrong: Vec<String> =
        excused().into_iter().filter(|id| !promised.contains(id) || shown.contains(id)).collect();

    tree::none(&wrong, "exceptions that no chapter promises, or that a test says it shows:");
}

#[test]
fn an_id_is_promised_once() {
    let mut seen = BTreeSet::new();
    let twice: Vec<String> = promises().into_iter().filter(|id| !seen.insert(id.clone())).collect();

    tree::none(&twice, "ids that are promised twice:");
}

/// What a citation in code begins with.
const KEPT: &str = "// spec: ";

/// Where a citation may stand.
enum Where {
    Code,
    Tests,
}

/// Every id that a chapter promises.
pub(crate) fn promised() -> BTreeSet<String> {
    promises().into_iter().collect()
}

/// Ids in bold at the start of a line, or of a row, of a chapter: `**[env-1]** A receiver MUST …`.
fn promises() -> Vec<String> {
    let chapters = tree::sources("spec", ".md");
    let lines = chapters.iter().flat_map(|chapter| chapter.text.lines());
    lines
        .filter_map(|line| line.trim_start_matches(['-', '|', ' ']).strip_prefix("**["))
        .filter_map(|rest| rest.split_once("]**"))
        .map(|(id, _)| id.to_owned())
        .collect()
}

fn cited(mark: &str, place: Where) -> BTreeSet<String> {
    let sources =
        ["protocol", "node", "tests"].into_iter().flat_map(|folder| tree::sources(folder, ".rs"));
    let sources = sources.filter(|source| match place {
        Where::Code => !source.is_test(),
        Where::Tests => !source.path.starts_with("tests/tidy/"),
    });
    let mut ids = BTreeSet::new();
    for source in sources {
        for line in source.text.lines() {
            // A row of a procedure's table is the code that keeps it.
            let line = line.trim_start();
            let row = line.strip_prefix("row(\"").or_else(|| line.strip_prefix("stay(\""));
            let row = row.and_then(|rest| rest.split_once("\","));
            ids.extend(row.filter(|_| mark == KEPT).map(|(id, _)| id.to_owned()));
            let Some(list) = line.strip_prefix(mark) else { continue };
            ids.extend(
                list.split([',', ' ']).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
            );
        }
    }
    ids
}

/// Promises that are not kept, each with a file that says why.
fn excused() -> BTreeSet<String> {
    let files = tree::sources("spec/exceptions", ".md");
    files
        .iter()
        .filter_map(|file| file.path.rsplit('/').next())
        .map(|name| name.trim_end_matches(".md").to_owned())
        .filter(|name| name != "README")
        .collect()
}

fn missing(
    promised: &BTreeSet<String>,
    cited: &BTreeSet<String>,
    excused: &BTreeSet<String>,
) -> Vec<String> {
    promised.difference(cited).filter(|id| !excused.contains(*id)).cloned().collect()
}
