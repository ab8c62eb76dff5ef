//! One fault at a time, made in well-formed bytes.

use ciborium::Value;

/// Changes the tree that some CBOR is, and writes it in the shortest form again.
pub(super) fn edit(bytes: &[u8], change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut tree: Value = ciborium::from_reader(bytes).unwrap();
    change(&mut tree);
    write(&tree)
}

/// The bytes of a tree, in the order in which it stands.
pub(super) fn write(tree: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(tree, &mut bytes).unwrap();
    bytes
}

/// The entries of a map.
pub(super) fn entries(tree: &mut Value) -> &mut Vec<(Value, Value)> {
    tree.as_map_mut().expect("a map")
}

/// The items of a list.
pub(super) fn items(tree: &mut Value) -> &mut Vec<Value> {
    tree.as_array_mut().expect("a list")
}

/// The value under an integer key.
pub(super) fn field(tree: &mut Value, key: u64) -> &mut Value {
    let found = entries(tree).iter_mut().find(|(name, _)| *name == Value::from(key));
    &mut found.expect("the key is there").1
}

/// A byte after the last.
pub(super) fn longer(bytes: &[u8]) -> Vec<u8> {
    let mut more = bytes.to_vec();
    more.push(0);
    more
}

/// Without the last byte.
pub(super) fn shorter(bytes: &[u8]) -> Vec<u8> {
    bytes[..bytes.len() - 1].to_vec()
}

/// With one bit of one byte turned.
pub(super) fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut other = bytes.to_vec();
    other[at] ^= 1;
    other
}
