//! Bans, licences and sources of `.deny.toml`, kept without the tool: over what `cargo tree` says is really built.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::process::Command;

use harness::top;

/// A crate that is built: its name, its licence, and its source where that is not the registry.
struct Guest {
    name: String,
    licence: String,
    source: String,
}

#[test]
fn no_banned_crate_is_built() {
    let rules = rules();
    let banned: BTreeSet<&str> = rules["bans"]["deny"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ban| ban["crate"].as_str().unwrap())
        .collect();

    let found: Vec<String> = guests()
        .into_iter()
        .map(|guest| guest.name)
        .filter(|name| banned.contains(name.as_str()))
        .collect();

    assert!(found.is_empty(), "banned in .deny.toml, with the reason: {found:?}");
}

#[test]
fn every_crate_has_a_licence_that_we_accept() {
    let rules = rules();
    let allowed: BTreeSet<&str> = texts(&rules["licenses"]["allow"]);

    let foreign = guests().into_iter().filter(|guest| !is_accepted(&guest.licence, &allowed));
    let foreign: Vec<String> =
        foreign.map(|guest| format!("{}: {}", guest.name, guest.licence)).collect();

    assert!(foreign.is_empty(), "licences that .deny.toml does not allow: {foreign:?}");
}

#[test]
fn every_crate_comes_from_the_registry_or_from_here() {
    let own = fs::canonicalize(top()).unwrap();
    let strays: Vec<String> = guests()
        .into_iter()
        .filter(|guest| {
            !guest.source.is_empty() && !guest.source.starts_with(own.to_str().unwrap())
        })
        .map(|guest| format!("{} from {}", guest.name, guest.source))
        .collect();

    assert!(strays.is_empty(), "crates from elsewhere: {strays:?}");
}

#[test]
fn every_advisory_that_is_ignored_says_why() {
    for ignored in rules()["advisories"]["ignore"].as_array().unwrap() {
        assert!(
            ignored["reason"].as_str().is_some_and(|reason| reason.len() > 40),
            "{ignored} has no reason"
        );
    }
}

fn rules() -> toml::Value {
    toml::from_str(&fs::read_to_string(top().join(".deny.toml")).unwrap()).unwrap()
}

fn texts(list: &toml::Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().filter_map(toml::Value::as_str).collect()
}

fn guests() -> Vec<Guest> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let tree = Command::new(cargo)
        .args(["tree", "--offline", "--locked", "--workspace", "--edges", "normal,build,dev"])
        .args(["--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"])
        .current_dir(top())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8(tree.stdout).unwrap();
    let lines: BTreeSet<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let guests: Vec<Guest> = lines.into_iter().map(guest).collect();
    assert!(
        guests.len() > 100,
        "only {} crates are built: the reader of this test is broken",
        guests.len()
    );
    guests
}

/// Reads `serde v1.0.229<tab>MIT OR Apache-2.0`; a source other than the registry stands in brackets before the tab.
fn guest(line: &str) -> Guest {
    let (package, licence) = line.split_once('\t').unwrap();
    let mut parts = package.splitn(3, ' ');
    let name = parts.next().unwrap().to_owned();
    let source = parts.nth(1).unwrap_or("").replace("(proc-macro)", "");
    let source = source.trim().trim_start_matches('(').trim_end_matches(')').to_owned();
    Guest { name, licence: licence.to_owned(), source }
}

/// Whether a licence expression can be met: `AND` binds closer than `OR`, and `/` is an old way to write `OR`.
fn is_accepted(expression: &str, allowed: &BTreeSet<&str>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = either(&words, &mut at, allowed);
    met && at == words.len()
}

fn either(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= both(words, at, allowed);
    }
    met
}

fn both(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<&str>) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = either(words, at, allowed);
        *at += 1;
        return met;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).unwrap_or(&"");
        *at += 2;
        return allowed.contains(format!("{word} WITH {exception}").as_str());
    }
    allowed.contains(word)
}
