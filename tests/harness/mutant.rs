//! Lies that a log's owner can tell: leaves and what they name left out, repeated, exchanged or changed, and all of it
//! sealed again with the right key.

use ciborium::Value;

use crate::archive::Opened;
use crate::chance::Chance;

/// A bundle with one lie in it.
pub fn of(honest: &Opened, chance: &mut Chance) -> Opened {
    let mut lie = honest.clone();
    if chance.one_in(3) {
        let list = chance.below(lie.lists.len());
        in_list(&mut lie.lists[list], chance);
    } else {
        in_list(&mut lie.leaves, chance);
    }
    lie
}

fn in_list(items: &mut Vec<Vec<u8>>, chance: &mut Chance) {
    if items.is_empty() {
        items.push(b"\xa0".to_vec());
        return;
    }
    let (one, two) = (chance.below(items.len()), chance.below(items.len()));
    match chance.below(6) {
        0 if items.len() > 1 => drop(items.remove(one)),
        1 => items.insert(one, items[two].clone()),
        2 => items.swap(one, two),
        _ => items[one] = changed(&items[one], chance),
    }
}

/// One value changed, where it is CBOR, or one bit.
fn changed(item: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut tree: Value = match ciborium::from_reader(item) {
        Ok(tree) if !chance.one_in(4) => tree,
        _ => {
            let mut bytes = item.to_vec();
            let at = chance.below(bytes.len());
            bytes[at] ^= 1 << chance.below(8);
            return bytes;
        }
    };
    let mut left = chance.below(count(&tree));
    visit(&mut tree, &mut left, chance);
    let mut bytes = Vec::new();
    ciborium::into_writer(&tree, &mut bytes).unwrap();
    bytes
}

fn count(tree: &Value) -> usize {
    match tree {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Map(entries) => entries.iter().map(|(_, value)| count(value)).sum(),
        Value::Tag(_, of) => count(of),
        Value::Integer(_)
        | Value::Bytes(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null
        | _ => 1,
    }
}

/// Changes the value at which `left` comes to nothing.
fn visit(tree: &mut Value, left: &mut usize, chance: &mut Chance) {
    match tree {
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, left, chance)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| visit(value, left, chance)),
        Value::Tag(_, of) => visit(of, left, chance),
        value @ (Value::Integer(_)
        | Value::Bytes(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bool(_)
        | Value::Null
        | _) => {
            if *left == 0 {
                change(value, chance);
            }
            *left = left.wrapping_sub(1);
        }
    }
}

fn change(value: &mut Value, chance: &mut Chance) {
    match value {
        Value::Integer(number) => {
            let number = i128::from(*number);
            let others = [number + 1, (number - 1).max(0), 0, 1, 7, 1 << 40];
            *value = Value::Integer(others[chance.below(others.len())].try_into().unwrap());
        }
        Value::Bytes(bytes) if !bytes.is_empty() => bytes[0] ^= 1,
        Value::Text(text) => {
            let others = ["la.mps", "mm.mpf", "th.rtp", "no.one", "duplicate", "x"];
            *text = others[chance.below(others.len())].to_owned();
        }
        Value::Bool(flag) => *flag = !*flag,
        other @ (Value::Bytes(_)
        | Value::Float(_)
        | Value::Null
        | Value::Tag(..)
        | Value::Array(_)
        | Value::Map(_)
        | _) => *other = Value::from(1),
    }
}
