//! Changes of the tree that some CBOR is, so that heads and lengths still fit and the fault lies deeper.

use ciborium::Value;
use harness::chance::Chance;

use super::EDGES;

/// The bytes with one item changed; `None` where they are no CBOR.
pub(super) fn changed(bytes: &[u8], chance: &mut Chance) -> Option<Vec<u8>> {
    let mut tree = read(bytes)?;
    let mut left = chance.below(count(&tree));
    visit(&mut tree, &mut left, chance);
    Some(write(&tree))
}

fn read(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes;
    let tree = ciborium::from_reader(&mut rest).ok()?;
    rest.is_empty().then_some(tree)
}

fn write(tree: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(tree, &mut bytes).expect("a tree can be written");
    bytes
}

/// The CBOR inside of a byte string, when it is worth descending into.
fn inside(bytes: &[u8]) -> Option<Value> {
    read(bytes).filter(|tree| tree.is_map() || tree.is_array() || tree.is_tag())
}

fn count(tree: &Value) -> usize {
    let below: usize = match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Map(entries) => entries.iter().map(|(_, value)| count(value)).sum(),
        Value::Tag(_, of) => count(of),
        Value::Bytes(bytes) => inside(bytes).as_ref().map_or(0, count),
        Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Bool(_) | Value::Null | _ => {
            0
        }
    };
    1 + below
}

/// Changes the item at which `left` comes to nothing. Gives back whether it was here.
fn visit(tree: &mut Value, left: &mut usize, chance: &mut Chance) -> bool {
    if *left == 0 {
        change(tree, chance);
        return true;
    }
    *left -= 1;
    match tree {
        Value::Array(items) => items.iter_mut().any(|item| visit(item, left, chance)),
        Value::Map(entries) => entries.iter_mut().any(|(_, value)| visit(value, left, chance)),
        Value::Tag(_, of) => visit(of, left, chance),
        Value::Bytes(bytes) => {
            let Some(mut deeper) = inside(bytes) else { return false };
            let found = visit(&mut deeper, left, chance);
            if found {
                *bytes = write(&deeper);
            }
            found
        }
        Value::Integer(_) | Value::Float(_) | Value::Text(_) | Value::Bool(_) | Value::Null | _ => {
            false
        }
    }
}

fn change(item: &mut Value, chance: &mut Chance) {
    let other = another(chance);
    match item {
        Value::Integer(_) if chance.one_in(2) => *item = EDGES[chance.below(EDGES.len())].into(),
        Value::Bytes(bytes) if chance.one_in(2) => resize(bytes, chance, 0),
        Value::Text(text) if chance.one_in(2) => {
            let mut bytes = text.clone().into_bytes();
            resize(&mut bytes, chance, b'a');
            *text = String::from_utf8_lossy(&bytes).into_owned();
        }
        Value::Array(items) if chance.one_in(2) => {
            let (one, two) = (chance.below(items.len()), chance.below(items.len()));
            match chance.below(4) {
                0 if !items.is_empty() => items.swap(one, two),
                1 if !items.is_empty() => drop(items.remove(one)),
                2 if !items.is_empty() => items.insert(one, items[two].clone()),
                _ => items.push(other),
            }
        }
        Value::Map(entries) if chance.one_in(2) => {
            let (one, two) = (chance.below(entries.len()), chance.below(entries.len()));
            match chance.below(4) {
                0 if !entries.is_empty() => entries.swap(one, two),
                1 if !entries.is_empty() => drop(entries.remove(one)),
                2 if !entries.is_empty() => entries.insert(one, entries[two].clone()),
                _ => entries.push((Value::from(u64::try_from(entries.len()).unwrap()), other)),
            }
        }
        Value::Integer(_)
        | Value::Bytes(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null
        | Value::Tag(..)
        | Value::Array(_)
        | Value::Map(_)
        | _ => *item = other,
    }
}

fn resize(bytes: &mut Vec<u8>, chance: &mut Chance, filler: u8) {
    let lengths = [0, 1, bytes.len().saturating_sub(1), bytes.len() + 1, 31, 33, 200, 300];
    bytes.resize(lengths[chance.below(lengths.len())], filler);
}

fn another(chance: &mut Chance) -> Value {
    match chance.below(9) {
        0 => Value::Null,
        1 => Value::Bool(true),
        2 => Value::Float(0.5),
        3 => Value::Bytes(vec![7; 32]),
        4 => Value::Text("la.mps".to_owned()),
        5 => Value::Array(Vec::new()),
        6 => Value::Map(Vec::new()),
        7 => Value::from(-1),
        _ => EDGES[chance.below(EDGES.len())].into(),
    }
}
