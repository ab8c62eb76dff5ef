//! Imports point down the shelves, and neighbours do not see each other.

use std::fs;

use crate::tree;
use crate::tree::Source;

const PROTOCOL: &[&[&str]] = &[
    &["limits", "ids", "moment", "registry"],
    &["codec"],
    &["crypto"],
    &["identity", "message"],
    &["envelope", "log", "names", "procedure"],
    &["wire", "link", "feed"],
    &["engine", "audit"],
];

const NODE: &[&[&str]] = &[
    &["report", "telemetry"],
    &["settings", "clock", "entropy", "files", "keystore", "provider", "workers"],
    &["store", "transport"],
    &["host"],
    &["api"],
    &["web", "metrics"],
    &["cli"],
];

/// Neighbours that may see each other, with the reason.
const NEIGHBOURS: &[(&str, &str, &str)] = &[
    ("ids", "moment", "an id of version 7 begins with the time"),
    ("ids", "limits", "bounds are for everyone"),
    ("entropy", "clock", "a moment is the time and chance together"),
    ("keystore", "files", "keys lie in private files"),
    ("keystore", "entropy", "new keys are drawn"),
    ("keystore", "clock", "a token that is away is left alone for a moment"),
    ("keystore", "provider", "the sealing key is loaded into the fast provider"),
    ("settings", "files", "settings lie in a file"),
    ("settings", "entropy", "new settings get a random token"),
    ("files", "entropy", "a new file gets a random name until it is complete"),
    ("wire", "link", "frames speak of numbers"),
    ("telemetry", "report", "a registered code may stand in the log"),
    ("audit", "engine", "a bundle is written from what the engine remembers"),
];

#[test]
fn imports_point_down_the_shelves() {
    let mut climbs = climbs("protocol/src", PROTOCOL);
    climbs.extend(self::climbs("node/src", NODE));

    tree::none(
        &climbs,
        "imports that point upwards or sideways; move the code to the shelf that it belongs on:",
    );
}

#[test]
fn every_module_stands_on_a_shelf() {
    let mut stray = Vec::new();
    for (library, shelves) in [("protocol/src/lib.rs", PROTOCOL), ("node/src/lib.rs", NODE)] {
        let text = fs::read_to_string(tree::root().join(library)).unwrap();
        for module in text.lines().filter_map(|line| line.strip_prefix("pub mod ")) {
            let module = module.trim_end_matches(';');
            if shelf(shelves, module).is_none() {
                stray.push(format!("{library}: {module}"));
            }
        }
    }

    tree::none(&stray, "modules without a shelf; give each a place in tests/tidy/layers.rs:");
}

#[test]
fn each_use_line_names_one_module() {
    let sources =
        ["protocol", "node", "tests"].into_iter().flat_map(|folder| tree::sources(folder, ".rs"));
    let braces: Vec<String> = sources
        .flat_map(|source| {
            let bad = |line: &str| {
                line.trim_start().starts_with("use ")
                    && (line.contains("::{") || line.contains("::*"))
            };
            let path = source.path.clone();
            source
                .code()
                .filter(|(_, line)| bad(line))
                .map(|(n, line)| format!("{path}:{n}: {line}"))
                .collect::<Vec<_>>()
        })
        .collect();

    tree::none(&braces, "one use line for each item, no braces and no stars:");
}

fn climbs(folder: &str, shelves: &[&[&str]]) -> Vec<String> {
    let mut climbs = Vec::new();
    for source in tree::sources(folder, ".rs").iter().filter(|source| !source.is_test()) {
        let Some(module) = module_of(folder, source) else { continue };
        for named in named_modules(source) {
            let (from, to) = (shelf(shelves, &module), shelf(shelves, &named));
            let allowed = NEIGHBOURS.iter().any(|(a, b, _)| *a == module && *b == named);
            if named != module && to.is_some() && from <= to && !allowed {
                climbs.push(format!("{}: {module} -> {named}", source.path));
            }
        }
    }
    climbs
}

/// The top-level module that a file belongs to; `None` for `lib.rs` and `main.rs`.
fn module_of(folder: &str, source: &Source) -> Option<String> {
    let path = source.path.strip_prefix(folder)?.trim_start_matches('/');
    let first = path.split('/').next()?.trim_end_matches(".rs");
    (!matches!(first, "lib" | "main")).then(|| first.to_owned())
}

/// Every module written as `crate::module`.
fn named_modules(source: &Source) -> Vec<String> {
    source
        .code()
        .flat_map(|(_, line)| line.split("crate::").skip(1).map(str::to_owned).collect::<Vec<_>>())
        .map(|rest| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
        .collect()
}

fn shelf(shelves: &[&[&str]], module: &str) -> Option<usize> {
    shelves.iter().position(|shelf| shelf.contains(&module))
}
