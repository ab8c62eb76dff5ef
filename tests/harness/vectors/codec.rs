//! The encoding law: values of bodies, good, and broken in each way that the scanner names.

use super::Named;
use super::Sheet;

/// The cases of the encoding law.
pub(super) fn cases() -> Vec<Named> {
    let mut sheet = Sheet::new("codec", "value");
    for (name, explains, bytes) in GOOD {
        sheet.good(name, explains, &["env-1"], bytes);
    }
    for (name, explains, spec, class, bytes) in BAD {
        sheet.bad(name, explains, &[spec], class, bytes);
    }
    let mut deep = vec![0x81; 17];
    deep.push(0);
    sheet.bad("too-deep", "a list in a list, seventeen deep", &["env-2"], "scan: too-deep", &deep);
    let mut wide = vec![0x9a, 0x00, 0x01, 0x00, 0x01];
    wide.extend([0; 65_537]);
    sheet.bad(
        "too-many-items",
        "a list of one more item than the law allows",
        &["env-2"],
        "scan: too-many-items",
        &wide,
    );
    sheet.cases
}

const GOOD: &[(&str, &str, &[u8])] = &[
    ("zero", "the number zero", &[0x00]),
    ("twenty-four", "the first number that needs a second byte", &[0x18, 0x18]),
    ("minus-one", "the first negative number", &[0x20]),
    ("true", "a flag", &[0xf5]),
    ("text", "a text beyond ASCII", &[0x66, 0xe0, 0xba, 0xa5, 0xe0, 0xba, 0xb2]),
    ("empty-map", "a map without entries", &[0xa0]),
    (
        "map-order",
        "shorter keys come first, then by bytes",
        &[0xa2, 0x61, 0x62, 0x01, 0x62, 0x61, 0x61, 0x02],
    ),
    ("list", "a list of lists", &[0x82, 0x80, 0x81, 0x01]),
];

type Bad = (&'static str, &'static str, &'static str, &'static str, &'static [u8]);

const BAD: &[Bad] = &[
    ("empty", "no byte at all", "env-1", "scan: truncated", &[]),
    (
        "truncated",
        "a text that promises more bytes than follow",
        "env-2",
        "scan: truncated",
        &[0x62, 0x61],
    ),
    (
        "huge-length",
        "a text of nearly 2^64 bytes, of which none follows",
        "env-2",
        "scan: truncated",
        &[0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ),
    ("trailing", "one byte after the value", "env-1", "scan: trailing", &[0x00, 0x00]),
    ("long-zero", "zero in two bytes", "env-1", "scan: not-shortest", &[0x18, 0x00]),
    (
        "long-length",
        "the length of a text in two bytes where one does",
        "env-1",
        "scan: not-shortest",
        &[0x78, 0x01, 0x61],
    ),
    (
        "indefinite-text",
        "a text without a length",
        "env-1",
        "scan: indefinite",
        &[0x7f, 0x61, 0x61, 0xff],
    ),
    (
        "indefinite-list",
        "a list without a length",
        "env-1",
        "scan: indefinite",
        &[0x9f, 0x01, 0xff],
    ),
    ("indefinite-map", "a map without a length", "env-1", "scan: indefinite", &[0xbf, 0xff]),
    (
        "unsorted",
        "map keys in descending order",
        "env-1",
        "scan: unsorted",
        &[0xa2, 0x61, 0x62, 0x01, 0x61, 0x61, 0x02],
    ),
    (
        "duplicate-key",
        "the same key twice",
        "env-1",
        "scan: duplicate-key",
        &[0xa2, 0x61, 0x61, 0x01, 0x61, 0x61, 0x02],
    ),
    ("not-utf8", "a text that is not UTF-8", "env-1", "scan: utf8", &[0x61, 0xff]),
    (
        "surrogate",
        "half of a UTF-16 pair as UTF-8",
        "env-1",
        "scan: utf8",
        &[0x63, 0xed, 0xa0, 0x80],
    ),
    ("tag", "a tag inside a value", "env-1", "scan: tag", &[0xc1, 0x00]),
    ("float", "a float", "env-1", "scan: float", &[0xf9, 0x3c, 0x00]),
    ("undefined", "the value undefined", "env-1", "scan: simple", &[0xf7]),
    ("bytes", "a byte string, which JSON cannot say", "env-1", "shape", &[0x41, 0x00]),
    ("integer-key", "a map with a number for a key", "env-1", "shape", &[0xa1, 0x01, 0x01]),
    (
        "beyond-64-bits",
        "a number below the least of 64 bits with sign",
        "env-1",
        "shape",
        &[0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ),
];
