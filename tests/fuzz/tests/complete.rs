//! Whether every decoder of bytes or text from elsewhere has a target: the table `DECODERS.tsv` against the source.
//!
//! A decoder is a function that is named as one (`parse`, `read`, `decode`, …, also with a tail as in `read_bundle`),
//! takes bytes or text first and may refuse; and every type with the one form of the codec.
//! Absent on purpose: what takes a path or a socket. It reads the bytes and gives them to one of these.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use harness::top;

use crate::targets;

const TABLE: &str = "tests/fuzz/DECODERS.tsv";

const NAMES: [&str; 10] = [
    "parse",
    "read",
    "decode",
    "peek",
    "verify",
    "check",
    "judge",
    "unhex",
    "from_bytes",
    "from_line",
];

const FIRST: [&str; 7] =
    ["&[u8]", "&'a [u8]", "&str", "&[u8; ", "[u8; ", "Vec<u8>", "&mut dyn Read"];

#[test]
fn every_decoder_in_the_source_stands_in_the_table_and_every_line_of_it_in_the_source() {
    let (found, listed) = (found(), listed());
    let listed: BTreeSet<_> = listed.into_keys().collect();
    let missing: Vec<_> = found.difference(&listed).collect();
    assert!(missing.is_empty(), "decoders that {TABLE} does not name: {missing:#?}");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "lines of {TABLE} whose decoder is gone: {gone:#?}");
}

#[test]
fn every_decoder_in_the_table_has_a_target_or_a_reason() {
    let known: BTreeSet<&str> = targets::all().iter().map(|target| target.name).collect();
    for (decoder, (target, why)) in listed() {
        let holds = if target == "-" { !why.is_empty() } else { known.contains(target.as_str()) };
        assert!(holds, "{decoder:?} has neither a target nor a reason: {target:?}");
    }
}

type Decoder = (String, String);

/// File and function, with its target and a remark.
fn listed() -> BTreeMap<Decoder, (String, String)> {
    let text = fs::read_to_string(top().join(TABLE)).unwrap();
    let row = |line: &str| {
        let fields: Vec<&str> = line.split('\t').collect();
        let [file, function, target, why] = fields[..] else { panic!("four fields: {line:?}") };
        ((file.to_owned(), function.to_owned()), (target.to_owned(), why.to_owned()))
    };
    text.lines().skip(1).map(row).collect()
}

fn found() -> BTreeSet<Decoder> {
    let mut found = BTreeSet::new();
    for folder in ["protocol/src", "node/src"] {
        visit(&top().join(folder), &mut found);
    }
    found
}

fn visit(folder: &Path, found: &mut BTreeSet<Decoder>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if matches!(name.as_str(), "tests" | "tests.rs" | "fixtures.rs" | "published.rs") {
            continue;
        }
        if path.is_dir() {
            visit(&path, found);
        } else if name.ends_with(".rs") {
            let place = path.strip_prefix(top()).unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&path).unwrap();
            found.extend(decoders(&text).into_iter().map(|name| (place.clone(), name)));
        }
    }
}

/// The decoders in a source text.
fn decoders(text: &str) -> Vec<String> {
    let functions = text.split("fn ").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')?;
        let name = &rest[..end];
        let is_one = |known: &str| {
            name.strip_prefix(known).is_some_and(|tail| tail.is_empty() || tail.starts_with('_'))
        };
        NAMES.into_iter().find(|known| is_one(known))?;
        let (signature, _) = rest.split_once('{')?;
        let (arguments, result) = signature.split_once(") -> ")?;
        let arguments = arguments.split_once('(')?.1.trim_start();
        let arguments = arguments.trim_start_matches("&self,").trim_start_matches("&mut self,");
        let (_, kind) = arguments.split_once(": ")?;
        let foreign = FIRST.iter().any(|first| kind.starts_with(first));
        let refuses = result.starts_with("Result") || result.starts_with("Option");
        (foreign && refuses).then(|| name.to_owned())
    });
    let forms = text.lines().filter_map(|line| {
        let (_, name) = line.trim().strip_suffix(" {")?.split_once("impl Encoded for ")?;
        Some(name.to_owned())
    });
    functions.chain(forms).collect()
}
