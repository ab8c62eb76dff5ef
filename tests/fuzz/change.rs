//! Changes: of bytes, of lines, and of the items of CBOR, also of CBOR that stands in a byte string of CBOR.

mod items;

use harness::chance::Chance;

use crate::corpus::INPUT_MAX;

/// Numbers at which readers break.
const EDGES: [u64; 12] =
    [0, 1, 23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff, 1 << 32, 1 << 63, u64::MAX];

/// Pieces of text at which readers break.
const WORDS: [&str; 14] = [
    "",
    "\n",
    "\n\n",
    "— ",
    "+",
    "=",
    "0",
    "00",
    "-1",
    "18446744073709551616",
    "\u{202e}",
    "\r",
    "[[",
    "{\"\":[",
];

/// Some bytes with one to four changes, not longer than [`INPUT_MAX`].
pub fn changed(good: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=chance.below(4) {
        bytes = match chance.below(8) {
            0..=2 => items::changed(&bytes, chance).unwrap_or_else(|| in_bytes(bytes, chance)),
            3 => in_lines(&bytes, chance),
            4 => joined(&bytes, other, chance),
            _ => in_bytes(bytes, chance),
        };
    }
    bytes.truncate(INPUT_MAX);
    bytes
}

/// One change of bytes.
fn in_bytes(mut bytes: Vec<u8>, chance: &mut Chance) -> Vec<u8> {
    let at = chance.below(bytes.len());
    let end = bytes.len().min(at + 1 + chance.below(64));
    let byte = u8::try_from(chance.below(256)).unwrap();
    match chance.below(7) {
        0 if !bytes.is_empty() => bytes[at] ^= 1 << chance.below(8),
        1 if !bytes.is_empty() => bytes[at] = byte,
        2 => bytes.insert(at, byte),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let piece = bytes[at..end].to_vec();
            bytes.splice(at..at, piece);
        }
        // A head that promises a length or a number.
        5 => {
            let number = EDGES[chance.below(EDGES.len())].to_be_bytes();
            let head = u8::try_from(chance.below(8) << 5).unwrap() | 27;
            bytes.splice(at..at, [&[head][..], &number].concat());
        }
        _ => bytes.truncate(at),
    }
    bytes
}

/// One change of lines, or a word in a line.
fn in_lines(bytes: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> =
        bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    if lines.is_empty() {
        return WORDS[chance.below(WORDS.len())].as_bytes().to_vec();
    }
    let (one, two) = (chance.below(lines.len()), chance.below(lines.len()));
    match chance.below(4) {
        0 => lines.swap(one, two),
        1 => drop(lines.remove(one)),
        2 => lines.insert(one, lines[two].clone()),
        _ => {
            let at = chance.below(lines[one].len() + 1);
            let word = WORDS[chance.below(WORDS.len())].bytes();
            lines[one].splice(at..at, word);
        }
    }
    lines.concat()
}

/// The beginning of one and the end of another.
fn joined(bytes: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let (cut, from) = (chance.below(bytes.len() + 1), chance.below(other.len() + 1));
    [&bytes[..cut], &other[from..]].concat()
}
