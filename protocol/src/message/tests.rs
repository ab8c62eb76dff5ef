//! Readers, rules, examples, vectors and the grammar, each shown against the files in `spec`.

extern crate std;

mod approval;
mod batch;
mod examples;
mod faults;
mod grammar;
mod header;
mod intelligence;
mod offline;
mod rules;
mod trace;
mod values;
mod vectors;

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value as Json;

use crate::codec::value::Value;
use crate::message::fault::Faults;
use crate::message::fault::FieldFault;
use crate::message::field::Field;
use crate::message::kind::Kind;
use crate::message::pointer::Pointer;
use crate::message::submission::Submission;

/// The specification's folder.
fn spec(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec").join(path)
}

/// The names of the files in a folder of the specification.
fn files(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(spec(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The text of a file of the specification.
fn text_of(path: &str) -> String {
    fs::read_to_string(spec(path)).unwrap()
}

/// The submission that `spec/examples` shows for a kind.
fn example(kind: Kind) -> Json {
    serde_json::from_str(&text_of(&format!("examples/{kind}.json"))).unwrap()
}

/// The tree of a JSON value.
fn tree(json: &Json) -> Value {
    serde_json::from_value(json.clone()).unwrap()
}

fn submit(json: &Json) -> Result<Submission, Vec<FieldFault>> {
    Submission::read(&tree(json))
}

fn read<T: Field>(value: &Value) -> Result<T, Vec<FieldFault>> {
    let mut faults = Faults::new();
    let read = T::read(value, &Pointer::Root, &mut faults);
    faults.judge(read)
}

/// Pointer and code of each fault.
fn brief(faults: &[FieldFault]) -> Vec<(String, &'static str)> {
    faults.iter().map(|fault| (fault.pointer.clone(), fault.code.text())).collect()
}

/// Puts a value at a pointer whose parent exists; a list takes it at its end with `-`.
fn put(json: &mut Json, pointer: &str, value: Json) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Json::Object(map) => drop(map.insert(last.replace("~1", "/").replace("~0", "~"), value)),
        Json::Array(items) if last == "-" => items.push(value),
        Json::Array(items) => items[last.parse::<usize>().unwrap()] = value,
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => {
            panic!("nothing can be put into {other}")
        }
    }
}

/// Takes what stands at a pointer away.
fn cut(json: &mut Json, pointer: &str) {
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    match json.pointer_mut(parent).unwrap() {
        Json::Object(map) => drop(map.remove(last).unwrap()),
        Json::Array(items) => drop(items.remove(last.parse().unwrap())),
        other @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => {
            panic!("nothing can be taken from {other}")
        }
    }
}

/// Every pointer below a value, the value itself left out.
fn pointers(json: &Json, at: &str, found: &mut Vec<String>) {
    let below: Vec<(String, &Json)> = match json {
        Json::Object(map) => {
            map.iter().map(|(key, value)| (format!("{at}/{key}"), value)).collect()
        }
        Json::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (format!("{at}/{index}"), item)).collect()
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => Vec::new(),
    };
    for (pointer, value) in below {
        found.push(pointer.clone());
        pointers(value, &pointer, found);
    }
}

/// Compares a file of the specification with what the code says, or writes it when `CONCORD_BLESS` is set.
fn compare(path: &str, said: &str) {
    let file = spec(path);
    if std::env::var_os("CONCORD_BLESS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, said).unwrap();
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == said,
        "{path} differs from the code: renew it with CONCORD_BLESS=1 and read the difference"
    );
}
